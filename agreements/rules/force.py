"""How an agreement as a whole stands on a day, and the answer in one sentence.

The state is the first of these that fits:

1. WITHDRAWN or REPLACED, from the day that a decision about it says.
2. PREPARING: no version is published, or no principals are named.
3. EXPIRED: the last day has passed, whoever decided.
4. When all principals have adopted the same version: CONDITION_MET until the day of force, and for good when the
   agreement does not say which day that is; then EXPIRING in the last 180 days, EXTENDED beyond the original end,
   otherwise IN_FORCE.
5. CANNOT: somebody has rejected it, adopted it with amendments, or adopted another version.
6. UNKNOWN: of somebody nothing is known. A planned day that has passed changes nothing.
7. WAITING: of all others it is known that they have not decided yet.

The version asked about is the one published last, unless all have adopted an earlier one: publishing a new text does
not undo sixteen decisions, so the earlier stands until all have adopted the newer, and holds until that is in force.

Force is counted from the last decision, or from the last to gain legal force where the agreement's rule says so. When
that came by the planned day, the planned day is the first in force; otherwise the rule gives it.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from agreements.enums import AgreementState, ChangeKind, Verdict
from agreements.rules.facts import Agreement, Principal, ValidityChange
from agreements.rules.registered import local_day, standing
from agreements.rules.validity import Force, Validity, force, validity
from agreements.rules.verdict import (
    BLOCKING,
    WAITING,
    PrincipalVerdict,
    last_day_alike,
    principal_verdict,
    published_versions,
)
from agreements.rules.words import day_in_words, joined

EXPIRES_WITHIN = timedelta(days=180)
NOT_MET = frozenset({AgreementState.CANNOT, AgreementState.UNKNOWN, AgreementState.WAITING})


@dataclass(frozen=True)
class AgreementStatus:
    """The answer, with what it stands on. Principals by key, in the order of the agreement."""

    state: AgreementState
    as_of: date
    known_on: date
    version: int | None = None
    newer_version: int | None = None  # published later than the one that stands
    is_newer_adopted: bool = False  # by all
    newer_in_force_from: date | None = None
    verdicts: dict[str, PrincipalVerdict] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    waiting_for: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    condition_met_on: date | None = None
    in_force_from: date | None = None
    is_force_computed: bool = False  # the day of force rests on a computed legal clock
    was_in_force_from: date | None = None  # it was in force, and somebody has decided otherwise since
    original_end: date | None = None
    valid_to: date | None = None
    extension: ValidityChange | None = None
    ending: ValidityChange | None = None


def agreement_status(
    agreement: Agreement, *, as_of: date, known_on: date | None = None, version: int | None = None
) -> AgreementStatus:
    """How the agreement stands; `version`: ask about that one, whatever stands."""
    known_on = known_on or as_of
    published = published_versions(agreement, as_of=as_of, known_on=known_on)
    asked = [number for number in published if version in {None, number}]
    number, verdicts = _version_that_stands(agreement, asked, as_of, known_on)
    reached = _force(agreement, verdicts)
    newer = published[0] if number not in {None, *published[:1]} else None
    newer_verdicts = _verdicts(agreement, newer, as_of, known_on) if newer else {}
    lasts = validity(agreement, reached.in_force_from, as_of=as_of, known_on=known_on)
    return AgreementStatus(
        state=_state(number, verdicts, reached, lasts, as_of),
        as_of=as_of,
        known_on=known_on,
        version=number,
        newer_version=newer,
        is_newer_adopted=bool(newer_verdicts) and _all_alike(newer_verdicts.values()),
        newer_in_force_from=_force(agreement, newer_verdicts).in_force_from,
        verdicts=verdicts,
        names={principal.key: principal.name for principal in agreement.principals},
        waiting_for=_those(verdicts, WAITING),
        unknown=_those(verdicts, {Verdict.UNKNOWN}),
        blocking=_those(verdicts, BLOCKING),
        condition_met_on=reached.condition_met_on,
        in_force_from=reached.in_force_from,
        is_force_computed=reached.is_computed,
        was_in_force_from=_was_in_force_from(agreement, number, verdicts, as_of, known_on),
        original_end=lasts.original_end,
        valid_to=lasts.valid_to,
        extension=lasts.extension,
        ending=lasts.ending,
    )


# --- which version stands, and whether it is in force ---


def _version_that_stands(
    agreement: Agreement, numbers: Sequence[int], as_of: date, known_on: date
) -> tuple[int | None, dict[str, PrincipalVerdict]]:
    """The newest, unless all have adopted an earlier one that holds until the newer is in force."""
    current = numbers[0] if numbers else None
    verdicts = _verdicts(agreement, current, as_of, known_on)
    is_adopted = _all_alike(verdicts.values())
    if is_adopted and _is_in_force(agreement, verdicts, as_of):
        return current, verdicts
    for number in numbers[1:]:
        older = _verdicts_if_all_alike(agreement, number, as_of, known_on)
        if older and (not is_adopted or _is_in_force(agreement, older, as_of)):
            return number, older
    return current, verdicts


def _is_in_force(agreement: Agreement, verdicts: Mapping[str, PrincipalVerdict], as_of: date) -> bool:
    began = _force(agreement, verdicts).in_force_from
    return began is not None and began <= as_of


def _verdicts(agreement: Agreement, number: int | None, as_of: date, known_on: date) -> dict[str, PrincipalVerdict]:
    return {
        principal.key: principal_verdict(principal, number, as_of=as_of, known_on=known_on)
        for principal in agreement.principals
    }


def _verdicts_if_all_alike(
    agreement: Agreement, number: int, as_of: date, known_on: date
) -> dict[str, PrincipalVerdict] | None:
    """The verdicts on an earlier version, decisions about later ones set aside; None at the first who is not alike."""
    verdicts = {}
    later_from = _later_from(agreement, number)
    for principal in agreement.principals:
        aside = _without_later_versions(principal, number, later_from, known_on)
        verdict = principal_verdict(aside, number, as_of=as_of, known_on=known_on)
        if not verdict.is_alike:
            return None
        verdicts[principal.key] = verdict
    return verdicts


def _later_from(agreement: Agreement, number: int) -> date:
    """The day from which a later version was out."""
    published = {version.number: version.published_at for version in agreement.versions}
    later = [moment for moment in published.values() if moment > published[number]]
    return local_day(min(later)) if later else date.max


def _without_later_versions(principal: Principal, number: int, later_from: date, known_on: date) -> Principal:
    """Corrections first: an entry that was corrected to a later version is no entry about this one.

    Nor is one that names no version when a later one was already out: it does not undo what was decided before.
    """
    entries = standing(principal.decisions, known_on=known_on)
    about = tuple(
        entry
        for entry in entries
        if (entry.version <= number if entry.version is not None else entry.decided_on < later_from)
    )
    return replace(principal, decisions=about)


def _all_alike(verdicts: Iterable[PrincipalVerdict]) -> bool:
    return all(verdict.is_alike for verdict in verdicts)


def _force(agreement: Agreement, verdicts: Mapping[str, PrincipalVerdict]) -> Force:
    adopted = [verdict.adopted for verdict in verdicts.values() if verdict.adopted]
    return force(agreement, adopted) if adopted and len(adopted) == len(verdicts) else Force()


def _was_in_force_from(
    agreement: Agreement, number: int | None, verdicts: Mapping[str, PrincipalVerdict], as_of: date, known_on: date
) -> date | None:
    """From which day it was in force, when it was so until somebody decided otherwise."""
    if number is None or _all_alike(verdicts.values()):
        return None
    last_days = []
    for principal in agreement.principals:
        last_day = last_day_alike(principal, number, as_of=as_of, known_on=known_on)
        if last_day is None:
            return None
        last_days.append(last_day)
    last_day = min(last_days)
    began = _force(agreement, _verdicts(agreement, number, last_day, known_on)).in_force_from
    return began if began and began <= last_day else None


# --- the state ---


def _state(
    number: int | None, verdicts: Mapping[str, PrincipalVerdict], reached: Force, lasts: Validity, as_of: date
) -> AgreementState:
    if lasts.ending and lasts.ending.takes_effect_on <= as_of:
        is_replaced = lasts.ending.kind == ChangeKind.REPLACEMENT
        return AgreementState.REPLACED if is_replaced else AgreementState.WITHDRAWN
    if number is None or not verdicts:
        return AgreementState.PREPARING
    if lasts.valid_to and lasts.valid_to < as_of:
        return AgreementState.EXPIRED
    if reached.condition_met_on:
        return _state_when_met(reached, lasts, as_of)
    if _those(verdicts, BLOCKING):
        return AgreementState.CANNOT
    return AgreementState.UNKNOWN if _those(verdicts, {Verdict.UNKNOWN}) else AgreementState.WAITING


def _state_when_met(reached: Force, lasts: Validity, as_of: date) -> AgreementState:
    if reached.in_force_from is None or as_of < reached.in_force_from:
        return AgreementState.CONDITION_MET
    if lasts.valid_to and lasts.valid_to - as_of <= EXPIRES_WITHIN:
        return AgreementState.EXPIRING
    if lasts.original_end and lasts.original_end < as_of:
        return AgreementState.EXTENDED
    return AgreementState.IN_FORCE


def _those(verdicts: Mapping[str, PrincipalVerdict], kinds: Container[Verdict]) -> tuple[str, ...]:
    return tuple(key for key, verdict in verdicts.items() if verdict.verdict in kinds)


# --- in words ---

_DONE = {
    Verdict.AMENDED: "antog med ändringar",
    Verdict.OTHER_VERSION: "antog en annan version",
    Verdict.REJECTED: "avslog",
}


def sentence(status: AgreementStatus, *, earliest: date | None = None) -> str:
    """The answer in plain Swedish; `earliest` is the forecast's day, for those who wait."""
    match status.state:
        case AgreementState.PREPARING:
            answer = _preparing(status)
        case AgreementState.UNKNOWN:
            answer = _unknown(status)
        case AgreementState.WAITING:
            answer = _waiting(status, earliest)
        case AgreementState.CANNOT:
            answer = _cannot(status)
        case AgreementState.CONDITION_MET:
            answer = _condition_met(status)
        case AgreementState.EXPIRED:
            answer = _expired(status)
        case AgreementState.REPLACED | AgreementState.WITHDRAWN:
            answer = f"{status.state.label} {_from(status.ending)}."
        case _:
            answer = _in_force(status)
    return " ".join(part for part in (answer, _was_in_force(status), _newer(status), _coming_end(status)) if part)


