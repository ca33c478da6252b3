"""A person of another organisation finds nothing of what is not decided yet, whichever way they look."""

import pytest
from playwright.sync_api import Page, expect

from mandates.models import Mandate
from tests.factories import cast
from tests.factories.filling import line_url
from tests.journeys.axe import check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

STATES = {"draft": cast.draft, "submitted": cast.submitted, "returned": cast.returned, "attested": cast.attested}
PERSONS = ("outsider", "mora_commissioner", "sater_representative")


@pytest.mark.parametrize("state", STATES)
def test_another_organisations_mandate(window: Window, world: cast.World, state: str) -> None:
    mandate = STATES[state](world)
    page = window("outsider")
    hidden = [cast.canary("falun"), mandate.reference, "070-111 22 33"]
    if state != "attested":  # then Rut is Falun's representative, which all may know
        hidden.append("Rut Representant")
    for path in (
        "/",
        "/uppdrag/",
        "/uppdrag/?q=Rut",
        "/uppdrag/?q=Falu",
        f"/uppdrag/?q={cast.canary('falun')}",
        "/organisationer/?q=Falu",
        "/organisationer/falun/",
        "/forum/lansgruppen/",
        f"/foretradare/?organisation=falun&datum={mandate.created_at:%Y-%m-%d}",
        "/meddelanden/",
    ):
        expect_nothing(page, path, hidden)
    expect(page.get_by_role("main")).to_contain_text("Du har inga meddelanden")
    expect_no_such_page(window, mandate)


def expect_nothing(page: Page, path: str, hidden: list[str]) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    html = answer.text()
    assert [word for word in hidden if word in html and f"q={word}" not in path] == []


def expect_no_such_page(window: Window, mandate: Mandate) -> None:
    """Every address of the mandate answers as one that was never there."""
    line = mandate.lines.get()
    own = f"/uppdrag/{mandate.pk}/"
    addresses = [
        own,
        f"{own}pdf/",
        f"{own}kontaktuppgifter/",
        f"{own}organisationer/",
        f"{own}granska/",
        f"{own}aterta/",
        line_url(line),
        line_url(line, "beslut/"),
        line_url(line, "avsluta/"),
    ]
    for person in PERSONS:
        page = window(person)
        answers = [page.request.get(address) for address in addresses]
        assert [answer.status for answer in answers] == [404] * len(addresses)
        never = page.request.get("/uppdrag/999999/")
        assert {_without_token(answer.text()) for answer in answers} == {_without_token(never.text())}
    page.goto(own)
    check(page)


def _without_token(html: str) -> str:
    """The page without what differs between any two answers."""
    before, _, rest = html.partition('name="csrfmiddlewaretoken"')
    return before + rest.partition(">")[2]
