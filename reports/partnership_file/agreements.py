"""The part of the partnership file that holds agreements: texts, recommendations, and what has been decided."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from agreements.enums import AgreementKind, ChangeKind, Outcome
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionStep,
    ForumDecision,
    Party,
    TemplateSection,
    TextTemplate,
    ValidityChange,
    VersionSection,
)
from agreements.rules.entries import day_fault, entry_faults
from agreements.workflow import VersionState
from kvinnofrid.core import audit, richtext
from kvinnofrid.core.fingerprint import SectionText, section_fingerprint, whole_fingerprint
from organisations.models import DecidingBody, JointParticipant, Organisation
from reports.partnership_file.kinds import PERIOD, Field, Kind, slug_field
from reports.partnership_file.reading import shown
from reports.partnership_file.shelves import Shelves
from reports.partnership_file.values import UnreadableError, suggestion

VERSION_IS_FROZEN = "Versionen är publicerad eller kasserad och kan inte ändras. Lägg till en ny med nästa nummer."
ENTRY_NEVER_CHANGES = "Det som är registrerat ändras aldrig. Registrera en rättelse i portalen."
RESERVED = "Adressen är upptagen. Välj en annan."


# --- what a text means where it stands --------------------------------------------------------------------------------


def _markup(text: str) -> str:
    try:
        return richtext.from_text(text)
    except richtext.TextTooComplex as error:
        raise UnreadableError(str(error)) from error


def _party(shelves: Shelves, agreement: Any, _values: Mapping[str, Any], text: str) -> Any:
    """One of the agreement's parties, by the organisation's slug."""
    organisations, parties = shelves.of(Organisation), shelves.of(Party)
    if (text,) not in organisations.rows:
        hint = suggestion(text, (str(slug) for (slug,) in organisations.rows))
        raise UnreadableError(f"{shown(text)} finns inte bland organisationer (slug).{hint}")
    organisation = organisations.rows[(text,)]
    if organisation is None:
        return None
    periods = [row for key, row in parties.rows.items() if key[:2] == (agreement.pk, organisation.pk)]
    is_lost = any(around == agreement and row.get("organisation") == organisation for around, row in parties.lost)
    if not periods and not is_lost:
        raise UnreadableError(f"{shown(text)} är ingen part i överenskommelsen (parties).")
    return organisation if any(periods) else None


def _body(shelves: Shelves, _agreement: Any, values: Mapping[str, Any], text: str) -> Any:
    """A body of the row's organisation by its name: its own, or a joint committee that decides for it."""
    organisation = values.get("organisation")
    if organisation is None:
        return None
    bodies = shelves.of(DecidingBody).rows
    if (organisation.pk, text) in bodies:
        return bodies[(organisation.pk, text)]
    joint = {body for body, participant in shelves.of(JointParticipant).rows if participant == organisation.pk}
    for body in bodies.values():
        if body and body.pk in joint and str(body) == text:
            return body
    hint = suggestion(text, (str(name) for owner, name in bodies if owner == organisation.pk))
    raise UnreadableError(f"{shown(text)} är inget organ som beslutar för {organisation} (deciding_bodies).{hint}")


def _version(shelves: Shelves, agreement: Any, _values: Mapping[str, Any], text: str) -> Any:
    """One of the agreement's versions by its number."""
    rows = shelves.of(AgreementVersion).rows
    key = (agreement.pk, int(text) if text.isdecimal() and len(text) <= 4 else None)
    if key not in rows:
        raise UnreadableError(f"{shown(text)} är ingen av överenskommelsens versioner (number).")
    return rows[key]


# --- what the model does not say itself -------------------------------------------------------------------------------


def _refuse(faults: Mapping[str, str]) -> None:
    found = {name: fault for name, fault in faults.items() if fault}
    if found:
        raise ValidationError(found)


def _fits(agreement: Agreement) -> None:
    parent = agreement.parent
    _refuse(
        {
            "slug": RESERVED if agreement.slug == "ny" else "",
            "parent": "Välj en regional överenskommelse." if parent and parent.kind != AgreementKind.REGIONAL else "",
        }
    )


