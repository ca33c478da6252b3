"""Turns history rows into sentences that a person can read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PORTAL = "Portalen"
UNNAMED = "Person med skyddade uppgifter"


@dataclass(frozen=True)
class Event:
    """Something that happened: when, who, a sentence, and the reason in the person's own words."""

    when: datetime
    who: str
    sentence: str
    reason: str = ""


def has_open_identity(person: Any) -> bool:
    """Whether a person may be named to anyone who reads."""
    return not person.has_protected_identity


def events(
    rows: Iterable[Any],
    sentences: Mapping[str, str],
    *,
    about: str = "",
    with_reason: bool = True,
    may_name: Callable[[Any], bool] = has_open_identity,
) -> list[Event]:
    """One event per history row whose verb has a sentence; `{about}` in it is filled in.

    A row without a user was made by the portal itself (an import, say). `may_name` says who may be named to the
    reader; those with protected identity are not, unless the caller knows better.
    """
    return [
        Event(
            when=row.history_date,
            who=_who(row.history_user, may_name),
            sentence=sentences[row.verb].format(about=about),
            reason=(row.history_change_reason or "") if with_reason else "",
        )
        for row in rows
        if row.verb in sentences
    ]


def _who(person: Any, may_name: Callable[[Any], bool]) -> str:
    if person is None:
        return PORTAL
    return str(person.name) if may_name(person) else UNNAMED


def latest_first(found: Iterable[Event]) -> list[Event]:
    """All events, the latest first, with runs of the same event by the same person told once."""
    ordered = sorted(found, key=lambda event: event.when, reverse=True)
    kept: list[Event] = []
    for event in ordered:
        same = kept and (kept[-1].who, kept[-1].sentence, kept[-1].reason) == (event.who, event.sentence, event.reason)
        if not same:
            kept.append(event)
    return kept
