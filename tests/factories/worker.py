"""The job loop as `make run` starts it, in a process of its own on the test's database, with a job for it to do.

Run as a program it registers the job and becomes `manage.py run_jobs`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.utils import timezone

from kvinnofrid.settings.environment import BASE_DIR
from kvinnofrid.settings.launching import WHEN_LAUNCHER_ENDS

KIND = "test-of-the-worker"
GATE = 20261122  # an advisory lock: whoever holds it keeps the job at the step named in its payload
LONGEST_WAIT = 40
COMMAND = [sys.executable, "-W", "ignore", "-m", __name__, "run_jobs"]
LAUNCHER = f"""
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], env={{**os.environ, "{WHEN_LAUNCHER_ENDS}": str(os.getpid())}})
print(child.pid, flush=True)
child.wait()
"""


class Worker:
    """`manage.py run_jobs`, with what it says on stderr in a file."""

    def __init__(self, data: Path) -> None:
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kvinnofrid.settings.local",
            "DATABASE_URL": urlunsplit(address),
            "DATABASE_AS_OWNER": "0",
            "DATA_DIR": str(data),
        }
        from kvinnofrid.core import jobs
        from kvinnofrid.core.models import DailyWork

        for name in jobs._daily:  # the day's work has been asked for: the tests look at their own
            DailyWork.objects.update_or_create(name=name, defaults={"last_on": timezone.localdate()})
        self.said = data / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        self.process = self._open([*COMMAND, *options])
        return self.process

    def start_by_launcher(self) -> int:
        """Started by another process, as the launcher does; `process` is that one, the answer the worker's number."""
        self.process = self._open([sys.executable, "-c", LAUNCHER, *COMMAND], stdout=subprocess.PIPE)
        assert self.process.stdout
        with self.process.stdout as told:
            return int(told.readline())

    def _open(self, command: list[str], stdout: int | None = None) -> subprocess.Popen[bytes]:
        with self.said.open("ab") as said:
            return subprocess.Popen(command, env=self.environment, cwd=BASE_DIR, stdout=stdout, stderr=said)

    def run_once(self) -> None:
        assert self.start("--once").wait(LONGEST_WAIT) == 0

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def closed_gate() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])


def somebody_waits_at_the_gate() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [GATE],
        )
        return bool(cursor.fetchone()[0])


def register_work() -> None:
    """What is done for the tests' jobs, in the process that does it."""
    from kvinnofrid.core import jobs
    from kvinnofrid.core.models import Message

    @jobs.handler(KIND, label="Prov")
    def send(job: jobs.JobRun) -> None:
        total = job.payload["total"]
        for number in range(1, total + 1):
            if number == job.payload.get("gate"):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [GATE, GATE])
            key = f"{job.payload['event']}:{number}"
            Message.objects.get_or_create(key=key, defaults={"recipient": job.requested_by, "subject": key, "body": ""})
            job.progress(number, total)


def _main() -> None:
    import django
    from django.core.management import execute_from_command_line

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    django.setup()
    register_work()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    _main()
