"""Working days in Sweden.

Lagen (1930:173) 2 § counts out Saturdays, Sundays, holidays, Midsummer's Eve, Christmas Eve and New Year's Eve. A day
squeezed in between holidays is a working day.
"""

from datetime import date, timedelta
from functools import cache, lru_cache

from holidays.countries.sweden import Sweden

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _days_off(day.year)


@lru_cache(maxsize=4096)
def working_day(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


@cache
def _days_off(year: int) -> frozenset[date]:
    """Public holidays, and the three eves (`de_facto`) that the law puts beside them."""
    return frozenset(Sweden(language="sv", include_sundays=False, years=year, categories=("public", "de_facto")))
