"""Roles, seats by office and a person's own details: what each verb changes, refuses and tells."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core import access, audit
from organisations import actions, permissions
from organisations.enums import ForumKind, Role, SeatHolding
from organisations.models import Appointment, Forum, Membership, Seat, User
from tests.factories import cast

TODAY = timezone.localdate


def grant(world: cast.World, role: Role, scope: Any, **values: Any) -> Membership:
    values = {"by": world.person["coordinator"], "starts_on": TODAY(), **values}
    return actions.grant_role(user=world.person["nobody"], role=role, scope=scope, **values)


def test_a_role_is_given_with_who_and_why(world: cast.World) -> None:
    role = grant(world, Role.READER, world.org["falun"], reason="Ny på jobbet")
    event = role.history.get()
    assert (event.verb, event.history_user, event.history_change_reason) == (
        "granted",
        world.person["coordinator"],
        "Ny på jobbet",
    )
    assert role.group.name == f"organisation:{world.org['falun'].pk}:reader"


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.COORDINATOR, "falun"),
        (Role.CHAIR, "falun"),
        (Role.MEMBER, "falun"),
        (Role.READER, "forum"),
        (Role.MEMBER, "forum"),
        (Role.COORDINATOR, "forum"),
        (Role.COMMISSIONER, "partnership"),
        (Role.CHAIR, "partnership"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(world: cast.World, role: Role, scope: str) -> None:
    """No role reaches beyond its scope, and being a member comes from a seat only."""
    place: Any = {"forum": world.forum, "partnership": cast.Partnership.objects.get()}.get(scope) or world.org["falun"]
    before = Membership.objects.count()
    with pytest.raises((ValidationError, KeyError)):
        grant(world, role, place)
    assert Membership.objects.count() == before
    assert access.grants(world.person["nobody"]) == frozenset()


def test_a_role_cannot_end_before_it_begins(world: cast.World) -> None:
    with pytest.raises(ValidationError) as refusal:
        grant(world, Role.READER, world.org["falun"], ends_on=TODAY() - timedelta(days=1))
    assert refusal.value.messages == ["Slutdatum kan inte ligga före startdatum."]


def test_a_role_ends_with_the_day(world: cast.World) -> None:
    role = grant(world, Role.READER, world.org["falun"], starts_on=TODAY() - timedelta(days=9))
    actions.end_role(membership=role, by=world.person["coordinator"], ends_on=TODAY(), reason="Slutar")
    ended = Membership.objects.get(pk=role.pk)
    assert ended.ends_on == TODAY()
    assert [(row.verb, row.history_change_reason) for row in ended.history.all()] == [
        ("ended", "Slutar"),
        ("granted", ""),
    ]
    assert permissions.is_member(User.objects.get(pk=role.user_id))


def test_a_role_that_has_not_begun_is_taken_back(world: cast.World) -> None:
    role = grant(world, Role.READER, world.org["falun"], starts_on=TODAY() + timedelta(days=9))
    actions.end_role(membership=role, by=world.person["coordinator"], ends_on=TODAY(), reason="Blev inte av")
    assert Membership.objects.filter(pk=role.pk).count() == 0
    assert [row.verb for row in Membership.history.filter(user_id=role.user_id)] == ["revoked", "granted"]


def test_a_seat_by_office_makes_a_member(world: cast.World) -> None:
    Appointment.objects.get()  # the cast's own, in the steering group
    seat = Seat.objects.get(forum=world.steering_group)
    with pytest.raises(ValidationError) as refusal:
        actions.appoint(seat=seat, holder=world.person["nobody"], by=None, starts_on=TODAY())
    assert refusal.value.messages == ["Platsen har redan en innehavare under perioden."]
    assert permissions.sees_coverage(world.person["steering"])


@pytest.mark.parametrize(
    ("kind", "sees"),
    [(ForumKind.STEERING_GROUP, True), (ForumKind.WELFARE_COUNCIL, False), (ForumKind.CHIEFS_NETWORK, False)],
)
def test_only_the_steering_group_sees_what_it_sees(world: cast.World, kind: ForumKind, sees: bool) -> None:
    """Whoever sits in another forum by office takes part, and sees nothing more."""
    forum = Forum(slug="annat", name="Annat forum", kind=kind, seats_held_by=SeatHolding.EX_OFFICIO)
    audit.save(forum, by=None, verb="imported")
    seat = Seat(forum=forum, organisation=world.org["falun"])
    audit.save(seat, by=None, verb="imported")
    user = world.person["nobody"]
    actions.appoint(seat=seat, holder=user, by=None, starts_on=TODAY())
    asked = (permissions.is_member, permissions.sees_coverage, permissions.is_coordinator)
    assert [question(user) for question in asked] == [True, sees, False]
    assert not permissions.sees_internal(user, world.org["falun"])
    assert permissions.sees_forum_coverage(user, world.forum) == sees


def test_a_seat_held_by_a_mandate_has_nobody_by_office(world: cast.World) -> None:
    with pytest.raises(ValidationError):
        actions.appoint(seat=world.seat("falun"), holder=world.person["nobody"], by=None, starts_on=TODAY())
    assert not permissions.is_member(world.person["nobody"])


VALUES = {
    "name": "Nytt Namn",
    "title": "Chef",
    "phone": "010-111 11 11",
    "private_phone": "",
    "mail_frequency": "at_once",
    "has_protected_identity": True,
}


def test_a_person_changes_the_own_details(world: cast.World) -> None:
    user = world.person["reader"]
    actions.save_profile(user=user, values=VALUES, by=user)
    found = User.objects.get(pk=user.pk)
    assert {name: getattr(found, name) for name in VALUES} == VALUES
    assert (found.history.latest().verb, found.history.latest().history_user) == ("saved", user)


def test_nobody_changes_somebody_elses_details(world: cast.World) -> None:
    """Not even the coordinator."""
    user = world.person["reader"]
    for by in ("coordinator", "administrator", "outsider"):
        with pytest.raises(access.Refused):
            actions.save_profile(user=user, values=VALUES, by=world.person[by])
    assert User.objects.get(pk=user.pk).name == "Lena Läsare"


def test_the_profile_page_is_ones_own_whatever_is_posted(world: cast.World, as_person: Any) -> None:
    """Fields that the form does not have are not taken: e-mail, activity, roles, another person's number."""
    other = world.person["coordinator"]
    posted = {
        **VALUES,
        "has_protected_identity": "on",
        "id": other.pk,
        "pk": other.pk,
        "user": other.pk,
        "email": "annan@falun.example",
        "is_active": "",
        "password": "x",
        "is_superuser": "on",
        "memberships": "1",
    }
    response = as_person("reader").post("/konto/uppgifter/", posted)
    assert response.status_code == 302
    found = User.objects.get(pk=world.person["reader"].pk)
    assert (found.name, found.email, found.is_active) == ("Nytt Namn", "reader@cast.example", True)
    assert User.objects.get(pk=other.pk).name == "Siv Samordnare"
