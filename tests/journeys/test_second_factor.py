"""A role that demands a second factor: app, recovery codes, passkey, and the end of another login."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window
from tests.organisations.test_second_factor import code_of

pytestmark = pytest.mark.journey


@pytest.fixture
def demanding(settings: Any) -> None:
    settings.MFA_REQUIRED_ROLES = ["commissioner"]


def confirm(page: Page) -> None:
    """The password once more, before something sensitive."""
    steps.expect_heading(page, "Bekräfta att det är du")
    page.get_by_label("Lösenord").fill(cast.PASSWORD)
    steps.press(page, "Fortsätt")


def enter_code(page: Page, secret: str, label: str, button: str, title: str) -> None:
    """The code that the app shows now; once more when it changed on the way."""
    for _ in range(2):
        page.get_by_label(label).fill(code_of(secret))
        steps.press(page, button)
        expect(page).to_have_title(re.compile(f"^({title}|Fel: )"))
        if not page.title().startswith("Fel: "):
            return


def test_app_and_recovery_codes_without_javascript(window: Window, world: cast.World, demanding: None) -> None:
    page = window(width=PHONE, script=False)
    steps.log_in(page, world, "commissioner")
    steps.expect_heading(page, "Säkerhet")
    expect(page.get_by_text("Din roll kräver tvåstegsinloggning")).to_be_visible()
    page.goto("/uppdrag/")
    steps.expect_heading(page, "Säkerhet")
    steps.press(page, "Lägg till en app")
    confirm(page)
    steps.expect_heading(page, "Lägg till en app")
    expect(page.get_by_role("img", name="QR-kod")).to_be_visible()
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Engångskod").fill("000000")
    steps.press(page, "Lägg till appen")
    expect(page).to_have_title(re.compile("^Fel: "))
    enter_code(page, secret, "Engångskod", "Lägg till appen", "Reservkoder")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    assert codes == steps.save_file(page, page.get_by_role("link", name="Ladda ned koderna")).decode().split()[-10:]
    steps.press(page, "Jag har sparat koderna")
    steps.expect_heading(page, "Säkerhet")
    expect(page.get_by_text("10 kvar")).to_be_visible()
    page.goto("/konto/logga-ut/")
    steps.press(page, "Logga ut")
    cache.clear()  # the code that has just been used would else count as spent
    steps.log_in(page, world, "commissioner")
    steps.expect_heading(page, "Andra steget")
    enter_code(page, secret, "Engångskod eller reservkod", "Logga in", "Hem")
    page.goto("/konto/logga-ut/")
    steps.press(page, "Logga ut")
    steps.log_in(page, world, "commissioner")
    page.get_by_label("Engångskod eller reservkod").fill(codes[0])
    steps.press(page, "Logga in")
    expect(page).to_have_title(re.compile("^Hem – "))


def with_authenticator(page: Page) -> None:
    """Chromium's own authenticator, which verifies its owner and keeps passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_passkey_and_another_login(window: Window, world: cast.World, demanding: None) -> None:
    page = window()
    with_authenticator(page)
    steps.log_in(page, world, "commissioner")
    check(page)
    steps.press(page, "Lägg till en passnyckel")
    check(page)
    confirm(page)
    steps.expect_heading(page, "Lägg till en passnyckel")
    check(page)
    page.get_by_label("Namn på passnyckeln").fill("Jobbdatorn")
    steps.press(page, "Lägg till passnyckeln")
    steps.expect_heading(page, "Spara dina reservkoder")
    check(page)
    codes = page.locator(".codes code").all_inner_texts()
    steps.press(page, "Jag har sparat koderna")
    expect(page.get_by_role("rowheader", name="Jobbdatorn")).to_be_visible()
    check(page)
    steps.follow(page.get_by_role("link", name="Byt namn på Jobbdatorn"))
    check(page)
    page.get_by_label("Namn på passnyckeln").fill("Telefonen")
    steps.press(page, "Spara namnet")
    page.goto("/konto/logga-ut/")
    steps.press(page, "Logga ut")
    page.goto("/konto/logga-in/")
    check(page)
    steps.press(page, "Använd en passnyckel")
    expect(page).to_have_title(re.compile("^Hem – "))
    elsewhere = window(width=PHONE)
    steps.log_in(elsewhere, world, "commissioner")
    check(elsewhere)
    elsewhere.get_by_label("Engångskod eller reservkod").fill(codes[0])
    elsewhere.get_by_role("main").get_by_role("button", name="Logga in").click()
    expect(elsewhere).to_have_title(re.compile("^Hem – "))
    page.goto("/konto/inloggningar/")
    check(page)
    page.get_by_role("button", name=re.compile("^Avsluta")).click()
    expect(page.get_by_text("Inloggningen är avslutad.")).to_be_visible()
    elsewhere.goto("/uppdrag/")
    steps.expect_heading(elsewhere, "Logga in")
    page.goto("/konto/sakerhet/")
    steps.follow(page.get_by_role("link", name="ta bort Telefonen"))
    confirm(page)
    steps.expect_heading(page, "Vill du ta bort passnyckeln?")
    check(page)
    steps.press(page, "Ta bort passnyckeln")
    expect(page.get_by_text("Din roll kräver tvåstegsinloggning")).to_be_visible()
