"""Two at once: one link, one address, the last two administrators. Each with a control without the lock."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions, queries
from organisations.enums import Role
from organisations.models import Invitation, Partnership, User
from tests.factories import cast, inviting
from tests.mandates.test_races import fresh, kinds, no_locks, slow, together

pytestmark = pytest.mark.django_db(transaction=True)


# --- one link ---------------------------------------------------------------------------------------------------------


def accept_twice(world: cast.World) -> list[Any]:
    """The same person, on two screens."""
    outsider = world.person["outsider"]
    invitation = inviting.invite(world, email=outsider.email, roles=[Role.REGISTRAR])
    people = [fresh(outsider) for _ in range(2)]
    with slow("organisations_invitation"):
        return together(*(lambda by=by: actions.accept(invitation=invitation, by=by) for by in people))


def test_accepting_the_same_link_at_once(transactional_world: cast.World) -> None:
    outcomes = accept_twice(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert transactional_world.person["outsider"].memberships.filter(role=Role.REGISTRAR).count() == 1
    assert Invitation.history.filter(verb="accepted").count() == 1


def test_control_without_the_lock_it_is_accepted_twice(transactional_world: cast.World) -> None:
    with no_locks():
        accept_twice(transactional_world)
    assert transactional_world.person["outsider"].memberships.filter(role=Role.REGISTRAR).count() == 1  # the constraint


def join_twice(world: cast.World) -> list[Any]:
    """A new person, on two screens."""
    invitation = inviting.invite(world)

    def join() -> None:
        actions.join(invitation=invitation, values=inviting.JOINED, password=inviting.PASSWORD)

    with slow("organisations_user", "INSERT"):
        return together(join, join)


def test_joining_by_the_same_link_at_once(transactional_world: cast.World) -> None:
    outcomes = join_twice(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    person = User.objects.get(email=inviting.NEW)
    assert (person.memberships.count(), User.history.filter(verb="joined").count()) == (1, 1)


def test_joining_by_two_invitations_at_once_makes_one_account(transactional_world: cast.World) -> None:
    """Two organisations have invited the same address: the second is asked to log in."""
    world = transactional_world
    invitations = [inviting.invite(world), inviting.invite(world, by="coordinator", slug="mora")]

    def join(invitation: Invitation) -> Callable[[], None]:
        def run() -> None:
            actions.join(invitation=invitation, values=inviting.JOINED, password=inviting.PASSWORD)

        return run

    with slow("organisations_user", "INSERT"):
        outcomes = together(*map(join, invitations))
    assert [str(outcome) for outcome in outcomes if isinstance(outcome, MoveRefused)] == [
        "Det finns ett konto med adressen. Logga in för att tacka ja."
    ]
    assert User.objects.filter(email=inviting.NEW).count() == 1
    assert sorted(found.state for found in Invitation.objects.all()) == ["accepted", "open"]


# --- one address ------------------------------------------------------------------------------------------------------


def invite_twice(world: cast.World, *keys: str) -> list[Any]:
    people = [fresh(world.person[key]) for key in keys]

    def invite(by: User) -> Callable[[], Invitation]:
        wanted: Any = {"scope": world.org["falun"], "email": inviting.NEW, "roles": [Role.READER]}
        return lambda: actions.invite(**wanted, by=by, starts_on=timezone.localdate())

    with slow("organisations_invitation", "INSERT"):
        return together(*map(invite, people))


def test_two_invite_the_same_person_at_once(transactional_world: cast.World) -> None:
    outcomes = invite_twice(transactional_world, "administrator", "coordinator")
    refused = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
    assert [error.messages for error in refused] == [
        ["Det finns redan en obesvarad inbjudan till adressen. Förnya eller återkalla den i listan."]
    ]
    assert (Invitation.objects.count(), Message.objects.filter(address=inviting.NEW).count()) == (1, 1)


def test_one_who_invites_twice_at_once(transactional_world: cast.World) -> None:
    outcomes = invite_twice(transactional_world, "administrator", "administrator")
    assert outcomes == [Invitation.objects.get()] * 2
    assert Message.objects.filter(address=inviting.NEW).count() == 1


def test_control_without_the_lock_the_second_is_refused_by_the_database(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = invite_twice(transactional_world, "administrator", "administrator")
    assert len([outcome for outcome in outcomes if isinstance(outcome, IntegrityError | ValidationError)]) == 1
    assert Invitation.objects.count() == 1


# --- two administrators, two coordinators -------------------------------------------------------------------------------


def both_leave(world: cast.World, scope: Any, role: Role, keys: tuple[str, str]) -> list[Any]:
    today = timezone.localdate()
    actions.grant_role(user=world.person[keys[1]], role=role, scope=scope, by=None, starts_on=today - timedelta(days=9))

    def leave(key: str) -> Callable[[], None]:
        by, membership = fresh(world.person[key]), world.person[keys[key == keys[0]]].memberships.get(role=role)
        return lambda: actions.end_role(
            membership=membership, by=by, ends_on=today - timedelta(days=1), reason="Slutar."
        )

    with slow("core_message", "INSERT"):  # each is told of by the other, after it has been seen who is left
        return together(*map(leave, keys))


def test_the_last_two_administrators_leave_at_once(transactional_world: cast.World) -> None:
    """Both may, and the coordinator is told."""
    world = transactional_world
    outcomes = both_leave(world, world.org["falun"], Role.ADMINISTRATOR, ("administrator", "reader"))
    assert kinds(outcomes) == ["done", "done"]
    assert world.person["coordinator"].messages.count() == 1


def test_control_without_the_lock_nobody_is_told(transactional_world: cast.World) -> None:
    world = transactional_world
    with no_locks():
        both_leave(world, world.org["falun"], Role.ADMINISTRATOR, ("administrator", "reader"))
    assert world.person["coordinator"].messages.count() == 0


def test_the_last_two_coordinators_cannot_both_leave(transactional_world: cast.World) -> None:
    partnership = Partnership.objects.get()
    outcomes = both_leave(transactional_world, partnership, Role.COORDINATOR, ("coordinator", "reader"))
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert queries.headless_from(partnership, timezone.localdate()) is None


def test_control_without_the_lock_no_coordinator_is_left(transactional_world: cast.World) -> None:
    partnership = Partnership.objects.get()
    with no_locks():
        outcomes = both_leave(transactional_world, partnership, Role.COORDINATOR, ("coordinator", "reader"))
    assert kinds(outcomes) == ["done", "done"]
    assert queries.headless_from(partnership, timezone.localdate()) == timezone.localdate()


def test_a_new_role_does_not_wait_for_one_that_is_ended(transactional_world: cast.World) -> None:
    """The place is held while a role in it is taken away, but not its key, to which others' new rows refer."""
    world, today = transactional_world, timezone.localdate()
    ended = world.person["reader"].memberships.get()
    given: list[Any] = []
    person = fresh(world.person["nobody"])

    def give() -> None:
        given.extend(
            together(
                lambda: actions.grant_role(
                    user=person, role=Role.READER, scope=world.org["falun"], by=None, starts_on=today
                )
            )
        )

    with transaction.atomic():
        actions.end_role(membership=ended, by=world.person["administrator"], ends_on=today, reason="Slutar.")
        giving = Thread(target=give)
        giving.start()
        giving.join(20)
        assert not giving.is_alive()
    assert given == [world.person["nobody"].memberships.get()]
