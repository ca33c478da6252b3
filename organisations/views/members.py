"""Who has which role in an organisation, a forum or the partnership: given, changed and ended by those who may."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from organisations import actions, queries
from organisations.enums import Role
from organisations.forms import AppointForm, EndRoleForm, EndSeatForm, GiveRoleForm, LastDayForm, SeatLastDayForm
from organisations.models import Appointment, Membership, Organisation, User
from organisations.permissions import is_coordinator, manages_members, may_manage_members
from organisations.views.lookups import about_place, done, form_page, managed_place, person_of
from organisations.workflow import ROLE

OVER = "Rollen är redan avslutad."
NOT_HELD = "Innehavet av platsen är redan avslutat."


@requires(manages_members)
@require_safe
def member_list(request: HttpRequest, kind: str, slug: str = "") -> HttpResponse:
    """Who has which role, and how long; who is invited."""
    scope = managed_place(request, kind, slug)
    page = queries.members_of(scope, timezone.now(), timezone.localdate())
    return _page(request, "organisations/member_list.html", scope, page=page, coordinates=is_coordinator(request.user))


@requires(manages_members)
@form_page
@once
def membership_create(request: HttpRequest, kind: str, slug: str = "") -> HttpResponse:
    """Another role for somebody who has one here."""
    scope = managed_place(request, kind, slug)
    form = GiveRoleForm(request.POST or None, scope=scope)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        role = Role(values.pop("role"))
        if done(form, lambda: actions.grant_role(role=role, scope=scope, by=person_of(request), **values)):
            messages.success(request, f"{values['user']} har fått rollen {str(role.label).lower()}.")
            return redirect(queries.place_url(scope, "member_list"))
    return _page(request, "organisations/membership_create.html", scope, form=form)


@requires(manages_members)
@form_page
def membership_change(request: HttpRequest, kind: str, pk: int, slug: str = "") -> HttpResponse:
    """Another last day of a role, or none."""
    scope = managed_place(request, kind, slug)
    return _change(request, scope, _membership(scope, pk), actions.change_role, "membership")


@requires(manages_members)
@form_page
def membership_end(request: HttpRequest, kind: str, pk: int, slug: str = "") -> HttpResponse:
    """The last day of a role, with what the person holds."""
    scope = managed_place(request, kind, slug)
    return _end(request, scope, _membership(scope, pk), actions.end_role, "membership")


@requires(is_coordinator)
@form_page
@once
def forum_appointment_create(request: HttpRequest, slug: str, seat_pk: int) -> HttpResponse:
    """Who holds a seat by office."""
    scope = managed_place(request, "forum", slug)
    seat = get_object_or_404(scope.seats.active_on(timezone.localdate()).select_related("organisation"), pk=seat_pk)
    form = AppointForm(request.POST or None, seat=seat)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: actions.appoint(seat=seat, by=person_of(request), **form.cleaned_data))
    ):
        messages.success(request, f"{form.cleaned_data['holder']} innehar platsen för {seat}.")
        return redirect(queries.place_url(scope, "member_list"))
    return _page(request, "organisations/appointment_create.html", scope, form=form, seat=seat)


@requires(is_coordinator)
@form_page
def forum_appointment_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another last day of a seat by office, or none."""
    scope = managed_place(request, "forum", slug)
    return _change(request, scope, _appointment(scope, pk), actions.change_appointment, "appointment")


@requires(is_coordinator)
@form_page
def forum_appointment_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The last day of a seat by office."""
    scope = managed_place(request, "forum", slug)
    return _end(request, scope, _appointment(scope, pk), actions.end_appointment, "appointment")


def _membership(scope: Any, pk: int) -> Membership:
    related = ("user", "organisation", "forum", "partnership")
    membership: Membership = get_object_or_404(scope.memberships.select_related(*related), pk=pk)
    return membership


def _appointment(scope: Any, pk: int) -> Appointment:
    appointments = Appointment.objects.filter(seat__forum=scope)
    return get_object_or_404(appointments.select_related("holder", "seat__forum", "seat__organisation"), pk=pk)


def _change(request: HttpRequest, scope: Any, held: Any, change: Any, noun: str) -> HttpResponse:
    is_seat = isinstance(held, Appointment)
    if not ROLE.allows(held.state_on(timezone.localdate()), "change"):
        return _back(request, scope, NOT_HELD if is_seat else OVER)
    seen = fingerprint({"ends_on": held.ends_on})
    form = (SeatLastDayForm if is_seat else LastDayForm)(
        request.POST or None, initial={"ends_on": held.ends_on, "seen": seen}
    )
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            if done(form, lambda: change(**{noun: held}, by=person_of(request), **form.cleaned_data)):
                messages.success(request, "Slutdatumet är sparat.")
                return redirect(queries.place_url(scope, "member_list"))
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
    return _page(request, "organisations/membership_change.html", scope, form=form, stands=stands, row=_row(held))


def _end(request: HttpRequest, scope: Any, held: Any, end: Any, noun: str) -> HttpResponse:
    today, is_seat = timezone.localdate(), isinstance(held, Appointment)
    if not ROLE.allows(held.state_on(today), "end"):
        return _back(request, scope, NOT_HELD if is_seat else OVER)
    form = (EndSeatForm if is_seat else EndRoleForm)(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: end(**{noun: held}, by=person_of(request), **form.cleaned_data))
    ):
        done_with = "Innehavet av platsen är avslutat" if is_seat else "Rollen är avslutad"
        return _back(request, scope, f"{done_with}. Sista dagen är {form.cleaned_data['ends_on']}.")
    row = _row(held)
    organisation = scope if isinstance(scope, Organisation) else None
    holdings = queries.holdings(row.person, today, organisation) if organisation else []
    return _page(
        request, "organisations/membership_end.html", scope, form=form, row=row, holdings=holdings, is_seat=is_seat
    )


def _row(held: Any) -> queries.HeldRow:
    today = timezone.localdate()
    return queries.role_row(held, today) if isinstance(held, Membership) else queries.seat_row(held, today)


def _back(request: HttpRequest, scope: Any, told: str) -> HttpResponse:
    """To the place's list; or home, for one who has just ended the own role as an administrator."""
    messages.info(request, told)
    manages = may_manage_members(User.objects.get(pk=person_of(request).pk), scope)
    return redirect(queries.place_url(scope, "member_list") if manages else "home")


def _page(request: HttpRequest, template: str, scope: Any, **context: Any) -> HttpResponse:
    return render(request, template, {**about_place(scope), **context})
