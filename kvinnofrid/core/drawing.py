"""Geometry of the steering group's drawings: a county as map and as tiles, and time as a line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from textwrap import wrap
from typing import Any, Literal

from kvinnofrid.core.templatetags.portal import date_sv

# How things look


@dataclass(frozen=True)
class Look:
    """Colour, pattern and sign say the same thing: each of them is enough."""

    tone: str
    pattern: str
    sign: str


LOOKS = {
    "identical": Look("green", "solid", "="),
    "conditional": Look("sky", "rising", "V"),
    "amended": Look("orange", "dots", "≠"),
    "other_version": Look("purple", "grid", "A"),
    "tabled": Look("yellow", "level", "B"),
    "referred_back": Look("blue", "falling", "←"),
    "rejected": Look("red", "cross", "×"),
    "not_yet": Look("grey", "upright", "…"),
    "unknown": Look("none", "blank", "?"),
    "no_version": Look("none", "blank", "–"),
}

# What a pattern draws in a square of eight by eight that is repeated.
STROKES = {
    "solid": "",
    "blank": "",
    "rising": "M-1 1 1-1M0 8 8 0M7 9 9 7",
    "falling": "M7-1 9 1M0 0l8 8M-1 7 1 9",
    "level": "M0 4h8",
    "upright": "M4 0v8",
    "grid": "M0 4h8M4 0v8",
    "cross": "M0 0l8 8M0 8 8 0",
    "dots": "M2 2h0M6 6h0",
}


@dataclass(frozen=True)
class Cell:
    """One party as the drawings show it; `label` is the same for all that look alike."""

    code: str
    name: str
    label: str
    tone: str
    pattern: str
    url: str
    mark: str

    @classmethod
    def showing(cls, verdict: str, *, code: str, name: str, label: str, url: str) -> "Cell":
        """A cell with the look of one of LOOKS."""
        look = LOOKS[verdict]
        return cls(code, name, label, look.tone, look.pattern, url, look.sign)

    @cached_property
    def look(self) -> str:
        return f"look look--{self.tone} look--{self.pattern}"

    @property
    def breakable_name(self) -> str:
        """The name with soft hyphens, for a tile."""
        return re.sub(r"\w{10,}", lambda word: _soft_hyphen(word[0]), self.name)


def _soft_hyphen(word: str) -> str:
    """Broken before the consonant, followed by a vowel, that is nearest to the middle."""
    places = [m.start() for m in re.finditer(r"(?<=\w\w)(?=[^\W\d_aeiouyåäö][aeiouyåäö])", word, re.IGNORECASE)]
    if not places:
        return word
    place = min(places, key=lambda place: abs(place - len(word) / 2))
    return f"{word[:place]}\N{SOFT HYPHEN}{word[place:]}"


@dataclass(frozen=True)
class LegendItem:
    cell: Cell
    number: int
    url: str


def legend(cells: Iterable[Cell], urls: Mapping[str, str] | None = None) -> list[LegendItem]:
    """The looks that are present, in the order of LOOKS, each with how many; `urls` by label lead to them."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.mark, []).append(cell)
    order = [look.sign for look in LOOKS.values()]
    ranked = sorted(groups.items(), key=lambda group: order.index(group[0]) if group[0] in order else len(order))
    return [LegendItem(group[0], len(group), (urls or {}).get(group[0].label, "")) for _, group in ranked]


# The map

# An outline is closed polygons in absolute coordinates: M x,y x,y ... Z.
OUTLINE = re.compile(r"(M\s*-?\d+(\.\d+)?([ ,]+-?\d+(\.\d+)?)+\s*Z\s*)+")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MARGIN = 2
NAME_BELOW = 10.5  # a sign


@dataclass(frozen=True)
class Area:
    """An outline with the party it belongs to. Coordinates are text: a template would write a decimal comma."""

    path: str
    x: str
    y: str  # of the sign; the name stands below
    name_y: str
    cell: Cell


@dataclass(frozen=True)
class Pattern:
    """A fill that the map needs; `key` tells it from the others of the map."""

    key: str
    tone: str
    strokes: str


@dataclass(frozen=True)
class CountyMap:
    """Areas in the order of the cells, the outlines that take no part, and the cells without an outline."""

    view_box: str
    areas: list[Area]
    empty: list[str]
    beside: list[Cell]
    patterns: list[Pattern]


def county_map(outlines: Sequence[Mapping[str, Any]], cells: Sequence[Cell]) -> CountyMap:
    """Outlines are `{"scb_code": "2080", "path": "M0,0 ...Z", "label": [x, y]}`; cells are found by their code."""
    outline_of = {str(outline["scb_code"]): outline for outline in outlines}
    areas = [_area(outline_of[cell.code], cell) for cell in cells if cell.code in outline_of]
    present = {area.cell.code for area in areas}
    fills = {(area.cell.tone, area.cell.pattern) for area in areas if STROKES[area.cell.pattern]}
    return CountyMap(
        view_box=_view_box(outlines) if areas else "",
        areas=areas,
        empty=[str(outline["path"]) for code, outline in outline_of.items() if code not in present],
        beside=[cell for cell in cells if cell.code not in outline_of],
        patterns=[Pattern(f"{tone}-{pattern}", tone, STROKES[pattern]) for tone, pattern in sorted(fills)],
    )


