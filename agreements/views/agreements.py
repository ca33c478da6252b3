"""Agreements and their parties."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from agreements.actions import texts as actions
from agreements.forms import texts as forms
from agreements.models import Agreement
from agreements.queries import texts as queries
from agreements.views.lookups import (
    form_page,
    person,
    require,
    tell,
    visible_agreement,
)
from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """All agreements, each with how it stands in one sentence."""
    form = forms.AgreementSearchForm(request.GET)
    found = queries.agreements_found(request.user, text=form.value("q") or "", kind=form.value("kind") or "")
    page = Paginator(found, 25).get_page(request.GET.get("sida"))
    rows = queries.agreement_rows(list(page.object_list))
    context = {"form": form, "page": page, "rows": rows, "is_coordinator": is_coordinator(request.user)}
    return render(request, "agreements/agreement_list.html", context)


@requires(is_member)
@form_page
@once
def agreement_create(request: HttpRequest) -> HttpResponse:
    """A new agreement's data."""
    require(is_coordinator(request.user))
    form = forms.AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agreement = actions.create_agreement(values=form.cleaned_data, by=person(request))
        except ValidationError as error:
            tell(form, error)
        else:
            messages.success(request, "Överenskommelsen är upplagd. Välj nu vilka som är parter.")
            return redirect("agreement_parties", agreement.slug)
    return render(request, "agreements/agreement_form.html", {"form": form, "agreement": None, "stands": []})


@requires(is_member)
@require_safe
def agreement_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One agreement: how it stands, its versions, its parties, and what has happened."""
    agreement = visible_agreement(request, slug)
    context = {"agreement": agreement, "page": queries.agreement_page(agreement, request.user)}
    return render(request, "agreements/agreement_detail.html", context)


@requires(is_member)
@form_page
def agreement_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an agreement's data."""
    agreement = visible_agreement(request, slug)
    require(is_coordinator(request.user))
    seen = fingerprint(queries.agreement_values(agreement))
    form = forms.AgreementForm(
        request.POST or None, instance=Agreement.objects.get(pk=agreement.pk), initial={"seen": seen}
    )
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.save_agreement(agreement=agreement, values=values, by=person(request), seen=values["seen"])
        except ValidationError as error:
            tell(form, error)
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, "Sparat.")
            return redirect(agreement)
    context = {"form": form, "agreement": agreement, "stands": stands}
    return render(request, "agreements/agreement_form.html", context)


@requires(is_member)
@form_page
@once
def agreement_parties(request: HttpRequest, slug: str) -> HttpResponse:
    """Who the parties are: chosen freely before a version is published, then added and ended with a reason."""
    agreement = visible_agreement(request, slug)
    require(is_coordinator(request.user))
    if agreement.versions.published().exists():
        return _change_parties(request, agreement)
    present = list(queries.parties_of(agreement))
    seen = fingerprint(queries.parties_values(present))
    form = forms.PartiesForm(request.POST or None, initial={"organisations": present, "seen": seen})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            chosen, saw = list(form.cleaned_data["organisations"]), form.cleaned_data["seen"]
            actions.choose_parties(agreement=agreement, organisations=chosen, by=person(request), seen=saw)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("agreement_parties", agreement.slug)
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, "Sparat.")
            return redirect(agreement)
    context = {"form": form, "agreement": agreement, "stands": stands}
    return render(request, "agreements/agreement_parties.html", context)


def _change_parties(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    adds = "add" in request.POST
    add = forms.AddPartyForm(request.POST if adds else None, agreement=agreement, prefix="add")
    end = forms.EndPartyForm(request.POST if "end" in request.POST else None, agreement=agreement, prefix="end")
    form: Any = add if adds else end
    if request.method == "POST" and not form.is_bound:
        messages.error(request, f"{actions.PUBLISHED} Det du valde sparades inte.")
    if request.method == "POST" and form.is_valid():
        try:
            if adds:
                actions.add_party(agreement=agreement, by=person(request), **add.cleaned_data)
            else:
                actions.end_party(by=person(request), **end.cleaned_data)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, "Sparat.")
            return redirect("agreement_parties", agreement.slug)
    parties = list(agreement.parties.in_order())
    context = {"agreement": agreement, "add": add, "end": end, "forms": [add, end], "parties": parties}
    return render(request, "agreements/agreement_parties_changed.html", context)


# --- versions ---------------------------------------------------------------------------------------------------------
