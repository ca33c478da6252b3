"""Sent messages, for the coordinator: each with its text, to whom, and how far it has come."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.models import Message, MessageState
from kvinnofrid.core.workflow import MoveRefused
from organisations.permissions import is_coordinator
from reports import actions
from reports.forms import OutboxForm
from reports.queries import outbox


@requires(is_coordinator)
@require_safe
def message_outbox(request: HttpRequest) -> HttpResponse:
    """All messages, the latest first; filtered by state and by words."""
    form = OutboxForm(request.GET)
    found = outbox.messages(state=form.value("state") or "", text=form.value("q") or "")
    page = Paginator(found, 50).get_page(request.GET.get("sida"))
    context = {
        "form": form,
        "page": page,
        "rows": [outbox.MessageRow(message) for message in page],
        "failed": Message.objects.filter(state=MessageState.FAILED).count(),
    }
    return render(request, "reports/message_outbox.html", context)


@requires(is_coordinator)
@require_safe
def message_outbox_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One message as it was sent."""
    row = outbox.MessageRow(get_object_or_404(outbox.messages(), pk=pk))
    return render(request, "reports/message_outbox_detail.html", {"row": row})


@requires(is_coordinator)
@require_POST
def message_outbox_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it again, or without waiting for its next time."""
    message = get_object_or_404(Message, pk=pk)
    try:
        actions.retry_message(message=message, by=request.user)
    except MoveRefused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, "Meddelandet skickas nu. Läs om sidan om en stund för att se hur det gick.")
    return redirect("message_outbox_detail", pk)
