"""Who holds the seats of forums on a day, and what is wrong with those that nobody holds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.ordering import swedish
from mandates.enums import LineKind, LineState
from mandates.models import MandateSeat, Vacancy
from mandates.permissions import may_register_vacancy, sees_in_full
from mandates.queries import Due, confirmation_due, vacancies_on
from mandates.workflow import HELD_LINE_STATES, OPEN_LINE_STATES
from organisations.enums import SeatHolding
from organisations.models import Appointment, Forum, Organisation, Seat, User
from organisations.permissions import sees_forum_coverage, sees_internal
from organisations.queries import PersonCard, card

ENDS_SOON = timedelta(days=90)
OVERDUE = timedelta(days=14)
VALID, ENDS, WAITING, MISSING = "valid", "ends", "waiting", "missing"
# What needs somebody stands first.
LABELS = {MISSING: "Saknas", WAITING: "Väntar på nästa steg", ENDS: "Slutar inom 90 dagar", VALID: "Giltigt uppdrag"}
LABELS_BY_OFFICE = {**LABELS, VALID: "Besatt", MISSING: "Vakant"}
TONES = {MISSING: "bad", WAITING: "waiting", ENDS: "warning", VALID: "good"}


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a seat on the day, as the reader may see them, and by what proof."""

    card: PersonCard
    is_deputy: bool
    starts_on: date | None
    ends_on: date | None
    line: MandateSeat | None = None
    attested_by: PersonCard | None = None
    mandate_url: str = ""
    due: Due | None = None  # for those who see the line in full


@dataclass
class SeatStatus:
    """One seat on a day: who holds it, whom it waits for since when, what comes next.

    The addresses are empty where the reader may not open the mandate.
    """

    seat: Seat
    status: str
    holders: list[Holder] = field(default_factory=list)
    waiting_for: str = ""
    waiting_since: datetime | None = None
    waiting_reference: str = ""
    waiting_url: str = ""
    next_from: date | None = None
    ends_on: date | None = None
    vacancy: Vacancy | None = None  # what has been registered, while nobody holds the seat
    sees_note: bool = False
    vacancy_url: str = ""

    @property
    def by_office(self) -> bool:
        """Whether the seat goes with an office, so that no mandate is needed."""
        return self.seat.forum.seats_held_by == SeatHolding.EX_OFFICIO

    @property
    def label(self) -> str:
        return (LABELS_BY_OFFICE if self.by_office else LABELS)[self.status]

    @property
    def tone(self) -> str:
        # Nobody has promised to tell who holds an office, so an empty one is no fault.
        return "neutral" if self.by_office and self.status == MISSING else TONES[self.status]

    @property
    def mandates(self) -> list[tuple[str, str]]:
        """The mandates that the reader may open, as reference and address: those in force, then the one that waits."""
        found = [(holder.line.mandate.reference, holder.mandate_url) for holder in self.holders if holder.line]
        return [(reference, url) for reference, url in [*found, (self.waiting_reference, self.waiting_url)] if url]

    @property
    def is_held(self) -> bool:
        return self.status in {VALID, ENDS}

    @property
    def vacant(self) -> str:
        """That nobody holds the seat, since when and until when, as far as it is known."""
        if self.vacancy is None:
            return "Vakant (N.N.)"
        since = f"Vakant (N.N.) sedan {self.vacancy.starts_on}"
        return f"{since}, någon väntas {self.vacancy.expected_on}" if self.vacancy.expected_on else since

    @property
    def is_overdue(self) -> bool:
        """Whether somebody has been waited for longer than two weeks."""
        return self.waiting_since is not None and timezone.now() - self.waiting_since > OVERDUE


def seats_on(day: date) -> QuerySet[Seat]:
    """Seats on the day, of organisations that take part then, by organisation."""
    active = Organisation.objects.active_on(day)
    return Seat.objects.active_on(day).filter(organisation__in=active).select_related("forum").in_order()


def seats_of(forum: Forum, day: date) -> QuerySet[Seat]:
    """The forum's seats on the day, of organisations that take part then."""
    return seats_on(day).filter(forum=forum)


def seats_of_organisations(organisations: Iterable[Organisation], day: date) -> QuerySet[Seat]:
    """The organisations' seats on the day, by organisation and forum."""
    seats = Seat.objects.active_on(day).filter(organisation__in=organisations)
    order = (swedish("organisation__name"), swedish("forum__name"), "function")
    return seats.select_related("forum", "organisation").order_by(*order)


