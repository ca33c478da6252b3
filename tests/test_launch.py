"""Starting the portal: what it says when it cannot, and that it leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from kvinnofrid import faults
from kvinnofrid.broker import configure
from kvinnofrid.core import embedded
from kvinnofrid.core.embedded import EmbeddedDatabaseError, EmbeddedServer, start
from kvinnofrid.launch import Fault, announcement, check_port, free_port, make_database, only_one, worker_commands
from kvinnofrid.prepare import refuse_old_server
from kvinnofrid.settings.launching import DEMONSTRATION_ACCOUNTS, DEMONSTRATION_DATABASE, LaunchOptions
from reports.demonstration import ACCOUNTS
from tests.factories import cast
from tests.factories.server import Browser
from tests.factories.worker import wait_until

ROOT = Path(__file__).resolve().parent.parent
MADE_BY_MIGRATIONS = ("django_migrations", "django_content_type", "auth_permission")


def run(module: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-m", module],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables},
    )


def options(tmp_path: Path, *, demonstration: bool = True, workers: int = 0, broker_url: str = "") -> LaunchOptions:
    return LaunchOptions(
        port=8000,
        demonstration=demonstration,
        data=tmp_path,
        partnership=tmp_path / "partnership.yaml",
        database_url="",
        demo_password="",
        broker_url=broker_url,
        workers=workers,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_one_line(taken_port: int, tmp_path: Path) -> None:
    finished = run("kvinnofrid.launch", PORT=str(taken_port), DATA_DIR=str(tmp_path))
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        f"Port {taken_port} används redan. Ange en annan: make run PORT={taken_port % 65535 + 1}\n"
    )


def test_a_free_port_is_accepted(taken_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = other.getsockname()[1]
    check_port(free)
    with pytest.raises(Fault):
        check_port(taken_port)


def test_a_second_portal_on_the_same_data_is_one_line(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(Fault) as fault, only_one(tmp_path):
        pytest.fail("two portals on the same data")
    assert str(fault.value) == (f"Portalen körs redan med {tmp_path}. Avsluta den först, eller ange en annan DATA_DIR.")


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finished = run("kvinnofrid.launch", DATA_DIR=str(tmp_path / "file"), PORT="18999")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        f"Det går inte att skriva i {tmp_path}/file (File exists). Ändra rättigheterna eller ange DATA_DIR.\n"
    )


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    finished = run(
        "kvinnofrid.prepare", DATABASE_URL="postgresql://portal@127.0.0.1:1/kvinnofrid", DATA_DIR=str(tmp_path)
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "Databasen på 127.0.0.1:1 svarar inte. Starta den eller ändra DATABASE_URL. (Connection refused)\n"
    )


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            'FATAL:  database "NAME" does not exist',
            "Databasen NAME finns inte på db.example:5433. Skapa den eller ändra DATABASE_URL.",
        ),
        (
            'FATAL:  password authentication failed for user "portal"',
            "Databasen på db.example:5433 godtar inte inloggningen. Kontrollera användare och lösenord i DATABASE_URL.",
        ),
        (
            'FATAL:  role "kvinnofrid_portal" does not exist',
            "Kontot i DATABASE_URL får inte arbeta i rollen kvinnofrid_portal. Kör manage.py migrate.",
        ),
        (
            'FATAL:  could not write lock file "postmaster.pid": No space left on device',
            "Disken är full på databasservern. Frigör plats och försök igen.",
        ),
    ],
)
def test_what_the_driver_tells_becomes_a_line_for_a_person(
    told: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = faults.connection.settings_dict
    monkeypatch.setitem(database, "HOST", "db.example")
    monkeypatch.setitem(database, "PORT", 5433)
    name = database["NAME"]
    assert faults.connection_line(told.replace("NAME", name)) == line.replace("NAME", name)


def test_an_old_server_is_refused() -> None:
    refuse_old_server(150_000)
    with pytest.raises(CommandError) as refused:
        refuse_old_server(140_022)
    assert str(refused.value) == "Databasservern är PostgreSQL 14. Portalen behöver 15 eller nyare."


def test_a_full_disk_is_one_line() -> None:
    assert faults.plain_line(OSError(28, "No space left on device", "/srv/x")) == (
        "Disken är full. Frigör plats och försök igen."
    )
    assert faults.plain_line(ValueError("ours")) is None


def test_the_demonstration_names_its_accounts_and_their_password(tmp_path: Path) -> None:
    lines = announcement(options(tmp_path), "hemligt-ord").splitlines()
    assert lines[1] == "Portalen är igång: http://127.0.0.1:8000/"
    assert lines[3].endswith("Lösenord för alla konton: hemligt-ord")
    assert [line.split()[0] for line in lines[4:-2]] == list(DEMONSTRATION_ACCOUNTS)


def test_the_launcher_names_the_accounts_that_are_loaded() -> None:
    assert sorted(DEMONSTRATION_ACCOUNTS) == sorted(ACCOUNTS)


def test_a_real_portal_names_no_accounts(tmp_path: Path) -> None:
    assert announcement(options(tmp_path, demonstration=False), "").splitlines() == [
        "",
        "Portalen är igång: http://127.0.0.1:8000/",
        "",
        "Första personen: DEMO=0 .venv/bin/python manage.py create_coordinator E-POSTADRESS",
        "",
        "Avsluta med Ctrl-C.",
    ]


@pytest.mark.parametrize(
    ("workers", "broker_url", "started"),
    [
        (0, "", ["run_jobs"]),
        (2, "", ["kvinnofrid.broker", "beat", "mail", "jobs", "jobs"]),
        (1, "redis://broker.example/0", ["beat", "mail", "jobs"]),
    ],
)
def test_what_works_in_the_background(workers: int, broker_url: str, started: list[str], tmp_path: Path) -> None:
    commands = worker_commands(options(tmp_path, workers=workers, broker_url=broker_url))
    words = ("run_jobs", "kvinnofrid.broker", "beat", "mail", "jobs")
    assert [next(word for word in words if word in command) for command in commands] == started
    assert len(set(commands)) == len(commands)


def test_a_broker_is_for_nobody_else(tmp_path: Path) -> None:
    address = configure(tmp_path / "redis", 6399, "hemligt")
    assert address == "redis://:hemligt@127.0.0.1:6399/0"
    settings = (tmp_path / "redis" / "redis.conf").read_text().splitlines()
    assert {"bind 127.0.0.1", "requirepass hemligt", "appendonly yes"} <= set(settings)
    assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o077 == 0


# --- The portal's own server ---


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder outside of pytest's own, which another run of pytest closes for the user of the database."""
    with TemporaryDirectory(prefix="kvinnofrid-data-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with TemporaryDirectory(prefix="kvinnofrid-data-") as folder:
        running = start(Path(folder) / "postgres", throwaway=True)
        yield running
        running.stop()


def process_of(server: EmbeddedServer) -> int:
    return int((server.folder / "postmaster.pid").read_text().splitlines()[0])


def test_the_server_of_a_killed_run_is_taken_over(server: EmbeddedServer) -> None:
    process = process_of(server)
    assert start(server.folder) == server
    assert process_of(server) == process


def test_a_killed_server_starts_again_with_its_data(server: EmbeddedServer) -> None:
    address = make_database(server, "kept")
    os.kill(process_of(server), signal.SIGKILL)
    while is_alive(process_of(server)):
        time.sleep(0.01)
    start(server.folder, throwaway=True)
    assert make_database(server, "kept") == address


def test_a_number_that_another_process_got_is_not_taken_for_the_server(data: Path) -> None:
    folder = data / "postgres"
    first = start(folder, throwaway=True)
    first.stop()
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n0\n5432\n{folder}\n\n\nready\n")
    second = start(folder, throwaway=True)
    assert process_of(second) != os.getpid()
    second.stop()
    assert not (folder / "postmaster.pid").exists()


def test_only_the_owner_can_enter_the_data(server: EmbeddedServer) -> None:
    assert server.folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_no_database_is_one_line(data: Path) -> None:
    (data / "postgres").mkdir()
    with pytest.raises(EmbeddedDatabaseError) as fault:
        start(data / "postgres")
    assert str(fault.value).startswith("Databasen kan inte starta (pg_ctl): ")
    assert "\n" not in str(fault.value)


# --- From start to end ---


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """A data folder whose database has its tables already: what migrations do is for other tests, and takes long."""
    with TemporaryDirectory(prefix="kvinnofrid-data-") as folder, django_db_blocker.unblock():
        server = start(Path(folder) / "postgres")
        target = make_database(server, DEMONSTRATION_DATABASE)
        source = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
        tables = ["--no-owner", "--section=pre-data", "--section=post-data"]
        rows = ["--data-only", *(f"--table={name}" for name in MADE_BY_MIGRATIONS)]
        script = f"CREATE ROLE {settings.DATABASE_PORTAL_ROLE};"
        for what in (tables, rows):
            command = [str(embedded._programs() / "pg_dump"), *what, source]
            script += subprocess.run(command, check=True, capture_output=True, text=True).stdout
        into = [str(embedded._programs() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", target]
        subprocess.run(into, check=True, input=script, stdout=subprocess.DEVNULL, text=True)
        server.stop()
        yield Path(folder)


@contextmanager
def launched(data: Path, **variables: str) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """The portal from when it says that it runs until Ctrl-C has ended it, and that nothing of it is left."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "kvinnofrid.launch"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,  # a terminal of its own: Ctrl-C reaches the launcher and all its children
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DATA_DIR": str(data), "PORT": str(port), **variables},
    ) as portal:
        told = list(iter(portal.stdout.readline, "Avsluta med Ctrl-C.\n")) if portal.stdout else []
        assert f"Portalen är igång: http://127.0.0.1:{port}/\n" in told
        server = process_of(EmbeddedServer(data / "postgres"))
        children = children_of(portal)
        yield portal, port
        children |= children_of(portal)
        os.killpg(portal.pid, signal.SIGINT)
        assert portal.wait(60) == 0
    assert [process for process in (server, *children) if is_alive(process)] == []
    with pytest.raises(ProcessLookupError):
        os.killpg(portal.pid, 0)
    check_port(port)


def children_of(portal: "subprocess.Popen[str]") -> dict[int, str]:
    """The processes that the launcher has started and that live, with their commands."""
    children = Path(f"/proc/{portal.pid}/task/{portal.pid}/children").read_text(encoding="ascii").split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return {child: command.replace(b"\0", b" ").decode() for child, command in commands.items() if command}


def workers_of(portal: "subprocess.Popen[str]") -> list[int]:
    return [child for child, command in children_of(portal).items() if "run_jobs" in command]


def test_the_portal_answers_and_ctrl_c_leaves_nothing_running(migrated: Path) -> None:
    with launched(migrated) as (portal, port):
        browser = HTTPConnection("127.0.0.1", port)
        browser.request("GET", "/")
        assert browser.getresponse().status in {200, 302}
        browser.close()
        [worker] = workers_of(portal)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: workers_of(portal) not in ([], [worker]))  # another is started in its place


def test_with_workers_a_job_is_done_by_the_queue_and_nothing_is_left_running(migrated: Path) -> None:
    with launched(migrated, WORKERS="2", DEMO_PASSWORD=cast.PASSWORD) as (portal, port):
        commands = " ".join(children_of(portal).values())
        names = ("redis-server", "beat", "mail@", "jobs1@", "jobs2@", "gunicorn")
        assert [name for name in names if name not in commands] == []
        assert "run_jobs" not in commands
        browser = Browser(port)
        browser.wait_for_answer()
        browser.post("/konto/logga-in/", login="samordnare@dalarna.example", password=cast.PASSWORD)
        order = {"forum": "lansgruppen", "day": str(timezone.localdate()), "content": "active", "format": "zip"}
        status, where = browser.post("/uppdrag/samlingsfiler/", **order)
        assert (status, where.split("/")[1]) == (303, "jobb")
        with psycopg.connect(EmbeddedServer(migrated / "postgres").address(DEMONSTRATION_DATABASE)) as database:
            state = "SELECT state FROM core_job WHERE id = %s"
            wait_until(lambda: database.execute(state, [where.split("/")[2]]).fetchone() == ("done",))


def is_alive(process: int) -> bool:
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    except FileNotFoundError:
        return False
