"""What is registered about a seat that nobody holds."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, permissions, queries
from mandates.forms import VacancyForm
from mandates.models import Vacancy
from mandates.views.filling import form_page
from mandates.views.lookups import person, tell
from organisations.enums import SeatHolding
from organisations.models import Seat
from organisations.permissions import is_member


@requires(is_member)
@form_page
def vacancy_edit(request: HttpRequest, seat_pk: int) -> HttpResponse:
    """Since when the seat is vacant, why, when somebody is expected and who answers meanwhile."""
    seats = Seat.objects.filter(forum__seats_held_by=SeatHolding.MANDATE).select_related("organisation", "forum")
    seat = get_object_or_404(seats, pk=seat_pk)
    if not permissions.may_register_vacancy(request.user, seat):
        raise Refused
    vacancy = queries.open_vacancy(seat)
    stands_now = queries.vacancy_values(vacancy or Vacancy(seat=seat))
    initial = {**stands_now, "seen": fingerprint(stands_now)}
    if vacancy is None:
        initial |= {"starts_on": queries.first_vacant_day(seat), "function_email": seat.organisation.function_email}
    form = VacancyForm(request.POST or None, initial=initial)
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.register_vacancy(seat=seat, values=values, by=person(request), seen=values["seen"])
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, "Sparat. Det visas överallt där platsen visas, tills någon innehar den.")
            return redirect(seat.organisation)
    history = queries.vacancy_history(seat)
    context = {"seat": seat, "vacancy": vacancy, "form": form, "stands": stands, "history": history}
    return render(request, "mandates/vacancy_edit.html", context)
