"""The yearly confirmation, and the new form where something has changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kvinnofrid.core.access import requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, queries
from mandates.forms import ConfirmForm
from mandates.views.filling import form_page
from mandates.views.lookups import own_mandate, person
from organisations.permissions import is_member


@requires(is_member)
@form_page
def mandate_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The representative sees what has changed since the form was attested, and says that it still holds."""
    mandate = own_mandate(request, pk)
    rows = queries.lines_to_look_over(mandate, person(request))
    if not rows:
        messages.info(request, "Inget i uppdraget gäller i dag, så det finns inget att bekräfta.")
        return redirect(mandate)
    form = ConfirmForm(request.POST or None, mandate=mandate, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.confirm(mandate=mandate, lines=values["lines"], seen=values["seen"], by=person(request))
        except MoveRefused as refusal:
            form = ConfirmForm(mandate=mandate, rows=rows)
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Tack. Uppdraget är bekräftat för ett år till.")
            return redirect(mandate)
    return render(request, "mandates/mandate_confirm.html", {"mandate": mandate, "form": form, "rows": rows})


@requires(is_member)
@require_POST
@once
def mandate_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new form prefilled from the one in force."""
    draft = actions.renew(mandate=own_mandate(request, pk), by=person(request))
    messages.success(request, "Här är ett nytt uppdrag, ifyllt från det du har. Ändra och skicka in.")
    return redirect("mandate_person", draft.pk)
