"""What waits to be sent to one person."""

from django.conf import settings
from django.db import models


class Message(models.Model):
    """A message to one person, written in the transaction of what it tells about.

    It waits here until it has been sent (`sent_at`); `key` makes the same event's message unique.
    """

    may_be_deleted = False  # an outgoing message waits until it is sent, and tells then that it was
    key = models.CharField("nyckel", max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages", verbose_name="mottagare"
    )
    subject = models.CharField("ämne", max_length=200)
    body = models.TextField("text")
    path = models.CharField("sida", max_length=200, blank=True)
    created_at = models.DateTimeField("skapat", auto_now_add=True)
    sent_at = models.DateTimeField("skickat", null=True, blank=True)

    class Meta:
        verbose_name = "meddelande"
        verbose_name_plural = "meddelanden"
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="message_unsent")]

    def __str__(self) -> str:
        return self.subject
