"""What people do in more than one story, by the words that stand on the page."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.factories import cast

Look = Callable[[Page], None]


def log_in(page: Page, world: cast.World, person: str, password: str = cast.PASSWORD) -> None:
    """Through the login page, from wherever the portal sends a stranger."""
    page.goto("/")
    expect(page).to_have_title(re.compile("^Logga in – "))
    page.get_by_label("E-postadress").fill(world.person[person].email)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("main").get_by_role("button", name="Logga in").click()


def press(page: Page, name: str) -> None:
    """A button or a link that looks like one, in the main part of the page, to the page that it leads to."""
    main = page.get_by_role("main")
    follow(main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True)))


def follow(found: Locator) -> None:
    """To the page that a link or a button leads to: what is asked next is asked of that one."""
    with found.page.expect_navigation():
        found.click()


def expect_heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def today() -> str:
    return str(timezone.localdate())


def fill_line(page: Page, *, share: str = "12,5", contact: str = "Enheten för stöd", starts_on: str = "") -> None:
    """One organisation's page of the form; the commissioner has been chosen by the portal."""
    page.get_by_label("Andel av en heltidstjänst i procent").fill(share)
    page.get_by_label("Gäller från och med").fill(starts_on or today())
    page.get_by_label("Namn eller funktion").first.fill(contact)


def row(page: Page, name: str, within: str = "") -> Locator:
    """The row of a table that has this name as its head; `within` is the heading of its part of the page."""
    head = page.get_by_role("rowheader", name=name, exact=True)
    return (under(page, within) if within else page).get_by_role("row").filter(has=head)


def under(page: Page, heading: str) -> Locator:
    """The part of the page under a heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True)).last


def decide(page: Page, organisation: str, *, comment: str = "") -> None:
    """From the commissioner's home page to the decision: attest, or send back with a comment."""
    page.goto("/")
    page.get_by_role("link", name=re.compile(f"^Ta ställning till .* för {organisation}$")).click()
    expect_heading(page, "Ta ställning till uppdraget")
    page.get_by_label("Återsänd" if comment else "Attestera").check()
    page.get_by_label("Kommentar till representanten").fill(comment)
    press(page, "Spara beslutet")
    done = "återsänt" if comment else "attesterat"
    expect(page.get_by_text(f"Du har {done} uppdraget för {organisation}.")).to_be_visible()


def read_pdf(page: Page, address: str, *, heads: str = "/H1 /H2") -> str:
    """The text of a PDF, after a look at what a reading aid needs: tags, language, title, bookmarks, fonts."""
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    with pikepdf.open(BytesIO(answer.body())) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "sv"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo.Title)
        tags = _tags(pdf.Root.StructTreeRoot)
        assert {"/Document", *heads.split(), "/Table", "/TH", "/TD", "/P"} <= tags, tags
        with pdf.open_outline() as outline:
            assert outline.root
    return pdf_words(answer.body())


def pdf_words(data: bytes) -> str:
    """The text of all pages."""
    document = pypdfium2.PdfDocument(data)
    return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in document)


def save_file(page: Page, link: Locator) -> bytes:
    """What comes down when the link is pressed, as it lies on the reader's disk."""
    with page.expect_download() as coming:
        link.click()
    return Path(coming.value.path()).read_bytes()


def _tags(element: Any) -> set[str]:
    """The kinds of element below one in the structure tree."""
    if not isinstance(element, pikepdf.Dictionary):
        return set()
    found = {str(element.S)} if "/S" in element else set()
    below: Any = element.get("/K", [])
    for part in below if isinstance(below, pikepdf.Array) else [below]:
        found |= _tags(part)
    return found