def _area(outline: Mapping[str, Any], cell: Cell) -> Area:
    x, y = outline["label"]
    return Area(str(outline["path"]), _text(x), _text(y), _text(float(y) + NAME_BELOW), cell)


def _view_box(outlines: Iterable[Mapping[str, Any]]) -> str:
    lefts, tops, rights, bottoms = zip(*(_extent(str(outline["path"])) for outline in outlines), strict=True)
    left, top = min(lefts) - MARGIN, min(tops) - MARGIN
    return " ".join(map(_text, (left, top, max(rights) + MARGIN - left, max(bottoms) + MARGIN - top)))


@lru_cache(maxsize=1024)
def _extent(path: str) -> tuple[float, float, float, float]:
    """From where to where an outline goes; outlines are as good as never changed, and long."""
    numbers = [float(number) for number in NUMBER.findall(path)]
    across, down = numbers[::2], numbers[1::2]
    return min(across), min(down), max(across), max(down)


@lru_cache(maxsize=2048)
def _text(number: float) -> str:
    return f"{round(float(number), 1):g}"


# The tiles

GRID = 12  # columns and rows that the style sheet has places for


@dataclass(frozen=True)
class Tile:
    column: int
    row: int
    cell: Cell


@dataclass(frozen=True)
class TileMap:
    """Tiles in the order of the cells, counted from 1, and the cells that have no place in the grid."""

    tiles: list[Tile]
    beside: list[Cell]


def tile_map(tiles: Sequence[Mapping[str, Any]], cells: Sequence[Cell]) -> TileMap:
    """Tiles are `{"scb_code": "2080", "column": 3, "row": 2}`, counted from 0."""
    places = {str(tile["scb_code"]): (int(tile["column"]) + 1, int(tile["row"]) + 1) for tile in tiles}
    placed = {code: place for code, place in places.items() if min(place) >= 1 and max(place) <= GRID}
    return TileMap(
        tiles=[Tile(*placed[cell.code], cell) for cell in cells if cell.code in placed],
        beside=[cell for cell in cells if cell.code not in placed],
    )


# Map, tiles and what the signs mean


@dataclass(frozen=True)
class CountyDrawing:
    """What the component draws: nothing where none of the cells has a place, for the table says it all."""

    map: CountyMap | None
    tiles: TileMap | None
    legend: list[LegendItem]


def county_drawing(
    outlines: Sequence[Mapping[str, Any]],
    tiles: Sequence[Mapping[str, Any]],
    cells: Sequence[Cell],
    *,
    legend_urls: Mapping[str, str] | None = None,
) -> CountyDrawing:
    areas, grid = county_map(outlines, cells), tile_map(tiles, cells)
    return CountyDrawing(
        map=areas if areas.areas else None,
        tiles=grid if grid.tiles else None,
        legend=legend(cells, legend_urls),
    )


# The line of time

Kind = Literal["done", "planned", "forecast", "today"]

PREFIXES: dict[Kind, str] = {"done": "", "planned": "Planerat: ", "forecast": "Prognos: ", "today": ""}
SIGNS: dict[Kind, str] = {
    "done": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z",
    "planned": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z",
    "forecast": "M0-6.5 6.5 0 0 6.5-6.5 0Z",
    "today": "M-5-5H5V5H-5Z",
}
WIDTH = 900
BAND = 26  # height of the axis, where the years stand
LINE = 18
LETTER = 7.3  # a wide estimate of one character at 14 units
LETTERS = 21  # in a line of a label
LINES = 5
RADIUS = 7  # of a sign, with its line
GAP = 16  # between the axis and the labels, and between labels
MONTHS = ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
STEPS = (1, 3, 6, 12, 24, 60, 120, 240)  # months between marks on the axis


@dataclass(frozen=True)
class Point:
    """Something that happens on a day."""

    day: date
    label: str
    kind: Kind

    @property
    def text(self) -> str:
        """The label, saying so when it has not happened."""
        return PREFIXES[self.kind] + self.label

    @property
    def lines(self) -> list[str]:
        """The date and the label as the drawing writes them; the list beside it has the whole label."""
        return [date_sv(self.day), *wrap(self.text, LETTERS, max_lines=LINES, placeholder=" …")]

    @property
    def width(self) -> float:
        return max(map(len, self.lines)) * LETTER + MARGIN * 6


