"""How much a person's mandates take together, and who is shared between organisations."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.spreadsheets import csv_response, csv_text, xlsx, xlsx_response
from organisations.models import User
from organisations.permissions import is_coordinator, is_member
from reports.forms import DayForm
from reports.queries import load as queries

NAME = "samlad-andel-{day}.{ending}"


@requires(is_coordinator)
@require_safe
def load_list(request: HttpRequest) -> HttpResponse:
    """Those who hold more than one seat on a day, the greatest sum first."""
    form = DayForm(request.GET)
    loads = queries.shared_loads(form.day)
    context = {"form": form, "loads": loads, "over": sum(load.is_over for load in loads), "day": form.day}
    return render(request, "reports/load_list.html", context)


@requires(is_coordinator)
@require_safe
def load_csv(request: HttpRequest) -> HttpResponse:
    """The same as a text that a spreadsheet program opens."""
    day = DayForm(request.GET).day
    text = csv_text(queries.HEADINGS, queries.load_rows(queries.shared_loads(day)))
    return csv_response(text, NAME.format(day=day, ending="csv"))


@requires(is_coordinator)
@require_safe
def load_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    day = DayForm(request.GET).day
    rows = queries.load_rows(queries.shared_loads(day))
    content = xlsx("Samlad andel", queries.HEADINGS, rows, notes=queries.notes(day))
    return xlsx_response(content, NAME.format(day=day, ending="xlsx"))


@requires(is_member)
@require_safe
def person_load(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's seats on a day and what they take together, as far as the reader may see them."""
    person = get_object_or_404(User, pk=pk)
    if not queries.may_see_load(request.user, person):
        raise Http404
    form = DayForm(request.GET)
    context = {
        "form": form,
        "load": queries.person_load(person, form.day, request.user),
        "is_today": form.day == timezone.localdate(),
        "is_coordinator": is_coordinator(request.user),
    }
    return render(request, "reports/person_load.html", context)
