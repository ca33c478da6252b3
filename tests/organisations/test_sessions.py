"""The list of logins: what it shows, and how they are ended."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from organisations.models import User
from organisations.rules import device_name
from tests.factories import cast

LIST, OTHERS = "/konto/inloggningar/", "/konto/inloggningar/avsluta-andra/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"


@pytest.fixture(autouse=True)
def _empty_limits(db: None) -> None:
    cache.clear()


def log_in(person: str = "reader", agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post("/konto/logga-in/", {"login": f"{person}@cast.example", "password": cast.PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/konto/uppgifter/").status_code == 200)


def shown(client: Client) -> list[tuple[str, str, bool]]:
    return [(row.device, row.address, row.is_this) for row in client.get(LIST).context["logins"]]


def keys(user: User) -> dict[str, int]:
    return {row.ip: row.pk for row in UserSession.objects.filter(user=user)}


def test_one_is_ended_and_then_all_others(world: cast.World) -> None:
    here, phone, work = log_in(), log_in(agent=SAFARI, address="192.0.2.2"), log_in(agent="?", address="2001:db8::1")
    stranger = log_in("commissioner", address="192.0.2.9")
    assert shown(here) == [
        ("Firefox på Windows", "192.0.2.1", True),
        ("Okänd webbläsare", "2001:db8::1", False),
        ("Safari på iPhone", "192.0.2.2", False),
    ]
    found = keys(world.person["reader"])
    answer = here.post(f"{LIST}{found['192.0.2.2']}/avsluta/")
    assert (answer.status_code, answer["Location"]) == (303, LIST)
    assert [is_in(client) for client in (here, phone, work)] == [True, False, True]
    assert here.post(f"{LIST}{found['192.0.2.2']}/avsluta/").status_code == 303  # gone already: no fault
    assert here.post(OTHERS).status_code == 303
    assert [is_in(client) for client in (here, phone, work, stranger)] == [True, False, False, True]
    assert shown(here) == [("Firefox på Windows", "192.0.2.1", True)]
    assert "Du är inte inloggad någon annanstans." in here.get(LIST).content.decode()


def test_somebody_elses_login_is_not_to_be_ended(world: cast.World) -> None:
    here, other = log_in(), log_in("commissioner", address="192.0.2.9")
    theirs = keys(world.person["commissioner"])["192.0.2.9"]
    assert here.post(f"{LIST}{theirs}/avsluta/").status_code == 303
    assert is_in(other)
    assert UserSession.objects.count() == 2


@pytest.mark.parametrize("path", [f"{LIST}1/avsluta/", OTHERS])
def test_ending_is_a_post_of_somebody_logged_in(world: cast.World, path: str) -> None:
    assert log_in().get(path).status_code == 405
    assert Client().post(path)["Location"].startswith("/konto/logga-in/?next=")


def test_when_it_was_seen_is_noted_every_fifth_minute(world: cast.World, django_assert_max_num_queries: Any) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        client = log_in()
        client.get(LIST)
        began = UserSession.objects.get().last_seen_at
        client.get(LIST, REMOTE_ADDR="192.0.2.77")
        assert (UserSession.objects.get().last_seen_at, UserSession.objects.get().ip) == (began, "192.0.2.1")
        clock.shift(timedelta(seconds=301))
        client.get(LIST, REMOTE_ADDR="192.0.2.77")
        row = UserSession.objects.get()
        assert (row.last_seen_at, row.ip) == (now + timedelta(seconds=301), "192.0.2.77")


def test_a_login_that_has_run_out_is_not_shown(world: cast.World) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        log_in(address="192.0.2.5")
        clock.shift(timedelta(hours=13))
        here = log_in()
        assert [address for _, address, _ in shown(here)] == ["192.0.2.1"]


def test_a_new_password_ends_them_all(world: cast.World) -> None:
    here, elsewhere = log_in(), log_in(address="192.0.2.2")
    new = "ett-annat-långt-lösenord"
    form = {"oldpassword": cast.PASSWORD, "password1": new, "password2": new}
    assert here.post("/konto/losenord/byt/", form).status_code == 302
    assert UserSession.objects.filter(user=world.person["reader"]).count() == 0
    assert [is_in(client) for client in (here, elsewhere)] == [False, False]


@pytest.mark.parametrize("count", [1, 12])
def test_as_many_questions_however_many_logins(world: cast.World, django_assert_num_queries: Any, count: int) -> None:
    for number in range(count):
        here = log_in(address=f"192.0.2.{number + 1}")
    here.get(LIST)
    with django_assert_num_queries(8):
        here.get(LIST)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox på Windows"),
        (SAFARI, "Safari på iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome på Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge på Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome på Android"),
        ("", "Okänd webbläsare"),
    ],
)
def test_what_a_device_is_called(agent: str, name: str) -> None:
    assert device_name(agent) == name
