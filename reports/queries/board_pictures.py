"""The board as pictures: figures that lead to their rows, the county, and the way from assignment to today."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from agreements.enums import Verdict
from agreements.rules.registered import local_day
from agreements.rules.validity import changes_in_force
from kvinnofrid.core.drawing import Cell, CountyDrawing, Kind, Point, TimelineChart, county_drawing, timeline
from reports.queries.board import DECIDED, FORUM_EVENTS, VERDICT_TONES, Board, Row


def counts(board: Board, address: Callable[[Verdict], str], chosen: str = "") -> list[dict[str, Any]]:
    """How many have each verdict, in the order of the enumeration; those that nobody has are left out."""
    numbers = Counter(row.verdict for row in board.rows)
    return [
        {
            "number": numbers[verdict],
            "label": verdict.label,
            "tone": VERDICT_TONES[verdict],
            "url": address(verdict),
            "current": chosen == verdict,
        }
        for verdict in Verdict
        if numbers[verdict]
    ]


def county(board: Board, address: Callable[[Row], str], legend: Callable[[Verdict], str]) -> CountyDrawing:
    """The map and the tiles of the partnership, with each principal that has a place there or beside it."""
    cells = [
        Cell.showing(row.verdict, code=row.code, name=row.name, label=row.label, url=address(row)) for row in board.rows
    ]
    urls = {verdict.label: legend(verdict) for verdict in Verdict}
    return county_drawing(board.register.outlines, board.register.tiles, cells, legend_urls=urls)


def chart(board: Board) -> TimelineChart:
    """What has happened by the day, what was planned, and what remains."""
    status, register = board.status, board.register
    found = [
        Point(event.decided_on, f"{event.forum} {FORUM_EVENTS[event.kind]}", "done") for event in register.forum_events
    ]
    found += [
        Point(local_day(version.published_at), f"Version {version.number} publicerades", "done")
        for version in register.facts.versions
        if local_day(version.published_at) <= status.known_on
    ]
    found += [
        Point(local_day(sent.sent_at), f"Skickades till {sent.items} huvudmän", "done")
        for sent in register.sendings
        if local_day(sent.sent_at) <= status.known_on
    ]
    changes = changes_in_force(register.facts, as_of=status.as_of, known_on=status.known_on)
    found += [Point(change.decided_on, change.kind.label, "done") for change in changes]
    happened = [point for point in found if point.day <= status.as_of]
    points = [*happened, *_decisions(board.rows), *_force(board)]
    return timeline(points, status.as_of)


def _decisions(rows: Sequence[Row]) -> list[Point]:
    decided = sorted((row for row in rows if row.verdict in DECIDED and row.decided_on), key=_decided_on)
    if not decided:
        return []
    first, last = decided[0], decided[-1]
    if len(decided) == 1:
        return [Point(_decided_on(first), f"{first.name} beslutade", "done")]
    return [
        Point(_decided_on(first), f"{first.name} beslutade (först)", "done"),
        Point(_decided_on(last), f"{last.name} beslutade ({len(decided)} av {len(rows)})", "done"),
    ]


def _decided_on(row: Row) -> Any:
    return row.decided_on


def _force(board: Board) -> list[Point]:
    """The planned day; then when it did or will come into force, or the earliest and the likely day."""
    status, coming = board.status, board.forecast
    found = [Point(status.valid_to, "Sista giltighetsdag", "planned")] if status.valid_to else []
    if planned := board.agreement.planned_on:
        found.append(Point(planned, "Ikraftträdande", "planned"))
    if status.in_force_from:
        kind: Kind = "done" if status.in_force_from <= status.as_of else "planned"
        if status.in_force_from != planned or kind == "done":
            found.append(Point(status.in_force_from, "I kraft", kind))
        return found
    if board.is_over:
        return found
    if coming.decided_earliest:
        found.append(Point(coming.decided_earliest, f"Sista beslutet, tidigast ({board.holder})", "forecast"))
    if coming.earliest:
        found.append(Point(coming.earliest, "I kraft tidigast", "forecast"))
    if coming.likely and coming.likely != coming.earliest:
        found.append(Point(coming.likely, "I kraft troligen", "forecast"))
    return found
