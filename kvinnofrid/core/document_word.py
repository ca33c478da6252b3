"""A Word document into a title and sections. Runs in the limited process.

First the document is rewritten with a few styles of our own (`Plain`), so that nothing in it but its text reaches
mammoth, which turns it into HTML; then the HTML is split at the headings.
"""

import re
import xml.dom.expatbuilder  # noqa: F401  mammoth would load it when it can no longer be opened
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile, pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import mammoth

from kvinnofrid.core import richtext
from kvinnofrid.core.document_package import Package, pack, unpack
from kvinnofrid.core.document_text import FIRST_SECTION, LONGEST_HEADING, TypedHeadings, without_number
from kvinnofrid.core.documents import Reason, UnreadableDocument

LEVELS = 9
# Stand around the number of a list item on its way through mammoth, which does not know where a list begins.
OPEN, CLOSE = "\ufff9", "\ufffb"  # richtext keeps neither
ITEM_NUMBER = re.compile(f"{OPEN}(\\d+){CLOSE}")
OFF = ("0", "false", "off", "none")
BY_NAME = [
    (re.compile(r"^(title|rubrik)$"), "title"),
    (re.compile(r"^(heading|rubrik) ?1$"), "h1"),
    (re.compile(r"^(heading|rubrik) ?2$"), "h2"),
    (re.compile(r"^(heading|rubrik) ?3$"), "h3"),
    (re.compile(r"^(heading|rubrik) ?[4-9]$"), "h4"),
    (re.compile(r"^(toc |contents |innehåll ?\d|innehållsförteckning)"), "toc"),
    (re.compile(r"^(subtitle|underrubrik)$"), "preface"),
    (re.compile(r"^uppgift$"), "preface"),
    (re.compile(r"^tabellrubrik$"), "cellhead"),
    (re.compile(r"^((intense )?quote|(starkt )?citat)$"), "quote"),
    (re.compile(r"^list continue ?(\d?)$"), "continue"),
]
OUTLINE = ["h1", "h2", "h3", *["h4"] * 6]
HEADINGS = ("title", "h1", "h2", "h3", "h4")

TRACKED = "Dokumentet hade spårade ändringar. De är införda som om de var godkända. Kontrollera texten."
STRUCK = "Överstruken text kom med som vanlig text. Ta bort det som inte ska gälla."
HIDDEN = "Dold text i dokumentet kom inte med."
COMMENTS = "Kommentarer i dokumentet kom inte med."
NOTES = "Fotnoter och slutnoter kom inte med. Skriv in dem i texten om de behövs."
PICTURES = "Bilder kom inte med."
FORMULAS = "Formler kom inte med."
EMBEDDED = "Makron och inbäddade filer kom inte med."
LETTERS = "Listor med bokstäver eller romerska siffror har fått vanliga siffror. Kontrollera hänvisningar till dem."
CONTENTS = "Innehållsförteckningen kom inte med. Den behövs inte här."
PREFACE = "Underrubrik och uppgifter under titeln kom inte med."
INTRODUCTION = f"Texten före den första rubriken har blivit avsnittet ”{FIRST_SECTION}”."
GUESSED = "Dokumentet saknar rubrikformat. Rubrikerna är tagna ur numrerade rader. Kontrollera avsnitten."
NO_HEADINGS = f"Dokumentet saknar rubriker. All text står i avsnittet ”{FIRST_SECTION}”."


def read(data: bytes) -> dict[str, Any]:
    plain = Plain(unpack(data))
    numbering = _numbering(plain.w)
    html = mammoth.convert_to_html(
        pack(tostring(plain.document), tostring(numbering)),
        style_map=STYLE_MAP,
        include_default_style_map=False,
        include_embedded_style_map=False,
        ignore_empty_paragraphs=True,
    ).value
    body = _tidied(fromstring(f"<body>{html}</body>"))  # noqa: S314  written by mammoth
    split = Split(body, plain.warnings)
    if not split.title and not any(heading or text for heading, text in split.sections):
        raise UnreadableDocument(Reason.NO_TEXT)
    return {"title": split.title, "sections": split.sections, "warnings": list(split.warnings)}


def _style_map() -> str:
    lines = [
        "p.title => h1.title:fresh",
        *(f"p.{name} => {name}:fresh" for name in HEADINGS[1:]),
        *(f"p.{name} => p.{name}:fresh" for name in ("preface", "toc", "cellhead")),
        "p.quote => blockquote > p:fresh",
        "b => strong",
        "i => em",
        "u =>",
        "strike =>",
    ]
    for level in range(1, LEVELS + 1):
        outer = "ul|ol > li > " * (level - 1)
        lines += [
            f"p:unordered-list({level}) => {outer}ul > li:fresh",
            f"p:ordered-list({level}) => {outer}ol > li:fresh",
            f"p.continue{level} => {outer}ul|ol > li > p:fresh",
        ]
    return "\n".join(lines)


