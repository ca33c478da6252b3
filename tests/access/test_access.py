"""Every address, every person, every method, every state: the answers of docs/permissions.md, one by one.

All that is answered is searched for words that are not for whoever asked.
"""

import io
import re
import zipfile
from contextlib import nullcontext
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kvinnofrid.core.models import UsedKey
from tests.access import canaries
from tests.access import stage as stages
from tests.access.conftest import rolled_back
from tests.access.requests import Case, address, cases, patterns, posted
from tests.access.table import requests_told, rows

ADDRESSES = {str(pattern.name): pattern for pattern in patterns()}
pytestmark = pytest.mark.django_db
SAFE = ("GET", "HEAD")
# Tables that a request may change without a change of the portal's facts: limits on tries, sessions, allauth's note of
# an address that it has seen, when somebody last looked at a board, and the one-time key of a form that led somewhere.
PASSING = {
    settings.CACHES["default"]["LOCATION"],
    "django_session",
    "account_emailaddress",
    "agreements_boardvisit",
    "core_usedkey",
}
WRITING = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
READING = ("SELECT", "(SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
# A refusal uses up no key either: who may, can send the same form.
REFUSED = {"403", "404", "login"}
# Pages that count how often they are asked, or that remember in the session what was opened.
COUNTED = {"invitation_open", "invitation_accept"}


class Asker:
    """Asks as one person after another and tells what was answered, in the words of the table."""

    def __init__(self, stage: stages.Stage, sessions: dict[str, str]) -> None:
        self.stage, self.sessions = stage, sessions
        self.client = Client()
        self.digest = digest()
        self.unknown: dict[tuple[str, str, str], tuple[Any, ...]] = {}

    def faults(self, case: Case) -> list[str]:
        """What is wrong with the answer to one request. What a writing one wrote is taken back."""
        is_read = case.method in SAFE and case.expected != "noted" and case.page not in COUNTED
        with nullcontext() if is_read else rolled_back():
            writes = Writes()
            with connection.execute_wrapper(writes):
                response = self.ask(case, address(self.stage, case))
            changed = writes.any and digest() != self.digest
            answer = _in_words(response, changed=changed)
            found = [] if answer == case.expected else [f"{case}: {answer}, not {case.expected}"]
            if case.expected in REFUSED and case.method == "POST" and UsedKey.objects.exists():
                found.append(f"{case}: has used up the form's key")
            if case.page not in canaries.BY_LINK:
                leaked = canaries.leaks(self.stage.things, case.persona, response.wsgi_request.path, response)
                found += [f"{case}: tells {word}" for word in leaked]
            if case.method == "HEAD" and response.content:
                found.append(f"{case}: has a body")
            if case.is_about_an_object and whole(response) != self.when_unknown(case):
                found.append(f"{case}: differs from what does not exist")
        return found

    def ask(self, case: Case, path: str) -> Any:
        key = self.sessions[case.persona]
        self.client.cookies = SimpleCookie({"sessionid": key} if key else {})
        data = posted(self.stage, case) if case.method == "POST" else None
        return getattr(self.client, case.method.lower())(path, data)

    def when_unknown(self, case: Case) -> tuple[Any, ...]:
        """The whole answer to the same person about something that does not exist."""
        about = (case.page, case.persona, case.method)
        if about not in self.unknown:
            self.unknown[about] = whole(self.ask(case, address(self.stage, case, unknown=True)))
        return self.unknown[about]


def _in_words(response: Any, *, changed: bool) -> str:
    if response.status_code == 200 and changed:
        return "noted"
    if response.status_code not in {302, 303}:
        return f"{response.status_code} and changed" if changed else str(response.status_code)
    if response.headers["Location"].startswith(f"{reverse('account_login')}?next="):
        return "login and changed" if changed else "login"
    return "done" if changed else "302"


def whole(response: Any) -> tuple[Any, ...]:
    """Status, headers and body, without the mask that each form's token has."""
    body = re.sub(rb'(csrfmiddlewaretoken" value=")\w+', rb"\1", response.content)
    return response.status_code, sorted(response.headers.items()), body


def digest() -> list[tuple[Any, ...]]:
    """Rows and a sum over their contents, for every table in which facts stand."""
    with connection.cursor() as cursor:
        cursor.execute(_sums())
        return list(cursor.fetchall())


@cache
def _sums() -> str:
    """In order: where PostgreSQL takes several tables at a time, they come as they are ready."""
    tables = sorted(set(connection.introspection.table_names()) - PASSING)
    sum_of = "SELECT '{0}', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM \"{0}\" t"
    return " UNION ALL ".join(sum_of.format(table) for table in tables) + " ORDER BY 1"


class Writes:
    """Whether the database was asked to change anything that lasts: where it was not, the sums are as before."""

    def __init__(self) -> None:
        self.any = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = WRITING.match(sql)
        is_passing = table[1] in PASSING if table else sql.startswith(READING) and "redact_personal_data" not in sql
        self.any = self.any or not is_passing
        return execute(sql, params, many, context)


@pytest.fixture(scope="module")
def asker(stage: stages.Stage, sessions: dict[str, str]) -> Asker:
    return Asker(stage, sessions)


@pytest.mark.parametrize("address_name", ADDRESSES)
def test_every_answer_is_the_tables(address_name: str, asker: Asker) -> None:
    found = list(cases(ADDRESSES[address_name]))
    faults = [fault for case in found for fault in asker.faults(case)]
    assert faults == []
    assert digest() == asker.digest, "a page that was only read has written"


def test_what_an_answer_should_not_tell_is_found() -> None:
    """The search that every answer goes through, on words in a page, in a file and among the headers."""
    sater = canaries.OF_ORGANISATIONS["sater"]
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("word/document.xml", sater)
    word = {"content_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
    answers = (
        HttpResponse(f"<p>{sater}</p>"),
        HttpResponse(sheet.getvalue(), **word),
        HttpResponse(headers={"X": sater}),
    )
    for persona in ("outsider", "reader", "steering", "sater_administrator", "coordinator"):
        found = [list(canaries.leaks({}, persona, "/", answer)) for answer in answers]
        assert found == [[] if persona in {"sater_administrator", "coordinator"} else [sater]] * 3
    told = HttpResponse("a-token Hemlig Skyddsson")
    things = {"link": {"token": "a-token"}}
    assert list(canaries.leaks(things, "outsider", "/", told)) == ["Hemlig Skyddsson", "a-token"]
    assert list(canaries.leaks(things, "coordinator", "/", told)) == ["a-token"]


def test_the_table_is_whole() -> None:
    """No address without rows, no row without an address, no person left out, and not one request fewer."""
    assert {row.page for row in rows()} == set(ADDRESSES)
    assert set(stages.BELONGS_TO) | set(stages.NOT_LOGGED_IN) == set(stages.PERSONAS)
    assert sum(len(list(cases(pattern))) for pattern in ADDRESSES.values()) == requests_told()
