"""Hostile input on every form and query string: never a 500, nothing half saved, no personal number stored.

The inputs are made by hypothesis, the same ones each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import models, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvinnofrid.core.models import Message
from kvinnofrid.core.validators import has_personal_number
from mandates import actions, forms
from mandates.models import EditionSection, FormEdition, InternalContact, Mandate, MandateSeat
from organisations.forms import OrganisationSearchForm, ProfileForm
from organisations.models import User
from reports.forms import CoverageForm, FaultForm, RepresentationForm
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, line_post, line_url

TRACKED = (Mandate, MandateSeat, InternalContact, FormEdition, EditionSection, User)
WATCHED = (*TRACKED, Message, *(model.history.model for model in TRACKED))
ANSWERS = {200, 302, 400, 403, 404, 405, 413, 422, 429}
PAGE_INPUTS, QUERY_INPUTS, FORM_INPUTS = 40, 20, 280

PROFILE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

SPECIAL = [
    "",
    " ",
    "\0",
    "a\0b",
    "-1",
    "0",
    "1e309",
    "NaN",
    "Infinity",
    "-0.0",
    "1_000",
    "٢٠٢٦-٠١-٠١",
    "१२",
    "9" * 30,
    "9" * 5000,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-11-22T00:00:00",
    "true",
    "null",
    "None",
    "[]",
    "' OR 1=1 --",
    "%s%(x)s{0}{{7*7}}{% now %}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "e\u0301" * 50,
    "😀" * 200,
    "x" * 10_000,
    "\u2028\u2029\ufeff\x85",
    PERSONAL_NUMBER,
    "19" + PERSONAL_NUMBER,
    f"Anna Andersson, {PERSONAL_NUMBER}, Falun",
    "19811218 9876",
    "811218–9876",
    "８１１２１８-９８７６",
    "8112\u200b18-9876",
    f"a{PERSONAL_NUMBER}@falun.example",
]
VALID_BITS = ["on", "1", "2", "ordinary", "deputy", "attest", "send_back", "2026-12-24", "12,5", "rut@falun.example"]
hostile = st.one_of(
    st.sampled_from(SPECIAL),
    st.sampled_from(VALID_BITS),
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.dates(date(1, 1, 1), date(9999, 12, 31)).map(str),
    st.binary(max_size=20),
)


def changes(names: list[str], extra: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Which fields are replaced, with what; None removes the field, a list sends it more than once."""
    value = st.one_of(hostile, st.none(), st.lists(hostile, max_size=3))
    return st.dictionaries(st.sampled_from([*names, *extra]), value, min_size=1, max_size=5)


def encoded(valid: dict[str, Any], changed: dict[str, Any]) -> str:
    values = {name: value for name, value in {**valid, **changed}.items() if value is not None}
    return urlencode(values, doseq=True)


def snapshot() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in WATCHED]


def stored_texts() -> list[str]:
    """All free text in the rows that the forms write."""
    found = []
    for model in WATCHED:
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.name.endswith("phone")
        ]
        found += [str(value) for row in model._default_manager.values_list(*names) for value in row]
    return found


@dataclass(frozen=True)
class Case:
    """One form: who posts it, where, and what it takes when all is well."""

    key: str
    url: str
    valid: dict[str, Any]
    extra: tuple[str, ...] = ()


PERSON = {"name": "Rut", "title": "Chef", "email": "rut@falun.example", "phone": "010-123 45 67", "private_phone": ""}
ROWS = (
    "contacts-TOTAL_FORMS",
    "contacts-INITIAL_FORMS",
    "contacts-MIN_NUM_FORMS",
    "contacts-0-id",
    "contacts-0-DELETE",
    "contacts-1-id",
    "contacts-1-name",
    "contacts-1-email",
    "again",
    "later",
)
SECTIONS = {
    "sections-TOTAL_FORMS": 3,
    "sections-INITIAL_FORMS": 2,
    "sections-0-heading": "Bakgrund",
    "sections-0-body": "Text",
    "sections-1-heading": "Syfte",
    "sections-1-body": "Text",
    "sections-2-heading": "",
    "sections-2-body": "",
}