def _joins(party: Party) -> None:
    is_late = party._state.adding and party.starts_on is None and party.agreement.versions.published().exists()
    _refuse(
        {
            "organisation": "" if party.organisation.is_principal else "Bara en huvudman kan vara part.",
            "starts_on": "En version är publicerad. Ange från vilken dag den nya parten är med." if is_late else "",
        }
    )


def _is_past(decision: ForumDecision) -> None:
    _refuse({"decided_on": day_fault(decision.decided_on, timezone.localdate(), "Beslutet")})


def _registers_decision(decision: AdoptionDecision) -> None:
    decision.registered_at = timezone.now()
    values = {name: getattr(decision, name) for name in ("decided_on", "outcome", "role", "version", "amendment")}
    values["stated_fingerprint"] = decision.stated_fingerprint
    faults = entry_faults(values, timezone.localdate())
    if decision.outcome == Outcome.VOID:
        faults["outcome"] = "Bara en rättelse kan säga att det inte fanns något beslut. Registrera den i portalen."
    _refuse({{"text": "version"}.get(name, name): fault for name, fault in faults.items()})


def _registers_change(change: ValidityChange) -> None:
    change.registered_at = timezone.now()
    faults = {"decided_on": day_fault(change.decided_on, timezone.localdate(), "Beslutet")}
    if not (change.forum or change.organisation or change.decided_by):
        faults["decided_by"] = "Ange vem som beslutade: forum, organisation eller decided_by."
    if change.forum and change.organisation:
        faults["organisation"] = "Ange ett forum eller en organisation, inte båda."
    if change.replaced_by and change.kind != ChangeKind.REPLACEMENT:
        faults["replaced_by"] = "Bara när överenskommelsen ersätts av en annan."
    if change.replaced_by == change.agreement:
        faults["replaced_by"] = "En överenskommelse kan inte ersättas av sig själv."
    _refuse(faults)


def _is_registered(row: models.Model) -> bool:
    return row.pk is not None


def _is_frozen(version: AgreementVersion) -> bool:
    return version.state != VersionState.DRAFT


def _publish(version: AgreementVersion, values: dict[str, Any], reason: str) -> tuple[str, str] | None:
    """Freeze a draft when the file says so, with the day that it gives or today; by nobody, as for editions."""
    wanted, day, today = values.get("published"), values.get("published_on"), timezone.localdate()
    if _is_frozen(version):
        differs = day and not (version.published_at and timezone.localdate(version.published_at) == day)
        is_discarded = wanted and not version.is_published
        _refuse({"published_on" if differs else "published": VERSION_IS_FROZEN if differs or is_discarded else ""})
        return None
    if not wanted:
        _refuse({"published_on": "Dagen hör till en version som är publicerad (published: true)." if day else ""})
        return None
    sections = list(version.sections.all())
    is_empty = all(richtext.is_empty(section.body) for section in sections)
    _refuse(
        {
            "published": "En version utan text kan inte publiceras." if is_empty else "",
            "published_on": day_fault(day, today, "Publiceringen"),
        }
    )
    texts = [SectionText(section.heading, section.body) for section in sections]
    for section, text in zip(sections, texts, strict=True):
        section.fingerprint = section_fingerprint(text)
        audit.save(section, by=None, verb="published", reason=reason)
    version.fingerprint = whole_fingerprint(version.title, texts)
    version.published_at = timezone.now()
    if day and day != today:
        version.published_at = timezone.make_aware(datetime.combine(day, time(12)))
    return "published", "publicerad: nej → ja"


# --- the kinds --------------------------------------------------------------------------------------------------------

# Which body of which party does something, and in what role.
WHO = (
    Field("organisation", "sater", "`slug` of the party.", find=_party),
    Field("body", "Kommunfullmäktige", "Name of its body, or of a joint committee it takes part in.", find=_body),
    Field("role", "deciding", "What the body does."),
)

