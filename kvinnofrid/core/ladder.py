"""A ladder of reminders: one rung at a time, each taken once, with days between. Who is silent is the apps' to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Generic, TypeVar

from django.utils import timezone

R = TypeVar("R", bound=IntEnum)


@dataclass(frozen=True)
class Place(Generic[R]):
    """How high one silence has come. `next_rung` None: all rungs are taken."""

    reached: int
    next_rung: R | None
    due_on: date | None

    def is_due(self, today: date) -> bool:
        return self.due_on is not None and self.due_on <= today


def place_of(
    began_at: datetime, taken: Iterable[tuple[int, datetime]], rungs: Iterable[R], between: timedelta
) -> Place[R]:
    """`taken` are rungs with their times: those from before it began do not count. `rungs` have somebody to ask."""
    counted = [(rung, at) for rung, at in taken if at >= began_at]
    reached = max((rung for rung, _ in counted), default=0)
    following = next_rung(reached, rungs)
    latest = max([began_at, *(at for _, at in counted)])
    return Place(reached, following, timezone.localdate(latest) + between if following else None)


def next_rung(reached: int, rungs: Iterable[R]) -> R | None:
    """The lowest rung above the one reached where there is somebody to ask."""
    return min((rung for rung in rungs if rung > reached), default=None)
