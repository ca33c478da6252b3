"""The made-up deciding bodies and their calendars; the real ones and theirs are left alone."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from kvinnofrid.core.days import working_day
from organisations import actions
from organisations.enums import BodyKind
from organisations.models import DecidingBody
from reports.demonstration.cast import MORA, Cast
from reports.demonstration.happening import happening

COUNCIL, EXECUTIVE, JOINT = "council", "executive", "joint"
PREPARED = ("falun", "sater", "leksand", "gagnef", "hedemora", "avesta", "region-dalarna")  # by their executives
JOINT_NAME = "Demo gemensam nämnd"
FOUNDED = 1500  # days ago
AHEAD = (33, 68, 103)  # days from today: the councils' coming meetings
BEFORE = 21  # the executive meets so many days before the council


class Bodies:
    """The bodies of each principal by what they do, and the days on which they meet."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with happening(FOUNDED):
            self._bodies = dict(self._found())
            joint = self._bodies["mora", JOINT]
            self._bodies |= {(place, JOINT): joint for place in MORA}

    def of(self, place: str, what: str) -> DecidingBody:
        return self._bodies[place, what]

    def meet(self, place: str, what: str, days: Iterable[date]) -> None:
        actions.add_meetings(body=self.of(place, what), days=days, by=None)

    def plan_meetings(self) -> None:
        """What each body's calendar says of the months ahead."""
        with happening(300):
            for place, what in self._bodies:
                ahead = AHEAD if what == COUNCIL else tuple(days - BEFORE for days in AHEAD)
                if what != JOINT or place == MORA[0]:
                    self.meet(place, what, [meeting_day(days) for days in ahead])

    def _found(self) -> Iterable[tuple[tuple[str, str], DecidingBody]]:
        for place in self.cast.principals:
            is_region = place == "region-dalarna"
            council = BodyKind.REGION_COUNCIL if is_region else BodyKind.COUNCIL
            executive = BodyKind.REGION_EXECUTIVE if is_region else BodyKind.EXECUTIVE
            whose = "region" if is_region else "kommun"
            yield (place, COUNCIL), self._add(place, council, f"Demo {whose}fullmäktige")
            if place in PREPARED:
                yield (place, EXECUTIVE), self._add(place, executive, f"Demo {whose}styrelsen")
        yield (MORA[0], JOINT), self._add(MORA[0], BodyKind.JOINT_COMMITTEE, JOINT_NAME, MORA[1:])

    def _add(self, place: str, kind: BodyKind, name: str, others: Iterable[str] = ()) -> DecidingBody:
        organisations = self.cast.organisations
        return actions.add_body(
            organisation=organisations[place],
            kind=kind,
            name=name,
            participants=[organisations[other] for other in others],
            by=None,
        )


def meeting_day(days: int) -> date:
    """The day so many days from today (before it when negative), or the working day after it."""
    return working_day(timezone.localdate() + timedelta(days=days))
