"""What forums decide, sending a version to the principals and receiving it, and reminders."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agreements.actions import sending as actions
from agreements.forms.sending import DispatchForm, ForumDecisionForm, ReminderForm, RemoveForm
from agreements.models import Agreement, Dispatch, DispatchItem, ForumDecision
from agreements.permissions import is_coordinator, is_member, sees_item
from agreements.queries import reminders
from agreements.queries import sending as queries
from agreements.queries.letters import contents
from agreements.views.lookups import done, form_page, person, require, served, visible_agreement
from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused

# --- forums -----------------------------------------------------------------------------------------------------------

FORUM_FORM = "agreements/forum_decision_form.html"


@requires(is_member)
@form_page
@once
def forum_decision_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A forum assigned the work, approved a version, or recommended it."""
    agreement = _to_change(request, slug)
    form = ForumDecisionForm(
        request.POST or None, request.FILES or None, agreement=agreement, instance=ForumDecision(agreement=agreement)
    )

    def save() -> None:
        actions.register_forum_decision(
            agreement=agreement, values=form.values, upload=form.cleaned_data["file"], by=person(request)
        )

    if request.method == "POST" and form.is_valid() and done(form, save):
        messages.success(request, "Forumets beslut är registrerat.")
        return redirect(agreement)
    context: dict[str, Any] = {"agreement": agreement, "form": form, "decision": None, "stands": []}
    return render(request, FORUM_FORM, context)


@requires(is_member)
@form_page
def forum_decision_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what is registered, or take it away with a reason."""
    agreement = _to_change(request, slug)
    decision = _forum_decision(agreement, pk)
    removing = "remove" in request.POST
    data = request.POST if request.method == "POST" else None
    form = ForumDecisionForm(
        *((None, None) if removing else (data, request.FILES or None)),
        agreement=agreement,
        instance=_forum_decision(agreement, pk),
        initial={"seen": fingerprint(queries.forum_decision_values(decision))},
    )
    remove_form = RemoveForm(data if removing else None)
    stands: list[dict[str, str]] = []

    def remove() -> None:
        actions.remove_forum_decision(decision=decision, reason=remove_form.cleaned_data["reason"], by=person(request))

    def save() -> None:
        upload, seen = form.cleaned_data["file"], form.cleaned_data["seen"]
        told: dict[str, Any] = {"upload": upload, "removes_file": form.removes_file, "seen": seen}
        actions.save_forum_decision(decision=decision, values=form.values, by=person(request), **told)

    chosen: Any = remove_form if removing else form
    if data is not None and chosen.is_valid():
        try:
            if done(chosen, remove if removing else save):
                messages.success(request, "Registreringen är borttagen." if removing else "Sparat.")
                return redirect(agreement)
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
    context = {"agreement": agreement, "form": form, "decision": decision, "stands": stands}
    return render(request, FORUM_FORM, context | {"remove_form": remove_form, "forms": [remove_form]})


@requires(is_member)
@require_safe
def forum_decision_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The minutes of the forum."""
    return served(_forum_decision(visible_agreement(request, slug), pk).file)


# --- sending ----------------------------------------------------------------------------------------------------------


@requires(is_member)
@form_page
@once
def dispatch_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what is sent and to whom; look at exactly that; send."""
    agreement = _to_change(request, slug)
    if not agreement.versions.published().exists():
        messages.error(request, "Publicera en version innan du skickar ut.")
        return redirect(agreement)
    form = DispatchForm(request.POST or None, agreement=agreement)
    made: list[Dispatch] = []

    def send() -> None:
        values = {name: form.cleaned_data[name] for name in ("version", "reply_by", "letter", "seen")}
        made.append(actions.send_out(organisations=form.chosen, by=person(request), **values))

    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        if "send" not in request.POST:
            return _check_page(request, agreement, form)
        if done(form, send):
            messages.success(request, "Utskicket är på väg.")
            return redirect(made[0])
        form = _seen_anew(form, agreement)
    return render(request, "agreements/dispatch_form.html", {"agreement": agreement, "form": form})


def _seen_anew(form: Any, agreement: Agreement) -> Any:
    """The form with what was typed and its faults, to be sent once more in spite of what another has sent."""
    form.data = form.data.copy()
    form.data["seen"] = queries.dispatches_seen(agreement)
    return form


def _check_page(request: HttpRequest, agreement: Agreement, form: DispatchForm) -> HttpResponse:
    """What would be sent, as it would stand; nothing is saved."""
    values = form.cleaned_data
    chosen = form.chosen
    dispatch = Dispatch(
        version=values["version"],
        sent_at=timezone.now(),
        sent_by=person(request),
        reply_by=values["reply_by"],
        letter=values["letter"],
    )
    recipients = queries.recipients(dispatch.version, chosen)
    context = {
        "agreement": agreement,
        "form": form,
        "dispatch": dispatch,
        "recipients": recipients,
        "without_registrar": sum(not recipient.registrars for recipient in recipients),
        "contents": contents(dispatch, chosen[0]),
    }
    return render(request, "agreements/dispatch_check.html", context)


@requires(is_member)
@form_page
@once
def dispatch_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What was sent, to whom, when and by whom, and how far it has come; the coordinator goes on with what is left."""
    dispatch = _dispatch(request, slug, pk)
    if request.method == "POST":
        try:
            actions.resume(dispatch=dispatch, by=person(request))
        except MoveRefused as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, "Arbetet fortsätter med dem som inte har fått sitt.")
        return redirect(dispatch)
    context = {"agreement": dispatch.version.agreement, "page": queries.dispatch_page(dispatch, request.user)}
    return render(request, "agreements/dispatch_detail.html", context)


