"""The rows of the database that a file may mean, one query per kind."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from reports.partnership_file.kinds import Kind, comparable

Key = tuple[Any, ...]


class Shelf:
    """All rows of one kind, by what identifies them; the file's rows are put beside them as they are read.

    A row that the file gives but that has faults is there as None, so that references to it are no second fault.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        related = [f.name for f in kind.model._meta.fields if f.name in (kind.within, *kind.identity) and f.is_relation]
        rows = kind.model._default_manager.select_related(*related).order_by("pk")
        if kind.is_register:  # of entries alike the first, which comes last here
            rows = rows.filter(corrects__isnull=True).reverse()
        self.rows: dict[Key, models.Model | None] = {kind.identity_of(row): row for row in rows}
        self.lines: dict[Key, int] = {}
        self.lost: list[tuple[Any, dict[str, Any]]] = []  # rows that could not be told apart

    def key(self, values: dict[str, Any], parent: models.Model | None) -> Key:
        """The key of what the file says; absent fields of the identity count as empty."""
        found = [parent.pk] if parent else []
        for name in self.kind.identity:
            spec = self.kind.model._meta.get_field(name)
            value = values.get(name, "" if isinstance(spec, models.CharField) else None)
            found.append(comparable(spec, value.pk if isinstance(value, models.Model) else value))
        return tuple(found)

    def unmentioned(self, parent: models.Model | None) -> Iterator[models.Model]:
        """Rows of the database, around the same parent, that the file says nothing about."""
        for key, row in self.rows.items():
            if row and key not in self.lines and (parent is None or key[0] == parent.pk):
                yield row


class Shelves:
    """The shelves of all kinds, filled when first asked for."""

    def __init__(self, sections: tuple[Kind, ...]) -> None:
        self._kinds = {kind.model: kind for section in sections for kind in _all(section)}
        self._shelves: dict[type[models.Model], Shelf] = {}

    def of(self, model: type[models.Model]) -> Shelf:
        if model not in self._shelves:
            self._shelves[model] = Shelf(self._kinds[model])
        return self._shelves[model]


def _all(kind: Kind) -> Iterator[Kind]:
    yield kind
    for child in kind.children:
        yield from _all(child)
