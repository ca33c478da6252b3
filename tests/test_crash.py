"""`kill -9` of the web server in the middle of a submit: nothing acknowledged is lost, nothing is done by halves or twice.

A real server works on the test's database in the portal's role; real requests log in and submit forms with four
lines. A trigger makes each message slow to write, so that most of the kills come in the middle of the transaction.
"""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from kvinnofrid.core.models import Message
from kvinnofrid.settings.environment import BASE_DIR
from mandates.models import Mandate, MandateSeat
from tests.factories import cast

ROUNDS = 10  # forms; each is submitted until the server says yes, and the server killed until then
KILLS = 12
SECONDS_PER_MESSAGE = 0.04

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """The portal under its production server. The workers are forked from a loaded parent, so that they are soon back."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kvinnofrid.settings.local",
            "DATABASE_URL": urlunsplit(address),
            "DATABASE_AS_OWNER": "0",
            "DATA_DIR": str(data),
            "GUNICORN_CMD_ARGS": "--preload --log-level critical",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> None:
        command = [sys.executable, "-W", "ignore", *arguments]
        subprocess.run(command, check=True, capture_output=True, env=self.environment, cwd=BASE_DIR)

    def start(self) -> None:
        where = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:kvinnofrid.serving", "-b", where, "kvinnofrid.wsgi"],
            env=self.environment,
            cwd=BASE_DIR,
        )

    def workers(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def kill_workers(self) -> None:
        """The parent starts new ones."""
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)

    def kill_all(self) -> None:
        """Everything at once, as when the power goes; then it is started again."""
        assert self.process
        workers = self.workers()
        self.process.kill()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        self.process.wait()
        self.start()

    def stop(self) -> None:
        if self.process:
            workers = self.workers() if self.process.poll() is None else []
            self.process.kill()
            self.process.wait()
            for worker in workers:
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    pass


class Browser:
    """Just enough of one: cookies, and forms with their token."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def send(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Status and Location; raises OSError or HTTPException where the server dies before it has answered."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            client.request(method, path, body, headers)
            response = client.getresponse()
            response.read()
        finally:
            client.close()
        for header in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return response.status, response.headers.get("Location", "")

    def post(self, path: str, **values: str) -> tuple[int, str]:
        token = self.cookies.get("csrftoken", "")
        return self.send("POST", path, urlencode({**values, "csrfmiddlewaretoken": token}))

    def wait_for_answer(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self.send("GET", "/konto/logga-in/")
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.02)
            else:
                return


@contextmanager
def slow_messages() -> Iterator[None]:
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
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER a_moment ON core_message")


@pytest.fixture
def server(transactional_world: cast.World, tmp_path: Path) -> Iterator[Server]:
    representative = transactional_world.person["mora_representative"]
    representative.password = PBKDF2PasswordHasher().encode(cast.PASSWORD, "salt", iterations=1)
    representative.save(update_fields=["password"])
    found = Server(tmp_path)
    found.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    with slow_messages():
        found.start()
        try:
            yield found
        finally:
            found.stop()


def log_in(server: Server) -> Browser:
    browser = Browser(server.port)
    browser.wait_for_answer()
    answer = browser.post("/konto/logga-in/", login="mora-representative@cast.example", password=cast.PASSWORD)
    assert answer == (302, "/")
    return browser


def count(mandate: Mandate) -> dict[str, Any]:
    """How far the submit has come, in every place where it leaves a trace."""
    lines = MandateSeat.objects.filter(mandate=mandate)
    return {
        "state": Mandate.objects.get(pk=mandate.pk).state,
        "lines": sorted(lines.values_list("state", flat=True)),
        "history": Mandate.history.filter(id=mandate.pk, verb="submitted").count(),
        "line history": MandateSeat.history.filter(mandate_id=mandate.pk, verb="submitted").count(),
        "messages": Message.objects.filter(path=mandate.get_absolute_url()).count(),
    }


NOTHING = {"state": "draft", "lines": ["draft"] * 4, "history": 0, "line history": 0, "messages": 0}
ALL = {"state": "submitted", "lines": ["waiting"] * 4, "history": 1, "line history": 4, "messages": 4}


def acknowledged(answer: "Future[tuple[int, str]]", mandate: Mandate) -> bool:
    """Whether the person was told that it is done."""
    try:
        return answer.result() == (302, mandate.get_absolute_url())
    except (OSError, http.client.HTTPException):
        return False


def test_kill_in_the_middle_of_a_submit(transactional_world: cast.World, server: Server) -> None:
    browser, chance = log_in(server), random.Random(2026)
    kills = interrupted = 0
    with ThreadPoolExecutor(1) as pool:
        for number in range(ROUNDS):
            mandate = cast.draft(transactional_world, "mora_representative", cast.MORAS)
            path = f"{mandate.get_absolute_url()}granska/"
            done = False
            while not done:
                answer = pool.submit(browser.post, path)
                if kills < KILLS and kills < 2 * (number + 1):
                    time.sleep(chance.uniform(0, 6 * SECONDS_PER_MESSAGE))
                    server.kill_all() if kills % 6 == 5 else server.kill_workers()
                    kills += 1
                done = acknowledged(answer, mandate)
                found = count(mandate)
                assert found == ALL if done else found in (NOTHING, ALL)
                if not done:
                    interrupted += 1
                    browser.wait_for_answer()
    assert (kills, interrupted >= KILLS // 2) == (KILLS, True)
    mandates = list(Mandate.objects.all())
    assert [count(mandate) for mandate in mandates] == [ALL] * ROUNDS
    assert Message.objects.count() == 4 * ROUNDS
