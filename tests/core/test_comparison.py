"""Two texts are compared word by word without losing a word, and in bounded time whatever they hold."""

import sys
from types import FrameType
from typing import Any

import pytest
from diff_match_patch import diff_match_patch
from hypothesis import given, settings
from hypothesis import strategies as st

from kvinnofrid.core import comparison
from kvinnofrid.core.comparison import Piece, SectionDifference, compare, compare_sections
from kvinnofrid.core.fingerprint import SectionText, canonical_body
from kvinnofrid.core.richtext import plain

WORDS = st.lists(
    st.sampled_from(["och", "Och", "barn", "barn.", "§", "5", "5:1", "å", "<b>", "\U0001f600"]), max_size=25
).map(" ".join)


def side(pieces: list[Piece], dropped: str) -> str:
    return " ".join(piece.text for piece in pieces if piece.kind != dropped)


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", []),
        ("a", "a", [Piece("same", "a")]),
        ("", "a b", [Piece("added", "a b")]),
        ("a b", "", [Piece("removed", "a b")]),
        (
            "vi ska följa upp",
            "vi bör följa upp",
            [Piece("same", "vi"), Piece("removed", "ska"), Piece("added", "bör"), Piece("same", "följa upp")],
        ),
        ("inom 8 år.", "inom 8 år", [Piece("same", "inom 8"), Piece("removed", "år."), Piece("added", "år")]),
        ("a b", "a b c", [Piece("same", "a b"), Piece("added", "c")]),
    ],
)
def test_words_that_differ_are_marked(old: str, new: str, pieces: list[Piece]) -> None:
    assert compare(old, new) == pieces


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS)
def test_pieces_make_both_texts_again(old: str, new: str) -> None:
    pieces = compare(old, new)

    assert (side(pieces, "added"), side(pieces, "removed")) == (old, new)
    assert all(piece.text for piece in pieces)
    assert ({piece.kind for piece in pieces} <= {"same"}) == (old == new)


