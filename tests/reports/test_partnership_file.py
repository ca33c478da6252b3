"""The partnership file: all or nothing, every fault by line and field, and twice the same is nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kvinnofrid.core.richtext import TOO_DEEP
from kvinnofrid.core.validators import PERSONAL_NUMBER_MESSAGE
from organisations.models import Organisation, Partnership
from reports.partnership_file import Outcome, PartnershipFileError, import_file
from reports.partnership_file.documentation import filled
from reports.partnership_file.faults import Fault
from reports.partnership_file.reading import MAX_BYTES, Items, Mapping, Node, parse
from reports.partnership_file.schema import SECTIONS
from tests.factories.county import COUNTY, LINES, everything, line_of
from tests.factories.empty import empty_database

DOCUMENT = Path(__file__).parents[2] / "docs/partnership-file.md"
DALARNA = Path(__file__).parents[2] / "organisations/partnerships/dalarna.yaml"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing")]


@pytest.fixture(scope="module")
def _nothing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """An empty database, emptied once for all of these tests and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty_database()
        yield
        transaction.set_rollback(True)


def test_a_dry_run_tells_and_changes_nothing(load: Callable[..., Outcome]) -> None:
    before = everything()
    outcome = load(COUNTY, dry_run=True)
    assert len(outcome.added) == 31
    assert everything() == before


def test_an_edition_without_text_is_not_published(faults: Callable[[str], list[str]]) -> None:
    text = COUNTY[: COUNTY.index("        sections:")] + COUNTY[COUNTY.index("      - name: Två") :]
    where = f"Rad {line_of('published', text)}, forum › Gruppen › utgåvor › Ett › publicerad (published)"
    assert faults(text) == [f"{where}: En utgåva utan avsnitt kan inte publiceras."]


