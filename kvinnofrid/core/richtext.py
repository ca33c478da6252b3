"""The formatted text of an agreement: what it may hold, one canonical html for it, and light markup there and back."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from html.parser import HTMLParser
from itertools import groupby

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MAX_LENGTH = 100_000
_MAX_RAW_LENGTH = 2 * MAX_LENGTH
_MAX_OPEN_TAGS = 60  # nh3 takes seconds where thousands of elements stand inside each other
_MAX_LEVELS = 12  # lists and quotes inside each other
_MAX_NESTING = 50  # what markdown-it counts: two for each list
_LARGEST = {"start": 9999, "colspan": 20, "rowspan": 100}

_BOLD, _ITALIC = 1, 2
_MARKS = {"strong": _BOLD, "b": _BOLD, "em": _ITALIC, "i": _ITALIC}
_TEXTS = {"p": "p", "h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_LISTS = ("ul", "ol")
_CONTAINERS = frozenset({*_LISTS, "li", "blockquote", "table", "tr", "th", "td"})
# Elements that are not kept but part what stands before them from what stands after.
_PARTING = frozenset(
    {"address", "article", "aside", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption"}
    | {"figure", "footer", "form", "header", "hr", "legend", "main", "nav", "option", "pre", "section", "summary"}
)
_READ = frozenset({*_MARKS, *_TEXTS, *_CONTAINERS, *_PARTING, "br", "thead", "tbody", "tfoot"})
_ATTRIBUTES = {"ol": {"start"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}

# Nothing of this shows: controls, soft hyphens, zero width, direction marks, variation selectors, half characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e01ef]"
)
_HARD_SPACES = ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
_VOID = frozenset({"br", "hr", "img", "col", "input", "meta", "link", "wbr"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")

TOO_LONG = f"Texten är för lång: ett avsnitt rymmer högst {MAX_LENGTH} tecken. Dela upp det i flera avsnitt."
TOO_DEEP = "Texten har listor, citat eller tabeller i för många nivåer. Gör uppställningen enklare."
TOO_MANY_CELLS = "En rad i en tabell har fler celler än tabellens första rad. Lägg till celler i den första raden."


class TextTooComplex(ValueError):
    """The text is longer or more involved than a section of an agreement may be; the message is for the writer."""


@dataclass
class _Block:
    """An element. Texts and cells hold `runs` (a line break is the letter "\\n"), the others hold `blocks`."""

    tag: str
    numbers: dict[str, int] = field(default_factory=dict)
    is_head: bool = False
    runs: list[tuple[str, int]] = field(default_factory=list)
    blocks: list["_Block"] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.numbers.get("start", 1)

    @property
    def is_cell(self) -> bool:
        return self.tag in ("th", "td")


def clean(html: str) -> str:
    """The canonical html of a text: the allowed elements only, and the same for the same content whoever wrote it."""
    written = "".join(map(_html, _parse(html)))
    if len(written) > MAX_LENGTH:
        raise TextTooComplex(TOO_LONG)
    return written


def is_empty(html: str) -> bool:
    """Whether there is nothing to read in the text."""
    return not _parse(html)


def lines(html: str) -> list[str]:
    """What is to be read, in reading order: one line for each text and cell; an item of a numbered list starts "1."."""
    return [line for block in _parse(html) for line in _read(block)]


def plain(text: str) -> str:
    """Text on one line: composed (NFC), what does not show dropped, all white space as one space."""
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def from_text(text: str) -> str:
    """Canonical html of light markup: paragraphs, headings, lists, emphasis, tables, quotes. All else is text."""
    if len(text) > _MAX_RAW_LENGTH:
        raise TextTooComplex(TOO_LONG)
    source = _INVISIBLE.sub(_joiner_only, text.replace("\r\n", "\n").replace("\r", "\n"))
    markdown = _markdown()
    tokens = markdown.parse(source)
    if any(token.level >= _MAX_NESTING - 2 for token in tokens):
        raise TextTooComplex(TOO_DEEP)
    if _has_surplus_cells(tokens, source.split("\n")):
        raise TextTooComplex(TOO_MANY_CELLS)
    return clean(markdown.renderer.render(tokens, markdown.options, {}))


def to_text(html: str) -> str:
    """The text as light markup, for writing without scripts. Merged cells become single ones, words all stay."""
    return _markup(_parse(html))


# Reading


def _parse(html: str) -> list[_Block]:
    if len(html) > _MAX_RAW_LENGTH:
        raise TextTooComplex(TOO_LONG)
    _refuse_deep(html)
    safe = nh3.clean(_INVISIBLE.sub("", html), tags=set(_READ), attributes=_ATTRIBUTES, link_rel=None)
    builder = _Builder()
    builder.feed(safe)
    builder.close()
    return _tidy_blocks(builder.root.blocks)


def _refuse_deep(html: str) -> None:
    """Count what is open before the parser sees it: its time grows with the square of the depth."""
    is_open: Counter[str] = Counter()
    depth = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _VOID:
            continue
        step = (-1 if is_open[name] else 0) if match[1] else 1
        is_open[name] += step
        depth += step
        if depth > _MAX_OPEN_TAGS:
            raise TextTooComplex(TOO_DEEP)


class _Builder(HTMLParser):
    """Blocks from the well-formed html that nh3 gives. In a cell everything becomes lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Block("root")
        self.open = [self.root]
        self.text: _Block | None = None
        self.marks: Counter[int] = Counter()
        self.is_head = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _MARKS:
            self.marks[_MARKS[tag]] += 1
        elif tag == "br":
            self._write("\n")
        elif tag in _CONTAINERS:
            self._part()
            self._open(tag, _numbers(attributes))
        elif tag in _TEXTS or tag in _PARTING:
            self._part()
            if _TEXTS.get(tag, "p") != "p" and not self._cell():
                self._begin(_TEXTS[tag])
        elif tag == "thead":
            self.is_head = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS:
            self.marks[_MARKS[tag]] -= 1
        elif tag in _CONTAINERS:
            self._part()
            self.open.pop()
        elif tag in _TEXTS or tag in _PARTING:
            self._part()
        elif tag == "thead":
            self.is_head = False

    def handle_data(self, data: str) -> None:
        text = _INVISIBLE.sub("", data).replace("\n", " ")
        if text.strip() or self.text or self._cell():
            self._write(text)

    def _write(self, text: str) -> None:
        target = self._cell() or self.text or self._begin("p")
        target.runs.append((text, sum(mark for mark, count in self.marks.items() if count)))

    def _part(self) -> None:
        self.text = None
        if cell := self._cell():
            cell.runs.append(("\n", 0))

    def _cell(self) -> _Block | None:
        """The outermost cell, where we are in one."""
        return next((block for block in self.open if block.is_cell), None)

    def _open(self, tag: str, numbers: dict[str, int]) -> None:
        block = _Block(tag, numbers, self.is_head)
        if cell := self._cell():
            if tag == "li" and self.open[-1].tag == "ol":
                self.open[-1].blocks.append(block)
                cell.runs.append((f"{self.open[-1].start + len(self.open[-1].blocks) - 1}. ", 0))
        else:
            self._place(block)
        self.open.append(block)
        if sum(block.tag in (*_LISTS, "blockquote") for block in self.open) > _MAX_LEVELS:
            raise TextTooComplex(TOO_DEEP)

    def _place(self, block: _Block) -> None:
        """What stands in a table but in none of its cells comes before the table."""
        parent = self.open[-1]
        if parent.tag in ("table", "tr") and block.tag not in ("tr", "th", "td"):
            outside = next(outer for outer in reversed(self.open) if outer.tag not in ("table", "tr"))
            outside.blocks.insert(-1, block)
        else:
            parent.blocks.append(block)

    def _begin(self, tag: str) -> _Block:
        self.text = _Block(tag)
        self._place(self.text)
        return self.text


