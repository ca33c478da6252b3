"""Puts messages in the outbox, in the transaction of what they tell about; `core.mail` sends them, later.

A text template of templates/mail begins with the subject. A last part after a line with two hyphens says why the
person gets it:

    Uppdraget är attesterat: {{ line.seat }}
    Hej {{ recipient.name }}!

    {{ actor }} har attesterat ditt uppdrag.
    --
    Du får det här för att du är representant.

`event` identifies what happened, so that the same event never gives one person two messages.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from kvinnofrid.core.models import MailFrequency, Message, MessageKind, MessageState
from kvinnofrid.core.models.messages import UNSENT
from kvinnofrid.core.workflow import MoveRefused, Workflow, move

LONGEST_SUBJECT = 200
LONGEST_WHY = 300
NOT_AGAIN = "Meddelandet kan inte skickas igen."
WORKFLOW = Workflow((move("retry", [MessageState.FAILED, MessageState.WAITING], MessageState.WAITING),))
STATE_BY_CHOICE = {
    MailFrequency.AT_ONCE: MessageState.WAITING,
    MailFrequency.DAILY: MessageState.GATHERING,
    MailFrequency.PORTAL: MessageState.NOT_MAILED,
}


def post(
    *,
    to: Iterable[Any],
    event: str,
    template: str,
    path: str,
    kind: MessageKind = MessageKind.ORDINARY,
    secret: bool = False,
    **context: Any,
) -> list[Message]:
    """One message per active recipient, in the caller's transaction.

    Sent by e-mail as the person has chosen; what is about the login (`kind`), or secret, always at once.
    """
    kind = MessageKind.SECURITY if secret else kind
    found = []
    for recipient in {user.pk: user for user in to if user.is_active}.values():
        choice = MailFrequency.AT_ONCE if kind == MessageKind.SECURITY else recipient.mail_frequency
        message = write(
            f"{event}:{recipient.pk}",
            rendered(template, {"recipient": recipient, **context}),
            recipient=recipient,
            path=path,
            kind=kind,
            is_secret=secret,
            **_state(STATE_BY_CHOICE[MailFrequency(choice)]),
        )
        found.append(message)
    return found


def post_to_address(
    *, address: str, event: str, template: str, path: str, secret: bool = False, **context: Any
) -> Message:
    """One message to somebody without account, in the caller's transaction; the template has `address`.

    With `secret` the text and the path are blanked once sent, given up or withdrawn, and never shown in the portal.
    Raises ValidationError for what is no address.
    """
    validate_email(address)
    return write(
        _key_of_address(event, address),
        rendered(template, {"address": address, **context}),
        address=address,
        path=path,
        is_secret=secret,
    )


@transaction.atomic
def withdraw(*, event: str) -> None:
    """What has not been sent about the event is not to be sent any more. One that is just being sent, is sent."""
    waiting = Message.objects.select_for_update().filter(key__startswith=f"{event}:")
    for message in waiting.filter(state__in=[MessageState.WAITING, MessageState.GATHERING]):
        settle(message, MessageState.WITHDRAWN)


@transaction.atomic
def retry(*, message: Message) -> None:
    """Send it at once, and begin counting the tries anew. Who may ask for it is the caller's to know."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if not may_retry(message):
        raise MoveRefused(NOT_AGAIN)
    settle(message, MessageState.WAITING, tries=0, first_try_at=None)


def may_retry(message: Message) -> bool:
    """Not a secret one that has been given up: its text is gone."""
    return WORKFLOW.allows(message.state, "retry") and bool(message.body)


def settle(message: Message, state: MessageState, **facts: Any) -> None:
    """Give a message a state with its time, and forget what was secret in it when it has come to its end."""
    settled: dict[str, Any] = {**_state(state), **facts}
    if message.is_secret and state not in UNSENT:
        settled |= {"body": "", "path": ""}
    for name, value in settled.items():
        setattr(message, name, value)
    message.save(update_fields=list(settled))


def _state(state: MessageState) -> dict[str, Any]:
    """A state with the time that belongs to it."""
    now = timezone.now()
    return {
        "state": state,
        "next_try_at": now if state == MessageState.WAITING else None,
        "claimed_at": now if state == MessageState.SENDING else None,
        "sent_at": now if state == MessageState.SENT else None,
    }


def rendered(template: str, context: dict[str, Any]) -> dict[str, str]:
    """What a template says: subject, text, and why the person gets it."""
    text = render_to_string(f"mail/{template}.txt", context)
    subject, _, rest = text.strip().partition("\n")
    body, separator, why = rest.rpartition("\n--\n")
    if not separator:
        body, why = rest, ""
    return {"subject": plain_line(subject), "body": body.strip(), "why": " ".join(why.split())[:LONGEST_WHY]}


def plain_line(text: str) -> str:
    """One line without signs that could begin another header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST_SUBJECT]


def _key_of_address(event: str, address: str) -> str:
    """The address itself would outlive the message in other rows' keys, and is too long for one."""
    return f"{event}:{hashlib.sha256(address.lower().encode()).hexdigest()[:16]}"


def write(key: str, text: dict[str, str], **facts: Any) -> Message:
    """One message, unless there is one with the key. `post` is for what has a template."""
    message, _ = Message.objects.get_or_create(key=key, defaults={**text, **facts})
    return message
