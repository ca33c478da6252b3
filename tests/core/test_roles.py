"""In the database, as the role that the portal works in: history only grows, and what is frozen or ended stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from kvinnofrid.core import outbox, roles
from kvinnofrid.core.models import MessageState
from kvinnofrid.core.roles import grant_portal_role, history_tables, kept_tables
from mandates import actions
from mandates.models import FormEdition
from tests.factories import cast

HISTORY = sorted(model._meta.db_table for model in apps.get_models() if model.__name__.startswith("Historical"))
DELETABLE = {
    "agreements_decisionstep",
    "agreements_draftinvitation",
    "agreements_forumdecision",
    "agreements_party",
    "agreements_templatesection",
    "agreements_versionsection",
    "organisations_appointment",
    "mandates_editionsection",
    "mandates_electionitem",
    "mandates_internalcontact",
    "mandates_mandateseat",
    "mandates_vacancy",
    "organisations_bodymeeting",
    "organisations_jointparticipant",
    "organisations_membership",
}
pytestmark = pytest.mark.django_db


@contextmanager
def as_the_portal() -> Iterator[Any]:
    """A cursor that works in the portal's role, in a savepoint that is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{settings.DATABASE_PORTAL_ROLE}"')
        yield cursor
        transaction.set_rollback(True)


def refused(statement: str) -> str:
    """What the database says to the portal; empty when it does as told."""
    try:
        with as_the_portal() as cursor:
            cursor.execute(statement)
    except (ProgrammingError, IntegrityError) as error:
        return str(error).splitlines()[0]
    return ""


def test_the_tables_are_all_there() -> None:
    assert history_tables() == HISTORY
    assert len(HISTORY) == 49


@pytest.mark.parametrize("table", HISTORY)
def test_history_only_grows(table: str) -> None:
    no = f"permission denied for table {table}"
    assert refused(f"SELECT count(*) FROM {table}") == ""
    assert refused(f"INSERT INTO {table} SELECT * FROM {table} WHERE false") == ""
    assert refused(f"UPDATE {table} SET verb = 'saved'") == no
    assert refused(f"DELETE FROM {table}") == no
    assert refused(f"TRUNCATE {table}") == no


def test_the_portal_writes_history(world: cast.World) -> None:
    """The role can do what the portal does: a whole story in it."""
    with as_the_portal():
        mandate = cast.attested(world)
        assert [row.verb for row in mandate.history.all()] != []


@pytest.mark.parametrize("table", kept_tables())
def test_what_is_ended_is_not_deleted(table: str) -> None:
    no = f"permission denied for table {table}"
    assert refused(f"DELETE FROM {table} WHERE false") == no
    assert refused(f"TRUNCATE {table}") == no


def test_the_rest_of_what_is_tracked_may_be_deleted() -> None:
    tracked = {model._meta.db_table for model in apps.get_models() if hasattr(model, "history")}
    assert tracked - set(kept_tables()) == DELETABLE
    assert {table for table in DELETABLE if refused(f"DELETE FROM {table} WHERE false")} == set()


def test_the_portal_changes_no_tables() -> None:
    assert refused("CREATE TABLE other (id int)") == "permission denied for schema public"
    assert refused("DROP TABLE mandates_mandate") == "must be owner of table mandates_mandate"
    assert refused("ALTER TABLE mandates_mandate DISABLE TRIGGER ALL") == "must be owner of table mandates_mandate"
    assert refused("DELETE FROM django_migrations") == "permission denied for table django_migrations"


def test_nobody_but_the_owner_makes_anything_in_the_schema() -> None:
    """Not even after somebody has been allowed to: each migration takes it back."""
    portal = settings.DATABASE_PORTAL_ROLE
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT CREATE ON SCHEMA public TO PUBLIC, "{portal}"')
    assert refused("CREATE TABLE other (id int)") == ""
    grant_portal_role(app_config=apps.get_app_config("core"))
    assert refused("CREATE TABLE other (id int)") == "permission denied for schema public"


def test_a_schema_that_is_somebody_elses_is_left_as_it_is() -> None:
    """An owner of the tables who does not own the schema migrates all the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE other_owner NOLOGIN")
        cursor.execute("SET LOCAL ROLE other_owner")
        roles._close_schema(cursor)
        transaction.set_rollback(True)


FROZEN = "form edition {pk} is published and frozen"
FROZEN_SECTION = "the form edition of the section is published and frozen"


def test_a_published_edition_is_frozen_for_everybody(world: cast.World) -> None:
    """Not even the owner of the database changes it."""
    pk = world.edition.pk
    statements = {
        f"UPDATE mandates_formedition SET name = 'Annan' WHERE id = {pk}": FROZEN.format(pk=pk),
        f"DELETE FROM mandates_formedition WHERE id = {pk}": FROZEN.format(pk=pk),
        f"UPDATE mandates_editionsection SET body = 'Annan' WHERE edition_id = {pk}": FROZEN_SECTION,
        f"DELETE FROM mandates_editionsection WHERE edition_id = {pk}": FROZEN_SECTION,
        f"INSERT INTO mandates_editionsection (edition_id, position, heading, body) VALUES ({pk}, 9, 'a', 'b')": (
            FROZEN_SECTION
        ),
    }
    assert {statement: as_owner(statement) for statement in statements} == statements


def test_a_draft_can_be_changed_but_no_section_moved_into_what_is_frozen(world: cast.World) -> None:
    by = world.person["coordinator"]
    draft = actions.prepare_edition(forum=world.forum, name="Utgåva 2", valid_from=world.edition.valid_from, by=by)
    assert as_owner(f"UPDATE mandates_editionsection SET body = 'Annan' WHERE edition_id = {draft.pk}") == ""
    move = f"UPDATE mandates_editionsection SET edition_id = {world.edition.pk}, position = 9"
    assert as_owner(f"{move} WHERE edition_id = {draft.pk} AND position = 1") == FROZEN_SECTION
    assert FormEdition.objects.get(pk=draft.pk).sections.count() == 2


def as_owner(statement: str) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        return str(error).splitlines()[0]
    return ""


def test_a_line_that_was_sent_in_is_kept(world: cast.World) -> None:
    line = cast.submitted(world).lines.get()
    assert refused(f"DELETE FROM mandates_mandateseat WHERE id = {line.pk}") == (
        f"mandate line {line.pk} has been sent in and is kept"
    )
    contact = line.contacts.get()
    assert refused(f"DELETE FROM mandates_internalcontact WHERE id = {contact.pk}") == (
        f"the line of contact {contact.pk} has been sent in and is kept"
    )


def test_a_message_is_kept_until_it_has_been_sent(world: cast.World) -> None:
    message = outbox.write("prov", {"subject": "Prov", "body": "Prov"}, recipient=world.person["reader"])
    assert refused("DELETE FROM core_message") == f"message {message.pk} has not been sent and is kept"
    outbox.settle(message, MessageState.SENT)
    assert refused("DELETE FROM core_message") == ""
