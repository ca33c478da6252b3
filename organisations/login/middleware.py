"""When a session was last seen, and second factors for those whose role demands one."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from organisations.actions.login import note_session
from organisations.queries.login import lacks_second_factor

SEEN = "seen_at"  # in the session: when its use was last noted
SEEN_EVERY_SECONDS = 300

# Pages that somebody without a second factor needs in order to get one, to leave, or to be helped.
OPEN = frozenset(
    {
        "account_security",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "session_list",
        "session_end",
        "session_end_others",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "recovery_codes",
        "recovery_codes_download",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "help",
        "accessibility_statement",
        "privacy_notice",
    }
)


class SessionSeenMiddleware:
    """Notes now and then when and from where a session is used, for the list that the person sees."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.session.get(SEEN)
        if seen is not None and time.time() - seen > SEEN_EVERY_SECONDS:
            request.session[SEEN] = time.time()
            note_session(session_key=request.session.session_key, address=get_adapter().get_client_ip(request))
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads whoever holds a role of MFA_REQUIRED_ROLES today, and has no second factor, to where one is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if not settings.MFA_REQUIRED_ROLES or name in OPEN or not request.user.is_authenticated:
            return None
        if came_through_provider(request) or not lacks_second_factor(request.user):
            return None
        page = reverse("account_security")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(page)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(page)
        return render(request, "mfa/required.html", status=403)


def came_through_provider(request: HttpRequest) -> bool:
    """Whether this session was begun through an identity provider, which is trusted with its own second factor."""
    return any(record["method"] == "socialaccount" for record in get_authentication_records(request, request.user))
