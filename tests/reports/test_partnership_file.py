"""The partnership file: all or nothing, every fault by line and field, and twice the same is nothing."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agreements.actions import adoption
from agreements.actions import texts as text_actions
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionStep,
    ForumDecision,
    Party,
    TextTemplate,
    ValidityChange,
)
from kvinnofrid.core import access, audit
from kvinnofrid.core.richtext import TOO_DEEP
from kvinnofrid.core.validators import PERSONAL_NUMBER_MESSAGE
from mandates.models import FormEdition
from organisations.models import Appointment, DecidingBody, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.permissions import is_coordinator
from reports.partnership_file import Outcome, PartnershipFileError, import_file
from reports.partnership_file.agreements import ENTRY_NEVER_CHANGES, VERSION_IS_FROZEN
from reports.partnership_file.documentation import filled
from reports.partnership_file.faults import Fault
from reports.partnership_file.reading import MAX_BYTES, Items, Mapping, Node, parse
from reports.partnership_file.schema import EDITION_IS_FROZEN, SECTIONS
from tests.factories.empty import empty_database
from tests.factories.tables import digest

DOCUMENT = Path(__file__).parents[2] / "docs/partnership-file.md"
DALARNA = Path(__file__).parents[2] / "organisations/partnerships/dalarna.yaml"
COUNTY = """\
partnership:
  name: Samverkan Provlän
  county_name: Provlän
  county_code: "99"
organisations:
  - slug: sater
    name: Säters kommun
    short_name: Säter
    kind: municipality
    scb_code: 2082
    is_principal: true
    aliases:
      - {name: Säterbygden, ends_on: 1970-12-31}
    deciding_bodies:
      - {name: Socialnämnden, kind: committee}
  - slug: enheten
    name: Enheten
    short_name: Enheten
    kind: unit
    parent: sater
people:
  - email: Anna.Prov@sater.example
    name: Anna Prov
    phone: 0225-550 00
forums:
  - slug: gruppen
    name: Gruppen
    kind: county_group
    seats_held_by: ex_officio
    reports_to: radet
    seats:
      - organisation: sater
        function: Chef
        appointments:
          - {holder: anna.prov@sater.example, starts_on: 2026-01-01}
    form_editions:
      - name: Ett
        valid_from: 2026-01-01
        published: true
        sections:
          - {heading: Bakgrund, body: Så började det.}
          - {heading: Syfte, body: Så ska det bli.}
      - name: Två
        valid_from: 2027-01-01
        sections:
          - {heading: Bakgrund, body: Utkast.}
          - {heading: Syfte, body: Utkast.}
  - slug: radet
    name: Rådet
    kind: welfare_council
    seats_held_by: mandate
memberships:
  - {user: anna.prov@sater.example, role: coordinator, starts_on: 2026-01-01}
  - {user: anna.prov@sater.example, role: commissioner, organisation: sater, starts_on: 2026-01-01}
  - {user: anna.prov@sater.example, role: chair, forum: radet}
text_templates:
  - kind: regional
    name: Mallen
    valid_from: 2026-01-01
    sections:
      - {heading: Uppföljning, topic: follow_up, guidance: Hur ofta?}
agreements:
  - slug: rok-prov
    title: RÖK prov
    kind: regional
    owner: enheten
    planned_on: 2026-06-01
    validity_years: 4
    parties:
      - {organisation: sater}
    versions:
      - number: 1
        title: Överenskommelse
        published: true
        published_on: 2026-02-01
        sections:
          - {heading: Uppföljning, topic: follow_up, body: Varje år.}
      - number: 2
        title: Överenskommelse
        note: Efter remiss.
        sections:
          - {heading: Uppföljning, topic: follow_up, body: Varje halvår.}
    forum_decisions:
      - {kind: recommended, forum: radet, decided_on: 2026-02-03, version: 1}
    steps:
      - {organisation: sater, body: Socialnämnden, role: deciding, position: 1, planned_on: 2026-03-02}
    decisions:
      - organisation: sater
        body: Socialnämnden
        role: deciding
        outcome: adopted
        version: 1
        decided_on: 2026-03-02
        case_numbers: [SN 2026/1, KS 2026/4]
    validity_changes:
      - {kind: extension, decided_on: 2026-05-04, takes_effect_on: 2031-06-01, forum: radet}
