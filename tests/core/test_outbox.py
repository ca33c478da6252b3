"""The outbox: who gets a message, when it goes, and that each goes once with one Message-ID."""

import re
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kvinnofrid.core import audit, dispatcher, mail, outbox
from kvinnofrid.core.models import MailFrequency, Message, MessageKind, MessageState
from kvinnofrid.core.models.messages import UNSENT
from kvinnofrid.core.workflow import MoveRefused
from organisations.models import User
from tests.factories import cast

INVITATION = """{% autoescape off %}Inbjudan till portalen
Hej!

Öppna länken: {{ link }}
--
Du får det här för att {{ address }} har blivit inbjuden.
{% endautoescape %}"""
BACKEND = f"{__name__}.ServerOfTheTest"


class ServerOfTheTest(BaseEmailBackend):
    """A mail server that answers as the test says: nothing (it takes the message), or a fault for each try."""

    answers: list[Exception | None] = []
    taken: list[EmailMessage] = []

    def send_messages(self, email_messages: Any) -> int:
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        self.taken.extend(email_messages)
        return 1


@pytest.fixture
def server(settings: Any) -> type[ServerOfTheTest]:
    settings.MAIL_BACKEND = BACKEND
    ServerOfTheTest.answers, ServerOfTheTest.taken = [], []
    return ServerOfTheTest


@pytest.fixture
def invitations(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "invitation_of_test.txt").write_text(INVITATION, encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]


def choose(person: User, choice: MailFrequency) -> User:
    person.mail_frequency = choice
    audit.save(person, by=person, verb="changed")
    return person


def tell(*people: User, event: str = "prov", fault: str = "Knappen syns inte.", **facts: Any) -> None:
    path = "/tillganglighet/"
    outbox.post(to=people, event=event, template="fault_reported", path=path, fault=fault, reply_to="", **facts)


def invite(address: str = "ny@falun.example", event: str = "inbjudan-1") -> Message:
    link = "http://testserver/inbjudan/hemlig-nyckel/"
    return outbox.post_to_address(
        address=address,
        event=event,
        template="invitation_of_test",
        path="/inbjudan/hemlig-nyckel/",
        secret=True,
        link=link,
    )


def later(days: float) -> None:
    """As if all that has been written had been so many days ago."""
    for message in Message.objects.all():
        for name in ("created_at", "first_try_at", "next_try_at", "claimed_at"):
            value = getattr(message, name)
            setattr(message, name, value and value - timedelta(days=days))
        message.save()


def states() -> list[str]:
    return list(Message.objects.values_list("state", flat=True))


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (MailFrequency.AT_ONCE, MessageState.WAITING),
        (MailFrequency.DAILY, MessageState.GATHERING),
        (MailFrequency.PORTAL, MessageState.NOT_MAILED),
    ],
)
def test_a_message_goes_as_the_person_has_chosen(choice: MailFrequency, state: str, world: cast.World) -> None:
    person = choose(world.person["coordinator"], choice)
    tell(person, event="vanligt")
    tell(person, event="om-inloggning", kind=MessageKind.SECURITY)
    tell(person, event="hemligt", secret=True)
    assert states() == [state, MessageState.WAITING, MessageState.WAITING]


@pytest.mark.django_db
def test_one_event_gives_one_message_each_to_those_who_are_active(world: cast.World) -> None:
    people = [world.person[key] for key in ("coordinator", "coordinator", "reader", "deactivated")]
    tell(*people)
    tell(*people)
    assert list(Message.objects.values_list("recipient__name", "subject", "why")) == [
        (name, "Någon har rapporterat ett tillgänglighetsfel", "Du får det här för att du är samordnare.")
        for name in ("Siv Samordnare", "Lena Läsare")
    ]


@pytest.mark.django_db
def test_a_message_belongs_to_the_transaction_of_what_it_tells(world: cast.World) -> None:
    with transaction.atomic():
        tell(world.person["coordinator"])
        transaction.set_rollback(True)
    assert (Message.objects.count(), dispatcher.dispatch_pending()) == (0, 0)


