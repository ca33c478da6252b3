"""What is registered of the principals' decisions: rows for tables and exports, and what the portal saw in extracts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from agreements.enums import Evidence, Outcome, StepRole
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, DecisionStep, ExtractReading, Party
from agreements.rules import facts
from agreements.rules.clock import LegalClock, legal_clock
from agreements.rules.entries import OTHER_TEXT
from agreements.rules.words import day_in_words
from kvinnofrid.core.fingerprint import find_full, find_short, short
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.ordering import swedish
from organisations.enums import Role
from organisations.models import BodyMeeting, DecidingBody, Membership, Organisation, User

STEP_FIELDS = ("body", "role", "position", "planned_on")
ENTRY_FIELDS = (
    "body", "role", "outcome", "version", "stated_fingerprint", "decided_on", "paragraph", "case_numbers",
    "is_approved_at_once", "approved_on", "announced_on", "legal_force_on", "delegation", "reservation", "amendment",
)  # fmt: skip
EVIDENCE_TONES = {Evidence.EXTRACT: "good", Evidence.COMPARED: "good", Evidence.STATED: "neutral"}
WHY_COMMENT = {
    Evidence.EXTRACT: "Portalen kunde inte själv se fingeravtrycket i utdraget. Skriv var i utdraget det står.",
    Evidence.COMPARED: "Skriv vilka handlingar som jämfördes, och hur.",
}


@dataclass(frozen=True)
class ExtractNews:
    """What the portal saw in an extract. `is_contrary`: it names another text than the one that is stated."""

    tone: str
    title: str
    text: str
    names_it: bool = False
    is_contrary: bool = False


@dataclass(frozen=True)
class ClockRow:
    """One day of the legal clock: as registered, and the last that the law allows."""

    label: str
    registered: date | None
    computed: date
    is_only_computed: bool = False


@dataclass(frozen=True)
class EntryRow:
    """One registered entry, for tables and exports. `key` is the entry's key in the facts that the rules read."""

    key: int
    decision: AdoptionDecision
    url: str
    body: str
    role: str
    outcome: str
    decided_on: date
    paragraph: str
    case_numbers: tuple[str, ...]
    text: str
    extract_url: str
    evidence: Evidence
    is_corrected: bool
    clock: LegalClock

    @property
    def is_void(self) -> bool:
        return self.decision.outcome == Outcome.VOID

    @property
    def counts(self) -> bool:
        return entry_counts(self.decision)

    @property
    def evidence_tone(self) -> str:
        return EVIDENCE_TONES[self.evidence]

    @property
    def clock_rows(self) -> list[ClockRow]:
        return clock_rows(self.decision)


# --- entries ----------------------------------------------------------------------------------------------------------


def entries() -> QuerySet[AdoptionDecision]:
    """Entries with what their pages show: two queries for any number."""
    return AdoptionDecision.objects.select_related(
        "agreement", "organisation", "body", "version", "extract__reading", "registered_by", "corrects", "corrected_by"
    ).prefetch_related("proofs__given_by")


def decision_rows(agreement: Agreement) -> dict[str, list[EntryRow]]:
    """Everything registered for each principal (by slug), corrected ones too, the latest first: two queries."""
    return _by_principal(entries().filter(agreement=agreement))


def principal_rows(agreement: Agreement, organisation: Organisation) -> list[EntryRow]:
    """The same for one principal."""
    return _by_principal(entries().filter(agreement=agreement, organisation=organisation))[organisation.slug]


def _by_principal(decisions: QuerySet[AdoptionDecision]) -> dict[str, list[EntryRow]]:
    rows: dict[str, list[EntryRow]] = defaultdict(list)
    for decision in decisions.order_by("-decided_on", "-registered_at", "-pk"):
        rows[decision.organisation.slug].append(entry_row(decision))
    return rows


def entry_row(decision: AdoptionDecision) -> EntryRow:
    """One of `entries()` as a row."""
    extract_url = reverse("decision_extract", args=[decision.agreement.slug, decision.pk])
    return EntryRow(
        key=decision.pk,
        decision=decision,
        url=decision.get_absolute_url(),
        body=decision.body.name,
        role=decision.get_role_display(),
        outcome=decision.get_outcome_display(),
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        case_numbers=tuple(decision.case_numbers),
        text=text_in_words(decision),
        extract_url=extract_url if decision.extract_id else "",
        evidence=evidence_of(decision),
        is_corrected=hasattr(decision, "corrected_by"),
        clock=legal_clock(_fact(decision)),
    )


