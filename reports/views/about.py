"""Help per role, and the accessibility statement with a way to report faults."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from kvinnofrid.core.access import public
from kvinnofrid.core.idempotency import once
from organisations.enums import Role
from organisations.permissions import is_coordinator, sees_coverage
from organisations.queries import roles_today
from reports.actions import report_fault
from reports.forms import FaultForm


@dataclass(frozen=True)
class Chapter:
    """The help for one role, in a template of its own."""

    key: str
    title: str
    is_own: bool

    @property
    def template(self) -> str:
        return f"reports/help_{self.key}.html"


ASSESSED_ON = date(2026, 11, 22)  # when somebody last went through the portal for the accessibility statement
CHAPTERS = {
    "reader": "Läsare",
    "representative": "Representant",
    "commissioner": "Uppdragsgivare",
    "registrar": "Registrator",
    "administrator": "Administratör",
    "chair": "Ordförande eller sekreterare i ett forum",
    "steering": "Ledamot i styrgruppen",
    "coordinator": "Samordnare",
}


@public
@require_safe
def help(request: HttpRequest) -> HttpResponse:  # noqa: A001
    """What the portal is for and how each role works in it, the reader's own roles first."""
    own = _own_chapters(request.user)
    chapters = [Chapter(key, title, key in own) for key, title in CHAPTERS.items()]
    return render(request, "reports/help.html", {"chapters": sorted(chapters, key=lambda found: not found.is_own)})


def _own_chapters(user: Any) -> set[str]:
    if not user.is_authenticated:
        return set()
    own = {"chair" if role.role == Role.SECRETARY else role.role for role in roles_today(user)}
    return own | {"steering"} if sees_coverage(user) and not is_coordinator(user) else own


@public
@require_http_methods(["GET", "HEAD", "POST"])
@once
def accessibility_statement(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, and a form that reaches the coordinator."""
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="fault_report"):
            form.add_error(None, "Du har rapporterat flera fel den senaste timmen. Försök igen om en stund.")
        elif not report_fault(**form.cleaned_data):
            form.add_error(None, "Portalen har ingen samordnare än, så rapporten kan inte tas emot.")
        else:
            messages.success(request, "Tack. Rapporten har lämnats till samordnaren.")
            return redirect("accessibility_statement")
    context = {"form": form, "assessed_on": ASSESSED_ON}
    return render(request, "reports/accessibility_statement.html", context)
