"""Getting in, staying out: login, logout, a new password, and what strangers learn (nothing)."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from organisations.login.adapters import AccountAdapter
from organisations.models import User
from tests.factories import cast

LOGIN, RESET = "/konto/logga-in/", "/konto/losenord/glomt/"
NEW_PASSWORD = "ett-annat-långt-lösenord"
WRONG = str(AccountAdapter.error_messages["email_password_mismatch"])


def log_in(client: Client, email: str, password: str = cast.PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def is_logged_in(client: Client) -> bool:
    return bool(client.get("/konto/uppgifter/").status_code == 200)


def shown(response: Any, *words: str) -> tuple[int, str]:
    """Status and page, without the token's mask and what was typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())
    for word in words:
        text = text.replace(word, "…")
    return response.status_code, text


def test_log_in_and_out(world: cast.World) -> None:
    client = Client()
    client.get(LOGIN)
    response = log_in(client, "Reader@CAST.example")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_logged_in(client)
    old = client.cookies["sessionid"].value
    assert client.get("/konto/logga-ut/").status_code == 200
    assert is_logged_in(client)
    response = client.post("/konto/logga-ut/")
    assert (response.status_code, response["Location"]) == (302, LOGIN)
    client.cookies["sessionid"] = old
    assert not is_logged_in(client)


def test_the_session_is_a_new_one_after_login(world: cast.World) -> None:
    """A cookie that somebody planted before is worth nothing afterwards."""
    client = Client()
    client.session.save()
    planted = client.session.session_key
    client.cookies["sessionid"] = planted
    log_in(client, "reader@cast.example")
    assert client.cookies["sessionid"].value != planted


def test_a_wrong_password_and_an_unknown_address_look_the_same(world: cast.World) -> None:
    known = shown(log_in(Client(), "reader@cast.example", "fel-lösenord"), "reader@cast.example")
    unknown = shown(log_in(Client(), "ingen@cast.example", "fel-lösenord"), "ingen@cast.example")
    inactive = shown(log_in(Client(), "deactivated@cast.example", "fel-lösenord"), "deactivated@cast.example")
    assert known[0] == 200
    assert WRONG in known[1]
    assert known == unknown == inactive


def test_an_inactive_person_comes_no_further(world: cast.World) -> None:
    client = Client()
    response = log_in(client, "deactivated@cast.example")
    assert (response.status_code, response["Location"]) == (302, "/konto/inaktivt/")
    assert not is_logged_in(client)


def test_who_is_made_inactive_is_out_at_the_next_page(world: cast.World, as_person: Any) -> None:
    client = as_person("reader")
    assert is_logged_in(client)
    user = world.person["reader"]
    user.is_active = False
    user.save()
    assert client.get("/uppdrag/")["Location"] == "/konto/logga-in/?next=/uppdrag/"


