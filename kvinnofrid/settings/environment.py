"""The one place that reads environment variables. Every fault is kept, so that all of them are told at once."""

import os
import sys
from pathlib import Path
from typing import Any, Never
from urllib.parse import SplitResult, urlsplit

from environs import Env, EnvError

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PORTAL_ROLE = "kvinnofrid_portal"
EMBEDDED_USER = "postgres"

# These need the owner of the tables. Everything else connects as the role that can only add to the history.
OWNER_COMMANDS = frozenset(
    "migrate makemigrations sqlmigrate showmigrations test dbshell createcachetable restore drill".split()  # noqa: SIM905
)


def choose_settings(module: str = "kvinnofrid.settings.local") -> None:
    """Uses the settings of one's own machine unless the environment names others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)


def mark_owner_command(arguments: list[str]) -> None:
    """Decides, before the settings load, whether this management command may own the tables."""
    command = arguments[1] if len(arguments) > 1 else ""
    os.environ["DATABASE_AS_OWNER"] = "1" if command in OWNER_COMMANDS else "0"


def stop(lines: list[str]) -> Never:
    """Ends the process with one line per fault, for a person to act on."""
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  there is no logging before the settings
    raise SystemExit(1)


def _is_here(address: SplitResult) -> bool:
    return address.scheme == "http" and address.hostname in {"localhost", "127.0.0.1", "::1"}


class Environment:
    """Reads variables of the environment and remembers what was missing or wrong."""

    def __init__(self) -> None:
        self._env = Env()
        self.faults: list[str] = []

    def fault(self, name: str, advice: str) -> None:
        line = f"{name}: {advice}"
        if line not in self.faults:
            self.faults.append(line)

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name, "").strip() or default

    def required(self, name: str, advice: str) -> str:
        value = self.text(name)
        if not value:
            self.fault(name, f"saknas. {advice}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        if not self.text(name):
            return default
        try:
            return bool(self._env.bool(name))
        except EnvError:
            self.fault(name, "ska vara 1 (ja) eller 0 (nej).")
            return default

    def number(self, name: str, default: int, *, lowest: int = 0, highest: int = 2**31 - 1) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
            self.fault(name, f"ska vara ett heltal mellan {lowest} och {highest}.")
            return default
        return int(value)

    def words(self, name: str) -> list[str]:
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def choices(self, name: str, allowed: tuple[str, ...], default: tuple[str, ...] = ()) -> list[str]:
        """Words of a closed list, or `none`."""
        words = self.words(name) or list(default)
        if words == ["none"]:
            return []
        if set(words) - set(allowed):
            self.fault(name, f"ska vara none eller något av {', '.join(allowed)}, med komma emellan.")
            return list(default)
        return words

    def address(self, name: str) -> str:
        """An address that is asked over the network: HTTPS, or this machine."""
        value = self.text(name)
        found = urlsplit(value)
        if value and not (found.scheme == "https" and found.hostname) and not _is_here(found):
            self.fault(name, "ska vara en adress som börjar med https://.")
            return ""
        return value

    def email(self, name: str) -> str:
        """An e-mail address, or nothing."""
        from django.core.exceptions import ValidationError
        from django.core.validators import validate_email

        value = self.text(name)
        try:
            if value:
                validate_email(value)
        except ValidationError:
            self.fault(name, "ska vara en e-postadress.")
            return ""
        return value

    def portal_address(self, name: str, default: str = "") -> str:
        """Where people reach the portal, for the links in e-mail: scheme, host and port, and nothing more."""
        value = self.text(name, default).rstrip("/")
        found = urlsplit(value)
        if not found.hostname or found.scheme not in {"http", "https"} or f"{found.scheme}://{found.netloc}" != value:
            self.fault(name, "ska ha formen https://kvinnofrid.example, utan sökväg.")
        return value

    def folder(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser().resolve()

    def stop_if_faulty(self) -> None:
        if self.faults:
            stop(self.faults)

    def database(self, address: str, *, name: str, as_owner: bool) -> dict[str, Any]:
        """Django's settings for the database at this address, in the portal's role unless the owner is asked for."""
        parsed = self._parsed_database(address, name)
        options = parsed.setdefault("OPTIONS", {})
        options.setdefault("application_name", "kvinnofrid")
        options.setdefault("connect_timeout", 5)
        if not as_owner:
            options["options"] = f"{options.get('options', '')} -c role={PORTAL_ROLE}".strip()
        # A server set up without a language would otherwise give test databases that cannot hold å, ä and ö.
        parsed["TEST"] = {"TEMPLATE": "template0", "CHARSET": "UTF8"}
        return parsed

    def _parsed_database(self, address: str, name: str) -> dict[str, Any]:
        import dj_database_url

        try:
            parsed: dict[str, Any] = {
                **dj_database_url.parse(address, conn_max_age=60, conn_health_checks=True),
            }
        except (ValueError, KeyError):
            parsed = {}
        if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed.get("NAME"):
            self.fault(name, "ska ha formen postgresql://användare:lösenord@server:5432/databas.")
            return {"ENGINE": "django.db.backends.postgresql", "NAME": "kvinnofrid"}
        return parsed

    def mail(self, name: str, address: str) -> dict[str, Any]:
        """Django's e-mail settings for the server at this address."""
        import dj_email_url

        try:
            parsed: dict[str, Any] = dj_email_url.parse(address)
        except ValueError:
            parsed = {}
        if "EMAIL_BACKEND" not in parsed:
            self.fault(name, "ska ha formen submission://användare:lösenord@server:587.")
            return {}
        parsed["EMAIL_TIMEOUT"] = parsed["EMAIL_TIMEOUT"] or 20
        parsed["MAIL_BACKEND"] = parsed.pop("EMAIL_BACKEND")  # Django's own mail goes through the outbox
        return {key: value for key, value in parsed.items() if key.startswith(("EMAIL_", "MAIL_"))}

    def broker(self, name: str) -> str:
        """The address of the Redis that wakes the workers; none means that there is no queue."""
        address = self.text(name)
        if address and not address.startswith(("redis://", "rediss://", "redis+socket://")):
            self.fault(name, "ska ha formen redis://:lösenord@server:6379/0.")
            return ""
        return address


def databases(environment: Environment, address: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The portal's connection, and Django's DATABASES: the same, or the owner's for a command that owns the tables."""
    portal = environment.database(address, name="DATABASE_URL", as_owner=False)
    if not environment.flag("DATABASE_AS_OWNER", default=False):
        return portal, {"default": portal}
    owner = environment.text("DATABASE_OWNER_URL")
    name = "DATABASE_OWNER_URL" if owner else "DATABASE_URL"
    return portal, {"default": environment.database(owner or address, name=name, as_owner=True)}