def _numbers(attributes: list[tuple[str, str | None]]) -> dict[str, int]:
    found = {name: int(value) for name, value in attributes if value and re.fullmatch(r"[0-9]{1,4}", value)}
    return {name: number for name, number in sorted(found.items()) if _is_kept(name, number)}


def _is_kept(name: str, number: int) -> bool:
    return number <= _LARGEST[name] and number != 1 and (name == "start" or number > 0)


# Making canonical


def _tidy_blocks(blocks: list[_Block]) -> list[_Block]:
    """Without what is empty, and with lists that go on written as one."""
    tidy: list[_Block] = []
    for block in (_tidy(_Block("ul", blocks=[block]) if block.tag == "li" else block) for block in blocks):
        if not (block.runs or block.blocks):
            continue
        if tidy and _goes_on(tidy[-1], block):
            tidy[-1].blocks += block.blocks
        else:
            tidy.append(block)
    return tidy


def _tidy(block: _Block) -> _Block:
    if block.tag == "table":
        block.blocks = _tidy_rows([row for row in block.blocks if row.tag == "tr" and row.blocks])
    elif block.tag in _LISTS:
        block.blocks = [item for item in map(_tidy, _items(block.blocks)) if item.blocks]
    else:
        block.runs = _tidy_runs(block.runs)
        block.blocks = _tidy_blocks(block.blocks)
    return block


