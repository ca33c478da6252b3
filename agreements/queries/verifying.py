"""Which published version a document holds: told by its words alone, whatever it says about itself.

The words of a PDF or a text file come as lines, with the line breaks of the page. A line break may stand for a space
or for nothing (a word broken at its hyphen, or one too long for the line); every other space and every sign must
be as in the version. What stands before the first section and after the last must be what the portal prints there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agreements.models import AgreementVersion
from agreements.queries.printing import END, version_document
from agreements.queries.texts import section_texts
from kvinnofrid.core import fingerprint
from kvinnofrid.core.comparison import Piece, compare
from kvinnofrid.core.fingerprint import SectionText
from kvinnofrid.core.richtext import plain
from organisations.models import Partnership
from organisations.queries import mark_of_all

NONE, SPACE, BREAK = 0, 1, 2
PRINT = r"Fingeravtryck\s+[0-9A-F]{4}(?:-[0-9A-F]{4}){2}\s+·\s+Version\s+\d+"
FOOTER = re.compile(rf"(?:{PRINT}\s*)?Sida\s+\d+\s+av\s+\d+|{PRINT}")
BROKEN_HYPHEN = re.compile("[\x02\ufffe\u00ad]\\s*")  # what PDF readers give for a hyphen at the end of a line
LONGEST_HEADING = 6  # lines
SHOWN = 5  # pieces of a difference


class State(StrEnum):
    """How a section of a version stands in the document."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True)
class SectionFinding:
    """One section of the version, numbered as it is printed."""

    heading: str
    state: State
    fingerprint: str
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """The nearest version, and what differs: nothing, when the document holds exactly its text."""

    version: AgreementVersion
    sections: list[SectionFinding]
    has_title: bool = True
    other_text: list[str] = field(default_factory=list)  # what belongs to no section of the version

    @property
    def has_all_words(self) -> bool:
        return self.has_title and all(row.state == State.SAME for row in self.sections)

    @property
    def is_same(self) -> bool:
        return self.has_all_words and not self.other_text

    @property
    def likeness(self) -> tuple[int, int, bool, int]:
        same = sum(row.state == State.SAME for row in self.sections)
        found = sum(row.state != State.MISSING for row in self.sections)
        return same, found, self.has_title, -len(self.other_text)


def published_versions() -> list[AgreementVersion]:
    """All published versions with their sections, the newest first."""
    versions = AgreementVersion.objects.published().select_related("agreement").prefetch_related("sections")
    return list(versions.order_by("-published_at", "-pk"))


def nearest_by_sections(
    title: str, sections: Sequence[SectionText], versions: Iterable[AgreementVersion]
) -> Finding | None:
    """For a document that tells its sections itself, such as a Word document."""
    return _nearest(_by_sections(title, sections, version) for version in versions)


def nearest_by_pages(pages: Sequence[str], versions: Iterable[AgreementVersion]) -> Finding | None:
    """For a document that is lines on pages, without the mark that stands across each page of a demonstration."""
    mark = mark_of_all()
    lines = [line for line in lines_of(pages) if line != mark]
    return _nearest(_by_lines(lines, version) for version in versions)


def printed_elsewhere(text: str, finding: Finding | None, versions: Iterable[AgreementVersion]) -> list[str]:
    """Short fingerprints of published versions that the document prints although its text is not theirs."""
    shown = fingerprint.find_short(text) | {fingerprint.short(full) for full in fingerprint.find_full(text)}
    known = {version.short_fingerprint for version in versions}
    own = {finding.version.short_fingerprint} if finding and finding.has_all_words else set()
    return sorted(shown & known - own)


def _nearest(findings: Iterable[Finding]) -> Finding | None:
    """The one with most sections alike; None where nothing of any version is found."""
    best = max(findings, key=lambda finding: (finding.is_same, *finding.likeness), default=None)
    return best if best and best.likeness[1] else None


# --- a document that tells its sections -------------------------------------------------------------------------------


def _by_sections(title: str, sections: Sequence[SectionText], version: AgreementVersion) -> Finding:
    wanted = section_texts(version)
    left = list(sections)
    rows = []
    for number, section in enumerate(wanted, start=1):
        found = _take(left, section)
        rows.append(_row(number, section, None if found is None else fingerprint.canonical_body(found), found))
    in_order = [row for row in sections if row not in left]
    other = [plain(row.heading) for row in left]
    has_title = plain(title) == plain(version.title)
    is_whole = fingerprint.whole_fingerprint(title, sections) == fingerprint.whole_fingerprint(version.title, wanted)
    if has_title and not other and all(row.state == State.SAME for row in rows) and not is_whole:
        other = [f"Avsnitten står i en annan ordning: {', '.join(plain(row.heading) for row in in_order)}"]
    return Finding(version, rows, has_title, other)


def _take(left: list[SectionText], wanted: SectionText) -> SectionText | None:
    """The section with the same text, or else the same heading, taken from those that are left."""
    for is_it in (
        lambda row: fingerprint.section_fingerprint(row) == fingerprint.section_fingerprint(wanted),
        lambda row: plain(row.heading).casefold() == plain(wanted.heading).casefold(),
    ):
        for place, row in enumerate(left):
            if is_it(row):
                return left.pop(place)
    return None


def _row(number: int, wanted: SectionText, body: str | None, found: SectionText | None = None) -> SectionFinding:
    heading = f"{number}. {plain(wanted.heading)}"
    own = fingerprint.section_fingerprint(wanted)
    if body is None:
        return SectionFinding(heading, State.MISSING, own)
    if found is not None:
        is_same = fingerprint.section_fingerprint(found) == own
    else:
        is_same = reads_same(body, fingerprint.canonical_body(wanted))
    if is_same:
        return SectionFinding(heading, State.SAME, own)
    pieces = [piece for piece in compare(fingerprint.canonical_body(wanted), plain(body)) if piece.kind != "same"]
    return SectionFinding(heading, State.CHANGED, own, pieces[:SHOWN])


