"""What somebody has uploaded, or the portal has made and keeps: the row of a file in FILES_DIR."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class FileKind(models.TextChoices):
    """What a file is by its content."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    TEXT = "text", "text"
    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"


class StoredFile(models.Model):
    """A file that is kept as it is: the database refuses to change or delete the row. Its key is its name on disk.

    Nobody reaches it by this row alone: it is served by a page of the object that refers to it.
    """

    may_be_deleted = False
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("namn", max_length=150)
    kind = models.CharField("slag", max_length=10, choices=FileKind.choices)
    size = models.PositiveIntegerField("storlek i byte")
    sha256 = models.CharField("kontrollsumma", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uploaded_files",
        verbose_name="uppladdad av",
    )
    created_at = models.DateTimeField("sparad", auto_now_add=True)

    class Meta:
        verbose_name = "fil"
        verbose_name_plural = "filer"
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["uploaded_by", "created_at"], name="file_uploaded")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="file_has_name"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="file_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="file_sha256_form"),
        ]

    def __str__(self) -> str:
        return self.name
