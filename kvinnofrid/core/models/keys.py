"""One-time keys of forms: which have been used, and what was answered."""

from django.conf import settings
from django.db import models


class UsedKey(models.Model):
    """A form that has made something, written in the transaction of what it made; `answer` is where the person was led.

    Of the key that the form carried only a hash is kept, over the person and the page too.
    """

    key = models.CharField("nyckel", max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="used_keys",
        verbose_name="person",
    )
    answer = models.TextField("svar", blank=True)
    created_at = models.DateTimeField("använd", auto_now_add=True)

    class Meta:
        verbose_name = "använd nyckel"
        verbose_name_plural = "använda nycklar"
        indexes = [models.Index(fields=["created_at"], name="used_key_age")]

    def __str__(self) -> str:
        return self.key
