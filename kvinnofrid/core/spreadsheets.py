"""Tables as files for a spreadsheet program: nothing in them computes, and dates and numbers stay what they are."""

import csv
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

Value = str | int | float | Decimal | date | datetime | bool | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Control characters, halves of characters and non-characters, none of which XML or a cell can hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What a program may take for a formula, also after spaces and marks that do not show.
FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# Excel's own limits.
ROWS = 1_048_576
LETTERS = 32_767
DIGITS = 15
EXPONENT = 300
FIRST_DAY = date(1900, 3, 1)  # before this, Excel counts a day that never was
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  the same content gives the same bytes
WIDEST = 60
ABOUT = "Om filen"
TAKEN = {"", ABOUT.casefold(), "history", "historik"}  # Excel keeps the last two for itself


def clean(text: str) -> str:
    """Without what a cell cannot hold; line breaks stay, and a tab becomes a space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = UNWRITABLE.sub("", text)
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"


def _plain(value: Value) -> Value:
    """A truth value in words, a moment in the portal's time zone, a number that Excel cannot hold as text."""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    return str(value) if isinstance(value, int | float | Decimal) and not _is_exact(value) else value


def _is_exact(value: float | Decimal) -> bool:
    """Whether a spreadsheet holds the number: finite, and no more digits than it keeps."""
    if isinstance(value, int):
        return abs(value) < 10**DIGITS
    if isinstance(value, float):
        return math.isfinite(value)
    return value.is_finite() and len(value.as_tuple().digits) <= DIGITS and abs(value.adjusted()) < EXPONENT


# Excel


def xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]], *, notes: Sequence[str] = ()) -> bytes:
    """One sheet with a frozen row of headings that filters, and one that says what the table is."""
    import xlsxwriter

    target = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": clean(title)[:255], "created": CREATED})
        table = book.add_worksheet(_sheet_name(title))
        _Table(book, table).write(headings, rows)
        about = book.add_worksheet(ABOUT)
        about.set_column(0, 0, 100)
        for number, line in enumerate([title, *notes]):
            about.write_string(number, 0, clean(line), book.add_format({"bold": number == 0, "text_wrap": True}))
    return target.getvalue()


def _sheet_name(title: str) -> str:
    """At most 31 characters as Excel counts them (UTF-16), without those that it refuses."""
    name = (
        re.sub(r"[\[\]:*?/\\\n]", " ", clean(title)).encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip("' ")
    )
    return "Tabell" if name.casefold() in TAKEN else name


class _Table:
    """A sheet that is written row by row, so that only one row at a time is held in memory."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.text, self.number, self.day, self.moment, self.heading = (
            book.add_format({"valign": "top"} | extra)
            for extra in (
                {"text_wrap": True},
                {},
                {"num_format": "yyyy-mm-dd", "align": "left"},
                {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
                {"bold": True, "text_wrap": True, "bottom": 1},
            )
        )

    def write(self, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        widths = [len(heading) + 2 for heading in headings]  # the button of the filter
        for column, heading in enumerate(headings):
            self.sheet.write_string(0, column, clean(heading), self.heading)
        last = 0
        for last, row in enumerate(rows, start=1):
            if last >= ROWS:
                raise ValueError(f"A sheet holds {ROWS} rows.")
            for column, value in enumerate(row):
                widths[column] = max(widths[column], self.cell(last, column, _plain(value)))
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, min(width, WIDEST) + 2)
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, last, len(headings) - 1)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)

    def cell(self, row: int, column: int, value: Value) -> int:
        """Writes a value as what it is, and gives the width it wants."""
        if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) >= FIRST_DAY:
            style = self.moment if isinstance(value, datetime) else self.day
            self.sheet.write_datetime(row, column, value, style)
            return len("2024-06-18 14:05") if style is self.moment else len("2024-06-18")
        if isinstance(value, int | float | Decimal):
            self.sheet.write_number(row, column, value, self.number)
            return len(str(value))
        text = clean("" if value is None else str(value))
        if text:
            self.sheet.write_string(row, column, text, self.text)
        return max(map(len, text.split("\n")))


# CSV


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A table as Swedish Excel opens it: a byte order mark, semicolons, decimal commas, every cell in quotes.

    A text that a program could take for a formula (it begins with = + - or @, also after spaces) gets an apostrophe
    first, which spreadsheet programs show or hide but never compute. Numbers and dates that are typed as such in
    the data stay as they are.
    """
    target = StringIO()
    writer = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([neutralised(heading) for heading in headings])
    writer.writerows([[_csv_cell(value) for value in row] for row in rows])
    return "\ufeff" + target.getvalue()


def neutralised(text: str) -> str:
    """A text that no program takes for a formula."""
    text = clean(text)
    return f"'{text}" if FORMULA.match(text) else text


def _csv_cell(value: Value) -> str:
    plain = _plain(value)
    if isinstance(plain, datetime):
        return plain.isoformat(sep=" ", timespec="minutes")
    if isinstance(plain, date):
        return plain.isoformat()
    if isinstance(plain, int | float | Decimal):
        return f"{plain:f}".replace(".", ",") if isinstance(plain, Decimal) else str(plain).replace(".", ",")
    return neutralised("" if plain is None else plain)


# Answers


def xlsx_response(content: bytes, filename: str) -> HttpResponse:
    """A workbook to save."""
    return _attachment(content, XLSX, filename)


def csv_response(content: str, filename: str) -> HttpResponse:
    """A table in text to save."""
    return _attachment(content.encode(), "text/csv; charset=utf-8", filename)


def _attachment(content: bytes, content_type: str, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = " ".join(filename.split())  # a header holds no line breaks
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response
