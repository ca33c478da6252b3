"""What can be done to agreements and drafts, by whom, and that a published text never changes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agreements.actions import texts as actions
from agreements.enums import DraftAccess
from agreements.models import Agreement, AgreementVersion, DraftInvitation, Party, VersionSection
from agreements.models.texts import TextTemplate
from agreements.queries import texts as queries
from agreements.queries.facts import agreement_facts
from agreements.querysets import AgreementVersionQuerySet
from kvinnofrid.core import fingerprint
from kvinnofrid.core.access import Refused, forget
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import Message
from kvinnofrid.core.overtaking import Overtaken
from kvinnofrid.core.overtaking import fingerprint as seen_of
from kvinnofrid.core.workflow import MoveRefused
from tests.factories import agreements as made_of
from tests.factories import documents
from tests.factories.cast import World
from tests.factories.filling import verbs

TAKEN = "Det går inte längre: någon annan har hunnit ändra läget. Ladda om sidan."
NEW = {"heading": "Tvister", "topic": "disputes", "body": "<p>Löses i samråd.</p>"}
OTHERS = ["representative", "commissioner", "registrar", "administrator", "reader", "steering", "chair", "outsider"]


def headings(version: AgreementVersion) -> list[tuple[int, str]]:
    return list(version.sections.order_by("position").values_list("position", "heading"))


def invited(world: World, version: AgreementVersion, key: str = "", access: str = "write", slug: str = "") -> None:
    guest: dict[str, Any] = {"user": world.person[key]} if key else {"organisation": world.org[slug]}
    actions.invite(version=version, access=access, by=world.person["coordinator"], **guest)


# --- the agreement and its parties ------------------------------------------------------------------------------------


def test_an_agreement_gets_an_address_from_its_name(world: World) -> None:
    slugs = [
        made_of.agreement(world, title=title).slug
        for title in ("RÖK kvinnofrid", "Ny", "RÖK Kvinnofrid!", "!!!", "å" * 160)
    ]
    assert slugs == ["rok-kvinnofrid", "ny-2", "rok-kvinnofrid-2", "overenskommelse", "a" * 55]


def test_an_agreement_is_data_that_can_change(world: World) -> None:
    agreement = made_of.agreement(world)
    values = {**queries.agreement_values(agreement), "validity_years": None, "valid_to": date(2032, 9, 30)}
    actions.save_agreement(agreement=agreement, values=values, by=world.person["coordinator"])
    agreement.refresh_from_db()
    assert (agreement.validity_years, agreement.valid_to) == (None, date(2032, 9, 30))
    assert verbs(agreement) == ["created", "saved"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"valid_to": date(2030, 1, 1)}, "Ange giltighetstiden i år eller en sista dag, inte båda."),
        (
            {"valid_to": date(2026, 9, 30), "validity_years": None},
            "Sista dagen kan inte ligga före planerat ikraftträdande.",
        ),
    ],
)
def test_contradicting_terms_are_refused(world: World, values: Any, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        made_of.agreement(world, **values)
    assert refusal.value.messages == [message]


def test_a_name_is_used_once(world: World) -> None:
    made_of.agreement(world)
    with pytest.raises(ValidationError) as refusal:
        made_of.agreement(world)
    assert list(refusal.value.message_dict) == ["title"]
    assert Agreement.objects.count() == 1


def test_two_on_the_same_agreement(world: World) -> None:
    agreement, by = made_of.agreement(world), world.person["coordinator"]
    stood = queries.agreement_values(agreement)
    actions.save_agreement(agreement=agreement, values={**stood, "subject": "Den ena"}, by=by, seen=seen_of(stood))
    with pytest.raises(Overtaken) as overtaken:
        actions.save_agreement(
            agreement=agreement, values={**stood, "subject": "Den andra"}, by=by, seen=seen_of(stood)
        )
    assert overtaken.value.stands == {"subject": "Den ena"}


def test_parties_are_chosen_freely_until_a_version_is_published(world: World) -> None:
    agreement, by = made_of.with_parties(world, ("falun", "mora")), world.person["coordinator"]
    actions.choose_parties(agreement=agreement, organisations=[world.org["mora"], world.org["sater"]], by=by)
    assert [party.organisation.slug for party in agreement.parties.in_order()] == ["mora", "sater"]
    made_of.published_version(world, agreement)
    with pytest.raises(MoveRefused) as refusal:
        actions.choose_parties(agreement=agreement, organisations=[], by=by)
    assert str(refusal.value) == actions.PUBLISHED
    assert agreement.parties.count() == 2


def test_a_party_that_comes_back_keeps_its_first_period(world: World) -> None:
    agreement, by = made_of.published(world, ("falun", "mora")), world.person["coordinator"]
    first = agreement.parties.get(organisation__slug="falun")
    actions.end_party(party=first, ends_on=date(2026, 3, 31), reason="Går ur", by=by)
    for starts_on in (date(2026, 1, 1), date(2026, 3, 31)):
        with pytest.raises(MoveRefused):
            actions.add_party(
                agreement=agreement, organisation=world.org["falun"], starts_on=starts_on, reason="Åter", by=by
            )
    actions.add_party(
        agreement=agreement, organisation=world.org["falun"], starts_on=date(2026, 9, 1), reason="Åter", by=by
    )
    periods = agreement.parties.filter(organisation__slug="falun").in_order()
    assert list(periods.values_list("starts_on", "ends_on")) == [(None, date(2026, 3, 31)), (date(2026, 9, 1), None)]
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 8, 31), date(2026, 9, 1))
    parties = [{principal.key for principal in agreement_facts(agreement, day).principals} for day in days]
    assert parties == [{"falun", "mora"}, {"mora"}, {"mora"}, {"falun", "mora"}]
    last = periods.latest("pk")
    actions.end_party(party=last, ends_on=date(2026, 10, 31), reason="Går ur igen", by=by)
    assert agreement.parties.count() == 3


def test_after_publishing_parties_are_added_and_ended_with_a_reason(world: World) -> None:
    agreement, by = made_of.published(world, ("falun", "mora")), world.person["coordinator"]
    today = timezone.localdate()
    actions.add_party(
        agreement=agreement, organisation=world.org["orsa"], starts_on=today, reason="Vill vara med", by=by
    )
    party = agreement.parties.get(organisation__slug="falun")
    actions.end_party(party=party, ends_on=today, reason="Går ur", by=by)
    assert [row.organisation.slug for row in agreement.parties.active_on(today + timedelta(days=1)).in_order()] == [
        "mora",
        "orsa",
    ]
    assert list(Party.history.exclude(history_change_reason="").values_list("verb", "history_change_reason")) == [
        ("ended", "Går ur"),
        ("added", "Vill vara med"),
    ]
    with pytest.raises(MoveRefused):
        actions.end_party(party=party, ends_on=today, reason="Igen", by=by)
    with pytest.raises(MoveRefused):
        actions.add_party(agreement=agreement, organisation=world.org["mora"], starts_on=today, reason="Igen", by=by)


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_begins_with_the_templates_headings(world: World) -> None:
    template, by = made_of.template(), world.person["coordinator"]
    made_of.template(name="RÖK framtid", valid_from=timezone.localdate() + timedelta(days=1))
    made_of.template(name="RÖK gammal", valid_from=date(2019, 1, 1))
    assert queries.template_for("regional") == template
    version = actions.start_version(agreement=made_of.agreement(world), title="Text", source=template, by=by)
    assert headings(version) == [(1, "Bakgrund"), (2, "Ansvar"), (3, "Uppföljning")]
    assert set(version.sections.values_list("body", flat=True)) == {""}
    assert [queries.guidance(section) for section in version.sections.all()][:1] == ["Skriv om bakgrund."]


def test_a_draft_begins_with_the_text_of_the_version_before(world: World) -> None:
    agreement, by = made_of.published(world), world.person["coordinator"]
    first = agreement.versions.get()
    second = actions.start_version(agreement=agreement, title=first.title, source=first, by=by)
    assert (second.number, queries.section_texts(second)) == (2, queries.section_texts(first))
    assert set(second.sections.values_list("fingerprint", flat=True)) == {""}


def test_there_is_one_draft_at_a_time(world: World) -> None:
    agreement = made_of.agreement(world)
    first = made_of.draft(world, agreement)
    with pytest.raises(MoveRefused) as refusal:
        made_of.draft(world, agreement)
    assert str(refusal.value).startswith("Det finns redan ett utkast.")
    actions.discard(version=first, reason="Fel väg", by=world.person["coordinator"])
    assert made_of.draft(world, agreement).number == 2


def test_sections_are_added_moved_changed_and_removed(world: World) -> None:
    version, by = made_of.draft(world, made_of.agreement(world)), world.person["coordinator"]
    added = actions.add_section(version=version, values=NEW, by=by)
    assert actions.add_section(version=version, values=NEW, by=by) == added  # a double click
    actions.move_section(section=added, before=3, by=by)
    assert headings(version) == [(1, "Bakgrund"), (2, "Ansvar"), (3, "Tvister"), (4, "Uppföljning")]
    actions.save_section(section=added, values={**NEW, "body": "<div onclick=x>Ny <b>text</b></div>"}, by=by)
    assert version.sections.get(pk=added.pk).body == "<p>Ny <strong>text</strong></p>"
    actions.remove_section(section=version.sections.get(position=1), by=by)
    assert headings(version) == [(1, "Ansvar"), (2, "Tvister"), (3, "Uppföljning")]
    with pytest.raises(MoveRefused):
        actions.save_section(section=VersionSection(pk=0, version=version), values=NEW, by=by)


@pytest.mark.parametrize(("before", "expected"), [(0, "abc"), (-5, "abc"), (99, "bca")])
def test_moving_out_of_the_list_stays_in_it(world: World, before: int, expected: str) -> None:
    rows = [(letter, "other", "<p>x</p>") for letter in "abc"]
    version = made_of.draft(world, made_of.agreement(world), sections=rows)
    actions.move_section(section=version.sections.get(heading="a"), before=before, by=world.person["coordinator"])
    assert [heading for _, heading in headings(version)] == list(expected)


def test_a_draft_holds_so_many_sections(world: World) -> None:
    version, by = made_of.draft(world, made_of.agreement(world), sections=()), world.person["coordinator"]
    rows = [{**NEW, "heading": f"Avsnitt {number}"} for number in range(actions.MOST_SECTIONS + 1)]
    with pytest.raises(ValidationError):
        actions.import_sections(version=version, sections=rows, by=by)
    assert actions.import_sections(version=version, sections=rows[:-1], by=by) == actions.MOST_SECTIONS
    assert actions.import_sections(version=version, sections=rows[:-1], by=by) == 0  # a double click
    assert version.sections.count() == actions.MOST_SECTIONS


def test_two_on_one_section_and_two_on_different_ones(world: World) -> None:
    version, by = made_of.draft(world, made_of.agreement(world)), world.person["coordinator"]
    one, other = version.sections.all()[:2]
    stood, stood_other = queries.section_values(one), queries.section_values(other)
    actions.save_section(section=one, values={**stood, "body": "<p>Den ena</p>"}, by=by, seen=seen_of(stood))
    actions.save_section(section=other, values={**stood_other, "body": "<p>Ny</p>"}, by=by, seen=seen_of(stood_other))
    with pytest.raises(Overtaken) as overtaken:
        actions.save_section(section=one, values={**stood, "body": "<p>Den andra</p>"}, by=by, seen=seen_of(stood))
    assert overtaken.value.stands == {"body": "<p>Den ena</p>"}


# --- publishing -------------------------------------------------------------------------------------------------------


def test_publishing_computes_and_freezes(world: World) -> None:
    version, by = made_of.draft(world, made_of.agreement(world)), world.person["coordinator"]
    actions.publish(version=version, by=by)
    version.refresh_from_db()
    texts = queries.section_texts(version)
    assert version.fingerprint == fingerprint.whole_fingerprint(version.title, texts)
    assert [row.fingerprint for row in version.sections.all()] == list(map(fingerprint.section_fingerprint, texts))
    assert (version.published_by, version.is_published, verbs(version)) == (by, True, ["started", "published"])


@pytest.mark.parametrize("end", ["published", "discarded"])
def test_nothing_is_done_to_what_is_frozen(world: World, end: str) -> None:
    version, by = made_of.draft(world, made_of.agreement(world)), world.person["coordinator"]
    if end == "published":
        actions.publish(version=version, by=by)
    else:
        actions.discard(version=version, reason="Fel väg", by=by)
    texts = queries.section_texts(version)
    section = version.sections.first()
    assert section is not None
    for change in (
        lambda: actions.save_version(version=version, values={"title": "Ny", "note": ""}, by=by),
        lambda: actions.add_section(version=version, values=NEW, by=by),
        lambda: actions.import_sections(version=version, sections=[NEW], by=by),
        lambda: actions.save_section(section=section, values=NEW, by=by),
        lambda: actions.move_section(section=section, before=2, by=by),
        lambda: actions.remove_section(section=section, by=by),
        lambda: actions.keep_document(version=version, upload=Upload("a.docx", "docx", b"x"), by=by),
        lambda: actions.invite(version=version, access="read", user=by, by=by),
        lambda: actions.publish(version=version, by=by),
        lambda: actions.discard(version=version, reason="x", by=by),
    ):
        with pytest.raises(MoveRefused) as refusal:
            change()
        assert str(refusal.value) == TAKEN
    assert queries.section_texts(AgreementVersion.objects.get(pk=version.pk)) == texts


@pytest.mark.parametrize("sections", [(), [("Tom", "other", ""), ("Också tom", "other", "<p> </p>")]])
def test_a_draft_without_text_is_not_published(world: World, sections: Any) -> None:
    version = made_of.draft(world, made_of.agreement(world), sections=sections)
    with pytest.raises(MoveRefused) as refusal:
        actions.publish(version=version, by=world.person["coordinator"])
    assert str(refusal.value) == "Utkastet har ingen text. Skriv minst ett avsnitt innan du publicerar."
    assert AgreementVersion.objects.get().is_published is False


def test_those_invited_to_write_are_told(world: World) -> None:
    version = made_of.draft(world, made_of.agreement(world))
    invited(world, version, "outsider")
    invited(world, version, "reader", access="read")
    invited(world, version, slug="mora")
    invited(world, version, slug="sater", access="read")
    actions.publish(version=version, by=world.person["coordinator"])
    told = sorted(Message.objects.values_list("recipient__name", "subject", "path"))
    subject, path = "Texten är publicerad: RÖK prov", version.get_absolute_url()
    assert told == [("Maj Morasson", subject, path), ("Pia Polis", subject, path)]


def test_discarding_needs_a_reason(world: World) -> None:
    version, by = made_of.draft(world, made_of.agreement(world)), world.person["coordinator"]
    with pytest.raises(MoveRefused):
        actions.discard(version=version, reason=" ", by=by)
    actions.discard(version=version, reason="Fel väg", by=by)
    version.refresh_from_db()
    assert (version.state, version.history.first().history_change_reason) == ("discarded", "Fel väg")
    with pytest.raises(MoveRefused):
        actions.add_section(version=version, values=NEW, by=by)


STATEMENTS = [
    "UPDATE agreements_agreementversion SET title = 'x'",
    "UPDATE agreements_agreementversion SET published_at = NULL, published_by_id = NULL, fingerprint = ''",
    "DELETE FROM agreements_agreementversion",
    "UPDATE agreements_versionsection SET body = 'x'",
    "UPDATE agreements_versionsection SET position = position + 1",
    "DELETE FROM agreements_versionsection",
    (
        "INSERT INTO agreements_versionsection (version_id, position, heading, topic, body, fingerprint) "
        "SELECT id, 9, 'x', 'other', 'x', '' FROM agreements_agreementversion"
    ),
]


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("end", ["published", "discarded"])
def test_the_database_refuses_to_change_what_is_frozen(world: World, statement: str, end: str) -> None:
    version = made_of.draft(world, made_of.agreement(world))
    if end == "published":
        actions.publish(version=version, by=world.person["coordinator"])
    else:
        actions.discard(version=version, reason="x", by=world.person["coordinator"])
    before = list(VersionSection.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(VersionSection.objects.values()) == before


def test_control_a_draft_is_not_frozen(world: World) -> None:
    made_of.draft(world, made_of.agreement(world))
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[3])
    assert set(VersionSection.objects.values_list("body", flat=True)) == {"x"}


# --- who may ----------------------------------------------------------------------------------------------------------

Change = Callable[[World, AgreementVersion, Any], Any]
COORDINATORS: list[Change] = [
    lambda world, version, by: actions.create_agreement(values={"title": "Min"}, by=by),
    lambda world, version, by: actions.save_agreement(agreement=version.agreement, values={}, by=by),
    lambda world, version, by: actions.choose_parties(agreement=version.agreement, organisations=[], by=by),
    lambda world, version, by: actions.add_party(
        agreement=version.agreement, organisation=world.org["sater"], starts_on=date(2026, 1, 1), reason="x", by=by
    ),
    lambda world, version, by: actions.end_party(
        party=version.agreement.parties.all()[0], ends_on=date(2026, 1, 1), reason="x", by=by
    ),
    lambda world, version, by: actions.start_version(agreement=version.agreement, title="x", source=None, by=by),
    lambda world, version, by: actions.publish(version=version, by=by),
    lambda world, version, by: actions.discard(version=version, reason="x", by=by),
    lambda world, version, by: actions.invite(version=version, access="write", user=by, by=by),
    lambda world, version, by: actions.uninvite(invitation=version.invitations.all()[0], by=by),
]
WRITERS: list[Change] = [
    lambda world, version, by: actions.save_version(version=version, values={"title": "Ny", "note": ""}, by=by),
    lambda world, version, by: actions.add_section(version=version, values=NEW, by=by),
    lambda world, version, by: actions.import_sections(version=version, sections=[NEW], by=by),
    lambda world, version, by: actions.save_section(section=version.sections.all()[0], values=NEW, by=by),
    lambda world, version, by: actions.move_section(section=version.sections.all()[0], before=2, by=by),
    lambda world, version, by: actions.remove_section(section=version.sections.all()[0], by=by),
    lambda world, version, by: actions.keep_document(
        version=version, upload=Upload("a.docx", "docx", documents.docx(documents.p("Text"))), by=by
    ),
]


def stage(world: World) -> AgreementVersion:
    """A draft to which one person and one organisation may write, and another of each may read."""
    version = made_of.draft(world, made_of.with_parties(world, ("falun", "mora")))
    invited(world, version, "outsider")
    invited(world, version, slug="mora")
    invited(world, version, "steering", access=DraftAccess.READ)
    invited(world, version, slug="sater", access=DraftAccess.READ)
    return version


@pytest.mark.parametrize("change", COORDINATORS)
def test_only_the_coordinator(world: World, change: Change) -> None:
    version = stage(world)
    before = [list(model.objects.values()) for model in (Agreement, Party, AgreementVersion, DraftInvitation)]
    for key in (*OTHERS, "mora_representative", "nobody", "ended", "future", "deactivated"):
        with pytest.raises(Refused):
            change(world, version, world.person[key])
    assert before == [list(model.objects.values()) for model in (Agreement, Party, AgreementVersion, DraftInvitation)]


@pytest.mark.parametrize("key", ["coordinator", "outsider", "mora_representative", "mora_commissioner"])
@pytest.mark.parametrize("change", WRITERS)
def test_those_invited_to_write_may_change_the_text(world: World, key: str, change: Change) -> None:
    change(world, stage(world), world.person[key])


@pytest.mark.parametrize("change", WRITERS)
def test_nobody_else_may_change_the_text(world: World, change: Change) -> None:
    version = stage(world)
    before = list(VersionSection.objects.values())
    for key in ("steering", "sater_representative", "representative", "orsa_reader", "nobody", "ended"):
        with pytest.raises(Refused):
            change(world, version, world.person[key])
    assert list(VersionSection.objects.values()) == before


def test_an_invitation_ends_at_once(world: World) -> None:
    version, outsider = stage(world), world.person["outsider"]

    def visible() -> AgreementVersionQuerySet:
        forget(outsider)
        return AgreementVersion.objects.visible_to(outsider)

    assert list(visible()) == [version]
    invited(world, version, "outsider", access=DraftAccess.READ)  # the same guest: no second row
    assert version.invitations.filter(user=outsider).values_list("access", flat=True)[0] == DraftAccess.READ
    actions.uninvite(invitation=version.invitations.get(user=outsider), by=world.person["coordinator"])
    assert list(visible()) == []
    with pytest.raises(Refused):
        actions.add_section(version=version, values=NEW, by=outsider)


def test_the_portal_itself_may(world: World) -> None:
    """An import and the demonstration act without a person."""
    agreement = actions.create_agreement(
        values=queries.agreement_values(made_of.agreement(world)) | {"title": "Ö"}, by=None
    )
    actions.choose_parties(agreement=agreement, organisations=[world.org["falun"]], by=None)
    version = actions.start_version(agreement=agreement, title="Ö", source=None, by=None)
    actions.add_section(version=version, values=NEW, by=None)
    actions.publish(version=version, by=None)
    version.refresh_from_db()
    assert (version.is_published, version.published_by, TextTemplate.objects.count()) == (True, None, 0)


def test_nothing_is_published_that_has_changed_since_it_was_read(world: World) -> None:
    version = made_of.draft(world, made_of.with_parties(world))
    seen = queries.text_seen(version)
    section = version.sections.all()[0]
    values = {"heading": section.heading, "topic": section.topic, "body": "<p>Ändrat av någon annan.</p>"}
    actions.save_section(section=section, values=values, by=world.person["coordinator"])
    with pytest.raises(MoveRefused, match="Texten har ändrats sedan du öppnade sidan"):
        actions.publish(version=version, by=world.person["coordinator"], seen=seen)
    version.refresh_from_db()
    assert version.published_at is None
    actions.publish(version=version, by=world.person["coordinator"], seen=queries.text_seen(version))
    version.refresh_from_db()
    assert version.is_published
