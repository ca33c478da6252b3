"""Backs up the database and the stored files in one archive, restores it, and proves by a drill that this works.

The portal may go on running: what is read is one snapshot of the database, and files that the snapshot knows of
neither change nor go away. Everything is done through the connection to the database, without other programs.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import Connection, connect, errors, sql

from kvinnofrid.core import roles
from kvinnofrid.core.backup_archive import BackupFault, Manifest, Reader, Writer
from kvinnofrid.core.backup_facts import (
    LEFT_OUT,
    Cursor,
    Facts,
    copy_command,
    database_facts,
    differences,
    digest,
    rows,
    sequences,
    settle,
    sha256_of,
    snapshot,
    stored_files,
    tables,
)

SCRATCH = "_drill_"


# --- back up ----------------------------------------------------------------------------------------------------------


def back_up(folder: Path, source: Connection) -> tuple[Path, Manifest]:
    """One archive in the folder, of what the source sees; it is not there until it is whole."""
    made_at = datetime.now(UTC)
    with source.cursor() as cursor:
        manifest = Manifest(
            made_at=made_at.isoformat(timespec="seconds"),
            server=str(source.info.parameter_status("server_version")),
            migrations=[list(row) for row in cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")],
            sequences=sequences(cursor),
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Writer(folder / f"kvinnofrid-{made_at:%Y%m%dT%H%M%SZ}.zip", manifest) as archive:
            for table, columns in tables(cursor).items():
                if table not in LEFT_OUT:
                    archive.add_table(table, columns, rows(cursor, table, columns))
            for key, sha256 in stored_files(cursor).items():
                archive.add_file(key, sha256, Path(settings.FILES_DIR) / key)
    return archive.path, manifest


# --- restore ----------------------------------------------------------------------------------------------------------


def restore(path: Path, files: Path) -> Manifest:
    """Into the empty database that Django is connected to, as its owner, and an empty folder. All of it, or nothing."""
    with Reader(path) as archive:
        executor = MigrationExecutor(connection, _check_what_waits)
        targets = _targets(executor, archive.manifest)
        _refuse_unless_empty(files)
        archive.verify()
        with _files_back(archive, files), transaction.atomic(), connection.cursor() as cursor:
            settle(cursor)
            executor.migrate(targets)
            call_command("createcachetable", verbosity=0)
            _fill(cursor, archive)
            roles.grant_portal_role(app_config=apps.get_app_config("core"))
        return archive.manifest


def _targets(executor: MigrationExecutor, manifest: Manifest) -> list[tuple[str, str]]:
    """The last migrations that the archive's database had run."""
    graph, run = executor.loader.graph, {(app, name) for app, name in manifest.migrations}
    replaced = {old for found in (executor.loader.disk_migrations or {}).values() for old in found.replaces}
    for app, name in sorted(run - set(executor.loader.disk_migrations or {}) - replaced):
        raise BackupFault(
            f"Säkerhetskopian är gjord av en nyare version av portalen ({app} {name}). Hämta den versionen först."
        )
    known = run & set(graph.nodes)
    followed = {
        parent.key for key in known for parent in graph.node_map[key].parents if parent.key[0] == key[0]
    }  # by another of the same app
    return sorted(known - followed)


def _check_what_waits(action: str, *_: object) -> None:
    """All migrations run in one transaction: what one of them has left to check stops the next from changing tables."""
    if action == "apply_success":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _refuse_unless_empty(files: Path) -> None:
    with connection.cursor() as cursor:
        present = tables(cursor)
    if present:
        name = connection.settings_dict["NAME"]
        raise BackupFault(
            f"Databasen {name} är inte tom, den har {len(present)} tabeller. "
            "Skapa en tom (createdb -T template0 -E UTF8) och ange den med --into."
        )
    if files.exists() and any(files.iterdir()):
        raise BackupFault(
            f"Mappen {files} är inte tom. Flytta undan det som ligger där, eller ange en annan med --files."
        )


