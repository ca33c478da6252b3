"""The home page of one person: what there is to do, what is held, and how the county stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from mandates.enums import LineState
from mandates.models import MandateSeat
from mandates.permissions import may_start
from mandates.queries.renewals import with_renewal_asked
from organisations import permissions
from organisations.enums import SeatHolding
from organisations.models import Appointment, Forum, Organisation, User
from reports.queries.board import Answer, answers
from reports.queries.seats import (
    Coverage,
    SeatStatus,
    count_tiles,
    coverages,
    seat_statuses,
    seats_of_organisations,
)
from reports.queries.tasks import Task, lines_where, tasks

LONGEST_WAITING = 5


@dataclass(frozen=True)
class Home:
    """The home page of one person."""

    tasks: list[Task]
    waiting: list[MandateSeat]
    held: list[MandateSeat]
    appointments: list[Appointment]
    organisations: list[Organisation]
    own_seats: list[SeatStatus]
    coverages: list[Coverage]
    agreements: list[Answer]
    may_start: bool
    is_coordinator: bool

    @property
    def begins_with_coverage(self) -> bool:
        """The state of the county comes first for the coordinator, and for others who see it and have nothing to do."""
        return bool(self.coverages) and (self.is_coordinator or not self.tasks)

    @property
    def heading(self) -> str:
        """The page's first line: the answer to what the person came for."""
        if self.begins_with_coverage:
            return _state(self.coverages)
        if len(self.tasks) == 1:
            return "Du har en sak att göra"
        return f"Du har {len(self.tasks)} saker att göra" if self.tasks else "Du har inget att göra just nu"

    @property
    def place(self) -> str:
        """Which forum the heading is about, when there is one only."""
        return self.coverages[0].forum.name if len(self.coverages) == 1 else "Uppdragsläget"

    @property
    def longest_waiting(self) -> list[SeatStatus]:
        """The seats that have waited the longest for somebody, in the forums whose coverage the person sees."""
        rows = [row for found in self.coverages for row in found.rows if row.waiting_since]
        return sorted(rows, key=lambda row: row.waiting_since or timezone.now())[:LONGEST_WAITING]

    @property
    def tiles(self) -> list[tuple[Coverage, list[dict[str, Any]]]]:
        """Each forum's counts, leading to its rows."""
        return [
            (found, count_tiles(found, address=reverse("coverage_forum", args=[found.forum.slug])))
            for found in self.coverages
        ]


def _state(found: list[Coverage]) -> str:
    total = sum(len(coverage.rows) for coverage in found)
    without = sum(coverage.without for coverage in found)
    if not total:
        return "Det finns inga platser än"
    return f"{without} av {total} platser saknar giltigt uppdrag" if without else "Alla platser har giltigt uppdrag"


def home(user: User) -> Home:
    """To do, mandates held, own organisations, and the coverage where the person sees it."""
    today = timezone.localdate()
    forums = Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order()
    seen = [forum for forum in forums if permissions.sees_forum_coverage(user, forum)]
    organisations = list(Organisation.objects.where(user, "view_internal").in_order())
    own_seats = _own_seats(organisations, today, user)
    held = list(with_renewal_asked(lines_where(mandate__representative=user).held_on(today)))
    return Home(
        tasks=tasks(user, held, own_seats, today),
        waiting=list(lines_where(mandate__representative=user, state=LineState.WAITING).order_by("waiting_since")),
        held=held,
        appointments=list(user.appointments.active_on(today).select_related("seat__forum", "seat__organisation")),
        organisations=organisations,
        own_seats=own_seats,
        coverages=coverages(seen, today, user),
        agreements=_agreements(today) if permissions.sees_coverage(user) else [],
        may_start=may_start(user),
        is_coordinator=permissions.is_coordinator(user),
    )


def _agreements(today: date) -> list[Answer]:
    """How each agreement stands that has not ended."""
    return [found for found in answers(Agreement.objects.in_order(), today=today) if not found.is_over]


def _own_seats(organisations: list[Organisation], today: date, user: User) -> list[SeatStatus]:
    """The own organisations' seats that are held by mandates."""
    seats = seats_of_organisations(organisations, today).filter(forum__seats_held_by=SeatHolding.MANDATE)
    return seat_statuses(seats, today, user) if organisations else []
