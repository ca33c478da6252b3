"""The tile map of the partnership: one tile per municipality, each on a place of its own."""

from typing import Any

from django.db import models

from organisations.models import Organisation
from reports.partnership_file.faults import Faults
from reports.partnership_file.reading import Items, Mapping, Node, Scalar
from reports.partnership_file.values import UnreadableError, suggestion, value_of, whole_number

KEYS = ("scb_code", "column", "row")
CODE = models.CharField("SCB-kod", max_length=4)


class TilesField(models.JSONField):
    """Stands for a list of tiles in the table of fields."""


def read_tiles(node: Node, faults: Faults, line: int, place: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """The tiles, or None when there was a fault."""
    if isinstance(node, Scalar) and node.is_empty:
        return []
    if not isinstance(node, Items):
        faults.add(line, place, "Här ska det stå en lista med rutor.")
        return None
    before = len(faults.found)
    tiles = [_tile(item, faults, place) for item in node.nodes]
    if len(faults.found) == before:
        _refuse_clashes(node, tiles, faults, place)
    return tiles if len(faults.found) == before else None


def check_tiles(root: Mapping, faults: Faults) -> None:
    """Every tile shows an organisation, which may stand in the file or in the database."""
    partnership = root.entries.get("partnership")
    tiles = partnership and isinstance(partnership.node, Mapping) and partnership.node.entries.get("tiles")
    if not tiles or not isinstance(tiles.node, Items):
        return
    known = set(Organisation.objects.exclude(scb_code="").values_list("scb_code", flat=True)) | _codes_in(root)
    for item in tiles.node.nodes:
        code = item.entries.get("scb_code") if isinstance(item, Mapping) else None
        if code and isinstance(code.node, Scalar) and code.node.text.strip() not in known:
            faults.add(code.line, ("samverkan", "kartrutor", "scb_code"), "Ingen organisation har den SCB-koden.")


def _codes_in(root: Mapping) -> set[str]:
    """The codes of the organisations in the file, also of those that are not saved because of other faults."""
    organisations = root.entries.get("organisations")
    nodes = organisations.node.nodes if organisations and isinstance(organisations.node, Items) else []
    codes = (node.entries.get("scb_code") for node in nodes if isinstance(node, Mapping))
    return {code.node.text.strip() for code in codes if code and isinstance(code.node, Scalar)}


def _tile(item: Node, faults: Faults, place: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        faults.add(item.line, place, "En ruta har fälten scb_code, column och row.")
        return {}
    for key, unknown in ((key, entry) for key, entry in item.entries.items() if key not in KEYS):
        faults.add(unknown.line, place, f"Fältet finns inte.{suggestion(key, KEYS)}")
    tile: dict[str, Any] = {}
    for key in KEYS:
        entry = item.entries.get(key)
        if entry is None:
            faults.add(item.line, (*place, key), "Fältet saknas.")
            continue
        try:
            tile[key] = value_of(entry.node, CODE) if key == "scb_code" else whole_number(entry.node)
        except UnreadableError as error:
            faults.add(entry.line, (*place, key), str(error))
    return tile


def _refuse_clashes(node: Items, tiles: list[dict[str, Any]], faults: Faults, place: tuple[str, ...]) -> None:
    lines: dict[Any, int] = {}
    for item, tile in zip(node.nodes, tiles, strict=True):
        for taken in (tile["scb_code"], (tile["column"], tile["row"])):
            if taken in lines:
                what = "platsen" if isinstance(taken, tuple) else "SCB-koden"
                faults.add(item.line, place, f"Rutan på rad {lines[taken]} har redan {what}.")
            lines.setdefault(taken, item.line)
