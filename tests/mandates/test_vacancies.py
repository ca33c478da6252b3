"""A vacant seat: registered with what is known, shown everywhere, ended by itself."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kvinnofrid.core.access import Refused
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, queries
from mandates.models import Vacancy
from organisations.enums import Role
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, grant, verbs

As = Callable[[str], Client]


def later(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def values(**changed: Any) -> dict[str, Any]:
    known = {"expected_on": later(40), "note": "Kanarievakans: tjänsten utlyses.", "function_email": "f@sater.example"}
    return {"starts_on": later(-20), **known, **changed}


def register(
    world: cast.World, slug: str = "sater", key: str = "coordinator", seen: str = "", **changed: Any
) -> Vacancy:
    return actions.register_vacancy(seat=world.seat(slug), values=values(**changed), by=world.person[key], seen=seen)


def test_known_until_somebody_holds_the_seat(world: cast.World) -> None:
    vacancy = register(world, "falun")
    seat = world.seat("falun")
    assert queries.vacancies_on([seat], later(0)) == {seat.pk: vacancy}
    assert queries.vacancies_on([seat], later(-21)) == {}
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.get(), starts_on=later(3))
    actions.submit(mandate=mandate, by=world.person["representative"])
    version = type(mandate).objects.get().version
    actions.attest(line=mandate.lines.get(), version=version, by=world.person["commissioner"])
    assert queries.vacancies_on([seat], later(2)) == {seat.pk: vacancy}
    assert queries.vacancies_on([seat], later(3)) == {}


def test_a_deputy_does_not_end_it(world: cast.World) -> None:
    vacancy = register(world, "falun")
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.get(), kind="deputy")
    actions.submit(mandate=mandate, by=world.person["representative"])
    version = type(mandate).objects.get().version
    actions.attest(line=mandate.lines.get(), version=version, by=world.person["commissioner"])
    assert queries.vacancies_on([world.seat("falun")], later(0)) == {world.seat("falun").pk: vacancy}


def test_registered_again_changes_the_row_that_is_there(world: cast.World) -> None:
    register(world)
    register(world, expected_on=None)
    vacancy = Vacancy.objects.get()
    assert (vacancy.expected_on, verbs(vacancy)) == (None, ["registered", "saved"])


def test_another_has_saved_first(world: cast.World) -> None:
    seen = fingerprint(queries.vacancy_values(register(world)))
    register(world, note="Någon annan skrev.")
    with pytest.raises(Overtaken):
        register(world, seen=seen, note="Jag skrev.")
    assert Vacancy.objects.get().note == "Någon annan skrev."


def test_a_seat_that_somebody_holds_is_not_vacant(world: cast.World) -> None:
    mandate = cast.attested(world)
    with pytest.raises(MoveRefused):
        register(world, "falun")
    actions.end_line(line=mandate.lines.get(), ended_on=later(0), reason="Slut.", by=world.person["commissioner"])
    with pytest.raises(MoveRefused):
        register(world, "falun", starts_on=later(0))
    with pytest.raises(ValidationError):
        register(world, "falun", starts_on=later(2), expected_on=later(1))
    assert register(world, "falun", starts_on=later(1)).starts_on == later(1)


@pytest.mark.parametrize("key", ["coordinator", "commissioner", "administrator"])
def test_who_may(world: cast.World, key: str) -> None:
    assert register(world, "falun", key).seat == world.seat("falun")


@pytest.mark.parametrize("key", ["representative", "registrar", "reader", "mora_commissioner", "outsider", "steering"])
def test_who_may_not(world: cast.World, key: str) -> None:
    with pytest.raises(Refused):
        register(world, "falun", key)
    assert not Vacancy.objects.exists()


# --- shown --------------------------------------------------------------------------------------------------------------


def test_shown_where_the_seat_is_shown(world: cast.World, as_person: As) -> None:
    register(world)
    words = f"Vakant (N.N.) sedan {later(-20)}, någon väntas {later(40)}"
    query = f"?organisation=sater&datum={later(0)}"
    for path in ("/forum/lansgruppen/", "/organisationer/sater/", f"/foretradare/{query}"):
        page = as_person("outsider").get(path, follow=True)
        assert page.status_code == 200
        assert words in page.content.decode(), path
        assert "Kanarievakans" not in page.content.decode(), path
    own = as_person("sater_representative").get("/organisationer/sater/").content.decode()
    assert "Kanarievakans" in own
    assert "Registrera vakansen" not in own


def test_the_day_before_nothing_was_registered(world: cast.World, as_person: As) -> None:
    register(world)
    page = as_person("outsider").get("/forum/lansgruppen/", {"datum": str(later(-21))}).content.decode()
    assert "Vakant (N.N.) sedan" not in page


# --- the page -----------------------------------------------------------------------------------------------------------


def test_the_page_registers_and_changes(world: cast.World, as_person: As) -> None:
    seat = world.seat("falun")
    client, url = as_person("administrator"), f"/uppdrag/vakanser/{seat.pk}/"
    page = client.get(url)
    assert page.context["form"]["starts_on"].value() == later(0)
    posted = {name: str(value) for name, value in values().items()}
    assert client.post(url, posted).status_code == 302
    page = client.get(url)
    assert "Registrerade att platsen är vakant" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    register(world, "falun", note="Samordnaren skrev.")
    answer = client.post(url, {**posted, "note": "Jag skrev.", "seen": seen})
    assert answer.status_code == 200
    assert "Samordnaren skrev." in answer.content.decode()
    assert Vacancy.objects.get().note == "Samordnaren skrev."


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"starts_on": "snart"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"expected_on": str(date(2001, 1, 1))}, "expected_on"),
        ({"note": PERSONAL_NUMBER}, "note"),
        ({"note": "x" * 501}, "note"),
        ({"function_email": "\0"}, "function_email"),
    ],
)
def test_bad_input(world: cast.World, as_person: As, changed: dict[str, str], field: str) -> None:
    posted = {name: str(value) for name, value in values().items()} | changed
    page = as_person("commissioner").post(f"/uppdrag/vakanser/{world.seat('falun').pk}/", posted)
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    assert not Vacancy.objects.exists()


@pytest.mark.parametrize(
    ("key", "status"), [("representative", 403), ("outsider", 403), ("nobody", 404), ("anonymous", 302)]
)
def test_the_page_is_refused(world: cast.World, as_person: As, key: str, status: int) -> None:
    url = f"/uppdrag/vakanser/{world.seat('falun').pk}/"
    assert [as_person(key).get(url).status_code, as_person(key).post(url).status_code] == [status, status]


def test_a_seat_by_office_is_not_registered(world: cast.World, as_person: As) -> None:
    seat = world.steering_group.seats.get()
    assert as_person("coordinator").get(f"/uppdrag/vakanser/{seat.pk}/").status_code == 404
    assert as_person("coordinator").get("/uppdrag/vakanser/999999/").status_code == 404


def test_one_who_gets_the_role_may(world: cast.World) -> None:
    grant(world, "reader", Role.COMMISSIONER)
    world.person["reader"] = type(world.person["reader"]).objects.get(pk=world.person["reader"].pk)
    assert register(world, "falun", "reader").seat == world.seat("falun")
