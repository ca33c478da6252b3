"""What the database itself refuses, whatever the code does: each named constraint and trigger, past the actions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandates import actions
from mandates.models import (
    AttestLink,
    Confirmation,
    EditionSection,
    FormEdition,
    Handover,
    Mandate,
    MandateSeat,
    PaperForm,
    Vacancy,
)
from tests.factories import cast, life

MANDATE, LINE = "mandates_mandate", "mandates_mandateseat"

# (state of the rows, table, what is set, constraint that refuses it); {user} is somebody's key.
BROKEN = [
    ("draft", MANDATE, "state = 'submitted'", "mandate_submitted_with_facts"),
    ("draft", MANDATE, "submitted_at = now()", "mandate_submitted_with_facts"),
    ("draft", MANDATE, "submitted_by_id = {user}", "mandate_submitted_with_facts"),
    ("draft", MANDATE, "state = 'ended'", "mandate_submitted_with_facts"),
    ("submitted", MANDATE, "submitted_at = NULL", "mandate_submitted_with_facts"),
    ("submitted", MANDATE, "submitted_by_id = NULL", "mandate_submitted_with_facts"),
    ("submitted", MANDATE, "state = 'withdrawn'", "mandate_withdrawn_with_facts"),
    ("submitted", MANDATE, "withdrawn_at = now()", "mandate_withdrawn_with_facts"),
    ("submitted", MANDATE, "withdrawn_by_id = {user}", "mandate_withdrawn_with_facts"),
    ("withdrawn", MANDATE, "withdrawn_at = NULL", "mandate_withdrawn_with_facts"),
    ("withdrawn", MANDATE, "withdrawn_by_id = NULL", "mandate_withdrawn_with_facts"),
    ("withdrawn", MANDATE, "state = 'submitted'", "mandate_withdrawn_with_facts"),
    ("draft", LINE, "ends_on = starts_on - 1", "mandate_seat_period_in_order"),
    ("ended", LINE, "ended_on = starts_on - 1", "mandate_seat_ends_after_start"),
    ("submitted", LINE, "share_percent = NULL", "mandate_seat_complete"),
    ("submitted", LINE, "commissioner_id = NULL", "mandate_seat_complete"),
    ("submitted", LINE, "starts_on = NULL", "mandate_seat_complete"),
    ("attested", LINE, "share_percent = NULL", "mandate_seat_complete"),
    ("ended", LINE, "commissioner_id = NULL", "mandate_seat_complete"),
    ("submitted", LINE, "commissioner_id = NULL, commissioner_title = 'Chef'", "mandate_seat_complete"),
    ("submitted", LINE, "commissioner_name = 'Namn Utankonto'", "mandate_seat_one_commissioner"),
    ("draft", LINE, "commissioner_email = 'x@x.example'", "mandate_seat_one_commissioner"),
    ("draft", LINE, "state = 'waiting'", "mandate_seat_waiting_with_facts"),
    ("draft", LINE, "waiting_since = now()", "mandate_seat_waiting_with_facts"),
    ("submitted", LINE, "waiting_since = NULL", "mandate_seat_waiting_with_facts"),
    ("submitted", LINE, "state = 'attested', waiting_since = NULL", "mandate_seat_attested_with_facts"),
    ("submitted", LINE, "attested_at = now()", "mandate_seat_attested_with_facts"),
    ("submitted", LINE, "attested_by_id = {user}", "mandate_seat_attested_with_facts"),
    ("attested", LINE, "attested_at = NULL", "mandate_seat_attested_with_facts"),
    ("attested", LINE, "attested_by_id = NULL", "mandate_seat_attested_with_facts"),
    ("ended", LINE, "attested_at = NULL, attested_by_id = NULL", "mandate_seat_attested_with_facts"),
    ("submitted", LINE, "state = 'returned', waiting_since = NULL", "mandate_seat_returned_with_facts"),
    ("returned", LINE, "returned_at = NULL", "mandate_seat_returned_with_facts"),
    ("returned", LINE, "returned_by_id = NULL", "mandate_seat_returned_with_facts"),
    ("returned", LINE, "return_comment = ''", "mandate_seat_returned_with_facts"),
    ("returned", LINE, "state = 'draft'", "mandate_seat_returned_with_facts"),
    ("draft", LINE, "return_comment = 'Rätta'", "mandate_seat_returned_with_facts"),
    ("attested", LINE, "state = 'ended'", "mandate_seat_ended_with_facts"),
    ("attested", LINE, "ended_on = starts_on", "mandate_seat_ended_with_facts"),
    ("attested", LINE, "ended_by_id = {user}", "mandate_seat_ended_with_facts"),
    ("ended", LINE, "ended_on = NULL", "mandate_seat_ended_with_facts"),
    ("ended", LINE, "ended_by_id = NULL", "mandate_seat_ended_with_facts"),
]
# Refused in tests of their own below.
ELSEWHERE = {"mandate_one_draft", "mandate_seat_once", "mandate_seat_one_ordinary", "mandate_seat_one_deputy"}
# Of what happens to a line afterwards: (what is made first, table, what is set, constraint).
AFTERWARDS = [
    ("link", "mandates_attestlink", "closed_at = now()", "attest_link_closed_with_time"),
    ("link", "mandates_attestlink", "state = 'used'", "attest_link_closed_with_time"),
    ("link", "mandates_attestlink", "expires_at = sent_at", "attest_link_expires_later"),
    ("two links", "mandates_attestlink", "state = 'open', closed_at = NULL", "attest_link_one_open"),
    ("paper", "mandates_paperform", "received_on = signed_on - 1", "paper_form_received_after_signing"),
    ("paper", LINE, "attested_by_id = {user}", "mandate_seat_attested_with_facts"),
    ("paper", LINE, "paper_id = NULL", "mandate_seat_attested_with_facts"),
    ("by link", LINE, "decided_link_id = NULL", "mandate_seat_attested_with_facts"),
    ("by link", LINE, "attested_by_id = {user}", "mandate_seat_attested_with_facts"),
    ("returned by link", LINE, "decided_link_id = NULL", "mandate_seat_returned_with_facts"),
    ("returned by link", LINE, "returned_by_id = {user}", "mandate_seat_returned_with_facts"),
    ("vacancy", "mandates_vacancy", "expected_on = starts_on - 1", "vacancy_expected_after_start"),
    ("two vacancies", "mandates_vacancy", "starts_on = DATE '2026-01-01'", "vacancy_once"),
    ("two confirmations", "mandates_confirmation", "confirmed_on = DATE '2026-01-01'", "confirmation_once_a_day"),
]
EDITIONS = {"form_edition_name_unique", "form_edition_published_with_time", "edition_section_position_unique"}


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """Refused by the database, and by this constraint."""
    try:
        with transaction.atomic():
            yield
            run("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        cause: Any = error.__cause__
        assert cause.diag.constraint_name == constraint
    else:
        pytest.fail(f"{constraint} let it through")


def bring(world: cast.World, state: str) -> Mandate:
    if state == "withdrawn":
        mandate = cast.submitted(world)
        actions.withdraw(mandate=mandate, reason="Fel.", by=world.person["representative"])
    elif state == "ended":
        mandate = cast.attested(world)
        by = world.person["commissioner"]
        actions.end_line(line=mandate.lines.get(), ended_on=timezone.localdate(), reason="Slut.", by=by)
    else:
        mandate = getattr(cast, state)(world)
    return mandate


def run(statement: str, parameters: Any = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_every_named_constraint_is_tried() -> None:
    tried = {row[3] for row in BROKEN} | ELSEWHERE | EDITIONS
    models = (FormEdition, EditionSection, Mandate, MandateSeat)
    assert tried == {constraint.name for model in models for constraint in model._meta.constraints}


def test_every_named_constraint_of_what_happens_afterwards_is_tried() -> None:
    models = (AttestLink, Confirmation, Handover, PaperForm, Vacancy)
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert {row[3] for row in AFTERWARDS} == named | {
        "mandate_seat_attested_with_facts",
        "mandate_seat_returned_with_facts",
    }


@pytest.mark.parametrize(("made", "table", "change", "constraint"), AFTERWARDS)
def test_what_happens_afterwards_keeps_its_facts(
    world: cast.World, made: str, table: str, change: str, constraint: str
) -> None:
    life.MADE[made](world)
    with refused_by(constraint):
        run(f"UPDATE {table} SET {change.format(user=world.person['reader'].pk)}")


@pytest.mark.parametrize(("state", "table", "change", "constraint"), BROKEN)
def test_state_and_facts_cannot_disagree(
    world: cast.World, state: str, table: str, change: str, constraint: str
) -> None:
    bring(world, state)
    statement = f"UPDATE {table} SET {change.format(user=world.person['reader'].pk)}"
    with refused_by(constraint):
        run(statement)


def test_one_draft_per_person_and_edition(world: cast.World) -> None:
    draft = cast.draft(world)
    with refused_by("mandate_one_draft"):
        Mandate(edition=draft.edition, representative=draft.representative, name="En till").save()


def test_one_line_per_seat(world: cast.World) -> None:
    line = cast.draft(world).lines.get()
    with refused_by("mandate_seat_once"):
        MandateSeat(mandate=line.mandate, seat=line.seat, kind="deputy").save()


# --- one ordinary representative per seat at any time -------------------------------------------------------------------

DAY = date(2026, 6, 1)

# (start, agreed end, ended) of each in days from DAY, None for open; whether both may stand.
PERIODS = [
    pytest.param((0, 10, None), (11, 20, None), True, id="the day after"),
    pytest.param((0, 10, None), (10, 20, None), False, id="the same day"),
    pytest.param((0, None, None), (11, 20, None), False, id="until further notice"),
    pytest.param((0, None, None), (-20, -1, None), True, id="before one until further notice"),
    pytest.param((0, None, None), (-20, 0, None), False, id="into the first day"),
    pytest.param((0, None, None), (-20, None, None), False, id="both until further notice"),
    pytest.param((0, None, 10), (11, None, None), True, id="after one that was ended"),
    pytest.param((0, None, 10), (10, None, None), False, id="on the last day of one that was ended"),
    pytest.param((0, 30, 10), (11, 30, None), True, id="in the time that the ended one gave up"),
    pytest.param((0, 30, None), (5, 6, None), False, id="inside"),
    pytest.param((5, 6, None), (0, 30, None), False, id="around"),
    pytest.param((0, 0, None), (0, 0, None), False, id="a single day"),
]


def plant(world: cast.World, key: str, period: tuple[int, int | None, int | None], **values: Any) -> MandateSeat:
    """An attested or ended line of Falun, saved past the actions."""
    start, end, ended = (None if days is None else DAY + timedelta(days=days) for days in period)
    person, now = world.person[key], timezone.now()
    mandate = Mandate(edition=world.edition, representative=person, name=person.name, state="submitted")
    mandate.submitted_at, mandate.submitted_by = now, person
    mandate.save()
    facts: dict[str, Any] = {"state": "attested", "attested_at": now, "attested_by": world.person["commissioner"]}
    facts["seat"] = world.seat("falun")
    if ended:
        facts |= {"state": "ended", "ended_on": ended, "ended_by": person}
    line = MandateSeat(
        mandate=mandate,
        share_percent=Decimal(10),
        commissioner=world.person["commissioner"],
        starts_on=start,
        ends_on=end,
        **{**facts, **values},
    )
    line.save()
    return line


@pytest.mark.parametrize(("first", "second", "both"), PERIODS)
def test_ordinary_periods_of_a_seat(world: cast.World, first: Any, second: Any, both: bool) -> None:
    plant(world, "representative", first)
    if both:
        plant(world, "registrar", second)
        assert MandateSeat.objects.count() == 2
    else:
        with refused_by("mandate_seat_one_ordinary"):
            plant(world, "registrar", second)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "waiting", "waiting_since": timezone.now(), "attested_at": None, "attested_by": None},
        {"state": "withdrawn"},
    ],
    ids=["waiting", "withdrawn"],
)
def test_others_may_overlap(world: cast.World, values: dict[str, Any]) -> None:
    plant(world, "representative", (0, None, None))
    plant(world, "registrar", (0, None, None), **values)
    plant(world, "administrator", (0, None, None), **values)
    assert MandateSeat.objects.count() == 3


def test_one_deputy_beside_the_ordinary_at_any_time(world: cast.World) -> None:
    plant(world, "representative", (0, None, None))
    plant(world, "registrar", (0, 10, None), kind="deputy")
    plant(world, "administrator", (11, None, None), kind="deputy")
    with refused_by("mandate_seat_one_deputy"):
        plant(world, "reader", (5, None, None), kind="deputy")


def test_seats_do_not_stand_in_each_others_way(world: cast.World) -> None:
    plant(world, "representative", (0, None, None))
    plant(world, "registrar", (0, None, None), seat=world.seat("mora"))
    assert MandateSeat.objects.count() == 2


def test_moving_a_period_onto_another_is_refused(world: cast.World) -> None:
    plant(world, "representative", (0, 10, None))
    later = plant(world, "registrar", (11, None, None))
    with refused_by("mandate_seat_one_ordinary"):
        run("UPDATE mandates_mandateseat SET starts_on = %s WHERE id = %s", [DAY, later.pk])


def test_a_deputy_cannot_become_ordinary_beside_another(world: cast.World) -> None:
    plant(world, "representative", (0, None, None))
    deputy = plant(world, "registrar", (0, None, None), kind="deputy")
    with refused_by("mandate_seat_one_ordinary"):
        run("UPDATE mandates_mandateseat SET kind = 'ordinary' WHERE id = %s", [deputy.pk])


def test_active_in_python_and_in_the_database_agree(world: cast.World) -> None:
    plant(world, "representative", (0, 30, 10))
    plant(world, "registrar", (11, 20, None))
    plant(world, "administrator", (21, None, None))
    plant(world, "reader", (5, None, None), kind="deputy")
    for offset in range(-2, 40):
        day = DAY + timedelta(days=offset)
        found = set(MandateSeat.objects.held_on(day))
        assert found == {line for line in MandateSeat.objects.all() if line.is_active_on(day)}


# --- editions -----------------------------------------------------------------------------------------------------------


def draft_edition(world: cast.World) -> FormEdition:
    coordinator = world.person["coordinator"]
    return actions.prepare_edition(forum=world.forum, name="Utgåva 2", valid_from=timezone.localdate(), by=coordinator)


def test_edition_names_are_unique_in_a_forum(world: cast.World) -> None:
    with refused_by("form_edition_name_unique"):
        FormEdition(forum=world.forum, name="Utgåva 1", valid_from=DAY).save()


def test_nobody_publishes_without_a_time(world: cast.World) -> None:
    edition = draft_edition(world)
    with refused_by("form_edition_published_with_time"):
        run(
            "UPDATE mandates_formedition SET published_by_id = %s WHERE id = %s",
            [world.person["reader"].pk, edition.pk],
        )


def test_positions_are_unique_when_the_transaction_ends(world: cast.World) -> None:
    edition = draft_edition(world)
    with refused_by("edition_section_position_unique"):
        run("UPDATE mandates_editionsection SET position = 1 WHERE edition_id = %s", [edition.pk])
    with transaction.atomic():
        run("UPDATE mandates_editionsection SET position = 3 - position WHERE edition_id = %s", [edition.pk])
        run("SET CONSTRAINTS ALL IMMEDIATE")


SECTION = "INSERT INTO mandates_editionsection (edition_id, position, heading, body) VALUES ({published}, 9, 'x', 'y')"
FROZEN = [
    "UPDATE mandates_formedition SET name = 'Annan' WHERE id = {published}",
    "UPDATE mandates_formedition SET valid_from = '2030-01-01' WHERE id = {published}",
    "UPDATE mandates_formedition SET published_at = NULL, published_by_id = NULL WHERE id = {published}",
    "DELETE FROM mandates_formedition WHERE id = {published}",
    "UPDATE mandates_editionsection SET body = 'Annan' WHERE edition_id = {published}",
    "UPDATE mandates_editionsection SET position = position + 10 WHERE edition_id = {published}",
    "DELETE FROM mandates_editionsection WHERE edition_id = {published}",
    SECTION,
    "UPDATE mandates_editionsection SET edition_id = {published}, position = 9 WHERE edition_id = {draft}",
    "UPDATE mandates_editionsection SET edition_id = {draft}, position = 9 WHERE edition_id = {published}",
]


@pytest.mark.parametrize("statement", FROZEN)
def test_a_published_edition_is_frozen(world: cast.World, statement: str) -> None:
    draft = draft_edition(world)
    before = list(EditionSection.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match="is published and frozen"), transaction.atomic():
        run(statement.format(published=world.edition.pk, draft=draft.pk))
    assert list(EditionSection.objects.order_by("pk").values()) == before


def test_a_draft_is_free(world: cast.World) -> None:
    draft = draft_edition(world)
    run("UPDATE mandates_editionsection SET body = 'Annan' WHERE edition_id = %s", [draft.pk])
    run("DELETE FROM mandates_editionsection WHERE edition_id = %s", [draft.pk])
    run("UPDATE mandates_formedition SET name = 'Annan' WHERE id = %s", [draft.pk])
    run("DELETE FROM mandates_formedition WHERE id = %s", [draft.pk])
    assert FormEdition.objects.get() == world.edition


def test_constraints_are_told_in_swedish_where_people_meet_them() -> None:
    met = {"mandate_one_draft", "mandate_seat_period_in_order", "mandate_seat_one_ordinary", "form_edition_name_unique"}
    for model in (FormEdition, Mandate, MandateSeat):
        for constraint in model._meta.constraints:
            if constraint.name in met:
                assert constraint.violation_error_message != constraint.default_violation_error_message
