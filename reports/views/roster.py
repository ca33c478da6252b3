"""A forum's roster on a day, as a document and for a spreadsheet program; open to those who see the forum's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.spreadsheets import xlsx, xlsx_response
from organisations.models import Forum
from organisations.permissions import is_member
from reports import pdf
from reports.forms import DayForm
from reports.queries import roster as queries
from reports.queries.seats import Roster, roster


@requires(is_member)
@require_safe
def forum_roster_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Who sits in the forum, on paper."""
    found = _roster(request, slug)
    return pdf_response(request, lambda: pdf.roster_pdf(found), _filename(found, "pdf"))


@requires(is_member)
@require_safe
def forum_roster_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """One row for each person, and for each seat that nobody holds."""
    found = _roster(request, slug)
    rows: list[Any] = [row.cells for seat in queries.seat_rows(found) for row in seat.rows]
    content = xlsx(f"Deltagare i {found.forum}", queries.HEADINGS, rows, notes=queries.notes(found))
    return xlsx_response(content, _filename(found, "xlsx"))


def _roster(request: HttpRequest, slug: str) -> Roster:
    forum = get_object_or_404(Forum.objects.select_related("convener"), slug=slug)
    return roster(forum, DayForm(request.GET).day, request.user)


def _filename(found: Roster, ending: str) -> str:
    """The forum and the day, such as lansgruppen-deltagare-2026-11-22.pdf."""
    return f"{found.forum.slug}-deltagare-{found.day}.{ending}"
