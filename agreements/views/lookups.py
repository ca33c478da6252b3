"""What the pages share: the person, what the person may see, and how a refusal is told."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agreements import permissions
from agreements.models import Agreement, AgreementVersion, Party
from agreements.workflow import VERSION, VersionState
from kvinnofrid.core.access import Refused
from kvinnofrid.core.files import file_response
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.workflow import MoveRefused
from organisations.models import Organisation, User

form_page = require_http_methods(["GET", "HEAD", "POST"])
FROZEN = {
    VersionState.PUBLISHED: "Versionen är publicerad och kan inte ändras. Påbörja en ny version i stället.",
    VersionState.DISCARDED: "Utkastet är kasserat och kan inte ändras.",
}


def person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def require(permitted: bool) -> None:
    if not permitted:
        raise Refused


def visible_agreement(request: HttpRequest, slug: str) -> Agreement:
    agreements = Agreement.objects.visible_to(request.user).select_related("owner", "parent")
    return get_object_or_404(agreements, slug=slug)


def principal_of(request: HttpRequest, slug: str, organisation: str) -> tuple[Agreement, Organisation]:
    """An agreement and one that is, or has been, a party to it."""
    agreement = visible_agreement(request, slug)
    parties = Party.objects.filter(agreement=agreement).values("organisation")
    return agreement, get_object_or_404(Organisation, slug=organisation, pk__in=parties)


def visible_versions(request: HttpRequest, agreement: Agreement) -> list[AgreementVersion]:
    """The versions that the person may see, in order."""
    return list(agreement.versions.visible_to(request.user).select_related("agreement").order_by("number"))


def visible_version(request: HttpRequest, slug: str, number: int) -> AgreementVersion:
    versions = AgreementVersion.objects.visible_to(request.user).select_related("agreement__owner", "published_by")
    return get_object_or_404(versions, agreement__slug=slug, number=number)


def unless_draft(request: HttpRequest, version: AgreementVersion) -> HttpResponse | None:
    """For pages that change a draft: refused to those who may only read, and back to the text when it is frozen."""
    require(permissions.may_write(request.user, version))
    if VERSION.allows(version.state, "edit"):
        return None
    lost = "Det du skrev sparades inte. " if request.method == "POST" else ""
    messages.error(request, lost + FROZEN[version.state])
    return redirect(version)


def unstruck(request: HttpRequest, entries: Any) -> Any:
    """The entries that there is a page to strike; a second post of the same is answered by the action."""
    entries = entries.filter(is_void=False)
    return entries if request.method == "POST" else entries.filter(corrected_by=None)


def served(stored: StoredFile | None) -> HttpResponse:
    """A file that the page's object refers to; without one the page does not exist."""
    if stored is None:
        raise Http404
    return file_response(stored)


def done(form: Any, change: Callable[[], None]) -> bool:
    """Whether the change was made; what an action refuses is said on the form."""
    try:
        change()
    except (MoveRefused, ValidationError) as error:
        tell(form, error)
        return False
    return True


def tell(form: Any, error: Exception) -> None:
    """Says on the form what an action refused, beside the field where the form has it."""
    if not isinstance(error, ValidationError):
        form.add_error(None, str(error))
        return
    found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, faults in found.items():
        form.add_error(name if name in form.fields else None, faults)


def in_one_line(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
