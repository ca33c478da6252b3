"""When an agreement can come into force, who holds it, and how late it can be sent out.

Assumptions, the same in both directions:

- A matter takes its bodies in the order of the steps, up to the one that decides. What stands after the last body that
  has dealt with this version remains; a body that tabled it takes it again; and what was referred back, or needs a
  new decision, begins again at the first body.
- Between two bodies, and between dispatch and the first body, at least seven days are needed.
- Earliest: each body takes the matter at the meeting it is planned for, otherwise at the first possible one. Likely: at
  the planned meeting, otherwise at the one after the earliest. A planned day that has passed, or comes too soon after
  the body before, is missed and counts as none.
- A rejection or amendment stands until something new is planned: then there is an earliest day but no likely one.
- Where force waits for legal force, earliest has the minutes approved and announced the same day; likely, and planning
  backwards, let each step take as long as the law allows.
- What is not known is not guessed: without known meetings there is no day, but a reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from agreements.enums import AgreementState, Outcome, StepRole, Verdict
from agreements.rules.clock import latest_legal_force, legal_clock, soonest_legal_force
from agreements.rules.facts import Agreement, Decision, Principal, Step
from agreements.rules.force import AgreementStatus, agreement_status
from agreements.rules.validity import force_day, waits_for_legal_force
from agreements.rules.verdict import BLOCKING, PrincipalVerdict, entries_in_force
from agreements.rules.words import day_in_words, joined

PREPARATION = timedelta(days=7)
ONE_DAY = timedelta(days=1)
UNDER_WAY = frozenset({Outcome.TABLED, Outcome.REFERRED_BACK})
OVER = frozenset({AgreementState.EXPIRED, AgreementState.REPLACED, AgreementState.WITHDRAWN})

Days = tuple[tuple[str, date], ...]


@dataclass(frozen=True)
class PrincipalForecast:
    """When a principal can decide; `via`: each remaining body and its earliest day; a reason when a day is missing."""

    earliest: date | None = None
    likely: date | None = None
    via: Days = ()
    reason: str | None = None


@dataclass(frozen=True)
class Forecast:
    """When the agreement can be in force. `holder`: who decides last, or the only one of whom no day is known."""

    earliest: date | None = None
    likely: date | None = None
    holder: str | None = None
    decided_earliest: date | None = None  # when the last can have decided
    decided_likely: date | None = None
    per_principal: dict[str, PrincipalForecast] = field(default_factory=dict)  # those who have not decided alike
    reason: str | None = None  # when no earliest day can be told


@dataclass(frozen=True)
class Plan:
    """Backwards from a wished day: the last day to send out, each body's last chance, and who cannot make it."""

    last_dispatch: date | None = None
    per_principal: dict[str, Days] = field(default_factory=dict)
    impossible: tuple[tuple[str, str], ...] = ()


def forecast(
    agreement: Agreement,
    *,
    today: date,
    known_on: date | None = None,
    referred_back: str | None = None,
    status: AgreementStatus | None = None,
) -> Forecast:
    """`referred_back`: what if that principal's next meeting sends the matter back to its first body?"""
    status = status or agreement_status(agreement, as_of=today, known_on=known_on)
    if status.state in OVER:
        return Forecast()
    if status.condition_met_on:
        return Forecast(earliest=status.in_force_from, likely=status.in_force_from)
    found = {
        principal.key: _principal_forecast(principal, status, is_sent_back=principal.key == referred_back)
        for principal in agreement.principals
        if not status.verdicts[principal.key].is_alike
    }
    if not found:
        return Forecast()
    return _gathered(agreement, status, found)


def plan_backwards(
    agreement: Agreement,
    wished: date,
    *,
    today: date,
    known_on: date | None = None,
    status: AgreementStatus | None = None,
) -> Plan:
    """The wished day is taken as the planned first day: by then all has to be ready."""
    status = status or agreement_status(agreement, as_of=today, known_on=known_on)
    decide_by = _decide_by(agreement, wished)
    chances: dict[str, Days] = {}
    impossible: list[tuple[str, str]] = []
    dispatches: list[date] = []
    for principal in agreement.principals:
        verdict = status.verdicts[principal.key]
        if verdict.adopted:
            reason = _late_legal_force(agreement, principal, verdict.adopted, wished)
        else:
            way = _way(principal, status)
            chances[principal.key], reason = _last_chances(principal, way, decide_by)
            if chances[principal.key] and not way.is_begun:
                dispatches.append(chances[principal.key][0][1] - PREPARATION)
                reason = _late_dispatch(principal, dispatches[-1], today)
        if reason:
            impossible.append((principal.key, reason))
    last_dispatch = None if impossible else min(dispatches, default=None)
    return Plan(last_dispatch, chances, tuple(impossible))


