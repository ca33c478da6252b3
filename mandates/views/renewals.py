"""What has changed between two editions, asking for renewal, and answering."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions
from mandates.actions import renewals as actions
from mandates.forms.renewals import DeclineForm, EarlierEditionForm, RenewalForm
from mandates.queries import edition_today
from mandates.queries import renewals as queries
from mandates.views.filling import form_page
from mandates.views.lookups import person, require_coordinator, visible_edition, visible_mandate
from organisations.permissions import is_member

ASKED = {0: "Ingen ny begäran är skickad: de valda var redan tillfrågade.", 1: "1 person är tillfrågad om förnyelse."}


@requires(is_member)
@require_safe
def edition_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly what differs from an earlier edition."""
    edition = visible_edition(request, pk)
    form = EarlierEditionForm(request.GET, editions=queries.earlier_editions(edition))
    changes = queries.edition_changes(form.earlier, edition) if form.earlier else None
    return render(request, "mandates/edition_changes.html", {"edition": edition, "form": form, "changes": changes})


@requires(is_member)
@form_page
@once
def renewal_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The mandates in force on earlier editions, how far each has come, and asking for renewal."""
    edition = visible_edition(request, pk)
    require_coordinator(request)
    found = queries.renewals(edition)
    form = RenewalForm(request.POST if request.method == "POST" else None, rows=found.to_ask)
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.ask_for_renewal(edition=edition, mandates=form.cleaned_data["mandates"], by=person(request))
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, ASKED.get(count, f"{count} personer är tillfrågade om förnyelse."))
            return redirect("renewal_list", edition.pk)
    context = {
        "edition": edition,
        "found": found,
        "form": form,
        "rows": list(zip(form["mandates"].subwidgets, found.to_ask, strict=True)),
        "mail": queries.renewal_mail(found.to_ask[0], edition) if found.to_ask else None,
        "has_earlier": queries.earlier_editions(edition).exists(),
        "is_current": edition_today(edition.forum) == edition,
    }
    return render(request, "mandates/renewal_list.html", context)


@requires(is_member)
@require_POST
def renewal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask no more."""
    mandate = visible_mandate(request, pk)
    actions.withdraw_renewal(mandate=mandate, by=person(request))
    messages.success(request, f"Begäran till {mandate.name} är återtagen.")
    newest = queries.newer_edition(mandate)
    return redirect("renewal_list", newest.pk) if newest else redirect(mandate)


@requires(is_member)
@form_page
def renewal_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The representative sees what has changed, and signs anew or says that it is not needed."""
    mandate = visible_mandate(request, pk)
    newest = queries.newer_edition(mandate)
    renewal = queries.renewal_of(mandate, newest) if newest else None
    if not permissions.may_edit(request.user, mandate):
        raise Refused
    if newest is None or renewal is None or not renewal.left:
        messages.info(request, "Uppdraget behöver inte förnyas.")
        return redirect(mandate)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decline_renewal(mandate=mandate, reason=form.cleaned_data["reason"], by=person(request))
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Tack. Samordnaren får ditt svar, och uppdraget gäller som förut.")
        return redirect(mandate)
    changes = queries.edition_changes(mandate.edition, newest)
    context = {"mandate": mandate, "renewal": renewal, "changes": changes, "form": form}
    return render(request, "mandates/renewal_answer.html", context)