@requires(is_member)
@require_safe
def dispatch_item(request: HttpRequest, slug: str, pk: int, organisation: str) -> HttpResponse:
    """What one principal was sent. When somebody of the principal first looks is remembered."""
    item = _item(request, slug, pk, organisation)
    if request.method == "GET":
        item = actions.open_item(item=item, by=person(request))
    context = {"agreement": item.dispatch.version.agreement, "page": queries.item_page(item, request.user)}
    return render(request, "agreements/dispatch_item.html", context)


@requires(is_member)
@require_POST
def dispatch_receive(request: HttpRequest, slug: str, pk: int, organisation: str) -> HttpResponse:
    """The principal's registrar has got it."""
    item = _item(request, slug, pk, organisation)
    try:
        actions.receive(item=item, by=person(request))
    except MoveRefused:
        messages.info(request, "Försändelsen är redan mottagen." if item.prepared_at else "Den är inte skickad än.")
    else:
        messages.success(request, "Försändelsen är mottagen.")
    return redirect("dispatch_item", slug, pk, organisation)


@requires(is_member)
@require_safe
def dispatch_file(request: HttpRequest, slug: str, pk: int, organisation: str, name: str) -> HttpResponse:
    """One of the files that a principal was sent."""
    item = _item(request, slug, pk, organisation)
    stored = queries.document_of(item, name)
    if stored and request.method == "GET":
        actions.open_item(item=item, by=person(request))
    return served(stored)


# --- reminding --------------------------------------------------------------------------------------------------------


@requires(is_member)
@form_page
@once
def reminder_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Who owes an answer, which rung comes next for each, and what has been sent."""
    agreement = _to_change(request, slug)
    ladder = reminders.ladder(agreement)
    form = ReminderForm(request.POST or None, ladder=ladder)
    count: list[int] = []

    def remind() -> None:
        chosen, text = list(form.cleaned_data["organisations"]), form.cleaned_data["text"]
        count.append(actions.remind(agreement=agreement, organisations=chosen, text=text, by=person(request)))

    if request.method == "POST" and form.is_valid() and done(form, remind):
        messages.success(request, f"Klart för {count[0]} huvudm{'an' if count[0] == 1 else 'än'}.")
        return redirect("reminder_list", agreement.slug)
    rows = list(zip(form["organisations"].subwidgets, ladder.due, strict=True))
    context = {"agreement": agreement, "ladder": ladder, "form": form, "rows": rows}
    context["log"] = reminders.reminders_sent(agreement, request.user)
    return render(request, "agreements/reminder_list.html", context)


# --- what they share --------------------------------------------------------------------------------------------------


def _to_change(request: HttpRequest, slug: str) -> Agreement:
    """403 for those who read the agreement but do not coordinate."""
    agreement = visible_agreement(request, slug)
    require(is_coordinator(request.user))
    return agreement


def _forum_decision(agreement: Agreement, pk: int) -> ForumDecision:
    decisions = agreement.forum_decisions.select_related("forum", "version", "file")
    return get_object_or_404(decisions, pk=pk)


def _dispatch(request: HttpRequest, slug: str, pk: int) -> Dispatch:
    return get_object_or_404(queries.dispatches(), version__agreement=visible_agreement(request, slug), pk=pk)


def _item(request: HttpRequest, slug: str, pk: int, organisation: str) -> DispatchItem:
    """For those who see what is internal to the principal, and the coordinator; for others it does not exist."""
    items = queries.dispatch_items().filter(dispatch__version__agreement=visible_agreement(request, slug))
    item = get_object_or_404(items, dispatch=pk, organisation__slug=organisation)
    if not sees_item(request.user, item):
        raise Http404
    return item
