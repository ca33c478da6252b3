"""Days and names as they stand in a Swedish sentence."""

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
MOST_NAMES = 4
NAMES_OF_MANY = 2


def day_in_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def joined(names: Sequence[str]) -> str:
    """ "Falun, Säter och Orsa"; of more than four, the first two and how many more there are."""
    if len(names) > MOST_NAMES:
        names = [*names[:NAMES_OF_MANY], f"{len(names) - NAMES_OF_MANY} till"]
    *first, last = names or [""]
    return f"{', '.join(first)} och {last}" if first else last
