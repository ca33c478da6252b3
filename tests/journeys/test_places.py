"""Every page in every state: nothing for axe to say, nothing sticks out, and it is light to fetch."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kvinnofrid.core import audit, pdf
from organisations.enums import ForumKind, SeatHolding
from organisations.models import Forum, Seat
from reports.views import pages
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import DESKTOP, PHONE, check, reflow_faults, violations
from tests.journeys.conftest import Window
from tests.journeys.place import Place
from tests.journeys.places import ELSEWHERE, furnish, url_names

MOST_BYTES = 100_000  # html, css and js of a page as they are sent


@pytest.mark.journey
@pytest.mark.parametrize("dark", [False, True], ids=["light and wide", "dark and narrow"])
def test_every_page(window: Window, world: cast.World, dark: bool) -> None:
    """Each page by turns in one or the other; the full matrix is below."""
    places = furnish(world)
    assert {place.name for place in places} | set(ELSEWHERE) == url_names()
    faults: list[str] = []
    windows: dict[str, Page] = {}
    for place in places[int(dark) :: 2]:
        if place.person not in windows:
            windows[place.person] = window(place.person, width=PHONE if dark else DESKTOP, dark=dark)
        faults += _visit(windows[place.person], place)
    assert not faults, "\n".join(faults)


def _visit(page: Page, place: Place) -> list[str]:
    answer = page.goto(place.path)
    assert answer is not None
    assert (place, answer.status) == (place, place.status)
    size = len(gzip.compress(answer.body())) + _static_bytes(page)  # before axe is added to it
    faults = violations(page) + reflow_faults(page)
    if page.locator("h1").count() != 1:
        faults.append(f"{page.url}: {page.locator('h1').all_inner_texts()}")
    if size > MOST_BYTES:
        faults.append(f"{page.url}: {size} bytes")
    return faults


_sizes: dict[str, int] = {}


def _static_bytes(page: Page) -> int:
    """The page's style sheets and scripts, compressed."""
    found = "[...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((part) => part.href || part.src)"
    addresses: list[str] = page.evaluate(found)
    for address in addresses:
        if address not in _sizes:
            _sizes[address] = len(gzip.compress(page.request.get(address).body()))
    return sum(_sizes[address] for address in addresses)


@pytest.mark.journey
def test_the_counts_of_several_forums(window: Window, world: cast.World) -> None:
    """With a second forum of mandates the coverage has a page of its own."""
    by = world.person["coordinator"]
    forum = Forum(slug="natverket", name="Nätverket", kind=ForumKind.WORKING_GROUP, seats_held_by=SeatHolding.MANDATE)
    audit.save(forum, by=by, verb="imported", reason="Prov")
    audit.save(Seat(forum=forum, organisation=world.org["falun"]), by=by, verb="imported", reason="Prov")
    page = window("coordinator")
    for path in ("/uppdragslaget/", "/"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Nätverket")).to_be_visible()
        check(page)
        assert reflow_faults(page) == []


@pytest.mark.journey
def test_the_menu_open_and_the_skip_link(window: Window, world: cast.World) -> None:
    page = window("mora_representative", width=320)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_in_viewport()
    check(page)
    page.get_by_role("banner").locator("summary").click()
    expect(page.get_by_role("button", name="Logga ut")).to_be_in_viewport(ratio=1)
    check(page)
    assert page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth")


@pytest.mark.journey
def test_a_fault_report_and_the_own_details(window: Window, world: cast.World) -> None:
    stranger = window(width=PHONE)
    stranger.goto("/tillganglighet/")
    steps.press(stranger, "Skicka rapporten")
    expect(stranger.get_by_role("alert")).to_be_focused()
    check(stranger)
    stranger.get_by_label("Vad fungerar inte?").fill("Tabellen läses inte upp.")
    steps.press(stranger, "Skicka rapporten")
    expect(stranger.get_by_role("status")).to_contain_text("Tack.")
    check(stranger)
    page = window("reader", dark=True)
    page.goto("/konto/uppgifter/")
    page.get_by_label("Namn", exact=True).fill("")
    steps.press(page, "Spara")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page)
    page.get_by_label("Namn", exact=True).fill("Lena Läsare-Berg")
    steps.press(page, "Spara")
    expect(page.get_by_role("status")).to_contain_text("Dina uppgifter är sparade.")
    check(page)


@pytest.mark.journey
def test_error_pages(window: Window, world: cast.World, monkeypatch: pytest.MonkeyPatch) -> None:
    """404 is among the places; here are those that something must break for."""
    mandate = cast.draft(world)
    stranger, page = window(), window("representative", width=PHONE)

    stranger.goto("/konto/logga-in/")
    stranger.context.clear_cookies()
    stranger.get_by_role("main").get_by_role("button", name="Logga in").click()
    steps.expect_heading(stranger, "Sidan har legat öppen för länge")
    check(stranger)

    stranger.goto("/konto/logga-in/")
    stranger.evaluate("""() => {
      const form = document.querySelector("main form");
      for (let number = 0; number < 2100; number++) form.append(Object.assign(document.createElement("input"), { name: `more${number}` }));
    }""")
    stranger.get_by_role("main").get_by_role("button", name="Logga in").click()
    steps.expect_heading(stranger, "Det gick inte att förstå")
    check(stranger)

    def fail(*_args: Any, **_named: Any) -> Any:
        raise pdf.PdfTooHeavy("prov")

    monkeypatch.setattr(pdf, "draw", fail)
    answer = page.goto(f"/uppdrag/{mandate.pk}/pdf/")
    assert answer is not None
    assert answer.status == 503
    steps.expect_heading(page, "PDF:en kunde inte skapas")
    check(page)
    monkeypatch.setattr(pages, "home_of", fail)
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 500
    check(page)


ROLES = (
    "",
    "coordinator",
    "steering",
    "chair",
    "representative",
    "mora_representative",
    "commissioner",
    "registrar",
    "administrator",
    "reader",
    "outsider",
    "nobody",
)


@pytest.mark.axe
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("person", ROLES)
def test_the_matrix(window: Window, world: cast.World, person: str, dark: bool, width: int) -> None:
    """Every page as each role sees it, in both colour schemes, narrow and wide."""
    paths = list(dict.fromkeys(place.path for place in furnish(world)))
    page = window(person, width=width, dark=dark)
    seen: set[str] = set()
    faults: list[str] = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        kind = page.url if answer.status == 200 else f"{answer.status}"
        if kind not in seen:  # strangers come to the login page again and again, others to the same 404
            seen.add(kind)
            faults += violations(page)
    assert not faults, "\n".join(faults)
