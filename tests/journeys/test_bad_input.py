"""What does not hold is told beside its field, what was typed stays, and nothing is half saved."""

import re

import pytest
from playwright.sync_api import Page, expect

from mandates import actions
from mandates.models import Mandate
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, line_url, line_values, sent
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


CONTACT_EMAIL = re.compile("^E-postadress")  # not the commissioner's


def expect_fault(page: Page, label: str | re.Pattern[str], typed: str, message: str) -> None:
    """The message is tied to its field, which keeps what was typed and can be reached from the summary."""
    field = page.get_by_label(label).first
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(message)))
    page.get_by_role("alert").get_by_role("link", name=re.compile(re.escape(message))).first.click()
    expect(field).to_be_focused()


def expect_summary(page: Page) -> None:
    expect(page).to_have_title(re.compile("^Fel: "))
    expect(page.get_by_role("alert")).to_be_focused()
    check(page)


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_faults_on_one_organisations_page(window: Window, world: cast.World, width: int) -> None:
    mandate = cast.draft(world)
    before = mandate.version
    page = window(width=width)
    steps.log_in(page, world, "representative")
    page.goto(line_url(mandate.lines.get()))
    page.get_by_label("Andel av en heltidstjänst i procent").fill("tolv")
    page.get_by_label("Gäller från och med").fill("2027-13-01")
    page.get_by_label("Organisationens diarienummer").fill(f"KS {PERSONAL_NUMBER}")
    page.get_by_label(CONTACT_EMAIL).first.fill("falun")
    steps.press(page, "Spara och fortsätt")
    expect_summary(page)
    expect_fault(page, "Andel av en heltidstjänst i procent", "tolv", "Skriv andelen i procent")
    expect_fault(page, "Gäller från och med", "2027-13-01", "Skriv datumet som ÅÅÅÅ-MM-DD")
    expect_fault(page, "Organisationens diarienummer", f"KS {PERSONAL_NUMBER}", "personnummer")
    expect_fault(page, CONTACT_EMAIL, "falun", "e-postadress")
    assert Mandate.objects.get().version == before

    page.get_by_label("Andel av en heltidstjänst i procent").fill("12,5")
    page.get_by_label("Gäller från och med").fill("2027-01-01")
    page.get_by_label("Gäller till och med").fill("2026-12-31")
    page.get_by_label("Organisationens diarienummer").fill("KS 2026/12")
    page.get_by_label(CONTACT_EMAIL).first.fill("stod@falun.example")
    steps.press(page, "Spara och fortsätt")
    expect_summary(page)
    expect_fault(page, "Gäller till och med", "2026-12-31", "Slutdatum kan inte ligga före startdatum")
    page.get_by_label("Gäller till och med").fill("")
    steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Granska och skicka in")


def test_faults_on_the_other_pages(window: Window, world: cast.World) -> None:
    """The person's page, no organisation, nothing to submit, a decision without an answer, an end too early."""
    draft = cast.draft(world)
    page = window("representative")
    page.goto(f"/uppdrag/{draft.pk}/kontaktuppgifter/")
    page.get_by_label("Namn", exact=True).fill("")
    page.get_by_label("E-postadress").fill("rut")
    page.get_by_label("Telefon i arbetet").fill("ring mig")
    steps.press(page, "Spara och fortsätt")
    expect_summary(page)
    expect_fault(page, "Namn", "", "Skriv namn.")
    expect_fault(page, "E-postadress", "rut", "e-postadress")
    expect_fault(page, "Telefon i arbetet", "ring mig", "telefon")

    page.goto(f"/uppdrag/{draft.pk}/organisationer/")
    page.get_by_label("Falu kommun").uncheck()
    steps.press(page, "Spara och fortsätt")
    expect_summary(page)
    expect(page.get_by_role("group", name="Organisationer")).to_contain_text("Välj minst en organisation.")
    assert Mandate.objects.get().lines.count() == 1

    page.goto(f"/uppdrag/{draft.pk}/aterta/")
    steps.press(page, "Ta bort utkastet")
    expect_summary(page)
    expect_fault(page, "Varför återtar du uppdraget?", "", "Skriv varför uppdraget återtas.")


