"""The coordinator finds who is missing, and who represented whom on a day."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kvinnofrid.core.templatetags.portal import date_sv
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_coordinator_finds_the_missing_one(window: Window, world: cast.World) -> None:
    """Falun has its mandate, Mora's three wait, the others have nothing: from the count to the rows to Säter."""
    cast.attested(world)
    cast.submitted(world, "mora_representative", ("mora", "orsa", "alvdalen"))
    page = window()
    steps.log_in(page, world, "coordinator")
    steps.expect_heading(page, "7 av 8 platser saknar giltigt uppdrag")
    check(page)
    steps.follow(page.get_by_role("main").get_by_role("link", name=re.compile(r"^4\s.*[Ss]aknas")))
    rows = page.get_by_role("main").get_by_role("table").get_by_role("rowheader")
    assert rows.all_inner_texts() == [
        "Länsstyrelsen Dalarna",
        "Malung-Sälens kommun",
        "Polisen",
        "Säters kommun",
    ]
    check(page)
    steps.row(page, "Säters kommun").get_by_role("link", name="Säters kommun", exact=True).click()
    steps.expect_heading(page, "Säters kommun")
    owed = steps.under(page, "Att ordna")
    expect(owed).to_contain_text("Utse en representant i Länsgruppen.")
    expect(owed).to_contain_text("Organisationen saknar en uppdragsgivare som kan attestera.")
    check(page)

    page.goto("/uppdragslaget/lansgruppen/?status=waiting")
    expect(steps.row(page, "Orsa kommun")).to_contain_text("Väntar på attest av Mats Morasson")
    check(page)
    page.get_by_label("Organisation", exact=True).fill("finns inte")
    steps.press(page, "Visa")
    expect(page.get_by_text("Ingen plats passar in på det du sökte")).to_be_visible()
    check(page)


def test_who_represented_falun_on_a_day(window: Window, world: cast.World) -> None:
    cast.attested(world)
    today = timezone.localdate()
    page = window("coordinator", width=PHONE)
    page.goto("/")
    steps.follow(page.get_by_role("link", name="Vem representerade?"))
    check(page)
    page.get_by_label("Organisation", exact=True).select_option("Falu kommun")
    for day, answer in (
        (today - timedelta(days=20), "Rut Representant, Handläggare, representerade Falu kommun i Länsgruppen den"),
        (today - timedelta(days=40), "Ingen representerade Falu kommun i Länsgruppen den"),
        (today + timedelta(days=20), "Rut Representant, Handläggare, ska representera Falu kommun i Länsgruppen den"),
    ):
        page.get_by_label("Datum").fill(str(day))
        steps.press(page, "Visa")
        expect(page.get_by_role("main")).to_contain_text(f"{answer} {date_sv(day)}")
        check(page)
    page.get_by_label("Datum").fill("i går")
    steps.press(page, "Visa")
    expect(page).to_have_title(re.compile("^Fel: "))
    expect(page.get_by_label("Datum")).to_have_value("i går")
    check(page)


def test_steering_group_and_chair_see_it_too(window: Window, world: cast.World) -> None:
    cast.attested(world)
    for person in ("steering", "chair"):
        page = window(person)
        page.goto("/")
        steps.expect_heading(page, "7 av 8 platser saknar giltigt uppdrag")
        check(page)
    page = window("reader")
    answer = page.goto("/uppdragslaget/lansgruppen/")
    assert answer is not None
    assert answer.status == 404
    check(page)