def start(world: cast.World) -> Case:
    return Case("representative", "/uppdrag/nytt/", {"edition": world.edition.pk})


def person(world: cast.World) -> Case:
    return Case("representative", f"/uppdrag/{cast.draft(world).pk}/kontaktuppgifter/", PERSON, ("later", "state"))


def seats(world: cast.World) -> Case:
    mandate = cast.draft(world, "mora_representative", cast.MORAS)
    chosen = [world.seat(slug).pk for slug in cast.MORAS]
    return Case("mora_representative", f"/uppdrag/{mandate.pk}/organisationer/", {"seats": chosen}, ("later",))


def line(world: cast.World) -> Case:
    return Case("representative", line_url(cast.draft(world).lines.get()), line_post(world), ROWS)


def mended_line(world: cast.World) -> Case:
    return Case("representative", line_url(cast.returned(world).lines.get()), line_post(world), ROWS)


def review(world: cast.World) -> Case:
    return Case("representative", f"/uppdrag/{cast.draft(world).pk}/granska/", {}, ("x", "state"))


def decide(world: cast.World) -> Case:
    mandate = cast.submitted(world)
    posted = {"decision": "send_back", "comment": "Rätta.", "version": mandate.version}
    return Case("commissioner", line_url(mandate.lines.get(), "beslut/"), posted)


def withdraw(world: cast.World) -> Case:
    return Case("representative", f"/uppdrag/{cast.submitted(world).pk}/aterta/", {"reason": "Fel forum."})


def end(world: cast.World) -> Case:
    posted = {"ended_on": str(timezone.localdate()), "reason": "Byter tjänst."}
    return Case("commissioner", line_url(cast.attested(world).lines.get(), "avsluta/"), posted)


def new_edition(world: cast.World) -> Case:
    return Case("coordinator", "/uppdrag/utgavor/ny/lansgruppen/", {"name": "Utgåva 2", "valid_from": "2026-01-01"})


def edition(world: cast.World) -> Case:
    draft = actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=timezone.localdate(), by=world.person["coordinator"]
    )
    posted = {"name": "Utgåva 2", "valid_from": "2026-01-01", **SECTIONS}
    return Case("coordinator", f"/uppdrag/utgavor/{draft.pk}/redigera/", posted, ("again", "sections-3-heading"))


def publish(world: cast.World) -> Case:
    return Case("coordinator", f"/uppdrag/utgavor/{world.edition.pk}/publicera/", {}, ("x",))


def own_profile(world: cast.World) -> Case:
    posted = {
        "name": "Rut",
        "title": "Chef",
        "phone": "010-123 45 67",
        "private_phone": "",
        "mail_frequency": "daily",
        "has_protected_identity": "on",
    }
    return Case("representative", "/konto/uppgifter/", posted, ("email", "is_active"))


def fault(world: cast.World) -> Case:
    return Case("anonymous", "/tillganglighet/", {"fault": "Knappen syns inte.", "reply_to": "a@b.example"})


def login(world: cast.World) -> Case:
    return Case("anonymous", "/konto/logga-in/", {"login": "a@b.example", "password": "fel"}, ("next", "remember"))


def forgotten(world: cast.World) -> Case:
    return Case("anonymous", "/konto/losenord/glomt/", {"email": "a@b.example"}, ("next",))


FORMS: list[Callable[[cast.World], Case]] = [
    start,
    person,
    seats,
    line,
    mended_line,
    review,
    decide,
    withdraw,
    end,
    new_edition,
    edition,
    publish,
    own_profile,
    fault,
    login,
    forgotten,
]


