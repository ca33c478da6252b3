"""Tells whether somebody has changed what a person has in front of them, so that nothing is overwritten unseen."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

OVERTAKEN = (
    "Uppgifterna har ändrats sedan du öppnade sidan. Inget är sparat än, och det du skrev är kvar. "
    "Jämför med hur det står nu, och spara igen om det du skrev ska gälla."
)


class Overtaken(Exception):
    """Somebody has changed what the person saw: `stands` is what is otherwise than wanted, `seen` its fingerprint."""

    def __init__(self, stands: Mapping[str, Any], seen: str) -> None:
        super().__init__(OVERTAKEN)
        self.stands = stands
        self.seen = seen


def fingerprint(values: Mapping[str, Any]) -> str:
    """The same for the same values, else another."""
    text = json.dumps(values, default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return getattr(value, "pk", None) or str(value)


def refuse_if_overtaken(seen: str, *, stands: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raises Overtaken when what was seen no longer stands.

    What already stands as wanted (a double click) is no conflict, and who has seen nothing is not asked.
    """
    now = fingerprint(stands)
    differs = {name: value for name, value in stands.items() if wanted.get(name) != value}
    if seen and seen != now and differs:
        raise Overtaken(differs, now)
