"""Rows with a period: both ends included, an open end means until further notice."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from organisations.workflow import RoleState


class DateRange(Func):
    """PostgreSQL's daterange with both ends included; an empty end is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"

    def __init__(self, *ends: Any, **extra: Any) -> None:
        """The casts tell PostgreSQL the type of an empty value when Django checks a row before saving it."""
        super().__init__(*[end if isinstance(end, Cast) else Cast(end, models.DateField()) for end in ends], **extra)


OUT_OF_ORDER = "Slutdatum kan inte ligga före startdatum."


def in_order(model_name: str) -> models.CheckConstraint:
    """The constraint that a period does not end before it starts."""
    return models.CheckConstraint(
        condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
        name=f"{model_name}_period_in_order",
        violation_error_message=OUT_OF_ORDER,
    )


class Period(Tracked):
    """A tracked row that is valid from one day to another."""

    starts_on = models.DateField("från och med", null=True, blank=True)
    ends_on = models.DateField("till och med", null=True, blank=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Any = None) -> None:
        """PostgreSQL knows no range that ends before it starts, so it cannot be asked whether that overlaps another."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError(OUT_OF_ORDER)
        super().validate_constraints(exclude=exclude)

    def covers(self, day: date) -> bool:
        """Whether the period covers the day."""
        starts_on: Any = self.starts_on
        ends_on: Any = self.ends_on
        return (starts_on is None or starts_on <= day) and (ends_on is None or ends_on >= day)

    def state_on(self, day: date) -> RoleState:
        """Whether the period has begun by the day, and whether it is over."""
        if self.covers(day):
            return RoleState.ACTIVE
        ends_on: Any = self.ends_on
        return RoleState.OVER if ends_on is not None and ends_on < day else RoleState.COMING
