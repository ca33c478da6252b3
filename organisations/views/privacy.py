"""What the portal holds about people: the page that says it to anyone, and the extract about one person."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvinnofrid.core import privacy, results
from kvinnofrid.core.access import logged_in, public, requires
from kvinnofrid.core.privacy import Subject
from organisations.forms import AddressForm
from organisations.models import Partnership, User
from organisations.permissions import is_coordinator
from organisations.queries import extracts
from organisations.views.lookups import form_page, person_of


@public
@require_safe
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """Who is responsible, what is kept how long and why, and which rights one has."""
    context = {
        "controller": settings.DATA_CONTROLLER,
        "protection_contact": settings.DATA_PROTECTION_CONTACT,
        "contact": Partnership.objects.values_list("contact_email", flat=True).first() or "",
        "days": privacy.periods(),
        "purposes": extracts.purposes(),
    }
    return render(request, "organisations/privacy_notice.html", context)


@logged_in
@require_safe
def register_extract(request: HttpRequest) -> HttpResponse:
    """What is held about the one who is logged in."""
    return _page(request, person_of(request), reverse("register_extract_file"))


@logged_in
@require_safe
def register_extract_file(request: HttpRequest) -> HttpResponse:
    """The same as a file, with what stood there before."""
    return _file(person_of(request))


@requires(is_coordinator)
@require_safe
def person_register_extract(request: HttpRequest, pk: int) -> HttpResponse:
    """What is held about somebody who asks for it; also about one who has never had an account."""
    person = get_object_or_404(User, pk=pk)
    return _page(request, person, reverse("person_register_extract_file", args=[pk]), is_own=False)


@requires(is_coordinator)
@require_safe
def person_register_extract_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a file, with what stood there before."""
    return _file(get_object_or_404(User, pk=pk))


@requires(is_coordinator)
@form_page
def address_extract(request: HttpRequest) -> HttpResponse:
    """What is held about an address that belongs to no person of the portal."""
    form = AddressForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "extract": None}
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        person = User.objects.filter(email=email).first()
        if person:
            return redirect("person_register_extract", person.pk)
        context["extract"] = extracts.extract(Subject((email,)), with_history=True)
        context["email"] = email
    return render(request, "organisations/privacy_address_extract.html", context)


def _page(request: HttpRequest, person: User, file_url: str, *, is_own: bool = True) -> HttpResponse:
    context = {
        "person": person,
        "is_own": is_own,
        "file_url": file_url,
        "extract": extracts.extract(privacy.subject_of(person)),
    }
    return render(request, "organisations/privacy_extract.html", context)


def _file(person: User) -> HttpResponse:
    found = extracts.extract(privacy.subject_of(person), with_history=True)
    text = json.dumps(extracts.as_data(found), ensure_ascii=False, indent=1)
    name = f"Registerutdrag {timezone.localdate()}.json"
    return results.response(text.encode(), name=name, content_type="application/json; charset=utf-8")
