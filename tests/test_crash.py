"""`kill -9` of the web server in the middle of a submit: nothing acknowledged is lost, nothing is done by halves or twice.

A real server works on the test's database in the portal's role; real requests log in and submit forms with four
lines. A trigger makes each message slow to write, so that most of the kills come in the middle of the transaction.
"""

import http.client
import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kvinnofrid.core.models import Message
from mandates.models import Mandate, MandateSeat
from tests.factories import cast
from tests.factories.server import Browser, Server, let_in

ROUNDS = 10  # forms; each is submitted until the server says yes, and the server killed until then
KILLS = 12
SECONDS_PER_MESSAGE = 0.04

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def slow_messages() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION a_moment() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(%s); RETURN NEW; END $$",
            [SECONDS_PER_MESSAGE],
        )
        cursor.execute("CREATE TRIGGER a_moment BEFORE INSERT ON core_message FOR EACH ROW EXECUTE FUNCTION a_moment()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER a_moment ON core_message")


@pytest.fixture
def server(transactional_world: cast.World, tmp_path: Path) -> Iterator[Server]:
    """The workers are forked from a loaded parent, so that they are soon back."""
    let_in(transactional_world.person["mora_representative"])
    found = Server(tmp_path, "--preload")
    found.collect_static_files()
    with slow_messages():
        found.start()
        try:
            yield found
        finally:
            found.stop()


def count(mandate: Mandate) -> dict[str, Any]:
    """How far the submit has come, in every place where it leaves a trace."""
    lines = MandateSeat.objects.filter(mandate=mandate)
    return {
        "state": Mandate.objects.get(pk=mandate.pk).state,
        "lines": sorted(lines.values_list("state", flat=True)),
        "history": Mandate.history.filter(id=mandate.pk, verb="submitted").count(),
        "line history": MandateSeat.history.filter(mandate_id=mandate.pk, verb="submitted").count(),
        "messages": Message.objects.filter(path=mandate.get_absolute_url()).count(),
    }


NOTHING = {"state": "draft", "lines": ["draft"] * 4, "history": 0, "line history": 0, "messages": 0}
ALL = {"state": "submitted", "lines": ["waiting"] * 4, "history": 1, "line history": 4, "messages": 4}


def acknowledged(answer: "Future[tuple[int, str]]", mandate: Mandate) -> bool:
    """Whether the person was told that it is done."""
    try:
        return answer.result() == (302, mandate.get_absolute_url())
    except (OSError, http.client.HTTPException):
        return False


def test_kill_in_the_middle_of_a_submit(transactional_world: cast.World, server: Server) -> None:
    browser, chance = Browser(server.port), random.Random(2026)
    browser.log_in(transactional_world.person["mora_representative"])
    kills = interrupted = 0
    with ThreadPoolExecutor(1) as pool:
        for number in range(ROUNDS):
            mandate = cast.draft(transactional_world, "mora_representative", cast.MORAS)
            path = f"{mandate.get_absolute_url()}granska/"
            done = False
            while not done:
                answer = pool.submit(browser.post, path)
                if kills < KILLS and kills < 2 * (number + 1):
                    time.sleep(chance.uniform(0, 6 * SECONDS_PER_MESSAGE))
                    server.kill_all() if kills % 6 == 5 else server.kill_workers()
                    kills += 1
                done = acknowledged(answer, mandate)
                found = count(mandate)
                assert found == ALL if done else found in (NOTHING, ALL)
                if not done:
                    interrupted += 1
                    browser.wait_for_answer()
    assert (kills, interrupted >= KILLS // 2) == (KILLS, True)
    mandates = list(Mandate.objects.all())
    assert [count(mandate) for mandate in mandates] == [ALL] * ROUNDS
    assert Message.objects.count() == 4 * ROUNDS
