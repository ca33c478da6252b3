"""Carries the tree of a partnership file into the database, gathering every fault and every change on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, models
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.validators import has_personal_number
from reports.partnership_file import maps
from reports.partnership_file.circles import leads_back, order_of_need
from reports.partnership_file.faults import Faults
from reports.partnership_file.kinds import Field, Kind
from reports.partnership_file.reading import Items, Mapping, Node, Scalar, shown
from reports.partnership_file.shelves import Shelves
from reports.partnership_file.values import UnreadableError, suggestion, told, value_of

CIRCLE = "Hänvisningarna går i en ring."
LAST_DAYS = ("active_to", "ends_on", "meets_on")
UNREAD = object()


@dataclass
class Outcome:
    """What an import did, or would do."""

    added: list[tuple[Kind, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """Where a list stands: the row around it (None at the top), and the way there in words.

    `is_lost` when the row around could not be saved, so that what is inside can only be looked at.
    """

    row: models.Model | None = None
    place: tuple[str, ...] = ()
    is_lost: bool = False


@dataclass
class Item:
    """One row of the file on its way into the database."""

    kind: Kind
    node: Mapping
    around: Around
    place: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)  # fields that have a fault, or refer to a row that has
    is_new: bool = True

    @property
    def name(self) -> str:
        """How the row is called in the list of changes."""
        return " › ".join(self.place[1:] or self.place)

    def line(self, name: str) -> int:
        entry = self.node.entries.get(name)
        return entry.line if entry else self.node.line

    def place_of(self, name: str) -> tuple[str, ...]:
        return (*self.place, f"{self.kind.spec(name).verbose_name} ({name})")


class Loader:
    """Loads one file. Everything happens in the caller's transaction, which must not be kept if there are faults."""

    def __init__(self, sections: tuple[Kind, ...], reason: str, faults: Faults) -> None:
        self.sections = sections
        self.reason = reason
        self.faults = faults
        self.outcome = Outcome()
        self.shelves = Shelves(sections)

    def load(self, root: Mapping) -> Outcome:
        self._refuse_unknown(root, {kind.key for kind in self.sections}, ())
        for kind in self.sections:
            if entry := root.entries.get(kind.key):
                self._load_list(kind, entry.node, entry.line, Around())
        maps.check_codes(root, self.faults)
        return self.outcome

    # --- lists ---

    def _load_list(self, kind: Kind, node: Node, line: int, around: Around) -> None:
        place = (*around.place, kind.plural)
        for number, mapping in self._in_order(kind, self._mappings(kind, node, line, place), place):
            title = () if kind.is_one else (_title(kind, mapping, number),)
            item = Item(kind, mapping, around, (*place, *title))
            if kind.numbered:
                item.values[kind.numbered] = number
            self._load_row(item)
        if not around.is_lost:
            self._look_after_unmentioned(kind, line, around.row, place)

    def _mappings(self, kind: Kind, node: Node, line: int, place: tuple[str, ...]) -> list[tuple[int, Mapping]]:
        if kind.is_one:
            if isinstance(node, Mapping):
                return [(1, node)]
            self.faults.add(line, place, "Här ska det stå fält, till exempel name:")
            return []
        if isinstance(node, Scalar) and node.is_empty:
            return []
        if not isinstance(node, Items):
            self.faults.add(line, place, "Här ska det stå en lista: en punkt (-) för varje rad.")
            return []
        for wrong in (item for item in node.nodes if not isinstance(item, Mapping)):
            self.faults.add(wrong.line, place, "Varje punkt i listan ska ha fält, till exempel name:")
        return [(number, item) for number, item in enumerate(node.nodes, start=1) if isinstance(item, Mapping)]

    def _in_order(
        self, kind: Kind, nodes: list[tuple[int, Mapping]], place: tuple[str, ...]
    ) -> Iterator[tuple[int, Mapping]]:
        """Rows after the rows of the same list that they refer to; a circle is a fault at each row in it."""
        name = kind.refers_to_itself_by()
        if not name:
            yield from nodes
            return
        identity = kind.identity[0]
        by_text = {_text(mapping, identity): (number, mapping) for number, mapping in nodes}
        known = by_text.keys() - {""}
        order = order_of_need({text: {_text(row, name)} & known for text, (_, row) in by_text.items()})
        for number, mapping in (by_text[text] for text in order.in_circle):
            item = Item(kind, mapping, Around(), (*place, _title(kind, mapping, number)))
            self.faults.add(item.line(name), item.place_of(name), CIRCLE)
            del mapping.entries[name]
        rank = {text: turn for turn, text in enumerate(order.rows)}
        yield from sorted(nodes, key=lambda node: rank[_text(node[1], identity)])

    def _look_after_unmentioned(
        self, kind: Kind, line: int, parent: models.Model | None, place: tuple[str, ...]
    ) -> None:
        """Rows that the file says nothing about are left; but numbered lists are replaced as a whole."""
        for row in list(self.shelves.of(kind.model).unmentioned(parent)):
            name = " › ".join((*place, str(row)))
            if not kind.numbered:
                if not _has_ended(row):
                    self.outcome.left.append(name)
            elif kind.is_frozen(row):
                self.faults.add(line, place, kind.frozen_message)
            else:
                audit.remove(row, by=None, verb="imported", reason=self.reason)
                self.outcome.changed.append(f"{name}: tas bort")

    # --- one row ---

    def _load_row(self, item: Item) -> None:
        kind, before = item.kind, len(self.faults.found)
        self._refuse_unknown(item.node, kind.names | {child.key for child in kind.children}, item.place)
        self._read_values(item)
        row = self._find_and_save(item)
        for child in kind.children:
            if entry := item.node.entries.get(child.key):
                self._load_list(child, entry.node, entry.line, Around(row, item.place, is_lost=row is None))
        if row is not None and len(self.faults.found) == before:
            self._finish(item, row)

    def _read_values(self, item: Item) -> None:
        """In the order of the kind's fields: some are found by what those before them say."""
        for known in (known for known in item.kind.fields if known.name in item.node.entries):
            entry = item.node.entries[known.name]
            try:
                value = self._value(item, known, entry.node)
            except UnreadableError as error:
                self.faults.add(entry.line, item.place_of(known.name), str(error))
                value = UNREAD
            if value is UNREAD:
                item.unread.add(known.name)
            else:
                item.values[known.name] = value

    def _value(self, item: Item, known: Field, node: Node) -> Any:
        spec: Any = known.spec_in(item.kind.model)
        if isinstance(spec, maps.MapField):
            read = maps.read_parts(node, spec, self.faults, item.line(known.name), item.place_of(known.name))
            return UNREAD if read is None else read
        if not spec.is_relation:
            value = value_of(node, spec)
            return known.read(value) if known.read else value
        text = value_of(node, models.CharField(max_length=254))
        if not text:
            return None
        return self._found(item, known, text) if known.find else self._referred(spec.related_model, text)

    def _found(self, item: Item, known: Field, text: str) -> Any:
        """The row that the text means where it stands; UNREAD when what it stands in could not be saved."""
        if known.find is None or item.around.row is None:
            return UNREAD
        return known.find(self.shelves, item.around.row, item.values, text) or UNREAD

    def _referred(self, model: type[models.Model], text: str) -> Any:
        """The row that a reference means; UNREAD when that row stands in the file and has faults itself."""
        shelf = self.shelves.of(model)
        name = shelf.kind.identity[0]
        key = shelf.key({name: text}, None)
        if key in shelf.rows:
            return shelf.rows[key] or UNREAD
        hint = suggestion(text, (str(known) for (known,) in shelf.rows))
        raise UnreadableError(f"{shown(text)} finns inte bland {shelf.kind.plural} ({name}).{hint}")

    def _find_and_save(self, item: Item) -> models.Model | None:
        """The row, found or made, and saved when something differs; None when there is no such row."""
        shelf = self.shelves.of(item.kind.model)
        if not self._has_identity(item) or item.around.is_lost:
            self._look_at(item, item.kind.model())
            shelf.lost.append((item.around.row, item.values))
            return None
        key = shelf.key(item.values, item.around.row)
        if key in shelf.lines:
            self.faults.add(item.node.line, item.place, f"Samma står redan på rad {shelf.lines[key]}.")
            return None
        shelf.lines[key] = item.node.line
        found = shelf.rows.get(key)
        item.is_new = found is None
        row = found or _new_row(item)
        changes, kept = _set_values(item, row)
        self.outcome.kept += [f"{item.name}: {what}" for what in kept]
        saved = self._save(item, row, changes) if item.is_new or changes or item.unread else True
        shelf.rows[key] = row if saved or found else None
        return shelf.rows[key]

    def _has_identity(self, item: Item) -> bool:
        """Whether the fields that tell the row apart could be read; those that may be empty need not be there."""
        model = item.kind.model
        needed = [name for name in item.kind.identity if not model._meta.get_field(name).blank]  # type: ignore[union-attr]
        for name in needed:
            if not item.values.get(name) and name not in item.unread:
                self.faults.add(item.line(name), item.place_of(name), "Fältet måste fyllas i.")
                item.unread.add(name)
        return not item.unread & set(item.kind.identity)

    def _save(self, item: Item, row: Any, changes: list[tuple[str, str]]) -> bool:
        before = len(self.faults.found)
        self._refuse_forbidden(item, row, changes)
        if item.unread:
            self._look_at(item, row)
        elif len(self.faults.found) == before:
            self._validate_and_save(item, row)
        if item.unread or len(self.faults.found) > before:
            return False
        if item.is_new:
            self.outcome.added.append((item.kind, item.name))
        else:
            self.outcome.changed.extend(f"{item.name}: {change}" for _, change in changes)
        return True

    def _refuse_forbidden(self, item: Item, row: Any, changes: list[tuple[str, str]]) -> None:
        kind, names = item.kind, [name for name, _ in changes]
        if kind.is_frozen(row) and (names or item.is_new):
            self.faults.add(item.line(names[0]) if names else item.node.line, item.place, kind.frozen_message)
        if item.is_new:
            return
        for name in set(names) & set(kind.fixed):
            self.faults.add(item.line(name), item.place_of(name), "Fältet kan inte ändras i en databas som används.")
        circular = kind.refers_to_itself_by()
        if circular in names and leads_back(row, str(circular)):
            self.faults.add(item.line(str(circular)), item.place_of(str(circular)), CIRCLE)

    def _validate_and_save(self, item: Item, row: Any) -> None:
        try:
            item.kind.prepare(row)
            audit.save(row, by=None, verb="imported", reason=self.reason)
        except ValidationError as error:
            self._tell(item, error)
        except (IntegrityError, DataError):
            self.faults.add(item.node.line, item.place, "Raden går inte att förena med det som redan finns.")

    def _look_at(self, item: Item, row: Any) -> None:
        """Check the fields that could be read of a row that cannot be saved."""
        _set_values(item, row)
        names = item.kind.columns() - item.unread
        try:
            row.clean_fields(exclude={field.name for field in row._meta.fields} - names)
        except ValidationError as error:
            self._tell(item, error)

    def _finish(self, item: Item, row: Any) -> None:
        try:
            finished = item.kind.finish(row, item.values, self.reason)
        except ValidationError as error:
            self._tell(item, error)
            return
        if finished:
            verb, change = finished
            audit.save(row, by=None, verb=verb, reason=self.reason)
            if not item.is_new:
                self.outcome.changed.append(f"{item.name}: {change}")

    # --- words ---

    def _tell(self, item: Item, error: ValidationError) -> None:
        """The model's own messages, each at the line of the field that it is about.

        What is said of fields that the portal sets is told only when nothing else is: it follows from the rest.
        """
        by_field: dict[str, list[str]] = {NON_FIELD_ERRORS: error.messages}
        if hasattr(error, "error_dict"):
            by_field = dict(error.message_dict.items())
        telling = {name: by_field[name] for name in by_field if name in item.kind.names or name == NON_FIELD_ERRORS}
        for name, messages in (telling or by_field).items():
            place = item.place_of(name) if name in item.kind.names else item.place
            for message in messages:
                self.faults.add(item.line(name), place, message)

    def _refuse_unknown(self, mapping: Mapping, known: set[str], place: tuple[str, ...]) -> None:
        for key, entry in mapping.entries.items():
            if key not in known:
                name = "Fältnamnet" if has_personal_number(key) else shown(key)
                self.faults.add(entry.line, place, f"{name} finns inte.{suggestion(key, sorted(known))}")


