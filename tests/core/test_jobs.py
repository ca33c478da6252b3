"""Long work: asked for once, claimed once, finished after a crash, cancelled, tried again, and seen by the right people."""

import logging
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import jobs
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Job, JobState, Message
from kvinnofrid.core.workflow import MoveRefused
from tests.factories import cast
from tests.factories.worker import (
    GATE,
    KIND,
    Worker,
    closed_gate,
    register_work,
    somebody_waits_at_the_gate,
    wait_until,
)

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def work() -> Iterator[mock.Mock]:
    """What is done for the jobs of these tests: whatever the test says, nothing unless told."""
    done = mock.Mock(side_effect=lambda job: None)
    before = dict(jobs._handlers)
    jobs.handler(KIND, label="Skickar ut provet")(done)
    yield done
    jobs._handlers.clear()
    jobs._handlers.update(before)


def ask(world: cast.World, key: str = "prov", by: str = "coordinator", **payload: Any) -> Job:
    return jobs.enqueue(kind=KIND, key=key, by=world.person[by], payload=payload, path="/uppdrag/")


def job_in(state: JobState, world: cast.World) -> Job:
    """A job as it has come into a state by the portal's own hand."""
    job = ask(world)
    if state == JobState.QUEUED:
        return job
    if state == JobState.CANCELLED:
        jobs.cancel(job=job, by=world.person["coordinator"])
    else:
        claimed = jobs._claim()
        assert claimed == job
        run = jobs.JobRun(claimed, Event())
        if state == JobState.DONE:
            run.end(JobState.DONE)
        if state == JobState.FAILED:
            run.end(JobState.FAILED, message="Det gick inte.")
    job.refresh_from_db()
    assert job.state == state
    return job


def set_back(job: Job) -> None:
    """As if the worker had given no sign of life for minutes."""
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - LONG_AGO)


def count_to(total: int) -> Callable[[jobs.JobRun], None]:
    def count(job: jobs.JobRun) -> None:
        for number in range(1, total + 1):
            job.progress(number, total)

    return count


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_click_starts_nothing(world: cast.World, work: mock.Mock) -> None:
    first = ask(world, total=3)
    assert [ask(world, total=4), Job.objects.count(), ask(world).payload] == [first, 1, {"total": 3}]
    assert ask(world, key="another") != first
    assert (jobs.run_pending(), work.call_count) == (2, 2)
    assert ask(world) != first


@pytest.mark.django_db
def test_a_job_is_asked_for_in_the_callers_transaction(world: cast.World, work: mock.Mock) -> None:
    with transaction.atomic():
        ask(world)
        transaction.set_rollback(True)
    assert (Job.objects.count(), jobs.run_pending()) == (0, 0)


@pytest.mark.django_db
def test_work_that_nobody_knows_cannot_be_asked_for(world: cast.World) -> None:
    with pytest.raises(LookupError):
        jobs.enqueue(kind="unknown", key="x", by=None)
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_job_of_a_handler_that_is_gone_waits_and_can_be_read(world: cast.World, work: mock.Mock) -> None:
    job = ask(world)
    jobs._handlers.clear()
    assert (jobs.run_pending(), jobs.label_of(job)) == (0, "Arbete")


# --- working ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_work_is_done_oldest_first(world: cast.World, work: mock.Mock) -> None:
    keys = ["c", "a", "b"]
    for key in keys:
        ask(world, key=key, key_told=key)
    assert jobs.run_pending(limit=2) == 2
    assert jobs.run_pending() == 1
    assert [call.args[0].payload["key_told"] for call in work.call_args_list] == keys
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}


@pytest.mark.django_db
def test_a_handler_knows_its_task_and_who_asked(world: cast.World, work: mock.Mock) -> None:
    told = []
    work.side_effect = lambda job: told.append((job.payload, job.requested_by))
    ask(world, version=7)
    jobs.run_pending()
    assert told == [({"version": 7}, world.person["coordinator"])]


@pytest.mark.django_db
def test_progress_is_a_sign_of_life(world: cast.World, work: mock.Mock) -> None:
    job = ask(world)
    seen = []

    def report(run: jobs.JobRun) -> None:
        set_back(job)
        run.progress(7, 16, "Nu Mora kommun.")
        job.refresh_from_db()
        seen.append((job.state, job.done, job.total, job.message, timezone.now() - job.heartbeat_at < LONG_AGO))

    work.side_effect = report
    jobs.run_pending()
    assert seen == [("running", 7, 16, "Nu Mora kommun.", True)]


