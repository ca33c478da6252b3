"""The ladder of reminders: who owes an answer, which rung comes next and when. Every case of the tables."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from agreements.enums import Outcome, StepRole, Verdict
from agreements.rules.facts import Assertion, Decision, Step
from agreements.rules.ladder import BETWEEN, Rung, Sending, Standing, missed_meeting, next_rung, standing_of
from agreements.rules.verdict import WAITING, PrincipalVerdict

TODAY = date(2026, 11, 22)
R, A, P = Rung.REGISTRARS, Rung.ACTING, Rung.PHONE
DECIDED = {Verdict.IDENTICAL, Verdict.CONDITIONAL, Verdict.AMENDED, Verdict.OTHER_VERSION, Verdict.REJECTED}


def at(days_ago: int, hour: int = 12) -> datetime:
    day = TODAY - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def day(days_ago: int) -> date:
    return TODAY - timedelta(days=days_ago)


def assertion(days_ago: int) -> Assertion:
    return Assertion(day(days_ago), at(days_ago), "Registratorn")


def decision(days_ago: int) -> Decision:
    return Decision(1, "KF", StepRole.PREPARING, Outcome.SUPPORTED, 1, day(days_ago), at(days_ago))


def step(days_ago: int | None, role: StepRole = StepRole.DECIDING) -> Step:
    return Step("KF", role, None if days_ago is None else day(days_ago))


SILENT = PrincipalVerdict(Verdict.UNKNOWN)
OPEN = {"has_registrars": True, "has_acting": True}


# --- the rungs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reached", "has_registrars", "has_acting", "expected"),
    [
        (0, True, True, R),
        (0, False, True, A),
        (0, True, False, R),
        (0, False, False, P),
        (1, True, True, A),
        (1, False, True, A),
        (1, True, False, P),
        (1, False, False, P),
        (2, True, True, P),
        (2, False, True, P),
        (2, True, False, P),
        (2, False, False, P),
        (3, True, True, None),
        (3, False, True, None),
        (3, True, False, None),
        (3, False, False, None),
    ],
)
def test_the_next_rung(reached: int, has_registrars: bool, has_acting: bool, expected: Rung | None) -> None:
    assert next_rung(reached, has_registrars=has_registrars, has_acting=has_acting) == expected


def test_no_rung_is_taken_twice_and_there_are_three() -> None:
    for registrars, acting in product([True, False], repeat=2):
        taken: list[int] = []
        while following := next_rung(max(taken, default=0), has_registrars=registrars, has_acting=acting):
            taken.append(following)
        assert taken == sorted(set(taken))
        assert taken[-1] == 3


# --- who owes an answer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("meeting", [None, 5, -5])
def test_whoever_has_decided_is_never_on_the_ladder(verdict: Verdict, meeting: int | None) -> None:
    """Silent: nothing is known. Late: has said something, and the meeting has passed. All others owe nothing."""
    found = standing_of(PrincipalVerdict(verdict), [step(meeting)], Sending(at(30), **OPEN), TODAY)
    is_late = verdict in WAITING and meeting == 5
    expected = None if verdict in DECIDED else is_late if is_late or verdict == Verdict.UNKNOWN else None
    assert (found.is_late if found else None) == expected


@pytest.mark.parametrize(
    ("steps", "word", "expected"),
    [
        ([], None, None),
        ([None], None, None),
        ([1], None, 1),
        ([0], None, None),  # the meeting is today
        ([-1], None, None),
        ([9, 3], None, 3),
        ([9, -3], None, 9),
        ([5], 6, 5),  # said before the meeting
        ([5], 5, None),  # said on its day
        ([5], 4, None),  # said after it
        ([9, 3], 5, 3),
    ],
)
def test_the_meeting_that_was_missed(steps: list[int | None], word: int | None, expected: int | None) -> None:
    planned = [step(days_ago) for days_ago in steps]
    wanted = None if expected is None else day(expected)
    said = None if word is None else assertion(word)
    verdict = PrincipalVerdict(Verdict.NOT_YET, asserted=said)
    assert missed_meeting(verdict, planned, TODAY) == wanted
    told = PrincipalVerdict(Verdict.TABLED, decision=None if word is None else decision(word))
    assert missed_meeting(told, planned, TODAY) == wanted


@pytest.mark.parametrize("role", [StepRole.PREPARING, StepRole.HEARD])
def test_only_a_body_that_decides_can_be_late(role: StepRole) -> None:
    assert missed_meeting(SILENT, [step(5, role)], TODAY) is None


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "reminders", "word", "expected"),
    [
        (13, [], None, Standing(False, None, 0, R, day(-1))),
        (14, [], None, Standing(False, None, 0, R, day(0))),
        (40, [(1, 13)], None, Standing(False, None, 1, A, day(-1))),
        (40, [(1, 14)], None, Standing(False, None, 1, A, day(0))),
        (60, [(1, 40), (2, 20)], None, Standing(False, None, 2, P, day(6))),
        (60, [(1, 40), (2, 20), (3, 3)], None, Standing(False, None, 3, None, None)),
        (10, [(1, 40), (2, 20), (3, 12)], None, Standing(False, None, 0, R, day(-4))),  # sent anew
        (200, [(1, 180), (2, 160)], 90, Standing(False, None, 0, R, day(76))),  # said something, and has faded
        (200, [(1, 180), (2, 20)], 90, Standing(False, None, 2, P, day(6))),
    ],
)
def test_fourteen_days_between_and_anew_after_a_word(
    sent: int, reminders: list[tuple[int, int]], word: int | None, expected: Standing
) -> None:
    taken = tuple((rung, at(days_ago)) for rung, days_ago in reminders)
    verdict = PrincipalVerdict(Verdict.UNKNOWN, asserted=assertion(word) if word else None, is_faded=bool(word))
    found = standing_of(verdict, [], Sending(at(sent), taken, **OPEN), TODAY)
    assert found == expected
    assert found is not None
    assert found.is_due(TODAY) == (expected.due_on is not None and expected.due_on <= TODAY)


def test_the_day_is_the_one_in_sweden() -> None:
    """Half past eleven in the evening in London is the next day here."""
    found = standing_of(SILENT, [], Sending(at(14, hour=23), **OPEN), TODAY)
    assert found is not None
    assert (found.due_on, BETWEEN.days) == (day(-1), 14)