def _new_row(item: Item) -> models.Model:
    return item.kind.model(**({item.kind.within: item.around.row} if item.kind.within else {}))


def _set_values(item: Item, row: Any) -> tuple[list[tuple[str, str]], list[str]]:
    """Set what the file says; what it does not mention stays, and what people have changed where the kind keeps that.

    Returns (field, what changes), and what was kept.
    """
    changes, kept = [], []
    columns = item.kind.columns()
    for name in (name for name in item.values if name in columns):
        spec, after = row._meta.get_field(name), item.values[name]
        before = getattr(row, spec.attname)
        if before != (after.pk if isinstance(after, models.Model) else after):
            shown_before = getattr(row, name) if before is not None else None
            if item.kind.keeps_edits and not item.is_new and _set_by_people(row, spec.attname):
                kept.append(f"{spec.verbose_name}: {told(shown_before, spec)} (i filen: {told(after, spec)})")
                continue
            changes.append((name, f"{spec.verbose_name}: {told(shown_before, spec)} → {told(after, spec)}"))
            setattr(row, name, after)
    return changes, kept


def _set_by_people(row: Any, name: str) -> bool:
    """Whether the value of a field came by somebody in the portal, and not by an import."""
    verbs: list[tuple[Any, str]] = []
    for value, verb in row.history.order_by("history_date", "history_id").values_list(name, "verb"):
        if not verbs or verbs[-1][0] != value:
            verbs.append((value, verb))
    return not verbs or verbs[-1][1] != "imported"


def _has_ended(row: Any) -> bool:
    last_day = next((day for name in LAST_DAYS if (day := getattr(row, name, None))), None)
    return last_day is not None and last_day < timezone.localdate()


def _title(kind: Kind, mapping: Mapping, number: int) -> str:
    """What a person knows the row by: its name, or what identifies it, or its number in the list."""
    title = ", ".join(text for name in kind.title if (text := _text(mapping, name)))
    title = title or _text(mapping, kind.identity[0])
    return f"nr {number}" if not title or has_personal_number(title) else shown(title).strip("”")


def _text(mapping: Mapping, name: str) -> str:
    entry = mapping.entries.get(name)
    return entry.node.text.strip() if entry and isinstance(entry.node, Scalar) else ""
