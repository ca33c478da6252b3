"""Sent messages: what the coordinator sees of each, and that nobody else sees any."""

from collections.abc import Callable
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kvinnofrid.core import audit, dispatcher, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import MailFrequency, Message, MessageState
from reports import actions
from tests.core.test_outbox import choose, tell
from tests.factories import cast

AsPerson = Callable[[str], Client]
LIST = "/utskick/"
REFUSED = SMTPRecipientsRefused({"reader@cast.example": (550, b"")})


@pytest.fixture
def message(world: cast.World) -> Message:
    tell(world.person["reader"], fault="kanariefagel")
    return Message.objects.get()


def fail(message: Message) -> None:
    outbox.settle(message, MessageState.FAILED, error="E-postservern svarar inte.")


def html_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_coordinator_sees_each_with_its_text(message: Message, as_person: AsPerson) -> None:
    dispatcher.dispatch_pending()
    client = as_person("coordinator")
    page = html_of(client, LIST)
    assert f'href="{LIST}{message.pk}/"' in page
    assert ("Lena Läsare" in page, ">Skickat</span>" in page, "1 meddelande<" in page) == (True, True, True)
    one = html_of(client, f"{LIST}{message.pk}/")
    assert "kanariefagel" in one
    assert "Öppna i portalen:\nhttp://testserver/tillganglighet/" in one
    assert f'action="{LIST}{message.pk}/igen/"' not in one


@pytest.mark.parametrize(
    "key", ["reader", "administrator", "outsider", "steering", "nobody", "deactivated", "anonymous"]
)
def test_nobody_else_sees_any(key: str, message: Message, as_person: AsPerson) -> None:
    fail(message)
    client = as_person(key)
    expected = 302 if key in {"anonymous", "deactivated"} else 404
    answers = [client.get(LIST), client.get(f"{LIST}{message.pk}/"), client.post(f"{LIST}{message.pk}/igen/")]
    assert [answer.status_code for answer in answers] == 3 * [expected]
    assert [b"kanariefagel" in answer.content for answer in answers] == 3 * [False]
    message.refresh_from_db()
    assert message.state == "failed"


def test_the_action_knows_who_may(message: Message, world: cast.World) -> None:
    fail(message)
    with pytest.raises(Refused):
        actions.retry_message(message=message, by=world.person["administrator"])


def test_what_could_not_be_sent_is_sent_again(message: Message, as_person: AsPerson) -> None:
    fail(message)
    client = as_person("coordinator")
    assert "1 meddelande kunde inte skickas." in html_of(client, LIST)
    one = html_of(client, f"{LIST}{message.pk}/")
    assert ("E-postservern svarar inte." in one, "Skicka igen" in one) == (True, True)
    assert client.get(f"{LIST}{message.pk}/igen/").status_code == 405
    assert client.post(f"{LIST}{message.pk}/igen/")["Location"] == f"{LIST}{message.pk}/"
    assert dispatcher.dispatch_pending() == 1
    again = client.post(f"{LIST}{message.pk}/igen/", follow=True).content.decode()
    assert "Meddelandet kan inte skickas igen." in again


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a", "b"]),
        ("state=waiting", ["a"]),
        ("state=not_mailed", ["b"]),
        ("state=failed", []),
        ("state=%00x", ["a", "b"]),
        ("q=lena", ["a"]),
        ("q=CAST.example", ["a", "b"]),
        ("q=tillg%C3%A4nglighetsfel", ["a", "b"]),
        ("q=Ulla", []),
        ("q=%00&sida=9999999999999999999999", ["a", "b"]),
    ],
)
def test_it_is_filtered(query: str, found: list[str], world: cast.World, as_person: AsPerson) -> None:
    tell(world.person["reader"], event="a")
    tell(choose(world.person["registrar"], MailFrequency.PORTAL), event="b")
    answer = as_person("coordinator").get(f"{LIST}?{query}")
    assert sorted(row.message.key.partition(":")[0] for row in answer.context["rows"]) == found


def test_a_protected_person_is_told_by_function_and_not_found_by_name(world: cast.World, as_person: AsPerson) -> None:
    person = world.person["reader"]
    person.has_protected_identity = True
    audit.save(person, by=None, verb="changed")
    tell(person)
    client = as_person("coordinator")
    one = reverse("message_outbox_detail", args=[Message.objects.get().pk])
    for page in (html_of(client, LIST), html_of(client, one)):
        assert "Person med skyddade uppgifter (Läsare, Falu kommun)" in page
        assert ("Lena" in page, "reader@cast.example" in page) == (False, False)
    assert list(client.get(f"{LIST}?q=Lena").context["rows"]) == []


def test_a_secret_is_never_shown(world: cast.World, as_person: AsPerson) -> None:
    facts: dict[str, Any] = {"address": "ny@falun.example", "is_secret": True, "path": "/inbjudan/kanariefagel/"}
    message = outbox.write("inbjudan:1", {"subject": "Inbjudan", "body": "Länken: /inbjudan/kanariefagel/"}, **facts)
    client = as_person("coordinator")
    before = html_of(client, f"{LIST}{message.pk}/")
    dispatcher.dispatch_pending()
    after = html_of(client, f"{LIST}{message.pk}/")
    assert ["kanariefagel" in page for page in (before, after)] == [False, False]
    assert ("Texten visas inte" in before, "Texten är borttagen" in after) == (True, True)
    assert "ny@falun.example" in html_of(client, LIST)


def test_the_persons_own_list_has_no_secrets_and_no_digests(world: cast.World, as_person: AsPerson) -> None:
    person = choose(world.person["reader"], MailFrequency.DAILY)
    tell(person, event="a")
    tell(person, event="secret", fault="kanariefagel", secret=True)
    dispatcher.send_digests()
    page = html_of(as_person("reader"), reverse("message_list"))
    assert page.count("<h2>") == 1
    assert ("E-post: med i dagens brev." in page, "kanariefagel" in page, LIST in page) == (True, False, False)
    assert f'href="{LIST}"' in html_of(as_person("coordinator"), reverse("message_list"))


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_asks_the_same_for_one_and_thirty(number: int, world: cast.World, as_person: AsPerson) -> None:
    for event in range(number):
        tell(world.person["reader"], event=str(event))
    client = as_person("coordinator")
    client.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST)
    assert len(asked) == 9


def test_the_person_chooses_in_the_profile(world: cast.World, as_person: AsPerson) -> None:
    client = as_person("reader")
    page = html_of(client, reverse("profile"))
    assert page.count('name="mail_frequency"') == 3
    form = {"name": "Lena Läsare", "title": "", "phone": "", "private_phone": "", "mail_frequency": "daily"}
    seen = client.get(reverse("profile")).context["form"].initial.get("seen", "")
    assert client.post(reverse("profile"), {**form, "seen": seen}).status_code == 302
    tell(type(world.person["reader"]).objects.get(pk=world.person["reader"].pk))
    assert Message.objects.get().state == "gathering"