def seat_statuses(seats: Iterable[Seat], day: date, reader: Any) -> list[SeatStatus]:
    """The status of each seat on a day, in the order given; three queries, however many seats.

    What waits today is shown from the day it began to wait; what once waited and has been decided is history. Only
    those who see the coverage of the forum, or the mandate itself, are told that somebody is waited for.
    """
    rows = list(seats)
    lines = _lines_by_seat(rows, day)
    appointments = _appointments_by_seat(rows, day)
    found = [_status(seat, lines[seat.pk], appointments[seat.pk], day, reader) for seat in rows]
    _set_vacancies(found, day, reader)
    return found


def _set_vacancies(rows: list[SeatStatus], day: date, reader: Any) -> None:
    """What has been registered about the seats that nobody holds; who may do so is led to where it is done."""
    empty = [row for row in rows if not row.by_office and not row.is_held]
    known = vacancies_on([row.seat for row in empty], day) if empty else {}
    for row in empty:
        row.vacancy = known.get(row.seat.pk)
        row.sees_note = sees_internal(reader, row.seat.organisation)
        if may_register_vacancy(reader, row.seat):
            row.vacancy_url = reverse("vacancy_edit", args=[row.seat.pk])


def _lines_by_seat(seats: list[Seat], day: date) -> dict[int, list[MandateSeat]]:
    found: dict[int, list[MandateSeat]] = defaultdict(list)
    by_mandate = [seat for seat in seats if seat.forum.seats_held_by == SeatHolding.MANDATE]
    if by_mandate:
        not_over = Q(in_force_to__isnull=True) | Q(in_force_to__gte=day)
        lines = MandateSeat.objects.alias(in_force_to=Coalesce("ended_on", "ends_on")).filter(
            Q(state__in=OPEN_LINE_STATES) | Q(not_over, state__in=HELD_LINE_STATES), seat__in=by_mandate
        )
        lines = lines.select_related("mandate__representative", "commissioner", "attested_by", "decided_link", "paper")
        lines = lines.select_related("seat__organisation", "seat__forum").with_confirmation()
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
    holders = [_by_mandate(line, day, reader) for line in sorted(held, key=lambda line: line.kind == LineKind.DEPUTY)]
    holders += [_by_office(seat, appointment, reader) for appointment in appointments]
    found = SeatStatus(seat=seat, status=MISSING, holders=holders)
    found.next_from = next((line.starts_on for line in lines if _is_later(line, day)), None)
    _set_waiting(found, [line for line in lines if _is_open_on(line, day)], reader)
    ordinary = [holder for holder in holders if not holder.is_deputy]
    if ordinary:
        found.ends_on = ordinary[0].ends_on
        ends = found.ends_on is not None and found.ends_on - day <= ENDS_SOON and not found.next_from
        found.status = ENDS if ends else VALID
    elif found.waiting_since:
        found.status = WAITING
    return found


def _is_later(line: MandateSeat, day: date) -> bool:
    """Whether the line, attested, makes somebody the ordinary representative after the day."""
    is_attested = line.state == LineState.ATTESTED and line.kind == LineKind.ORDINARY
    return is_attested and line.starts_on is not None and line.starts_on > day


def _open_since(line: MandateSeat) -> datetime:
    return line.waiting_since or line.returned_at or timezone.now()


def _is_open_on(line: MandateSeat, day: date) -> bool:
    """Whether the line, as it stands today, already waited on the day."""
    return line.state in OPEN_LINE_STATES and timezone.localdate(_open_since(line)) <= day


def _set_waiting(found: SeatStatus, lines: list[MandateSeat], reader: Any) -> None:
    ordinary = [line for line in lines if line.kind == LineKind.ORDINARY and _sees_waiting(reader, line)]
    if not ordinary:
        return
    line = min(ordinary, key=_open_since)
    found.waiting_reference, found.waiting_url = line.mandate.reference, _url(line, reader)
    organisation = found.seat.organisation
    if line.state == LineState.WAITING:
        name = _commissioner(line, line.commissioner, organisation, reader).name
        found.waiting_for, found.waiting_since = f"attest av {name}", line.waiting_since
    else:
        person = _shown(line, reader)
        found.waiting_for, found.waiting_since = f"rättning av {person.name}", line.returned_at


