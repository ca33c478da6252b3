"""Registers what the principals decide: their way there, decisions, proofs, what is said and what is signed.

Entries never change: a correction is a new one with a reason, and the old one stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agreements.actions.striking import REPEATED_WITHIN, strike
from agreements.enums import Evidence, Outcome
from agreements.models import (
    AdoptionDecision,
    Agreement,
    DecisionProof,
    DecisionStep,
    ExtractReading,
    Party,
    Signature,
    StatusNote,
)
from agreements.permissions import is_coordinator, may_register
from agreements.queries import adoption as queries
from agreements.rules.entries import day_fault, entry_faults
from kvinnofrid.core import audit, files, fingerprint, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.documents import UnreadableDocument, pdf_text
from kvinnofrid.core.files import Upload
from kvinnofrid.core.history import UNNAMED, has_open_identity
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from organisations.models import Organisation, User

MOST_FOUND = 50
CORRECTED = "Registreringen är redan rättad. Ladda om sidan och rätta den senaste."


@dataclass(frozen=True)
class ExtractText:
    """What the portal saw in the text layer of a file, before the file is kept."""

    has_text: bool = False
    has_hidden_text: bool = False
    found: tuple[str, ...] = ()
    fault: str = ""


# --- the way to a decision --------------------------------------------------------------------------------------------


@transaction.atomic
def save_steps(
    *,
    agreement: Agreement,
    organisation: Organisation,
    steps: Sequence[Mapping[str, Any]],
    by: User | None,
    seen: str = "",
) -> None:
    """The principal's chain; a step is known by its body and role. Raises Overtaken when it is not as seen."""
    _require(_may_register(by, organisation))
    _lock_parties(agreement, [organisation])
    rows = list(agreement.steps.filter(organisation=organisation))
    wanted: list[dict[str, Any]] = [{name: step[name] for name in queries.STEP_FIELDS} for step in steps]
    refuse_if_overtaken(seen, stands=queries.steps_values(rows), wanted={"steps": queries.steps_words(wanted)})
    bodies = set(queries.bodies_of(organisation).values_list("pk", flat=True))
    present = {(row.body_id, row.role): row for row in rows}
    kept = {(step["body"].pk, step["role"]): step for step in wanted}
    for key in present.keys() - kept.keys():
        audit.remove(present[key], by=by, verb="removed")
    for (body, role), step in kept.items():
        row = present.get((body, role))
        if row is None:
            _require(body in bodies)
            row = DecisionStep(agreement=agreement, organisation=organisation, body=step["body"], role=role)
        elif (row.position, row.planned_on) == (step["position"], step["planned_on"]):
            continue
        verb = "saved" if row.pk else "added"
        row.position, row.planned_on = step["position"], step["planned_on"]
        audit.save(row, by=by, verb=verb)


# --- decisions --------------------------------------------------------------------------------------------------------


def register_decision(
    *,
    agreement: Agreement,
    organisation: Organisation,
    values: Mapping[str, Any],
    by: User | None,
    upload: Upload | None = None,
    also_for: Sequence[Organisation] = (),
) -> AdoptionDecision:
    """What a body arrived at: one entry for each principal that it decided for, with the same extract.

    The same entry by the same person within a minute is a double click, and the first one is returned.
    """
    organisations = [organisation, *also_for]
    _require(all(_may_register(by, one) for one in organisations))
    _refuse(entry_faults(values, timezone.localdate()))
    text = read_extract(upload)
    with transaction.atomic():
        _lock_parties(agreement, organisations)
        same = {**values, "agreement": agreement, "organisation": organisation}
        if repeated := _repeated(AdoptionDecision, same, upload, "extract", by):
            return repeated
        shared = {"extract": _keep_extract(upload, text, by), "registered_at": timezone.now(), "registered_by": by}
        entries = []
        for one in organisations:
            _refuse_foreign_body(values["body"], one)
            entry = AdoptionDecision(agreement=agreement, organisation=one, **values, **shared)
            audit.save(entry, by=by, verb="registered")
            entries.append(entry)
        for entry in entries:
            _tell(entry, by, template="decision_registered")
    return entries[0]


def correct_decision(
    *,
    decision: AdoptionDecision,
    values: Mapping[str, Any],
    reason: str,
    by: User | None,
    upload: Upload | None = None,
    removes_extract: bool = False,
) -> AdoptionDecision:
    """A new entry in the place of the latest one. What has been proved of text and extract still holds for both."""
    _require(_may_register(by, decision.organisation))
    _refuse(entry_faults(values, timezone.localdate()))
    text = read_extract(upload)
    with transaction.atomic():
        latest = _latest(decision, by)
        if latest.pk != decision.pk:
            if latest.outcome == Outcome.VOID or latest.reason != reason or not _says(latest, values):
                raise MoveRefused(CORRECTED)
            return latest
        extract = _keep_extract(upload, text, by) if upload else None if removes_extract else decision.extract
        entry = _correction(decision, {**values, "extract": extract}, reason, by)
        if all(getattr(entry, name) == getattr(decision, name) for name in [*queries.ENTRY_FIELDS, "extract"]):
            raise MoveRefused("Inget är ändrat. Ändra det som ska rättas, eller avbryt.")
        _refuse_foreign_body(entry.body, entry.organisation, kept=decision.body)
        audit.save(entry, by=by, verb="corrected", reason=reason)
        _carry_proofs(decision, entry)
        _tell(entry, by, template="decision_corrected")
    return entry


