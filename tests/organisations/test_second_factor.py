"""Second factors: set up, used, lost and demanded."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import access
from kvinnofrid.core.models import Message
from organisations import permissions
from organisations.actions import grant_role
from organisations.actions.login import reset_second_factors
from organisations.enums import Role
from organisations.login.adapters import WRONG_CODE, SecondFactorAdapter
from organisations.models import User
from tests.factories import cast

LOGIN, SECURITY, CODE = "/konto/logga-in/", "/konto/sakerhet/", "/konto/logga-in/kod/"
APP, CODES = "/konto/sakerhet/app/", "/konto/sakerhet/reservkoder/"


@pytest.fixture(autouse=True)
def _still_time_and_empty_limits(db: None) -> Iterator[None]:
    """The clock stands still, so that no code changes between the app and the form."""
    cache.clear()
    with time_machine.travel(timezone.now(), tick=False):
        yield


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def log_in(person: str = "reader", password: str = cast.PASSWORD) -> Client:
    """Past the password."""
    client = Client()
    client.post(LOGIN, {"login": f"{person}@cast.example", "password": password})
    return client


def confirm(client: Client) -> None:
    assert client.post("/konto/bekrafta/", {"password": cast.PASSWORD}).status_code == 302


def add_app(client: Client) -> tuple[str, list[str]]:
    """Sets up the app as a person does: its secret, and the recovery codes."""
    confirm(client)
    page = client.get(APP).content.decode()
    secret = re.findall(r'<code class="secret">(\w+)</code>', page)[0]
    answer = client.post(APP, {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, CODES)
    cache.clear()  # the code is not spent for the login that follows
    codes = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    return secret, codes


def is_in(client: Client) -> bool:
    return bool(client.get("/konto/uppgifter/").status_code == 200)


def subjects(person: User) -> list[str]:
    return list(Message.objects.filter(recipient=person).order_by("pk").values_list("subject", flat=True))


def test_all_begins_with_a_confirmation_and_every_step_is_told(world: cast.World) -> None:
    client = log_in()
    for page in (APP, "/konto/sakerhet/passnycklar/ny/", "/konto/sakerhet/reservkoder/nya/"):
        assert unquote(client.get(page)["Location"]) == f"/konto/bekrafta/?next={page}"
        assert unquote(client.post(page)["Location"]) == f"/konto/bekrafta/?next={page}"
    assert client.get(SECURITY).status_code == 200
    secret, codes = add_app(client)
    assert (len(codes), len(set(codes)), len(secret)) == (10, 10, 32)
    assert client.get(f"{CODES}fil/").content.decode().split()[-10:] == codes
    assert client.post(CODES)["Location"] == SECURITY
    page = client.get(CODES).content.decode()
    assert "Du har 10 reservkoder kvar." in page
    assert not any(code in page for code in codes)
    assert client.get(f"{CODES}fil/").status_code == 404
    assert "10 kvar" in client.get(SECURITY).content.decode()
    assert client.post("/konto/sakerhet/reservkoder/nya/")["Location"] == CODES
    fresh = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    assert not set(fresh) & set(codes)
    assert client.post(f"{APP}ta-bort/")["Location"] == SECURITY
    assert not Authenticator.objects.filter(user=world.person["reader"]).exists()
    assert subjects(world.person["reader"]) == [
        "Tvåstegsinloggning är på",
        "Du har nya reservkoder",
        "Appen för engångskoder är borttagen",
    ]


def test_the_picture_follows_the_content_policy(world: cast.World) -> None:
    client = log_in()
    confirm(client)
    page = client.get(APP).content.decode()
    picture = re.findall(r'<svg class="qr".*?</svg>', page, re.DOTALL)
    assert len(picture) == 1
    assert re.fullmatch(
        r'<svg class="qr" viewBox="-4 -4 \d+ \d+" role="img" aria-label="QR-kod"><path d="[M0-9 hvz-]+"/></svg>',
        picture[0],
    )
    assert "data:" not in page


def test_log_in_with_the_code_of_the_app(world: cast.World) -> None:
    secret, _ = add_app(log_in())
    client = log_in()
    assert not is_in(client)
    assert client.get(CODE).status_code == 200
    page = client.post(CODE, {"code": "000000"}).content.decode()
    assert WRONG_CODE in page
    assert not is_in(client)
    code = code_of(secret)
    answer = client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    again = log_in()
    assert WRONG_CODE in again.post(CODE, {"code": code}).content.decode()  # a code is spent
    assert not is_in(again)


def test_a_code_from_before_or_after_is_refused(world: cast.World) -> None:
    secret, _ = add_app(log_in())
    client = log_in()
    now = int(time.time()) // 30
    for steps in (-2, 2):
        client.post(CODE, {"code": str(format_hotp_value(hotp_value(secret, now + steps)))})
    assert not is_in(client)


def test_a_recovery_code_opens_once_and_is_told(world: cast.World) -> None:
    _, codes = add_app(log_in())
    client = log_in()
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    assert is_in(client)
    assert "9 kvar" in client.get(SECURITY).content.decode()
    again = log_in()
    assert WRONG_CODE in again.post(CODE, {"code": codes[0]}).content.decode()
    assert not is_in(again)
    message = Message.objects.filter(recipient=world.person["reader"]).latest("pk")
    assert message.subject == "En reservkod har använts"
    assert "Du har 9 kvar." in message.body


def test_nothing_of_a_second_factor_can_be_read_in_the_database(world: cast.World) -> None:
    secret, codes = add_app(log_in())
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_a_secret_of_another_key_matches_nothing(settings: Any, world: cast.World) -> None:
    """A copy restored with another SECRET_KEY: no code holds, and nothing breaks."""
    secret, codes = add_app(log_in())
    older = settings.SECRET_KEY
    settings.SECRET_KEY = "another-" + 60 * "k"
    client = log_in()
    for code in (code_of(secret), codes[0]):
        assert WRONG_CODE in client.post(CODE, {"code": code}).content.decode()
    settings.SECRET_KEY_FALLBACKS = [older]
    cache.clear()
    assert client.post(CODE, {"code": codes[0]}).status_code == 302


def test_the_second_step_is_nobodys_without_the_first(world: cast.World) -> None:
    add_app(log_in())
    for method in ("get", "post"):
        answer = getattr(Client(), method)(CODE, {"code": "000000"})
        assert (answer.status_code, answer["Location"]) == (302, LOGIN)


HOSTILE = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    '"x"',
    "[" * 30_000,
    '{"id": 1}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"\\u0000"}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}',
    (
        '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA",'
        '"signature":"AA","userHandle":"enp6enp6enp6enp6enp6enp6eg"}}'
    ),
]


@pytest.mark.parametrize("credential", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_passkey_is_refused_calmly(world: cast.World, credential: str) -> None:
    login = "/konto/logga-in/passnyckel/"
    stranger = Client()
    stranger.get(login, headers={"accept": "application/json"})
    answer = stranger.post(login, {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    client = log_in()
    confirm(client)
    page = "/konto/sakerhet/passnycklar/ny/"
    client.get(page)
    assert client.post(page, {"name": "Telefon", "credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


# --- demanded by a role -----------------------------------------------------------------------------------------------


@pytest.fixture
def demanding(settings: Any) -> None:
    settings.MFA_REQUIRED_ROLES = ["commissioner", "coordinator"]


def test_a_demanding_role_leads_to_the_page_where_a_factor_is_set_up(
    world: cast.World, as_person: Any, demanding: None
) -> None:
    client = as_person("commissioner")
    for page in ("/", "/uppdrag/", "/konto/uppgifter/", "/meddelanden/"):
        assert client.get(page)["Location"] == SECURITY
    assert client.get("/uppdrag/", headers={"hx-request": "true"})["HX-Redirect"] == SECURITY
    refused = client.post("/konto/uppgifter/", {"name": "Någon Annan"})
    assert (refused.status_code, "Det du skickade har inte sparats." in refused.content.decode()) == (403, True)
    assert client.post("/konto/uppgifter/", {}, headers={"hx-request": "true"})["HX-Redirect"] == SECURITY
    assert User.objects.get(pk=world.person["commissioner"].pk).name == "Ulla Uppdragsgivare"
    assert "Din roll kräver tvåstegsinloggning" in client.get(SECURITY).content.decode()
    for page in ("/hjalp/", "/konto/inloggningar/", "/konto/losenord/byt/", "/konto/logga-ut/"):
        assert client.get(page).status_code == 200
    assert unquote(client.get(APP)["Location"]) == f"/konto/bekrafta/?next={APP}"
    add_app(client)
    assert client.get("/uppdrag/").status_code == 200
    assert client.get("/konto/uppgifter/").status_code == 200
    assert client.post("/konto/logga-ut/").status_code == 302


@pytest.mark.parametrize("person", ["reader", "representative", "ended", "future", "nobody"])
def test_only_who_holds_the_role_today_is_asked(
    world: cast.World, as_person: Any, demanding: None, person: str
) -> None:
    assert as_person(person).get("/konto/uppgifter/").status_code == 200


def test_nothing_is_asked_of_the_database_where_nothing_is_demanded(
    world: cast.World, settings: Any, django_assert_num_queries: Any
) -> None:
    from organisations.queries.login import lacks_second_factor

    with django_assert_num_queries(0):
        assert not lacks_second_factor(world.person["commissioner"])
    settings.MFA_REQUIRED_ROLES = ["commissioner"]
    with django_assert_num_queries(1):
        assert lacks_second_factor(world.person["commissioner"])


# --- lost -------------------------------------------------------------------------------------------------------------


def reset(client: Client, person: User, **values: str) -> Any:
    return client.post(f"/personer/{person.pk}/tvasteg/aterstall/", values)


@pytest.mark.parametrize("by", ["coordinator", "administrator"])
def test_a_lost_telephone(world: cast.World, as_person: Any, by: str) -> None:
    """Whoever helps comes back to the page that the person is found on."""
    person, client = world.person["reader"], as_person(by)
    inside = log_in()
    add_app(inside)
    path = f"/personer/{person.pk}/tvasteg/aterstall/"
    crumbs = client.get(path).content.decode().partition('class="breadcrumbs')[2].partition("</nav>")[0]
    above = {
        "coordinator": ["/personer/", f"/personer/{person.pk}/"],
        "administrator": ["/organisationer/", "/organisationer/falun/", "/organisationer/falun/personer/"],
    }
    assert re.findall(r'href="([^"]+)"', crumbs) == above[by]
    assert "Skriv en motivering." in reset(client, person, reason=" ").content.decode()
    assert Authenticator.objects.count() == 2
    back = {"coordinator": f"/personer/{person.pk}/", "administrator": "/organisationer/falun/personer/"}[by]
    assert reset(client, person, reason="Ringde upp och kände igen rösten")["Location"] == back
    assert client.get(back).status_code == 200
    assert (Authenticator.objects.count(), UserSession.objects.filter(user=person).count()) == (0, 0)
    assert not is_in(inside)
    assert is_in(log_in())
    row = person.history.latest()
    assert (row.verb, row.history_user, row.history_change_reason) == (
        "reset_second_factors",
        world.person[by],
        "Ringde upp och kände igen rösten",
    )
    assert "Din tvåstegsinloggning är återställd" in subjects(person)


@pytest.mark.parametrize(
    ("by", "person", "status"),
    [
        ("administrator", "coordinator", 404),  # never a coordinator's
        ("administrator", "mora_representative", 404),  # another organisation's
        ("administrator", "ended", 404),  # no longer a member
        ("administrator", "administrator", 404),  # one's own are changed on one's own page
        ("coordinator", "coordinator", 404),
        ("coordinator", "deactivated", 404),
        ("reader", "representative", 404),
        ("representative", "reader", 404),
        ("nobody", "reader", 404),
        ("anonymous", "reader", 302),
    ],
)
def test_who_may_not_reset(world: cast.World, as_person: Any, by: str, person: str, status: int) -> None:
    target = world.person[person]
    before = target.history.count()
    client = as_person(by)
    assert client.get(f"/personer/{target.pk}/tvasteg/aterstall/").status_code == status
    assert reset(client, target, reason="Vill gärna").status_code == status
    assert target.history.count() == before
    assert subjects(target) == []


@pytest.mark.parametrize(("by", "person"), [("reader", "representative"), ("administrator", "coordinator")])
def test_the_reset_itself_refuses_those_who_may_not(world: cast.World, by: str, person: str) -> None:
    target = world.person[person]
    Authenticator.objects.create(user=target, type=Authenticator.Type.TOTP, data={})
    with pytest.raises(access.Refused):
        reset_second_factors(person=target, by=world.person[by], reason="Vill gärna")
    assert Authenticator.objects.filter(user=target).exists()


def test_a_coordinators_are_not_reset_in_the_own_organisation_either(world: cast.World) -> None:
    person, by = world.person["coordinator"], world.person["administrator"]
    assert permissions.may_reset_factors(by, world.person["reader"])
    grant_role(user=person, role=Role.READER, scope=world.org["falun"], by=None, starts_on=timezone.localdate())
    assert not permissions.may_reset_factors(by, person)


def test_the_cipher_never_gives_the_same_twice() -> None:
    adapter = SecondFactorAdapter()
    first, second = adapter.encrypt("hemligt"), adapter.encrypt("hemligt")
    assert first != second
    assert adapter.decrypt(first) == adapter.decrypt(second) == "hemligt"