@pytest.mark.django_db
def test_a_fault_is_tried_three_times_and_told_without_what_anybody_wrote(
    world: cast.World, work: mock.Mock, caplog: pytest.LogCaptureFixture
) -> None:
    work.side_effect = ValueError("Anna Ström bor på Storgatan")
    job = ask(world)
    with caplog.at_level(logging.ERROR):
        assert jobs.run_pending() == 3
    job.refresh_from_db()
    assert (job.state, job.tries, job.message) == ("failed", 3, jobs.GAVE_UP)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(": ")[0] for line in lines] == [
        f"job {job.pk} ({KIND}) failed at try {number} of 3" for number in (1, 2, 3)
    ]
    assert {line.partition(": ")[2].split()[0] for line in lines} == {"ValueError"}
    assert "Anna" not in caplog.text


@pytest.mark.django_db
def test_a_fault_that_passes_leaves_no_trace_for_the_person(world: cast.World, work: mock.Mock) -> None:
    work.side_effect = [OSError("gone"), None]
    job = ask(world)
    assert jobs.run_pending() == 2
    job.refresh_from_db()
    assert (job.state, job.tries, job.message) == ("done", 2, "")


@pytest.mark.django_db
def test_a_refusal_is_not_tried_again(world: cast.World, work: mock.Mock) -> None:
    work.side_effect = jobs.JobFailed("Versionen är återkallad, så den skickas inte ut.")
    job = ask(world)
    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (job.state, job.tries, job.message) == ("failed", 1, "Versionen är återkallad, så den skickas inte ut.")


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_taken_over_three_times_in_all(world: cast.World, work: mock.Mock) -> None:
    job = ask(world)
    for tries in (1, 2, 3):
        claimed = jobs._claim()
        assert claimed is not None
        assert (claimed.tries, jobs._claim()) == (tries, None)
        set_back(job)
    assert jobs.run_pending() == 0
    job.refresh_from_db()
    assert (job.state, job.message, work.call_count) == ("failed", jobs.GAVE_UP, 0)


@pytest.mark.django_db
def test_a_worker_that_was_taken_for_dead_gives_up(
    world: cast.World, work: mock.Mock, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask(world)
    reported = []

    def oversleep(run: jobs.JobRun) -> None:
        set_back(job)
        work.side_effect = count_to(2)
        assert jobs.run_pending() == 1  # another worker takes and finishes it
        reported.append("before")
        run.progress(1, 9)
        reported.append("after")

    work.side_effect = oversleep
    jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.tries, reported) == ("done", 2, 2, 2, ["before"])
    assert caplog.messages == [f"job {job.pk} ({KIND}) was given to another worker"]


# --- cancelling and trying again --------------------------------------------------------------------------------------

ALLOWED = {
    "cancel": {JobState.QUEUED: "cancelled", JobState.RUNNING: "running"},
    "retry": {JobState.FAILED: "failed"},
}
VERBS: dict[str, Callable[..., Any]] = {"cancel": jobs.cancel, "retry": jobs.retry}


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("verb", VERBS)
def test_state_by_verb(state: JobState, verb: str, world: cast.World, work: mock.Mock) -> None:
    job = job_in(state, world)
    target = ALLOWED[verb].get(state)
    page = jobs.page_of(job)
    assert {"cancel": page.may_cancel, "retry": page.may_retry}[verb] == (target is not None)
    if target is None:
        with pytest.raises(MoveRefused):
            VERBS[verb](job=job, by=world.person["coordinator"])
        assert list(Job.objects.values_list("state", "cancel_requested_at")) == [(state, job.cancel_requested_at)]
    else:
        VERBS[verb](job=job, by=world.person["coordinator"])
        job.refresh_from_db()
        assert job.state == target


@pytest.mark.django_db
def test_a_running_job_is_cancelled_in_the_middle(world: cast.World, work: mock.Mock) -> None:
    job, steps = ask(world), []

    def send(run: jobs.JobRun) -> None:
        for number in range(1, 5):
            steps.append(number)
            if number == 2:
                jobs.cancel(job=job, by=world.person["coordinator"])
                job.refresh_from_db()
                assert jobs.page_of(job).status == "Avbryts"
            try:
                run.progress(number, 4)
            except Exception:
                pytest.fail("a handler takes the interruption for a fault of the step")

    work.side_effect = send
    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (job.state, job.done, steps, jobs.run_pending()) == ("cancelled", 2, [1, 2], 0)


