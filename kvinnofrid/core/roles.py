"""The database role the portal works as: it may change rows, but history only grows."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ProgrammingError
from psycopg import errors, sql

from kvinnofrid.core import privacy, redaction


def history_tables() -> list[str]:
    """Names of the tables that only grow."""
    return sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "history_object"))


def kept_tables() -> list[str]:
    """Names of the tables whose rows are ended, not deleted."""
    return sorted(m._meta.db_table for m in apps.get_models() if getattr(m, "may_be_deleted", None) is False)


def grant_portal_role(*, using: str = DEFAULT_DB_ALIAS, app_config: Any, **kwargs: Any) -> None:
    """After a migration (run by the owner), give the portal's role what it needs and no more.

    The role is made when missing; where the owner may not make roles, one line says what to run.
    """
    if app_config.label != "core":
        return
    connection = connections[using]
    role = sql.Identifier(settings.DATABASE_PORTAL_ROLE)
    with connection.cursor() as cursor:
        _ensure_role(cursor, settings.DATABASE_PORTAL_ROLE)
        grants = [
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
            "REVOKE ALL ON TABLE django_migrations FROM {role}",
            "GRANT SELECT ON TABLE django_migrations TO {role}",
        ]
        for grant in grants:
            cursor.execute(sql.SQL(grant).format(role=role))
        existing = set(connection.introspection.table_names(cursor))
        _revoke(cursor, "UPDATE, DELETE, TRUNCATE", existing.intersection(history_tables()))
        _revoke(cursor, "DELETE, TRUNCATE", existing.intersection(kept_tables()))
        _revoke(cursor, "INSERT, UPDATE, DELETE, TRUNCATE", existing.intersection({privacy.log().table}))
        _close_schema(cursor)
        redaction.make_function(cursor, settings.DATABASE_PORTAL_ROLE)


def _revoke(cursor: Any, privileges: str, tables: Iterable[str]) -> None:
    for table in sorted(tables):
        revoke = sql.SQL("REVOKE {privileges} ON TABLE {table} FROM {role}").format(
            privileges=sql.SQL(privileges),
            table=sql.Identifier(table),
            role=sql.Identifier(settings.DATABASE_PORTAL_ROLE),
        )
        cursor.execute(revoke)


def _close_schema(cursor: Any) -> None:
    """Nobody but the owner makes functions that others' queries would find. Where the schema is somebody else's,
    as in a cluster from before PostgreSQL 15, its owner must say so: see docs/security.md."""
    cursor.execute("SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'public'")
    if cursor.fetchone()[0]:
        role = sql.Identifier(settings.DATABASE_PORTAL_ROLE)
        cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}").format(role=role))


def _ensure_role(cursor: Any, name: str) -> None:
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
    try:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {role} NOLOGIN").format(role=sql.Identifier(name)))
            cursor.execute(sql.SQL("GRANT {role} TO CURRENT_USER").format(role=sql.Identifier(name)))
    except ProgrammingError as error:
        if isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise CommandError(
                f"Databasens ägare får inte skapa rollen {name}. Låt databasens administratör köra: "
                f"CREATE ROLE {name} NOLOGIN; GRANT {name} TO <kontot i DATABASE_URL>;"
            ) from error
        raise
    finally:
        if not cursor.connection.closed and cursor.connection.info.transaction_status.name != "INERROR":
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
