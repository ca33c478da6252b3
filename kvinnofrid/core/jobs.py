"""Long work: asked for in the transaction of what it belongs to, done by the job loop, seen on a page of its own.

An app registers its handlers in `tasks.py`:

    @jobs.handler("dispatch", label="Skickar ut överenskommelsen")
    def dispatch(job: jobs.JobRun) -> None:
        for number, party in enumerate(parties, start=1):
            ...  # one transaction of its own, and nothing the second time
            job.progress(number, len(parties))

A handler runs outside any transaction and can be run twice: after a crash it begins anew. It reports at least every
three minutes (STALE): a job without a sign of life is given to another worker, and one step of it (a slow document)
may take two.
"""

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kvinnofrid.core import health
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import DailyWork, Job, JobState
from kvinnofrid.core.models.jobs import UNFINISHED
from kvinnofrid.core.workflow import Workflow, move

logger = logging.getLogger(__name__)

MOST_TRIES = 3
STALE = timedelta(seconds=180)
GAVE_UP = "Arbetet kunde inte slutföras, trots flera försök. Det som redan är klart är kvar."

# What a person may do. A running job is cancelled by its worker, at its next report.
WORKFLOW = Workflow(
    (
        move("cancel", UNFINISHED, JobState.CANCELLED),
        move("retry", [JobState.FAILED], JobState.QUEUED),
    )
)


class JobFailed(Exception):
    """Raised by a handler where another try would not help; the text is for the person who asked."""


class Interrupted(BaseException):
    """Ends a handler from within its report. Not an Exception, so that no handler takes it for a fault of one step."""


class Cancelled(Interrupted):
    """Somebody has asked for the job to end."""


class Stopped(Interrupted):
    """The worker is to end; the job goes back into the queue."""


class Overtaken(Interrupted):
    """Another worker has the job, because this one gave no sign of life."""


# --- handlers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Handler:
    """What is done for one kind of job, what it is called, and who may follow it."""

    work: "Callable[[JobRun], None]"
    label: str
    may_follow: Callable[[Job, Any], bool]


_handlers: dict[str, Handler] = {}
_daily: dict[str, int] = {}  # the hour from which it is done, by the kind of job


def _the_one_who_asked(job: Job, user: Any) -> bool:
    return job.requested_by_id is not None and job.requested_by_id == user.pk


def _nobody(job: Job, user: Any) -> bool:
    return False


def handler(
    kind: str, *, label: str, may_follow: Callable[[Job, Any], bool] = _the_one_who_asked
) -> "Callable[[Callable[[JobRun], None]], Callable[[JobRun], None]]":
    """Registers a function as what is done for a kind of job."""

    def register(work: "Callable[[JobRun], None]") -> "Callable[[JobRun], None]":
        _handlers[kind] = Handler(work, label, may_follow)
        return work

    return register


def daily(name: str, *, label: str, hour: int = 3) -> "Callable[[Callable[[JobRun], None]], Callable[[JobRun], None]]":
    """Registers a function as work of every day, from the hour on (Swedish time): a job like others, once a day.

        @jobs.daily("retention", label="Gallrar")
        def retention(job: jobs.JobRun) -> None: ...

    A day on which the portal was off is not made up for.
    """

    def register(work: "Callable[[JobRun], None]") -> "Callable[[JobRun], None]":
        _daily[name] = hour
        return handler(name, label=label, may_follow=_nobody)(work)

    return register


def label_of(job: Job) -> str:
    found = _handlers.get(job.kind)
    return found.label if found else "Arbete"


# --- what people do ---------------------------------------------------------------------------------------------------


def enqueue(*, kind: str, key: str, by: Any, payload: dict[str, Any] | None = None, path: str = "") -> Job:
    """Asks for work, in the caller's transaction. While a job with the key is unfinished, that one is the answer.

    `path` is the page that the work belongs to.
    """
    if kind not in _handlers:
        raise LookupError(f"no handler for jobs of kind {kind!r}")
    job = Job(kind=kind, key=key, payload=payload or {}, requested_by=by, path=path)
    while True:  # once more when the other one ended between the two statements
        Job.objects.bulk_create([job], ignore_conflicts=True)
        found = Job.objects.filter(kind=kind, key=key, state__in=UNFINISHED).first()
        if found:
            return found


def may_follow(user: Any, job: Job) -> bool:
    """Whether the job's page exists for the person: whom the handler names, or else the one who asked.

    The handler's word goes first: somebody who has lost the role that the work needs has no say in it any more.
    """
    found = _handlers.get(job.kind)
    return found is not None and found.may_follow(job, user)


@transaction.atomic
def cancel(*, job: Job, by: Any) -> None:
    """A job that waits ends at once, one that runs at its worker's next report. What is done stays done."""
    job = _own(job, by)
    WORKFLOW.check(job.state, "cancel")
    job.cancel_requested_at = job.cancel_requested_at or timezone.now()
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, timezone.now()
    job.save(update_fields=["state", "cancel_requested_at", "finished_at"])


@transaction.atomic
def retry(*, job: Job, by: Any) -> Job:
    """The same work as a job of its own; the failed one stays as it is."""
    job = _own(job, by)
    WORKFLOW.check(job.state, "retry")
    return enqueue(kind=job.kind, key=job.key, payload=job.payload, by=by, path=job.path)


def _own(job: Job, by: Any) -> Job:
    """The job as it is now, locked."""
    if not may_follow(by, job):
        raise Refused
    return Job.objects.select_for_update().get(pk=job.pk)


