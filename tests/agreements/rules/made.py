"""Made-up facts for the tests of the rules: by hand, and at random."""

from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st

from agreements.enums import ChangeKind, Evidence, ForceRule, Outcome, StepRole
from agreements.rules.facts import Agreement, Assertion, Decision, Principal, Proof, Step, ValidityChange, Version

KF, KS = "Kommunfullmäktige", "Kommunstyrelsen"
PUBLISHED, PLANNED = date(2026, 1, 15), date(2026, 10, 1)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def on(text: str) -> date:
    return date.fromisoformat(text)


def entry(
    day: str, outcome: Outcome = Outcome.ADOPTED, *, key: int = 1, version: int | None = 1, **other: Any
) -> Decision:
    """A decision of the council, registered the same day unless told."""
    role = other.pop("role", StepRole.DECIDING)
    body = other.pop("body", KF if role == StepRole.DECIDING else KS)
    registered = at(on(other.pop("registered", day)))
    return Decision(key, body, role, outcome, version, on(day), registered, **other)


def said(day: str, *, registered: str | None = None, **other: Any) -> Assertion:
    return Assertion(on(day), at(on(registered or day)), "Registratorn", **other)


def principal(name: str, *decisions: Decision, **other: Any) -> Principal:
    return Principal(name.lower(), name, decisions=decisions, **other)


def agreement(*principals: Principal, versions: int = 1, **other: Any) -> Agreement:
    """Version 1 is published on 15 January 2026, each next one on 15 June a year later."""
    days = [PUBLISHED, *(date(2025 + number, 6, 15) for number in range(2, versions + 1))]
    return Agreement(
        principals=principals,
        versions=tuple(Version(number, at(day)) for number, day in enumerate(days, start=1)),
        **{"planned_on": PLANNED, **other},
    )


def change(kind: ChangeKind, decided: str, takes_effect: str, *, key: int = 1, **other: Any) -> ValidityChange:
    registered = at(on(other.pop("registered", decided)))
    return ValidityChange(key, kind, on(decided), on(takes_effect), registered, **other)


# --- at random ---

DAYS = st.dates(date(2025, 12, 1), date(2027, 3, 31))
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 3, 31), timezones=st.just(UTC))  # noqa: DTZ001
BODIES = st.sampled_from([KF, KS, "Socialnämnden"])
OPTIONAL_DAYS = st.none() | DAYS
PROOFS = st.lists(st.builds(Proof, st.sampled_from(Evidence), MOMENTS), max_size=2).map(tuple)


def decisions(corrections: bool = True) -> st.SearchStrategy[tuple[Decision, ...]]:
    keys = st.none() | st.integers(1, 6) if corrections else st.none()
    one = st.builds(
        Decision,
        key=st.just(0),
        body=BODIES,
        role=st.sampled_from(StepRole),
        outcome=st.sampled_from(Outcome),
        version=st.none() | st.integers(1, 3),
        decided_on=DAYS,
        registered_at=MOMENTS,
        corrects=keys,
        is_approved_at_once=st.booleans(),
        approved_on=OPTIONAL_DAYS,
        announced_on=OPTIONAL_DAYS,
        legal_force_on=OPTIONAL_DAYS,
        proofs=PROOFS,
    )
    return st.lists(one, max_size=6).map(numbered)


def numbered(rows: list[Any]) -> tuple[Any, ...]:
    return tuple(row._replace(key=key) for key, row in enumerate(rows, start=1))


ASSERTIONS = st.lists(
    st.builds(Assertion, DAYS, MOMENTS, st.just(""), corrects=st.none() | st.integers(1, 3), is_void=st.booleans()),
    max_size=3,
).map(numbered)
STEPS = st.lists(
    st.builds(Step, BODIES, st.sampled_from(StepRole), OPTIONAL_DAYS, st.lists(DAYS, max_size=4).map(tuple)), max_size=4
).map(tuple)
PRINCIPALS = st.lists(
    st.tuples(decisions(), ASSERTIONS, STEPS),
    max_size=4,
).map(
    lambda rows: tuple(
        Principal(f"p{place}", f"Ort {place}", steps=steps, decisions=entries, assertions=assertions)
        for place, (entries, assertions, steps) in enumerate(rows)
    )
)
CHANGES = st.lists(
    st.builds(
        ValidityChange,
        key=st.just(0),
        kind=st.sampled_from(ChangeKind),
        decided_on=DAYS,
        takes_effect_on=DAYS,
        registered_at=MOMENTS,
        corrects=st.none() | st.integers(1, 3),
        is_void=st.booleans(),
    ),
    max_size=3,
).map(numbered)
AGREEMENTS = st.builds(
    Agreement,
    principals=PRINCIPALS,
    versions=st.lists(MOMENTS, max_size=3).map(
        lambda moments: tuple(Version(number, moment) for number, moment in enumerate(moments, start=1))
    ),
    planned_on=OPTIONAL_DAYS,
    validity_years=st.none() | st.integers(0, 12),
    valid_to=OPTIONAL_DAYS,
    force_rule=st.none() | st.sampled_from(ForceRule),
    changes=CHANGES,
)
