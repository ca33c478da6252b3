"""The portal's heart: a text is written, locked, recommended and sent out; sixteen decide alike; it is in force."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Agreement
from kvinnofrid.core import jobs
from kvinnofrid.core.documents import read_docx
from kvinnofrid.core.models import Job
from tests.factories import agreements as factory
from tests.factories import cast
from tests.journeys import deciding, steps
from tests.journeys.axe import DESKTOP, PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

TITLE = "RÖK mot våld i nära relation"
AT_ONCE, NEXT_MONTH = "Från dagen för det sista beslutet", "Från den första i månaden efter det sista beslutet"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_draft_to_force(window: Window, world: cast.World, script: bool) -> None:
    def look(page: Page) -> None:
        if script:  # axe is a script; without it the same HTML is shown
            check(page)

    factory.template()
    principals = [*factory.PRINCIPALS, *factory.more_principals(world, 10)]
    desk = window("coordinator", width=DESKTOP, script=script)
    parties = [world.org[slug].name for slug in principals]
    lay_out(desk, look, rule=AT_ONCE if script else NEXT_MONTH, parties=parties)
    write(desk, look, script=script)
    fingerprint = publish(desk, look)
    recommend(desk, look)
    send_out(desk, look, script=script)

    phone = window("registrar", width=PHONE, script=script)
    receive(phone, look, fingerprint)
    tell_the_way(phone, look)
    decide(phone, look, fingerprint)
    prove(phone, look)

    made = Agreement.objects.get()
    for slug in principals[1:]:
        factory.body_of(world, slug)
    for slug in principals[2:]:
        register(desk, made, slug)
    amend(desk, look, made)
    mend(desk, look, made)
    today = timezone.localdate()
    if script:
        answer = f"I kraft sedan {deciding.in_words(today)}, gäller till och med {deciding.in_words(_years(today, 8))}."
    else:
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = deciding.in_words(_years(first, 8))
        answer = (
            f"Alla 16 huvudmän har antagit samma text, den sista {deciding.in_words(today)}. "
            f"Träder i kraft {deciding.in_words(first)}, gäller till och med {until}."
        )
    deciding.board_says(desk, made, answer)
    look(desk)
    text = desk.request.get(str(desk.get_by_role("link", name="Skriv ut (PDF)").get_attribute("href"))).body()
    assert answer in " ".join(steps.pdf_words(text).split())


def lay_out(page: Page, look: steps.Look, *, rule: str, parties: Sequence[str]) -> None:
    """From the empty list to the agreement and its parties."""
    page.goto("/")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Överenskommelser").click()
    expect(page.get_by_role("main")).to_contain_text("Här finns inga överenskommelser ännu")
    look(page)
    steps.press(page, "Lägg upp en överenskommelse")
    look(page)
    page.get_by_label("Namn").fill(TITLE)
    page.get_by_label("Regional överenskommelse (RÖK)").check()
    page.get_by_label("Ämne").fill("Våld i nära relation")
    page.get_by_label("Förvaltas av").select_option(label="Länsstyrelsen Dalarna")
    page.get_by_label("Diarienummer").fill("RD 2026/17")
    page.get_by_label("Planerat ikraftträdande").fill("2024-10-01")
    page.get_by_label("Ikraftträdande när det sista beslutet").select_option(label=rule)
    page.get_by_label("Giltighetstid i år").fill("8")
    steps.press(page, "Spara")
    steps.expect_heading(page, "Parter")
    look(page)
    for name in parties:
        page.get_by_label(name).check()
    steps.press(page, "Spara")
    steps.expect_heading(page, TITLE)
    look(page)


def write(page: Page, look: steps.Look, *, script: bool) -> None:
    """The template's sections, each on its own page; with JavaScript the buttons write the light markup."""
    steps.press(page, "Påbörja en ny version")
    look(page)
    page.get_by_label("Rubrik").fill("Överenskommelse om samverkan")
    page.get_by_label("Mallens avsnitt (RÖK)").check()
    steps.press(page, "Skapa utkast")
    steps.expect_heading(page, "Redigera utkastet")
    expect(page.get_by_role("main").get_by_text("Tomt", exact=True)).to_have_count(3)
    look(page)
    text = page.get_by_label("Text", exact=True)
    for heading, body in (("Bakgrund", "Parterna har samverkat sedan 2010."), ("Ansvar", "Stöd och skydd.")):
        steps.press(page, heading)
        expect(page.get_by_role("main")).to_contain_text(f"Skriv om {heading.lower()}.")
        text.fill(body)
        steps.press(page, "Spara avsnittet")
    steps.press(page, "Uppföljning")
    if script:
        page.get_by_role("button", name="Fet", exact=True).click()
        page.keyboard.type("varje år")
        expect(text).to_have_value("**varje år**")
    else:
        text.fill("**varje år**")
    steps.press(page, "Förhandsvisa")
    expect(steps.under(page, "Så här blir det").locator("strong")).to_have_text("varje år")
    look(page)
    steps.press(page, "Spara avsnittet")
    expect(page.get_by_role("status")).to_contain_text("Avsnittet ”Uppföljning” är sparat.")
    expect(steps.under(page, "Att tänka på")).to_contain_text("Barnperspektiv")
    steps.press(page, "Lägg till avsnitt")
    look(page)
    page.get_by_label("Rubrik").fill("Barnperspektiv")
    page.get_by_label("Ämne").select_option(label="Barnperspektiv")
    text.fill("Barn får egen information.\n\n- Stöd\n- Skydd")
    steps.press(page, "Spara avsnittet")
    page.get_by_role("button", name="Flytta upp Barnperspektiv").click()
    found = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("button"))
    expect(found).to_have_text([re.compile(name) for name in ("Bakgrund", "Ansvar", "Barnperspektiv", "Uppföljning")])
    look(page)


