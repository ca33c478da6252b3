"""The board on one sheet of paper: the answer, the county, the table, and of which day it is. A forum's roster."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from agreements.enums import Verdict
from kvinnofrid.core import pdf
from kvinnofrid.core.drawing import LOOKS, STROKES, Cell, CountyDrawing
from organisations.models import Partnership
from reports.queries import board_pictures
from reports.queries import roster as rosters
from reports.queries.board import Board
from reports.queries.seats import Roster

MOST_ON_ONE_PAGE = 18  # with more the map stands above the table, which goes on to further pages
TILE = 60
# Light enough for black text, and told apart in grey by pattern and sign.
FILLS = {
    "green": "#bfe5da",
    "sky": "#d4eaf8",
    "orange": "#f7e2b8",
    "purple": "#f0dbe7",
    "yellow": "#faf5bf",
    "blue": "#c3dcee",
    "red": "#f4cdb4",
    "grey": "#e3e6e7",
    "none": "#ffffff",
}


@dataclass(frozen=True)
class Ground:
    """One party's place on the printed map."""

    path: str
    x: str
    y: str
    cell: Cell

    @property
    def fill(self) -> str:
        return FILLS[self.cell.tone]

    @property
    def has_pattern(self) -> bool:
        return bool(STROKES[self.cell.pattern])


@dataclass(frozen=True)
class Key:
    """What a sign of the map means, and how many have it."""

    sign: str
    label: str
    number: int
    fill: str


@dataclass(frozen=True)
class PrintedMap:
    """The county, or its tiles where nobody has drawn it; those without a place stand beside."""

    view_box: str
    grounds: list[Ground]
    patterns: list[tuple[str, str]]
    empty: list[str]
    beside: list[Cell]


def board_pdf(board: Board) -> pdf.Document:
    """Raises core.pdf.PdfFailed. The same register and days give the same bytes."""
    status = board.status
    partnership = Partnership.objects.first()
    drawing = board_pictures.county(board, lambda _row: "", lambda _verdict: "")
    context = {
        "board": board,
        "map": _printed(drawing),
        "keys": _keys(board),
        "partnership": partnership,
        "has_evidence": any(row.evidence for row in board.rows),
        "is_one_page": len(board.rows) <= MOST_ON_ONE_PAGE,
    }
    return pdf.render(
        "pdf/board.html",
        context,
        title=f"Läget för {board.agreement} den {status.as_of}",
        created=timezone.make_aware(datetime.combine(status.known_on, time.min)),
        author=partnership.name if partnership else "",
        subject=board.sentence,
        keywords=[board.agreement.slug, *filter(None, [board.agreement.case_number])],
    )


def _printed(drawing: CountyDrawing) -> PrintedMap | None:
    if drawing.map:
        grounds = [Ground(area.path, area.x, area.y, area.cell) for area in drawing.map.areas]
        return _map(drawing.map.view_box, grounds, drawing.map.empty, drawing.map.beside)
    if drawing.tiles:
        grounds = [_tile(tile.column - 1, tile.row - 1, tile.cell) for tile in drawing.tiles.tiles]
        columns, rows = (max(axis) for axis in zip(*((t.column, t.row) for t in drawing.tiles.tiles), strict=True))
        return _map(f"-2 -2 {columns * TILE + 4} {rows * TILE + 4}", grounds, [], drawing.tiles.beside)
    return None


def _map(view_box: str, grounds: list[Ground], empty: list[str], beside: list[Cell]) -> PrintedMap:
    patterns = sorted({ground.cell.pattern for ground in grounds if ground.has_pattern})
    return PrintedMap(view_box, grounds, [(name, STROKES[name]) for name in patterns], empty, beside)


def _tile(column: int, row: int, cell: Cell) -> Ground:
    side = TILE - 3
    x, y = column * TILE, row * TILE
    return Ground(f"M{x},{y}h{side}v{side}h-{side}Z", str(x + side // 2), str(y + side // 2), cell)


def _keys(board: Board) -> list[Key]:
    numbers = Counter(row.verdict for row in board.rows)
    return [
        Key(LOOKS[verdict].sign, verdict.label, numbers[verdict], FILLS[LOOKS[verdict].tone])
        for verdict in Verdict
        if numbers[verdict]
    ]


def roster_pdf(roster: Roster) -> pdf.Document:
    """Raises core.pdf.PdfFailed. As the reader may see it, whom the roster was made for."""
    partnership = Partnership.objects.first()
    context = {
        "roster": roster,
        "seats": rosters.seat_rows(roster),
        "counts": rosters.counts(roster),
        "partnership": partnership,
    }
    return pdf.render(
        "pdf/roster.html",
        context,
        title=f"Deltagare i {roster.forum} den {roster.day}",
        created=timezone.make_aware(datetime.combine(roster.day, time.min)),
        author=partnership.name if partnership else "",
        subject=rosters.counts(roster),
    )
