"""The mandates of a forum gathered in one file, for the coordinator: what was gathered, and until when it is kept."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from mandates.enums import BundleContent, BundleFormat
from organisations.models import Forum


class Bundle(models.Model):
    """A made file. The row stays when the file is removed, and then tells who once had these details in hand.

    `id` is chosen when the file is asked for and is its name on disk, so that work done twice makes one file.
    """

    may_be_deleted = False
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="bundles", verbose_name="forum")
    day = models.DateField("dag")
    content = models.CharField("innehåll", max_length=10, choices=BundleContent.choices)
    format = models.CharField("format", max_length=10, choices=BundleFormat.choices)
    documents = models.PositiveIntegerField("antal uppdrag")
    size = models.PositiveBigIntegerField("storlek i byte")
    sha256 = models.CharField("kontrollsumma", max_length=64)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="begärd av"
    )
    made_at = models.DateTimeField("framtagen")
    kept_until = models.DateTimeField("finns till")
    removed_at = models.DateTimeField("borttagen", null=True, blank=True)

    class Meta:
        verbose_name = "samlingsfil"
        verbose_name_plural = "samlingsfiler"
        ordering = ["-made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kept_until__gt=F("made_at")), name="bundle_kept_for_a_time"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="bundle_sha256_form"),
        ]

    def __str__(self) -> str:
        return f"{self.forum} {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("bundle_file", args=[self.pk])

    def is_kept_at(self, moment: datetime) -> bool:
        return self.removed_at is None and moment < self.kept_until

    @property
    def is_kept(self) -> bool:
        return self.is_kept_at(timezone.now())

    @property
    def is_new(self) -> bool:
        return timezone.now() - self.made_at < timedelta(minutes=1)

    @property
    def name(self) -> str:
        """The file's name for whoever saves it."""
        content = BundleContent(self.content).label.lower()
        return f"Uppdrag i {self.forum}, {content}, {self.day}.{self.format}".replace("/", "-")
