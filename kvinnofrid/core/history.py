"""Turns history rows into sentences that a person can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happened: when, who, a sentence, and the reason in the person's own words."""

    when: datetime
    who: str
    sentence: str
    reason: str = ""


def events(
    rows: Iterable[Any], sentences: Mapping[str, str], *, about: str = "", with_reason: bool = True
) -> list[Event]:
    """One event per history row whose verb has a sentence; `{about}` in it is filled in.

    A row without a user was made by the portal itself (an import, say).
    """
    return [
        Event(
            when=row.history_date,
            who=row.history_user.name if row.history_user else "Portalen",
            sentence=sentences[row.verb].format(about=about),
            reason=(row.history_change_reason or "") if with_reason else "",
        )
        for row in rows
        if row.verb in sentences
    ]


def latest_first(found: Iterable[Event]) -> list[Event]:
    """All events, the latest first, with runs of the same event by the same person told once."""
    ordered = sorted(found, key=lambda event: event.when, reverse=True)
    kept: list[Event] = []
    for event in ordered:
        same = kept and (kept[-1].who, kept[-1].sentence, kept[-1].reason) == (event.who, event.sentence, event.reason)
        if not same:
            kept.append(event)
    return kept
