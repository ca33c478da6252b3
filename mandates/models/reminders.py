"""Reminding the silent about mandates: a forum's ladder, what pauses it, and each reminder that has gone."""

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.models import Message
from kvinnofrid.core.validators import refuse_personal_number
from mandates.enums import Matter, Rung
from mandates.models.mandates import Mandate, MandateSeat
from organisations.models import Forum

DAYS_BETWEEN = (7, 60)
MOST_PER_WEEK = (1, 5)


class ReminderLadder(Tracked):
    """How a forum's silent are reminded. A forum without a row has the defaults: nothing goes by itself."""

    forum = models.OneToOneField(Forum, on_delete=models.PROTECT, related_name="reminder_ladder", verbose_name="forum")
    is_on = models.BooleanField("påminn automatiskt", default=False)
    days_between = models.PositiveSmallIntegerField(
        "dagar mellan stegen", default=14, validators=[MinValueValidator(7), MaxValueValidator(60)]
    )
    highest_rung = models.PositiveSmallIntegerField("sista steget", choices=Rung.choices, default=Rung.COMMISSIONER)
    most_per_week = models.PositiveSmallIntegerField(
        "högst så många i veckan", default=2, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "påminnelsetrappa"
        verbose_name_plural = "påminnelsetrappor"
        constraints = [
            models.CheckConstraint(condition=Q(days_between__range=DAYS_BETWEEN), name="reminder_ladder_days"),
            models.CheckConstraint(condition=Q(most_per_week__range=MOST_PER_WEEK), name="reminder_ladder_per_week"),
            models.CheckConstraint(condition=Q(highest_rung__in=Rung.values), name="reminder_ladder_rung"),
        ]

    def __str__(self) -> str:
        return f"Påminnelser i {self.forum}"


class ReminderPause(Tracked):
    """No reminders about one mandate, or in the whole forum, between two days; or until it is lifted."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="reminder_pauses", verbose_name="forum")
    mandate = models.ForeignKey(
        Mandate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reminder_pauses",
        verbose_name="uppdrag",
    )
    starts_on = models.DateField("från och med")
    ends_on = models.DateField("till och med", null=True, blank=True)
    reason = models.TextField("varför", max_length=500, validators=[refuse_personal_number])
    lifted_at = models.DateTimeField("upphävd", null=True, blank=True, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "paus i påminnelserna"
        verbose_name_plural = "pauser i påminnelserna"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="reminder_pause_ends_after_start",
                violation_error_message="Dagen kan inte ligga före dagen då pausen börjar.",
            ),
        ]

    def __str__(self) -> str:
        return f"Paus för {self.mandate or self.forum}"

    def covers(self, day: date) -> bool:
        return self.lifted_at is None and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class MandateReminder(Tracked):
    """A reminder to one receiver: about what, on which rung, and the message that carried it while that is kept.

    `waiting_since` tells one silence from the next: the ladder begins anew with each. `line` is empty for what
    concerns the whole form. Without `sent_by` it went by itself.
    """

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="reminders", verbose_name="uppdrag")
    line = models.ForeignKey(
        MandateSeat, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders", verbose_name="rad"
    )
    matter = models.CharField("vad det gäller", max_length=12, choices=Matter.choices)
    waiting_since = models.DateTimeField("väntar sedan", editable=False)
    rung = models.PositiveSmallIntegerField("steg", choices=Rung.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandate_reminders",
        verbose_name="mottagare",
    )
    address = models.EmailField("adress", blank=True)
    message = models.OneToOneField(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="meddelande"
    )
    sent_at = models.DateTimeField("skickad", editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="skickad av",
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "påminnelse om uppdrag"
        verbose_name_plural = "påminnelser om uppdrag"
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "line", "matter", "waiting_since", "rung", "recipient", "address"],
                nulls_distinct=False,
                name="mandate_reminder_once",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, address="") | (Q(recipient__isnull=True) & ~Q(address="")),
                name="mandate_reminder_to_person_or_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_matter_display()}, steg {self.rung}"
