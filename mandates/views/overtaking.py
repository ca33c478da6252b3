"""When somebody else has saved first: what was typed is kept, and what stands now is shown beside it."""

from datetime import date
from decimal import Decimal
from typing import Any

from kvinnofrid.core.overtaking import Overtaken
from kvinnofrid.core.templatetags.portal import date_sv, percent

ROWS = {"contacts": "Interna kontakter", "sections": "Avsnitt"}


def what_stands(form: Any, overtaken: Overtaken) -> list[dict[str, str]]:
    """Says it on the form, which can then be saved once more, and lists what stands now."""
    form.data = form.data.copy()
    form.data["seen"] = overtaken.seen
    form.add_error(None, str(overtaken))
    return [
        {"term": ROWS.get(name) or str(form.fields[name].label), "value": _in_words(form, name, value)}
        for name, value in overtaken.stands.items()
    ]


def _in_words(form: Any, name: str, value: Any) -> str:
    if name in ROWS:
        value = "; ".join(", ".join(part for part in row.values() if part) for row in value)
    elif isinstance(value, list):
        value = ", ".join(value)
    elif isinstance(value, date):
        value = date_sv(value)
    elif isinstance(value, Decimal):
        value = percent(value)
    elif hasattr(form.fields[name], "choices") and isinstance(value, str):
        value = dict(form.fields[name].choices).get(value, value)
    return str(value or "Inte angivet")
