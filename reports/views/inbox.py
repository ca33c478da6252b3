"""The messages that the portal has for a person."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.models import Message
from organisations.permissions import is_member


@requires(is_member)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """The person's own messages, the latest first."""
    found = Message.objects.filter(recipient=request.user.pk).order_by("-created_at", "-pk")
    page = Paginator(found, 20).get_page(request.GET.get("sida"))
    return render(request, "reports/message_list.html", {"page": page})
