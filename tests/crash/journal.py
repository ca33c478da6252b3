"""What the people of a run have sent, what they were told, and how that compares with what was found afterwards."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Found = dict[str, int]


@dataclass
class Entry:
    """One form that was sent, once or again and again; `mark` is what it is known by in the database."""

    action: str
    mark: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    is_acknowledged: bool = False
    interruptions: int = 0  # how often it was sent and nobody answered


class Journal:
    """Everything that was sent. A list that many threads add to."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.bad: list[str] = []  # what was found wanting at the end
        self.strange: list[str] = []  # answers that no kill explains

    def begin(self, action: str, mark: str = "", **facts: Any) -> Entry:
        entry = Entry(action, mark, facts)
        self.entries.append(entry)
        return entry

    @property
    def interrupted(self) -> int:
        return sum(entry.interruptions > 0 for entry in self.entries)


def verdict(entry: Entry, found: Found, whole: Found) -> str:
    """done, undone (nobody was told otherwise), lost, doubled or half."""
    if any(found[name] > whole[name] for name in whole):
        return "doubled"
    if found == whole:
        return "done"
    if any(found.values()):
        return "half"
    return "lost" if entry.is_acknowledged else "undone"


def compared(
    entries: Iterable[Entry], look: Callable[[Entry], tuple[Found, Found]], bad: list[str] | None = None
) -> dict[str, Counter[str]]:
    """By action: acknowledged, lost, doubled, unresolved (by halves), resolved (in doubt for a while, and settled).

    What is not as it should be is added to `bad`, one line for each.
    """
    sums: dict[str, Counter[str]] = {}
    for entry in entries:
        counts = sums.setdefault(entry.action, Counter())
        counts["acknowledged"] += entry.is_acknowledged
        found, whole = look(entry) if entry.mark else ({}, {})  # no answer ever came that named it
        outcome = verdict(entry, found, whole) if entry.mark else "undone"
        if bad is not None and outcome in {"lost", "doubled", "half"}:
            bad.append(f"{entry.action} {entry.mark}: {outcome}, {found} of {whole}")
        counts["lost"] += outcome == "lost"
        counts["doubled"] += outcome == "doubled"
        counts["unresolved"] += outcome == "half"
        counts["resolved"] += entry.interruptions > 0 and outcome in {"done", "undone"}
    return sums
