"""The registrar's two minutes: few pages, few fields, no mouse; what is wrong is told, and what was wrong is kept."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AdoptionDecision, Agreement
from tests.factories import agreements as factory
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER
from tests.journeys import deciding, steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window
from tests.journeys.test_bad_input import expect_fault, expect_summary
from tests.journeys.test_keyboard import go, log_in, tab_to, type_in

pytestmark = pytest.mark.journey

MOST_PAGES, MOST_FIELDS = 2, 6
# Counts the controls that a person changes; what is filled in from before is left alone.
TOUCHED = """() => {
  window.touched = new Set();
  document.addEventListener("change", (event) => window.touched.add(event.target.name), true);
}"""


def planned(world: cast.World) -> Agreement:
    """A text that Falun's council was to decide on yesterday; the portal waits for the registrar."""
    made = factory.published(world)
    factory.dispatched(world, made)
    factory.step(world, made, "falun", planned_on=timezone.localdate() - timedelta(days=1))
    return made


def registered(world: cast.World) -> AdoptionDecision:
    return AdoptionDecision.objects.get(organisation=world.org["falun"], corrected_by=None)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_decision_in_two_pages_and_six_fields(window: Window, world: cast.World, script: bool) -> None:
    """From the home page: the task leads to the form, where body, task and day stand already."""
    made = planned(world)
    fingerprint = made.versions.get().short_fingerprint
    page = window("registrar", width=PHONE, script=script)
    page.goto("/")
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    steps.press(page, "Registrera beslutet i Kommunfullmäktige om RÖK prov för Falu kommun")
    steps.expect_heading(page, "Registrera beslut")
    if script:
        check(page)
        page.evaluate(TOUCHED)
    expect(page.get_by_label("Organ", exact=True).locator("option:checked")).to_have_text("Kommunfullmäktige")
    expect(deciding.option(page, "Organets uppgift", "Beslutar")).to_be_checked()
    expect(page.get_by_label("Beslutsdatum")).to_have_value(str(timezone.localdate() - timedelta(days=1)))
    deciding.option(page, "Utfall", "Antog utan ändring").check()
    page.get_by_label(re.compile("^Version 1, publicerad ")).check()
    page.get_by_label("Paragraf").first.fill("214")
    page.get_by_label("Diarienummer").fill("KS 2026/12")
    page.get_by_label("Protokollsutdrag").set_input_files(deciding.extract_of(f"Fingeravtryck {fingerprint}"))
    if script:
        page.get_by_label("Protokollsutdrag").focus()
        touched = page.evaluate("[...window.touched].sort()")
        assert touched == ["case_numbers", "extract", "outcome", "paragraph", "text"]
        assert len(touched) <= MOST_FIELDS
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    assert len(pages) <= MOST_PAGES, pages
    if script:
        check(page)
    decision = registered(world)
    assert (decision.outcome, decision.paragraph, decision.case_numbers) == ("adopted", "§ 214", ["KS 2026/12"])
    page.goto("/")
    expect(
        page.get_by_role("link", name="Registrera beslutet i Kommunfullmäktige om RÖK prov för Falu kommun")
    ).to_have_count(0)


