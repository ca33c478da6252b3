"""Brings up what `make run` and `make test` need on a bare machine. Runs with the system's python3 and nothing else."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

LOWEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "run": ("requirements.lock",),
    "workers": ("requirements.lock",),
    "test": ("requirements.lock", "tests/requirements.lock"),
}
# What WeasyPrint loads, and the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
# For the browser tests. The one without a window of its own takes half the time to show a page.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
APT_OPTIONS = ("-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")


def main(purpose: str) -> None:
    check_python()
    with one_at_a_time():
        install_system_packages(missing_packages(purpose))
        make_environment()
        install_locked(purpose)


def stop(line: str) -> None:
    print(line, file=sys.stderr)
    raise SystemExit(1)


def check_python() -> None:
    if sys.version_info < LOWEST_PYTHON:
        wanted, found = ".".join(map(str, LOWEST_PYTHON)), ".".join(map(str, sys.version_info[:2]))
        stop(f"Portalen behöver Python {wanted} eller nyare, men python3 är {found}.")


class one_at_a_time:  # noqa: N801  reads as a sentence where it is used
    """Lets `make run` and `make test` be started at once: the second waits for the first to install."""

    def __enter__(self) -> None:
        folder = ROOT / ".data"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self.file = (folder / "bootstrap.lock").open("w")
        except OSError as error:
            stop(f"Det går inte att skriva i {folder} ({error.strerror}). Ändra rättigheterna till mappen.")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_error: object) -> None:
        self.file.close()


# --- System packages ---


def missing_packages(purpose: str) -> list[str]:
    """The Debian packages that are needed and not there."""
    missing = [package for library, package in LIBRARIES.items() if not loads(library)]
    if not any(next(Path(folder).rglob("*.[to]tf"), None) for folder in FONT_FOLDERS):
        missing.append("fonts-dejavu-core")
    if not environment_works() and not importlib.util.find_spec("ensurepip"):
        missing.append("python3-venv")
    if purpose == "test" and not any(map(shutil.which, BROWSERS)):
        missing.append(BROWSERS[0])
    if purpose in {"test", "workers"} and not shutil.which("redis-server"):
        missing.append("redis-server")
    return missing


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_system_packages(packages: list[str]) -> None:
    if not packages:
        return
    prefix = administrator()
    if prefix is None:
        stop("Installera först: sudo apt-get install " + " ".join(packages))
        return
    print("Installerar " + ", ".join(packages) + " …", flush=True)
    install = [*prefix, "apt-get", "install", *APT_OPTIONS, *packages]
    if succeeds(install):
        return
    succeeds([*prefix, "apt-get", "update", "-qq"])  # a bare machine has no lists yet
    if not succeeds(install, show=True):
        stop("Det gick inte att installera. Kontrollera nätet, eller kör: apt-get install " + " ".join(packages))


def administrator() -> list[str] | None:
    """What to put before apt-get; None where packages may not be installed."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def succeeds(command: list[str], *, show: bool = False) -> bool:
    output = None if show else subprocess.DEVNULL
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, env=environment
        ).returncode
        == 0
    )


# --- Python packages ---


def environment_works() -> bool:
    return PYTHON.exists() and succeeds([str(PYTHON), "-c", "import pip"])


def make_environment() -> None:
    if environment_works():
        return
    print("Skapar .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)  # half made, or of a Python that is gone
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode:
        told = (made.stdout + made.stderr).strip().splitlines()
        stop(f"Det gick inte att skapa .venv: {told[-1] if told else 'okänt fel'}")


def install_locked(purpose: str) -> None:
    """Installs what the lock files name, and only when they have changed since last time."""
    locks = LOCKS[purpose]
    if all(is_installed(lock) for lock in locks):
        return
    print("Hämtar Python-paket, första gången tar det någon minut …", flush=True)
    files = [argument for lock in locks for argument in ("-r", str(ROOT / lock))]
    options = ["--require-hashes", "--prefer-binary", "--no-input", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([str(PYTHON), "-m", "pip", "install", *options, *files], check=False).returncode:
        stop("Det gick inte att hämta Python-paketen. Kontrollera nätet och ledigt utrymme på disken, och försök igen.")
    for lock in locks:
        stamp(lock).write_text(fingerprint(lock), encoding="utf-8")


def is_installed(lock: str) -> bool:
    return stamp(lock).exists() and stamp(lock).read_text(encoding="utf-8") == fingerprint(lock)


def stamp(lock: str) -> Path:
    """Remembers inside the environment which lock file it was last filled from."""
    return VENV / ("installed-" + lock.replace("/", "-"))


def fingerprint(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
