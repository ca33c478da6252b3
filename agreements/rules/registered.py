"""What the register said on a day: entries known by then, with corrections in place."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Entry(Protocol):
    """Anything that is registered once, and corrected by a new entry."""

    @property
    def key(self) -> int: ...
    @property
    def corrects(self) -> int | None: ...
    @property
    def registered_at(self) -> datetime: ...


E = TypeVar("E", bound=Entry)


def local_day(moment: datetime) -> date:
    """The day in Sweden: what is registered at half past midnight is not known the day before."""
    return moment.astimezone(STOCKHOLM).date()


def standing(entries: Iterable[E], *, known_on: date) -> list[E]:
    """The entries known on a day, without those that another known entry corrects."""
    known = [entry for entry in entries if local_day(entry.registered_at) <= known_on]
    corrected = {entry.corrects for entry in known if entry.corrects is not None}
    return [entry for entry in known if entry.key not in corrected] if corrected else known
