"""How one principal stands to one version on a day, from what was registered by then.

Two days are asked about: `as_of`, what had been decided by then, and `known_on`, what had been registered by then
(the same day unless told). The rules, in order:

0. Before any version is published it is `no_version`, whatever is registered: there is nothing to stand to.
1. An entry or an assertion counts when it is known and no known one corrects it; a correction that is VOID leaves
   nothing.
2. Taken alone, an entry says something of a version as `reading` tells. Only a deciding body adopts or rejects, and
   only the very version asked about is identical. An adoption of another text is OTHER_VERSION; anything else about
   another version says only that this one is not decided.
3. The latest entry of a deciding body that says something of the version rules, if it adopts or rejects. Only a new
   decision changes that: neither a body that prepares, nor somebody who says that nothing is decided.
4. Otherwise the latest entry of any body rules: tabled and referred back show as such, all else is NOT_YET.
5. NOT_YET is known as of the latest word, an entry or an assertion. When more than 60 days have passed it is UNKNOWN.

Latest is by the day of the decision; on the same day a deciding body comes after the others, and then the entry
that was registered last. A planned meeting is no decision and is never read here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agreements.enums import Evidence, Outcome, StepRole, Verdict
from agreements.rules.facts import Agreement, Assertion, Decision, Principal
from agreements.rules.registered import local_day, standing

FADES_AFTER = timedelta(days=60)
ALIKE = frozenset({Verdict.IDENTICAL, Verdict.CONDITIONAL})
BLOCKING = frozenset({Verdict.AMENDED, Verdict.OTHER_VERSION, Verdict.REJECTED})
WAITING = frozenset({Verdict.TABLED, Verdict.REFERRED_BACK, Verdict.NOT_YET})

_ADOPTIONS = {
    Outcome.ADOPTED: Verdict.IDENTICAL,
    Outcome.ADOPTED_ON_CONDITION: Verdict.CONDITIONAL,
    Outcome.AMENDED: Verdict.AMENDED,
}
_PAUSES = {Outcome.TABLED: Verdict.TABLED, Outcome.REFERRED_BACK: Verdict.REFERRED_BACK}
_STRENGTH = {grade: place for place, grade in enumerate(Evidence)}


@dataclass(frozen=True)
class PrincipalVerdict:
    """A verdict and what it stands on. `since`: the day of the decision or of the latest word; of what has faded, the
    day it faded. `adopted`: the first of the unbroken decisions for this very version, from which force is counted."""

    verdict: Verdict
    since: date | None = None
    decision: Decision | None = None
    evidence: Evidence | None = None
    is_faded: bool = False
    fades_on: date | None = None
    asserted: Assertion | None = None
    adopted: Decision | None = None

    @property
    def is_alike(self) -> bool:
        return self.verdict in ALIKE


def current_version(agreement: Agreement, *, as_of: date, known_on: date | None = None) -> int | None:
    """The number of the version that was published last by then."""
    return next(iter(published_versions(agreement, as_of=as_of, known_on=known_on)), None)


def published_versions(agreement: Agreement, *, as_of: date, known_on: date | None = None) -> list[int]:
    """The numbers of the versions published by then, the latest first."""
    by = min(as_of, known_on or as_of)
    published = [version for version in agreement.versions if local_day(version.published_at) <= by]
    published.sort(key=lambda version: (version.published_at, version.number), reverse=True)
    return [version.number for version in published]


def entries_in_force(principal: Principal, *, as_of: date, known_on: date | None = None) -> tuple[Decision, ...]:
    """What the principal's bodies had arrived at, with corrections in place, the latest last."""
    days = as_of, known_on or as_of
    if days not in principal.in_force:
        entries = standing(principal.decisions, known_on=days[1])
        principal.in_force[days] = tuple(sorted((entry for entry in entries if _counts(entry, as_of)), key=_place))
    return principal.in_force[days]


def assertions_in_force(principal: Principal, *, as_of: date, known_on: date) -> list[Assertion]:
    """What had been said by then and registered, without what was struck out."""
    known = standing(principal.assertions, known_on=known_on)
    return [assertion for assertion in known if not assertion.is_void and assertion.said_on <= as_of]


def reading(entry: Decision, version: int | None) -> Verdict:
    """What one entry, taken alone, says of one version."""
    is_deciding = entry.role == StepRole.DECIDING
    if is_deciding and entry.outcome in _ADOPTIONS:
        return _adoption(entry, version)
    if entry.version not in {version, None}:
        return Verdict.NOT_YET
    if is_deciding and entry.outcome == Outcome.REJECTED:
        return Verdict.REJECTED
    return _PAUSES.get(entry.outcome, Verdict.NOT_YET)


