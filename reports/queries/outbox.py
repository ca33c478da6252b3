"""The messages that the portal has for people, as the coordinator sees them: how far each has come."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from kvinnofrid.core import mail, outbox
from kvinnofrid.core.history import UNNAMED
from kvinnofrid.core.models import Message, MessageState
from kvinnofrid.core.templatetags.portal import datetime_sv
from organisations.models import Membership

TONES = {
    MessageState.WAITING: "waiting",
    MessageState.SENDING: "info",
    MessageState.SENT: "good",
    MessageState.FAILED: "bad",
    MessageState.GATHERING: "waiting",
}
HIDDEN = "Texten visas inte: den innehåller en länk som bara mottagaren ska se."
FORGOTTEN = "Texten är borttagen: den innehöll en länk som bara mottagaren skulle se."


@dataclass(frozen=True)
class MessageRow:
    """One message: to whom, and how far it has come. Protected people are told by their function."""

    message: Message

    @property
    def to(self) -> str:
        person = self.message.recipient
        if person is None:
            return self.message.address
        return self.function if person.has_protected_identity else person.name

    @property
    def address(self) -> str:
        person = self.message.recipient
        return "" if person is None or person.has_protected_identity else person.email

    @property
    def function(self) -> str:
        """What somebody with protected identity is called here."""
        roles = [f"{held.get_role_display()}, {held.scope}" for held in self.message.recipient.roles_today]  # type: ignore[union-attr]
        return f"{UNNAMED} ({'; '.join(roles)})" if roles else UNNAMED

    @property
    def status(self) -> str:
        return str(self.message.get_state_display()).capitalize()

    @property
    def tone(self) -> str:
        return TONES.get(MessageState(self.message.state), "neutral")

    @property
    def note(self) -> str:
        """When it was sent or is tried next."""
        message = self.message
        if message.state == MessageState.SENT:
            return datetime_sv(message.sent_at)
        if message.state == MessageState.WAITING and message.tries:
            return f"Försök {message.tries} gick inte. Nästa {datetime_sv(message.next_try_at)}."
        return message.error

    @property
    def may_retry(self) -> bool:
        return outbox.may_retry(self.message)

    @property
    def text(self) -> str:
        """What was sent, or is to be: the plain text of the e-mail."""
        message = self.message
        if message.is_secret:
            return HIDDEN if message.body else FORGOTTEN
        text = mail.text_of(message)
        person = message.recipient
        if person and person.has_protected_identity:
            return text.replace(person.name, self.function).replace(person.email, self.function)
        return text


def messages(*, state: str = "", text: str = "") -> Any:
    """The latest first. Who has protected identity is not found by name."""
    found = Message.objects.order_by("-created_at", "-pk").select_related("recipient")
    roles = Membership.objects.active_on(timezone.localdate()).select_related("organisation", "forum", "partnership")
    found = found.prefetch_related(Prefetch("recipient__memberships", queryset=roles, to_attr="roles_today"))
    if state:
        found = found.filter(state=state)
    if text:
        person = Q(recipient__name__icontains=text) | Q(recipient__email__icontains=text)
        open_person = person & Q(recipient__has_protected_identity=False)
        found = found.filter(Q(subject__icontains=text) | Q(address__icontains=text) | open_person)
    return found
