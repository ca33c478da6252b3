"""What is done every day: asked for once however many ask, and what it removes and leaves."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from kvinnofrid.core import files, health, jobs, working
from kvinnofrid.core.models import DailyWork, Heartbeat, Job, JobState
from tests.core.test_jobs import together
from tests.factories import cast

NAME = "daily-of-test"


@pytest.fixture
def done() -> Iterator[list[str]]:
    """The days on which the test's daily work was done; the only daily work there is."""
    found: list[str] = []
    handlers, daily = dict(jobs._handlers), dict(jobs._daily)
    jobs._daily.clear()
    jobs.daily(NAME, label="Prov", hour=7)(lambda job: found.append(str(timezone.localdate())))
    yield found
    for registry, before in ((jobs._handlers, handlers), (jobs._daily, daily)):
        registry.clear()
        registry.update(before)  # type: ignore[arg-type]


def at(day: int, hour: int) -> Any:
    return time_machine.travel(datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Europe/Stockholm")), tick=False)


@pytest.mark.django_db
def test_it_is_done_once_a_day_from_its_hour_on(done: list[str], world: cast.World) -> None:
    for day, hour in [(23, 6), (23, 7), (23, 8), (24, 6), (26, 23)]:
        with at(day, hour):
            jobs.ask_for_daily_work()
            jobs.ask_for_daily_work()
            jobs.run_pending()
    assert done == ["2026-11-23", "2026-11-26"]
    assert list(Job.objects.filter(kind=NAME).values_list("key", "state")) == [(day, "done") for day in done]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_been_done", [False, True])
def test_two_workers_ask_once(has_been_done: bool, done: list[str], transactional_world: cast.World) -> None:
    if has_been_done:
        DailyWork.objects.create(name=NAME, last_on=timezone.localdate() - timedelta(days=1))
    day = timezone.localdate()
    together(lambda: jobs._ask_once(NAME, day), lambda: jobs._ask_once(NAME, day))
    assert jobs.run_pending() == 1
    together(lambda: jobs._ask_once(NAME, day), lambda: jobs._ask_once(NAME, day))
    assert (jobs.run_pending(), len(done)) == (0, 1)


@pytest.mark.django_db
def test_nobody_follows_daily_work(done: list[str], world: cast.World) -> None:
    jobs._ask_once(NAME, timezone.localdate())
    assert not jobs.may_follow(world.person["coordinator"], Job.objects.get())


@pytest.mark.django_db
def test_every_look_is_a_sign_of_life(done: list[str], world: cast.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last_beat", float("-inf"))
    assert working.look(working.do_jobs, Event())
    assert Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_jobs_that_ended_long_ago_are_removed(done: list[str], world: cast.World) -> None:
    for key, days in (("old", 31), ("new", 29)):
        job = jobs.enqueue(kind=NAME, key=key, by=None)
        jobs.run_pending()
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=days))
    jobs.enqueue(kind=NAME, key="waits", by=None)
    jobs.remove_finished()
    assert list(Job.objects.values_list("key", "state")) == [("new", JobState.DONE), ("waits", JobState.QUEUED)]


# --- files without a row ----------------------------------------------------------------------------------------------

KEY = "00000000-0000-4000-8000-{:012d}"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    settings.FILES_DIR.mkdir()
    return tmp_path / "files"


@pytest.fixture
def lay(folder: Path) -> Callable[[str, int], None]:
    def lay_file(name: str, hours_old: int) -> None:
        path = folder / name
        path.write_bytes(b"x")
        then = timezone.now().timestamp() - hours_old * 3600
        os.utime(path, (then, then))

    return lay_file


@pytest.mark.django_db
def test_files_that_no_row_names_are_removed_after_a_day(folder: Path, lay: Any, world: cast.World) -> None:
    kept = [str(files.store(b"%PDF-1.7", by=None, name=f"{number}", kind="pdf").pk) for number in range(3)]
    for name in kept:
        os.utime(folder / name, (0, 0))
    lay(KEY.format(1), 25)
    lay(f"{KEY.format(2)}.part", 25)
    lay(KEY.format(3), 23)
    lay("readme", 25)
    files.remove_lost()
    assert sorted(path.name for path in folder.iterdir()) == sorted([*kept, KEY.format(3), "readme"])


@pytest.mark.django_db
def test_the_files_of_another_database_are_left(
    folder: Path, lay: Any, world: cast.World, caplog: pytest.LogCaptureFixture
) -> None:
    lay(KEY.format(1), 25)
    files.remove_lost()
    assert len(list(folder.iterdir())) == 1
    assert caplog.messages == ["files: 1 files without a row, 0 with: nothing is removed"]


@pytest.mark.django_db
def test_there_may_be_no_folder_yet(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "nothing"
    files.remove_lost()
    assert not settings.FILES_DIR.exists()
