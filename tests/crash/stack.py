"""The real processes, the ones who kill them, and the mail server that counts what arrives."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.db import Error, connection
from django.utils import timezone

from kvinnofrid.broker import configure
from kvinnofrid.core import dispatcher, embedded, jobs
from kvinnofrid.core.models import Heartbeat, Job, JobState, Message, MessageState
from kvinnofrid.launch import Fault, answers, check_port
from tests.factories.queue import Queue
from tests.factories.server import Server

KINDS = ("web", "worker", "beat", "redis", "postgres")
LONGEST_START = 20  # then it is killed in the middle of its start
SECONDS_UNTIL_IT_IS_HELPED = 12
SECONDS_PER_MESSAGE = 0.04


class MailServer:
    """Counts what arrives by its Message-ID."""

    def __init__(self) -> None:
        self.port = quiet_port()
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reference = message_from_bytes(envelope.content)["Message-ID"].strip("<").partition("@")[0]
        self.arrived[reference] += 1
        return "250 OK"

    @contextmanager
    def open(self) -> Iterator[None]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop(no_assert=True)


class Stack:
    """Two web processes, a worker, beat, Redis and PostgreSQL, and how to kill each.

    Whatever ends by itself is started again, as the launcher and a service manager do, and counted.
    """

    def __init__(self, data: Path, seed: int, database: embedded.EmbeddedServer | None = None) -> None:
        self.web = Server(data, "--preload")  # the processes are forked from a loaded parent, so they are soon back
        self.web.port = quiet_port()
        self.queue = Queue(data)
        self.queue.environment["CELERY_BROKER_URL"] = configure(self.queue.redis_folder, quiet_port(), "hemligt")
        self.mail = MailServer()
        self.queue.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{self.mail.port}"
        self.seed, self.database = seed, database
        self.kills: Counter[str] = Counter()
        self.ended_by_itself: Counter[str] = Counter()
        self.started: dict[str, Any] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            self._start("redis", "beat", "worker")
            self.web.collect_static_files()
            self._start("web")
            yield
        finally:
            self.web.stop()
            self.queue.stop()

    def _start(self, *names: str) -> None:
        for name in names:
            self.started[name] = timezone.now()
            self.web.start() if name == "web" else self.queue.start(name)

    # --- killing ---

    def kill_again_and_again(self, kind: str, kills: int, pause: tuple[float, float]) -> None:
        """One kind of process, at random moments after it has come to work."""
        chance = random.Random(f"{self.seed} {kind}")
        while self.kills[kind] < kills:
            self.wait(IS_AT_WORK.get(kind, Stack._is_there))
            time.sleep(chance.uniform(*pause))
            if self._start_what_has_ended(kind):
                continue
            KILL.get(kind, Stack._kill_of_queue)(self, kind, chance)
            self.kills[kind] += 1
        connection.close()

    def _start_what_has_ended(self, kind: str) -> bool:
        process = self.web.process if kind == "web" else self.queue.processes.get(kind)
        if process is None or process.poll() is None:
            return False
        self.ended_by_itself[kind] += 1
        self._start(kind)
        return True

    def _kill_of_queue(self, kind: str, _chance: random.Random) -> None:
        self.queue.kill(kind)
        if kind == "worker":
            time_passes()
        self._start(kind)

    def _kill_web(self, _kind: str, chance: random.Random) -> None:
        """One process, both, or the parent too. The parent starts new ones."""
        workers = self.web.workers()
        if chance.random() < 0.2:
            self.web.kill_all()
        for worker in workers[: chance.choice([1, 2])]:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it went with the parent

    def _kill_postgres(self, _kind: str, _chance: random.Random) -> None:
        """An immediate end, without a last checkpoint, and recovery from the log."""
        assert self.database
        process = int((self.database.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(process, signal.SIGQUIT)
        while _is_alive(process):
            time.sleep(0.01)
        embedded.start(self.database.folder)

    # --- waiting ---

    def wait(self, happened: "Callable[[Stack], bool]", seconds: float = LONGEST_START) -> bool:
        deadline = time.monotonic() + seconds
        while not (is_so := happened(self)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return is_so

    def _is_there(self) -> bool:
        return True

    def _web_answers(self) -> bool:
        return answers(self.web.port) and len(self.web.workers()) == 2

    def _worker_has_worked(self) -> bool:
        return at_rest(lambda: Heartbeat.objects.filter(at__gte=self.started["worker"]).exists())

    # --- the end ---

    def come_to_rest(self, is_calm: Callable[[], bool], seconds: float) -> None:
        """Everything is up and nothing is killed any more. What still waits after a while has a dead owner, or waits
        for another try: then it is as if hours had passed.
        """
        for kind in KINDS:
            self._start_what_has_ended(kind)
        if not self.wait(lambda _stack: at_rest(is_calm), SECONDS_UNTIL_IT_IS_HELPED):
            self.queue.kill("worker")
            time_passes()
            self._start("worker")
            self.wait(lambda _stack: at_rest(is_calm), seconds)


KILL: dict[str, Any] = {"web": Stack._kill_web, "postgres": Stack._kill_postgres}
IS_AT_WORK: dict[str, Any] = {"web": Stack._web_answers, "worker": Stack._worker_has_worked}


def quiet_port() -> int:
    """One that the system gives to no outgoing connection: who calls a port while its server is away could be given
    that very port to call from, reach itself, and keep the server from coming back.
    """
    while True:
        port = random.randint(15_000, 30_000)
        try:
            check_port(port)
        except Fault:
            continue
        return port


def at_rest(ask: Callable[[], bool]) -> bool:
    """The answer, or no while the database is away."""
    try:
        return ask()
    except Error:
        connection.close()
        return False


def time_passes() -> None:
    """The worker is dead, so what it had counts as left, and what waits for another try is due: no need for minutes."""

    def set_back() -> bool:
        now = timezone.now()
        Job.objects.filter(state=JobState.RUNNING).update(heartbeat_at=now - 2 * jobs.STALE)
        left = Message.objects.filter(state=MessageState.SENDING)
        left.update(claimed_at=now - dispatcher.STUCK - timedelta(minutes=1))
        return bool(Message.objects.filter(state=MessageState.WAITING).update(next_try_at=now))

    at_rest(set_back)


@contextmanager
def slow_messages() -> Iterator[None]:
    """Each message is slow to write, so that most kills come in the middle of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(%s); RETURN NEW; END $$",
            [SECONDS_PER_MESSAGE],
        )
        cursor.execute("CREATE TRIGGER a_moment BEFORE INSERT ON core_message FOR EACH ROW EXECUTE FUNCTION a_moment()")
    try:
        yield
    finally:
        connection.close()  # it may have been cut off
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER a_moment ON core_message")


def _is_alive(process: int) -> bool:
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    except FileNotFoundError:
        return False
