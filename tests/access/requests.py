"""All requests of the access table: which objects each address is asked about, and what is posted to it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.access import (
    agreement_posts,
    agreement_stage,
    life_posts,
    life_stage,
    people_posts,
    people_stage,
    upkeep_posts,
    upkeep_stage,
)
from tests.access.stage import (
    BELONGS_TO,
    COMMISSIONS,
    EDITIONS,
    FORMS,
    FORUMS,
    NEAR_AGREEMENTS,
    NEAR_PEOPLE,
    PERSONAS,
    Stage,
)
from tests.access.table import BOOKS, Row, column, rows
from tests.factories import cast

ONE_KEY = "en-visning-av-ett-formular"  # the one-time key of forms that carry one
NEW_PASSWORD = "ett-annat-långt-lösenord"
UNKNOWN: dict[str, Any] = {
    "pk": 999_999_999,
    "line_pk": 999_999_999,
    "slug": "finns-inte",
    "number": 99,
    "organisation": "finns-inte",
    "name": "finns-inte",
    "token": "finns-inte",
    "key": "finns-inte",
    "seat_pk": 999_999_999,
    "link_pk": 999_999_999,
    "item_pk": 999_999_999,
}
THINGS: dict[str, Any] = {
    **agreement_stage.THINGS,
    **people_stage.THINGS,
    **life_stage.THINGS,
    **upkeep_stage.THINGS,
}
# Who is asked about what. Everybody asks every page with GET and POST, for the most secret and the most open of
# mandates. The other ones are asked by those who stand near the form and by two who do not. HEAD is tried by one person
# for each way through the doors; the methods that no page has, by the one who may most and the one who may least.
BY_EVERYBODY = ("draft", "attested")
FEW = ("coordinator", "representative", "outsider", "nobody", "anonymous")
FEWER = ("coordinator", "anonymous")  # of the pages that came last: their doors are the others'
# Drawing a document takes half a second: where it is drawn, one person of each column asks for it.
DRAWN = (
    "mandate_pdf",
    "edition_pdf",
    "version_pdf",
    "version_docx",
    "version_compare_pdf",
    "board_pdf",
    "shared_board_pdf",
    "handover_pdf",
    "forum_roster_pdf",
)
DRAWN_FORMS = ("draft", "attested", "four lines")
# Rules of addresses, as the tables' columns: whom the first door stops, and how.
_MEMBERS = ("steering group", "chair", "representative", "other participant", "participant")
_NO_COORDINATORS = {"anonymous": "login", **dict.fromkeys(("no role", *_MEMBERS), "404")}
STOPPED_BY: dict[str, dict[str, str]] = {
    "public": {},
    "logged in": {"anonymous": "login"},
    "member": {"anonymous": "login", "no role": "404"},
    "coordinator": {**_NO_COORDINATORS, **dict.fromkeys(("administrator", "registrar", "other administrator"), "404")},
    "manages members": _NO_COORDINATORS,
    "sees coverage": {
        "anonymous": "login",
        "no role": "404",
        "chair": "404",
        "representative": "404",
        "other participant": "404",
    },
    "sees elections": {"anonymous": "login", "no role": "404", "participant": "404"},
}


def patterns(found: Any = None) -> Iterator[URLPattern]:
    """Every address of the portal."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


@dataclass(frozen=True)
class Case:
    """One request and the answer it should have."""

    page: str
    key: str  # the object: a form, an edition, a forum, an organisation, another thing, or "" for none
    line: str  # the organisation whose line of the form it is about
    persona: str
    method: str
    expected: str
    is_past_the_door: bool

    @property
    def is_about_an_object(self) -> bool:
        """Whether it is refused for the object's sake, and not by the first door. Ends of others' logins as well."""
        is_refused = self.expected == "404" or (self.page == "session_end" and self.expected == "302")
        return bool(self.key) and is_refused and self.is_past_the_door

    def __str__(self) -> str:
        about = " ".join(part for part in (self.key, self.line) if part)
        return f"{self.persona}: {self.method} {self.page} ({about})"


