"""Reminders about mandates, for the coordinator: who is silent, the mail before it goes, the ladder and its pauses."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates.actions import reminders as actions
from mandates.forms.reminders import LadderForm, PauseForm, RemindForm
from mandates.models import Mandate, ReminderPause
from mandates.queries import reminders as queries
from mandates.views.filling import form_page
from mandates.views.lookups import person, require_coordinator, visible_mandate
from organisations.enums import SeatHolding
from organisations.models import Forum
from organisations.permissions import is_member


@requires(is_member)
@require_safe
def reminder_overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is silent in a forum, since when, what goes next and when; pauses; all that has been sent."""
    forum = _forum(request, slug)
    log = Paginator(queries.reminders_sent(forum=forum), 50).get_page(request.GET.get("sida"))
    rows = [queries.LogRow(one) for one in log]
    context = {"forum": forum, "page": queries.overview(forum), "log": log, "logged": rows}
    return render(request, "mandates/reminder_overview.html", context)


@requires(is_member)
@form_page
def reminder_ladder(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether reminders go by themselves, how often and how far."""
    forum = _forum(request, slug)
    stands_now = queries.ladder_values(queries.ladder_of(forum))
    form = LadderForm(request.POST or None, initial={**stands_now, "seen": fingerprint(stands_now)})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.save_ladder(forum=forum, values=values, by=person(request), seen=values["seen"])
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, "Trappan är sparad.")
            return redirect("reminder_overview", forum.slug)
    return render(request, "mandates/reminder_ladder.html", {"forum": forum, "form": form, "stands": stands})


@requires(is_member)
@form_page
@once
def reminder_pause(request: HttpRequest, slug: str) -> HttpResponse:
    """No reminders in the whole forum between two days."""
    forum = _forum(request, slug)
    return _paused(request, forum, None, reverse("reminder_overview", args=[forum.slug]))


@requires(is_member)
@form_page
@once
def mandate_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it will go, for each thing that the mandate waits for; a press sends it."""
    mandate = _mandate(request, pk)
    if request.method == "POST":
        _send(request, mandate)
        return redirect("mandate_remind", mandate.pk)
    rows = [(row, RemindForm(initial={"key": row.silence.key, "seen": row.seen})) for row in queries.silent_of(mandate)]
    pauses = [one for one in queries.pauses_of(mandate.edition.forum) if one.mandate_id in {None, mandate.pk}]
    logged = [queries.LogRow(one) for one in queries.reminders_sent(mandate=mandate)]
    context = {"mandate": mandate, "rows": rows, "pauses": pauses, "logged": logged}
    return render(request, "mandates/mandate_remind.html", context)


@requires(is_member)
@form_page
@once
def mandate_reminder_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """No reminders about one mandate between two days."""
    mandate = _mandate(request, pk)
    return _paused(request, mandate.edition.forum, mandate, reverse("mandate_remind", args=[mandate.pk]))


@requires(is_member)
@require_POST
def reminder_pause_lift(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Reminders go again."""
    forum = _forum(request, slug)
    pause = get_object_or_404(ReminderPause.objects.filter(forum=forum), pk=pk)
    actions.lift_pause(pause=pause, by=person(request))
    messages.success(request, "Pausen är borttagen.")
    return redirect("mandate_remind", pause.mandate_id) if pause.mandate_id else redirect("reminder_overview", slug)


# --- what they share --------------------------------------------------------------------------------------------------


def _forum(request: HttpRequest, slug: str) -> Forum:
    """A forum whose seats are held by mandates; 403 for those who do not coordinate."""
    forum = get_object_or_404(Forum, slug=slug, seats_held_by=SeatHolding.MANDATE)
    require_coordinator(request)
    return forum


def _mandate(request: HttpRequest, pk: int) -> Mandate:
    mandate = visible_mandate(request, pk)
    require_coordinator(request)
    return mandate


def _send(request: HttpRequest, mandate: Mandate) -> None:
    form = RemindForm(request.POST)
    if not form.is_valid():
        messages.error(request, actions.CHANGED)
        return
    try:
        sent = actions.remind(mandate=mandate, by=person(request), **form.cleaned_data)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Påminnelsen är skickad." if len(sent) == 1 else f"{len(sent)} påminnelser skickade.")


def _paused(request: HttpRequest, forum: Forum, mandate: Mandate | None, back_url: str) -> HttpResponse:
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.pause(forum=forum, mandate=mandate, values=form.cleaned_data, by=person(request))
        messages.success(request, "Påminnelserna är pausade.")
        return redirect(back_url)
    context: dict[str, Any] = {"forum": forum, "mandate": mandate, "form": form, "back_url": back_url}
    return render(request, "mandates/reminder_pause.html", context)