def _preparing(status: AgreementStatus) -> str:
    missing = "ingen version är publicerad" if status.names else "inga huvudmän är angivna"
    return f"Under beredning: {missing}."


def _unknown(status: AgreementStatus) -> str:
    count, of_all = len(status.unknown), len(status.names)
    names = f" ({_named(status, status.unknown)})" if count < of_all else ""
    missing = f"inget beslut är registrerat för {count} av {of_all} huvudmän{names}"
    if any(status.verdicts[key].decision for key in status.unknown):  # of a body that prepares, and long ago
        missing = f"det är inte känt vad {count} av {of_all} huvudmän har beslutat{names}"
    if status.waiting_for:
        return f"Inte i kraft: väntar på {_named(status, status.waiting_for)}, och {missing}."
    return f"Vi vet inte om överenskommelsen är i kraft: {missing}."


def _waiting(status: AgreementStatus, earliest: date | None) -> str:
    names = _named(status, status.waiting_for)
    if earliest is None:
        return f"Väntar på {names}."
    return f"Kan träda i kraft tidigast {day_in_words(earliest)}; väntar på {names}."


def _cannot(status: AgreementStatus) -> str:
    done = []
    for kind, words in _DONE.items():
        keys = _those(status.verdicts, {kind})
        if keys:
            done.append(f"{_named(status, keys)} {words}")
    return f"Kan inte träda i kraft som beslutat: {', '.join(done)}."


