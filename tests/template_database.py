"""One migrated database with the cast in it, made once per run; each process, and each test that commits, gets a copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.factories import cast

Renew = Callable[[], None]


@contextmanager
def copies(run: str, *, keep: bool, anew: bool) -> Iterator[Renew]:
    """Connects this process to a copy of its own, and yields what makes that copy as new.

    A process that comes while another makes the template waits for the database's lock. The last one to leave takes
    the template away, unless it is to be kept. It is good for the same day: the cast's roles begin and end by days.
    """
    creation = connection.creation
    name = creation._get_test_db_name()
    template = f"test_{settings.DATABASES['default']['NAME']}_template"
    with creation._nodb_cursor() as cursor:
        with _alone(cursor, template):
            _have(cursor, template, str(timezone.localdate()), run, use_earlier=keep and not anew)
            cursor.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", [_in_use(template)])
        _connect_to(name)

        def renew() -> None:
            connection.close()
            _copy(cursor, template, name)

        renew()
        yield renew
        connection.close()
        with _alone(cursor, template):
            _drop(cursor, name)
            cursor.execute("SELECT pg_advisory_unlock_shared(hashtext(%s))", [_in_use(template)])
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [_in_use(template)])
            is_last = cursor.fetchone()[0]
            if is_last and not keep:
                _drop(cursor, template)


@contextmanager
def _alone(cursor: Any, template: str) -> Iterator[None]:
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])


def _in_use(template: str) -> str:
    return f"{template} in use"


def _have(cursor: Any, template: str, day: str, run: str, *, use_earlier: bool) -> None:
    """The template of this run; or of an earlier run this day, with the migrations since."""
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [template])
    found = cursor.fetchone()
    made_on, _, made_by = ((found and found[0]) or "").partition(" ")
    if (made_on, made_by) == (day, run):
        return
    if not use_earlier or made_on != day:
        _drop(cursor, template)
    _make(template)
    cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(template)} IS '{day} {run}'")


def _make(template: str) -> None:
    own = connection.settings_dict["TEST"].get("NAME")
    connection.settings_dict["TEST"]["NAME"] = template
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=True)
    finally:
        connection.settings_dict["TEST"]["NAME"] = own
    if not cast.User.objects.exists():
        cast.build()
    connection.close()  # a database that somebody is connected to cannot be copied


def _connect_to(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _copy(cursor: Any, template: str, name: str) -> None:
    _drop(cursor, name)
    quote = connection.ops.quote_name
    cursor.execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(template)}")


def _drop(cursor: Any, name: str) -> None:
    """Whoever is still connected, a server's thread or process that a test has left, is put out."""
    cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")