@dataclass(frozen=True)
class JobPage:
    """What the page of a job shows."""

    job: Job
    label: str
    status: str
    tone: str
    explanation: str

    @property
    def has_progress(self) -> bool:
        return self.job.total > 0 or self.job.state == JobState.RUNNING

    @property
    def may_cancel(self) -> bool:
        return WORKFLOW.allows(self.job.state, "cancel") and self.job.cancel_requested_at is None

    @property
    def may_retry(self) -> bool:
        return WORKFLOW.allows(self.job.state, "retry")


_WORDS = {
    JobState.QUEUED: ("Väntar på sin tur", "waiting", "Arbetet börjar av sig självt. Du behöver inte stanna på sidan."),
    JobState.RUNNING: ("Pågår", "info", "Du behöver inte stanna på sidan: arbetet fortsätter ändå."),
    JobState.DONE: ("Klart", "good", "Arbetet är klart."),
    JobState.FAILED: ("Misslyckades", "bad", "Försök igen: det som redan är klart görs inte en gång till."),
    JobState.CANCELLED: ("Avbrutet", "neutral", "Arbetet är avbrutet. Det som hann bli klart är kvar."),
}
_BEING_CANCELLED = ("Avbryts", "waiting", "Arbetet slutar så snart det steg som pågår är klart.")


def page_of(job: Job) -> JobPage:
    is_ending = job.state == JobState.RUNNING and job.cancel_requested_at is not None
    status, tone, explanation = _BEING_CANCELLED if is_ending else _WORDS[JobState(job.state)]
    return JobPage(job, label_of(job), status, tone, explanation)


# --- every day --------------------------------------------------------------------------------------------------------


def ask_for_daily_work() -> None:
    """Asks for what is due today, once however many ask."""
    now = timezone.localtime()
    for name, hour in _daily.items():
        if now.hour >= hour:
            _ask_once(name, now.date())


@transaction.atomic
def _ask_once(name: str, today: date) -> None:
    """Whoever sets the day in the row asks; the others wait for the row and find it set."""
    row, is_new = DailyWork.objects.get_or_create(name=name, defaults={"last_on": today})
    if is_new or DailyWork.objects.filter(pk=row.pk, last_on__lt=today).update(last_on=today):
        enqueue(kind=name, key=today.isoformat(), by=None)


def remove_finished() -> None:
    """Jobs that have ended are kept for a set time."""
    ended_before = timezone.now() - timedelta(days=settings.JOBS_KEPT_DAYS)
    Job.objects.filter(finished_at__lt=ended_before).delete()


# --- what workers do --------------------------------------------------------------------------------------------------


class JobRun:
    """A job in the hands of its handler."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job, self._stop = job, stop
        self.payload: dict[str, Any] = job.payload

    @property
    def requested_by(self) -> Any:
        return self._job.requested_by

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Reports how far the work has come, outside the transactions of its steps. Ends the handler where it must."""
        health.beat()
        if not self.record(done=done, total=total, message=message, heartbeat_at=timezone.now()):
            raise Overtaken
        if total and done == total:
            return
        if Job.objects.filter(pk=self._job.pk, cancel_requested_at__isnull=False).exists():
            raise Cancelled
        if self._stop.is_set():
            raise Stopped

    def record(self, **facts: Any) -> bool:
        """Sets facts of the row, if it is still this worker's."""
        mine = Job.objects.filter(pk=self._job.pk, state=JobState.RUNNING, started_at=self._job.started_at)
        return bool(mine.update(**facts))

    def end(self, state: JobState, **facts: Any) -> None:
        self.record(state=state, finished_at=timezone.now(), **facts)

    def put_back(self, *, tries: int) -> None:
        self.record(state=JobState.QUEUED, started_at=None, heartbeat_at=None, tries=tries)

    def fail(self, error: Exception) -> None:
        """One more try, or the end of it. The log tells what and where, and nothing that anybody has written."""
        job, place = self._job, traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        logger.error("job %s (%s) failed at try %s of %s: %s", job.pk, job.kind, job.tries, MOST_TRIES, where)
        if isinstance(error, JobFailed):
            self.end(JobState.FAILED, message=str(error)[:300] or GAVE_UP)
        elif job.tries >= MOST_TRIES:
            self.end(JobState.FAILED, message=GAVE_UP)
        else:
            self.put_back(tries=job.tries)

    def work(self) -> None:
        """Runs the handler and records how it ended."""
        try:
            _handlers[self._job.kind].work(self)
        except Cancelled:
            self.end(JobState.CANCELLED)
        except Stopped:
            self.put_back(tries=self._job.tries - 1)
        except Overtaken:
            logger.warning("job %s (%s) was given to another worker", self._job.pk, self._job.kind)
        except Exception as error:
            self.fail(error)
        else:
            self.end(JobState.DONE)


def run_pending(*, limit: int | None = None, stop: threading.Event | None = None) -> int:
    """Works off what waits, oldest first, and what other workers have left; tells how many times a handler ran."""
    stop, runs = stop or threading.Event(), 0
    while (limit is None or runs < limit) and not stop.is_set():
        job = _claim()
        if job is None:
            break
        JobRun(job, stop).work()
        runs += 1
    return runs


@transaction.atomic
def _claim() -> Job | None:
    """The next job that is free, now this worker's. What is not to be run any more is ended on the way."""
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE)
    claimable = Job.objects.filter(free, kind__in=_handlers).order_by("created_at", "pk")
    while job := claimable.select_for_update(skip_locked=True).first():
        if job.cancel_requested_at:
            job.state, job.finished_at = JobState.CANCELLED, now
        elif job.tries >= MOST_TRIES:
            job.state, job.finished_at, job.message = JobState.FAILED, now, GAVE_UP
        else:
            job.state, job.started_at, job.heartbeat_at, job.tries = JobState.RUNNING, now, now, job.tries + 1
        job.save(update_fields=["state", "started_at", "heartbeat_at", "finished_at", "tries", "message"])
        if job.state == JobState.RUNNING:
            return job
    return None
