"""Who represented an organisation on a day, with the proof."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from organisations.models import Organisation
from reports.queries.seats import SeatStatus, seat_statuses, seats_of_organisations


@dataclass(frozen=True)
class Representation:
    """One organisation's seats on a day and who held them."""

    organisation: Organisation
    day: date
    seats: list[SeatStatus]

    @property
    def is_past(self) -> bool:
        return self.day < timezone.localdate()

    @property
    def verb(self) -> str:
        """The verb of the sentence: in the past, today or later."""
        if self.is_past:
            return "representerade"
        return "representerar" if self.day == timezone.localdate() else "ska representera"


def representation(organisation: Organisation, day: date, reader: Any) -> Representation:
    """All seats of the organisation on the day, by forum."""
    return Representation(organisation, day, seat_statuses(seats_of_organisations([organisation], day), day, reader))