@pytest.mark.django_db
def test_somebody_without_account_is_told_at_an_address(invitations: None, world: cast.World) -> None:
    message = invite()
    assert invite() == message
    assert invite(event="inbjudan-2") != message
    assert (message.recipient, message.to, message.subject) == (None, "ny@falun.example", "Inbjudan till portalen")
    assert message.why == "Du får det här för att ny@falun.example har blivit inbjuden."
    assert "ny@falun.example" not in message.key


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "ny", "ny@falun.example\nBcc: x@y.example", "ny@falun.example\0", "å@ä"])
def test_what_is_no_address_is_refused(address: str, invitations: None) -> None:
    with pytest.raises(ValidationError):
        invite(address)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_a_subject_cannot_begin_a_header(world: cast.World) -> None:
    text = outbox.plain_line("Uppdrag\r\nBcc: alla@example\x00\u2028 slut" + 300 * "x")
    assert text[:38] == "Uppdrag Bcc: alla@example slutxxxxxxxx"
    assert len(text) == 200
    message = outbox.write("k", {"subject": text, "body": "x\nBcc: y@z.example\n"}, recipient=world.person["reader"])
    sent = mail.compose(message).message()
    assert (sent["Bcc"], sent["To"]) == (None, "reader@cast.example")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("message_to_person_or_address", {"address": "x@y.example"}),
        ("message_to_person_or_address", {"recipient": None}),
        ("message_state_has_its_time", {"next_try_at": None}),
        ("message_state_has_its_time", {"state": MessageState.SENT}),
        ("message_failure_is_explained", {"state": MessageState.FAILED, "next_try_at": None}),
        ("message_gathered_in_a_digest", {"state": MessageState.GATHERED, "next_try_at": None}),
        ("message_secret_is_not_kept", {"is_secret": True, "state": MessageState.WITHDRAWN, "next_try_at": None}),
        ("message_path_is_ours", {"path": "//evil.example/"}),
    ],
)
def test_the_database_refuses(name: str, facts: dict[str, Any], world: cast.World) -> None:
    tell(world.person["coordinator"])
    message = Message.objects.get()
    for field, value in facts.items():
        setattr(message, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        message.save()


# --- sending ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_is_sent_once(server: Any, world: cast.World) -> None:
    tell(world.person["coordinator"])
    assert (dispatcher.dispatch_pending(), dispatcher.dispatch_pending()) == (1, 0)
    message = Message.objects.get()
    assert (message.state, message.tries, message.next_try_at, message.claimed_at) == ("sent", 1, None, None)
    [sent] = server.taken
    assert sent.extra_headers["Message-ID"] == f"<{message.reference}@testserver>"


@pytest.mark.django_db
def test_the_mail_says_what_where_why_and_how_to_change_it(world: cast.World) -> None:
    tell(world.person["coordinator"], fault="<script>alert(1)</script> & mer")
    dispatcher.dispatch_pending()
    [sent] = django_mail.outbox
    headers = sent.message()
    assert (sent.to, sent.subject) == (["coordinator@cast.example"], "Någon har rapporterat ett tillgänglighetsfel")
    assert (headers["Auto-Submitted"], headers["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert sent.body == (
        "Hej Siv Samordnare!\n\n"
        "Någon har rapporterat ett fel från sidan Tillgänglighet i portalen:\n\n"
        "<script>alert(1)</script> & mer\n\n"
        "Den som rapporterade har inte bett om svar.\n\n"
        "Öppna i portalen:\nhttp://testserver/tillganglighet/\n\n"
        "-- \nKvinnofrid Dalarna, http://testserver\n"
        "Du får det här för att du är samordnare.\n"
        "Du väljer själv hur du vill få meddelanden: http://testserver/konto/uppgifter/\n"
        "Det går inte att svara på det här brevet.\n"
    )
    [(html, kind)] = sent.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mer" in html
    assert re.findall(r'href="([^"]+)"', html) == [
        "http://testserver/tillganglighet/",
        "http://testserver/konto/uppgifter/",
        "http://testserver/",
    ]
    assert re.findall(r"<script|<img|src=|url\(|@import", html) == []


@pytest.mark.django_db
def test_who_has_been_deactivated_meanwhile_gets_nothing(server: Any, world: cast.World) -> None:
    person = world.person["reader"]
    tell(person)
    person.is_active = False
    audit.save(person, by=None, verb="deactivated")
    assert (dispatcher.dispatch_pending(), server.taken, states()) == (0, [], ["not_mailed"])


@pytest.mark.django_db
def test_the_address_is_the_one_the_person_has_now(server: Any, world: cast.World) -> None:
    person = world.person["reader"]
    tell(person)
    person.email = "ny@cast.example"
    audit.save(person, by=None, verb="changed")
    dispatcher.dispatch_pending()
    assert [sent.to for sent in server.taken] == [["ny@cast.example"]]


@pytest.mark.django_db
def test_what_is_secret_is_forgotten_when_it_has_gone(server: Any, invitations: None) -> None:
    invite()
    dispatcher.dispatch_pending()
    message = Message.objects.get()
    assert (message.state, message.body, message.path) == ("sent", "", "")
    assert "http://testserver/inbjudan/hemlig-nyckel/" in server.taken[0].body
    assert "/konto/uppgifter/" not in server.taken[0].body


@pytest.mark.django_db
def test_what_is_withdrawn_does_not_go_and_keeps_no_secret(server: Any, invitations: None) -> None:
    invite(event="inbjudan-1")
    invite(event="inbjudan-11")
    outbox.withdraw(event="inbjudan-1")
    assert dispatcher.dispatch_pending() == 1
    assert list(Message.objects.values_list("state", "body", "path")) == [("withdrawn", "", ""), ("sent", "", "")]


# --- when it does not go ----------------------------------------------------------------------------------------------

REFUSED = SMTPRecipientsRefused({"reader@cast.example": (550, b"reader@cast.example is unknown")})
NOT_NOW = SMTPRecipientsRefused({"reader@cast.example": (451, b"greylisted")})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ConnectionRefusedError(), "E-postservern svarar inte."),
        (TimeoutError(), "E-postservern svarar inte."),
        (SMTPServerDisconnected(), "E-postservern svarar inte."),
        (SMTPAuthenticationError(535, b"no"), "E-postservern godtar inte portalens inloggning."),
        (OSError(28, "No space left on device"), "Portalens disk är full."),
    ],
)
def test_a_server_that_is_away_is_asked_once_for_all(
    answer: Exception, error: str, server: Any, world: cast.World
) -> None:
    tell(world.person["coordinator"], world.person["reader"])
    server.answers = [answer]
    assert (dispatcher.dispatch_pending(), server.answers, server.taken) == (0, [], [])
    assert list(Message.objects.values_list("state", "tries", "error")) == 2 * [("waiting", 1, error)]
    assert dispatcher.dispatch_pending() == 0  # not before its time
    later(days=1)
    assert dispatcher.dispatch_pending() == 2
    assert list(Message.objects.values_list("state", "tries", "error")) == 2 * [("sent", 2, "")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (REFUSED, "Mottagarens e-postserver godtar inte adressen (550).", "failed"),
        (NOT_NOW, "Mottagarens e-postserver godtar inte adressen (451).", "waiting"),
        (SMTPDataError(552, b"too much"), "E-postservern tog inte emot meddelandet (552).", "waiting"),
        (ValueError("Lena Läsare"), "Meddelandet kunde inte skrivas som e-post.", "waiting"),
    ],
)
def test_a_message_that_is_refused_does_not_stop_the_others(
    answer: Exception, error: str, state: str, server: Any, world: cast.World, caplog: pytest.LogCaptureFixture
) -> None:
    tell(world.person["reader"], world.person["registrar"])
    server.answers = [answer]
    dispatcher.dispatch_pending()
    first, second = Message.objects.filter(key__startswith="prov:")
    assert ((first.state, first.error), (second.state, second.error)) == ((state, error), ("sent", ""))
    assert "reader@cast.example" not in caplog.text + first.error
    assert "Lena" not in caplog.text + first.error


