"""How gunicorn serves the portal (`gunicorn -c python:kvinnofrid.serving kvinnofrid.wsgi`)."""

import ctypes
import os
import signal
from typing import Any

from kvinnofrid.settings.launching import WHEN_LAUNCHER_ENDS

PR_SET_PDEATHSIG = 1

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 5
max_requests = 20_000
max_requests_jitter = 2_000
# The heartbeat of a worker is a file: a slow disk must not make it look dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True  # nothing here uses it, and all portals of one person would share its path
loglevel = "warning"


def on_starting(_server: Any) -> None:
    end_with_launcher()


def end_with_launcher() -> None:
    """A process that the launcher has started ends when the launcher does, even if that was killed."""
    launcher = os.environ.get(WHEN_LAUNCHER_ENDS)
    if launcher:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(launcher):  # it ended before it could be watched
            raise SystemExit(1)