TEXT_TEMPLATES = Kind(
    key="text_templates",
    model=TextTemplate,
    about="The usual sections of a kind of agreement, from a day on. New drafts begin with them.",
    identity=("kind", "name"),
    fields=(
        Field("kind", "regional", "The kind of agreement: a RÖK or a LÖK."),
        Field("name", "RÖK 2026", "The template's name."),
        Field("valid_from", "2026-11-01", "First day of use."),
    ),
    children=(
        Kind(
            key="sections",
            model=TemplateSection,
            about="The sections, in order. The list replaces what was there.",
            identity=("position",),
            within="template",
            title=("heading",),
            numbered="position",
            fields=(
                Field("heading", "Barnperspektiv", "Heading.", read=richtext.plain),
                Field("topic", "child_perspective", "What the section is about."),
                Field("guidance", "Beskriv hur barn blir hörda.", "What belongs in it, for those who write."),
            ),
        ),
    ),
)

PARTIES = Kind(
    key="parties",
    model=Party,
    about="The principals whose decisions the agreement needs. Once a version is published, new ones need a first day. "
    "One that has left and comes back is a row more, with its own first day.",
    identity=("organisation", "starts_on"),
    within="agreement",
    title=("organisation",),
    prepare=_joins,
    fields=(Field("organisation", "sater", "`slug` of the principal."), *PERIOD),
)

VERSIONS = Kind(
    key="versions",
    model=AgreementVersion,
    about="The texts, by their number. A published version can never change; at most one is a draft.",
    identity=("number",),
    within="agreement",
    title=("number",),
    is_frozen=_is_frozen,
    frozen_message=VERSION_IS_FROZEN,
    finish=_publish,
    fields=(
        Field("number", "1", "1 for the first."),
        Field("title", "Överenskommelse om samverkan", "The text's own heading."),
        Field("note", "Efter remissen.", "What is new in it."),
        Field(
            "published",
            "true",
            "`true` publishes the version: its fingerprint is computed and its text frozen.",
            models.BooleanField("publicerad", default=False),
        ),
        Field(
            "published_on",
            "2024-06-18",
            "The day it was published, when that is not the day of the import.",
            models.DateField("publicerad den", null=True, blank=True),
        ),
    ),
    children=(
        Kind(
            key="sections",
            model=VersionSection,
            about="The text, in order. While the version is a draft the list replaces what was there.",
            identity=("position",),
            within="version",
            title=("heading",),
            numbered="position",
            is_frozen=lambda section: _is_frozen(section.version),
            frozen_message=VERSION_IS_FROZEN,
            fields=(
                Field("heading", "Syfte", "Heading.", read=richtext.plain),
                Field("topic", "purpose", "What the section is about, so that what is missing shows."),
                Field("body", "Parterna ska samverka.", "Light markup; a new line is a line break.", read=_markup),
            ),
        ),
    ),
)

FORUM_DECISIONS = Kind(
    key="forum_decisions",
    model=ForumDecision,
    about="What forums have decided about it: gave the task, approved, recommended.",
    identity=("kind", "forum", "decided_on"),
    within="agreement",
    title=("forum", "decided_on"),
    prepare=_is_past,
    fields=(
        Field("kind", "recommended", "What the forum did."),
        Field("forum", "valfardsradet", "`slug` of the forum."),
        Field("decided_on", "2024-06-18", "The day."),
        Field("version", "1", "`number` of the version that it was about.", find=_version),
        Field("paragraph", "§ 12", "Paragraph of the minutes."),
        Field("case_number", "RD 2024/1", "Case number."),
        Field("comment", "Enhälligt.", "Anything else."),
    ),
)

STEPS = Kind(
    key="steps",
    model=DecisionStep,
    about="Each principal's way to a decision: the body first, the day when it is known.",
    identity=("organisation", "body", "role"),
    within="agreement",
    title=("organisation", "body"),
    fields=(
        *WHO,
        Field("position", "2", "Where on the way it comes, from 1."),
        Field("planned_on", "2027-02-15", "The meeting that the matter is on its way to."),
    ),
)

