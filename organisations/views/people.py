"""All people, for the coordinator: found, read, and their accounts closed or opened."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from organisations import actions, queries
from organisations.forms import PeopleForm, ReasonForm
from organisations.models import Organisation, User
from organisations.permissions import is_coordinator
from organisations.views.lookups import done, form_page, person_of

PER_PAGE = 50


@requires(is_coordinator)
@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """All people with today's roles, and the organisations that nobody looks after."""
    form, today = PeopleForm(request.GET), timezone.localdate()
    found = queries.people(
        text=form.value("q") or "",
        organisation=form.value("organisation"),
        role=form.value("role") or "",
        state=form.value("state") or "",
        day=today,
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "form": form,
        "page": page,
        "rows": [queries.person_row(person) for person in page.object_list],
        "headless": [
            {"organisation": one, "url": queries.place_url(one, "member_list")}
            for one in Organisation.objects.without_administrator(today).in_order()
        ],
    }
    return render(request, "organisations/person_list.html", context)


@requires(is_coordinator)
@require_safe
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles in time, seats, invitations, what is held, and what has happened."""
    person = get_object_or_404(User, pk=pk)
    page = queries.person_page(person, timezone.now(), timezone.localdate())
    return render(request, "organisations/person_detail.html", {"page": page, "person": person})


@requires(is_coordinator)
@form_page
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, with what the person holds."""
    told = "Kontot är avstängt. Den som var inloggad är utloggad."
    return _account(request, pk, actions.deactivate, told, closes=True)


@requires(is_coordinator)
@form_page
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    return _account(request, pk, actions.reactivate, "Kontot är öppet igen.", closes=False)


def _account(request: HttpRequest, pk: int, change: Any, told: str, *, closes: bool) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    if person.is_active != closes:
        messages.info(request, "Kontot är redan avstängt." if closes else "Kontot är redan öppet.")
        return redirect("person_detail", pk)
    form = ReasonForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: change(person=person, by=person_of(request), **form.cleaned_data))
    ):
        messages.success(request, told)
        return redirect("person_detail", pk)
    context = {
        "form": form,
        "person": person,
        "closes": closes,
        "holdings": queries.holdings(person, timezone.localdate()) if closes else [],
    }
    return render(request, "organisations/person_account.html", context)
