"""Home, an organisation's page, a forum's page with its roster, and who represented whom."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import logged_in, requires
from kvinnofrid.core.ordering import swedish
from mandates.queries.reminders import overview_url
from organisations.models import Forum, Organisation, User
from organisations.permissions import is_member, may_manage_members, sees_forum_coverage
from organisations.queries import place_url
from reports.forms import DayForm, RepresentationForm
from reports.queries.history import forum_history, organisation_history
from reports.queries.home import home as home_of
from reports.queries.overview import overview
from reports.queries.representation import representation as representation_of
from reports.queries.seats import roster
from reports.queries.structure import relations_of


@logged_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the person has to do; or, without a role, whom to turn to."""
    if not is_member(request.user) or not isinstance(request.user, User):
        return render(request, "reports/home_without_role.html")
    return render(request, "reports/home.html", {"home": home_of(request.user)})


@requires(is_member)
@require_safe
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: what it has and what it owes."""
    organisation = get_object_or_404(Organisation.objects.select_related("parent"), slug=slug)
    assert isinstance(request.user, User)
    today = timezone.localdate()
    context = {
        "organisation": organisation,
        "is_past": organisation.active_to is not None and organisation.active_to < today,
        "overview": overview(organisation, request.user, today),
        "aliases": organisation.aliases.order_by(swedish("name")),
        "bodies": organisation.deciding_bodies.active_on(today).order_by(swedish("name")),
        "units": organisation.units.active_on(today).in_order(),
        "convened": organisation.convened_forums.active_on(today).in_order(),
        "history": organisation_history(organisation, request.user),
        "members_url": _members_url(request, organisation),
    }
    return render(request, "reports/organisation_detail.html", context)


@requires(is_member)
@require_safe
def forum_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One forum and its roster on any date."""
    forum = get_object_or_404(Forum.objects.select_related("convener", "reports_to"), slug=slug)
    form = DayForm(request.GET)
    context = {
        "forum": forum,
        "form": form,
        "roster": roster(forum, form.day, request.user),
        "is_today": form.day == timezone.localdate(),
        "aliases": forum.aliases.order_by(swedish("name")),
        "reporting": forum.reporting_forums.active_on(form.day).in_order(),
        "relations": relations_of(forum, form.day),
        "sees_coverage": sees_forum_coverage(request.user, forum),
        "history": forum_history(forum, request.user),
        "members_url": _members_url(request, forum),
        "reminders_url": overview_url(request.user, forum),
    }
    return render(request, "reports/forum_detail.html", context)


def _members_url(request: HttpRequest, scope: Any) -> str:
    """Where the place's roles are given, for those who give them."""
    return place_url(scope, "member_list") if may_manage_members(request.user, scope) else ""


@requires(is_member)
@require_safe
def representation(request: HttpRequest) -> HttpResponse:
    """Who represented an organisation on a day, with the proof."""
    form = RepresentationForm(request.GET or None)
    found = None
    if form.is_bound and form.is_valid():
        found = representation_of(form.cleaned_data["organisation"], form.day, request.user)
    return render(request, "reports/representation.html", {"form": form, "found": found})
