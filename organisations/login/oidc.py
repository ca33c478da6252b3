"""Login through OpenID Connect: allauth's flow with PKCE, and a stricter reading of the answer."""

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from organisations.login.adapters import verified_login

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
MOST_OF_A_SUBJECT = 255
CLOCKS_DIFFER = 60  # seconds that the provider's clock and ours may differ
REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


class StrictAdapter(OpenIDConnectOAuth2Adapter):
    """Believes a signed ID token only, and user information only about the same subject."""

    def __init__(self, request: HttpRequest, provider_id: str = "oidc") -> None:
        super().__init__(request, provider_id)

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says about itself, if it is who we asked."""
        config: Any = super().openid_config
        if not isinstance(config, dict) or str(config.get("issuer", "")).rstrip("/") != settings.OIDC["server_url"]:
            raise OAuth2Error("the provider answers as another issuer")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(build_absolute_uri(request, reverse("oidc_callback")))

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        try:
            claims = self._claims(app, kwargs["response"]["id_token"])
            about = self._about(token, claims)
        except (LookupError, TypeError, ValueError, AttributeError, jwt.PyJWTError) as fault:
            raise OAuth2Error(f"the answer does not hold: {type(fault).__name__}") from fault
        return verified_login(
            self.get_provider(), issuer=claims["iss"], subject=claims["sub"], email=verified_address(about)
        )

    def _claims(self, app: Any, id_token: str) -> dict[str, Any]:
        """The ID token, when its signature, issuer, receiver and time hold."""
        algorithm, key = self._key(jwt.get_unverified_header(id_token))
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=[algorithm],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            leeway=CLOCKS_DIFFER,
            options={"require": REQUIRED},
        )
        if claims.get("azp", app.client_id) != app.client_id or not 0 < len(claims["sub"]) <= MOST_OF_A_SUBJECT:
            raise OAuth2Error("the ID token is for somebody else")
        return claims

    def _key(self, header: dict[str, Any]) -> tuple[str, Any]:
        """The one key of the provider that the header speaks of."""
        if header["alg"] not in SIGNED_WITH:
            raise OAuth2Error("the ID token is not signed with a key of its own")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
        answer.raise_for_status()
        found = [
            key
            for key in jwt.PyJWKSet.from_dict(answer.json()).keys
            if key.public_key_use in (None, "sig") and header.get("kid") in (None, key.key_id)
        ]
        if len(found) != 1:
            raise OAuth2Error("the key of the ID token is unknown")
        return header["alg"], found[0]

    def _about(self, token: SocialToken, claims: dict[str, Any]) -> dict[str, Any]:
        """The address of the ID token, or else of the user information about the same subject."""
        if "email" in claims or "userinfo_endpoint" not in self.openid_config:
            return claims
        told: dict[str, Any] = self._fetch_user_info(token.token)
        if told["sub"] != claims["sub"]:
            raise OAuth2Error("the user information is about somebody else")
        return told


def verified_address(about: dict[str, Any]) -> str:
    """The address, when the provider says that it is verified, or says nothing and may speak for its domain."""
    email, said = str(about.get("email") or "").strip().lower(), about.get("email_verified")
    domains = settings.OIDC["domains"]
    is_ours = email.rpartition("@")[2] in domains
    if domains and not is_ours:
        return ""
    return email if said in (True, "true") or (said is None and is_ours) else ""
