"""Refuses requests that nothing can read; sets headers that every answer carries, errors and files too."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
WATCHED = ("/healthz", "/readyz")


class SecurityHeadersMiddleware:
    """Turns off browser features nobody uses here, and keeps pages of logged-in people out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if _belongs_to_session(request, response):
            response.headers["Cache-Control"] = "no-store"
        return response


def _belongs_to_session(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer is part of somebody's session. Asks no database: the cookie is enough.

    Static files are answered before there is a session, so they stay cacheable.
    """
    name = settings.SESSION_COOKIE_NAME
    return hasattr(request, "session") and (name in request.COOKIES or name in response.cookies)


class ReadableRequestMiddleware:
    """Refuses what no browser sends and the database would fail on: NUL in a cookie.

    Machines that watch the portal are nobody: whatever cookies they send, no session is looked up for them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest
        if request.path in WATCHED:
            request.COOKIES.clear()
        return self.get_response(request)
