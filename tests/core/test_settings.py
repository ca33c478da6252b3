"""What the environment may say, and what the portal answers when it is missing or wrong."""

import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kvinnofrid.settings.environment import OWNER_COMMANDS, PORTAL_ROLE, Environment, databases, mark_owner_command
from kvinnofrid.settings.launching import database_address, launch_options
from kvinnofrid.settings.secrets import lasting_secret, new_key, new_password

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "kvinnofrid.example",
    "DATABASE_URL": "postgresql://portal:hemligt@db.example:5432/kvinnofrid",
    "PORTAL_URL": "https://kvinnofrid.example",
    "EMAIL_URL": "submission://portal:hemligt@mail.example:587",
    "DEFAULT_FROM_EMAIL": "Kvinnofrid <portal@kvinnofrid.example>",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with these variables and none of ours."""
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables},
    )


def start_production(**changes: str) -> subprocess.CompletedProcess[str]:
    return run("-c", "import kvinnofrid.settings.production", **{**GOOD, **changes})


def test_production_starts_with_all_its_values() -> None:
    finished = start_production()
    assert (finished.returncode, finished.stderr) == (0, "")


MAIL = "from kvinnofrid.settings import production as p; print(p.EMAIL_BACKEND, p.MAIL_BACKEND, p.EMAIL_HOST)"


def test_production_sends_by_smtp_from_the_outbox() -> None:
    finished = run("-c", MAIL, **GOOD)
    assert finished.stdout.split() == [
        "kvinnofrid.core.mail.OutboxBackend",
        "django.core.mail.backends.smtp.EmailBackend",
        "mail.example",
    ]


def test_production_tells_all_that_is_missing_in_one_line_each() -> None:
    finished = run("-c", "import kvinnofrid.settings.production")
    assert finished.returncode == 1
    assert [line.partition(":")[0] for line in finished.stderr.splitlines()] == list(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("SECRET_KEY", "kort", "SECRET_KEY: är för svag. Ange minst 50 slumpade tecken."),
        ("SECRET_KEY", 60 * "a", "SECRET_KEY: är för svag. Ange minst 50 slumpade tecken."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS: får inte vara *. Ange portalens namn på nätet."),
        (
            "DATABASE_URL",
            "sqlite:///portal.db",
            "DATABASE_URL: ska ha formen postgresql://användare:lösenord@server:5432/databas.",
        ),
        ("PORTAL_URL", "kvinnofrid.example", "PORTAL_URL: ska ha formen https://kvinnofrid.example, utan sökväg."),
        ("PORTAL_URL", "https://a.example/x", "PORTAL_URL: ska ha formen https://kvinnofrid.example, utan sökväg."),
        ("CELERY_BROKER_URL", "amqp://x", "CELERY_BROKER_URL: ska ha formen redis://:lösenord@server:6379/0."),
        ("MESSAGES_KEPT_DAYS", "0", "MESSAGES_KEPT_DAYS: ska vara ett heltal mellan 1 och 2147483647."),
        ("RETENTION_NOTICE_DAYS", "6", "RETENTION_NOTICE_DAYS: ska vara ett heltal mellan 7 och 365."),
        ("DATA_PROTECTION_CONTACT", "ombudet", "DATA_PROTECTION_CONTACT: ska vara en e-postadress."),
        ("EMAIL_URL", "gopher://x", "EMAIL_URL: ska ha formen submission://användare:lösenord@server:587."),
        ("EMAIL_URL", "submission://x:port", "EMAIL_URL: ska ha formen submission://användare:lösenord@server:587."),
        ("DEFAULT_FROM_EMAIL", "portalen", "DEFAULT_FROM_EMAIL: ska vara en e-postadress."),
        ("TRUSTED_PROXIES", "många", "TRUSTED_PROXIES: ska vara ett heltal mellan 0 och 9."),
        ("HSTS_SECONDS", "-1", "HSTS_SECONDS: ska vara ett heltal mellan 0 och 2147483647."),
        ("DATABASE_AS_OWNER", "kanske", "DATABASE_AS_OWNER: ska vara 1 (ja) eller 0 (nej)."),
    ],
)
def test_production_tells_what_is_wrong(name: str, value: str, line: str) -> None:
    finished = start_production(**{name: value})
    assert (finished.returncode, finished.stderr) == (1, line + "\n")


def test_no_secret_is_repeated_in_a_fault() -> None:
    finished = start_production(DATABASE_URL="mysql://portal:kanariefagel@db.example/x")
    assert "kanariefagel" not in finished.stdout + finished.stderr


def test_deployment_check_is_clean() -> None:
    finished = run("manage.py", "check", "--deploy", DJANGO_SETTINGS_MODULE="kvinnofrid.settings.production", **GOOD)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == "System check identified no issues (1 silenced).\n"


def test_a_command_that_finds_no_database_says_so_in_one_line() -> None:
    finished = run("manage.py", "showmigrations", DATABASE_URL="postgresql://portal@127.0.0.1:1/kvinnofrid")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "Databasen på 127.0.0.1:1 svarar inte. Starta den eller ändra DATABASE_URL. (Connection refused)\n"
    )


# --- The two roles ---


@pytest.mark.parametrize("command", sorted(OWNER_COMMANDS))
def test_commands_about_tables_connect_as_the_owner(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_AS_OWNER", "0")
    mark_owner_command(["manage.py", command])
    assert os.environ["DATABASE_AS_OWNER"] == "1"


@pytest.mark.parametrize(
    "arguments", [["manage.py"], ["manage.py", "shell"], ["manage.py", "import_partnership", "migrate"]]
)
def test_all_other_commands_connect_as_the_portal(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_AS_OWNER", "1")
    mark_owner_command(arguments)
    assert os.environ["DATABASE_AS_OWNER"] == "0"


def test_the_portal_keeps_the_options_of_the_address_and_adds_its_role() -> None:
    address = "postgresql://portal@db.example/kvinnofrid?options=-c%20statement_timeout%3D5000&sslmode=require"
    found = Environment().database(address, name="DATABASE_URL", as_owner=False)
    assert found["OPTIONS"] == {
        "application_name": "kvinnofrid",
        "connect_timeout": 5,
        "options": f"-c statement_timeout=5000 -c role={PORTAL_ROLE}",
        "sslmode": "require",
    }


def test_the_owner_has_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_AS_OWNER", "1")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db.example/kvinnofrid")
    portal, found = databases(Environment(), "postgresql://portal@db.example/kvinnofrid")
    assert (portal["USER"], portal["OPTIONS"]["options"]) == ("portal", f"-c role={PORTAL_ROLE}")
    assert (found["default"]["USER"], found["default"]["OPTIONS"].get("options")) == ("owner", None)


def test_the_portal_never_uses_the_address_of_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_AS_OWNER", "0")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db.example/kvinnofrid")
    portal, found = databases(Environment(), "postgresql://portal@db.example/kvinnofrid")
    assert found == {"default": portal}
    assert portal["USER"] == "portal"


# --- One's own machine ---


def test_the_demonstration_has_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DEMO", raising=False)
    demonstration = database_address(Environment())
    monkeypatch.setenv("DEMO", "0")
    real = database_address(Environment())
    assert demonstration == f"postgresql://postgres@/kvinnofrid_demo?host={tmp_path}/postgres"
    assert real == f"postgresql://postgres@/kvinnofrid?host={tmp_path}/postgres"


def test_all_wrong_options_of_the_launcher_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("DEMO", "nja")
    with pytest.raises(SystemExit) as stopped:
        launch_options()
    assert stopped.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "PORT: ska vara ett heltal mellan 1 och 65535.",
        "DEMO: ska vara 1 (ja) eller 0 (nej).",
    ]


def test_a_secret_is_made_once_and_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret-key"
    first = lasting_secret(path, new_key())
    assert lasting_secret(path, new_key()) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_that_was_never_written_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    path.touch()
    assert lasting_secret(path, "nyckel") == "nyckel"
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("nyckel\n", 0o600)


def test_made_up_passwords_have_no_signs_that_look_alike() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert not set("".join(passwords)) & set("01iloIO")