def publish(page: Page, look: steps.Look) -> str:
    """Locks the text and reads the fingerprint that stands on the page, in the list and on every sheet."""
    steps.press(page, "Publicera")
    steps.expect_heading(page, "Publicera och lås texten")
    look(page)
    steps.press(page, "Publicera och lås texten")
    expect(page.get_by_role("status")).to_contain_text("Version 1 är publicerad. Texten är låst.")
    look(page)
    fingerprint = page.get_by_role("main").locator("dl.meta").get_by_text(re.compile("^[0-9A-F]{4}(-[0-9A-F]{4}){2}$"))
    found = fingerprint.inner_text()
    sheet = page.request.get(str(page.get_by_role("link", name="PDF", exact=True).get_attribute("href"))).body()
    assert found in steps.pdf_words(sheet)
    written = read_docx(steps.save_file(page, page.get_by_role("link", name="Word", exact=True)))
    assert "<p>Parterna har samverkat sedan 2010.</p>" in [section.body for section in written.sections]
    expect(page.get_by_role("link", name="Redigera")).to_have_count(0)
    page.get_by_role("link", name=TITLE).click()
    expect(steps.row(page, "Version 1")).to_contain_text(found)
    look(page)
    return found


def recommend(page: Page, look: steps.Look) -> None:
    steps.follow(steps.under(page, "Vad forumen har beslutat").get_by_role("link", name="Registrera ett forums beslut"))
    look(page)
    page.get_by_label("Rekommenderade till beslut").check()
    page.get_by_label("Forum", exact=True).select_option(label="Länsgruppen")
    page.get_by_label("Datum", exact=True).fill(steps.today())
    page.get_by_label("Vilken version?").select_option(index=1)
    page.get_by_label("Paragraf").fill("12")
    page.get_by_label("Protokollet som fil").set_input_files(deciding.extract_of("Protokoll"))
    steps.press(page, "Registrera beslutet")
    row = steps.row(page, "Länsgruppen")
    expect(row).to_contain_text("Rekommenderade till beslut")
    assert steps.pdf_words(steps.save_file(page, row.get_by_role("link", name="Ladda ner"))) == "Protokoll"
    look(page)


def send_out(page: Page, look: steps.Look, *, script: bool) -> None:
    """Exactly what is sent is shown first; then the portal works while the page follows."""
    steps.press(page, "Skicka ut")
    look(page)
    page.get_by_label("Beslut önskas senast").fill(str(timezone.localdate() + timedelta(days=90)))
    steps.press(page, "Granska utskicket")
    expect(page.get_by_role("main")).to_contain_text("Inget är skickat än.")
    look(page)
    steps.press(page, "Skicka till 16 huvudmän")
    expect(page.get_by_role("status").first).to_contain_text("Utskicket är på väg.")
    look(page)
    steps.press(page, "Följ arbetet")
    expect(page.get_by_role("status")).to_contain_text("Väntar på sin tur")
    look(page)
    assert jobs.run_pending() == 1
    assert [(job.state, job.message) for job in Job.objects.all()] == [("done", "")]
    if not script:
        steps.press(page, "Uppdatera sidan")
    expect(page.get_by_role("status")).to_contain_text("Klart")
    page.reload()  # the last of the page's own questions may still be on its way, and would reload it under the look
    look(page)
    steps.press(page, "Fortsätt")
    expect(page.get_by_role("main")).to_contain_text("0 av 16 har tagit emot.")
    look(page)


def receive(page: Page, look: steps.Look, fingerprint: str) -> None:
    """The registrar comes from the home page, takes what was sent and reads the proposed decision."""
    page.goto("/")
    look(page)
    steps.follow(page.get_by_role("link", name=f"Ta emot {TITLE} för Falu kommun"))
    look(page)
    steps.press(page, "Ta emot")
    expect(page.get_by_role("status")).to_contain_text("Försändelsen är mottagen.")
    look(page)
    documents = steps.under(page, "Handlingar").get_by_role("link")
    sheets = [steps.save_file(page, documents.nth(place)) for place in range(documents.count())]
    assert [data[:4] for data in sheets] == [b"%PDF", b"%PDF", b"%PDF", b"PK\x03\x04"]
    for data in sheets[:3]:
        assert fingerprint in steps.pdf_words(data)
    assert "Falu kommun" in steps.pdf_words(sheets[0])


