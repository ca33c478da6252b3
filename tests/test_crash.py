"""`kill -9` of the web server, a worker, beat and Redis in the middle of the work: a short form of `make crash`.

A real stack works on the test's database in the portal's role; real requests fill in, submit, attest, invite, create.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.crash import traces
from tests.crash.journal import Entry, compared
from tests.crash.run import crash
from tests.crash.stack import Stack
from tests.factories import cast

KILLS = {"web": 6, "worker": 1, "beat": 1, "redis": 1}
PAUSES = {"web": (0.0, 1.5), "worker": (0.0, 2.0), "beat": (3.0, 4.0), "redis": (3.0, 4.0)}


@pytest.mark.django_db(transaction=True)
def test_nothing_acknowledged_is_lost_or_done_twice(
    transactional_world: cast.World, tmp_path: Path, settings: Any
) -> None:
    settings.RESULTS_DIR = tmp_path / "results"
    stack = Stack(tmp_path, seed=2026)
    result = crash(transactional_world, stack, kills=KILLS, pauses=PAUSES, pause=0.1, pairs=1)
    print(*result.lines(), sep="\n")  # noqa: T201  pytest shows it when the test fails
    assert result.holds
    assert stack.kills == KILLS
    assert result.journal.interrupted >= KILLS["web"] // 2
    done = {name for name, counts in result.sums.items() if counts["acknowledged"]}
    assert done == set(traces.LOOK)
    assert (result.sums["job"]["asked_for"] > 0, result.sums["message"]["sent"] > 0) == (True, True)


# --- the comparison itself finds what is planted ------------------------------------------------------------------------

WHOLE = {"row": 1, "messages": 4}


@pytest.mark.parametrize(
    ("acknowledged", "row", "messages", "told"),
    [
        (True, 1, 4, {"acknowledged": 1}),
        (True, 0, 0, {"acknowledged": 1, "lost": 1}),
        (True, 2, 4, {"acknowledged": 1, "doubled": 1}),
        (True, 1, 5, {"acknowledged": 1, "doubled": 1}),
        (True, 1, 3, {"acknowledged": 1, "unresolved": 1}),
        (False, 1, 4, {"resolved": 1}),
        (False, 0, 0, {"resolved": 1}),
        (False, 2, 8, {"doubled": 1}),
        (False, 1, 0, {"unresolved": 1}),
    ],
)
def test_what_is_lost_doubled_or_done_by_halves_is_told(
    acknowledged: bool, row: int, messages: int, told: dict[str, int]
) -> None:
    entry = Entry("submit", "7", is_acknowledged=acknowledged, interruptions=int(not acknowledged))
    sums = compared([entry], lambda _entry: ({"row": row, "messages": messages}, WHOLE))
    assert {name: number for name, number in sums["submit"].items() if number} == told


@pytest.mark.django_db
def test_a_planted_loss_and_a_planted_double_are_found(world: cast.World) -> None:
    """In the very rows that a run looks at."""
    mandate = cast.attested(world)
    line = mandate.lines.get()
    right = [Entry("submit", str(mandate.pk), {"lines": 1}, True), Entry("attest", str(line.pk), {}, True)]
    assert {name: counts["lost"] for name, counts in compared(right, traces.left_by).items()} == {
        "submit": 0, "attest": 0,
    }  # fmt: skip
    lost = Entry("submit", str(mandate.pk + 1), {"lines": 1}, True)
    assert compared([lost], traces.left_by)["submit"]["lost"] == 1
    line.history.model.objects.create(
        **{field.attname: getattr(line.history.first(), field.attname) for field in line._meta.concrete_fields},
        history_date=line.history.first().history_date, history_type="~", verb="attested",
    )  # fmt: skip
    assert compared(right, traces.left_by)["attest"]["doubled"] == 1


@pytest.mark.django_db
def test_a_message_that_did_not_arrive_or_came_too_often_is_found(world: cast.World) -> None:
    from kvinnofrid.core.models import Message

    cast.submitted(world)
    reference = str(Message.objects.get().reference)
    waiting = traces.of_messages(Counter(), kills=0)
    assert (waiting["unresolved"], waiting["lost"]) == (1, 0)
    Message.objects.update(state="sent", next_try_at=None, sent_at="2026-11-22T12:00Z")
    found = {number: traces.of_messages(Counter({reference: number}), kills=1) for number in (0, 1, 2, 3)}
    assert [(counts["lost"], counts["doubled"]) for counts in found.values()] == [(1, 0), (0, 0), (0, 0), (0, 1)]