def _sees_waiting(reader: Any, line: MandateSeat) -> bool:
    return sees_forum_coverage(reader, line.seat.forum) or sees_in_full(reader, line)


def _url(line: MandateSeat, reader: Any) -> str:
    return reverse("mandate_detail", args=[line.mandate_id]) if sees_in_full(reader, line) else ""


def _shown(line: MandateSeat, reader: Any) -> PersonCard:
    return card(
        person=line.mandate.representative,
        organisation=line.seat.organisation,
        function="Representant",
        reader=reader,
        shown=line.mandate,
    )


def _commissioner(line: MandateSeat, person: User | None, organisation: Organisation, reader: Any) -> PersonCard:
    """Who attests or attested; one without account by name in the own organisation, by function to others."""
    if person:
        return card(person=person, organisation=organisation, function="Uppdragsgivare", reader=reader)
    if sees_in_full(reader, line):
        return PersonCard(line.commissioner_name, line.commissioner_title, "", "")
    return PersonCard(f"Uppdragsgivare, {organisation.short_name}", "", "", "")


def _by_mandate(line: MandateSeat, day: date, reader: Any) -> Holder:
    attested_by = _commissioner(line, line.attested_by, line.seat.organisation, reader)
    return Holder(
        card=_shown(line, reader),
        is_deputy=line.kind == LineKind.DEPUTY,
        starts_on=line.starts_on,
        ends_on=line.last_day,
        line=line,
        attested_by=attested_by,
        mandate_url=_url(line, reader),
        due=confirmation_due(line, day) if sees_in_full(reader, line) else None,
    )


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
    def valid(self) -> int:
        """Seats with a valid mandate on the day, those that end soon too."""
        return self.count(VALID) + self.count(ENDS)

    @property
    def without(self) -> int:
        """Seats with no valid mandate on the day."""
        return self.count(WAITING) + self.count(MISSING)

    @property
    def sentence(self) -> str:
        """The answer in words."""
        if not self.rows:
            return "Forumet har inga platser den dagen."
        total, waits, ends = len(self.rows), self.count(WAITING), self.count(ENDS)
        waiting = f", men {waits} av dem väntar på nästa steg" if waits else ""
        ending = f" {ends} av de giltiga slutar inom 90 dagar." if ends else ""
        if not self.without:
            all_of_them = f"Alla {total} platser" if total > 1 else "Den enda platsen"
            return f"{all_of_them} har ett giltigt uppdrag.{ending}"
        return f"{self.valid} av {total} platser har ett giltigt uppdrag. {self.without} saknar{waiting}.{ending}"


def coverage(forum: Forum, day: date, reader: Any) -> Coverage:
    """Which seats have a valid mandate on the day, and which do not; the same number of queries for any forum."""
    return Coverage(forum, day, seat_statuses(seats_of(forum, day), day, reader))


def coverages(forums: list[Forum], day: date, reader: Any) -> list[Coverage]:
    """The coverage of each forum; the same number of queries for any number of forums."""
    if not forums:
        return []
    by_forum: dict[int, list[SeatStatus]] = defaultdict(list)
    for row in seat_statuses(seats_on(day).filter(forum__in=forums), day, reader):
        by_forum[row.seat.forum_id].append(row)
    return [Coverage(forum, day, by_forum[forum.pk]) for forum in forums]


@dataclass(frozen=True)
class Roster:
    """Everybody who holds a seat of the forum on a day, and the seats that nobody holds."""

    forum: Forum
    day: date
    rows: list[SeatStatus]

    @property
    def by_mandate(self) -> bool:
        return self.forum.seats_held_by == SeatHolding.MANDATE

    @property
    def held(self) -> int:
        return sum(row.is_held for row in self.rows)


def roster(forum: Forum, day: date, reader: Any) -> Roster:
    """The forum's roster on a day; open to all participants."""
    return Roster(forum, day, seat_statuses(seats_of(forum, day), day, reader))


def count_tiles(found: Coverage, *, address: str = "", chosen: str = "") -> list[dict[str, Any]]:
    """How many seats are in each status, each number leading to its rows."""
    return [
        {
            "number": found.count(key),
            "label": label,
            "url": f"{address}?status={key}&datum={found.day}#platser",
            "tone": TONES[key],
            "current": chosen == key,
        }
        for key, label in LABELS.items()
    ]
