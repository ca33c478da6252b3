"""The meetings of an organisation's deciding bodies: read by all participants, kept by its registrar."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kvinnofrid.core.access import Refused, requires
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.ordering import swedish
from organisations import actions
from organisations.forms import BodyForm, MeetingButtonForm, MeetingsForm, YearForm
from organisations.models import BodyMeeting, DecidingBody, Organisation, User
from organisations.permissions import is_coordinator, is_member, may_register


@requires(is_member)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def body_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The bodies with a year's meetings; days are added by pasting, and taken away one by one."""
    organisation = get_object_or_404(Organisation.objects.principals(), slug=slug)
    year = YearForm(request.GET).value("ar") or timezone.localdate().year
    bodies = list(_bodies(organisation, year))
    forms: dict[str, Any] = {}
    if request.method == "POST":
        answer = _change(request, organisation, bodies, forms)
        if answer:
            return answer
    rows = []
    for body in bodies:
        may_change = may_register(request.user, body.organisation)
        form = forms.get(f"body-{body.pk}") or (MeetingsForm(prefix=f"body-{body.pk}") if may_change else None)
        rows.append({"body": body, "form": form, "is_joint": body.organisation_id != organisation.pk})
    may_add = may_register(request.user, organisation)
    context = {
        "organisation": organisation,
        "year": year,
        "years": [year - 1, year, year + 1],
        "rows": rows,
        "forms": list(forms.values()),
        "body_form": forms.get("body") or (_body_form(request, organisation) if may_add else None),
    }
    return render(request, "organisations/body_calendar.html", context)


def _bodies(organisation: Organisation, year: int) -> Any:
    today = timezone.localdate()
    meetings = BodyMeeting.objects.filter(meets_on__year=year).order_by("meets_on")
    own = Q(organisation=organisation) | Q(pk__in=organisation.joint_bodies.values("body"))
    found = DecidingBody.objects.active_on(today).filter(own).select_related("organisation")
    return found.prefetch_related(Prefetch("meetings", meetings, to_attr="days")).order_by(swedish("name"), "pk")


def _body_form(request: HttpRequest, organisation: Organisation, data: Any = None) -> BodyForm:
    coordinates = is_coordinator(request.user)
    return BodyForm(data, organisation=organisation, names_participants=coordinates, prefix="body")


def _change(
    request: HttpRequest, organisation: Organisation, bodies: list[DecidingBody], forms: dict[str, Any]
) -> HttpResponse | None:
    """Does what the button said; None when a form has to be shown again."""
    by: Any = request.user
    if "add_body" in request.POST:
        return _add_body(request, organisation, by, forms)
    pressed = MeetingButtonForm(request.POST)
    body = next((one for one in bodies if one.pk == pressed.value("body")), None)
    if body is None or not may_register(request.user, body.organisation):
        raise Refused
    if "remove" in request.POST:
        return _remove(request, body, pressed.value("remove"), by)
    form = MeetingsForm(request.POST, prefix=f"body-{body.pk}")
    forms[f"body-{body.pk}"] = form
    if not form.is_valid():
        return None
    days = form.cleaned_data["days"]
    added = actions.add_meetings(body=body, days=days, by=by)
    messages.success(request, _told(body, added, len(days) - added))
    return redirect(f"{request.path}?ar={min(days).year}")


def _add_body(request: HttpRequest, organisation: Organisation, by: User, forms: dict[str, Any]) -> HttpResponse | None:
    if not may_register(request.user, organisation):
        raise Refused
    form = forms["body"] = _body_form(request, organisation, request.POST)
    if not form.is_valid():
        return None
    try:
        body = actions.add_body(organisation=organisation, by=by, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, f"{body} är tillagd.")
    return redirect(request.path)


def _remove(request: HttpRequest, body: DecidingBody, pk: int | None, by: User) -> HttpResponse:
    meeting = body.meetings.filter(pk=pk).first() if pk else None
    if meeting:
        actions.remove_meeting(meeting=meeting, by=by)
        messages.success(request, f"Sammanträdet {meeting.meets_on} i {body} är borttaget.")
    return redirect(request.get_full_path())


def _told(body: DecidingBody, added: int, there: int) -> str:
    new = "Ingen ny dag" if not added else "1 dag är tillagd" if added == 1 else f"{added} dagar är tillagda"
    return f"{new} i {body}." + (f" {there} fanns redan." if there else "")
