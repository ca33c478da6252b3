"""Who represented an organisation on a day, with the proof."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from organisations.models import Organisation
from reports.queries.seats import SeatStatus, seat_statuses


@dataclass(frozen=True)
class Representation:
    """One organisation's seats on a day and who held them."""

    organisation: Organisation
    day: date
    seats: list[SeatStatus]


def representation(organisation: Organisation, day: date, reader: Any) -> Representation:
    """All seats of the organisation on the day, by forum."""
    seats = (
        organisation.seats.active_on(day).select_related("forum", "organisation").order_by("forum__name", "function")
    )
    return Representation(organisation, day, seat_statuses(seats, day, reader))
