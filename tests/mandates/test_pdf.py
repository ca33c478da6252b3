"""The form as a document: what it says in each state, what it keeps from other organisations, how it is set."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.utils import timezone
from django.utils.formats import date_format

from kvinnofrid.core import audit
from mandates import actions
from mandates.models import Mandate
from mandates.pdf import Contact, LineDocument, Person, blank_form_pdf, mandate_document, mandate_pdf
from tests.core.test_pdf import fonts_of, raw, tags_of, text_of
from tests.factories import cast

NOON = timezone.localtime().replace(hour=11, minute=0, second=0, microsecond=0)
TODAY = NOON.date()
MARGIN = 59  # points: the narrower of the side margins


@pytest.fixture
def world(db: None) -> Any:
    """The cast, at noon: times of day are printed."""
    with time_machine.travel(NOON, tick=False):
        yield cast.load()


def day(number: int = 0) -> str:
    """A day from today in words."""
    return date_format(TODAY + timedelta(days=number), "j F Y")


def moment() -> str:
    return f"{day()} kl.\u00a0{date_format(timezone.localtime(NOON), 'H.i')}"


class Rows(HTMLParser):
    """The cells of every table row of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open = tag in {"th", "td"} or (self.open and tag == "wbr")
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def viewed(mandate: Mandate, world: cast.World, viewer: str = "representative") -> Any:
    return mandate_document(mandate, viewer=world.person[viewer])


def drawn(mandate: Mandate, world: cast.World, viewer: str = "representative") -> Any:
    return mandate_pdf(mandate, viewer=world.person[viewer])


# --- what it says -----------------------------------------------------------------------------------------------------


def test_attested_form_says_everything(world: cast.World) -> None:
    mandate = cast.attested(world)
    document = drawn(mandate, world)
    assert Rows(document.html).rows == [
        ["Referens", "Läge", "Senast ändrat", "Utgåva"],
        [mandate.reference, "Attesterat", day(), "Utgåva 1"],
        ["Namn", "Rut Representant"],
        ["Befattning", "Handläggare"],
        ["E-post", "representative@cast.example"],
        ["Telefon", "010-123 45 67"],
        ["Privat telefon", "070-111 22 33"],
        ["Inskickat", day()],
        ["Gäller", f"{day(-30)} och tills vidare"],
        ["Omfattning", "Ordinarie, 12,5 procent av heltid"],
        ["Uppdragsgivare", "Ulla Uppdragsgivare, Handläggare"],
        ["Diarienummer", "kanariefalun-dnr"],
        ["Namn eller funktion", "Verksamhet eller uppgift", "E-post", "Telefon"],
        ["kanariefalun kontakt", "kanariefalun", "kanariefalun@kontakt.example", ""],
    ]
    line = viewed(mandate, world).lines[0]
    assert line.state_label + line.state_facts == f"Attesterad av Ulla Uppdragsgivare den {moment()}."
    with pikepdf.open(BytesIO(document.pdf)) as opened:
        assert {key: str(value) for key, value in opened.docinfo.items() if key != "/Producer"} == {
            "/Title": f"Uppdragsbeskrivning {mandate.reference}, Länsgruppen",
            "/Author": "Kvinnofrid Dalarna",
            "/Subject": "Representant för Falu kommun. Attesterat.",
            "/Keywords": f"{mandate.reference}, Utgåva 1, kanariefalun-dnr",
            "/CreationDate": f"D:{NOON:%Y%m%d}100000Z",
            "/ModDate": f"D:{NOON:%Y%m%d}100000Z",
        }


def in_state(world: cast.World, state: str) -> Mandate:
    """Falun's form in each state that it can be in."""
    if state == "draft":
        return cast.draft(world)
    if state in {"submitted", "withdrawn"}:
        mandate = cast.submitted(world)
        if state == "withdrawn":
            actions.withdraw(mandate=mandate, reason="Fel forum", by=world.person["representative"])
        return Mandate.objects.get(pk=mandate.pk)
    if state == "returned":
        return cast.returned(world)
    mandate = cast.attested(world)
    if state == "ended":
        line, today = mandate.lines.get(), timezone.localdate()
        actions.end_line(line=line, ended_on=today, reason="Byter arbete", by=world.person["commissioner"])
    return Mandate.objects.get(pk=mandate.pk)