@contextmanager
def _files_back(archive: Reader, files: Path) -> Iterator[None]:
    """The stored files, which stay if what follows succeeds."""
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for key in archive.manifest.files:
            written.append(files / key)
            with os.fdopen(os.open(files / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(archive.file(key))
                file.flush()
                os.fsync(file.fileno())
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _fill(cursor: Any, archive: Reader) -> None:
    """The archive's rows in the place of what the migrations have put in, past the triggers that guard the tables."""
    present = tables(cursor)
    with_triggers = [row[0] for row in _with_triggers(cursor)]
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the migrations have left to check
    cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, present))))
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # tables may refer to those that come later
    _turn_triggers(cursor, with_triggers, "DISABLE")
    for table, part in archive.manifest.tables.items():
        if set(part.columns) != set(present.get(table, ())):
            raise BackupFault(f"Tabellen {table} ser inte ut som i säkerhetskopian. Inget har återställts.")
        with archive.table(table) as lines, cursor.copy(copy_command(table, part.columns, "FROM STDIN")) as copied:
            while block := lines.read(2**16):
                copied.write(block)
        if str(digest(rows(cursor, table, part.columns))) != part.digest:
            raise BackupFault(f"Tabellen {table} blev inte som i säkerhetskopian. Inget har återställts.")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _turn_triggers(cursor, with_triggers, "ENABLE")
    for name, number in archive.manifest.sequences.items():
        cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s, false)", [name, number])


def _with_triggers(cursor: Any) -> list[tuple[str]]:
    cursor.execute(
        "SELECT DISTINCT r.relname FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND r.relnamespace = 'public'::regnamespace"
    )
    found: list[tuple[str]] = cursor.fetchall()
    return found


def _turn_triggers(cursor: Any, names: list[str], way: str) -> None:
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} " + way + " TRIGGER USER").format(sql.Identifier(name)))


@contextmanager
def connected_to(parameters: dict[str, Any]) -> Iterator[None]:
    """Django's connection leads to another database for a while."""
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(parameters)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


# --- drill ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rehearsal:
    """What was backed up, and the copy that was restored from it."""

    original: Facts
    copy: Connection
    files: Path

    def differences(self) -> list[str]:
        """A line for each part that is otherwise in the copy."""
        return differences(self.original, database_facts(self.copy.cursor()) | {"fil": files_in(self.files)})


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """Backs up, and restores into a database and a folder that are gone afterwards."""
    files = Path(settings.FILES_DIR)
    with TemporaryDirectory(dir=files.parent, prefix="drill-") as folder, snapshot() as source:
        restored = Path(folder) / "files"
        original = database_facts(source.cursor()) | {"fil": _files_known(source.cursor(), files)}
        path, _manifest = back_up(Path(folder), source)
        with scratch_database() as name:
            with connected_to({"NAME": name}):
                restore(path, restored)
            with connect(**connection.get_connection_params() | {"dbname": name}) as copy:
                settle(copy.cursor())
                copy.commit()
                yield Rehearsal(original, copy, restored)


def drill() -> tuple[Facts, list[str]]:
    """What was compared, and a line for each difference."""
    with rehearsal() as found:
        return found.original, found.differences()


def _files_known(cursor: Cursor, folder: Path) -> dict[str, str]:
    return {key: sha256_of(folder / key) for key in stored_files(cursor)}


def files_in(folder: Path) -> dict[str, str]:
    """Every file that lies in the folder, with its checksum."""
    return {path.name: sha256_of(path) for path in folder.iterdir()}


@contextmanager
def scratch_database() -> Iterator[str]:
    """An empty database on the same server, gone afterwards, and those that killed drills have left."""
    base = connection.settings_dict["NAME"]
    name = f"{base[:40]}{SCRATCH}{secrets.token_hex(4)}"
    with connect(**connection.get_connection_params(), autocommit=True) as server:
        left = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [base[:40] + SCRATCH])
        for row in left.fetchall():
            with suppress(errors.ObjectInUse):
                server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(row[0])))
        try:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
            server.execute(create.format(sql.Identifier(name)))
        except errors.InsufficientPrivilege as error:
            raise BackupFault(
                "Databasens ägare får inte skapa databaser (CREATEDB). Öva i stället med manage.py restore FIL --into …"
            ) from error
        try:
            yield name
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# --- faults -----------------------------------------------------------------------------------------------------------


@contextmanager
def plain_faults() -> Iterator[None]:
    """A BackupFault for each fault of the machine that a person can mend."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupFault("Disken är full. Frigör plats och försök igen.") from error
        raise BackupFault(f"Det går inte att använda {error.filename}: {error.strerror}.") from error
    except (DatabaseError, errors.Error) as error:
        fault = error.__cause__ if isinstance(error, DatabaseError) else error
        if isinstance(fault, errors.DiskFull):
            raise BackupFault("Disken är full på databasservern. Frigör plats och försök igen.") from error
        if isinstance(fault, errors.InsufficientPrivilege):
            raise BackupFault(f"Databasen tillåter det inte: {fault.diag.message_primary}.") from error
        if isinstance(fault, errors.OperationalError):
            raise BackupFault(f"Databasen svarar inte. ({str(fault).splitlines()[0]})") from error
        raise
