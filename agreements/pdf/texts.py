"""A version and a comparison as documents: set like public ones, and a version's text can be read back exactly."""

from dataclasses import dataclass
from xml.etree import ElementTree

from django.utils.safestring import SafeString, mark_safe

from agreements.models import AgreementVersion
from agreements.queries.printing import version_document
from agreements.queries.texts import Comparison, SectionView, changed_at, section_texts
from kvinnofrid.core import pdf, word
from organisations.models import Partnership
from organisations.queries import mark_of_all


def filename(version: AgreementVersion, suffix: str) -> str:
    draft = "" if version.is_published else " utkast"
    return f"{version.agreement.slug} version {version.number}{draft}.{suffix}"


@dataclass(frozen=True)
class Clause:
    """A section as it is printed."""

    number: int
    heading: str
    html: SafeString


def version_pdf(version: AgreementVersion) -> pdf.Document:
    """The text with its fingerprint on every page. Raises core.pdf.PdfFailed; the caller has checked the access."""
    document = version_document(version)
    state = f"Fingeravtryck {version.short_fingerprint}" if version.fingerprint else "Utkast"
    return pdf.render(
        "pdf/agreement_version.html",
        {"document": document, "clauses": [_clause(section) for section in document.sections]},
        title=f"{version.title}, version {version.number}",
        created=changed_at(version),
        author=document.partnership_name,
        subject=f"{version.agreement.title}. {state}.",
        keywords=[word for word in (version.agreement.case_number, version.fingerprint) if word],
    )


def version_docx(version: AgreementVersion) -> bytes:
    """The text as a Word document, with the same facts as the PDF."""
    document = version_document(version)
    return word.write_docx(
        title=version.title,
        subtitle="" if version.is_published else "Utkast",
        facts=document.facts,
        sections=section_texts(version),
        footer=f"{document.reference} · {document.edition}",
        created=changed_at(version),
        mark=mark_of_all(),
    )


def comparison_pdf(comparison: Comparison) -> pdf.Document:
    """Two versions with the words that differ marked."""
    old, new = comparison.old, comparison.new
    partnership = Partnership.objects.first()
    name = partnership.name if partnership else ""
    return pdf.render(
        "pdf/agreement_comparison.html",
        {"comparison": comparison, "partnership_name": name},
        title=f"{new.agreement.title}: version {old.number} jämförd med version {new.number}",
        created=max(changed_at(old), changed_at(new)),
        author=name,
        subject=f"Jämförelse av version {old.number} och {new.number}.",
        keywords=[version.fingerprint for version in (old, new) if version.fingerprint],
    )


def _clause(section: SectionView) -> Clause:
    return Clause(section.number, section.section.heading, mark_safe(_with_numbers(section.html)))  # noqa: S308


def _with_numbers(html: str) -> str:
    """Numbers of lists as text where they stand: marks are drawn last on the page, and are not read in order."""
    body = ElementTree.fromstring(f"<body>{html.replace('<br>', '<br/>')}</body>")  # noqa: S314  our own, just cleaned
    for block in body.iter("ol"):
        for number, item in enumerate(block, start=int(block.attrib.pop("start", "1"))):
            first = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
            mark = ElementTree.Element("span", {"class": "mark"})
            mark.text, mark.tail, first.text = f"{number}.", f" {first.text or ''}", None
            first.insert(0, mark)
    written = ElementTree.tostring(body, encoding="unicode", short_empty_elements=False)
    return written.removeprefix("<body>").removesuffix("</body>").replace("</br>", "")
