"""The coordinator asks for a mandate to be signed anew, on the edition of the form that is current."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number
from mandates.enums import RenewalState
from mandates.models.editions import FormEdition
from mandates.models.mandates import Mandate


class RenewalRequest(Tracked):
    """One ask about one mandate and one edition. That it has been renewed, or has ended, is known by its lines."""

    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, related_name="renewal_requests", verbose_name="uppdrag"
    )
    edition = models.ForeignKey(
        FormEdition, on_delete=models.PROTECT, related_name="renewal_requests", verbose_name="utgåva"
    )
    state = models.CharField("tillstånd", max_length=12, choices=RenewalState.choices, default=RenewalState.OPEN)
    asked_at = models.DateTimeField("efterfrågad", editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="efterfrågad av",
    )
    reason = models.TextField(
        "varför inte", max_length=1000, blank=True, editable=False, validators=[refuse_personal_number]
    )
    closed_at = models.DateTimeField("avslutad", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="avslutad av",
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "begäran om förnyelse"
        verbose_name_plural = "begäranden om förnyelse"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mandate"], condition=Q(state=RenewalState.OPEN), name="renewal_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=RenewalState.OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state=RenewalState.OPEN) & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="renewal_request_closed_with_facts",
            ),
            models.CheckConstraint(
                condition=(Q(state=RenewalState.DECLINED) & ~Q(reason=""))
                | (~Q(state=RenewalState.DECLINED) & Q(reason="")),
                name="renewal_request_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mandate}, {self.edition}"
