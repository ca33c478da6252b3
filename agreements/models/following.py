"""Following an agreement: reminders, links for those without an account, and when somebody last looked."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from agreements.models.agreements import Agreement
from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import Organisation


class Reminder(Tracked):
    """A reminder that went to a principal that has said nothing; `rung` is how high on the ladder."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="reminders", verbose_name="överenskommelse"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="huvudman")
    rung = models.PositiveSmallIntegerField("steg")
    text = models.TextField("text", max_length=5000, validators=[refuse_personal_number])
    sent_at = models.DateTimeField("skickad", editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "påminnelse"
        verbose_name_plural = "påminnelser"
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}, steg {self.rung}"


class ShareLink(Tracked):
    """A link by which somebody without an account may read the board until a day. Only its hash is kept."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="share_links", verbose_name="överenskommelse"
    )
    label = models.CharField("för vem", max_length=120, validators=[refuse_personal_number])
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("skapad", auto_now_add=True)
    expires_on = models.DateField("gäller till och med")
    revoked_at = models.DateTimeField("återkallad", null=True, blank=True, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "läslänk"
        verbose_name_plural = "läslänkar"
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(label=""), name="share_link_says_for_whom")]

    def __str__(self) -> str:
        return self.label

    def is_open_on(self, day: date) -> bool:
        return self.revoked_at is None and day <= self.expires_on


class BoardVisit(models.Model):
    """When a person last looked at an agreement's board, so that it can tell what is new."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="person"
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+", verbose_name="överenskommelse")
    seen_at = models.DateTimeField("senast sedd")

    class Meta:
        verbose_name = "besök på tavlan"
        verbose_name_plural = "besök på tavlan"
        constraints = [models.UniqueConstraint(fields=["user", "agreement"], name="board_visit_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.agreement}"
