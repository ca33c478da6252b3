"""How a person logs in: second factors, passkeys, recovery codes, sessions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from organisations.models import Membership, User
from organisations.rules import device_name

FEW_CODES = 2
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class Passkey:
    """A passkey as its owner sees it."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class SecurityPage:
    """All ways in of one person."""

    has_password: bool
    needs_factor: bool
    app_since: datetime | None = None
    passkeys: list[Passkey] = field(default_factory=list)
    codes_left: int | None = None
    providers: list[str] = field(default_factory=list)
    session_count: int = 0

    @property
    def has_factor(self) -> bool:
        return bool(self.app_since or self.passkeys)

    @property
    def codes_text(self) -> str:
        return f"{self.codes_left} kvar" if self.codes_left else "Inga kvar"

    @property
    def codes_tone(self) -> str:
        return "good" if (self.codes_left or 0) > FEW_CODES else "warning"


def needs_second_factor(user: Any) -> bool:
    """Whether the person holds a role today that demands a second factor here."""
    roles = settings.MFA_REQUIRED_ROLES
    return bool(roles) and _demanding(user).exists()


def lacks_second_factor(user: Any) -> bool:
    """Whether the person's roles today demand a second factor and there is none. One query, none without demands."""
    roles = settings.MFA_REQUIRED_ROLES
    return bool(roles) and _demanding(user).exclude(user__authenticator__type__in=FACTORS).exists()


def _demanding(user: Any) -> Any:
    today = timezone.localdate()
    return Membership.objects.active_on(today).filter(user=user.pk, role__in=settings.MFA_REQUIRED_ROLES)


def security_page(user: User) -> SecurityPage:
    """What the page about one's own security shows."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    app = next((row for row in found if row.type == Authenticator.Type.TOTP), None)
    codes = next((row for row in found if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return SecurityPage(
        has_password=user.has_usable_password(),
        needs_factor=needs_second_factor(user),
        app_since=app.created_at if app else None,
        passkeys=[
            Passkey(row.pk, str(row.wrap().name), row.created_at, row.last_used_at)
            for row in found
            if row.type == Authenticator.Type.WEBAUTHN
        ],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        providers=_names_of_providers(user),
        session_count=len(living_sessions(user)),
    )


def _names_of_providers(user: User) -> list[str]:
    """The identity providers that the person's account is tied to, by the names of the login page."""
    names = {"oidc": settings.OIDC, "saml": settings.SAML}
    tied = SocialAccount.objects.filter(user=user).order_by("provider").values_list("provider", flat=True)
    return [str(names[key]["name"]) for key in tied if names.get(key)]


@dataclass(frozen=True)
class LoginRow:
    """One login that has not ended."""

    pk: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def living_sessions(user: User) -> list[UserSession]:
    """The person's sessions that have not ended or run out, the latest first. Two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    living = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    return [row for row in rows if row.session_key in living]


def logins(user: User, session_key: str | None) -> list[LoginRow]:
    """The list of logins, this one first."""
    rows = [
        LoginRow(
            pk=row.pk,
            device=device_name(row.user_agent),
            address=row.ip,
            began_at=row.created_at,
            seen_at=row.last_seen_at,
            is_this=row.session_key == session_key,
        )
        for row in living_sessions(user)
    ]
    return sorted(rows, key=lambda row: not row.is_this)
