"""Pages with ten times the rows, the permission filter, the weight of a page, the memory of a web process."""

import gzip
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandates import actions, queries
from mandates.models import Mandate
from organisations.models import User
from tests.factories import cast, crowd
from tests.factories.server import Browser, Server, let_in

MOST_QUERIES = 25
FEW, TIMES = 8, 10  # the cast has eight organisations
PER_PAGE = 50
ROUNDS = 250  # the best of so many, by turns: others may be using the machine
LISTS = {
    "mandates": "/uppdrag/",
    "organisations": "/organisationer/",
    "forums": "/forum/",
    "coverage of a forum": "/uppdragslaget/lansgruppen/",
    "roster of a forum": "/forum/lansgruppen/",
    "editions": "/uppdrag/utgavor/",
    "home of the coordinator": "/",
}
AsPerson = Callable[[str], Client]


def _figure(name: str, value: float, unit: str, against: str, goal: str, *, holds: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "against": against, "goal": goal, "holds": holds}


# --- ten times the rows -------------------------------------------------------------------------------------------------


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def _mandates(world: cast.World, number: int) -> None:
    for _ in range(number):
        mandate = cast.submitted(world)
        actions.withdraw(mandate=mandate, reason="Prov.", by=world.person["representative"])


def queries_at_ten_times(world: cast.World, as_person: AsPerson) -> Iterator[dict[str, Any]]:
    """The same literal number of queries with ten times as many organisations, seats and mandates."""
    coordinator = as_person("coordinator")
    _mandates(world, FEW)
    cast.attested(world)
    before = {name: _queries(coordinator, url) for name, url in LISTS.items()}
    crowd.attested(world, FEW * (TIMES - 1))
    _mandates(world, FEW * (TIMES - 1))
    for name, url in LISTS.items():
        after = _queries(coordinator, url)
        yield _figure(
            f"queries of the page: {name}",
            after,
            "queries",
            f"the same page with a tenth of the rows ({before[name]} queries)",
            f"the same, <= {MOST_QUERIES}",
            holds=after == before[name] and after <= MOST_QUERIES,
        )


# --- the permission filter ----------------------------------------------------------------------------------------------


def permission_filter(world: cast.World, number: int) -> dict[str, Any]:
    """The list of mandates for one who has a role in so many organisations, against the coordinator's, unfiltered."""
    _mandates(world, PER_PAGE)
    crowd.organisations(world, number)
    commissioner, coordinator = world.person["commissioner"], world.person["coordinator"]

    def rows(reader: User) -> list[Mandate]:
        return list(queries.mandate_rows(reader, text=None, state=None)[:PER_PAGE])

    assert rows(commissioner) == rows(coordinator)  # the same rows; and what each may is now known
    counts, filtered, unfiltered = [], [], []
    for reader in (commissioner, coordinator):
        with CaptureQueriesContext(connection) as captured:
            rows(reader)
        counts.append(len(captured))
    for _ in range(ROUNDS):
        unfiltered.append(_seconds(lambda: rows(coordinator)))
        filtered.append(_seconds(lambda: rows(commissioner)))
    value = min(filtered) / min(unfiltered)
    return _figure(
        f"permission filter of a list, a role in {number + 1} organisations",
        round(value, 2),
        "times",
        f"the same list unfiltered ({min(unfiltered) * 1000:.1f} ms)",
        "<= 1.5, no query more",
        holds=value <= 1.5 and counts[0] == counts[1],
    )


