"""The login page and home under fifty users at once, against one user alone on the same server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from threading import Barrier
from time import perf_counter
from typing import Any

from django.conf import settings
from django.test import Client

from tests.factories import cast
from tests.factories.server import Browser, Server

USERS = 50
ROUNDS = 4  # pages that each of them asks for
ALONE = 40
PEOPLE = ("coordinator", "representative", "commissioner", "administrator", "mora_representative", "mora_commissioner")
PAGES = {"login page": "/konto/logga-in/", "home": "/"}
MOST_PER_PAGE, MOST_WAIT = 1.25, 2


def fifty_at_once(world: cast.World, data: Path) -> Iterator[dict[str, Any]]:
    """Two processes with four threads, as the portal is served; every user has a session."""
    cast.attested(world)
    cast.submitted(world, "mora_representative", cast.MORAS)
    server = Server(data)
    server.environment["SECRET_KEY"] = settings.SECRET_KEY  # so that sessions made here are good there
    server.collect_static_files()
    server.start()
    try:
        browsers = [_logged_in(server, world, key) for key in islice(cycle(PEOPLE), USERS)]
        browsers[0].wait_for_answer()
        for name, path in PAGES.items():
            readers = browsers if name == "home" else [Browser(server.port) for _ in browsers]
            yield from _page(name, path, readers)
    finally:
        server.stop()


def _logged_in(server: Server, world: cast.World, key: str) -> Browser:
    client, browser = Client(), Browser(server.port)
    client.force_login(world.person[key])
    browser.cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return browser


def _page(name: str, path: str, readers: list[Browser]) -> Iterator[dict[str, Any]]:
    one = readers[0]
    alone = median(
        [_seconds(lambda: _read(one, path)) for _ in range(2 * ALONE)][ALONE:]
    )  # every process is warm by then
    began = perf_counter()
    waits = _at_once(readers, path, rounds=ROUNDS)
    per_page = (perf_counter() - began) / len(waits)
    told = f"one user alone ({alone * 1000:.1f} ms)"
    yield _figure(f"{name}, {USERS} users at once, per page", per_page / alone, told, MOST_PER_PAGE)
    told = f"{USERS} users one after the other ({USERS * alone:.2f} s)"
    yield _figure(f"{name}, {USERS} users at once, longest wait", max(waits) / (USERS * alone), told, MOST_WAIT)


def _at_once(readers: list[Browser], path: str, *, rounds: int) -> list[float]:
    """How long each page took, with all readers asking all the time."""
    barrier = Barrier(len(readers))

    def read(reader: Browser) -> list[float]:
        barrier.wait(60)
        return [_seconds(lambda: _read(reader, path)) for _ in range(rounds)]

    with ThreadPoolExecutor(len(readers)) as pool:
        return [seconds for found in pool.map(read, readers) for seconds in found]


def _read(reader: Browser, path: str) -> None:
    assert reader.send("GET", path) == (200, "")


def _seconds(run: Callable[[], Any]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


def _figure(name: str, value: float, against: str, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "times",
        "against": against,
        "goal": f"<= {goal}",
        "holds": value <= goal,
    }
