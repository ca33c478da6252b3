"""Text files into sections, and the headings that people type as numbered lines. Runs in the limited process."""

import re
from typing import Any

from kvinnofrid.core import richtext
from kvinnofrid.core.documents import Reason, UnreadableDocument

FIRST_SECTION = "Inledning"
LONGEST_HEADING = 70
MOST_CHARACTERS = 2_000_000
# "3. Syfte", "3) Syfte" and "3.1 Syfte", but neither "12 månader" nor "2024 års mål".
NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)(?:[.)]\s*(?=[^\W\d_])|\s+(?=[A-ZÅÄÖ]))")
MARKED = re.compile(r"#{1,2}\s+\S")
SENTENCE_END = (".", ",", ";", ":", "?", "!")


def without_number(heading: str) -> str:
    """The heading without the number that somebody typed before it."""
    return NUMBER.sub("", heading, count=1) if NUMBER.match(heading) else heading


class TypedHeadings:
    """Tells the numbered lines that are headings: short, no sentence, and numbered on from the last one."""

    def __init__(self) -> None:
        self.last = 0

    def is_next(self, line: str) -> bool:
        number = NUMBER.match(line)
        if not number or number[1] != str(self.last + 1) or not _is_short(line):
            return False
        self.last += 1
        return True


def _is_short(line: str) -> bool:
    return len(line) <= LONGEST_HEADING and not line.endswith(SENTENCE_END)


def read(data: bytes) -> dict[str, Any]:
    text = decode(data)
    if len(text) > MOST_CHARACTERS:
        raise UnreadableDocument(Reason.HEAVY)
    sections = [(heading, richtext.from_text(body)) for heading, body in split(text)]
    if not sections:
        raise UnreadableDocument(Reason.NO_TEXT)
    return {"sections": sections}


def decode(data: bytes) -> str:
    """The byte order mark decides, then UTF-8, then the old Western European encoding."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument(Reason.NOT_TEXT)


def split(text: str) -> list[tuple[str, str]]:
    """Headings with the lines below them; lines before the first heading are an introduction."""
    lines = _without_title(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    headings = _marked(lines) or _typed(lines)
    parts: list[tuple[str, list[str]]] = [(FIRST_SECTION, [])]
    for place, line in enumerate(lines):
        if place in headings:
            parts.append((without_number(line.lstrip("#").strip()), []))
        else:
            parts[-1][1].append(line)
    found = [(heading, "\n".join(body).strip()) for heading, body in parts]
    return [part for part in found if part != (FIRST_SECTION, "")]


def _without_title(lines: list[str]) -> list[str]:
    """A single "# " above "## " is the title of the document."""
    top = [place for place, line in enumerate(lines) if line.startswith("# ")]
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    is_title = top == [first] and any(line.startswith("## ") for line in lines)
    return lines[first + 1 :] if is_title else lines


def _marked(lines: list[str]) -> set[int]:
    return {place for place, line in enumerate(lines) if MARKED.match(line)}


def _typed(lines: list[str]) -> set[int]:
    """Numbered lines that stand alone."""
    typed = TypedHeadings()
    alone = (place for place, line in enumerate(lines) if place == 0 or not lines[place - 1].strip())
    return {place for place in alone if typed.is_next(lines[place].strip())}
