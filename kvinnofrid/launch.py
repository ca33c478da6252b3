"""Starts the portal on one's own machine (`make run`) and stops everything it started."""

import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql

from kvinnofrid.broker import configure
from kvinnofrid.core.embedded import EmbeddedDatabaseError, EmbeddedServer, start
from kvinnofrid.settings.environment import stop
from kvinnofrid.settings.launching import (
    DEMONSTRATION_ACCOUNTS,
    DEMONSTRATION_DATABASE,
    REAL_DATABASE,
    LaunchOptions,
    child_environment,
    embedded_folder,
    launch_options,
)
from kvinnofrid.settings.secrets import lasting_secret, new_password

Process = subprocess.Popen[bytes]

WEB_SERVER = ("gunicorn", "-c", "python:kvinnofrid.serving")
JOB_LOOP = ("manage", "run_jobs")
BEAT = ("kvinnofrid.queue", "beat")
MAIL_WORKER = ("kvinnofrid.queue", "worker", "-Q", "mail", "-n", "mail@%h")
JOB_WORKER = ("kvinnofrid.queue", "worker", "-Q", "jobs", "-n")
BROKER = "kvinnofrid.broker"
HOST = "127.0.0.1"
LOWEST_FREE_BYTES = 50 * 1024 * 1024
FULL = "Disken är full. Frigör plats och försök igen."
SECONDS_TO_ANSWER = 60
SECONDS_TO_END = 8
SECONDS_BETWEEN_STARTS = 5
SECONDS_BETWEEN_LOOKS = 0.5
STOPPED = {BROKER: "Redis stannade och", "kvinnofrid.queue": "En process för kön stannade och"}
STOPPED_WORK = "Processen för långa arbeten stannade och"


class Ended(BaseException):
    """Somebody asked the portal to stop."""


class Fault(Exception):
    """The portal cannot start; the message says what to do, in Swedish."""


def main() -> None:
    options = launch_options()
    os.umask(0o077)  # the database, mail and secrets are nobody else's
    launch = Launch(options)
    try:
        with only_one(options.data):
            launch.run()
    except (Fault, EmbeddedDatabaseError) as fault:
        stop([str(fault)])
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        stop([FULL])
    except Ended:
        print("\nPortalen är avslutad.", flush=True)


class Launch:
    """The portal from start to end: what runs because of us ends with us."""

    def __init__(self, options: LaunchOptions) -> None:
        self.options = options
        self.server: EmbeddedServer | None = None
        self.processes: list[Process] = []
        self.broker: list[Process] = []
        self.wanted_to_end = self.holding = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def run(self) -> None:
        check_port(self.options.port)
        check_room(self.options.data)
        try:
            password = demonstration_password(self.options)
            database_url = self.options.database_url or self._own_database()
            environment = child_environment(database_url, password, self._broker_address())
            self._prepare(environment)
            workers = self._start_workers(environment)
            web = self._serve(environment)
            print(announcement(self.options, password), flush=True)
            self._watch(web, workers, environment)
            raise Fault("Webbservern stannade. Se raderna ovan.")
        finally:
            with self._hold():
                self._stop()

    def _receive(self, _signal: int, _frame: FrameType | None) -> None:
        """The first signal ends the portal; more of them do not disturb how it ends."""
        if not self.wanted_to_end:
            self.wanted_to_end = True
            if not self.holding:
                raise Ended

    @contextlib.contextmanager
    def _hold(self) -> Iterator[None]:
        """For a moment that must not be cut in two: a signal takes effect after it."""
        ending = self.wanted_to_end
        self.holding = True
        yield
        self.holding = False
        if self.wanted_to_end and not ending:
            raise Ended

    def _own_database(self) -> str:
        print("Startar databasen …", flush=True)
        with self._hold():
            self.server = start(embedded_folder(self.options.data))
        return make_database(self.server, DEMONSTRATION_DATABASE if self.options.demonstration else REAL_DATABASE)

    def _prepare(self, environment: dict[str, str]) -> None:
        print("Förbereder portalen …", flush=True)
        if self._start("kvinnofrid.prepare", environment=environment).wait():
            raise SystemExit(1)  # it has said why

    def _serve(self, environment: dict[str, str]) -> Process:
        where = f"{HOST}:{self.options.port}"
        web = self._start(*WEB_SERVER, "-b", where, "kvinnofrid.wsgi", environment=environment)
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while not answers(self.options.port):
            if web.poll() is not None:
                raise Fault("Webbservern kunde inte starta. Se raderna ovan.")
            if time.monotonic() > deadline:
                raise Fault(f"Portalen svarar inte efter {SECONDS_TO_ANSWER} sekunder. Se raderna ovan.")
            time.sleep(0.1)
        return web

    def _broker_address(self) -> str:
        """Where the workers are woken; nothing when the job loop does their work."""
        if not self.options.workers or self.options.broker_url:
            return self.options.broker_url if self.options.workers else ""
        return configure(self.options.data / "redis", free_port(), new_password())

    def _start_workers(self, environment: dict[str, str]) -> dict[tuple[str, ...], Process]:
        """What does the work that no request waits for, by its command."""
        commands = worker_commands(self.options)
        return {command: self._start(*command, environment=environment) for command in commands}

    def _watch(self, web: Process, workers: dict[tuple[str, ...], Process], environment: dict[str, str]) -> None:
        """Until the web server ends. A worker that ends is replaced, and what it was doing is done by the next."""
        started = dict.fromkeys(workers, time.monotonic())
        while web.poll() is None:
            for command, process in workers.items():
                if process.poll() is not None and time.monotonic() > started[command] + SECONDS_BETWEEN_STARTS:
                    print(f"{STOPPED.get(command[0], STOPPED_WORK)} startas igen.", file=sys.stderr, flush=True)
                    workers[command], started[command] = (
                        self._start(*command, environment=environment),
                        time.monotonic(),
                    )
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _start(self, *arguments: str, environment: dict[str, str]) -> Process:
        with self._hold():
            process = subprocess.Popen([sys.executable, "-m", *arguments], env=environment)
            kept = self.broker if arguments[0] == BROKER else self.processes
            kept[:] = [*(found for found in kept if found.poll() is None), process]
        return process

    def _stop(self) -> None:
        """Everything at once is asked to end, and what does not is killed; then the broker, and the database last."""
        end(self.processes)
        end(self.broker)
        if self.server:
            self.server.stop()


