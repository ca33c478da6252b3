"""Roles given, changed and ended in a place; nothing is left without a head unseen; seats by office."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from kvinnofrid.core import access, audit
from kvinnofrid.core.models import Message
from kvinnofrid.core.overtaking import fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions, permissions, queries
from organisations.enums import Role
from organisations.models import Appointment, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.rules import first_gap
from tests.factories import cast

LIST = "/organisationer/falun/personer/"
MISSING = "Falu kommun saknar administratör"
LAST = "Samverkan måste ha minst en samordnare utan slutdatum. Ge först rollen till någon annan."


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def role_of(world: cast.World, key: str) -> Membership:
    membership: Membership = world.person[key].memberships.get()
    return membership


def subjects(world: cast.World, key: str) -> list[str]:
    return [message.subject for message in world.person[key].messages.order_by("pk")]


def grant(world: cast.World, key: str, role: Role, scope: Any = None, **values: Any) -> Membership:
    wanted: dict[str, Any] = {"starts_on": today(), "by": None, **values}
    return actions.grant_role(user=world.person[key], role=role, scope=scope or world.org["falun"], **wanted)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_who_has_which_role(world: cast.World, as_person: Any) -> None:
    page = as_person("administrator").get(LIST).context["page"]
    assert [(row.person.name, row.label, row.text) for row in page.rows] == [
        ("Alva Administratör", "Administratör", "Gäller"),
        ("Dan Avstängd", "Uppdragsgivare", "Kontot är avstängt"),
        ("Frida Framtid", "Uppdragsgivare", "Börjar senare"),
        ("Lena Läsare", "Läsare", "Gäller"),
        ("Ragna Registrator", "Registrator", "Gäller"),
        ("Rut Representant", "Representant", "Gäller"),
        ("Ulla Uppdragsgivare", "Uppdragsgivare", "Gäller"),
    ]
    assert [(row.person.name, row.text, row.end_url) for row in page.past] == [("Edit Avslutad", "Avslutad", "")]
    assert (page.is_headless, page.headless_from) == (False, None)


@pytest.mark.parametrize("more", [0, 30])
def test_queries_do_not_grow(world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int) -> None:
    for number in range(more):
        person = User.objects.create(email=f"mer-{number}@cast.example", name=f"Mer {number}")
        grant_to: Any = {"user": person, "role": Role.READER, "scope": world.org["falun"], "by": None}
        actions.grant_role(**grant_to, starts_on=today())
        actions.invite(
            scope=world.org["falun"],
            email=f"inbjuden-{number}@cast.example",
            roles=[Role.READER],
            by=world.person["administrator"],
            starts_on=today(),
        )
    if not more:  # a single row of each kind is there in both
        actions.invite(
            scope=world.org["falun"],
            email="inbjuden@cast.example",
            roles=[Role.READER],
            by=world.person["administrator"],
            starts_on=today(),
        )
    client = as_person("administrator")
    with django_assert_num_queries(9):
        client.get(LIST)


# --- giving and changing ----------------------------------------------------------------------------------------------


def test_another_role_for_somebody_who_has_one(world: cast.World, as_person: Any) -> None:
    client = as_person("administrator")
    values = {"user": world.person["reader"].pk, "role": "registrar", "starts_on": str(today()), "ends_on": ""}
    response = client.post(f"{LIST}ge-roll/", values)
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert permissions.may_register(User.objects.get(pk=world.person["reader"].pk), world.org["falun"])
    assert subjects(world, "reader") == ["Ny roll: registrator, Falu kommun"]
    again = client.post(f"{LIST}ge-roll/", values)
    assert again.context["form"].non_field_errors() == ["Personen har redan rollen under perioden."]
    assert world.person["reader"].memberships.count() == 2


def test_only_people_who_are_here_can_be_chosen(world: cast.World, as_person: Any) -> None:
    """People of other organisations are neither listed nor taken when posted."""
    client = as_person("administrator")
    form = client.get(f"{LIST}ge-roll/").context["form"]
    chosen = {user.email.partition("@")[0] for user in form.fields["user"].queryset}
    assert chosen == {"administrator", "commissioner", "future", "reader", "registrar", "representative"}
    values = {"user": world.person["outsider"].pk, "role": "administrator", "starts_on": str(today())}
    response = client.post(f"{LIST}ge-roll/", values)
    assert response.context["form"].errors == {"user": ["Välj en person i listan."]}
    for role in ("coordinator", "chair", "member", "x\x00"):
        posted = {**values, "user": world.person["reader"].pk, "role": role}
        assert list(client.post(f"{LIST}ge-roll/", posted).context["form"].errors) == ["role"]
    assert world.person["outsider"].memberships.count() == 1


def test_another_last_day(world: cast.World, as_person: Any) -> None:
    role = role_of(world, "reader")
    client, path = as_person("administrator"), f"{LIST}{role.pk}/andra/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"ends_on": str(today(30))})["Location"] == LIST
    role.refresh_from_db()
    assert (role.ends_on, role.history.latest().verb) == (today(30), "changed")
    client.post(path, {"ends_on": ""})
    role.refresh_from_db()
    assert role.ends_on is None
    past = client.post(path, {"ends_on": str(today(-1))})
    assert past.context["form"].errors == {"ends_on": ["Välj i dag eller en dag som kommer."]}


def test_whoever_changes_second_is_shown_what_stands(world: cast.World, as_person: Any) -> None:
    role = role_of(world, "reader")
    client, path = as_person("administrator"), f"{LIST}{role.pk}/andra/"
    seen = client.get(path).context["form"]["seen"].value()
    assert seen == fingerprint({"ends_on": None})
    actions.change_role(membership=role, ends_on=today(5), by=world.person["coordinator"])
    response = client.post(path, {"ends_on": str(today(30)), "seen": seen})
    assert [row["term"] for row in response.context["stands"]] == ["Gäller till och med"]
    assert response.context["form"]["ends_on"].value() == str(today(30))
    role.refresh_from_db()
    assert role.ends_on == today(5)
    posted = {"ends_on": str(today(30)), "seen": response.context["form"]["seen"].value()}
    assert client.post(path, posted).status_code == 302


def test_the_end_of_a_role_takes_effect_and_is_told(world: cast.World, as_person: Any) -> None:
    reader, role = as_person("reader"), role_of(world, "reader")
    assert reader.get("/organisationer/falun/").context["overview"].sees_internal
    client, path = as_person("administrator"), f"{LIST}{role.pk}/avsluta/"
    assert client.get(path).status_code == 200
    assert list(client.post(path, {"ends_on": str(today(-1))}).context["form"].errors) == ["reason"]
    response = client.post(path, {"ends_on": str(today(-1)), "reason": "Har slutat."})
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert reader.get("/organisationer/falun/").status_code == 404
    assert subjects(world, "reader") == ["Rollen avslutas: läsare, Falu kommun"]
    assert client.get(path)["Location"] == LIST  # it is over
    assert client.post(path, {"ends_on": str(today()), "reason": "En gång till."})["Location"] == LIST
    role.refresh_from_db()
    assert (role.ends_on, role.history.count()) == (today(-1), 2)


def test_what_the_person_holds_is_shown_before_the_end(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    path = f"{LIST}{role_of(world, 'representative').pk}/avsluta/"
    response = as_person("administrator").get(path)
    text = f"Representant för Falu kommun i Länsgruppen, tills vidare ({mandate.reference})"
    assert [holding.text for holding in response.context["holdings"]] == [text]
    as_person("administrator").post(path, {"ends_on": str(today(-1)), "reason": "Har slutat."})
    assert mandate.lines.get().state == "attested"  # it stands until somebody ends it


def test_what_the_person_holds_elsewhere_is_not_shown(world: cast.World, as_person: Any) -> None:
    cast.attested(world, "mora_representative", ("mora", "orsa"))
    grant(world, "administrator", Role.ADMINISTRATOR, world.org["mora"])
    role = world.person["mora_representative"].memberships.get(organisation=world.org["mora"])
    response = as_person("administrator").get(f"/organisationer/mora/personer/{role.pk}/avsluta/")
    assert [holding.organisation for holding in response.context["holdings"]] == [world.org["mora"]]


# --- heads ------------------------------------------------------------------------------------------------------------


def end(
    world: cast.World, key: str, last: int, by: str | None = "administrator", role: Membership | None = None
) -> None:
    membership = role or role_of(world, key)
    who = world.person[by] if by else None
    actions.end_role(membership=membership, by=who, ends_on=today(last), reason="Slutar.")


def test_the_last_administrator_may_go_and_the_coordinator_is_told(world: cast.World, as_person: Any) -> None:
    path = f"{LIST}{role_of(world, 'administrator').pk}/avsluta/"
    client = as_person("administrator")
    response = client.post(path, {"ends_on": str(today(-1)), "reason": "Byter tjänst."})
    assert (response.status_code, response["Location"]) == (302, "/")
    message = world.person["coordinator"].messages.get()
    assert (message.subject, message.path) == (MISSING, LIST)
    assert "har ingen administratör längre" in message.body
    page = as_person("coordinator").get(LIST)
    assert page.context["page"].is_headless
    assert "Organisationen saknar administratör" in page.content.decode()
    assert world.org["falun"] in Organisation.objects.without_administrator(today())


def test_an_end_to_come_is_told_at_once_too(world: cast.World, as_person: Any) -> None:
    role = role_of(world, "administrator")
    actions.change_role(membership=role, ends_on=today(10), by=world.person["administrator"])
    assert subjects(world, "coordinator") == [MISSING]
    body = world.person["coordinator"].messages.get().body
    assert f"har ingen administratör från och med {today(11)}" in body
    page = as_person("administrator").get(LIST)
    assert (page.context["page"].is_headless, page.context["page"].headless_from) == (False, today(11))
    assert "Organisationen saknar snart administratör" in page.content.decode()
    actions.change_role(membership=role, ends_on=None, by=world.person["administrator"])
    actions.change_role(membership=role, ends_on=today(20), by=world.person["coordinator"])
    assert subjects(world, "coordinator") == [MISSING]  # who did it knows


def test_with_another_administrator_nothing_is_told(world: cast.World) -> None:
    grant(world, "reader", Role.ADMINISTRATOR)
    end(world, "administrator", -1)
    assert subjects(world, "coordinator") == []


def test_another_who_is_inactive_or_begins_too_late_does_not_count(world: cast.World) -> None:
    grant(world, "deactivated", Role.ADMINISTRATOR)
    grant(world, "reader", Role.ADMINISTRATOR, starts_on=today(3))
    end(world, "administrator", 0)
    assert subjects(world, "coordinator") == [MISSING]
    assert queries.headless_from(world.org["falun"], today()) == today(1)


def test_other_roles_and_other_organisations_tell_nothing(world: cast.World) -> None:
    end(world, "reader", -1)
    end(world, "orsa_reader", -1, by="coordinator")
    assert subjects(world, "coordinator") == []


def test_closing_the_last_administrators_account_is_told(world: cast.World) -> None:
    grant(world, "registrar", Role.COORDINATOR, Partnership.objects.get())
    actions.deactivate(person=world.person["administrator"], reason="Slutat.", by=world.person["coordinator"])
    assert (subjects(world, "registrar"), subjects(world, "coordinator")) == ([MISSING], [])


COORDINATOR_GOES: dict[str, Callable[[cast.World, User], Any]] = {
    "ended": lambda world, by: end(world, "coordinator", -1, by="coordinator"),
    "ended later": lambda world, by: end(world, "coordinator", 300, by="coordinator"),
    "with an end date": lambda world, by: actions.change_role(
        membership=role_of(world, "coordinator"), ends_on=today(300), by=by
    ),
    "deactivated": lambda world, by: actions.deactivate(person=by, reason="Slutar.", by=by),
}


@pytest.mark.parametrize("way", COORDINATOR_GOES)
def test_the_last_coordinator_stays(world: cast.World, way: str) -> None:
    by = world.person["coordinator"]
    before = (Membership.history.count(), User.history.count())
    with pytest.raises(MoveRefused) as refusal:
        COORDINATOR_GOES[way](world, by)
    assert str(refusal.value) == LAST
    assert (Membership.history.count(), User.history.count()) == before
    assert permissions.is_coordinator(User.objects.get(pk=by.pk))


@pytest.mark.parametrize("way", COORDINATOR_GOES)
def test_one_of_two_coordinators_may_go(world: cast.World, way: str) -> None:
    grant(world, "registrar", Role.COORDINATOR, Partnership.objects.get())
    COORDINATOR_GOES[way](world, world.person["coordinator"])
    assert queries.headless_from(Partnership.objects.get(), today()) is None


def test_the_page_says_why_the_last_coordinator_stays(world: cast.World, as_person: Any) -> None:
    path = f"/samverkan/personer/{role_of(world, 'coordinator').pk}/avsluta/"
    response = as_person("coordinator").post(path, {"ends_on": str(today()), "reason": "Slutar."})
    assert response.context["form"].non_field_errors() == [LAST]


days = st.one_of(st.none(), st.integers(-5, 12).map(lambda number: date(2026, 6, 10) + timedelta(days=number)))


@given(spans=st.lists(st.tuples(days, days), max_size=5), start=st.integers(0, 8))
@settings(max_examples=50, deadline=None)
def test_the_first_gap_is_the_first_day_nobody_covers(spans: list[Any], start: int) -> None:
    first = date(2026, 6, 10) + timedelta(days=start)
    spans = [span for span in spans if not (span[0] and span[1]) or span[0] <= span[1]]
    found = first_gap(spans, first)

    def covered(day: date) -> bool:
        return any((not begins or begins <= day) and (not ends or ends >= day) for begins, ends in spans)

    uncovered = [day for day in (first + timedelta(days=number) for number in range(40)) if not covered(day)]
    assert found == (uncovered[0] if uncovered else None)


# --- seats by office --------------------------------------------------------------------------------------------------


@pytest.fixture
def vacant(world: cast.World) -> Seat:
    seat = Seat(forum=Forum.objects.get(slug="styrgruppen"), organisation=world.org["falun"], function="Ledamot")
    audit.save(seat, by=None, verb="imported")
    return seat


def test_a_seat_is_given_and_ended(world: cast.World, as_person: Any, vacant: Seat) -> None:
    client, forum = as_person("coordinator"), "/forum/styrgruppen/"
    page = client.get(f"{forum}personer/").context["page"]
    assert [(str(row.seat), row.is_vacant) for row in page.seats] == [
        ("Falu kommun, Ledamot", True),
        ("Säters kommun, Förvaltningschef", False),
    ]
    path = f"{forum}platser/{vacant.pk}/tillsatt/"
    form = client.get(path).context["form"]
    assert world.person["outsider"] not in form.fields["holder"].queryset
    response = client.post(path, {"holder": world.person["commissioner"].pk, "starts_on": str(today())})
    assert (response.status_code, response["Location"]) == (302, f"{forum}personer/")
    appointment = Appointment.objects.get(seat=vacant)
    commissioner = User.objects.get(pk=world.person["commissioner"].pk)
    assert permissions.sees_coverage(commissioner)
    taken = client.post(path, {"holder": world.person["reader"].pk, "starts_on": str(today())})
    assert taken.context["form"].non_field_errors() == ["Platsen har redan en innehavare under perioden."]
    changed = client.post(f"{forum}forordnanden/{appointment.pk}/andra/", {"ends_on": str(today(9))})
    assert changed["Location"] == f"{forum}personer/"
    appointment.refresh_from_db()
    assert appointment.ends_on == today(9)
    late = client.post(f"{forum}forordnanden/{appointment.pk}/avsluta/", {"ends_on": str(today(10)), "reason": "Nej"})
    assert late.context["form"].errors == {"ends_on": [f"Innehavet av platsen slutar redan {today(9)}."]}
    for page, words in (("andra", "om platsen innehas tills vidare"), ("avsluta", "Avsluta innehavet av platsen")):
        text = client.get(f"{forum}forordnanden/{appointment.pk}/{page}/").content.decode()
        assert (words in text, "rollen" in text.lower().partition("<main")[2].partition("</main>")[0]) == (True, False)
    client.post(f"{forum}forordnanden/{appointment.pk}/avsluta/", {"ends_on": str(today(-1)), "reason": "Slutar."})
    assert not Appointment.objects.filter(pk=appointment.pk).exists()  # it began today, and so never did
    assert [row.verb for row in Appointment.history.filter(id=appointment.pk)] == ["revoked", "changed", "appointed"]


def test_chair_and_secretary_look_after_no_roles(world: cast.World, as_person: Any, vacant: Seat) -> None:
    grant(world, "registrar", Role.SECRETARY, Forum.objects.get(slug="styrgruppen"))
    paths = ["/forum/styrgruppen/personer/", f"/forum/styrgruppen/platser/{vacant.pk}/tillsatt/"]
    for key in ("chair", "registrar", "steering", "administrator"):
        assert [as_person(key).get(path).status_code for path in paths] == [404, 404]
        with pytest.raises(access.Refused):
            actions.appoint(seat=vacant, holder=world.person[key], by=world.person[key], starts_on=today())
    appointment = world.person["steering"].appointments.get()
    for change in (
        lambda by: actions.end_appointment(appointment=appointment, by=by, ends_on=today(), reason="Nej"),
        lambda by: actions.change_appointment(appointment=appointment, by=by, ends_on=today()),
    ):
        with pytest.raises(access.Refused):
            change(world.person["chair"])


def test_a_seat_of_another_forum_is_not_found_here(world: cast.World, as_person: Any, vacant: Seat) -> None:
    client, appointment = as_person("coordinator"), world.person["steering"].appointments.get()
    paths = [
        f"/forum/lansgruppen/platser/{vacant.pk}/tillsatt/",
        f"/forum/lansgruppen/forordnanden/{appointment.pk}/avsluta/",
        f"/forum/lansgruppen/personer/{role_of(world, 'reader').pk}/avsluta/",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_a_chair_is_given_and_ended(world: cast.World, as_person: Any) -> None:
    client = as_person("coordinator")
    values = {"user": world.person["chair"].pk, "role": "secretary", "starts_on": str(today())}
    assert client.post("/forum/lansgruppen/personer/ge-roll/", values)["Location"] == "/forum/lansgruppen/personer/"
    roles = world.person["chair"].memberships.order_by("role")
    assert [role.role for role in roles] == ["chair", "secretary"]


def test_anonymous_is_asked_to_log_in() -> None:
    for path in (LIST, "/forum/lansgruppen/personer/", "/samverkan/personer/", "/personer/", "/personer/1/stang-av/"):
        assert Client().get(path)["Location"] == f"/konto/logga-in/?next={path}"


def test_one_role_at_a_time_whoever_writes_the_row(world: cast.World) -> None:
    with pytest.raises(ValidationError) as refusal:
        grant(world, "reader", Role.READER)
    assert refusal.value.messages == ["Personen har redan rollen under perioden."]
    assert Message.objects.count() == 0
