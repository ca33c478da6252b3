"""As a plugin of pytest (`-p tests.bite.biting`): first which tests run which rule, then for each flip those tests.

All in one process: the rule is flipped in the loaded code, the tests that run it are run until one fails, the quickest
first, and the rule is put back. BITE says what to do: "see" a share of the tests, or "flip" a share of the rules.
"""

import json
import os
import re
import signal
import time
from collections import defaultdict
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.bite.flips import BASE, Flip, flipped, flips, place_of, told_apart

ACCESS = "tests/access/"
DOORS = "tests/access/test_doors.py::test_whoever_has_no_role_does_not_come_in"
OF_TABLES = ("tests/organisations/test_permissions.py", "tests/organisations/", "tests/mandates/")
SECONDS = 120  # for one test; one that a flip sends round in circles has noticed
_tried: list[Flip] = []  # the one that is being tried


@pytest.fixture(autouse=True)
def roles_follow_the_table(request: pytest.FixtureRequest) -> None:
    """The people of the tests were made with the table as it is; inside a test they get what it says now."""
    if _tried and _tried[0].is_table and "world" in request.fixturenames:
        request.getfixturevalue("world")
        from organisations.actions import follow_role_table

        follow_role_table()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    what, share, shares = os.environ["BITE"].split()
    target = Path(os.environ["BITE_TO"])
    items = [item for item in session.items if _can_be_repeated(item)]
    if what == "see":
        target.write_text(json.dumps(seen(_share(items, int(share), int(shares)))), encoding="utf-8")
    else:
        every = flips()
        numbers = [int(number) for number in os.environ["BITE_FLIPS"].split()]
        biter = Biter(session, items, json.loads(Path(os.environ["BITE_SEEN"]).read_text(encoding="utf-8")))
        for number in numbers[int(share) :: int(shares)]:
            flip, began = every[number], time.monotonic()
            by = biter.noticed(flip)
            with target.open("a", encoding="utf-8") as told:
                told.write(json.dumps([flip.key, by], ensure_ascii=False) + "\n")
            print(f"{'caught' if by else 'MISSED'} {time.monotonic() - began:5.1f} s  {flip.key}", flush=True)
    session.testsfailed = 0
    return True


def _can_be_repeated(item: pytest.Item) -> bool:
    """Quickly, that is: not those that commit, which need a new database each time."""
    names = getattr(item, "fixturenames", ())
    commits = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    return not commits and not {"transactional_db", "live_server", "transactional_world"} & set(names)


def _share(items: list[pytest.Item], share: int, shares: int) -> list[pytest.Item]:
    """Whole files, whose tests share what takes long to make."""
    places = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    return [item for item in items if places[item.path] % shares == share]


def seen(items: list[pytest.Item]) -> dict[str, list[tuple[float, str]]]:
    """By the place of a rule, the tests that run it and how long they take."""
    run: set[str] = set()
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    with told_apart(filter(None, map(place_of, flips())), run):
        for item, following in pairwise(chain(items, [None])):
            assert item is not None
            run.clear()
            began = time.monotonic()
            _run(item, following)
            for place in run:
                found[place].append((round(time.monotonic() - began, 2), item.nodeid))
    return found


def _run(item: pytest.Item, following: Any) -> bool:
    """What `following` needs too is kept: the next test, or what the tests of a file share."""
    if hasattr(item, "_initrequest"):
        item._initrequest()
    signal.alarm(SECONDS)
    try:
        reports = runtestprotocol(item, log=False, nextitem=following)
    finally:
        signal.alarm(0)
    return all(report.outcome != "failed" for report in reports)


class Biter:
    """Runs tests again and again, in any order."""

    def __init__(
        self, session: pytest.Session, items: list[pytest.Item], known: dict[str, list[tuple[float, str]]]
    ) -> None:
        self.session, self.known = session, known
        self.items = {item.nodeid: item for item in items}
        self.paths = {item.path for item in items}

    def noticed(self, flip: Flip) -> str:
        """The first test that fails because of the flip, and not without it."""
        for name in self.candidates(flip):
            item = self.items[name]
            if self.fails(item, flip) and self.passes_as_it_is(item) and self.fails(item, flip):
                return name
        return ""

    def candidates(self, flip: Flip) -> list[str]:
        """The tests that run the rule: in files that name it, in the access table, and the others; the quickest first."""
        if flip.is_table:
            return list(dict.fromkeys(name for start in OF_TABLES for name in self.items if name.startswith(start)))
        if place := place_of(flip):
            word = re.compile(rf"\b{re.escape(flip.function)}\b")
            naming = {path for path in self.paths if word.search(path.read_text(encoding="utf-8"))}
            ranked = sorted(
                (self.items[name].path not in naming, not name.startswith(ACCESS), seconds, name)
                for seconds, name in self.known.get(place, ())
                if name in self.items
            )
            return [name for *_, name in ranked]
        return [name for address in addresses_of(flip) if (name := f"{DOORS}[{address}]") in self.items]

    def fails(self, item: pytest.Item, flip: Flip) -> bool:
        with flipped(flip):
            _tried[:] = [flip]
            passed = self.passed(item)
        _tried.clear()
        return not passed

    def passes_as_it_is(self, item: pytest.Item) -> bool:
        """If need be when all that tests share is made anew."""
        passes = self.passed(item) or self.passed(item, anew=True)
        if not passes:
            print(f"fails anyway: {item.nodeid}", flush=True)
        return passes

    def passed(self, item: pytest.Item, *, anew: bool = False) -> bool:
        self.session._setupstate.teardown_exact(None if anew else item)
        return _run(item, item.parent)


def addresses_of(flip: Flip) -> list[str]:
    """The names of the addresses that lead to a view."""
    text = (BASE / flip.path.partition("/")[0] / "urls.py").read_text(encoding="utf-8")
    return [flip.function, *re.findall(rf'\.{flip.function}\b.*?name="(\w+)"', text)]


def _too_long(_signal: int, _frame: Any) -> None:
    raise TimeoutError


signal.signal(signal.SIGALRM, _too_long)