ATTESTED = f"Attesterad av Ulla Uppdragsgivare den {moment()}."
STATES = {
    "draft": ("UTKAST", "Utkast", "Utkast, inte inskickad för attest."),
    "submitted": ("", "Väntar på attest", f"Väntar på attest sedan den {moment()}."),
    "returned": ("", "Behöver rättas", f"Återsänd för rättning av Ulla Uppdragsgivare den {moment()}."),
    "attested": ("", "Attesterat", ATTESTED),
    "ended": ("", "Avslutat", f"Avslutad med {day()} som sista dag. {ATTESTED}"),
    "withdrawn": ("ÅTERTAGET", "Återtaget", f"Återtagen den {moment()}."),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_in_words(world: cast.World, state: str) -> None:
    document = viewed(in_state(world, state), world)
    line = document.lines[0]
    assert (document.mark, document.state_label, line.state_label + line.state_facts) == STATES[state]
    assert line.comment == ("kanariefalun: ange en kontakt till" if state == "returned" else "")


def test_draft_with_nothing_filled_in(world: cast.World) -> None:
    mandate = actions.start_mandate(edition=world.edition, by=world.person["mora_representative"])
    assert viewed(mandate, world, "mora_representative").lines == ()
    assert "Ingen organisation är vald." in text_of(drawn(mandate, world, "mora_representative").pdf)
    started = actions.start_mandate(edition=world.edition, by=world.person["representative"])
    assert viewed(started, world).lines[0].rows == [
        ("Gäller", "Inte ifyllt"),
        ("Omfattning", "Ordinarie, andel inte ifylld"),
        ("Uppdragsgivare", "Ulla Uppdragsgivare, Handläggare"),
        ("Diarienummer", ""),
        ("Interna kontakter", ""),
    ]


def test_empty_form_has_room_for_four_organisations(world: cast.World) -> None:
    document = blank_form_pdf(world.edition)
    text = text_of(document.pdf)
    assert [text.count(f"Organisation {number}") for number in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 0]
    assert [text.count(label) for label in ("Uppdragsgivarens underskrift", "☐ Ordinarie")] == [4, 4]
    assert [row for row in Rows(document.html).rows if row == ["", "", "", ""]] == [["", "", "", ""]] * 16
    assert "Ett stycke till." in text
    assert tags_of(document.pdf).count("H3") == 6


# --- what it keeps from others ----------------------------------------------------------------------------------------


def test_reader_of_one_organisation_gets_the_outline_of_the_others(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    lines = viewed(mandate, world, "orsa_reader").lines
    outline = LineDocument(
        organisation="Mora kommun",
        function="",
        period=f"{day(-30)} och tills vidare",
        state_label="Attesterad",
        state_facts=f" den {moment()}.",
        tone="attested",
    )
    assert lines[:2] == (replace(outline, organisation="Malung-Sälens kommun"), outline)
    assert lines[2].contacts == (Contact("kanarieorsa kontakt", "kanarieorsa", "kanarieorsa@kontakt.example", ""),)
    assert lines[3] == replace(outline, organisation="Älvdalens kommun")


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ("mora_representative", {"mora", "orsa", "alvdalen", "malung-salen"}),
        ("coordinator", {"mora", "orsa", "alvdalen", "malung-salen"}),
        ("orsa_reader", {"orsa"}),
        ("outsider", set()),
    ],
)
def test_words_of_an_organisation_are_in_the_file_for_its_readers_only(
    world: cast.World, viewer: str, seen: set[str]
) -> None:
    document = drawn(cast.attested(world, "mora_representative", cast.MORAS), world, viewer)
    everything = text_of(document.pdf) + raw(document.pdf).decode("latin-1") + document.html
    assert {slug for slug in cast.MORAS if cast.canary(slug) in everything} == seen
    assert ("070-111 22 33" in everything) == bool(seen)


def test_protected_person_is_a_function_to_outsiders(world: cast.World) -> None:
    representative, commissioner = world.person["representative"], world.person["commissioner"]
    for person in (representative, commissioner):
        person.has_protected_identity = True
        audit.save(person, by=None, verb="saved")
    mandate = cast.attested(world)
    outside = viewed(mandate, world, "outsider")
    assert outside.person.rows == [
        ("Namn", "Representant, Falun"),
        ("Befattning", ""),
        ("E-post", "funktion@falun.example"),
        ("Inskickat", day()),
    ]
    inside = viewed(mandate, world, "reader")
    assert (inside.person.name, inside.lines[0].commissioner) == (
        "Rut Representant",
        "Ulla Uppdragsgivare, Handläggare",
    )
    everything = raw(drawn(mandate, world, "outsider").pdf).decode("latin-1")
    assert ("Rut" in everything, "Ulla" in everything) == (False, False)


# --- how it is set ----------------------------------------------------------------------------------------------------


