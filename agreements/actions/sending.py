"""What forums decide, sending a version to the principals, receiving it, and reminding those who owe an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, AgreementVersion, Dispatch, DispatchItem, ForumDecision, Reminder
from agreements.permissions import is_coordinator, may_register
from agreements.queries import reminders
from agreements.queries import sending as queries
from agreements.rules.ladder import Rung
from agreements.rules.words import joined
from agreements.workflow import ITEM
from kvinnofrid.core import access, audit, files, jobs, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import FileKind, Job, StoredFile
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from organisations.enums import Role
from organisations.models import Organisation, User

REPEATED_WITHIN = timedelta(minutes=1)
UNPUBLISHED = "Bara en publicerad version kan skickas ut."
SENT_MEANWHILE = (
    "Något har skickats ut sedan du öppnade sidan. Inget mer är skickat. Se efter vilka som redan har fått versionen, "
    "och skicka igen om det fortfarande behövs."
)


@dataclass(frozen=True)
class Package:
    """The documents for one principal."""

    letter: bytes
    agreement_pdf: bytes
    proposal_pdf: bytes
    proposal_docx: bytes


# --- forums -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def register_forum_decision(
    *, agreement: Agreement, values: Mapping[str, Any], by: User | None, upload: Upload | None = None
) -> ForumDecision:
    """What a forum decided; the very same registered before (a double click) is returned."""
    _require_coordinator(by)
    _locked(agreement)
    decision = ForumDecision(agreement=agreement, **values)
    present = agreement.forum_decisions.filter(**values).first()
    if present:
        return present
    decision.file = files.store(upload, by=by) if upload else None
    audit.save(decision, by=by, verb="registered")
    return decision


@transaction.atomic
def save_forum_decision(
    *,
    decision: ForumDecision,
    values: Mapping[str, Any],
    by: User | None,
    upload: Upload | None = None,
    removes_file: bool = False,
    seen: str = "",
) -> None:
    """Raises Overtaken when it is not as the person saw it."""
    _require_coordinator(by)
    decision = _present(decision)
    file = upload or (None if removes_file else decision.file)
    refuse_if_overtaken(seen, stands=queries.forum_decision_values(decision), wanted={**values, "file": file})
    for name in queries.FORUM_FIELDS:
        setattr(decision, name, values[name])
    decision.file = files.store(upload, by=by) if upload else None if removes_file else decision.file
    audit.save(decision, by=by, verb="saved")


@transaction.atomic
def remove_forum_decision(*, decision: ForumDecision, reason: str, by: User | None) -> None:
    """The forum decided nothing of the kind; what stood here stays in the history."""
    _require_coordinator(by)
    audit.remove(_present(decision), by=by, verb="removed", reason=reason)


# --- sending ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def send_out(
    *,
    version: AgreementVersion,
    organisations: Sequence[Organisation],
    reply_by: date,
    letter: str,
    by: User | None,
    seen: str = "",
) -> Dispatch:
    """A version to principals; a job makes what each of them gets. `seen` is `queries.dispatches_seen` of the page.

    The same by the same person within a minute is a double click, and the first one is returned.
    """
    _require_coordinator(by)
    agreement = _locked(version.agreement)
    version = AgreementVersion.objects.select_related("agreement").get(pk=version.pk)
    if not version.is_published:
        raise MoveRefused(UNPUBLISHED)
    facts = {"version": version, "reply_by": reply_by, "letter": letter, "sent_by": by}
    if repeated := _repeated(facts, organisations):
        return repeated
    if seen and seen != queries.dispatches_seen(agreement):
        raise MoveRefused(SENT_MEANWHILE)
    _refuse_strangers(agreement, organisations)
    dispatch = Dispatch(sent_at=timezone.now(), **facts)
    audit.save(dispatch, by=by, verb="sent")
    for organisation in organisations:
        audit.save(DispatchItem(dispatch=dispatch, organisation=organisation), by=by, verb="addressed")
    _ask_for_work(dispatch, by)
    return dispatch


@transaction.atomic
def resume(*, dispatch: Dispatch, by: User | None) -> Job:
    """Go on with what was cancelled or did not succeed; what is sent already is not sent again."""
    _require_coordinator(by)
    dispatch = Dispatch.objects.select_for_update(of=["self"]).select_related("version__agreement").get(pk=dispatch.pk)
    if not dispatch.items.filter(prepared_at__isnull=True).exists():
        raise MoveRefused("Allt är redan skickat.")
    return _ask_for_work(dispatch, by)


@transaction.atomic
def deliver(*, item: DispatchItem, package: Package) -> bool:
    """Keep the files and tell the registrars, once; False when another worker has done it. The portal's own work."""
    item = _locked_item(item)
    if not ITEM.allows(item.state, "prepare"):
        return False
    name, version = item.organisation.short_name, item.dispatch.version
    proposal = f"Förslag till beslut {name}"
    item.letter = files.store(package.letter, by=None, name=f"Följebrev {name}", kind=FileKind.PDF)
    item.agreement_pdf = _agreement_file(item, package, f"{version.agreement.slug} version {version.number}")
    item.proposal_pdf = files.store(package.proposal_pdf, by=None, name=proposal, kind=FileKind.PDF)
    item.proposal_docx = files.store(package.proposal_docx, by=None, name=proposal, kind=FileKind.DOCX)
    item.prepared_at = timezone.now()
    audit.save(item, by=None, verb="prepared")
    outbox.post(
        to=queries.people_of([item.organisation])[item.organisation_id].registrars,
        event=f"dispatch-item-{item.pk}-sent",
        template="dispatch_sent",
        path=queries.item_url(item),
        item=item,
        version=version,
    )
    return True


