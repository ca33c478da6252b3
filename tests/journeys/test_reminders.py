"""Reminding by one click: the coordinator sees who is silent, reads the mail, and sends it."""

import re

import pytest
from playwright.sync_api import expect

from kvinnofrid.core.models import Message
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_the_mail_is_shown_before_it_goes(window: Window, world: cast.World) -> None:
    mandate = cast.submitted(world)
    page = window("coordinator", width=PHONE)
    page.goto("/forum/lansgruppen/")
    steps.press(page, "Påminnelser")
    expect(page.get_by_role("rowheader")).to_contain_text(mandate.reference)
    check(page)
    page.get_by_role("link", name=re.compile("^Påminn om ")).click()
    steps.expect_heading(page, "Påminn")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Ulla Uppdragsgivare, commissioner@cast.example")
    expect(main).to_contain_text(
        "Händer ingenting går nästa påminnelse till organisationens funktionsadress, tidigast "
    )
    check(page)
    page.get_by_role("button", name=re.compile("^Skicka påminnelsen")).click()
    expect(page.get_by_role("status").first).to_contain_text("Påminnelsen är skickad.")
    expect(main).to_contain_text("det står i den förra")
    check(page)
    message = Message.objects.get(key__startswith="reminder-mandate-")
    assert message.recipient == world.person["commissioner"]

    page.goto(mandate.get_absolute_url())
    expect(main).to_contain_text("Skickade en påminnelse: ta ställning till uppdraget")
