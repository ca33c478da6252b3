"""The mandates of a forum in one file: ask for it, see what there is, fetch it. For the coordinator."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from kvinnofrid.core import results
from kvinnofrid.core.access import requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.views import SeeOther
from mandates.actions import bundles as actions
from mandates.forms import BundleForm
from mandates.models import Bundle
from mandates.queries import bundles as queries
from mandates.views.filling import form_page
from mandates.views.lookups import person
from organisations.permissions import is_coordinator

CONTENT_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}
GONE = "Samlingsfilen är borttagen. Ta fram en ny."


@requires(is_coordinator)
@form_page
@once
def bundle_list(request: HttpRequest) -> HttpResponse:
    """Ask for a file; below it what is being made, and the files that are kept."""
    form = BundleForm(request.POST or None, forums=queries.bundle_forums())
    if request.method == "POST" and form.is_valid():
        try:
            job = actions.ask_for_bundle(by=person(request), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return SeeOther(job.get_absolute_url())
    return render(request, "mandates/bundle_list.html", {"form": form, "page": queries.bundle_page()})


@requires(is_coordinator)
@require_safe
def bundle_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file, as long as it is kept."""
    bundle = get_object_or_404(Bundle.objects.select_related("forum"), pk=pk)
    data = results.read(bundle.pk, bundle.sha256) if bundle.is_kept else None
    if data is None:
        messages.info(request, GONE)
        return redirect("bundle_list")
    return results.response(data, name=bundle.name, content_type=CONTENT_TYPES[bundle.format])
