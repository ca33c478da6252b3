"""All people, for the coordinator: the list, one person's page, and the account closed and opened."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import access
from organisations import actions
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast, inviting

LIST = "/personer/"


def found(client: Client, **filters: str) -> list[str]:
    return [row.person.name for row in client.get(LIST, filters).context["rows"]]


def test_everybody_with_todays_roles(world: cast.World, as_person: Any) -> None:
    response = as_person("coordinator").get(LIST)
    rows = {row.person.name: (row.roles, row.text) for row in response.context["rows"]}
    assert len(rows) == len(cast.PEOPLE)
    assert rows["Siv Samordnare"] == (["Samordnare, Kvinnofrid Dalarna"], "Aktivt")
    assert rows["Stina Styrgrupp"] == (["Förvaltningschef, Styrgruppen"], "Aktivt")
    assert rows["Edit Avslutad"] == ([], "Utan roll")
    assert rows["Dan Avstängd"] == (["Uppdragsgivare, Falun"], "Avstängt")
    assert [row["organisation"].slug for row in response.context["headless"]] == [
        "lansstyrelsen",
        "malung-salen",
        "mora",
        "orsa",
        "polisen",
        "sater",
        "alvdalen",
    ]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"q": "lena"}, ["Lena Läsare"]),
        ({"q": "OUTSIDER@"}, ["Pia Polis"]),
        ({"organisation": "orsa"}, ["Maj Morasson", "Mats Morasson", "Olle Orsasson"]),
        ({"organisation": "orsa", "role": "reader"}, ["Olle Orsasson"]),
        ({"role": "coordinator"}, ["Siv Samordnare"]),
        ({"state": "inactive"}, ["Dan Avstängd"]),
        ({"state": "without_role"}, ["Edit Avslutad", "Frida Framtid", "Nils Ingen"]),
        ({"q": "finns inte"}, []),
    ],
)
def test_filters(as_person: Any, filters: dict[str, str], names: list[str]) -> None:
    assert found(as_person("coordinator"), **filters) == names


@pytest.mark.parametrize("filters", [{"q": "\x00"}, {"organisation": "x\x00"}, {"role": "x"}, {"sida": "9" * 30}])
def test_what_does_not_hold_is_left_out(as_person: Any, filters: dict[str, str]) -> None:
    assert len(found(as_person("coordinator"), **filters)) == len(cast.PEOPLE)


@pytest.mark.parametrize("more", [0, 30])
def test_queries_do_not_grow(world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int) -> None:
    for number in range(more):
        person = User.objects.create(email=f"mer-{number}@cast.example", name=f"Mer {number}")
        actions.grant_role(
            user=person, role=Role.READER, scope=world.org["mora"], by=None, starts_on=timezone.localdate()
        )
    client = as_person("coordinator")
    with django_assert_num_queries(11):
        client.get(LIST)


@pytest.mark.parametrize("key", ["administrator", "steering", "chair", "reader", "nobody", "outsider"])
def test_for_others_there_are_no_such_pages(world: cast.World, as_person: Any, key: str) -> None:
    pk = world.person["reader"].pk
    client = as_person(key)
    paths = [LIST, f"{LIST}{pk}/", f"{LIST}{pk}/stang-av/", f"{LIST}{pk}/oppna/", f"{LIST}999999/"]
    assert [client.get(path).status_code for path in paths] == [404] * 5
    assert client.post(f"{LIST}{pk}/stang-av/", {"reason": "Nej"}).status_code == 404
    for change in (actions.deactivate, actions.reactivate):
        with pytest.raises(access.Refused):
            change(person=world.person["reader"], reason="Nej", by=world.person[key])
    assert User.objects.get(pk=pk).is_active


def test_one_persons_page(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    representative = world.person["representative"]
    grant: Any = {"user": representative, "scope": world.org["falun"], "by": None}
    actions.grant_role(**grant, role=Role.ADMINISTRATOR, starts_on=timezone.localdate())
    inviting.invite(world, by="representative")
    inviting.invite(world, email=representative.email, roles=[Role.REGISTRAR])
    page = as_person("coordinator").get(f"{LIST}{representative.pk}/").context["page"]
    assert [(row.label, row.place, row.text) for row in page.roles] == [
        ("Administratör", "Falu kommun", "Gäller"),
        ("Representant", "Falu kommun", "Gäller"),
    ]
    assert [row.invitation.email for row in page.sent] == [inviting.NEW]
    assert [row.invitation.offers for row in page.received] == ["registrator"]
    text = f"Representant för Falu kommun i Länsgruppen, tills vidare ({mandate.reference})"
    assert [holding.text for holding in page.holdings] == [text]
    assert {event.sentence for event in page.history} == {
        "Gav rollen administratör, Falu kommun.",
        "Gav rollen representant, Falu kommun.",
        "Bjöd in till Falu kommun.",
    }
    assert as_person("coordinator").get(f"{LIST}999999/").status_code == 404


def test_a_seat_stands_on_the_page(world: cast.World, as_person: Any) -> None:
    page = as_person("coordinator").get(f"{LIST}{world.person['steering'].pk}/").context["page"]
    assert [(row.place, row.label) for row in page.seats] == [
        ("Säters kommun, Förvaltningschef i Styrgruppen", "Förvaltningschef")
    ]


def test_an_account_is_closed_and_opened(world: cast.World, as_person: Any) -> None:
    reader = Client()
    reader.post("/konto/logga-in/", {"login": world.person["reader"].email, "password": cast.PASSWORD})
    assert reader.get("/uppdrag/").status_code == 200
    client, base = as_person("coordinator"), f"{LIST}{world.person['reader'].pk}/"
    assert client.get(f"{base}stang-av/").status_code == 200
    assert list(client.post(f"{base}stang-av/", {"reason": ""}).context["form"].errors) == ["reason"]
    assert client.post(f"{base}stang-av/", {"reason": "Har slutat."})["Location"] == base
    assert reader.get("/uppdrag/").status_code == 302
    page = client.get(base)
    assert "Kontot är avstängt" in page.content.decode()
    assert page.context["page"].roles[0].text == "Kontot är avstängt"
    assert client.post(f"{base}stang-av/", {"reason": "Igen."})["Location"] == base  # it is closed already
    assert client.post(f"{base}oppna/", {"reason": "Tillbaka."})["Location"] == base
    assert reader.get("/uppdrag/").status_code == 302  # the old session does not come back with the account
    event = User.objects.get(pk=world.person["reader"].pk).history.latest()
    assert (event.verb, event.history_change_reason) == ("reactivated", "Tillbaka.")


def test_roles_that_end_meanwhile_stay_ended(world: cast.World) -> None:
    person, by = world.person["reader"], world.person["coordinator"]
    actions.deactivate(person=person, reason="Ledig.", by=by)
    yesterday = timezone.localdate() - timedelta(days=1)
    actions.end_role(membership=person.memberships.get(), ends_on=yesterday, reason="Slutar.", by=by)
    actions.reactivate(person=person, reason="Tillbaka.", by=by)
    assert access.grants(User.objects.get(pk=person.pk)) == frozenset()
