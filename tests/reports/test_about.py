"""Help and the accessibility statement: open to all, honest, and a way to report faults."""

from typing import Any

import pytest
from django.urls import reverse

from kvinnofrid.core.models import Message
from organisations import actions
from organisations.models import Membership
from reports.views.about import CHAPTERS
from tests.factories import cast

HELP, STATEMENT = "/hjalp/", "/tillganglighet/"
REPORT = {"fault": "Knappen går inte att nå med tangentbordet.", "reply_to": "nagon@annan.example"}


@pytest.mark.parametrize(
    ("key", "own"),
    [
        ("anonymous", []),
        ("nobody", []),
        ("ended", []),
        ("reader", ["reader"]),
        ("representative", ["representative"]),
        ("commissioner", ["commissioner"]),
        ("registrar", ["registrar"]),
        ("administrator", ["administrator"]),
        ("chair", ["chair"]),
        ("steering", ["steering"]),
        ("coordinator", ["coordinator"]),
    ],
)
def test_help_begins_with_the_own_role(as_person: Any, key: str, own: list[str]) -> None:
    response = as_person(key).get(HELP)
    chapters = [chapter.key for chapter in response.context["chapters"]]
    assert chapters == [*own, *(name for name in CHAPTERS if name not in own)]
    page = response.content.decode()
    assert [page.count(f'<h2 id="{name}">') for name in CHAPTERS] == [1] * len(CHAPTERS)
    assert page.count("– din roll") == len(own)


def test_pages_are_only_read_by_those_who_read(as_person: Any) -> None:
    assert as_person("anonymous").post(HELP).status_code == 405
    assert as_person("anonymous").put(STATEMENT).status_code == 405


def test_statement_says_what_the_law_asks_for(as_person: Any) -> None:
    page = as_person("anonymous").get(STATEMENT).content.decode()
    asked = [
        "Kvinnofrid Dalarna står bakom",
        "Delvis förenlig med lagens krav",
        "Det som kan brista",
        "Portalen bedömdes senast den 22\N{NO-BREAK SPACE}november\N{NO-BREAK SPACE}2026",
        "Rapportera ett fel",
        'href="https://www.digg.se/tdosanmalan"',
    ]
    assert [page.count(words) for words in asked] == [1] * len(asked)


def test_report_reaches_every_coordinator_once(world: cast.World, as_person: Any) -> None:
    response = as_person("anonymous").post(STATEMENT, REPORT, follow=True)
    assert response.redirect_chain == [(STATEMENT, 302)]
    assert response.content.decode().count("Tack. Rapporten har lämnats till samordnaren.") == 1
    message = Message.objects.get()
    assert message.recipient == world.person["coordinator"]
    assert message.subject == "Någon har rapporterat ett tillgänglighetsfel"
    assert message.path == reverse("accessibility_statement")
    assert [message.body.count(words) for words in REPORT.values()] == [1, 1]


def test_report_without_an_address(as_person: Any) -> None:
    as_person("anonymous").post(STATEMENT, {**REPORT, "reply_to": ""})
    assert Message.objects.get().body.count("har inte bett om svar") == 1


def test_text_is_sent_as_it_was_written(as_person: Any) -> None:
    fault = "<script>alert(1)</script> & {{ recipient.email }}"
    as_person("anonymous").post(STATEMENT, {**REPORT, "fault": fault})
    assert Message.objects.get().body.count(fault) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fault": ""}, "fault"),
        ({"fault": "x" * 2001}, "fault"),
        ({"fault": "Om 850709-9805"}, "fault"),
        ({"fault": "a\x00b"}, "fault"),
        ({"reply_to": "inte en adress"}, "reply_to"),
        ({"reply_to": "a@b.example\nBcc: c@d.example"}, "reply_to"),
    ],
)
def test_faults_stand_beside_the_field_and_nothing_is_sent(as_person: Any, values: dict[str, str], field: str) -> None:
    response = as_person("anonymous").post(STATEMENT, {**REPORT, **values})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {field}
    assert Message.objects.count() == 0


def test_sixth_report_within_an_hour_is_refused_and_kept(as_person: Any) -> None:
    client = as_person("anonymous")
    answers = [client.post(STATEMENT, {**REPORT, "fault": f"Fel {number}."}).status_code for number in range(6)]
    assert (answers, Message.objects.count()) == ([302] * 5 + [200], 5)
    page = client.post(STATEMENT, REPORT).content.decode()
    assert (page.count("Du har rapporterat flera fel"), page.count(REPORT["fault"])) == (1, 1)


def test_without_a_coordinator_the_report_is_not_said_to_be_received(world: cast.World, as_person: Any) -> None:
    for membership in Membership.objects.filter(role="coordinator"):
        actions.end_role(membership=membership, by=None, ends_on=membership.starts_on)
    response = as_person("anonymous").post(STATEMENT, REPORT)
    assert response.status_code == 200
    assert response.content.decode().count("Portalen har ingen samordnare än") == 1
    assert Message.objects.count() == 0
