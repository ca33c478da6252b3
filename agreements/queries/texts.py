"""What pages need to know about agreements and their texts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from agreements import permissions
from agreements.enums import AgreementKind, AgreementState, RecommendationKind, Topic, Verdict
from agreements.models import Agreement, AgreementVersion, Dispatch, Party, TextTemplate, VersionSection
from agreements.queries.facts import facts_of
from agreements.queries.validity import ValidityRow, validity_rows
from agreements.rules.force import AgreementStatus, agreement_status, sentence
from agreements.rules.lint import Draft, DraftSection, Remark, lint
from agreements.workflow import VersionState
from kvinnofrid.core import richtext
from kvinnofrid.core.comparison import Piece, SectionDifference, compare, compare_sections
from kvinnofrid.core.fingerprint import SectionText, whole_fingerprint
from kvinnofrid.core.history import PORTAL, UNNAMED, Event, events, has_open_identity, latest_first
from kvinnofrid.core.ordering import swedish, swedish_key
from kvinnofrid.core.templatetags.portal import date_sv
from organisations.models import Organisation

AGREEMENT_FIELDS = (
    "title", "kind", "subject", "parent", "owner", "case_number", "planned_on", "force_rule", "validity_years",
    "valid_to", "notice_months", "is_signed",
)  # fmt: skip
VERSION_FIELDS = ("title", "note")
SECTION_FIELDS = ("heading", "topic", "body")

STATE_TONES = {
    AgreementState.PREPARING: "neutral",
    AgreementState.UNKNOWN: "warning",
    AgreementState.WAITING: "waiting",
    AgreementState.CONDITION_MET: "good",
    AgreementState.IN_FORCE: "good",
    AgreementState.CANNOT: "bad",
    AgreementState.EXTENDED: "good",
    AgreementState.EXPIRING: "warning",
    AgreementState.EXPIRED: "bad",
    AgreementState.REPLACED: "neutral",
    AgreementState.WITHDRAWN: "neutral",
}
VERDICT_TONES = {
    Verdict.IDENTICAL: "good",
    Verdict.CONDITIONAL: "good",
    Verdict.AMENDED: "bad",
    Verdict.OTHER_VERSION: "bad",
    Verdict.TABLED: "waiting",
    Verdict.REFERRED_BACK: "waiting",
    Verdict.REJECTED: "bad",
    Verdict.NOT_YET: "waiting",
    Verdict.UNKNOWN: "warning",
    Verdict.NO_VERSION: "neutral",
}
VERSION_STATES = {
    VersionState.DRAFT: ("Utkast", "neutral"),
    VersionState.PUBLISHED: ("Publicerad", "good"),
    VersionState.DISCARDED: ("Kasserad", "neutral"),
}

AGREEMENT_SENTENCES = {
    "created": "Lade upp överenskommelsen.",
    "saved": "Ändrade uppgifterna om överenskommelsen.",
    "imported": "Läste in överenskommelsen från samverkansfilen.",
}
PARTIES_CHOSEN = dict.fromkeys(("added", "removed"), "Valde vilka som är parter.")
PARTY_SENTENCES = {
    "added": "Lade till {about} som part.",
    "imported": "Läste in {about} som part.",
    "ended": "Avslutade {about} som part.",
}
PUBLISHED_SENTENCES = {"published": "Publicerade version {about}. Texten är låst."}
DRAFT_SENTENCES = {
    "started": "Påbörjade version {about}.",
    "saved": "Ändrade rubrik eller anteckning i version {about}.",
    "discarded": "Kasserade version {about}.",
    **PUBLISHED_SENTENCES,
}
SECTION_SENTENCES = {
    "added": "Lade till avsnittet ”{about}”.",
    "saved": "Ändrade i avsnittet ”{about}”.",
    "removed": "Tog bort avsnittet ”{about}”.",
    "moved": "Flyttade avsnitt.",
}
SECTIONS_ADDED = {"added": "Lade till {about} avsnitt."}
IN_ONE_GO = timedelta(seconds=2)
INVITATION_SENTENCES = {"invited": "Bjöd in {about}.", "uninvited": "Tog bort inbjudan till {about}."}


# --- values that may be overtaken -------------------------------------------------------------------------------------


def agreement_values(agreement: Agreement) -> dict[str, Any]:
    return {name: getattr(agreement, name) for name in AGREEMENT_FIELDS}


def parties_of(agreement: Agreement) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=agreement.parties.values("organisation"))


def parties_values(organisations: Iterable[Organisation]) -> dict[str, Any]:
    """Who the parties are, or would be: the same whatever order they were chosen in."""
    return {"organisations": sorted((organisation.name for organisation in organisations), key=swedish_key)}


def version_values(version: AgreementVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VERSION_FIELDS}


def section_values(section: VersionSection) -> dict[str, Any]:
    return {name: getattr(section, name) for name in SECTION_FIELDS}


def section_text(section: VersionSection) -> SectionText:
    return SectionText(section.heading, section.body)


def text_seen(version: AgreementVersion) -> str:
    """What tells whether the text of a draft is still the one that somebody looked at."""
    return whole_fingerprint(version.title, section_texts(version))


def section_texts(version: AgreementVersion) -> list[SectionText]:
    return [section_text(section) for section in version.sections.all()]


# --- the list ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AgreementRow:
    """An agreement in the list, with how it stands."""

    agreement: Agreement
    status: AgreementStatus
    sentence: str
    label: str
    tone: str


def agreements_found(user: Any, *, text: str = "", kind: str = "") -> QuerySet[Agreement]:
    """The agreements that the person may see, by name or subject; the words of their drafts are not searched."""
    found = Agreement.objects.visible_to(user).select_related("owner", "parent").in_order()
    if text:
        found = found.filter(Q(title__icontains=text) | Q(subject__icontains=text) | Q(case_number__icontains=text))
    return found.filter(kind=kind) if kind else found


def agreement_rows(agreements: Sequence[Agreement]) -> list[AgreementRow]:
    """How each of them stands today: the same number of queries for one and for many."""
    today = timezone.localdate()
    facts = facts_of(agreements, today)
    return [_row(agreement, agreement_status(facts[agreement.pk], as_of=today)) for agreement in agreements]


def _row(agreement: Agreement, status: AgreementStatus) -> AgreementRow:
    return AgreementRow(agreement, status, sentence(status), str(status.state.label), STATE_TONES[status.state])


# --- one agreement ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrincipalRow:
    """One party in the short table: how it stands to the version that is asked about."""

    slug: str
    name: str
    label: str
    tone: str


@dataclass(frozen=True)
class VersionRow:
    """A version in a list."""

    version: AgreementVersion
    label: str
    tone: str


@dataclass(frozen=True)
class AgreementPage:
    """All that the page of one agreement shows."""

    row: AgreementRow
    facts: list[dict[str, Any]]
    current: AgreementVersion | None
    draft: AgreementVersion | None
    versions: list[VersionRow]
    principals: list[PrincipalRow]
    ended_parties: list[Any]
    local_agreements: list[Agreement]
    forum_decisions: list[Any]
    dispatches: list[Dispatch]
    changes: list[ValidityRow]
    history: list[Event]
    is_coordinator: bool


def agreement_page(agreement: Agreement, user: Any) -> AgreementPage:
    """What the person may see of an agreement: of its versions the published ones, and drafts only by invitation."""
    [row] = agreement_rows([agreement])
    versions = list(agreement.versions.visible_to(user).select_related("published_by").order_by("-number"))
    parties = list(Party.history.filter(agreement_id=agreement.pk).select_related("history_user", "organisation"))
    return AgreementPage(
        row=row,
        facts=_facts(agreement),
        current=next((version for version in versions if version.is_published), None),
        draft=next((version for version in versions if version.state == VersionState.DRAFT), None),
        versions=[VersionRow(version, *VERSION_STATES[version.state]) for version in versions],
        principals=[PrincipalRow(key, name, *_verdict(row.status, key)) for key, name in row.status.names.items()],
        ended_parties=_ended(parties),
        local_agreements=list(agreement.local_agreements.in_order()),
        forum_decisions=list(agreement.forum_decisions.select_related("forum", "version", "file")),
        dispatches=list(
            Dispatch.objects.filter(version__agreement=agreement)
            .select_related("version__agreement", "sent_by")
            .prefetch_related("items")
        ),
        changes=validity_rows(agreement),
        history=_history(agreement, versions, parties, is_coordinator=permissions.is_coordinator(user)),
        is_coordinator=permissions.is_coordinator(user),
    )


def _verdict(status: AgreementStatus, key: str) -> tuple[str, str]:
    verdict = status.verdicts[key].verdict
    return str(verdict.label), VERDICT_TONES[verdict]


def _facts(agreement: Agreement) -> list[dict[str, Any]]:
    years = f"{agreement.validity_years} år" if agreement.validity_years else ""
    valid_to = f"Till och med {date_sv(agreement.valid_to)}" if agreement.valid_to else ""
    rule = agreement.get_force_rule_display() if agreement.force_rule else "Ingen regel är angiven"
    notice = f"{agreement.notice_months} månader" if agreement.notice_months is not None else ""
    return [
        {"term": "Slag", "value": agreement.get_kind_display()},
        {"term": "Ämne", "value": agreement.subject},
        *([{"term": "Regional överenskommelse", "value": agreement.parent}] if agreement.parent else []),
        {"term": "Förvaltas av", "value": agreement.owner},
        {"term": "Diarienummer", "value": agreement.case_number},
        {"term": "Planerat ikraftträdande", "value": date_sv(agreement.planned_on)},
        {"term": "Om sista beslutet kommer senare", "value": rule},
        {"term": "Giltighetstid", "value": years or valid_to},
        {"term": "Uppsägningstid", "value": notice},
        {"term": "Undertecknas av parterna", "value": "Ja" if agreement.is_signed else "Nej"},
    ]


def _ended(parties: Sequence[Any]) -> list[Any]:
    """The periods that have ended, each from the latest that is known of it."""
    latest: dict[int, Any] = {}
    for row in parties:
        latest.setdefault(row.id, row)
    today = timezone.localdate()
    return [row for row in latest.values() if row.history_type != "-" and row.ends_on and row.ends_on < today]


def _history(
    agreement: Agreement, versions: Sequence[AgreementVersion], parties: Sequence[Any], *, is_coordinator: bool
) -> list[Event]:
    """In sentences. Of versions only what everybody may know, whoever reads: a draft has a history of its own."""
    may_name = _naming(is_coordinator)
    found = events(agreement.history.select_related("history_user"), AGREEMENT_SENTENCES, may_name=may_name)
    for party in parties:
        # One by one, with a reason, once a version is published; before that the choice is told as one.
        sentences = PARTY_SENTENCES if party.history_change_reason else PARTIES_CHOSEN
        found += events([party], sentences, about=party.organisation.short_name, may_name=may_name)
    for version in versions:
        if version.published_at:
            sentence = PUBLISHED_SENTENCES["published"].format(about=version.number)
            found.append(Event(version.published_at, _who(version.published_by, may_name), sentence))
    return latest_first(found)


def _who(person: Any, may_name: Callable[[Any], bool]) -> str:
    if person is None:
        return PORTAL
    return str(person.name) if may_name(person) else UNNAMED


def _naming(is_coordinator: bool) -> Callable[[Any], bool]:
    return (lambda person: True) if is_coordinator else has_open_identity


# --- one version ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionView:
    """A section to be read: its number, and its text as HTML of the allowed kinds."""

    section: VersionSection
    number: int
    html: SafeString
    fingerprint: str


def section_views(version: AgreementVersion) -> list[SectionView]:
    """The text as it is shown and printed: cleaned once more, whatever the database holds."""
    return [
        SectionView(section, number, safe_html(section.body), section.fingerprint)
        for number, section in enumerate(version.sections.all(), start=1)
    ]


def safe_html(body: str) -> SafeString:
    return mark_safe(richtext.clean(body))  # noqa: S308  the allow-list is what makes it safe


def version_history(version: AgreementVersion, user: Any) -> list[Event]:
    """The life of a version; of a published one, for those who did not write it, only that it was published."""
    is_coordinator = permissions.is_coordinator(user)
    is_inside = is_coordinator or not version.is_published
    may_name = _naming(is_coordinator)
    sentences = DRAFT_SENTENCES if is_inside else PUBLISHED_SENTENCES
    rows = version.history.select_related("history_user")
    found = events(rows, sentences, about=str(version.number), may_name=may_name)
    if is_inside:
        sections = VersionSection.history.filter(version_id=version.pk).select_related("history_user")
        for run in _added_together(sections):
            told, about = (SECTION_SENTENCES, run[0].heading) if len(run) == 1 else (SECTIONS_ADDED, str(len(run)))
            found += events(run[:1], told, about=about, may_name=may_name)
    if is_coordinator:
        invitations = version.invitations.model.history.filter(version_id=version.pk)
        for row in invitations.select_related("history_user", "user", "organisation"):
            found += events([row], INVITATION_SENTENCES, about=str(row.user or row.organisation))
    return latest_first(found)


def _added_together(rows: Iterable[Any]) -> list[list[Any]]:
    """Changes of sections, one by one; those added in one go, from a template, a version or a Word file, as one run."""
    runs: list[list[Any]] = []
    for row in rows:
        if runs and _is_of_one_go(runs[-1][-1], row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _is_of_one_go(later: Any, row: Any) -> bool:
    is_same = later.verb == row.verb == "added" and later.history_user_id == row.history_user_id
    return is_same and later.history_date - row.history_date < IN_ONE_GO


def remarks(version: AgreementVersion) -> list[Remark]:
    """What a reader would ask about the draft as it stands."""
    agreement = version.agreement
    template = template_for(agreement.kind)
    expected = [(Topic(row.topic), row.heading) for row in template.sections.all()] if template else []
    assigned = agreement.forum_decisions.filter(kind=RecommendationKind.ASSIGNED).order_by("decided_on").first()
    return lint(
        Draft(
            title=version.title,
            case_number=agreement.case_number,
            owner=agreement.owner.name if agreement.owner else "",
            planned_on=agreement.planned_on,
            validity_years=agreement.validity_years,
            valid_to=agreement.valid_to,
            assigned_on=assigned.decided_on if assigned else None,
            sections=tuple(
                DraftSection(section.heading, section.body, Topic(section.topic)) for section in version.sections.all()
            ),
            expected=tuple(expected),
            today=timezone.localdate(),
        )
    )


def template_for(kind: str, on: date | None = None) -> TextTemplate | None:
    """The newest template of a kind that is valid on a day (today unless told)."""
    day = on or timezone.localdate()
    return TextTemplate.objects.filter(kind=kind, valid_from__lte=day).order_by("-valid_from", "-pk").first()


def guidance(section: VersionSection) -> str:
    """What the template says belongs in such a section."""
    template = template_for(section.version.agreement.kind)
    row = template.sections.filter(heading=section.heading).first() if template else None
    return row.guidance if row else ""


def section_rows(version: AgreementVersion) -> list[tuple[str, str]]:
    """Number and heading as they stand in the text, with the section's whole fingerprint."""
    return [(f"{view.number}. {view.section.heading}", view.fingerprint) for view in section_views(version)]


