"""Gallring, for the coordinator: who has left, what happens next, put off or done at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core import privacy
from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations.actions import retention as actions
from organisations.forms import KeepForm
from organisations.models import User
from organisations.permissions import is_coordinator
from organisations.queries import retention as queries
from organisations.views.lookups import done, form_page, person_of

PER_PAGE = 50


@requires(is_coordinator)
@require_safe
def retention_list(request: HttpRequest) -> HttpResponse:
    """Who has been told, when what happens, and the log of what has been redacted."""
    today = timezone.localdate()
    page = Paginator(queries.retention_rows(today), PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "rows": queries.shown_rows(list(page.object_list), today),
        "log": queries.log_lines(),
        "days": privacy.periods(),
    }
    return render(request, "organisations/retention_list.html", context)


@requires(is_coordinator)
@form_page
def retention_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing happens until after a day, with a reason."""
    person = get_object_or_404(User, pk=pk)
    stood = queries.kept_values(person)
    form = KeepForm(request.POST or None, initial={**stood, "seen": fingerprint(stood)})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        until, reason, seen = values["kept_until"], values["reason"], values["seen"]
        by = person_of(request)
        try:
            if done(form, lambda: actions.keep(person=person, until=until, reason=reason, by=by, seen=seen)):
                messages.success(request, f"Uppgifterna om {person} behålls till och med {until}.")
                return redirect("retention_list")
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
    context = {"person": person, "form": form, "stands": stands}
    return render(request, "organisations/retention_keep.html", context)


@requires(is_coordinator)
@form_page
def retention_redact(request: HttpRequest, pk: int) -> HttpResponse:
    """What is held about one person goes today, when the time is out."""
    person, today = get_object_or_404(User, pk=pk), timezone.localdate()
    if refusal := queries.redaction_refusal(person, today):
        messages.info(request, refusal)
        return redirect("retention_list")
    if request.method == "POST":
        try:
            actions.redact(person=person, day=today, by=person_of(request))
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Uppgifterna är gallrade.")
        return redirect("retention_list")
    return render(request, "organisations/retention_redact.html", {"person": person})