# Each list is one file with so many faults, none of which hides another or is told as two.
FAULTS = [
    [
        ("kind: municipality", "kind: muncipality", "kind: mun", "slag (kind): ”muncipality” finns inte att välja. Menade du municipality?"),
        ("scb_code: 2082", "scb_kod: 2082", "scb_kod", "Säters kommun: ”scb_kod” finns inte. Menade du scb_code?"),
        ("parent: sater", "parent: satter", "satter", "tillhör (parent): ”satter” finns inte bland organisationer (slug). Menade du sater?"),
        ("is_principal: true", "is_principal: kanske", "kanske", "huvudman (is_principal): Skriv true eller false, inte ”kanske”."),
        ("starts_on: 2026-01-01}", "starts_on: 1/1 2026}", "1/1", "från och med (starts_on): ”1/1 2026” är inget datum."),
        ("valid_from: 2027-01-01", "valid_from: 2027-02-30", "02-30", "gäller från och med (valid_from): ”2027-02-30” är inget datum."),
        ("name: Enheten", "name:", "    name:\n", "enheten › namn (name): Detta fält får inte vara tomt."),
        ("phone: 0225-550 00", "phone: ring", "phone", "telefon i arbetet (phone): Skriv telefonnumret med riktnummer"),
        ("name: Anna Prov", "name: [Anna, Prov]", "[Anna", "namn (name): Här ska det stå ett enda värde"),
        ("short_name: Säter\n", f"short_name: {'S' * 61}\n", "SSSS", "kortnamn (short_name): Texten får vara högst 60 tecken. Den är 61."),
        ("name: Säterbygden,", 'name: "Säter\\0bygden",', "bygden", "namn (name): Texten innehåller ett tecken som inte får finnas (U+0000)."),
        ("body: Så började det.", "body: Anna 19811218-9876 började.", "9876", PERSONAL_NUMBER_MESSAGE),
    ],
    [
        ("parent: sater", "parent: enheten", "parent", "tillhör (parent): Hänvisningarna går i en ring."),
        ("valid_from: 2027-01-01", "valid_from: 0202-02-28", "0202", "gäller från och med (valid_from): Året ska ligga mellan"),
        ("name: Säterbygden,", 'name: "\\ud800",', "ud800", "namn (name): Texten innehåller ett tecken som inte får finnas (U+D800)."),
        ("role: coordinator", "role: coordinator, organisation: sater", "coordinator", "Rollen passar inte där den ska gälla."),
        ("seats_held_by: ex_officio", "seats_held_by: mandate", "holder", "Platser i det här forumet innehas genom uppdrag."),
        ("reports_to: radet", "reports_to: gruppen", "reports_to", "rapporterar till (reports_to): Hänvisningarna går i en ring."),
        ('county_code: "99"', 'county_code: "999"', "county_code", "länskod (county_code): Texten får vara högst 2 tecken. Den är 3."),
        ("topic: follow_up, guidance", "topic: uppföljning, guidance", "uppföljning", "ämne (topic): ”uppföljning” finns inte att välja. Menade du follow_up?"),
        ("slug: rok-prov", "slug: ny", "slug: ny", "adress i portalen (slug): Adressen är upptagen. Välj en annan."),
        ("body: Varje år.", f"body: '{'>' * 60} x'", ">>>", TOO_DEEP),
        ("number: 2", "number: 0", "number: 0", "version (number): Fältet måste fyllas i."),
        ("position: 1", "position: först", "först", "ordning (position): Skriv ett heltal, till exempel 3."),
    ],
    [
        ("email: Anna.Prov@sater.example", "email: anna", "email: anna", "e-postadress (email): Fyll i en giltig e-postadress."),
    ],
    [
        ("name: Säterbygden,", 'name: "811218-9876",', "811218", PERSONAL_NUMBER_MESSAGE),
        ("role: chair, forum: radet", "role: chair, organisation: sater", "chair", "Rollen passar inte där den ska gälla."),
        ("holder: anna.prov@sater.example", "holder: bo@sater.example", "holder: bo", "innehavare (holder): ”bo@sater.example” finns inte bland personer (email)."),
        ("owner: enheten", "parent: rok-prov", "parent: rok", "regional överenskommelse (parent): Hänvisningarna går i en ring."),
        ("validity_years: 4", "validity_years: fyra", "fyra", "giltighetstid i år (validity_years): Skriv ett heltal, till exempel 3."),
        ("[SN 2026/1, KS 2026/4]", "[[SN 2026/1]]", "[[", "diarienummer (case_numbers): Här ska det stå ett enda värde"),
    ],
    [
        ("role: chair, forum: radet", "role: chair", "role: chair", "Rollen passar inte där den ska gälla."),
        ("ends_on: 1970-12-31", "starts_on: 1971-01-01, ends_on: 1970-12-31", "Säterbygden", "Slutdatum kan inte ligga före startdatum."),
        ("owner: enheten", "owner: rok-prov", "owner: rok", "förvaltas av (owner): ”rok-prov” finns inte bland organisationer (slug)."),
        ("body: Varje år.", "body: Anna 19811218-9876.", "9876", PERSONAL_NUMBER_MESSAGE),
    ],
    [
        ("is_principal: true", "is_principal: false", "Socialnämnden", "Bara en huvudman har organ som fattar beslut."),
        ("validity_years: 4", "validity_years: 4\n    valid_to: 2031-01-01", "slug: rok", "Ange giltighetstiden i år eller en sista dag, inte båda."),
        ("[SN 2026/1, KS 2026/4]", "[SN 2026/1, 811218-9876]", "9876", PERSONAL_NUMBER_MESSAGE),
    ],
    [
        ("    aliases:\n", "    aliases: ja\n    # ", "aliases", "andra namn på organisationer: Här ska det stå en lista"),
        ("note: Efter remiss.", "published_on: 2026-02-02", "02-02", "publicerad den (published_on): Dagen hör till en version som är publicerad"),
        ("version: 1}", "version: 3}", "version: 3}", "version (version): ”3” är ingen av överenskommelsens versioner (number)."),
        ("{organisation: sater, body", "{organisation: enheten, body", "enheten, body", "huvudman (organisation): ”enheten” är ingen part i överenskommelsen (parties)."),
        ("outcome: adopted", "outcome: void", "void", "utfall (outcome): Bara en rättelse kan säga att det inte fanns något beslut."),
        ("decided_on: 2026-03-02", "decided_on: 2126-03-02", "2126", "beslutsdatum (decided_on): Beslutet kan inte ligga i framtiden."),
        ("2031-06-01, forum: radet", "2031-06-01", "2031-06-01}", "Ange vem som beslutade: forum, organisation eller decided_by."),
    ],
    [
        ("- slug: enheten", "- slug: Enhet en", "slug: Enhet", "Skriv med små bokstäver a–z, siffror och bindestreck"),
    ],
    [
        ("- {organisation: sater}\n    versions", "- {organisation: enheten}\n    versions", "- {organisation: enheten", "Bara en huvudman kan vara part."),
    ],
    [
        ("published_on: 2026-02-01", "published_on: 2126-02-01", "2126", "publicerad den (published_on): Publiceringen kan inte ligga i framtiden."),
    ],
    [
        ("decided_on: 2026-02-03", "decided_on: 2126-02-03", "2126", "datum (decided_on): Beslutet kan inte ligga i framtiden."),
        ("{organisation: sater, body", "{organisation: saters, body", "saters, body", "huvudman (organisation): ”saters” finns inte bland organisationer (slug). Menade du sater?"),
        ("outcome: adopted", "outcome: adopted\n        amendment: Ett ord.", "amendment", "ändringar (amendment): Välj utfallet ”Antog med ändringar”, eller töm fältet."),
        ("        version: 1\n", "        version:\n", "        version:\n", "version (version): Välj vilken text som antogs."),
        ("takes_effect_on: 2031-06-01,", "takes_effect_on: 2031-06-01, organisation: sater,", "2031-06-01,", "Ange ett forum eller en organisation, inte båda."),
        ("takes_effect_on: 2031-06-01,", "takes_effect_on: 2031-06-01, replaced_by: rok-prov,", "2031-06-01,", "En överenskommelse kan inte ersättas av sig själv."),
    ],
    [
        ("body: Socialnämnden, role", "body: Socialnämden, role", "Socialnämden,", "organ (body): ”Socialnämden” är inget organ som beslutar för Säters kommun (deciding_bodies). Menade du Socialnämnden?"),
    ],
]  # fmt: skip


