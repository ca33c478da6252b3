"""One-time links: named, sent and withdrawn by the representative or the coordinator; opened by the commissioner."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kvinnofrid.core.access import Refused, View, public, requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, permissions, queries
from mandates.enums import LineState
from mandates.forms import CommissionerForm, LinkDecideForm
from mandates.models import AttestLink, Mandate
from mandates.views.filling import form_page
from mandates.views.lookups import line_of, person, tell, visible_mandate
from organisations.permissions import is_member


@requires(is_member)
@form_page
@once
def attest_link(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The commissioner without account, and the links that have been sent; a new one closes the one before."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    if not permissions.may_send_link(request.user, line):
        raise Refused
    stood = queries.external_values(line)
    form = CommissionerForm(request.POST or None, initial={**stood, "seen": fingerprint(stood)})
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            link = actions.send_link(line=line, commissioner=values, by=person(request), seen=values["seen"])
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, f"Länken är på väg till {link.email}. Den gäller till och med {link.last_day}.")
            return redirect(request.path)
    context = {"mandate": mandate, "line": line, "form": form, "links": line.attest_links.select_related("sent_by")}
    context["stands"], context["may_send"] = stands, line.state == LineState.WAITING
    return render(request, "mandates/attest_link.html", context)


@requires(is_member)
@require_POST
def attest_link_withdraw(request: HttpRequest, pk: int, line_pk: int, link_pk: int) -> HttpResponse:
    """The link opens nothing from now on."""
    mandate = visible_mandate(request, pk)
    line = line_of(mandate, line_pk)
    link = get_object_or_404(AttestLink, line=line, pk=link_pk)
    actions.withdraw_link(link=link, by=person(request))
    messages.success(request, "Länken är återkallad och gäller inte längre.")
    return redirect("attest_link", mandate.pk, line.pk)


def unlisted(view: View) -> View:
    """Nothing of the answer is kept, found by a search or told to another site."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "same-origin"  # the form's own POST must tell where it comes from
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@public
@form_page
@unlisted
def attest_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A commissioner without account reads the line as it will be attested, and decides."""
    links = AttestLink.objects.select_related("line__mandate__edition__forum", "line__mandate__representative")
    link = links.filter(token_hash=actions.hash_of(token)).first()
    page = queries.link_page(link) if link else None
    if link is None or page is None:
        return render(request, "mandates/attest_link_closed.html", status=404)
    mandate = link.line.mandate
    form = LinkDecideForm(request.POST or None, initial={"version": mandate.version})
    if request.method == "POST" and form.is_valid():
        try:
            _decide(link, form)
        except MoveRefused as refusal:
            mandate.refresh_from_db()
            form = _as_read_now(form, mandate)
            form.add_error(None, str(refusal))
            page = queries.link_page(AttestLink.objects.get(pk=link.pk)) or page
        else:
            sends_back = form.cleaned_data["decision"] == LinkDecideForm.SEND_BACK
            return render(request, "mandates/attest_link_done.html", {"link": link, "sends_back": sends_back})
    return render(request, "mandates/attest_by_link.html", {"link": link, "page": page, "form": form})


def _decide(link: AttestLink, form: LinkDecideForm) -> None:
    values = form.cleaned_data
    if values["decision"] == LinkDecideForm.ATTEST:
        actions.attest_by_link(link=link, version=values["version"])
    else:
        actions.send_back_by_link(link=link, version=values["version"], comment=values["comment"])


def _as_read_now(form: LinkDecideForm, mandate: Mandate) -> LinkDecideForm:
    """The same answers, about the mandate as the page now shows it."""
    answers = {name: form.cleaned_data.get(name) for name in ("decision", "comment", "is_me")}
    return LinkDecideForm({**answers, "version": mandate.version})