@pytest.mark.django_db
def test_what_is_all_done_is_not_cancelled_at_the_last_report(world: cast.World, work: mock.Mock) -> None:
    job = ask(world)

    def send(run: jobs.JobRun) -> None:
        jobs.cancel(job=job, by=world.person["coordinator"])
        run.progress(4, 4)

    work.side_effect = send
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db
def test_a_cancelled_job_whose_worker_is_gone_ends_without_being_run(world: cast.World, work: mock.Mock) -> None:
    job = job_in(JobState.RUNNING, world)
    jobs.cancel(job=job, by=world.person["coordinator"])
    set_back(job)
    assert jobs.run_pending() == 0
    job.refresh_from_db()
    assert (job.state, work.call_count) == ("cancelled", 0)


@pytest.mark.django_db
def test_trying_again_is_a_job_of_its_own_and_twice_is_once(world: cast.World, work: mock.Mock) -> None:
    failed = job_in(JobState.FAILED, world)
    again = jobs.retry(job=failed, by=world.person["coordinator"])
    assert (again.state, again.key, again.payload, again.path) == ("queued", failed.key, failed.payload, failed.path)
    assert (again != failed, jobs.retry(job=failed, by=world.person["coordinator"])) == (True, again)
    assert (jobs.run_pending(), Job.objects.count()) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_others_may_not(verb: str, world: cast.World, work: mock.Mock) -> None:
    job = ask(world)
    with pytest.raises(Refused):
        VERBS[verb](job=job, by=world.person["representative"])
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_at) == ("queued", None)


# --- in the database --------------------------------------------------------------------------------------------------

