"""The portal under its production server on the test's database, in the portal's role, and a browser for it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from kvinnofrid.settings.environment import BASE_DIR
from organisations.models import User
from tests.factories import cast


class Server:
    """The portal as `make run` serves it, with more options for gunicorn."""

    def __init__(self, data: Path, options: str = "") -> None:
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
            "GUNICORN_CMD_ARGS": f"--log-level critical {options}".strip(),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def collect_static_files(self) -> None:
        command = [sys.executable, "-W", "ignore", "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
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

    def log_in(self, user: User) -> None:
        self.wait_for_answer()
        answer = self.post("/konto/logga-in/", login=user.email, password=cast.PASSWORD)
        assert answer == (302, "/")

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


def let_in(user: User) -> None:
    """Tests hash passwords in a quick way that the real server does not know."""
    user.password = PBKDF2PasswordHasher().encode(cast.PASSWORD, "salt", iterations=1)
    user.save(update_fields=["password"])
