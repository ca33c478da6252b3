"""Reads the answers of docs/permissions.md: which page answers what to whom."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.access import agreement_stage, life_stage, people_stage, upkeep_stage
from tests.access.people_stage import ADMINISTERS
from tests.access.stage import (
    BELONGS_TO,
    CHAIRS,
    COMMISSIONS,
    FILLS_IN,
    FORMS,
    NOT_LOGGED_IN,
    REGISTERS,
    WITHOUT_ROLE,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
_BOOKS = (agreement_stage, people_stage, life_stage, upkeep_stage)
BOOKS: dict[str, Any] = {page: book for book in _BOOKS for page in book.PAGES}
CELLS = {"200", "302", "done", "noted", "403", "404", "login"}


@dataclass(frozen=True)
class Row:
    """One row: a page, a method, the states of the object it is about, and the cell of each column."""

    page: str
    method: str
    states: frozenset[str]
    cells: dict[str, str]

    def covers(self, method: str, state: str) -> bool:
        return self.method == method and bool({state, "any"} & self.states)


@cache
def rows() -> list[Row]:
    """All rows of the tables under "Answers", one per page and method, in the order of the document."""
    found: list[Row] = []
    headings: list[str] = []
    for line in DOCUMENT.read_text(encoding="utf-8").partition("## Answers")[2].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells[:1] == ["page"]:
            headings = cells
        elif headings and cells and not cells[0].startswith("---"):
            found += _rows_of(cells, dict(zip(headings[3:], cells[3:], strict=True)))
        elif not cells:
            headings = []
    return found


def requests_told() -> int:
    """How many requests the document says that there are."""
    found = re.search(r"([\d,]+) requests in all", DOCUMENT.read_text(encoding="utf-8"))
    assert found
    return int(found[1].replace(",", ""))


def _rows_of(cells: list[str], answers: dict[str, str]) -> list[Row]:
    assert set(answers.values()) <= CELLS, cells
    pages, methods, states = ([one.strip() for one in cell.split(",")] for cell in cells[:3])
    return [Row(page, method, frozenset(states), answers) for page in pages for method in methods]


# --- which column a person stands in, for what the page is about ------------------------------------------------------


def column(page: str, persona: str, key: str, line: str = "") -> str:
    """The heading of the person's column in the table of the page."""
    if found := _column_of_things(page, persona, key):
        return found
    if persona in NOT_LOGGED_IN:
        return "anonymous"
    if persona in WITHOUT_ROLE:
        return "no role"
    if page in BOOKS and key not in FORMS:
        return "participant"
    if persona == "coordinator":
        return "coordinator"
    if key in FORMS:
        return _column_of_form(persona, key, line)
    if page.startswith("edition_") and page not in {"edition_list", "edition_create"}:
        return "participant"
    return _column_of_page(persona, key)


def _column_of_things(page: str, persona: str, key: str) -> str:
    """The nearest that the table of the page tells apart; empty for who stands in no way to the thing."""
    if page not in BOOKS:
        return ""
    roles: dict[str, Any] = {
        "belongs_to": BELONGS_TO.get(persona, ()),
        "registers": REGISTERS.get(persona, ()),
        "commissions": COMMISSIONS.get(persona, ()),
        "administers": (ADMINISTERS[persona],) if persona in ADMINISTERS else (),
    }
    headings = next((row.cells for row in rows() if row.page == page), {})
    found = BOOKS[page].standings(persona, key, **roles)
    return next((name for name in found if name in headings), "")


def _column_of_form(persona: str, key: str, line: str) -> str:
    form = FORMS[key]
    if not set(BELONGS_TO[persona]) & set(form.organisations):
        return "inside" if form.owner == persona else "outside"
    if form.owner == persona:
        return "representative"
    about = {line} if line else set(form.organisations)
    return "commissioner" if about & set(COMMISSIONS.get(persona, ())) else "inside"


def _column_of_page(persona: str, key: str) -> str:
    if persona == "steering":
        return "steering group"
    if persona in CHAIRS and key in {CHAIRS[persona], ""}:
        return "chair"
    return "representative" if persona in FILLS_IN else "other participant"
