"""Where a journey goes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """An address, the name of its pattern, and who goes there ("" is a stranger)."""

    name: str
    path: str
    person: str = "coordinator"
    status: int = 200