@pytest.mark.parametrize("several", FAULTS, ids=[several[0][1] for several in FAULTS])
def test_each_fault_is_told_by_line_and_field(
    faults: Callable[[str], list[str]], several: list[tuple[str, str, str, str]]
) -> None:
    text = COUNTY
    for old, new, _, _ in several:
        assert old in text
        text = text.replace(old, new, 1)
    found = faults(text)
    for _, _, line, told in several:
        assert [fault.startswith(f"Rad {line_of(line, text)}, ") for fault in found if told in fault] == [True], told
    assert len(several) in {1, len(found)}  # one that draws others after it stands alone


@pytest.mark.parametrize(
    ("old", "new"), [("name: Enheten", "name: Säters kommun"), ("- slug: enheten", "- slug: sater")]
)
def test_two_rows_alike_are_refused(faults: Callable[[str], list[str]], old: str, new: str) -> None:
    assert faults(COUNTY.replace(old, new, 1)) != []


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


def test_a_version_without_text_is_not_published(faults: Callable[[str], list[str]]) -> None:
    draft = COUNTY[COUNTY.index("      - number: 2") : COUNTY.index("    forum_decisions:")]
    text = COUNTY.replace(draft, "").replace("body: Varje år.", 'body: ""')
    assert [fault.partition(" › versioner › ")[2] for fault in faults(text)] == [
        "1 › publicerad (published): En version utan text kan inte publiceras."
    ]


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