"""
LINES = COUNTY.splitlines()


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    empty_database()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Outcome]:
    """Imports a text as lanet.yaml."""

    def load_text(text: str | bytes, *, dry_run: bool = False) -> Outcome:
        file = tmp_path / "lanet.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(file, dry_run=dry_run)

    return load_text


@pytest.fixture
def faults(load: Callable[..., Outcome]) -> Callable[[str | bytes], list[str]]:
    """The faults of a text, which must have changed nothing."""

    def faults_of(text: str | bytes) -> list[str]:
        before = everything()
        with pytest.raises(PartnershipFileError) as refusal:
            load(text)
        assert everything() == before
        return [str(fault) for fault in refusal.value.faults]

    return faults_of


def everything() -> dict[str, tuple[int, str]]:
    """Every value of every row of our tables, history included, as a sum for each table."""
    return digest(m for m in apps.get_models() if m._meta.app_label in {"organisations", "mandates", "agreements"})


def history_rows() -> int:
    return sum(m._default_manager.count() for m in apps.get_models() if hasattr(m, "history_object"))


def line_of(piece: str, text: str = COUNTY) -> int:
    return next(number for number, line in enumerate(text.splitlines(keepends=True), start=1) if piece in line)


def test_everything_in_the_file_is_there(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    sater = Organisation.objects.get(slug="sater")
    anna = User.objects.get()
    gruppen = Forum.objects.get(slug="gruppen")
    assert Partnership.objects.get().name == "Samverkan Provlän"
    assert (sater.scb_code, sater.is_principal, sater.aliases.get().ends_on) == ("2082", True, date(1970, 12, 31))
    assert Organisation.objects.get(slug="enheten").parent == sater
    assert DecidingBody.objects.get().organisation == sater
    assert (anna.email, anna.phone, anna.has_usable_password()) == ("anna.prov@sater.example", "0225-550 00", False)
    assert gruppen.reports_to == Forum.objects.get(slug="radet")
    assert Appointment.objects.get().seat == Seat.objects.get(forum=gruppen, function="Chef")
    assert {m.role: m.scope for m in Membership.objects.all()} == {
        "coordinator": Partnership.objects.get(),
        "commissioner": sater,
        "chair": Forum.objects.get(slug="radet"),
    }
    assert list(FormEdition.objects.get(name="Ett").sections.values_list("heading", flat=True)) == ["Bakgrund", "Syfte"]
    assert [FormEdition.objects.get(name=name).is_published for name in ("Ett", "Två")] == [True, False]


def test_roles_take_effect(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    anna = User.objects.get()
    assert is_coordinator(anna)
    assert access.may(anna, "attest_mandate", Organisation.objects.get(slug="sater"))
    assert access.may(anna, "view_forum_coverage", Forum.objects.get(slug="radet"))


def test_history_says_where_it_came_from(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    row = Organisation.history.get(slug="sater")
    assert (row.verb, row.history_change_reason, row.history_user) == ("imported", "Import av lanet.yaml", None)
    assert list(FormEdition.history.filter(name="Ett").order_by("pk").values_list("verb", flat=True)) == [
        "imported",
        "published",
    ]


def test_the_same_file_twice_changes_nothing(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    before = everything()
    outcome = load(COUNTY)
    assert (outcome.added, outcome.changed, outcome.left) == ([], [], [])
    assert everything() == before


def test_a_dry_run_tells_and_changes_nothing(load: Callable[..., Outcome]) -> None:
    before = everything()
    outcome = load(COUNTY, dry_run=True)
    assert len(outcome.added) == 31
    assert everything() == before


def test_a_changed_file_says_what_changes_and_changes_it(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    changed = (
        COUNTY.replace("    scb_code: 2082", "    scb_code: 2082\n    function_email: soc@sater.example")
        .replace("ends_on: 1970-12-31", "ends_on: 1971-12-31")
        .replace("kind: committee", "kind: executive")
        .replace("    parent: sater", "    parent:")
    )
    told = [
        "Säters kommun: funktionsadress: tom → soc@sater.example",
        "Säters kommun › andra namn på organisationer › Säterbygden: till och med: 1970-12-31 → 1971-12-31",
        "Säters kommun › organ › Socialnämnden: slag: Nämnd → Kommunstyrelse (KS)",
        "Enheten: tillhör: Säters kommun → tom",
    ]
    assert load(changed, dry_run=True).changed == told
    rows = history_rows()
    assert load(changed).changed == told
    assert history_rows() == rows + len(told)
    assert Organisation.objects.get(slug="sater").function_email == "soc@sater.example"
    assert load(changed).changed == []


def test_what_a_row_does_not_mention_stays(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    sater = Organisation.objects.get(slug="sater")
    sater.function_email = "skrivet.i.portalen@sater.example"
    audit.save(sater, by=None, verb="saved")
    load(COUNTY)
    sater.refresh_from_db()
    assert sater.function_email == "skrivet.i.portalen@sater.example"


def test_rows_that_the_file_does_not_have_are_left_and_told(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    without = "\n".join(LINES[: line_of("slug: enheten") - 1] + LINES[line_of("parent: sater") :]).replace(
        "      - {name: Socialnämnden, kind: committee}", ""
    )
    outcome = load(without)
    assert outcome.left == ["organisationer › Säters kommun › organ › Socialnämnden", "organisationer › Enheten"]
    assert Organisation.objects.filter(slug="enheten").exists()


def test_a_row_is_ended_by_its_last_day_and_then_not_told_of(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    load(COUNTY.replace("    parent: sater", "    parent: sater\n    active_to: 2020-01-01"))
    outcome = load("organisations:\n" + "\n".join(LINES[5 : line_of("slug: enheten") - 1]))
    assert outcome.left == []
    assert Organisation.objects.get(slug="enheten").active_to == date(2020, 1, 1)


def test_sections_of_a_draft_are_replaced(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    outcome = load(
        COUNTY.replace("          - {heading: Bakgrund, body: Utkast.}\n", "").replace(
            "Syfte, body: Utkast", "Mål, body: Nytt"
        )
    )
    assert list(FormEdition.objects.get(name="Två").sections.values_list("heading", "body")) == [("Mål", "Nytt.")]
    assert outcome.changed[-1] == "forum › Gruppen › utgåvor › Två › avsnitt › Syfte: tas bort"


def test_a_draft_is_published_when_the_file_says_so(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    outcome = load(COUNTY.replace("valid_from: 2027-01-01", "valid_from: 2027-01-01\n        published: true"))
    assert outcome.changed == ["Gruppen › utgåvor › Två: publicerad: nej → ja"]
    edition = FormEdition.objects.get(name="Två")
    assert (edition.is_published, edition.published_by) == (True, None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("body: Så började det.", "body: Så började det inte.", "{heading: Bakgrund, body: Så"),
        ("          - {heading: Syfte, body: Så ska det bli.}\n", "", "        sections:"),
        ("valid_from: 2026-01-01", "valid_from: 2026-02-01", "valid_from: 2026"),
        (
            "          - {heading: Syfte, body: Så ska det bli.}\n",
            "          - {heading: Syfte, body: Så ska det bli.}\n          - {heading: Mer, body: Mer.}\n",
            "heading: Mer",
        ),
    ],
)
def test_a_published_edition_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    load(COUNTY)
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(EDITION_IS_FROZEN) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, forum › Gruppen › utgåvor › Ett")


def test_an_edition_without_text_is_not_published(faults: Callable[[str], list[str]]) -> None:
    text = COUNTY[: COUNTY.index("        sections:")] + COUNTY[COUNTY.index("      - name: Två") :]
    where = f"Rad {line_of('published', text)}, forum › Gruppen › utgåvor › Ett › publicerad (published)"
    assert faults(text) == [f"{where}: En utgåva utan avsnitt kan inte publiceras."]


FAULTS = [
    ("kind: municipality", "kind: muncipality", "kind: mun", "slag (kind): ”muncipality” finns inte att välja. Menade du municipality?"),
    ("scb_code: 2082", "scb_kod: 2082", "scb_kod", "Säters kommun: ”scb_kod” finns inte. Menade du scb_code?"),
    ("parent: sater", "parent: satter", "satter", "tillhör (parent): ”satter” finns inte bland organisationer (slug). Menade du sater?"),
    ("parent: sater", "parent: enheten", "parent", "tillhör (parent): Hänvisningarna går i en ring."),
    ("is_principal: true", "is_principal: kanske", "kanske", "huvudman (is_principal): Skriv true eller false, inte ”kanske”."),
    ("starts_on: 2026-01-01}", "starts_on: 1/1 2026}", "1/1", "från och med (starts_on): ”1/1 2026” är inget datum."),
    ("valid_from: 2027-01-01", "valid_from: 2027-02-30", "02-30", "gäller från och med (valid_from): ”2027-02-30” är inget datum."),
    ("valid_from: 2027-01-01", "valid_from: 0202-02-28", "0202", "gäller från och med (valid_from): Året ska ligga mellan"),
    ("name: Enheten", "name:", "    name:\n", "enheten › namn (name): Detta fält får inte vara tomt."),
    ("name: Enheten", "name: Säters kommun", "parent: sater", ""),
    ("phone: 0225-550 00", "phone: ring", "phone", "telefon i arbetet (phone): Skriv telefonnumret med riktnummer"),
    ("email: Anna.Prov@sater.example", "email: anna", "email: anna", "e-postadress (email): Fyll i en giltig e-postadress."),
    ("name: Anna Prov", "name: [Anna, Prov]", "[Anna", "namn (name): Här ska det stå ett enda värde"),
    ("short_name: Säter\n", f"short_name: {'S' * 61}\n", "SSSS", "kortnamn (short_name): Texten får vara högst 60 tecken. Den är 61."),
    ("name: Säterbygden,", 'name: "Säter\\0bygden",', "bygden", "namn (name): Texten innehåller ett tecken som inte får finnas (U+0000)."),
    ("name: Säterbygden,", 'name: "\\ud800",', "ud800", "namn (name): Texten innehåller ett tecken som inte får finnas (U+D800)."),
    ("name: Säterbygden,", 'name: "811218-9876",', "811218", PERSONAL_NUMBER_MESSAGE),
    ("body: Så började det.", "body: Anna 19811218-9876 började.", "9876", PERSONAL_NUMBER_MESSAGE),
    ("role: coordinator", "role: coordinator, organisation: sater", "coordinator", "Rollen passar inte där den ska gälla."),
    ("role: chair, forum: radet", "role: chair, organisation: sater", "chair", "Rollen passar inte där den ska gälla."),
    ("role: chair, forum: radet", "role: chair", "role: chair", "Rollen passar inte där den ska gälla."),
    ("seats_held_by: ex_officio", "seats_held_by: mandate", "holder", "Platser i det här forumet innehas genom uppdrag."),
    ("is_principal: true", "is_principal: false", "Socialnämnden", "Bara en huvudman har organ som fattar beslut."),
    ("holder: anna.prov@sater.example", "holder: bo@sater.example", "holder: bo", "innehavare (holder): ”bo@sater.example” finns inte bland personer (email)."),
    ("ends_on: 1970-12-31", "starts_on: 1971-01-01, ends_on: 1970-12-31", "Säterbygden", "Slutdatum kan inte ligga före startdatum."),
    ("reports_to: radet", "reports_to: gruppen", "reports_to", "rapporterar till (reports_to): Hänvisningarna går i en ring."),
    ('county_code: "99"', 'county_code: "999"', "county_code", "länskod (county_code): Texten får vara högst 2 tecken. Den är 3."),
    ("    aliases:\n", "    aliases: ja\n    # ", "aliases", "andra namn på organisationer: Här ska det stå en lista"),
    ("- slug: enheten", "- slug: sater", "slug: sater", ""),
    ("- slug: enheten", "- slug: Enhet en", "slug: Enhet", "Skriv med små bokstäver a–z, siffror och bindestreck"),
    ("topic: follow_up, guidance", "topic: uppföljning, guidance", "uppföljning", "ämne (topic): ”uppföljning” finns inte att välja. Menade du follow_up?"),
    ("slug: rok-prov", "slug: ny", "slug: ny", "adress i portalen (slug): Adressen är upptagen. Välj en annan."),
    ("owner: enheten", "parent: rok-prov", "parent: rok", "regional överenskommelse (parent): Hänvisningarna går i en ring."),
    ("owner: enheten", "owner: rok-prov", "owner: rok", "förvaltas av (owner): ”rok-prov” finns inte bland organisationer (slug)."),
    ("validity_years: 4", "validity_years: fyra", "fyra", "giltighetstid i år (validity_years): Skriv ett heltal, till exempel 3."),
    ("validity_years: 4", "validity_years: 4\n    valid_to: 2031-01-01", "slug: rok", "Ange giltighetstiden i år eller en sista dag, inte båda."),
    ("- {organisation: sater}\n    versions", "- {organisation: enheten}\n    versions", "- {organisation: enheten", "Bara en huvudman kan vara part."),
    ("published_on: 2026-02-01", "published_on: 2126-02-01", "2126", "publicerad den (published_on): Publiceringen kan inte ligga i framtiden."),
    ("note: Efter remiss.", "published_on: 2026-02-02", "02-02", "publicerad den (published_on): Dagen hör till en version som är publicerad"),
    ("body: Varje år.", f"body: '{'>' * 60} x'", ">>>", TOO_DEEP),
    ("body: Varje år.", "body: Anna 19811218-9876.", "9876", PERSONAL_NUMBER_MESSAGE),
    ("number: 2", "number: 0", "number: 0", "version (number): Fältet måste fyllas i."),
    ("version: 1}", "version: 3}", "version: 3}", "version (version): ”3” är ingen av överenskommelsens versioner (number)."),
    ("decided_on: 2026-02-03", "decided_on: 2126-02-03", "2126", "datum (decided_on): Beslutet kan inte ligga i framtiden."),
    ("position: 1", "position: först", "först", "ordning (position): Skriv ett heltal, till exempel 3."),
    ("{organisation: sater, body", "{organisation: enheten, body", "enheten, body", "huvudman (organisation): ”enheten” är ingen part i överenskommelsen (parties)."),
    ("{organisation: sater, body", "{organisation: saters, body", "saters, body", "huvudman (organisation): ”saters” finns inte bland organisationer (slug). Menade du sater?"),
    ("body: Socialnämnden, role", "body: Socialnämden, role", "Socialnämden,", "organ (body): ”Socialnämden” är inget organ som beslutar för Säters kommun (deciding_bodies). Menade du Socialnämnden?"),
    ("outcome: adopted", "outcome: void", "void", "utfall (outcome): Bara en rättelse kan säga att det inte fanns något beslut."),
    ("outcome: adopted", "outcome: adopted\n        amendment: Ett ord.", "amendment", "ändringar (amendment): Välj utfallet ”Antog med ändringar”, eller töm fältet."),
    ("        version: 1\n", "        version:\n", "        version:\n", "version (version): Välj vilken text som antogs."),
    ("decided_on: 2026-03-02", "decided_on: 2126-03-02", "2126", "beslutsdatum (decided_on): Beslutet kan inte ligga i framtiden."),
    ("[SN 2026/1, KS 2026/4]", "[SN 2026/1, 811218-9876]", "9876", PERSONAL_NUMBER_MESSAGE),
    ("[SN 2026/1, KS 2026/4]", "[[SN 2026/1]]", "[[", "diarienummer (case_numbers): Här ska det stå ett enda värde"),
    ("2031-06-01, forum: radet", "2031-06-01", "2031-06-01}", "Ange vem som beslutade: forum, organisation eller decided_by."),
    ("takes_effect_on: 2031-06-01,", "takes_effect_on: 2031-06-01, organisation: sater,", "2031-06-01,", "Ange ett forum eller en organisation, inte båda."),
    ("takes_effect_on: 2031-06-01,", "takes_effect_on: 2031-06-01, replaced_by: rok-prov,", "2031-06-01,", "En överenskommelse kan inte ersättas av sig själv."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "told"), FAULTS)
def test_each_fault_is_told_by_line_and_field(
    faults: Callable[[str], list[str]], old: str, new: str, line: str, told: str
) -> None:
    text = COUNTY.replace(old, new, 1)
    assert text != COUNTY
    found = faults(text)
    assert [fault for fault in found if told in fault] != []
    if told:
        number = line_of(line, text)
        assert [fault.startswith(f"Rad {number}, ") for fault in found if told in fault] == [True]


def test_no_fault_hides_another_and_none_follows_from_another(faults: Callable[[str], list[str]]) -> None:
    text = (
        COUNTY.replace("kind: municipality", "kind: stad")
        .replace("ends_on: 1970-12-31", "ends_on: 1970")
        .replace("name: Gruppen", "name:")
        .replace("function: Chef", "funktion: Chef")
        .replace("role: chair", "role: stol")
    )
    assert [fault.partition(":")[0] for fault in faults(text)] == [
        "Rad 9, organisationer › Säters kommun › slag (kind)",
        "Rad 13, organisationer › Säters kommun › andra namn på organisationer › Säterbygden › till och med (ends_on)",
        "Rad 27, forum › gruppen › namn (name)",
        "Rad 33, forum › gruppen › platser › sater",
        "Rad 55, roller › anna.prov@sater.example, stol, radet › roll (role)",
    ]


def test_the_refusal_never_repeats_a_personal_number(faults: Callable[[str], list[str]]) -> None:
    number = "811218-9876"
    for old in (
        "Säters kommun",
        "kind: municipality",
        "scb_code: 2082",
        "parent: sater",
        "2026-01-01",
        "is_principal: true",
    ):
        key, _, _ = old.partition(": ")
        told = "\n".join(faults(COUNTY.replace(old, f"{key}: {number}" if ":" in old else number, 1)))
        assert number not in told


def test_a_circle_through_rows_of_the_database(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    load(COUNTY)
    text = "organisations:\n  - slug: sater\n    parent: enheten\n"
    assert faults(text) == ["Rad 3, organisationer › sater › tillhör (parent): Hänvisningarna går i en ring."]


def test_turning_a_reference_round_is_no_circle(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    load("organisations:\n  - {slug: sater, parent: enheten}\n  - {slug: enheten, parent: }\n")
    assert Organisation.objects.get(slug="sater").parent == Organisation.objects.get(slug="enheten")


def test_a_file_of_another_county_is_refused(load: Callable[..., Outcome], faults: Callable[[str], list[str]]) -> None:
    load(COUNTY)
    assert faults(COUNTY.replace('"99"', '"98"')) == [
        "Rad 4, samverkan › länskod (county_code): Fältet kan inte ändras i en databas som används."
    ]


def test_the_first_file_needs_a_partnership(faults: Callable[[str], list[str]]) -> None:
    assert faults("organisations: []") == ["Rad 1: Avsnittet partnership saknas. Det behövs den första gången."]


@pytest.mark.parametrize(
    ("tile", "told"),
    [
        ('{scb_code: "2082", column: 1}', "samverkan › kartrutor (tiles) › row: Fältet saknas."),
        ('{scb_code: "2082", column: ett, row: 2}', "samverkan › kartrutor (tiles) › column: Skriv ett heltal, till exempel 3."),
        ('{scb_code: "2081", column: 1, row: 2}', "samverkan › kartrutor › scb_code: Ingen organisation har den SCB-koden."),
        ('{scb_code: "2082", column: 0, row: 0}', "samverkan › kartrutor (tiles): Rutan på rad 6 har redan SCB-koden."),
        ('{scb_code: "20", column: 0, row: 0, colour: 1}', "samverkan › kartrutor (tiles): Fältet finns inte."),
        ("ruta", "samverkan › kartrutor (tiles): En ruta har fälten scb_code, column och row."),
    ],
)  # fmt: skip
def test_faults_of_tiles(faults: Callable[[str], list[str]], tile: str, told: str) -> None:
    tiles = f'  tiles:\n    - {{scb_code: "2082", column: 0, row: 1}}\n    - {tile}\n'
    text = COUNTY.replace("organisations:\n", f"{tiles}organisations:\n", 1)
    assert [fault for fault in faults(text) if fault.startswith(f"Rad 7, {told}")] != []


OUTLINES = """\
  outlines:
    - {scb_code: 2082, path: "M0,0 10,0 10,10.5Z", label: [5, 5.5]}
