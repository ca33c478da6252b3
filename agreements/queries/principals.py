"""The page of one principal and one agreement: the verdict and everything that it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from agreements.enums import Outcome, Verdict
from agreements.models import (
    AdoptionDecision,
    Agreement,
    DecisionStep,
    DispatchItem,
    Reminder,
    Signature,
    StatusNote,
)
from agreements.permissions import may_register, sees_item
from agreements.queries.adoption import ContraryReading, EntryRow, contrary_readings, principal_rows, steps_of
from agreements.queries.facts import agreement_facts
from agreements.rules.contradictions import contradictions
from agreements.rules.force import agreement_status
from agreements.rules.verdict import PrincipalVerdict
from agreements.rules.words import day_in_words
from kvinnofrid.core.history import Event, events, latest_first
from organisations.models import Organisation

TONES = {
    Verdict.IDENTICAL: "good",
    Verdict.CONDITIONAL: "good",
    Verdict.AMENDED: "warning",
    Verdict.OTHER_VERSION: "warning",
    Verdict.TABLED: "waiting",
    Verdict.REFERRED_BACK: "waiting",
    Verdict.REJECTED: "bad",
    Verdict.NOT_YET: "waiting",
    Verdict.UNKNOWN: "neutral",
    Verdict.NO_VERSION: "neutral",
}
PROVING = "Det finns inget mer att belägga."
SENTENCES = {
    Verdict.IDENTICAL: "Antog {text} utan ändring {since}.",
    Verdict.CONDITIONAL: "Antog {text} {since}, under förutsättning att alla huvudmän fattar likalydande beslut.",
    Verdict.AMENDED: "Antog {text} med ändringar {since}. Det är inget likalydande beslut.",
    Verdict.OTHER_VERSION: "Antog en annan text än {text} {since}. Det är inget likalydande beslut.",
    Verdict.TABLED: "Ärendet bordlades {since}.",
    Verdict.REFERRED_BACK: "Ärendet återremitterades {since}.",
    Verdict.REJECTED: "Avslog förslaget {since}.",
    Verdict.NOT_YET: "Har inte beslutat om {text}. Det senaste som är känt är från {since}.",
    Verdict.UNKNOWN: "Ingen har registrerat något beslut eller besked.",
    Verdict.NO_VERSION: "Ingen version är publicerad än, så det finns ingen text att besluta om.",
}
FADED = "Det senaste som är känt är mer än 60 dagar gammalt. Läget är okänt sedan {since}."
STEP_SENTENCES = {
    "added": "Lade till {about} i beslutsvägen.",
    "saved": "Ändrade {about} i beslutsvägen.",
    "removed": "Tog bort {about} ur beslutsvägen.",
    "imported": "Läste in {about} i beslutsvägen.",
}
ENTRY_SENTENCES = {
    "registered": "Registrerade beslutet i {about}.",
    "corrected": "Rättade registreringen av beslutet i {about}.",
    "voided": "Strök registreringen av beslutet i {about}: den gällde inget beslut.",
    "proved_extract": "Bekräftade fingeravtrycket i utdraget från {about}.",
    "proved_compared": "Jämförde texterna i beslutet från {about}.",
    "said": "Registrerade beskedet {about} att inget är beslutat.",
    "said_voided": "Strök beskedet {about} att inget är beslutat.",
    "signed": "Registrerade underskriften {about}.",
    "signed_voided": "Strök underskriften {about}.",
}


@dataclass(frozen=True)
class StepRow:
    """One body on the way, the day it is planned for, and what it has arrived at."""

    step: DecisionStep
    body: str
    role: str
    planned_on: date | None
    entry: EntryRow | None
    status: str
    tone: str
    register_url: str


@dataclass(frozen=True)
class Stroke:
    """What was said or signed, and the entry that strikes it out; no address for those who may not, or when it is."""

    entry: StatusNote | Signature
    struck_by: StatusNote | Signature | None
    void_url: str


@dataclass(frozen=True)
class SentItem:
    """What was sent to the principal; the address is empty for those who may not open it."""

    item: DispatchItem
    url: str
    text: str


@dataclass(frozen=True)
class PrincipalPage:
    """One principal and one agreement, as one reader may see it."""

    verdict: str
    tone: str
    sentence: str
    version: int | None
    fades_on: date | None
    ruling: EntryRow | None
    asserted: str
    steps: list[StepRow]
    entries: list[EntryRow]
    corrected: list[EntryRow]
    warnings: list[str]
    contrary: list[ContraryReading]
    notes: list[Stroke]
    signatures: list[Stroke]
    sent: list[SentItem]
    reminders: list[Reminder]
    history: list[Event]
    may_register: bool

    @property
    def standing(self) -> list[EntryRow]:
        return [row for row in self.entries if row.counts]


def principal_page(agreement: Agreement, organisation: Organisation, reader: Any) -> PrincipalPage:
    """Everything that the page shows: a fixed number of queries."""
    today = timezone.localdate()
    facts = agreement_facts(agreement, today)
    status = agreement_status(facts, as_of=today)
    verdict = status.verdicts.get(organisation.slug)
    rows = principal_rows(agreement, organisation)
    found = [one.text for one in contradictions(facts, as_of=today) if one.principal == organisation.slug]
    writes = may_register(reader, organisation)
    notes = _notes(agreement, organisation, writes=writes)
    signatures = _signatures(agreement, organisation, writes=writes)
    return PrincipalPage(
        verdict=str(verdict.verdict.label) if verdict else "Inte part i dag",
        tone=TONES[verdict.verdict] if verdict else "neutral",
        sentence=verdict_sentence(verdict, status.version) if verdict else "",
        version=status.version,
        fades_on=verdict.fades_on if verdict and not verdict.is_faded else None,
        ruling=_ruling(verdict, rows),
        asserted=_asserted(verdict),
        steps=_steps(agreement, organisation, rows, writes=writes),
        entries=[row for row in rows if not row.is_corrected],
        corrected=[row for row in rows if row.is_corrected],
        warnings=found,
        contrary=contrary_readings(row.decision for row in rows),
        notes=notes,
        signatures=signatures,
        sent=_sent(agreement, organisation, reader),
        reminders=list(agreement.reminders.filter(organisation=organisation).order_by("-sent_at", "-pk")),
        history=_history(agreement, organisation, rows, notes, signatures),
        may_register=writes,
    )


def verdict_sentence(verdict: PrincipalVerdict, version: int | None) -> str:
    """The verdict in words, with since when."""
    text = f"version {version}" if version else "texten"
    since = day_in_words(verdict.since) if verdict.since else ""
    sentence = FADED if verdict.is_faded else SENTENCES[verdict.verdict]
    return sentence.format(text=text, since=since)


def _ruling(verdict: PrincipalVerdict | None, rows: Sequence[EntryRow]) -> EntryRow | None:
    key = verdict.decision.key if verdict and verdict.decision else None
    return next((row for row in rows if row.key == key), None)


def _asserted(verdict: PrincipalVerdict | None) -> str:
    said = verdict.asserted if verdict else None
    if said is None:
        return ""
    by = f" av {said.said_by}" if said.said_by else ""
    return f"Besked {day_in_words(said.said_on)}{by}: inte beslutat."


def _steps(
    agreement: Agreement, organisation: Organisation, rows: Sequence[EntryRow], *, writes: bool
) -> list[StepRow]:
    address = reverse("decision_create", args=[agreement.slug, organisation.slug])
    found = []
    for step in steps_of(agreement, organisation):
        entry = next((row for row in rows if row.counts and _is_of(row, step)), None)
        text, tone = _step_status(step, entry)
        url = f"{address}?steg={step.pk}" if writes else ""
        found.append(StepRow(step, step.body.name, step.get_role_display(), step.planned_on, entry, text, tone, url))
    return found


def _is_of(row: EntryRow, step: DecisionStep) -> bool:
    return (row.decision.body_id, row.decision.role) == (step.body_id, step.role)


def _step_status(step: DecisionStep, entry: EntryRow | None) -> tuple[str, str]:
    if entry:
        return f"{entry.outcome} {day_in_words(entry.decided_on)}", "info"
    if step.planned_on is None:
        return "Inget sammanträde är planerat", "neutral"
    if step.planned_on < timezone.localdate():
        return "Sammanträdet har varit, inget är registrerat", "warning"
    return f"Planerat {day_in_words(step.planned_on)}", "waiting"


def _notes(agreement: Agreement, organisation: Organisation, *, writes: bool) -> list[Stroke]:
    notes = agreement.status_notes.filter(organisation=organisation, is_void=False).select_related(
        "registered_by", "corrected_by__registered_by"
    )
    rows = notes.order_by("-said_on", "-registered_at", "-pk")
    return [_stroke(row, "status_note_void", agreement, writes=writes) for row in rows]


def _signatures(agreement: Agreement, organisation: Organisation, *, writes: bool) -> list[Stroke]:
    found = Signature.objects.filter(version__agreement=agreement, organisation=organisation, is_void=False)
    rows = found.select_related("version", "file", "registered_by", "corrected_by__registered_by")
    rows = rows.order_by("-signed_on", "-pk")
    return [_stroke(row, "signature_void", agreement, writes=writes) for row in rows]


def _stroke(entry: StatusNote | Signature, page: str, agreement: Agreement, *, writes: bool) -> Stroke:
    struck_by = getattr(entry, "corrected_by", None)
    return Stroke(entry, struck_by, reverse(page, args=[agreement.slug, entry.pk]) if writes and not struck_by else "")


def _sent(agreement: Agreement, organisation: Organisation, reader: Any) -> list[SentItem]:
    items = DispatchItem.objects.filter(dispatch__version__agreement=agreement, organisation=organisation)
    found = []
    for item in items.select_related("dispatch__version", "organisation").order_by("-dispatch__sent_at", "-pk"):
        url = reverse("dispatch_item", args=[agreement.slug, item.dispatch_id, organisation.slug])
        received = f", mottaget {_day(item.received_at)}" if item.received_at else ", inte mottaget än"
        text = f"Version {item.dispatch.version.number}, skickad {_day(item.dispatch.sent_at)}{received}"
        found.append(SentItem(item, url if sees_item(reader, item) else "", text))
    return found


def _day(moment: Any) -> str:
    return day_in_words(timezone.localdate(moment))


# --- what has happened ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """An entry never changes, so its own row tells what its history would."""

    verb: str
    history_date: datetime
    history_user: Any
    history_change_reason: str = ""


def _history(
    agreement: Agreement,
    organisation: Organisation,
    rows: Sequence[EntryRow],
    notes: Sequence[Stroke],
    signatures: Sequence[Stroke],
) -> list[Event]:
    """The way, the entries, the proofs, what was said and signed, in sentences: one query more than these."""
    steps = DecisionStep.history.filter(agreement=agreement, organisation=organisation)
    found: list[Event] = []
    for step in steps.select_related("history_user", "body"):
        found += events([step], STEP_SENTENCES, about=str(step.body))
    for row in rows:
        found += _events_of(row.decision)
    for said in notes:
        found += _events_of_stroke(said, "said")
    for signed in signatures:
        found += _events_of_stroke(signed, "signed")
    return latest_first(found)


def _events_of_stroke(row: Stroke, verb: str) -> list[Event]:
    day = row.entry.said_on if isinstance(row.entry, StatusNote) else row.entry.signed_on
    told = [Told(verb, row.entry.registered_at, row.entry.registered_by)]
    if void := row.struck_by:
        told.append(Told(f"{verb}_voided", void.registered_at, void.registered_by, void.reason))
    return events(told, ENTRY_SENTENCES, about=day_in_words(day))


def _events_of(decision: AdoptionDecision) -> list[Event]:
    """Its registration, and its proofs; one that was carried over from what it corrects is told once."""
    verb = "voided" if decision.outcome == Outcome.VOID else "corrected" if decision.corrects_id else "registered"
    told = [Told(verb, decision.registered_at, decision.registered_by, decision.reason)]
    told += [
        Told(f"proved_{proof.grade}", proof.given_at, proof.given_by, proof.comment)
        for proof in decision.proofs.all()
        if proof.given_at >= decision.registered_at
    ]
    return events(told, ENTRY_SENTENCES, about=f"{decision.body} {day_in_words(decision.decided_on)}")
