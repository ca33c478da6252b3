"""Sends what waits in the outbox: each message once, again when it did not go, and at last told that it could not.

A message is claimed in a transaction of its own, sent outside of any, and settled in another. Who is killed in between
leaves it claimed; after STUCK the next dispatcher sends it again with the same Message-ID. Nobody can promise better.
"""

import contextlib
import errno
import logging
import threading
import traceback
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.dispatch import Signal
from django.utils import timezone

from kvinnofrid.core import mail, outbox
from kvinnofrid.core.models import MailFrequency, Message, MessageKind, MessageState
from kvinnofrid.core.models.messages import UNSENT

logger = logging.getLogger(__name__)

STUCK = timedelta(minutes=10)  # longer than any talk with a mail server that keeps its times
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))  # then an hour each time
GIVE_UP_AFTER = timedelta(days=3)

NO_ANSWER = "E-postservern svarar inte."
NO_LOGIN = "E-postservern godtar inte portalens inloggning."
NOT_ACCEPTED = "E-postservern tog inte emot meddelandet"
NO_SUCH_ADDRESS = "Mottagarens e-postserver godtar inte adressen"
DISK_FULL = "Portalens disk är full."
NOT_WRITTEN = "Meddelandet kunde inte skrivas som e-post."
CUT_OFF = "Portalen stannade mitt i ett försök."

# Sent in the transaction that gives a message up: `message` is the row.
given_up = Signal()


class _ServerAway(Exception):
    """Nothing can be sent now, so nothing more is tried; the text says why, for the coordinator."""


class _Refused(Exception):
    """This message was not taken; the text says why."""

    def __init__(self, text: str, *, for_good: bool = False) -> None:
        super().__init__(text)
        self.for_good = for_good


# --- sending ----------------------------------------------------------------------------------------------------------


def dispatch_pending(*, stop: threading.Event | None = None) -> int:
    """Sends what is due, oldest first, over one connection; tells how many were sent.

    When the mail server is away the first message finds out for all: what is due waits as long as that one.
    """
    stop, sent = stop or threading.Event(), 0
    connection = get_connection(settings.MAIL_BACKEND)
    try:
        while not stop.is_set() and (message := _claim()):
            try:
                _send(message, connection)
            except _Refused as refused:
                _not_sent(message, str(refused), for_good=refused.for_good)
            except _ServerAway as away:
                _not_sent(message, str(away))
                _postpone_the_rest(str(away))
                break
            else:
                sent += _settled(message, MessageState.SENT, error="")
    finally:
        with contextlib.suppress(Exception):  # what has been sent is sent
            connection.close()
    return sent


@transaction.atomic
def _claim() -> Message | None:
    """The next message that is due or was left by somebody who stopped. What is not to be sent ends on the way."""
    now = timezone.now()
    due = Q(state=MessageState.WAITING, next_try_at__lte=now)
    left = Q(state=MessageState.SENDING, claimed_at__lt=now - STUCK)
    free = Message.objects.filter(due | left).select_related("recipient").order_by("created_at", "pk")
    while message := free.select_for_update(skip_locked=True, of=("self",)).first():
        if message.recipient and not message.recipient.is_active:
            outbox.settle(message, MessageState.NOT_MAILED)
        elif message.first_try_at and message.first_try_at < now - GIVE_UP_AFTER:
            _give_up(message, message.error or CUT_OFF)
        else:
            outbox.settle(
                message,
                MessageState.SENDING,
                tries=message.tries + 1,
                first_try_at=message.first_try_at or now,
            )
            return message
    return None


def _send(message: Message, connection: Any) -> None:
    """Hands the message to the mail server, or says what stood in the way and whether it stands in everyone's."""
    try:
        email = mail.compose(message, connection)
        connection.open()
        email.send()
    except SMTPRecipientsRefused as error:
        code = max(code for code, _ in error.recipients.values())
        raise _Refused(f"{NO_SUCH_ADDRESS} ({code}).", for_good=code >= 500) from error
    except SMTPAuthenticationError as error:
        raise _ServerAway(NO_LOGIN) from error
    except SMTPResponseException as error:
        raise _Refused(f"{NOT_ACCEPTED} ({error.smtp_code}).") from error
    except OSError as error:  # smtplib's other faults are kinds of it
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise _ServerAway(DISK_FULL if is_full else NO_ANSWER) from error
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        logger.error("message %s could not be written: %s", message.pk, where)  # noqa: TRY400  may quote the text
        raise _Refused(NOT_WRITTEN) from error


