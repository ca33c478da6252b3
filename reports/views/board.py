"""The steering group's board: on screen, on paper, as a table, and planned backwards from a wished day."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.actions import following
from agreements.enums import Verdict
from agreements.models import Agreement
from agreements.permissions import is_coordinator
from agreements.rules.force import agreement_status
from agreements.rules.forecast import plan_backwards
from agreements.rules.verdict import current_version
from kvinnofrid.core.access import requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.spreadsheets import csv_response, csv_text, xlsx, xlsx_response
from organisations.models import User
from organisations.permissions import is_member
from reports import pdf
from reports.forms import BoardForm, PlanningForm
from reports.queries import board_pictures, board_table
from reports.queries.board import OVER, Board, Row, chosen_rows
from reports.queries.board import board as board_on
from reports.queries.register import Register, registers

MOST_NEWS = 5


@requires(is_member)
@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer first, then what proves it. Looking is remembered, so that the next time tells what is new."""
    form = BoardForm(request.GET)
    register = _register(request, slug, form)
    is_today = form.as_of == form.known_on == timezone.localdate()
    since = (form.since or register.seen_at) if is_today else None
    found = _board(register, form, since)
    if is_today and not form.since and request.method == "GET":
        assert isinstance(request.user, User)
        following.see_board(agreement=register.agreement, by=request.user)
    kept = form.kept(sedan=int(since.timestamp()) if since else None)
    address = _addresses(request.path, kept)
    context = {
        "board": found,
        "agreement": found.agreement,
        "form": form,
        "rows": _chosen(found, form),
        "order": form.value("ordning") or "namn",
        "counts": board_pictures.counts(found, address, form.value("lage") or ""),
        "drawing": board_pictures.county(found, lambda row: row.url, address),
        "chart": board_pictures.chart(found),
        "news": found.news[:MOST_NEWS],
        "more_news": max(0, len(found.news) - MOST_NEWS),
        "is_today": is_today,
        "files_query": _query(kept, "q", "lage", "ordning", "den", "kant"),
        "all_url": f"{request.path}{_query(kept, 'den', 'kant', 'om', 'sedan')}",
        "keep_beside_rows": _only(kept, "den", "kant", "om", "sedan"),
        "keep_beside_days": _only(kept, "q", "lage", "ordning"),
        "keep_beside_question": _only(kept, "q", "lage", "ordning", "den", "kant", "sedan"),
        "is_coordinator": is_coordinator(request.user),
    }
    return render(request, "reports/board.html", context)


@requires(is_member)
@require_safe
def board_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The board on one sheet of paper; all rows, whatever the page's filter."""
    form = BoardForm(request.GET)
    found = _board(_register(request, slug, form), form)
    return pdf_response(request, lambda: pdf.board_pdf(found), _filename(found, "pdf"))


@requires(is_member)
@require_safe
def board_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The page's rows for Excel."""
    form = BoardForm(request.GET)
    found = _board(_register(request, slug, form), form)
    rows = map(board_table.cells, _chosen(found, form))
    content = xlsx(f"Läget för {found.agreement}", board_table.HEADINGS, rows, notes=board_table.notes(found))
    return xlsx_response(content, _filename(found, "xlsx"))


@requires(is_member)
@require_safe
def board_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The page's rows as text."""
    form = BoardForm(request.GET)
    found = _board(_register(request, slug, form), form)
    rows = map(board_table.cells, _chosen(found, form))
    return csv_response(csv_text(board_table.HEADINGS, rows), _filename(found, "csv"))


@requires(is_member)
@require_safe
def board_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same content for other programs."""
    form = BoardForm(request.GET)
    found = _board(_register(request, slug, form), form)
    content = board_table.as_json(found, _chosen(found, form))
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})


@requires(is_member)
@require_safe
def board_planning(request: HttpRequest, slug: str) -> HttpResponse:
    """Backwards from a wished day: when to send out at the latest, and who cannot make it."""
    form = PlanningForm(request.GET)
    today = timezone.localdate()
    [register] = registers([_agreement(request, slug)], today)
    wished = form.value("onskad")
    newest = current_version(register.facts, as_of=today)
    status = agreement_status(register.facts, as_of=today, version=newest)
    can_plan = bool(status.verdicts) and status.state not in OVER
    plan = plan_backwards(register.facts, wished, today=today, status=status) if wished and can_plan else None
    names = {principal.key: principal.name for principal in register.facts.principals}
    context = {
        "agreement": register.agreement,
        "form": form,
        "wished": wished,
        "plan": plan,
        "can_plan": can_plan,
        "impossible": [(names[key], key, reason) for key, reason in plan.impossible] if plan else [],
        "chances": [(names[key], key, days) for key, days in plan.per_principal.items() if days] if plan else [],
    }
    return render(request, "reports/board_planning.html", context)


def _agreement(request: HttpRequest, slug: str) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user), slug=slug)


def _register(request: HttpRequest, slug: str, form: BoardForm) -> Register:
    [register] = registers([_agreement(request, slug)], form.as_of, visitor=request.user)
    return register


def _board(register: Register, form: BoardForm, since: datetime | None = None) -> Board:
    return board_on(
        register,
        as_of=form.as_of,
        known_on=form.known_on,
        today=timezone.localdate(),
        referred_back=form.value("om"),
        since=since,
    )


def _chosen(found: Board, form: BoardForm) -> list[Row]:
    return chosen_rows(
        found.rows,
        verdict=form.value("lage") or "",
        text=form.value("q") or "",
        order=form.value("ordning") or "",
    )


def _only(kept: dict[str, str], *names: str) -> dict[str, str]:
    return {name: kept[name] for name in names if name in kept}


def _query(kept: dict[str, str], *names: str) -> str:
    found = urlencode(_only(kept, *names))
    return f"?{found}" if found else ""


def _addresses(path: str, kept: dict[str, str]) -> Callable[[Verdict], str]:
    """The address of the rows with a verdict, on the same days."""
    days = _only(kept, "den", "kant", "sedan")
    return lambda verdict: f"{path}?{urlencode({'lage': verdict.value, **days})}#huvudman"


def _filename(found: Board, ending: str) -> str:
    """The agreement and the day, such as rok-kvinnofrid-lage-2026-11-22.pdf."""
    return f"{found.agreement.slug}-lage-{found.status.as_of}.{ending}"
