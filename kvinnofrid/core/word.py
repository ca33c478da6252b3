"""Word documents out: our clean HTML in, real Word styles and lists out; the same bytes for the same content."""

import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell

from kvinnofrid.core import richtext
from kvinnofrid.core.fingerprint import SectionText
from kvinnofrid.core.pdf import UNPRINTABLE

INLINE = ("strong", "em", "br")
STYLES = {"blockquote": "Quote", "h3": "Heading 3", "h4": "Heading 4"}
LEVELS = 9
INDENT = 360  # twentieths of a point for each level of a list
BULLETS = "•–▪"
SAME_TIME = (1980, 1, 1, 0, 0, 0)
BLACK, GREY = RGBColor(0x1A, 0x1A, 0x1A), RGBColor(0x76, 0x76, 0x76)
# Names of our own that `core.document_word` knows when the document comes back.
FACT, CELL_HEADING = "Uppgift", "Tabellrubrik"

NewParagraph = Callable[[], Any]


def write_docx(
    *,
    title: str,
    subtitle: str,
    facts: Sequence[tuple[str, str]],
    sections: Sequence[SectionText],
    footer: str,
    created: datetime,
    mark: str = "",
    language: str = "sv-SE",
) -> bytes:
    """An agreement: its sections under numbered headings."""
    word = _Word(
        title=title, subtitle=subtitle, facts=facts, footer=footer, created=created, mark=mark, language=language
    )
    for section in sections:
        word.heading(section.heading)
        word.blocks(section.body)
    return word.saved()


def write_document(
    *,
    title: str,
    blocks: str,
    footer: str,
    created: datetime,
    facts: Sequence[tuple[str, str]] = (),
    mark: str = "",
    language: str = "sv-SE",
) -> bytes:
    """A letter or a proposal: a title, facts and clean HTML."""
    word = _Word(title=title, subtitle="", facts=facts, footer=footer, created=created, mark=mark, language=language)
    word.blocks(blocks)
    return word.saved()


