"""A later edition: the coordinator asks, the representative reads what has changed and signs anew."""

import pytest
from playwright.sync_api import expect

from mandates.models import Mandate
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window
from tests.mandates.test_renewals import second

pytestmark = pytest.mark.journey


def test_asked_and_signed_anew(window: Window, world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    edition = second(world)
    page = window("coordinator")
    page.goto(edition.get_absolute_url())
    steps.press(page, "Se uppdragen och be om förnyelse")
    steps.expect_heading(page, "Förnyelser")
    expect(page.get_by_role("main")).to_contain_text("Hej Maj Morasson!")
    check(page)
    steps.press(page, "Be de valda om förnyelse")
    expect(page.get_by_role("status").first).to_contain_text("1 person är tillfrågad om förnyelse.")
    expect(page.get_by_role("button", name="Återta begäran till Maj Morasson")).to_be_visible()
    check(page)

    mora = window("mora_representative", width=PHONE)
    mora.goto("/")
    mora.get_by_role("main").get_by_role("link", name="Förnya uppdraget för Malung-Sälens kommun").click()
    steps.expect_heading(mora, "Förnya uppdraget")
    expect(mora.locator("ins").filter(has_text="Ny text")).to_have_count(1)
    check(mora)
    steps.press(mora, "Svara att uppdraget inte behöver förnyas")
    expect(mora.get_by_label("Varför behöver uppdraget inte förnyas?")).to_have_attribute("aria-invalid", "true")
    check(mora)
    steps.press(mora, "Förnya uppdraget")
    steps.expect_heading(mora, "Kontaktuppgifter")
    assert Mandate.objects.drafts().get().edition == edition

    mora.goto(mandate.get_absolute_url())
    expect(mora.get_by_role("main")).to_contain_text("Undertecknat på Utgåva 1, gällande är Utgåva 2")
    check(mora)
    steps.press(mora, "Se vad som har ändrats")
    steps.expect_heading(mora, "Vad som har ändrats")
    check(mora)


def test_the_whole_load(window: Window, world: cast.World) -> None:
    cast.attested(world, "mora_representative", cast.MORAS)
    page = window("coordinator")
    page.goto("/samlad-andel/")
    steps.expect_heading(page, "Samlad andel")
    expect(steps.row(page, "Maj Morasson Handläggare")).to_contain_text("50")
    check(page)
    steps.follow(page.get_by_role("rowheader").get_by_role("link", name="Maj Morasson"))
    check(page)
    orsa = window("orsa_reader", width=PHONE)
    orsa.goto(page.url.replace(page.url.split("/samlad")[0], ""))
    expect(orsa.get_by_role("main")).to_contain_text("Sidan visar bara de uppdrag som du själv får öppna.")
    check(orsa)
