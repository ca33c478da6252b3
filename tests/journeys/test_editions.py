"""The coordinator prepares, edits and publishes an edition; new mandates use it, those there are keep theirs."""

import re

import pytest
from playwright.sync_api import expect

from mandates.models import FormEdition, Mandate
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_a_new_edition(window: Window, world: cast.World) -> None:
    old = cast.draft(world, "mora_representative", ("mora",))
    page = window()
    steps.log_in(page, world, "coordinator")
    steps.follow(page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Uppdrag", exact=True))
    steps.press(page, "Formulär och utgåvor")
    check(page)
    steps.follow(page.get_by_role("link", name=re.compile("^Ny utgåva")))
    check(page)
    page.get_by_label("Namn").fill("Utgåva 1")
    page.get_by_label("Gäller från och med").fill(steps.today())
    steps.press(page, "Skapa utkast")
    expect(page).to_have_title(re.compile("^Fel: "))
    expect(page.get_by_label("Namn")).to_have_value("Utgåva 1")
    check(page)
    page.get_by_label("Namn").fill("Utgåva 2")
    steps.press(page, "Skapa utkast")

    steps.expect_heading(page, "Redigera utgåvan")
    expect(page.get_by_label("Rubrik").first).to_have_value("Bakgrund")
    check(page)
    page.get_by_label("Rubrik").last.fill("Uppföljning")
    steps.press(page, "Spara")
    expect(page).to_have_title(re.compile("^Fel: "))
    check(page)
    page.get_by_label("Text").last.fill("Uppdraget följs upp varje år.")
    steps.press(page, "Spara")
    expect(page.get_by_role("main")).to_contain_text("Uppdraget följs upp varje år.")
    check(page)
    edition = FormEdition.objects.get(name="Utgåva 2")

    reader = window("reader")
    answer = reader.goto(edition.get_absolute_url())
    assert answer is not None
    assert answer.status == 404
    steps.press(page, "Publicera och lås texten")
    expect(page.get_by_role("main")).to_contain_text("Utgåva 2 är publicerad.")
    expect(page.get_by_role("button", name="Publicera och lås texten")).to_have_count(0)
    check(page)
    reader.goto(edition.get_absolute_url())
    expect(reader.get_by_role("main")).to_contain_text("Uppdraget följs upp varje år.")
    assert "Uppdraget följs upp varje år." in steps.read_pdf(reader, f"/uppdrag/utgavor/{edition.pk}/blankett/")

    falun = window("representative")
    falun.goto("/uppdrag/nytt/")
    steps.press(falun, "Börja")
    steps.expect_heading(falun, "Kontaktuppgifter")
    new = Mandate.objects.exclude(pk=old.pk).get()
    assert (new.edition.name, Mandate.objects.get(pk=old.pk).edition.name) == ("Utgåva 2", "Utgåva 1")
    mora = window("mora_representative")
    mora.goto(f"/uppdrag/{old.pk}/granska/")
    mora.get_by_text("Läs den fasta texten i formuläret").click()
    expect(mora.get_by_role("heading", name="Syfte")).to_be_visible()
    expect(mora.get_by_role("heading", name="Uppföljning")).to_have_count(0)
    check(mora)
