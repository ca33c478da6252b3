"""What a database and its stored files hold, part by part, in words that can be compared with those of a copy."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg import Connection, IsolationLevel, connect, sql

Facts = dict[str, dict[str, str]]  # the kind of part, its name, how it is
Cursor = Any

# Everybody logs in anew after a restore: a session that was ended must not live again.
LEFT_OUT = frozenset({"django_session", "usersessions_usersession", str(settings.CACHES["default"]["LOCATION"])})
MISSING = "saknas"
LONGEST_SHOWN = 60

# How PostgreSQL writes values down, whatever the server and the account are set to.
_SAME_WORDS = """
    SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
    SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = 0; SET lock_timeout = 0
"""
_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname
"""
_DEFINITIONS = {
    "kolumn": """
        SELECT c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif(a.attidentity::text, ''),
            nullif(a.attgenerated::text, ''), pg_get_expr(d.adbin, d.adrelid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    """,
    "villkor": """
        SELECT concat_ws('.', r.relname, n.conname), concat_ws(' ', n.convalidated, pg_get_constraintdef(n.oid))
        FROM pg_constraint n JOIN pg_class r ON r.oid = n.conrelid WHERE n.connamespace = 'public'::regnamespace
    """,
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT r.relname || '.' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND r.relnamespace = 'public'::regnamespace
    """,
    "funktion": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """,
    "rättighet": """
        SELECT c.relname, string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.relnamespace = 'public'::regnamespace AND r.rolname = %(role)s GROUP BY c.relname
    """,
}


def snapshot(name: str = "") -> Connection:
    """A connection that sees the database as it is at this moment, however long it is read; `name` for another one."""
    parameters = connection.get_connection_params() | ({"dbname": name} if name else {})
    found: Connection = connect(**parameters)
    found.isolation_level, found.read_only = IsolationLevel.REPEATABLE_READ, True
    settle(found.cursor())
    found.commit()
    found.execute("SELECT 1 FROM pg_class LIMIT 1")  # from here on nothing new is seen
    return found


def settle(cursor: Cursor) -> None:
    """Makes PostgreSQL write values down the same way everywhere."""
    cursor.execute(_SAME_WORDS)


def tables(cursor: Cursor) -> dict[str, list[str]]:
    """Each table with the columns that hold facts, in their order."""
    return dict(cursor.execute(_TABLES).fetchall())


def sequences(cursor: Cursor) -> dict[str, int]:
    """Each sequence with the number that it gives next."""
    cursor.execute("SELECT sequencename::text, increment_by FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1")
    each = [
        sql.SQL("SELECT {}, last_value + is_called::int * {} FROM {}").format(name, step, sql.Identifier(name))
        for name, step in cursor.fetchall()
    ]
    return dict(cursor.execute(sql.SQL(" UNION ALL ").join(each)).fetchall()) if each else {}


def stored_files(cursor: Cursor) -> dict[str, str]:
    """Each stored file with its checksum, as the database knows them."""
    return dict(cursor.execute("SELECT id::text, sha256 FROM core_storedfile ORDER BY id").fetchall())


def copy_command(table: str, columns: Iterable[str], way: str) -> sql.Composed:
    """COPY in PostgreSQL's text format, one row to a line, which all versions read."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(table), names)


def rows(cursor: Cursor, table: str, columns: Iterable[str]) -> Iterator[bytes]:
    with cursor.copy(copy_command(table, columns, "TO STDOUT")) as copied:
        for row in copied:
            yield bytes(row)


class Digest:
    """How many rows, and a sum over their contents in which their order does not count."""

    def __init__(self) -> None:
        self.count = self._sum = 0

    def add(self, row: bytes) -> None:
        self.count += 1
        self._sum = (self._sum + int.from_bytes(hashlib.blake2b(row, digest_size=16).digest())) % 2**128

    def __str__(self) -> str:
        return f"{self.count} rader, kontrollsumma {self._sum:032x}"


def digest(lines: Iterable[bytes]) -> Digest:
    found = Digest()
    for row in lines:
        found.add(row)
    return found


def database_facts(cursor: Cursor) -> Facts:
    """All that a database holds, apart from what is left out of backups on purpose."""
    found: Facts = {
        "tabell": {
            table: str(digest(rows(cursor, table, columns)))
            for table, columns in tables(cursor).items()
            if table not in LEFT_OUT
        },
        "sekvens": {name: str(number) for name, number in sequences(cursor).items()},
    }
    for kind, question in _DEFINITIONS.items():
        found[kind] = dict(cursor.execute(question, {"role": settings.DATABASE_PORTAL_ROLE}).fetchall())
    return found


def sha256_of(path: Path) -> str:
    """The checksum of what lies there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "finns inte på disken"


def differences(original: Facts, copy: Facts) -> list[str]:
    """One line for each part that is otherwise in the copy."""
    return [
        f"{kind} {name}: {told}"
        for kind, parts in original.items()
        for name in sorted(parts.keys() | copy[kind].keys())
        if (told := _difference(kind, parts.get(name, MISSING), copy[kind].get(name, MISSING)))
    ]


def _difference(kind: str, one: str, other: str) -> str:
    if one == other or (kind == "sekvens" and MISSING not in {one, other} and int(other) >= int(one)):
        return ""  # while the portal runs, sequences go on; what they must not do is go back
    if MISSING in {one, other}:
        return "saknas i kopian" if other == MISSING else "finns bara i kopian"
    if kind == "tabell":
        return _rows_differ(one, other)
    short = len(one) < LONGEST_SHOWN and len(other) < LONGEST_SHOWN
    return f"{one} i originalet, {other} i kopian" if short else "har annat innehåll i kopian"


def _rows_differ(one: str, other: str) -> str:
    counts = one.partition(",")[0], other.partition(",")[0]
    if counts[0] == counts[1]:
        return f"{counts[0]} i båda, men med annat innehåll i kopian"
    return f"{counts[0]} i originalet, {counts[1]} i kopian"
