"""The board as files: the page's rows one by one, nothing that computes, one sheet of paper."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pypdfium2
import pytest
import time_machine

from agreements.enums import Evidence, Outcome
from agreements.models import Agreement
from kvinnofrid.core import audit
from tests.factories import agreements, cast

URL = "/overenskommelser/rok-prov/lage/"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA = '=HYPERLINK("http://fara.example";"Klicka")'


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def made(world: cast.World) -> Agreement:
    with time_machine.travel("2026-05-04T10:00:00+01:00", tick=False):
        made = agreements.published(world)
    values = {"paragraph": "112", "case_numbers": [FORMULA, "SN 2026/9"], "proof": Evidence.EXTRACT}
    agreements.adopt(world, made, "falun", decided_on=date(2026, 9, 15), **values)
    agreements.adopt(world, made, "mora", Outcome.REFERRED_BACK, decided_on=date(2026, 10, 6))
    agreements.step(world, made, "mora", meetings=[date(2026, 12, 1)])
    agreements.said(world, made, "orsa", date(2026, 11, 20))
    return made


def csv_rows(response: Any) -> list[dict[str, str]]:
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def xlsx_cells(content: bytes) -> list[str]:
    """Every text of the workbook, and proof that no cell computes."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        texts = []
        for name in book.namelist():
            if name.startswith("xl/worksheets/") or name == "xl/sharedStrings.xml":
                tree = ElementTree.fromstring(book.read(name))  # noqa: S314  our own file
                assert tree.findall(f".//{SHEET}f") == []
                assert tree.findall(f".//{SHEET}hyperlink") == []
                texts += [node.text or "" for node in tree.iter(f"{SHEET}t")]
        return texts


@pytest.mark.parametrize(
    "query", ["", "?lage=unknown", "?ordning=-namn", "?den=2026-09-20", "?den=2026-09-20&kant=2026-09-20", "?q=mora"]
)
def test_files_hold_the_rows_of_the_page(made: Agreement, as_person: Any, query: str) -> None:
    client = as_person("steering")
    page = client.get(URL + query)
    rows = page.context["rows"]
    told = [
        (
            row["Huvudman"],
            row["Läge"],
            row["Beslutsdatum"],
            row["Nästa sammanträde"],
            row["Läge enligt det som var känt en annan dag"],
        )
        for row in csv_rows(client.get(f"{URL}csv/{query}"))
    ]
    assert told == [
        (row.name, row.label, str(row.decided_on or ""), str(row.next_on or ""), row.known_otherwise) for row in rows
    ]
    content = client.get(f"{URL}json/{query}").json()
    assert [(one["organisation"], one["label"], one["decided_on"]) for one in content["principals"]] == [
        (row.key, row.label, row.decided_on and row.decided_on.isoformat()) for row in rows
    ]
    assert (content["sentence"], content["basis"]) == (page.context["board"].sentence, page.context["board"].basis)
    texts = xlsx_cells(client.get(f"{URL}xlsx/{query}").content)
    assert [text for text in texts if text in {row.name for row in rows}] == [row.name for row in rows]


def test_json_fields(made: Agreement, as_person: Any) -> None:
    response = as_person("reader").get(URL + "json/")
    assert response.headers["Content-Type"] == "application/json"
    content = response.json()
    principals = content.pop("principals")
    assert content == {
        "agreement": "rok-prov",
        "title": "RÖK prov",
        "as_of": "2026-11-22",
        "known_on": "2026-11-22",
        "state": "unknown",
        "sentence": (
            "Inte i kraft: väntar på Mora och Orsa, och inget beslut är registrerat för 3 av 6 huvudmän "
            "(Malung-Sälen, Säter och Älvdalen)."
        ),
        "basis": "Enligt 2 registrerade beslut, det senaste 6 oktober 2026.",
        "version": 1,
        "planned_on": "2026-10-01",
        "in_force_from": None,
        "valid_to": None,
        "forecast": {
            "earliest": None,
            "likely": None,
            "holder": None,
            "reason": "Det går inte att säga när Malung-Sälen, Orsa, Säter och Älvdalen kan besluta.",
        },
        "contradictions": [
            {"principal": "Mora", "text": "Kommunfullmäktige har enligt kalendern inget sammanträde 6 oktober 2026."}
        ],
    }
    assert principals[0] == {
        "organisation": "falun",
        "name": "Falun",
        "code": "",
        "verdict": "identical",
        "label": "Likalydande",
        "note": "",
        "body": "Kommunfullmäktige",
        "decided_on": "2026-09-15",
        "paragraph": "112",
        "case_numbers": [FORMULA, "SN 2026/9"],
        "has_extract": False,
        "evidence": "extract",
        "registered_on": "2026-11-22",
        "next_body": "",
        "next_on": None,
        "legal_force_on": "2026-10-23",
        "legal_force_is_computed": True,
        "known_otherwise": "",
    }


