"""Whether the portal works, told to machines: without login, without cookies, and nothing secret."""

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from kvinnofrid.core import health
from kvinnofrid.core.models import Heartbeat

pytestmark = pytest.mark.django_db
READY = {"database": "ok", "migrations": "ok", "work": "ok", "storage": "ok", "disk": "ok"}
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def ready(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.FREE_DISK_BYTES = 1
    monkeypatch.setattr(health, "_last_beat", float("-inf"))


def told(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/readyz", headers=JSON)
    return response.status_code, response.json()


def test_a_portal_that_works_is_ready(client: Client) -> None:
    health.beat()
    assert told(client) == (200, {"status": "ok", **READY})
    assert client.get("/readyz").content.decode() == (
        "status: ok\ndatabase: ok\nmigrations: ok\nwork: ok\nstorage: ok\ndisk: ok\n"
    )


@pytest.mark.parametrize(("path", "text"), [("/healthz", "status: ok\nprocess: ok\n"), ("/readyz", "status: ok\n")])
def test_the_answer_belongs_to_nobody(path: str, text: str, client: Client) -> None:
    health.beat()
    for headers, kind in (({}, "text/plain; charset=utf-8"), (JSON, "application/json")):
        client.cookies["sessionid"] = "x" * 32
        response = client.get(path, headers=headers)
        assert (response.status_code, response.headers["Content-Type"]) == (200, kind)
        assert response.cookies == {}
        assert "no-store" in response.headers["Cache-Control"]
        assert "Accept" in response.headers["Vary"]
    assert client.get(path, headers={"accept": "image/png"}).content.decode().startswith(text)
    assert client.head(path).content == b""
    assert client.post(path).status_code == 405


def test_a_process_is_alive_without_a_database(client: Client, django_assert_num_queries: Any) -> None:
    client.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        assert client.get("/healthz", headers=JSON).json() == {"status": "ok", "process": "ok"}


@override_settings(
    SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=["^healthz$", "^readyz$"], ALLOWED_HOSTS=["kvinnofrid.example"]
)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_is_asked_from_inside_by_the_portals_name(path: str, client: Client) -> None:
    """Without HTTPS, which ends in front of the portal; but the host is checked as everywhere."""
    health.beat()
    assert client.get(path, headers={"host": "kvinnofrid.example"}).status_code == 200
    assert client.get(path, headers={"host": "other.example"}).status_code == 400
    assert client.get("/hjalp/", headers={"host": "kvinnofrid.example"}).status_code == 301


# --- what can be missing ----------------------------------------------------------------------------------------------


def test_without_a_database_nothing_that_needs_it_is_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    health.beat()

    def away() -> Any:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(connection, "cursor", away)
    found = {**READY, "database": "failing", "migrations": "failing", "work": "failing"}
    assert told(client) == (503, {"status": "failing", **found})


def test_an_unapplied_migration_is_told(client: Client) -> None:
    health.beat()
    [last] = MigrationLoader(None).graph.leaf_nodes("core")
    MigrationRecorder(connection).record_unapplied(*last)
    assert told(client) == (503, {"status": "failing", **READY, "migrations": "failing"})


def test_background_work_that_has_gone_silent_is_told(client: Client) -> None:
    missing = (503, {"status": "failing", **READY, "work": "failing"})
    assert told(client) == missing
    health.beat()
    Heartbeat.objects.update(at=Heartbeat.objects.get().at - health.LONGEST_SILENCE)
    assert told(client) == missing


def test_a_beat_is_written_now_and_then_and_each_process_for_itself(django_assert_num_queries: Any) -> None:
    health.beat()
    with django_assert_num_queries(0):
        health.beat()
    assert Heartbeat.objects.count() == 1
    health._last_beat -= health.SECONDS_BETWEEN_BEATS
    first = Heartbeat.objects.get().at
    health.beat()
    assert Heartbeat.objects.get().at >= first


def test_a_place_that_cannot_be_written_to_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(**_: Any) -> Any:
        raise OSError(errno.EROFS, "Read-only file system")

    health.beat()
    monkeypatch.setattr(health.tempfile, "TemporaryFile", read_only)
    assert told(client) == (503, {"status": "failing", **READY, "storage": "failing"})


def test_a_disk_that_is_nearly_full_is_told(client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    health.beat()
    settings.FREE_DISK_BYTES = 1000
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: SimpleNamespace(free=999))
    assert told(client) == (503, {"status": "failing", **READY, "disk": "failing"})
