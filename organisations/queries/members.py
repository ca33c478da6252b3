"""Who has which role in a place, for those who give the roles."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from kvinnofrid.core.ordering import swedish
from organisations.enums import SeatHolding
from organisations.models import Appointment, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.queries.heads import headless_from
from organisations.queries.invitations import InvitationRow, invitation_rows
from organisations.queries.places import place_url
from organisations.workflow import ROLE, RoleState

ROLE_LABELS = {
    RoleState.ACTIVE: ("Gäller", "good"),
    RoleState.COMING: ("Börjar senare", "info"),
    RoleState.OVER: ("Avslutad", "neutral"),
}
NEWEST_INVITATIONS = 30


@dataclass(frozen=True)
class HeldRow:
    """A role, or a seat by office, in time: who has it, how it stands, and what can be done about it."""

    held: Any
    person: User
    label: str
    text: str
    tone: str
    change_url: str
    end_url: str

    @property
    def place(self) -> str:
        """Where it is held."""
        return f"{self.held.seat} i {self.held.seat.forum}" if hasattr(self.held, "seat") else str(self.held.scope)


@dataclass(frozen=True)
class SeatRow:
    """A seat by office: its holders now and later, or that it is vacant; where it is given, once it will be free."""

    seat: Seat
    holders: list[HeldRow]
    is_vacant: bool
    appoint_url: str


@dataclass(frozen=True)
class Members:
    """The page about the people of one place."""

    scope: Any
    rows: list[HeldRow]
    past: list[HeldRow]
    seats: list[SeatRow]
    invitations: list[InvitationRow]
    headless_from: date | None
    is_headless: bool
    list_url: str
    invite_url: str
    give_url: str

    @property
    def is_partnership(self) -> bool:
        return isinstance(self.scope, Partnership)


def members_of(scope: Any, now: datetime, day: date) -> Members:
    """The place's roles now, later and before; its seats by office; its newest invitations."""
    found = scope.memberships.select_related("user", "organisation", "forum", "partnership")
    rows = [role_row(membership, day) for membership in found.order_by(swedish("user__name"), "role", "-starts_on")]
    missing = headless_from(scope, day)
    return Members(
        scope=scope,
        rows=[row for row in rows if row.end_url],
        past=[row for row in rows if not row.end_url],
        seats=_seats(scope, day),
        invitations=invitation_rows(scope.invitations.all()[:NEWEST_INVITATIONS], now),
        headless_from=missing,
        is_headless=missing is not None and missing <= day,
        list_url=place_url(scope, "member_list"),
        invite_url=place_url(scope, "invitation_create"),
        give_url=place_url(scope, "membership_create"),
    )


def role_row(membership: Membership, day: date) -> HeldRow:
    text, tone = _standing(membership, membership.user, day)
    pages = _pages(membership, day, membership.scope, "membership")
    return HeldRow(membership, membership.user, membership.get_role_display(), text, tone, *pages)


def seat_row(appointment: Appointment, day: date) -> HeldRow:
    text, tone = _standing(appointment, appointment.holder, day)
    pages = _pages(appointment, day, appointment.seat.forum, "appointment")
    label = appointment.seat.function or "Ledamot"
    return HeldRow(appointment, appointment.holder, label, text, tone, *pages)


def _standing(held: Membership | Appointment, person: User, day: date) -> tuple[str, str]:
    state = held.state_on(day)
    if state != RoleState.OVER and not person.is_active:
        return "Kontot är avstängt", "warning"
    return ROLE_LABELS[state]


def _pages(held: Membership | Appointment, day: date, scope: Any, noun: str) -> tuple[str, str]:
    """Where the last day is changed, and where it is ended; nowhere when it is over."""
    if not ROLE.allows(held.state_on(day), "end"):
        return "", ""
    return place_url(scope, f"{noun}_change", held.pk), place_url(scope, f"{noun}_end", held.pk)


def _seats(scope: Any, day: date) -> list[SeatRow]:
    if not isinstance(scope, Forum) or scope.seats_held_by != SeatHolding.EX_OFFICIO:
        return []
    coming = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("starts_on", "pk")
    coming = coming.select_related("holder", "seat__forum", "seat__organisation")
    seats: QuerySet[Any] = scope.seats.active_on(day).in_order()
    return [
        SeatRow(
            seat=seat,
            holders=[seat_row(appointment, day) for appointment in seat.coming],
            is_vacant=not any(appointment.covers(day) for appointment in seat.coming),
            appoint_url=place_url(scope, "appointment_create", seat.pk) if _will_be_free(seat) else "",
        )
        for seat in seats.prefetch_related(Prefetch("appointments", coming, to_attr="coming"))
    ]


def _will_be_free(seat: Any) -> bool:
    """Whether everybody who holds it, now or later, has a last day."""
    return all(appointment.ends_on for appointment in seat.coming)


def members_to_choose(scope: Any, day: date) -> QuerySet[User]:
    """Active people who have a role in the place now or later."""
    held = scope.memberships.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    people: QuerySet[User] = User.objects.filter(is_active=True, pk__in=held.values("user")).in_order()
    return people


def holders_to_choose(seat: Seat, day: date) -> QuerySet[User]:
    """Active people who have a role in the seat's organisation, or hold a seat of its already."""
    organisation: Organisation = seat.organisation
    roles = Membership.objects.active_on(day).filter(organisation=organisation)
    seats = Appointment.objects.active_on(day).filter(seat__organisation=organisation)
    found = Q(pk__in=roles.values("user")) | Q(pk__in=seats.values("holder"))
    people: QuerySet[User] = User.objects.filter(found, is_active=True).in_order()
    return people
