"""`make bite`: flips each permission rule in turn and runs the tests that should notice, two at a time.

ONLY=text tries the rules whose file or name holds the text, SAMPLE=n every nth. What has been tried is remembered in
`.data/bite.json`; docs/bite.md tells what came out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from threading import Lock
from urllib.parse import urlsplit, urlunsplit

from kvinnofrid.core.embedded import start
from tests.bite.flips import APPS, BASE, VARIABLE, Flip, flips

AT_ONCE = 2
SECONDS = 3600
NOTHING_LEFT = 5  # how pytest ends when all tests are deselected
MEMORY = BASE / ".data" / "bite.json"
DOCUMENT = BASE / "docs" / "bite.md"
TABLE = "tests/access/test_access.py"
HEAD = """# What the tests notice

`make bite` flips each permission rule of the code in turn (a rule, an operand of it, a role's permission, the door of an
address, a check of an action) and runs the tests that should notice: first those that name it, then the access table and
the tests of the app. A rule that nobody misses is a rule that nobody tests. It is not part of `make test`.
"""


def main() -> None:
    every = flips()
    only, step = os.environ.get("ONLY", ""), int(os.environ.get("SAMPLE") or 1)
    chosen = [number for number, flip in enumerate(every) if only in flip.key][::step]
    results: dict[str, str] = json.loads(MEMORY.read_text(encoding="utf-8")) if MEMORY.exists() else {}
    folder = Path(tempfile.mkdtemp(prefix="kvinnofrid-bite-"))
    server = None if os.environ.get("DATABASE_URL") else start(folder / "postgres", throwaway=True)
    address = server.address("kvinnofrid") if server else os.environ["DATABASE_URL"]
    try:
        try_all(every, chosen, address, results)
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    DOCUMENT.write_text(document(every, results), encoding="utf-8")
    missed = [every[number].key for number in chosen if not results.get(every[number].key)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught.", *missed, sep="\n  ")
    raise SystemExit(bool(missed))


def try_all(every: list[Flip], chosen: list[int], address: str, results: dict[str, str]) -> None:
    """Adds to the results what noticed each rule's flip, empty where nothing did, and keeps them as they come."""
    places: Queue[str] = Queue()
    for number in range(AT_ONCE):
        places.put(urlunsplit(urlsplit(address)._replace(path=f"/bite{number}")))
    tests = {path: path.read_text(encoding="utf-8") for path in sorted((BASE / "tests").rglob("test_*.py"))}
    one_at_a_time = Lock()

    def attempt(number: int) -> None:
        flip, place, began = every[number], places.get(), time.monotonic()
        try:
            results[flip.key] = notices(number, flip, tests, place)
        finally:
            places.put(place)
        word = "caught " if results[flip.key] else "MISSED "
        with one_at_a_time:
            remember(every, results)
            print(f"{word} {time.monotonic() - began:4.0f} s  {flip.key}", flush=True)

    for place in list(places.queue):  # the databases, and that nothing fails when nothing is flipped
        failed = first_failure(["tests/organisations/test_permissions.py"], place, create=True)
        if failed:
            raise SystemExit(f"The tests fail as they are: {failed}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(attempt, chosen))


def remember(every: list[Flip], results: dict[str, str]) -> None:
    """In the order of the code, without the rules that stand there no longer."""
    known = {flip.key: results[flip.key] for flip in every if flip.key in results}
    MEMORY.parent.mkdir(exist_ok=True)
    MEMORY.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")


_as_it_is: dict[str, bool] = {}  # which of the tests that have failed pass when nothing is flipped


def notices(number: int, flip: Flip, tests: dict[Path, str], place: str) -> str:
    """The test that fails because of the flip; one that fails anyway says nothing."""
    for arguments in rounds(flip, tests):
        while failed := first_failure([*arguments, *_but_those_that_fail_anyway()], place, number=number):
            if failed not in _as_it_is:
                _as_it_is[failed] = not first_failure([failed], place)
            if _as_it_is[failed]:
                return failed
            print(f"fails anyway: {failed}", flush=True)
    return ""


def _but_those_that_fail_anyway() -> list[str]:
    return [f"--deselect={test}" for test, passes in list(_as_it_is.items()) if not passes]


def rounds(flip: Flip, tests: dict[Path, str]) -> list[list[str]]:
    """Which tests are asked, the likeliest first."""
    names = [path for path, text in tests.items() if re.search(rf"\b{re.escape(flip.function)}\b", text)]
    naming = [str(path.relative_to(BASE)) for path in names if path.parent.name in {*APPS, "core"}]
    own = [f"tests/{flip.app}"]
    if "/views" in flip.path:
        pages = pages_of(flip)
        return [[f"{TABLE}::test_every_answer_is_the_tables[{page}]" for page in pages] or [TABLE], own]
    if flip.is_table:
        return [["tests/organisations/test_permissions.py"], own, ["tests/mandates", "tests/agreements"]]
    if "/actions" in flip.path:
        return [*([naming] if naming else []), own]
    return [*([naming] if naming else []), [TABLE], own]


def pages_of(flip: Flip) -> list[str]:
    """The addresses of the view that the rule stands in, or of those in its file that use the function."""
    text = (BASE / flip.path).read_text(encoding="utf-8")
    parts = re.split(r"(?m)^def (\w+)", text)
    users = [name for name, body in zip(parts[1::2], parts[2::2], strict=True) if f"{flip.function}(" in body]
    addresses = set(re.findall(r'name="(\w+)"', (BASE / flip.app / "urls.py").read_text(encoding="utf-8")))
    return [name for name in dict.fromkeys([flip.function, *users]) if name in addresses]


def first_failure(arguments: list[str], place: str, *, number: int | None = None, create: bool = False) -> str:
    """The first test that fails, or "" when all pass."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.bite.flips",
    ]
    command += ["--create-db" if create else "--reuse-db", *arguments]
    environment = {**os.environ, "DATABASE_URL": place, VARIABLE: "" if number is None else str(number)}
    try:
        done = subprocess.run(
            command, cwd=BASE, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"No end of {arguments} within {SECONDS} s.") from None
    if done.returncode == 0:
        return ""
    if done.returncode == NOTHING_LEFT:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, flags=re.MULTILINE)
    if not found:
        raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found[1]


def document(every: list[Flip], results: dict[str, str]) -> str:
    """What came out, by file."""
    tried = [flip for flip in every if flip.key in results]
    caught = sum(bool(results[flip.key]) for flip in tried)
    lines = [HEAD, f"{len(every)} flips in all, {len(tried)} tried, {caught} caught.", ""]
    for path in dict.fromkeys(flip.path for flip in tried):
        lines += [f"## `{path}`", "", "| where | rule | flip | noticed by |", "|---|---|---|---|"]
        for flip in (found for found in tried if found.path == path):
            by = f"`{results[flip.key]}`" if results[flip.key] else "**nobody**"
            rule = flip.rule.replace("|", "\\|")
            lines.append(f"| `{flip.function}` | `{rule}` | {flip.way} | {by} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
