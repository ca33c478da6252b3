"""Drafts: two who write at once lose nothing, two versions side by side, a document read in, and nobody else sees it."""

import pytest
from playwright.sync_api import FilePayload, expect

from agreements.actions import texts
from agreements.enums import DraftAccess
from agreements.models import AgreementVersion
from tests.factories import agreements as factory
from tests.factories import cast, documents
from tests.journeys import steps
from tests.journeys.axe import DESKTOP, PHONE, check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

HIDDEN = ["kanarieutkast", "kanarieavsnitt", "kanarietext"]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_two_write_in_one_section(window: Window, world: cast.World, script: bool) -> None:
    """The second sees what the first has saved beside what was typed, and loses neither."""
    version = factory.draft(world, factory.with_parties(world))
    by = world.person["coordinator"]
    texts.invite(version=version, access=DraftAccess.WRITE, by=by, user=world.person["representative"])
    section = version.sections.get(heading="Ansvar")
    address = f"{version.get_absolute_url()}avsnitt/{section.pk}/"
    first, second = window("coordinator", script=script), window("representative", width=PHONE, script=script)
    for page in (first, second):
        page.goto(address)
    first.get_by_label("Text", exact=True).fill("Kommunen ansvarar.")
    steps.press(first, "Spara avsnittet")
    expect(first.get_by_role("status")).to_contain_text("Avsnittet ”Ansvar” är sparat.")
    second.get_by_label("Text", exact=True).fill("Regionen ansvarar.")
    steps.press(second, "Spara avsnittet")
    expect(second.get_by_role("alert")).to_contain_text("Uppgifterna har ändrats sedan du öppnade sidan.")
    expect(second.get_by_label("Text", exact=True)).to_have_value("Regionen ansvarar.")
    expect(second.get_by_role("main").get_by_text("Kommunen ansvarar.")).to_be_visible()
    if script:
        expect(second.get_by_role("alert")).to_be_focused()
        check(second)
    second.get_by_label("Text", exact=True).fill("Kommunen ansvarar.\n\nRegionen ansvarar.")
    steps.press(second, "Spara avsnittet")
    expect(second.get_by_role("status")).to_contain_text("Avsnittet ”Ansvar” är sparat.")
    section.refresh_from_db()
    assert section.body == "<p>Kommunen ansvarar.</p><p>Regionen ansvarar.</p>"
    if script:
        check(second)


def test_published_while_somebody_writes(window: Window, world: cast.World) -> None:
    """The text is locked: nothing of what was typed gets in, and the page says so."""
    version = factory.draft(world, factory.with_parties(world))
    section = version.sections.get(heading="Ansvar")
    page = window("coordinator")
    page.goto(f"{version.get_absolute_url()}avsnitt/{section.pk}/")
    texts.publish(version=version, by=world.person["coordinator"])
    page.get_by_label("Text", exact=True).fill("För sent.")
    steps.press(page, "Spara avsnittet")
    expect(page.get_by_role("status")).to_contain_text("Det du skrev sparades inte.")
    expect(page.get_by_role("main")).not_to_contain_text("För sent.")
    check(page)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_two_versions_side_by_side(window: Window, world: cast.World, script: bool) -> None:
    made = factory.published(world)
    changed = [(heading, topic, body.replace("varje år", "vartannat år")) for heading, topic, body in factory.SECTIONS]
    factory.published_version(world, made, sections=changed)
    page = window("outsider", width=DESKTOP, script=script)
    page.goto(made.get_absolute_url())
    steps.press(page, "Jämför versioner")
    expect(page.get_by_role("main")).to_contain_text("1 avsnitt skiljer sig.")
    section = steps.under(page, "Uppföljning")
    expect(section.locator("del")).to_contain_text("varje")
    expect(section.locator("ins")).to_contain_text("vartannat")
    expect(steps.under(page, "Ansvar")).to_contain_text("Oförändrat.")
    if script:
        check(page)
    sheet = page.request.get(str(page.get_by_role("link", name="Öppna som PDF").get_attribute("href"))).body()
    words = steps.pdf_words(sheet)
    for version in made.versions.all():
        assert version.short_fingerprint in words
    page.get_by_label("med", exact=True).select_option(label="Version 1")
    steps.press(page, "Jämför")
    expect(page.get_by_role("main")).to_contain_text("Texterna är likalydande")
    if script:
        check(page)


