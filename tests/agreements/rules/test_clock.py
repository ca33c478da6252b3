"""The legal clock against days counted by hand in the calendars of 2024-2027."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.rules.clock import Moment, latest_legal_force, legal_clock, soonest_legal_force
from kvinnofrid.core.days import working_day
from tests.agreements.rules.made import entry, on

# decided, approved by, announced by, appeal ends, legal force
BY_HAND = [
    ("2024-03-11", "2024-03-25", "2024-03-27", "2024-04-17", "2024-04-18"),  # nothing in the way
    ("2024-03-15", "2024-04-02", "2024-04-04", "2024-04-25", "2024-04-26"),  # Good Friday to Easter Monday
    ("2024-04-15", "2024-04-29", "2024-05-02", "2024-05-23", "2024-05-24"),  # 1 May
    ("2024-05-15", "2024-05-29", "2024-05-31", "2024-06-24", "2024-06-25"),  # ends on Midsummer's Eve, a Friday
    ("2024-05-23", "2024-06-07", "2024-06-10", "2024-07-01", "2024-07-02"),  # 6 June; then a Sunday
    ("2024-11-18", "2024-12-02", "2024-12-04", "2024-12-27", "2024-12-28"),  # ends on 25 December, a Wednesday
    ("2024-11-25", "2024-12-09", "2024-12-11", "2025-01-02", "2025-01-03"),  # ends on New Year's Day
    ("2024-12-10", "2024-12-27", "2024-12-30", "2025-01-20", "2025-01-21"),  # due on Christmas Eve; then a Sunday
    ("2024-12-17", "2025-01-02", "2025-01-07", "2025-01-28", "2025-01-29"),  # New Year's Eve; Saturday to Epiphany
    ("2025-04-15", "2025-04-29", "2025-05-02", "2025-05-23", "2025-05-24"),  # the day after 1 May is a working day
    ("2025-05-14", "2025-05-28", "2025-05-30", "2025-06-23", "2025-06-24"),  # a squeezed-in Friday; Midsummer's Eve
    ("2025-11-17", "2025-12-01", "2025-12-03", "2025-12-29", "2025-12-30"),  # ends on Christmas Eve
    ("2025-11-24", "2025-12-08", "2025-12-10", "2026-01-02", "2026-01-03"),  # ends on New Year's Eve
    ("2026-05-13", "2026-05-27", "2026-05-29", "2026-06-22", "2026-06-23"),  # ends on Midsummer's Eve
    ("2026-09-21", "2026-10-05", "2026-10-07", "2026-10-28", "2026-10-29"),
    ("2026-10-16", "2026-10-30", "2026-11-02", "2026-11-23", "2026-11-24"),  # All Saints' Eve is a working day
    ("2026-11-24", "2026-12-08", "2026-12-10", "2027-01-04", "2027-01-05"),  # ends on New Year's Eve
    ("2026-12-10", "2026-12-28", "2026-12-30", "2027-01-20", "2027-01-21"),  # due on Christmas Eve
    ("2027-04-22", "2027-05-07", "2027-05-10", "2027-05-31", "2027-06-01"),  # Ascension Day; then a Sunday
    ("2027-05-18", "2027-06-01", "2027-06-03", "2027-06-24", "2027-06-25"),  # legal force on Midsummer's Eve itself
    ("2028-02-14", "2028-02-28", "2028-03-01", "2028-03-22", "2028-03-23"),  # a leap year
]
DAYS_OFF = {
    # Midsummer's Eve, Christmas Eve and New Year's Eve of each year, and the first working day after
    "2024-06-21": "2024-06-24",
    "2025-06-20": "2025-06-23",
    "2026-06-19": "2026-06-22",
    "2027-06-25": "2027-06-28",
    "2024-12-24": "2024-12-27",
    "2025-12-24": "2025-12-29",
    "2026-12-24": "2026-12-28",
    "2027-12-24": "2027-12-27",
    "2024-12-31": "2025-01-02",
    "2025-12-31": "2026-01-02",
    "2026-12-31": "2027-01-04",
    "2027-12-31": "2028-01-03",
    # other days off
    "2024-03-29": "2024-04-02",
    "2025-04-18": "2025-04-22",
    "2026-04-03": "2026-04-07",
    "2027-03-26": "2027-03-30",
    "2026-05-14": "2026-05-15",
    "2025-06-06": "2025-06-09",
    "2026-01-06": "2026-01-07",
}
WORKING_DAYS = [
    "2024-03-28",  # Maundy Thursday
    "2024-04-30",  # Walpurgis Eve
    "2026-01-05",  # the eve of Epiphany
    "2026-05-15",  # between Ascension Day and the weekend
    "2026-06-18",  # the day before Midsummer's Eve
    "2025-12-23",
    "2025-12-30",
]


@pytest.mark.parametrize("days", BY_HAND)
def test_computed_days(days: tuple[str, ...]) -> None:
    clock = legal_clock(entry(days[0]))
    found = (clock.approved_by, clock.announced_by, clock.appeal_ends, clock.legal_force_on)
    assert found == tuple(Moment(on(day), is_computed=True) for day in days[1:])
    assert latest_legal_force(on(days[0])) == on(days[4])


@pytest.mark.parametrize(("day", "expected"), DAYS_OFF.items())
def test_days_off(day: str, expected: str) -> None:
    assert working_day(on(day)) == on(expected)


@pytest.mark.parametrize("day", WORKING_DAYS)
def test_working_days(day: str) -> None:
    assert working_day(on(day)) == on(day)


def test_registered_days_take_the_place_of_computed_ones() -> None:
    clock = legal_clock(entry("2026-03-02", approved_on=on("2026-03-05")))
    assert (clock.approved_by, clock.announced_by) == (Moment(on("2026-03-05"), False), Moment(on("2026-03-09"), True))
    clock = legal_clock(entry("2026-03-02", announced_on=on("2026-03-07")))  # a Saturday, and yet it was done
    assert (clock.announced_by, clock.appeal_ends) == (Moment(on("2026-03-07"), False), Moment(on("2026-03-30"), True))
    clock = legal_clock(entry("2026-03-02", legal_force_on=on("2026-06-01")))
    assert clock.legal_force_on == Moment(on("2026-06-01"), False)
    assert clock.appeal_ends == Moment(on("2026-04-08"), True)


def test_approved_at_once() -> None:
    at_once = entry("2026-03-02", is_approved_at_once=True)
    clock = legal_clock(at_once)
    assert (clock.approved_by, clock.announced_by) == (Moment(on("2026-03-02"), False), Moment(on("2026-03-04"), True))
    assert legal_clock(at_once._replace(approved_on=on("2026-03-03"))).approved_by == Moment(on("2026-03-03"), False)


def test_soonest_legal_force() -> None:
    days = ("2026-03-02", "2026-05-29", "2026-12-03")
    assert [str(soonest_legal_force(on(day))) for day in days] == ["2026-03-24", "2026-06-23", "2026-12-29"]


@settings(max_examples=300, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_the_days_come_in_order(day: date) -> None:
    clock = legal_clock(entry(str(day)))
    days = [day, clock.approved_by.on, clock.announced_by.on, clock.appeal_ends.on, clock.legal_force_on.on]
    assert days == sorted(days)
    assert day < soonest_legal_force(day) <= latest_legal_force(day) <= latest_legal_force(day + timedelta(days=1))
    assert all(working_day(found) == found for found in days[1:4])