def test_an_empty_form_cannot_be_submitted(window: Window, world: cast.World) -> None:
    page = window("representative", width=PHONE)
    page.goto("/uppdrag/nytt/")
    steps.press(page, "Börja")
    mandate = Mandate.objects.get()
    page.goto(f"/uppdrag/{mandate.pk}/granska/")
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Det här saknas innan du kan skicka in")
    expect(page.get_by_role("button", name="Skicka in uppdraget")).to_have_count(0)
    check(page)
    summary.get_by_role("link", name=re.compile("andel av en heltidstjänst")).click()
    steps.expect_heading(page, "Falu kommun")


def test_faults_in_a_decision_and_an_end(window: Window, world: cast.World) -> None:
    waiting = cast.submitted(world)
    page = window("commissioner")
    page.goto(line_url(waiting.lines.get(), "beslut/"))
    steps.press(page, "Spara beslutet")
    expect_summary(page)
    expect(page.get_by_role("group", name="Ditt beslut")).to_contain_text("Välj om du attesterar eller återsänder.")
    page.get_by_label("Återsänd").check()
    page.get_by_label("Kommentar till representanten").fill(f"Gäller {PERSONAL_NUMBER}")
    steps.press(page, "Spara beslutet")
    expect_summary(page)
    expect_fault(page, "Kommentar till representanten", f"Gäller {PERSONAL_NUMBER}", "personnummer")
    page.get_by_label("Kommentar till representanten").fill("")
    steps.press(page, "Spara beslutet")
    expect_fault(page, "Kommentar till representanten", "", "Skriv vad som behöver rättas.")
    page.get_by_label("Attestera").check()
    steps.press(page, "Spara beslutet")

    page.goto(line_url(waiting.lines.get(), "avsluta/"))
    page.get_by_label("Sista dag").fill("2001-01-01")
    page.get_by_label("Varför avslutas uppdraget?").fill("Byter arbete.")
    steps.press(page, "Avsluta uppdraget")
    expect_summary(page)
    expect_fault(page, "Sista dag", "2001-01-01", "Det kan inte avslutas före det.")
    expect(page.get_by_label("Varför avslutas uppdraget?")).to_have_value("Byter arbete.")
    page.get_by_label("Sista dag").fill(steps.today())
    steps.press(page, "Avsluta uppdraget")
    expect(page.get_by_role("status")).to_contain_text("avslutas")
    check(page)


def test_somebody_else_was_first(window: Window, world: cast.World) -> None:
    """The page was opened before the form changed: nothing is decided on what nobody has read."""
    waiting = cast.submitted(world)
    line = waiting.lines.get()
    page = window("commissioner")
    page.goto(line_url(line, "beslut/"))
    actions.send_back(line=line, version=waiting.version, comment="Rätta.", by=world.person["commissioner"])
    page.get_by_label("Attestera").check()
    steps.press(page, "Spara beslutet")
    expect(page.get_by_role("main")).to_contain_text("väntar inte längre")
    check(page)


def test_something_went_missing_meanwhile(window: Window, world: cast.World) -> None:
    """The form was complete when the page was opened; what is submitted is what is there now."""
    mandate = cast.draft(world)
    line = mandate.lines.get()
    page = window("representative")
    page.goto(f"/uppdrag/{mandate.pk}/granska/")
    values = line_values(world)
    actions.save_line(line=line, values=values, contacts=[], by=world.person["representative"])
    steps.press(page, "Skicka in uppdraget")
    expect_summary(page)
    expect(page.get_by_role("alert")).to_contain_text("lägg till minst en intern kontakt")
    assert Mandate.objects.get().state == "draft"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_double_click_does_it_once(window: Window, world: cast.World, script: bool) -> None:
    page = window("representative", script=script)
    page.goto("/uppdrag/nytt/")
    page.get_by_role("button", name="Börja").dblclick()
    steps.expect_heading(page, "Kontaktuppgifter")
    mandate = Mandate.objects.get()
    cast.fill(world, mandate.lines.get())
    page.goto(f"/uppdrag/{mandate.pk}/granska/")
    page.get_by_role("button", name="Skicka in uppdraget").dblclick()
    expect(page.get_by_role("status")).to_contain_text("inskickat")
    assert sent() == [("Ulla Uppdragsgivare", "Uppdrag att attestera: Falu kommun")]