def end(processes: list[Process]) -> None:
    for process in processes:
        process.terminate()  # does nothing to one that has ended
    deadline = time.monotonic() + SECONDS_TO_END
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def worker_commands(options: LaunchOptions) -> list[tuple[str, ...]]:
    """Without workers the job loop; else beat, one worker for messages and as many for jobs as asked for."""
    if not options.workers:
        return [JOB_LOOP]
    own_broker = [] if options.broker_url else [(BROKER, str(options.data / "redis"))]
    job_workers = [(*JOB_WORKER, f"jobs{number}@%h") for number in range(1, options.workers + 1)]
    return [*own_broker, BEAT, MAIL_WORKER, *job_workers]


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two portals on the same data would stop each other's database."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (data / "run.lock").open("a+")
    except OSError as error:
        raise Fault(
            f"Det går inte att skriva i {data} ({error.strerror}). Ändra rättigheterna eller ange DATA_DIR."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Fault(f"Portalen körs redan med {data}. Avsluta den först, eller ange en annan DATA_DIR.") from error
        yield


def check_port(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except PermissionError as error:
            raise Fault(f"Port {port} får inte användas. Ange en högre: make run PORT=8001") from error
        except OSError as error:
            raise Fault(f"Port {port} används redan. Ange en annan: make run PORT={port % 65535 + 1}") from error


def check_room(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < LOWEST_FREE_BYTES:
        raise Fault(f"Disken är full: {data} har {free // 1024**2} MB ledigt. Frigör plats och försök igen.")


def make_database(server: EmbeddedServer, name: str) -> str:
    """Makes the database when it is missing. The real one and the demonstration are kept apart."""
    try:
        with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DiskFull as error:
        raise Fault(FULL) from error
    except psycopg.OperationalError as error:
        raise Fault(f"Databasen svarar inte: {str(error).splitlines()[0]}") from error
    return server.address(name)


def demonstration_password(options: LaunchOptions) -> str:
    if not options.demonstration:
        return ""
    return options.demo_password or lasting_secret(options.data / "demo-password", new_password())


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def announcement(options: LaunchOptions, password: str) -> str:
    """What a person needs to begin: where, and in the demonstration also as whom."""
    lines = ["", f"Portalen är igång: http://{HOST}:{options.port}/", ""]
    if options.demonstration:
        lines += [f"Demonstration med påhittade uppgifter. Lösenord för alla konton: {password}"]
        lines += [f"  {account:32} {role}" for account, role in DEMONSTRATION_ACCOUNTS.items()]
    else:
        lines += ["Första personen: DEMO=0 .venv/bin/python manage.py create_coordinator E-POSTADRESS"]
    return "\n".join([*lines, "", "Avsluta med Ctrl-C."])


if __name__ == "__main__":
    main()
