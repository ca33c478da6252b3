"""The queue: real Redis, beat and workers do what waits; while one of them is away the page works and the work waits."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kvinnofrid.core import jobs
from kvinnofrid.core.models import Job, JobState, Message
from kvinnofrid.settings import base
from kvinnofrid.settings.environment import BASE_DIR
from tests.core.test_jobs import FOUR, set_back
from tests.factories import cast
from tests.factories.queue import Queue
from tests.factories.worker import KIND, closed_gate, somebody_waits_at_the_gate, wait_until

STARTED = """
import sys
import kvinnofrid.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted(name for name in ("celery", "kombu", "redis") if name in sys.modules))
"""


@pytest.fixture
def queue(transactional_world: cast.World) -> Iterator[Queue]:
    before = dict(jobs._handlers)
    jobs.handler(KIND, label="Prov")(lambda job: None)
    with TemporaryDirectory(prefix="kvinnofrid-queue-") as data:
        found = Queue(Path(data))
        found.start("redis", "beat", "worker")
        yield found
        found.stop()
        print(found.said)  # noqa: T201  pytest shows it when the test fails
    jobs._handlers.clear()
    jobs._handlers.update(before)


def ask_in_a_request(world: cast.World, **payload: Any) -> tuple[Client, Job]:
    """The coordinator has a failed job done again: the request that asks for work. Nobody sees it before it has failed."""
    with transaction.atomic():
        job = jobs.enqueue(kind=KIND, key=payload["event"], by=world.person["coordinator"], payload=payload, path="/")
        facts = dict.fromkeys(("started_at", "heartbeat_at", "finished_at"), job.created_at)
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, tries=1, message="Det gick inte.", **facts)
    client = Client()
    client.force_login(world.person["coordinator"])
    answer = client.post(f"{job.get_absolute_url()}igen/")
    assert answer.status_code == 303
    return client, Job.objects.filter(kind=KIND, key=payload["event"]).latest("created_at")


def is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.state == JobState.DONE


def test_a_request_does_not_know_the_broker(tmp_path: Path) -> None:
    """So it cannot wait for one that is gone or silent: no web process even loads what could speak to it."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "kvinnofrid.settings.local",
        "CELERY_BROKER_URL": "redis://192.0.2.1:6379/0",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-W", "ignore", "-c", STARTED]
    loaded = subprocess.run(command, env=environment, cwd=BASE_DIR, check=True, capture_output=True, text=True)
    assert loaded.stdout == "[]\n"


def test_calls_can_be_lost_and_doubled_but_not_pile_up() -> None:
    assert (base.CELERY_ACCEPT_CONTENT, base.CELERY_TASK_SERIALIZER) == (["json"], "json")
    assert (base.CELERY_TASK_ACKS_LATE, base.CELERY_TASK_REJECT_ON_WORKER_LOST) == (True, True)
    assert base.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    for name, entry in base.CELERY_BEAT_SCHEDULE.items():
        assert set(entry) == {"task", "schedule", "options"}, f"{name} carries no work"
        assert entry["options"] == {"expires": 4}


@pytest.mark.django_db(transaction=True)
def test_the_chain_survives_what_happens_to_its_parts(transactional_world: cast.World, queue: Queue) -> None:
    # What a request asks for is done, and the messages are sent.
    client, job = ask_in_a_request(transactional_world, total=2, event="first")
    wait_until(lambda: is_done(job))
    wait_until(lambda: Message.objects.filter(state="sent").count() == 2)

    # A worker that is killed in the middle: another does the rest, and nothing twice.
    with closed_gate():
        client, job = ask_in_a_request(transactional_world, total=4, gate=3, event="event")
        wait_until(somebody_waits_at_the_gate)
        queue.kill("worker")
    set_back(job)
    queue.start("worker")
    wait_until(lambda: is_done(job))
    assert sorted(Message.objects.filter(key__startswith="event:").values_list("key", flat=True)) == FOUR

    # A broker that says nothing, and one that is gone: the page works, the work waits, and is done afterwards.
    with queue.silent_broker():
        client, job = ask_in_a_request(transactional_world, total=1, event="silent")
        assert "Väntar på sin tur" in client.get(job.get_absolute_url()).content.decode()
    wait_until(lambda: is_done(job))
    queue.kill("redis")
    client, job = ask_in_a_request(transactional_world, total=1, event="gone")
    assert "Väntar på sin tur" in client.get(job.get_absolute_url()).content.decode()
    queue.start("redis")
    wait_until(lambda: is_done(job))
    wait_until(lambda: not Message.objects.exclude(state="sent").exists())
