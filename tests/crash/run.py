"""One run from the first form to the comparison: as `make crash`, and shorter in the tests."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from kvinnofrid.core.models import Job
from tests.crash import traces
from tests.crash.journal import Journal, compared
from tests.crash.people import Administrator, Commissioner, Coordinator, Office, Person, Representative, Strange
from tests.crash.stack import Stack, slow_messages
from tests.factories import cast

SECONDS_TO_REST = 180
MOST_ROUNDS = 5
SECONDS_TO_TRY = 30  # for what nobody has got done among all the kills
PAIRS = {
    "mora_representative": ("mora_commissioner", cast.MORAS),
    "representative": ("commissioner", ("falun",)),
}
Pauses = dict[str, tuple[float, float]]
SUMS = ("acknowledged", "lost", "doubled", "resolved", "unresolved")


@dataclass
class Result:
    """What came out of a run."""

    stack: Stack
    journal: Journal
    sums: dict[str, Counter[str]]
    seconds: float
    whole: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for counts in self.sums.values():
            self.whole.update({name: counts[name] for name in SUMS})

    @property
    def holds(self) -> bool:
        return not (self.whole["lost"] or self.whole["doubled"] or self.whole["unresolved"] or self.journal.strange)

    def lines(self) -> Iterator[dict[str, Any]]:
        for kind, kills in self.stack.kills.items():
            yield {"process": kind, "kills": kills, "ended_by_itself": self.stack.ended_by_itself[kind]}
        for name, counts in self.sums.items():
            yield {"of": name, **counts}
        yield {
            "of": "all",
            "kills": self.stack.kills.total(),
            "sent": len(self.journal.entries),
            "interrupted": self.journal.interrupted,
            **self.whole,
            "bad": self.journal.bad,
            "strange": self.journal.strange,
            "seconds": round(self.seconds),
        }


def crash(
    world: cast.World, stack: Stack, *, kills: dict[str, int], pauses: Pauses, pause: float, pairs: int = len(PAIRS)
) -> Result:
    """People work while each kind of process is killed so many times; then everything may come to rest."""
    began = time.monotonic()
    with stack.mail.open(), stack.running(), slow_messages():
        office = Office(stack.web.port, stack.seed, pause)
        people = _people(world, office, pairs)
        with ThreadPoolExecutor(len(people) + len(kills)) as pool:
            list(pool.map(Person.come_to_work, people))
            at_work = [pool.submit(person.work) for person in people]
            try:
                killing = [pool.submit(stack.kill_again_and_again, kind, kills[kind], pauses[kind]) for kind in kills]
                for future in killing:
                    future.result()
                stack.wait(lambda _stack: all(person.has_done_everything() for person in people), SECONDS_TO_TRY)
            finally:
                office.closes.set()
            for future in at_work:
                future.result()
        stack.come_to_rest(traces.nothing_waits, SECONDS_TO_REST)
        for _ in range(MOST_ROUNDS):  # two that gather the same are done one after the other
            if not (failed := traces.failed_jobs()):
                break
            for job in failed:
                again(people[-1], job)
            stack.come_to_rest(traces.nothing_waits, SECONDS_TO_REST)
    sums = compared(office.journal.entries, traces.left_by, office.journal.bad)
    sums["job"] = traces.of_jobs()
    sums["message"] = traces.of_messages(stack.mail.arrived, stack.kills.total())
    return Result(stack, office.journal, sums, time.monotonic() - began)


def again(coordinator: Person, job: Job) -> None:
    """What was given up after three kills is asked for once more, as its page offers."""
    journal = coordinator.office.journal
    entry = journal.begin("bundle", str(job.pk))
    try:
        entry.mark = coordinator.fill(entry, f"{job.get_absolute_url()}igen/", {}).strip("/").rpartition("/")[2]
    except Strange as strange:
        journal.strange.append(str(strange))


def _people(world: cast.World, office: Office, pairs: int) -> list[Person]:
    """Representatives with their commissioners, an administrator, and last the coordinator."""
    at_work: list[Person] = []
    for key, (commissioner, slugs) in [*PAIRS.items()][:pairs]:
        one = Representative(office, world.person[key])
        one.edition, one.seats = world.edition.pk, [world.seat(slug).pk for slug in slugs]
        one.commissioner = world.person[commissioner].pk
        other = Commissioner(office, world.person[commissioner])
        other.submitted = one.submitted
        at_work += [one, other]
    return [
        *at_work,
        Administrator(office, world.person["administrator"]),
        Coordinator(office, world.person["coordinator"]),
    ]
