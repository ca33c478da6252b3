"""What the portal holds about persons, declared by each app in its `personal_data.py` and read from here alone.

The page about personal data, the register extract and the redaction all read the same declarations, so that none of
them can say anything else than the others. A test walks all fields and fails for one that nobody has declared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower

REMOVED_PERSON = "Borttagen person"
REMOVED_DOMAIN = "borttagen.invalid"  # a domain that no mail ever reaches (RFC 2606)

# New values of a redacted column, as PostgreSQL reads them.
NOTHING = "''"
NOBODY = f"'{REMOVED_PERSON}'"
NO_DAY = "NULL"
NO_ADDRESS = f"'borttagen@{REMOVED_DOMAIN}'"
OWN_ADDRESS = f"'borttagen-' || id || '@{REMOVED_DOMAIN}'"  # where addresses are unique
NO_VALUES = "'{}'::jsonb"


def nobody_if(column: str) -> str:
    """The removed person where somebody was named, nothing where nobody was."""
    return f"CASE WHEN {column} = '' THEN '' ELSE {NOBODY} END"


@dataclass(frozen=True)
class Purpose:
    """Why some data are held, how long, and what stays of them: a row of the page about personal data.

    The texts may name the settings' days: {unused}, {notice}, {kept}, {loose}, {messages}, {jobs}, {results}.
    """

    title: str
    why: str
    kept: str
    stays: str = ""


@dataclass(frozen=True)
class Redaction:
    """New values of columns, by field; `where` (SQL, with {table}) says of which rows, when not of all."""

    values: Mapping[str, str]
    where: str = ""


@dataclass(frozen=True)
class PersonalData:
    """The fields of one model that are about a person.

    `found_by` are the ways to a person's rows: relations that end in a person, or a column with an e-mail address;
    without any the rows are about nobody in particular, or go by themselves. `hidden` fields are told of, not shown,
    and so are the `sealed` ones of a row that says `sealed_when` (a link for one use, say).
    `title` and `labels` are for models and fields of others, which have no Swedish names.
    With `reasons_too` the reasons in the history are about the person and go along. A `file` goes along too.
    `expired` (SQL) says which rows are let go whoever they are about, once `p_before` has passed;
    it is no longer true of a row when the last redaction is done with it. A redaction that changes what a row is
    found by comes last, too.
    """

    model: str
    purpose: Purpose
    fields: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    sealed_when: str = ""
    sealed: tuple[str, ...] = ()
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    reasons_too: bool = False
    is_removed: bool = False
    file: str = ""
    expired: str = ""

    @property
    def model_class(self) -> Any:
        return apps.get_model(self.model)

    @property
    def history(self) -> Any:
        """The model of its history; None where there is none."""
        kept = getattr(self.model_class, "history", None)
        return kept.model if kept is not None else None

    def label(self, name: str) -> str:
        """What a field is called in Swedish."""
        return self.labels.get(name) or str(self.model_class._meta.get_field(name).verbose_name)


@dataclass(frozen=True)
class Tie:
    """What makes a person take part: rows reached by `path` from the row to the person, with the `last` day of each.

    No last day means until further notice.
    """

    model: str
    path: str
    last: Any
    only: Q = field(default_factory=Q)

    def rows(self) -> QuerySet[Any]:
        """Its rows, each with `last`."""
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.filter(self.only).annotate(last=self.last)
        return found


@dataclass(frozen=True)
class Wait:
    """Rows that wait for an answer from whoever has the address in a column: redaction waits as long as they do."""

    model: str
    address: str
    only: Q

    def rows(self) -> QuerySet[Any]:
        """Its rows."""
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.filter(self.only)
        return found


@dataclass(frozen=True)
class Log:
    """The table in which each redaction leaves a line, and when a person's data may be redacted at all (SQL).

    Ties that have not ended, and what waits for an answer, are looked at besides.
    """

    table: str
    allowed: str


_declared: list[PersonalData] = []
_ties: list[Tie] = []
_waits: list[Wait] = []
_not_about_persons: dict[str, tuple[str, ...]] = {}
_logs: list[Log] = []


def declare(*declarations: PersonalData) -> None:
    """Called once by each app that holds something about persons."""
    _declared.extend(declarations)


def declare_ties(*ties: Tie) -> None:
    """Called once by each app that knows what makes a person take part."""
    _ties.extend(ties)


def declare_waits(*waits: Wait) -> None:
    """Called once by each app that asks somebody at an address for an answer."""
    _waits.extend(waits)


def not_about_persons(fields: Mapping[str, tuple[str, ...]]) -> None:
    """Fields of models that hold text but nothing about persons: about organisations, texts, the portal itself."""
    _not_about_persons.update(fields)


def keep_log(log: Log) -> None:
    """Called once, by the app that keeps the log of redactions."""
    _logs[:] = [log]


def declared() -> list[PersonalData]:
    return list(_declared)


def ties() -> list[Tie]:
    return list(_ties)


def waits() -> list[Wait]:
    return list(_waits)


def awaited_among(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, in small letters, from which something waits for an answer."""
    asked, found = {address.lower() for address in addresses}, set[str]()
    for wait in _waits:
        rows: Any = wait.rows().annotate(asked_address=Lower(wait.address)).filter(asked_address__in=asked)
        found.update(rows.values_list("asked_address", flat=True))
    return found


