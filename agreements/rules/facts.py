"""What the rules read: registered facts as plain values. Two time axes: when it was decided, when it was registered.

Registered rows are named tuples: there are hundreds of them in an agreement, and they are made several times as quick.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from agreements.enums import ChangeKind, Evidence, ForceRule, Outcome, StepRole


class Proof(NamedTuple):
    """One thing said about which text a decision was about."""

    grade: Evidence
    given_at: datetime


class Decision(NamedTuple):
    """One registered entry. A correction (`corrects` names the entry) takes its place from when it was registered.

    `version` is the number of the agreement's version that was decided on; None means a text that is none of them.
    """

    key: int
    body: str
    role: StepRole
    outcome: Outcome
    version: int | None
    decided_on: date
    registered_at: datetime
    corrects: int | None = None
    is_approved_at_once: bool = False
    approved_on: date | None = None
    announced_on: date | None = None
    legal_force_on: date | None = None
    proofs: tuple[Proof, ...] = ()


class Assertion(NamedTuple):
    """Somebody responsible has said, on a day, that it is not decided yet. One that is void strikes out another."""

    said_on: date
    registered_at: datetime
    said_by: str = ""
    key: int = 0
    corrects: int | None = None
    is_void: bool = False


class Step(NamedTuple):
    """One body on a principal's way to a decision, with the days that can come in question, in order.

    `planned_on` is the meeting that the matter is on its way to; `meetings` are all of the body's known meetings.
    """

    body: str
    role: StepRole
    planned_on: date | None = None
    meetings: tuple[date, ...] = ()


@dataclass(frozen=True)
class Principal:
    """One party whose decision the agreement needs."""

    key: str
    name: str
    steps: tuple[Step, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    # What verdict.entries_in_force has found by two days: the verdict, the forecast and the contradictions all ask.
    in_force: dict[tuple[date, date], tuple[Decision, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


class Version(NamedTuple):
    """A published version of the text."""

    number: int
    published_at: datetime


class ValidityChange(NamedTuple):
    """An extension, a replacement or a withdrawal. `takes_effect_on` is the new last day of an extension."""

    key: int
    kind: ChangeKind
    decided_on: date
    takes_effect_on: date
    registered_at: datetime
    corrects: int | None = None
    is_void: bool = False


@dataclass(frozen=True)
class Agreement:
    """Everything that the verdict, the legal clock and the forecast are computed from."""

    principals: tuple[Principal, ...]
    versions: tuple[Version, ...] = ()
    planned_on: date | None = None
    validity_years: int | None = None
    valid_to: date | None = None  # a fixed last day instead of years
    force_rule: ForceRule | None = None
    changes: tuple[ValidityChange, ...] = ()
