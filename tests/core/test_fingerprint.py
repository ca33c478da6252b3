"""The fingerprint is the one that docs/fingerprint.md describes: deaf to layout, sensitive to every word and mark."""

import json
import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kvinnofrid.core.fingerprint import (
    SectionText,
    canonical,
    canonical_whole,
    find_full,
    find_short,
    section_fingerprint,
    short,
    whole_fingerprint,
)
from kvinnofrid.core.richtext import clean, from_text, to_text
from tests.core.test_richtext import bodies

VECTORS = [
    json.loads(block)
    for block in re.findall(
        r"```json\n(.*?)```", (Path(portal.BASE_DIR) / "docs/fingerprint.md").read_text(), re.DOTALL
    )
]
OF_SECTIONS, OF_WHOLES = VECTORS


@pytest.mark.parametrize("vector", OF_SECTIONS, ids=lambda vector: vector["shows"])
def test_sections_in_the_document(vector: dict[str, Any]) -> None:
    section = SectionText(vector["heading"], vector["body"])

    assert canonical(section) == vector["canonical"]
    assert section_fingerprint(section) == vector["sha256"] == sha256(vector["canonical"].encode()).hexdigest()
    assert short(section_fingerprint(section)) == vector["short"]


@pytest.mark.parametrize("vector", OF_WHOLES, ids=lambda vector: vector["shows"])
def test_agreements_in_the_document(vector: dict[str, Any]) -> None:
    sections = [SectionText(**section) for section in vector["sections"]]

    assert canonical_whole(vector["title"], sections) == vector["canonical"]
    assert (
        whole_fingerprint(vector["title"], sections)
        == vector["sha256"]
        == sha256(vector["canonical"].encode()).hexdigest()
    )
    assert short(vector["sha256"]) == vector["short"]


def test_the_document_has_enough_vectors_and_no_two_alike() -> None:
    assert (len(OF_SECTIONS), len(OF_WHOLES)) == (9, 2)
    assert len({vector["sha256"] for vector in OF_SECTIONS + OF_WHOLES}) == 11


