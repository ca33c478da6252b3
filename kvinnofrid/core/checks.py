"""Checks that no change of settings takes away what the portal's safety rests on."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

UNSAFE_SOURCES = ("'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:")
PROCESS_CACHES = ("LocMemCache", "DummyCache")


@register(Tags.security)
def check_doors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Login is demanded unless a view says otherwise, and every answer carries the headers."""
    needed = {
        "django.contrib.auth.middleware.LoginRequiredMiddleware": "core.E001",
        "csp.middleware.CSPMiddleware": "core.E002",
        "kvinnofrid.core.middleware.SecurityHeadersMiddleware": "core.E003",
    }
    return [
        Error(f"MIDDLEWARE lacks {name}.", id=number)
        for name, number in needed.items()
        if name not in settings.MIDDLEWARE
    ]


@register(Tags.security)
def check_content_policy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Scripts and styles come from the portal's own files only."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return [
        Error(f"CONTENT_SECURITY_POLICY allows {source} in {name}.", id="core.E004")
        for name, sources in directives.items()
        for source in sources
        if source in UNSAFE_SOURCES
    ]


@register(Tags.caches)
def check_shared_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Tries to log in are counted for all processes together, or two processes would let twice as many through."""
    if str(settings.CACHES["default"]["BACKEND"]).endswith(PROCESS_CACHES):
        return [Error("CACHES['default'] must be shared by all processes, for the limits on login.", id="core.E005")]
    return []


@register(Tags.database)
def check_engine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Exclusion constraints, triggers and roles are PostgreSQL's."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        return [Error("The portal runs on PostgreSQL only.", id="core.E006")]
    return []
