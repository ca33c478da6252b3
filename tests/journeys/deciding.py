"""What people do in the stories of agreements, by the words that stand on the page."""

import re
from datetime import date

from playwright.sync_api import FilePayload, Locator, Page, expect

from agreements.models import Agreement
from tests.factories import documents
from tests.journeys import steps


def option(page: Page, question: str, answer: str) -> Locator:
    """One of the answers to a question with round buttons."""
    return page.get_by_role("group", name=re.compile(f"^{re.escape(question)}")).get_by_label(answer, exact=True)


def extract_of(*lines: str) -> FilePayload:
    """A PDF with these lines, as a browser sends it."""
    words = "\n".join(documents.line(line, at=f"72 {700 - 20 * place}") for place, line in enumerate(lines))
    return {"name": "Utdrag.pdf", "mimeType": "application/pdf", "buffer": documents.pdf(words)}


def fill_decision(page: Page, *, outcome: str = "Antog utan ändring", version: int = 1, body: str = "") -> None:
    """What is always asked for: where, when, what, and which text."""
    if body:
        page.get_by_label("Organ", exact=True).select_option(label=body)
    page.get_by_label("Beslutsdatum").fill(steps.today())
    option(page, "Utfall", outcome).check()
    page.get_by_label(re.compile(rf"^Version {version}, publicerad ")).check()


def board_says(page: Page, agreement: Agreement, answer: str) -> None:
    """The answer on the board, first of all on the page."""
    page.goto(f"/overenskommelser/{agreement.slug}/lage/")
    expect(page.locator(".answer__sentence")).to_have_text(answer)


def in_words(day: date) -> str:
    """As a day stands in a sentence; the space may be one that does not break."""
    months = "januari februari mars april maj juni juli augusti september oktober november december"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
