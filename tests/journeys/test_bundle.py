"""A bundle in the browser: asked for, followed, fetched; and without a script by a link."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from kvinnofrid.core import jobs
from tests.factories import cast
from tests.journeys.axe import PHONE, violations
from tests.journeys.conftest import Window
from tests.journeys.steps import expect_heading, pdf_words, press

pytestmark = pytest.mark.journey


def test_ask_follow_and_fetch(window: Window, world: cast.World) -> None:
    cast.attested(world)
    page = window("coordinator")
    page.goto("/uppdrag/")
    press(page, "Samlingsfiler")
    expect_heading(page, "Samlingsfiler")
    assert violations(page) == []
    press(page, "Ta fram samlingsfilen")
    expect(page.get_by_role("status")).to_contain_text("Väntar på sin tur")
    assert jobs.run_pending() == 1
    expect(page.get_by_role("status")).to_contain_text("1 av 1")
    press(page, "Fortsätt")
    expect_heading(page, "Samlingsfiler")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("rowheader").get_by_role("link").click()
    words = pdf_words(Path(download.value.path()).read_bytes())
    assert ("Falu kommun" in words, "Rut Representant" in words) == (True, True)


def test_without_a_script(window: Window, world: cast.World) -> None:
    cast.attested(world)
    page = window("coordinator", width=PHONE, script=False)
    page.goto("/uppdrag/samlingsfiler/")
    page.get_by_label("En ZIP med en PDF för varje uppdrag").check()
    press(page, "Ta fram samlingsfilen")
    assert jobs.run_pending() == 1
    page.get_by_role("link", name="Uppdatera sidan").click()
    expect(page.get_by_role("status")).to_contain_text("Klart")
    press(page, "Fortsätt")
    with page.expect_download() as download:
        page.get_by_role("rowheader").get_by_role("link").click()
    assert download.value.suggested_filename.endswith(".zip")
