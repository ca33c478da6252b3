"""A version to read, as page, PDF and Word, and two versions compared."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from agreements import permissions
from agreements.forms import texts as forms
from agreements.models import Agreement, AgreementVersion
from agreements.pdf import texts as pdf
from agreements.queries import texts as queries
from agreements.views.lookups import visible_agreement, visible_version, visible_versions
from agreements.workflow import VersionState
from kvinnofrid.core import files
from kvinnofrid.core.access import requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.models import FileKind
from organisations.permissions import is_coordinator, is_member

DOCX = files.FORMATS[FileKind.DOCX].content_type


@requires(is_member)
@require_safe
def version_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A version's text, with its fingerprint when it is published."""
    version = visible_version(request, slug, number)
    is_draft = version.state == VersionState.DRAFT
    others = [row for row in visible_versions(request, version.agreement) if row.pk != version.pk]
    context = {
        "version": version,
        "state": queries.VERSION_STATES[version.state],
        "sections": queries.section_views(version),
        "history": queries.version_history(version, request.user),
        "is_draft": is_draft,
        "is_coordinator": is_coordinator(request.user),
        "may_write": is_draft and permissions.may_write(request.user, version),
        "remarks": queries.remarks(version) if is_draft else [],
        "compare_url": _compare_url(version, others),
    }
    return render(request, "agreements/version_detail.html", context)


@requires(is_member)
@require_safe
def version_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The text as a public document."""
    version = visible_version(request, slug, number)
    return pdf_response(request, lambda: pdf.version_pdf(version), pdf.filename(version, "pdf"))


@requires(is_member)
@require_safe
def version_docx(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The text as a Word document."""
    version = visible_version(request, slug, number)
    response = HttpResponse(pdf.version_docx(version), content_type=DOCX)
    name = content_disposition_header(as_attachment=True, filename=pdf.filename(version, "docx"))
    response.headers["Content-Disposition"] = name or ""
    return response


@requires(is_member)
@require_safe
def version_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions section by section, words marked."""
    agreement, form = _comparison_form(request, slug)
    old, new = form.pair()
    comparison = queries.comparison(old, new)
    url = reverse("version_compare_pdf", args=[slug])
    context = {
        "agreement": agreement,
        "form": forms.CompareForm({"old": old.number, "new": new.number}, versions=list(form.versions.values())),
        "comparison": comparison,
        "pdf_url": f"{url}?{urlencode({'old': old.number, 'new': new.number})}",
    }
    return render(request, "agreements/version_compare.html", context)


@requires(is_member)
@require_safe
def version_compare_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The same comparison as a document."""
    agreement, form = _comparison_form(request, slug)
    old, new = form.pair()
    name = f"{agreement.slug} jämförelse {old.number}-{new.number}.pdf"
    return pdf_response(request, lambda: pdf.comparison_pdf(queries.comparison(old, new)), name)


# --- sections ---------------------------------------------------------------------------------------------------------


def _comparison_form(request: HttpRequest, slug: str) -> tuple[Agreement, forms.CompareForm]:
    agreement = visible_agreement(request, slug)
    versions = visible_versions(request, agreement)
    if not versions:
        raise Http404
    return agreement, forms.CompareForm(request.GET, versions=versions)


def _compare_url(version: AgreementVersion, others: list[AgreementVersion]) -> str:
    """Against the version before, or else the one after."""
    before = [row for row in others if row.number < version.number]
    if not others:
        return ""
    other = before[-1] if before else others[0]
    old, new = sorted([other.number, version.number])
    url = reverse("version_compare", args=[version.agreement.slug])
    return f"{url}?{urlencode({'old': old, 'new': new})}"