def test_structure_is_the_same_with_and_without_the_mark(world: cast.World) -> None:
    cell = ["TR", "TH", "TD"]
    draft = drawn(cast.draft(world), world)
    assert tags_of(draft.pdf) == [
        *["Document", "P", "H1", "Table", "THead", "TR", *["TH"] * 4, "TBody", "TR", *["TD"] * 4],
        *["H2", "Sect", "H3", "P", "P", "Sect", "H3", "P", "P"],
        *["Sect", "H2", "Table", "TBody", *cell * 5],
        *["H2", "Sect", "H3", "Table", "TBody", *cell * 4],
        *["Table", "Caption", "THead", "TR", *["TH"] * 4, "TBody", "TR", *["TD"] * 4, "P"],
        *["Sect", "H2", "P"],
    ]
    mandate = Mandate.objects.get()
    actions.submit(mandate=mandate, by=world.person["representative"])
    submitted = drawn(Mandate.objects.get(), world)
    tags = tags_of(submitted.pdf)
    where = tags.index("TBody", tags.index("Sect", tags.index("P", tags.index("H3")))) + 1
    assert [*tags[:where], *tags[where + 3 :]] == tags_of(draft.pdf)  # one row more: when it was submitted
    assert ["UTKAST" in text_of(document.pdf) for document in (draft, submitted)] == [True, False]


def test_reference_edition_and_page_on_every_page(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    document = drawn(mandate, world, "coordinator").pdf
    with pypdfium2.PdfDocument(document) as opened:
        feet = [page.get_textpage().get_text_bounded(0, 0, 600, 70).split("\r\n") for page in opened]
    total = len(feet)
    assert total > 1
    assert [" ".join(foot).split() for foot in feet] == [
        [mandate.reference, "·", "Utgåva", "1", "Sida", str(number), "av", str(total)] for number in range(1, total + 1)
    ]


def test_long_and_hostile_text_is_text_and_stays_on_the_page(world: cast.World) -> None:
    mandate = cast.draft(world)
    hostile = "<img src=file:///etc/passwd>{{ x }}&lt;" + "W" * 80
    by = world.person["representative"]
    actions.save_person(
        mandate=mandate,
        values={
            "name": hostile,
            "title": hostile,
            "email": f"{'a' * 60}@{'b' * 60}.example",
            "phone": "",
            "private_phone": "",
        },
        by=by,
    )
    line = mandate.lines.get()
    contact = {"name": hostile, "role": hostile, "email": f"{'a' * 60}@{'b' * 60}.example", "phone": ""}
    values = {name: getattr(line, name) for name in ("kind", "share_percent", "commissioner", "starts_on", "ends_on")}
    actions.save_line(line=line, values={**values, "case_number": "W" * 60}, contacts=[contact] * 12, by=by)
    document = drawn(Mandate.objects.get(), world)
    assert viewed(Mandate.objects.get(), world).person == Person(hostile, hostile, contact["email"])
    assert [row[1] for row in Rows(document.html).rows if row[0] == "Namn"] == [hostile]
    assert text_of(document.pdf).replace("\r\n", "").count("<img src=file:///etc/passwd>") == 26
    with pypdfium2.PdfDocument(document.pdf) as opened:
        for page in opened:
            text = page.get_textpage()
            boxes = [
                text.get_charbox(index) for index in range(text.count_chars()) if text.get_text_range(index, 1).strip()
            ]
            upright = [box for box in boxes if box[3] - box[1] < 30]  # the mark is larger than any text
            assert max(box[2] for box in upright) <= page.get_width() - MARGIN


def test_same_bytes_until_something_changes(world: cast.World) -> None:
    mandate = cast.submitted(world)
    before = drawn(mandate, world).pdf
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        assert drawn(Mandate.objects.get(), world).pdf == before
        line = mandate.lines.get()
        actions.attest(line=line, version=mandate.version, by=world.person["commissioner"])
        changed = drawn(Mandate.objects.get(), world).pdf
    with pikepdf.open(BytesIO(changed)) as opened:
        assert str(opened.docinfo["/ModDate"]) == f"D:{NOON + timedelta(days=30):%Y%m%d}100000Z"
        assert all(fonts_of(opened).values())


def test_queries_do_not_grow_with_the_lines(world: cast.World, django_assert_num_queries: Any) -> None:
    one, four = cast.attested(world), cast.attested(world, "mora_representative", cast.MORAS)
    for mandate in (one, four):
        fresh = Mandate.objects.select_related("edition__forum", "representative").get(pk=mandate.pk)
        viewer = type(world.person["coordinator"]).objects.get(pk=world.person["coordinator"].pk)
        with django_assert_num_queries(7):
            mandate_document(fresh, viewer=viewer)
