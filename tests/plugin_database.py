"""Starts a throwaway PostgreSQL before the settings load (`-p`), unless DATABASE_URL names a server."""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

import pytest

from kvinnofrid.core.embedded import EmbeddedServer, start

FOLDER_PREFIX = "kvinnofrid-test-"
IN_MEMORY = Path("/dev/shm")  # noqa: S108  the folder is made by mkdtemp, for its owner alone
ROOM_IN_MEMORY = 4 * 1024**3  # several times what the tests' databases and their log take


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The process that was started first owns the server; the others find its address in the environment."""
    if os.environ.get("DATABASE_URL") or early_config.known_args_namespace.collectonly:
        return
    _remove_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=_where()))
    (folder / "owner").write_text(str(os.getpid()), encoding="utf-8")
    server = start(folder / "postgres", throwaway=True)
    signal.signal(signal.SIGTERM, _end_in_order)
    os.environ["DATABASE_URL"] = server.address("kvinnofrid")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)


def _where() -> Path:
    """In memory where there is plenty: copies of the database are then made without waiting for the disk."""
    try:
        free = shutil.disk_usage(IN_MEMORY).free if os.access(IN_MEMORY, os.W_OK) else 0
    except OSError:
        free = 0
    return IN_MEMORY if free >= ROOM_IN_MEMORY else Path(tempfile.gettempdir())


def _end_in_order(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


def _remove_left_behind() -> None:
    """Ends the servers of test runs that were killed."""
    places = (Path(tempfile.gettempdir()), IN_MEMORY)
    for folder in [folder for place in places for folder in place.glob(f"{FOLDER_PREFIX}*")]:
        try:
            owner = int((folder / "owner").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # just being made, or another person's
        if not Path(f"/proc/{owner}").exists():
            EmbeddedServer(folder / "postgres").stop()
            shutil.rmtree(folder, ignore_errors=True)
