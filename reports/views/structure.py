"""How the forums hang together, drawn and as a list, on any day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from organisations.permissions import is_member
from reports.forms import DayForm
from reports.queries.structure import structure


@requires(is_member)
@require_safe
def forum_structure(request: HttpRequest) -> HttpResponse:
    """Who convenes which forum, who gives assignments to whom, who reports to whom."""
    form = DayForm(request.GET)
    context = {
        "form": form,
        "structure": structure(form.day),
        "is_today": form.day == timezone.localdate(),
    }
    return render(request, "reports/forum_structure.html", context)
