"""A write with its history and message, against the same write without them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any
from unittest import mock

from django.conf import settings
from django.test import override_settings

from kvinnofrid.core import audit
from mandates import actions
from mandates.models import Mandate, MandateSeat
from tests.factories import cast

ROUNDS = 40
GOAL = 3


def milliseconds(run: Callable[[], Any]) -> float:
    started = perf_counter()
    run()
    return (perf_counter() - started) * 1000


@contextmanager
def without_history_and_messages() -> Iterator[None]:
    """The same action, with what it leaves behind turned off."""
    assert getattr(settings, "SIMPLE_HISTORY_ENABLED", True)
    with override_settings(SIMPLE_HISTORY_ENABLED=False), mock.patch("mandates.actions.mandates.tell_about"):
        yield


def send_back_against_itself(world: cast.World) -> dict[str, Any]:
    """A commissioner sends a line back; by turns with history and message, and without."""
    mandate = cast.submitted(world)
    line, by = mandate.lines.get(), world.person["commissioner"]

    def send_back() -> None:
        actions.send_back(line=line, version=version, comment="Ange en kontakt till.", by=by)

    full, bare = [], []
    for _ in range(ROUNDS):
        version = Mandate.objects.get().version
        full.append(milliseconds(send_back))
        actions.submit(mandate=mandate, by=world.person["representative"])
        version = Mandate.objects.get().version
        with without_history_and_messages():
            bare.append(milliseconds(send_back))
        actions.submit(mandate=mandate, by=world.person["representative"])
    assert line.history.filter(verb="sent_back").count() == ROUNDS  # none from the other half
    return _figure("an action with its history and message", full, bare, "the same action without")


def save_against_itself(world: cast.World) -> dict[str, Any]:
    """One tracked row is validated and saved; by turns with history and without."""
    line: MandateSeat = cast.draft(world).lines.get()

    def save() -> None:
        audit.save(line, by=world.person["representative"], verb="saved")

    full, bare = [], []
    rows = line.history.count()
    for _ in range(ROUNDS):
        full.append(milliseconds(save))
        with without_history_and_messages():
            bare.append(milliseconds(save))
    assert line.history.count() == rows + ROUNDS  # none from the other half
    return _figure("one row saved with its history", full, bare, "the same row without")


def _figure(name: str, full: list[float], bare: list[float], against: str) -> dict[str, Any]:
    value = median(full) / median(bare)
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "times",
        "against": f"{against} ({median(bare):.1f} ms)",
        "goal": f"<= {GOAL}",
        "holds": value <= GOAL,
    }
