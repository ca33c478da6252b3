"""A person's mandates summed over organisations and forums: by day, by reader, and as files."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions
from mandates.models import FormEdition, Mandate
from organisations import actions as organisation_actions
from organisations.enums import ForumKind, Role, SeatHolding
from organisations.models import Forum, Seat, User
from reports.queries import load as queries
from tests.factories import cast
from tests.factories.filling import grant
from tests.reports.test_board_files import xlsx_cells

As = Callable[[str], Client]
TODAY = timezone.localdate()


def mora(world: cast.World, **shares: str) -> Mandate:
    """Mora's person with four seats on one form, 12,5 per cent for each unless told."""
    by = world.person["mora_representative"]
    mandate = cast.draft(world, "mora_representative", cast.MORAS)
    for line in mandate.lines.select_related("seat__organisation"):
        slug = line.seat.organisation.slug.replace("-", "_")
        cast.fill(world, line, share_percent=Decimal(shares.get(slug, "12.5")))
    actions.submit(mandate=mandate, by=by)
    version = Mandate.objects.get(pk=mandate.pk).version
    for line in mandate.lines.all():
        actions.attest(line=line, version=version, by=world.person["mora_commissioner"])
    return Mandate.objects.get(pk=mandate.pk)


def elsewhere(world: cast.World) -> Mandate:
    """The same person for Säter in another forum, on a form of its own: 60 per cent."""
    forum = Forum(
        slug="arbetsgrupp", name="Arbetsgruppen", kind=ForumKind.WORKING_GROUP, seats_held_by=SeatHolding.MANDATE
    )
    edition = FormEdition(name="Utgåva A", valid_from=date(2020, 1, 1), published_at=timezone.now())
    seat = Seat(organisation=world.org["sater"])
    audit.save(forum, by=None, verb="imported")
    seat.forum = edition.forum = forum
    audit.save(seat, by=None, verb="imported")
    audit.save(edition, by=None, verb="imported")
    grant(world, "mora_representative", Role.REPRESENTATIVE, "sater")
    grant(world, "mora_commissioner", Role.COMMISSIONER, "sater")
    by = User.objects.get(pk=world.person["mora_representative"].pk)
    mandate = actions.start_mandate(edition=edition, by=by)
    actions.choose_seats(mandate=mandate, seats=[seat], by=by)
    line = mandate.lines.get()
    commissioner = User.objects.get(pk=world.person["mora_commissioner"].pk)
    cast.fill(world, line, share_percent=Decimal(60), commissioner=commissioner)
    actions.submit(mandate=mandate, by=by)
    actions.attest(line=line, version=Mandate.objects.get(pk=mandate.pk).version, by=commissioner)
    return mandate


def by_office(world: cast.World) -> None:
    seat = Seat(forum=world.steering_group, organisation=world.org["orsa"], function="Förvaltningschef")
    audit.save(seat, by=None, verb="imported")
    holder = world.person["mora_representative"]
    organisation_actions.appoint(seat=seat, holder=holder, by=None, starts_on=TODAY - timedelta(days=9))


def page(world: cast.World, as_person: As, key: str, day: date = TODAY) -> Any:
    return as_person(key).get(f"/samlad-andel/{world.person['mora_representative'].pk}/", {"datum": str(day)})


# --- the sum ------------------------------------------------------------------------------------------------------------


def test_four_seats_are_one_sum(world: cast.World, as_person: As) -> None:
    mora(world, mora="10", alvdalen="5")
    found = page(world, as_person, "mora_representative").context["load"]
    assert (found.total, found.text, found.is_over, found.is_partial) == (Decimal(40), "40\xa0%", False, False)
    assert found.by_organisation == [
        ("Malung-Sälens kommun", "12,5\xa0%"),
        ("Mora kommun", "10\xa0%"),
        ("Orsa kommun", "12,5\xa0%"),
        ("Älvdalens kommun", "5\xa0%"),
    ]


