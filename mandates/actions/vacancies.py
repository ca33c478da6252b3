"""What is registered about a seat that nobody holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.actions.shared import require
from mandates.models import Vacancy
from organisations.models import Seat, User


@transaction.atomic
def register_vacancy(*, seat: Seat, values: Mapping[str, Any], by: User, seen: str = "") -> Vacancy:
    """Since when the seat is vacant and what is known; changes what is registered until somebody holds the seat.

    Raises Overtaken when it is not as the person saw it.
    """
    seat = (
        Seat.objects.select_for_update(of=["self"], no_key=True).select_related("organisation", "forum").get(pk=seat.pk)
    )
    require(permissions.may_register_vacancy(by, seat))
    holder = queries.ordinary_line_on(seat, max(values["starts_on"], timezone.localdate()))
    if holder:
        raise MoveRefused(f"{seat} har en representant: {holder.mandate.reference}. Platsen är inte vakant.")
    before = queries.ordinary_line_on(seat, values["starts_on"])
    if before:
        last_day = before.last_day
        raise ValidationError({"starts_on": f"Platsen hade en representant till och med {last_day}."})
    vacancy = queries.open_vacancy(seat) or Vacancy(seat=seat)
    refuse_if_overtaken(seen, stands=queries.vacancy_values(vacancy), wanted=values)
    verb = "saved" if vacancy.pk else "registered"
    for name in queries.VACANCY_FIELDS:
        setattr(vacancy, name, values[name])
    audit.save(vacancy, by=by, verb=verb)
    return vacancy


def leave_vacant(seat: Seat, starts_on: date, *, by: User, **values: Any) -> None:
    """After a line that was ended without a successor. Where somebody comes the day after the seat is not vacant."""
    Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if queries.ordinary_line_on(seat, starts_on):
        return
    vacancy = queries.open_vacancy(seat) or Vacancy(seat=seat)
    vacancy.starts_on = starts_on
    for name, value in values.items():
        setattr(vacancy, name, value)
    if vacancy.expected_on and vacancy.expected_on < starts_on:
        message = "Dagen då någon väntas kan inte ligga före dagen då platsen blir vakant."
        raise ValidationError({"expected_on": message})
    audit.save(vacancy, by=by, verb="saved" if vacancy.pk else "registered")