def text_in_words(decision: AdoptionDecision) -> str:
    """Which text it was about: a version, another text, or nothing said."""
    if decision.version:
        return f"Version {decision.version.number}"
    if not decision.stated_fingerprint:
        return ""
    stated = stated_short(decision)
    return f"En annan text, {stated}" if stated else f"En annan text, {OTHER_TEXT}"


def stated_short(decision: AdoptionDecision) -> str:
    """The short fingerprint of the text that the entry states; empty when it has none."""
    if decision.version:
        return decision.version.short_fingerprint
    stated = decision.stated_fingerprint
    return next(iter(find_short(stated)), "") or next((short(full) for full in find_full(stated)), "")


def evidence_of(decision: AdoptionDecision) -> Evidence:
    """The strongest proof; a registration alone is only stated."""
    grades = {proof.grade for proof in decision.proofs.all()}
    return next((grade for grade in Evidence if grade in grades), Evidence.STATED)


def clock_rows(decision: AdoptionDecision) -> list[ClockRow]:
    """Registered days beside the last ones that the law allows, each counted from what is registered before it."""
    fact = _fact(decision)
    approved = decision.approved_on or (decision.decided_on if decision.is_approved_at_once else None)
    unapproved = fact._replace(approved_on=None, is_approved_at_once=False)
    as_computed = legal_clock(fact._replace(announced_on=None))
    whole = legal_clock(fact._replace(legal_force_on=None))
    return [
        ClockRow("Protokollet justerat", approved, legal_clock(unapproved).approved_by.on),
        ClockRow("Justeringen anslagen", decision.announced_on, as_computed.announced_by.on),
        ClockRow("Sista dag att överklaga", None, whole.appeal_ends.on, is_only_computed=True),
        ClockRow("Laga kraft", decision.legal_force_on, whole.legal_force_on.on),
    ]


def _fact(decision: AdoptionDecision) -> facts.Decision:
    return facts.Decision(
        key=decision.pk,
        body=decision.body.name,
        role=StepRole(decision.role),
        outcome=Outcome(decision.outcome),
        version=decision.version.number if decision.version else None,
        decided_on=decision.decided_on,
        registered_at=decision.registered_at,
        is_approved_at_once=decision.is_approved_at_once,
        approved_on=decision.approved_on,
        announced_on=decision.announced_on,
        legal_force_on=decision.legal_force_on,
    )


# --- what the portal saw in an extract --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ContraryReading:
    """An extract whose text names other fingerprints than the one that the entry states."""

    organisation: str
    decision: AdoptionDecision
    stated: str
    found: tuple[str, ...]
    url: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.decision.organisation.short_name}: utdraget från {self.decision.body} "
            f"{day_in_words(self.decision.decided_on)} anger fingeravtrycket {', '.join(self.found)}, "
            f"men beslutet är registrerat för {_stated_in_words(self.decision)}."
        )


def readings_that_contradict(agreement: Agreement) -> list[ContraryReading]:
    """Entries that stand, with an extract that names another text: two queries."""
    return contrary_readings(entries().filter(agreement=agreement, extract__isnull=False).order_by("pk"))


def contrary_readings(decisions: Iterable[AdoptionDecision]) -> list[ContraryReading]:
    """The same among some of `entries()`."""
    return [
        ContraryReading(
            organisation=decision.organisation.slug,
            decision=decision,
            stated=stated_short(decision),
            found=tuple(reading.found),
            url=decision.get_absolute_url(),
        )
        for decision in decisions
        if (reading := reading_of(decision)) and entry_counts(decision) and _is_contrary(decision, reading)
    ]


def entry_counts(decision: AdoptionDecision) -> bool:
    """It stands: nothing corrects it, and it does not only strike another out."""
    return decision.outcome != Outcome.VOID and not hasattr(decision, "corrected_by")


def reading_of(decision: AdoptionDecision) -> ExtractReading | None:
    extract: StoredFile | None = decision.extract
    return getattr(extract, "reading", None)


