"""Whether the portal works, for machines that watch it: is there a process, and can it do what it is for.

`beat` is called where the chain of background work ends, by whoever has just done a job.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from kvinnofrid.core.models import Heartbeat

WORK = "work"
SECONDS_BETWEEN_BEATS = 20
LONGEST_SILENCE = timedelta(minutes=3)

_last_beat = float("-inf")


def beat() -> None:
    """Notes that background work is being done, at most every 20 seconds of one process. By the database's clock."""
    global _last_beat
    if time.monotonic() >= _last_beat + SECONDS_BETWEEN_BEATS:
        Heartbeat.objects.update_or_create(name=WORK, defaults={"at": Now()})
        _last_beat = time.monotonic()


def findings() -> dict[str, bool]:
    """Each thing that the portal needs and whether it is there. Without a database nothing that needs it is."""
    found = {"database": _holds(_has_database)}
    for name, holds in (("migrations", _is_migrated), ("work", _has_beaten)):
        found[name] = found["database"] and _holds(holds)
    return found | {"storage": _holds(_can_store), "disk": _holds(_has_room)}


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (Error, OSError):
        return False


def _has_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _is_migrated() -> bool:
    """Whether every migration of this version has been run."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _has_beaten() -> bool:
    return Heartbeat.objects.filter(name=WORK, at__gte=Now() - LONGEST_SILENCE).exists()


def _can_store() -> bool:
    folder = Path(settings.FILES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"kvinnofrid")
    return True


def _has_room() -> bool:
    return shutil.disk_usage(settings.FILES_DIR).free >= settings.FREE_DISK_BYTES