@dataclass(frozen=True)
class Flag:
    """A point with its place: a pole from the axis, and lines of text to the right of it."""

    point: Point
    x: str
    text_x: str
    axis_y: int
    sign_y: int
    pole_y: int
    lines: list[tuple[int, str]]  # y, text

    @property
    def sign(self) -> str:
        return SIGNS[self.point.kind]


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class TimelineChart:
    """Points in the order of time, the same as flags, and the axis, which is filled up to `today_x`."""

    points: list[Point]
    flags: list[Flag]
    ticks: list[Tick]
    width: int
    height: int
    axis_y: int
    today_x: str


def timeline(points: Sequence[Point], today: date) -> TimelineChart:
    """The points and today along a line; no label covers another, or the pole of another."""
    if not points:
        return TimelineChart([], [], [], WIDTH, 0, 0, "0")
    marked = any(point.kind == "today" for point in points)
    shown = sorted([*points, *([] if marked else [Point(today, "I dag", "today")])], key=lambda point: point.day)
    start = shown[0].day
    scale = _scale(shown)
    places = [(point.day - start).days * scale + MARGIN * 4 for point in shown]
    lanes = _lanes(shown, places)
    above, below = _offsets(shown, lanes, 1), _offsets(shown, lanes, -1)
    axis_y = above[-1]
    flags = [
        _flag(point, x, lane, axis_y, above if lane > 0 else below)
        for point, x, lane in zip(shown, places, lanes, strict=True)
    ]
    now = next(x for point, x in zip(shown, places, strict=True) if point.kind == "today")
    return TimelineChart(
        points=shown,
        flags=flags,
        ticks=_ticks(start, scale),
        width=WIDTH,
        height=axis_y + BAND + below[-1],
        axis_y=axis_y,
        today_x=_text(now),
    )


def _scale(points: Sequence[Point]) -> float:
    """Units to a day, such that every label ends inside the drawing."""
    days = [(point, (point.day - points[0].day).days) for point in points]
    return min(((WIDTH - MARGIN * 4 - point.width) / count for point, count in days if count), default=1.0)


def _lanes(points: Sequence[Point], places: Sequence[float]) -> list[int]:
    """For each point which lane its label stands in: 1, 2, ... above the axis and -1, -2, ... below.

    From the right to the left, a label goes outside of every label that begins before it ends. So poles to the
    right of a pole are shorter wherever they would meet its label.
    """
    lanes: list[int] = []  # from the right
    taken: list[tuple[float, int]] = []
    for point, x in zip(reversed(points), reversed(places), strict=True):
        near = [lane for place, lane in taken if place < x + point.width]
        up = 1 + max((lane for lane in near if lane > 0), default=0)
        down = 1 + max((-lane for lane in near if lane < 0), default=0)
        turn = bool(lanes) and lanes[-1] > 0
        lane = -down if down < up or (down == up and turn) else up
        lanes.append(lane)
        taken.append((x, lane))
    return lanes[::-1]


def _offsets(points: Sequence[Point], lanes: Sequence[int], side: int) -> list[int]:
    """How far from the axis each lane of a side ends, from none: every lane is as high as its highest label."""
    heights: dict[int, int] = {}
    for point, lane in zip(points, lanes, strict=True):
        if lane * side > 0:
            heights[abs(lane)] = max(heights.get(abs(lane), 0), len(point.lines) * LINE + GAP)
    offsets = [GAP]
    for number in range(1, len(heights) + 1):
        offsets.append(offsets[-1] + heights[number])
    return offsets


def _flag(point: Point, x: float, lane: int, axis_y: int, offsets: Sequence[int]) -> Flag:
    if lane > 0:
        edge = axis_y
        pole = top = axis_y - offsets[lane - 1] - len(point.lines) * LINE
    else:
        edge = axis_y + BAND
        top = edge + offsets[-lane - 1]
        pole = top + len(point.lines) * LINE
    lines = [(top + (number + 1) * LINE - 4, line) for number, line in enumerate(point.lines)]
    return Flag(point, _text(x), _text(x + 8), edge, edge - RADIUS if lane > 0 else edge + RADIUS, pole, lines)


def _ticks(start: date, scale: float) -> list[Tick]:
    """Beginnings of months or years, as close as their labels allow."""
    step = next((step for step in STEPS if step * 30 * scale > LETTER * (9 if step < 12 else 6)), STEPS[-1])
    first = start.year * 12 + start.month - 1
    months = range(first - first % step, first + int(WIDTH / scale / 28) + step, step)
    ticks = []
    for month in months:
        year, number = divmod(month, 12)
        if not date.min.year <= year <= date.max.year:
            continue
        x = (date(year, number + 1, 1) - start).days * scale + MARGIN * 4
        label = str(year) if step >= 12 else f"{MONTHS[number]} {year}"
        if 0 <= x <= WIDTH - LETTER * (len(label) + 1):
            ticks.append(Tick(_text(x), label))
    return ticks
