"""Two registrars at once: what the locks and constraints make of it, and what happens without them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from agreements.actions import adoption as actions
from agreements.models import AdoptionDecision, DecisionStep, Signature, StatusNote
from agreements.queries import adoption as queries
from kvinnofrid.core.models import Message
from kvinnofrid.core.overtaking import fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations.actions import add_body, add_meetings
from organisations.enums import BodyKind, Role
from organisations.models import BodyMeeting, DecidingBody
from tests.agreements.test_adoption import joint_committee, register, signature, values
from tests.factories.agreements import body_of, published, said
from tests.factories.cast import World
from tests.factories.filling import grant
from tests.mandates.test_races import fresh, kinds, no_locks, slow, together

pytestmark = pytest.mark.django_db(transaction=True)
DECISIONS = "agreements_adoptiondecision"


def register_twice(world: World) -> list[Any]:
    made = published(world)
    given = values(world, made)

    def click() -> Callable[[], Any]:
        by = fresh(world.person["registrar"])
        return lambda: actions.register_decision(agreement=made, organisation=world.org["falun"], values=given, by=by)

    with slow(DECISIONS, "INSERT"):
        return together(click(), click())


def test_a_double_click_at_once_makes_one(transactional_world: World) -> None:
    outcomes = register_twice(transactional_world)
    assert outcomes == [AdoptionDecision.objects.get()] * 2
    assert Message.objects.count() == 1


def test_control_without_the_lock_it_is_registered_twice(transactional_world: World) -> None:
    with no_locks():
        register_twice(transactional_world)
    assert AdoptionDecision.objects.count() == 2


def correct_twice(world: World) -> list[Any]:
    grant(world, "reader", Role.REGISTRAR)
    decision = register(world, published(world))
    stands = {name: getattr(decision, name) for name in queries.ENTRY_FIELDS}

    def correct(key: str) -> Callable[[], None]:
        by = fresh(world.person[key])

        def run() -> None:
            changed = {**stands, "paragraph": f"§ {key}"}
            actions.correct_decision(decision=decision, values=changed, reason="Fel.", by=by)

        return run

    with slow(DECISIONS, "INSERT"):
        return together(correct("registrar"), correct("reader"))


def test_two_correct_the_same_entry(transactional_world: World) -> None:
    outcomes = correct_twice(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert [str(outcome) for outcome in outcomes if outcome] == [actions.CORRECTED]
    assert AdoptionDecision.objects.count() == 2


def test_control_without_the_lock_the_second_is_refused_by_the_database(transactional_world: World) -> None:
    with no_locks():
        outcomes = correct_twice(transactional_world)
    assert [isinstance(outcome, IntegrityError | ValidationError) for outcome in outcomes if outcome] == [True]
    assert AdoptionDecision.objects.count() == 2


def test_a_joint_committee_registered_from_both_sides_never_locks_itself(transactional_world: World) -> None:
    world = transactional_world
    body, made = joint_committee(world), published(world)

    def run(slug: str, other: str) -> Callable[[], None]:
        by, given = fresh(world.person["coordinator"]), values(world, made, slug, body=body, paragraph=slug)

        def both() -> None:
            actions.register_decision(
                agreement=made, organisation=world.org[slug], values=given, by=by, also_for=[world.org[other]]
            )

        return both

    with slow(DECISIONS, "INSERT"):
        outcomes = together(run("mora", "orsa"), run("orsa", "mora"))
    assert outcomes == [None, None]
    assert AdoptionDecision.objects.count() == 4


def save_two_ways(world: World) -> list[Any]:
    grant(world, "reader", Role.REGISTRAR)
    made, council = published(world), body_of(world, "falun")
    seen = fingerprint(queries.steps_values([]))

    def save(key: str, role: str) -> Callable[[], None]:
        by = fresh(world.person[key])
        rows = [{"body": council, "role": role, "position": 1, "planned_on": None}]
        return lambda: actions.save_steps(agreement=made, organisation=world.org["falun"], steps=rows, by=by, seen=seen)

    with slow("agreements_decisionstep", "INSERT"):
        return together(save("registrar", "deciding"), save("reader", "heard"))


def test_two_write_the_way_at_once(transactional_world: World) -> None:
    assert kinds(save_two_ways(transactional_world)) == ["Overtaken", "done"]
    assert DecisionStep.objects.count() == 1


def test_control_without_the_lock_both_ways_are_written(transactional_world: World) -> None:
    with no_locks():
        assert kinds(save_two_ways(transactional_world)) == ["done", "done"]
    assert DecisionStep.objects.count() == 2


def strike_twice(world: World, kind: str) -> list[Any]:
    grant(world, "reader", Role.REGISTRAR)
    made = published(world, is_signed=True)
    entry = said(world, made, "falun", date(2026, 1, 20)) if kind == "status note" else signature(world, made)

    def strike(key: str) -> Callable[[], Any]:
        by = fresh(world.person[key])
        if kind == "status note":
            return lambda: actions.void_status_note(note=entry, reason=key, by=by)
        return lambda: actions.void_signature(signature=entry, reason=key, by=by)

    with slow(entry._meta.db_table, "INSERT"):
        return together(strike("registrar"), strike("reader"))


STRUCK = {"status note": StatusNote, "signature": Signature}


@pytest.mark.parametrize("kind", STRUCK)
def test_two_strike_the_same_entry(transactional_world: World, kind: str) -> None:
    outcomes = strike_twice(transactional_world, kind)
    void = STRUCK[kind].objects.get(is_void=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, MoveRefused)] == [void]
    [refused] = [str(outcome) for outcome in outcomes if outcome != void]
    assert refused == "Registreringen är redan struken."
    assert STRUCK[kind].history.filter(verb="voided").count() == 1


@pytest.mark.parametrize("kind", STRUCK)
def test_control_without_the_lock_the_database_refuses_the_second_strike(transactional_world: World, kind: str) -> None:
    with no_locks():
        outcomes = strike_twice(transactional_world, kind)
    assert sorted(isinstance(outcome, IntegrityError | ValidationError) for outcome in outcomes) == [False, True]
    assert STRUCK[kind].history.filter(verb="voided").count() == 1


def add_twice(world: World) -> list[Any]:
    def add() -> None:
        add_body(organisation=world.org["falun"], kind=BodyKind.COUNCIL, name="Fullmäktige", by=None)

    with slow("organisations_decidingbody", "INSERT"):
        return together(add, add)


def test_the_same_body_at_once(transactional_world: World) -> None:
    assert kinds(add_twice(transactional_world)) == ["ValidationError", "done"]
    assert DecidingBody.objects.count() == 1


def test_control_without_the_lock_the_database_refuses_the_second_body(transactional_world: World) -> None:
    with no_locks():
        assert kinds(add_twice(transactional_world)) == ["ValidationError", "done"]
    assert DecidingBody.objects.count() == 1


def paste_twice(world: World) -> list[Any]:
    body = body_of(world, "falun")
    days = [date(2027, 2, 15), date(2027, 3, 22)]
    with slow("organisations_bodymeeting", "INSERT"):
        return together(*(lambda: add_meetings(body=body, days=days, by=None) for _ in range(2)))


def test_the_same_days_at_once(transactional_world: World) -> None:
    assert sorted(paste_twice(transactional_world)) == [0, 2]
    assert BodyMeeting.objects.count() == 2


def test_control_without_the_lock_the_database_refuses_the_second_day(transactional_world: World) -> None:
    with no_locks():
        outcomes = paste_twice(transactional_world)
    assert [isinstance(one, IntegrityError | ValidationError) for one in outcomes if one != 2] == [True]
    assert BodyMeeting.objects.count() == 2