DECISIONS = Kind(
    key="decisions",
    model=AdoptionDecision,
    about="What the principals' bodies have decided. A row is registered once and never changes: corrections are "
    "registered in the portal. A joint committee's decision is a row for each principal.",
    identity=("organisation", "body", "role", "decided_on"),
    within="agreement",
    title=("organisation", "body", "decided_on"),
    prepare=_registers_decision,
    is_frozen=_is_registered,
    frozen_message=ENTRY_NEVER_CHANGES,
    is_register=True,
    fields=(
        *WHO,
        Field("outcome", "adopted", "What the body arrived at; `void` is for corrections in the portal."),
        Field("version", "1", "`number` of the version; empty when it was about another text.", find=_version),
        Field("stated_fingerprint", "7F3A-91C2-04D8", "The fingerprint on the decided document, when no version."),
        Field("decided_on", "2024-09-23", "The day of the decision."),
        Field("paragraph", "§ 214", "Paragraph of the minutes."),
        Field("case_numbers", "[KS 2024/12, SN 2024/7]", "Case numbers, at most five."),
        Field("is_approved_at_once", "false", "Whether the minutes were approved at once."),
        Field("approved_on", "2024-10-01", "Minutes approved."),
        Field("announced_on", "2024-10-02", "Approval announced."),
        Field("legal_force_on", "2024-10-24", "Legal force."),
        Field("delegation", "Socialchefen tecknar den lokala överenskommelsen.", "Delegation in the decision."),
        Field("reservation", "En ledamot reserverade sig.", "Reservation, without names."),
        Field("amendment", "Avsnitt 4 ströks.", "What was changed, when `outcome` is `amended`."),
    ),
)

VALIDITY_CHANGES = Kind(
    key="validity_changes",
    model=ValidityChange,
    about="Extensions, replacements and withdrawals. A row is registered once and never changes, as decisions.",
    identity=("kind", "decided_on"),
    within="agreement",
    title=("kind", "decided_on"),
    prepare=_registers_change,
    is_frozen=_is_registered,
    frozen_message=ENTRY_NEVER_CHANGES,
    is_register=True,
    fields=(
        Field("kind", "extension", "What was decided."),
        Field("decided_on", "2026-05-20", "The day of the decision."),
        Field("takes_effect_on", "2027-12-31", "The new last day of an extension; else the first day without it."),
        Field("forum", "lchnv", "`slug` of the forum that decided."),
        Field("organisation", "region-dalarna", "`slug` of the organisation that decided."),
        Field("decided_by", "Hälso- och sjukvårdsnämnden", "The body in words."),
        Field("replaced_by", "rok-ny", "`slug` of what replaces it; in the file it stands before this agreement."),
        Field("paragraph", "§ 8", "Paragraph."),
        Field("case_number", "RD 2026/5", "Case number."),
        Field("reason", "Ny överenskommelse bereds.", "Why."),
    ),
)

AGREEMENTS = Kind(
    key="agreements",
    model=Agreement,
    about="Agreements. Whether one is in force is computed from the decisions, so no field says it. What somebody has "
    "changed of these fields in the portal is kept, and told by the import.",
    identity=("slug",),
    title=("title",),
    prepare=_fits,
    keeps_edits=True,
    fields=(
        slug_field("rok-kvinnofrid"),
        Field("title", "RÖK kvinnofrid", "What it is called."),
        Field("kind", "regional", "A RÖK or a LÖK."),
        Field("subject", "Samverkan mot våld i nära relationer", "What it is about."),
        Field("parent", "rok-kvinnofrid", "`slug` of the RÖK that a LÖK belongs to."),
        Field("owner", "rss-dalarna", "`slug` of the organisation that looks after it."),
        Field("case_number", "RD 2024/1", "Case number."),
        Field("planned_on", "2024-10-01", "Planned first day in force."),
        Field("force_rule", "legal_force", "What holds when the last decision comes later; empty: nobody has said."),
        Field("validity_years", "8", "Validity in years; or `valid_to`."),
        Field("valid_to", "2032-09-30", "Last day; or `validity_years`."),
        Field("notice_months", "12", "Months of notice."),
        Field("is_signed", "true", "Whether the parties sign it."),
    ),
    children=(PARTIES, VERSIONS, FORUM_DECISIONS, STEPS, DECISIONS, VALIDITY_CHANGES),
)