class ByTheBook(HTMLParser):
    """The document's part B once more, written from the document alone."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.numbers: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("strong", "em"):
            return
        self.words += " "
        if tag in ("ol", "ul"):
            self.numbers.append(int(dict(attrs).get("start") or 1) if tag == "ol" else None)
        if tag == "li" and (number := self.numbers[-1]) is not None:
            self.words += f"{number}. "
            self.numbers[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.numbers.pop()
        if tag not in ("strong", "em"):
            self.words += " "

    def handle_data(self, data: str) -> None:
        self.words += data


INVISIBLE = "0-8 E-1B 7F-84 86-9F AD 34F 61C 180E 200B-200F 202A-202E 2060-206F D800-DFFF FE00-FE0F FEFF FFF9-FFFB FFFE FFFF E0000-E01EF"
SPACES = "9-D 1C-20 85 A0 1680 2000-200A 2028 2029 202F 205F 3000"


def characters(ranges: str) -> Iterator[int]:
    for first, _, last in (part.partition("-") for part in ranges.split()):
        yield from range(int(first, 16), int(last or first, 16) + 1)


LINE = dict.fromkeys(characters(INVISIBLE), "") | dict.fromkeys(characters(SPACES), " ")


def by_the_book(heading: str, body: str) -> str:
    reader = ByTheBook()
    reader.feed(body)
    reader.close()
    return "\n".join(
        unicodedata.normalize("NFC", re.sub(" +", " ", text.translate(LINE)).strip(" "))
        for text in (heading, reader.words)
    )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), bodies)
@example("".join(map(chr, range(0x3100))), "")
@example("".join(map(chr, range(0xD700, 0x10000))), "")
def test_whoever_follows_the_document_gets_the_same_text(heading: str, html: str) -> None:
    body = clean(html)

    assert canonical(SectionText(heading, body)) == by_the_book(heading, body)


@settings(max_examples=100, deadline=None)
@given(bodies)
def test_the_fingerprint_outlives_editing_as_light_markup(html: str) -> None:
    body = clean(html)

    assert section_fingerprint(SectionText("", from_text(to_text(body)))) == section_fingerprint(SectionText("", html))


WORD = st.text(st.sampled_from("abåÄÖ179.,;:-–”\"'()§%&<>/*_|#+\\"), min_size=1, max_size=6)
SENTENCE = st.lists(WORD, min_size=1, max_size=6)
SEPARATORS = [
    " ",
    "\u00a0",
    "\n \t",
    "\u2009",
    "<br>",
    "</p><p>",
    "</p><h4></h4><p>",
    "</p><ul><li>",
    "</p><blockquote>",
    " <em> </em>",
    "\u200b ",
]


def _body(words: list[str], separators: list[str]) -> str:
    """The words with something of layout between them, and every other one emphasised in its middle."""
    shown = [
        escape(word[:1]) + f"<strong>\u00ad{escape(word[1:])}</strong>" if index % 2 else escape(word)
        for index, word in enumerate(words)
    ]
    return "<p>" + "".join(word + separator for word, separator in zip(shown, separators, strict=True))


@settings(max_examples=150, deadline=None)
@given(SENTENCE, st.data())
def test_layout_does_not_count(words: list[str], data: st.DataObject) -> None:
    separators = data.draw(st.lists(st.sampled_from(SEPARATORS), min_size=len(words), max_size=len(words)))

    assert canonical(SectionText("", clean(_body(words, separators)))) == "\n" + " ".join(words)


@settings(max_examples=150, deadline=None)
@given(SENTENCE, SENTENCE)
@example(["ska"], ["Ska"])
@example(["ska."], ["ska"])
@example(["8", "år"], ["8år"])
@example(["”ska”"], ['"ska"'])
@example(["1–2"], ["1-2"])
def test_every_word_and_mark_counts(one: list[str], other: list[str]) -> None:
    fingerprints = {section_fingerprint(SectionText("", f"<p>{escape(' '.join(words))}</p>")) for words in (one, other)}

    assert len(fingerprints) == (1 if one == other else 2)


TITLES = st.sampled_from(["", "a", "b", "a b", "a\nb", "kvinnofrid-1"])
AGREEMENTS = st.tuples(TITLES, st.lists(st.tuples(TITLES, TITLES), max_size=3))


@settings(max_examples=150, deadline=None)
@given(AGREEMENTS, AGREEMENTS)
@example(("a", [("b", "")]), ("a", [("", "b")]))
@example(("a", [("b", ""), ("", "")]), ("a", [("b", "")]))
@example(("a", [("b", "a"), ("b", "b")]), ("a", [("b", "b"), ("b", "a")]))
@example(("a", [("b", "a b")]), ("a", [("b", "a"), ("b", "")]))
def test_title_order_and_bounds_of_sections_count(
    one: tuple[str, list[tuple[str, str]]], other: tuple[str, list[tuple[str, str]]]
) -> None:
    fingerprints = {
        whole_fingerprint(title, [SectionText(heading, clean(body)) for heading, body in sections])
        for title, sections in (one, other)
    }
    words = [
        (" ".join(title.split()), [(" ".join(heading.split()), " ".join(body.split())) for heading, body in sections])
        for title, sections in (one, other)
    ]

    assert len(fingerprints) == (1 if words[0] == words[1] else 2)


FULL = "7f3a91c204d8" + "0123456789abcdef" * 3 + "feed"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fingeravtryck 7F3A-91C2-04D8, sidan 1", {"7F3A-91C2-04D8"}),
        ("7f3a-91c2-04d8", {"7F3A-91C2-04D8"}),
        ("(7F3A\u2010\n91C2 –\r\n 04D8)", {"7F3A-91C2-04D8"}),
        ("7F3A\u00ad91C2\ufffe04D8. 1111-2222-3333", {"7F3A-91C2-04D8", "1111-2222-3333"}),
        ("17F3A-91C2-04D8 7F3A-91C2-04D82 7F3A-91C2-04D8-AAAA AAAA-7F3A-91C2-04D8-", set()),
        ("550e8400-e29b-41d4-a716-446655440000", set()),
        ("7F3A 91C2 04D8", set()),
        (FULL, set()),
        ("", set()),
    ],
)
def test_short_forms_are_found_in_a_text(text: str, found: set[str]) -> None:
    assert find_short(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"SHA-256: {FULL}.", {FULL}),
        (FULL.upper(), {FULL}),
        (f"se a {FULL[:32]}\n  {FULL[32:]} de", {FULL}),
        (" ".join(FULL[at : at + 8] for at in range(0, 64, 8)), {FULL}),
        (FULL + "0", set()),
        (FULL[:-1], set()),
        ("a " * 60 + "x ab" * 50_000, set()),
    ],
)
def test_whole_fingerprints_are_found_in_a_text(text: str, found: set[str]) -> None:
    assert find_full(text) == found


def test_the_short_form_is_the_first_twelve_digits() -> None:
    assert short(FULL) == "7F3A-91C2-04D8"
    assert find_short(short(FULL)) == {short(FULL)}