STYLE_MAP = _style_map()


def _numbering(w: str) -> Element:
    """Two lists, numbered and not, which is all that mammoth has to know."""
    root = Element(f"{w}numbering")
    for number, form in (("1", "decimal"), ("2", "bullet")):
        abstract = SubElement(root, f"{w}abstractNum", {f"{w}abstractNumId": number})
        for level in range(LEVELS):
            SubElement(SubElement(abstract, f"{w}lvl", {f"{w}ilvl": str(level)}), f"{w}numFmt", {f"{w}val": form})
    for number in ("1", "2"):
        num = SubElement(root, f"{w}num", {f"{w}numId": number})
        SubElement(num, f"{w}abstractNumId", {f"{w}val": number})
    return root


@dataclass(frozen=True)
class Level:
    """One level of one list: how it counts, from where, and together with whom."""

    form: str
    start: int
    counter: str
    restarts: bool


class Plain:
    """The document with our own styles, without what no text is made of, and what was lost on the way."""

    def __init__(self, package: Package) -> None:
        self.document = package.document
        self.w = package.document.tag.partition("}")[0] + "}"
        self.warnings: dict[str, None] = {}  # in order, each once
        self.styles = {style.get(f"{self.w}styleId", ""): style for style in self.every(package.styles, "style")}
        self.lists = Lists(package.numbering, self.w)
        self.warn_if(package.has_embedded, EMBEDDED)
        self.warn_if(any(self.every(package.comments, "comment")), COMMENTS)
        self.drop()
        for run in list(self.every(self.document, "r")):
            self.run(run)
        for paragraph in list(self.every(self.document, "p")):
            self.paragraph(paragraph)

    def warn_if(self, is_so: bool, text: str) -> None:
        if is_so:
            self.warnings[text] = None

    def every(self, root: Element | None, name: str) -> Iterator[Element]:
        return iter(()) if root is None else root.iter(self.w + name)

    def value(self, element: Element | None, path: str) -> str | None:
        """The value of a property below: what w:val says, "" where it says nothing, None where it is not there."""
        found = None if element is None else element.find("/".join(self.w + step for step in path.split("/")))
        return None if found is None else found.get(f"{self.w}val", "")

    def is_on(self, element: Element | None, path: str) -> bool:
        return self.value(element, path) not in (None, *OFF)

    def drop(self) -> None:
        for parent in list(self.document.iter()):
            for child in list(parent):
                self.warn_if(child.tag.rpartition("}")[2] in TRACKS, TRACKED)
                lost = LOST.get(child.tag.rpartition("}")[2])
                if lost is not None or self.is_hidden(child):
                    self.warn_if(bool(HIDDEN if lost is None else lost), HIDDEN if lost is None else lost)
                    parent.remove(child)
            if parent.tag == f"{self.w}hyperlink":
                parent.attrib.clear()

    def is_hidden(self, element: Element) -> bool:
        return element.tag == f"{self.w}r" and self.is_on(element, "rPr/vanish")

    def run(self, run: Element) -> None:
        """Say in the run itself what its style says of weight and slant."""
        properties = run.find(f"{self.w}rPr")
        self.warn_if(self.is_on(properties, "strike") or self.is_on(properties, "dstrike"), STRUCK)
        for text in self.every(run, "t"):
            text.text = (text.text or "").replace(OPEN, "").replace(CLOSE, "")
        style = self.value(properties, "rStyle")
        reference = None if properties is None else properties.find(f"{self.w}rStyle")
        if properties is None or reference is None or style is None:
            return
        for mark in ("b", "i"):
            if self.value(properties, mark) is None and self.style_says(style, f"rPr/{mark}"):
                SubElement(properties, self.w + mark)
        properties.remove(reference)

    def chain(self, style: str | None) -> Iterator[Element]:
        """A style and those it is based on."""
        seen: set[str] = set()
        while style in self.styles and style not in seen:
            seen.add(style)
            yield self.styles[style]
            style = self.value(self.styles[style], "basedOn")

    def style_says(self, style: str, path: str) -> bool:
        found = (self.value(each, path) for each in self.chain(style))
        return next((value not in OFF for value in found if value is not None), False)

    def role(self, style: str | None) -> str | None:
        """What a paragraph's style makes of it; the name first, then its level in the outline."""
        for each in self.chain(style):
            name = (self.value(each, "name") or "").lower()
            for pattern, role in BY_NAME:
                if found := pattern.match(name):
                    return f"continue{found[1] or 1}" if role == "continue" else role
            outline = self.value(each, "pPr/outlineLvl")
            if outline is not None and outline.isdecimal() and int(outline) < len(OUTLINE):
                return OUTLINE[int(outline)]
        return None

    def paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(f"{self.w}pPr")
        style = self.value(properties, "pStyle")
        role = self.role(style)
        plain = Element(f"{self.w}pPr")
        level = None if role in HEADINGS else self.level(properties, style)
        if level:
            plain.append(self.list_item(paragraph, *level))
        elif role:
            SubElement(plain, f"{self.w}pStyle", {f"{self.w}val": role})
        if properties is not None:
            paragraph.remove(properties)
            if properties.find(f"{self.w}rPr/{self.w}del") is not None:  # joined with the paragraph after it
                SubElement(SubElement(plain, f"{self.w}rPr"), f"{self.w}del")
        paragraph.insert(0, plain)

    def level(self, properties: Element | None, style: str | None) -> tuple[str, int] | None:
        """The list and the level that a paragraph belongs to, by itself or by its style."""
        places = [properties, *(each.find(f"{self.w}pPr") for each in self.chain(style))]
        numbers = (self.value(place, "numPr/numId") for place in places)
        levels = (self.value(place, "numPr/ilvl") for place in places)
        number = next((found for found in numbers if found), "0")
        level = next((found for found in levels if found), "0")
        if number == "0" or not level.isdecimal():
            return None
        return number, min(int(level), LEVELS - 1)

    def list_item(self, paragraph: Element, number: str, level: int) -> Element:
        form, count = self.lists.count(number, level)
        self.warn_if(form not in ("decimal", "decimalZero", "bullet", "none"), LETTERS)
        is_ordered = form not in ("bullet", "none")
        properties = Element(f"{self.w}numPr")
        SubElement(properties, f"{self.w}ilvl", {f"{self.w}val": str(level)})
        SubElement(properties, f"{self.w}numId", {f"{self.w}val": "1" if is_ordered else "2"})
        if is_ordered:
            run = Element(f"{self.w}r")
            SubElement(run, f"{self.w}t").text = f"{OPEN}{count}{CLOSE}"
            paragraph.insert(1, run)
        return properties