# Each of them about 36 kB; difflib needs minutes for some.
HOSTILE = {
    "one word": ("a " * 18_000, "b a " * 9_000),
    "two words": ("a b " * 9_000, "b b a " * 6_000),
    "almost the same": ("x " + "a " * 17_000 + "b", "y " + "a " * 16_000 + "c " + "a " * 1_000),
    "backwards": (" ".join(map(str, range(7_500))), " ".join(map(str, reversed(range(7_500))))),
    "every other word": (
        " ".join(f"a {number}" for number in range(5_000)),
        " ".join(f"a {number + 9_000}" for number in range(5_000)),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_compared_within_the_time_limit(name: str) -> None:
    """The search stops at its own clock, so what is counted is what runs outside it."""
    old, new = (plain(text) for text in HOSTILE[name])
    limits: list[float] = []
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"
        if event == "call" and frame.f_code is diff_match_patch.diff_main.__code__:
            limits.append(frame.f_locals["self"].Diff_Timeout)

    sys.setprofile(count)
    try:
        pieces = compare(old, new, seconds=0.05)
    finally:
        sys.setprofile(None)

    assert (side(pieces, "added"), side(pieces, "removed")) == (old, new)
    assert set(limits) == {0.05}
    assert calls < 10 * (len(old) + len(new))


def test_a_real_change_in_a_long_text_is_found_to_the_word() -> None:
    words = [f"ord{number % 700}" for number in range(5_000)]
    changed = [*words]
    for at in range(0, 5_000, 50):
        changed[at] = "nytt"

    pieces = compare(" ".join(words), " ".join(changed))

    assert [piece.text for piece in pieces if piece.kind == "added"] == ["nytt"] * 100
    assert [piece.text for piece in pieces if piece.kind == "removed"] == words[::50]


def section(heading: str, text: str) -> SectionText:
    return SectionText(heading, f"<p>{text}</p>" if text else "")


def told(old: list[SectionText], new: list[SectionText]) -> list[tuple[str, str, str]]:
    return [(difference.heading, difference.kind, difference.old_heading) for difference in compare_sections(old, new)]


A, B, C, D = (
    section("A", "ett två tre"),
    section("B", "fyra fem sex"),
    section("C", "sju åtta nio"),
    section("D", "tio elva"),
)


@pytest.mark.parametrize(
    ("old", "new", "differences"),
    [
        ([], [], []),
        ([A, B], [A, B], [("A", "same", ""), ("B", "same", "")]),
        ([A, B], [section(" A ", "ett <strong>två</strong><br>tre"), B], [("A", "same", ""), ("B", "same", "")]),
        ([A, B, C], [B, C, A], [("B", "same", ""), ("C", "same", ""), ("A", "moved", "")]),
        ([A, B, C], [A, C], [("A", "same", ""), ("B", "removed", ""), ("C", "same", "")]),
        ([A, B], [D], [("D", "added", ""), ("A", "removed", ""), ("B", "removed", "")]),
        ([A, C], [A, B, C], [("A", "same", ""), ("B", "added", ""), ("C", "same", "")]),
        ([A, B], [section("A", "helt annat"), B], [("A", "changed", ""), ("B", "same", "")]),
        ([A, B], [section("Nytt namn", "ett två tre"), B], [("Nytt namn", "changed", "A"), ("B", "same", "")]),
        ([A, B], [section("X", "ett två fyra"), B], [("X", "changed", "A"), ("B", "same", "")]),
        (
            [A, B],
            [section("B", "ett två tre"), section("A", "fyra fem sex")],
            [("B", "changed", ""), ("A", "changed", "")],
        ),
        ([A, A], [A], [("A", "same", ""), ("A", "removed", "")]),
        (
            [section("", "x"), section("", "")],
            [section("", ""), section("", "x")],
            [("", "moved", ""), ("", "same", "")],
        ),
    ],
)
def test_sections_find_each_other(
    old: list[SectionText], new: list[SectionText], differences: list[tuple[str, str, str]]
) -> None:
    assert told(old, new) == differences


def test_a_changed_section_shows_its_words() -> None:
    assert compare_sections([A, B], [section("A", "ett två fyra"), D]) == [
        SectionDifference("A", "changed", [Piece("same", "ett två"), Piece("removed", "tre"), Piece("added", "fyra")]),
        SectionDifference("D", "added", [Piece("added", "tio elva")]),
        SectionDifference("B", "removed", [Piece("removed", "fyra fem sex")]),
    ]


HEADINGS = st.sampled_from(["", "A", "B", "C"])
SECTIONS = st.lists(
    st.builds(section, HEADINGS, st.sampled_from(["", "ett", "ett två", "ett två tre", "fyra"])), max_size=5
)


@settings(max_examples=150, deadline=None)
@given(SECTIONS, SECTIONS)
def test_no_section_and_no_word_is_lost(old: list[SectionText], new: list[SectionText]) -> None:
    differences = compare_sections(old, new)
    in_new = [difference for difference in differences if difference.kind != "removed"]
    in_old = [difference for difference in differences if difference.kind != "added"]

    assert [(found.heading, side(found.pieces, "removed")) for found in in_new] == [
        (text.heading, canonical_body(text)) for text in new
    ]
    assert sorted(side(found.pieces, "added") for found in in_old) == sorted(map(canonical_body, old))
    assert all(found.kind == "same" for found in differences) == (old == new)


def test_sections_share_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    diff_main = diff_match_patch.diff_main

    def noted(engine: diff_match_patch, *texts: Any) -> Any:
        limits.append(engine.Diff_Timeout)
        return diff_main(engine, *texts)

    monkeypatch.setattr(diff_match_patch, "diff_main", noted)
    compare_sections([A, B, C], [section("A", "ny"), section("B", "ny"), C])

    assert limits == [comparison.SECONDS / 2] * 2


def test_too_many_sections_to_search_among_are_told_apart_only() -> None:
    old = [section(f"gammal {number}", " ".join(f"{number}-{word}" for word in range(60))) for number in range(200)]
    new = [section(f"ny {number}", " ".join(f"{number}-{word}" for word in range(59))) for number in range(200)]

    assert [difference.kind for difference in compare_sections(old, new)] == ["added"] * 200 + ["removed"] * 200
    assert [difference.kind for difference in compare_sections(old[:20], new[:20])] == ["changed"] * 20
