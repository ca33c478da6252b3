"""Periods of days: where a row of them has its first hole. Browsers: what a device is called."""

from collections.abc import Iterable
from datetime import date, timedelta

Span = tuple[date | None, date | None]  # both ends included, an empty one is open


def first_gap(spans: Iterable[Span], day: date) -> date | None:
    """The first day, from the given one on, that no span covers; None when one of them goes on without an end."""
    for starts_on, ends_on in sorted(spans, key=lambda span: span[0] or date.min):
        if starts_on and starts_on > day:
            break
        if ends_on is None:
            return None
        day = max(day, ends_on + timedelta(days=1))
    return day


# Which browser and which system a browser says that it is; the first word that fits counts, as most name several.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """A device in two words, from what its browser says about itself."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "Okänd webbläsare")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return f"{browser} på {system}" if system else browser