def test_a_word_document_is_read_in(window: Window, world: cast.World) -> None:
    version = factory.draft(world, factory.with_parties(world), sections=())
    page = window("coordinator", width=PHONE)
    page.goto(f"{version.get_absolute_url()}redigera/")
    check(page)
    steps.press(page, "Läs in Word-dokument")
    page.get_by_label("Word-dokument").set_input_files(_word(b"PK not a document"))
    steps.press(page, "Läs dokumentet")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page)
    body = documents.p("Syfte", "Rubrik1") + documents.p("Ingen ska utsättas.") + documents.p("Bilaga", "Rubrik1")
    page.get_by_label("Word-dokument").set_input_files(_word(documents.docx(body)))
    steps.press(page, "Läs dokumentet")
    steps.expect_heading(page, "Granska det som lästes in")
    expect(page.get_by_role("main")).to_contain_text("Ingen ska utsättas.")
    check(page)
    assert version.sections.count() == 0
    page.get_by_label("Ta med avsnittet").nth(1).uncheck()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("status")).to_contain_text("1 avsnitt lades till i utkastet.")
    assert [section.heading for section in version.sections.all()] == ["Syfte"]
    check(page)


def test_invited_shown_out_and_given_up(window: Window, world: cast.World) -> None:
    """A guest reads the draft until the invitation is taken back; a draft that is given up is nobody's but the
    coordinator's."""
    version = _secret(world)
    desk, guest = window("coordinator"), window("orsa_reader", width=PHONE)
    assert guest.request.get(version.get_absolute_url()).status == 404
    desk.goto(version.get_absolute_url())
    steps.press(desk, "Bjud in läsare")
    check(desk)
    steps.press(desk, "Bjud in")
    expect(desk.get_by_role("alert")).to_be_focused()
    check(desk)
    desk.get_by_label("Eller en organisation").select_option(label="Orsa kommun")
    steps.press(desk, "Bjud in")
    expect(desk.get_by_role("status")).to_contain_text("Orsa kommun är inbjuden.")
    check(desk)
    guest.goto(version.agreement.get_absolute_url())
    steps.press(guest, "version 1")
    expect(guest.get_by_role("main")).to_contain_text("kanarietext")
    expect(guest.get_by_role("link", name="Redigera")).to_have_count(0)
    check(guest)
    desk.get_by_role("button", name="Ta bort inbjudan till Orsa kommun").click()
    expect(desk.get_by_role("status")).to_contain_text("är borttagen")
    assert guest.goto(version.get_absolute_url()).status == 404  # type: ignore[union-attr]
    desk.goto(version.get_absolute_url())
    steps.press(desk, "Kassera")
    desk.get_by_label("Varför kasseras utkastet?").fill("Det blev inget.")
    steps.press(desk, "Kassera utkastet")
    expect(desk.get_by_role("status")).to_contain_text("Utkastet till version 1 är kasserat.")
    desk.goto(version.get_absolute_url())
    expect(desk.get_by_role("main")).to_contain_text("Kasserad")
    check(desk)


def test_nobody_else_finds_a_draft(window: Window, world: cast.World) -> None:
    """A person of another organisation sees that the agreement exists, and not a word of what is being written."""
    version = _secret(world)
    section = version.sections.get()
    own, slug = version.get_absolute_url(), version.agreement.slug
    for person in ("outsider", "steering", "registrar"):
        page = window(person)
        for path in (
            "/",
            "/overenskommelser/",
            "/overenskommelser/?q=kanarie",
            version.agreement.get_absolute_url(),
            f"/overenskommelser/{slug}/lage/",
            f"/overenskommelser/{slug}/lage/json/",
            f"/overenskommelser/{slug}/huvudman/falun/",
            "/organisationer/falun/",
            "/meddelanden/",
        ):
            answer = page.request.get(path)
            assert (path, answer.status, [word for word in HIDDEN if word in _own_words(answer.text())]) == (
                path,
                200,
                [],
            )
        addresses = [own + part for part in ("", "pdf/", "word/", "redigera/", "publicera/", f"avsnitt/{section.pk}/")]
        addresses.append(f"/overenskommelser/{slug}/jamfor/?old=1&new=1")
        assert [page.request.get(address).status for address in addresses] == [404] * len(addresses)
    page.goto(own)
    steps.expect_heading(page, "Sidan finns inte")
    check(page)
    page.goto("/overenskommelser/?q=kanarie")
    expect(page.get_by_role("main")).to_contain_text("Inga överenskommelser passar sökningen")
    check(page)


def _secret(world: cast.World) -> AgreementVersion:
    made = factory.with_parties(world)
    sections = [("kanarieavsnitt", "other", "<p>kanarietext</p>")]
    return factory.draft(world, made, title="kanarieutkast", sections=sections)


def _own_words(html: str) -> str:
    """Without what was searched for, which the page gives back in its field."""
    return html.replace('value="kanarie"', "")


def _word(data: bytes) -> FilePayload:
    return {"name": "Utkast.docx", "mimeType": WORD, "buffer": data}
