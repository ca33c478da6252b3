"""The person's own details and roles."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kvinnofrid.core.access import logged_in
from organisations import actions
from organisations.forms import ProfileForm
from organisations.models import User
from organisations.queries import roles_today


@logged_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and contact details, which the person edits; roles, which others give."""
    user = get_object_or_404(User.objects.all(), email=request.user.get_username())
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        actions.save_profile(user=user, values=form.cleaned_data, by=user)
        messages.success(request, "Dina uppgifter är sparade.")
        return redirect("profile")
    context = {
        "form": form,
        "roles": roles_today(user),
        "appointments": user.appointments.active_on(timezone.localdate()).select_related("seat__forum"),
    }
    return render(request, "organisations/profile.html", context)
