"""The one thing that a reader of reports can do: tell that something does not work."""

import hashlib

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import outbox
from organisations.enums import Role
from organisations.models import User


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