"""


def test_outlines_are_kept_as_the_drawing_takes_them(load: Callable[..., Outcome]) -> None:
    load(COUNTY.replace("organisations:\n", f"{OUTLINES}organisations:\n", 1))
    assert Partnership.objects.get().outlines == [{"scb_code": "2082", "path": "M0,0 10,0 10,10.5Z", "label": [5, 5.5]}]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("M0,0 10,0", "M0,0 l10,0", "kartans ytor (outlines) › path: Skriv slutna ytor med absoluta koordinater"),
        (" 10,10.5Z", " 10Z", "kartans ytor (outlines) › path: Skriv slutna ytor med absoluta koordinater"),
        ("M0,0", "M0,9999999", "kartans ytor (outlines) › path: Koordinaterna får vara högst 100000."),
        ("[5, 5.5]", "[5]", "kartans ytor (outlines) › label: Skriv två tal, till exempel [176.8, 323]."),
        ("[5, 5.5]", "[5, fem]", "kartans ytor (outlines) › label: Skriv två tal, till exempel [176.8, 323]."),
        ("[5, 5.5]", "5", "kartans ytor (outlines) › label: Skriv två tal, till exempel [176.8, 323]."),
        (", label: [5, 5.5]", "", "kartans ytor (outlines) › label: Fältet saknas."),
        ("2082", "2081", "kartans ytor › scb_code: Ingen organisation har den SCB-koden."),
    ],
)
def test_faults_of_outlines(faults: Callable[[str], list[str]], old: str, new: str, told: str) -> None:
    text = COUNTY.replace("organisations:\n", f"{OUTLINES.replace(old, new)}organisations:\n", 1)
    assert [fault for fault in faults(text) if fault.startswith(f"Rad 6, samverkan › {told}")] != []


def test_an_outline_is_given_once(faults: Callable[[str], list[str]]) -> None:
    twice = OUTLINES + OUTLINES.splitlines()[1] + "\n"
    told = faults(COUNTY.replace("organisations:\n", f"{twice}organisations:\n", 1))
    assert told[0] == "Rad 7, samverkan › kartans ytor (outlines): Ytan på rad 6 har redan SCB-koden."


HOSTILE = [
    (b"", 1),
    (b"\xff\xfe", 1),
    (b"partnership:\n  name: \xe5", 2),
    (b"partnership:\n  name: a\x00b", 2),
    (b"a: &a [x]\nb: [*a, *a]", 1),
    (b"a: 1\nb: *a", 2),
    (b"a: !!python/object/apply:os.system [ls]", 1),
    (b"a: !include /etc/passwd", 1),
    (b"a: 1\n---\nb: 2", 2),
    (b"[" * 100_000, 1),
    (b"{a: " * 100_000, 1),
    (b"a: 1\na: 2", 2),
    (b"<<: {name: x}", 1),
    (b"? [a]\n: b", 1),
    (b"a: 'x", 1),
    (b"a: b: c", 1),
    (b"\ta: b", 1),
    (b'a: "\\UFFFFFFFF"', 1),
    (b"- a\n- b", 1),
    (b"ett ord", 1),
    (b"%YAML 9.9\n---\na: 1", 1),
    (b"a: " + b"x" * MAX_BYTES, 1),
    ("a\u2028b: 1".encode(), 1),
]


@pytest.mark.parametrize(("content", "line"), HOSTILE)
def test_hostile_files_are_refused_with_a_line(faults: Callable[[bytes], list[str]], content: bytes, line: int) -> None:
    found = faults(content)
    assert found[0].partition(":")[0].partition(",")[0] == f"Rad {line}"
    assert [fault for fault in found if not fault.startswith("Rad ")] == []


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PartnershipFileError, match=r"Filen lanet\.yaml går inte att öppna"):
        import_file(tmp_path / "lanet.yaml")


def test_a_personal_number_in_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "lanet 811218-9876.yaml"
    file.write_text(COUNTY, encoding="utf-8")
    with pytest.raises(PartnershipFileError, match="Filens namn"):
        import_file(file)


YAML_PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(LINES),
    st.sampled_from([kind.key + ":" for kind in SECTIONS]),
    st.sampled_from(
        ["- ", "  ", "{", "}", "[", "]", "'", '"', "|", ">", "&a", "*a", "!x", "<<:", "? ", "\x00", "\t", "~", "%"]
    ),
)


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(YAML_PIECES, max_size=25), st.sampled_from(["\n", " ", ""]))
def test_any_text_gives_faults_with_lines_or_nothing(
    load: Callable[..., Outcome], pieces: list[str], glue: str
) -> None:
    with transaction.atomic():
        try:
            load(glue.join(pieces).encode("utf-8", "surrogatepass"))
        except PartnershipFileError as refusal:
            assert [fault for fault in refusal.faults if fault.line < 1] == []
            assert refusal.faults != []
        transaction.set_rollback(True)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_faults_with_lines(content: bytes) -> None:
    try:
        parse(content)
    except PartnershipFileError as refusal:
        assert refusal.faults != []


ANY_VALUE = st.one_of(
    st.text(max_size=80),
    st.integers().map(str),
    st.dates().map(str),
    st.sampled_from(
        ["true", "nej", "sater", "radet", "2026-13-01", "811218-9876", "~", "[a]", "{a: b}", "municipality"]
    ),
)


LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts them


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example({len(LINES) - 1: "\r"})
@given(st.dictionaries(st.integers(0, len(LINES) - 1), ANY_VALUE, min_size=1, max_size=5))
def test_any_values_anywhere_are_taken_or_told(load: Callable[..., Outcome], values: dict[int, str]) -> None:
    """Values of the file are exchanged for others: it is imported, or there is a fault; never anything else.

    Several at a time, as an import takes long: 60 imports try some 150 values.
    """
    lines = [*LINES]
    for number, value in values.items():
        key, colon, _ = lines[number].partition(": ")
        lines[number] = f"{key}{colon}{value}"
    text = "\n".join(lines)
    with transaction.atomic():
        try:
            load(text.encode("utf-8", "surrogatepass"))
            assert load(text.encode()).changed == []
        except PartnershipFileError as refusal:
            last = len(LINE_END.split(text))
            assert [fault for fault in refusal.faults if not 1 <= fault.line <= last] == []
        transaction.set_rollback(True)


# Agreements


def test_agreements_are_there_with_texts_and_decisions(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    sater = Organisation.objects.get(slug="sater")
    body = DecidingBody.objects.get()
    made = Agreement.objects.get()
    first, second = made.versions.all()
    assert (made.owner, made.planned_on, made.validity_years) == (
        Organisation.objects.get(slug="enheten"),
        date(2026, 6, 1),
        4,
    )
    assert [party.organisation for party in made.parties.all()] == [sater]
    assert [(s.heading, s.topic, s.body) for s in first.sections.all()] == [
        ("Uppföljning", "follow_up", "<p>Varje år.</p>")
    ]
    assert (first.is_published, first.published_by, timezone.localdate(first.published_at)) == (
        True,
        None,
        date(2026, 2, 1),
    )
    assert (second.is_published, second.note, second.fingerprint) == (False, "Efter remiss.", "")
    forum_decision = ForumDecision.objects.get()
    assert (forum_decision.forum.slug, forum_decision.version) == ("radet", first)
    step = DecisionStep.objects.get()
    assert (step.organisation, step.body, step.position, step.planned_on) == (sater, body, 1, date(2026, 3, 2))
    decision = AdoptionDecision.objects.get()
    assert (decision.body, decision.version, decision.case_numbers) == (body, first, ["SN 2026/1", "KS 2026/4"])
    assert (decision.registered_by, timezone.localdate(decision.registered_at)) == (None, timezone.localdate())
    assert ValidityChange.objects.get().forum == Forum.objects.get(slug="radet")
    assert [section.guidance for section in TextTemplate.objects.get().sections.all()] == ["Hur ofta?"]


def test_a_published_text_has_the_fingerprint_that_the_portal_would_give_it(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    imported, draft = Agreement.objects.get().versions.all()
    section = draft.sections.get()
    section.body = imported.sections.get().body
    audit.save(section, by=None, verb="saved")
    text_actions.publish(version=draft, by=None)
    published = AgreementVersion.objects.get(number=2)
    assert published.fingerprint == imported.fingerprint
    assert published.sections.get().fingerprint == imported.sections.get().fingerprint != ""


def test_sections_of_a_draft_version_are_replaced_and_then_published(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    old = "          - {heading: Uppföljning, topic: follow_up, body: Varje halvår.}\n"
    text = COUNTY.replace(old, "          - {heading: Syfte, topic: purpose, body: Ett stöd.}\n")
    load(text)
    draft = AgreementVersion.objects.get(number=2)
    assert list(draft.sections.values_list("heading", "body")) == [("Syfte", "<p>Ett stöd.</p>")]
    outcome = load(text.replace("note: Efter remiss.", "note: Efter remiss.\n        published: true"))
    assert outcome.changed == ["RÖK prov › versioner › 2: publicerad: nej → ja"]
    draft.refresh_from_db()
    assert (draft.is_published, timezone.localdate(draft.published_at)) == (True, timezone.localdate())
    assert [row.verb for row in draft.history.all()] == ["published", "imported"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("body: Varje år.", "body: Vartannat år.", "Vartannat"),
        ("Uppföljning, topic: follow_up, body: Varje år.", "Mål, topic: follow_up, body: Varje år.", "Mål"),
        ("published_on: 2026-02-01", "published_on: 2026-02-02", "02-02"),
        ("body: Varje år.}\n", "body: Varje år.}\n          - {heading: Mer, body: Mer.}\n", "heading: Mer"),
        ("title: Överenskommelse\n        published", "title: Avtal\n        published", "Avtal"),
    ],
)
def test_a_published_version_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    load(COUNTY)
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(VERSION_IS_FROZEN) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, överenskommelser › RÖK prov › versioner › 1")


def test_a_version_without_text_is_not_published(faults: Callable[[str], list[str]]) -> None:
    draft = COUNTY[COUNTY.index("      - number: 2") : COUNTY.index("    forum_decisions:")]
    text = COUNTY.replace(draft, "").replace("body: Varje år.", 'body: ""')
    assert [fault.partition(" › versioner › ")[2] for fault in faults(text)] == [
        "1 › publicerad (published): En version utan text kan inte publiceras."
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("outcome: adopted", "outcome: rejected", "rejected"),
        ("[SN 2026/1, KS 2026/4]", "[SN 2026/1]", "[SN 2026/1]"),
        ("        version: 1\n", "        version: 2\n", "        version: 2\n"),
        ("takes_effect_on: 2031-06-01", "takes_effect_on: 2032-06-01", "2032"),
    ],
)
def test_what_is_registered_never_changes(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]], old: str, new: str, line: str
) -> None:
    load(COUNTY)
    changed = COUNTY.replace(old, new, 1)
    told = faults(changed)
    assert [fault.endswith(ENTRY_NEVER_CHANGES) for fault in told] == [True]
    assert told[0].startswith(f"Rad {line_of(line, changed)}, överenskommelser › RÖK prov › ")


def test_what_is_corrected_in_the_portal_is_not_read_in_again(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    decision = AdoptionDecision.objects.get()
    adoption.void_decision(decision=decision, reason="Fel huvudman.", by=None)
    before = everything()
    outcome = load(COUNTY)
    assert (outcome.added, outcome.changed, outcome.left) == ([], [], [])
    assert everything() == before


def test_a_new_decision_of_the_same_body_is_another_row(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    load(COUNTY.replace("decided_on: 2026-03-02", "decided_on: 2026-04-07"))
    assert list(AdoptionDecision.objects.values_list("decided_on", flat=True)) == [date(2026, 3, 2), date(2026, 4, 7)]


LATE = "organisations:\n  - {slug: orsa, name: Orsa kommun, short_name: Orsa, kind: municipality, is_principal: true}\n"


def test_a_party_that_comes_late_has_a_first_day(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    load(COUNTY)
    text = LATE + "agreements:\n  - slug: rok-prov\n    parties:\n      - {organisation: orsa}\n"
    place = "överenskommelser › rok-prov › parter › orsa › från och med (starts_on)"
    assert faults(text) == [f"Rad 6, {place}: En version är publicerad. Ange från vilken dag den nya parten är med."]
    load(text.replace("orsa}\n", "orsa, starts_on: 2026-10-01}\n"))
    assert Party.objects.get(organisation__slug="orsa").starts_on == date(2026, 10, 1)


def test_what_people_have_changed_of_an_agreement_is_kept(load: Callable[..., Outcome]) -> None:
    """The file still changes what nobody has touched, also after an import that kept something."""
    load(COUNTY)
    made = Agreement.objects.get()
    values = text_actions.queries.agreement_values(made)
    text_actions.save_agreement(agreement=made, values={**values, "title": "RÖK ny"}, by=None)
    years = COUNTY.replace("validity_years: ", "validity_years: 1")
    assert years != COUNTY
    for text, changes in ((COUNTY, 0), (years, 1), (years, 0), (COUNTY, 1)):
        outcome = load(text)
        assert (len(outcome.changed), len(outcome.kept)) == (changes, 1)
        assert outcome.kept == ["RÖK prov: namn: RÖK ny (i filen: RÖK prov)"]
        assert Agreement.objects.get().title == "RÖK ny"
    assert Agreement.objects.get().validity_years == values["validity_years"]


def test_a_party_that_comes_back_is_a_row_more(load: Callable[..., Outcome]) -> None:
    load(COUNTY)
    periods = "[{organisation: orsa, starts_on: 2026-01-01, ends_on: 2026-03-31}, {organisation: orsa, starts_on: 2026-10-01}]"
    text = LATE + f"agreements:\n  - slug: rok-prov\n    parties: {periods}\n"
    load(text)
    assert list(Party.objects.filter(organisation__slug="orsa").in_order().values_list("starts_on", "ends_on")) == [
        (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 10, 1), None),
    ]  # fmt: skip
    assert load(text).changed == []


JOINT = """\
organisations:
  - slug: orsa
    name: Orsa kommun
    short_name: Orsa
    kind: municipality
    is_principal: true
  - slug: mora
    name: Mora kommun
    short_name: Mora
    kind: municipality
    is_principal: true
    deciding_bodies:
      - name: Gemensamma nämnden
        kind: joint_committee
        meetings:
          - {meets_on: 2026-05-04}
          - {meets_on: 2026-06-01}
        participants:
          - {organisation: orsa}
