"""The role table as written here, and guardian's rows, say the same: for all people, organisations and dates."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvinnofrid.core import access
from organisations import actions, permissions
from organisations.enums import Role
from organisations.models import (
    ForumGroupPermission,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    Partnership,
    PartnershipGroupPermission,
    User,
)
from tests.factories import cast

# The rule, by hand.
INSIDE = {"view_internal"}
GIVES: dict[str, set[str]] = {
    "reader": INSIDE,
    "representative": INSIDE | {"fill_in_mandate"},
    "commissioner": INSIDE | {"attest_mandate"},
    "registrar": INSIDE | {"register_decision"},
    "administrator": INSIDE | {"manage_members"},
    "chair": {"view_forum_coverage"},
    "secretary": {"view_forum_coverage"},
    "coordinator": {"coordinate", "view_coverage"},
}
ROW_MODELS: list[Any] = [OrganisationGroupPermission, ForumGroupPermission, PartnershipGroupPermission]


def should_have(user: User, day: date) -> set[tuple[str, str, int]]:
    """What a person should be allowed on a day, worked out from the roles one by one."""
    found: set[tuple[str, str, int]] = set()
    for role in user.memberships.all() if user.is_active else []:
        if role.covers(day):
            found |= {(role.scope._meta.label, name, role.scope.pk) for name in GIVES[role.role]}
    for office in user.appointments.select_related("seat__forum") if user.is_active else []:
        if office.covers(day) and office.seat.forum.kind == "steering_group":
            found.add(("organisations.Partnership", "view_coverage", Partnership.objects.get().pk))
    return found


def has(user: User, day: date) -> set[tuple[str, str, int]]:
    """What the portal allows, asked permission by permission through the filter of lists."""
    found = set()
    for model in (Organisation, type(cast_forum()), Partnership):
        for name, _ in model._meta.permissions:
            allowed = access.objects_where(model._default_manager.all(), user, name, day)
            found |= {(model._meta.label, name, row.pk) for row in allowed}
    return found


def cast_forum() -> Any:
    return cast.Forum.objects.first()


def test_rows_and_roles_agree_for_everybody_today(world: cast.World) -> None:
    today = timezone.localdate()
    people = {user.email: user for user in User.objects.all()}
    assert {email: set(access.grants(user)) for email, user in people.items()} == {
        email: should_have(user, today) for email, user in people.items()
    }


def test_the_filter_of_lists_agrees_on_other_days(world: cast.World) -> None:
    people = list(User.objects.all())
    days = [timezone.localdate() + timedelta(days=days) for days in range(-2, 3)]
    for day in (cast.BEGAN - timedelta(days=1), cast.BEGAN, *days):
        agreed = {user.email: should_have(user, day) for user in people}
        assert {user.email: has(user, day) for user in people} == agreed


periods = st.tuples(st.integers(-3, 3), st.one_of(st.none(), st.integers(0, 3)))
organisation_roles = st.sampled_from(["reader", "representative", "commissioner", "registrar", "administrator"])
held = st.lists(st.tuples(organisation_roles, st.sampled_from(["falun", "mora", "orsa"]), periods), max_size=5)


@given(roles=held, day=st.integers(-4, 7), is_active=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_set_of_roles_gives_what_the_table_says(
    world: cast.World, roles: list[Any], day: int, is_active: bool
) -> None:
    """Roles that overlap, meet, have not begun or are over; each example ends the roles of the one before."""
    today, user = timezone.localdate(), world.person["nobody"]
    for membership in Membership.objects.filter(user=user):
        actions.end_role(membership=membership, by=None, ends_on=date(2000, 1, 1))
    for role, slug, (starts, length) in roles:
        starts_on = today + timedelta(days=starts)
        ends_on = None if length is None else starts_on + timedelta(days=length)
        with suppress(ValidationError):  # the same role twice at once
            actions.grant_role(
                user=user, role=Role(role), scope=world.org[slug], by=None, starts_on=starts_on, ends_on=ends_on
            )
    user = User.objects.get(pk=user.pk)
    user.is_active = is_active
    on = today + timedelta(days=day)
    assert has(user, on) == should_have(user, on)


@pytest.mark.parametrize("role", [Role.CHAIR, Role.SECRETARY])
def test_a_role_in_a_forum_gives_what_the_table_says(world: cast.World, role: Role) -> None:
    user, today = world.person["nobody"], timezone.localdate()
    actions.grant_role(user=user, role=role, scope=world.forum, by=None, starts_on=today)
    assert permissions.sees_forum_coverage(user, world.forum)
    assert has(user, today) == should_have(user, today)


def test_a_change_takes_effect_at_once(world: cast.World) -> None:
    """On the user object that the request already holds, too."""
    user, falun, today = world.person["nobody"], world.org["falun"], timezone.localdate()
    assert not permissions.is_member(user)
    role = actions.grant_role(user=user, role=Role.READER, scope=falun, by=None, starts_on=today)
    assert permissions.is_member(user)
    assert permissions.sees_internal(user, falun)
    actions.end_role(membership=role, by=None, ends_on=today - timedelta(days=1))
    found = User.objects.get(pk=user.pk)
    assert not permissions.is_member(found)
    assert not permissions.sees_internal(found, falun)


def test_deactivating_takes_everything_at_once(world: cast.World) -> None:
    user = world.person["commissioner"]
    user.is_active = False
    assert access.grants(user) == frozenset()
    assert not permissions.is_member(user)


def rows() -> list[tuple[str, str, str, int]]:
    """All of guardian's rows, in words."""
    return sorted(
        (row.group.name, type(row).__name__, row.permission.codename, row.content_object_id)
        for model in ROW_MODELS
        for row in model.objects.select_related("group", "permission")
    )


