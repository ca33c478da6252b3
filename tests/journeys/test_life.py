"""The rest of a mandate's life: confirmed by a click, handed over, attested by link, registered from paper."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mandates.models import Mandate, MandateSeat
from organisations.enums import Role
from tests.factories import cast, life
from tests.factories.filling import grant
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_confirmed_by_one_click(window: Window, world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    page = window("mora_representative", width=PHONE)
    page.goto(mandate.get_absolute_url())
    steps.press(page, "Bekräfta uppdraget")
    steps.expect_heading(page, "Stämmer uppdraget fortfarande?")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(4)
    check(page)
    steps.press(page, "Uppdraget stämmer – bekräfta")
    expect(page.get_by_role("status").first).to_contain_text("Uppdraget är bekräftat för ett år till.")
    expect(page.get_by_text(re.compile("^Bekräftat "))).to_have_count(4)
    check(page)


def test_handed_over_to_a_successor(window: Window, world: cast.World) -> None:
    mandate = cast.attested(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    page = window("representative")
    page.goto(mandate.get_absolute_url())
    page.get_by_role("link", name="Avsluta och lämna över uppdraget för Falu kommun").click()
    steps.expect_heading(page, "Avsluta uppdraget")
    check(page)
    page.get_by_label("Sista dag").fill(str(timezone.localdate() + timedelta(days=10)))
    page.get_by_label("Varför avslutas uppdraget?").fill("Byter tjänst.")
    page.get_by_label("Efterträdare").select_option(label="Ragna Registrator, Handläggare")
    page.get_by_label("Vad som pågår").fill("Rutinen ska ses över.")
    steps.press(page, "Avsluta uppdraget")
    expect(page.get_by_role("status").first).to_contain_text("Ragna Registrator har fått ett förberett utkast.")
    address = page.get_by_role("link", name=re.compile("^Öppna överlämningen")).get_attribute("href")
    check(page)
    text = steps.read_pdf(page, str(address))
    for words in ("Rutinen ska ses över.", "Ragna Registrator", f"{cast.canary('falun')} kontakt"):
        assert words in text, words

    successor = window("registrar", width=PHONE)
    successor.goto("/")
    steps.follow(successor.get_by_role("link", name="Fyll i klart uppdraget i Länsgruppen"))
    steps.press(successor, "Granska och skicka in")
    check(successor)
    steps.press(successor, "Skicka in uppdraget")
    expect(successor.get_by_role("status").first).to_contain_text("Uppdraget är inskickat.")


def test_attested_by_a_commissioner_without_account(window: Window, world: cast.World) -> None:
    line = life.waiting_for_external(world)
    page = window(width=PHONE, script=False)
    page.goto(life.address_of(life.link_of(line)))
    steps.expect_heading(page, "Ta ställning till uppdraget")
    page.get_by_label("Attestera").check()
    page.get_by_label(re.compile("^Jag är den som anges")).check()
    steps.press(page, "Spara beslutet")
    steps.expect_heading(page, "Uppdraget är attesterat")
    page.goto(life.address_of(life.link_of(line)))
    steps.expect_heading(page, "Länken gäller inte längre")

    coordinator = window("coordinator")
    coordinator.goto(line.mandate.get_absolute_url())
    expect(coordinator.get_by_role("main")).to_contain_text("Det är ett svagare bevis")
    check(coordinator)


def test_a_form_on_paper_is_registered(window: Window, world: cast.World, tmp_path: Path) -> None:
    scan = tmp_path / "blankett.png"
    scan.write_bytes(life.PNG)
    page = window("coordinator")
    page.goto("/uppdrag/")
    steps.press(page, "Registrera en pappersblankett")
    steps.expect_heading(page, "Registrera en pappersblankett")
    check(page)
    page.get_by_label("Formulär", exact=True).select_option(label="Länsgruppen: Utgåva 1")
    page.get_by_label("Namn", exact=True).fill("Petra Papper")
    page.get_by_label("E-postadress i arbetet").fill("petra.papper@sater.example")
    first = page.get_by_role("group", name="Organisation 1")
    first.get_by_label("Organisation", exact=True).select_option(label="Säters kommun – Länsgruppen")
    first.get_by_label("Andel av en heltidstjänst i procent").fill("10")
    first.get_by_label("Gäller från och med").fill(steps.today())
    first.get_by_label("Uppdragsgivare som har undertecknat").fill("Eva Extern")
    page.get_by_label("Undertecknad den").fill(steps.today())
    page.get_by_label("Inläst blankett").set_input_files(scan)
    steps.press(page, "Registrera")
    expect(page.get_by_role("status").first).to_contain_text("Blanketten är registrerad.")
    expect(page.get_by_role("main")).to_contain_text("Inkommen på papper")
    check(page)
    link = page.get_by_role("link", name=re.compile("^Hämta den inlästa blanketten"))
    assert steps.save_file(page, link) == life.PNG
    assert (Mandate.objects.get().name, MandateSeat.objects.get().state) == ("Petra Papper", "attested")