def test_above_a_hundred_is_marked(world: cast.World, as_person: As) -> None:
    mora(world)
    elsewhere(world)
    found = page(world, as_person, "coordinator").context["load"]
    assert (found.total, found.is_over, found.label) == (Decimal(110), True, "Över 100 %: 110\xa0%")
    shown = page(world, as_person, "coordinator").content.decode()
    assert "Över 100 %: 110\xa0%" in shown
    assert "Arbetsgruppen" in shown


def test_a_hundred_is_not_above() -> None:
    part = queries.Part(None, "", "", "", "", Decimal(100), None, None)  # type: ignore[arg-type]
    assert queries.Load(None, [part], is_partial=False).is_over is False  # type: ignore[arg-type]


def test_what_nobody_has_told_is_not_nought(world: cast.World, as_person: As) -> None:
    mora(world)
    by_office(world)
    found = page(world, as_person, "coordinator").context["load"]
    assert (found.total, found.untold, found.text) == (Decimal(50), 1, "50\xa0%, och 1 utan angiven andel")
    assert "Inte angivet" in page(world, as_person, "coordinator").content.decode()
    assert dict(found.by_organisation)["Orsa kommun"] == "12,5\xa0%"
    only = queries.Load(found.person, [part for part in found.parts if part.share is None], is_partial=False)
    assert (only.text, only.by_organisation) == ("Inte angivet", [("Orsa kommun", "Inte angivet")])


def test_on_any_day(world: cast.World, as_person: As) -> None:
    mandate = mora(world)
    line = mandate.lines.get(seat__organisation__slug="orsa")
    last = TODAY + timedelta(days=3)
    actions.end_line(line=line, ended_on=last, reason="Slutar.", by=world.person["mora_commissioner"])
    days = {-31: Decimal(0), -30: Decimal(50), 3: Decimal(50), 4: Decimal("37.5")}
    for count, total in days.items():
        day = TODAY + timedelta(days=count)
        assert page(world, as_person, "coordinator", day).context["load"].total == total
    for bad in ("x", "\0", "9999-99-99"):
        answer = as_person("coordinator").get("/samlad-andel/", {"datum": bad})
        assert (answer.status_code, len(answer.context["loads"])) == (200, 1)


def test_what_is_not_attested_is_not_in_it(world: cast.World, as_person: As) -> None:
    cast.submitted(world, "mora_representative", cast.MORAS)
    assert page(world, as_person, "coordinator").context["load"].parts == []
    assert page(world, as_person, "orsa_reader").status_code == 404


# --- who sees what ------------------------------------------------------------------------------------------------------


def test_an_organisation_sees_what_it_could_see_anyway_and_is_told_so(world: cast.World, as_person: As) -> None:
    mora(world)
    partial = "Sidan visar bara de uppdrag som du själv får öppna. Personen kan ha fler."
    alone = page(world, as_person, "orsa_reader").content.decode()
    assert partial in alone
    elsewhere(world)
    answer = page(world, as_person, "orsa_reader")
    found, shown = answer.context["load"], re.sub(r'value="\w{64}"', "", answer.content.decode())  # without tokens
    assert (found.total, found.is_over, found.is_partial) == (Decimal(50), False, True)
    for hidden in ("Arbetsgruppen", "Säter", "60", "110"):
        assert hidden not in shown.replace(alone, "")
    assert partial in shown
    whole = page(world, as_person, "mora_representative")
    assert (whole.context["load"].total, partial in whole.content.decode()) == (Decimal(110), False)


