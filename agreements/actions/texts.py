"""Changes to agreements, their parties and the text: drafts edited together, published once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from agreements import permissions
from agreements.enums import DraftAccess
from agreements.models import (
    Agreement,
    AgreementVersion,
    DraftInvitation,
    Party,
    TextTemplate,
    VersionSection,
)
from agreements.queries import texts as queries
from agreements.workflow import VERSION
from kvinnofrid.core import audit, files, fingerprint, outbox, richtext
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from organisations.enums import Role
from organisations.models import Membership, Organisation, Partnership, User

RESERVED_SLUGS = {"ny"}
MOST_SECTIONS = 200
CHANGED_MEANWHILE = "Texten har ändrats sedan du öppnade sidan. Läs den igen innan du publicerar."
NO_TEXT = "Utkastet har ingen text. Skriv minst ett avsnitt innan du publicerar."
PUBLISHED = "En version är publicerad. Parter läggs därefter till eller avslutas med en dag och en motivering."


# --- the agreement and its parties ------------------------------------------------------------------------------------


@transaction.atomic
def create_agreement(*, values: Mapping[str, Any], by: User | None) -> Agreement:
    """A new agreement with its data, without parties and text."""
    _require_coordinator(by)
    Partnership.objects.select_for_update(no_key=True).first()  # a double click finds the name taken
    agreement = Agreement(slug=_free_slug(str(values["title"])))
    _set(agreement, queries.AGREEMENT_FIELDS, values)
    audit.save(agreement, by=by, verb="created")
    return agreement


@transaction.atomic
def save_agreement(*, agreement: Agreement, values: Mapping[str, Any], by: User | None, seen: str = "") -> None:
    """The agreement's data. Raises Overtaken when it is not as the person saw it."""
    _require_coordinator(by)
    agreement = _locked_agreement(agreement)
    refuse_if_overtaken(seen, stands=queries.agreement_values(agreement), wanted=values)
    _set(agreement, queries.AGREEMENT_FIELDS, values)
    audit.save(agreement, by=by, verb="saved")


@transaction.atomic
def choose_parties(
    *, agreement: Agreement, organisations: Sequence[Organisation], by: User | None, seen: str = ""
) -> None:
    """Exactly these principals are parties: only until a version is published, when their decisions begin to count.

    Raises Overtaken when the parties are not those that the person saw.
    """
    _require_coordinator(by)
    agreement = _locked_agreement(agreement)
    if agreement.versions.published().exists():
        raise MoveRefused(PUBLISHED)
    stands, wanted = queries.parties_values(queries.parties_of(agreement)), queries.parties_values(organisations)
    refuse_if_overtaken(seen, stands=stands, wanted=wanted)
    chosen = {organisation.pk: organisation for organisation in organisations}
    for party in agreement.parties.exclude(organisation__in=chosen):
        audit.remove(party, by=by, verb="removed")
    present = set(agreement.parties.values_list("organisation", flat=True))
    for organisation in chosen.values():
        if organisation.pk not in present:
            audit.save(Party(agreement=agreement, organisation=organisation), by=by, verb="added")


@transaction.atomic
def add_party(*, agreement: Agreement, organisation: Organisation, starts_on: date, reason: str, by: User) -> None:
    """One more party from a day on; one that has ended and comes back has a new period, beside the one it had."""
    _require_coordinator(by)
    agreement = _locked_agreement(agreement)
    periods = agreement.parties.filter(organisation=organisation)
    if any(period.ends_on is None or period.ends_on >= starts_on for period in periods):
        raise MoveRefused(f"{organisation.short_name} är redan part då.")
    party = Party(agreement=agreement, organisation=organisation, starts_on=starts_on)
    audit.save(party, by=by, verb="added", reason=reason)


@transaction.atomic
def end_party(*, party: Party, ends_on: date, reason: str, by: User) -> None:
    """`ends_on` is the party's last day."""
    _require_coordinator(by)
    agreement = _locked_agreement(party.agreement)
    party = agreement.parties.get(pk=party.pk)
    if party.ends_on is not None:
        raise MoveRefused(f"{party.organisation.short_name} är redan avslutad som part.")
    party.ends_on = ends_on
    audit.save(party, by=by, verb="ended", reason=reason)


