"""In, out, a new password; the demonstration's banner; people without a role."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect

from kvinnofrid.core import audit
from organisations.models import Partnership, User
from tests.factories import cast
from tests.journeys import steps
from tests.journeys.axe import PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

NEW_PASSWORD = "ett-annat-långt-lösenord"


def test_wrong_password_and_logout(window: Window, world: cast.World) -> None:
    """An account that is not there answers exactly as a wrong password."""
    page = window(width=PHONE)
    answers = []
    for email in (world.person["reader"].email, "ingen@cast.example"):
        page.goto("/konto/logga-in/")
        page.get_by_label("E-postadress").fill(email)
        page.get_by_label("Lösenord").fill("fel-lösenord")
        page.get_by_role("main").get_by_role("button", name="Logga in").click()
        expect(page).to_have_title(re.compile("^Fel: Logga in"))
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label("E-postadress")).to_have_value(email)
        expect(page.get_by_label("Lösenord")).to_have_value("")
        answers.append(page.get_by_role("alert").inner_text())
    assert answers[0] == answers[1]
    check(page)

    steps.log_in(page, world, "reader")
    expect(page).to_have_title(re.compile("^Hem – "))
    page.get_by_role("banner").locator("summary").click()
    check(page)
    page.get_by_role("button", name="Logga ut").click()
    steps.expect_heading(page, "Logga in")
    page.goto("/uppdrag/")
    steps.expect_heading(page, "Logga in")
    check(page)
    assert "next=/uppdrag/" in page.url


def test_too_many_tries(window: Window, world: cast.World) -> None:
    """First the account rests, then the place that all the tries come from."""
    page = window(width=PHONE)
    page.goto("/konto/logga-in/")
    _try(page, world.person["reader"].email, times=5)
    _fill_in_login(page, world.person["reader"], cast.PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("För många misslyckade inloggningsförsök.")
    check(page)
    _try(page, "ingen@cast.example", times=30)
    _fill_in_login(page, world.person["reader"], cast.PASSWORD)
    steps.expect_heading(page, "För många försök")
    check(page)


def _try(page: Page, email: str, *, times: int) -> None:
    """Wrong passwords from the same place, quicker than a hand can type."""
    host = urlsplit(page.url).netloc
    for _ in range(times):
        tried = {"login": email, "password": "fel-lösenord"}
        Client(headers={"host": host}).post("/konto/logga-in/", tried)


def test_back_to_where_one_was_going(window: Window, world: cast.World) -> None:
    """After login the person comes to the page of the link, but never to another site."""
    page = window()
    page.goto("/forum/lansgruppen/")
    _fill_in_login(page, world.person["reader"], cast.PASSWORD)
    steps.expect_heading(page, "Länsgruppen")
    other = window()
    other.goto("/konto/logga-in/?next=https://annan.example/")
    _fill_in_login(other, world.person["reader"], cast.PASSWORD)
    expect(other).to_have_title(re.compile("^Hem – "))


def test_change_of_password(window: Window, world: cast.World) -> None:
    person = world.person["reader"]
    elsewhere = window("reader")
    elsewhere.goto("/")
    page = window()
    steps.log_in(page, world, "reader")
    page.get_by_role("banner").locator("summary").click()
    steps.follow(page.get_by_role("link", name="Mina uppgifter"))
    check(page)
    steps.follow(page.get_by_role("link", name="Lösenord, tvåstegsinloggning och inloggningar"))
    check(page)
    steps.follow(page.get_by_role("link", name="Byt lösenord"))
    check(page)
    page.get_by_label("Nuvarande lösenord").fill("fel")
    page.get_by_label("Nytt lösenord", exact=True).fill("kort")
    page.get_by_label("Nytt lösenord en gång till").fill("kort")
    steps.press(page, "Byt lösenord")
    expect(page).to_have_title(re.compile("^Fel: Byt lösenord"))
    check(page)
    page.get_by_label("Nuvarande lösenord").fill(cast.PASSWORD)
    page.get_by_label("Nytt lösenord", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("Nytt lösenord en gång till").fill(NEW_PASSWORD)
    steps.press(page, "Byt lösenord")
    steps.expect_heading(page, "Logga in")
    elsewhere.goto("/")
    steps.expect_heading(elsewhere, "Logga in")
    _fill_in_login(page, person, NEW_PASSWORD)
    expect(page).to_have_title(re.compile("^Hem – "))


def test_forgotten_password(window: Window, world: cast.World) -> None:
    """The link in the mail opens a page for a new password, once."""
    page = window(width=PHONE)
    page.goto("/konto/logga-in/")
    steps.press(page, "Glömt lösenordet?")
    check(page)
    page.get_by_label("E-postadress").fill(world.person["reader"].email)
    steps.press(page, "Skicka länken")
    steps.expect_heading(page, "Titta i din e-post")
    check(page)
    found = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert found is not None
    page.goto(found.group())
    steps.expect_heading(page, "Välj ett nytt lösenord")
    check(page)
    page.get_by_label("Nytt lösenord", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("Nytt lösenord en gång till").fill(NEW_PASSWORD)
    steps.press(page, "Spara lösenordet")
    steps.expect_heading(page, "Lösenordet är sparat")
    check(page)
    page.goto(found.group())
    steps.expect_heading(page, "Länken gäller inte längre")
    check(page)
    page.goto("/konto/logga-in/")
    _fill_in_login(page, world.person["reader"], NEW_PASSWORD)
    expect(page).to_have_title(re.compile("^Hem – "))


def test_people_without_a_role_today(window: Window, world: cast.World) -> None:
    for person in ("nobody", "ended", "future"):
        page = window(person)
        page.goto("/")
        steps.expect_heading(page, "Du har ingen roll i portalen just nu")
        expect(page.get_by_role("navigation", name="Huvudmeny")).to_have_count(0)
        check(page)
    page = window()
    page.goto("/konto/logga-in/")
    _fill_in_login(page, world.person["deactivated"], cast.PASSWORD)
    expect(page).to_have_title(re.compile("^Fel: Logga in|^Kontot är avslutat"))
    check(page)


def test_demonstration_banner(window: Window, world: cast.World) -> None:
    """On every page, before and after login, and nowhere in a real portal."""
    stranger, page = window(), window("coordinator", width=PHONE)
    banner = "Personer, uppdrag och huvudmännens beslut är påhittade"
    stranger.goto("/konto/logga-in/")
    expect(stranger.get_by_text(banner)).to_have_count(0)
    partnership = Partnership.objects.get()
    partnership.is_demonstration = True
    audit.save(partnership, by=None, verb="made_demonstration")
    for path in ("/konto/logga-in/", "/tillganglighet/", "/finns-inte/"):
        stranger.goto(path)
        expect(stranger.get_by_role("banner").get_by_text(banner)).to_be_visible()
        check(stranger)
    for path in ("/", "/uppdrag/", "/komponenter/"):
        page.goto(path)
        expect(page.get_by_role("banner").get_by_text(banner)).to_be_visible()
        check(page)


def _fill_in_login(page: Page, person: User, password: str) -> None:
    page.get_by_label("E-postadress").fill(person.email)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("main").get_by_role("button", name="Logga in").click()