def objects_of(pattern: URLPattern) -> list[tuple[str, str]]:
    """What an address is asked about: (object, organisation of the line)."""
    page, names = str(pattern.name), set(pattern.pattern.converters)
    if page in BOOKS:
        return [(key, "") for key in BOOKS[page].PAGES[page]]
    forms = DRAWN_FORMS if page in DRAWN else FORMS
    if "line_pk" in names:
        return [(key, slug) for key in forms for slug in FORMS[key].organisations[:2]]
    if page == "account_reset_password_from_key":
        return [("worn-out key", "")]
    if "pk" in names:
        return [(key, "") for key in (EDITIONS if page.startswith("edition_") else forms)]
    if page == "organisation_detail":
        return [(slug, "") for slug in ("falun", "mora", "polisen")]
    return [(slug, "") for slug in FORUMS] if "slug" in names else [("", "")]


def state_of(key: str) -> str:
    """The state of an object in the words of the table."""
    if key in THINGS:
        return THINGS[key].state
    return FORMS[key].state if key in FORMS else {**EDITIONS, **FORUMS}.get(key, "")


def askers_of(page: str, key: str) -> list[str]:
    """Who asks about an object."""
    if page in BOOKS:
        return list(BOOKS[page].askers_of(page, key))
    if key not in FORMS or key in BY_EVERYBODY:
        return [persona for persona in PERSONAS if persona not in (*NEAR_AGREEMENTS, *NEAR_PEOPLE)]
    form = FORMS[key]
    near = [person for person in COMMISSIONS if set(COMMISSIONS[person]) & set(form.organisations)]
    inside = [person for person in ("reader", "orsa_reader") if set(BELONGS_TO[person]) & set(form.organisations)]
    return list(dict.fromkeys(["coordinator", form.owner, *near, *inside, "outsider", "registrar"]))


def cases(pattern: URLPattern) -> Iterator[Case]:
    """All requests to one address."""
    page = str(pattern.name)
    own = [row for row in rows() if row.page == page]
    objects = objects_of(pattern)
    for key, line in objects:
        has_drawn: set[str] = set()
        for persona in askers_of(page, key):
            for method in _methods(own, is_first=(key, line) == objects[0]):
                case = _case(pattern, own, (key, line), persona, method)
                place = column(page, persona, key, line)
                if page in DRAWN and case.expected == "200" and place in has_drawn:
                    continue
                has_drawn.add(place)
                yield case
    has_head = False
    for persona in FEWER if page in upkeep_stage.PAGES else FEW:
        case = _case(pattern, own, objects[0], persona, "HEAD")
        if page in DRAWN and case.expected == "200" and has_head:
            continue
        has_head |= case.expected == "200"
        yield case
    for persona in FEWER:
        for method in ("PUT", "PATCH", "DELETE"):
            yield _case(pattern, own, objects[0], persona, method)


def _methods(own: list[Row], *, is_first: bool) -> list[str]:
    """Those that the page has rows for; of one object the other one too."""
    has_rows = {row.method for row in own}
    return [method for method in ("GET", "POST") if is_first or method in has_rows]


def _case(pattern: URLPattern, own: list[Row], about: tuple[str, str], persona: str, method: str) -> Case:
    """A request with the answer of the table; without a row, the door's."""
    page, (key, line) = str(pattern.name), about
    place = column(page, persona, key, line)
    as_method = "GET" if method == "HEAD" else method
    row = next((row for row in own if row.covers(as_method, state_of(key))), None)
    stopped = STOPPED_BY[pattern.callback.access_rule]
    expected = row.cells[place] if row else stopped.get(place, "405")
    return Case(page, key, line, persona, method, expected, is_past_the_door=place not in stopped)


# --- addresses and what is posted -------------------------------------------------------------------------------------


def address(stage: Stage, case: Case, *, unknown: bool = False) -> str:
    """The address of the case; or of the same page for something that does not exist."""
    if case.page == "account_reset_password_from_key":
        return reverse(case.page, kwargs={"uidb36": "1", "key": "set-password" if unknown else "abc-123"})
    kwargs = _kwargs(stage, case)
    return reverse(
        case.page, kwargs={name: _unknown(value, name) if unknown else value for name, value in kwargs.items()}
    )


def _unknown(value: Any, name: str) -> Any:
    return uuid.UUID(int=0) if isinstance(value, uuid.UUID) else UNKNOWN[name]


