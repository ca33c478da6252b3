"""Who holds the seats of forums on a day, and what is wrong with those that nobody holds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from mandates.enums import LineKind, LineState
from mandates.models import MandateSeat
from mandates.workflow import OPEN_LINE_STATES
from organisations.enums import SeatHolding
from organisations.models import Appointment, Forum, Organisation, Seat
from organisations.queries import PersonCard, card

ENDS_SOON = timedelta(days=90)
VALID, ENDS, WAITING, MISSING = "valid", "ends", "waiting", "missing"
LABELS = {VALID: "Giltigt uppdrag", ENDS: "Slutar inom 90 dagar", WAITING: "Väntar på nästa steg", MISSING: "Saknas"}
TONES = {VALID: "good", ENDS: "warning", WAITING: "waiting", MISSING: "bad"}


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a seat on the day, as the reader may see them."""

    card: PersonCard
    is_deputy: bool
    starts_on: date | None
    ends_on: date | None
    line: MandateSeat | None = None


@dataclass
class SeatStatus:
    """One seat on a day: who holds it, whom it waits for since when, what comes next."""

    seat: Seat
    status: str
    holders: list[Holder] = field(default_factory=list)
    waiting_for: str = ""
    waiting_since: datetime | None = None
    next_from: date | None = None
    ends_on: date | None = None

    @property
    def label(self) -> str:
        return LABELS[self.status]

    @property
    def tone(self) -> str:
        return TONES[self.status]

    @property
    def is_overdue(self) -> bool:
        """Whether somebody has been waited for longer than two weeks."""
        return self.waiting_since is not None and timezone.now() - self.waiting_since > timedelta(days=14)


def seats_of(forum: Forum, day: date) -> QuerySet[Seat]:
    """The forum's seats on the day, of organisations that take part then."""
    active = Organisation.objects.active_on(day)
    return forum.seats.active_on(day).filter(organisation__in=active).select_related("forum").in_order()


def seat_statuses(seats: Iterable[Seat], day: date, reader: Any) -> list[SeatStatus]:
    """The status of each seat on a day, in the order given; two queries, however many seats.

    What waits today is shown from the day it began to wait; what once waited and has been decided is history.
    """
    rows = list(seats)
    lines = _lines_by_seat(rows)
    appointments = _appointments_by_seat(rows, day)
    return [_status(seat, lines[seat.pk], appointments[seat.pk], day, reader) for seat in rows]


def _lines_by_seat(seats: list[Seat]) -> dict[int, list[MandateSeat]]:
    found: dict[int, list[MandateSeat]] = defaultdict(list)
    states = [LineState.ATTESTED, LineState.ENDED, LineState.WAITING, LineState.RETURNED]
    lines = MandateSeat.objects.filter(seat__in=seats, state__in=states).select_related(
        "mandate__representative", "commissioner", "seat__organisation"
    )
    for line in lines.order_by("starts_on", "pk"):
        found[line.seat_id].append(line)
    return found


def _appointments_by_seat(seats: list[Seat], day: date) -> dict[int, list[Appointment]]:
    found: dict[int, list[Appointment]] = defaultdict(list)
    by_office = [seat for seat in seats if seat.forum.seats_held_by == SeatHolding.EX_OFFICIO]
    if by_office:
        for appointment in Appointment.objects.active_on(day).filter(seat__in=by_office).select_related("holder"):
            found[appointment.seat_id].append(appointment)
    return found


def _status(
    seat: Seat, lines: list[MandateSeat], appointments: list[Appointment], day: date, reader: Any
) -> SeatStatus:
    held = [line for line in lines if line.is_active_on(day)]
    holders = [_by_mandate(line, reader) for line in sorted(held, key=lambda line: line.kind == LineKind.DEPUTY)]
    holders += [_by_office(seat, appointment, reader) for appointment in appointments]
    found = SeatStatus(seat=seat, status=MISSING, holders=holders)
    ordinary = [holder for holder in holders if not holder.is_deputy]
    later = [line for line in lines if line.state == LineState.ATTESTED and line.starts_on and line.starts_on > day]
    later = [line for line in later if line.kind == LineKind.ORDINARY]
    found.next_from = later[0].starts_on if later else None
    _set_waiting(found, [line for line in lines if _is_open_on(line, day)], reader)
    if ordinary:
        found.ends_on = ordinary[0].ends_on
        ends = found.ends_on is not None and found.ends_on - day <= ENDS_SOON and not later
        found.status = ENDS if ends else VALID
    elif found.waiting_since:
        found.status = WAITING
    return found


def _open_since(line: MandateSeat) -> datetime:
    return line.waiting_since or line.returned_at or timezone.now()


def _is_open_on(line: MandateSeat, day: date) -> bool:
    """Whether the line, as it stands today, already waited on the day."""
    return line.state in OPEN_LINE_STATES and timezone.localdate(_open_since(line)) <= day


def _set_waiting(found: SeatStatus, lines: list[MandateSeat], reader: Any) -> None:
    ordinary = [line for line in lines if line.kind == LineKind.ORDINARY]
    if not ordinary:
        return
    line = min(ordinary, key=_open_since)
    organisation = found.seat.organisation
    if line.state == LineState.WAITING and line.commissioner:
        person = card(person=line.commissioner, organisation=organisation, function="Uppdragsgivare", reader=reader)
        found.waiting_for, found.waiting_since = f"attest av {person.name}", line.waiting_since
    else:
        person = _shown(line, reader)
        found.waiting_for, found.waiting_since = f"rättning av {person.name}", line.returned_at


def _shown(line: MandateSeat, reader: Any) -> PersonCard:
    return card(
        person=line.mandate.representative,
        organisation=line.seat.organisation,
        function="Representant",
        reader=reader,
        shown=line.mandate,
    )


def _by_mandate(line: MandateSeat, reader: Any) -> Holder:
    return Holder(_shown(line, reader), line.kind == LineKind.DEPUTY, line.starts_on, line.last_day, line)


def _by_office(seat: Seat, appointment: Appointment, reader: Any) -> Holder:
    function = seat.function or "Ledamot"
    person = card(person=appointment.holder, organisation=seat.organisation, function=function, reader=reader)
    return Holder(person, False, appointment.starts_on, appointment.ends_on)


@dataclass(frozen=True)
class Coverage:
    """The seats of a forum held by mandates, and how many are in each status."""

    forum: Forum
    day: date
    rows: list[SeatStatus]

    def count(self, status: str) -> int:
        return sum(row.status == status for row in self.rows)

    @property
    def without(self) -> int:
        """Seats with no valid mandate on the day."""
        return self.count(WAITING) + self.count(MISSING)


def coverage(forum: Forum, day: date, reader: Any) -> Coverage:
    """Which seats have a valid mandate on the day, and which do not; the same number of queries for any forum."""
    return Coverage(forum, day, seat_statuses(seats_of(forum, day), day, reader))
