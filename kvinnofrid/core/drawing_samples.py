"""Made-up parties, outlines and days for the drawings on the page that shows every component."""

from datetime import date

from kvinnofrid.core.drawing import Cell, CountyDrawing, Point, TimelineChart, county_drawing, timeline
from kvinnofrid.core.drawing_structure import Arrow, Box, StructureDrawing, structure_drawing

PLACES = (
    ("01", "Norrby", "identical", "Likalydande"),
    ("02", "Österköping", "conditional", "Likalydande, om alla fattar samma beslut"),
    ("03", "Smedjehammaren", "amended", "Antagen med ändringar"),
    ("04", "Sjö", "other_version", "Antagen i annan version"),
    ("05", "Västanå", "tabled", "Bordlagd"),
    ("06", "Mellby", "referred_back", "Återremitterad"),
    ("07", "Åkersala", "rejected", "Avslagen"),
    ("08", "Dalby-Lunda", "not_yet", "Inte beslutad"),
    ("09", "Söderö", "unknown", "Okänt"),
    ("99", "Region Länet", "identical", "Likalydande"),
)
CELLS = [Cell.showing(key, code=code, name=name, label=label, url="#karta") for code, name, key, label in PLACES]
# Nine areas in three rows, every other row moved to the side, and a tenth that takes no part.
CORNERS = [(20 + 120 * (number % 3) + 60 * (number // 3 % 2), 10 + 90 * (number // 3)) for number in range(10)]
OUTLINES = [
    {
        "scb_code": f"{number:02}",
        "path": f"M{x},{y} {x + 60},{y - 8} {x + 120},{y} {x + 120},{y + 82} {x + 60},{y + 90} {x},{y + 82}Z",
        "label": [x + 60, y + 40],
    }
    for number, (x, y) in enumerate(CORNERS, start=1)
]
TILES = [
    {"scb_code": f"{number:02}", "column": (number - 1) % 3 + (number - 1) // 3 % 2, "row": (number - 1) // 3}
    for number in range(1, 10)
]
TODAY = date(2026, 11, 22)
POINTS = [
    Point(date(2022, 2, 23), "Rådet ger i uppdrag att ta fram en överenskommelse", "done"),
    Point(date(2024, 4, 19), "Nätverket godkänner förslaget", "done"),
    Point(date(2024, 6, 18), "Rådet rekommenderar huvudmännen att anta", "done"),
    Point(date(2024, 6, 18), "Utskick till alla huvudmän", "done"),
    Point(date(2024, 10, 1), "Träder i kraft", "planned"),
    Point(date(2027, 2, 15), "Sista huvudmannen beslutar", "forecast"),
    Point(date(2027, 3, 10), "Tidigaste ikraftträdande", "forecast"),
]


def county(*, with_map: bool = True) -> CountyDrawing:
    """Every verdict once; without outlines there are tiles at all widths."""
    return county_drawing(OUTLINES if with_map else [], TILES, CELLS, legend_urls={"Okänt": "#karta"})


def chart() -> TimelineChart:
    return timeline(POINTS, TODAY)


def structure() -> StructureDrawing:
    """Each kind of line once."""
    names = {"board": "Länsbyrån", "council": "Rådet", "network": "Nätverket för chefer", "group": "Gruppen"}
    boxes = [Box(key, name, "#karta", is_forum=key != "board") for key, name in names.items()]
    return structure_drawing(
        boxes,
        [
            Arrow("council", "network", "assigns", "Rådet ger uppdrag till Nätverket för chefer"),
            Arrow("network", "group", "reports", "Gruppen rapporterar till Nätverket för chefer", points_up=True),
            Arrow("board", "group", "convenes", "Länsbyrån sammankallar Gruppen"),
            Arrow("board", "network", "dialogue", "Länsbyrån för dialog med Nätverket för chefer", points_both=True),
        ],
    )