@pytest.mark.django_db
def test_the_coordinator_hears_once_a_day_that_mail_does_not_arrive(server: Any, world: cast.World) -> None:
    tell(world.person["reader"], world.person["registrar"])
    unknown = SMTPRecipientsRefused({"coordinator@cast.example": (550, b"")})
    server.answers = [REFUSED, REFUSED, unknown]
    assert dispatcher.dispatch_pending() == 0
    assert list(Message.objects.values_list("recipient__name", "subject", "state")) == [
        ("Lena Läsare", "Någon har rapporterat ett tillgänglighetsfel", "failed"),
        ("Ragna Registrator", "Någon har rapporterat ett tillgänglighetsfel", "failed"),
        ("Siv Samordnare", "Meddelanden har inte kommit fram", "failed"),
    ]


@pytest.mark.django_db
def test_it_is_tried_less_and_less_often_and_given_up_after_three_days(server: Any, world: cast.World) -> None:
    tell(world.person["coordinator"])
    waits = []
    for _ in range(7):
        server.answers = [TimeoutError()]
        dispatcher.dispatch_pending()
        message = Message.objects.get()
        assert message.next_try_at
        waits.append(round((message.next_try_at - timezone.now()).total_seconds() / 60))
        later(days=0.1)
    assert waits == [1, 5, 15, 30, 60, 60, 60]
    later(days=3)
    assert (dispatcher.dispatch_pending(), server.taken) == (0, [])
    message.refresh_from_db()
    assert (message.state, message.error, message.tries) == ("failed", "E-postservern svarar inte.", 7)


