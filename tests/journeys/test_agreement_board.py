"""The steering group reads the board: on a phone, on paper, as it stood then; and by a link, without an account."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import agreements as factory
from tests.factories import cast
from tests.journeys import agreeing, steps
from tests.journeys.axe import DESKTOP, PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

CANNOT = "Kan inte träda i kraft som beslutat: Mora antog med ändringar."
ADDRESS = "/overenskommelser/rok-prov/lage/"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_steering_group_reads_it_on_a_phone(window: Window, world: cast.World, script: bool) -> None:
    def look(page: Page) -> None:
        if script:
            check(page)

    agreeing.half_decided(world)
    page = window("steering", width=PHONE, script=script)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.goto("/")
    steps.follow(steps.under(page, "Överenskommelser").get_by_role("link", name="RÖK prov"))
    answer = page.locator(".answer__sentence")
    expect(answer).to_have_text(CANNOT)
    expect(answer).to_be_in_viewport(ratio=1)
    look(page)
    expect(page.get_by_role("main").locator("svg[role=group]")).to_be_hidden()
    tiles = page.get_by_role("list", name="Hur huvudmännen har beslutat")
    expect(tiles.get_by_role("listitem")).to_have_count(6)
    tiles.get_by_role("link", name=re.compile("^Mora")).click()
    steps.expect_heading(page, "Mora kommun")
    expect(page.get_by_role("main")).to_contain_text("Uppföljning vartannat år.")
    look(page)
    page.go_back()
    expect(answer).to_have_text(CANNOT)

    steps.follow(page.get_by_role("link", name="Se en annan dag"))
    page.get_by_label("Så stod det den").fill(str(agreeing.day(-20)))
    steps.press(page, "Visa dagen")
    expect(page.get_by_role("main")).to_contain_text("Du ser läget den")
    expect(answer).to_contain_text("inget beslut är registrerat för 5 av 6 huvudmän")
    expect(steps.row(page, "Falun")).to_contain_text("Likalydande")
    expect(steps.row(page, "Mora")).to_contain_text("Okänt")
    look(page)
    assert "5 av 6 huvudmän" in _printed(page)
    steps.press(page, "Visa i dag")
    expect(answer).to_have_text(CANNOT)
    words = _printed(page)
    assert [word for word in (CANNOT, "Falun", "§ 214", "KS 2026/12", "Sida 1 av 1") if word not in words] == []


def test_the_map_the_numbers_and_the_rows_behind_them(window: Window, world: cast.World) -> None:
    agreeing.half_decided(world)
    page = window("reader", width=DESKTOP)
    page.goto(ADDRESS)
    check(page)
    picture = page.get_by_role("group", name="Hur huvudmännen har beslutat")
    expect(picture.get_by_role("link")).to_have_count(6)
    picture.get_by_role("link", name="Mora: Antagen med ändringar").click()
    steps.expect_heading(page, "Mora kommun")
    page.go_back()
    page.get_by_role("main").get_by_role("link", name="2 Likalydande").first.click()
    expect(page.get_by_text("2 av 6 huvudmän visas.")).to_be_visible()
    assert page.get_by_role("rowheader").all_inner_texts() == ["Falun", "Säter"]
    check(page)
    steps.row(page, "Falun").get_by_role("link", name="Kommunfullmäktige").click()
    expect(page.get_by_role("main")).to_contain_text("KS 2026/12")
    page.go_back()
    page.get_by_label("Huvudman eller diarienummer").fill("finns inte")
    steps.press(page, "Visa")
    expect(page.get_by_role("main")).to_contain_text("Ingen huvudman passar in på det du sökte")
    check(page)
    steps.press(page, "Visa alla huvudmän")
    page.get_by_label("Tänk om ärendet återremitteras av").select_option(label="Orsa")
    steps.press(page, "Räkna om")
    expect(steps.under(page, "När kan den träda i kraft?")).to_contain_text("Mora")
    check(page)
    table = page.request.get(f"{ADDRESS}json/").json()
    assert CANNOT in str(table)
    csv = page.request.get(f"{ADDRESS}csv/").text()
    assert csv.count("KS 2026/12") == 2
    assert page.request.get(f"{ADDRESS}xlsx/").body()[:2] == b"PK"


def test_what_is_new_since_last_time(window: Window, world: cast.World) -> None:
    made = agreeing.half_decided(world)
    page = window("steering")
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", name="Nytt sedan du var här senast")).to_have_count(0)
    factory.adopt(world, made, "orsa")
    page.goto(ADDRESS)
    news = steps.under(page, "Nytt sedan du var här senast")
    expect(news.get_by_role("listitem")).to_have_count(1)
    expect(news).to_contain_text("Orsa. Kommunfullmäktige antog utan ändring")
    expect(steps.row(page, "Orsa Nytt")).to_contain_text("Likalydande")
    check(page)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_link_for_those_without_an_account(window: Window, world: cast.World, script: bool) -> None:
    """Given out by the coordinator, opened by a stranger, withdrawn, and closed from then on."""

    def look(page: Page) -> None:
        if script:
            check(page)

    agreeing.half_decided(world)
    desk = window("coordinator", script=script)
    desk.goto(ADDRESS)
    steps.press(desk, "Läslänkar")
    look(desk)
    steps.press(desk, "Skapa läslänk")
    expect(desk.get_by_label("För vem")).to_have_attribute("aria-invalid", "true")
    look(desk)
    desk.get_by_label("För vem").fill("Välfärdsrådets ledamöter")
    steps.press(desk, "Skapa läslänk")
    link = desk.get_by_role("main").get_by_text(re.compile(r"^http.*/delad/")).inner_text()
    look(desk)

    stranger = window(width=PHONE, script=script)
    stranger.goto(link)
    expect(stranger.locator(".answer__sentence")).to_have_text(CANNOT)
    look(stranger)
    assert stranger.get_by_role("main").get_by_role("link").all_inner_texts() == ["Skriv ut (PDF)"]
    assert CANNOT in _printed(stranger)

    desk.goto(f"{ADDRESS}lankar/")
    expect(desk.get_by_role("main")).not_to_contain_text("/delad/")
    steps.row(desk, "Välfärdsrådets ledamöter").get_by_role("button", name="Återkalla").click()
    expect(desk.get_by_role("status").first).to_contain_text("gäller inte längre")
    look(desk)
    for address in (link, f"{link}pdf/", f"{link[:-9]}/"):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404
        steps.expect_heading(stranger, "Länken gäller inte längre")
    look(stranger)


def test_planning_backwards(window: Window, world: cast.World) -> None:
    agreeing.half_decided(world)
    page = window("coordinator", width=PHONE)
    page.goto(ADDRESS)
    steps.press(page, "Planera bakåt från ett önskat datum")
    check(page)
    page.get_by_label("Önskat ikraftträdande").fill(str(agreeing.day(10)))
    steps.press(page, "Räkna ut")
    expect(page.get_by_role("status")).to_contain_text("Planen går inte ihop")
    check(page)


def _printed(page: Page) -> str:
    """What comes out of the printer: one sheet, so without headings below the first."""
    address = page.get_by_role("link", name="Skriv ut (PDF)").get_attribute("href")
    return " ".join(steps.read_pdf(page, str(address), heads="/H1").split())
