"""What stands in tables, asked in one query: to compare before with after, many times over."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model


def counts(models: Iterable[type[Model]]) -> dict[str, int]:
    """How many rows each table has."""
    return {table: number for table, number, _ in _asked(models, "0")}


def digest(models: Iterable[type[Model]]) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a sum over every value in them."""
    found = _asked(models, "md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))")
    return {table: (number, total) for table, number, total in found}


def _asked(models: Iterable[type[Model]], total: str) -> list[tuple[str, int, str]]:
    tables = sorted({model._meta.db_table for model in models})
    questions = [f"SELECT '{table}', count(*), {total} FROM \"{table}\" t" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions))
        return list(cursor.fetchall())
