"""The main story: a representative fills in on a phone, the commissioner attests, the PDF comes out."""

import re

import pytest
from playwright.sync_api import Page, expect

from mandates.models import Mandate
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_phone_to_the_attested_pdf(window: Window, world: cast.World, script: bool) -> None:
    def look(page: Page) -> None:
        if script:  # axe is a script; without it the same HTML is shown
            check(page)

    phone = window(width=PHONE, script=script)
    steps.log_in(phone, world, "representative")
    fill_in(phone, look)
    mandate = Mandate.objects.get()
    desk = window(width=1280, script=script)
    steps.log_in(desk, world, "commissioner")
    steps.expect_heading(desk, "Du har en sak att göra")
    look(desk)
    attest(desk, look)
    address = desk.get_by_role("link", name="Öppna som PDF").get_attribute("href")
    text = steps.read_pdf(desk, str(address))
    for words in (mandate.reference, "Rut Representant", "Falu kommun", "12,5", "Ulla Uppdragsgivare", "Sida 1 av"):
        assert words in text, words
    expect_held(phone, look)


def fill_in(page: Page, look: steps.Look) -> None:
    """All steps from the home page, with a look at each one."""
    steps.expect_heading(page, "Du har en sak att göra")
    look(page)
    page.get_by_role("link", name="Fyll i ett uppdrag för Falu kommun").click()
    steps.expect_heading(page, "Fyll i ett uppdrag")
    look(page)
    steps.press(page, "Börja")
    steps.expect_heading(page, "Kontaktuppgifter")
    look(page)
    expect(page.get_by_label("Namn", exact=True)).to_have_value("Rut Representant")
    page.get_by_label("Befattning").fill("Utvecklare")
    steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Organisationer")
    look(page)
    expect(page.get_by_label("Falu kommun")).to_be_checked()
    steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Falu kommun")
    look(page)
    expect(page.get_by_label("Uppdragsgivare", exact=True)).to_have_value(re.compile(r"^\d+$"))
    steps.fill_line(page)
    steps.press(page, "Spara och lägg till en kontakt")
    expect(page.get_by_role("group", name="Kontakt 2")).to_be_visible()
    look(page)
    steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Granska och skicka in")
    expect(page.get_by_role("main")).to_contain_text("Enheten för stöd")
    look(page)
    steps.press(page, "Skicka in uppdraget")
    expect(page.get_by_role("status")).to_contain_text("Uppdraget är inskickat.")
    look(page)


def attest(page: Page, look: steps.Look) -> None:
    page.get_by_role("link", name="Ta ställning till Rut Representant som representant för Falu kommun").click()
    expect(page.get_by_role("main")).to_contain_text("Utvecklare")
    look(page)
    page.get_by_label("Attestera").check()
    steps.press(page, "Spara beslutet")
    expect(page.get_by_role("status")).to_contain_text("Du har attesterat uppdraget för Falu kommun.")
    look(page)


def expect_held(page: Page, look: steps.Look) -> None:
    """The representative sees it on the home page, and everybody in the roster."""
    page.goto("/")
    steps.expect_heading(page, "Du har inget att göra just nu")
    expect(steps.row(page, "Falu kommun", within="Dina uppdrag")).to_contain_text("Tills vidare")
    look(page)
    page.goto("/meddelanden/")
    expect(page.get_by_role("heading", name="Uppdraget är attesterat: Falu kommun")).to_be_visible()
    look(page)
    page.goto("/forum/lansgruppen/")
    expect(steps.row(page, "Falu kommun")).to_contain_text("Rut Representant")
    expect(steps.row(page, "Säters kommun")).to_contain_text("Vakant")
    look(page)


def test_sent_back_mended_and_attested(window: Window, world: cast.World) -> None:
    mandate = cast.submitted(world)
    desk = window()
    steps.log_in(desk, world, "commissioner")
    steps.decide(desk, "Falu kommun", comment="Ange en kontakt till.")
    check(desk)

    phone = window("representative", width=PHONE)
    phone.goto("/")
    first = phone.get_by_role("main").get_by_role("listitem").first
    expect(first).to_contain_text("Rätta uppdraget för Falu kommun")
    expect(first).to_contain_text("Ange en kontakt till.")
    check(phone)
    first.get_by_role("link").click()
    expect(phone.get_by_role("main")).to_contain_text("Ulla Uppdragsgivare")
    expect(phone.get_by_label("Andel av en heltidstjänst i procent")).to_have_value("12,5")
    check(phone)
    phone.get_by_role("group", name="Kontakt 2").get_by_label("Namn eller funktion").fill("Skolenheten")
    steps.press(phone, "Spara och fortsätt")
    steps.expect_heading(phone, "Granska och skicka in")
    check(phone)
    steps.press(phone, "Skicka in uppdraget")
    expect(phone.get_by_role("status")).to_contain_text("Uppdraget är inskickat.")

    steps.decide(desk, "Falu kommun")
    expect(steps.under(desk, "Vad som har hänt")).to_contain_text("Ange en kontakt till.")
    assert "Skolenheten" in steps.read_pdf(desk, f"/uppdrag/{mandate.pk}/pdf/")


def test_one_form_for_four_municipalities(window: Window, world: cast.World) -> None:
    names = ["Malung-Sälens kommun", "Mora kommun", "Orsa kommun", "Älvdalens kommun"]
    page = window(width=PHONE)
    steps.log_in(page, world, "mora_representative")
    expect(page.get_by_role("banner")).to_contain_text("Mora, Orsa, Älvdalen, Malung-Sälen")
    steps.follow(page.get_by_role("link", name=re.compile("^Fyll i ett uppdrag för ")))
    steps.press(page, "Börja")
    steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Organisationer")
    for name in names:
        page.get_by_label(name).check()
    check(page)
    steps.press(page, "Spara och fortsätt")
    for name in names:
        steps.expect_heading(page, name)
        steps.fill_line(page, share="10", contact=f"Kontakt i {name}")
        steps.press(page, "Spara och fortsätt")
    steps.expect_heading(page, "Granska och skicka in")
    assert page.get_by_role("heading", level=3).all_inner_texts()[:4] == names
    check(page)
    steps.press(page, "Skicka in uppdraget")

    desk = window()
    steps.log_in(desk, world, "mora_commissioner")
    steps.expect_heading(desk, "Du har 4 saker att göra")
    steps.decide(desk, "Orsa kommun", comment="Orsa vill ha en annan kontakt.")
    for name in ("Mora kommun", "Älvdalens kommun", "Malung-Sälens kommun"):
        steps.decide(desk, name)
    check(desk)

    page.goto("/")
    steps.expect_heading(page, "Du har en sak att göra")
    held = steps.under(page, "Dina uppdrag").get_by_role("rowheader")
    assert held.all_inner_texts() == ["Malung-Sälens kommun", "Mora kommun", "Älvdalens kommun"]
    steps.follow(page.get_by_role("link", name="Rätta uppdraget för Orsa kommun"))
    page.get_by_label("Namn eller funktion").first.fill("Orsas nya kontakt")
    steps.press(page, "Spara och fortsätt")
    steps.press(page, "Skicka in uppdraget")
    steps.decide(desk, "Orsa kommun")

    reader = window("orsa_reader")
    reader.goto(Mandate.objects.get().get_absolute_url())
    expect(reader.get_by_role("main")).to_contain_text("Orsas nya kontakt")
    expect(reader.get_by_role("main")).not_to_contain_text("Kontakt i Mora kommun")
    check(reader)