def _items(blocks: list[_Block]) -> list[_Block]:
    """What stands in a list but in none of its items belongs to the item before."""
    items: list[_Block] = []
    for block in blocks:
        if block.tag == "li":
            items.append(block)
        elif items:
            items[-1].blocks.append(block)
        else:
            items.append(_Block("li", blocks=[block]))
    return items


def _goes_on(before: _Block, block: _Block) -> bool:
    if before.tag != block.tag or block.tag not in _LISTS:
        return False
    return block.tag == "ul" or before.start + len(before.blocks) == block.start


def _tidy_rows(rows: list[_Block]) -> list[_Block]:
    """Rows of headings first; where none are marked as such, the first rows that hold nothing but headings."""
    for row in rows:
        for cell in row.blocks:
            cell.runs = _tidy_runs(cell.runs)
    rows = [row for row in rows if _has_text(row) or not _is_heading(row)]
    if not any(map(_has_text, rows)):
        return []
    if not any(row.is_head for row in rows):
        for row in rows:
            row.is_head = _is_heading(row)
            if not row.is_head:
                break
    return sorted(rows, key=lambda row: not row.is_head)


def _has_text(row: _Block) -> bool:
    return any(cell.runs for cell in row.blocks)


def _is_heading(row: _Block) -> bool:
    return row.is_head or all(cell.tag == "th" for cell in row.blocks)


