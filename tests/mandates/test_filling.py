"""The pages on which a mandate is filled in: half answers are saved, bad ones are told beside the field and kept."""

import html
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from mandates import actions
from mandates.models import InternalContact, Mandate, MandateSeat
from organisations import actions as organisation_actions
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, contact_rows, line_post, line_url, sent, verbs

NUMBER = (
    "Texten innehåller något som ser ut som ett personnummer. Portalen får inte innehålla personnummer: ta bort det."
)
DATE = "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."
SHARE = "Skriv andelen i procent, till exempel 25 eller 12,5."
PHONE = "Skriv telefonnumret med riktnummer, till exempel 010-123 45 67."
NUL = "Null-tecken är inte tillåtna."
PERSON = {"name": "Rut", "title": "Chef", "email": "rut@falun.example", "phone": "", "private_phone": ""}


def start(world: cast.World, client: Any) -> tuple[Mandate, MandateSeat]:
    client.post("/uppdrag/nytt/", {"edition": world.edition.pk})
    mandate = Mandate.objects.get()
    return mandate, mandate.lines.get()


def person_url(mandate: Mandate) -> str:
    return f"/uppdrag/{mandate.pk}/kontaktuppgifter/"


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def field_errors(response: Any, field_id: str) -> list[str]:
    """What stands beside a field, as its reader meets it: in the element that describes it."""
    page = response.content.decode()
    found = re.findall(rf'<(\w+)[^>]*\bid="{field_id}_error"[^>]*>(.*?)</\1>', page, re.DOTALL)
    assert found, f"nothing stands beside {field_id}"
    text = html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0][1], flags=re.DOTALL))
    return [re.sub(r"\s+", " ", text).strip().removeprefix("Fel:").strip()]


def value_of(response: Any, field_id: str) -> str:
    """What stands in an input or a text area of the page."""
    page = response.content.decode()
    field = re.search(rf'<input[^>]*\bid="{field_id}"[^>]*>', page)
    if field:
        value = re.search(r'\bvalue="([^"]*)"', field.group())
        return html.unescape(value.group(1)) if value else ""
    area = re.search(rf'<textarea[^>]*\bid="{field_id}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert area, f"no {field_id} on the page"
    return html.unescape(area.group(1)).removeprefix("\r\n").removeprefix("\n")


# --- start --------------------------------------------------------------------------------------------------------------


def test_the_only_form_is_chosen_beforehand(world: cast.World, as_person: Any) -> None:
    page = as_person("representative").get("/uppdrag/nytt/").content.decode()
    choices = re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page)
    assert [("checked" in choice, f'value="{world.edition.pk}"' in choice) for choice in choices] == [(True, True)]


@pytest.mark.parametrize("edition", ["", "0", "x", "\0", "9" * 40])
def test_a_form_that_is_not_offered_is_not_started(world: cast.World, as_person: Any, edition: str) -> None:
    response = as_person("representative").post("/uppdrag/nytt/", {"edition": edition})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["edition"]
    assert Mandate.objects.count() == 0


def test_a_draft_edition_is_not_offered(world: cast.World, as_person: Any) -> None:
    from mandates import actions

    draft = actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=timezone.localdate(), by=world.person["coordinator"]
    )
    as_person("representative").post("/uppdrag/nytt/", {"edition": draft.pk})
    assert Mandate.objects.count() == 0