@cache
def names_in_address() -> dict[str, frozenset[str]]:
    """Of each page, what its address holds."""
    return {str(pattern.name): frozenset(pattern.pattern.converters) for pattern in patterns()}


def _kwargs(stage: Stage, case: Case) -> dict[str, Any]:
    if case.key in THINGS:
        return {name: stage.things[case.key][name] for name in names_in_address()[case.page]}
    if not case.key:
        return {}
    if case.key in EDITIONS:
        return {"pk": stage.editions[case.key].pk}
    if case.key not in FORMS:
        return {"slug": case.key}
    return {"pk": stage.forms[case.key].pk} | ({"line_pk": _line(stage, case).pk} if case.line else {})


def _line(stage: Stage, case: Case) -> Any:
    return stage.forms[case.key].lines.get(seat__organisation__slug=case.line)


def posted(stage: Stage, case: Case) -> dict[str, Any]:
    """What the page's own form would send: in order, so that a refusal is about the person and not the contents."""
    make = POSTS.get(case.page)
    return {"once": ONE_KEY, **(make(stage, case) if make else {})}


def _person(stage: Stage, case: Case) -> dict[str, Any]:
    return {"name": "Ny Namnsson", "title": "Chef", "email": "ny@cast.example", "phone": "", "private_phone": ""}


def _seats(stage: Stage, case: Case) -> dict[str, Any]:
    seats = stage.forms[case.key].lines.values_list("seat", flat=True)
    return {"seats": list(seats)}


def _line_values(stage: Stage, case: Case) -> dict[str, Any]:
    line = _line(stage, case)
    return {
        "kind": "ordinary",
        "share_percent": "20",
        "commissioner": line.commissioner_id,
        "starts_on": str(line.starts_on),
        "ends_on": str(line.ends_on or ""),
        "case_number": "KS 2026/99",
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 0,
        "contacts-0-name": "Ny kontakt",
    }


def _decision(stage: Stage, case: Case) -> dict[str, Any]:
    return {"decision": "attest", "version": stage.forms[case.key].version}


def _end(stage: Stage, case: Case) -> dict[str, Any]:
    return {"ended_on": str(max(_line(stage, case).starts_on, timezone.localdate())), "reason": "Slutar"}


def _edition(stage: Stage, case: Case) -> dict[str, Any]:
    return {
        "name": "Utgåva 3",
        "valid_from": "2031-01-01",
        "sections-TOTAL_FORMS": 1,
        "sections-INITIAL_FORMS": 0,
        "sections-0-heading": "Ny rubrik",
        "sections-0-body": "Ny text",
    }


def _profile(stage: Stage, case: Case) -> dict[str, Any]:
    return {"name": "Ny Namnsson", "title": "Chef", "phone": "010-111 11 11", "mail_frequency": "daily"}


def _new_password(stage: Stage, case: Case) -> dict[str, Any]:
    return {"oldpassword": cast.PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


POSTS: dict[str, Callable[[Stage, Case], dict[str, Any]]] = {
    "mandate_start": lambda stage, case: {"edition": stage.working_edition.pk},
    "mandate_person": _person,
    "mandate_seats": _seats,
    "mandate_line": _line_values,
    "mandate_decide": _decision,
    "mandate_end": _end,
    "mandate_withdraw": lambda stage, case: {"reason": "Slutar"},
    "edition_create": _edition,
    "edition_edit": _edition,
    "profile": _profile,
    "accessibility_statement": lambda stage, case: {"fault": "Knappen är för liten", "reply_to": ""},
    "account_login": lambda stage, case: {"login": "representative@cast.example", "password": "fel"},
    "account_signup": lambda stage, case: {"email": "ny@cast.example", "password1": "x", "password2": "x"},
    "account_reset_password": lambda stage, case: {"email": "representative@cast.example"},
    "account_reset_password_from_key": _new_password,
    "account_change_password": _new_password,
    "account_reauthenticate": lambda stage, case: {"password": cast.PASSWORD},
    **agreement_posts.POSTS,
    **people_posts.POSTS,
    **life_posts.POSTS,
    **upkeep_posts.POSTS,
}