def extract_news(decision: AdoptionDecision, versions: Iterable[AgreementVersion]) -> ExtractNews | None:
    """What the portal saw in the extract, in words; None without an extract."""
    if decision.extract is None:
        return None
    reading = reading_of(decision)
    if reading is None or reading.fault:
        why = reading.fault if reading else "Filen är inte läst."
        text = why + _to_do(decision, "En person behöver titta i det.")
        return ExtractNews("warning", "Portalen kunde inte läsa utdraget", text)
    if not reading.has_text:
        text = "Filen är troligen inskannad." + _to_do(decision, "En person behöver titta i den.")
        return ExtractNews("warning", "Utdraget har ingen text som portalen kan läsa", text)
    if _is_contrary(decision, reading):
        return _contrary_news(decision, reading, versions)
    return _plain_news(decision, reading)


def _is_contrary(decision: AdoptionDecision, reading: ExtractReading) -> bool:
    """An entry that does not say which text it was about is contradicted by none."""
    states = bool(text_in_words(decision))
    return states and bool(reading.found) and stated_short(decision) not in reading.found


def _contrary_news(
    decision: AdoptionDecision, reading: ExtractReading, versions: Iterable[AgreementVersion]
) -> ExtractNews:
    numbers = {version.short_fingerprint: version.number for version in versions}
    named = ", ".join(f"{one} (version {numbers[one]})" if one in numbers else one for one in reading.found)
    text = f"I utdraget står {named}. Beslutet är registrerat för {_stated_in_words(decision)}. "
    text += "Kontrollera vilken text som beslutet gäller, och rätta registreringen om den är fel."
    return ExtractNews("bad", "Utdraget anger ett annat fingeravtryck", text, is_contrary=True)


def _plain_news(decision: AdoptionDecision, reading: ExtractReading) -> ExtractNews:
    hidden = " Filen har också text som inte syns när den läses." + _to_do(decision, "En person behöver titta i den.")
    extra = hidden if reading.has_hidden_text else ""
    if not text_in_words(decision):
        named = f"I utdraget står {', '.join(reading.found)}. " if reading.found else ""
        return ExtractNews(
            "info",
            "Registreringen säger inte vilken text beslutet gäller",
            f"{named}Rätta den om det går att se.{extra}",
        )
    if not reading.found:
        text = _to_do(decision, f"En person behöver se efter om {_stated_in_words(decision)} står i utdraget.") + extra
        return ExtractNews("warning", "Portalen hittade inget fingeravtryck i utdraget", text.strip())
    to_do = _to_do(decision, "En person behöver bekräfta det.")
    text = f"{stated_short(decision)} står i utdragets text.{to_do}{extra}"
    tone = "warning" if reading.has_hidden_text else "good"
    title = "Portalen hittade rätt fingeravtryck i utdraget"
    return ExtractNews(tone, title, text, names_it=not reading.has_hidden_text)


def _to_do(decision: AdoptionDecision, text: str) -> str:
    """What is left for a person to do with the extract, after a space; nothing when a person has seen it."""
    return "" if evidence_of(decision) == Evidence.EXTRACT else f" {text}"


def _stated_in_words(decision: AdoptionDecision) -> str:
    if decision.version:
        return f"version {decision.version.number}, {decision.version.short_fingerprint}"
    return stated_short(decision) or "en text utan fingeravtryck"


# --- proofs -----------------------------------------------------------------------------------------------------------


def proof_refusal(decision: AdoptionDecision, grade: Evidence) -> str:
    """Why the entry cannot be proved in that way; empty when it can."""
    if grade == Evidence.EXTRACT and decision.extract is None:
        return "Beslutet har inget protokollsutdrag. Lägg till det först, genom att rätta registreringen."
    if grade == Evidence.EXTRACT and not stated_short(decision):
        return "Registreringen säger inte vilket fingeravtryck beslutet gäller. Rätta den först."
    if grade == Evidence.COMPARED and decision.version is None:
        return "Registreringen säger inte vilken version beslutet gäller. Rätta den först."
    return ""


def needs_comment(decision: AdoptionDecision, grade: Evidence) -> bool:
    """Where the portal did not see the fingerprint itself, the person says how it was seen."""
    news = extract_news(decision, [])
    return grade == Evidence.COMPARED or news is None or not news.names_it


