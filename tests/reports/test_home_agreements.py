"""The home page and an organisation's page: what agreements ask of the registrar, and how they stand."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.enums import ChangeKind, Outcome
from agreements.models import AdoptionDecision, Agreement, ValidityChange
from kvinnofrid.core import audit
from tests.factories import agreements, cast

URL = "/"


@pytest.fixture
def made(world: cast.World) -> Agreement:
    return agreements.published(world)


def tasks(as_person: Any, key: str = "registrar") -> list[tuple[str, str, str]]:
    response = as_person(key).get(URL)
    return [(task.label, task.url, task.status) for task in response.context["home"].tasks]


def days(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


TO_PLAN = (
    "Ange vägen till beslut om RÖK prov för Falu kommun",
    "/overenskommelser/rok-prov/huvudman/falun/vag/",
    "Inte planerat",
)


def test_what_has_come_is_to_be_received_and_planned(world: cast.World, made: Agreement, as_person: Any) -> None:
    dispatch = agreements.dispatched(world, made, ["falun", "mora"])
    assert tasks(as_person) == [
        (
            "Ta emot RÖK prov för Falu kommun",
            f"/overenskommelser/rok-prov/utskick/{dispatch.pk}/falun/",
            "Ny försändelse",
        ),
        TO_PLAN,
    ]
    assert tasks(as_person, "reader") == []


def test_what_is_still_being_drawn_asks_nothing(world: cast.World, made: Agreement, as_person: Any) -> None:
    agreements.dispatched(world, made, ["falun"], is_prepared=False)
    assert tasks(as_person) == []


def test_received_and_planned_asks_nothing(world: cast.World, made: Agreement, as_person: Any) -> None:
    item = agreements.item_of(agreements.dispatched(world, made, ["falun"]), "falun")
    item.received_at, item.received_by = timezone.now(), world.person["registrar"]
    audit.save(item, by=item.received_by, verb="received")
    assert tasks(as_person) == [TO_PLAN]
    agreements.step(world, made, "falun", planned_on=days(10))
    assert tasks(as_person) == []


def test_a_planned_meeting_that_has_passed(world: cast.World, made: Agreement, as_person: Any) -> None:
    agreements.step(world, made, "falun", planned_on=days(0))
    agreements.step(world, made, "mora", planned_on=days(-1))
    assert tasks(as_person) == []
    step = agreements.step(world, made, "falun", "Kommunstyrelsen", role="preparing", planned_on=days(-1))
    label = "Registrera beslutet i Kommunstyrelsen om RÖK prov för Falu kommun"
    url = f"/overenskommelser/rok-prov/huvudman/falun/beslut/nytt/?steg={step.pk}"
    assert tasks(as_person) == [(label, url, "Beslut saknas")]


def test_two_meetings_of_one_principal_that_have_passed(world: cast.World, made: Agreement, as_person: Any) -> None:
    """The oldest first; an entry of the one answers it alone."""
    council = agreements.step(world, made, "falun", planned_on=days(-1))
    board = agreements.step(world, made, "falun", "Kommunstyrelsen", role="preparing", planned_on=days(-8))
    found = [
        (
            f"Registrera beslutet i {step.body.name} om RÖK prov för Falu kommun",
            f"/overenskommelser/rok-prov/huvudman/falun/beslut/nytt/?steg={step.pk}",
            "Beslut saknas",
        )
        for step in (board, council)
    ]
    assert tasks(as_person) == found
    agreements.adopt(world, made, "falun", Outcome.TABLED, decided_on=days(-1))
    assert tasks(as_person) == found[:1]


def test_an_entry_of_that_day_answers_it(world: cast.World, made: Agreement, as_person: Any) -> None:
    agreements.step(world, made, "falun", planned_on=days(-1))
    agreements.adopt(world, made, "falun", Outcome.TABLED, decided_on=days(-2))
    assert len(tasks(as_person)) == 1
    agreements.adopt(world, made, "falun", decided_on=days(-1))
    assert tasks(as_person) == []
    wrong = AdoptionDecision.objects.get(outcome=Outcome.ADOPTED)
    agreements.adopt(world, made, "falun", Outcome.VOID, decided_on=days(-1), corrects=wrong, reason="Fel ärende")
    assert len(tasks(as_person)) == 1


def test_decided_before_the_planned_day_asks_nothing_until_the_text_is_new(
    world: cast.World, made: Agreement, as_person: Any
) -> None:
    agreements.step(world, made, "falun", planned_on=days(-1))
    agreements.adopt(world, made, "falun", decided_on=days(-30))
    assert tasks(as_person) == []
    agreements.published_version(world, made, title="Ny text")
    assert [status for _label, _url, status in tasks(as_person)] == ["Beslut saknas"]


@pytest.mark.parametrize("key", ["coordinator", "steering"])
def test_those_who_see_the_county_see_how_agreements_stand(
    world: cast.World, made: Agreement, as_person: Any, key: str
) -> None:
    agreements.adopt(world, made, "falun")
    response = as_person(key).get(URL)
    text = response.content.decode()
    [answer] = response.context["home"].agreements
    assert text.count('<a href="/overenskommelser/rok-prov/lage/">RÖK prov</a>') == 1
    assert text.count(answer.sentence) == 1
    assert text.count("1 av 6 huvudmän har antagit samma text.") == 1


def test_what_has_ended_is_left_out(world: cast.World, made: Agreement, as_person: Any) -> None:
    change = ValidityChange(
        agreement=made,
        kind=ChangeKind.WITHDRAWAL,
        decided_on=days(-9),
        takes_effect_on=days(-1),
        registered_at=timezone.now(),
    )
    audit.save(change, by=None, verb="registered")
    assert as_person("coordinator").get(URL).context["home"].agreements == []


@pytest.mark.parametrize("key", ["registrar", "reader", "representative", "chair", "outsider"])
def test_others_find_the_board_elsewhere(made: Agreement, as_person: Any, key: str) -> None:
    assert as_person(key).get(URL).context["home"].agreements == []


def test_an_organisation_stands_with_what_it_has_decided(world: cast.World, made: Agreement, as_person: Any) -> None:
    agreements.step(world, made, "falun", meetings=[days(-7), days(7)])
    agreements.adopt(world, made, "falun", Outcome.REFERRED_BACK, decided_on=days(-7))
    response = as_person("outsider").get("/organisationer/falun/")
    [own] = response.context["overview"].agreements
    assert (own.agreement, own.text, own.coming) == (made, "Återremitterad", ("Kommunfullmäktige", days(7)))
    assert response.content.decode().count('<a href="/overenskommelser/rok-prov/huvudman/falun/">RÖK prov</a>') == 1
    assert as_person("outsider").get("/organisationer/polisen/").context["overview"].agreements == []


@pytest.mark.parametrize("more", [1, 10])
def test_queries_do_not_grow(world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int) -> None:
    for position in range(more):
        made = agreements.published(world, title=f"RÖK {position}")
        agreements.dispatched(world, made)
        agreements.adopt(world, made, "mora")
    agreements.step(world, made, "falun", planned_on=days(-1))
    for key, number in {"coordinator": 18, "steering": 16, "registrar": 19}.items():
        client = as_person(key)
        client.get(URL)
        with django_assert_num_queries(number):
            client.get(URL)