# --- what became of it ------------------------------------------------------------------------------------------------


@transaction.atomic
def _settled(message: Message, state: MessageState, **facts: Any) -> bool:
    """Sets what became of the message, if it is still this dispatcher's."""
    mine = Message.objects.select_for_update().filter(
        pk=message.pk, state=MessageState.SENDING, claimed_at=message.claimed_at
    )
    if found := mine.first():
        outbox.settle(found, state, **facts)
    return found is not None


@transaction.atomic
def _not_sent(message: Message, error: str, *, for_good: bool = False) -> None:
    logger.warning("message %s was not sent at try %s: %s", message.pk, message.tries, error)
    if not for_good:
        _settled(message, MessageState.WAITING, error=error, next_try_at=timezone.now() + _pause(message.tries))
    elif _settled(message, MessageState.FAILED, error=error):
        given_up.send(Message, message=message)


def _give_up(message: Message, error: str) -> None:
    logger.error("message %s is given up after %s tries: %s", message.pk, message.tries, error)
    outbox.settle(message, MessageState.FAILED, error=error)
    given_up.send(Message, message=message)


def _pause(tries: int) -> timedelta:
    return PAUSES[min(tries, len(PAUSES)) - 1]


@transaction.atomic
def _postpone_the_rest(error: str) -> None:
    """A try counts for everything that was due: it would have met the same."""
    now = timezone.now()
    due = Message.objects.filter(state=MessageState.WAITING, next_try_at__lte=now)
    for message in due.select_for_update(skip_locked=True):
        message.tries += 1
        message.first_try_at = message.first_try_at or now
        message.next_try_at, message.error = now + _pause(message.tries), error
        message.save(update_fields=["tries", "first_try_at", "next_try_at", "error"])


# --- once a day -------------------------------------------------------------------------------------------------------


def send_digests() -> None:
    """One message to each person who has chosen so, with what has gathered since the last."""
    gathering = Message.objects.filter(state=MessageState.GATHERING)
    for person in gathering.order_by("recipient").values_list("recipient", flat=True).distinct():
        _send_digest(person)


@transaction.atomic
def _send_digest(person: int) -> None:
    """As the person has chosen by now."""
    gathering = Message.objects.select_for_update(of=("self",)).select_related("recipient")
    messages = list(gathering.filter(state=MessageState.GATHERING, recipient=person))
    recipient: Any = messages[0].recipient if messages else None
    if recipient is None:
        return
    if not recipient.is_active or recipient.mail_frequency == MailFrequency.PORTAL:
        for message in messages:
            outbox.settle(message, MessageState.NOT_MAILED)
        return
    digest = outbox.write(
        f"digest:{timezone.localdate()}:{messages[0].pk}",
        outbox.rendered("daily_digest", {"recipient": recipient, "messages": _told(messages, recipient)}),
        recipient=recipient,
        kind=MessageKind.DIGEST,
    )
    for message in messages:
        outbox.settle(message, MessageState.GATHERED, gathered_in=digest)


def _told(messages: Iterable[Message], recipient: Any) -> list[dict[str, str]]:
    """What the digest says of each: without the greeting, which it has of its own."""
    greeting = f"Hej {recipient.name}!"
    return [
        {
            "subject": message.subject,
            "text": message.body.removeprefix(greeting).strip(),
            "address": mail.address_of(message.path),
        }
        for message in messages
    ]


def remove_old() -> None:
    """Messages that have come to their end are kept for a set time, here and in the person's own list."""
    old = Message.objects.filter(created_at__lt=timezone.now() - timedelta(days=settings.MESSAGES_KEPT_DAYS))
    unsent = Message.objects.filter(pk=OuterRef("gathered_in"), state__in=UNSENT)
    old.exclude(state__in=UNSENT).filter(~Exists(unsent)).delete()
