"""Geometry of a structure: boxes in levels, and lines between them that never cross a box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from textwrap import wrap

BOX = 184  # width
LETTERS = 21  # in a line of a box
LINE = 18
PADDING = 11
LANE = 26  # room for a line that passes a level on its way
BETWEEN = 30  # beside each other
GAP = 78  # between levels
MARGIN = 14
STRAIGHT = 16  # before and after it slants
APART = 15  # between lines that meet the same side of a box
SWEEPS = 8


@dataclass(frozen=True)
class Box:
    """A part of the structure."""

    key: str
    name: str
    url: str
    is_forum: bool

    @property
    def lines(self) -> list[str]:
        return wrap(self.name, LETTERS, max_lines=4, placeholder=" …") or [""]

    @property
    def height(self) -> int:
        return len(self.lines) * LINE + PADDING * 2


@dataclass(frozen=True)
class Arrow:
    """A line between two boxes; `upper` wants to stand above `lower`, whichever way the arrow points."""

    upper: str
    lower: str
    kind: str
    words: str
    points_up: bool = False
    points_both: bool = False


@dataclass(frozen=True)
class PlacedBox:
    """A box with its corner and its words; whole units, so that no template writes a decimal comma."""

    box: Box
    x: int
    y: int
    height: int
    lines: list[tuple[int, int, str]]  # x, y, text
    width: int = BOX


@dataclass(frozen=True)
class PlacedArrow:
    """A line with corners, its head or heads drawn by `heads`."""

    arrow: Arrow
    path: str
    heads: str


@dataclass(frozen=True)
class StructureDrawing:
    """Everything placed on a sheet."""

    width: int
    height: int
    boxes: list[PlacedBox]
    arrows: list[PlacedArrow]


@dataclass
class _Stop:
    """A box, or a place where a line passes a level."""

    key: str
    level: int
    box: Box | None = None
    x: float = 0  # of the middle
    near: list["_Stop"] = field(default_factory=list)

    @property
    def width(self) -> int:
        return BOX if self.box else LANE


def structure_drawing(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> StructureDrawing:
    """Each box below all that it wants to stand below; a ring of them is cut open somewhere."""
    if not boxes:
        return StructureDrawing(0, 0, [], [])
    downward = _downward(boxes, arrows)
    levels = _levels(boxes, downward)
    stops = {box.key: _Stop(box.key, levels[box.key], box) for box in boxes}
    routes = [_route(number, pair, stops) for number, pair in enumerate(downward)]
    rows = _rows([*stops.values(), *(stop for route in routes for stop in route if not stop.box)])
    width = _place(rows)
    tops, heights = _heights(rows)
    ends = _ends(routes)
    placed = [
        _placed_arrow(number, arrow, route, ends, tops, heights)
        for number, (arrow, route) in enumerate(zip(arrows, routes, strict=True))
    ]
    return StructureDrawing(
        width=round(width),
        height=tops[-1] + heights[-1] + MARGIN,
        boxes=[_placed_box(stops[box.key], tops) for box in boxes],
        arrows=placed,
    )


# --- levels ---


def _downward(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[tuple[str, str]]:
    """(above, below) of each arrow, some of them turned round so that nothing stands above itself."""
    above: dict[str, set[str]] = {box.key: set() for box in boxes}
    pairs = []
    for arrow in arrows:
        pair = (arrow.upper, arrow.lower)
        if _goes_round({**above, pair[1]: above[pair[1]] | {pair[0]}}):
            pair = pair[::-1]
        above[pair[1]].add(pair[0])
        pairs.append(pair)
    return pairs


def _goes_round(above: dict[str, set[str]]) -> bool:
    try:
        TopologicalSorter(above).prepare()
    except CycleError:
        return True
    return False


def _levels(boxes: Sequence[Box], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """As high as possible, then drawn down towards what stands below, so that lines are short."""
    above: dict[str, set[str]] = {box.key: set() for box in boxes}
    below: dict[str, set[str]] = {box.key: set() for box in boxes}
    for upper, lower in pairs:
        above[lower].add(upper)
        below[upper].add(lower)
    order = list(TopologicalSorter(above).static_order())
    levels: dict[str, int] = {}
    for key in order:
        levels[key] = 1 + max((levels[other] for other in above[key]), default=-1)
    for key in reversed(order):
        if below[key] and not above[key]:
            levels[key] = min(levels[other] for other in below[key]) - 1
    return levels


def _route(number: int, pair: tuple[str, str], stops: dict[str, _Stop]) -> list[_Stop]:
    """The stops of a line from above to below, with one in each level that it passes."""
    start, goal = stops[pair[0]], stops[pair[1]]
    passed = [_Stop(f"{number}-{level}", level) for level in range(start.level + 1, goal.level)]
    route = [start, *passed, goal]
    for one, other in pairwise(route):
        one.near.append(other)
        other.near.append(one)
    return route


# --- places ---


def _rows(stops: Iterable[_Stop]) -> list[list[_Stop]]:
    """The stops of each level, ordered so that lines cross each other seldom."""
    rows: dict[int, list[_Stop]] = {}
    for stop in stops:
        rows.setdefault(stop.level, []).append(stop)
    found = [rows[level] for level in sorted(rows)]
    for row in found:
        for place, stop in enumerate(row):
            stop.x = place
    for sweep in range(SWEEPS):
        for row in found if sweep % 2 == 0 else found[::-1]:
            wanted = {stop.key: _middle([other.x for other in stop.near], stop.x) for stop in row}
            row.sort(key=lambda stop: wanted[stop.key])
            for place, stop in enumerate(row):
                stop.x = place
    return found


def _middle(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _place(rows: list[list[_Stop]]) -> float:
    """Gives each stop the middle of its neighbours as far as the others leave room; tells the width of the sheet."""
    for row in rows:
        _spread(row, [0.0] * len(row))
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            _spread(row, [_middle([other.x for other in stop.near], stop.x) for stop in row])
    left = min(stop.x - stop.width / 2 for row in rows for stop in row) - MARGIN
    for row in rows:
        for stop in row:
            stop.x = round(stop.x - left)
    return max(stop.x + stop.width / 2 for row in rows for stop in row) + MARGIN


def _spread(row: list[_Stop], wanted: list[float]) -> None:
    """From the left each as near to where it wants to be as there is room; then the whole row to their average."""
    edge = float("-inf")
    for stop, x in zip(row, wanted, strict=True):
        stop.x = max(x, edge + stop.width / 2)
        edge = stop.x + stop.width / 2 + BETWEEN
    shift = _middle([x - stop.x for stop, x in zip(row, wanted, strict=True)], 0)
    for stop in row:
        stop.x += shift


def _heights(rows: list[list[_Stop]]) -> tuple[list[int], list[int]]:
    """The top of each level, and its height: that of its highest box."""
    heights = [max((stop.box.height for stop in row if stop.box), default=LINE) for row in rows]
    tops = [MARGIN]
    for height in heights[:-1]:
        tops.append(tops[-1] + height + GAP)
    return tops, heights


Ends = dict[tuple[str, str, int], int]


def _ends(routes: list[list[_Stop]]) -> Ends:
    """How far from the middle of its box each line begins and ends, so that lines do not meet in one point."""
    sides: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for number, route in enumerate(routes):
        sides.setdefault((route[0].key, "below"), []).append((route[1].x, number))
        sides.setdefault((route[-1].key, "above"), []).append((route[-2].x, number))
    ends: Ends = {}
    for (key, side), lines in sides.items():
        apart = min(APART, (BOX - 2 * PADDING) / len(lines))
        for place, (_x, number) in enumerate(sorted(lines)):
            ends[key, side, number] = round((place - (len(lines) - 1) / 2) * apart)
    return ends


# --- what is drawn ---


def _placed_box(stop: _Stop, tops: list[int]) -> PlacedBox:
    assert stop.box
    y, x = tops[stop.level], round(stop.x)
    lines = [(x, y + PADDING + LINE * number + 14, line) for number, line in enumerate(stop.box.lines)]
    return PlacedBox(stop.box, x - BOX // 2, y, stop.box.height, lines)


def _placed_arrow(
    number: int, arrow: Arrow, route: list[_Stop], ends: Ends, tops: list[int], heights: list[int]
) -> PlacedArrow:
    """Straight down from the box, slanting between the levels, straight past those that it passes."""
    start, *passed, goal = route
    assert start.box
    first, last = round(start.x) + ends[start.key, "below", number], round(goal.x) + ends[goal.key, "above", number]
    if not passed and abs(first - last) < APART / 2:
        last = first
    top, bottom = tops[start.level] + start.box.height, tops[goal.level]
    path = [f"M{first} {top}V{tops[start.level] + heights[start.level] + STRAIGHT}"]
    for stop in passed:
        above, below = tops[stop.level] - STRAIGHT, tops[stop.level] + heights[stop.level] + STRAIGHT
        path += [f"L{round(stop.x)} {above}V{below}"]
    path.append(f"L{last} {bottom - STRAIGHT}V{bottom}")
    up, down = f"M{first} {top}l-5 10h10Z", f"M{last} {bottom}l-5 -10h10Z"
    aims_up = arrow.points_up == (start.key == arrow.upper)
    heads = up + down if arrow.points_both else up if aims_up else down
    return PlacedArrow(arrow, "".join(path), heads)
