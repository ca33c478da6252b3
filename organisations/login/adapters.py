"""How allauth behaves here: nobody signs up, limits count per account, passwords leave no trace in the history."""

import logging
from base64 import b32encode, urlsafe_b64encode
from functools import partial
from hashlib import sha256
from secrets import token_bytes
from smtplib import SMTPException
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from organisations.actions.login import tie_to_provider
from organisations.models import Partnership, User

log = logging.getLogger(__name__)
WRONG_CODE = "Koden stämmer inte. Den byts var trettionde sekund: skriv den som visas nu."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts, passwords and limits."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the partnership, never by oneself."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `next` stays on the site; what cannot even be read as an address does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The change logs everybody out; who logs in again comes home, not to the same form."""
        return reverse("home")

    def set_password(self, user: Any, password: str) -> None:
        """Save the password alone, so that the history sees no change."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Tries are counted per account: allauth's key holds the host too, so two names gave twice as many."""
        return str(credentials.get("email", "")).strip().lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail leaves after the answer: else the time it takes would tell who has an account."""
        message = self.render_mail(template_prefix, email, context)
        send_after_answer(self.request, message)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to confirm that it is oneself, in the portal's words."""
        words = {
            "reauthenticate": "Lösenordet",
            "mfa_reauthenticate": "En engångskod eller reservkod",
            "mfa_reauthenticate:webauthn": "En passnyckel",
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]


def send_after_answer(request: HttpRequest, message: EmailMessage) -> None:
    """Keeps the mail until the view's answer is there."""
    waiting: list[EmailMessage] = request.__dict__.setdefault("mail_after_answer", [])
    waiting.append(message)


def with_mail_afterwards(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer, which sends what was kept when the server has sent it."""
    for message in request.__dict__.get("mail_after_answer", []):
        response._resource_closers.append(partial(_send, message))  # type: ignore[attr-defined]
    return response


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as fault:
        log.warning("login: a mail could not be sent (%s)", type(fault).__name__)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted; the QR code follows the content policy."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def _get_site_name(self) -> str:
        """What apps and browsers call the account."""
        partnership = Partnership.objects.first()
        return partnership.name if partnership else "Kvinnofrid"

    def build_totp_svg(self, url: str) -> str:
        """The code as one path without any style."""
        code = qrcode.QRCode(border=0)
        code.add_data(url)
        code.make()
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg class="qr" viewBox="-4 -4 {0} {0}" role="img" aria-label="QR-kod"><path d="{1}"/></svg>',
            len(rows) + 8,
            path,
        )

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted with another SECRET_KEY matches no code; the factors are then reset."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.warning("login: a secret was encrypted with another SECRET_KEY")
            return b32encode(token_bytes(20)).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"second factors:{key!s}".encode()).digest())) for key in keys])


class IdentityProviderAdapter(DefaultSocialAccountAdapter):
    """A provider tells who somebody is. It makes no account and gives no role."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The providers of the settings; there are none in the database."""
        apps = []
        if settings.OIDC:
            apps.append(
                SocialApp(
                    provider="openid_connect",
                    provider_id="oidc",
                    name=settings.OIDC["name"],
                    client_id=settings.OIDC["client_id"],
                    secret=settings.OIDC["secret"],
                    settings={"server_url": settings.OIDC["server_url"]},
                )
            )
        if settings.SAML:
            apps.append(SocialApp(provider="saml", provider_id="saml", name=settings.SAML["name"], client_id="saml"))
        return [app for app in apps if provider in (None, app.provider, app.provider_id)]

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Not allauth's way, which would take the password from whoever logs in through a provider."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Who is tied to the subject already is that person; else a verified address ties an active person to it."""
        if sociallogin.is_existing:
            return
        app, subject = sociallogin.provider.app, sociallogin.account.uid
        email = sociallogin.email_addresses[0].email if sociallogin.email_addresses else ""
        person = User.objects.filter(email=email, is_active=True).first() if email else None
        tied = person and tie_to_provider(person=person, provider=app.provider_id, subject=subject, name=app.name)
        if not tied:
            raise ImmediateHttpResponse(unknown_person(request, app.name, email))
        sociallogin.account, sociallogin.user = tied, person

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """allauth's page tells why; ours leaves that to the log."""
        fault = kwargs.get("exception") or kwargs.get("error")
        raise ImmediateHttpResponse(refused(request, f"{provider.app.provider_id}: {fault}"))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The portal's own messages tell."""


def refused(request: HttpRequest, reason: object, status: int = 403) -> HttpResponse:
    """What went wrong with a provider's answer is told to the log, not to whoever sent it."""
    log.warning("login: an identity provider's answer was refused (%s)", ascii(str(reason)[:120]))
    return render(request, "socialaccount/refused.html", status=status)


def verified_login(provider: Any, *, issuer: str, subject: str, email: str) -> SocialLogin:
    """What a provider has proved: a subject of an issuer, and an address if it may speak for it.

    The subject is kept as a fingerprint together with its issuer, so that another provider set up later in the same
    place can never be taken for this one, and nothing else that the provider tells is kept.
    """
    uid = sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    return SocialLogin(
        provider=provider,
        account=SocialAccount(provider=provider.app.provider_id, uid=uid),
        email_addresses=[EmailAddress(email=email, verified=True)] if valid_email_or_none(email) else [],
    )


def unknown_person(request: HttpRequest, provider: str, email: str) -> HttpResponse:
    """A calm page: nobody here has that address."""
    return render(request, "socialaccount/unknown.html", {"provider": provider, "email": email}, status=403)


def provider_app(request: HttpRequest, provider_id: str) -> Any:
    """The configured provider, or none."""
    apps = IdentityProviderAdapter(request).list_apps(request, provider=provider_id)
    return apps[0].get_provider(request) if apps else None
