"""Reads a partnership file into a tree whose every value knows its line. Nothing but plain YAML is let through."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reports.partnership_file.faults import Faults

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
NOT_YAML = (
    "Filen går inte att läsa som YAML här. Kontrollera att indragen är gjorda med blanksteg, att varje kolon följs av "
    "ett blanksteg och att citattecken står i par."
)
EMPTY = {"", "~", "null"}


@dataclass
class Scalar:
    """A value as it is written; what it means is decided by the field it is for, never guessed from its looks."""

    line: int
    text: str
    quoted: bool

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() or (not self.quoted and self.text in EMPTY)


@dataclass
class Items:
    line: int
    nodes: list["Node"] = field(default_factory=list)


@dataclass
class Entry:
    line: int
    node: "Node"


@dataclass
class Mapping:
    line: int
    entries: dict[str, Entry] = field(default_factory=dict)


Node = Scalar | Items | Mapping


def read(path: Path) -> Mapping:
    """The file's tree. Raises PartnershipFileError, also when the file cannot be opened."""
    faults = Faults()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "okänt fel"
        faults.add(1, (), f"Filen {path.name} går inte att öppna ({reason}).")
        content = b""
    faults.stop_if_any()
    return parse(content)


def parse(content: bytes) -> Mapping:
    """The tree of a file's content. Raises PartnershipFileError."""
    faults = Faults()
    text = _decode(content, faults)
    faults.stop_if_any()
    root = _Builder(faults).build(text)
    faults.stop_if_any()
    if not isinstance(root, Mapping):
        faults.add(1, (), "Filen ska börja med avsnitt, till exempel organisations:")
        faults.stop_if_any()
        raise AssertionError
    return root


def unwanted_letter(text: str) -> str | None:
    """The first sign that no value may hold: control signs, halves of signs, other line breaks than a newline."""
    for letter in text:
        if letter not in "\n\t" and unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"U+{ord(letter):04X}"
    return None


def _decode(content: bytes, faults: Faults) -> str:
    if len(content) > MAX_BYTES:
        faults.add(1, (), f"Filen är för stor. Den får vara högst {MAX_BYTES // 1000} kB.")
        return ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(content.count(b"\n", 0, error.start) + 1, (), "Filen är inte sparad som UTF-8.")
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if letter := unwanted_letter(line):
            faults.add(number, (), f"Raden innehåller ett tecken som inte får finnas ({letter}).")
    return text


def _events(text: str, faults: Faults) -> Iterator[Any]:
    """The parser's events; what it cannot read becomes a fault where it stopped."""
    line = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line
            yield event
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.add((mark.line if mark else line) + 1, (), NOT_YAML)


class _Builder:
    """Builds the tree without recursion, so that deep nesting cannot exhaust anything."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.open: list[tuple[Items | Mapping, Entry | None]] = []  # each with the key that waits for its value
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        documents = 0
        for event in _events(text, self.faults):
            line = event.start_mark.line + 1
            documents += isinstance(event, DocumentStartEvent)
            if refusal := self._refusal(event, documents):
                self.faults.add(line, (), refusal)
                break
            self._take(event, line)
        return self.root

    def _refusal(self, event: Any, documents: int) -> str:
        if documents > 1:
            return "Filen ska vara ett enda dokument: ta bort raden med ---."
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            return "Ankare och hänvisningar (& och *) används inte. Skriv ut värdet, eller sätt det inom citattecken."
        if getattr(event, "tag", None):
            return "Märken (!) används inte. Skriv ut värdet, eller sätt det inom citattecken."
        if len(self.open) >= MAX_DEPTH:
            return "Filen har för många nivåer."
        return ""

    def _take(self, event: Any, line: int) -> None:
        if isinstance(event, ScalarEvent):
            self._put(Scalar(line, event.value, quoted=bool(event.style)))
        elif isinstance(event, MappingStartEvent):
            self._open(Mapping(line))
        elif isinstance(event, SequenceStartEvent):
            self._open(Items(line))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open.pop()

    def _open(self, node: Items | Mapping) -> None:
        self._put(node)
        self.open.append((node, None))

    def _put(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        holder, waiting = self.open[-1]
        if isinstance(holder, Items):
            holder.nodes.append(node)
        elif waiting:
            waiting.node = node
            self.open[-1] = (holder, None)
        else:
            self.open[-1] = (holder, self._key(holder, node))

    def _key(self, holder: Mapping, node: Node) -> Entry:
        entry = Entry(node.line, node)
        if not isinstance(node, Scalar):
            self.faults.add(node.line, (), "Ett fältnamn saknas före kolonet.")
        elif node.text in holder.entries:
            first = holder.entries[node.text].line
            self.faults.add(node.line, (), f"{shown(node.text)} står redan på rad {first}. Ta bort den ena.")
        else:
            holder.entries[node.text] = entry
        return entry


def shown(text: str) -> str:
    """A piece of the file as it is quoted in a fault: short and on one line."""
    line = " ".join("".join(letter if letter.isprintable() else "?" for letter in text).split())
    return f"”{line if len(line) <= 60 else line[:57] + '...'}”"
