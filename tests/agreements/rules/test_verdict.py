"""How one principal stands to one version: every input, and the order in which it was told."""

from datetime import date, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.enums import Evidence, Outcome, StepRole, Verdict
from agreements.rules.facts import Assertion, Decision, Principal, Proof
from agreements.rules.registered import local_day
from agreements.rules.verdict import (
    ALIKE,
    FADES_AFTER,
    current_version,
    entries_in_force,
    last_day_alike,
    principal_verdict,
)
from tests.agreements.rules.made import ASSERTIONS, DAYS, agreement, at, decisions, entry, on, principal, said

DECIDED, REGISTERED = date(2026, 3, 10), date(2026, 4, 14)
# By hand: what an outcome says of this version, of another, and of a text that is none of them.
DECIDING = {
    Outcome.ADOPTED: ("identical", "other_version", "other_version"),
    Outcome.ADOPTED_ON_CONDITION: ("conditional", "other_version", "other_version"),
    Outcome.AMENDED: ("amended", "other_version", "amended"),
    Outcome.TABLED: ("tabled", "not_yet", "tabled"),
    Outcome.REFERRED_BACK: ("referred_back", "not_yet", "referred_back"),
    Outcome.REJECTED: ("rejected", "not_yet", "rejected"),
    Outcome.SUPPORTED: ("not_yet", "not_yet", "not_yet"),
    Outcome.VOID: ("unknown", "unknown", "unknown"),
}
OTHERS = dict.fromkeys(Outcome, ("not_yet",) * 3) | {
    Outcome.TABLED: ("tabled", "not_yet", "tabled"),
    Outcome.REFERRED_BACK: ("referred_back", "not_yet", "referred_back"),
    Outcome.VOID: ("unknown", "unknown", "unknown"),
}
VERSIONS = ((2, 0), (1, 1), (3, 1), (None, 2))
ONE_DAY = timedelta(days=1)


def verdict(*entries: Decision, as_of: str = "2026-12-31", version: int | None = 1) -> str:
    return principal_verdict(principal("Falun", *entries), version, as_of=on(as_of)).verdict.value


@pytest.mark.parametrize("role", StepRole)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize(("version", "column"), VERSIONS)
@pytest.mark.parametrize("as_of", [DECIDED - ONE_DAY, DECIDED, REGISTERED])
@pytest.mark.parametrize("known_on", [REGISTERED - ONE_DAY, REGISTERED])
def test_one_entry(
    role: StepRole, outcome: Outcome, version: int | None, column: int, as_of: date, known_on: date
) -> None:
    only = Decision(1, "KF", role, outcome, version, DECIDED, at(REGISTERED))
    found = principal_verdict(Principal("falun", "Falun", decisions=(only,)), 2, as_of=as_of, known_on=known_on)
    expected = (DECIDING if role == StepRole.DECIDING else OTHERS)[outcome][column]
    if as_of < DECIDED or known_on < REGISTERED:
        expected = "unknown"
    assert found.verdict == expected
    assert found.decision == (None if expected == "unknown" else only)
    assert found.since == (None if expected == "unknown" else DECIDED)
    assert found.evidence == (None if expected == "unknown" else Evidence.STATED)
    assert found.adopted == (only if expected in {"identical", "conditional"} else None)


@pytest.mark.parametrize(("role", "outcome"), list(product(StepRole, [o for o in Outcome if o != Outcome.VOID])))
@pytest.mark.parametrize("first", [outcome for outcome in Outcome if outcome != Outcome.VOID])
def test_a_second_entry(first: Outcome, role: StepRole, outcome: Outcome) -> None:
    """A deciding body's later word rules; a preparing body's only where nothing is decided."""
    before, after = DECIDING[first][0], (DECIDING if role == StepRole.DECIDING else OTHERS)[outcome][0]
    is_final = before in {"identical", "conditional", "amended", "rejected"}
    expected = before if is_final and (role != StepRole.DECIDING or after == "not_yet") else after
    earlier, later = entry("2026-03-10", first), entry("2026-04-14", outcome, role=role, key=2)
    assert verdict(earlier, later, as_of="2026-04-14") == expected
    assert verdict(later, earlier, as_of="2026-04-14") == expected


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("role", StepRole)
@pytest.mark.parametrize("version", [None, 1, 2])
def test_nothing_is_identical_to_an_unpublished_text(outcome: Outcome, role: StepRole, version: int | None) -> None:
    assert verdict(entry("2026-03-10", outcome, role=role, version=version), version=None) not in ALIKE


