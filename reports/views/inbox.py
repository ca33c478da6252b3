"""The messages that the portal has for a person."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.models import Message, MessageKind
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """The person's own messages, the latest first; not the letters and links that are for e-mail only."""
    found = Message.objects.filter(recipient=request.user.pk, is_secret=False).exclude(kind=MessageKind.DIGEST)
    page = Paginator(found.order_by("-created_at", "-pk"), 20).get_page(request.GET.get("sida"))
    context = {"page": page, "sees_outbox": is_coordinator(request.user)}
    return render(request, "reports/message_list.html", context)
