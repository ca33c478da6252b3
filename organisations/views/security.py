"""How the person logs in: password, second factors, passkeys, recovery codes, sessions."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.base import views as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvinnofrid.core.access import logged_in, requires
from kvinnofrid.core.views import SeeOther
from organisations import permissions
from organisations.actions.login import end_session, end_sessions, reset_second_factors, tell
from organisations.forms.login import ResetFactorsForm
from organisations.login.adapters import with_mail_afterwards
from organisations.login.middleware import came_through_provider
from organisations.models import User
from organisations.queries import login as queries
from organisations.views.lookups import about_place

FRESH_SECONDS = 15 * 60
View = Callable[..., HttpResponse]


def _person(request: HttpRequest) -> User:
    """The person as the database has it now."""
    return get_object_or_404(User.objects.all(), pk=request.user.pk)


@logged_in
@require_safe
def account_security(request: HttpRequest) -> HttpResponse:
    """All ways in, with state and what can be done to each."""
    page = queries.security_page(_person(request))
    is_demanded = page.needs_factor and not page.has_factor and not came_through_provider(request)
    return render(request, "account/security.html", {"page": page, "is_demanded": is_demanded})


def with_password(view: View) -> View:
    """Whoever logs in through an identity provider only, and so cannot confirm that it is oneself, first chooses a
    password by the link that comes with e-mail."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not _person(request).has_usable_password():
            messages.info(request, "Ditt konto har inget lösenord. Välj ett först, med en länk som kommer med e-post.")
            return redirect("account_reset_password")
        return view(request, *args, **kwargs)

    return guarded


# --- login ------------------------------------------------------------------------------------------------------------


class LoginPage(account.LoginView):
    """allauth's, with the identity providers that are set up."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        providers = [
            {
                "name": known["name"],
                "url": passthrough_next_redirect_url(self.request, reverse(url), REDIRECT_FIELD_NAME),
            }
            for known, url in ((settings.OIDC, "oidc_login"), (settings.SAML, "saml_login"))
            if known
        ]
        return {**super().get_context_data(**kwargs), "providers": providers}


login = LoginPage.as_view()


def password_reset(request: HttpRequest) -> HttpResponse:
    """allauth's page. Its mail leaves when the answer has, so that no time is told from an address without account."""
    return with_mail_afterwards(request, account.password_reset(request))


# --- second factors: allauth's pages, which come back to the portal's own page ----------------------------------------


SECURITY = reverse_lazy("account_security")
FRESH_CODES = "fresh_recovery_codes"  # in the session: codes just made, until the person has saved them


def _with_fresh_codes(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """When the next page is that of the recovery codes they have just been made, and it may show them."""
    if answer.headers["Location"] == reverse("recovery_codes"):
        row = Authenticator.objects.get(user=request.user.pk, type=Authenticator.Type.RECOVERY_CODES)
        request.session[FRESH_CODES] = {"pk": row.pk, "at": time.time()}
    return answer


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))