def test_a_decision_mends_another() -> None:
    amended, mended = entry("2026-03-10", Outcome.AMENDED), entry("2026-06-09", key=2)
    found = principal_verdict(principal("Avesta", amended, mended), 1, as_of=on("2026-06-09"))
    assert (found.verdict, found.since, found.adopted) == (Verdict.IDENTICAL, on("2026-06-09"), mended)
    assert verdict(amended, mended, as_of="2026-06-08") == "amended"


def test_a_decision_that_repeats_what_stands_changes_nothing() -> None:
    first, again = entry("2026-03-10", Outcome.ADOPTED_ON_CONDITION), entry("2026-12-08", key=2)
    found = principal_verdict(principal("Avesta", first, again), 1, as_of=on("2026-12-31"))
    assert (found.verdict, found.decision, found.adopted) == (Verdict.IDENTICAL, again, first)


def test_a_new_version_needs_a_new_decision() -> None:
    old, new = entry("2026-03-10"), entry("2026-09-08", key=2, version=2)
    assert verdict(old, version=2) == "other_version"
    assert verdict(old, new, version=2) == "identical"
    assert verdict(old, new, version=1) == "other_version"


def test_a_no_to_an_earlier_text_is_no_answer_about_the_new_and_yet_no_silence() -> None:
    no = entry("2026-03-10", Outcome.REJECTED)
    found = principal_verdict(principal("Orsa", no), 2, as_of=on("2026-04-01"))
    assert (found.verdict, found.decision, found.fades_on) == (Verdict.NOT_YET, no, on("2026-05-10"))
    assert verdict(entry("2026-03-10"), entry("2026-04-14", Outcome.REJECTED, key=2, version=2)) == "identical"


def test_a_body_that_prepares_does_not_undo_a_decision_of_the_same_day_or_before() -> None:
    for day in ("2026-03-10", "2026-05-05"):
        later = entry(day, Outcome.TABLED, role=StepRole.PREPARING, key=2, registered="2026-06-01")
        assert verdict(entry("2026-03-10"), later) == "identical"


def test_on_one_day_a_deciding_body_comes_after_the_others() -> None:
    tabled = entry("2026-03-10", Outcome.TABLED)
    supported = entry("2026-03-10", Outcome.SUPPORTED, role=StepRole.PREPARING, key=2, registered="2026-03-12")
    assert verdict(tabled, supported) == "tabled"


def test_ties_on_a_day_go_to_the_entry_registered_last_then_to_the_key() -> None:
    first = entry("2026-03-10", Outcome.REJECTED, key=2, registered="2026-03-11")
    last = entry("2026-03-10", Outcome.ADOPTED, key=1, registered="2026-03-12")
    same = first._replace(key=3, registered_at=last.registered_at)
    assert {verdict(*order) for order in permutations([first, last])} == {"identical"}
    assert {verdict(*order) for order in permutations([first, last, same])} == {"rejected"}


def test_corrections() -> None:
    wrong = entry("2026-03-10", key=1)
    right = entry("2026-03-10", Outcome.AMENDED, key=2, registered="2026-04-14", corrects=1)
    void = entry("2026-03-10", Outcome.VOID, key=3, registered="2026-05-05", corrects=2)
    again = entry("2026-03-17", key=4, registered="2026-06-02", corrects=3)
    falun = principal("Falun", again, void, right, wrong)
    found = {
        day: entries_in_force(falun, as_of=on("2026-03-31"), known_on=on(day))
        for day in ("2026-03-09", "2026-03-10", "2026-04-13", "2026-04-14", "2026-05-05", "2026-06-02")
    }
    assert list(found.values()) == [(), (wrong,), (wrong,), (right,), (), (again,)]
    assert entries_in_force(falun, as_of=on("2026-03-16"), known_on=on("2026-06-02")) == ()


