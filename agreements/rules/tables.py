"""docs/verdict.md: what the rules answer, by asking them about every input, so that the page cannot disagree."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from types import ModuleType

from agreements.enums import ChangeKind, ForceRule, Outcome, StepRole, Verdict
from agreements.rules import clock, contradictions, force, forecast, verdict
from agreements.rules.facts import Agreement, Assertion, Decision, Principal, ValidityChange, Version
from kvinnofrid.core.documentation import table

NOTE = (
    "Written by `manage.py generate_docs`; `make check` says when it is out of date. Every cell is the rules' answer."
)
OUTCOMES = [outcome for outcome in Outcome if outcome != Outcome.VOID]
ENTRIES = list(product((StepRole.DECIDING, StepRole.PREPARING, StepRole.HEARD), OUTCOMES))
VERSIONS = {"this version": 2, "an earlier": 1, "a later": 3, "none of them": None}
ASKED = 2
FIRST_DAY, SECOND_DAY, LATER = date(2026, 3, 10), date(2026, 4, 14), date(2026, 5, 4)
PUBLISHED = date(2026, 1, 15)
PLANNED = date(2026, 10, 1)
LIFE = (date(2026, 1, 1), date(2031, 1, 1))
SIDES = ("Alva", "Bo", "Cilla", "Dag")
NAMED_DAYS = (
    (date(2024, 4, 15), "the announcement falls on 1 May, the appeal ends on an ordinary Thursday"),
    (date(2024, 5, 13), "the appeal would end on a Wednesday in June"),
    (date(2025, 5, 14), "the appeal would end on Midsummer's Eve"),
    (date(2025, 11, 17), "the appeal would end on Christmas Eve"),
    (date(2026, 11, 24), "the appeal would end on New Year's Eve"),
    (date(2027, 4, 22), "the minutes are due on Ascension Day"),
)


def document() -> str:
    """The whole page."""
    parts = [
        "# What the rules answer",
        NOTE,
        "## One principal",
        _in_words(verdict),
        "### One entry",
        "The rows are what a body arrived at, the columns the version that it was about.",
        table(["role", "outcome", *VERSIONS], _single_rows()),
        "### A second entry, on a later day",
        "The columns are what a deciding body arrived at first, the rows what came after; both about this version.",
        table(["then", *(_code(outcome) for outcome in OUTCOMES)], _second_rows()),
        "### Nothing but words",
        f"On {FIRST_DAY} somebody responsible says that nothing is decided.",
        table(["days since", "verdict", "since"], _fading_rows()),
        "### What was known then, and what is known now",
        f'Adopted on {FIRST_DAY}, registered on {SECOND_DAY}; corrected to "with amendments" on {LATER}.',
        table(["as of", "known on", "verdict"], _axis_rows()),
        "## The agreement",
        _in_words(force),
        "### Every mix of verdicts",
        "One principal of each kind.",
        table(["among the principals", "state", "sentence"], _mix_rows()),
        "### The first day in force",
        f"Two principals; the first decides on {FIRST_DAY}. Planned: {PLANNED} or nothing.",
        table(["rule", "planned", "last decision", "in force from", "sentence on that last day"], _force_rows()),
        "### From the first day to the last",
        *_lives(),
        "## The legal clock",
        _in_words(clock),
        table(
            ["decided", "approved by", "announced by", "appeal ends", "legal force", "why it is here"], _clock_rows()
        ),
        "## Forecast and planning",
        _in_words(forecast),
        "## What is pointed out",
        _in_words(contradictions),
    ]
    return "\n\n".join(parts) + "\n"


# --- one principal ---


def _single_rows() -> Iterator[list[str]]:
    for role, outcome in ENTRIES:
        found = [_verdict([_entry(1, FIRST_DAY, outcome, role, version)]) for version in VERSIONS.values()]
        yield [_code(role), _code(outcome), *found]


def _second_rows() -> Iterator[list[str]]:
    for role, outcome in ENTRIES:
        second = _entry(2, SECOND_DAY, outcome, role)
        found = [_verdict([_entry(1, FIRST_DAY, first), second]) for first in OUTCOMES]
        yield [f"{_code(role)} {_code(outcome)}", *found]


def _fading_rows() -> Iterator[list[str]]:
    said = Principal("alva", "Alva", assertions=(Assertion(FIRST_DAY, _noon(FIRST_DAY)),))
    for days in (-1, 0, 60, 61):
        found = verdict.principal_verdict(said, ASKED, as_of=FIRST_DAY + timedelta(days=days))
        yield [str(days), _code(found.verdict), str(found.since or "")]


def _axis_rows() -> Iterator[list[str]]:
    adopted = _entry(1, FIRST_DAY, Outcome.ADOPTED, registered_on=SECOND_DAY)
    corrected = _entry(2, FIRST_DAY, Outcome.AMENDED, registered_on=LATER, corrects=1)
    days = (FIRST_DAY - timedelta(days=1), FIRST_DAY, SECOND_DAY, LATER)
    for as_of, known_on in product(days, days[1:]):
        if as_of <= known_on:
            yield [str(as_of), str(known_on), _verdict([adopted, corrected], as_of, known_on)]


# --- the agreement ---


def _mix_rows() -> Iterator[list[str]]:
    kinds: dict[str, tuple[Decision, ...]] = {
        "alike": (_entry(1, SECOND_DAY, Outcome.ADOPTED),),
        "amended": (_entry(2, SECOND_DAY, Outcome.AMENDED),),
        "tabled": (_entry(3, SECOND_DAY, Outcome.TABLED),),
        "unknown": (),
    }
    for chosen in product((True, False), repeat=len(kinds)):
        mix = [kind for kind, is_in in zip(kinds, chosen, strict=True) if is_in]
        principals = tuple(
            Principal(name.lower(), name, decisions=kinds[kind]) for name, kind in zip(SIDES, mix, strict=False)
        )
        yield [", ".join(mix) or "nobody", *_answer(_agreement(principals, rule=ForceRule.DECISION), LATER)]


def _force_rows() -> Iterator[list[str]]:
    lasts = (date(2026, 8, 24), date(2026, 9, 21), date(2026, 11, 23))
    for rule, planned, last in product((None, *ForceRule), (PLANNED, None), lasts):
        agreement = _agreement(_both(last), rule=rule, planned_on=planned)
        status = force.agreement_status(agreement, as_of=last)
        words = _code(rule) if rule else "none"
        yield [words, str(planned or ""), str(last), str(status.in_force_from or ""), force.sentence(status)]


def _lives() -> Iterator[str]:
    """Every day on which the answer changes, of two years and of what can be decided about them afterwards."""
    decided = date(2028, 2, 1)
    ends = {ChangeKind.EXTENSION: date(2030, 9, 30)}
    yield f"In force on {PLANNED} for two years, and nothing more decided:"
    yield table(["from", "state", "sentence"], _life_rows(()))
    for kind in ChangeKind:
        takes_effect_on = ends.get(kind, date(2028, 5, 1))
        yield f"The same, with {_code(kind)} to {takes_effect_on} decided on {decided}:"
        change = ValidityChange(1, kind, decided, takes_effect_on, _noon(decided))
        yield table(["from", "state", "sentence"], _life_rows((change,)))


def _life_rows(changes: tuple[ValidityChange, ...]) -> Iterator[list[str]]:
    agreement = _agreement(_both(SECOND_DAY), rule=ForceRule.DECISION, changes=changes, years=2)
    day, last = LIFE
    before: list[str] = []
    while day < last:
        answer = _answer(agreement, day)
        if answer != before:
            yield [str(day), *answer]
        day, before = day + timedelta(days=1), answer


def _answer(agreement: Agreement, as_of: date) -> list[str]:
    status = force.agreement_status(agreement, as_of=as_of)
    return [_code(status.state), force.sentence(status)]


# --- the clock ---


def _clock_rows() -> Iterator[list[str]]:
    for day, why in NAMED_DAYS:
        found = clock.legal_clock(_entry(1, day, Outcome.ADOPTED))
        moments = (found.approved_by, found.announced_by, found.appeal_ends, found.legal_force_on)
        yield [str(day), *(str(moment.on) for moment in moments), why]


# --- made-up facts ---


def _verdict(entries: Sequence[Decision], as_of: date = LATER, known_on: date = LATER) -> str:
    principal = Principal("alva", "Alva", decisions=tuple(entries))
    return _code(verdict.principal_verdict(principal, ASKED, as_of=as_of, known_on=known_on).verdict)


def _entry(
    key: int,
    day: date,
    outcome: Outcome,
    role: StepRole = StepRole.DECIDING,
    version: int | None = ASKED,
    *,
    registered_on: date | None = None,
    corrects: int | None = None,
) -> Decision:
    body = "Kommunfullmäktige" if role == StepRole.DECIDING else "Kommunstyrelsen"
    return Decision(key, body, role, outcome, version, day, _noon(registered_on or day), corrects)


def _agreement(
    principals: Iterable[Principal],
    *,
    rule: ForceRule | None,
    planned_on: date | None = PLANNED,
    changes: tuple[ValidityChange, ...] = (),
    years: int | None = None,
) -> Agreement:
    return Agreement(
        principals=tuple(principals),
        versions=(Version(ASKED, _noon(PUBLISHED)),),
        planned_on=planned_on,
        validity_years=years,
        force_rule=rule,
        changes=changes,
    )


def _both(last: date) -> tuple[Principal, ...]:
    days = (FIRST_DAY, last)
    return tuple(
        Principal(name.lower(), name, decisions=(_entry(key, day, Outcome.ADOPTED),))
        for key, (name, day) in enumerate(zip(SIDES, days, strict=False))
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _code(value: Verdict | Outcome | StepRole | str) -> str:
    return f"`{value}`"


def _in_words(module: ModuleType) -> str:
    """The rules as the module's docstring tells them, without its first line."""
    return (inspect.getdoc(module) or "").partition("\n\n")[2]