# --- what remains for a principal ---


@dataclass(frozen=True)
class _Way:
    """The bodies that remain, the first day that the next of them can take the matter, or why there is no way."""

    steps: tuple[Step, ...]
    all_steps: tuple[Step, ...]
    start: date
    is_begun: bool
    reason: str | None = None


def _way(principal: Principal, status: AgreementStatus) -> _Way:
    entries = entries_in_force(principal, as_of=status.as_of, known_on=status.known_on)
    start = max([status.as_of, *(entry.decided_on + PREPARATION for entry in entries[-1:])])
    steps = _up_to_decision(principal.steps)
    if not steps:
        missing = "inget beslutande organ angivet" if principal.steps else "ingen känd beslutsväg"
        return _Way((), (), start, is_begun=bool(entries), reason=f"{principal.name} har {missing}.")
    said = _said_of_this_matter(entries, status.verdicts[principal.key], status.version)
    remaining = steps[_taken(steps, said) :] or steps
    return _Way(remaining, steps, start, is_begun=bool(said))


def _up_to_decision(steps: Sequence[Step]) -> tuple[Step, ...]:
    last = max((place for place, step in enumerate(steps, start=1) if step.role == StepRole.DECIDING), default=0)
    return tuple(steps[:last])


def _said_of_this_matter(
    entries: Sequence[Decision], verdict: PrincipalVerdict, version: int | None
) -> Sequence[Decision]:
    """The entries that bring the matter forward: about this version, since it began or was last referred back."""
    if verdict.verdict in BLOCKING:
        return ()
    said = [entry for entry in entries if entry.version in {version, None}]
    returned = max(
        (place for place, entry in enumerate(said, start=1) if entry.outcome == Outcome.REFERRED_BACK), default=0
    )
    return said[returned:]


def _taken(steps: Sequence[Step], said: Sequence[Decision]) -> int:
    """How many steps are behind: up to the last body whose latest word was more than to table it."""
    latest = {(entry.body, entry.role): entry.outcome for entry in said}
    behind = [
        place
        for place, step in enumerate(steps, start=1)
        if latest.get((step.body, step.role), Outcome.TABLED) not in UNDER_WAY
    ]
    return max(behind, default=0)


# --- forwards ---


def _principal_forecast(principal: Principal, status: AgreementStatus, *, is_sent_back: bool) -> PrincipalForecast:
    way = _way(principal, status)
    if way.reason:
        return PrincipalForecast(reason=way.reason)
    steps = (way.steps[0], *way.all_steps) if is_sent_back else way.steps
    via = _earliest_days(steps, way.start)
    if len(via) < len(steps):
        return PrincipalForecast(via=via, reason=_no_meetings(principal, steps[len(via)]))
    verdict = status.verdicts[principal.key].verdict
    if verdict in {Verdict.REJECTED, Verdict.AMENDED} and not _is_planned_anew(steps, way.start):
        return PrincipalForecast(via[-1][1], None, via, f"{principal.name} behöver fatta ett nytt beslut.")
    likely = _likely_days(steps, via, way.start)
    reason = None if len(likely) == len(steps) else _no_meetings(principal, steps[len(likely)], via[len(likely)][1])
    return PrincipalForecast(via[-1][1], None if reason else likely[-1], via, reason)


def _earliest_days(steps: Iterable[Step], start: date) -> Days:
    """As far as the known meetings reach."""
    days: list[tuple[str, date]] = []
    for step in steps:
        day = _planned(step, start) or _first_meeting(step, start)
        if day is None:
            break
        days.append((step.body, day))
        start = day + PREPARATION
    return tuple(days)


def _likely_days(steps: Iterable[Step], earliest: Days, start: date) -> list[date]:
    days: list[date] = []
    for step, (_, soonest) in zip(steps, earliest, strict=True):
        day = _planned(step, start) or _first_meeting(step, max(start, soonest + ONE_DAY))
        if day is None:
            break
        days.append(day)
        start = day + PREPARATION
    return days