def test_what_is_registered_after_midnight_in_sweden_is_known_the_next_day() -> None:
    late = entry("2026-03-10")._replace(registered_at=at(on("2026-03-10"), 23))  # 00.00 on the 11th in Sweden
    falun = principal("Falun", late)
    assert local_day(late.registered_at) == on("2026-03-11")
    assert principal_verdict(falun, 1, as_of=on("2026-03-10")).verdict == Verdict.UNKNOWN
    assert principal_verdict(falun, 1, as_of=on("2026-03-10"), known_on=on("2026-03-11")).verdict == Verdict.IDENTICAL


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-03-09", (Verdict.UNKNOWN, None, False)),
        ("2026-03-10", (Verdict.NOT_YET, on("2026-03-10"), False)),
        ("2026-05-09", (Verdict.NOT_YET, on("2026-03-10"), False)),
        ("2026-05-10", (Verdict.UNKNOWN, on("2026-05-10"), True)),
        ("2030-01-01", (Verdict.UNKNOWN, on("2026-05-10"), True)),
    ],
)
def test_a_word_fades(as_of: str, expected: tuple[Verdict, date | None, bool]) -> None:
    found = principal_verdict(principal("Säter", assertions=(said("2026-03-10"),)), 1, as_of=on(as_of))
    assert (found.verdict, found.since, found.is_faded) == expected
    assert found.asserted == (None if as_of == "2026-03-09" else said("2026-03-10"))


def test_the_latest_word_counts_whoever_said_it() -> None:
    supported = entry("2026-04-14", Outcome.SUPPORTED, role=StepRole.PREPARING)
    sater = principal("Säter", supported, assertions=(said("2026-03-10"), said("2026-05-05"), said("2026-02-02")))
    found = principal_verdict(sater, 1, as_of=on("2026-05-05"))
    assert (found.verdict, found.since, found.decision) == (Verdict.NOT_YET, on("2026-05-05"), supported)
    assert (found.asserted, found.fades_on) == (said("2026-05-05"), on("2026-05-05") + FADES_AFTER + ONE_DAY)
    assert principal_verdict(sater, 1, as_of=on("2026-04-20")).since == on("2026-04-14")


def test_an_assertion_undoes_no_entry() -> None:
    for outcome, expected in (
        (Outcome.ADOPTED, "identical"),
        (Outcome.TABLED, "tabled"),
        (Outcome.REJECTED, "rejected"),
    ):
        falun = principal("Falun", entry("2026-03-10", outcome), assertions=(said("2026-05-05"),))
        assert principal_verdict(falun, 1, as_of=on("2027-01-01")).verdict == expected


def test_an_assertion_registered_late_was_not_known_then() -> None:
    falun = principal("Falun", assertions=(said("2026-03-10", registered="2026-04-14"),))
    assert principal_verdict(falun, 1, as_of=on("2026-03-20")).verdict == Verdict.UNKNOWN
    assert principal_verdict(falun, 1, as_of=on("2026-03-20"), known_on=on("2026-04-14")).verdict == Verdict.NOT_YET


def test_before_any_version_there_is_nothing_to_stand_to() -> None:
    for falun in (
        principal("Falun"),
        principal("Falun", entry("2026-03-10"), assertions=(said("2026-03-10"),)),
        principal("Falun", entry("2026-03-10", Outcome.REJECTED)),
    ):
        found = principal_verdict(falun, None, as_of=on("2026-06-01"))
        assert (found.verdict, found.decision, found.asserted) == (Verdict.NO_VERSION, None, None)


def test_a_word_that_is_struck_counts_no_more_but_was_known_then() -> None:
    first, wrong = said("2026-03-10", key=1), said("2026-05-05", key=2)
    struck = said("2026-05-05", registered="2026-05-20", key=3, corrects=2, is_void=True)
    falun = principal("Falun", assertions=(first, wrong, struck))
    found = principal_verdict(falun, 1, as_of=on("2026-06-01"))
    assert (found.verdict, found.asserted, found.is_faded) == (Verdict.UNKNOWN, first, True)
    then = principal_verdict(falun, 1, as_of=on("2026-06-01"), known_on=on("2026-05-19"))
    assert (then.verdict, then.asserted) == (Verdict.NOT_YET, wrong)
    alone = principal("Falun", assertions=(wrong, struck))
    assert principal_verdict(alone, 1, as_of=on("2026-06-01")) == principal_verdict(
        principal("Falun"), 1, as_of=on("2026-06-01")
    )


def test_evidence_is_the_strongest_given_by_then() -> None:
    proofs = (Proof(Evidence.COMPARED, at(on("2026-04-01"))), Proof(Evidence.EXTRACT, at(on("2026-05-01"))))
    falun = principal("Falun", entry("2026-03-10", proofs=proofs))
    found = [
        principal_verdict(falun, 1, as_of=on("2026-03-10"), known_on=on(day)).evidence
        for day in ("2026-03-31", "2026-04-01", "2026-05-01")
    ]
    assert found == [Evidence.STATED, Evidence.COMPARED, Evidence.EXTRACT]


