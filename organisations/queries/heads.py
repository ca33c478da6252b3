"""Who must not be missing: an organisation's administrators, and the partnership's coordinators."""

from datetime import date
from typing import Any

from django.utils import timezone

from organisations.enums import Role
from organisations.models import Forum, Organisation, User
from organisations.rules import first_gap


def headless_from(scope: Any, day: date) -> date | None:
    """The first day, from the given one on, without an active administrator (or coordinator); None when there is none.

    A forum has nobody of that kind, and lacks nobody.
    """
    if isinstance(scope, Forum):
        return None
    role = Role.ADMINISTRATOR if isinstance(scope, Organisation) else Role.COORDINATOR
    held = scope.memberships.filter(role=role, user__is_active=True)
    return first_gap(held.values_list("starts_on", "ends_on"), day)


def coordinators_today() -> list[User]:
    """Those who are told when something needs the coordinator."""
    return list(User.objects.with_role(Role.COORDINATOR, timezone.localdate()).order_by("pk"))
