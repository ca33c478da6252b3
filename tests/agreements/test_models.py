"""What the database itself refuses, whatever the code does: each named constraint and trigger, past the actions."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from agreements.enums import ChangeKind, Outcome, StepRole
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    BoardVisit,
    DecisionProof,
    DecisionStep,
    Dispatch,
    DispatchItem,
    DraftInvitation,
    ForumDecision,
    Party,
    ShareLink,
    Signature,
    StatusNote,
    TemplateSection,
    TextTemplate,
    ValidityChange,
    VersionSection,
)
from kvinnofrid.core import files
from tests.factories import agreements as factory
from tests.factories import documents
from tests.factories.cast import World

DAY = date(2026, 3, 2)


def insert(row: Any) -> None:
    """Past the actions, the validation and the history."""
    QuerySet(type(row)).bulk_create([row])


def change(row: Any, **values: Any) -> None:
    QuerySet(type(row)).filter(pk=row.pk).update(**values)


def decision(world: World, made: Agreement, **values: Any) -> AdoptionDecision:
    """An entry that the database would take."""
    wanted = {
        "agreement": made,
        "organisation": world.org["falun"],
        "body": factory.body_of(world, "falun"),
        "role": StepRole.DECIDING,
        "outcome": Outcome.ADOPTED,
        "version": made.versions.get(number=1),
        "decided_on": DAY,
        "registered_at": timezone.now(),
    }
    return AdoptionDecision(**{**wanted, **values})


def item(world: World, made: Agreement) -> DispatchItem:
    dispatch = Dispatch(version=made.versions.get(), sent_at=timezone.now(), reply_by=DAY)
    insert(dispatch)
    row = DispatchItem(dispatch=dispatch, organisation=world.org["falun"])
    insert(row)
    return row


def _twice(row: Any) -> None:
    insert(row)
    row.pk = None
    insert(row)


def _corrected(world: World, made: Agreement, **values: Any) -> AdoptionDecision:
    first = decision(world, made)
    insert(first)
    return decision(world, made, corrects=first, **values)


def _draft(world: World, made: Agreement) -> AgreementVersion:
    return factory.draft(world, made)


def _prepared(world: World, made: Agreement) -> DispatchItem:
    row = item(world, made)
    file = files.store(documents.pdf(documents.line("Text")), by=None, name="Handling.pdf", kind="pdf")
    change(row, prepared_at=timezone.now(), letter=file, agreement_pdf=file, proposal_pdf=file, proposal_docx=file)
    return row


def _invite(world: World, made: Agreement, **guest: Any) -> DraftInvitation:
    return DraftInvitation(version=_draft(world, made), **guest)


def _template_section(position: int = 1) -> TemplateSection:
    template = TextTemplate(kind="regional", name="Mall", valid_from=DAY)
    insert(template)
    return TemplateSection(template=template, position=position, heading="Syfte")


def _forum_decision(world: World, made: Agreement) -> ForumDecision:
    return ForumDecision(agreement=made, kind="approved", forum=world.forum, decided_on=DAY)


def _proof(world: World, made: Agreement) -> DecisionProof:
    entry = decision(world, made)
    insert(entry)
    return DecisionProof(decision=entry, grade="compared", given_at=timezone.now())


def _change(made: Agreement, **values: Any) -> ValidityChange:
    wanted = {"kind": ChangeKind.EXTENSION, "decided_on": DAY, "takes_effect_on": DAY, "registered_at": timezone.now()}
    return ValidityChange(agreement=made, **{**wanted, **values})


def _step(world: World, made: Agreement) -> DecisionStep:
    body = factory.body_of(world, "falun")
    return DecisionStep(agreement=made, organisation=world.org["falun"], position=1, body=body, role="deciding")


def _link(made: Agreement, label: str) -> ShareLink:
    return ShareLink(agreement=made, label=label, token_hash="a" * 64, expires_on=DAY)


def _party(world: World, made: Agreement, **values: Any) -> Party:
    return Party(agreement=made, organisation=world.org["falun"], **values)


Break = Callable[[World, Agreement], None]
# Constraint, and what it refuses about a published agreement between Falun and five others.
BROKEN: list[tuple[str, Break]] = [
    ("agreement_validity_in_one_way", lambda w, a: change(a, valid_to=date(2040, 1, 1))),
    ("agreement_parent_of_local_only", lambda w, a: change(a, parent=a)),
    ("agreement_valid_to_after_planned", lambda w, a: change(a, validity_years=None, valid_to=date(2020, 1, 1))),
    ("agreement_party_one_period", lambda w, a: insert(_party(w, a))),
    ("agreement_party_one_period", lambda w, a: insert(_party(w, a, starts_on=DAY, ends_on=DAY))),
    (
        "agreement_party_period_in_order",
        lambda w, a: change(a.parties.first(), starts_on=DAY, ends_on=DAY - timedelta(days=1)),
    ),
    ("agreement_version_number_once", lambda w, a: insert(AgreementVersion(agreement=a, number=1, title="Igen"))),
    ("agreement_version_one_draft", lambda w, a: [_draft(w, a), insert(AgreementVersion(agreement=a, number=9))][-1]),
    ("agreement_version_published_with_facts", lambda w, a: change(_draft(w, a), published_at=timezone.now())),
    ("agreement_version_published_with_facts", lambda w, a: change(_draft(w, a), fingerprint="a" * 64)),
    (
        "agreement_version_published_with_facts",
        lambda w, a: change(
            _draft(w, a), published_at=timezone.now(), discarded_at=timezone.now(), fingerprint="a" * 64
        ),
    ),
    ("text_template_unique", lambda w, a: _twice(TextTemplate(kind="local", name="Mall", valid_from=DAY))),
    ("template_section_position", lambda w, a: _twice(_template_section())),
    ("draft_invitation_one_guest", lambda w, a: insert(_invite(w, a))),
    (
        "draft_invitation_one_guest",
        lambda w, a: insert(_invite(w, a, user=w.person["reader"], organisation=w.org["mora"])),
    ),
    ("draft_invitation_user_once", lambda w, a: _twice(_invite(w, a, user=w.person["reader"]))),
    ("draft_invitation_organisation_once", lambda w, a: _twice(_invite(w, a, organisation=w.org["mora"]))),
    ("forum_decision_once", lambda w, a: _twice(_forum_decision(w, a))),
    (
        "dispatch_item_once",
        lambda w, a: insert(DispatchItem(dispatch=item(w, a).dispatch, organisation=w.org["falun"])),
    ),
    ("dispatch_item_prepared_with_files", lambda w, a: change(item(w, a), prepared_at=timezone.now())),
    ("dispatch_item_opened_with_facts", lambda w, a: change(_prepared(w, a), opened_at=timezone.now())),
    (
        "dispatch_item_opened_with_facts",
        lambda w, a: change(item(w, a), opened_at=timezone.now(), opened_by=w.person["registrar"]),
    ),
    ("dispatch_item_received_with_facts", lambda w, a: change(_prepared(w, a), received_by=w.person["registrar"])),
    (
        "dispatch_item_received_with_facts",
        lambda w, a: change(item(w, a), received_at=timezone.now(), received_by=w.person["registrar"]),
    ),
    ("decision_step_once", lambda w, a: _twice(_step(w, a))),
    ("adoption_decision_names_its_text", lambda w, a: insert(decision(w, a, version=None))),
    ("adoption_decision_names_its_text", lambda w, a: insert(decision(w, a, version=None, outcome=Outcome.AMENDED))),
    ("adoption_decision_void_corrects", lambda w, a: insert(decision(w, a, outcome=Outcome.VOID))),
    ("adoption_decision_correction_says_why", lambda w, a: insert(_corrected(w, a))),
    ("agreements_adoptiondecision_corrects_id_key", lambda w, a: _twice(_corrected(w, a, reason="Fel dag"))),
    ("decision_proof_once", lambda w, a: _twice(_proof(w, a))),
    ("validity_change_replaced_by_fits_kind", lambda w, a: insert(_change(a, replaced_by=a))),
    ("share_link_says_for_whom", lambda w, a: insert(_link(a, ""))),
    ("agreements_sharelink_token_hash_key", lambda w, a: _twice(_link(a, "Nämnden"))),
    (
        "board_visit_once",
        lambda w, a: _twice(BoardVisit(user=w.person["reader"], agreement=a, seen_at=timezone.now())),
    ),
]


@pytest.mark.parametrize(("constraint", "broken"), BROKEN)
def test_the_database_refuses(world: World, constraint: str, broken: Break) -> None:
    made = factory.published(world)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        broken(world, made)
    cause: Any = refusal.value.__cause__
    assert cause.diag.constraint_name == constraint


def test_every_named_constraint_is_tried() -> None:
    models = [model for model in apps.get_app_config("agreements").get_models() if not hasattr(model, "history_object")]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert named <= {name for name, _ in BROKEN}
    assert len(named) == 26


def _entries(world: World, made: Agreement) -> list[Any]:
    proof = _proof(world, made)
    insert(proof)
    version, falun, now = made.versions.get(), world.org["falun"], timezone.now()
    others: list[Any] = [
        StatusNote(agreement=made, organisation=falun, said_on=DAY, said_by="Registrator", registered_at=now),
        Signature(version=version, organisation=falun, signatory="Ordförande", signed_on=DAY, registered_at=now),
        _change(made),
    ]
    for row in others:
        insert(row)
    return [proof, proof.decision, *others]


def test_entries_of_the_register_never_change(world: World) -> None:
    """Neither changed nor deleted, also by the owner of the database."""
    rows = _entries(world, factory.published(world))
    for row in rows:
        for write in (
            lambda row=row: change(row, id=row.pk),
            lambda row=row: QuerySet(type(row)).filter(pk=row.pk)._raw_delete("default"),
        ):
            with pytest.raises(IntegrityError, match="never changes: register a correction"), transaction.atomic():
                write()
    assert [type(row).objects.filter(pk=row.pk).count() for row in rows] == [1] * 5


def test_a_published_text_never_changes(world: World) -> None:
    """Not the version, not a section of it, and no section is added."""
    version = factory.published(world).versions.get()
    section = version.sections.all()[0]
    writes: list[Callable[[], Any]] = [
        lambda: change(version, title="Annan"),
        lambda: change(section, body="<p>Annan</p>"),
        lambda: QuerySet(VersionSection).filter(pk=section.pk)._raw_delete("default"),
        lambda: insert(VersionSection(version=version, position=99, heading="Ny")),
    ]
    for write in writes:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            write()