def test_two_clicks_open_the_same_draft(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    places = [client.post("/uppdrag/nytt/", {"edition": world.edition.pk}).headers["Location"] for _ in range(2)]
    assert places == [person_url(Mandate.objects.get())] * 2


@pytest.mark.parametrize("key", ["commissioner", "reader", "coordinator", "steering"])
def test_others_have_no_form_to_start(world: cast.World, as_person: Any, key: str) -> None:
    assert as_person(key).post("/uppdrag/nytt/", {"edition": world.edition.pk}).status_code == 403
    assert Mandate.objects.count() == 0


# --- person -------------------------------------------------------------------------------------------------------------


def test_half_a_person_is_saved(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    mandate, _ = start(world, client)
    posted = {"name": "Rut", "title": "", "email": "", "phone": "", "private_phone": "", "later": "1"}
    response = client.post(person_url(mandate), posted, follow=True)
    assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/", 302)]
    assert told(response) == ["Sparat. Du kan fortsätta när du vill."]
    saved = Mandate.objects.get()
    assert (saved.name, saved.title, saved.email) == ("Rut", "", "")
    assert "2 av stegen saknar något." in response.content.decode()


BAD_PERSON = [
    ("name", "", "Skriv namn."),
    ("name", "x" * 121, "Säkerställ att detta värde har som mest 120 tecken (den har 121)."),
    ("name", f"Rut {PERSONAL_NUMBER}", NUMBER),
    ("name", "Rut 19811218 9876", NUMBER),
    ("title", f"{PERSONAL_NUMBER}", NUMBER),
    ("title", "a\0b", NUL),
    ("email", "inte en adress", "Fyll i en giltig e-postadress."),
    ("phone", "ring mig", PHONE),
    ("phone", PERSONAL_NUMBER, PHONE),
    ("private_phone", "19" + PERSONAL_NUMBER, PHONE),
    ("private_phone", "0" * 31, "Säkerställ att detta värde har som mest 30 tecken (den har 31)."),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD_PERSON)
def test_a_bad_answer_is_told_beside_the_field_and_kept(
    world: cast.World, as_person: Any, field: str, value: str, message: str
) -> None:
    client = as_person("representative")
    mandate, _ = start(world, client)
    response = client.post(person_url(mandate), {**PERSON, "title": "Enhetschef", field: value})
    assert response.status_code == 200
    assert field_errors(response, f"id_{field}")[0].startswith(message)
    kept = {name: value_of(response, f"id_{name}") for name in ("name", "title", "email")}
    assert kept == {**{name: PERSON[name] for name in kept}, "title": "Enhetschef", **_one(field, value, kept)}
    assert response.content.decode().count("Fel: Kontaktuppgifter") == 1
    assert Mandate.objects.get().title == "Handläggare"
    assert verbs(mandate) == ["started"]


def _one(field: str, value: str, among: dict[str, str]) -> dict[str, str]:
    return {field: value} if field in among else {}


# --- organisations ------------------------------------------------------------------------------------------------------


def test_seats_are_chosen_and_the_next_step_is_the_first_of_them(world: cast.World, as_person: Any) -> None:
    client = as_person("mora_representative")
    client.post("/uppdrag/nytt/", {"edition": world.edition.pk})
    mandate = Mandate.objects.get()
    url = f"/uppdrag/{mandate.pk}/organisationer/"
    seats = [world.seat("orsa").pk, world.seat("mora").pk]
    response = client.post(url, {"seats": seats})
    assert response.headers["Location"] == line_url(mandate.lines.get(seat=world.seat("mora")))


@pytest.mark.parametrize("kind", ["none", "theirs", "text", "missing"])
def test_seats_that_are_not_offered(world: cast.World, as_person: Any, kind: str) -> None:
    client = as_person("representative")
    mandate, line = start(world, client)
    own = world.seat("falun").pk
    seats = {"none": [], "theirs": [own, world.seat("sater").pk], "text": [own, "x\0"], "missing": [own, "9" * 30]}
    response = client.post(f"/uppdrag/{mandate.pk}/organisationer/", {"seats": seats[kind], "next": "1"})
    assert response.status_code == 200
    assert field_errors(response, "id_seats") != []
    assert list(mandate.lines.all()) == [line]


# --- one line -----------------------------------------------------------------------------------------------------------


def test_an_empty_line_is_saved(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    posted = {"kind": "ordinary", "later": "1", **contact_rows([])}
    response = client.post(line_url(line), posted, follow=True)
    assert response.redirect_chain == [(f"/uppdrag/{line.mandate_id}/", 302)]
    line.refresh_from_db()
    assert (line.share_percent, line.commissioner, line.starts_on) == (None, None, None)


SPELLINGS = [
    ("2027-01-31", date(2027, 1, 31)),
    ("20270131", date(2027, 1, 31)),
    ("2027/01/31", date(2027, 1, 31)),
    ("2027.01.31", date(2027, 1, 31)),
    (" 2027-01-31 ", date(2027, 1, 31)),
    ("2027-1-5", date(2027, 1, 5)),
]


@pytest.mark.parametrize(("typed", "day"), SPELLINGS)
def test_dates_as_people_write_them(world: cast.World, as_person: Any, typed: str, day: date) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    client.post(line_url(line), line_post(world, starts_on=typed))
    line.refresh_from_db()
    assert line.starts_on == day
    assert value_of(client.get(line_url(line)), "id_starts_on") == day.isoformat()


SHARES = [
    ("12,5 %", "12.5", "12,5"),
    ("12.5", "12.5", "12,5"),
    ("25", "25", "25"),
    (" 0,5% ", "0.5", "0,5"),
    ("100", "100", "100"),
]


@pytest.mark.parametrize(("typed", "number", "shown"), SHARES)
def test_shares_as_people_write_them(world: cast.World, as_person: Any, typed: str, number: str, shown: str) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    client.post(line_url(line), line_post(world, share_percent=typed))
    line.refresh_from_db()
    assert line.share_percent == Decimal(number)
    assert value_of(client.get(line_url(line)), "id_share_percent") == shown


BAD_LINE = [
    ("kind", "ingen", "Välj ett giltigt alternativ."),
    ("share_percent", "mycket", SHARE),
    ("share_percent", "0", "Andelen ska vara minst 0,5 procent."),
    ("share_percent", "100,5", "Andelen kan vara högst 100 procent."),
    ("share_percent", "12,55", "Säkerställ att det inte är mer än 1 decimal."),
    ("share_percent", "NaN", SHARE),
    ("share_percent", "1e999", "Andelen kan vara högst 100 procent."),
    ("commissioner", "999999", "Välj ett giltigt alternativ."),
    ("commissioner", "representative", "Välj ett giltigt alternativ."),
    ("commissioner", "mora_commissioner", "Välj ett giltigt alternativ."),
    ("commissioner", "ended", "Välj ett giltigt alternativ."),
    ("commissioner", "future", "Välj ett giltigt alternativ."),
    ("starts_on", "i morgon", DATE),
    ("starts_on", "2026-02-30", DATE),
    ("starts_on", "31/1 2027", DATE),
    ("starts_on", "1999-12-31", "Året ska ligga mellan 2000 och 2100."),
    ("ends_on", "2101-01-01", "Året ska ligga mellan 2000 och 2100."),
    ("ends_on", "2020-01-01", "Slutdatum kan inte ligga före startdatum."),
    ("case_number", f"KS {PERSONAL_NUMBER}", NUMBER),
    ("case_number", "x" * 61, "Säkerställ att detta värde har som mest 60 tecken"),
    ("case_number", "a\0b", NUL),
    ("contacts-0-name", f"Anna {PERSONAL_NUMBER}", NUMBER),
    ("contacts-0-name", "811218 9876", NUMBER),
    ("contacts-0-name", "x" * 121, "Säkerställ att detta värde har som mest 120 tecken"),
    ("contacts-0-name", "", "Skriv namn eller funktion på kontakten."),
    ("contacts-0-name", "a\0b", NUL),
    ("contacts-0-role", f"{PERSONAL_NUMBER}", NUMBER),
    ("contacts-0-email", "anna", "Fyll i en giltig e-postadress."),
    ("contacts-0-phone", PERSONAL_NUMBER, PHONE),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD_LINE)
def test_a_bad_line_is_told_kept_and_not_half_saved(
    world: cast.World, as_person: Any, field: str, value: str, message: str
) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    before, changes = MandateSeat.objects.filter(pk=line.pk).values().get(), len(verbs(line))
    contact = {"name": "Enheten för stöd", "role": "IFO", "email": "stod@falun.example", "phone": "0250-1"}
    person = world.person.get(value) if field == "commissioner" else None
    posted = line_post(world, contacts=[contact], **{field: person.pk if person else value})
    response = client.post(line_url(line), posted)
    assert response.status_code == 200
    assert field_errors(response, f"id_{field}")[0].startswith(message)
    typed = ("share_percent", "starts_on", "ends_on", "case_number")
    assert {name: value_of(response, f"id_{name}") for name in typed} == {name: posted[name] for name in typed}
    for name in contact:
        assert value_of(response, f"id_contacts-0-{name}") == posted[f"contacts-0-{name}"]
    assert response.content.decode().count("<title>Fel: ") == 1
    assert MandateSeat.objects.filter(pk=line.pk).values().get() == before
    assert (len(verbs(line)), InternalContact.objects.count()) == (changes, 0)


def test_again_saves_and_offers_an_empty_row(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    response = client.post(line_url(line), line_post(world, again="1"), follow=True)
    assert response.redirect_chain == [(f"{line_url(line)}#kontakter", 302)]
    assert told(response) == ["Sparat."]
    assert value_of(response, "id_contacts-0-name") == "Enheten för stöd"
    assert value_of(response, "id_contacts-1-name") == ""


# --- contacts -----------------------------------------------------------------------------------------------------------


def names(line: MandateSeat) -> list[str]:
    return list(line.contacts.values_list("name", flat=True))


def test_contacts_are_removed_by_mark_and_by_emptying(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    client.post(line_url(line), line_post(world, contacts=[{"name": "A"}, {"name": "B"}, {"name": "C"}]))
    a, b, c = line.contacts.all()
    rows = [
        {"id": a.pk, "name": "A", "DELETE": "on"},
        {"id": b.pk, "name": ""},
        {"id": c.pk, "name": "C2"},
        {"name": "D", "DELETE": "on"},
    ]
    client.post(line_url(line), line_post(world, contacts=rows, **{"contacts-INITIAL_FORMS": 3}))
    assert names(line) == ["C2"]
    assert line.contacts.get().pk == c.pk


def test_a_mark_to_remove_forgives_what_stands_in_the_row(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    client.post(line_url(line), line_post(world))
    row = {"id": line.contacts.get().pk, "name": "", "email": "fel", "DELETE": "on"}
    client.post(line_url(line), line_post(world, contacts=[row], **{"contacts-INITIAL_FORMS": 1}))
    assert names(line) == []


def test_a_double_click_keeps_one_of_each(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    for _ in range(2):
        client.post(line_url(line), line_post(world, contacts=[{"name": "A"}, {"name": "B"}]))
    assert names(line) == ["A", "B"]


@pytest.mark.parametrize(("rows", "kept"), [(20, 20), (21, 0), (400, 0)])
def test_twenty_contacts_at_most(world: cast.World, as_person: Any, rows: int, kept: int) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    contacts = [{"name": f"Kontakt {number}"} for number in range(rows)]
    response = client.post(line_url(line), line_post(world, contacts=contacts))
    assert len(names(line)) == kept
    if not kept:
        assert response.status_code == 200
        assert "Högst 20 kontakter får plats. Ta bort några." in response.content.decode()
        assert value_of(response, "id_contacts-19-name") == "Kontakt 19"


@pytest.mark.parametrize(
    "broken",
    [
        {"contacts-TOTAL_FORMS": ""},
        {"contacts-TOTAL_FORMS": "x"},
        {"contacts-TOTAL_FORMS": "9" * 50},
        {"contacts-INITIAL_FORMS": "\0"},
        {"contacts-0-id": "x"},
        {"contacts-0-id": "9" * 5000},
    ],
    ids=repr,
)
def test_a_broken_formset_saves_nothing(world: cast.World, as_person: Any, broken: dict[str, str]) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    response = client.post(line_url(line), line_post(world, **broken))
    assert response.status_code == 200
    line.refresh_from_db()
    assert (line.share_percent, names(line)) == (None, [])


def test_contacts_of_others_posted_by_hand_stay_theirs(world: cast.World, as_person: Any) -> None:
    theirs = cast.draft(world, "mora_representative", ("mora",)).lines.get()
    contact = theirs.contacts.get()
    client = as_person("representative")
    client.post("/uppdrag/nytt/", {"edition": world.edition.pk})
    line = MandateSeat.objects.get(mandate__representative=world.person["representative"])
    rows = [{"id": contact.pk, "name": "Kapad"}, {"id": contact.pk, "name": "Kapad igen", "DELETE": "on"}]
    client.post(line_url(line), line_post(world, contacts=rows, **{"contacts-INITIAL_FORMS": 2}))
    assert names(line) == ["Kapad"]
    assert names(theirs) == [f"{cast.canary('mora')} kontakt"]
    assert InternalContact.history.filter(id=contact.pk).count() == 1


def test_the_line_of_another_mandate_under_the_own_one(world: cast.World, as_person: Any) -> None:
    theirs = cast.draft(world, "mora_representative", ("mora",)).lines.get()
    own = cast.draft(world)
    client = as_person("representative")
    url = f"/uppdrag/{own.pk}/organisationer/{theirs.pk}/"
    assert client.get(url).status_code == 404
    assert client.post(url, line_post(world)).status_code == 404


def test_the_line_of_an_organisation_that_one_has_left(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world, "mora_representative", cast.MORAS)
    left, kept = mandate.lines.get(seat__organisation__slug="orsa"), mandate.lines.get(seat__organisation__slug="mora")
    role = world.person["mora_representative"].memberships.get(organisation=world.org["orsa"])
    organisation_actions.end_role(membership=role, by=None, ends_on=timezone.localdate() - timedelta(days=1))
    client = as_person("mora_representative")
    assert [client.get(line_url(line)).status_code for line in (left, kept)] == [403, 200]
    assert client.post(line_url(left), {"share_percent": "x"}).status_code == 403


def test_one_contact_posted_twice_with_the_same_id(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    _, line = start(world, client)
    client.post(line_url(line), line_post(world))
    contact = line.contacts.get()
    rows = [{"id": contact.pk, "name": "Ett"}, {"id": contact.pk, "name": "Två"}]
    client.post(line_url(line), line_post(world, contacts=rows, **{"contacts-INITIAL_FORMS": 2}))
    assert names(line) == ["Ett", "Två"]


# --- checking and submitting --------------------------------------------------------------------------------------------


def test_the_last_step_shows_everything_and_submits(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world)
    client = as_person("representative")
    page = client.get(f"/uppdrag/{mandate.pk}/granska/").content.decode()
    word = cast.canary("falun")
    for shown in (
        "070-111 22 33",
        "12,5\N{NO-BREAK SPACE}%",
        f"{word}-dnr",
        f"{word} kontakt",
    ):
        assert page.count(shown) == 1
    assert page.count("Ulla Uppdragsgivare, Handläggare") == 1
    response = client.post(f"/uppdrag/{mandate.pk}/granska/", follow=True)
    assert told(response) == ["Uppdraget är inskickat. Uppdragsgivaren får ett meddelande i portalen."]
    assert Mandate.objects.get().state == "submitted"


def test_what_is_missing_is_told_with_the_way_there(world: cast.World, as_person: Any) -> None:
    client = as_person("representative")
    mandate, line = start(world, client)
    response = client.post(f"/uppdrag/{mandate.pk}/granska/")
    assert response.status_code == 422
    page = response.content.decode()
    assert page.count(f'<a href="{line_url(line)}">Falu kommun: skriv andel av en heltidstjänst.</a>') == 1
    assert page.count("<title>Fel: ") == 1
    assert "Skicka in uppdraget</button>" not in page
    assert (Mandate.objects.get().state, sent()) == ("draft", [])


def test_submitting_twice_says_so(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world)
    client = as_person("representative")
    client.post(f"/uppdrag/{mandate.pk}/granska/")
    response = client.post(f"/uppdrag/{mandate.pk}/granska/", follow=True)
    assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/", 302)]
    assert told(response)[-1] == "Uppdraget är redan inskickat."
    assert len(sent()) == 1


def test_saving_in_a_tab_that_was_left_open_is_told(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    line = mandate.lines.get()
    client = as_person("representative")
    message = "Det du skrev sparades inte: uppgifterna är inskickade och kan inte ändras längre."
    for url, posted in ((line_url(line), line_post(world)), (person_url(mandate), PERSON)):
        response = client.post(url, posted, follow=True)
        assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/", 302)]
        assert told(response)[-1] == message
    assert Mandate.objects.get().name == "Rut Representant"


def test_a_step_that_cannot_be_taken_leads_to_the_mandate(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    client = as_person("representative")
    for page in ("kontaktuppgifter/", "organisationer/", "granska/"):
        response = client.get(f"/uppdrag/{mandate.pk}/{page}")
        assert (response.status_code, response.headers["Location"]) == (302, f"/uppdrag/{mandate.pk}/")


def test_without_a_commissioner_the_page_says_whom_to_ask(world: cast.World, as_person: Any) -> None:
    client = as_person("sater_representative")
    _, line = start(world, client)
    page = client.get(line_url(line)).content.decode()
    assert page.count("Ingen i Säters kommun har rollen uppdragsgivare i portalen.") == 1
    posted = line_post(world, commissioner="")
    assert client.post(line_url(line), posted).status_code == 302
    line.refresh_from_db()
    assert line.share_percent == Decimal("12.5")


def test_a_role_that_has_ended_is_told_on_the_form(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world, "mora_representative", ("mora", "orsa"))
    membership = world.person["mora_representative"].memberships.get(organisation=world.org["orsa"])
    organisation_actions.end_role(membership=membership, by=None, ends_on=timezone.localdate() - timedelta(days=1))
    response = as_person("mora_representative").post(f"/uppdrag/{mandate.pk}/granska/")
    assert response.status_code == 422
    text = (
        "Orsa kommun: du har inte längre rollen representant. Välj bort organisationen, eller be samordnaren om hjälp."
    )
    assert response.content.decode().count(text) == 1


# --- deciding -----------------------------------------------------------------------------------------------------------


def decide(world: cast.World, as_person: Any, **posted: Any) -> Any:
    mandate = cast.submitted(world)
    values = {"decision": "attest", "comment": "", "version": mandate.version, **posted}
    return as_person("commissioner").post(line_url(mandate.lines.get(), "beslut/"), values)


BAD_DECISIONS = [
    ({"decision": ""}, "decision", "Välj om du attesterar eller återsänder."),
    ({"decision": "kanske"}, "decision", "Välj ett giltigt alternativ."),
    ({"decision": "send_back"}, "comment", "Skriv vad som behöver rättas."),
    ({"decision": "send_back", "comment": " \n "}, "comment", "Skriv vad som behöver rättas."),
    ({"decision": "send_back", "comment": f"Fel: {PERSONAL_NUMBER}"}, "comment", NUMBER),
    (
        {"decision": "send_back", "comment": "x" * 2001},
        "comment",
        "Säkerställ att detta värde har som mest 2000 tecken",
    ),
    ({"decision": "send_back", "comment": "a\0b"}, "comment", NUL),
]


@pytest.mark.parametrize(("posted", "field", "message"), BAD_DECISIONS)
def test_a_bad_decision_is_told(
    world: cast.World, as_person: Any, posted: dict[str, str], field: str, message: str
) -> None:
    response = decide(world, as_person, **posted)
    assert response.status_code == 200
    assert field_errors(response, f"id_{field}")[0].startswith(message)
    if "comment" in posted:
        assert value_of(response, "id_comment") == posted["comment"]
    assert MandateSeat.objects.get().state == "waiting"


def test_a_changed_form_is_shown_anew_and_the_comment_kept(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    url = line_url(mandate.lines.get(), "beslut/")
    client = as_person("commissioner")
    posted = {"decision": "send_back", "comment": "Höj andelen.", "version": mandate.version - 1}
    response = client.post(url, posted)
    assert "Uppdraget har ändrats sedan du öppnade sidan." in response.content.decode()
    assert value_of(response, "id_comment") == "Höj andelen."
    assert value_of(response, "id_version") == str(mandate.version)
    assert MandateSeat.objects.get().state == "waiting"
    client.post(url, {**posted, "version": value_of(response, "id_version")})
    assert MandateSeat.objects.get().return_comment == "Höj andelen."


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30, "\0"])
def test_a_broken_version_decides_nothing(world: cast.World, as_person: Any, version: str) -> None:
    assert decide(world, as_person, version=version).status_code == 200
    assert MandateSeat.objects.get().state == "waiting"


def test_deciding_twice_is_told(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    url, client = line_url(mandate.lines.get(), "beslut/"), as_person("commissioner")
    posted = {"decision": "attest", "comment": "", "version": mandate.version}
    client.post(url, posted)
    response = client.post(url, posted, follow=True)
    assert told(response)[-1] == "Raden väntar inte längre på ditt beslut."
    assert verbs(mandate.lines.get()).count("attested") == 1


BAD_ENDS = [
    ({"ended_on": ""}, "ended_on", "Skriv ett datum."),
    ({"ended_on": "snart"}, "ended_on", DATE),
    ({"ended_on": "2000-01-01"}, "ended_on", "Uppdraget börjar "),
    ({"reason": ""}, "reason", "Skriv varför uppdraget avslutas."),
    ({"reason": f"{PERSONAL_NUMBER} slutar"}, "reason", NUMBER),
]


@pytest.mark.parametrize(("posted", "field", "message"), BAD_ENDS)
def test_a_bad_end_is_told(world: cast.World, as_person: Any, posted: dict[str, str], field: str, message: str) -> None:
    mandate = cast.attested(world)
    values = {"ended_on": str(timezone.localdate()), "reason": "Byter tjänst.", **posted}
    response = as_person("commissioner").post(line_url(mandate.lines.get(), "avsluta/"), values)
    assert response.status_code == 200
    assert field_errors(response, f"id_{field}")[0].startswith(message)
    assert value_of(response, "id_reason") == values["reason"]
    assert MandateSeat.objects.get().state == "attested"


@pytest.mark.parametrize(
    ("reason", "message"), [("", "Skriv varför uppdraget återtas."), (f"Fel: {PERSONAL_NUMBER}", NUMBER)]
)
def test_a_withdrawal_without_a_good_reason(world: cast.World, as_person: Any, reason: str, message: str) -> None:
    mandate = cast.submitted(world)
    response = as_person("representative").post(f"/uppdrag/{mandate.pk}/aterta/", {"reason": reason, "x": "1"})
    assert field_errors(response, "id_reason") == [message]
    assert Mandate.objects.get().state == "submitted"


def test_what_has_begun_cannot_be_withdrawn_from_the_page(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    client = as_person("representative")
    assert client.get(mandate.get_absolute_url()).context["page"].withdraw_url == ""
    url = f"/uppdrag/{mandate.pk}/aterta/"
    for response in (client.get(url, follow=True), client.post(url, {"reason": "Ångrar mig."}, follow=True)):
        assert response.redirect_chain == [(mandate.get_absolute_url(), 302)]
        assert "Avsluta det i stället." in response.content.decode()
    assert Mandate.objects.get().state == "submitted"


def test_a_form_of_which_something_has_not_begun_can_be_withdrawn(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    mora = mandate.lines.get(seat=world.seat("mora"))
    actions.attest(line=mora, version=mandate.version, by=world.person["mora_commissioner"])
    page = as_person("mora_representative").get(mandate.get_absolute_url())
    assert page.context["page"].withdraw_url == f"/uppdrag/{mandate.pk}/aterta/"
