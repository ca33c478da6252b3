"""Long work in the browser: the page follows it by itself, and without a script by a link; cancelled and tried again."""

from collections.abc import Iterator
from unittest import mock

import pytest
from playwright.sync_api import expect

from kvinnofrid.core import jobs
from kvinnofrid.core.models import Job, JobState
from tests.factories import cast
from tests.journeys.axe import PHONE, violations
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


@pytest.fixture
def job(world: cast.World) -> Iterator[Job]:
    with mock.patch.dict(jobs._handlers):
        jobs.handler("journey", label="Skickar ut provet")(lambda run: None)
        yield jobs.enqueue(kind="journey", key="journey", by=world.person["coordinator"], path="/uppdrag/")


def test_the_page_follows_the_work(window: Window, world: cast.World, job: Job) -> None:
    page = window("coordinator")
    page.goto(job.get_absolute_url())
    expect(page.get_by_role("status")).to_contain_text("Väntar på sin tur")
    assert violations(page) == []
    claimed = jobs._claim()
    assert claimed is not None
    run = jobs.JobRun(claimed, mock.Mock(is_set=lambda: False))
    run.progress(7, 16, "Nu Mora kommun.")
    expect(page.get_by_role("status")).to_contain_text("7 av 16")
    assert violations(page) == []
    page.get_by_role("button", name="Avbryt arbetet").focus()
    run.progress(8, 16, "Nu Orsa kommun.")
    expect(page.get_by_role("status")).to_contain_text("8 av 16")
    expect(page.get_by_role("button", name="Avbryt arbetet")).to_be_focused()
    run.end(JobState.FAILED, message="Versionen är återkallad.")
    expect(page.get_by_role("button", name="Försök igen")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Försök igen").click()
    expect(page.get_by_role("status")).to_contain_text("Väntar på sin tur")
    page.get_by_role("button", name="Avbryt arbetet").click()
    expect(page.get_by_role("status")).to_contain_text("Avbrutet")
    page.get_by_role("link", name="Fortsätt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uppdrag")


def test_without_a_script_a_link_shows_it_anew(window: Window, world: cast.World, job: Job) -> None:
    page = window("coordinator", width=PHONE, script=False)
    page.goto(job.get_absolute_url())
    jobs._claim()
    page.get_by_role("link", name="Uppdatera sidan").click()
    expect(page.get_by_role("status")).to_contain_text("Pågår")
    page.get_by_role("button", name="Avbryt arbetet").click()
    expect(page.get_by_role("status")).to_contain_text("Avbryts")
