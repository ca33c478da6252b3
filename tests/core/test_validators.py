"""Personal identity numbers are caught in every usual spelling; other numbers are let through."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from kvinnofrid.core.validators import has_personal_number, refuse_personal_number, validate_phone

NUMBERS = 10_000

SPELLINGS: dict[str, Callable[[str, str, str, str, str], str]] = {
    "tio siffror": lambda c, y, m, d, n: f"{y}{m}{d}{n}",
    "tolv siffror": lambda c, y, m, d, n: f"{c}{y}{m}{d}{n}",
    "bindestreck": lambda c, y, m, d, n: f"{y}{m}{d}-{n}",
    "bindestreck och sekel": lambda c, y, m, d, n: f"{c}{y}{m}{d}-{n}",
    "plus": lambda c, y, m, d, n: f"{y}{m}{d}+{n}",
    "mellanslag": lambda c, y, m, d, n: f"{y}{m}{d} {n}",
    "mellanslag och sekel": lambda c, y, m, d, n: f"{c}{y}{m}{d} {n}",
    "datum med streck": lambda c, y, m, d, n: f"{c}{y}-{m}-{d}-{n}",
    "datum med streck och mellanslag": lambda c, y, m, d, n: f"{c}{y}-{m}-{d} {n}",
    "kort datum med streck": lambda c, y, m, d, n: f"{y}-{m}-{d}-{n}",
    "isär": lambda c, y, m, d, n: f"{c}{y} {m} {d} {n}",
    "kort isär": lambda c, y, m, d, n: f"{y} {m} {d} {n}",
    "punkter": lambda c, y, m, d, n: f"{y}.{m}.{d}-{n}",
    "snedstreck": lambda c, y, m, d, n: f"{c}{y}/{m}/{d}-{n}",
    "luft kring strecket": lambda c, y, m, d, n: f"{y}{m}{d} - {n}",
    "tankstreck": lambda c, y, m, d, n: f"{y}{m}{d}\N{EN DASH}{n}",
    "minustecken": lambda c, y, m, d, n: f"{y}{m}{d}\N{MINUS SIGN}{n}",
    "hårt bindestreck": lambda c, y, m, d, n: f"{y}{m}{d}\N{NON-BREAKING HYPHEN}{n}",
    "hårt mellanslag": lambda c, y, m, d, n: f"{y}{m}{d}\N{NO-BREAK SPACE}{n}",
    "smalt mellanslag": lambda c, y, m, d, n: f"{y}{m}{d}\N{NARROW NO-BREAK SPACE}{n}",
    "radbrytning": lambda c, y, m, d, n: f"{y}{m}{d}-\n{n}",
    "osynligt tecken": lambda c, y, m, d, n: f"{y}{m}{d}\N{ZERO WIDTH SPACE}{n}",
    "mjukt bindestreck": lambda c, y, m, d, n: f"{y}{m}{d}\N{SOFT HYPHEN}-{n}",
    "breda siffror": lambda c, y, m, d, n: f"{y}{m}{d}-{n}".translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
}
AROUND = ("{}", "Gäller {}.", "pnr:{}", "({})", "12 {}", "{} 5", "Anna{}Björk", "dnr 7, {}, rad 2", "{}\n")


def made_up_number(rng: random.Random, *, coordination: bool) -> tuple[str, str, str, str, str]:
    """Century, year, month, day and last four digits with a right check digit."""
    born = date(1900, 1, 1) + timedelta(days=rng.randrange((date(2026, 1, 1) - date(1900, 1, 1)).days))
    year, month = f"{born:%y}", f"{born:%m}"
    day = f"{born.day + (60 if coordination else 0):02d}"
    birth = f"{rng.randrange(1000):03d}"
    return f"{born:%Y}"[:2], year, month, day, birth + luhn.calc_check_digit(year + month + day + birth)


def test_personal_numbers_are_caught_in_every_usual_spelling() -> None:
    rng = random.Random(20261122)
    spellings = list(SPELLINGS.values())
    missed = []
    for turn in range(NUMBERS):
        number = made_up_number(rng, coordination=turn % 10 == 0)
        text = AROUND[turn % len(AROUND)].format(spellings[turn % len(spellings)](*number))
        if not has_personal_number(text):
            missed.append(text)
    assert missed == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling(spelling: str) -> None:
    rng = random.Random(spelling)
    numbers = [made_up_number(rng, coordination=False) for _ in range(50)]
    assert [n for n in numbers if not has_personal_number(SPELLINGS[spelling](*n))] == []


def organisation_number(rng: random.Random) -> str:
    digits = f"{rng.choice('235789')}{rng.randrange(10)}{rng.randrange(20, 100)}{rng.randrange(10**5):05d}"
    number = digits + luhn.calc_check_digit(digits)
    return rng.choice((number, f"{number[:6]}-{number[6:]}", f"16{number}", f"SE{number}01"))


def case_number(rng: random.Random) -> str:
    year, serial = rng.randrange(1998, 2028), rng.randrange(1, 100_000)
    prefix = rng.choice(("KS", "SN", "HSN", "RD", "AVN", "Dnr"))
    return rng.choice(
        (
            f"{prefix} {year}/{serial:05d}",
            f"{prefix} {year}-{serial:06d}",
            f"{prefix}{year % 100:02d}/{serial:05d}",
            f"{year}-{serial:04d}",
            f"{year}/{serial:07d}",
            f"{serial:05d}-{year}",
            f"{rng.randrange(100, 999)}-{serial:06d}-{year}",
            f"{prefix} {year}.{rng.randrange(1, 999)} {serial}",
            f"A{rng.randrange(100, 999)}.{serial:03d}/{year}",
            f"{prefix} {year}/{serial:04d}-{rng.randrange(1, 40)}",
        )
    )


@pytest.mark.parametrize("make", [organisation_number, case_number])
def test_other_numbers_are_let_through(make: Callable[[random.Random], str]) -> None:
    rng = random.Random(20261122)
    alarms = sum(has_personal_number(make(rng)) for _ in range(NUMBERS))
    assert alarms < NUMBERS * 0.005


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-18",
        "2024-06-18 13:00",
        "2099-12-01 1300",  # nobody is born yet
        "20 % från 2026-11-01 till 2027-12-31",
        "8112189875",  # wrong check digit
        "811318-9876",  # no such month
        "811232-9876",  # no such day
        "98112189876",  # part of a longer number
        "811218-98761",
        "",
    ],
)
def test_what_is_no_personal_number(text: str) -> None:
    assert has_personal_number(text) is False


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert has_personal_number(text) in {True, False}


@given(st.text(alphabet=" -+./0123456789\u2013\u00a0\u200b", max_size=40))
def test_the_number_is_found_wherever_it_stands(around: str) -> None:
    assert has_personal_number(f"{around} x811218-9876x {around}") is True


def test_the_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(ValidationError) as refusal:
        refuse_personal_number("Ring 811218-9876")
    assert "9876" not in str(refusal.value)


@pytest.mark.parametrize(
    "phone",
    ["010-123 45 67", "0243-740 00", "070-174 06 05", "+46 70 174 06 05", "08\N{EN DASH}465 004 00", "(0243) 740 00", "11414", "114 14", "112", "+46 (0)10-123 45 67"],
)  # fmt: skip
def test_phones_as_people_write_them(phone: str) -> None:
    validate_phone(phone)


@pytest.mark.parametrize(
    "text", ["", "ring mig", "0", "0-----", "811218-9876", "198112189876", "010-123\n45 67", "010\x00123 45 67", "0" * 40, "12 34 56 78"]
)  # fmt: skip
def test_what_is_no_phone(text: str) -> None:
    with pytest.raises(ValidationError):
        validate_phone(text)


@given(st.text())
def test_any_phone_is_answered(text: str) -> None:
    try:
        validate_phone(text)
    except ValidationError:
        return
    assert sum(letter.isdigit() for letter in text) >= 3
