"""When the personal data of somebody who has left are let go, and the log of what has been redacted."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models.people import User
from organisations.workflow import RetentionState


class Retention(Tracked):
    """How far it has come for one person: announced, deactivated, redacted; stopped when the person comes back.

    `counts_from` is the day from which the year is counted anew, after a stop. Until `kept_until` nothing happens.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="retention", verbose_name="person")
    counts_from = models.DateField("räknas från", null=True, blank=True)
    announced_on = models.DateField("aviserad", null=True, blank=True)
    deactivates_on = models.DateField("kontot stängs av", null=True, blank=True)
    deactivated_on = models.DateField("kontot stängdes av", null=True, blank=True)
    redacts_on = models.DateField("uppgifterna gallras", null=True, blank=True)
    redacted_on = models.DateField("uppgifterna gallrades", null=True, blank=True)
    kept_until = models.DateField("behålls till och med", null=True, blank=True)
    kept_reason = models.TextField("varför de behålls", max_length=500, blank=True, validators=[refuse_personal_number])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "gallring"
        verbose_name_plural = "gallringar"
        constraints = [
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True, deactivates_on__isnull=True, deactivated_on__isnull=True)
                | Q(announced_on__isnull=False, deactivates_on__isnull=False),
                name="retention_announced_with_day",
            ),
            models.CheckConstraint(
                condition=Q(deactivated_on__isnull=True, redacts_on__isnull=True, redacted_on__isnull=True)
                | Q(deactivated_on__isnull=False, redacts_on__isnull=False),
                name="retention_deactivated_with_day",
            ),
            models.CheckConstraint(
                condition=Q(kept_until__isnull=True, kept_reason="")
                | (Q(kept_until__isnull=False) & ~Q(kept_reason="")),
                name="retention_kept_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Gallring, {self.user}"

    @property
    def state(self) -> RetentionState:
        if self.redacted_on:
            return RetentionState.REDACTED
        if self.deactivated_on:
            return RetentionState.DEACTIVATED
        return RetentionState.ANNOUNCED if self.announced_on else RetentionState.NONE

    def is_kept_on(self, day: date) -> bool:
        """Whether somebody has said that nothing is to happen yet."""
        return self.kept_until is not None and day <= self.kept_until

    @property
    def next_on(self) -> date | None:
        """The day of the next step: never while the data are to be kept."""
        steps = {RetentionState.ANNOUNCED: self.deactivates_on, RetentionState.DEACTIVATED: self.redacts_on}
        step = steps.get(self.state)
        if step and self.kept_until:
            return max(step, self.kept_until + timedelta(days=1))
        return step

    def is_due_on(self, day: date) -> bool:
        """Whether the next step is to be taken."""
        return self.next_on is not None and self.next_on <= day


class Redaction(models.Model):
    """A line of the log: written by the database's own function as it redacts, and by nobody else.

    Without a person it is about what nobody answered: invitations and links whose time is out. `counts` says how
    many rows of each table.
    """

    may_be_deleted = False
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="redactions", verbose_name="gallrad person"
    )
    redacted_at = models.DateTimeField("gallrad")
    redacted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="gallrad av"
    )
    reason = models.TextField("varför")
    counts = models.JSONField("antal rader i varje tabell", default=dict)

    class Meta:
        verbose_name = "gallrad post"
        verbose_name_plural = "gallringslogg"
        ordering = ["-redacted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.redacted_at:%Y-%m-%d} {self.reason}"