# --- versions ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_version(
    *, agreement: Agreement, title: str, source: TextTemplate | AgreementVersion | None, by: User | None
) -> AgreementVersion:
    """A draft with the sections of a template (headings only) or of a version (its text), or an empty one."""
    _require_coordinator(by)
    agreement = _locked_agreement(agreement)
    if agreement.versions.drafts().exists():
        raise MoveRefused("Det finns redan ett utkast. Publicera eller kassera det innan du påbörjar ett nytt.")
    last = agreement.versions.order_by("-number").first()
    version = AgreementVersion(agreement=agreement, number=last.number + 1 if last else 1, title=title)
    audit.save(version, by=by, verb="started")
    rows: Any = source.sections.all() if source else []
    for position, row in enumerate(rows, start=1):
        section = VersionSection(
            version=version,
            position=position,
            heading=row.heading,
            topic=row.topic,
            body=getattr(row, "body", ""),
        )
        audit.save(section, by=by, verb="added")
    return version


@transaction.atomic
def save_version(*, version: AgreementVersion, values: Mapping[str, Any], by: User | None, seen: str = "") -> None:
    """The draft's own heading and what is new in it. Raises Overtaken when they are not as the person saw them."""
    version = _draft(version, by)
    refuse_if_overtaken(seen, stands=queries.version_values(version), wanted=values)
    _set(version, queries.VERSION_FIELDS, values)
    audit.save(version, by=by, verb="saved")


@transaction.atomic
def publish(*, version: AgreementVersion, by: User | None, seen: str = "") -> None:
    """Compute the fingerprints and freeze the text: from then on the database refuses every change.

    `seen` is `queries.text_seen` of what the person had before them: nothing is frozen that nobody has read.
    """
    _require_coordinator(by)
    version = _draft(version, by, verb="publish")
    if seen and seen != queries.text_seen(version):
        raise MoveRefused(CHANGED_MEANWHILE)
    sections = list(version.sections.all())
    if not sections or all(richtext.is_empty(section.body) for section in sections):
        raise MoveRefused(NO_TEXT)
    for position, section in enumerate(sections, start=1):
        section.position = position
        section.body = richtext.clean(section.body)
        section.fingerprint = fingerprint.section_fingerprint(queries.section_text(section))
        audit.save(section, by=by, verb="published")
    texts = [queries.section_text(section) for section in sections]
    version.fingerprint = fingerprint.whole_fingerprint(version.title, texts)
    version.published_at, version.published_by = timezone.now(), by
    audit.save(version, by=by, verb="published")
    outbox.post(
        to=[person for person in _writers(version) if by is None or person.pk != by.pk],
        event=f"agreement-version-{version.pk}-published",
        template="version_published",
        path=version.get_absolute_url(),
        version=version,
    )


@transaction.atomic
def discard(*, version: AgreementVersion, reason: str, by: User) -> None:
    """Give up a draft; it stays readable for the coordinator."""
    _require_coordinator(by)
    version = _draft(version, by, verb="discard", reason=reason)
    version.discarded_at = timezone.now()
    audit.save(version, by=by, verb="discarded", reason=reason)


# --- sections ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_section(*, version: AgreementVersion, values: Mapping[str, Any], by: User | None) -> VersionSection:
    """A section last in the draft; the same one twice (a double click) is one."""
    version = _draft(version, by)
    wanted = _cleaned(values)
    same = version.sections.filter(**wanted).first()
    if same:
        return same
    return _append(version, [wanted], by)[0]


@transaction.atomic
def import_sections(*, version: AgreementVersion, sections: Sequence[Mapping[str, Any]], by: User | None) -> int:
    """Sections from a document, last in the draft and in its order; those that stand there already are left out."""
    version = _draft(version, by)
    present = {(section.heading, section.body) for section in version.sections.all()}
    wanted = [row for row in map(_cleaned, sections) if (row["heading"], row["body"]) not in present]
    return len(_append(version, wanted, by))


@transaction.atomic
def save_section(*, section: VersionSection, values: Mapping[str, Any], by: User, seen: str = "") -> None:
    """A section's heading, topic and text. Raises Overtaken when it is not as the person saw it."""
    section = _of_draft(section, by)
    wanted = _cleaned(values)
    refuse_if_overtaken(seen, stands=queries.section_values(section), wanted=wanted)
    _set(section, queries.SECTION_FIELDS, wanted)
    audit.save(section, by=by, verb="saved")


@transaction.atomic
def move_section(*, section: VersionSection, before: int, by: User) -> None:
    """One step up or down: to stand at the place `before` (counted from 1) among the draft's sections."""
    section = _of_draft(section, by)
    rows = list(section.version.sections.all())
    rows.remove(section)
    rows.insert(max(0, before - 1), section)
    _number(rows, by)