@transaction.atomic
def void_decision(*, decision: AdoptionDecision, reason: str, by: User | None) -> AdoptionDecision:
    """There was no such decision: a correction that leaves nothing but itself."""
    _require(_may_register(by, decision.organisation))
    latest = _latest(decision, by)
    if latest.pk != decision.pk:
        if latest.outcome != Outcome.VOID:
            raise MoveRefused(CORRECTED)
        return latest
    if decision.outcome == Outcome.VOID:
        raise MoveRefused("Registreringen är redan struken.")
    values = {name: getattr(decision, name) for name in queries.ENTRY_FIELDS}
    entry = _correction(decision, {**values, "outcome": Outcome.VOID, "extract": decision.extract}, reason, by)
    audit.save(entry, by=by, verb="voided", reason=reason)
    _tell(entry, by, template="decision_corrected")
    return entry


@transaction.atomic
def prove(*, decision: AdoptionDecision, grade: Evidence, comment: str, by: User | None) -> DecisionProof:
    """Somebody has seen the fingerprint in the extract, or the coordinator has compared the texts."""
    compares = grade == Evidence.COMPARED
    _require(_may_coordinate(by) if compares else _may_register(by, decision.organisation))
    _lock_parties(decision.agreement, [decision.organisation])
    decision = queries.entries().get(pk=decision.pk)
    if given := decision.proofs.filter(grade=grade).first():
        return given
    if hasattr(decision, "corrected_by") or decision.outcome == Outcome.VOID:
        raise MoveRefused(CORRECTED)
    if refusal := queries.proof_refusal(decision, grade):
        raise MoveRefused(refusal)
    if queries.needs_comment(decision, grade) and not comment.strip():
        raise ValidationError({"comment": queries.WHY_COMMENT[grade]})
    proof = DecisionProof(decision=decision, grade=grade, comment=comment, given_at=timezone.now(), given_by=by)
    audit.save(proof, by=by, verb=f"proved_{grade}", reason=comment)
    return proof


def read_extract(upload: Upload | None) -> ExtractText:
    """Lets a process of its own read the text layer; takes a moment, so nothing is locked meanwhile."""
    if upload is None:
        return ExtractText()
    try:
        text = pdf_text(upload.data)
    except UnreadableDocument as unreadable:
        return ExtractText(fault=unreadable.message)
    found = fingerprint.find_short(text.text) | {fingerprint.short(one) for one in fingerprint.find_full(text.text)}
    return ExtractText(text.has_text_layer, text.has_hidden_text, tuple(sorted(found)[:MOST_FOUND]))


# --- what is said and signed ------------------------------------------------------------------------------------------


@transaction.atomic
def say_undecided(
    *, agreement: Agreement, organisation: Organisation, values: Mapping[str, Any], by: User | None
) -> StatusNote:
    """Somebody responsible has said that the principal has not decided yet."""
    _require(_may_register(by, organisation))
    _lock_parties(agreement, [organisation])
    _refuse({"said_on": day_fault(values["said_on"], timezone.localdate(), "Beskedet")})
    same = {**values, "agreement": agreement, "organisation": organisation}
    if repeated := _repeated(StatusNote, same, None, "", by):
        return repeated
    note = StatusNote(**same, registered_at=timezone.now(), registered_by=by)
    audit.save(note, by=by, verb="said")
    _tell(note, by, template="status_noted")
    return note


@transaction.atomic
def void_status_note(*, note: StatusNote, reason: str, by: User | None) -> StatusNote:
    """Nobody said so: the entry is struck out, and the one before it counts again."""
    _require(_may_register(by, note.organisation))
    void, is_new = strike(note, reason=reason, by=by)
    if is_new:
        _tell(void, by, template="status_note_struck")
    return void


@transaction.atomic
def sign(
    *, organisation: Organisation, values: Mapping[str, Any], by: User | None, upload: Upload | None = None
) -> Signature:
    """The principal's signed original of a version, where the parties sign."""
    _require(_may_register(by, organisation))
    agreement = values["version"].agreement
    if not agreement.is_signed:
        raise MoveRefused("Parterna undertecknar inte den här överenskommelsen.")
    _lock_parties(agreement, [organisation])
    _refuse({"signed_on": day_fault(values["signed_on"], timezone.localdate(), "Underskriften")})
    same = {**values, "organisation": organisation}
    if repeated := _repeated(Signature, same, upload, "file", by):
        return repeated
    file = files.store(upload, by=by) if upload else None
    signature = Signature(**same, file=file, registered_at=timezone.now(), registered_by=by)
    audit.save(signature, by=by, verb="signed")
    return signature


