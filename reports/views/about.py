"""Help per role, and the accessibility statement with a way to report faults."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kvinnofrid.core.access import public
from organisations.queries import roles_today
from reports.actions import report_fault
from reports.forms import FaultForm


@public
def help(request: HttpRequest) -> HttpResponse:  # noqa: A001
    """What the portal is for and how each role works in it, the reader's own roles first."""
    own = {membership.role for membership in roles_today(request.user)} if request.user.is_authenticated else set()
    return render(request, "reports/help.html", {"own": own})


@public
def accessibility_statement(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, and a form that reaches the coordinator."""
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="fault_report"):
            form.add_error(None, "Du har rapporterat flera fel den senaste timmen. Försök igen om en stund.")
        else:
            report_fault(**form.cleaned_data)
            messages.success(request, "Tack. Rapporten har lämnats till samordnaren.")
            return redirect("accessibility_statement")
    return render(request, "reports/accessibility_statement.html", {"form": form})
