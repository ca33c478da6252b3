"""A renewal in the browser: planned after a look at what it ends, and named again by the organisation on a phone."""

import pytest
from playwright.sync_api import expect

from tests.factories import cast
from tests.journeys.axe import PHONE, violations
from tests.journeys.conftest import Window
from tests.journeys.steps import expect_heading, press

pytestmark = pytest.mark.journey


def test_plan_and_name_again(window: Window, world: cast.World) -> None:
    cast.attested(world)
    page = window("coordinator")
    page.goto("/uppdrag/nyval/")
    press(page, "Planera ett nyval")
    press(page, "Visa vad som händer")
    expect(page.get_by_role("heading", name="Det här händer")).to_be_visible()
    assert violations(page) == []
    press(page, "Planera nyvalet")
    expect_heading(page, "Nyval efter allmänt val")
    expect(page.get_by_text("0 av 6", exact=True).first).to_be_visible()
    assert violations(page) == []
    phone = window("administrator", width=PHONE)
    phone.goto(page.url)
    seat = phone.get_by_role("row", name="Plats i Länsgruppen")
    seat.get_by_role("button", name="Samma person fortsätter").click()
    expect(phone.get_by_role("row", name="Plats i Länsgruppen")).to_contain_text("Utsedd")
    assert violations(phone) == []
