"""The fixed text of the form: an edition is edited until published, then frozen by the database."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number
from mandates.querysets import FormEditionQuerySet
from organisations.models import Forum


class FormEdition(Tracked):
    """One dated edition of the fixed text for one forum's mandates."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="form_editions", verbose_name="forum")
    name = models.CharField("namn", max_length=60, validators=[refuse_personal_number])
    valid_from = models.DateField("gäller från och med")
    published_at = models.DateTimeField("publicerad", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="published_editions",
        verbose_name="publicerad av",
    )

    objects = FormEditionQuerySet.as_manager()

    class Meta:
        verbose_name = "utgåva"
        verbose_name_plural = "utgåvor"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["forum", "name"],
                name="form_edition_name_unique",
                violation_error_message="Det finns redan en utgåva med det namnet.",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
                name="form_edition_published_with_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("edition_detail", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class EditionSection(Tracked):
    """One headed section of an edition; paragraphs are separated by a blank line."""

    may_be_deleted = True
    edition = models.ForeignKey(FormEdition, on_delete=models.PROTECT, related_name="sections", verbose_name="utgåva")
    position = models.PositiveSmallIntegerField("ordning")
    heading = models.CharField("rubrik", max_length=120, validators=[refuse_personal_number])
    body = models.TextField("text", max_length=5000, validators=[refuse_personal_number])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "avsnitt"
        verbose_name_plural = "avsnitt"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "position"],
                name="edition_section_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.heading
