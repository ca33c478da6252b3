"""Two at once: sending, receiving, opening and reminding; each with a control in which the lock is off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.actions import sending as actions
from agreements.models import Agreement, Dispatch, DispatchItem, Reminder
from agreements.queries import sending as queries
from kvinnofrid.core.models import Job, Message
from organisations.enums import Role
from tests.agreements.test_sending_dispatch import grant_coordinator
from tests.factories.agreements import dispatched, item_of, published
from tests.factories.cast import World
from tests.factories.filling import grant, verbs
from tests.mandates.test_races import fresh, kinds, no_locks, slow, together

pytestmark = pytest.mark.django_db(transaction=True)
TWO = ("falun", "mora")


def send_twice(world: World) -> list[Any]:
    grant_coordinator(world, "reader")
    made = published(world, TWO)
    version, seen = made.versions.get(), queries.dispatches_seen(made)

    def send(key: str) -> Callable[[], Any]:
        by = fresh(world.person[key])
        return lambda: actions.send_out(
            version=version,
            organisations=[world.org[slug] for slug in TWO],
            reply_by=timezone.localdate() + timedelta(days=60),
            letter="Här kommer den.",
            by=by,
            seen=seen,
        )

    with slow("agreements_dispatch", "INSERT"):
        return together(send("coordinator"), send("reader"))


def test_two_coordinators_send_once(transactional_world: World) -> None:
    outcomes = send_twice(transactional_world)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Dispatch", "MoveRefused"]
    assert [str(outcome) for outcome in outcomes if not isinstance(outcome, Dispatch)] == [actions.SENT_MEANWHILE]
    assert (Dispatch.objects.count(), DispatchItem.objects.count(), Job.objects.count()) == (1, 2, 1)


def test_control_without_the_lock_all_get_it_twice(transactional_world: World) -> None:
    with no_locks():
        send_twice(transactional_world)
    assert (Dispatch.objects.count(), DispatchItem.objects.count()) == (2, 4)


def receive_twice(world: World) -> tuple[DispatchItem, list[Any]]:
    grant(world, "reader", Role.REGISTRAR)
    dispatch = dispatched(world, published(world, TWO), TWO)
    item = item_of(dispatch, "falun")

    def receive(key: str) -> Callable[[], None]:
        by = fresh(world.person[key])
        return lambda: actions.receive(item=item, by=by)

    with slow("agreements_dispatchitem"):
        return item_of(dispatch, "falun"), together(receive("registrar"), receive("reader"))


def test_two_registrars_receive_once(transactional_world: World) -> None:
    item, outcomes = receive_twice(transactional_world)
    assert (kinds(outcomes), verbs(item)) == (["MoveRefused", "done"], ["prepared", "received"])


def test_control_without_the_lock_it_is_received_twice(transactional_world: World) -> None:
    with no_locks():
        item, outcomes = receive_twice(transactional_world)
    assert (kinds(outcomes), verbs(item)) == (["done", "done"], ["prepared", "received", "received"])


def open_twice(world: World) -> DispatchItem:
    dispatch = dispatched(world, published(world, TWO), TWO)
    item = item_of(dispatch, "falun")

    def look(key: str) -> Callable[[], Any]:
        by = fresh(world.person[key])
        return lambda: actions.open_item(item=item, by=by)

    with slow("agreements_dispatchitem"):
        together(look("registrar"), look("reader"))
    return item_of(dispatch, "falun")


def test_the_first_who_opens_is_the_one_remembered(transactional_world: World) -> None:
    assert verbs(open_twice(transactional_world)) == ["prepared", "opened"]


def test_control_without_the_lock_it_is_opened_twice(transactional_world: World) -> None:
    with no_locks():
        assert verbs(open_twice(transactional_world)) == ["prepared", "opened", "opened"]


def remind_twice(world: World) -> list[Any]:
    grant_coordinator(world, "reader")
    made: Agreement = published(world, TWO)
    dispatched(world, made, TWO)

    def remind(key: str) -> Callable[[], Any]:
        by = fresh(world.person[key])
        falun = world.org["falun"]
        return lambda: actions.remind(agreement=made, organisations=[falun], text="Hör av er.", by=by)

    with slow("agreements_reminder", "INSERT"):
        return together(remind("coordinator"), remind("reader"))


def test_two_coordinators_remind_once(transactional_world: World) -> None:
    outcomes = remind_twice(transactional_world)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MoveRefused", "int"]
    assert (Reminder.objects.count(), Message.objects.count()) == (1, 1)


def test_control_without_the_lock_they_are_reminded_twice(transactional_world: World) -> None:
    with no_locks():
        assert remind_twice(transactional_world) == [1, 1]
    assert Reminder.objects.count() == 2
