"""Limits that count for all processes together, and what else strangers find: nothing."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from organisations.enums import FORUM_ROLES, ORGANISATION_ROLES, PARTNERSHIP_ROLES
from organisations.login.adapters import WRONG_CODE, AccountAdapter
from organisations.models import User
from tests.access.requests import patterns
from tests.factories import attempts, cast

WRONG = str(AccountAdapter.error_messages["email_password_mismatch"])
TOO_MANY = "För många misslyckade inloggningsförsök. Försök igen senare."
LIMITED = "Så många försök på kort tid tar portalen inte emot."
LOGIN, CODE, RESET = "/konto/logga-in/", "/konto/logga-in/kod/", "/konto/losenord/glomt/"


@pytest.fixture
def empty_cache(transactional_db: None) -> Iterator[None]:
    """The limits are counted in a table that is not emptied with the others."""
    cache.clear()
    yield
    cache.clear()


def at_once(tries: list[dict[str, Any]], wrong: str = "") -> Counter[str]:
    """How many were looked at; the others were stopped by the account's limit, or by the network address's."""
    words = {"wrong": wrong or "finns inte på någon sida", "stopped": TOO_MANY, "stopped early": LIMITED}
    found = attempts.at_once(tries, words=words, caches=settings.CACHES)
    assert set(found) <= {*words, "sent"}
    return Counter(looked_at=found["wrong"] + found["sent"], stopped=found["stopped"] + found["stopped early"])


def with_app(person: User) -> list[str]:
    """The person has an app and recovery codes, which are returned."""
    TOTP.activate(person, "A" * 32)
    return RecoveryCodes.activate(person).get_unused_codes()


def past_the_password(number: int) -> list[str]:
    """Sessions that wait for the second step."""
    keys = []
    for _ in range(number):
        client = Client()
        client.post(LOGIN, {"login": "reader@cast.example", "password": cast.PASSWORD})
        keys.append(client.cookies["sessionid"].value)
    cache.clear()
    return keys


def test_five_passwords_by_any_host_name(transactional_world: cast.World, empty_cache: None) -> None:
    """Sixteen processes at once, by two names of the portal and in all spellings of the address."""
    spellings = ["reader@cast.example", "READER@cast.example", " Reader@Cast.example "]
    tries = [
        {
            "path": LOGIN,
            "data": {"login": spellings[n % 3], "password": "fel"},
            "host": ("testserver", "localhost")[n % 2],
        }
        for n in range(32)
    ]
    assert at_once(tries, WRONG) == {"looked_at": 5, "stopped": 27}


def test_then_not_even_the_right_password_opens_and_nobody_else_waits(world: cast.World) -> None:
    cache.clear()
    for _ in range(5):
        Client().post(LOGIN, {"login": "reader@cast.example", "password": "fel"})
    right = {"login": "READER@cast.example", "password": cast.PASSWORD}
    assert TOO_MANY in Client().post(LOGIN, right).content.decode()
    assert Client().post(LOGIN, {**right, "login": "commissioner@cast.example"}).status_code == 302


def test_an_unknown_address_waits_as_long(transactional_world: cast.World, empty_cache: None) -> None:
    """Otherwise the limit would tell who has an account."""
    tries = [{"path": LOGIN, "data": {"login": "ingen@cast.example", "password": "fel"}} for _ in range(16)]
    assert at_once(tries, WRONG) == {"looked_at": 5, "stopped": 11}


def test_a_process_cache_would_let_more_through(transactional_world: cast.World, empty_cache: None) -> None:
    """The control: with a cache per process the same tries are not stopped at five."""
    own = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    tries = [{"path": LOGIN, "data": {"login": "reader@cast.example", "password": "fel"}} for _ in range(16)]
    assert attempts.at_once(tries, words={"wrong": WRONG}, caches=own)["wrong"] > 5


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_five_codes(transactional_world: cast.World, empty_cache: None, kind: str) -> None:
    """Each try in a session of its own, past the password; then not even a right recovery code opens."""
    codes = with_app(transactional_world.person["reader"])
    keys = past_the_password(16)
    guess = "000000" if kind == "code" else "00000000"
    assert guess not in codes
    tries = [{"path": CODE, "data": {"code": guess}, "session": key} for key in keys]
    assert at_once(tries, WRONG_CODE) == {"looked_at": 5, "stopped": 11}
    client = Client()
    client.cookies["sessionid"] = keys[0]
    assert TOO_MANY in client.post(CODE, {"code": codes[0]}).content.decode()


def test_five_links(transactional_world: cast.World, empty_cache: None) -> None:
    tries = [{"path": RESET, "data": {"email": "reader@cast.example"}} for _ in range(16)]
    assert at_once(tries) == {"looked_at": 5, "stopped": 11}


def test_the_answer_does_not_wait_for_the_mail(world: cast.World, settings: Any) -> None:
    """A mail server that is away would otherwise tell, by a fault, who has an account."""
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for email in ("reader@cast.example", "ingen@cast.example"):
        answer = Client().post(RESET, {"email": email})
        assert (answer.status_code, answer["Location"]) == (302, "/konto/losenord/glomt/skickat/")
    assert mail.outbox == []


def test_a_new_password_ends_the_wait(world: cast.World) -> None:
    cache.clear()
    for _ in range(6):
        answer = Client().post(LOGIN, {"login": "reader@cast.example", "password": "fel"})
    assert TOO_MANY in answer.content.decode()
    client = Client()
    client.post(RESET, {"email": "reader@cast.example"})
    link = next(word for word in str(mail.outbox[-1].body).split() if word.startswith("http://testserver"))
    page = client.get(link.removeprefix("http://testserver"))["Location"]
    new = "ett-annat-långt-lösenord"
    assert client.post(page, {"password1": new, "password2": new}).status_code == 302
    assert Client().post(LOGIN, {"login": "reader@cast.example", "password": new}).status_code == 302
    assert not EmailAddress.objects.exists()  # the copy of addresses that nothing depends on


def test_a_new_password_does_not_pass_the_second_step(world: cast.World) -> None:
    cache.clear()
    with_app(world.person["reader"])
    client = Client()
    client.post(RESET, {"email": "reader@cast.example"})
    link = next(word for word in str(mail.outbox[-1].body).split() if word.startswith("http://testserver"))
    page = client.get(link.removeprefix("http://testserver"))["Location"]
    new = "ett-annat-långt-lösenord"
    client.post(page, {"password1": new, "password2": new})
    assert client.get("/konto/uppgifter/").status_code == 302
    assert Client().post(LOGIN, {"login": "reader@cast.example", "password": new})["Location"] == CODE
    assert Authenticator.objects.count() == 2


def test_there_is_no_other_way_in() -> None:
    assert not apps.is_installed("django.contrib.admin")
    assert settings.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
    routes = {str(pattern.pattern) for pattern in patterns()}
    assert [route for route in routes if "admin" in route] == []
    unused = {
        "account_email",
        "account_set_password",
        "mfa_index",
        "socialaccount_connections",
        "saml_sls",
        "usersessions_list",
    }
    assert unused & {str(pattern.name) for pattern in patterns()} == set()


def test_the_roles_of_the_settings_are_all_roles() -> None:
    roles = {role.value for role in (*ORGANISATION_ROLES, *FORUM_ROLES, *PARTNERSHIP_ROLES)}
    assert (set(settings.ROLES), settings.MFA_REQUIRED_ROLES) == (roles, [])
