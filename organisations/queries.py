"""What pages need to know about people, and who may know it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from kvinnofrid.core.ordering import swedish
from organisations import permissions
from organisations.models import Membership, Organisation, User


@dataclass(frozen=True)
class PersonCard:
    """A person as one reader may see them."""

    name: str
    title: str
    email: str
    phone: str
    is_protected: bool = False


def card(*, person: User, organisation: Organisation, function: str, reader: Any, shown: Any = None) -> PersonCard:
    """How a reader sees a person who acts for an organisation.

    A person with protected identity is shown outside the own organisation by function and function address only.
    `shown` has name, title, email and phone as they should stand (a mandate's, say) instead of the person's own.
    """
    hidden = person.has_protected_identity and reader != person
    if hidden and not permissions.sees_internal(reader, organisation):
        return PersonCard(f"{function}, {organisation.short_name}", "", organisation.function_email, "", True)
    source = shown or person
    return PersonCard(source.name, source.title, source.email, source.phone, person.has_protected_identity)


def roles_today(user: User) -> list[Membership]:
    """The person's roles today, for the profile and the page header."""
    return list(
        user.memberships.active_on(timezone.localdate())
        .select_related("organisation", "forum", "partnership")
        .order_by("pk")
    )


def on_behalf_of(user: User) -> list[str]:
    """For whom the person acts today: organisations and forums by short name, once each."""
    names: dict[str, None] = {}
    for membership in roles_today(user):
        scope = membership.scope
        if membership.partnership_id:
            names[f"{scope.name} (samordnare)"] = None
        else:
            names[getattr(scope, "short_name", scope.name)] = None
    for appointment in user.appointments.active_on(timezone.localdate()).select_related("seat__forum"):
        names[appointment.seat.forum.name] = None
    return list(names)


def members(organisation: Organisation, day: date) -> list[Membership]:
    """The organisation's roles on a day, by person."""
    return list(
        organisation.memberships.active_on(day).select_related("user").order_by(swedish("user__name"), "role", "pk")
    )
