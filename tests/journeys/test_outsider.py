"""A person of another organisation finds nothing of what is not theirs to see, whichever way they look."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from mandates.models import Mandate
from tests.factories import cast
from tests.factories.filling import line_url
from tests.journeys.axe import check
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey

UNDECIDED = (cast.returned, cast.submitted, cast.draft)  # in this order: a person has one draft at a time
PRIVATE = [cast.canary("falun"), "070-111 22 33"]


def test_what_is_not_decided_yet(window: Window, world: cast.World) -> None:
    """Draft, waiting, sent back: nobody outside Falun finds as much as the name of the representative."""
    mandates = _made(world, *UNDECIDED)
    page = window("outsider")
    _expect_nothing(page, ["Rut Representant", *PRIVATE, *[mandate.reference for mandate in mandates]])
    for person in ("outsider", "mora_commissioner", "sater_representative"):
        page = window(person)
        for mandate in mandates:
            _expect_no_such_page(page, mandate)
    page.goto(mandates[0].get_absolute_url())
    check(page)


def test_what_is_attested(window: Window, world: cast.World) -> None:
    """Who represents Falun is known to all; the form, its contacts and the private number are not."""
    (mandate,) = _made(world, cast.attested)
    page = window("outsider")
    _expect_nothing(page, PRIVATE)
    _expect_no_such_page(page, mandate)
    page.goto("/forum/lansgruppen/")
    assert "Rut Representant" in page.get_by_role("main").inner_text()
    page.goto("/organisationer/falun/")
    check(page)


def _made(world: cast.World, *makers: Callable[[cast.World], Mandate]) -> list[Mandate]:
    return [make(world) for make in makers]


def _expect_nothing(page: Page, hidden: list[str]) -> None:
    """Lists, searches, the organisation's page with its history, rosters, messages."""
    today = timezone.localdate()
    for path in (
        "/",
        "/uppdrag/",
        "/uppdrag/?q=Rut",
        "/uppdrag/?q=Falu",
        "/organisationer/?q=Falu",
        "/organisationer/falun/",
        "/forum/lansgruppen/",
        f"/foretradare/?organisation=falun&datum={today}",
        "/meddelanden/",
    ):
        answer = page.request.get(path)
        html = answer.text()
        assert (answer.status, [word for word in hidden if word in html]) == (200, []), path
    page.goto("/meddelanden/")
    assert "Du har inga meddelanden" in page.get_by_role("main").inner_text()


def _expect_no_such_page(page: Page, mandate: Mandate) -> None:
    """Every address of the mandate answers as one that was never there."""
    own, line = mandate.get_absolute_url(), mandate.lines.get()
    steps = [own + part for part in ("", "pdf/", "kontaktuppgifter/", "organisationer/", "granska/", "aterta/")]
    addresses = [*steps, *[line_url(line, part) for part in ("", "beslut/", "avsluta/")]]
    answers = [page.request.get(address) for address in addresses]
    assert [answer.status for answer in answers] == [404] * len(addresses)
    never = page.request.get("/uppdrag/999999/")
    assert {_without_token(answer.text()) for answer in answers} == {_without_token(never.text())}


def _without_token(html: str) -> str:
    """The page without what differs between any two answers."""
    before, _, rest = html.partition('name="csrfmiddlewaretoken"')
    return before + rest.partition(">")[2]