def _planned(step: Step, start: date) -> date | None:
    return step.planned_on if step.planned_on and step.planned_on >= start else None


def _first_meeting(step: Step, start: date) -> date | None:
    return min((day for day in step.meetings if day >= start), default=None)


def _is_planned_anew(steps: Iterable[Step], start: date) -> bool:
    return any(_planned(step, start) for step in steps)


def _no_meetings(principal: Principal, step: Step, after: date | None = None) -> str:
    then = f" efter {day_in_words(after)}" if after else ""
    return f"{principal.name} har inga kända sammanträden i {step.body}{then}."


def _gathered(agreement: Agreement, status: AgreementStatus, found: Mapping[str, PrincipalForecast]) -> Forecast:
    adopted = [verdict.adopted for verdict in status.verdicts.values() if verdict.adopted]
    earliest = _last(one.earliest for one in found.values())
    likely = _last(one.likely for one in found.values())
    reason = _why_none(agreement, status, found)
    waits = waits_for_legal_force(agreement)
    ready = [legal_clock(decision).legal_force_on.on if waits else decision.decided_on for decision in adopted]
    soonest = earliest and max([*ready, soonest_legal_force(earliest) if waits else earliest])
    latest = likely and max([*ready, latest_legal_force(likely) if waits else likely])
    in_force = soonest and force_day(agreement, soonest)
    return Forecast(
        earliest=in_force,
        likely=latest and force_day(agreement, latest),
        holder=_holder(found),
        decided_earliest=earliest,
        decided_likely=likely,
        per_principal=dict(found),
        reason=None if in_force else reason,
    )


def _last(days: Iterable[date | None]) -> date | None:
    """The last of the days; None when one is not known."""
    known = list(days)
    return max((day for day in known if day), default=None) if all(known) else None


def _holder(found: Mapping[str, PrincipalForecast]) -> str | None:
    silent = [key for key, one in found.items() if one.earliest is None]
    if silent:
        return silent[0] if len(silent) == 1 else None
    return max(found, key=lambda key: (found[key].earliest, found[key].likely or date.max))


def _why_none(agreement: Agreement, status: AgreementStatus, found: Mapping[str, PrincipalForecast]) -> str:
    silent = [key for key, one in found.items() if one.earliest is None]
    if len(silent) == 1:
        return found[silent[0]].reason or ""
    if silent:
        return f"Det går inte att säga när {joined([status.names[key] for key in silent])} kan besluta."
    planned = f"om det sista beslutet kommer efter {day_in_words(agreement.planned_on)}" if agreement.planned_on else ""
    return f"Överenskommelsen har ingen regel för från vilken dag den är i kraft {planned}".strip() + "."


# --- backwards ---


def _last_chances(principal: Principal, way: _Way, decide_by: date) -> tuple[Days, str | None]:
    """Each remaining body's last meeting in time, in the order of the steps, or why there is none."""
    chances: list[tuple[str, date]] = []
    for step in reversed(way.steps):
        days = [day for day in (*step.meetings, step.planned_on) if day and way.start <= day <= decide_by]
        if not days:
            last = day_in_words(decide_by)
            return (), f"{principal.name} hinner inte: {step.body} har inget kommande sammanträde senast {last}."
        chances.append((step.body, max(days)))
        decide_by = max(days) - PREPARATION
    return tuple(reversed(chances)), way.reason


def _decide_by(agreement: Agreement, wished: date) -> date:
    """The last day to decide for all to be ready by the wished day."""
    day = wished
    while waits_for_legal_force(agreement) and latest_legal_force(day) > wished:
        day -= ONE_DAY
    return day


def _late_legal_force(agreement: Agreement, principal: Principal, adopted: Decision, wished: date) -> str | None:
    ready_on = legal_clock(adopted).legal_force_on.on
    if not waits_for_legal_force(agreement) or ready_on <= wished:
        return None
    return f"{principal.name} hinner inte: beslutet får laga kraft {day_in_words(ready_on)}."


def _late_dispatch(principal: Principal, dispatch: date, today: date) -> str | None:
    if dispatch >= today:
        return None
    return f"{principal.name} hinner inte: förslaget skulle ha skickats senast {day_in_words(dispatch)}."
