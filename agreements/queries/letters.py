"""What one principal gets, as printed: the cover letter and the proposed decision, also before they are sent."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from agreements.enums import RecommendationKind
from agreements.models import Agreement, AgreementVersion, Dispatch
from agreements.rules import letters
from agreements.rules.words import day_in_words
from kvinnofrid.core.history import has_open_identity
from organisations.models import Organisation, Partnership, User

SUPPORTING = [RecommendationKind.APPROVED, RecommendationKind.RECOMMENDED]
COORDINATOR = "Samordnaren"


@dataclass(frozen=True)
class Letter:
    """The cover letter to one principal."""

    partnership_name: str
    title: str
    facts: list[tuple[str, str]]
    text: str
    enclosures: list[str]
    sender: list[str]
    reference: str
    edition: str


@dataclass(frozen=True)
class Proposal:
    """The decision that all are asked to take. Everything but the facts is the same for all."""

    partnership_name: str
    title: str
    facts: list[tuple[str, str]]
    clauses: list[SafeString]
    matter: list[SafeString]
    instructions: list[SafeString]
    afterwards: str
    enclosures: list[SafeString]
    reference: str
    edition: str


@dataclass(frozen=True)
class Contents:
    """What is sent to one principal, besides the agreement itself."""

    letter: Letter
    proposal: Proposal
    created: datetime


def contents(dispatch: Dispatch, organisation: Organisation) -> Contents:
    """The same before it is sent (a dispatch not yet saved) and after: two queries."""
    partnership = Partnership.objects.first()
    name = partnership.name if partnership else ""
    return Contents(
        letter=_letter(dispatch, organisation, partnership),
        proposal=_proposal(dispatch, organisation, name),
        created=dispatch.sent_at,
    )


def first_letter_text(version: AgreementVersion) -> str:
    """What the letter says until somebody has changed it."""
    agreement = version.agreement
    return letters.letter_text(
        title=agreement.title,
        number=version.number,
        supported=_supported(version),
        has_several=_has_several(agreement, timezone.now()),
    )


def _letter(dispatch: Dispatch, organisation: Organisation, partnership: Partnership | None) -> Letter:
    version, agreement = dispatch.version, dispatch.version.agreement
    return Letter(
        partnership_name=partnership.name if partnership else "",
        title=f"För beslut: {agreement.title}",
        facts=_told(
            ("Till", organisation.name),
            ("Datum", _day(dispatch.sent_at)),
            ("Beslut önskas senast", day_in_words(dispatch.reply_by)),
            ("Vårt diarienummer", agreement.case_number),
            ("Version", str(version.number)),
            ("Fingeravtryck", version.short_fingerprint),
        ),
        text=dispatch.letter,
        enclosures=[
            f"Överenskommelsen, version {version.number} (PDF)",
            "Förslag till beslut (PDF, och Word att arbeta vidare i)",
        ],
        sender=_sender(dispatch.sent_by, partnership),
        reference=_reference(version),
        edition=f"Version {version.number}",
    )


def _proposal(dispatch: Dispatch, organisation: Organisation, partnership_name: str) -> Proposal:
    version, agreement = dispatch.version, dispatch.version.agreement
    fingerprint, has_several = version.short_fingerprint, _has_several(agreement, dispatch.sent_at)

    def whole(texts: list[str]) -> list[SafeString]:
        return [_unbroken(text, fingerprint) for text in texts]

    return Proposal(
        partnership_name=partnership_name,
        title="Förslag till beslut",
        facts=_told(
            ("Huvudman", organisation.name),
            ("Organ som beslutar", letters.TO_FILL_IN),
            ("Ert diarienummer", letters.TO_FILL_IN),
            ("Ärende", f"Antagande av {agreement.title}"),
            ("Avsändarens diarienummer", agreement.case_number),
        ),
        clauses=whole(
            letters.clauses(
                title=version.title, number=version.number, fingerprint=fingerprint, has_several=has_several
            )
        ),
        matter=whole(
            letters.matter(
                title=version.title,
                subject=agreement.subject,
                supported=_supported(version),
                planned_on=agreement.planned_on,
                today=timezone.localdate(dispatch.sent_at),
                lasts=_lasts(agreement),
                has_several=has_several,
                is_signed=agreement.is_signed,
                fingerprint=fingerprint,
            )
        ),
        instructions=whole(
            letters.instructions(number=version.number, fingerprint=fingerprint, has_several=has_several)
        ),
        afterwards=letters.AFTERWARDS,
        enclosures=whole([f"{version.title}, version {version.number}, fingeravtryck {fingerprint}"]),
        reference=_reference(version),
        edition=f"Version {version.number}",
    )


def _unbroken(text: str, fingerprint: str) -> SafeString:
    """The fingerprint on one line, to be read and copied."""
    unbroken = format_html('<span class="nowrap">{}</span>', fingerprint)
    return mark_safe(escape(text).replace(fingerprint, unbroken))  # noqa: S308  escaped, and our own span


def _told(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    """What nobody has said is left out."""
    return [fact for fact in facts if fact[1]]


def _day(moment: datetime) -> str:
    return day_in_words(timezone.localdate(moment))


def _reference(version: AgreementVersion) -> str:
    return f"Fingeravtryck {version.short_fingerprint}"


def _has_several(agreement: Agreement, moment: datetime) -> bool:
    """Whether the decision of one party rests on those of others; the same for all items of a dispatch."""
    return agreement.parties.active_on(timezone.localdate(moment)).count() > 1


def _lasts(agreement: Agreement) -> str:
    if agreement.validity_years:
        return f"Den gäller i {agreement.validity_years} år."
    return f"Den gäller till och med {day_in_words(agreement.valid_to)}." if agreement.valid_to else ""


def _supported(version: AgreementVersion) -> str:
    """What forums have said of the version, in sentences."""
    found = version.forum_decisions.filter(kind__in=SUPPORTING).select_related("forum")
    return " ".join(
        letters.support(RecommendationKind(row.kind), row.forum.name, row.decided_on)
        for row in found.order_by("decided_on", "pk")
    )


def _sender(by: User | None, partnership: Partnership | None) -> list[str]:
    """Who answers questions: the person by name unless that is protected, and the partnership's own address."""
    named = [by.name, by.title] if by and has_open_identity(by) else [COORDINATOR]
    return [line for line in [*named, partnership.contact_email if partnership else ""] if line]
