"""People who have left the portal, farther and farther gone, as the daily work would have left them."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from kvinnofrid.core import audit
from organisations.models import Retention, User


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def one_who_left(name: str, email: str, **more: Any) -> User:
    """Told yesterday, or as the facts say."""
    facts = {"announced_on": _day(-1), "deactivates_on": _day(29), **more}
    user = User(email=email, name=name, is_active="deactivated_on" not in facts)
    user.set_unusable_password()
    audit.save(user, by=None, verb="imported", reason="Prov")
    audit.save(Retention(user=user, **facts), by=None, verb="imported", reason="Prov")
    return user


def time_is_out() -> dict[str, Any]:
    """The facts of one whose data may be redacted today."""
    told = {"announced_on": _day(-900), "deactivates_on": _day(-870)}
    return {**told, "deactivated_on": _day(-870), "redacts_on": _day(-1)}
