"""Links to the board for those without an account: made, opened, ended, and never a word too much."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agreements.actions import following
from agreements.enums import Evidence
from agreements.models import Agreement, BoardVisit, ShareLink
from kvinnofrid.core.access import Refused
from tests.factories import agreements, cast

LIST = "/overenskommelser/rok-prov/lage/lankar/"


@pytest.fixture
def made(world: cast.World) -> Agreement:
    made = agreements.published(world)
    agreements.adopt(world, made, "falun", paragraph="112", case_numbers=["KS 2026/7"], proof=Evidence.EXTRACT)
    return made


def link(world: cast.World, made: Agreement, *, label: str = "Välfärdsrådet", days: int = 30) -> tuple[ShareLink, str]:
    expires_on = timezone.localdate() + timedelta(days=days)
    return following.create_share_link(
        agreement=made, label=label, expires_on=expires_on, by=world.person["coordinator"]
    )


def address(token: str) -> str:
    return f"/delad/{token}/"


# --- opened ---


def test_it_opens_the_board_without_login(world: cast.World, made: Agreement, client: Client) -> None:
    _link, token = link(world, made)
    response = client.get(address(token))
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count(f'<p class="answer__sentence">{response.context["board"].sentence}</p>') == 1
    assert [row.name for row in response.context["board"].rows] == [
        "Falun", "Malung-Sälen", "Mora", "Orsa", "Säter", "Älvdalen",
    ]  # fmt: skip
    assert text.count("§\N{NO-BREAK SPACE}112") == 1
    assert BoardVisit.objects.count() == 0


def test_it_leads_nowhere_and_names_nobody(world: cast.World, made: Agreement, client: Client) -> None:
    agreements.draft(world, made, title="Hemligt utkast")
    agreements.said(world, made, "orsa", timezone.localdate())
    _link, token = link(world, made)
    text = client.get(address(token)).content.decode()
    links = {part.partition('"')[0] for part in text.split('<a href="')[1:]} | {
        part.partition('"')[0] for part in text.split('href="')[1:]
    }
    assert {one for one in links if one.startswith("/") and not one.startswith("/static/")} == {f"{address(token)}pdf/"}
    for word in ("Hemligt utkast", "Siv Samordnare", "Kommunsekreteraren", "Logga in", "<nav", "Välfärdsrådet"):
        assert word not in text, word


@pytest.mark.parametrize("path", ["", "pdf/"])
def test_no_search_engine_and_no_other_site_hears_of_it(
    world: cast.World, made: Agreement, client: Client, path: str
) -> None:
    _link, token = link(world, made)
    for answer in (client.get(address(token) + path), client.get(address("fel") + path)):
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(address(token)).content.decode().count('<meta name="robots" content="noindex, nofollow">') == 1


def test_pdf(world: cast.World, made: Agreement, client: Client) -> None:
    _link, token = link(world, made)
    response = client.get(f"{address(token)}pdf/")
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")


def test_a_person_with_an_account_sees_the_same(
    world: cast.World, made: Agreement, as_person: Any, client: Client
) -> None:
    _link, token = link(world, made)
    assert as_person("coordinator").get(address(token)).content == client.get(address(token)).content


@pytest.mark.parametrize("more", [0, 54])
def test_queries_do_not_grow(world: cast.World, client: Client, django_assert_num_queries: Any, more: int) -> None:
    slugs = [*agreements.PRINCIPALS, *agreements.more_principals(world, more)]
    made = agreements.published(world, slugs)
    for slug in slugs[1:]:
        agreements.adopt(world, made, slug)
    _link, token = link(world, made)
    with django_assert_num_queries(4):
        assert len(client.get(address(token)).context["board"].rows) == 6 + more


# --- ended ---


def closed(client: Client, token: str) -> bytes:
    response = client.get(address(token))
    assert response.status_code == 404
    assert response.content.decode().count("<h1>Länken gäller inte längre</h1>") == 1
    assert client.get(f"{address(token)}pdf/").status_code == 404
    return response.content


def test_expired_withdrawn_and_unknown_are_answered_alike(world: cast.World, made: Agreement, client: Client) -> None:
    expired = link(world, made, label="Gammal", days=10)[1]
    withdrawn, token = link(world, made, label="Återkallad")
    following.revoke_share_link(link=withdrawn, by=world.person["coordinator"])
    with time_machine.travel(timezone.now() + timedelta(days=11), tick=False):
        answers = {closed(client, one) for one in (expired, token, "a" * 43, "finns-inte", "%00")}
    assert len(answers) == 1


def test_the_last_day_is_included(world: cast.World, made: Agreement, client: Client) -> None:
    token = link(world, made, days=10)[1]
    with time_machine.travel(timezone.now() + timedelta(days=10), tick=False):
        assert client.get(address(token)).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=11), tick=False):
        closed(client, token)


def test_each_link_opens_its_own_agreement(world: cast.World, made: Agreement, client: Client) -> None:
    other = agreements.published(world, title="LÖK annan")
    first, second = link(world, made)[1], link(world, other)[1]
    assert client.get(address(first)).context["agreement"] == made
    assert client.get(address(second)).context["agreement"] == other
    following.revoke_share_link(link=made.share_links.get(), by=world.person["coordinator"])
    closed(client, first)
    assert client.get(address(second)).status_code == 200


def test_only_the_hash_is_kept(world: cast.World, made: Agreement) -> None:
    row, token = link(world, made)
    assert len(token) == 43
    assert row.token_hash == following.hash_of(token)
    kept = [str(value) for found in ShareLink.history.values() for value in found.values()]
    assert [value for value in kept if token in value] == []


# --- given out and withdrawn ---


def test_the_coordinator_makes_one_and_sees_it_once(world: cast.World, made: Agreement, as_person: Any) -> None:
    client = as_person("coordinator")
    response = client.post(
        LIST, {"label": "Välfärdsrådet", "expires_on": str(timezone.localdate() + timedelta(days=9))}
    )
    shown = response.context["address"]
    assert response.content.decode().count(shown) == 1
    assert Client().get(shown.removeprefix("http://testserver")).status_code == 200
    again = client.get(LIST)
    assert again.content.decode().count("/delad/") == 0
    assert [(given.link.label, given.state) for given in again.context["links"]] == [("Välfärdsrådet", "Öppen")]


def test_thirty_days_unless_told(made: Agreement, as_person: Any) -> None:
    text = as_person("coordinator").get(LIST).content.decode()
    assert text.count(f'value="{timezone.localdate() + timedelta(days=30)}"') == 1


@pytest.mark.parametrize(
    ("label", "days", "fault"),
    [
        ("", 1, "label"),
        ("x" * 121, 1, "label"),
        ("Anna 19121212-1212", 1, "label"),
        ("Rådet", -1, "expires_on"),
        ("Rådet", 181, "expires_on"),
        ("Rådet\0", 1, "label"),
    ],
)
def test_what_cannot_be_is_told(made: Agreement, as_person: Any, label: str, days: int, fault: str) -> None:
    expires_on = timezone.localdate() + timedelta(days=days)
    response = as_person("coordinator").post(LIST, {"label": label, "expires_on": str(expires_on)})
    assert (response.status_code, set(response.context["form"].errors)) == (200, {fault})
    assert ShareLink.objects.count() == 0


def test_a_double_click_leaves_one_that_opens(made: Agreement, as_person: Any) -> None:
    values = {"label": "Rådet", "expires_on": str(timezone.localdate() + timedelta(days=180))}
    for _ in range(2):
        response = as_person("coordinator").post(LIST, values)
    assert [given.state for given in response.context["links"]] == ["Öppen", "Återkallad"]


def test_withdrawn_with_one_click(world: cast.World, made: Agreement, as_person: Any, client: Client) -> None:
    row, token = link(world, made)
    url = f"{LIST}{row.pk}/aterkalla/"
    for _ in range(2):
        assert as_person("coordinator").post(url).headers["Location"] == LIST
    closed(client, token)
    assert [given.state for given in as_person("coordinator").get(LIST).context["links"]] == ["Återkallad"]
    assert row.history.filter(verb="revoked").count() == 1
    assert as_person("coordinator").get(url).status_code == 405


def test_a_link_of_another_agreement_is_not_found(world: cast.World, made: Agreement, as_person: Any) -> None:
    row, _token = link(world, agreements.published(world, title="LÖK annan"))
    assert as_person("coordinator").post(f"{LIST}{row.pk}/aterkalla/").status_code == 404


@pytest.mark.parametrize("key", ["steering", "chair", "reader", "registrar", "commissioner", "outsider"])
def test_only_the_coordinator(world: cast.World, made: Agreement, as_person: Any, key: str) -> None:
    row, _token = link(world, made)
    client = as_person(key)
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"label": "Rådet", "expires_on": str(date.max)}).status_code == 403
    assert client.post(f"{LIST}{row.pk}/aterkalla/").status_code == 403
    row.refresh_from_db()
    assert (row.revoked_at, ShareLink.objects.count()) == (None, 1)
    with pytest.raises(Refused):
        following.create_share_link(agreement=made, label="Rådet", expires_on=date.max, by=world.person[key])
    with pytest.raises(Refused):
        following.revoke_share_link(link=row, by=world.person[key])