def test_nobody_signs_up(world: cast.World) -> None:
    before = User.objects.count()
    form = {"email": "ny@cast.example", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answers = [Client().get("/konto/registrera/"), Client().post("/konto/registrera/", form)]
    known = Client().post("/konto/registrera/", {**form, "email": "reader@cast.example"})
    assert [shown(answer) for answer in answers] == [shown(known)] * 2
    assert "Det går inte att skapa ett eget konto här." in known.content.decode()
    assert User.objects.count() == before
    assert mail.outbox == []


ELSEWHERE = [
    "https://annan.example/",
    "//annan.example/",
    "///annan.example/",
    "/\\annan.example/",
    "\\\\annan.example",
    "https:annan.example",
    "http:///annan.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://annan.example/",
    "https://testserver@annan.example/",
    "https://testserver.annan.example/",
    "\x00//annan.example/",
    "/uppdrag/\r\nLocation: https://annan.example/",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_way_back_never_leaves_the_site(world: cast.World, elsewhere: str) -> None:
    client = Client()
    for response in (
        log_in(client, "reader@cast.example", next=elsewhere),
        client.get(LOGIN, {"next": elsewhere}),  # already logged in
        client.post("/konto/logga-ut/", {"next": elsewhere}),
        client.get("/konto/logga-ut/", {"next": elsewhere}),  # already out
    ):
        assert response.status_code == 302
        found = urlsplit(response["Location"])
        assert (found.scheme, found.netloc) in {("", ""), ("http", "testserver")}
        assert re.match(r"/(?![/\\])", found.path)


def test_the_way_back_is_kept_on_the_site(world: cast.World) -> None:
    assert log_in(Client(), "reader@cast.example", next="/uppdrag/?sida=2")["Location"] == "/uppdrag/?sida=2"


# --- a new password ---------------------------------------------------------------------------------------------------


def link_in_mail() -> str:
    found = re.search(r"http://testserver(/konto/losenord/nytt/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(world: cast.World) -> None:
    """Only an active person gets a mail; the page, its headers and where it leads are the same for all."""
    answers = []
    for email in ("reader@cast.example", "ingen@cast.example", "deactivated@cast.example"):
        client = Client()
        response = client.post(RESET, {"email": email}, follow=True)
        answers.append((response.redirect_chain, shown(response, email)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == [("/konto/losenord/glomt/skickat/", 302)]
    assert [message.to for message in mail.outbox] == [["reader@cast.example"]]


def test_a_link_gives_a_new_password_once(world: cast.World) -> None:
    elsewhere = Client()
    log_in(elsewhere, "reader@cast.example")
    client = Client()
    client.post(RESET, {"email": "reader@cast.example"})
    link = link_in_mail()
    page = client.get(link)["Location"]
    assert "set-password" in page
    assert client.post(page, {"password1": "kort", "password2": "kort"}).status_code == 200
    response = client.post(page, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/konto/losenord/nytt/klart/")
    assert not is_logged_in(client)
    assert not is_logged_in(elsewhere)  # whoever was logged in with the old password is out
    assert log_in(Client(), "reader@cast.example").status_code == 200
    assert log_in(Client(), "reader@cast.example", NEW_PASSWORD).status_code == 302
    again = Client().get(link)
    assert again.status_code == 200
    assert 'name="password1"' not in again.content.decode()


def test_a_link_dies_when_the_person_is_made_inactive(world: cast.World) -> None:
    client = Client()
    client.post(RESET, {"email": "reader@cast.example"})
    user = world.person["reader"]
    user.is_active = False
    user.save()
    page = client.get(link_in_mail())
    if page.status_code == 302:
        client.post(page["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not log_in(client, "reader@cast.example", NEW_PASSWORD)["Location"].startswith("/?")
    assert not is_logged_in(client)


def test_a_link_is_no_good_for_another_person(world: cast.World) -> None:
    client = Client()
    client.post(RESET, {"email": "reader@cast.example"})
    link = link_in_mail()
    other = re.sub(r"nytt/[0-9a-z]+-", f"nytt/{base36(world.person['coordinator'].pk)}-", link)
    assert other != link
    answer = Client().get(other)
    assert (answer.status_code, 'name="password1"' in answer.content.decode()) == (200, False)


def base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < 36 else base36(number // 36) + digits[number % 36]


def test_one_person_is_not_flooded_with_mail(world: cast.World) -> None:
    """Five in a minute; after that the answer is the same page, or 429, and no mail."""
    for _ in range(12):
        Client().post(RESET, {"email": "reader@cast.example"})
    assert len(mail.outbox) == 5


def test_a_changed_password_ends_all_sessions(world: cast.World, as_person: Any) -> None:
    here, elsewhere = as_person("reader"), as_person("reader")
    assert is_logged_in(elsewhere)
    form = {"oldpassword": cast.PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/konto/losenord/byt/", {**form, "oldpassword": "fel"}).status_code == 200
    assert here.post("/konto/losenord/byt/", form).status_code == 302
    assert not is_logged_in(elsewhere)
    assert not is_logged_in(here)
    assert log_in(Client(), "reader@cast.example", NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "password", ["kort", "12345678901234", "password123456", "reader@cast.example", "Lena Läsare!"]
)
def test_weak_passwords_are_refused(world: cast.World, as_person: Any, password: str) -> None:
    form = {"oldpassword": cast.PASSWORD, "password1": password, "password2": password}
    assert as_person("reader").post("/konto/losenord/byt/", form).status_code == 200
    assert log_in(Client(), "reader@cast.example").status_code == 302


def test_one_address_on_the_net_tries_thirty_times_a_minute(world: cast.World) -> None:
    """However many accounts it tries."""
    answers = [log_in(Client(), f"person-{number}@cast.example", "fel").status_code for number in range(32)]
    assert answers == [200] * 30 + [429] * 2
    assert log_in(Client(), "reader@cast.example").status_code == 429
