"""What a reader of reports can do: tell that something does not work, and have a message sent again."""

import hashlib
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Message
from organisations.enums import Role
from organisations.models import User
from organisations.permissions import is_coordinator


@transaction.atomic
def report_fault(*, fault: str, reply_to: str) -> bool:
    """A message to every coordinator; False when there is none to take it."""
    text = f"{timezone.localdate()} {reply_to} {fault}"
    coordinators = list(User.objects.with_role(Role.COORDINATOR, timezone.localdate()))
    outbox.post(
        to=coordinators,
        event=f"fault-{hashlib.sha256(text.encode()).hexdigest()}",  # a double click reports it once
        template="fault_reported",
        path=reverse("accessibility_statement"),
        fault=fault,
        reply_to=reply_to,
    )
    return bool(coordinators)


def retry_message(*, message: Message, by: Any) -> None:
    """The coordinator has a message sent at once: one that was given up, or that waits for its next try."""
    if not is_coordinator(by):
        raise Refused
    outbox.retry(message=message)


def tell_of_failed_mail(sender: Any, message: Message, **kwargs: Any) -> None:
    """The coordinators hear that messages do not arrive, once a day. In the portal too, if mail is what fails."""
    today = timezone.localdate()
    outbox.post(
        to=User.objects.with_role(Role.COORDINATOR, today),
        event=f"mail-failed-{today}",
        template="mail_failed",
        path=f"{reverse('message_outbox')}?state=failed",
    )