class _Word:
    """A document being written."""

    def __init__(
        self,
        *,
        title: str,
        subtitle: str,
        facts: Sequence[tuple[str, str]],
        footer: str,
        created: datetime,
        mark: str,
        language: str,
    ) -> None:
        self.document = docx.Document()
        self.lists = _Lists(self.document)
        self.shape(language)
        self.describe(title, created, language)
        self.margins(title, footer, mark)
        self.document.add_paragraph(_line(title), style="Title")
        if subtitle:
            self.document.add_paragraph(_line(subtitle), style="Subtitle")
        for name, value in facts:
            paragraph = self.document.add_paragraph(style=FACT)
            paragraph.add_run(f"{_line(name)}: ").bold = True
            paragraph.add_run(_line(value))

    def shape(self, language: str) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(27)
        section.top_margin = section.bottom_margin = Mm(25)
        styles = self.document.styles
        styles.add_style(FACT, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        styles[FACT].paragraph_format.space_after = Pt(2)
        styles.add_style(CELL_HEADING, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        styles[CELL_HEADING].font.bold = True
        for level in range(4, LEVELS + 1):
            styles.add_style(f"List Continue {level}", WD_STYLE_TYPE.PARAGRAPH).base_style = styles["List Continue"]
        for level in range(1, LEVELS + 1):
            styles[_continued(level)].paragraph_format.left_indent = Pt(INDENT * level / 20)
        for name in ("Title", "Subtitle", "Heading 1", "Heading 3", "Heading 4"):
            styles[name].font.color.rgb = BLACK
        heading = styles["Heading 1"].element.get_or_add_pPr()
        heading.insert_element_before(self.lists.reference(self.lists.headings, 0), *_AFTER_NUMBER)
        stops = styles["Footer"].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)  # the right margin
        for lang in styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), language)

    def describe(self, title: str, created: datetime, language: str) -> None:
        told, moment = self.document.core_properties, created.astimezone(UTC).replace(microsecond=0)
        told.title, told.language = _line(title)[:255], language
        told.author = told.last_modified_by = told.comments = told.keywords = told.subject = ""
        told.created = told.modified = moment
        told.revision = 1
        related = self.document.part.package.rels
        for key in [key for key, relation in related.items() if relation.reltype.endswith("/thumbnail")]:
            del related[key]  # a picture of the template

    def margins(self, title: str, footer: str, mark: str) -> None:
        section = self.document.sections[0]
        section.header.paragraphs[0].text = _line(title)
        if mark:
            paragraph = section.header.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(_line(mark))
            run.bold, run.font.size, run.font.color.rgb = True, Pt(28), GREY
        paragraph = section.footer.paragraphs[0]
        paragraph.add_run(f"{_line(footer)}\tSida " if footer else "Sida ")
        _field(paragraph, "PAGE")
        paragraph.add_run(" av ")
        _field(paragraph, "NUMPAGES")

    def heading(self, text: str) -> None:
        self.document.add_paragraph(_line(text), style="Heading 1")

    def blocks(self, html: str) -> None:
        self.walk(_tree(html), self.new("Normal"), depth=0)

    def new(self, style: str) -> NewParagraph:
        return lambda: self.document.add_paragraph(style=style)

    def walk(self, parent: ElementTree.Element, new: NewParagraph, *, depth: int) -> None:
        """The blocks of an element, with text between them in paragraphs of its own; `new` begins a paragraph."""
        paragraph: Any = None
        if parent.text:
            paragraph = new()
            _write(paragraph, parent.text)
        for child in parent:
            if child.tag in INLINE:
                paragraph = paragraph or new()
                _inline(paragraph, child)
            else:
                paragraph = None
                self.block(child, new, depth)
            if child.tail:
                paragraph = paragraph or new()
                _write(paragraph, child.tail)

    def block(self, block: ElementTree.Element, new: NewParagraph, depth: int) -> None:
        if block.tag in ("ul", "ol"):
            self.write_list(block, depth)
        elif block.tag == "table":
            self.write_table(block)
        elif block.tag in STYLES and not depth:  # in a list it would take the place of its item
            self.walk(block, self.new(STYLES[block.tag]), depth=depth)
        else:
            self.walk(block, new, depth=depth)

    def write_list(self, block: ElementTree.Element, depth: int) -> None:
        level = min(depth, LEVELS - 1)
        number = self.lists.begin(level, int(block.get("start", "1"))) if block.tag == "ol" else self.lists.bullets
        for item in block:
            new = self.item(number, level)
            if not _begins_with_text(item):
                new()  # its number needs a line
            self.walk(item, new, depth=depth + 1)

    def item(self, number: int, level: int) -> NewParagraph:
        """The first paragraph of an item carries its number, those after it stand below."""
        paragraphs: list[Any] = []

        def new() -> Any:
            paragraphs.append(
                self.document.add_paragraph(style=_continued(level + 1) if paragraphs else "List Paragraph")
            )
            if len(paragraphs) == 1:
                paragraphs[0]._p.get_or_add_pPr()._insert_numPr(self.lists.reference(number, level))
            return paragraphs[-1]

        return new

    def write_table(self, block: ElementTree.Element) -> None:
        """Rows of cells; what is merged downwards is carried on in the rows below, as Word wants it."""
        rows = [(row, part.tag == "thead") for part in block for row in part]
        grid = _grid([row for row, _ in rows])
        width = max(sum(span for _, span, _ in row) for row in grid)
        table = self.document.add_table(rows=0, cols=width)
        table.style = "Table Grid"
        for (_, is_head), cells in zip(rows, grid, strict=True):
            table._tbl.append(self.row(table, cells, is_head=is_head))
        self.document.add_paragraph(style="Normal").paragraph_format.space_after = Pt(0)

    def row(self, table: Table, cells: "Sequence[Place]", *, is_head: bool) -> Any:
        row = OxmlElement("w:tr")
        if is_head:
            row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for element, span, merge in cells:
            cell = OxmlElement("w:tc")
            cell.append(OxmlElement("w:p"))
            row.append(cell)
            if span > 1:
                cell.grid_span = span
            if merge:
                cell.vMerge = merge
            if element is not None:
                paragraph = _Cell(cell, table).paragraphs[0]
                paragraph.style = self.document.styles[CELL_HEADING if element.tag == "th" else "Normal"]
                _write(paragraph, element.text or "")
                for child in element:
                    _inline(paragraph, child)
                    _write(paragraph, child.tail or "")
        return row

    def saved(self) -> bytes:
        file = io.BytesIO()
        self.document.save(file)
        return _same_bytes(file)


# A cell's element, or None where one from above goes on; its width; and how it is merged downwards.
Place = tuple[ElementTree.Element | None, int, str | None]
# What stands after the number in the properties of a paragraph.
_AFTER_NUMBER = ("w:spacing", "w:ind", "w:jc", "w:outlineLvl")


