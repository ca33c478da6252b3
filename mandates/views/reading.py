"""The list of mandates, one mandate's page, and its PDF."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.history import latest_first
from mandates import pdf, permissions, queries
from mandates.forms import MandateSearchForm
from mandates.queries.renewals import renewal_notice
from mandates.views.lookups import person, visible_mandate
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@require_safe
def mandate_list(request: HttpRequest) -> HttpResponse:
    """The person's own mandates and those of the organisations whose internals the person sees."""
    form = MandateSearchForm(request.GET)
    mandates = queries.mandate_rows(person(request), text=form.value("q"), state=form.value("state"))
    page = Paginator(mandates, 50).get_page(request.GET.get("sida"))
    today = timezone.localdate()
    rows = [(mandate, queries.mandate_status(mandate, mandate.lines.all(), today)) for mandate in page]
    context = {"form": form, "page": page, "rows": rows, "may_start": permissions.may_start(request.user)}
    context["makes_bundles"] = is_coordinator(request.user)
    context["sees_elections"] = permissions.sees_elections(request.user)
    context["may_register_paper"] = is_coordinator(request.user)
    return render(request, "mandates/mandate_list.html", context)


@requires(is_member)
@require_safe
def mandate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mandate: its lines as far as the person may see them, what can be done, and what has happened."""
    mandate = visible_mandate(request, pk)
    page = queries.mandate_page(mandate, person(request))
    renewal = renewal_notice(mandate, person(request))
    history = latest_first([*page.history, *(renewal.history if renewal else [])])
    context = {"mandate": mandate, "page": page, "renewal": renewal, "history": history}
    return render(request, "mandates/mandate_detail.html", context)


@requires(is_member)
@require_safe
def mandate_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The filled form as PDF, with what the person may see of it."""
    mandate = visible_mandate(request, pk)
    reader = person(request)
    return pdf_response(request, lambda: pdf.mandate_pdf(mandate, viewer=reader), f"Uppdrag {mandate.reference}.pdf")