def _tidy_runs(runs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """White space as one space or one line break, emphasised only where both its neighbours are; none at the ends."""
    tidy: list[tuple[str, int]] = []
    space: list[str] = []
    for letter, marks in ((letter, marks) for text, marks in runs for letter in text):
        if letter.isspace():
            space.append(letter)
            continue
        if space and tidy:
            tidy.append((_gap(space), tidy[-1][1] & marks))
        space = []
        tidy.append((letter, marks))
    return [
        (unicodedata.normalize("NFC", "".join(letter for letter, _ in group)), marks)
        for marks, group in groupby(tidy, key=lambda pair: pair[1])
    ]


def _gap(space: list[str]) -> str:
    if "\n" in space:
        return "\n"
    return space[0] if len(space) == 1 and space[0] in _HARD_SPACES else " "


# Writing html


def _html(block: _Block) -> str:
    if block.tag == "table":
        return f"<table>{_html_rows(block.blocks)}</table>"
    if block.tag == "li":
        inside = _html_item(block.blocks)
    else:
        inside = _html_runs(block.runs) + "".join(map(_html, block.blocks))
    return f"<{block.tag}{_html_numbers(block)}>{inside}</{block.tag}>"


def _html_numbers(block: _Block) -> str:
    return "".join(f' {name}="{number}"' for name, number in block.numbers.items())


def _html_item(blocks: list[_Block]) -> str:
    """A single paragraph that comes first in an item needs no element of its own."""
    if blocks[0].tag == "p" and sum(block.tag == "p" for block in blocks) == 1:
        return _html_runs(blocks[0].runs) + "".join(map(_html, blocks[1:]))
    return "".join(map(_html, blocks))


def _html_rows(rows: list[_Block]) -> str:
    written = ""
    for is_head, group in groupby(rows, key=lambda row: row.is_head):
        part = "thead" if is_head else "tbody"
        written += f"<{part}>{''.join(map(_html_row, group))}</{part}>"
    return written


def _html_row(row: _Block) -> str:
    return f"<tr>{''.join(_html_cell(cell, is_head=row.is_head) for cell in row.blocks)}</tr>"


def _html_cell(cell: _Block, *, is_head: bool) -> str:
    tag = "th" if is_head else cell.tag
    scope = f' scope="{"col" if is_head else "row"}"' if tag == "th" else ""
    return f"<{tag}{scope}{_html_numbers(cell)}>{_html_runs(cell.runs)}</{tag}>"


def _html_runs(runs: list[tuple[str, int]]) -> str:
    written = {_OPEN[_BOLD]: "<strong>", _CLOSE[_BOLD]: "</strong>", _OPEN[_ITALIC]: "<em>", _CLOSE[_ITALIC]: "</em>"}
    return "".join(written.get(piece) or escape(piece, quote=False).replace("\n", "<br>") for piece in _pieces(runs))


# Marks stand between the texts as letters that no text holds: they are dropped from texts as invisible.
_OPEN = {_BOLD: "\x01", _ITALIC: "\x02"}
_CLOSE = {_BOLD: "\x03", _ITALIC: "\x04"}


def _pieces(runs: list[tuple[str, int]]) -> Iterator[str]:
    """Texts and marks in order; bold stands outside italic."""
    for is_bold, group in groupby(runs, key=lambda run: run[1] & _BOLD):
        if is_bold:
            yield _OPEN[_BOLD]
        for text, marks in group:
            yield from (_OPEN[_ITALIC], text, _CLOSE[_ITALIC]) if marks & _ITALIC else (text,)
        if is_bold:
            yield _CLOSE[_BOLD]


# Reading lines


def _read(block: _Block) -> Iterator[str]:
    if block.runs:
        yield "".join(text for text, _ in block.runs)
    for index, inner in enumerate(block.blocks):
        if block.tag == "ol":
            yield f"{block.start + index}."
        yield from _read(inner)


# Light markup

_JOINER = "\N{WORD JOINER}"  # shows nothing; stands where an asterisk would otherwise not be taken for a mark
_LINE_BREAK = "<br>"
_ACTIVE = re.compile(r"[\\*|]|(?<![^\W_])_|_(?![^\W_])|<(?=br>)")
_ACTIVE_AT_START = re.compile(r"^(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|[-:][-:|\\\s]*$)")
_NUMBER_AT_START = re.compile(r"^([0-9]{1,9})(?=[.)](?:\s|$))")


def _joiner_only(match: re.Match[str]) -> str:
    return _JOINER if match[0] == _JOINER else ""


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"breaks": True, "maxNesting": _MAX_NESTING})
    markdown.enable(["table", "blockquote", "list", "heading", "emphasis", "newline", "escape"])
    markdown.inline.ruler.before("escape", "line_break", _line_break)
    return markdown


def _line_break(state: StateInline, silent: bool) -> bool:
    """`<br>` is a line break where a line cannot be broken: in a cell or a heading."""
    if not state.src.startswith(_LINE_BREAK, state.pos):
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += len(_LINE_BREAK)
    return True


def _has_surplus_cells(tokens: list[Token], source: list[str]) -> bool:
    """Whether a row has more cells than the first one: markdown-it would drop them, and their words."""
    columns, is_body = 0, False
    for token in tokens:
        if token.type in ("thead_open", "tbody_open"):
            is_body = token.type == "tbody_open"
            columns = columns if is_body else 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and is_body and token.map and _count_cells(source[token.map[0]]) > columns:
            return True
    return False


