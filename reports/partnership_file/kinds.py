"""What a section of the partnership file is made of: kinds of rows and their fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from reports.partnership_file.shelves import Shelves


@dataclass(frozen=True)
class Field:
    """One field of a kind. Type, label, limits and choices come from the model's field of the same name.

    `about` and `example` are for the documentation. `spec` stands in where the model has no such field. `read` makes
    the value of the text. `find` finds the row that the text means among those of the row around and of the fields
    before: None when that row stands in the file and has faults. Both may raise UnreadableError.
    """

    name: str
    example: str
    about: str
    spec: models.Field | None = None
    read: Callable[[str], Any] | None = None
    find: Callable[["Shelves", Any, dict[str, Any], str], Any] | None = None

    def spec_in(self, model: type[models.Model]) -> models.Field:
        return self.spec or model._meta.get_field(self.name)  # type: ignore[return-value]


def slug_field(example: str) -> Field:
    """The address of a row, by which the rest of the file refers to it."""
    return Field("slug", example, "Short name for addresses and references. Never change it.")


PERIOD = (
    Field("starts_on", "2010-01-01", "First day; empty means that it is not known or has no beginning."),
    Field("ends_on", "2027-12-31", "Last day; empty means until further notice. This is how a row is ended."),
)


def _never(_row: Any) -> bool:
    return False


def _nothing(_row: Any) -> None:
    return None


def _no_change(_row: Any, _values: dict[str, Any], _reason: str) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of row: where it stands in the file, which row of the database it means, and what it may hold.

    `identity` are the fields that tell rows of one list apart; `within` is the foreign key to the row around it.
    """

    key: str
    model: type[models.Model]
    about: str
    fields: tuple[Field, ...]
    identity: tuple[str, ...] = ()
    within: str = ""
    title: tuple[str, ...] = ("name",)  # the fields that a person knows the row by
    children: tuple["Kind", ...] = ()
    is_one: bool = False  # one mapping instead of a list
    numbered: str = ""  # the field that holds the row's place in its list; such a list is replaced as a whole
    fixed: tuple[str, ...] = ()  # fields that may never change
    prepare: Callable[[Any], None] = _nothing  # sets what the file does not say, before a row is saved
    is_frozen: Callable[[Any], bool] = _never
    frozen_message: str = ""
    # What the file's own fields do once the children are in place: changes the row and tells (verb, what changed).
    # The last argument is the reason that the history gives.
    finish: Callable[[Any, dict[str, Any], str], tuple[str, str] | None] = _no_change
    keeps_edits: bool = False  # what people have changed in the portal is told, and not changed back
    is_register: bool = False  # rows are entries, which only other entries correct: the file tells the first of them

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def plural(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    @property
    def names(self) -> set[str]:
        return {field.name for field in self.fields}

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def spec(self, name: str) -> Any:
        """The type of a field of the file."""
        return self.field(name).spec_in(self.model)

    def columns(self) -> set[str]:
        """The fields that the model has too."""
        return {field.name for field in self.model._meta.fields} & (self.names | {self.numbered})

    def refers_to_itself_by(self) -> str | None:
        """The name of the field that points to another row of the same kind."""
        names = (field.name for field in self.fields if field.spec_in(self.model).related_model is self.model)
        return next(names, None)

    def identity_of(self, row: models.Model) -> tuple[Any, ...]:
        """What tells this row apart from others of its kind, as it stands in the database."""
        names = (self.within, *self.identity) if self.within else self.identity
        return tuple(comparable(self.model._meta.get_field(name), _raw(row, name)) for name in names)


def comparable(spec: Any, value: Any) -> Any:
    """E-mail addresses are the same whatever their case."""
    return value.lower() if isinstance(spec, models.EmailField) and value else value


def _raw(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]
