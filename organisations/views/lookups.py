"""What the pages about people share: the place, the person, and how a refusal is told."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kvinnofrid.core.workflow import MoveRefused
from organisations import permissions, queries
from organisations.models import Forum, Organisation, Partnership, User

form_page = require_http_methods(["GET", "HEAD", "POST"])


def person_of(request: HttpRequest) -> User:
    """The person who is logged in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def managed_place(request: HttpRequest, kind: str, slug: str) -> Any:
    """The organisation, forum or partnership whose roles the person gives; for others there is no such page."""
    scope: Any
    if kind == "partnership":
        scope = get_object_or_404(Partnership)
    else:
        scope = get_object_or_404(Forum if kind == "forum" else Organisation, slug=slug)
    if not permissions.may_manage_members(request.user, scope):
        raise Http404
    return scope


def about_place(scope: Any) -> dict[str, Any]:
    """What every page about a place's people shows: the place, and the pages above."""
    above = {
        Organisation: ("Organisationer", "organisation_list"),
        Forum: ("Forum", "forum_list"),
        Partnership: ("Alla personer", "person_list"),
    }[type(scope)]
    crumbs = [{"label": above[0], "url": reverse(above[1])}]
    if not isinstance(scope, Partnership):
        crumbs.append({"label": getattr(scope, "short_name", scope.name), "url": scope.get_absolute_url()})
    return {"scope": scope, "crumbs": crumbs, "list_url": queries.place_url(scope, "member_list")}


def done(form: Any, change: Callable[[], Any]) -> bool:
    """Whether the change was made; what an action refuses is said on the form, beside the field where it has it."""
    try:
        change()
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as error:
        found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
        for name, faults in found.items():
            form.add_error(name if name in form.fields else None, faults)
    else:
        return True
    return False