BROKEN = {
    "state = 'running'": "job_state_has_its_facts",
    "state = 'done'": "job_state_has_its_facts",
    "state = 'cancelled', finished_at = now()": "job_state_has_its_facts",
    "state = 'other'": "job_state_has_its_facts",
    "started_at = now()": "job_state_has_its_facts",
    "finished_at = now()": "job_state_has_its_facts",
    "state = 'running', started_at = now(), heartbeat_at = now()": "job_state_has_its_facts",
    "state = 'running', started_at = now(), heartbeat_at = now(), tries = 1, finished_at = now()": (
        "job_state_has_its_facts"
    ),
    "state = 'failed', started_at = now(), heartbeat_at = now(), tries = 1, finished_at = now()": (
        "job_failure_is_explained"
    ),
    "done = 2, total = 1": "job_done_within_total",
    "path = 'https://other.example/'": "job_path_is_ours",
    "path = '//other.example/'": "job_path_is_ours",
    r"path = '/\other.example/'": "job_path_is_ours",
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", BROKEN)
def test_state_and_facts_cannot_disagree(change: str, world: cast.World, work: mock.Mock) -> None:
    ask(world)
    with pytest.raises(IntegrityError, match=BROKEN[change]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_job SET {change}")


@pytest.mark.django_db
def test_one_unfinished_job_per_key_in_the_database(world: cast.World, work: mock.Mock) -> None:
    ask(world)
    other = ask(world, key="another")
    with pytest.raises(IntegrityError, match="job_one_unfinished_per_key"), transaction.atomic():
        Job.objects.filter(pk=other.pk).update(key="prov")


# --- two at once ------------------------------------------------------------------------------------------------------


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Run them at the same moment, each with a connection of its own."""
    barrier, outcomes = Barrier(len(functions)), [None] * len(functions)

    def run(number: int, function: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            outcomes[number] = function()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@contextmanager
def slow_claims() -> Iterator[None]:
    """Each change of a job takes a moment, between what the worker has read and what it writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$"
        )
        cursor.execute("CREATE TRIGGER a_moment BEFORE UPDATE ON core_job FOR EACH ROW EXECUTE FUNCTION a_moment()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER a_moment ON core_job")


def claims_of_two(world: cast.World) -> list[Any]:
    ask(world)
    with slow_claims():
        return sorted(str(claimed and claimed.key) for claimed in together(jobs._claim, jobs._claim))


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_one_job(transactional_world: cast.World, work: mock.Mock) -> None:
    assert claims_of_two(transactional_world) == ["None", "prov"]
    assert Job.objects.get().tries == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_take_it(transactional_world: cast.World, work: mock.Mock) -> None:
    with mock.patch.object(QuerySet, "select_for_update", lambda queryset, **options: queryset.all()):
        assert claims_of_two(transactional_world) == ["prov", "prov"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_ask_for_one_job(transactional_world: cast.World, work: mock.Mock) -> None:
    first, second = together(lambda: ask(transactional_world), lambda: ask(transactional_world))
    assert (first.pk, Job.objects.count()) == (second.pk, 1)


# --- the loop as a process --------------------------------------------------------------------------------------------


@pytest.fixture
def worker(transactional_world: cast.World, work: mock.Mock, tmp_path: Path) -> Iterator[Worker]:
    found = Worker(tmp_path)
    yield found
    found.stop()


def sent() -> list[str]:
    return sorted(Message.objects.values_list("key", flat=True))


def steps_done(job: Job) -> int:
    return int(Job.objects.values_list("done", flat=True).get(pk=job.pk))


@contextmanager
def waits_at_the_gate(worker: Worker, job: Job) -> Iterator[None]:
    """The worker has done two of four steps and stands still in the third."""
    with closed_gate():
        worker.start()
        wait_until(somebody_waits_at_the_gate)
        assert steps_done(job) == 2
        yield


FOUR = ["event:1", "event:2", "event:3", "event:4"]


@pytest.mark.django_db(transaction=True)
def test_kill_9_in_the_middle_and_the_next_run_finishes_it_once(
    transactional_world: cast.World, worker: Worker
) -> None:
    job = ask(transactional_world, total=4, gate=3, event="event")
    with waits_at_the_gate(worker, job):
        assert worker.process
        worker.process.kill()
        worker.process.wait()
    assert (sent(), Job.objects.get().state) == (FOUR[:2], "running")
    assert jobs.run_pending() == 0  # it may be alive: nobody takes it yet
    set_back(job)
    worker.run_once()
    job.refresh_from_db()
    assert (sent(), job.state, job.done, job.tries) == (FOUR, "done", 4, 2)
    assert jobs.run_pending() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_end_puts_its_job_back(
    number: signal.Signals, transactional_world: cast.World, worker: Worker
) -> None:
    job = ask(transactional_world, total=4, gate=3, event="event")
    with waits_at_the_gate(worker, job):
        assert worker.process
        os.kill(worker.process.pid, number)
    assert worker.process.wait(20) == 0
    job.refresh_from_db()
    assert (sent(), job.state, job.done, job.tries) == (FOUR[:3], "queued", 3, 0)
    register_work()
    assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (sent(), job.state, worker.said.read_text()) == (FOUR, "done", "")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_is_found_again(transactional_world: cast.World, worker: Worker) -> None:
    first = ask(transactional_world, key="first", total=1, event="first")
    process = worker.start()
    wait_until(lambda: steps_done(first) == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 1  # the worker's; a test before may have left one idle
    second = ask(transactional_world, key="second", total=1, event="second")
    wait_until(lambda: steps_done(second) == 1)
    assert process.poll() is None
    assert len(worker.said.read_text().splitlines()) <= 2  # once for the jobs, once for the messages


@pytest.mark.django_db(transaction=True)
def test_when_the_launcher_is_killed_the_worker_ends_in_order(transactional_world: cast.World, worker: Worker) -> None:
    job = ask(transactional_world, total=4, gate=3, event="event")
    with closed_gate():
        number = worker.start_by_launcher()
        wait_until(somebody_waits_at_the_gate)
        worker.stop()
    wait_until(lambda: not is_alive(number))
    job.refresh_from_db()
    assert (sent(), job.state, job.tries) == (FOUR[:3], "queued", 0)


def is_alive(process: int) -> bool:
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


@pytest.mark.django_db(transaction=True)
def test_the_gate_is_open_after_the_tests(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s), pg_advisory_unlock(%s)", [GATE, GATE])
        assert cursor.fetchone() == (True, True)


# --- the page ---------------------------------------------------------------------------------------------------------

AsPerson = Callable[[str], Client]


@pytest.mark.parametrize(
    ("state", "status", "buttons"),
    [
        (JobState.QUEUED, "Väntar på sin tur", ["avbryt"]),
        (JobState.RUNNING, "Pågår", ["avbryt"]),
        (JobState.DONE, "Klart", []),
        (JobState.FAILED, "Misslyckades", ["igen"]),
        (JobState.CANCELLED, "Avbrutet", []),
    ],
)
def test_the_page_shows_the_state_and_what_can_be_done(
    state: JobState, status: str, buttons: list[str], as_person: AsPerson, world: cast.World, work: mock.Mock
) -> None:
    job = job_in(state, world)
    html = as_person("coordinator").get(job.get_absolute_url()).content.decode()
    assert f"<title>{status}: Skickar ut provet – " in html
    assert [verb for verb in ("avbryt", "igen") if f'action="{job.get_absolute_url()}{verb}/"' in html] == buttons
    assert html.count('href="/uppdrag/"') == 2  # in the menu and on the page
    assert (f'hx-get="{job.get_absolute_url()}"' in html) == (not job.is_finished)
    assert ("<noscript>" in html) == (not job.is_finished)


def test_the_fragment_is_what_a_reload_shows(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    job = job_in(JobState.RUNNING, world)
    Job.objects.update(done=7, total=16, message="Nu Mora kommun.")
    client = as_person("coordinator")
    whole = client.get(job.get_absolute_url()).content.decode()
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert part.strip() in whole
    assert "<strong>7 av 16</strong>" in part
    assert "Nu Mora kommun." in part
    assert '<progress class="progress__bar" value="7" max="16" aria-label="Klart">7 av 16</progress>' in part


def test_at_the_end_the_page_is_loaded_anew(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    job = job_in(JobState.DONE, world)
    answer = as_person("coordinator").get(job.get_absolute_url(), headers={"HX-Request": "true"})
    assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")


def test_the_buttons_answer_with_the_page_of_the_job(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    client, job = as_person("coordinator"), ask(world)
    answer = client.post(reverse("job_cancel", args=[job.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (303, job.get_absolute_url())
    failed = job_in(JobState.FAILED, world)
    answer = client.post(reverse("job_retry", args=[failed.pk]))
    again = Job.objects.get(state=JobState.QUEUED)
    assert (answer.status_code, answer.headers["Location"]) == (303, again.get_absolute_url())


def test_too_late_is_said(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    client, job = as_person("coordinator"), job_in(JobState.DONE, world)
    for name, told in (("job_cancel", "Arbetet var redan avslutat."), ("job_retry", "Arbetet behöver inte göras om.")):
        answer = client.post(reverse(name, args=[job.pk]), follow=True)
        assert [str(message) for message in answer.context["messages"]] == [told]
    assert list(Job.objects.values_list("state", flat=True)) == ["done"]


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
PAGES = [("get", "job_detail"), ("post", "job_cancel"), ("post", "job_retry")]


@pytest.mark.parametrize(("method", "name"), PAGES)
def test_for_others_the_job_does_not_exist(
    method: str, name: str, as_person: AsPerson, world: cast.World, work: mock.Mock
) -> None:
    job = ask(world)
    path = reverse(name, args=[job.pk])
    missing = reverse(name, args=["00000000-0000-4000-8000-000000000000"])
    for person in ("representative", "outsider"):
        client = as_person(person)
        answers = [getattr(client, method)(address) for address in (path, missing)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert len({TOKEN.sub("", answer.content.decode()) for answer in answers}) == 1
    anonymous = getattr(as_person("anonymous"), method)(path)
    assert (anonymous.status_code, anonymous.headers["Location"].partition("?")[0]) == (302, "/konto/logga-in/")
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_at, Job.objects.count()) == ("queued", None, 1)


def test_a_handler_can_let_others_follow(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    jobs.handler(KIND, label="Prov", may_follow=lambda job, user: user == world.person["representative"])(work)
    job = ask(world)
    answers = {key: as_person(key).get(job.get_absolute_url()).status_code for key in ("representative", "outsider")}
    assert answers == {"representative": 200, "outsider": 404}
    jobs.cancel(job=job, by=world.person["representative"])


def test_a_handler_that_names_who_may_follow_goes_before_having_asked(
    as_person: AsPerson, world: cast.World, work: mock.Mock
) -> None:
    """Somebody who asked, and has lost the role that the work needs, has no say in it any more."""
    jobs.handler(KIND, label="Prov", may_follow=lambda job, user: user == world.person["representative"])(work)
    job = ask(world)
    assert job.requested_by is not None
    assert as_person("coordinator").get(job.get_absolute_url()).status_code == 404
    with pytest.raises(Refused):
        jobs.cancel(job=job, by=job.requested_by)


def test_a_job_of_the_portal_itself_is_nobodys(as_person: AsPerson, world: cast.World, work: mock.Mock) -> None:
    job = jobs.enqueue(kind=KIND, key="own", by=None)
    assert as_person("coordinator").get(job.get_absolute_url()).status_code == 404