def is_awaited(address: str) -> bool:
    """Whether something waits for an answer from whoever has the address."""
    return bool(awaited_among([address]))


def exempt() -> dict[str, tuple[str, ...]]:
    return dict(_not_about_persons)


def log() -> Log:
    return _logs[0]


def periods() -> dict[str, int]:
    """The settings' days, for the texts of purposes."""
    return {
        "unused": settings.RETENTION_UNUSED_DAYS,
        "notice": settings.RETENTION_NOTICE_DAYS,
        "kept": settings.RETENTION_KEPT_DAYS,
        "loose": settings.RETENTION_LOOSE_DAYS,
        "messages": settings.MESSAGES_KEPT_DAYS,
        "jobs": settings.JOBS_KEPT_DAYS,
        "results": settings.RESULTS_DAYS,
    }


# --- a person's rows --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Somebody whose rows are looked for: a person of the portal, or an address that somebody has written."""

    addresses: tuple[str, ...]
    person: Any = None


def subject_of(person: Any) -> Subject:
    """A person, with the addresses that the person has had."""
    people: Any = get_user_model()
    had = people.history.filter(id=person.pk).values_list("email", flat=True)
    return Subject(tuple(sorted({person.email, *had})), person)


def ends_in_person(model: type[Model], path: str) -> bool:
    """Whether a way ends in a person, and not in a column with an address."""
    name, _, rest = path.partition("__")
    found: Any = model._meta.get_field(name)
    if found.is_relation and rest:
        return ends_in_person(found.related_model, rest)
    return bool(found.is_relation or found.primary_key)


def rows_about(found: PersonalData, subject: Subject) -> QuerySet[Any]:
    """The subject's rows of one declaration."""
    rows: QuerySet[Any] = found.model_class._default_manager.filter(_about(found, subject, found.found_by))
    return rows.distinct()


def history_about(found: PersonalData, subject: Subject) -> QuerySet[Any]:
    """What has stood about the subject, in rows that are gone too. What a row said when it was about somebody else
    is not the subject's, so each line of history is found by its own columns, as the redaction finds it."""
    back = [path for path in found.found_by if _goes_back(found.model_class, path)]
    own = [path for path in found.found_by if path not in back]
    present = found.model_class._default_manager.filter(_about(found, subject, back)).order_by().values("pk")
    rows: QuerySet[Any] = found.history._default_manager.filter(_about(found, subject, own) | Q(id__in=present))
    return rows


def _goes_back(model: type[Model], path: str) -> bool:
    """Whether a way begins at a row that points here, which a history has none of."""
    return bool(model._meta.get_field(path.partition("__")[0]).auto_created and "__" in path)


def _about(found: PersonalData, subject: Subject, paths: Iterable[str]) -> Q:
    wanted = Q(pk__in=[])
    for path in paths:
        if not ends_in_person(found.model_class, path):
            for address in subject.addresses:
                wanted |= Q(**{f"{path}__iexact": address})
        elif subject.person is not None:
            wanted |= Q(**{path: subject.person.pk})
    return wanted


def references() -> Iterator[tuple[type[Model], Any]]:
    """Where a row of ours names a person as the one who did something, and no declaration finds it as the person's."""
    ways = {(found.model, path) for found in _declared for path in found.found_by}
    for model in apps.get_models():
        if hasattr(model, "history_object") or not hasattr(model, "objects"):
            continue
        for item in model._meta.concrete_fields:
            points = item.is_relation and item.related_model is get_user_model()
            if points and (model._meta.label, item.name) not in ways:
                yield model, item
