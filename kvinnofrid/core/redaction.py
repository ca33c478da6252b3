"""The one function that redacts, in the database, made from the declarations of personal data at each migration.

The portal's own role cannot change history. The function works as the tables' owner, touches only the columns that
are declared, only rows of a person whose time is out, and leaves a line in the log each time.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import BigIntegerField, DateField, Func, Q, QuerySet, TextField
from psycopg import sql

from kvinnofrid.core import files, privacy
from kvinnofrid.core.models import FileKind, StoredFile
from kvinnofrid.core.privacy import PersonalData

SIGNATURE = "redact_personal_data(bigint, timestamptz, bigint, text, uuid)"
NOTICE = "Filen är gallrad. Den innehöll personuppgifter som portalen inte längre får spara.\n"
NOTICE_NAME = "Gallrad fil"

# p_: what is asked for; v_: what the function finds out. No column of ours has such a name.
_FUNCTION = """
CREATE OR REPLACE FUNCTION redact_personal_data(
    p_person bigint, p_before timestamptz, p_actor bigint, p_reason text, p_notice uuid
) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $redact$
DECLARE
    v_today date := (now() AT TIME ZONE {zone})::date;
    v_address text;
    v_protected boolean := false;
    v_gone uuid[] := '{{}}';
    v_counts jsonb := '{{}}';
    v_rows bigint;
BEGIN
    IF p_person IS NULL THEN
        IF p_before IS NULL THEN
            RAISE EXCEPTION 'neither a person nor a day is told' USING ERRCODE = 'insufficient_privilege';
        END IF;
        p_before := least(p_before, now());
{expired}
    ELSE
        PERFORM 1 FROM {person} WHERE id = p_person FOR UPDATE;
        SELECT pg_catalog.lower(email::text), has_protected_identity INTO v_address, v_protected
            FROM {person} WHERE id = p_person;
        IF NOT coalesce(({allowed}), false){unless} THEN
            RAISE EXCEPTION 'person % is not to be redacted', p_person USING ERRCODE = 'insufficient_privilege';
        END IF;
        PERFORM set_config('kvinnofrid.redaction', pg_current_xact_id()::text, true);
{personal}
        DELETE FROM core_storedfile WHERE id = ANY (v_gone);
        PERFORM set_config('kvinnofrid.redaction', '', true);
    END IF;
    IF p_person IS NOT NULL OR v_counts <> '{{}}' THEN
        INSERT INTO {log} (person_id, redacted_at, redacted_by_id, reason, counts)
            VALUES (p_person, now(), p_actor, p_reason, v_counts);
    END IF;
    RETURN jsonb_build_object('counts', v_counts, 'files', to_jsonb(v_gone));
END $redact$
"""
_COUNT = """        GET DIAGNOSTICS v_rows = ROW_COUNT;
        IF v_rows > 0 THEN
            v_counts := v_counts || jsonb_build_object('{table}', coalesce((v_counts->>'{table}')::bigint, 0) + v_rows);
        END IF;"""


@dataclass(frozen=True)
class Done:
    """How many rows of each table were redacted."""

    counts: dict[str, int]


# --- asked for by actions ---------------------------------------------------------------------------------------------


def redact_person(person: Any, *, by: Any, reason: str) -> Done:
    """All declared data of one person, and the files that go along, in the caller's transaction."""
    notice = _notice(person) if _has_files(person) else None
    return _call(person.pk, None, by, reason, notice)


def redact_expired(before: Any, *, reason: str) -> Done:
    """What nobody answered, and whose time was out before then."""
    return _call(None, before, None, reason, None)


def _call(person: int | None, before: Any, by: Any, reason: str, notice: UUID | None) -> Done:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT redact_personal_data(%s, %s, %s, %s, %s)",
            [person, before, by.pk if by else None, reason, notice],
        )
        told = cursor.fetchone()[0]
    found = told if isinstance(told, dict) else json.loads(told)
    gone = [Path(settings.FILES_DIR) / key for key in found["files"]]
    transaction.on_commit(lambda: _remove(gone))
    return Done(found["counts"])


def _remove(paths: list[Path]) -> None:
    """After the rows are gone; a file that is left behind is one without a row, which the daily work removes."""
    for path in paths:
        path.unlink(missing_ok=True)


def _has_files(person: Any) -> bool:
    subject = privacy.subject_of(person)
    return any(privacy.rows_about(found, subject).exists() for found in privacy.declared() if found.file)


def _notice(_person: Any) -> UUID:
    """What stands in a file's place."""
    stored: StoredFile = files.store(NOTICE.encode(), by=None, name=NOTICE_NAME, kind=FileKind.TEXT)
    return stored.pk


# --- made after each migration ----------------------------------------------------------------------------------------


