"""The legal clock of a municipal decision: minutes approved, announced, appeal ends, legal force.

Kommunallagen (2017:725): minutes are approved within 14 days of the meeting (5 kap. 69 §), the approval is announced on
the notice board by the second day after it (8 kap. 12 §), and an appeal must come in within three weeks of the
announcement (13 kap. 5 §). The decision gains legal force when that time has run out: the day after.

Lagen (1930:173) 2 § moves the last day for *doing* something from a Saturday, a Sunday, a holiday, Midsummer's Eve,
Christmas Eve or New Year's Eve to the next working day. To approve, to announce and to appeal are such acts, so those
three days move. Legal force is no act and comes on any day. A day squeezed in between holidays is a working day.

A registered day takes the place of the computed one, also for the days that follow from it. A computed day is the last
that the law allows: the real one can be earlier, and later when somebody has been late.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from agreements.rules.facts import Decision
from kvinnofrid.core.days import ONE_DAY, working_day

APPROVED_WITHIN = timedelta(days=14)
ANNOUNCED_WITHIN = timedelta(days=2)
APPEALED_WITHIN = timedelta(weeks=3)


@dataclass(frozen=True)
class Moment:
    """A day of the clock, and whether it is computed or registered."""

    on: date
    is_computed: bool


@dataclass(frozen=True)
class LegalClock:
    """The four days of one decision."""

    approved_by: Moment
    announced_by: Moment
    appeal_ends: Moment
    legal_force_on: Moment


def legal_clock(decision: Decision) -> LegalClock:
    at_once = decision.decided_on if decision.is_approved_at_once else None
    approved = _moment(decision.approved_on or at_once, decision.decided_on + APPROVED_WITHIN)
    announced = _moment(decision.announced_on, approved.on + ANNOUNCED_WITHIN)
    appeal_ends = _moment(None, announced.on + APPEALED_WITHIN)
    in_force = decision.legal_force_on
    legal_force = Moment(in_force or appeal_ends.on + ONE_DAY, is_computed=in_force is None)
    return LegalClock(approved, announced, appeal_ends, legal_force)


def soonest_legal_force(decided_on: date) -> date:
    """When a decision gains legal force if its minutes are approved and announced the same day."""
    return working_day(decided_on + APPEALED_WITHIN) + ONE_DAY


def latest_legal_force(decided_on: date) -> date:
    """The same when every step takes as long as it may."""
    approved = working_day(decided_on + APPROVED_WITHIN)
    return working_day(working_day(approved + ANNOUNCED_WITHIN) + APPEALED_WITHIN) + ONE_DAY


def _moment(registered: date | None, last_day: date) -> Moment:
    return Moment(registered or working_day(last_day), is_computed=registered is None)
