"""Attest or send back, withdraw."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, permissions, queries
from mandates.enums import LineState, MandateState
from mandates.forms import DecideForm, WithdrawForm
from mandates.models import Mandate, MandateSeat
from mandates.views.filling import form_page
from mandates.views.lookups import line_of, own_mandate, person, visible_mandate
from organisations.permissions import is_member


@requires(is_member)
@form_page
def mandate_decide(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The commissioner reads the form and attests the own organisation's line, or sends it back."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    if not permissions.may_attest(request.user, line):
        raise Refused
    if line.state != LineState.WAITING:
        messages.info(request, "Raden väntar inte längre på ditt beslut.")
        return redirect(mandate)
    form = DecideForm(request.POST or None, initial={"version": mandate.version})
    if request.method == "POST" and form.is_valid():
        try:
            done = _decide(request, line, form)
        except MoveRefused as refusal:
            form = _as_read_now(form, mandate)
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(mandate)
    context = {"mandate": mandate, "line": line, "form": form, "page": queries.mandate_page(mandate, person(request))}
    return render(request, "mandates/mandate_decide.html", context)


def _as_read_now(form: DecideForm, mandate: Mandate) -> DecideForm:
    """The same answers, about the mandate as the page now shows it."""
    answers = {name: form.cleaned_data.get(name) for name in ("decision", "comment")}
    return DecideForm({**answers, "version": mandate.version})


def _decide(request: HttpRequest, line: MandateSeat, form: DecideForm) -> str:
    values = form.cleaned_data
    if values["decision"] == DecideForm.ATTEST:
        actions.attest(line=line, version=values["version"], by=person(request))
        return f"Du har attesterat uppdraget för {line.seat}."
    actions.send_back(line=line, version=values["version"], comment=values["comment"], by=person(request))
    return f"Du har återsänt uppdraget för {line.seat}. Representanten får din kommentar i ett meddelande i portalen."


@requires(is_member)
@form_page
def mandate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The representative takes the form back."""
    mandate = own_mandate(request, pk)
    if refusal := queries.withdrawal_refusal(mandate, mandate.lines.all()):
        messages.info(request, refusal)
        return redirect(mandate)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(mandate=mandate, reason=form.cleaned_data["reason"], by=person(request))
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            mandate.refresh_from_db(fields=["state"])
            is_whole = mandate.state == MandateState.WITHDRAWN
            done = "Uppdraget är återtaget." if is_whole else "Det som inte hade börjat gälla är återtaget."
            messages.success(request, done)
            return redirect(mandate)
    return render(request, "mandates/mandate_withdraw.html", {"mandate": mandate, "form": form})
