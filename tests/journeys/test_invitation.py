"""An administrator invites; the new person reads the mail, chooses a password and comes home; the role is ended."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kvinnofrid.core.models import Message
from organisations.models import User
from tests.factories import cast, inviting
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_invited_joined_and_ended(window: Window, world: cast.World) -> None:
    desk = window("administrator")
    desk.goto("/organisationer/falun/personer/")
    steps.expect_heading(desk, "Personer och roller")
    check(desk)
    steps.press(desk, "Bjud in en person")
    check(desk)
    steps.press(desk, "Skicka inbjudan")
    expect(desk).to_have_title(re.compile("^Fel: Bjud in en person"))
    check(desk)
    desk.get_by_label("E-postadress").fill(inviting.NEW)
    desk.get_by_label("Läsare").check()
    steps.press(desk, "Skicka inbjudan")
    expect(desk.get_by_text(f"Inbjudan skickas till {inviting.NEW}.")).to_be_visible()
    expect(steps.row(desk, inviting.NEW, "Inbjudningar")).to_contain_text("Väntar på svar")
    check(desk)

    phone = window(width=PHONE)
    phone.goto(inviting.link())
    steps.expect_heading(phone, "Du är inbjuden")
    assert phone.url.endswith("/inbjudan/")  # the token stays in no address
    check(phone)
    phone.get_by_label("Namn").fill("Nora Ny")
    phone.get_by_label("Välj ett lösenord").fill("kort")
    phone.get_by_label("Lösenordet en gång till").fill("kort")
    steps.press(phone, "Tacka ja och logga in")
    expect(phone).to_have_title(re.compile("^Fel: Du är inbjuden"))
    expect(phone.get_by_label("Namn")).to_have_value("Nora Ny")
    check(phone)
    phone.get_by_label("Välj ett lösenord").fill(inviting.PASSWORD)
    phone.get_by_label("Lösenordet en gång till").fill(inviting.PASSWORD)
    steps.press(phone, "Tacka ja och logga in")
    expect(phone).to_have_title(re.compile("^Hem – "))
    expect(phone.get_by_role("link", name="Falu kommun").first).to_be_visible()
    check(phone)
    stranger = window()
    stranger.goto(inviting.link())
    steps.expect_heading(stranger, "Länken gäller inte längre")
    check(stranger)

    desk.goto("/")
    assert Message.objects.get(recipient=world.person["administrator"]).subject == "Nora Ny har tackat ja"
    role = User.objects.get(email=inviting.NEW).memberships.get()
    desk.goto(f"/organisationer/falun/personer/{role.pk}/avsluta/")
    check(desk)
    desk.get_by_label("Sista dagen").fill(str(timezone.localdate() - timedelta(days=1)))
    desk.get_by_label("Varför avslutas rollen?").fill("Blev inte av.")
    steps.press(desk, "Avsluta rollen")
    steps.expect_heading(desk, "Personer och roller")
    phone.goto("/")
    steps.expect_heading(phone, "Du har ingen roll i portalen just nu")
    phone.goto("/organisationer/falun/")
    expect(phone).to_have_title(re.compile("^Sidan finns inte"))


def test_a_person_with_an_account_logs_in_to_accept(window: Window, world: cast.World) -> None:
    outsider = world.person["outsider"]
    inviting.invite(world, email=outsider.email, roles=["registrar"])
    page = window(width=PHONE)
    page.goto(inviting.link(outsider.email))
    check(page)
    steps.press(page, "Logga in")
    page.get_by_label("E-postadress").fill(outsider.email)
    page.get_by_label("Lösenord").fill(cast.PASSWORD)
    steps.press(page, "Logga in")
    steps.expect_heading(page, "Du är inbjuden")
    check(page)
    steps.press(page, "Tacka ja")
    expect(page.get_by_text("Välkommen. Du har nu: registrator i Falu kommun.")).to_be_visible()