@transaction.atomic
def void_signature(*, signature: Signature, reason: str, by: User | None) -> Signature:
    """It was never signed so: the entry is struck out, and stays readable with its file."""
    _require(_may_register(by, signature.organisation))
    return strike(signature, reason=reason, by=by)[0]


# --- what they share --------------------------------------------------------------------------------------------------


def _require(permitted: bool) -> None:
    if not permitted:
        raise Refused


def _may_register(by: User | None, organisation: Organisation) -> bool:
    """None is the portal itself, which reads in what others have registered."""
    return by is None or may_register(by, organisation)


def _may_coordinate(by: User | None) -> bool:
    return by is None or is_coordinator(by)


def _refuse(faults: Mapping[str, str]) -> None:
    found = {name: fault for name, fault in faults.items() if fault}
    if found:
        raise ValidationError(found)


def _lock_parties(agreement: Agreement, organisations: Iterable[Organisation]) -> None:
    """What is registered for one principal about one agreement takes turns; for several, always in the same order."""
    wanted = {organisation.pk for organisation in organisations}
    parties = Party.objects.select_for_update().filter(agreement=agreement, organisation__in=wanted).order_by("pk")
    _require({party.organisation_id for party in parties} == wanted)


def _latest(decision: AdoptionDecision, by: User | None) -> AdoptionDecision:
    """The entry itself, locked, when nothing corrects it; the correction that the same person just made of it."""
    _lock_parties(decision.agreement, [decision.organisation])
    later = AdoptionDecision.objects.filter(corrects=decision).first()
    if later is None:
        return decision
    if by and later.registered_by_id == by.pk and later.registered_at > timezone.now() - REPEATED_WITHIN:
        return later
    raise MoveRefused(CORRECTED)


def _says(entry: AdoptionDecision, values: Mapping[str, Any]) -> bool:
    """Whether an entry says just this: then it is the same click once more."""
    return all(getattr(entry, name) == values[name] for name in queries.ENTRY_FIELDS if name in values)


def _correction(
    decision: AdoptionDecision, values: Mapping[str, Any], reason: str, by: User | None
) -> AdoptionDecision:
    return AdoptionDecision(
        agreement=decision.agreement,
        organisation=decision.organisation,
        corrects=decision,
        reason=reason,
        registered_at=timezone.now(),
        registered_by=by,
        **values,
    )


def _repeated(model: Any, values: Mapping[str, Any], upload: Upload | None, file: str, by: User | None) -> Any:
    """The same entry by the same person a moment ago; the file is compared by its name and size."""
    found = model.objects.filter(
        **values,
        registered_by=by,
        registered_at__gt=timezone.now() - REPEATED_WITHIN,
        corrects__isnull=True,
        corrected_by__isnull=True,
    )
    if file and upload:
        found = found.filter(**{f"{file}__name": upload.name, f"{file}__size": len(upload.data)})
    elif file:
        found = found.filter(**{f"{file}__isnull": True})
    return found.first()


def _refuse_foreign_body(body: Any, organisation: Organisation, kept: Any = None) -> None:
    if body != kept and not queries.bodies_of(organisation).filter(pk=body.pk).exists():
        raise ValidationError({"body": f"{body} beslutar inte för {organisation}."})


def _keep_extract(upload: Upload | None, text: ExtractText, by: User | None) -> StoredFile | None:
    if upload is None:
        return None
    file = files.store(upload, by=by)
    reading = ExtractReading(
        file=file,
        has_text=text.has_text,
        has_hidden_text=text.has_hidden_text,
        found=list(text.found),
        fault=text.fault,
    )
    reading.full_clean()
    reading.save(force_insert=True)
    return file


def _carry_proofs(old: AdoptionDecision, new: AdoptionDecision) -> None:
    """A comparison holds as long as the text is the same; what was seen in an extract, only of that extract."""
    if any(getattr(old, name) != getattr(new, name) for name in ("version", "stated_fingerprint", "outcome")):
        return
    for proof in old.proofs.select_related("given_by"):
        if proof.grade == Evidence.COMPARED or old.extract_id == new.extract_id:
            carried = DecisionProof(
                decision=new,
                grade=proof.grade,
                comment=proof.comment,
                given_at=proof.given_at,
                given_by=proof.given_by,
            )
            audit.save(carried, by=proof.given_by, verb="carried")


def _tell(entry: Any, by: User | None, *, template: str) -> None:
    """The coordinator hears what a registrar registers, and the registrars what the coordinator registers for them.

    What the portal itself reads in is told to nobody.
    """
    if by is None:
        return
    organisation = entry.organisation
    to = queries.registrars(organisation) if is_coordinator(by) else queries.coordinators()
    path = reverse("principal_detail", args=[entry.agreement.slug, organisation.slug])
    if isinstance(entry, AdoptionDecision):
        path = entry.get_absolute_url()
    outbox.post(
        to=[person for person in to if person.pk != by.pk],
        event=f"{template}-{entry.pk}",
        template=template,
        path=path,
        entry=entry,
        agreement=entry.agreement,
        organisation=organisation,
        actor=by.name if has_open_identity(by) else UNNAMED,
    )