class ActivateApp(totp.ActivateTOTPView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        tell(person=_person(self.request), template="app_added", address=_address(self.request))
        return _with_fresh_codes(self.request, super().form_valid(form))

    def get_success_url(self) -> str:
        return reverse("recovery_codes" if self.did_generate_recovery_codes else "account_security")


class DeactivateApp(totp.DeactivateTOTPView):
    success_url = SECURITY

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        tell(person=_person(self.request), template="app_removed", address=_address(self.request))
        answer: HttpResponse = super().form_valid(form)
        return answer


class AddPasskey(webauthn.AddWebAuthnView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        tell(person=_person(self.request), template="passkey_added", address=_address(self.request))
        return _with_fresh_codes(self.request, super().form_valid(form))

    def get_success_url(self) -> str:
        return reverse("recovery_codes" if self.did_generate_recovery_codes else "account_security")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth makes the form anew here; the faults of what was sent stay with ours."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, **kwargs}


class RemovePasskey(webauthn.RemoveWebAuthnView):
    success_url = SECURITY

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        tell(person=_person(self.request), template="passkey_removed", address=_address(self.request))
        answer: HttpResponse = super().form_valid(form)
        return answer


class RenewCodes(recovery.GenerateRecoveryCodesView):
    success_url = reverse_lazy("recovery_codes")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        tell(person=_person(self.request), template="recovery_codes_renewed", address=_address(self.request))
        return _with_fresh_codes(self.request, super().form_valid(form))


class ConfirmByPasskey(webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


authenticate = second_factor.authenticate
reauthenticate = second_factor.reauthenticate
activate_app = ActivateApp.as_view()
deactivate_app = DeactivateApp.as_view()
add_passkey = AddPasskey.as_view()
edit_passkey = webauthn.EditWebAuthnView.as_view(success_url=SECURITY)
remove_passkey = RemovePasskey.as_view()
login_with_passkey = webauthn.login_webauthn
confirm_by_passkey = ConfirmByPasskey.as_view()
generate_codes = RenewCodes.as_view()


# --- recovery codes: shown when they have just been made, until the person has saved them -----------------------------


@logged_in
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes just after they were made; else how many are left. The button puts them out of sight for good."""
    if request.method == "POST":
        request.session.pop(FRESH_CODES, None)
        return SeeOther(reverse("account_security"))
    row = get_object_or_404(Authenticator, user=request.user.pk, type=Authenticator.Type.RECOVERY_CODES)
    left = row.wrap().get_unused_codes()
    codes, download = left if _are_fresh(request, row) else [], reverse("recovery_codes_download")
    return render(request, "mfa/recovery_codes.html", {"codes": codes, "left": len(left), "download": download})


@logged_in
@require_safe
def recovery_codes_download(request: HttpRequest) -> HttpResponse:
    """The codes as a text file, as long as they are shown."""
    row = get_object_or_404(Authenticator, user=request.user.pk, type=Authenticator.Type.RECOVERY_CODES)
    if not _are_fresh(request, row):
        raise Http404
    context = {"codes": row.wrap().get_unused_codes()}
    response = render(request, "mfa/recovery_codes.txt", context, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="reservkoder.txt"'
    return response


def _are_fresh(request: HttpRequest, row: Authenticator) -> bool:
    made: Any = request.session.get(FRESH_CODES)
    return bool(made) and made["pk"] == row.pk and time.time() - made["at"] < FRESH_SECONDS


# --- sessions ---------------------------------------------------------------------------------------------------------


@logged_in
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Where the person is logged in."""
    rows = queries.logins(_person(request), request.session.session_key)
    return render(
        request, "usersessions/session_list.html", {"logins": rows, "others": sum(not r.is_this for r in rows)}
    )


@logged_in
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of the person's own logins; somebody else's does not exist."""
    if end_session(person=_person(request), pk=pk):
        messages.success(request, "Inloggningen är avslutad.")
    else:
        messages.info(request, "Inloggningen var redan avslutad.")
    return SeeOther(reverse("session_list"))


@logged_in
@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    """Logs out everywhere else."""
    number = end_sessions(person=_person(request), but=request.session.session_key)
    messages.success(
        request, "Du är utloggad överallt utom här." if number else "Du var inte inloggad någon annanstans."
    )
    return SeeOther(reverse("session_list"))


# --- somebody else's --------------------------------------------------------------------------------------------------


@requires(permissions.manages_members)
@require_http_methods(["GET", "HEAD", "POST"])
def factors_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes away the second factors of somebody who has lost the phone."""
    person = get_object_or_404(User.objects.filter(is_active=True), pk=pk)
    by = _person(request)
    if not permissions.may_reset_factors(by, person):
        raise Http404
    place = None if permissions.is_coordinator(by) else about_place(permissions.places_managed(by, person)[0])
    back = place["list_url"] if place else reverse("person_detail", args=[person.pk])
    form = ResetFactorsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reset_second_factors(person=person, by=by, reason=form.cleaned_data["reason"])
        messages.success(
            request, f"Tvåstegsinloggningen för {person} är återställd, och {person} är utloggad överallt."
        )
        return redirect(back)
    context = {"person": person, "form": form, "back": back, "place": place}
    return render(request, "organisations/factors_reset.html", context)
