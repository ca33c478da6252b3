"""Agreements in the states that tests need, made through the portal's own actions where there are some."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from agreements.actions import texts
from agreements.enums import AgreementKind, Evidence, Outcome, StepRole, Topic
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionProof,
    DecisionStep,
    Dispatch,
    DispatchItem,
    Reminder,
    StatusNote,
    TextTemplate,
)
from agreements.models.texts import TemplateSection
from kvinnofrid.core import audit, files
from organisations.enums import BodyKind, OrganisationKind
from organisations.models import BodyMeeting, DecidingBody, Organisation, User
from tests.factories import documents
from tests.factories.cast import World

PRINCIPALS = ("falun", "mora", "orsa", "alvdalen", "malung-salen", "sater")
SECTIONS = (
    ("Bakgrund", Topic.BACKGROUND, "<p>Parterna har samverkat sedan 2010.</p>"),
    ("Ansvar", Topic.RESPONSIBILITY, "<p>Varje part ansvarar för sitt.</p><ul><li>Stöd</li><li>Skydd</li></ul>"),
    ("Uppföljning", Topic.FOLLOW_UP, "<p>Följs upp <strong>varje år</strong> i Malung-Sälen.</p>"),
)


def agreement(world: World, **values: Any) -> Agreement:
    """An agreement with its data, without parties and text."""
    wanted: dict[str, Any] = {
        "title": "RÖK prov",
        "kind": AgreementKind.REGIONAL,
        "subject": "Samverkan mot våld i nära relation",
        "parent": None,
        "owner": world.org["lansstyrelsen"],
        "case_number": "RD 2026/17",
        "planned_on": date(2026, 10, 1),
        "force_rule": "",
        "validity_years": 8,
        "valid_to": None,
        "notice_months": 12,
        "is_signed": False,
        **values,
    }
    return texts.create_agreement(values=wanted, by=world.person["coordinator"])


def with_parties(world: World, slugs: Sequence[str] = PRINCIPALS, **values: Any) -> Agreement:
    """An agreement and its parties."""
    made = agreement(world, **values)
    organisations = [world.org[slug] for slug in slugs]
    texts.choose_parties(agreement=made, organisations=organisations, by=world.person["coordinator"])
    return made


def draft(
    world: World, made: Agreement, *, title: str = "Överenskommelse om samverkan", sections: Any = SECTIONS
) -> AgreementVersion:
    """A draft with sections of (heading, topic, body)."""
    by = world.person["coordinator"]
    version = texts.start_version(agreement=made, title=title, source=None, by=by)
    for heading, topic, body in sections:
        texts.add_section(version=version, values={"heading": heading, "topic": topic, "body": body}, by=by)
    return version


def published_version(world: World, made: Agreement, **values: Any) -> AgreementVersion:
    """One more published version."""
    version = draft(world, made, **values)
    texts.publish(version=version, by=world.person["coordinator"])
    return AgreementVersion.objects.select_related("agreement").get(pk=version.pk)


def published(world: World, slugs: Sequence[str] = PRINCIPALS, **values: Any) -> Agreement:
    """An agreement with parties and a published version."""
    made = with_parties(world, slugs, **values)
    published_version(world, made)
    return made


def template(
    kind: str = AgreementKind.REGIONAL, valid_from: date = date(2020, 1, 1), name: str = "RÖK"
) -> TextTemplate:
    """The usual sections of a kind of agreement."""
    made = TextTemplate(kind=kind, name=name, valid_from=valid_from)
    audit.save(made, by=None, verb="imported")
    for position, (heading, topic, _) in enumerate(SECTIONS, start=1):
        section = TemplateSection(
            template=made, position=position, heading=heading, topic=topic, guidance=f"Skriv om {heading.lower()}."
        )
        audit.save(section, by=None, verb="imported")
    return made


def body_of(world: World, slug: str, name: str = "Kommunfullmäktige") -> DecidingBody:
    """A deciding body of the organisation, made when missing."""
    organisation = world.org[slug]
    found = DecidingBody.objects.filter(organisation=organisation, name=name).first()
    if found:
        return found
    made = DecidingBody(organisation=organisation, name=name, kind=BodyKind.COUNCIL)
    audit.save(made, by=None, verb="imported")
    return made


def adopt(
    world: World,
    made: Agreement,
    slug: str,
    outcome: str = Outcome.ADOPTED,
    decided_on: date | None = None,
    by: User | None = None,
    version: AgreementVersion | None = None,
    proof: Evidence | None = None,
    **values: Any,
) -> AdoptionDecision:
    """A principal's registered decision about a version (the one published last, unless told)."""
    row = AdoptionDecision(
        agreement=made,
        organisation=world.org[slug],
        body=body_of(world, slug),
        role=StepRole.DECIDING,
        outcome=outcome,
        version=version or made.versions.published().order_by("-number").first(),
        decided_on=decided_on or timezone.localdate(),
        registered_at=timezone.now(),
        registered_by=by or world.person["coordinator"],
        **values,
    )
    audit.save(row, by=row.registered_by, verb="registered")
    if proof:
        given = DecisionProof(decision=row, grade=proof, given_at=timezone.now(), given_by=row.registered_by)
        audit.save(given, by=row.registered_by, verb="proved")
    return row


