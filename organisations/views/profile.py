"""The person's own details and roles."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kvinnofrid.core.access import logged_in
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from organisations import actions
from organisations.forms import ProfileForm
from organisations.models import User
from organisations.queries import profile_values, roles_today
from organisations.views.lookups import form_page


@logged_in
@form_page
def profile(request: HttpRequest) -> HttpResponse:
    """Name and contact details, which the person edits; roles, which others give."""
    user = get_object_or_404(User.objects.all(), email=request.user.get_username())
    form = ProfileForm(request.POST or None, instance=user, initial={"seen": fingerprint(profile_values(user))})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_profile(user=user, values=form.cleaned_data, by=user, seen=form.cleaned_data["seen"])
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, "Dina uppgifter är sparade.")
            return redirect("profile")
    context = {
        "form": form,
        "stands": stands,
        "roles": roles_today(user),
        "appointments": user.appointments.active_on(timezone.localdate()).select_related("seat__forum"),
    }
    return render(request, "organisations/profile.html", context)
