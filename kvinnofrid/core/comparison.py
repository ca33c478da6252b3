"""Two texts compared word by word, and two agreements section by section, in bounded time whatever they hold."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from diff_match_patch import diff_match_patch

from kvinnofrid.core.fingerprint import SectionText, canonical_body
from kvinnofrid.core.richtext import plain

# What the search for the smallest difference may take in all; what it has not reached by then is marked more coarsely.
SECONDS = 0.5
_LIKE = 0.5  # the share of common words from which two sections count as editions of one
_MOST_COMPARED = 2_000_000  # words looked up in the search for sections that are alike
_FIRST_SIGN = 0xF0000  # private use: more signs than the longest texts have words
_KINDS: dict[int, Literal["same", "added", "removed"]] = {0: "same", 1: "added", -1: "removed"}


@dataclass(frozen=True)
class Piece:
    """Some words on end. Words and pieces are parted by one space."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class SectionDifference:
    """How a section stands in the new text. `old_heading` is set when the heading differs.

    "changed" is a section whose heading or body differs, wherever it stands; "moved" one that is word for word the
    same in another place.
    """

    heading: str
    kind: Literal["same", "changed", "added", "removed", "moved"]
    pieces: list[Piece]
    old_heading: str = ""


@dataclass(frozen=True)
class _Words:
    heading: str
    body: str


def compare(old: str, new: str, *, seconds: float = SECONDS) -> list[Piece]:
    """The words of two canonical texts: all but the added ones make the old text, all but the removed the new."""
    signs: dict[str, str] = {}
    engine = diff_match_patch()
    engine.Diff_Timeout = max(seconds, 0.01)  # 0 would mean for ever
    engine.diff_halfMatch = lambda *texts: None  # a short cut that heeds no clock: seconds where one word repeats
    found = engine.diff_main(_as_signs(old, signs), _as_signs(new, signs), False)
    engine.diff_cleanupSemantic(found)
    words = dict(zip(signs.values(), signs, strict=True))
    return [Piece(_KINDS[kind], " ".join(words[sign] for sign in run)) for kind, run in found]


def _as_signs(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.setdefault(word, chr(_FIRST_SIGN + len(signs))) for word in text.split())


def compare_sections(old: Sequence[SectionText], new: Sequence[SectionText]) -> list[SectionDifference]:
    """The sections of the new text in order, with the removed ones where they stood."""
    before, after = [_words(section) for section in old], [_words(section) for section in new]
    pairs = _pairs(before, after)
    in_place = _in_place(pairs)
    seconds = SECONDS / max(1, sum(before[o].body != after[n].body for n, o in pairs.items()))
    differences: list[SectionDifference] = []
    removed = [index for index in range(len(before)) if index not in set(pairs.values())]
    for index, section in enumerate(after):
        origin = pairs.get(index)
        if index in in_place:
            while removed and removed[0] < in_place[index]:
                differences.append(_removed(before[removed.pop(0)]))
        if origin is None:
            differences.append(SectionDifference(section.heading, "added", _pieces("added", section.body)))
        else:
            differences.append(_difference(before[origin], section, is_moved=index not in in_place, seconds=seconds))
    return [*differences, *(_removed(before[index]) for index in removed)]


def _words(section: SectionText) -> _Words:
    return _Words(plain(section.heading), canonical_body(section))


def _removed(section: _Words) -> SectionDifference:
    return SectionDifference(section.heading, "removed", _pieces("removed", section.body))


def _pieces(kind: Literal["same", "added", "removed"], text: str) -> list[Piece]:
    return [Piece(kind, text)] if text else []


def _difference(old: _Words, new: _Words, *, is_moved: bool, seconds: float) -> SectionDifference:
    if old == new:
        return SectionDifference(new.heading, "moved" if is_moved else "same", _pieces("same", new.body))
    pieces = compare(old.body, new.body, seconds=seconds)
    return SectionDifference(new.heading, "changed", pieces, "" if old.heading == new.heading else old.heading)


def _pairs(old: Sequence[_Words], new: Sequence[_Words]) -> dict[int, int]:
    """Which old section each new one comes from: by the whole, by heading, by body, then by common words."""
    pairs: dict[int, int] = {}
    for key_of in (lambda words: words, lambda words: words.heading, lambda words: words.body):
        places: dict[object, list[int]] = {}
        for index in _left(old, pairs.values()):
            places.setdefault(key_of(old[index]), []).append(index)
        for index in _left(new, pairs):
            if key_of(new[index]) and places.get(key_of(new[index])):
                pairs[index] = places[key_of(new[index])].pop(0)
    return pairs | _alike(old, new, pairs)


def _left(words: Sequence[_Words], taken: Iterable[int]) -> list[int]:
    return sorted(set(range(len(words))) - set(taken))


def _alike(old: Sequence[_Words], new: Sequence[_Words], pairs: dict[int, int]) -> dict[int, int]:
    """The most alike first; of those equally alike the ones that stand nearest each other."""
    bags = {index: Counter(old[index].body.split()) for index in _left(old, pairs.values())}
    unpaired = _left(new, pairs)
    if len(unpaired) * sum(map(len, bags.values())) > _MOST_COMPARED:
        return {}
    scores = []
    for index in unpaired:
        bag = Counter(new[index].body.split())
        for origin, other in bags.items():
            share = (bag & other).total() / max(bag.total(), other.total(), 1)
            if share >= _LIKE:
                scores.append((-share, abs(index - origin), index, origin))
    found: dict[int, int] = {}
    for _, _, index, origin in sorted(scores):
        if index not in found and origin not in found.values():
            found[index] = origin
    return found


def _in_place(pairs: dict[int, int]) -> dict[int, int]:
    """The pairs that keep their order: as many as possible, so that as few as possible count as moved."""
    ends: list[int] = []
    chains: list[list[int]] = []
    for index in sorted(pairs):
        length = bisect_left(ends, pairs[index])
        chain = [*(chains[length - 1] if length else []), index]
        ends[length:] = [pairs[index], *ends[length + 1 :]]
        chains[length:] = [chain, *chains[length + 1 :]]
    return {index: pairs[index] for index in chains[-1]} if chains else {}
