"""All people, for the coordinator: the list, and one person with everything that person has had."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from kvinnofrid.core.history import Event, events, latest_first
from organisations.models import Appointment, Invitation, Membership, Retention, User
from organisations.queries.holdings import Holding, holdings
from organisations.queries.invitations import InvitationRow, invitation_rows
from organisations.queries.members import HeldRow, role_row, seat_row
from organisations.queries.retention import is_redacted

PROFILE_FIELDS = ("name", "title", "phone", "private_phone", "mail_frequency", "has_protected_identity")
LONGEST = 50
PERSON = {
    "created": "Kontot skapades.",
    "joined": "Tackade ja till en inbjudan och fick ett konto.",
    "saved": "Ändrade uppgifterna.",
    "deactivated": "Stängde av kontot.",
    "reactivated": "Öppnade kontot igen.",
    "reset_second_factors": "Återställde tvåstegsinloggningen.",
    "redacted": "Gallrade personuppgifterna.",
}
RETENTION = {
    "announced": "Meddelade att kontot ska stängas av och uppgifterna gallras.",
    "stopped": "Stoppade gallringen.",
    "kept": "Sköt upp gallringen.",
}
ROLE = {
    "granted": "Gav rollen {about}.",
    "changed": "Ändrade slutdatum för rollen {about}.",
    "ended": "Avslutade rollen {about}.",
    "revoked": "Tog tillbaka rollen {about}.",
}
OFFICE = {
    "appointed": "Tillsatte {about}.",
    "changed": "Ändrade slutdatum för {about}.",
    "ended": "Avslutade {about}.",
    "revoked": "Tog tillbaka {about}.",
}
INVITED = {
    "invited": "Bjöd in {about}.",
    "renewed": "Förnyade inbjudan {about}.",
    "withdrawn": "Återkallade inbjudan {about}.",
    "accepted": "Tackade ja till inbjudan {about}.",
}


@dataclass(frozen=True)
class PersonRow:
    """A person in the list, with today's roles in words."""

    person: User
    roles: list[str]
    text: str
    tone: str


@dataclass(frozen=True)
class PersonPage:
    """Everything about one person that the coordinator looks after."""

    person: User
    roles: list[HeldRow]
    seats: list[HeldRow]
    received: list[InvitationRow]
    sent: list[InvitationRow]
    holdings: list[Holding]
    history: list[Event]
    is_redacted: bool


def profile_values(person: User) -> dict[str, Any]:
    """The details that a person changes, as they stand."""
    return {name: getattr(person, name) for name in PROFILE_FIELDS}


def people(*, text: str, organisation: Any, role: str, state: str, day: date) -> QuerySet[User]:
    """Those who match: words of the name, title or address; a role today, in an organisation; how the account is."""
    held = Membership.objects.active_on(day).filter(user=OuterRef("pk"))
    seats = Appointment.objects.active_on(day).filter(holder=OuterRef("pk"))
    found: Any = User.objects.filter(Q(retention=None) | Q(retention__redacted_on=None)).in_order()
    if text:
        found = found.named_like(text)
    if organisation or role:
        chosen = Q(organisation=organisation) if organisation else Q()
        found = found.filter(Exists(held.filter(chosen & (Q(role=role) if role else Q()))))
    if state == "inactive":
        found = found.filter(is_active=False)
    if state == "active":
        found = found.filter(is_active=True)
    if state == "without_role":
        found = found.filter(~Exists(held), ~Exists(seats), is_active=True)
    roles = Membership.objects.active_on(day).select_related("organisation", "forum", "partnership").order_by("pk")
    offices = Appointment.objects.active_on(day).select_related("seat__forum").order_by("pk")
    matching: QuerySet[User] = found.prefetch_related(
        Prefetch("memberships", roles, to_attr="roles_now"), Prefetch("appointments", offices, to_attr="seats_now")
    )
    return matching


def person_row(person: Any) -> PersonRow:
    """A person found by `people`."""
    roles = [f"{found.get_role_display()}, {_short(found.scope)}" for found in person.roles_now]
    roles += [f"{found.seat.function or 'Ledamot'}, {found.seat.forum}" for found in person.seats_now]
    if not person.is_active:
        return PersonRow(person, roles, "Avstängt" if person.has_usable_password() else "Inget konto", "neutral")
    return PersonRow(person, roles, "Aktivt", "good") if roles else PersonRow(person, roles, "Utan roll", "warning")


def _short(scope: Any) -> str:
    return str(getattr(scope, "short_name", scope))


def person_page(person: User, now: datetime, day: date) -> PersonPage:
    """Roles and seats in time, invitations to and from, what is held, and what has happened."""
    roles = person.memberships.select_related("user", "organisation", "forum", "partnership")
    seats = person.appointments.select_related("holder", "seat__forum", "seat__organisation")
    newest = ("-starts_on", "-pk")
    return PersonPage(
        person=person,
        roles=[role_row(found, day) for found in roles.order_by(*newest)],
        seats=[seat_row(found, day) for found in seats.order_by(*newest)],
        received=invitation_rows(Invitation.objects.filter(email=person.email), now),
        sent=invitation_rows(person.sent_invitations.all()[:LONGEST], now),
        holdings=holdings(person, day),
        history=_history(person),
        is_redacted=is_redacted(person),
    )


def _history(person: User) -> list[Event]:
    found = _told(person.history.all(), PERSON, lambda row: "")
    roles = Membership.history.filter(user_id=person.pk).select_related("organisation", "forum", "partnership")
    found += _told(roles, ROLE, lambda row: f"{row.get_role_display().lower()}, {_place(row)}")
    offices = Appointment.history.filter(holder_id=person.pk).select_related("seat__forum", "seat__organisation")
    found += _told(offices, OFFICE, lambda row: f"{row.seat} i {row.seat.forum}")
    invitations = Invitation.history.filter(email=person.email).select_related("organisation", "forum", "partnership")
    found += _told(invitations, INVITED, lambda row: f"till {_place(row)}")
    found += _told(Retention.history.filter(user_id=person.pk), RETENTION, lambda row: "")
    return latest_first(found)[:LONGEST]


def _place(row: Any) -> str:
    return str(row.organisation or row.forum or row.partnership)


def _told(rows: Any, sentences: Mapping[str, str], about: Any) -> list[Event]:
    latest = rows.select_related("history_user").order_by("-history_date", "-history_id")[:LONGEST]
    return [
        event for row in latest for event in events([row], sentences, about=about(row), may_name=lambda _person: True)
    ]
