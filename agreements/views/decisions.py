"""A principal's decisions, their corrections and what proves them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from agreements.actions import adoption as actions
from agreements.enums import Evidence
from agreements.forms.adoption import (
    CorrectionForm,
    DecisionForm,
    ProveForm,
    ReasonForm,
    StepChoice,
)
from agreements.models import AdoptionDecision, Agreement
from agreements.queries import adoption as queries
from agreements.queries.principals import PROVING
from agreements.rules.words import day_in_words
from agreements.views.lookups import done, form_page, person, principal_of, require, served, visible_agreement
from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.idempotency import once
from organisations.models import Organisation
from organisations.permissions import is_coordinator, is_member, may_register


@requires(is_member)
@form_page
@once
def decision_create(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """Register what a body arrived at; a step of the way fills in what is known of it."""
    agreement, principal = _to_register(request, slug, organisation)
    step = StepChoice(request.GET, agreement=agreement, organisation=principal).value("steg")
    initial = {"body": step.body, "role": step.role, "decided_on": step.planned_on} if step else {}
    form = DecisionForm(
        request.POST or None,
        request.FILES or None,
        agreement=agreement,
        organisation=principal,
        joint=[one for one in queries.joint_principals(agreement, principal) if may_register(request.user, one)],
        initial=initial,
    )
    made: list[AdoptionDecision] = []

    def save() -> None:
        decision = actions.register_decision(
            agreement=agreement,
            organisation=principal,
            values=form.entry_values,
            upload=form.cleaned_data["extract"],
            also_for=list(form.cleaned_data.get("also_for") or []),
            by=person(request),
        )
        made.append(decision)

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Beslutet är registrerat.")
        return redirect(made[0])
    return _page(request, "agreements/decision_create.html", agreement, principal, form=form)


@requires(is_member)
@require_safe
def decision_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One entry: what was decided, how well it is known, and what happens next."""
    decision = _decision(request, slug, pk)
    row = queries.entry_row(decision)
    context = {
        "row": row,
        "decision": decision,
        "title": f"{row.body} {day_in_words(row.decided_on)}",
        "news": queries.extract_news(decision, queries.published_versions(decision.agreement)),
        "proofs": list(decision.proofs.all()),
        "joint": queries.same_meeting(decision),
        "may_register": may_register(request.user, decision.organisation),
        "may_prove": row.counts and bool(_left_to_prove(decision, _grades(request, decision))),
    }
    return _page(request, "agreements/decision_detail.html", decision.agreement, decision.organisation, **context)


@requires(is_member)
@form_page
@once
def decision_correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new entry in the place of this one, or one that says that there was no decision."""
    decision = _decision(request, slug, pk)
    require(may_register(request.user, decision.organisation))
    if request.method != "POST" and hasattr(decision, "corrected_by"):
        messages.info(request, actions.CORRECTED)
        return redirect(decision)
    voiding = "void" in request.POST
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(None if voiding else data, None if voiding else request.FILES or None, decision=decision)
    void_form = ReasonForm(data if voiding else None)
    made: list[AdoptionDecision] = []

    def void() -> None:
        why = void_form.cleaned_data["why"]
        made.append(actions.void_decision(decision=decision, reason=why, by=person(request)))

    def correct() -> None:
        made.append(
            actions.correct_decision(
                decision=decision,
                values=form.entry_values,
                reason=form.cleaned_data["reason"],
                upload=form.cleaned_data["extract"],
                removes_extract=bool(form.cleaned_data.get("removes_extract")),
                by=person(request),
            )
        )

    chosen: forms.BaseForm = void_form if voiding else form
    if data is not None and chosen.is_valid() and done(chosen, void if voiding else correct):
        messages.success(request, "Registreringen är rättad. Den gamla går fortfarande att läsa.")
        return redirect(made[0])
    context = {"decision": decision, "form": form, "void_form": void_form, "forms": [void_form]}
    return _page(request, "agreements/decision_correct.html", decision.agreement, decision.organisation, **context)


@requires(is_member)
@form_page
@once
def decision_prove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm that the extract names the fingerprint, or that the texts are compared."""
    decision = _decision(request, slug, pk)
    grades = _grades(request, decision)
    if not grades:
        raise Refused
    refusals = [queries.proof_refusal(decision, grade) for grade in grades]
    left = _left_to_prove(decision, grades)
    if request.method == "POST":  # also what is given already: a double click finds the proof of the first
        left = [grade for grade, refusal in zip(grades, refusals, strict=True) if not refusal]
    if not left or not queries.entry_counts(decision):
        messages.info(request, next(filter(None, refusals), PROVING))
        return redirect(decision)
    initial = {"grade": left[0]} if len(left) == 1 else {}
    form = ProveForm(request.POST or None, decision=decision, grades=left, initial=initial)

    def save() -> None:
        values = form.cleaned_data
        grade = Evidence(values["grade"])
        actions.prove(decision=decision, grade=grade, comment=values["comment"], by=person(request))

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Belägget är registrerat.")
        return redirect(decision)
    news = queries.extract_news(decision, queries.published_versions(decision.agreement))
    context = {"decision": decision, "row": queries.entry_row(decision), "news": news, "form": form}
    return _page(request, "agreements/decision_prove.html", decision.agreement, decision.organisation, **context)


@requires(is_member)
@require_safe
def decision_extract(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The extract of the minutes."""
    return served(_decision(request, slug, pk).extract)


def _to_register(request: HttpRequest, slug: str, organisation: str) -> tuple[Agreement, Organisation]:
    agreement, principal = principal_of(request, slug, organisation)
    require(may_register(request.user, principal))
    return agreement, principal


def _decision(request: HttpRequest, slug: str, pk: int) -> AdoptionDecision:
    return get_object_or_404(queries.entries(), agreement=visible_agreement(request, slug), pk=pk)


def _grades(request: HttpRequest, decision: AdoptionDecision) -> list[Evidence]:
    """The kinds of proof that the person may give."""
    sees = [Evidence.EXTRACT] if may_register(request.user, decision.organisation) else []
    return sees + ([Evidence.COMPARED] if is_coordinator(request.user) else [])


def _left_to_prove(decision: AdoptionDecision, grades: Iterable[Evidence]) -> list[Evidence]:
    """Those that can be given and are not yet."""
    given = {proof.grade for proof in decision.proofs.all()}
    return [grade for grade in grades if grade not in given and not queries.proof_refusal(decision, grade)]


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _page(
    request: HttpRequest, name: str, agreement: Agreement, principal: Organisation, **context: Any
) -> HttpResponse:
    context |= {"agreement": agreement, "organisation": principal}
    return render(request, name, context)