class _Lists:
    """The numberings of a document: headings, bullets, and one for each numbered list, so that each begins anew."""

    def __init__(self, document: Any) -> None:
        self.root = document.part.numbering_part.element
        for child in list(self.root):
            self.root.remove(child)
        self.define(1, [(0, "decimal", "%1.", "Heading1")])
        self.define(2, [(level, "bullet", BULLETS[level % len(BULLETS)], "") for level in range(LEVELS)])
        self.define(3, [(level, "decimal", f"%{level + 1}.", "") for level in range(LEVELS)])
        self.headings = self.add(1)
        self.bullets = self.add(2)

    def define(self, number: int, levels: Sequence[tuple[int, str, str, str]]) -> None:
        abstract = _child(self.root, "w:abstractNum", abstractNumId=number)
        _child(abstract, "w:multiLevelType", val="multilevel")
        for level, form, text, style in levels:
            lvl = _child(abstract, "w:lvl", ilvl=level)
            _child(lvl, "w:start", val=1)
            _child(lvl, "w:numFmt", val=form)
            if style:
                _child(lvl, "w:pStyle", val=style)
            _child(lvl, "w:lvlText", val=text)
            _child(lvl, "w:lvlJc", val="left")
            _child(_child(lvl, "w:pPr"), "w:ind", left=INDENT * (level + 1), hanging=INDENT)

    def add(self, abstract: int) -> int:
        number = len(self.root.findall(qn("w:num"))) + 1
        _child(_child(self.root, "w:num", numId=number), "w:abstractNumId", val=abstract)
        return number

    def begin(self, level: int, start: int) -> int:
        number = self.add(3)
        _child(_child(self.root[-1], "w:lvlOverride", ilvl=level), "w:startOverride", val=start)
        return number

    @staticmethod
    def reference(number: int, level: int) -> Any:
        properties = OxmlElement("w:numPr")
        _child(properties, "w:ilvl", val=level)
        _child(properties, "w:numId", val=number)
        return properties


def _child(parent: Any, tag: str, **values: str | int) -> Any:
    child = OxmlElement(tag)
    for name, value in values.items():
        child.set(qn(f"w:{name}"), str(value))
    parent.append(child)
    return child


def _continued(level: int) -> str:
    return "List Continue" if level == 1 else f"List Continue {level}"


def _tree(html: str) -> ElementTree.Element:
    """Clean HTML is XML but for its line breaks."""
    body = richtext.clean(html).replace("<br>", "<br/>")
    return ElementTree.fromstring(f"<body>{body}</body>")  # noqa: S314  our own, just cleaned


def _begins_with_text(item: ElementTree.Element) -> bool:
    while not item.text and item[0].tag == "blockquote":
        item = item[0]
    return bool(item.text) or item[0].tag not in ("ul", "ol", "table")


def _line(text: str) -> str:
    return UNPRINTABLE.sub("", " ".join(text.split()))


def _write(paragraph: Any, text: str, *, bold: bool = False, italic: bool = False) -> None:
    if not text:
        return
    run = paragraph.add_run(UNPRINTABLE.sub("", text))
    run.bold, run.italic = bold or None, italic or None


def _inline(paragraph: Any, element: ElementTree.Element, *, bold: bool = False, italic: bool = False) -> None:
    if element.tag == "br":
        paragraph.add_run().add_break()
        return
    bold, italic = bold or element.tag == "strong", italic or element.tag == "em"
    _write(paragraph, element.text or "", bold=bold, italic=italic)
    for child in element:
        _inline(paragraph, child, bold=bold, italic=italic)
        _write(paragraph, child.tail or "", bold=bold, italic=italic)


def _field(paragraph: Any, instruction: str) -> None:
    field = _child(paragraph._p, "w:fldSimple", instr=instruction)
    _child(_child(field, "w:r"), "w:t").text = "1"


def _grid(rows: Sequence[ElementTree.Element]) -> list[list[Place]]:
    """Each row's cells in their columns, all rows equally wide."""
    grid: list[list[Place]] = []
    below: Below = {}
    for row in rows:
        places, below = _places(list(row), below)
        grid.append(places)
    width = max(sum(span for _, span, _ in places) for places in grid)
    for places in grid:
        if missing := width - sum(span for _, span, _ in places):
            places.append((None, missing, None))
    return grid


# By column: for how many more rows a cell goes on, and how wide it is.
Below = dict[int, tuple[int, int]]


def _places(cells: list[ElementTree.Element], above: Below) -> tuple[list[Place], Below]:
    places: list[Place] = []
    below: Below = {}
    column = 0
    while cells or any(other >= column for other in above):
        if column in above:
            more, span = above[column]
            places.append((None, span, "continue"))
        else:
            free = min((other for other in above if other > column), default=sys.maxsize) - column
            cell = cells.pop(0) if cells else None
            span = free if cell is None else min(int(cell.get("colspan", "1")), free)
            more = 1 if cell is None else int(cell.get("rowspan", "1"))
            places.append((cell, span, "restart" if more > 1 else None))
        if more > 1:
            below[column] = more - 1, span
        column += span
    return places, below


def _same_bytes(file: io.BytesIO) -> bytes:
    """The same file with no trace of when it was written."""
    written = io.BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in made.namelist():
            archive.writestr(zipfile.ZipInfo(name, SAME_TIME), made.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
