"""Gets the objects of a page, through what the person may see; says on its form what an action refused."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from kvinnofrid.core.access import Refused
from mandates import permissions, queries
from mandates.models import FormEdition, Mandate, MandateSeat
from organisations.models import User
from organisations.permissions import is_coordinator


def person(request: HttpRequest) -> User:
    """The person who is logged in; every page here requires that."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def visible_mandate(request: HttpRequest, pk: int) -> Mandate:
    mandates = Mandate.objects.visible_to(request.user).select_related("edition__forum", "representative")
    return get_object_or_404(mandates, pk=pk)


def own_mandate(request: HttpRequest, pk: int) -> Mandate:
    """A mandate that the person may fill in; 403 for one that is only visible."""
    mandate = visible_mandate(request, pk)
    if not permissions.may_edit(request.user, mandate):
        raise Refused
    return mandate


def line_of(mandate: Mandate, pk: int) -> MandateSeat:
    return get_object_or_404(queries.full_lines(mandate), pk=pk)


def visible_edition(request: HttpRequest, pk: int) -> FormEdition:
    editions = FormEdition.objects.visible_to(request.user).select_related("forum")
    return get_object_or_404(editions, pk=pk)


def require_coordinator(request: HttpRequest) -> None:
    """403 for those who see what stands here but may not change it."""
    if not is_coordinator(request.user):
        raise Refused


def tell(form: Any, error: Exception) -> None:
    """Says on the form what an action refused, beside the field where the form has it."""
    if not isinstance(error, ValidationError):
        form.add_error(None, str(error))
        return
    found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, faults in found.items():
        form.add_error(name if name in form.fields else None, faults)
