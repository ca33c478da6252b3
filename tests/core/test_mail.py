"""Mail by a real mail server: what arrives, and what people see when the server is gone or refuses."""

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from django.urls import reverse

from kvinnofrid.core import dispatcher
from kvinnofrid.core.models import Message
from kvinnofrid.launch import free_port
from tests.core.test_outbox import later, tell
from tests.factories import cast

UNKNOWN = "reader@cast.example"
AsPerson = Callable[[str], Client]


class Server:
    """A mail server that keeps what it is given and knows all addresses but one."""

    def __init__(self, port: int) -> None:
        self.arrived: list[EmailMessage] = []
        self._port = port
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address == UNKNOWN:
            return f"550 {address} is unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.arrived.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 5
    found = Server(settings.EMAIL_PORT)
    yield found
    found.stop()


def state_of(client: Client, message: Message) -> str:
    """What the coordinator reads about it."""
    page = client.get(reverse("message_outbox_detail", args=[message.pk])).content.decode()
    found = [word for word in ("Väntar på att skickas", "Skickat", "Kunde inte skickas") if f">{word}</span>" in page]
    errors = [line for line in (message.error,) if line and line in page]
    return ", ".join([*found, *errors])


def test_what_is_written_arrives(server: Server, world: cast.World) -> None:
    server.start()
    tell(world.person["coordinator"], fault="Knappen på sidan Överenskommelser syns inte.")
    assert dispatcher.dispatch_pending() == 1
    [mail] = server.arrived
    assert (mail["To"], mail["From"]) == ("coordinator@cast.example", "Kvinnofrid Dalarna <noreply@localhost>")
    assert mail["Subject"] == "Någon har rapporterat ett tillgänglighetsfel"
    assert mail["Message-ID"] == f"<{Message.objects.get().reference}@testserver>"
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    for part in mail.iter_parts():
        assert "Knappen på sidan Överenskommelser syns inte." in part.get_content()


def test_one_connection_takes_them_all_and_a_wrong_address_stops_nobody(
    server: Server, world: cast.World, as_person: AsPerson
) -> None:
    server.start()
    tell(*(world.person[key] for key in ("reader", "coordinator", "registrar")))
    assert dispatcher.dispatch_pending() == 3  # two of them, and the word to the coordinator
    assert [mail["To"] for mail in server.arrived] == [
        "coordinator@cast.example",
        "registrar@cast.example",
        "coordinator@cast.example",
    ]
    refused = Message.objects.get(recipient=world.person["reader"])
    assert state_of(as_person("coordinator"), refused) == (
        "Kunde inte skickas, Mottagarens e-postserver godtar inte adressen (550)."
    )
    assert server.arrived[2]["Subject"] == "Meddelanden har inte kommit fram"
    own = as_person("reader").get(reverse("message_list")).content.decode()
    assert "Någon har rapporterat ett tillgänglighetsfel" in own  # in the portal all the same


def test_the_page_works_without_a_mail_server_and_the_message_arrives_later(
    server: Server, world: cast.World, as_person: AsPerson
) -> None:
    answer = as_person("anonymous").post(
        reverse("accessibility_statement"), {"fault": "Knappen syns inte.", "reply_to": ""}
    )
    assert answer.status_code == 302
    assert dispatcher.dispatch_pending() == 0
    message, coordinator = Message.objects.get(), as_person("coordinator")
    assert state_of(coordinator, message) == "Väntar på att skickas, E-postservern svarar inte."
    assert "E-post: väntar på att skickas." in coordinator.get(reverse("message_list")).content.decode()
    server.start()
    later(days=1)
    assert dispatcher.dispatch_pending() == 1
    message.refresh_from_db()
    assert (state_of(coordinator, message), len(server.arrived)) == ("Skickat", 1)


def test_a_new_password_can_be_asked_for_without_a_mail_server(
    server: Server, settings: Any, world: cast.World, as_person: AsPerson
) -> None:
    settings.EMAIL_BACKEND = "kvinnofrid.core.mail.OutboxBackend"
    answer = as_person("anonymous").post(reverse("account_reset_password"), {"email": "registrar@cast.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert dispatcher.dispatch_pending() == 0
    server.start()
    later(days=1)
    assert dispatcher.dispatch_pending() == 1
    [mail] = server.arrived
    text = mail.get_body(("plain",))
    assert text
    assert text.get_content().count("/konto/losenord/nytt/") == 1
