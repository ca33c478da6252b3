"""Signs of life from what works in the background."""

from django.db import models


class Heartbeat(models.Model):
    """When a kind of work was last done all the way through, by the database's clock."""

    name = models.CharField("namn", max_length=40, primary_key=True)
    at = models.DateTimeField("senast")

    class Meta:
        verbose_name = "livstecken"
        verbose_name_plural = "livstecken"

    def __str__(self) -> str:
        return self.name
