"""How the portal is started on one's own machine: the variables that `make run` knows."""

import os
from dataclasses import dataclass
from pathlib import Path

from kvinnofrid.settings.environment import BASE_DIR, EMBEDDED_USER, Environment

REAL_DATABASE = "kvinnofrid"
DEMONSTRATION_DATABASE = "kvinnofrid_demo"
DEMONSTRATION_ACCOUNTS = {
    "samordnare@dalarna.example": "samordnare för länet",
    "representant@falun.example": "representant för Falun",
    "uppdragsgivare@falun.example": "uppdragsgivare i Falun",
    "registrator@falun.example": "registrator i Falun",
    "administrator@falun.example": "administratör i Falun",
    "representant@mora.example": "representant för Mora, Orsa, Älvdalen och Malung-Sälen",
    "uppdragsgivare@mora.example": "uppdragsgivare i Mora, Orsa, Älvdalen och Malung-Sälen",
    "styrgrupp@dalarna.example": "ledamot i styrgruppen",
    "lasare@polisen.example": "läsare i Polisen",
}
WHEN_LAUNCHER_ENDS = "KVINNOFRID_LAUNCHER"


@dataclass(frozen=True)
class LaunchOptions:
    """What the launcher was asked to do."""

    port: int
    demonstration: bool
    data: Path
    partnership: Path
    database_url: str
    demo_password: str
    broker_url: str
    workers: int


def launch_options() -> LaunchOptions:
    """Reads the launcher's variables, and stops with one line for each that is wrong."""
    environment = Environment()
    broker_url = environment.broker("CELERY_BROKER_URL")
    options = LaunchOptions(
        port=environment.number("PORT", 8000, lowest=1, highest=65535),
        demonstration=environment.flag("DEMO", default=True),
        data=environment.folder("DATA_DIR", BASE_DIR / ".data"),
        partnership=environment.folder("PARTNERSHIP_FILE", BASE_DIR / "organisations/partnerships/dalarna.yaml"),
        database_url=environment.text("DATABASE_URL"),
        demo_password=environment.text("DEMO_PASSWORD"),
        broker_url=broker_url,
        workers=environment.number("WORKERS", 1 if broker_url else 0, highest=16),
    )
    environment.stop_if_faulty()
    return options


def child_environment(database_url: str, demo_password: str, broker_url: str = "") -> dict[str, str]:
    """The environment for the processes that the launcher starts: its own, and what it has found out."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "DEMO_PASSWORD": demo_password,
        "CELERY_BROKER_URL": broker_url,
        "DATABASE_AS_OWNER": "0",
        WHEN_LAUNCHER_ENDS: str(os.getpid()),
    }


def embedded_folder(data: Path) -> Path:
    return data / "postgres"


def embedded_socket_folder(server: Path) -> Path:
    """Where a running server of ours listens; the folder itself when it is not running."""
    try:
        return Path((server / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])
    except (OSError, IndexError):
        return server


def embedded_address(socket_folder: Path, database: str) -> str:
    return f"postgresql://{EMBEDDED_USER}@/{database}?host={socket_folder}"


def database_address(environment: Environment) -> str:
    """DATABASE_URL, or else the database that `make run` keeps in the data folder."""
    given = environment.text("DATABASE_URL")
    if given:
        return given
    demonstration = environment.flag("DEMO", default=True)
    server = embedded_folder(environment.folder("DATA_DIR", BASE_DIR / ".data"))
    database = DEMONSTRATION_DATABASE if demonstration else REAL_DATABASE
    return embedded_address(embedded_socket_folder(server), database)
