"""Invitations: sent, renewed and withdrawn by those who give the roles; opened and accepted by whoever has the link."""

from functools import wraps
from typing import Any

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from kvinnofrid.core.access import View, public, requires
from kvinnofrid.core.history import has_open_identity
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions, queries
from organisations.actions.invitations import NO_ADDRESS
from organisations.forms import InvitationForm, JoinForm
from organisations.models import Invitation, Partnership, User
from organisations.permissions import manages_members
from organisations.views.lookups import about_place, done, form_page, managed_place, person_of
from organisations.workflow import INVITATION

CHANGES = {"renew": "organisations/invitation_renew.html", "withdraw": "organisations/invitation_withdraw.html"}
OPENED = "invitation"  # where the session remembers the hash of the link that was opened


@requires(manages_members)
@form_page
@once
def invitation_create(request: HttpRequest, kind: str, slug: str = "") -> HttpResponse:
    """Invite somebody to roles here, by e-mail."""
    scope = managed_place(request, kind, slug)
    form = InvitationForm(request.POST or None, scope=scope)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: actions.invite(scope=scope, by=person_of(request), **form.cleaned_data))
    ):
        messages.success(request, f"Inbjudan skickas till {form.cleaned_data['email']}.")
        return redirect(queries.place_url(scope, "member_list"))
    context = {**about_place(scope), "form": form, "days": settings.INVITATION_DAYS}
    return render(request, "organisations/invitation_create.html", context)


@requires(manages_members)
@form_page
def invitation_renew(request: HttpRequest, kind: str, pk: int, slug: str = "") -> HttpResponse:
    """Send a new link; the old one stops working."""
    return _decide(request, managed_place(request, kind, slug), pk, actions.renew, "En ny länk skickas till {}.")


@requires(manages_members)
@form_page
def invitation_withdraw(request: HttpRequest, kind: str, pk: int, slug: str = "") -> HttpResponse:
    """Take an invitation back; its link stops working."""
    return _decide(request, managed_place(request, kind, slug), pk, actions.withdraw, "Inbjudan till {} är återkallad.")


def _decide(request: HttpRequest, scope: Any, pk: int, change: Any, told: str) -> HttpResponse:
    invitation: Invitation = get_object_or_404(scope.invitations, pk=pk)
    verb, list_url = change.__name__, queries.place_url(scope, "member_list")
    refused = "" if INVITATION.allows(invitation.state, verb) else "Inbjudan är redan besvarad eller återkallad."
    if not refused and verb == "renew" and invitation.is_redacted:
        refused = NO_ADDRESS
    if request.method == "POST" and not refused:
        try:
            change(invitation=invitation, by=person_of(request))
        except MoveRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, told.format(invitation.email))
            return redirect(list_url)
    if refused:
        messages.info(request, refused)
        return redirect(list_url)
    context = {**about_place(scope), "invitation": invitation, "days": settings.INVITATION_DAYS}
    return render(request, CHANGES[verb], context)


# --- for whoever has the link -----------------------------------------------------------------------------------------


def unshared(view: View) -> View:
    """Nothing of the answer is kept or found by a search, and nobody sends the form again and again."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ratelimit.consume(request, action="invitation"):
            return render(request, "429.html", status=429)
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@public
@require_safe
@unshared
def invitation_open(request: HttpRequest, token: str) -> HttpResponse:
    """Remembers that the link was opened, by its hash, and leads on, so that the link stays in no address or log."""
    token_hash = actions.hash_of(token)
    if queries.invitation_of(token_hash, timezone.now()) is None:
        return _closed(request)
    request.session[OPENED] = token_hash
    return redirect("invitation_accept")


@public
@form_page
@unshared
def invitation_accept(request: HttpRequest) -> HttpResponse:
    """Who invites, to what, and the way in: with the account there is, or a new one."""
    invitation = queries.invitation_of(request.session.get(OPENED, ""), timezone.now())
    if invitation is None:
        return _closed(request)
    if isinstance(request.user, User):
        return _accept(request, invitation, request.user)
    known = User.objects.filter(email=invitation.email)
    if known.exclude(pk__in=User.objects.without_account()).exists():
        login = f"{reverse('account_login')}?{urlencode({'next': reverse('invitation_accept')})}"
        context = {
            "login_url": login,
            "is_closed": not known.filter(is_active=True).exists(),
            "contact": Partnership.objects.values_list("contact_email", flat=True).first() or "",
        }
        return _page(request, "organisations/invitation_login.html", invitation, **context)
    return _join(request, invitation)


def _accept(request: HttpRequest, invitation: Invitation, person: User) -> HttpResponse:
    """With the account that is logged in, if it is the invited one's."""
    if person.email != invitation.email:
        return _page(request, "organisations/invitation_other.html", invitation)
    refused = ""
    if request.method == "POST":
        try:
            actions.accept(invitation=invitation, by=person)
        except MoveRefused as refusal:
            refused = str(refusal)
        else:
            del request.session[OPENED]
            messages.success(request, f"Välkommen. Du har nu: {invitation.offers} i {invitation.scope}.")
            return redirect("home")
    return _page(request, "organisations/invitation_accept.html", invitation, refused=refused)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """With a new account, in which the person then is logged in."""
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        joined: list[User] = []
        values = form.cleaned_data
        if done(
            form,
            lambda: joined.append(actions.join(invitation=invitation, values=values, password=values["password1"])),
        ):
            del request.session[OPENED]
            return perform_login(request, joined[0])
    return _page(request, "organisations/invitation_join.html", invitation, form=form)


def _page(request: HttpRequest, template: str, invitation: Invitation, **context: Any) -> HttpResponse:
    by = invitation.invited_by
    inviter = by.name if has_open_identity(by) else ""
    return render(request, template, {"invitation": invitation, "inviter": inviter, **context})


def _closed(request: HttpRequest) -> HttpResponse:
    """The same for a link that is wrong, used, withdrawn or out of time."""
    return render(request, "organisations/invitation_closed.html", status=404)
