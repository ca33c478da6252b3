"""What a message looks like as e-mail, and Django's two ends of it: mail goes into the outbox, and out as files."""

import uuid
from collections.abc import Sequence
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from kvinnofrid.core import outbox
from kvinnofrid.core.models import Message, MessageKind

WHY_ACCOUNT = "Du får det här för att du har ett konto i portalen."
WHY_SECURITY = "Du får det här för att det gäller inloggningen till ditt konto. Sådana meddelanden skickas alltid."
WHY_ADDRESS = "Du får det här för att någon som deltar i samverkan har angett din adress."


def sender_name() -> str:
    """What the portal calls itself in its mail: the name in the address it sends from."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name or address


def address_of(path: str) -> str:
    """The whole address of a page of the portal."""
    return f"{settings.PORTAL_URL}{path}" if path else ""


def text_of(message: Message) -> str:
    """The message as plain text: what is sent, and what the coordinator reads afterwards."""
    return render_to_string("mail/layout.txt", _context(message)).strip() + "\n"


def compose(message: Message, connection: Any = None) -> EmailMultiAlternatives:
    """The e-mail: the same bytes each time but for the separators, with the Message-ID that the row decides."""
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=text_of(message),
        to=[message.to],
        connection=connection,
        headers={
            "Message-ID": f"<{message.reference}@{urlsplit(settings.PORTAL_URL).hostname}>",
            "Date": formatdate(message.created_at.timestamp()),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    email.attach_alternative(render_to_string("mail/layout.html", _context(message)), "text/html")
    return email


def _context(message: Message) -> dict[str, Any]:
    return {
        "message": message,
        "sender": sender_name(),
        "portal": settings.PORTAL_URL,
        "address": address_of(message.path),
        "why": message.why or _why(message),
        "may_choose": message.recipient is not None and message.kind != MessageKind.SECURITY,
    }


def _why(message: Message) -> str:
    if message.recipient is None:
        return WHY_ADDRESS
    return WHY_SECURITY if message.kind == MessageKind.SECURITY else WHY_ACCOUNT


class OutboxBackend(BaseEmailBackend):
    """Where Django's own mail goes, such as the link for a new password: into the outbox, in the same transaction.

    No request waits for a mail server. Such mail is about the login and may hold a link for one use: it is secret.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for email in email_messages:
            for address in email.recipients():
                _keep(email, address)
        return len(email_messages)


def _keep(email: EmailMessage, address: str) -> None:
    people: Any = get_user_model()
    person = people.objects.filter(email=address.strip().lower()).first()
    outbox.write(
        f"mail:{uuid.uuid4()}",
        {"subject": outbox.plain_line(str(email.subject)), "body": str(email.body).strip(), "why": WHY_SECURITY},
        kind=MessageKind.SECURITY,
        is_secret=True,
        **({"recipient": person} if person else {"address": address}),
    )


class FolderBackend(BaseEmailBackend):
    """Writes each e-mail as a file that any mail program opens: whole or not at all, the same message the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email in email_messages:
            name = email.extra_headers["Message-ID"].strip("<").partition("@")[0]
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(email.message().as_bytes())
            unfinished.replace(folder / f"{name}.eml")
        return len(email_messages)
