"""What waits to be sent to one person or address, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class MailFrequency(models.TextChoices):
    """How a person wants to get the portal's messages by e-mail."""

    AT_ONCE = "at_once", "Direkt, ett för varje meddelande"
    DAILY = "daily", "Samlade i ett brev om dagen, klockan 7"
    PORTAL = "portal", "Inte alls, jag läser dem i portalen"


class MessageKind(models.TextChoices):
    """What a message is; the kind decides whether the person's own choice applies."""

    ORDINARY = "ordinary", "vanligt"
    SECURITY = "security", "om inloggning"  # always at once
    DIGEST = "digest", "dagens brev"  # by e-mail only: what it holds is in the portal already


class MessageState(models.TextChoices):
    """How far a message has come on its way by e-mail. The portal shows it to the person whatever the state is."""

    WAITING = "waiting", "väntar på att skickas"
    SENDING = "sending", "skickas"
    SENT = "sent", "skickat"
    FAILED = "failed", "kunde inte skickas"
    GATHERING = "gathering", "väntar på dagens brev"
    GATHERED = "gathered", "med i dagens brev"
    NOT_MAILED = "not_mailed", "skickas inte med e-post"
    WITHDRAWN = "withdrawn", "återtaget"


UNSENT = (MessageState.WAITING, MessageState.SENDING, MessageState.GATHERING)
_TIMES = {
    MessageState.WAITING: "next_try_at",
    MessageState.SENDING: "claimed_at",
    MessageState.SENT: "sent_at",
}


def _has_its_times() -> Q:
    """A state has the one time that belongs to it, and no other; the rest have none."""
    times = set(_TIMES.values())
    timed = [
        Q(state=state, **{f"{time}__isnull": False}, **{f"{other}__isnull": True for other in times - {time}})
        for state, time in _TIMES.items()
    ]
    without = [state for state in MessageState if state not in _TIMES]
    condition = Q(state__in=without, **{f"{time}__isnull": True for time in sorted(times)})
    for one in timed:
        condition |= one
    return condition


class Message(models.Model):
    """A message to one person, or to an address of somebody without account, written with what it tells about.

    `key` makes the same event's message unique, `reference` its Message-ID. The text of a secret one (a link for one
    use) is blanked as soon as it is sent or given up. `claimed_at` also says which dispatcher has it.
    """

    key = models.CharField("nyckel", max_length=200, unique=True)
    reference = models.UUIDField("beteckning", default=uuid.uuid4, editable=False)
    kind = models.CharField("slag", max_length=10, choices=MessageKind.choices, default=MessageKind.ORDINARY)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name="mottagare",
    )
    address = models.EmailField("adress", max_length=254, blank=True)
    subject = models.CharField("ämne", max_length=200)
    body = models.TextField("text", blank=True)
    why = models.CharField("varför", max_length=300, blank=True)
    path = models.CharField("sida", max_length=200, blank=True)
    is_secret = models.BooleanField("innehåller en hemlig länk", default=False)
    state = models.CharField("läge", max_length=12, choices=MessageState.choices, default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField("antal försök", default=0)
    error = models.CharField("fel", max_length=200, blank=True)
    gathered_in = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="gathered", verbose_name="dagens brev"
    )
    created_at = models.DateTimeField("skapat", auto_now_add=True)
    first_try_at = models.DateTimeField("första försöket", null=True, blank=True)
    next_try_at = models.DateTimeField("nästa försök", null=True, blank=True, default=timezone.now)
    claimed_at = models.DateTimeField("påbörjat", null=True, blank=True)
    sent_at = models.DateTimeField("skickat", null=True, blank=True)

    class Meta:
        verbose_name = "meddelande"
        verbose_name_plural = "meddelanden"
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state__in=UNSENT), name="message_unsent"),
            models.Index(fields=["recipient", "created_at"], name="message_of_person"),
            models.Index(fields=["created_at", "id"], name="message_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, address="") | (Q(recipient__isnull=True) & ~Q(address="")),
                name="message_to_person_or_address",
            ),
            models.UniqueConstraint(fields=["reference"], name="message_reference_unique"),
            models.CheckConstraint(condition=_has_its_times(), name="message_state_has_its_time"),
            models.CheckConstraint(
                condition=Q(state=MessageState.FAILED, error="", _negated=True), name="message_failure_is_explained"
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.GATHERED, gathered_in__isnull=False)
                | (~Q(state=MessageState.GATHERED) & Q(gathered_in__isnull=True)),
                name="message_gathered_in_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(is_secret=False) | Q(state__in=UNSENT) | Q(body="", path=""),
                name="message_secret_is_not_kept",
            ),
            models.CheckConstraint(condition=Q(path="") | Q(path__regex="^/(?![/\\\\])"), name="message_path_is_ours"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def to(self) -> str:
        """Where it goes: the person's address as it is now."""
        return self.recipient.email if self.recipient else self.address