def _seconds(run: Callable[[], Any]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


# --- weight -------------------------------------------------------------------------------------------------------------


def page_weight(world: cast.World, as_person: AsPerson) -> Iterator[dict[str, Any]]:
    """Bytes of HTML, style sheets and scripts as sent compressed; fonts are told apart, they come after the text."""
    mandate = cast.draft(world)
    pages = {
        "login": ("anonymous", "/konto/logga-in/"),
        "home": ("representative", "/"),
        "a line of the form": ("representative", f"/uppdrag/{mandate.pk}/organisationer/{mandate.lines.get().pk}/"),
        "a mandate": ("representative", f"/uppdrag/{mandate.pk}/"),
        "coverage": ("coordinator", "/uppdragslaget/lansgruppen/"),
    }
    for name, (key, url) in pages.items():
        page = as_person(key).get(url).content
        files = _loaded(page.decode())
        weight = len(gzip.compress(page)) + sum(len(gzip.compress(file.read_bytes())) for file in files.values())
        fonts = sum(font.stat().st_size for file in files.values() for font in _fonts(file))
        others = re.findall(rb'<(?:link|script|img|source|form|iframe)[^>]*"(?:https?:)?//', page)
        yield _figure(
            f"bytes to first use: {name}",
            round(weight / 1000, 1),
            "kB",
            f"html, css and js, gzip ({fonts / 1000:.0f} kB of fonts besides)",
            "<= 100, no other host",
            holds=weight <= 100_000 and not others,
        )


def _loaded(page: str) -> dict[str, Path]:
    """The style sheets, scripts and icons that the page asks for."""
    names = re.findall(r'<(?:link|script)[^>]*(?:href|src)="/static/([^"]+)"', page)
    assert names
    return {name: Path(str(finders.find(name))) for name in names}


def _fonts(file: Path) -> list[Path]:
    if file.suffix != ".css":
        return []
    found = re.findall(r'url\("?([^")]+\.woff2)"?\)', file.read_text(encoding="utf-8"))
    return [(file.parent / name).resolve() for name in found]


# --- memory -------------------------------------------------------------------------------------------------------------

REQUESTS = 1000
MOST_MEBIBYTES = 200
GROWTH = 1.05


def memory(world: cast.World, data: Path) -> Iterator[dict[str, Any]]:
    """One worker after mixed requests of two people at once; the first half is its warming up."""
    mandate = cast.attested(world)
    coordinator = world.person["coordinator"]
    let_in(coordinator)
    server = Server(data, "--workers 1 --max-requests 0")
    server.collect_static_files()
    server.start()
    try:
        browser = Browser(server.port)
        browser.log_in(coordinator)
        urls = [
            *LISTS.values(),
            f"/uppdrag/{mandate.pk}/",
            "/organisationer/falun/",
            "/foretradare/?organisation=falun&datum=2026-01-01",
            "/uppdrag/?q=falu&state=submitted",
            "/komponenter/",
            "/hjalp/",
            "/finns-inte/",
        ]
        half = _ask(server, browser, [*islice(cycle(urls), REQUESTS // 2 - 10), *[f"/uppdrag/{mandate.pk}/pdf/"] * 10])
        whole = _ask(server, browser, [*islice(cycle(urls), REQUESTS // 2 - 10), *[f"/uppdrag/{mandate.pk}/pdf/"] * 10])
    finally:
        server.stop()
    yield _figure(
        "memory of one web process",
        round(whole, 1),
        "MiB",
        f"after {REQUESTS} mixed requests",
        f"<= {MOST_MEBIBYTES}",
        holds=whole <= MOST_MEBIBYTES,
    )
    yield _figure(
        "memory of one web process, growth",
        round(whole / half, 3),
        "times",
        f"after {REQUESTS // 2} requests ({half:.1f} MiB)",
        f"<= {GROWTH}",
        holds=whole / half <= GROWTH,
    )


def _ask(server: Server, browser: Browser, urls: list[str]) -> float:
    """Resident memory of the worker, in MiB, when it has answered all of them."""
    with ThreadPoolExecutor(2) as pool:
        statuses = set(pool.map(lambda url: browser.send("GET", url)[0], urls))
    assert statuses <= {200, 302, 404}
    (worker,) = server.workers()
    status = Path(f"/proc/{worker}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024
