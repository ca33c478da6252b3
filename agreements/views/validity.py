"""What is decided about the validity of an agreement: extended, replaced, withdrawn, struck out."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from agreements.actions import validity
from agreements.forms.adoption import (
    ReasonForm,
    ValidityChangeForm,
)
from agreements.models import ValidityChange
from agreements.queries.validity import adopters_of, other_body_warning, validity_rows
from agreements.views.lookups import done, form_page, person, require, served, unstruck, visible_agreement
from kvinnofrid.core.access import requires
from kvinnofrid.core.idempotency import once
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@form_page
@once
def validity_change_create(request: HttpRequest, slug: str) -> HttpResponse:
    """An extension, a replacement or a withdrawal; what was registered before stands below."""
    agreement = visible_agreement(request, slug)
    require(is_coordinator(request.user))
    form = ValidityChangeForm(request.POST or None, request.FILES or None, agreement=agreement)

    def save() -> None:
        values, upload = form.values, form.cleaned_data["file"]
        change = validity.change_validity(agreement=agreement, values=values, upload=upload, by=person(request))
        warning = other_body_warning(change.kind, adopters_of(agreement), change.forum, change.organisation)
        if warning:
            messages.warning(request, f"{warning} Kontrollera att den som beslutade får göra det.")

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Beslutet om giltigheten är registrerat.")
        return redirect(agreement)
    context = {"agreement": agreement, "form": form, "rows": validity_rows(agreement)}
    return render(request, "agreements/validity_change_create.html", context)


@requires(is_member)
@form_page
def validity_change_void(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Strike out an entry about the validity, with a reason; it stays readable."""
    change = get_object_or_404(unstruck(request, _changes(request, slug)), pk=pk)
    require(is_coordinator(request.user))
    form = ReasonForm(request.POST or None)

    def save() -> None:
        validity.void_change(change=change, reason=form.cleaned_data["why"], by=person(request))

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Registreringen är struken. Registrera beslutet på nytt om det ska gälla.")
        return redirect(change.agreement)
    context = {"agreement": change.agreement, "change": change, "form": form}
    return render(request, "agreements/validity_change_void.html", context)


@requires(is_member)
@require_safe
def validity_change_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The decision about the validity."""
    return served(get_object_or_404(_changes(request, slug), pk=pk, is_void=False).file)


def _changes(request: HttpRequest, slug: str) -> QuerySet[ValidityChange]:
    changes = ValidityChange.objects.select_related("agreement", "file", "forum", "organisation")
    return changes.filter(agreement=visible_agreement(request, slug))
