"""Which roles somebody has, and who has one in an organisation."""

from datetime import date
from functools import cache
from typing import Any

from django.db.models import CharField, Value
from django.utils import timezone

from kvinnofrid.core import access
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
    """For whom the person acts today: organisations and forums by short name, once each, roles before seats."""
    rows = sorted(access.rows_of(_scopes(), user, timezone.localdate()), key=lambda row: row[:2])
    names = [organisation or forum or f"{partnership} (samordnare)" for *_, organisation, forum, partnership in rows]
    return list(dict.fromkeys(names))


@cache
def _scopes() -> tuple[str, tuple[Any, ...]]:
    """Whether it is a seat, its key, and the names that it may have: of the organisation, forum or partnership."""
    somebody, none = User(pk=access.SOMEBODY), Value(None, CharField())
    held = somebody.memberships.active_on(access.SOME_DAY).annotate(is_seat=Value(False))
    seats = somebody.appointments.active_on(access.SOME_DAY).annotate(is_seat=Value(True), none=none)
    roles = held.values_list("is_seat", "pk", "organisation__short_name", "forum__name", "partnership__name")
    return roles.union(
        seats.values_list("is_seat", "pk", "none", "seat__forum__name", "none"), all=True
    ).query.sql_with_params()


def members(organisation: Organisation, day: date) -> list[Membership]:
    """The organisation's roles on a day, by person."""
    return list(
        organisation.memberships.active_on(day).select_related("user").order_by(swedish("user__name"), "role", "pk")
    )
