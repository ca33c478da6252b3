"""What is wrong in a partnership file, by line and place, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Fault:
    """One fault; `place` leads from the section to the field."""

    line: int
    place: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"Rad {self.line}{', ' if self.place else ''}{' › '.join(self.place)}: {self.message}"


class PartnershipFileError(Exception):
    """The file was not imported; `faults` says why, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass
class Faults:
    """Gathers faults, so that all of them are told at once."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, place: tuple[str, ...], message: str) -> None:
        self.found.append(Fault(line, place, message))

    def stop_if_any(self) -> None:
        if self.found:
            raise PartnershipFileError(self.found)
