"""What one principal gets, as documents: the cover letter, and the proposed decision as PDF and in Word."""

from typing import Any

from django.template.loader import render_to_string

from agreements.actions.sending import Package
from agreements.models import DispatchItem
from agreements.queries.letters import Contents, contents
from kvinnofrid.core import pdf, word
from organisations.queries import mark_of_all


def package(item: DispatchItem, agreement_pdf: bytes) -> Package:
    """Raises core.pdf.PdfFailed. The same bytes each time, but for what has been changed in the agreement's data."""
    inside = contents(item.dispatch, item.organisation)
    return Package(
        letter=_pdf("pdf/letter.html", {"letter": inside.letter}, inside, item),
        agreement_pdf=agreement_pdf,
        proposal_pdf=_pdf("pdf/proposal.html", {"proposal": inside.proposal}, inside, item),
        proposal_docx=_docx(inside),
    )


def _pdf(template: str, context: dict[str, Any], inside: Contents, item: DispatchItem) -> bytes:
    [document] = context.values()
    version = item.dispatch.version
    return pdf.render(
        template,
        context,
        title=f"{document.title}, {item.organisation.name}",
        created=inside.created,
        author=document.partnership_name,
        subject=f"{version.agreement.title}, version {version.number}. {document.reference}.",
        keywords=[key for key in (version.agreement.case_number, version.fingerprint) if key],
    ).pdf


def _docx(inside: Contents) -> bytes:
    proposal = inside.proposal
    return word.write_document(
        title=proposal.title,
        blocks=render_to_string("agreements/parts/proposal.html", {"proposal": proposal, "level": "h3"}),
        facts=proposal.facts,
        footer=f"{proposal.reference} · {proposal.edition}",
        created=inside.created,
        mark=mark_of_all(),
    )
