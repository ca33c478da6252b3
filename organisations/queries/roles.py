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
    """For whom the person acts today: organisations and forums by short name, once each.

    Asked for every page, so only the names are fetched.
    """
    today = timezone.localdate()
    held = user.memberships.active_on(today).order_by("pk")
    scopes = held.values_list("organisation__short_name", "forum__name", "partnership__name")
    names = [organisation or forum or f"{partnership} (samordnare)" for organisation, forum, partnership in scopes]
    seats = user.appointments.active_on(today).values_list("seat__forum__name", flat=True)
    return list(dict.fromkeys([*names, *seats]))


def members(organisation: Organisation, day: date) -> list[Membership]:
    """The organisation's roles on a day, by person."""
    return list(
        organisation.memberships.active_on(day).select_related("user").order_by(swedish("user__name"), "role", "pk")
    )