TRACKS = {"ins", "del", "moveFrom", "moveTo"}
# What is left out, by its name in the file, with what to say about it.
LOST = {
    "footnoteReference": NOTES,
    "endnoteReference": NOTES,
    "commentReference": "",
    "bookmarkStart": "",
    "bookmarkEnd": "",
    "blip": PICTURES,
    "imagedata": PICTURES,
    "oMath": FORMULAS,
    "oMathPara": FORMULAS,
    "altChunk": EMBEDDED,
    "OLEObject": EMBEDDED,
    "checkbox": "",
}


@dataclass
class Lists:
    """Counts list items as Word does."""

    numbering: Element | None
    w: str
    counts: dict[str, list[int | None]] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        root = Element("none") if self.numbering is None else self.numbering
        self.abstracts = {each.get(f"{self.w}abstractNumId"): each for each in root.iter(f"{self.w}abstractNum")}
        self.nums = {each.get(f"{self.w}numId"): each for each in root.iter(f"{self.w}num")}
        self.known: dict[tuple[str, int], Level] = {}

    def count(self, number: str, level: int) -> tuple[str, int]:
        """The form of the next item, and its number."""
        this = self.level(number, level)
        counts = self.counts.setdefault(this.counter, [None] * LEVELS)
        if this.restarts and (number, level) not in self.begun:
            counts[level] = None
        self.begun.add((number, level))
        before = counts[level]
        counts[level] = this.start if before is None else before + 1
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        return this.form, counts[level] or 0

    def level(self, number: str, level: int) -> Level:
        if (number, level) not in self.known:
            self.known[number, level] = self.read_level(number, level)
        return self.known[number, level]

    def read_level(self, number: str, level: int) -> Level:
        num = self.nums.get(number)
        counter = self.value(num, "abstractNumId") or number
        override = self.at(num, "lvlOverride", level)
        own = None if override is None else override.find(f"{self.w}lvl")
        definition = self.at(self.abstracts.get(counter), "lvl", level) if own is None else own
        restart = self.value(override, "startOverride")
        start = restart or self.value(definition, "start") or "1"
        return Level(
            form=self.value(definition, "numFmt") or "bullet",
            start=int(start) if start.isdecimal() else 1,
            counter=counter,
            restarts=restart is not None,
        )

    def at(self, parent: Element | None, name: str, level: int) -> Element | None:
        found = () if parent is None else parent.findall(self.w + name)
        return next((each for each in found if each.get(f"{self.w}ilvl") == str(level)), None)

    def value(self, parent: Element | None, name: str) -> str | None:
        found = None if parent is None else parent.find(self.w + name)
        return None if found is None else found.get(f"{self.w}val")


