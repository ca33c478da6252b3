"""Spreadsheets: what stands in a cell is what was given, and nothing in a file computes."""

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kvinnofrid.core import spreadsheets
from kvinnofrid.core.spreadsheets import Value, csv_text, xlsx

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HEADINGS = ["Huvudman", "Beslutad", "Antal"]
ROWS: list[list[Value]] = [
    ["Falu kommun", date(2024, 6, 18), 16],
    ["=1+1", datetime(2024, 6, 18, 12, 5, tzinfo=UTC), Decimal("12.50")],
    ["Rad ett\nrad två", None, True],
]


def part(data: bytes, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(zipfile.ZipFile(BytesIO(data)).read(name))  # noqa: S314  made here


def cells(data: bytes, sheet: int = 1) -> Iterator[tuple[str, str, str]]:
    """Place, kind and content of each cell."""
    for cell in part(data, f"xl/worksheets/sheet{sheet}.xml").iter(f"{SPACE}c"):
        content = "".join(cell.itertext())
        yield str(cell.get("r")), str(cell.get("t", "n")), content


# Excel


def test_texts_dates_and_numbers_stay_what_they_are() -> None:
    assert list(cells(xlsx("Läget", HEADINGS, ROWS))) == [
        ("A1", "inlineStr", "Huvudman"),
        ("B1", "inlineStr", "Beslutad"),
        ("C1", "inlineStr", "Antal"),
        ("A2", "inlineStr", "Falu kommun"),
        ("B2", "n", "45461"),
        ("C2", "n", "16"),
        ("A3", "inlineStr", "=1+1"),
        ("B3", "n", "45461.58680555555"),
        ("C3", "n", "12.50"),
        ("A4", "inlineStr", "Rad ett\nrad två"),
        ("C4", "inlineStr", "Ja"),
    ]


def test_the_headings_stay_in_place_and_filter() -> None:
    sheet = part(xlsx("Läget", HEADINGS, ROWS), "xl/worksheets/sheet1.xml")
    pane, found = sheet.find(f".//{SPACE}pane"), sheet.find(f"{SPACE}autoFilter")
    assert pane is not None
    assert found is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    assert found.get("ref") == "A1:C4"


def test_a_second_sheet_says_what_the_table_is() -> None:
    data = xlsx("Läget 2024/06: alla", HEADINGS, [], notes=["Hämtad 22 november 2026.", "=cmd"])
    book = part(data, "xl/workbook.xml")
    assert [sheet.get("name") for sheet in book.iter(f"{SPACE}sheet")] == ["Läget 2024 06  alla", "Om filen"]
    assert [content for _, _, content in cells(data, 2)] == ["Läget 2024/06: alla", "Hämtad 22 november 2026.", "=cmd"]
    assert "Läget 2024/06: alla" in "".join(part(data, "docProps/core.xml").itertext())


@pytest.mark.parametrize("title", ["", "[]:*?/\\", "om filen", "Om filen", "'", "x" * 300, "Historik", "History"])
def test_any_title_gives_a_workbook(title: str) -> None:
    assert len(list(cells(xlsx(title, HEADINGS, [])))) == 3


def test_the_same_content_gives_the_same_bytes() -> None:
    assert xlsx("Läget", HEADINGS, ROWS) == xlsx("Läget", HEADINGS, iter(ROWS))


def test_nothing_computes_and_nothing_leads_out() -> None:
    hostile: list[list[Value]] = [["=HYPERLINK(1)", "http://evil.example", "+1"], ["{=1}", "mailto:a@b.example", "@x"]]
    data = xlsx("Läget", HEADINGS, hostile)
    names = zipfile.ZipFile(BytesIO(data)).namelist()
    assert [kind for _, kind, _ in cells(data)] == ["inlineStr"] * 9
    assert [name for name in names if "rels" in name and "sheet" in name] == []
    assert list(part(data, "xl/worksheets/sheet1.xml").iter(f"{SPACE}f")) == []


def test_what_a_cell_cannot_hold_becomes_text_or_goes() -> None:
    rows: list[list[Value]] = [
        ["a\x00b\x1b\ud800\uffff\tc\r\nd", date(1886, 1, 1), 12345678901234567890],
        ["x" * 40_000, float("nan"), Decimal("Infinity")],
        ["_x0041_", date(9999, 12, 31), 0.1 + 0.2],
    ]
    found = {place: (kind, content) for place, kind, content in cells(xlsx("Läget", HEADINGS, rows))}
    assert found["A2"] == ("inlineStr", "ab c\nd")
    assert found["B2"] == ("inlineStr", "1886-01-01")
    assert found["C2"] == ("inlineStr", "12345678901234567890")
    assert len(found["A3"][1]) == 32_767
    assert (found["B3"][1], found["C3"][1]) == ("nan", "Infinity")
    assert found["A4"][1] in {"_x0041_", "_x005F_x0041_"}
    assert (found["B4"], found["C4"]) == (("n", "2958465"), ("n", "0.3"))


# CSV


def test_a_table_in_text_is_as_swedish_excel_opens_it() -> None:
    assert csv_text(HEADINGS, ROWS) == (
        '\ufeff"Huvudman";"Beslutad";"Antal"\r\n'
        '"Falu kommun";"2024-06-18";"16"\r\n'
        '"\'=1+1";"2024-06-18 14:05";"12,50"\r\n'
        '"Rad ett\nrad två";"";"Ja"\r\n'
    )


@pytest.mark.parametrize(
    "text", ["=1", "+46", "-5", "@x", "  =1", "\t=1", "\r=1", "\x00=1", "\u200b=1", "\ufeff-1", "\xa0@x", "＝1", "\n=1"]
)
def test_a_text_that_could_compute_gets_an_apostrophe(text: str) -> None:
    assert spreadsheets.neutralised(text) == "'" + spreadsheets.clean(text)


@pytest.mark.parametrize("text", ["Falun", "§ 12", "2024-06-18", "1=1", "RÖK - 2024", "'=1", "", "–", "a\tb"])
def test_other_texts_stay(text: str) -> None:
    assert spreadsheets.neutralised(text) == text.replace("\t", " ")


def test_numbers_and_dates_in_the_data_are_left_alone() -> None:
    rows: list[list[Value]] = [[-5, Decimal("-0.5"), -1.5], [date(2024, 6, 18), False, None]]
    assert csv_text(["a", "b", "c"], rows).splitlines()[1:] == ['"-5";"-0,5";"-1,5"', '"2024-06-18";"Nej";""']


CELLS = (
    st.none() | st.text() | st.integers() | st.floats() | st.decimals() | st.dates() | st.datetimes() | st.booleans()
)


@example("𐀀" * 16, [])  # 32 in the way that Excel counts
@given(st.text(), st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_any_content_can_be_written_and_read_back(title: str, rows: list[tuple[Value, Value, Value]]) -> None:
    data = xlsx(title, HEADINGS, rows, notes=[title])
    assert [cell for _, kind, cell in cells(data) if kind not in {"inlineStr", "n"}] == []
    text = csv_text(HEADINGS, rows)
    text.encode()
    read = list(csv.reader(StringIO(text[1:], newline=""), delimiter=";"))
    assert [len(row) for row in read] == [3] * (len(rows) + 1)
    given_texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert [cell for cell in given_texts if re.match(r"\s*[=+\-@]", spreadsheets.neutralised(cell))] == []


# Answers


def test_files_are_saved_by_their_names() -> None:
    answer = spreadsheets.csv_response(csv_text(["Å"], []), "läget\n2024.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''l%C3%A4get%202024.csv"
    assert answer.content == '\ufeff"Å"\r\n'.encode()
    answer = spreadsheets.xlsx_response(b"PK", "laget.xlsx")
    assert answer.headers["Content-Type"] == spreadsheets.XLSX
    assert answer.headers["Content-Disposition"] == 'attachment; filename="laget.xlsx"'