def post(client: Client, url: str, body: str) -> Any:
    return client.post(url, body.encode(), content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("case_of", FORMS, ids=lambda case_of: case_of.__name__)
def test_forms(world: cast.World, as_person: Any, case_of: Callable[[cast.World], Case]) -> None:
    case = case_of(world)
    client, before = as_person(case.key), snapshot()

    @settings(PROFILE, max_examples=PAGE_INPUTS)
    @given(changes(list(case.valid) or ["y"], list(case.extra)))
    def hold(changed: dict[str, Any]) -> None:
        with transaction.atomic():
            response = post(client, case.url, encoded(case.valid, changed))
            assert response.status_code in ANSWERS
            after = snapshot()
            if response.status_code != 302:
                assert after == before
            elif after != before:
                assert not any(has_personal_number(text) for text in stored_texts())
            transaction.set_rollback(True)

    hold()


def test_the_forms_are_left_alone_when_all_is_well(world: cast.World, as_person: Any) -> None:
    """What the property tests change bits of does go through unchanged, so that they are about something."""
    for case_of in FORMS:
        with transaction.atomic():
            case = case_of(world)
            response = post(as_person(case.key), case.url, encoded(case.valid, {}))
            assert (case.url, response.status_code) == (case.url, 200 if case_of is login else 302)
            transaction.set_rollback(True)


QUERIES = [
    ("coordinator", "/uppdrag/", ("q", "state", "sida", "ordning")),
    ("coordinator", "/organisationer/", ("q", "kind", "principal", "sida")),
    ("coordinator", "/forum/", ("q", "sida")),
    ("coordinator", "/forum/lansgruppen/", ("datum",)),
    ("coordinator", "/organisationer/falun/", ("datum", "x")),
    ("coordinator", "/uppdragslaget/", ("datum",)),
    ("coordinator", "/uppdragslaget/lansgruppen/", ("q", "status", "datum")),
    ("outsider", "/foretradare/", ("organisation", "datum")),
    ("representative", "/meddelanden/", ("sida",)),
    ("representative", "/", ("x",)),
    ("anonymous", "/hjalp/", ("x",)),
    ("anonymous", "/komponenter/", ("sida", "q")),
    ("anonymous", "/konto/logga-in/", ("next",)),
]


@pytest.mark.parametrize(("key", "url", "names"), QUERIES)
def test_query_strings(world: cast.World, as_person: Any, key: str, url: str, names: tuple[str, ...]) -> None:
    cast.submitted(world)
    client, before = as_person(key), snapshot()

    @settings(PROFILE, max_examples=QUERY_INPUTS)
    @given(changes(list(names), ["utm"]))
    def hold(changed: dict[str, Any]) -> None:
        response = client.get(f"{url}?{encoded({}, changed)}")
        assert response.status_code in ANSWERS

    hold()
    assert snapshot() == before


ADDRESSES = [
    "/uppdrag/{}/",
    "/uppdrag/{}/pdf/",
    "/uppdrag/{}/kontaktuppgifter/",
    "/uppdrag/{}/organisationer/{}/",
    "/uppdrag/{}/organisationer/{}/beslut/",
    "/uppdrag/utgavor/{}/",
    "/uppdrag/utgavor/ny/{}/",
    "/organisationer/{}/",
    "/forum/{}/",
    "/uppdragslaget/{}/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses(world: cast.World, as_person: Any, address: str) -> None:
    client = as_person("coordinator")
    part = st.one_of(st.integers(min_value=10**6).map(str), st.text(min_size=1, max_size=20), st.sampled_from(SPECIAL))

    @settings(PROFILE, max_examples=15)
    @given(part, part)
    def hold(first: str, second: str) -> None:
        path = address.format(*(value.replace("?", "").replace("#", "") for value in (first, second)))
        assert client.get(path).status_code in {301, 302, 404}

    hold()


BODIES = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="x"\r\n\r\nRut'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="\0"\r\n\r\nx\r\n--x--',
    ),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x--"),
    ("application/json", b'{"name": "Rut"}'),
    ("application/x-www-form-urlencoded; charset=utf-16", "name=Rut".encode("utf-16")),
    ("application/x-www-form-urlencoded; charset=finns-inte", b"x=Rut"),
    ("application/x-www-form-urlencoded", b"%ff=%fe&name=%00&" + b"a=1&" * 3000),
    ("application/x-www-form-urlencoded", b"name=" + b"x" * (3 * 1024 * 1024)),
    ("text/plain", b"\0"),
    ("", b"name=Rut"),
]


