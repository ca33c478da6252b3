"""The coverage: which seats have a valid mandate, and which do not."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kvinnofrid.core.access import requires
from organisations.enums import SeatHolding
from organisations.models import Forum
from organisations.permissions import is_member, sees_coverage, sees_forum_coverage
from reports.forms import CoverageForm
from reports.queries import seats


@requires(sees_coverage)
def coverage(request: HttpRequest) -> HttpResponse:
    """Straight to the forum where there is one; otherwise the counts of each."""
    forums = list(Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order())
    if len(forums) == 1:
        return redirect("coverage_forum", forums[0].slug)
    today = timezone.localdate()
    found = [seats.coverage(forum, today, request.user) for forum in forums]
    return render(request, "reports/coverage_list.html", {"coverages": found})


@requires(is_member)
def coverage_forum(request: HttpRequest, slug: str) -> HttpResponse:
    """Each seat of one forum: valid, ends soon, waits for whom since when, missing. For those who see it."""
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
        "counts": _counts(found, form),
        "is_today": found.day == timezone.localdate(),
    }
    return render(request, "reports/coverage_forum.html", context)


def _chosen(found: seats.Coverage, form: CoverageForm) -> list[seats.SeatStatus]:
    status, text = form.value("status"), (form.value("q") or "").casefold()
    return [
        row
        for row in found.rows
        if (not status or row.status == status) and text in row.seat.organisation.name.casefold()
    ]


def _counts(found: seats.Coverage, form: CoverageForm) -> list[dict[str, Any]]:
    status = form.value("status")
    return [
        {
            "number": found.count(key),
            "label": label,
            "url": f"?status={key}&datum={found.day}#platser",
            "tone": seats.TONES[key] if key != seats.VALID else "",
            "current": status == key,
        }
        for key, label in seats.LABELS.items()
    ]
