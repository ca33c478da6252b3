"""What a person holds besides roles: upper apps tell, so that nobody ends a role without knowing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from organisations.models import Organisation, User


@dataclass(frozen=True)
class Holding:
    """Something that stands in the person's name: what, and where it is ended."""

    text: str
    url: str
    organisation: Organisation


Source = Callable[[User, date], Iterable[Holding]]
_sources: list[Source] = []


def tell_holdings(source: Source) -> Source:
    """Called once by an upper app: how it knows what a person holds on a day."""
    if source not in _sources:
        _sources.append(source)
    return source


def holdings(person: User, day: date, organisation: Organisation | None = None) -> list[Holding]:
    """All that the person holds on the day, or what is held for one organisation."""
    found = [holding for source in _sources for holding in source(person, day)]
    return [one for one in found if organisation is None or one.organisation == organisation]
