"""What every page shows around its content."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from organisations.models import Partnership
from organisations.permissions import is_coordinator, is_member, sees_coverage
from organisations.queries import on_behalf_of

NAVIGATION = (
    ("home", "Hem"),
    ("organisation_list", "Organisationer"),
    ("forum_list", "Forum"),
    ("mandate_list", "Uppdrag"),
    ("agreement_list", "Överenskommelser"),
    ("representation", "Vem representerade?"),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """The partnership, the navigation, and on whose behalf the person acts. Two queries for a page."""
    partnership = Partnership.objects.defer("outlines").first()  # the map's, large, and of no use to other pages
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "partnership": partnership,
        "demonstration": bool(partnership and partnership.is_demonstration),
        "navigation": [],
        "on_behalf_of": "",
    }
    if user is not None and user.is_authenticated:
        context["on_behalf_of"] = ", ".join(on_behalf_of(user))
        context["navigation"] = _navigation(request) if is_member(user) else []
    return context


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    items = list(NAVIGATION)
    if sees_coverage(request.user):
        items.insert(1, ("coverage", "Uppdragsläget"))
    if is_coordinator(request.user):
        items.append(("person_list", "Personer"))
    return [
        {"label": label, "url": (url := reverse(name)), "current": _is_within(request, url)} for name, label in items
    ]


def _is_within(request: HttpRequest, url: str) -> bool:
    """Whether the page is the one at the address or one below it; every page is below the first."""
    return request.path == url or (url != "/" and request.path.startswith(url))