def _condition_met(status: AgreementStatus) -> str:
    number, day = len(status.names), _day(status.condition_met_on)
    met = f"Alla {number} huvudmän har antagit samma text, den sista {day}"
    if number == 1:
        met = f"Huvudmannen har antagit texten {day}"
    if status.in_force_from is None:
        return f"{met}, men överenskommelsen har ingen regel för från vilken dag den då är i kraft."
    return f"{met}. Träder i kraft {_day(status.in_force_from)}{_computed(status)}{_until(status)}."


def _in_force(status: AgreementStatus) -> str:
    return f"I kraft sedan {_day(status.in_force_from)}{_computed(status)}{_until(status)}."


def _expired(status: AgreementStatus) -> str:
    if status.in_force_from and status.valid_to and status.in_force_from <= status.valid_to:
        return f"Har löpt ut: var i kraft från {_day(status.in_force_from)} till och med {_day(status.valid_to)}."
    return f"Har löpt ut: giltighetstiden slutade {_day(status.valid_to)}."


def _until(status: AgreementStatus) -> str:
    if status.valid_to is None:
        return ""
    is_extended = status.original_end is not None and status.valid_to > status.original_end
    words = {AgreementState.EXPIRING: "löper ut efter"}.get(
        status.state, "förlängd till och med" if is_extended else "gäller till och med"
    )
    return f", {words} {_day(status.valid_to)}"


def _was_in_force(status: AgreementStatus) -> str:
    if status.was_in_force_from is None or status.state not in NOT_MET:
        return ""
    return f"Var i kraft från {_day(status.was_in_force_from)} tills nytt beslut fattades."


def _newer(status: AgreementStatus) -> str:
    """A newer text is no part of the answer until all have adopted it, but nobody should miss it."""
    if not status.newer_version:
        return ""
    if not status.is_newer_adopted:
        return f"En senare version ({status.newer_version}) är publicerad."
    adopted = f"Alla har antagit en senare version ({status.newer_version})"
    if status.newer_in_force_from is None:
        return f"{adopted}, men överenskommelsen har ingen regel för från vilken dag den då är i kraft."
    return f"{adopted}, som träder i kraft {_day(status.newer_in_force_from)}."


def _coming_end(status: AgreementStatus) -> str:
    if status.ending is None or status.ending.takes_effect_on <= status.as_of:
        return ""
    words = "Ersätts" if status.ending.kind == ChangeKind.REPLACEMENT else "Uppsagd"
    return f"{words} {_from(status.ending)}."


def _from(ending: ValidityChange | None) -> str:
    return f"från och med {day_in_words(ending.takes_effect_on)}" if ending else ""


def _computed(status: AgreementStatus) -> str:
    return " (enligt beräknad laga kraft)" if status.is_force_computed else ""


def _day(day: date | None) -> str:
    return day_in_words(day) if day else ""


def _named(status: AgreementStatus, keys: Sequence[str]) -> str:
    return joined([status.names[key] for key in keys])
