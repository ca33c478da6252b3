"""The person's own details: what can be changed, what is refused, and by whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from organisations import actions
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast

URL = "/konto/uppgifter/"
VALUES = {
    "name": "Rut Ny",
    "title": "Enhetschef",
    "phone": "023-830 00",
    "private_phone": "070-111 22 33",
    "mail_frequency": "daily",
}


def test_details_are_saved_with_history(world: cast.World, as_person: Any) -> None:
    response = as_person("representative").post(URL, VALUES, follow=True)
    assert response.redirect_chain == [(URL, 302)]
    assert response.content.decode().count("Dina uppgifter är sparade.") == 1
    user = User.objects.get(pk=world.person["representative"].pk)
    assert {name: getattr(user, name) for name in VALUES} == VALUES
    assert user.has_protected_identity is False
    latest = user.history.first()
    assert (latest.verb, latest.history_user) == ("saved", user)


def test_protected_identity_is_the_persons_own_choice(world: cast.World, as_person: Any) -> None:
    as_person("outsider").post(URL, {**VALUES, "has_protected_identity": "on"})
    assert User.objects.get(pk=world.person["outsider"].pk).has_protected_identity is True


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Skriv namn."),
        ("name", "Rut 850709-9805", "ser ut som ett personnummer"),
        ("title", "x" * 121, "120"),
        ("phone", "ring mig", "Skriv telefonnumret med"),
        ("private_phone", "12", "Skriv telefonnumret med"),
        ("name", "Rut\x00", "Nolltecken"),
    ],
)
def test_faults_stand_beside_the_field_and_nothing_is_saved(
    world: cast.World, as_person: Any, field: str, value: str, message: str
) -> None:
    before = world.person["representative"].history.count()
    response = as_person("representative").post(URL, {**VALUES, field: value})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {field}
    if message != "Nolltecken":
        assert message in response.context["form"].errors[field][0]
    assert response.content.decode().count("<title>Fel: Mina uppgifter") == 1
    user = User.objects.get(pk=world.person["representative"].pk)
    assert (user.name, user.history.count()) == ("Rut Representant", before)


def test_mail_roles_and_activity_cannot_be_posted(world: cast.World, as_person: Any) -> None:
    posted = {**VALUES, "email": "annan@cast.example", "is_active": "", "role": "coordinator", "password": "nytt"}
    as_person("outsider").post(URL, posted)
    user = User.objects.get(pk=world.person["outsider"].pk)
    assert (user.email, user.is_active, user.check_password(cast.PASSWORD)) == ("outsider@cast.example", True, True)
    assert [membership.role for membership in user.memberships.all()] == [Role.READER]


def test_roles_stand_with_their_dates(world: cast.World, as_person: Any) -> None:
    today = timezone.localdate()
    actions.grant_role(
        user=world.person["outsider"],
        role=Role.REGISTRAR,
        scope=world.org["polisen"],
        by=None,
        starts_on=today,
        ends_on=today + timedelta(days=5),
    )
    response = as_person("outsider").get(URL)
    roles = [(role.get_role_display(), str(role.scope), role.ends_on) for role in response.context["roles"]]
    assert roles == [("Läsare", "Polisen", None), ("Registrator", "Polisen", today + timedelta(days=5))]
    assert response.content.decode().count("Tills vidare") == 1


def test_a_seat_by_office_stands_among_the_roles(as_person: Any) -> None:
    page = as_person("steering").get(URL).content.decode()
    assert page.count('<th scope="row">Förvaltningschef</th>') == 1


@pytest.mark.parametrize("key", ["nobody", "ended", "future"])
def test_without_a_role_the_details_can_still_be_read(as_person: Any, key: str) -> None:
    response = as_person(key).get(URL)
    assert response.status_code == 200
    assert response.content.decode().count("Du har ingen roll just nu") == 1


def test_anonymous_is_asked_to_log_in(as_person: Any) -> None:
    assert as_person("anonymous").get(URL).headers["Location"] == f"/konto/logga-in/?next={URL}"


def test_other_methods_are_refused(as_person: Any) -> None:
    assert as_person("reader").delete(URL).status_code == 405


@pytest.mark.parametrize("more", [0, 30])
def test_queries_do_not_grow(world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int) -> None:
    person = world.person["outsider"]
    for days in range(more):
        day = timezone.localdate() - timedelta(days=days)  # one day each: nobody has a role twice at once
        actions.grant_role(
            user=person, role=Role.REGISTRAR, scope=world.org["mora"], by=None, starts_on=day, ends_on=day
        )
    client = as_person("outsider")
    with django_assert_num_queries(8):
        client.get(URL)


def test_whoever_saves_second_is_shown_what_stands(world: cast.World, as_person: Any) -> None:
    """On another screen, say. Nothing typed is lost, and the same form can be saved once more."""
    client = as_person("representative")
    seen = client.get(URL).context["form"]["seen"].value()
    client.post(URL, {**VALUES, "phone": "023-111 11", "seen": seen})
    response = client.post(URL, {**VALUES, "title": "Chef", "seen": seen})
    assert response.status_code == 200
    assert response.context["stands"] == [
        {"term": "Befattning", "value": "Enhetschef"},
        {"term": "Telefon i arbetet", "value": "023-111 11"},
    ]
    assert response.context["form"]["title"].value() == "Chef"
    user = User.objects.get(pk=world.person["representative"].pk)
    assert (user.title, user.phone) == ("Enhetschef", "023-111 11")
    again = {**VALUES, "title": "Chef", "seen": response.context["form"]["seen"].value()}
    assert client.post(URL, again).status_code == 302
    user.refresh_from_db()
    assert (user.title, user.phone) == ("Chef", "023-830 00")
