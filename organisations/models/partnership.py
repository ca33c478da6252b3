"""The county's partnership itself: one row, for what belongs to no organisation."""

from django.db import models
from django.db.models import Q

from kvinnofrid.core.audit import Tracked, TrackedQuerySet


class Partnership(Tracked):
    """The one partnership of this database: its name, its county and the tiles of its map.

    `tiles` is a list of `{"scb_code": "2062", "column": 1, "row": 1}`; `outlines`, where somebody has drawn the county,
    one of `{"scb_code": "2062", "path": "M1,2 3,4Z", "label": [5, 6]}`, and the paths say how large the drawing is.
    `is_demonstration` marks a database with made-up people; it is set when the demonstration is loaded into an empty
    database and never changed.
    """

    name = models.CharField("namn", max_length=100)
    county_name = models.CharField("län", max_length=60)
    county_code = models.CharField("länskod", max_length=2)
    contact_email = models.EmailField("funktionsadress", blank=True)
    tiles = models.JSONField("kartrutor", default=list, blank=True)
    outlines = models.JSONField("kartans ytor", default=list, blank=True)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "samverkan"
        verbose_name_plural = "samverkan"
        permissions = [
            ("coordinate", "Samordna länets arbete"),
            ("view_coverage", "Se uppdragsläget i hela länet"),
        ]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="partnership_is_one")]

    def __str__(self) -> str:
        return self.name
