"""Two at once: what the locks and constraints make of it, and what happens without them.

Each race is widened by a trigger of the test's own that makes one write slow. Each has a control in which the lock,
and where there is one also the constraint, is off: there the race shows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from kvinnofrid.core.workflow import MoveRefused
from mandates import actions
from mandates.models import AttestLink, Confirmation, FormEdition, Mandate, MandateSeat
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast, life
from tests.factories.filling import grant, line_values, sent, verbs

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = Any  # what a thread returned, or the exception that ended it
OVERLAP = (
    "Falu kommun har redan en ordinarie representant under perioden. "
    "Avsluta det uppdraget först, eller ändra startdatumet."
)


def together(*functions: Callable[[], Any]) -> list[Outcome]:
    """Run them at the same moment, each with a connection of its own."""
    barrier, outcomes = Barrier(len(functions)), [None] * len(functions)

    def run(number: int, function: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            outcomes[number] = function()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def kinds(outcomes: list[Outcome]) -> list[str]:
    return sorted("done" if outcome is None else type(outcome).__name__ for outcome in outcomes)


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def slow(table: str, event: str = "UPDATE", seconds: float = 0.4) -> Iterator[None]:
    """Each write to the table takes this long, between what the action has read and what it writes."""
    run_sql(
        "CREATE OR REPLACE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$"
    )
    run_sql(f"CREATE TRIGGER a_moment BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION a_moment()")
    try:
        yield
    finally:
        run_sql(f"DROP TRIGGER a_moment ON {table}")


@contextmanager
def no_locks() -> Iterator[None]:
    """Nobody waits for anybody."""
    with mock.patch.object(QuerySet, "select_for_update", lambda queryset, **options: queryset.all()):
        yield


@contextmanager
def without_constraint(name: str) -> Iterator[None]:
    """The constraint is off, in the database and in Django; what broke it is removed before it comes back."""
    constraint = next(found for found in MandateSeat._meta.constraints if found.name == name)
    kept = [found for found in MandateSeat._meta.constraints if found is not constraint]
    with connection.schema_editor() as editor:
        editor.remove_constraint(MandateSeat, constraint)
    try:
        with mock.patch.object(MandateSeat._meta, "constraints", kept):
            yield
    finally:
        run_sql("TRUNCATE mandates_internalcontact, mandates_mandateseat, mandates_mandate CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(MandateSeat, constraint)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


# --- two commissioners, one line ----------------------------------------------------------------------------------------


def two_attestations(world: cast.World) -> tuple[MandateSeat, list[Outcome]]:
    grant(world, "registrar", Role.COMMISSIONER)
    mandate = cast.submitted(world)
    line = mandate.lines.get()

    def attest(key: str) -> Callable[[], None]:
        by = fresh(world.person[key])
        return lambda: actions.attest(line=line, version=mandate.version, by=by)

    with slow("mandates_mandateseat"):
        return line, together(attest("commissioner"), attest("registrar"))


def test_two_attest_the_same_line(transactional_world: cast.World) -> None:
    line, outcomes = two_attestations(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert verbs(line).count("attested") == 1
    attested = [name for name, subject in sent() if subject == "Uppdraget är attesterat: Falu kommun"]
    assert attested == ["Rut Representant"]
    entry = line.history.get(verb="attested")
    assert MandateSeat.objects.get().attested_by == entry.history_user


def test_control_without_the_lock_both_attest(transactional_world: cast.World) -> None:
    with no_locks():
        line, outcomes = two_attestations(transactional_world)
    assert kinds(outcomes) == ["done", "done"]
    assert verbs(line).count("attested") == 2


# --- attest against send back -------------------------------------------------------------------------------------------


def attest_and_send_back(world: cast.World) -> list[Outcome]:
    grant(world, "registrar", Role.COMMISSIONER)
    mandate = cast.submitted(world)
    line, version = mandate.lines.get(), mandate.version
    first, second = fresh(world.person["commissioner"]), fresh(world.person["registrar"])
    with slow("mandates_mandateseat"):
        return together(
            lambda: actions.attest(line=line, version=version, by=first),
            lambda: actions.send_back(line=line, version=version, comment="Rätta.", by=second),
        )


def test_one_attests_while_another_sends_back(transactional_world: cast.World) -> None:
    outcomes = attest_and_send_back(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    line = MandateSeat.objects.get()
    done = "attested" if outcomes[0] is None else "returned"
    assert line.state == done
    assert [verb for verb in verbs(line) if verb in {"attested", "sent_back"}] == [
        {"attested": "attested", "returned": "sent_back"}[done]
    ]


def test_control_without_the_lock_it_is_attested_and_sent_back(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = attest_and_send_back(transactional_world)
    assert kinds(outcomes) == ["done", "done"]


# --- two mandates, one seat ---------------------------------------------------------------------------------------------


def two_mandates(world: cast.World) -> list[Outcome]:
    grant(world, "registrar", Role.REPRESENTATIVE)
    commissioner = world.person["commissioner"]
    attestations = []
    for key in ("representative", "registrar"):
        by = fresh(world.person[key])
        mandate = actions.start_mandate(edition=world.edition, by=by)
        values = {"name": by.name, "title": "Chef", "email": by.email, "phone": "", "private_phone": ""}
        actions.save_person(mandate=mandate, values=values, by=by)
        line = mandate.lines.get()
        actions.save_line(line=line, values=line_values(world), contacts=[{"name": "Enheten"}], by=by)
        actions.submit(mandate=mandate, by=by)
        version = Mandate.objects.get(pk=mandate.pk).version
        attestations.append(lambda line=line, version=version: attest(line, version))

    def attest(line: MandateSeat, version: int) -> None:
        actions.attest(line=line, version=version, by=fresh(commissioner))

    with slow("mandates_mandateseat"):
        return together(*attestations)


def test_two_overlapping_mandates(transactional_world: cast.World) -> None:
    outcomes = two_mandates(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert [str(outcome) for outcome in outcomes if outcome] == [OVERLAP]
    assert sorted(MandateSeat.objects.values_list("state", flat=True)) == ["attested", "waiting"]
    assert MandateSeat.history.filter(verb="attested").count() == 1
    assert [subject for _, subject in sent()].count("Uppdraget är attesterat: Falu kommun") == 1


def test_control_without_the_lock_the_constraint_still_lets_one_through(transactional_world: cast.World) -> None:
    """But it cannot always tell the other one why: PostgreSQL may find that they wait for each other."""
    with no_locks():
        outcomes = two_mandates(transactional_world)
    assert outcomes.count(None) == 1
    assert [isinstance(outcome, MoveRefused | OperationalError) for outcome in outcomes if outcome] == [True]
    assert MandateSeat.objects.held_on(timezone.localdate()).count() == 1


def test_control_without_lock_and_constraint_the_seat_has_two(transactional_world: cast.World) -> None:
    with no_locks(), without_constraint("mandate_seat_one_ordinary"):
        outcomes = two_mandates(transactional_world)
        assert kinds(outcomes) == ["done", "done"]
        assert MandateSeat.objects.held_on(timezone.localdate()).ordinary().count() == 2


# --- double clicks ------------------------------------------------------------------------------------------------------


def submit_twice(world: cast.World) -> list[Outcome]:
    mandate = cast.draft(world)
    people = [fresh(world.person["representative"]) for _ in range(2)]
    with slow("mandates_mandate"):
        return together(*(lambda by=by: actions.submit(mandate=mandate, by=by) for by in people))


def test_submitting_twice_at_once(transactional_world: cast.World) -> None:
    outcomes = submit_twice(transactional_world)
    assert kinds(outcomes) == ["MoveRefused", "done"]
    assert [str(outcome) for outcome in outcomes if outcome] == ["Uppdraget är redan inskickat."]
    assert Mandate.history.filter(verb="submitted").count() == 1
    assert MandateSeat.history.filter(verb="submitted").count() == 1
    assert sent() == [("Ulla Uppdragsgivare", "Uppdrag att attestera: Falu kommun")]


def test_control_without_the_lock_it_is_submitted_twice(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = submit_twice(transactional_world)
    assert kinds(outcomes) == ["done", "done"]
    assert Mandate.history.filter(verb="submitted").count() == 2


def start_twice(world: cast.World) -> list[Outcome]:
    people = [fresh(world.person["representative"]) for _ in range(2)]
    with slow("mandates_mandate", "INSERT"):
        return together(*(lambda by=by: actions.start_mandate(edition=world.edition, by=by) for by in people))


def test_starting_twice_at_once(transactional_world: cast.World) -> None:
    outcomes = start_twice(transactional_world)
    assert outcomes == [Mandate.objects.get()] * 2
    assert MandateSeat.objects.count() == 1


def test_control_without_the_lock_the_second_is_refused_by_the_database(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = start_twice(transactional_world)
    refused = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError | ValidationError)]
    assert len(refused) == 1
    assert Mandate.objects.count() == 1


# --- publishing while a section is saved --------------------------------------------------------------------------------


def save_and_publish(world: cast.World, *, save_after: float, publish_after: float) -> tuple[list[Outcome], list[str]]:
    """Who publishes looks at the text in the same moment; what they saw is what must stand."""
    coordinator = world.person["coordinator"]
    edition = actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=timezone.localdate(), by=coordinator
    )
    values = {"name": "Utgåva 2", "valid_from": edition.valid_from}
    published: list[str] = []
    first, second = fresh(coordinator), fresh(coordinator)

    def save() -> None:
        run_sql(f"SELECT pg_sleep({save_after})")
        actions.save_edition(edition=edition, values=values, sections=NEW, by=first)

    def publish() -> None:
        run_sql(f"SELECT pg_sleep({publish_after})")
        actions.publish_edition(edition=edition, by=second)
        published.extend(bodies())

    with slow("mandates_formedition", seconds=2):
        return together(save, publish), published


NEW = [{"heading": "Bakgrund", "body": "Ändrad."}, {"heading": "Syfte", "body": "Ändrat."}]
NEW_BODIES = ["Ändrad.", "Ändrat."]
OLD_BODIES = ["Text om bakgrund.\n\nEtt stycke till.", "Text om syfte.\n\nEtt stycke till."]


def bodies() -> list[str]:
    edition = FormEdition.objects.get(name="Utgåva 2")
    return list(edition.sections.order_by("position").values_list("body", flat=True))


def test_publishing_while_a_section_is_saved(transactional_world: cast.World) -> None:
    outcomes, published = save_and_publish(transactional_world, save_after=0, publish_after=0.3)
    assert outcomes == [None, None]
    assert bodies() == published == NEW_BODIES


def test_saving_a_section_while_it_is_published(transactional_world: cast.World) -> None:
    outcomes, published = save_and_publish(transactional_world, save_after=1, publish_after=0)
    assert [str(outcome) for outcome in outcomes] == [
        "Utgåvan är publicerad och kan inte ändras. Gör en ny utgåva.",
        "None",
    ]
    assert bodies() == published == OLD_BODIES


def test_control_without_the_lock_the_trigger_keeps_the_published_text(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes, published = save_and_publish(transactional_world, save_after=1, publish_after=0)
    assert kinds(outcomes) == ["IntegrityError", "done"]
    assert bodies() == published == OLD_BODIES


def test_control_without_lock_and_trigger_the_published_text_changes(transactional_world: cast.World) -> None:
    run_sql("ALTER TABLE mandates_editionsection DISABLE TRIGGER published_section_is_frozen")
    run_sql("ALTER TABLE mandates_formedition DISABLE TRIGGER published_edition_is_frozen")
    try:
        with no_locks():
            outcomes, _ = save_and_publish(transactional_world, save_after=1, publish_after=0)
    finally:
        run_sql("ALTER TABLE mandates_editionsection ENABLE TRIGGER published_section_is_frozen")
        run_sql("ALTER TABLE mandates_formedition ENABLE TRIGGER published_edition_is_frozen")
    assert outcomes == [None, None]
    assert bodies() == NEW_BODIES


# --- a confirmation clicked twice, a link used twice ---------------------------------------------------------------------


def two_confirmations(world: cast.World) -> list[Outcome]:
    mandate = cast.attested(world)
    line, by = mandate.lines.get(), world.person["representative"]
    first, second = fresh(by), fresh(by)
    with slow("mandates_confirmation", "INSERT"):
        return together(
            lambda: actions.confirm(mandate=mandate, lines=[line], by=first),
            lambda: actions.confirm(mandate=mandate, lines=[line], by=second),
        )


def test_a_double_click_confirms_once(transactional_world: cast.World) -> None:
    assert sorted(two_confirmations(transactional_world)) == [0, 1]
    assert Confirmation.objects.count() == 1


def test_control_without_the_lock_the_second_click_fails(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = two_confirmations(transactional_world)
    assert sorted(type(outcome).__name__ for outcome in outcomes) in (
        ["IntegrityError", "int"],
        ["ValidationError", "int"],
    )
    assert Confirmation.objects.count() == 1  # the constraint holds where the lock does not


def a_link_used_twice(world: cast.World) -> list[Outcome]:
    line = life.waiting_for_external(world)
    link, version = life.link_of(line), Mandate.objects.get(pk=line.mandate_id).version
    with slow("mandates_mandateseat"):
        return together(
            lambda: actions.attest_by_link(link=link, version=version),
            lambda: actions.attest_by_link(link=link, version=version),
        )


def test_a_link_is_used_once(transactional_world: cast.World) -> None:
    assert kinds(a_link_used_twice(transactional_world)) == ["MoveRefused", "done"]
    assert verbs(MandateSeat.objects.get()).count("attested_by_link") == 1
    assert verbs(AttestLink.objects.get()) == ["sent", "used"]


def test_control_without_the_lock_the_link_is_used_twice(transactional_world: cast.World) -> None:
    with no_locks():
        assert kinds(a_link_used_twice(transactional_world)) == ["done", "done"]
    assert verbs(MandateSeat.objects.get()).count("attested_by_link") == 2


# --- one attests while the representative starts the next ----------------------------------------------------------------


def test_a_new_draft_does_not_wait_for_what_is_being_attested(transactional_world: cast.World) -> None:
    """Each refers to a row that the other has locked; a lock that also held its key would make them block each other."""
    mandate = cast.submitted(transactional_world)
    representative = transactional_world.person["representative"]
    with transaction.atomic():
        actions.attest(line=mandate.lines.get(), version=mandate.version, by=transactional_world.person["commissioner"])
        starting = Thread(
            target=together, args=[lambda: actions.start_mandate(edition=mandate.edition, by=representative)]
        )
        starting.start()
        starting.join(20)
        assert not starting.is_alive()
    assert sorted(Mandate.objects.values_list("lines__state", flat=True)) == ["attested", "draft"]