def test_no_cell_computes(made: Agreement, as_person: Any) -> None:
    client = as_person("coordinator")
    [falun] = [row for row in csv_rows(client.get(URL + "csv/")) if row["Huvudman"] == "Falun"]
    assert falun["Diarienummer"] == f"'{FORMULA}, SN 2026/9"
    assert f"{FORMULA}, SN 2026/9" in xlsx_cells(client.get(URL + "xlsx/").content)


@pytest.mark.parametrize(("ending", "kind"), [("xlsx", "attachment"), ("csv", "attachment"), ("pdf", "inline")])
def test_names_of_files(made: Agreement, as_person: Any, ending: str, kind: str) -> None:
    response = as_person("coordinator").get(f"{URL}{ending}/?den=2026-11-01")
    assert response.headers["Content-Disposition"] == f'{kind}; filename="rok-prov-lage-2026-11-01.{ending}"'


def pdf_text(content: bytes) -> tuple[int, str]:
    document = pypdfium2.PdfDocument(content)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
        return len(pages), " ".join(" ".join(pages).split())
    finally:
        document.close()


def test_one_sheet_with_the_answer_and_every_row(made: Agreement, as_person: Any) -> None:
    response = as_person("steering").get(URL + "pdf/")
    pages, text = pdf_text(response.content)
    assert pages == 1
    for words in (
        "Läget för RÖK prov",
        "väntar på Mora och Orsa",
        "Läget den 22 november 2026, enligt det som var registrerat den 22 november 2026.",
        "Återremitterad",
        "2026-09-15",
        "Sida 1 av 1",
    ):
        assert words in text, words
    assert [name for name in ("Falun", "Malung-Sälen", "Mora", "Orsa", "Säter", "Älvdalen") if name not in text] == []


def test_sixteen_fit_on_one_sheet(world: cast.World, as_person: Any) -> None:
    slugs = [*agreements.PRINCIPALS, *agreements.more_principals(world, 10)]
    made = agreements.published(world, slugs)
    for number, slug in enumerate(slugs):
        agreements.adopt(
            world,
            made,
            slug,
            Outcome.ADOPTED_ON_CONDITION,
            decided_on=date(2026, 9, 15),
            paragraph=str(100 + number),
            case_numbers=[f"KS 2026/{number}"],
            proof=Evidence.EXTRACT,
        )
    assert pdf_text(as_person("steering").get(URL + "pdf/").content)[0] == 1


def test_the_pdf_is_tagged_swedish_and_the_same_twice(made: Agreement, as_person: Any) -> None:
    client = as_person("steering")
    content = client.get(URL + "pdf/").content
    assert client.get(URL + "pdf/").content == content
    with pikepdf.open(io.BytesIO(content)) as document:
        assert str(document.Root.Lang) == "sv"
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.docinfo["/Title"]) == "Läget för RÖK prov den 2026-11-22"


def test_the_pdf_shows_the_day_asked_for(made: Agreement, as_person: Any) -> None:
    _pages, text = pdf_text(as_person("steering").get(URL + "pdf/?den=2026-09-20&kant=2026-09-20").content)
    assert "Läget den 20 september 2026, enligt det som var registrerat den 20 september 2026." in text


def test_a_map_is_printed(world: cast.World, made: Agreement, as_person: Any) -> None:
    organisation = world.org["falun"]
    organisation.scb_code = "2080"
    audit.save(organisation, by=None, verb="imported")
    partnership = as_person("steering").get(URL).context["partnership"]
    partnership.tiles = [{"scb_code": "2080", "column": 1, "row": 1}]
    audit.save(partnership, by=None, verb="imported")
    assert as_person("steering").get(URL + "pdf/").status_code == 200


def test_days_in_excel_are_days(made: Agreement, as_person: Any) -> None:
    content = as_person("steering").get(URL + "xlsx/").content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  our own file
    numbers = {
        node.text for cell in tree.iter(f"{SHEET}c") for node in cell.iter(f"{SHEET}v") if "t" not in cell.attrib
    }
    since_1900 = (datetime(2026, 9, 15) - datetime(1899, 12, 30)).days  # noqa: DTZ001  how Excel counts
    assert str(since_1900) in numbers