def make_function(cursor: Any, role: str) -> None:
    """The function as the declarations are now, for the portal's role to call and nobody else."""
    cursor.execute(function_sql())
    cursor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    cursor.execute(f'GRANT EXECUTE ON FUNCTION {SIGNATURE} TO "{role}"')


def function_sql() -> str:
    """The function's text. Its parts come from the models and from declarations in the code, never from anybody."""
    person: Any = get_user_model()
    log = privacy.log()
    return _FUNCTION.format(
        person=person._meta.db_table,
        zone=_literal(settings.TIME_ZONE),
        allowed=log.allowed,
        unless="".join(f"\n            OR EXISTS ({_text(rows)})" for rows in _open_rows()),
        log=log.table,
        personal="\n".join(line for found in privacy.declared() for line in _personal(found)),
        expired="\n".join(line for found in privacy.declared() for line in _expired(found)) or "        NULL;",
    )


def _open_rows() -> Iterator[QuerySet[Any]]:
    """What makes the person take part today or later, and what waits for an answer from the person's address."""
    person = Func(template="p_person", output_field=BigIntegerField())
    address = Func(template="v_address", output_field=TextField())
    today = Func(template="v_today", output_field=DateField())
    for tie in privacy.ties():
        yield tie.rows().filter(Q(last__isnull=True) | Q(last__gte=today), **{tie.path: person})
    for wait in privacy.waits():
        yield wait.rows().filter(**{f"{wait.address}__iexact": address})


def _text(rows: QuerySet[Any]) -> str:
    """A query as text of the function; its values are the declarations' own."""
    text, values = rows.order_by().values("pk").query.sql_with_params()
    return str(text) % tuple(_literal(value) for value in values)


def _literal(value: Any) -> str:
    return sql.Literal(str(value) if isinstance(value, str) else value).as_string(None)


def _personal(found: PersonalData) -> list[str]:
    """What is done with one person's rows of a declaration: history first, which may be found by the row itself."""
    if not found.found_by or not (found.redactions or found.is_removed or found.reasons_too or found.file):
        return []
    mine = " OR ".join(f"({condition(found.model_class, path)})" for path in found.found_by)
    lines = []
    for model in filter(None, [found.history, found.model_class]):
        table = model._meta.db_table
        if found.file:
            column = model._meta.get_field(found.file).column
            lines += [
                f"        v_gone := v_gone || ARRAY(SELECT DISTINCT {column} FROM {table} WHERE {mine});",  # noqa: S608
                _update(table, {column: "p_notice"}, mine),
            ]
        for redaction in found.redactions:
            values = _columns(model, redaction.values)
            lines.append(_update(table, values, mine, redaction.where))
        if found.reasons_too and model is found.history:
            lines.append(_update(table, {"history_change_reason": "''"}, mine))
        if found.is_removed and model is found.model_class:
            lines += [f"        DELETE FROM {table} WHERE {mine};", _COUNT.format(table=table)]  # noqa: S608
    return lines


def _expired(found: PersonalData) -> list[str]:
    """What is done with rows whose time is out; the history first, while it still shows which."""
    if not found.expired:
        return []
    base = found.model_class._meta.db_table
    wanted = found.expired.format(table=base)
    lines = []
    for redaction in found.redactions:
        if found.history is not None:
            of_those = f"id IN (SELECT id FROM {base} WHERE {wanted})"  # noqa: S608
            table = found.history._meta.db_table
            lines.append(_update(table, _columns(found.history, redaction.values), of_those, redaction.where))
    return lines + [
        _update(base, _columns(found.model_class, redaction.values), wanted, redaction.where)
        for redaction in found.redactions
    ]


def _columns(model: Any, values: Any) -> dict[str, str]:
    """The columns that the table has: a password, say, is in no history."""
    names = {item.name: item.column for item in model._meta.concrete_fields}
    return {names[name]: value for name, value in values.items() if name in names}


def _update(table: str, values: dict[str, str], mine: str, where: str = "") -> str:
    new = ", ".join(f"{column} = {value}" for column, value in values.items())
    also = f" AND ({where.format(table=table)})" if where else ""
    return f"        UPDATE {table} SET {new} WHERE ({mine}){also};\n" + _COUNT.format(table=table)  # noqa: S608


def condition(model: Any, path: str) -> str:
    """The way to a person, or to an address of the person, as SQL about a row of the model or of its history."""
    name, _, rest = path.partition("__")
    found = model._meta.get_field(name)
    if not found.is_relation:
        return (
            f"{found.column} = p_person" if found.primary_key else f"pg_catalog.lower({found.column}::text) = v_address"
        )
    if not rest:
        return f"{found.column} = p_person"
    related = found.related_model
    inner = condition(related, rest)
    if found.auto_created:  # from the other side
        return f"id IN (SELECT {found.field.column} FROM {related._meta.db_table} WHERE {inner})"  # noqa: S608
    return f"{found.column} IN (SELECT id FROM {related._meta.db_table} WHERE {inner})"  # noqa: S608
