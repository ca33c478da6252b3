"""Entries of a register: written once, never changed; a correction is a new entry that says why."""

from django.conf import settings
from django.db import models

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number


class Registered(Tracked):
    """Who registered it and when, which entry it corrects, and why. The database refuses to change the row."""

    registered_at = models.DateTimeField("registrerat", editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name="registrerat av",
    )
    corrects = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        editable=False,
        verbose_name="rättar",
    )
    reason = models.TextField("motivering", max_length=2000, blank=True, validators=[refuse_personal_number])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["registered_at", "pk"]


class Strikable(Registered):
    """An entry that is struck out by one that says the same, corrects it and is void: both then count for nothing."""

    is_void = models.BooleanField("stryker en registrering", default=False, editable=False)

    class Meta(Registered.Meta):
        abstract = True
