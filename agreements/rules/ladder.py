"""Whom to remind of what was sent for decision, and how: one rung of a ladder at a time.

1. Silent is a principal of which nothing is known, or not any more; late is one that has said something, but whose
   planned meeting has passed since with nothing registered. Whoever has adopted (with or without amendments) or
   rejected is neither.
2. The ladder begins anew with each sending and with each word from the principal: reminders before that do not count.
3. The rungs, each taken once: the registrars; everybody who may act for the principal; the coordinator phones.
   A rung where nobody has an account is passed over.
4. At least fourteen days pass between the sending, or the word, and the first reminder, and between reminders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from agreements.enums import StepRole, Verdict
from agreements.rules.facts import Step
from agreements.rules.verdict import WAITING, PrincipalVerdict
from kvinnofrid.core import ladder

BETWEEN = timedelta(days=14)


class Rung(IntEnum):
    """Who is asked."""

    REGISTRARS = 1
    ACTING = 2
    PHONE = 3


@dataclass(frozen=True)
class Sending:
    """What has gone to one principal, and who there has an account. Those who may act include the registrars."""

    sent_at: datetime
    reminders: tuple[tuple[int, datetime], ...] = ()
    has_registrars: bool = False
    has_acting: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a principal that owes an answer stands on the ladder; `next_rung` None: all rungs are taken."""

    is_late: bool
    missed_on: date | None
    reached: int
    next_rung: Rung | None
    due_on: date | None

    def is_due(self, today: date) -> bool:
        return self.due_on is not None and self.due_on <= today


def standing_of(verdict: PrincipalVerdict, steps: Sequence[Step], sending: Sending, today: date) -> Standing | None:
    """None for a principal that owes no answer."""
    missed_on = missed_meeting(verdict, steps, today)
    is_silent = verdict.verdict == Verdict.UNKNOWN
    if not is_silent and missed_on is None:
        return None
    words = [word.registered_at for word in (verdict.decision, verdict.asserted) if word]
    began_at = max([sending.sent_at, *words])
    rungs = _rungs(has_registrars=sending.has_registrars, has_acting=sending.has_acting)
    place = ladder.place_of(began_at, sending.reminders, rungs, BETWEEN)
    return Standing(not is_silent, missed_on, place.reached, place.next_rung, place.due_on)


def next_rung(reached: int, *, has_registrars: bool, has_acting: bool) -> Rung | None:
    """The lowest rung above the one reached where there is somebody to ask."""
    return ladder.next_rung(reached, _rungs(has_registrars=has_registrars, has_acting=has_acting))


def _rungs(*, has_registrars: bool, has_acting: bool) -> list[Rung]:
    """Those where there is somebody to ask."""
    there = {Rung.REGISTRARS: has_registrars, Rung.ACTING: has_acting, Rung.PHONE: True}
    return [rung for rung in Rung if there[rung]]


def missed_meeting(verdict: PrincipalVerdict, steps: Sequence[Step], today: date) -> date | None:
    """The latest planned meeting of a deciding body that has passed since the last word, without a decision."""
    if verdict.verdict not in {*WAITING, Verdict.UNKNOWN}:
        return None
    days = [step.planned_on for step in steps if step.role == StepRole.DECIDING and step.planned_on]
    since = _last_word(verdict)
    return max((day for day in days if day < today and (since is None or day > since)), default=None)


def _last_word(verdict: PrincipalVerdict) -> date | None:
    days = [verdict.decision.decided_on] if verdict.decision else []
    days += [verdict.asserted.said_on] if verdict.asserted else []
    return max(days, default=None)
