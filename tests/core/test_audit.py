"""Nothing tracked is written without who, what and why; and what is ended is not deleted."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from kvinnofrid.core import audit
from kvinnofrid.core.audit import SilentWriteError, TrackedQuerySet
from mandates.models import EditionSection, FormEdition, InternalContact, MandateSeat
from organisations.models import Membership, Organisation, User
from tests.factories import cast

TRACKED = sorted((model for model in apps.get_models() if hasattr(model, "history")), key=lambda model: model.__name__)
MAY_BE_DELETED = {
    "Appointment",
    "BodyMeeting",
    "DecisionStep",
    "DraftInvitation",
    "EditionSection",
    "ElectionItem",
    "ForumDecision",
    "InternalContact",
    "JointParticipant",
    "MandateSeat",
    "Membership",
    "Party",
    "TemplateSection",
    "Vacancy",
    "VersionSection",
}
# Rows that people do not change, or whose changes are nobody's business: no history, for a reason each.
UNTRACKED = {
    "agreements.BoardVisit": "nobody's business but the visitor's",
    "agreements.ExtractReading": "what the portal saw in a file, written once",
    "core.Job": "work under way, not a fact",
    "core.StoredFile": "never changed",
    "core.Message": "work under way, not a fact",
    "core.DailyWork": "work under way, not a fact",
    "core.Heartbeat": "when the work was last looked at",
    "core.UsedKey": "forms that have been sent, for some days",
    "mandates.Bundle": "a file made of mandates, for some days",
    "organisations.Redaction": "the log of the database's own function, never changed",
    "organisations.OrganisationGroupPermission": "follows from the role table",
    "organisations.ForumGroupPermission": "follows from the role table",
    "organisations.PartnershipGroupPermission": "follows from the role table",
}


def test_every_model_of_ours_has_history() -> None:
    ours = [
        model for label in ("core", "organisations", "mandates", "agreements", "reports") for model in _models(label)
    ]
    assert {model._meta.label for model in ours if model not in TRACKED} == set(UNTRACKED)
    assert len(TRACKED) == 49


def _models(label: str) -> list[Any]:
    return [model for model in apps.get_app_config(label).get_models() if not hasattr(model, "history_object")]


def test_only_parts_of_drafts_and_roles_may_be_deleted() -> None:
    assert {model.__name__ for model in TRACKED if getattr(model, "may_be_deleted", False)} == MAY_BE_DELETED


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_silent_writes_raise(model: Any) -> None:
    rows = model.objects.all()
    assert isinstance(rows, TrackedQuerySet)
    silent: list[Any] = [
        lambda: rows.update(pk=1),
        lambda: rows.delete(),
        lambda: rows.bulk_create([]),
        lambda: rows.bulk_update([], ["pk"]),
        lambda: model._default_manager.update(pk=1),
    ]
    for write in silent:
        with pytest.raises(SilentWriteError):
            write()


def test_a_saved_row_tells_who_what_and_why(world: cast.World) -> None:
    falun, by = world.org["falun"], world.person["coordinator"]
    falun.short_name = "Falu"
    audit.save(falun, by=by, verb="saved", reason="Heter så")
    latest = falun.history.latest()
    found = (latest.history_user, latest.verb, latest.history_change_reason, latest.history_type, latest.short_name)
    assert found == (by, "saved", "Heter så", "~", "Falu")


def test_what_one_save_told_does_not_stick_to_the_next(world: cast.World) -> None:
    falun = world.org["falun"]
    audit.save(falun, by=world.person["coordinator"], verb="saved", reason="Först")
    audit.save(falun, by=None, verb="imported")
    latest = falun.history.latest()
    assert (latest.history_user, latest.verb, latest.history_change_reason) == (None, "imported", "")


def test_a_row_that_does_not_hold_is_not_saved(world: cast.World) -> None:
    falun = world.org["falun"]
    before = falun.history.count()
    falun.name = ""
    with pytest.raises(ValidationError):
        audit.save(falun, by=None, verb="saved")
    assert Organisation.objects.get(pk=falun.pk).name == "Falu kommun"
    assert falun.history.count() == before


def test_what_the_database_refuses_is_told_in_words_and_the_work_goes_on(world: cast.World) -> None:
    """A rule of the table, one of several rows, a missing relation: each message is the model's own."""
    falun, person = world.org["falun"], world.person["reader"]
    role = person.memberships.get()
    twice = Membership(user=person, role=role.role, organisation=falun, group=role.group, starts_on=role.starts_on)
    backwards = Membership.objects.get(pk=role.pk)
    backwards.starts_on, backwards.ends_on = date(2026, 2, 1), date(2026, 1, 1)
    nowhere = Membership(user=person, role=role.role, group=role.group)
    before = Membership.objects.count(), Membership.history.count()
    for row, message in (
        (twice, "Personen har redan rollen under perioden."),
        (backwards, "Slutdatum kan inte ligga före startdatum."),
        (nowhere, "Rollen passar inte där den ska gälla."),
    ):
        with pytest.raises(ValidationError) as told:
            audit.save(row, by=None, verb="saved")
        assert message in told.value.messages
    assert (Membership.objects.count(), Membership.history.count()) == before


def test_a_removed_row_leaves_its_history(world: cast.World) -> None:
    mandate = cast.draft(world)
    contact = InternalContact.objects.get(line__mandate=mandate)
    audit.remove(contact, by=world.person["representative"], verb="removed", reason="Slutat")
    rows = InternalContact.history.filter(name=contact.name)
    assert [(row.history_type, row.verb) for row in rows] == [("-", "removed"), ("+", "added")]


@pytest.mark.parametrize("name", ["organisation", "edition", "user"])
def test_what_is_ended_is_not_deleted(world: cast.World, name: str) -> None:
    row: Any = {"organisation": world.org["sater"], "edition": world.edition, "user": world.person["nobody"]}[name]
    with pytest.raises(SilentWriteError):
        audit.remove(row, by=None, verb="removed")
    assert type(row).objects.filter(pk=row.pk).count() == 1


def test_a_password_leaves_no_trace(world: cast.World) -> None:
    user = world.person["nobody"]
    before = user.history.count()
    user.set_password("ett-helt-annat-lösenord")
    user.save(update_fields=["password"])
    assert user.history.count() == before
    assert not any(field.name == "password" for field in User.history.model._meta.get_fields())


def test_a_password_saved_with_a_name_is_an_event(world: cast.World) -> None:
    user = world.person["nobody"]
    before = user.history.count()
    user.name = "Nils Någon"
    user.save(update_fields=["name", "password"])
    assert user.history.count() == before + 1


def test_models_that_may_be_deleted_say_so() -> None:
    assert all(model.may_be_deleted for model in (EditionSection, InternalContact, MandateSeat, Membership))
    assert not FormEdition.may_be_deleted
