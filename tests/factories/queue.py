"""Redis, beat and workers as processes of their own, on the test's database.

Run as a program it registers the tests' job and becomes `python -m kvinnofrid.queue`.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kvinnofrid.broker import configure
from kvinnofrid.launch import free_port
from kvinnofrid.settings.environment import BASE_DIR
from tests.factories.worker import Worker, register_work

COMMAND = [sys.executable, "-W", "ignore", "-m", __name__]


class Queue:
    """The chain from a row to the work: beat calls through Redis, a worker answers."""

    def __init__(self, data: Path) -> None:
        self._worker = Worker(data)
        self.redis_folder = data / "redis"
        self.environment = self._worker.environment
        self.environment["CELERY_BROKER_URL"] = configure(self.redis_folder, free_port(), "hemligt")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            command = {
                "redis": [sys.executable, "-m", "kvinnofrid.broker", str(self.redis_folder)],
                "beat": [*COMMAND, "beat"],
                "worker": [*COMMAND, "worker", "-Q", "jobs,mail"],
            }[name]
            with self._worker.said.open("ab") as said:
                self.processes[name] = subprocess.Popen(
                    command, env=self.environment, cwd=BASE_DIR, stdout=said, stderr=said
                )

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    @contextmanager
    def silent_broker(self) -> Iterator[None]:
        """Redis takes what it is sent and answers nothing."""
        self.processes["redis"].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.processes["redis"].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    @property
    def said(self) -> str:
        return self._worker.said.read_text(encoding="utf-8")


def _main() -> None:
    import django

    from kvinnofrid import queue

    django.setup()
    register_work()
    queue.main()


if __name__ == "__main__":
    _main()
