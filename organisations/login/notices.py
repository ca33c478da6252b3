"""Tells a person of a new password and of a recovery code that was used. Connected when the app is ready."""

import time
from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from organisations.actions.login import end_sessions, tell
from organisations.actions.retention import LOGGED_IN, stop
from organisations.login.middleware import SEEN
from organisations.models import User


def logged_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """From now on it is noted when the session is used; somebody whose account was to be closed keeps it."""
    request.session[SEEN] = time.time()
    stop(person=user, by=user, reason=LOGGED_IN)


def password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password ends every session and the wait after wrong ones."""
    end_sessions(person=user)
    get_adapter(request)._delete_login_attempts_cached_email(request, email=user.email)
    tell(person=user, template="password_changed", address=_address(request))


def factor_used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()  # allauth marked the code on a row of its own
        left = len(authenticator.wrap().get_unused_codes())
        tell(person=user, template="recovery_code_used", address=_address(request), left=left)


def _address(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))


def connect() -> None:
    account.user_logged_in.connect(logged_in, dispatch_uid="login.logged_in")
    account.password_changed.connect(password_changed, dispatch_uid="login.password_changed")
    account.password_reset.connect(password_changed, dispatch_uid="login.password_reset")
    factors.authenticator_used.connect(factor_used, dispatch_uid="login.factor_used")