def _count_cells(line: str) -> int:
    cells = escapedSplit(line.lstrip("> \t").rstrip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")


def _markup(blocks: list[_Block]) -> str:
    written: list[str] = []
    sign = "."
    for before, block in zip([None, *blocks], blocks, strict=False):
        # Two numbered lists after each other are kept apart by their signs: 1. and 1).
        sign = ")" if before and before.tag == block.tag == "ol" and sign == "." else "."
        written.append(_MARKUP[block.tag](block, sign))
    return "\n\n".join(written)


def _markup_paragraph(block: _Block, _: str) -> str:
    return "\n".join(map(_escaped_start, _markup_runs(block.runs).split("\n")))


def _escaped_start(line: str) -> str:
    return _NUMBER_AT_START.sub(r"\1\\", _ACTIVE_AT_START.sub(r"\\", line, count=1), count=1) if line else line


def _markup_heading(block: _Block, _: str) -> str:
    text = _one_line(block.runs)
    return f"{'#' * int(block.tag[1])} {re.sub(r'(#+)$', _escaped_signs, text)}"


def _escaped_signs(match: re.Match[str]) -> str:
    return match[0].replace("#", "\\#")


def _markup_list(block: _Block, sign: str) -> str:
    return "\n".join(
        _indented(f"{block.start + index}{sign} " if block.tag == "ol" else "- ", _markup_item(item.blocks))
        for index, item in enumerate(block.blocks)
    )


def _markup_item(blocks: list[_Block]) -> str:
    """A list that starts from one may follow on its text at once; all else could be taken for a part of the text."""
    if len(blocks) == 2 and blocks[0].tag == "p" and blocks[1].tag in _LISTS and blocks[1].start == 1:
        return "\n".join(_markup([block]) for block in blocks)
    return _markup(blocks)


def _indented(sign: str, text: str) -> str:
    return sign + re.sub(r"\n(?!\n)", "\n" + " " * len(sign), text)


def _markup_quote(block: _Block, _: str) -> str:
    return "\n".join(f"> {line}".rstrip(" ") for line in _markup(block.blocks).split("\n"))


def _markup_table(block: _Block, _: str) -> str:
    rows = [[_one_line(cell.runs) for cell in row.blocks] for row in block.blocks]
    columns = max(map(len, rows))
    if not block.blocks[0].is_head:
        rows.insert(0, [])
    filled = [row + [""] * (columns - len(row)) for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [filled[0], ["---"] * columns, *filled[1:]])


def _one_line(runs: list[tuple[str, int]]) -> str:
    return _markup_runs(runs).replace("\n", _LINE_BREAK)


def _markup_runs(runs: list[tuple[str, int]]) -> str:
    signs = {_OPEN[_BOLD]: "**", _CLOSE[_BOLD]: "**", _OPEN[_ITALIC]: "*", _CLOSE[_ITALIC]: "*"}
    pieces = ["", *(piece if piece in signs else _ACTIVE.sub(r"\\\g<0>", piece) for piece in _pieces(runs)), ""]
    written = ""
    for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if piece not in signs:
            written += piece
            continue
        inside, outside = (after[:1], before[-1:]) if piece in _OPEN.values() else (before[-1:], after[:1])
        joiner = "" if inside.isalnum() or not outside or outside.isspace() else _JOINER
        parting = _JOINER if before in signs else ""
        written += parting + (signs[piece] + joiner if piece in _OPEN.values() else joiner + signs[piece])
    return written


_MARKUP: dict[str, Callable[[_Block, str], str]] = {
    "p": _markup_paragraph,
    "h3": _markup_heading,
    "h4": _markup_heading,
    "ul": _markup_list,
    "ol": _markup_list,
    "blockquote": _markup_quote,
    "table": _markup_table,
}