def test_the_seat_by_office_of_another_organisation_is_not_told(world: cast.World, as_person: As) -> None:
    mora(world)
    seat = Seat.objects.get(forum=world.steering_group)
    appointment = seat.appointments.get()
    appointment.ends_on = TODAY - timedelta(days=2)
    audit.save(appointment, by=None, verb="ended")
    holder = world.person["mora_representative"]
    organisation_actions.appoint(seat=seat, holder=holder, by=None, starts_on=TODAY - timedelta(days=1))
    assert page(world, as_person, "orsa_reader").context["load"].untold == 0
    assert page(world, as_person, "coordinator").context["load"].untold == 1


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("coordinator", 200),
        ("mora_representative", 200),
        ("mora_commissioner", 200),
        ("orsa_reader", 200),
        ("outsider", 404),
        ("steering", 404),
        ("sater_representative", 404),
        ("nobody", 404),
        ("anonymous", 302),
    ],
)
def test_who_opens_it(world: cast.World, as_person: As, key: str, status: int) -> None:
    mora(world)
    assert page(world, as_person, key).status_code == status
    post = as_person(key).post(f"/samlad-andel/{world.person['mora_representative'].pk}/")
    assert post.status_code == (status if status == 302 else 405 if key != "nobody" else 404)


def test_a_protected_person_is_not_found_from_outside(world: cast.World, as_person: As) -> None:
    mora(world)
    person = User.objects.get(pk=world.person["mora_representative"].pk)
    person.has_protected_identity = True
    audit.save(person, by=None, verb="saved")
    assert page(world, as_person, "outsider").status_code == 404
    assert "Maj Morasson" in page(world, as_person, "orsa_reader").content.decode()  # inside one that is represented


@pytest.mark.parametrize("url", ["/samlad-andel/", "/samlad-andel/csv/", "/samlad-andel/xlsx/"])
def test_the_list_is_the_coordinators(world: cast.World, as_person: As, url: str) -> None:
    mora(world)
    assert as_person("coordinator").get(url).status_code == 200
    assert as_person("coordinator").post(url).status_code == 405
    for key, status in (("mora_representative", 404), ("steering", 404), ("nobody", 404), ("anonymous", 302)):
        assert as_person(key).get(url).status_code == status


# --- the list -----------------------------------------------------------------------------------------------------------


def test_the_greatest_sum_first_and_only_the_shared(world: cast.World, as_person: As) -> None:
    cast.attested(world)
    mora(world)
    assert [str(load.person) for load in queries.shared_loads(TODAY)] == ["Maj Morasson"]
    seat = Seat(forum=world.steering_group, organisation=world.org["falun"], function="Chef")
    audit.save(seat, by=None, verb="imported")
    organisation_actions.appoint(seat=seat, holder=world.person["representative"], by=None, starts_on=TODAY)
    assert [(str(load.person), load.text) for load in queries.shared_loads(TODAY)] == [
        ("Maj Morasson", "50\xa0%"),
        ("Rut Representant", "12,5\xa0%, och 1 utan angiven andel"),
    ]
    shown = as_person("coordinator").get("/samlad-andel/").content.decode()
    assert shown.index("Maj Morasson") < shown.index("Rut Representant")
    assert "Ingen har över 100 procent." in shown


def test_as_files(world: cast.World, as_person: As) -> None:
    mora(world)
    by_office(world)
    client = as_person("coordinator")
    text = client.get("/samlad-andel/csv/")
    lines = text.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[0].startswith('"Person";"Samlad andel i procent"')
    assert '"Orsa kommun";"Styrgruppen";"Genom befattning";"Inte angivet"' in text.content.decode()
    assert text.headers["Content-Disposition"] == f'attachment; filename="samlad-andel-{TODAY}.csv"'
    rows = xlsx_cells(client.get("/samlad-andel/xlsx/").content)
    assert "Maj Morasson" in str(rows)


def test_it_costs_the_same_for_any_number(world: cast.World, django_assert_num_queries: Any) -> None:
    mora(world)
    for _ in range(2):
        with django_assert_num_queries(2):
            queries.shared_loads(TODAY)
        if not Forum.objects.filter(slug="arbetsgrupp").exists():
            elsewhere(world)
            by_office(world)