# --- receiving --------------------------------------------------------------------------------------------------------


def open_item(*, item: DispatchItem, by: User) -> DispatchItem:
    """Remember the first time that somebody of the principal looked at what was sent; others leave no trace."""
    if item.opened_at or item.prepared_at is None or not access.may(by, "view_internal", item.organisation):
        return item
    with transaction.atomic():
        item = _locked_item(item)
        if item.opened_at is None:
            item.opened_at, item.opened_by = timezone.now(), by
            audit.save(item, by=by, verb="opened")
    return item


@transaction.atomic
def receive(*, item: DispatchItem, by: User) -> None:
    """The principal's registrar (or the coordinator for it) has got what was sent."""
    if not may_register(by, item.organisation):
        raise Refused
    item = _locked_item(item)
    ITEM.check(item.state, "receive")
    now = timezone.now()
    if item.opened_at is None and access.may(by, "view_internal", item.organisation):
        item.opened_at, item.opened_by = now, by
    item.received_at, item.received_by = now, by
    audit.save(item, by=by, verb="received")


# --- reminding --------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind(*, agreement: Agreement, organisations: Sequence[Organisation], text: str, by: User | None) -> int:
    """The next rung for each of the principals; none is sent when one of them should not get one now."""
    _require_coordinator(by)
    _locked(agreement)
    due = {row.organisation.pk: row for row in reminders.ladder(agreement).due}
    if others := [one.short_name for one in organisations if one.pk not in due]:
        raise MoveRefused(f"Ingen påminnelse är skickad: {joined(others)} ska inte påminnas nu. Ladda om sidan.")
    for organisation in organisations:
        _remind(agreement, due[organisation.pk], text, by)
    return len(organisations)


def _remind(agreement: Agreement, row: reminders.LadderRow, text: str, by: User | None) -> None:
    rung = row.standing.next_rung
    assert rung is not None
    reminder = Reminder(
        agreement=agreement, organisation=row.organisation, rung=rung, text=text, sent_at=timezone.now(), sent_by=by
    )
    audit.save(reminder, by=by, verb="reminded")
    told: dict[str, Any] = {
        "event": f"reminder-{reminder.pk}",
        "reminder": reminder,
        "agreement": agreement,
        "organisation": row.organisation,
        "version": row.item.dispatch.version,
    }
    if rung == Rung.PHONE:
        coordinators = User.objects.with_role(Role.COORDINATOR, timezone.localdate())
        ladder = reverse("reminder_list", args=[agreement.slug])
        outbox.post(to=coordinators, template="reminder_phone", path=ladder, **told)
    else:
        outbox.post(to=row.to, template="reminder", path=row.item_url, **told)


# --- inside -----------------------------------------------------------------------------------------------------------


def _require_coordinator(by: User | None) -> None:
    """`by` is None for the portal itself: an import or the demonstration."""
    if by is not None and not is_coordinator(by):
        raise Refused


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _present(decision: ForumDecision) -> ForumDecision:
    """The forum's decision as it is now, held until the transaction ends."""
    decisions = ForumDecision.objects.select_for_update(of=["self"]).select_related("forum", "version", "file")
    found = decisions.filter(pk=decision.pk).first()
    if found is None:
        raise MoveRefused("Någon har tagit bort registreringen.")
    return found


def _locked_item(item: DispatchItem) -> DispatchItem:
    return queries.dispatch_items().select_for_update(of=["self"]).get(pk=item.pk)


def _repeated(facts: Mapping[str, Any], organisations: Sequence[Organisation]) -> Dispatch | None:
    wanted = {organisation.pk for organisation in organisations}
    recent = Dispatch.objects.filter(sent_at__gt=timezone.now() - REPEATED_WITHIN, **facts)
    return next((row for row in recent if set(row.items.values_list("organisation", flat=True)) == wanted), None)


def _refuse_strangers(agreement: Agreement, organisations: Sequence[Organisation]) -> None:
    parties = {organisation.pk for organisation in queries.principals_of(agreement)}
    strangers = [one.short_name for one in organisations if one.pk not in parties]
    if strangers:
        raise MoveRefused(f"{joined(strangers)} är inte part i överenskommelsen.")
    if not organisations:
        raise MoveRefused("Välj minst en huvudman att skicka till.")


def _ask_for_work(dispatch: Dispatch, by: User | None) -> Job:
    return jobs.enqueue(
        kind=queries.JOB_KIND,
        key=queries.job_key(dispatch),
        by=by,
        payload={"dispatch": dispatch.pk},
        path=dispatch.get_absolute_url(),
    )


def _agreement_file(item: DispatchItem, package: Package, name: str) -> StoredFile:
    """The agreement is the same for all, and kept once."""
    other = item.dispatch.items.filter(agreement_pdf__isnull=False).select_related("agreement_pdf").first()
    if other and other.agreement_pdf:
        return other.agreement_pdf
    return files.store(package.agreement_pdf, by=None, name=name, kind=FileKind.PDF)