# --- a document that is lines on pages --------------------------------------------------------------------------------


def lines_of(pages: Sequence[str]) -> list[str]:
    """The lines of all pages, without the running line at the foot of each."""
    text = "\n".join(BROKEN_HYPHEN.sub("-\n", page) for page in pages)
    lines = [plain(line) for line in re.split(r"[\n\r\f\v\u2028\u2029]", text)]
    return [line for line in lines if line and not FOOTER.fullmatch(line)]


def reads_same(found: str, wanted: str) -> bool:
    """Whether text with line breaks reads as the wanted words on one line."""
    letters, gaps = _letters(found)
    wanted_letters, wanted_gaps = _letters(wanted)
    return letters == wanted_letters and _gaps_agree(gaps[1:], wanted_gaps[1:])


def _letters(text: str) -> tuple[str, bytes]:
    """The signs without white space, and what stands before each: nothing, a space, or a line break."""
    letters, gaps, gap = [], bytearray(), NONE
    for sign in text:
        if sign.isspace():
            gap = max(gap, BREAK if sign == "\n" else SPACE)
        else:
            letters.append(sign)
            gaps.append(gap)
            gap = NONE
    return "".join(letters), bytes(gaps)


def _gaps_agree(found: bytes, wanted: bytes) -> bool:
    return all(here in {BREAK, there} for here, there in zip(found, wanted, strict=True))


def _by_lines(lines: Sequence[str], version: AgreementVersion) -> Finding:
    sections = section_texts(version)
    return _whole(lines, version, sections) or _in_parts(lines, version, sections)


def _whole(lines: Sequence[str], version: AgreementVersion, sections: Sequence[SectionText]) -> Finding | None:
    """The version's sections one after the other, word for word; with or without their numbers."""
    text = "\n".join(lines)
    letters, gaps = _letters(text)
    for is_numbered in (True, False):
        wanted, wanted_gaps = _letters(_text(sections, is_numbered=is_numbered))
        start = letters.find(wanted)
        end = start + len(wanted)
        if start >= 0 and _gaps_agree(gaps[start + 1 : end], wanted_gaps[1:]):
            rows = [_row(number, section, "", section) for number, section in enumerate(sections, start=1)]
            places = [place for place, sign in enumerate(text) if not sign.isspace()]
            return _around(version, rows, text[: places[start]], text[places[end - 1] + 1 :])
    return None


def _text(sections: Sequence[SectionText], *, is_numbered: bool) -> str:
    numbers = [f"{number}. " if is_numbered else "" for number in range(1, len(sections) + 1)]
    texts = [f"{plain(section.heading)} {fingerprint.canonical_body(section)}" for section in sections]
    return " ".join(number + text for number, text in zip(numbers, texts, strict=True))


def _around(version: AgreementVersion, rows: list[SectionFinding], front: str, back: str) -> Finding:
    """Whether the text stands under its title, and with nothing else around it than what the portal prints."""
    document = version_document(version)
    has_title = _squeezed(document.title) in _squeezed(front)
    known = {*document.front, *_once_printed(version)}
    other = [rest for rest in (_without(front, known), _without(back, document.back)) if rest]
    return Finding(version, rows, has_title, other)


def _once_printed(version: AgreementVersion) -> Iterator[str]:
    """What the portal can have printed there before: the case number and the partnership's name may have changed."""
    yield "Diarienummer"
    yield from version.agreement.history.values_list("case_number", flat=True)
    yield from Partnership.history.values_list("name", flat=True)


def _without(text: str, known: Iterable[str]) -> str:
    """What is left when each of the known pieces has been taken away once, the longest first."""
    for piece in sorted(map(_squeezed, known), key=len, reverse=True):
        text = re.sub(r"\s*".join(map(re.escape, piece)), " ", text, count=1) if piece else text
    return plain(text)


def _squeezed(text: str) -> str:
    return _letters(plain(text))[0]


def _in_parts(lines: Sequence[str], version: AgreementVersion, sections: Sequence[SectionText]) -> Finding:
    """Section by section, each from its heading to the next heading that is found."""
    places = _places(lines, sections, END)
    rows = []
    for number, (section, place) in enumerate(zip(sections, places, strict=False), start=1):
        body = None
        if place:
            following = [other[0] for other in places[number:] if other]
            body = "\n".join(lines[place[1] : following[0] if following else len(lines)])
        rows.append(_row(number, section, body))
    front = "\n".join(lines[: next((place[0] for place in places if place), 0)])
    return Finding(version, rows, _squeezed(version.title) in _squeezed(front))


Place = tuple[int, int] | None  # the first line of a heading, and the first after it


def _places(lines: Sequence[str], sections: Sequence[SectionText], end: str) -> list[Place]:
    """Where each heading stands, in order; last where the table of fingerprints begins."""
    places: list[Place] = []
    start = 0
    for number, section in enumerate(sections, start=1):
        heading = plain(section.heading)
        place = _find(lines, start, f"{number}. {heading}") or _find(lines, start, heading)
        places.append(place)
        start = place[1] if place else start
    return [*places, _find(lines, start, end)]


def _find(lines: Sequence[str], start: int, heading: str) -> Place:
    wanted = _squeezed(heading)
    for first in range(start, len(lines)):
        found = ""
        for last in range(first, min(first + LONGEST_HEADING, len(lines))):
            found += _squeezed(lines[last])
            if found == wanted:
                return first, last + 1
            if not wanted.startswith(found):
                break
    return None
