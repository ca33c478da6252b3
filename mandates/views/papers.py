"""Forms that came on paper: registered by the coordinator, kept as they came."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.files import file_response
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, permissions, queries
from mandates.forms import PaperForm, PaperLineFormSet
from mandates.models import Mandate
from mandates.views.filling import form_page
from mandates.views.lookups import line_of, person, require_coordinator, tell, visible_mandate
from organisations.permissions import is_member


@requires(is_member)
@form_page
@once
def paper_create(request: HttpRequest) -> HttpResponse:
    """Register a signed form with its picture; its lines are attested by it."""
    require_coordinator(request)
    form = PaperForm(request.POST or None, request.FILES or None)
    edition = form.cleaned_data.get("edition") if form.is_bound and form.is_valid() else None
    formset: Any = PaperLineFormSet(request.POST or None, prefix="lines", edition=edition)
    if request.method == "POST" and formset.is_valid() and form.is_valid():
        try:
            mandate = _register(request, form, formset)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, "Blanketten är registrerad. Raderna är attesterade på papper.")
            return redirect(mandate)
    return render(request, "mandates/paper_create.html", {"form": form, "formset": formset})


def _register(request: HttpRequest, form: PaperForm, formset: Any) -> Mandate:
    values = form.cleaned_data
    contact = {name: values.get(name, "") for name in queries.PERSON_FIELDS}
    return actions.register_paper(
        edition=values["edition"],
        person=values["person"] or contact,
        contact=contact,
        lines=formset.rows,
        scan=values["scan"],
        signed_on=values["signed_on"],
        received_on=values["received_on"],
        by=person(request),
    )


@requires(is_member)
@require_safe
def paper_scan(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The picture of the signed form, for those who see all the lines on it in full."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    on_it = mandate.lines.filter(paper=line.paper_id).select_related("seat__organisation")
    if line.paper is None or not permissions.sees_paper(request.user, on_it):
        raise Http404
    return file_response(line.paper.scan)
