"""The register extract: everything that is held about one person, or about one address, from the declarations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, Value
from django.utils import timezone

from kvinnofrid.core import privacy
from kvinnofrid.core.privacy import PersonalData, Purpose, Subject
from kvinnofrid.core.templatetags.portal import date_sv, datetime_sv

Row = list[tuple[str, str]]  # what it is called, what stands there
NEWEST = 50  # of each kind on the page; the file has all
EMPTY = "Inte angivet"
NOT_SHOWN = "Finns, visas inte"
ACCOUNT_FIRST = "Ditt konto"


@dataclass(frozen=True)
class Part:
    """The rows of one kind, how many more there are in the file, and what stood in them before."""

    title: str
    rows: list[Row]
    more: int
    earlier: list[Row]


@dataclass(frozen=True)
class Chapter:
    """What is held for one purpose."""

    purpose: Purpose
    parts: list[Part]


@dataclass(frozen=True)
class Done:
    """How many rows of a kind name the person as the one who did something."""

    text: str
    count: int


@dataclass(frozen=True)
class Extract:
    """All that is held, on a moment."""

    made_at: datetime
    addresses: tuple[str, ...]
    chapters: list[Chapter]
    done: list[Done]


def extract(subject: Subject, *, with_history: bool = False) -> Extract:
    """Everything that is held about the subject; with what stood there before for the file."""
    chapters: dict[str, Chapter] = {}
    searched = [found for found in privacy.declared() if found.found_by]
    counts = dict(_counted((found.model, privacy.rows_about(found, subject)) for found in searched))
    for found in searched:
        count = counts.get(found.model, 0)
        if not (count or with_history):
            continue
        part = _part(found, subject, count, with_history=with_history)
        if part.rows or part.earlier:
            chapters.setdefault(found.purpose.title, Chapter(in_days(found.purpose), [])).parts.append(part)
    in_order = sorted(chapters.values(), key=lambda chapter: chapter.purpose.title != ACCOUNT_FIRST)
    return Extract(timezone.now(), subject.addresses, in_order, _done_by(subject.person))


def _counted(named: Iterable[tuple[str, Any]]) -> list[tuple[str, int]]:
    """How many rows there are of each, in one query; those without any are left out."""
    each = [
        rows.order_by()
        .annotate(told_as=Value(name, output_field=CharField()))
        .values("told_as")
        .annotate(rows=Count("pk", distinct=True))
        .values_list("told_as", "rows")
        for name, rows in named
    ]
    found = each[0].union(*each[1:], all=True) if each else []
    return [(name, count) for name, count in found if count]


def in_days(purpose: Purpose) -> Purpose:
    """A purpose with the settings' days in its texts."""
    days = privacy.periods()
    return Purpose(purpose.title, purpose.why, purpose.kept.format(**days), purpose.stays.format(**days))


def _part(found: PersonalData, subject: Subject, count: int, *, with_history: bool) -> Part:
    rows = privacy.rows_about(found, subject).select_related(*found.related).order_by("-pk")
    rows = rows if with_history else rows[:NEWEST]
    earlier: Iterable[Any] = ()
    if with_history and found.history is not None:
        earlier = privacy.history_about(found, subject).order_by("history_id")
    title = found.title or str(found.model_class._meta.verbose_name_plural)
    return Part(
        title[:1].upper() + title[1:],
        [list(_told(found, row)) for row in rows],
        0 if with_history else max(0, count - NEWEST),
        [[("Ändrat", datetime_sv(row.history_date)), *_told(found, row, is_earlier=True)] for row in earlier],
    )


def _told(found: PersonalData, row: Any, *, is_earlier: bool = False) -> Iterator[tuple[str, str]]:
    kept = {field.name for field in row._meta.concrete_fields}
    secret = found.sealed if found.sealed_when and getattr(row, found.sealed_when) else ()
    for name in found.fields:
        if name in secret:
            yield _capital(found.label(name)), NOT_SHOWN
        elif name in kept:
            yield _capital(found.label(name)), _shown(row, name, by_key=is_earlier)
    for name in found.hidden if not is_earlier else ():
        yield _capital(found.label(name)), NOT_SHOWN if getattr(row, name) else EMPTY


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(row: Any, name: str, *, by_key: bool) -> str:
    """A value in words. Of an earlier row a relation is told by its number: what it leads to may be gone."""
    field = row._meta.get_field(name)
    if by_key and field.is_relation:
        return str(getattr(row, field.attname) or EMPTY)
    value = getattr(row, name)
    if value in (None, "", [], {}):
        return EMPTY
    if isinstance(field, ArrayField):
        words = dict(field.base_field.choices or ())
        return ", ".join(str(words.get(one, one)) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, datetime):
        return datetime_sv(value)
    return date_sv(value) if isinstance(value, date) else str(value)


def _done_by(person: Any) -> list[Done]:
    """Everything that names the person as the one who did it."""
    if person is None:
        return []
    named = [
        (_name_of(model, field), model._default_manager.filter(**{field.name: person.pk}))
        for model, field in privacy.references()
    ]
    return [Done(text, count) for text, count in sorted(_counted(named))]


def _name_of(model: Any, field: Any) -> str:
    text = _capital(str(model._meta.verbose_name))
    in_swedish = str(field.verbose_name) != field.name.replace("_", " ")
    return f"{text}: {field.verbose_name}" if in_swedish else text


def as_data(found: Extract) -> dict[str, Any]:
    """The extract for a file that another program can read."""
    return {
        "framtaget": found.made_at.isoformat(),
        "adresser": list(found.addresses),
        "uppgifter": [
            {
                "ändamål": chapter.purpose.title,
                "varför": chapter.purpose.why,
                "sparas": chapter.purpose.kept,
                "delar": [
                    {"vad": part.title, "nu": _plain(part.rows), "tidigare": _plain(part.earlier)}
                    for part in chapter.parts
                ],
            }
            for chapter in found.chapters
        ],
        "gjort": [{"vad": done.text, "antal": done.count} for done in found.done],
    }


def _plain(rows: list[Row]) -> list[dict[str, str]]:
    return [dict(row) for row in rows]


@dataclass(frozen=True)
class PurposeRow:
    """A purpose on the page about personal data, with the fields that are held for it in words."""

    purpose: Purpose
    fields: str


def purposes() -> list[PurposeRow]:
    """Everything that is declared, in the order in which the apps declare it; the account first."""
    named: dict[str, dict[str, None]] = {}
    first: dict[str, Purpose] = {}
    for found in privacy.declared():
        title = found.purpose.title
        first.setdefault(title, found.purpose)
        labels = named.setdefault(title, {})
        labels.update(dict.fromkeys(found.label(name) for name in (*found.fields, *found.hidden)))
    rows = [PurposeRow(in_days(first[title]), _capital(", ".join(labels))) for title, labels in named.items()]
    return sorted(rows, key=lambda row: row.purpose.title != ACCOUNT_FIRST)