def principal_verdict(
    principal: Principal, version: int | None, *, as_of: date, known_on: date | None = None
) -> PrincipalVerdict:
    """How the principal stands to the version. `version` None: none is published, so there is nothing to stand to."""
    if version is None:
        return PrincipalVerdict(Verdict.NO_VERSION)
    known_on = known_on or as_of
    entries = entries_in_force(principal, as_of=as_of, known_on=known_on)
    deciding = _deciding(entries, version)
    if deciding and reading(deciding[-1], version) in ALIKE | BLOCKING:
        return _decided(deciding, version, known_on)
    return _undecided(entries, _last_assertion(principal, as_of, known_on), version, as_of, known_on)


def last_day_alike(
    principal: Principal, version: int | None, *, as_of: date, known_on: date | None = None
) -> date | None:
    """The last day by then on which the principal stood behind the version; None if it never did."""
    deciding = _deciding(entries_in_force(principal, as_of=as_of, known_on=known_on), version)
    later: Decision | None = None
    for entry in reversed(deciding):
        if reading(entry, version) in ALIKE:
            return later.decided_on - timedelta(days=1) if later else as_of
        later = entry
    return None


def _counts(entry: Decision, as_of: date) -> bool:
    return entry.decided_on <= as_of and entry.outcome != Outcome.VOID


def _place(entry: Decision) -> tuple[date, bool, datetime, int]:
    return entry.decided_on, entry.role == StepRole.DECIDING, entry.registered_at, entry.key


def _adoption(entry: Decision, version: int | None) -> Verdict:
    """An amended text is none of the versions, so AMENDED also stands without a number."""
    if entry.outcome == Outcome.AMENDED and entry.version in {version, None}:
        return Verdict.AMENDED
    if version is None or entry.version != version:
        return Verdict.OTHER_VERSION
    return _ADOPTIONS[entry.outcome]


def _deciding(entries: Sequence[Decision], version: int | None) -> list[Decision]:
    """The entries of deciding bodies that say something of the version."""
    return [
        entry for entry in entries if entry.role == StepRole.DECIDING and reading(entry, version) != Verdict.NOT_YET
    ]


def _decided(deciding: Sequence[Decision], version: int | None, known_on: date) -> PrincipalVerdict:
    ruling = deciding[-1]
    return PrincipalVerdict(
        reading(ruling, version),
        since=ruling.decided_on,
        decision=ruling,
        evidence=_evidence(ruling, known_on),
        adopted=_adopted(deciding, version),
    )


def _adopted(deciding: Sequence[Decision], version: int | None) -> Decision | None:
    """A decision that repeats what stands changes nothing, so the first of them is the one that counts."""
    first: Decision | None = None
    for entry in reversed(deciding):
        if reading(entry, version) not in ALIKE:
            break
        first = entry
    return first


def _undecided(
    entries: Sequence[Decision], asserted: Assertion | None, version: int | None, as_of: date, known_on: date
) -> PrincipalVerdict:
    latest = entries[-1] if entries else None
    evidence = _evidence(latest, known_on) if latest else None
    verdict = reading(latest, version) if latest else Verdict.NOT_YET
    if latest and verdict != Verdict.NOT_YET:
        return PrincipalVerdict(verdict, latest.decided_on, latest, evidence, asserted=asserted)
    days = [*([latest.decided_on] if latest else []), *([asserted.said_on] if asserted else [])]
    if not days:
        return PrincipalVerdict(Verdict.UNKNOWN)
    fades_on = max(days) + FADES_AFTER + timedelta(days=1)
    is_faded = as_of >= fades_on
    return PrincipalVerdict(
        Verdict.UNKNOWN if is_faded else Verdict.NOT_YET,
        since=fades_on if is_faded else max(days),
        decision=latest,
        evidence=evidence,
        is_faded=is_faded,
        fades_on=fades_on,
        asserted=asserted,
    )


def _evidence(entry: Decision, known_on: date) -> Evidence:
    """The strongest proof given by then; a registration alone is something stated."""
    given: Iterable[Evidence] = (proof.grade for proof in entry.proofs if local_day(proof.given_at) <= known_on)
    return min(given, key=lambda grade: _STRENGTH[grade], default=Evidence.STATED)


def _last_assertion(principal: Principal, as_of: date, known_on: date) -> Assertion | None:
    said = assertions_in_force(principal, as_of=as_of, known_on=known_on)
    return max(said, key=lambda assertion: (assertion.said_on, assertion.registered_at, assertion.key), default=None)