agreements:
  - slug: rok-tva
    title: RÖK två
    kind: regional
    parties:
      - {organisation: mora}
      - {organisation: orsa}
    versions:
      - number: 1
        title: Två
        published: true
        published_on: 2026-04-01
        sections:
          - {heading: Syfte, body: Ett.}
    decisions:
      - {organisation: mora, body: Gemensamma nämnden, role: deciding, outcome: adopted, version: 1, decided_on: 2026-05-04}
      - {organisation: orsa, body: Gemensamma nämnden, role: deciding, outcome: adopted, version: 1, decided_on: 2026-05-04}
"""


def test_a_joint_committee_decides_for_several(
    load: Callable[..., Outcome], faults: Callable[[str], list[str]]
) -> None:
    load(COUNTY)
    refused = faults(JOINT.replace("kind: joint_committee", "kind: committee"))
    assert [fault for fault in refused if "Bara en gemensam nämnd beslutar för flera huvudmän." in fault] != []
    load(JOINT)
    body = DecidingBody.objects.get(name="Gemensamma nämnden")
    assert [str(meeting.meets_on) for meeting in body.meetings.all()] == ["2026-05-04", "2026-06-01"]
    decisions = Agreement.objects.get(slug="rok-tva").decisions.order_by("pk")
    assert [(decision.organisation.slug, decision.body) for decision in decisions] == [("mora", body), ("orsa", body)]
    before = everything()
    load(JOINT)
    assert everything() == before


def test_faults_around_a_decision_do_not_become_faults_of_it(faults: Callable[[str], list[str]]) -> None:
    for old, new in (
        ("name: Socialnämnden, kind: committee", "name: Socialnämnden, kind: nämnd"),
        ("kind: municipality", "kind: stad"),
        ("planned_on: 2026-06-01", "planned_on: sommaren"),
        ("- {organisation: sater}\n    versions", "- {organisation: sater, starts_on: i år}\n    versions"),
        ("        title: Överenskommelse\n        published", "        title:\n        published"),
    ):
        assert len(faults(COUNTY.replace(old, new, 1))) == 1, new


def test_the_command_tells_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_partnership", str(DALARNA), dry_run=True)
    call_command("import_partnership", str(DALARNA))
    call_command("import_partnership", str(DALARNA))
    counted = (
        "Läggs till: 1 samverkan, 28 organisationer, 2 organ, 2 andra namn på organisationer, 4 forum, "
        "10 andra namn på forum, 60 platser, 1 utgåva, 5 avsnitt, 2 mallar, 26 avsnitt i mall, 1 överenskommelse, "
        "16 parter, 1 version, 13 avsnitt, 3 forumens beslut"
    )
    assert capsys.readouterr().out.splitlines() == [
        counted,
        "Provkörning: ingenting är sparat.",
        counted,
        "dalarna.yaml är inläst.",
        "dalarna.yaml: ingenting att ändra.",
    ]


def test_the_command_ends_with_1_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lanet.yaml"
    file.write_text(COUNTY.replace("kind: unit", "kind: enhet"), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        call_command("import_partnership", str(file))
    told = capsys.readouterr().err.splitlines()
    assert end.value.code == 1
    assert told[0] == "lanet.yaml: 1 fel. Ingenting är ändrat."
    assert told[1].startswith("Rad 19, organisationer › Enheten › slag (kind): ”enhet” finns inte att välja.")


def test_faults_come_in_the_order_of_the_file() -> None:
    faults = [Fault(10, ("b",), "x"), Fault(2, (), "y"), Fault(10, ("a",), "z"), Fault(2, (), "y")]
    assert [str(fault) for fault in PartnershipFileError(faults).faults] == ["Rad 2: y", "Rad 10, a: z", "Rad 10, b: x"]


def depth(node: Node) -> int:
    if isinstance(node, Mapping):
        return 1 + max((depth(entry.node) for entry in node.entries.values()), default=0)
    return 1 + max((depth(item) for item in node.nodes), default=0) if isinstance(node, Items) else 1


def test_every_value_of_the_tree_has_its_line() -> None:
    root = parse(COUNTY.encode())
    assert depth(root) == 8
    assert {key: entry.line for key, entry in root.entries.items()} == {
        kind.key: line_of(f"{kind.key}:")
        for kind in SECTIONS
        if kind.key != "relations"  # read in tests/reports/test_structure.py
    }


def test_the_document_describes_every_field() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == filled(document)


def test_the_example_of_the_document_is_imported(load: Callable[..., Outcome]) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    example = document[document.index("```yaml\npartnership:") :].removeprefix("```yaml\n").partition("```")[0]
    assert len(load(example).added) == 14


def test_a_demonstration_is_not_begun_among_real_people(capsys: pytest.CaptureFixture[str]) -> None:
    empty_database()
    call_command("import_partnership", str(DALARNA), demonstration=True)
    call_command("create_coordinator", "riktig@lanet.example")
    before = Organisation.history.count()
    with pytest.raises(SystemExit) as refusal:
        call_command("import_partnership", str(DALARNA), demonstration=True)
    assert refusal.value.code == 1
    assert "Databasen har riktiga personer." in capsys.readouterr().err
    assert Organisation.history.count() == before