def test_a_decision_by_keyboard_alone(window: Window, world: cast.World) -> None:
    planned(world)
    page = window()
    log_in(page, world, "registrar")
    go(page, "Registrera beslutet i Kommunfullmäktige om RÖK prov för Falu kommun")
    steps.expect_heading(page, "Registrera beslut")
    tab_to(page, "Antog utan ändring")
    page.keyboard.press("Space")
    tab_to(page, "Version 1, publicerad ")
    page.keyboard.press("Space")
    type_in(page, "Paragraf", "214")
    type_in(page, "Diarienummer", "KS 2026/12")
    go(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    assert registered(world).outcome == "adopted"


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_what_does_not_hold_is_told_beside_its_field(window: Window, world: cast.World, width: int) -> None:
    made = planned(world)
    page = window("registrar", width=width)
    page.goto(f"/overenskommelser/{made.slug}/huvudman/falun/beslut/nytt/")
    tomorrow = str(timezone.localdate() + timedelta(days=1))
    page.get_by_label("Beslutsdatum").fill(tomorrow)
    deciding.option(page, "Utfall", "Antog med ändringar").check()
    page.get_by_label("Fingeravtrycket på handlingen").fill("7F3A-91C2")
    page.get_by_label("Diarienummer").fill(f"KS {PERSONAL_NUMBER}")
    page.get_by_label("Protokollsutdrag").set_input_files(
        {"name": "Utdrag.pdf", "mimeType": "application/pdf", "buffer": b"MZ no minutes"}
    )
    steps.press(page, "Registrera beslutet")
    expect_summary(page)
    expect_fault(page, "Beslutsdatum", tomorrow, "kan inte ligga i framtiden")
    expect_fault(page, "Vad som ändrades", "", "Skriv vad som ändrades.")
    expect_fault(page, "Fingeravtrycket på handlingen", "7F3A-91C2", "till exempel 7F3A-91C2-04D8")
    expect_fault(page, "Diarienummer", f"KS {PERSONAL_NUMBER}", "personnummer")
    expect_fault(page, "Organ", "", "Välj vilket organ som beslutade.")
    expect(page.get_by_label("Protokollsutdrag")).to_have_attribute("aria-invalid", "true")
    expect(deciding.option(page, "Utfall", "Antog med ändringar")).to_be_checked()
    assert not AdoptionDecision.objects.exists()

    deciding.fill_decision(page, body="Kommunfullmäktige")
    page.get_by_label("Fingeravtrycket på handlingen").fill("")
    page.get_by_label("Diarienummer").fill("KS 2026/12")
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    assert registered(world).outcome == "adopted"


def test_a_double_click_registers_once(window: Window, world: cast.World) -> None:
    made = planned(world)
    page = window("registrar", script=False)
    page.goto(f"/overenskommelser/{made.slug}/huvudman/falun/beslut/nytt/")
    deciding.fill_decision(page, body="Kommunfullmäktige")
    page.get_by_role("button", name="Registrera beslutet").dblclick()
    # The answer to the second click; whether the first one's words come along is up to when the browser let go of it.
    expect(page.get_by_role("status").first).to_contain_text(
        re.compile("Beslutet är registrerat|Du hade redan skickat formuläret")
    )
    assert registered(world).outcome == "adopted"


def test_a_correction_leaves_the_old_entry_readable(window: Window, world: cast.World) -> None:
    made = factory.published(world)
    old = factory.adopt(world, made, "falun", by=world.person["registrar"], paragraph="§ 1")
    page = window("registrar")
    page.goto(old.get_absolute_url())
    check(page)
    steps.follow(page.get_by_role("link", name="Rätta eller komplettera").first)
    check(page)
    expect(page.get_by_label("Paragraf").first).to_have_value("§ 1")
    page.get_by_label("Paragraf").first.fill("2")
    steps.press(page, "Spara rättelsen")
    expect_summary(page)
    expect_fault(page, "Varför rättas registreringen?", "", "Skriv varför den rättas.")
    page.get_by_label("Varför rättas registreringen?").fill("Paragrafen var felskriven.")
    steps.press(page, "Spara rättelsen")
    expect(page.get_by_role("status").first).to_contain_text("Den gamla går fortfarande att läsa.")
    _expect_fact(page, "Paragraf", "§ 2")
    _expect_fact(page, "Varför registreringen rättades", "Paragrafen var felskriven.")
    check(page)
    page.get_by_role("link", name="en tidigare registrering").click()
    expect(page.get_by_role("main")).to_contain_text("Den här registreringen är rättad")
    _expect_fact(page, "Paragraf", "§ 1")
    expect(page.get_by_role("link", name="Rätta eller komplettera")).to_have_count(0)
    check(page)

    stranger = window("outsider")
    stranger.goto(f"/overenskommelser/{made.slug}/huvudman/falun/")
    entries = steps.under(stranger, "Registrerade beslut")
    entries.get_by_text("Rättade registreringar").click()
    expect(entries.get_by_text("§ 1")).to_be_visible()
    check(stranger)


def test_what_is_said_and_struck(window: Window, world: cast.World) -> None:
    """That nothing is decided yet, a decision that never was, and the body's calendar."""
    made = factory.published(world)
    factory.adopt(world, made, "falun", by=world.person["registrar"])
    page = window("registrar", width=PHONE)
    page.goto(f"/overenskommelser/{made.slug}/huvudman/falun/")
    steps.follow(steps.under(page, "Registrerade beslut").get_by_role("link", name=re.compile("^Kommunfullmäktige ")))
    steps.follow(page.get_by_role("link", name="Rätta eller komplettera").first)
    steps.press(page, "Stryk registreringen")
    expect_summary(page)
    page.get_by_label("Vad blev fel?").fill("Det gällde en annan överenskommelse.")
    steps.press(page, "Stryk registreringen")
    expect(page.get_by_role("main")).to_contain_text("Registreringen är struken")
    check(page)
    steps.follow(page.get_by_role("link", name="Falun", exact=True).first)
    steps.press(page, "Registrera besked")
    check(page)
    page.get_by_label("Vem lämnade beskedet?").fill("Kommunsekreteraren")
    steps.press(page, "Registrera beskedet")
    expect(page.get_by_role("status").first).to_contain_text("Beskedet är registrerat.")
    expect(page.locator("dl.meta")).to_contain_text("Inte beslutad")
    check(page)
    steps.follow(page.get_by_role("link", name="Organens sammanträden"))
    page.get_by_text("Lägg till sammanträden").click()
    page.get_by_label("Sammanträdesdagar att lägga till").fill("2027-02-15\n2027-02-30")
    steps.press(page, "Lägg till dagarna i Kommunfullmäktige")
    expect_summary(page)
    expect_fault(page, "Sammanträdesdagar att lägga till", "2027-02-15\n2027-02-30", "Rad 2")
    page.get_by_label("Sammanträdesdagar att lägga till").fill("2027-02-15")
    steps.press(page, "Lägg till dagarna i Kommunfullmäktige")
    expect(page.get_by_role("status").first).to_contain_text("1 dag är tillagd i Kommunfullmäktige.")
    check(page)


def _expect_fact(page: Page, term: str, value: str) -> None:
    rows = steps.under(page, "Uppgifter om beslutet").locator(".summary__row")
    expect(rows.filter(has=page.get_by_text(term, exact=True)).locator("dd")).to_have_text(value)
