"""The coordinator sees who is about to be redacted, keeps one of them longer, and takes out what is held."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from organisations.actions.retention import retain
from organisations.models import Retention
from tests.factories import cast
from tests.journeys.axe import check
from tests.journeys.conftest import Window
from tests.journeys.steps import expect_heading, follow, press, row

pytestmark = pytest.mark.journey


def test_kept_for_a_while(window: Window, world: cast.World) -> None:
    today = timezone.localdate()
    retain(today + timedelta(days=settings.RETENTION_UNUSED_DAYS), lambda: None)
    page = window("coordinator")
    page.goto("/personer/")
    press(page, "Gallring")
    expect_heading(page, "Gallring")
    check(page)
    told = row(page, "Edit Avslutad Handläggare")
    expect(told).to_contain_text("Aviserad")
    follow(told.get_by_role("link", name="Behåll till …"))
    page.get_by_label("Behåll till och med").fill(str(today + timedelta(days=90)))
    page.get_by_label("Varför behövs uppgifterna?").fill("Ett ärende pågår.")
    check(page)
    press(page, "Behåll uppgifterna")
    expect(row(page, "Edit Avslutad Handläggare")).to_contain_text("Ett ärende pågår.")
    assert Retention.objects.get(user=world.person["ended"]).kept_until == today + timedelta(days=90)
    page.get_by_role("link", name="Edit Avslutad", exact=True).click()
    follow(page.get_by_role("link", name="Ta fram ett registerutdrag"))
    expect_heading(page, "Registerutdrag")
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Hämta som fil (JSON)").click()
    assert saved.value.suggested_filename == f"Registerutdrag {today}.json"
    page.get_by_role("contentinfo").get_by_role("link", name="Personuppgifter").click()
    expect_heading(page, "Personuppgifter")
    check(page)
