"""Lists of organisations and of forums."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import SearchForm
from organisations.forms import OrganisationSearchForm
from organisations.models import Forum, Organisation, Seat
from organisations.permissions import is_member


@requires(is_member)
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Organisations that take part today, in Swedish order."""
    form = OrganisationSearchForm(request.GET)
    found = Organisation.objects.active_on(timezone.localdate()).select_related("parent").in_order()
    if text := form.value("q"):
        found = found.named_like(text)
    if kind := form.value("kind"):
        found = found.filter(kind=kind)
    if principal := form.value("principal"):
        found = found.filter(is_principal=principal == "ja")
    page = Paginator(found, 50).get_page(request.GET.get("sida"))
    return render(request, "organisations/organisation_list.html", {"form": form, "page": page})


@requires(is_member)
@require_safe
def forum_list(request: HttpRequest) -> HttpResponse:
    """Forums that are active today, with their convener and number of seats."""
    form = SearchForm(request.GET)
    today = timezone.localdate()
    current = Seat.objects.active_on(today).filter(organisation__in=Organisation.objects.active_on(today))
    found = Forum.objects.active_on(today).select_related("convener", "reports_to").in_order()
    found = found.annotate(seat_count=Count("seats", filter=Q(seats__in=current)))
    if text := form.value("q"):
        found = found.named_like(text)
    page = Paginator(found, 50).get_page(request.GET.get("sida"))
    return render(request, "organisations/forum_list.html", {"form": form, "page": page})