def changed_at(version: AgreementVersion) -> datetime:
    """When the text was published, or when the draft was last touched."""
    if version.published_at:
        return version.published_at
    touched = [row.history_date for row in version.history.all()[:1]]
    touched += VersionSection.history.filter(version_id=version.pk).values_list("history_date", flat=True)[:1]
    return max(touched, default=version.created_at)


# --- two versions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """Two versions of an agreement, section by section."""

    old: AgreementVersion
    new: AgreementVersion
    title: list[Piece]
    sections: list[SectionDifference]
    is_same: bool

    @property
    def changed(self) -> int:
        return sum(section.kind != "same" for section in self.sections)


def comparison(old: AgreementVersion, new: AgreementVersion) -> Comparison:
    """What differs; the fingerprints, counted anew from both texts, say whether anything does."""
    before, after = section_texts(old), section_texts(new)
    return Comparison(
        old=old,
        new=new,
        title=compare(richtext.plain(old.title), richtext.plain(new.title)),
        sections=compare_sections(before, after),
        is_same=whole_fingerprint(old.title, before) == whole_fingerprint(new.title, after),
    )


def latest_published(agreement: Agreement) -> AgreementVersion | None:
    return agreement.versions.published().order_by("-number").first()


def principals_to_choose() -> QuerySet[Organisation]:
    return Organisation.objects.principals().active_on(timezone.localdate()).order_by("-kind", swedish("name"))


def parents_to_choose(agreement: Agreement) -> QuerySet[Agreement]:
    found = Agreement.objects.filter(kind=AgreementKind.REGIONAL).in_order()
    return found.exclude(pk=agreement.pk) if agreement.pk else found
