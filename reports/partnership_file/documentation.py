"""The fields of the partnership file as tables, for docs/partnership-file.md."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kvinnofrid.core.documentation import table
from reports.partnership_file.kinds import Field, Kind
from reports.partnership_file.maps import MapField
from reports.partnership_file.schema import SECTIONS

BEGIN, END = "<!-- The fields, written by manage.py generate_docs: -->", "<!-- The end of the fields. -->"
TYPES: dict[type[models.Field], str] = {
    MapField: "list",
    ArrayField: "one text or a list",
    models.BooleanField: "true or false",
    models.IntegerField: "whole number",
    models.DateField: "date, YYYY-MM-DD",
    models.EmailField: "e-mail",
    models.SlugField: "a-z, 0-9, hyphen",
    models.ForeignKey: "reference",
    models.TextField: "text, several lines",
    models.CharField: "text",
}


def filled(document: str) -> str:
    """The document with its tables as the code has them."""
    before, _, rest = document.partition(BEGIN)
    tables = "\n\n".join(part for kind in SECTIONS for part in _kind(kind, kind.key))
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{rest.partition(END)[2]}"


def _kind(kind: Kind, path: str) -> Iterator[str]:
    yield f"### `{path}`"
    yield kind.about
    yield table(
        ["field", "in the portal", "type", "required", "example", "meaning"], [_row(kind, f) for f in kind.fields]
    )
    for child in kind.children:
        yield from _kind(child, f"{path}[].{child.key}")


def _row(kind: Kind, field: Field) -> list[str]:
    spec = field.spec_in(kind.model)
    example = "see below" if isinstance(spec, MapField) else f"`{field.example}`"
    return [f"`{field.name}`", str(spec.verbose_name), _type(spec), _required(kind, field), example, field.about]


def _type(spec: Any) -> str:
    if spec.choices:
        return "one of " + ", ".join(f"`{value}`" for value, _ in spec.flatchoices)
    name = next(name for kind, name in TYPES.items() if isinstance(spec, kind))
    return f"{name}, at most {spec.max_length}" if spec.max_length and spec.max_length < 254 else name


def _required(kind: Kind, field: Field) -> str:
    if field.name in kind.identity:
        return "identifies" if not field.spec_in(kind.model).blank else "identifies, may be empty"
    spec: Any = field.spec_in(kind.model)
    return "no" if spec.blank or spec.has_default() else "for a new row"
