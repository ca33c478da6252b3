"""Puts messages in the outbox; delivery is another matter and another process."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from kvinnofrid.core.models import Message


def post(*, to: Iterable[Any], event: str, template: str, path: str, **context: Any) -> None:
    """One message per active recipient, in the caller's transaction.

    `template` is a text template whose first line is the subject; `event` identifies what happened, so that
    the same event never gives one person two messages.
    """
    for recipient in {user.pk: user for user in to if user.is_active}.values():
        text = render_to_string(f"mail/{template}.txt", {"recipient": recipient, **context})
        subject, _, body = text.strip().partition("\n")
        Message.objects.get_or_create(
            key=f"{event}:{recipient.pk}",
            defaults={"recipient": recipient, "subject": subject.strip()[:200], "body": body.strip(), "path": path},
        )
