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
WORKER = ("manage", "run_jobs")
HOST = "127.0.0.1"
LOWEST_FREE_BYTES = 50 * 1024 * 1024
FULL = "Disken är full. Frigör plats och försök igen."
SECONDS_TO_ANSWER = 60
SECONDS_TO_END = 8
SECONDS_BETWEEN_STARTS = 5
SECONDS_BETWEEN_LOOKS = 0.5


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
        self.wanted_to_end = self.holding = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def run(self) -> None:
        check_port(self.options.port)
        check_room(self.options.data)
        try:
            password = demonstration_password(self.options)
            environment = child_environment(self.options.database_url or self._own_database(), password)
            self._prepare(environment)
            worker = self._start(*WORKER, environment=environment)
            web = self._serve(environment)
            print(announcement(self.options, password), flush=True)
            self._watch(web, worker, environment)
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

    def _watch(self, web: Process, worker: Process, environment: dict[str, str]) -> None:
        """Until the web server ends. A worker that ends is replaced, and what it was doing is done by the next."""
        started = time.monotonic()
        while web.poll() is None:
            if worker.poll() is not None and time.monotonic() > started + SECONDS_BETWEEN_STARTS:
                print("Processen för långa arbeten stannade och startas igen.", file=sys.stderr, flush=True)
                worker, started = self._start(*WORKER, environment=environment), time.monotonic()
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _start(self, *arguments: str, environment: dict[str, str]) -> Process:
        with self._hold():
            process = subprocess.Popen([sys.executable, "-m", *arguments], env=environment)
            self.processes = [*(found for found in self.processes if found.poll() is None), process]
        return process

    def _stop(self) -> None:
        """Everything at once is asked to end, and what does not is killed; the database goes last."""
        for process in self.processes:
            process.terminate()  # does nothing to one that has ended
        deadline = time.monotonic() + SECONDS_TO_END
        for process in self.processes:
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.server:
            self.server.stop()


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
