"""End lines with a hand-over, and the sheet for whoever takes over."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, pdf, permissions, queries
from mandates.forms import EndForm
from mandates.models import Mandate, MandateSeat
from mandates.views.filling import form_page
from mandates.views.lookups import line_of, person, tell, visible_mandate
from mandates.workflow import LINE
from organisations.permissions import is_member


@requires(is_member)
@form_page
@once
def mandate_end(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """End one attested line on a day, and hand it over."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    if not permissions.may_end(request.user, line):
        raise Refused
    if not LINE.allows(line.state, "end"):
        messages.info(request, "Raden kan inte avslutas.")
        return redirect(mandate)
    return _end(request, mandate, line)


@requires(is_member)
@form_page
@once
def mandate_end_all(request: HttpRequest, pk: int) -> HttpResponse:
    """End several lines of the form at once, and hand them over."""
    mandate = visible_mandate(request, pk)
    if not any(permissions.may_end(request.user, line) for line in queries.full_lines(mandate)):
        raise Refused
    if not queries.lines_to_end(mandate, person(request)):
        messages.info(request, "Det finns inget i uppdraget att avsluta.")
        return redirect(mandate)
    return _end(request, mandate)


def _end(request: HttpRequest, mandate: Mandate, line: MandateSeat | None = None) -> HttpResponse:
    form = EndForm(request.POST or None, mandate=mandate, reader=person(request), line=line)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_over(mandate=mandate, by=person(request), **form.handing_over)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, _done(form.cleaned_data, line))
            return redirect(mandate)
    return render(request, "mandates/mandate_end.html", {"mandate": mandate, "line": line, "form": form})


def _done(values: dict[str, Any], line: MandateSeat | None) -> str:
    what = f"Uppdraget för {line.seat}" if line else "Uppdraget"
    successor = values["successor"]
    after = f" {successor.name} har fått ett förberett utkast." if successor else ""
    return f"{what} avslutas {values['ended_on']}.{after}"


@requires(is_member)
@require_safe
def handover_pdf(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The hand-over sheet, for those who see the line in full."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    if not permissions.sees_in_full(request.user, line) or not hasattr(line, "handover"):
        raise Http404
    reader = person(request)
    name = f"Överlämning {mandate.reference} {line.seat.organisation.short_name}.pdf"
    return pdf_response(request, lambda: pdf.handover_pdf(line, viewer=reader), name)
