"""Which roles somebody has, and who has one in an organisation."""

from datetime import date

from django.utils import timezone

from kvinnofrid.core.ordering import swedish
from organisations.models import Membership, Organisation, User


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
