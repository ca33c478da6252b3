"""Renewal after a general election: what ends the day before and is to be named anew, per organisation."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from mandates.enums import ElectionKind
from mandates.models.mandates import MandateSeat
from organisations.models import Appointment, DecidingBody, Membership, Organisation


def _actor(verbose_name: str, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=verbose_name, **options
    )


class Election(Tracked):
    """A renewal on a day; planned ahead, and withdrawn before the day or never."""

    starts_on = models.DateField("nytt från och med")
    planned_at = models.DateTimeField("planerat", editable=False)
    planned_by = _actor("planerat av", editable=False)
    withdrawn_at = models.DateTimeField("återtaget", null=True, blank=True, editable=False)
    withdrawn_by = _actor("återtaget av", null=True, blank=True, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "nyval"
        verbose_name_plural = "nyval"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="election_once_a_day",
                violation_error_message="Det finns redan ett planerat nyval den dagen.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="election_withdrawn_with_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"Nyval {self.starts_on}"

    def get_absolute_url(self) -> str:
        return reverse("election_detail", args=[self.pk])

    @property
    def last_day(self) -> date:
        """The last day of what is renewed."""
        return self.starts_on - timedelta(days=1)


class ElectionItem(Tracked):
    """One thing that a renewal ends, and whose it is to name it anew.

    `new_body` is the body that takes over from an ended one; the rest of how far it has come is computed.
    """

    may_be_deleted = True  # goes with a role or a seat by office that is taken back before it has begun
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="items", verbose_name="nyval")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="election_items", verbose_name="organisation"
    )
    kind = models.CharField("slag", max_length=12, choices=ElectionKind.choices)
    body = models.ForeignKey(
        DecidingBody,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="election_items",
        verbose_name="organ",
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="election_items", verbose_name="roll"
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="election_items",
        verbose_name="förordnande",
    )
    line = models.ForeignKey(
        MandateSeat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="election_items",
        verbose_name="rad i uppdrag",
    )
    new_body = models.ForeignKey(
        DecidingBody,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="nytt organ",
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "rad i nyval"
        verbose_name_plural = "rader i nyval"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "body", "membership", "appointment", "line"],
                nulls_distinct=False,
                name="election_item_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=ElectionKind.BODY, body__isnull=False, membership=None, appointment=None, line=None)
                | Q(
                    kind__in=[ElectionKind.CHAIR, ElectionKind.COMMISSIONER],
                    membership__isnull=False,
                    body=None,
                    appointment=None,
                    line=None,
                )
                | Q(kind=ElectionKind.SEAT, appointment__isnull=False, body=None, membership=None, line=None)
                | Q(kind=ElectionKind.SEAT, line__isnull=False, body=None, membership=None, appointment=None),
                name="election_item_about_one",
            ),
            models.CheckConstraint(
                condition=Q(new_body__isnull=True) | Q(kind=ElectionKind.BODY), name="election_item_new_body_for_body"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}: {self.ended}"

    @property
    def ended(self) -> DecidingBody | Membership | Appointment | MandateSeat:
        """The row that has got its end."""
        found = self.body or self.membership or self.appointment or self.line
        assert found is not None  # a constraint says so
        return found