# --- what can be chosen -----------------------------------------------------------------------------------------------


def bodies_of(organisation: Organisation, day: date | None = None) -> QuerySet[DecidingBody]:
    """The principal's own bodies and the joint committees that decide for it; with a day, those active then."""
    bodies = DecidingBody.objects.active_on(day) if day else DecidingBody.objects.all()
    taken_part = organisation.joint_bodies.values("body")
    return bodies.filter(Q(organisation=organisation) | Q(pk__in=taken_part)).order_by(swedish("name"), "pk")


def joint_parties(agreement: Agreement, organisation: Organisation) -> dict[int, list[Organisation]]:
    """For each joint committee of the principal, the other parties of the agreement that it decides for."""
    parties = {
        party.organisation_id: party.organisation for party in Party.objects.filter(agreement=agreement).in_order()
    }
    found: dict[int, list[Organisation]] = {}
    for body in bodies_of(organisation).prefetch_related("participants"):
        members = {body.organisation_id, *(row.organisation_id for row in body.participants.all())}
        members.discard(organisation.pk)
        if others := [party for key, party in parties.items() if key in members]:
            found[body.pk] = others
    return found


def joint_principals(agreement: Agreement, organisation: Organisation) -> list[Organisation]:
    """Every other party that some joint committee of the principal decides for, once each."""
    found = {one.pk: one for others in joint_parties(agreement, organisation).values() for one in others}
    return list(found.values())


def same_meeting(decision: AdoptionDecision) -> list[AdoptionDecision]:
    """What the same body is registered to have decided the same day for other principals."""
    same = entries().filter(agreement=decision.agreement, body=decision.body, decided_on=decision.decided_on)
    standing = same.filter(corrected_by__isnull=True).exclude(outcome=Outcome.VOID)
    return list(standing.exclude(organisation=decision.organisation).order_by(swedish("organisation__name")))


def bodies_to_choose(
    organisation: Organisation, kept: Iterable[int], *, active: bool = False
) -> QuerySet[DecidingBody]:
    """The principal's bodies (those active today), and those that stand there already."""
    known = bodies_of(organisation, timezone.localdate() if active else None).values("pk")
    return DecidingBody.objects.filter(Q(pk__in=known) | Q(pk__in=list(kept))).order_by(swedish("name"), "pk")


def coming_meetings(organisation: Organisation) -> list[tuple[DecidingBody, list[date]]]:
    """The days ahead in the calendars of the principal's bodies: two queries."""
    today = timezone.localdate()
    ahead = Prefetch("meetings", BodyMeeting.objects.filter(meets_on__gte=today).order_by("meets_on"), to_attr="ahead")
    bodies = bodies_of(organisation, today).prefetch_related(ahead)
    return [(body, [meeting.meets_on for meeting in body.ahead]) for body in bodies]


def published_versions(agreement: Agreement) -> list[AgreementVersion]:
    """The latest first."""
    return list(agreement.versions.published().order_by("-number"))


def steps_of(agreement: Agreement, organisation: Organisation) -> list[DecisionStep]:
    return list(agreement.steps.filter(organisation=organisation).select_related("body").order_by("position", "pk"))


def steps_values(rows: Iterable[DecisionStep]) -> dict[str, Any]:
    """How the way to a decision stands, for telling whether somebody has changed it."""
    return {"steps": steps_words({name: getattr(row, name) for name in STEP_FIELDS} for row in rows)}


def steps_words(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    ordered = sorted(steps, key=lambda step: (step["position"], str(step["body"]), step["role"]))
    return [
        f"{step['position']}. {step['body']}, {StepRole(step['role']).label.lower()}"
        + (f", {step['planned_on']}" if step["planned_on"] else "")
        for step in ordered
    ]


def registrars(organisation: Organisation) -> list[User]:
    """Who keeps the organisation's case files today."""
    rows = Membership.objects.active_on(timezone.localdate()).filter(organisation=organisation, role=Role.REGISTRAR)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def coordinators() -> list[User]:
    return list(User.objects.with_role(Role.COORDINATOR, timezone.localdate()).order_by("pk"))