@transaction.atomic
def remove_section(*, section: VersionSection, by: User) -> None:
    """Take a section out of the draft; its text stays in the history."""
    section = _of_draft(section, by)
    version = section.version
    audit.remove(section, by=by, verb="removed")
    _number(list(version.sections.all()), by)


@transaction.atomic
def keep_document(*, version: AgreementVersion, upload: files.Upload, by: User) -> StoredFile:
    """The document that sections are about to be read from, kept until the person has looked at the preview."""
    version = _draft(version, by)
    return files.store(upload, by=by)


# --- who sees the draft -----------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    version: AgreementVersion,
    access: str,
    by: User | None,
    user: User | None = None,
    organisation: Organisation | None = None,
) -> None:
    """A person or an organisation may see the draft, and write in it where `access` says so; again: changes that."""
    _require_coordinator(by)
    version = _draft(version, by)
    row = version.invitations.filter(user=user, organisation=organisation).first()
    row = row or DraftInvitation(version=version, user=user, organisation=organisation)
    if row.pk and row.access == access:
        return
    row.access = access
    audit.save(row, by=by, verb="invited")


@transaction.atomic
def uninvite(*, invitation: DraftInvitation, by: User) -> None:
    """At once: from the next page on the draft does not exist for the guest."""
    _require_coordinator(by)
    version = _draft(invitation.version, by)
    row = version.invitations.filter(pk=invitation.pk).first()
    if row:
        audit.remove(row, by=by, verb="uninvited")


# --- inside -----------------------------------------------------------------------------------------------------------


def _require_coordinator(by: User | None) -> None:
    """`by` is None for the portal itself: an import or the demonstration."""
    if by is not None and not permissions.is_coordinator(by):
        raise Refused


def _locked_agreement(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _draft(version: AgreementVersion, by: User | None, *, verb: str = "edit", reason: str = "") -> AgreementVersion:
    """The draft as it is now, held until the transaction ends: every change to it or its sections starts here."""
    version = AgreementVersion.objects.select_for_update(of=["self"]).select_related("agreement").get(pk=version.pk)
    if by is not None and not permissions.may_write(by, version):
        raise Refused
    VERSION.check(version.state, verb, reason=reason)
    return version


def _of_draft(section: VersionSection, by: User) -> VersionSection:
    version = _draft(section.version, by)
    found = version.sections.filter(pk=section.pk).first()
    if found is None:
        raise MoveRefused("Någon har tagit bort avsnittet.")
    return found


def _set(row: Any, names: Sequence[str], values: Mapping[str, Any]) -> None:
    for name in names:
        setattr(row, name, values[name])


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "heading": richtext.plain(values["heading"]),
        "topic": values["topic"],
        "body": richtext.clean(values["body"]),
    }


def _append(version: AgreementVersion, rows: Sequence[Mapping[str, Any]], by: User | None) -> list[VersionSection]:
    present = list(version.sections.all())
    if len(present) + len(rows) > MOST_SECTIONS:
        raise ValidationError(f"Ett utkast rymmer högst {MOST_SECTIONS} avsnitt.")
    last = present[-1].position if present else 0
    added = [VersionSection(version=version, position=last + place, **row) for place, row in enumerate(rows, start=1)]
    for section in added:
        audit.save(section, by=by, verb="added")
    return added


def _number(rows: Sequence[VersionSection], by: User) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            audit.save(row, by=by, verb="moved")


def _writers(version: AgreementVersion) -> list[User]:
    """Those invited to write who still take part: people by name, and the representatives of organisations."""
    guests = version.invitations.filter(access=DraftAccess.WRITE)
    by_name = User.objects.filter(pk__in=guests.filter(user__isnull=False).values("user"))
    organisations = guests.filter(organisation__isnull=False).values("organisation")
    roles = Membership.objects.active_on(timezone.localdate()).filter(role=Role.REPRESENTATIVE)
    representing = User.objects.filter(pk__in=roles.filter(organisation__in=organisations).values("user"))
    return [*(one for one in by_name if permissions.is_member(one)), *representing]


def _free_slug(title: str) -> str:
    """An address from the name; where it is taken, with a number after it."""
    stem = slugify(title)[:55].strip("-") or "overenskommelse"
    taken = RESERVED_SLUGS | set(Agreement.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if slug not in taken)
