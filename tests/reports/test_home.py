"""The home page: what each person has to do, and the state of the county for those who see it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions as mandate_actions
from mandates.models import Mandate
from organisations import actions
from organisations.enums import Role
from organisations.models import Forum
from tests.factories import cast

URL = "/"


def tasks(response: Any) -> list[tuple[str, str, str]]:
    return [(task.label, task.url, task.status) for task in response.context["home"].tasks]


def heading(response: Any) -> str:
    text: str = response.context["home"].heading
    assert response.content.decode().count(f"<h1>{text}</h1>") == 1
    return text


def test_representative_of_an_empty_seat_is_asked_to_fill_in(as_person: Any) -> None:
    response = as_person("representative").get(URL)
    assert heading(response) == "Du har en sak att göra"
    assert tasks(response) == [("Fyll i ett uppdrag för Falu kommun", "/uppdrag/nytt/", "Saknas")]


def test_one_form_is_asked_for_when_one_person_has_four_seats(as_person: Any) -> None:
    label = "Fyll i ett uppdrag för Malung-Sälens kommun, Mora kommun, Orsa kommun och Älvdalens kommun"
    assert tasks(as_person("mora_representative").get(URL)) == [(label, "/uppdrag/nytt/", "Saknas")]


def test_draft_is_to_be_finished(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world)
    expected = [("Fyll i klart uppdraget i Länsgruppen", f"/uppdrag/{mandate.pk}/", "Utkast")]
    assert tasks(as_person("representative").get(URL)) == expected
    assert tasks(as_person("commissioner").get(URL)) == []


def test_submitted_waits_for_the_commissioner(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    line = mandate.lines.get()
    response = as_person("commissioner").get(URL)
    label = "Ta ställning till Rut Representant som representant för Falu kommun"
    url = f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/beslut/"
    assert tasks(response) == [(label, url, "Väntar på attest")]
    response = as_person("representative").get(URL)
    assert heading(response) == "Du har inget att göra just nu"
    assert [waiting.pk for waiting in response.context["home"].waiting] == [line.pk]
    assert response.content.decode().count("Ulla Uppdragsgivare") >= 1


def test_returned_is_to_be_mended_with_the_comment(world: cast.World, as_person: Any) -> None:
    mandate = cast.returned(world)
    line = mandate.lines.get()
    response = as_person("representative").get(URL)
    url = f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/"
    assert tasks(response) == [("Rätta uppdraget för Falu kommun", url, "Behöver rättas")]
    assert response.content.decode().count(f"{cast.canary('falun')}: ange en kontakt till") == 1
    assert tasks(as_person("commissioner").get(URL)) == []


def test_held_mandate_is_shown_and_nothing_is_left_to_do(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    response = as_person("representative").get(URL)
    assert heading(response) == "Du har inget att göra just nu"
    assert [line.mandate_id for line in response.context["home"].held] == [mandate.pk]
    assert response.content.decode().count("12,5\N{NO-BREAK SPACE}%") == 1


@pytest.mark.parametrize(("days", "status"), [(0, "Sista dagen"), (1, "1 dag kvar"), (90, "90 dagar kvar")])
def test_mandate_that_ends_soon_is_to_be_renewed(world: cast.World, as_person: Any, days: int, status: str) -> None:
    mandate = attested_until(world, timezone.localdate() + timedelta(days=days))
    expected = [("Förnya eller lämna över uppdraget för Falu kommun", f"/uppdrag/{mandate.pk}/", status)]
    assert tasks(as_person("representative").get(URL)) == expected


def test_mandate_that_ends_in_91_days_is_left_alone(world: cast.World, as_person: Any) -> None:
    attested_until(world, timezone.localdate() + timedelta(days=91))
    assert tasks(as_person("representative").get(URL)) == []


def attested_until(world: cast.World, last_day: date) -> Mandate:
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.select_related("seat__organisation").get(), ends_on=last_day)
    mandate_actions.submit(mandate=mandate, by=world.person["representative"])
    mandate.refresh_from_db()
    mandate_actions.attest(line=mandate.lines.get(), version=mandate.version, by=world.person["commissioner"])
    return mandate


@pytest.mark.parametrize("key", ["reader", "registrar", "administrator", "commissioner", "outsider", "orsa_reader"])
def test_others_have_nothing_to_do(as_person: Any, key: str) -> None:
    response = as_person(key).get(URL)
    assert (heading(response), tasks(response)) == ("Du har inget att göra just nu", [])
    assert response.content.decode().count("När något väntar på dig visas det här") == 1
    assert response.context["home"].coverages == []


def test_own_organisation_stands_with_its_seat(world: cast.World, as_person: Any) -> None:
    cast.submitted(world)
    rows = as_person("reader").get(URL).context["home"].own_seats
    told = [(str(row.seat), row.status, row.waiting_for) for row in rows]
    assert told == [("Falu kommun", "waiting", "attest av Ulla Uppdragsgivare")]


@pytest.mark.parametrize("key", ["coordinator", "steering", "chair"])
def test_those_who_see_the_coverage_begin_with_it(world: cast.World, as_person: Any, key: str) -> None:
    cast.attested(world)
    cast.submitted(world, "mora_representative", ("mora", "orsa"))
    response = as_person(key).get(URL)
    assert heading(response) == "7 av 8 platser saknar giltigt uppdrag"
    [(_coverage, counts)] = response.context["home"].tiles
    today = timezone.localdate()
    assert [(count["number"], count["label"], count["url"]) for count in counts] == [
        (5, "Saknas", f"/uppdragslaget/lansgruppen/?status=missing&datum={today}#platser"),
        (2, "Väntar på nästa steg", f"/uppdragslaget/lansgruppen/?status=waiting&datum={today}#platser"),
        (0, "Slutar inom 90 dagar", f"/uppdragslaget/lansgruppen/?status=ends&datum={today}#platser"),
        (1, "Giltigt uppdrag", f"/uppdragslaget/lansgruppen/?status=valid&datum={today}#platser"),
    ]
    told = [(str(row.seat), row.waiting_for) for row in response.context["home"].longest_waiting]
    assert told == [(f"{name} kommun", "attest av Mats Morasson") for name in ("Mora", "Orsa")]


def test_who_has_something_to_do_begins_with_that(world: cast.World, as_person: Any) -> None:
    actions.grant_role(
        user=world.person["representative"], role=Role.CHAIR, scope=world.forum, by=None, starts_on=timezone.localdate()
    )
    response = as_person("representative").get(URL)
    assert heading(response) == "Du har en sak att göra"
    assert response.content.decode().count("Uppdragsläget i Länsgruppen</h2>") == 1


def test_what_has_waited_longest_stands_first(world: cast.World, as_person: Any) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
        cast.submitted(world, "mora_representative", ("orsa",))
    cast.submitted(world)
    rows = as_person("coordinator").get(URL).context["home"].longest_waiting
    assert [(str(row.seat), row.is_overdue) for row in rows] == [("Orsa kommun", True), ("Falu kommun", False)]


def test_all_seats_held(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    for slug in ("lansstyrelsen", "malung-salen", "mora", "orsa", "polisen", "sater", "alvdalen"):
        seat = world.seat(slug)
        seat.ends_on = timezone.localdate() - timedelta(days=1)
        audit.save(seat, by=None, verb="imported")
    assert heading(as_person("coordinator").get(URL)) == "Alla platser har giltigt uppdrag"


def test_no_forum_with_mandates_yet(world: cast.World, as_person: Any) -> None:
    forum = Forum.objects.get(slug="lansgruppen")
    forum.seats_held_by = "ex_officio"
    audit.save(forum, by=None, verb="imported")
    response = as_person("coordinator").get(URL)
    assert heading(response) == "Du har en sak att göra"
    assert [(task.label, task.hint) for task in response.context["home"].tasks] == [
        ("Bjud in administratörer", "7 organisationer saknar någon som kan bjuda in.")
    ]


@pytest.mark.parametrize("key", ["nobody", "ended", "future"])
def test_without_a_role_the_page_says_whom_to_turn_to(as_person: Any, key: str) -> None:
    response = as_person(key).get(URL)
    assert response.status_code == 200
    assert response.content.decode().count("<h1>Du har ingen roll i portalen just nu</h1>") == 1
    assert response.context["navigation"] == []


def test_anonymous_and_deactivated_are_asked_to_log_in(as_person: Any) -> None:
    assert as_person("anonymous").get(URL).headers["Location"] == "/konto/logga-in/?next=/"
    assert as_person("deactivated").get(URL).headers["Location"] == "/konto/logga-in/?next=/"


def test_home_is_only_read(as_person: Any) -> None:
    assert as_person("reader").post(URL).status_code == 405
