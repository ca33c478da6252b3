"""The drawings of a county and of time: who is shown how, what has no place, and that no label covers another."""

from collections import Counter
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from kvinnofrid.core import drawing, drawing_samples
from kvinnofrid.core.drawing import Cell, Point
from kvinnofrid.core.templatetags.portal import quick

NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 11, 22)
SQUARE = {"scb_code": "1", "path": "M0,0 10,0 10,10.5 0,10Z", "label": [5, 5.25]}
OTHER = {"scb_code": "2", "path": "M10,0 20,-4 20,10Z", "label": [15, 5]}


def cell(code: str, verdict: str = "identical", name: str = "Falun", url: str = "/falun/") -> Cell:
    return Cell.showing(verdict, code=code, name=name, label="Likalydande", url=url)


class Page(HTMLParser):
    """Every start tag of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]


# Looks


def test_colour_pattern_and_sign_each_tell_all_verdicts_apart() -> None:
    """All but the one that everybody has or nobody: before there is a version."""
    looks = [look for verdict, look in drawing.LOOKS.items() if verdict != "no_version"]
    assert len(looks) == 9
    assert len({look.tone for look in looks}) == 9
    assert len({look.pattern for look in looks}) == 9
    assert len({look.sign for look in looks}) == 9
    assert {look.pattern for look in looks} == set(drawing.STROKES)


def test_the_style_sheet_knows_every_look_and_every_place() -> None:
    css = (Path(settings.BASE_DIR) / "kvinnofrid/static/css/portal.css").read_text()
    names = [f".look--{name} " for look in drawing.LOOKS.values() for name in (look.tone, look.pattern)]
    names += [f".at-{axis}-{number} " for axis in ("column", "row") for number in range(1, drawing.GRID + 1)]
    plain = {".look--blank "}
    assert [name for name in names if name not in css and name not in plain] == []


def test_the_legend_counts_what_is_present_in_a_fixed_order() -> None:
    cells = [cell("1", "unknown"), cell("2"), cell("3", "unknown"), Cell("4", "Orsa", "Nytt", "red", "dots", "", "!")]
    items = drawing.legend(cells, {"Nytt": "?lage=nytt"})
    assert [(item.cell.mark, item.number, item.url) for item in items] == [
        ("=", 1, ""),
        ("?", 2, ""),
        ("!", 1, "?lage=nytt"),
    ]


# The map


def test_a_cell_is_drawn_in_its_outline_and_the_rest_beside() -> None:
    falun, region = cell("1", "rejected"), cell("20", name="Region Dalarna")
    drawn = drawing.county_map([SQUARE, OTHER], [region, falun])
    assert drawn == drawing.CountyMap(
        view_box="-2 -6 24 18.5",
        areas=[drawing.Area("M0,0 10,0 10,10.5 0,10Z", "5", "5.2", "15.8", falun)],
        empty=["M10,0 20,-4 20,10Z"],
        beside=[region],
        patterns=[drawing.Pattern("red-cross", "red", drawing.STROKES["cross"])],
    )


def test_a_county_without_outlines_has_tiles_and_without_tiles_nothing() -> None:
    tiles = [{"scb_code": "1", "column": 0, "row": 3}]
    assert drawing.county_drawing([], tiles, [cell("1")]).map is None
    assert drawing.county_drawing([SQUARE], tiles, [cell("7")]).map is None
    nothing = drawing.county_drawing([], [], [cell("1")])
    assert (nothing.map, nothing.tiles) == (None, None)
    assert county_html(drawing=nothing).strip() == ""


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("M0,0 10,0 10,10.5Z", True),
        ("M0,0 10,0 10,10ZM-2,4 3,3 4,4Z", True),
        ("M0,0 l10,0Z", False),
        ('M0,0 1,1Z" onload="', False),
        ("", False),
    ],
)
def test_an_outline_is_closed_polygons_in_absolute_coordinates(path: str, fits: bool) -> None:
    assert bool(drawing.OUTLINE.fullmatch(path)) is fits


def dalarna() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(Path(settings.BASE_DIR) / "organisations/partnerships/dalarna.yaml"))


def test_the_names_of_dalarnas_municipalities_do_not_cover_each_other() -> None:
    county = dalarna()
    outlines = county["partnership"]["outlines"]
    names = {row["scb_code"]: row["short_name"] for row in county["organisations"] if row["kind"] == "municipality"}
    boxes = {}
    for outline in outlines:
        x, y = outline["label"]
        half = len(names[outline["scb_code"]]) * 4.7 / 2
        boxes[names[outline["scb_code"]]] = (x - half, y - 10, x + half, y + 12)
    assert len(boxes) == 15
    assert [
        (one, other)
        for (one, a), (other, b) in combinations(boxes.items(), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ] == []
    assert [row["scb_code"] for row in outlines if not drawing.OUTLINE.fullmatch(row["path"])] == []


# The tiles


def test_a_tile_has_its_place_and_the_rest_stands_beside() -> None:
    tiles = [{"scb_code": "1", "column": 3, "row": 0}, {"scb_code": "2", "column": 12, "row": 0}]
    cells = [cell("20"), cell("2"), cell("1")]
    assert drawing.tile_map(tiles, cells) == drawing.TileMap(
        tiles=[drawing.Tile(4, 1, cells[2])], beside=[cells[0], cells[1]]
    )


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("Smedjebacken", "Smedje|backen"),
        ("Hallstahammar", "Hallsta|hammar"),
        ("Malung-Sälen", "Malung-Sälen"),
        ("Falun", "Falun"),
        ("Xxxxxxxxxxxx", "Xxxxxxxxxxxx"),
    ],
)
def test_a_long_name_can_be_broken_in_a_tile(name: str, broken: str) -> None:
    assert cell("1", name=name).breakable_name == broken.replace("|", "\N{SOFT HYPHEN}")


# What the page holds


def county_html(**values: Any) -> str:
    context = {"drawing": drawing_samples.county(), "id": "karta", "label": "Läget"} | values
    return quick("components/county_map.jinja", **context)


def test_map_and_tiles_lead_to_the_same_places_by_the_same_names() -> None:
    cells = [
        Cell.showing("identical", code=code, name=name, label="Likalydande", url=f"/{code}/")
        for code, _, name in (("01", "", "Norrby"), ("99", "", "Region Länet"))
    ]
    drawn = drawing.county_drawing(drawing_samples.OUTLINES, drawing_samples.TILES, cells)
    page = Page(county_html(drawing=drawn))
    assert page.links() == ["/01/", "/01/", "/99/", "/99/"]
    html = county_html(drawing=drawn)
    assert html.count('aria-label="Norrby: Likalydande"') == 1
    assert html.count('<span class="visually-hidden">Norrby: Likalydande</span>') == 1
    assert html.count('<span class="visually-hidden">Region Länet: Likalydande</span>') == 2


def test_every_fill_is_there_and_two_maps_share_no_id() -> None:
    html = county_html(id="ett") + county_html(id="annat")
    ids = Counter(attrs["id"] for _, attrs in Page(html).tags if "id" in attrs)
    fills = [str(attrs["fill"])[5:-1] for _, attrs in Page(html).tags if str(attrs.get("fill", "")).startswith("url")]
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name in fills if name not in ids] == []
    assert len(fills) == 14


def test_without_addresses_nothing_is_a_link() -> None:
    drawn = drawing.county_drawing([SQUARE], [{"scb_code": "1", "column": 0, "row": 0}], [cell("1", url="")])
    assert Page(county_html(drawing=drawn)).links() == []


def test_what_people_named_is_escaped_and_nothing_is_styled_inside_the_page() -> None:
    hostile = Cell.showing("unknown", code="1", name='"><script>', label="<b>", url='/"onclick="')
    html = county_html(
        drawing=drawing.county_drawing([SQUARE], [{"scb_code": "1", "column": 0, "row": 0}], [hostile], legend_urls={})
    )
    chart = drawing.timeline([Point(TODAY, "<script>", "done")], TODAY)
    page = Page(html + render_to_string("components/timeline_chart.html", {"chart": chart}))
    assert [tag for tag, _ in page.tags if tag in {"script", "b", "style"}] == []
    assert [name for _, attrs in page.tags for name in attrs if name == "style" or name.startswith("on")] == []


# The line of time


def test_without_points_there_is_no_line() -> None:
    chart = drawing.timeline([], TODAY)
    assert chart.points == []
    assert render_to_string("components/timeline_chart.html", {"chart": chart}).strip() == ""


def test_today_is_marked_once_and_the_text_says_what_has_not_happened() -> None:
    chart = drawing.timeline(
        [Point(date(2027, 2, 1), "Alla har beslutat", "forecast"), Point(date(2024, 6, 18), "Rekommenderad", "done")],
        TODAY,
    )
    assert [(point.day, point.text) for point in chart.points] == [
        (date(2024, 6, 18), "Rekommenderad"),
        (TODAY, "I dag"),
        (date(2027, 2, 1), "Prognos: Alla har beslutat"),
    ]
    assert [line for _, line in chart.flags[0].lines] == [f"18{NBSP}juni{NBSP}2024", "Rekommenderad"]
    assert chart.today_x == chart.flags[1].x
    again = drawing.timeline([Point(TODAY, "Nu", "today")], TODAY)
    assert [point.text for point in again.points] == ["Nu"]


def test_forty_years_are_marked_every_fifth_year() -> None:
    chart = drawing.timeline([Point(date(1986, 3, 1), "Början", "done")], TODAY)
    assert [tick.label for tick in chart.ticks] == [str(year) for year in range(1990, 2035, 5)][: len(chart.ticks)]
    assert len(chart.ticks) >= 8


def test_a_year_is_marked_by_months() -> None:
    chart = drawing.timeline([Point(date(2026, 1, 15), "Början", "done")], TODAY)
    assert [tick.label for tick in chart.ticks][:3] == ["feb 2026", "mars 2026", "apr 2026"]


def box(flag: drawing.Flag) -> tuple[float, float, float, float]:
    left, first, last = float(flag.x), flag.lines[0][0], flag.lines[-1][0]
    return left, first - drawing.LINE + 4, left + flag.point.width - drawing.MARGIN * 2, last + 4


def pole_through(flag: drawing.Flag, label: tuple[float, float, float, float]) -> bool:
    x, top, bottom = float(flag.x), min(flag.axis_y, flag.pole_y), max(flag.axis_y, flag.pole_y)
    return label[0] < x < label[2] and top < label[3] and label[1] < bottom


DAYS = st.dates(date(1986, 1, 1), date(2034, 12, 31))
POINTS = st.lists(
    st.builds(
        Point,
        day=DAYS | st.integers(0, 20).map(lambda days: date(2024, 1, 1) + timedelta(days=days)),
        label=st.text("abcdefgh åäö", min_size=1, max_size=150),
        kind=st.sampled_from(["done", "planned", "forecast"]),
    ),
    min_size=1,
    max_size=20,
)


@given(POINTS)
def test_no_label_covers_another_or_a_pole_or_leaves_the_drawing(points: list[Point]) -> None:
    chart = drawing.timeline(points, TODAY)
    boxes = [box(flag) for flag in chart.flags]
    assert len(boxes) == len(points) + 1
    assert [
        (a, b)
        for a, b in combinations(boxes, 2)
        if a[0] < b[2] - 0.2 and b[0] < a[2] - 0.2 and a[1] < b[3] and b[1] < a[3]
    ] == []
    assert [
        (flag.x, label)
        for flag in chart.flags
        for other, label in zip(chart.flags, boxes, strict=True)
        if flag is not other and pole_through(flag, label)
    ] == []
    assert [label for label in boxes if label[0] < 0 or label[2] > chart.width or label[1] < 0] == []
    assert [label for label in boxes if label[3] > chart.height] == []


@given(st.dates(), st.dates())
def test_any_two_days_can_be_drawn(one: date, other: date) -> None:
    chart = drawing.timeline([Point(one, "Något", "done")], other)
    assert len(chart.flags) == 2