def test_rows_follow_the_role_table_after_a_migration(world: cast.World) -> None:
    """Whatever somebody did to the rows, the table is put back: too much, too little, and on the wrong object."""
    before = rows()
    group = Group.objects.get(name=f"organisation:{world.org['falun'].pk}:reader")
    access.set_group_permissions(group, world.org["falun"], {"attest_mandate"})
    assert rows() != before
    actions.follow_role_table()
    assert rows() == before


def test_a_second_migration_changes_nothing(world: cast.World) -> None:
    before = rows()
    call_command("migrate", verbosity=0)
    assert rows() == before


def test_no_group_has_rows_on_another_object(world: cast.World) -> None:
    """A group is one role in one scope; only the steering group's members reach another object, the partnership."""
    strange = []
    for name, model, codename, pk in rows():
        scope, scope_pk, role = name.split(":")
        own = model.lower().startswith(scope) and int(scope_pk) == pk
        steering = (scope, role, model, codename) == ("forum", "member", "PartnershipGroupPermission", "view_coverage")
        if not own and not steering:
            strange.append(name)
    assert strange == []


def test_nobody_has_permissions_of_their_own(world: cast.World) -> None:
    """No superuser, no groups, no permissions on people: only dated roles."""
    user = world.person["coordinator"]
    assert [name for name in ("is_superuser", "is_staff", "groups", "user_permissions") if hasattr(user, name)] == []


# --- the questions that pages ask ------------------------------------------------------------------------------------

QUESTIONS: dict[str, set[str]] = {
    "is_member": set(cast.PEOPLE) - {"nobody", "ended", "future", "deactivated"},
    "is_coordinator": {"coordinator"},
    "sees_coverage": {"coordinator", "steering"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_is_answered_yes(world: cast.World, question: str) -> None:
    asked = getattr(permissions, question)
    assert {key for key, user in world.person.items() if asked(user)} == QUESTIONS[question]
    assert not asked(AnonymousUser())


def test_who_sees_the_coverage_of_a_forum(world: cast.World) -> None:
    yes = {key for key, user in world.person.items() if permissions.sees_forum_coverage(user, world.forum)}
    assert yes == {"coordinator", "steering", "chair"}
    yes = {key for key, user in world.person.items() if permissions.sees_forum_coverage(user, world.steering_group)}
    assert yes == {"coordinator", "steering"}


def test_who_sees_what_is_internal(world: cast.World) -> None:
    falun = {"coordinator", "representative", "commissioner", "registrar", "administrator", "reader"}
    orsa = {"coordinator", "mora_representative", "mora_commissioner", "orsa_reader"}
    for slug, people in {"falun": falun, "orsa": orsa, "polisen": {"coordinator", "outsider"}}.items():
        yes = {key for key, user in world.person.items() if permissions.sees_internal(user, world.org[slug])}
        assert yes == people
