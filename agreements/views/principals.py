"""A principal's page and its way to a decision, what is said about it, and what it has signed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from agreements.actions import adoption as actions
from agreements.forms.adoption import (
    ReasonForm,
    SignatureForm,
    StatusNoteForm,
    StepFormSet,
    StepsForm,
    steps_from,
)
from agreements.models import Agreement, Signature
from agreements.queries import adoption as queries
from agreements.queries.principals import principal_page
from agreements.views.lookups import done, form_page, person, principal_of, require, served, unstruck, visible_agreement
from kvinnofrid.core.access import requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from organisations.actions import add_body
from organisations.forms import BodyForm
from organisations.models import Organisation
from organisations.permissions import is_coordinator, is_member, may_register

STEPS = "beslutsvag"


@requires(is_member)
@require_safe
def principal_detail(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """How one principal stands to one agreement, and everything that this rests on."""
    agreement, principal = principal_of(request, slug, organisation)
    page = principal_page(agreement, principal, request.user)
    return _page(request, "agreements/principal_detail.html", agreement, principal, page=page)


@requires(is_member)
@form_page
@once
def principal_steps(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """The chain of bodies, with a few empty rows; a body that the portal does not know is added right here."""
    agreement, principal = _to_register(request, slug, organisation)
    adding = "add_body" in request.POST
    body_form = _body_form(request, principal, request.POST if adding else None)
    if adding and body_form.is_valid() and done(body_form, lambda: _add_body(request, principal, body_form)):
        return redirect(request.path)
    rows = queries.steps_of(agreement, principal)
    data = request.POST if request.method == "POST" and not adding else None
    form = StepsForm(data, initial={"seen": fingerprint(queries.steps_values(rows))})
    steps = StepFormSet(
        data,
        prefix=STEPS,
        initial=[{name: getattr(row, name) for name in queries.STEP_FIELDS} for row in rows],
        form_kwargs={"bodies": queries.bodies_to_choose(principal, [row.body_id for row in rows], active=True)},
    )
    stands: list[str] = []
    if data is not None and form.is_valid() and steps.is_valid():
        try:
            wanted, seen = steps_from(steps), form.cleaned_data["seen"]
            actions.save_steps(agreement=agreement, organisation=principal, steps=wanted, by=person(request), seen=seen)
        except Overtaken as overtaken:
            form = StepsForm({"seen": overtaken.seen})
            form.add_error(None, str(overtaken))
            stands = overtaken.stands["steps"]
        else:
            messages.success(request, "Beslutsvägen är sparad.")
            return redirect("principal_detail", agreement.slug, principal.slug)
    context = {"form": form, "formset": steps, "body_form": body_form, "stands": stands}
    context["calendar"] = queries.coming_meetings(principal)
    context["every"] = [form, body_form]
    return _page(request, "agreements/principal_steps.html", agreement, principal, **context)


@requires(is_member)
@form_page
@once
def status_note_create(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """Somebody responsible has said that nothing is decided yet."""
    agreement, principal = _to_register(request, slug, organisation)
    form = StatusNoteForm(request.POST or None)

    def save() -> None:
        actions.say_undecided(agreement=agreement, organisation=principal, values=form.cleaned_data, by=person(request))

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Beskedet är registrerat.")
        return redirect("principal_detail", agreement.slug, principal.slug)
    return _page(request, "agreements/status_note_create.html", agreement, principal, form=form)


@requires(is_member)
@form_page
def status_note_void(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Strike out what was registered as said, with a reason; it stays readable."""
    agreement = visible_agreement(request, slug)
    notes = agreement.status_notes.select_related("agreement", "organisation")
    note = get_object_or_404(unstruck(request, notes), pk=pk)
    require(may_register(request.user, note.organisation))
    form = ReasonForm(request.POST or None)

    def save() -> None:
        actions.void_status_note(note=note, reason=form.cleaned_data["why"], by=person(request))

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Beskedet är struket. Registrera det på nytt om det bara var något som var fel.")
        return redirect("principal_detail", agreement.slug, note.organisation.slug)
    return _page(request, "agreements/status_note_void.html", agreement, note.organisation, form=form, note=note)


@requires(is_member)
@form_page
@once
def signature_create(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """The signed original of one principal, where the parties sign."""
    agreement, principal = _to_register(request, slug, organisation)
    if not agreement.is_signed:
        raise Http404
    form = SignatureForm(request.POST or None, request.FILES or None, agreement=agreement)

    def save() -> None:
        values = {name: form.cleaned_data[name] for name in ("version", "signatory", "signed_on")}
        actions.sign(organisation=principal, values=values, by=person(request), upload=form.cleaned_data["file"])

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Underskriften är registrerad.")
        return redirect("principal_detail", agreement.slug, principal.slug)
    return _page(request, "agreements/signature_create.html", agreement, principal, form=form)


@requires(is_member)
@form_page
def signature_void(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Strike out what was registered as signed, with a reason; it stays readable, with its file."""
    agreement = visible_agreement(request, slug)
    signatures = Signature.objects.filter(version__agreement=agreement).select_related("version", "organisation")
    signature = get_object_or_404(unstruck(request, signatures), pk=pk)
    require(may_register(request.user, signature.organisation))
    form = ReasonForm(request.POST or None)

    def save() -> None:
        actions.void_signature(signature=signature, reason=form.cleaned_data["why"], by=person(request))

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Underskriften är struken. Registrera den på nytt om det bara var något som var fel.")
        return redirect("principal_detail", agreement.slug, signature.organisation.slug)
    context = {"form": form, "signature": signature}
    return _page(request, "agreements/signature_void.html", agreement, signature.organisation, **context)


@requires(is_member)
@require_safe
def signature_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The signed original."""
    agreement = visible_agreement(request, slug)
    signatures = Signature.objects.filter(version__agreement=agreement, is_void=False).select_related("file")
    return served(get_object_or_404(signatures, pk=pk).file)


def _to_register(request: HttpRequest, slug: str, organisation: str) -> tuple[Agreement, Organisation]:
    agreement, principal = principal_of(request, slug, organisation)
    require(may_register(request.user, principal))
    return agreement, principal


def _body_form(request: HttpRequest, principal: Organisation, data: Any) -> BodyForm:
    coordinates = is_coordinator(request.user)
    return BodyForm(data, organisation=principal, names_participants=coordinates, prefix="body")


def _add_body(request: HttpRequest, principal: Organisation, form: BodyForm) -> None:
    body = add_body(organisation=principal, by=person(request), **form.cleaned_data)
    messages.success(request, f"{body} är tillagd. Välj den i beslutsvägen.")


def _page(
    request: HttpRequest, name: str, agreement: Agreement, principal: Organisation, **context: Any
) -> HttpResponse:
    context |= {"agreement": agreement, "organisation": principal}
    return render(request, name, context)
