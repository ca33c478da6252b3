"""Fingerprints of agreement texts: SHA-256 over a canonical form that holds every word and no layout.

The form is described, with test vectors, in docs/fingerprint.md; a change here is a new format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from kvinnofrid.core import richtext

FORMAT = "kvinnofrid-1"

_HEX = "0-9A-Fa-f"
_BEFORE = rf"(?<![0-9A-Za-z])(?<![{_HEX}][-\u2010-\u2015\u2212])"
_AFTER = rf"(?![0-9A-Za-z])(?![-\u2010-\u2015\u2212][{_HEX}])"
# Where a line ends at the hyphen, PDF readers give a soft hyphen, or a character of their own, in its place.
_HYPHEN = r"\s{0,8}[-\u2010-\u2015\u2212\u00ad\x02\ufffe]\s{0,8}"
_SHORT = re.compile(rf"{_BEFORE}([{_HEX}]{{4}}){_HYPHEN}([{_HEX}]{{4}}){_HYPHEN}([{_HEX}]{{4}}){_AFTER}")
_FULL = re.compile(rf"(?<![0-9A-Za-z])(?:[{_HEX}]\s{{0,8}}){{63}}[{_HEX}](?![0-9A-Za-z])")


@dataclass(frozen=True)
class SectionText:
    """A section of an agreement: its heading, and its body as clean html."""

    heading: str
    body: str


def canonical(section: SectionText) -> str:
    """The words of a section: the heading on the first line, the body on the second."""
    return f"{richtext.plain(section.heading)}\n{canonical_body(section)}"


def canonical_body(section: SectionText) -> str:
    """The words of the body on one line."""
    return richtext.plain(" ".join(richtext.lines(section.body)))


def canonical_whole(title: str, sections: Sequence[SectionText]) -> str:
    """The words of an agreement: format, title, then two lines for each section."""
    return "\n".join([FORMAT, richtext.plain(title), *map(canonical, sections)])


def section_fingerprint(section: SectionText) -> str:
    """SHA-256 of a section's words, 64 hexadecimal digits."""
    return _digest(canonical(section))


def whole_fingerprint(title: str, sections: Sequence[SectionText]) -> str:
    """SHA-256 of the words of title and sections, in order and with their bounds."""
    return _digest(canonical_whole(title, sections))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def short(fingerprint: str) -> str:
    """The first twelve digits as people read them: 7F3A-91C2-04D8."""
    first = fingerprint[:12].upper()
    return "-".join((first[:4], first[4:8], first[8:]))


def find_short(text: str) -> set[str]:
    """All short forms in a text, in whatever case, with whatever hyphen, and over line breaks."""
    return {"-".join(groups).upper() for groups in _SHORT.findall(text)}


def find_full(text: str) -> set[str]:
    """All whole fingerprints in a text, over line breaks and spaces, in lower case."""
    return {"".join(match[0].split()).lower() for match in _FULL.finditer(text)}
