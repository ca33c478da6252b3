"""The main story by keyboard alone: every stop can be seen, nothing needs a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from mandates.models import Mandate
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import DESKTOP, PHONE
from tests.journeys.conftest import Window
from tests.journeys.places import furnish

# The name of what has the focus, and whether a person can see that it has: a ring, inside the window, uncovered.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: "", seen: true };
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const name = (labels.join(" ") || element.getAttribute("aria-label") || element.textContent || "").trim().replace(/\\s+/g, " ");
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const area = element.ownerSVGElement && getComputedStyle(element.querySelector("path") ?? element.querySelector("rect")); // of a map or a drawing: its edge
  const ring = area ? parseFloat(area.strokeWidth) >= 4 : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const top = document.elementFromPoint(box.left + box.width / 2, Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1));
  const uncovered = !!top && (element.contains(top) || top.contains(element));
  return { name, seen: ring && inside && uncovered, kind: element.type ?? element.tagName };
}"""
MOST_STOPS = 80


def tab_to(page: Page, name: str) -> None:
    """Tab until the control with this name has the focus; each stop on the way must be visible."""
    passed = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        assert focus["seen"], f"{page.url}: the focus on {focus} cannot be seen"
        if re.match(name, focus["name"]):
            return
        passed.append(focus["name"])
    raise AssertionError(f"{page.url}: Tab never reaches {name!r}, only {passed}")


def type_in(page: Page, name: str, text: str) -> None:
    """A field that Tab enters has its text selected, so typing replaces it."""
    tab_to(page, name)
    page.keyboard.type(text)


def go(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def log_in(page: Page, world: cast.World, person: str) -> None:
    page.goto("/")
    steps.expect_heading(page, "Logga in")
    type_in(page, "E-postadress", world.person[person].email)
    type_in(page, "Lösenord", cast.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Hem – "))


@pytest.mark.journey
def test_the_main_story_by_keyboard(window: Window, world: cast.World) -> None:
    page = window()
    log_in(page, world, "representative")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "Fyll i ett uppdrag för Falu kommun"
    page.keyboard.press("Enter")

    steps.expect_heading(page, "Fyll i ett uppdrag")
    go(page, "Börja", "Space")
    steps.expect_heading(page, "Kontaktuppgifter")
    type_in(page, "E-postadress", "rut")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-postadress")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("rut@falun.example")
    page.keyboard.press("Enter")

    steps.expect_heading(page, "Organisationer")
    tab_to(page, "Falu kommun")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    go(page, "Spara och fortsätt")
    steps.expect_heading(page, "Falu kommun")
    tab_to(page, "Ordinarie")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Ersättare")).to_be_checked()
    page.keyboard.press("ArrowUp")
    type_in(page, "Andel av en heltidstjänst", "12,5")
    tab_to(page, "Uppdragsgivare")
    page.keyboard.press("U")
    type_in(page, "Gäller från och med", steps.today())
    type_in(page, "Namn eller funktion", "Enheten för stöd")
    page.keyboard.press("Enter")
    steps.expect_heading(page, "Granska och skicka in")
    go(page, "Läs den fasta texten", "Space")
    expect(page.get_by_role("heading", name="Bakgrund")).to_be_visible()
    go(page, "Skicka in uppdraget")
    expect(page.get_by_role("status")).to_contain_text("Uppdraget är inskickat.")
    go_out(page)

    log_in(page, world, "commissioner")
    go(page, "Ta ställning till Rut Representant")
    steps.expect_heading(page, "Ta ställning till uppdraget")
    tab_to(page, "Attestera")
    page.keyboard.press("Space")
    go(page, "Spara beslutet")
    expect(page.get_by_role("status")).to_contain_text("Du har attesterat uppdraget för Falu kommun.")
    tab_to(page, "Öppna som PDF")
    address = page.evaluate("document.activeElement.href")
    assert Mandate.objects.get().reference in steps.read_pdf(page, address)


def go_out(page: Page) -> None:
    """The menu opens on Enter, closes on Escape and gives the focus back."""
    page.goto("/")
    go(page, "Rut Representant")
    tab_to(page, "Mina uppgifter")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED)["name"] == "Rut Representant"
    page.keyboard.press("Enter")
    go(page, "Logga ut")
    steps.expect_heading(page, "Logga in")


@pytest.mark.axe
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_stop_of_every_page_is_seen(window: Window, world: cast.World, width: int) -> None:
    """Tab goes through each page from the top and out at the end, and shows where it is all the way."""
    faults = []
    windows: dict[str, Page] = {}
    for place in furnish(world):
        if place.person not in windows:
            windows[place.person] = window(place.person, width=width)
        page = windows[place.person]
        page.goto(place.path)
        for _ in range(400):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUSED)
            if not focus["seen"]:
                faults.append(f"{page.url}: {focus}")
            if not focus["name"] and "kind" not in focus:  # out of the page, to the browser's own controls
                break
        else:
            faults.append(f"{page.url}: Tab never leaves the page")
    assert not faults, "\n".join(faults)