@pytest.mark.django_db
def test_a_message_that_waited_for_a_dispatcher_is_not_given_up(server: Any, world: cast.World) -> None:
    tell(world.person["coordinator"])
    later(days=30)
    assert dispatcher.dispatch_pending() == 1


@pytest.mark.django_db
def test_what_was_given_up_can_be_sent_again(server: Any, world: cast.World) -> None:
    tell(world.person["reader"])
    server.answers = [REFUSED]
    dispatcher.dispatch_pending()
    outbox.retry(message=Message.objects.get(key__startswith="prov:"))
    assert dispatcher.dispatch_pending() == 1
    with pytest.raises(MoveRefused):
        outbox.retry(message=Message.objects.get(key__startswith="prov:"))


@pytest.mark.django_db
def test_a_secret_that_was_given_up_is_gone(server: Any, invitations: None) -> None:
    invite()
    server.answers = [SMTPRecipientsRefused({"ny@falun.example": (550, b"")})]
    dispatcher.dispatch_pending()
    message = Message.objects.get(address="ny@falun.example")
    assert (message.state, message.body, outbox.may_retry(message)) == ("failed", "", False)
    with pytest.raises(MoveRefused):
        outbox.retry(message=message)


@pytest.mark.django_db
def test_who_is_killed_in_between_leaves_a_message_that_goes_again_with_the_same_id(
    server: Any, world: cast.World
) -> None:
    tell(world.person["coordinator"])
    claimed = dispatcher._claim()
    assert claimed is not None
    dispatcher._send(claimed, server())
    assert (dispatcher.dispatch_pending(), states()) == (0, ["sending"])  # it may still be at it
    later(days=1)
    assert (dispatcher.dispatch_pending(), states()) == (1, ["sent"])
    assert not dispatcher._settled(claimed, MessageState.WAITING)  # the one who came back late changes nothing
    identities = [sent.extra_headers["Message-ID"] for sent in server.taken]
    assert (len(identities), len(set(identities))) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_share_the_work(server: Any, transactional_world: cast.World) -> None:
    """While one has claimed a message in an open transaction the other takes the next one, and waits for nothing."""
    tell(*(transactional_world.person[key] for key in ("coordinator", "reader")))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT id FROM core_message ORDER BY id LIMIT 1 FOR UPDATE")
            assert dispatcher.dispatch_pending() == 1
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert ([sent.to for sent in server.taken], dispatcher.dispatch_pending()) == ([["reader@cast.example"]], 1)


