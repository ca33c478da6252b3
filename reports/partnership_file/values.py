"""From what is written in the file to the value that a model's field wants."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kvinnofrid.core.validators import PERSONAL_NUMBER_MESSAGE, has_personal_number, validate_phone
from reports.partnership_file.reading import Items, Node, Scalar, shown, unwanted_letter

BOOLEANS = {"true": True, "ja": True, "false": False, "nej": False}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WHOLE_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
LONGEST_TEXT = 5000


class UnreadableError(ValueError):
    """The value does not fit its field; the message says what would."""


def value_of(node: Node, spec: Any) -> Any:
    """The value of a field that is no reference. Raises UnreadableError."""
    if isinstance(spec, ArrayField):
        return _list(node, spec)
    if not isinstance(node, Scalar):
        raise UnreadableError("Här ska det stå ett enda värde, inte en lista eller flera fält.")
    text = node.text.strip()
    if letter := unwanted_letter(text):
        raise UnreadableError(f"Texten innehåller ett tecken som inte får finnas ({letter}).")
    read = next((reader for kind, reader in _READERS.items() if isinstance(spec, kind)), _text)
    if node.is_empty:
        return _empty(spec)
    return _choice(text, spec) if spec.choices else read(text, spec)


def suggestion(text: str, known: Iterable[str]) -> str:
    """Menade du ...? for a word that is almost right, else nothing."""
    close = difflib.get_close_matches(text[:80], list(known), n=1, cutoff=0.6)
    return f" Menade du {close[0]}?" if close else ""


def told(value: Any, spec: Any) -> str:
    """A value as a person reads it in the list of changes."""
    if value in (None, "", []):
        return "tom"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, list):
        return f"{len(value)} st"
    text = str(dict(spec.flatchoices).get(value, value))
    return text if len(text) <= 60 else text[:57] + "..."


def _empty(spec: Any) -> Any:
    if isinstance(spec, models.BooleanField):
        raise UnreadableError("Skriv true eller false.")
    return "" if isinstance(spec, models.CharField | models.TextField) else None


def _choice(text: str, spec: Any) -> str:
    choices: Mapping[str, str] = dict(spec.flatchoices)
    if text in choices:
        return text
    by_label = {str(label).lower(): value for value, label in choices.items()}
    listed = ", ".join(f"{value} ({label})" for value, label in choices.items())
    hint = suggestion(text, choices) or suggestion(by_label.get(text.lower(), ""), choices)
    raise UnreadableError(f"{_quoted(text)} finns inte att välja.{hint} Välj bland {listed}.")


def _list(node: Node, spec: ArrayField) -> list[Any]:
    """Several values, or a single one without a list around it; empty ones are left out."""
    values = [value_of(one, spec.base_field) for one in (node.nodes if isinstance(node, Items) else [node])]
    return [value for value in values if value not in (None, "")]


def _boolean(text: str, _spec: Any) -> bool:
    if text.lower() not in BOOLEANS:
        raise UnreadableError(f"Skriv true eller false, inte {_quoted(text)}.")
    return BOOLEANS[text.lower()]


def _date(text: str, _spec: Any) -> date:
    try:
        day = date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise UnreadableError(f"{_quoted(text)} är inget datum. Skriv ÅÅÅÅ-MM-DD, till exempel 2026-11-01.")
    if not 1900 <= day.year < 2200:
        raise UnreadableError("Året ska ligga mellan 1900 och 2199.")
    return day


def _integer(text: str, _spec: Any) -> int:
    if not WHOLE_NUMBER.fullmatch(text):
        raise UnreadableError("Skriv ett heltal, till exempel 3.")
    return int(text)


def _text(text: str, spec: Any) -> str:
    is_phone = validate_phone in spec.validators
    if not is_phone and has_personal_number(text):
        raise UnreadableError(PERSONAL_NUMBER_MESSAGE)
    if not isinstance(spec, models.TextField) and "\n" in text:
        raise UnreadableError("Texten ska stå på en rad.")
    longest = spec.max_length or LONGEST_TEXT
    if len(text) > longest:
        raise UnreadableError(f"Texten får vara högst {longest} tecken. Den är {len(text)}.")
    return text.lower() if isinstance(spec, models.EmailField) else text


def _slug(text: str, spec: Any) -> str:
    if not SLUG.fullmatch(text):
        raise UnreadableError("Skriv med små bokstäver a–z, siffror och bindestreck, till exempel malung-salen.")
    return _text(text, spec)


def whole_number(node: Node) -> int:
    """A small number from 0. Raises UnreadableError."""
    return _integer(node.text.strip() if isinstance(node, Scalar) else "", None)


def _quoted(text: str) -> str:
    return "texten" if has_personal_number(text) else shown(text)


_READERS: dict[type, Callable[[str, Any], Any]] = {
    models.BooleanField: _boolean,
    models.DateField: _date,
    models.IntegerField: _integer,
    models.SlugField: _slug,
}