def _tidied(body: Element) -> Element:
    """Lists that begin where they did, heads of cells, and no heading inside anything else."""
    for parent in list(body.iter()):
        for child in list(parent):
            if child.tag == "ol":
                place = list(parent).index(child)
                parent.remove(child)
                for offset, part in enumerate(_by_number(child)):
                    parent.insert(place + offset, part)
            elif parent is not body and child.tag in HEADINGS:
                child.tag = "p"
        if parent.tag == "td" and len(parent) and parent[0].get("class") == "cellhead":
            parent.tag = "th"
    return body


def _by_number(items: Element) -> list[Element]:
    """The list, parted where its numbers jump."""
    parts: list[Element] = []
    expected = None
    for item in items:
        number = _take_number(item)
        if number != expected:
            parts.append(Element("ol", {} if number == 1 else {"start": str(number)}))
        parts[-1].append(item)
        expected = number + 1
    return parts


def _take_number(item: Element) -> int:
    for element in item.iter():
        if element.text and (found := ITEM_NUMBER.match(element.text)):
            element.text = element.text[found.end() :]
            return int(found[1])
    return 1


class Split:
    """The blocks of a document, parted at its headings."""

    def __init__(self, body: Element, warnings: dict[str, None]) -> None:
        self.warnings = warnings
        self.title = ""
        self.sections: list[tuple[str, str]] = []
        self.warn_if(any(block.get("class") == "toc" for block in body), CONTENTS)
        blocks = [block for block in body if block.get("class") != "toc"]
        headings = self.styled(blocks) or self.typed(blocks)
        self.part(blocks, headings)

    def warn_if(self, is_so: bool, text: str) -> None:
        if is_so:
            self.warnings[text] = None

    def styled(self, blocks: list[Element]) -> dict[int, str]:
        """By place, the headings that the document marks as such; a title is taken out first."""
        title = next((place for place, block in enumerate(blocks) if block.get("class") == "title"), None)
        if title is None and [block.tag for block in blocks[:1]] == ["h1"] and _only_first_is_top(blocks):
            title = 0
        if title is not None:
            self.title = _text(blocks.pop(title))
        return {place: _text(block) for place, block in enumerate(blocks) if block.tag in ("h1", "h2")}

    def typed(self, blocks: list[Element]) -> dict[int, str]:
        typed = TypedHeadings()
        found = {place: line for place, block in enumerate(blocks) if (line := _typed_heading(block, typed))}
        self.warn_if(bool(found), GUESSED)
        self.warn_if(not found, NO_HEADINGS)
        return found

    def part(self, blocks: list[Element], headings: dict[int, str]) -> None:
        places = [*sorted(headings), len(blocks)]
        before = blocks[: places[0]]
        rest = list(dropwhile(lambda block: block.get("class") == "preface", before))
        self.warn_if(len(rest) < len(before), PREFACE)
        introduction = _html(rest)
        if introduction:
            self.warn_if(bool(headings), INTRODUCTION)
            self.sections.append((FIRST_SECTION, introduction))
        for place, end in pairwise(places):
            self.sections.append((without_number(headings[place]), _html(blocks[place + 1 : end])))


def _only_first_is_top(blocks: list[Element]) -> bool:
    tags = [block.tag for block in blocks]
    return tags.count("h1") == 1 and "h2" in tags


def _typed_heading(block: Element, typed: TypedHeadings) -> str:
    """The text of a numbered line that is a heading, or of a list with one short item in bold."""
    text = _text(block)
    if block.tag == "p" and typed.is_next(text):
        return text
    if block.tag == "ol" and len(block) == 1 and len(text) <= LONGEST_HEADING and _is_bold(block[0], text):
        typed.last = int(block.get("start", "1"))
        return text
    return ""


def _is_bold(item: Element, text: str) -> bool:
    return bool(text) and " ".join("".join("".join(each.itertext()) for each in item.iter("strong")).split()) == text


def _text(block: Element) -> str:
    for line_break in block.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return " ".join("".join(block.itertext()).split())


def _html(blocks: list[Element]) -> str:
    return richtext.clean("".join(tostring(block, encoding="unicode", method="html") for block in blocks))
