"""From which day an agreement is in force, and to which: the rule of the agreement, and what was decided afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from agreements.enums import ChangeKind, ForceRule
from agreements.rules.clock import legal_clock
from agreements.rules.facts import Agreement, Decision, ValidityChange
from agreements.rules.registered import standing

ONE_DAY = timedelta(days=1)
LEGAL_FORCE_RULES = frozenset({ForceRule.LEGAL_FORCE, ForceRule.MONTH_AFTER_LEGAL_FORCE})
MONTH_AFTER_RULES = frozenset({ForceRule.MONTH_AFTER_DECISION, ForceRule.MONTH_AFTER_LEGAL_FORCE})


@dataclass(frozen=True)
class Force:
    """When the condition was met and from which day that gives force; `is_computed`: by a computed legal clock."""

    condition_met_on: date | None = None
    in_force_from: date | None = None
    is_computed: bool = False


@dataclass(frozen=True)
class Validity:
    """The last day, and what has been decided about it."""

    original_end: date | None = None
    valid_to: date | None = None
    extension: ValidityChange | None = None
    ending: ValidityChange | None = None


def force(agreement: Agreement, adopted: Sequence[Decision]) -> Force:
    """What the decisions give, one of each principal."""
    met_on = max(decision.decided_on for decision in adopted)
    if not waits_for_legal_force(agreement):
        return Force(met_on, force_day(agreement, met_on))
    moments = [legal_clock(decision).legal_force_on for decision in adopted]
    ready_on = max(moment.on for moment in moments)
    return Force(met_on, force_day(agreement, ready_on), any(moment.is_computed for moment in moments))


def force_day(agreement: Agreement, ready_on: date) -> date | None:
    """The first day in force when all was ready on a day; None when the agreement does not say."""
    if agreement.planned_on and ready_on <= agreement.planned_on:
        return agreement.planned_on
    if agreement.force_rule is None:
        return None
    return _next_first(ready_on) if agreement.force_rule in MONTH_AFTER_RULES else ready_on


def waits_for_legal_force(agreement: Agreement) -> bool:
    return agreement.force_rule in LEGAL_FORCE_RULES


def validity(agreement: Agreement, in_force_from: date | None, *, as_of: date, known_on: date) -> Validity:
    """An extension never shortens; what ends the agreement does, from the day it takes effect."""
    changes = changes_in_force(agreement, as_of=as_of, known_on=known_on)
    original_end = agreement.valid_to or _end_of_years(agreement.validity_years, in_force_from)
    extension = max(_of(changes, extensions=True), key=_decided, default=None)
    ending = min(_of(changes, extensions=False), key=_takes_effect, default=None)
    valid_to = max((end for end in (original_end, extension and extension.takes_effect_on) if end), default=None)
    if ending:
        valid_to = min(valid_to or date.max, ending.takes_effect_on - ONE_DAY)
    return Validity(original_end, valid_to, extension, ending)


def changes_in_force(agreement: Agreement, *, as_of: date, known_on: date) -> list[ValidityChange]:
    """What had been decided and registered by then, with corrections in place, in the order of the decisions."""
    known = standing(agreement.changes, known_on=known_on)
    return sorted((change for change in known if not change.is_void and change.decided_on <= as_of), key=_decided)


def _of(changes: Iterable[ValidityChange], *, extensions: bool) -> list[ValidityChange]:
    return [change for change in changes if (change.kind == ChangeKind.EXTENSION) == extensions]


def _decided(change: ValidityChange) -> tuple[object, ...]:
    return change.decided_on, change.registered_at, change.key


def _takes_effect(change: ValidityChange) -> tuple[object, ...]:
    return change.takes_effect_on, *_decided(change)


def _next_first(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_years(years: int | None, first_day: date | None) -> date | None:
    """The day before the anniversary; what began on 29 February has it on 1 March in other years."""
    if not years or not first_day:
        return None
    year = first_day.year + years
    try:
        return first_day.replace(year=year) - ONE_DAY
    except ValueError:
        return date(year, 3, 1) - ONE_DAY
