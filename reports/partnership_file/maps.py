"""The partnership's maps: one tile per municipality, each on a place of its own, and the outlines of the county."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Readers
from typing import Any, ClassVar

from django.db import models

from kvinnofrid.core.drawing import NUMBER, OUTLINE
from organisations.models import Organisation
from reports.partnership_file.faults import Faults
from reports.partnership_file.reading import Items, Mapping, Node, Scalar
from reports.partnership_file.values import UnreadableError, suggestion, value_of, whole_number

CODE = models.CharField("SCB-kod", max_length=4)
COORDINATE = re.compile(r"-?\d{1,5}(\.\d{1,4})?", re.ASCII)
LONGEST_PATH = 20_000
LARGEST = 100_000


def _code(node: Node) -> str:
    return str(value_of(node, CODE))


def _path(node: Node) -> str:
    """Closed polygons in absolute coordinates, x and y in turn: what the drawing takes."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    polygons = [NUMBER.findall(polygon) for polygon in text.split("Z")]
    if len(text) > LONGEST_PATH or not OUTLINE.fullmatch(text) or any(len(polygon) % 2 for polygon in polygons):
        raise UnreadableError("Skriv slutna ytor med absoluta koordinater, till exempel M10,10 20,10 20.5,20Z.")
    if any(abs(float(number)) > LARGEST for polygon in polygons for number in polygon):
        raise UnreadableError(f"Koordinaterna får vara högst {LARGEST}.")
    return text


def _point(node: Node) -> list[float]:
    nodes = node.nodes if isinstance(node, Items) else []
    texts = [one.text.strip() if isinstance(one, Scalar) else "" for one in nodes]
    if len(texts) != 2 or not all(map(COORDINATE.fullmatch, texts)):
        raise UnreadableError("Skriv två tal, till exempel [176.8, 323].")
    return [float(text) for text in texts]


class MapField(models.JSONField):
    """Stands for a list of the map's parts in the table of fields; each part says whose it is by `scb_code`."""

    key: ClassVar[str]
    part: ClassVar[tuple[str, str, str]]  # one, the one, many
    readers: ClassVar[Readers[str, Callable[[Node], Any]]]


class TilesField(MapField):
    """Where each tile stands."""

    key = "tiles"
    part = ("En ruta", "Rutan", "rutor")
    readers = {"scb_code": _code, "column": whole_number, "row": whole_number}


class OutlinesField(MapField):
    """What each municipality looks like, and where its name stands."""

    key = "outlines"
    part = ("En yta", "Ytan", "ytor")
    readers = {"scb_code": _code, "path": _path, "label": _point}


TILES = TilesField("kartrutor", blank=True, default=list)
OUTLINES = OutlinesField("kartans ytor", blank=True, default=list)


def read_parts(
    node: Node, spec: MapField, faults: Faults, line: int, place: tuple[str, ...]
) -> list[dict[str, Any]] | None:
    """The parts, or None when there was a fault."""
    if isinstance(node, Scalar) and node.is_empty:
        return []
    if not isinstance(node, Items):
        faults.add(line, place, f"Här ska det stå en lista med {spec.part[2]}.")
        return None
    before = len(faults.found)
    parts = [_part(item, spec, faults, place) for item in node.nodes]
    if len(faults.found) == before:
        _refuse_clashes(node, parts, spec, faults, place)
    return parts if len(faults.found) == before else None


def check_codes(root: Mapping, faults: Faults) -> None:
    """Every part shows an organisation, which may stand in the file or in the database."""
    partnership = root.entries.get("partnership")
    entries = partnership.node.entries if partnership and isinstance(partnership.node, Mapping) else {}
    lists = [(spec, entries[spec.key].node) for spec in (TILES, OUTLINES) if spec.key in entries]
    if not lists:
        return
    known = set(Organisation.objects.exclude(scb_code="").values_list("scb_code", flat=True)) | _codes_in(root)
    for spec, node in lists:
        for item in node.nodes if isinstance(node, Items) else []:
            code = item.entries.get("scb_code") if isinstance(item, Mapping) else None
            if code and isinstance(code.node, Scalar) and code.node.text.strip() not in known:
                place = ("samverkan", str(spec.verbose_name), "scb_code")
                faults.add(code.line, place, "Ingen organisation har den SCB-koden.")


def _codes_in(root: Mapping) -> set[str]:
    """The codes of the organisations in the file, also of those that are not saved because of other faults."""
    organisations = root.entries.get("organisations")
    nodes = organisations.node.nodes if organisations and isinstance(organisations.node, Items) else []
    codes = (node.entries.get("scb_code") for node in nodes if isinstance(node, Mapping))
    return {code.node.text.strip() for code in codes if code and isinstance(code.node, Scalar)}


def _part(item: Node, spec: MapField, faults: Faults, place: tuple[str, ...]) -> dict[str, Any]:
    *most, last = spec.readers
    if not isinstance(item, Mapping):
        faults.add(item.line, place, f"{spec.part[0]} har fälten {', '.join(most)} och {last}.")
        return {}
    for key, unknown in ((key, entry) for key, entry in item.entries.items() if key not in spec.readers):
        faults.add(unknown.line, place, f"Fältet finns inte.{suggestion(key, spec.readers)}")
    part: dict[str, Any] = {}
    for key, read in spec.readers.items():
        entry = item.entries.get(key)
        if entry is None:
            faults.add(item.line, (*place, key), "Fältet saknas.")
            continue
        try:
            part[key] = read(entry.node)
        except UnreadableError as error:
            faults.add(entry.line, (*place, key), str(error))
    return part


def _refuse_clashes(
    node: Items, parts: list[dict[str, Any]], spec: MapField, faults: Faults, place: tuple[str, ...]
) -> None:
    """No two parts of one municipality, and no two tiles on one place."""
    lines: dict[Any, int] = {}
    for item, part in zip(node.nodes, parts, strict=True):
        places = [(part["column"], part["row"])] if "column" in part else []
        for taken in (part["scb_code"], *places):
            if taken in lines:
                what = "platsen" if isinstance(taken, tuple) else "SCB-koden"
                faults.add(item.line, place, f"{spec.part[1]} på rad {lines[taken]} har redan {what}.")
            lines.setdefault(taken, item.line)
