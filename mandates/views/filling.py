"""The form in steps: start, person, organisations, one page per organisation, check and submit."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, permissions, queries
from mandates.forms import ContactFormSet, LineForm, PersonForm, SeatsForm, StartForm, contacts_of
from mandates.models import Mandate
from mandates.views.lookups import line_of, own_mandate, person
from organisations.permissions import is_member

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(is_member)
@form_page
@once
def mandate_start(request: HttpRequest) -> HttpResponse:
    """What the form is about, and the button that starts it (or opens the draft there is)."""
    if not permissions.may_start(request.user):
        raise Refused
    form = StartForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid():
        mandate = actions.start_mandate(edition=form.cleaned_data["edition"], by=person(request))
        return redirect("mandate_person", mandate.pk)
    return render(request, "mandates/mandate_start.html", {"form": form})


@requires(is_member)
@form_page
def mandate_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Step: name and contact details."""
    mandate = own_mandate(request, pk)
    seen = fingerprint(queries.person_values(mandate))
    form = PersonForm(request.POST or None, instance=mandate, initial={"seen": seen})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.save_person(mandate=mandate, values=values, by=person(request), seen=values["seen"])
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            return _onward(request, mandate, "person")
    return _step(request, mandate, "person", form=form, stands=stands)


@requires(is_member)
@form_page
def mandate_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Step: which organisations the mandate is for."""
    mandate = own_mandate(request, pk)
    chosen = list(queries.seats_of(mandate))
    initial = {"seats": chosen, "seen": fingerprint(queries.seats_values(chosen))}
    form = SeatsForm(request.POST or None, user=person(request), forum=mandate.edition.forum, initial=initial)
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            seats, seen = list(form.cleaned_data["seats"]), form.cleaned_data["seen"]
            actions.choose_seats(mandate=mandate, seats=seats, by=person(request), seen=seen)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            return _onward(request, mandate, "seats")
    return _step(request, mandate, "seats", form=form, stands=stands)


@requires(is_member)
@form_page
def mandate_line(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Step: one organisation's share, commissioner, period, case number and internal contacts."""
    mandate = own_mandate(request, pk)
    line = line_of(mandate, line_pk)
    if not permissions.may_fill_in(request.user, line):
        raise Refused
    seen = fingerprint(queries.line_values(line))
    form = LineForm(request.POST or None, instance=line, initial={"seen": seen})
    stands: list[dict[str, str]] = []
    present = list(line.contacts.values("id", "name", "role", "email", "phone"))
    contacts = ContactFormSet(request.POST or None, initial=present, prefix="contacts")
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        try:
            values, rows = form.cleaned_data, contacts_of(contacts)
            actions.save_line(line=line, values=values, contacts=rows, by=person(request), seen=values["seen"])
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken, contacts="Interna kontakter")
        else:
            return _onward(request, mandate, f"line-{line.pk}")
    choices: Any = form.fields["commissioner"]
    is_open = form.is_external or not choices.queryset
    context: dict[str, Any] = {
        "form": form,
        "formset": contacts,
        "line": line,
        "stands": stands,
        "external_is_open": is_open,
    }
    return _step(request, mandate, f"line-{line.pk}", **context)


@requires(is_member)
@form_page
def mandate_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Step: check the answers, then submit."""
    mandate = own_mandate(request, pk)
    if request.method == "POST":
        try:
            actions.submit(mandate=mandate, by=person(request))
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        except actions.Incomplete:
            return _review(request, mandate, status=422)
        else:
            messages.success(request, "Uppdraget är inskickat. Uppdragsgivaren får ett meddelande i portalen.")
        return redirect(mandate)
    return _review(request, mandate)


def _review(request: HttpRequest, mandate: Mandate, *, status: int = 200) -> HttpResponse:
    page = queries.mandate_page(mandate, person(request))
    problems = [problem for step in page.steps for problem in step.problems]
    context = {"page": page, "problems": problems, "refused": status != 200, "steps": page.steps}
    return _step(request, mandate, "review", status=status, **context)


def _step(request: HttpRequest, mandate: Mandate, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    steps: list[queries.Step] = context.get("steps") or queries.steps(mandate)
    current = next((number for number, step in enumerate(steps, start=1) if step.name == name), None)
    if current is None:
        if request.method == "POST":
            messages.error(request, "Det du skrev sparades inte: uppgifterna är inskickade och kan inte ändras längre.")
        return redirect(mandate)
    template = f"mandates/mandate_{name.partition('-')[0]}.html"
    context |= {"mandate": mandate, "steps": steps, "step": steps[current - 1], "number": current}
    context["back"] = steps[current - 2].url if current > 1 else mandate.get_absolute_url()
    return render(request, template, context, status=status)


def _onward(request: HttpRequest, mandate: Mandate, name: str) -> HttpResponse:
    """After a saved step: stay to add more, go to the overview, or go on to the next step."""
    if "again" in request.POST:
        messages.success(request, "Sparat.")
        return redirect(f"{request.path}#kontakter")
    if "later" in request.POST:
        messages.success(request, "Sparat. Du kan fortsätta när du vill.")
        return redirect(mandate)
    steps = queries.steps(mandate)
    names = [step.name for step in steps]
    following = steps[names.index(name) + 1 :] if name in names else steps[-1:]
    return redirect(following[0].url if following else reverse("mandate_review", args=[mandate.pk]))
