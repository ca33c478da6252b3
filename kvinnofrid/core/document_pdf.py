"""The text layer of a PDF, and how much of it a reader cannot see. Runs in the limited process."""

from collections.abc import Iterator
from ctypes import c_int, c_uint, c_ulong
from dataclasses import dataclass
from math import hypot
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from kvinnofrid.core.documents import Reason, UnreadableDocument

MOST_PAGES = 2_000
DEEPEST_FORM = 5
WHITE = 240  # of 255, in each colour
OPAQUE = 255
SMALLEST = 1.0  # points: smaller letters are no text to a reader
LONGEST_OTHER = 2 * 9  # bytes of UTF-16, with the zero at the end
LEAST_AREA = 5.0  # points: what is thinner is a line, which hides no text
UNSEEN = {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
FILLED = {pdfium.FPDF_TEXTRENDERMODE_FILL, pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP}


@dataclass(frozen=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.bottom <= other.bottom
            and self.right >= other.right
            and self.top >= other.top
        )

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


@dataclass(frozen=True)
class Ink:
    """Something drawn on the page: text with its length, or an area that can hide or show text."""

    box: Box
    is_white: bool
    is_unseen: bool = False
    length: int = 0


def read(data: bytes) -> dict[str, Any]:
    document = _opened(data)
    pages, hidden_pages = [], []
    hidden = total = 0
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        pages.append(text_page.get_text_range().replace("\r\n", "\n"))
        unseen, length = _measure(page, text_page)
        hidden, total = hidden + unseen, total + length
        if unseen:
            hidden_pages.append(number + 1)
        text_page.close()
        page.close()
    return {"pages": pages, "hidden_share": hidden / total if total else 0.0, "hidden_pages": hidden_pages}


def _opened(data: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise UnreadableDocument(Reason.PASSWORD if locked else Reason.BROKEN) from fault
    if len(document) > MOST_PAGES:
        raise UnreadableDocument(Reason.MANY_PAGES)
    if not len(document):
        raise UnreadableDocument(Reason.BROKEN)
    return document


def _measure(page: Any, text_page: Any) -> tuple[int, int]:
    """The characters that nobody sees on the page, and all."""
    paper = Box(*page.get_bbox())
    below: list[Ink] = []  # areas drawn so far
    texts: list[tuple[Ink, bool]] = []
    for ink in _inks(page, text_page):
        if ink.length:
            texts.append((ink, _is_hidden(ink, paper, below)))
        else:
            texts = [(text, is_hidden or ink.box.holds(text.box)) for text, is_hidden in texts]
            below.append(ink)
    return sum(ink.length for ink, is_hidden in texts if is_hidden), sum(ink.length for ink, _ in texts)


def _is_hidden(text: Ink, paper: Box, below: list[Ink]) -> bool:
    """Not drawn, drawn too small or outside the paper, or white on white."""
    if text.is_unseen or not paper.meets(text.box):
        return True
    return text.is_white and not any(not ink.is_white and ink.box.meets(text.box) for ink in below)


def _inks(page: Any, text_page: Any) -> Iterator[Ink]:
    for drawn in page.get_objects(max_depth=DEEPEST_FORM, textpage=text_page):
        if drawn.type == pdfium.FPDF_PAGEOBJ_TEXT:
            if ink := _text(drawn):
                yield ink
        elif drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE or _is_filled(drawn):
            box = _box(drawn)
            if min(box.right - box.left, box.top - box.bottom) >= LEAST_AREA:
                yield Ink(box, drawn.type == pdfium.FPDF_PAGEOBJ_PATH and _is_white(drawn))


def _text(drawn: Any) -> Ink | None:
    try:
        length = len("".join(drawn.extract().split()))
    except pypdfium2.PdfiumError:  # it has none
        return None
    mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn)
    matrix = drawn.get_matrix()
    size = drawn.get_font_size() * min(hypot(matrix.a, matrix.b), hypot(matrix.c, matrix.d))
    is_clear = mode in FILLED and _colour(drawn)[3] == 0
    is_unseen = mode in UNSEEN or size < SMALLEST or is_clear or _stands_for_other(drawn)
    return Ink(_box(drawn), mode in FILLED and _is_white(drawn), is_unseen, length) if length else None


def _stands_for_other(drawn: Any) -> bool:
    """Whether the file gives another text than it draws, longer than the letters of a ligature or a hyphen."""
    size = c_ulong()
    for place in range(pdfium.FPDFPageObj_CountMarks(drawn)):
        mark = pdfium.FPDFPageObj_GetMark(drawn, place)
        told = pdfium.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, size)
        if told and size.value > LONGEST_OTHER:
            return True
    return False


def _is_filled(drawn: Any) -> bool:
    """An area that hides what lies under it."""
    if drawn.type != pdfium.FPDF_PAGEOBJ_PATH:
        return False
    fill, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke)
    return fill.value != pdfium.FPDF_FILLMODE_NONE and _colour(drawn)[3] == OPAQUE


def _box(drawn: Any) -> Box:
    """Where it is on the page, also when it lies in a form that is drawn there."""
    bounds, form = drawn.get_bounds(), drawn.container
    while form is not None:
        bounds, form = form.get_matrix().on_rect(*bounds), form.container
    return Box(*bounds)


def _colour(drawn: Any) -> tuple[int, ...]:
    """Red, green, blue and opacity; a pattern has no colour to tell and counts as dark."""
    parts = [c_uint() for _ in range(4)]
    told = pdfium.FPDFPageObj_GetFillColor(drawn, *parts)
    return tuple(part.value for part in parts) if told else (0, 0, 0, OPAQUE)


def _is_white(drawn: Any) -> bool:
    return all(part >= WHITE for part in _colour(drawn)[:3])
