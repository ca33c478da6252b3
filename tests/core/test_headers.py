"""The headers that every answer carries, and the checks that hold the settings to it."""

import logging
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from kvinnofrid.core.logs import PlainFormatter
from kvinnofrid.core.middleware import PERMISSIONS_POLICY

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        (None, "testserver", 200),
        ("/finns-inte/", "testserver", 404),
        ("/organisationer/", "testserver", 302),
        ("/static/css/portal.css", "testserver", 200),
        ("/static/finns-inte.css", "testserver", 404),
        (None, "evil.example", 400),
    ],
    ids=["page", "missing page", "behind login", "file", "missing file", "other host"],
)
def test_every_answer_carries_the_headers(client: Client, path: str | None, host: str, status: int) -> None:
    response = client.get(path or reverse("account_login"), headers={"host": host})
    response.close()
    assert response.status_code == status
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["Permissions-Policy"] == PERMISSIONS_POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
def test_answers_of_a_session_are_stored_nowhere(client: Client) -> None:
    client.cookies["sessionid"] = "whatever"
    assert client.get("/finns-inte/")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_files_stay_cacheable_for_those_logged_in(client: Client) -> None:
    client.cookies["sessionid"] = "whatever"
    response = client.get("/static/css/portal.css")
    response.close()
    assert response["Cache-Control"] == "max-age=60, public"


def found() -> list[str]:
    return sorted(str(message.id) for message in run_checks() if str(message.id).startswith("core."))


def test_the_settings_pass_their_checks() -> None:
    assert found() == []


def test_checks_notice_what_was_taken_away(settings: Any) -> None:
    settings.MIDDLEWARE = []
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}
    assert found() == ["core.E001", "core.E002", "core.E003", "core.E004"]


def test_the_log_leaves_out_what_the_row_holds() -> None:
    record = logging.LogRecord(
        "django", logging.ERROR, __file__, 1, "duplicate key\nDETAIL:  Key (a@b.example)\nend", (), None
    )
    assert PlainFormatter("{message}", style="{").format(record) == "duplicate key\nend"