@pytest.mark.parametrize(("content_type", "body"), BODIES)
def test_broken_bodies(world: cast.World, as_person: Any, content_type: str, body: bytes) -> None:
    case = person(world)
    before = snapshot()
    response = as_person(case.key).generic("POST", case.url, body, content_type=content_type)
    assert response.status_code in ANSWERS - {302}
    assert snapshot() == before


# --- many more inputs on the forms themselves, which cost less than whole pages -----------------------------------------


def posted(values: dict[str, Any]) -> QueryDict:
    return QueryDict(encoded({}, values))


def form_cases(world: cast.World) -> dict[str, Callable[[QueryDict], Any]]:
    draft = cast.draft(world)
    own_line = draft.lines.select_related("mandate", "seat__organisation").get()
    return {
        "person": lambda data: forms.PersonForm(data, instance=Mandate(edition=world.edition)),
        "line": lambda data: forms.LineForm(data, instance=own_line),
        "contacts": lambda data: forms.ContactFormSet(data, prefix="contacts"),
        "decide": forms.DecideForm,
        "withdraw": forms.WithdrawForm,
        "end": lambda data: forms.EndForm(data, mandate=draft, reader=world.person["representative"], line=own_line),
        "search": forms.MandateSearchForm,
        "edition": lambda data: forms.EditionForm(data, instance=FormEdition(forum=world.forum)),
        "sections": lambda data: forms.SectionFormSet(data, prefix="sections"),
        "organisations": OrganisationSearchForm,
        "profile": lambda data: ProfileForm(data, instance=User()),
        "coverage": CoverageForm,
        "representation": RepresentationForm,
        "fault": FaultForm,
    }


NAMES = {
    "person": list(PERSON),
    "line": ["kind", "share_percent", "commissioner", "starts_on", "ends_on", "case_number"],
    "contacts": ["contacts-0-name", "contacts-0-role", "contacts-0-email", "contacts-0-phone", *ROWS],
    "decide": ["decision", "comment", "version"],
    "withdraw": ["reason"],
    "end": ["ended_on", "reason", "successor", "expected_on", "function_email", "goes_on", "meetings", "papers"],
    "search": ["q", "state"],
    "edition": ["name", "valid_from"],
    "sections": list(SECTIONS),
    "organisations": ["q", "kind", "principal"],
    "profile": ["name", "title", "phone", "private_phone", "mail_frequency", "has_protected_identity"],
    "coverage": ["q", "status", "datum"],
    "representation": ["organisation", "datum"],
    "fault": ["fault", "reply_to"],
}
FILTERS = {"search", "organisations", "coverage"}  # they look for text and store none


@pytest.mark.parametrize("name", NAMES)
def test_form_classes(world: cast.World, name: str) -> None:
    make = form_cases(world)[name]

    @settings(PROFILE, max_examples=FORM_INPUTS)
    @given(changes(NAMES[name], []))
    def hold(values: dict[str, Any]) -> None:
        form = make(posted(values))
        valid = form.is_valid()
        str(form.errors)
        if not valid or name in FILTERS:
            return
        cleaned = form.cleaned_data if isinstance(form.cleaned_data, list) else [form.cleaned_data]
        texts = [
            value
            for row in cleaned
            for field, value in row.items()
            if isinstance(value, str) and not field.endswith("phone")
        ]
        assert not any(has_personal_number(text) or "\0" in text for text in texts)

    hold()


def test_days_far_away_have_a_page(world: cast.World, as_person: Any) -> None:
    client = as_person("coordinator")
    for day in (date(2000, 1, 1), date(2100, 12, 31), timezone.localdate() + timedelta(days=1)):
        for url in ("/forum/lansgruppen/", "/uppdragslaget/lansgruppen/", "/foretradare/"):
            assert client.get(url, {"datum": str(day), "organisation": "falun"}).status_code == 200
