"""Swedish order of names (… z å ä ö) on any PostgreSQL, with or without ICU."""

from typing import Any

from django.db.models import F, Func, TextField
from django.db.models.functions import Collate

# å ä ö sort after z because { | } follow z in ASCII; accented letters sort as their base, ü as y.
_PAIRS = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"} | {
    letter: base
    for base, letters in {"e": "éèêë", "a": "áàâ", "u": "úû", "o": "óô", "i": "íî", "n": "ñ", "c": "ç"}.items()
    for letter in letters
}
_FROM = "".join(letter + letter.upper() for letter in _PAIRS)
_TO = "".join(key * 2 for key in _PAIRS.values())
_TABLE = str.maketrans(_FROM, _TO)

CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION swedish_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(translate(value, '{_FROM}', '{_TO}') COLLATE "C")
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS swedish_key(text)"


class SwedishKey(Func):
    """The database's sort key of a text column."""

    function = "swedish_key"
    output_field = TextField()


def swedish(name: str) -> Any:
    """Order by a column (or path) in Swedish: `queryset.order_by(swedish("name"))`."""
    return Collate(SwedishKey(F(name)), "C")


def swedish_key(value: str) -> str:
    """The same key in Python, for the few lists that are sorted there."""
    translated = value.translate(_TABLE)
    return "".join(letter.lower() if letter.isascii() else letter for letter in translated)