def step(
    world: World,
    made: Agreement,
    slug: str,
    name: str = "Kommunfullmäktige",
    *,
    role: str = StepRole.DECIDING,
    planned_on: date | None = None,
    meetings: Sequence[date] = (),
) -> DecisionStep:
    """A body on the principal's way to a decision, and days in its calendar."""
    body = body_of(world, slug, name)
    number = DecisionStep.objects.filter(agreement=made, organisation=world.org[slug]).count() + 1
    row = DecisionStep(
        agreement=made,
        organisation=world.org[slug],
        position=number,
        body=body,
        role=role,
        planned_on=planned_on,
    )
    audit.save(row, by=None, verb="imported")
    for day in meetings:
        audit.save(BodyMeeting(body=body, meets_on=day), by=None, verb="imported")
    return row


def said(world: World, made: Agreement, slug: str, said_on: date) -> StatusNote:
    """Somebody responsible has said that it is not decided yet."""
    row = StatusNote(
        agreement=made,
        organisation=world.org[slug],
        said_on=said_on,
        said_by="Kommunsekreteraren",
        registered_at=timezone.now(),
        registered_by=world.person["coordinator"],
    )
    audit.save(row, by=row.registered_by, verb="registered")
    return row


def more_principals(world: World, number: int) -> list[str]:
    """Municipalities beside the cast's, each with a function address."""
    slugs = [f"kommun-{position}" for position in range(1, number + 1)]
    for position, slug in enumerate(slugs, start=1):
        organisation = Organisation(
            slug=slug,
            name=f"Kommun {position:03}",
            short_name=f"Kommun {position:03}",
            kind=OrganisationKind.MUNICIPALITY,
            is_principal=True,
            function_email=f"funktion@{slug}.example",
        )
        audit.save(organisation, by=None, verb="imported")
        world.org[slug] = organisation
    return slugs


def dispatched(
    world: World,
    made: Agreement,
    slugs: Sequence[str] = PRINCIPALS,
    *,
    days_ago: int = 30,
    is_prepared: bool = True,
    version: AgreementVersion | None = None,
) -> Dispatch:
    """A sending of the version published last, some days ago, as the job leaves it; its files are one and the same."""
    by, at = world.person["coordinator"], timezone.now() - timedelta(days=days_ago)
    dispatch = Dispatch(
        version=version or made.versions.published().order_by("-number").first(),
        sent_at=at,
        sent_by=by,
        reply_by=timezone.localdate() + timedelta(days=60),
        letter="Här kommer överenskommelsen.",
    )
    audit.save(dispatch, by=by, verb="sent")
    stored = files.store(documents.pdf("x"), by=None, name="handling", kind="pdf") if is_prepared else None
    for slug in slugs:
        item = DispatchItem(dispatch=dispatch, organisation=world.org[slug])
        if stored:
            item.letter = item.agreement_pdf = item.proposal_pdf = item.proposal_docx = stored
            item.prepared_at = at
        audit.save(item, by=by, verb="prepared" if stored else "addressed")
    return dispatch


def item_of(dispatch: Dispatch, slug: str) -> DispatchItem:
    """What one principal got, as it stands now."""
    return DispatchItem.objects.select_related("dispatch__version__agreement", "organisation").get(
        dispatch=dispatch, organisation__slug=slug
    )


def reminded(world: World, made: Agreement, slug: str, rung: int, *, days_ago: int) -> Reminder:
    """A reminder that went some days ago."""
    by, at = world.person["coordinator"], timezone.now() - timedelta(days=days_ago)
    row = Reminder(agreement=made, organisation=world.org[slug], rung=rung, text="Hör av er.", sent_at=at, sent_by=by)
    audit.save(row, by=by, verb="reminded")
    return row
