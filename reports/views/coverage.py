"""The coverage: which seats have a valid mandate, and which do not."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from mandates.queries.reminders import overview_url
from organisations.enums import SeatHolding
from organisations.models import Forum
from organisations.permissions import is_member, sees_coverage, sees_forum_coverage
from reports.forms import CoverageForm
from reports.queries import seats


@requires(sees_coverage)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Straight to the forum where there is one; otherwise the counts of each."""
    forums = list(Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order())
    if len(forums) == 1:
        return redirect("coverage_forum", forums[0].slug)
    tiles = [
        (found, seats.count_tiles(found, address=reverse("coverage_forum", args=[found.forum.slug])))
        for found in seats.coverages(forums, timezone.localdate(), request.user)
    ]
    return render(request, "reports/coverage_list.html", {"tiles": tiles})


@requires(is_member)
@require_safe
def coverage_forum(request: HttpRequest, slug: str) -> HttpResponse:
    """Each seat of one forum: missing, waits for whom since when, ends soon, valid. For those who see it."""
    forum = get_object_or_404(Forum, slug=slug, seats_held_by=SeatHolding.MANDATE)
    if not sees_forum_coverage(request.user, forum):
        raise Http404
    form = CoverageForm(request.GET)
    found = seats.coverage(forum, form.day, request.user)
    context = {
        "forum": forum,
        "form": form,
        "coverage": found,
        "rows": _chosen(found, form),
        "tiles": seats.count_tiles(found, chosen=form.value("status") or ""),
        "is_today": found.day == timezone.localdate(),
        "reminders_url": overview_url(request.user, forum),
    }
    return render(request, "reports/coverage_forum.html", context)


def _chosen(found: seats.Coverage, form: CoverageForm) -> list[seats.SeatStatus]:
    status, text = form.value("status"), (form.value("q") or "").casefold()
    return [
        row
        for row in found.rows
        if (not status or row.status == status) and text in row.seat.organisation.name.casefold()
    ]
