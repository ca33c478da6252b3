"""Renewal after a general election: planned, followed, withdrawn, and what it ended named again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kvinnofrid.core import outbox
from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions
from mandates.actions import elections as actions
from mandates.forms.elections import ElectionForm, ElectionWithdrawForm, NewBodyForm
from mandates.models import Election, ElectionItem
from mandates.permissions import sees_elections
from mandates.queries import elections as queries
from mandates.views.filling import form_page
from mandates.views.lookups import person, tell
from organisations.permissions import is_coordinator


@requires(sees_elections)
@require_safe
def election_list(request: HttpRequest) -> HttpResponse:
    """The renewals that are about something the person sees to, the latest first."""
    rows = [(one, queries.status_of(one)) for one in queries.elections_visible_to(request.user)]
    may_plan = permissions.may_plan_election(request.user)
    context = {"rows": rows, "may_plan": may_plan, "coming": queries.coming_election() if may_plan else None}
    return render(request, "mandates/election_list.html", context)


@requires(is_coordinator)
@form_page
@once
def election_plan(request: HttpRequest) -> HttpResponse:
    """Choose, see exactly what would end and be opened, then plan it: the same form sent once more."""
    form = ElectionForm(request.POST or None)
    found: queries.Preview | None = None
    if request.method == "POST" and form.is_valid():
        found = queries.preview(form.plan, person(request))
        if found.seen == form.cleaned_data["seen"]:
            try:
                election = actions.plan_election(plan=form.plan, seen=found.seen, by=person(request))
            except (MoveRefused, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, f"Nyvalet är planerat från och med {election.starts_on}.")
                return redirect(election)
        elif form.cleaned_data["seen"]:
            form.add_error(None, actions.CHANGED_SINCE)
        form.show(found.seen)
    context = {"form": form, "preview": found, "coming": queries.coming_election(), "mail": _mail(found, request)}
    return render(request, "mandates/election_plan.html", context)


def _mail(found: queries.Preview | None, request: HttpRequest) -> dict[str, str] | None:
    """The announcement as the first organisation's administrator will read it."""
    told = next((one for one in found.endings if one.administrators), None) if found else None
    if found is None or told is None:
        return None
    election = Election(starts_on=found.plan.starts_on, planned_by=person(request))
    context: dict[str, Any] = {"recipient": told.administrators[0], **actions.announcement(election, told)}
    return outbox.rendered("election_planned", context)


@requires(sees_elections)
@require_safe
def election_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What each organisation is to name anew, and how far it has come."""
    election = _visible(request, pk)
    context = {"election": election, "page": queries.election_page(election, person(request))}
    return render(request, "mandates/election_detail.html", context)


@requires(sees_elections)
@form_page
def election_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a renewal before its day."""
    election = _visible(request, pk)
    if not permissions.may_plan_election(request.user):
        raise Refused
    if not queries.may_be_withdrawn(election):
        messages.info(request, actions.WITHDRAWN if election.withdrawn_at else actions.BEGUN)
        return redirect(election)
    form = ElectionWithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_election(election=election, by=person(request), **form.cleaned_data)
        except MoveRefused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, "Nyvalet är återtaget. Det som gällde förut gäller igen.")
            return redirect(election)
    return render(request, "mandates/election_withdraw.html", {"election": election, "form": form})


@requires(sees_elections)
@require_POST
@once
def election_again(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """The same body or person goes on."""
    item = _item(request, pk, item_pk)
    try:
        draft = actions.name_again(item=item, by=person(request))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        label = queries.label_of(item)
        messages.success(request, f"{label}: {f'utkastet {draft.reference} är förberett' if draft else 'utsedd'}.")
    return redirect(item.election)


@requires(sees_elections)
@form_page
@once
def election_body(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Another body takes over from one that has ended."""
    item = _item(request, pk, item_pk)
    if item.body is None:
        raise Http404
    if not permissions.may_name_again(request.user, item):
        raise Refused
    form = NewBodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.name_body(item=item, by=person(request), **form.cleaned_data)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['name']} är utsedd.")
            return redirect(item.election)
    return render(request, "mandates/election_body.html", {"item": item, "form": form})


def _visible(request: HttpRequest, pk: int) -> Election:
    return get_object_or_404(queries.elections_visible_to(request.user), pk=pk)


def _item(request: HttpRequest, pk: int, item_pk: int) -> ElectionItem:
    """An item of a renewal and of an organisation that the person reads about."""
    election, own = _visible(request, pk), queries.organisations_seen(request.user)
    items = ElectionItem.objects.filter(election=election)
    if own is not None:
        items = items.filter(organisation__in=own)
    related = items.select_related("election", "organisation", "body", "membership__forum", "appointment__seat__forum")
    return get_object_or_404(related.select_related("line__seat__forum"), pk=item_pk)
