"""What free text must not hold."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from stdnum import luhn

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212+"
# Not part of a longer run of digits; century optional; separators between the date and the last four optional.
_CANDIDATE = re.compile(
    rf"(?<!\d)(?P<century>18|19|20)?(?P<year>\d\d)[ .{_DASHES}/]?(?P<month>\d\d)[ .{_DASHES}/]?(?P<day>\d\d)"
    rf"[ ]?[{_DASHES}]?[ ]?(?P<last>\d{{4}})(?!\d)"
)
_PHONE = re.compile(r"^\+?[\d\s()/\u2010\u2011\u2013-]{5,30}$")

PERSONAL_NUMBER_MESSAGE = (
    "Texten innehåller något som ser ut som ett personnummer. Portalen får inte innehålla personnummer: ta bort det."
)


def has_personal_number(text: str) -> bool:
    """Whether a text holds a Swedish personal identity or coordination number, in any usual spelling."""
    return any(_is_personal_number(match) for match in _CANDIDATE.finditer(text))


def _is_personal_number(match: re.Match[str]) -> bool:
    digits = match["year"] + match["month"] + match["day"] + match["last"]
    day = int(match["day"])
    return _is_day(match["year"], match["month"], day - 60 if day > 60 else day) and luhn.is_valid(digits)


def _is_day(year: str, month: str, day: int) -> bool:
    for century in (1900, 2000):
        try:
            date(century + int(year), int(month), day)
        except ValueError:
            continue
        return True
    return False


def refuse_personal_number(text: str) -> None:
    """Validator: no personal identity numbers in free text."""
    if has_personal_number(text):
        raise ValidationError(PERSONAL_NUMBER_MESSAGE, code="personal_number")


def validate_phone(text: str) -> None:
    """Validator: a phone number as people write them."""
    if not _PHONE.match(text) or sum(letter.isdigit() for letter in text) < 5:
        raise ValidationError("Skriv telefonnumret med siffror, till exempel 010-123 45 67.", code="phone")
