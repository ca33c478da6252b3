"""Dates and entries that contradict each other: pointed out in plain Swedish, never forbidden.

The entries stand and are read as they are. Looked for are:

- a planned day before the text was published; a last day before the planned day
- an extension that does not end later, or that was decided when the time was already out; a change dated after the day
  it was registered
- a decision about a version that was not published, or not yet; dated after the day it was registered; an adoption by a
  body that does not decide
- minutes approved before the decision, announced before they were approved, legal force before the time to appeal can
  have run out
- a decision, or a plan, on a day when the body's calendar of that year has no meeting; plans in the wrong order
- a body that takes up what is already decided; two different decisions of one body on one day
- somebody saying that nothing is decided after it was
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from agreements.enums import ChangeKind, Outcome, StepRole, Verdict
from agreements.rules.clock import soonest_legal_force
from agreements.rules.facts import Agreement, Decision, Principal, ValidityChange
from agreements.rules.force import agreement_status
from agreements.rules.registered import local_day
from agreements.rules.validity import changes_in_force
from agreements.rules.verdict import ALIKE, assertions_in_force, current_version, entries_in_force, principal_verdict
from agreements.rules.words import day_in_words

ADOPTIONS = frozenset({Outcome.ADOPTED, Outcome.ADOPTED_ON_CONDITION, Outcome.AMENDED})
FINAL = ADOPTIONS | {Outcome.REJECTED}
DECIDED = ALIKE | {Verdict.AMENDED, Verdict.REJECTED}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Contradiction:
    """What does not add up, of which principal (None: of the agreement), and in which entry if in a single one."""

    principal: str | None
    text: str
    decision: int | None = None


def contradictions(agreement: Agreement, *, as_of: date, known_on: date | None = None) -> list[Contradiction]:
    """All that can be seen in what had happened by a day (`as_of`) and was registered by a day (`known_on`, the same
    unless told): first the agreement's, then the principals' in order."""
    known_on = known_on or as_of
    current = current_version(agreement, as_of=as_of, known_on=known_on)
    published = {
        version.number: local_day(version.published_at)
        for version in agreement.versions
        if local_day(version.published_at) <= min(as_of, known_on)
    }
    of_agreement = (*_of_agreement(agreement, published), *_of_changes(agreement, as_of, known_on))
    found = [Contradiction(None, text) for text in of_agreement]
    for principal in agreement.principals:
        entries = entries_in_force(principal, as_of=as_of, known_on=known_on)
        for entry in entries:
            texts = (*_of_entry(entry, published), *_of_minutes(entry), *_of_meeting(entry, principal))
            found += [Contradiction(principal.key, text, entry.key) for text in texts]
        texts = (*_of_order(entries), *_of_assertions(principal, current, as_of, known_on), *_of_plan(principal))
        found += [Contradiction(principal.key, text) for text in texts]
    return found


def _of_agreement(agreement: Agreement, published: dict[int, date]) -> Iterator[str]:
    planned, last = agreement.planned_on, agreement.valid_to
    first = min(published.values(), default=None)
    if planned and first and planned < first:
        yield f"Planerat ikraftträdande {_day(planned)} är före den dag då texten publicerades, {_day(first)}."
    if planned and last and last < planned:
        yield f"Sista giltighetsdag {_day(last)} är före planerat ikraftträdande {_day(planned)}."


def _of_changes(agreement: Agreement, as_of: date, known_on: date) -> Iterator[str]:
    """Each extension against the end as it was before it, and each change against its registration."""
    changes = changes_in_force(agreement, as_of=as_of, known_on=known_on)
    if not changes:
        return
    end = agreement_status(agreement, as_of=as_of, known_on=known_on).original_end
    for change in changes:
        if change.decided_on > local_day(change.registered_at):
            yield f"{_kind(change)} är daterad {_day(change.decided_on)}, efter den dag då den registrerades."
        if change.kind == ChangeKind.EXTENSION:
            yield from _of_extension(change, end)
            end = max(end or change.takes_effect_on, change.takes_effect_on)


def _of_extension(change: ValidityChange, end: date | None) -> Iterator[str]:
    if end and change.takes_effect_on <= end:
        yield f"Förlängningen till {_day(change.takes_effect_on)} slutar inte efter nuvarande sista dag, {_day(end)}."
    if end and change.decided_on > end:
        yield f"Förlängningen beslutades {_day(change.decided_on)}, efter att giltighetstiden slutade {_day(end)}."


def _of_entry(entry: Decision, published: dict[int, date]) -> Iterator[str]:
    if entry.version is not None and entry.version not in published:
        yield f"{_decided(entry)} om version {entry.version}, som inte är publicerad."
    elif entry.version is not None and entry.decided_on < published[entry.version]:
        yield f"{_decided(entry)}, innan version {entry.version} publicerades {_day(published[entry.version])}."
    registered = local_day(entry.registered_at)
    if entry.decided_on > registered:
        yield f"{_decided(entry)}, men det registrerades redan {_day(registered)}."
    if entry.role != StepRole.DECIDING and entry.outcome in ADOPTIONS:
        yield f"{entry.body} står som antagande {_day(entry.decided_on)} men är inte det organ som beslutar."


def _of_minutes(entry: Decision) -> Iterator[str]:
    """The days in the order in which they have to come, each against the nearest registered one before it."""
    if not (entry.approved_on or entry.announced_on or entry.legal_force_on):
        return
    days = [
        ("beslutet fattades", entry.decided_on),
        ("protokollet justerades", entry.approved_on),
        ("justeringen anslogs", entry.announced_on),
    ]
    known = [(words, day) for words, day in days if day]
    for (before, earlier), (after, later) in pairwise(known):
        if later < earlier:
            yield f"{entry.body}: {after} {_day(later)}, innan {before} {_day(earlier)}."
    if entry.is_approved_at_once and entry.approved_on and entry.approved_on != entry.decided_on:
        yield f"{entry.body}: omedelbart justerat, men justeringen är daterad {_day(entry.approved_on)}."
    if entry.legal_force_on:
        yield from _of_legal_force(entry, entry.legal_force_on)


def _of_legal_force(entry: Decision, registered: date) -> Iterator[str]:
    """Against the soonest that the registered days allow: an unknown day may have come at once."""
    soonest = soonest_legal_force(entry.announced_on or entry.approved_on or entry.decided_on)
    if registered < soonest:
        yield f"{entry.body}: laga kraft {_day(registered)} är tidigare än tiden att överklaga medger, {_day(soonest)}."


def _of_meeting(entry: Decision, principal: Principal) -> Iterator[str]:
    """Only against a calendar of the same year."""
    meetings = [day for step in principal.steps if step.body == entry.body for day in step.meetings]
    if entry.decided_on in meetings:
        return
    if any(day.year == entry.decided_on.year for day in meetings):
        yield f"{entry.body} har enligt kalendern inget sammanträde {_day(entry.decided_on)}."


def _of_order(entries: Sequence[Decision]) -> Iterator[str]:
    """Entries come in the order of their days: who took up what was already decided, who decided twice in a day."""
    deciding = [entry for entry in entries if entry.role == StepRole.DECIDING]
    latest = {entry.version: entry for entry in deciding}
    for entry in entries:
        ruling = latest.get(entry.version)
        is_decided = ruling and ruling.outcome in FINAL and ruling.decided_on < entry.decided_on
        if ruling and is_decided and entry.role != StepRole.DECIDING:
            yield f"{entry.body} behandlade ärendet {_day(entry.decided_on)}, efter att {_decided(ruling)}."
    for first, second in pairwise(sorted(deciding, key=lambda entry: (entry.body, entry.decided_on))):
        is_same_meeting = (first.body, first.decided_on) == (second.body, second.decided_on)
        if is_same_meeting and (first.outcome, first.version) != (second.outcome, second.version):
            yield f"{first.body} har två olika beslut samma dag, {_day(first.decided_on)}."


def _of_assertions(principal: Principal, version: int | None, as_of: date, known_on: date) -> Iterator[str]:
    """Somebody said that nothing was decided when this very version had been."""
    for assertion in assertions_in_force(principal, as_of=as_of, known_on=known_on):
        then = principal_verdict(principal, version, as_of=assertion.said_on - ONE_DAY, known_on=known_on)
        if then.decision and then.verdict in DECIDED:
            yield f"Beskedet {_day(assertion.said_on)} att inget är beslutat kom efter att {_decided(then.decision)}."


def _of_plan(principal: Principal) -> Iterator[str]:
    planned = [(step, step.planned_on) for step in principal.steps if step.planned_on]
    for (before, earlier), (after, later) in pairwise(planned):
        if later < earlier:
            before_it = f"före det i {before.body} {_day(earlier)}"
            yield f"Sammanträdet i {after.body} är planerat till {_day(later)}, {before_it}."
    for step, day in planned:
        has_calendar = any(meeting.year == day.year for meeting in step.meetings)
        if has_calendar and day not in step.meetings:
            yield f"Sammanträdet i {step.body} är planerat till {_day(day)}, men kalendern har inget då."


def _decided(entry: Decision) -> str:
    return f"{entry.body} beslutade {_day(entry.decided_on)}"


def _kind(change: ValidityChange) -> str:
    return {
        ChangeKind.EXTENSION: "Förlängningen",
        ChangeKind.REPLACEMENT: "Ersättningen",
        ChangeKind.WITHDRAWAL: "Uppsägningen",
    }[change.kind]


def _day(day: date) -> str:
    return day_in_words(day)