# --- once a day -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_days_letter_holds_what_has_gathered(server: Any, world: cast.World) -> None:
    person = choose(world.person["coordinator"], MailFrequency.DAILY)
    tell(person, event="a", fault="Första felet.")
    tell(person, event="b", fault="Andra felet.")
    tell(choose(world.person["reader"], MailFrequency.DAILY), fault="Tredje felet.")
    assert dispatcher.dispatch_pending() == 0
    dispatcher.send_digests()
    dispatcher.send_digests()
    assert dispatcher.dispatch_pending() == 2
    first, second = server.taken
    assert (first.to, first.subject) == (["coordinator@cast.example"], "2 meddelanden från portalen")
    assert (second.to, second.subject) == (["reader@cast.example"], "1 meddelande från portalen")
    assert re.findall(r"\d\. .*|\w+ felet\.|Hej .*|http\S+/tillganglighet/", first.body) == [
        "Hej Siv Samordnare!",
        "1. Någon har rapporterat ett tillgänglighetsfel",
        "Första felet.",
        "http://testserver/tillganglighet/",
        "2. Någon har rapporterat ett tillgänglighetsfel",
        "Andra felet.",
        "http://testserver/tillganglighet/",
    ]
    assert sorted(states()) == ["gathered", "gathered", "gathered", "sent", "sent"]


@pytest.mark.django_db
def test_who_changes_the_choice_is_heard(server: Any, world: cast.World) -> None:
    person = choose(world.person["coordinator"], MailFrequency.DAILY)
    tell(person)
    choose(person, MailFrequency.PORTAL)
    dispatcher.send_digests()
    assert states() == ["not_mailed"]


@pytest.mark.django_db
def test_what_has_come_to_its_end_is_removed_after_a_year(server: Any, world: cast.World) -> None:
    person = choose(world.person["coordinator"], MailFrequency.DAILY)
    tell(person, event="a")
    dispatcher.send_digests()
    dispatcher.dispatch_pending()
    tell(person, event="waits")
    later(days=364)
    dispatcher.remove_old()
    assert sorted(states()) == ["gathered", "gathering", "sent"]
    later(days=2)
    dispatcher.remove_old()
    assert states() == ["gathering"]
    assert set(states()) <= set(UNSENT)


# --- Django's own mail ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mail_of_the_login_goes_through_the_outbox_as_a_secret(server: Any, settings: Any, world: cast.World) -> None:
    settings.EMAIL_BACKEND = "kvinnofrid.core.mail.OutboxBackend"
    choose(world.person["reader"], MailFrequency.PORTAL)
    body = "Öppna http://testserver/konto/nytt/abc-123/"
    assert send_mail("Välj ett nytt lösenord", body, None, ["Reader@cast.example"]) == 1
    send_mail("Välj ett nytt lösenord", body, None, ["okand@cast.example"])
    first, second = Message.objects.all()
    assert (first.recipient, first.address, first.is_secret) == (world.person["reader"], "", True)
    assert (second.recipient, second.address, second.is_secret) == (None, "okand@cast.example", True)
    assert dispatcher.dispatch_pending() == 2
    assert 'href="http://testserver/konto/nytt/abc-123/"' in str(server.taken[0].alternatives[0][0])
    assert "Sådana meddelanden skickas alltid." in server.taken[0].body
    assert set(Message.objects.values_list("state", "body")) == {("sent", "")}


@pytest.mark.django_db
def test_without_a_server_each_mail_is_a_file(settings: Any, tmp_path: Path, world: cast.World) -> None:
    settings.MAIL_BACKEND, settings.EMAIL_FILE_PATH = "kvinnofrid.core.mail.FolderBackend", str(tmp_path / "mail")
    tell(world.person["coordinator"])
    dispatcher.dispatch_pending()
    message = Message.objects.get()
    [file] = (tmp_path / "mail").iterdir()
    assert (file.name, message.state) == (f"{message.reference}.eml", "sent")
    assert b"To: coordinator@cast.example\n" in file.read_bytes()


@pytest.mark.django_db
def test_a_full_disk_leaves_the_message_waiting(settings: Any, tmp_path: Path, world: cast.World) -> None:
    settings.MAIL_BACKEND, settings.EMAIL_FILE_PATH = "kvinnofrid.core.mail.FolderBackend", str(tmp_path)
    tell(world.person["coordinator"])
    unfinished = tmp_path / f"{Message.objects.get().reference}.part"
    unfinished.symlink_to("/dev/full")
    assert dispatcher.dispatch_pending() == 0
    assert list(Message.objects.values_list("state", "error")) == [("waiting", "Portalens disk är full.")]
    unfinished.unlink()
    later(days=1)
    assert (dispatcher.dispatch_pending(), len(list(tmp_path.glob("*.eml")))) == (1, 1)
