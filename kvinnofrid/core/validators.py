"""What free text must not hold, and what a phone number looks like."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from stdnum import luhn

# Between the parts of the date, and before the last four digits. All spaces and dashes are made plain first.
_BETWEEN = r"[ ./-]?"
_BEFORE_LAST = r"(?: ?[-+/] ?|[ .]?)"
# Looks ahead only, so that candidates may overlap: in "12 811218-9876" the first try must not eat the second.
_CANDIDATE = re.compile(
    rf"(?<!\d)(?=(?P<century>18|19|20)?{_BETWEEN}(?P<year>\d\d){_BETWEEN}(?P<month>0[1-9]|1[0-2])"
    rf"{_BETWEEN}(?P<day>[0-2]\d|3[01]|6[1-9]|[78]\d|9[01]){_BEFORE_LAST}(?P<last>\d{{4}})(?!\d))",
    re.ASCII,
)
# With an area or country code, or a short number inside an organisation.
_PHONE = re.compile(r"\(?[+0][\d ()/-]{5,28}|\d(?: ?\d){2,5}", re.ASCII)

PERSONAL_NUMBER_MESSAGE = (
    "Texten innehåller något som ser ut som ett personnummer. Portalen får inte innehålla personnummer: ta bort det."
)
PHONE_MESSAGE = "Skriv telefonnumret med riktnummer, till exempel 010-123 45 67."


def has_personal_number(text: str) -> bool:
    """Whether a text holds a Swedish personal identity or coordination number, in any usual spelling."""
    plain = re.sub(r"\s+", " ", _plain(text))
    return any(_is_personal_number(match) for match in _CANDIDATE.finditer(plain))


def _plain(text: str) -> str:
    """Digits, spaces and dashes of every kind as the plain ones; signs that do not show are left out."""
    return "".join(
        "-" if unicodedata.category(letter) == "Pd" or letter == "\N{MINUS SIGN}" else letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) != "Cf"
    )


def _is_personal_number(match: re.Match[str]) -> bool:
    digits = match["year"] + match["month"] + match["day"] + match["last"]
    day = int(match["day"])
    return luhn.is_valid(digits) and _is_birthday(
        match["century"], int(match["year"]), int(match["month"]), day - 60 if day > 60 else day
    )


def _is_birthday(century: str | None, year: int, month: int, day: int) -> bool:
    """Whether somebody can have been born then: a planned meeting in 2027 is nobody's birthday."""
    centuries = (century,) if century else ("19", "20")
    return any(_has_been(int(first) * 100 + year, month, day) for first in centuries)


def _has_been(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day) <= timezone.localdate()
    except ValueError:
        return False


def refuse_personal_number(text: str) -> None:
    """Validator: no personal identity numbers in free text."""
    if has_personal_number(text):
        raise ValidationError(PERSONAL_NUMBER_MESSAGE, code="personal_number")


def validate_phone(text: str) -> None:
    """Validator: a phone number as people write them, with an area code or a country code, or a short internal one.

    What begins otherwise and is long is no phone number, so that few identity numbers get in this way.
    """
    plain = _plain(text)
    if not _PHONE.fullmatch(plain) or sum(letter.isdigit() for letter in plain) < 3:
        raise ValidationError(PHONE_MESSAGE, code="phone")