def tell_the_way(page: Page, look: steps.Look) -> None:
    """The portal knows no body of Falun's yet; it is added where it is missed."""
    page.goto("/")
    page.get_by_role("link", name=f"Ange vägen till beslut om {TITLE} för Falu kommun").click()
    expect(page.get_by_role("main")).to_contain_text("Inget organ är känt")
    look(page)
    page.get_by_label("Slag av organ").select_option(label="Kommunfullmäktige (KF)")
    page.get_by_label("Organets namn").fill("Kommunfullmäktige")
    steps.press(page, "Lägg till organet")
    first = page.get_by_role("group", name="Nytt steg").first
    first.get_by_label("Organ").select_option(label="Kommunfullmäktige")
    first.get_by_label("Uppgift").select_option(label="Beslutar")
    first.get_by_label("Planerat sammanträde").fill(steps.today())
    look(page)
    steps.press(page, "Spara beslutsvägen")
    expect(page.get_by_role("status")).to_contain_text("Beslutsvägen är sparad.")
    look(page)


def decide(page: Page, look: steps.Look, fingerprint: str) -> None:
    """The step has told body, task and day; the rest is what stands in the minutes."""
    steps.follow(page.get_by_role("link", name="Registrera vad Kommunfullmäktige kom fram till"))
    look(page)
    expect(page.get_by_label("Beslutsdatum")).to_have_value(steps.today())
    deciding.option(page, "Utfall", "Antog under förutsättning att alla fattar likalydande beslut").check()
    page.get_by_label(re.compile("^Version 1, publicerad ")).check()
    page.get_by_label("Paragraf").first.fill("214")
    page.get_by_label("Diarienummer").fill("KS 2026/12")
    minutes = deciding.extract_of("Kommunstyrelsen", f"Fingeravtryck {fingerprint}")
    page.get_by_label("Protokollsutdrag").set_input_files(minutes)
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    expect(page.get_by_role("main")).to_contain_text("§ 214")
    kept = steps.save_file(page, page.get_by_role("link", name="Utdrag.pdf"))
    assert kept == minutes["buffer"]
    look(page)


def prove(page: Page, look: steps.Look) -> None:
    """A person has seen the fingerprint in the extract, and says so."""
    steps.press(page, "Registrera belägg")
    look(page)
    steps.press(page, "Registrera belägget")
    expect(page.get_by_role("status").first).to_contain_text("Belägget är registrerat.")
    expect(steps.under(page, "Hur vet vi vilken text beslutet gäller?")).to_contain_text(
        "Utdraget anger fingeravtrycket"
    )
    look(page)
    page.get_by_role("link", name="Se läget för Falun").click()
    expect(page.get_by_role("main")).to_contain_text("Likalydande, om alla fattar samma beslut")
    look(page)


def register(page: Page, made: Agreement, slug: str) -> None:
    """The coordinator registers for a principal that has adopted the text as it is."""
    page.goto(f"/overenskommelser/{made.slug}/huvudman/{slug}/beslut/nytt/")
    deciding.fill_decision(page, body="Kommunfullmäktige")
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")


def amend(page: Page, look: steps.Look, made: Agreement) -> None:
    """One principal adopts with an amendment, and the board says that it cannot be as decided."""
    page.goto(f"/overenskommelser/{made.slug}/huvudman/mora/")
    look(page)
    steps.press(page, "Registrera beslut")
    deciding.fill_decision(page, outcome="Antog med ändringar", body="Kommunfullmäktige")
    page.get_by_role("textbox", name="Vad som ändrades").fill("Uppföljning vartannat år.")
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    look(page)
    deciding.board_says(page, made, "Kan inte träda i kraft som beslutat: Mora antog med ändringar.")
    look(page)


def mend(page: Page, look: steps.Look, made: Agreement) -> None:
    """The board leads to the one who holds it, and a new decision mends it; the amended one stays."""
    steps.under(page, f"Huvudmännen den {deciding.in_words(timezone.localdate())}").get_by_role(
        "link", name="Mora", exact=True
    ).click()
    steps.expect_heading(page, "Mora kommun")
    steps.press(page, "Registrera beslut")
    deciding.fill_decision(page, body="Kommunfullmäktige")
    steps.press(page, "Registrera beslutet")
    expect(page.get_by_role("status").first).to_contain_text("Beslutet är registrerat.")
    page.get_by_role("link", name="Se läget för Mora").click()
    expect(page.locator("dl.meta")).to_contain_text("Likalydande")
    expect(steps.under(page, "Registrerade beslut")).to_contain_text("Uppföljning vartannat år.")
    look(page)


def _years(day: date, years: int) -> date:
    """The last day of so many years that begin on a day."""
    return day.replace(year=day.year + years) - timedelta(days=1)