def test_current_version() -> None:
    two = agreement(versions=2)
    days = ("2026-01-14", "2026-01-15", "2027-06-14", "2027-06-15")
    assert [current_version(two, as_of=on(day)) for day in days] == [None, 1, 1, 2]
    assert current_version(two, as_of=on("2027-06-15"), known_on=on("2027-01-01")) == 1


def test_last_day_alike() -> None:
    falun = principal("Falun", entry("2026-03-10"), entry("2026-05-05", Outcome.AMENDED, key=2))
    days = ("2026-03-09", "2026-03-10", "2026-05-04", "2026-12-31")
    expected = [None, on("2026-03-10"), on("2026-05-04"), on("2026-05-04")]
    assert [last_day_alike(falun, 1, as_of=on(day)) for day in days] == expected


# --- properties ---


def test_of_two_words_at_the_same_moment_the_last_registered_counts() -> None:
    """Found by the test below: nothing else tells them apart, and the database promises no order."""
    words = [Assertion(said_on=DECIDED, registered_at=at(REGISTERED), key=key) for key in (1, 2)]
    for order in (words, words[::-1]):
        found = principal_verdict(Principal("p", "P", assertions=tuple(order)), 1, as_of=REGISTERED)
        assert found.asserted is not None
        assert found.asserted.key == 2


@settings(max_examples=300, deadline=None)
@given(decisions(), ASSERTIONS, DAYS, DAYS, st.none() | st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_matters(
    entries: tuple[Decision, ...],
    assertions: tuple[Assertion, ...],
    as_of: date,
    known_on: date,
    version: int | None,
    random: object,
) -> None:
    shuffled, words = list(entries), list(assertions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(words)  # type: ignore[attr-defined]
    found = [
        principal_verdict(Principal("p", "P", (), tuple(rows), tuple(said)), version, as_of=as_of, known_on=known_on)
        for rows, said in ((entries, assertions), (shuffled, words))
    ]
    assert found[0] == found[1]


@settings(max_examples=200, deadline=None)
@given(decisions(corrections=False), st.permutations(range(6)), st.integers(1, 3))
def test_the_order_of_registration_never_matters(entries: tuple[Decision, ...], order: list[int], version: int) -> None:
    """Of entries on different days, whichever was registered first."""
    rows = list({row.decided_on: row for row in entries}.values())
    late = date(2028, 1, 1)
    moments = [at(late + timedelta(days=place)) for place in order]
    again = [row._replace(registered_at=moment) for row, moment in zip(rows, moments, strict=False)]
    as_of = date(2027, 4, 1)
    found = [
        principal_verdict(Principal("p", "P", decisions=tuple(each)), version, as_of=as_of, known_on=date(2029, 1, 1))
        for each in (rows, again)
    ]
    assert found[0].verdict == found[1].verdict
    assert found[0].since == found[1].since


@settings(max_examples=200, deadline=None)
@given(decisions(), ASSERTIONS, DAYS, DAYS, st.integers(1, 3))
def test_only_what_was_known_counts(
    entries: tuple[Decision, ...], assertions: tuple[Assertion, ...], as_of: date, known_on: date, version: int
) -> None:
    """What is registered later changes no answer about what was known then."""
    known = tuple(row for row in entries if local_day(row.registered_at) <= known_on)
    words = tuple(word for word in assertions if local_day(word.registered_at) <= known_on)
    whole = Principal("p", "P", decisions=entries, assertions=assertions)
    then = Principal("p", "P", decisions=known, assertions=words)
    found = [principal_verdict(each, version, as_of=as_of, known_on=known_on) for each in (whole, then)]
    assert found[0] == found[1]


@settings(max_examples=200, deadline=None)
@given(decisions(), ASSERTIONS, DAYS, st.integers(1, 3))
def test_a_verdict_stands_on_what_it_shows(
    entries: tuple[Decision, ...], assertions: tuple[Assertion, ...], as_of: date, version: int
) -> None:
    found = principal_verdict(Principal("p", "P", (), entries, assertions), version, as_of=as_of)
    if found.verdict in ALIKE:
        assert found.decision
        assert (found.decision.role, found.decision.version) == (StepRole.DECIDING, version)
        assert found.adopted
        assert found.adopted.decided_on <= found.decision.decided_on <= as_of
    assert (found.verdict in ALIKE) == (found.adopted is not None)
    if found.verdict == Verdict.NOT_YET:
        assert found.since
        assert found.since <= as_of <= found.since + FADES_AFTER
    assert found.is_faded == (found.verdict == Verdict.UNKNOWN and found.since is not None)
