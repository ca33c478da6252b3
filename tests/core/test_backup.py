"""A backup holds everything, a restore brings all of it back or nothing, and a drill finds every difference."""

import errno
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from kvinnofrid.core import backup, files
from kvinnofrid.core.backup_archive import BackupFault, Manifest, Writer
from kvinnofrid.core.backup_facts import differences, sha256_of, snapshot
from kvinnofrid.core.models import StoredFile
from tests.factories import cast
from tests.factories.documents import pdf

committed = pytest.mark.django_db(transaction=True)
FILE = "6f1c9d4e-1111-4222-8333-123456789abc"
PORTAL = settings.DATABASE_PORTAL_ROLE


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where stored files lie."""
    settings.FILES_DIR = tmp_path / "stored" / "files"
    return settings.FILES_DIR


@pytest.fixture
def stored(transactional_world: cast.World, folder: Path) -> StoredFile:
    """The cast, a mandate with its history, and a file."""
    cast.attested(transactional_world)
    return files.store(pdf("Beslut"), by=transactional_world.person["coordinator"], name="Beslut.pdf", kind="pdf")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small one: the very first migration, one table that it does not make, and one file."""
    path = tmp_path / "small.zip"
    manifest = Manifest("2026-11-22T12:00:00+00:00", "18.1", [["core", "0001_swedish_order"]], {"a_seq": 3})
    (tmp_path / FILE).write_bytes(b"a decision")
    with Writer(path, manifest) as parts:
        parts.add_table("organisations", ["id", "name"], iter([b"1\tFalun\n", b"2\tMora\\nOrsa\n"]))
        parts.add_file(FILE, sha256_of(tmp_path / FILE), tmp_path / FILE)
    return path


def names_of_scratch_databases() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%{backup.SCRATCH}%"])
        return [row[0] for row in cursor.fetchall()]


def one(cursor: Any, question: str) -> Any:
    return cursor.execute(question).fetchone()[0]


# --- what is planted in a copy, and the line that tells it ------------------------------------------------------------

PLANTED = {
    "UPDATE organisations_organisation SET name = 'Annan' WHERE id = (SELECT min(id) FROM organisations_organisation)": (
        "tabell organisations_organisation: {organisations} rader i båda, men med annat innehåll i kopian"
    ),
    "DELETE FROM mandates_historicalmandate WHERE history_id = (SELECT max(history_id) FROM mandates_historicalmandate)": (
        "tabell mandates_historicalmandate: {history} rader i originalet, {less} rader i kopian"
    ),
    "DROP TRIGGER stored_file_is_frozen ON core_storedfile": "trigger core_storedfile.stored_file_is_frozen: saknas i kopian",
    "ALTER TABLE core_storedfile DISABLE TRIGGER stored_file_is_frozen": (
        "trigger core_storedfile.stored_file_is_frozen: har annat innehåll i kopian"
    ),
    "ALTER TABLE core_storedfile DROP CONSTRAINT file_not_empty": "villkor core_storedfile.file_not_empty: saknas i kopian",
    "DROP INDEX file_uploaded": "index file_uploaded: saknas i kopian",
    f"REVOKE SELECT ON core_storedfile FROM {PORTAL}": (
        "rättighet core_storedfile: INSERT SELECT UPDATE i originalet, INSERT UPDATE i kopian"
    ),
    f"GRANT UPDATE ON mandates_historicalmandate TO {PORTAL}": (
        "rättighet mandates_historicalmandate: INSERT SELECT i originalet, INSERT SELECT UPDATE i kopian"
    ),
    "ALTER TABLE core_storedfile ALTER COLUMN name TYPE varchar(151)": (
        "kolumn core_storedfile.name: character varying(150) NOT NULL i originalet, character varying(151) NOT NULL i kopian"
    ),
    "SELECT setval('mandates_mandate_id_seq', 1, false)": "sekvens mandates_mandate_id_seq: {next} i originalet, 1 i kopian",
}


@committed
def test_a_restored_copy_is_equal_and_every_planted_difference_is_found(stored: StoredFile, folder: Path) -> None:
    with backup.rehearsal() as found:
        copy, file = found.copy, found.files / str(stored.pk)
        assert found.differences() == []
        counts = {
            "next": one(copy, "SELECT last_value FROM mandates_mandate_id_seq"),
            "history": one(copy, "SELECT count(*) FROM mandates_historicalmandate"),
            "organisations": one(copy, "SELECT count(*) FROM organisations_organisation"),
        }
        counts["less"] = counts["history"] - 1
        for statement, told in PLANTED.items():
            copy.execute(statement)
            assert found.differences() == [told.format(**counts)]
            copy.rollback()
            copy.execute("SELECT setval('mandates_mandate_id_seq', %s, false)", [counts["next"]])
        file.write_bytes(b"changed")
        assert found.differences() == [f"fil {stored.pk}: har annat innehåll i kopian"]
        file.unlink()
        assert found.differences() == [f"fil {stored.pk}: saknas i kopian"]
        copy.rollback()
        the_copy_works(copy)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["files"]
    assert names_of_scratch_databases() == []


def the_copy_works(copy: Any) -> None:
    """The portal may do in it what it may do in the original, and the next row gets a number of its own."""
    copy.execute(f'SET ROLE "{PORTAL}"')
    assert one(copy, "SELECT count(*) FROM django_session") == 0
    assert one(copy, "SELECT count(*) FROM cache") == 0
    highest = one(copy, "SELECT max(id) FROM mandates_mandate")
    assert one(copy, "SELECT nextval('mandates_mandate_id_seq')") > highest
    with pytest.raises(InsufficientPrivilege, match="permission denied for table mandates_historicalmandate"):
        copy.execute("DELETE FROM mandates_historicalmandate")
    copy.rollback()


def test_differences_of_files_are_found() -> None:
    original = {"fil": {"a": "1", "b": "2"}}
    assert differences(original, {"fil": {"a": "1", "b": "2"}}) == []
    assert differences(original, {"fil": {"a": "9", "c": "3"}}) == [
        "fil a: 1 i originalet, 9 i kopian",
        "fil b: saknas i kopian",
        "fil c: finns bara i kopian",
    ]


@pytest.fixture
def copy_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drill whose database is its own copy, for what the command tells; the real thing has its test above."""

    @contextmanager
    def same_database() -> Iterator[str]:
        yield connection.settings_dict["NAME"]

    monkeypatch.setattr(backup, "scratch_database", same_database)
    monkeypatch.setattr(backup, "restore", files_only)


def files_only(path: Path, files: Path) -> None:
    with backup.Reader(path) as archive, backup._files_back(archive, files):
        pass


@committed
def test_a_drill_tells_what_it_compared_and_names_a_file_that_is_not_what_was_stored(
    stored: StoredFile, folder: Path, copy_of_itself: None, tmp_path: Path, capsys: Any
) -> None:
    call_command("drill")
    told = capsys.readouterr().out
    assert told.startswith("Jämfört, del för del:\n  tabell: ")
    assert "\n  fil: 1\n" in told
    assert told.endswith("Kopian är lika i allt.\n")
    file = folder / str(stored.pk)
    for harm, why in (
        (rewrite, "är inte vad som sparades"),
        (Path.unlink, "kan inte läsas (No such file or directory)"),
    ):
        harm(file)
        with pytest.raises(SystemExit, match="1"):
            call_command("drill")
        assert capsys.readouterr().err == f"fil {stored.pk}: saknas i kopian\n"
        with pytest.raises(SystemExit, match="1"):
            call_command("backup", str(tmp_path / why))
        told = capsys.readouterr()
        assert " 0 filer, " in told.out
        assert told.err == f"Filen {stored.pk} är inte med: den {why}.\n"


def rewrite(path: Path) -> None:
    path.write_bytes(b"changed")


# --- what a backup is made of -----------------------------------------------------------------------------------------


@committed
def test_an_archive_is_one_snapshot_readable_by_its_owner_only(
    stored: StoredFile, folder: Path, tmp_path: Path
) -> None:
    """What is written after the backup has begun is not in it."""
    with snapshot() as source:
        StoredFile.objects.create(name="Senare.pdf", kind="pdf", size=1, sha256="0" * 64)
        path, manifest = backup.back_up(tmp_path / "backups", source)
    assert manifest.files == {str(stored.pk): stored.sha256}
    assert manifest.tables["core_storedfile"].digest.startswith("1 rader, ")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("manifest.json"))
        assert sorted(told["tables"]) == sorted(name[7:] for name in archive.namelist() if name.startswith("tables/"))
        assert not set(told["tables"]) & {"django_session", "cache"}
        assert archive.read(f"files/{stored.pk}") == (folder / str(stored.pk)).read_bytes()


@committed
def test_the_portal_itself_may_back_up(transactional_db: None, folder: Path, tmp_path: Path, capsys: Any) -> None:
    """No owner's rights are needed."""
    with backup.connected_to({"OPTIONS": settings.PORTAL_DATABASE["OPTIONS"]}):
        call_command("backup", str(tmp_path / "new" / "backups"))
    told = capsys.readouterr().out
    assert told.startswith(f"{tmp_path}/new/backups/kvinnofrid-")
    assert " tabeller, 0 filer, " in told


@committed
def test_a_full_disk_leaves_no_archive(
    transactional_db: None, folder: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", str(tmp_path / "backups"))
    assert capsys.readouterr().err == "Disken är full. Frigör plats och försök igen.\n"
    assert list((tmp_path / "backups").iterdir()) == []


# --- what is not restored ---------------------------------------------------------------------------------------------


@pytest.fixture
def refused(django_db_blocker: Any) -> Iterator[Callable[[Path, Path], str]]:
    """Why nothing was restored into an empty database; and nothing was."""

    def why(archive: Path, into: Path) -> str:
        before = sorted(into.iterdir()) if into.exists() else []
        with pytest.raises(BackupFault) as fault, backup.plain_faults():
            backup.restore(archive, into)
        with connection.cursor() as cursor:
            assert backup.tables(cursor) == {}
        assert (sorted(into.iterdir()) if into.exists() else []) == before
        return str(fault.value)

    with (
        django_db_blocker.unblock(),
        backup.connected_to({"NAME": "postgres"}),
        backup.scratch_database() as name,
        backup.connected_to({"NAME": name}),
    ):
        yield why


def changed(archive: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The archive, whole as a ZIP, with one of its parts changed."""
    other = archive.with_name(f"changed-{archive.name}")
    with zipfile.ZipFile(archive) as before, zipfile.ZipFile(other, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, change(data) if name == part else data)
    return other


def in_manifest(**facts: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps(json.loads(data) | facts).encode()


Refusal = Callable[[Path, Path], str]
NEWER = "Säkerhetskopian är gjord av en nyare version av portalen"


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        ("tables/organisations", lambda data: data.replace(b"Falun", b"Salun"), "är skadad: tables/organisations"),
        ("tables/organisations", lambda data: data[9:], "är skadad: tables/organisations"),
        (f"files/{FILE}", lambda data: data[:-1], f"är skadad: files/{FILE}"),
        ("manifest.json", lambda data: data[:-9], "är skadad: manifest.json"),
        ("manifest.json", in_manifest(files={"../../up": "0"}), "är skadad: manifest.json"),
        ("manifest.json", in_manifest(files={FILE[:-1] + "d": "0"}), f"är skadad: files/{FILE[:-1]}d"),
    ],
    ids=["row changed", "row missing", "file cut off", "no manifest", "file outside", "file missing"],
)
def test_what_is_damaged_is_refused_by_name(
    part: str, change: Callable[[bytes], bytes], told: str, archive: Path, refused: Refusal, tmp_path: Path
) -> None:
    assert refused(changed(archive, part, change), tmp_path / "copy") == (
        f"Säkerhetskopian {told}. Inget har återställts."
    )


def test_what_is_newer_or_no_archive_is_refused(archive: Path, refused: Refusal, tmp_path: Path) -> None:
    into, whole = tmp_path / "copy", archive.read_bytes()
    assert (
        refused(changed(archive, "manifest.json", in_manifest(format=2)), into)
        == f"{NEWER}. Hämta den versionen först."
    )
    later = in_manifest(migrations=[["core", "0001_swedish_order"], ["mandates", "9999_of_next_year"]])
    assert refused(changed(archive, "manifest.json", later), into) == (
        f"{NEWER} (mandates 9999_of_next_year). Hämta den versionen först."
    )
    archive.write_bytes(whole[: len(whole) // 2])
    assert refused(archive, into) == f"{archive} är ingen hel säkerhetskopia: den är avbruten eller något annat."
    archive.write_bytes(whole.replace(b"a decision", b"a decisiom"))
    assert refused(archive, into) == f"Säkerhetskopian är skadad: files/{FILE}. Inget har återställts."
    archive.unlink()
    assert refused(archive, into) == f"{archive} kan inte läsas: No such file or directory."


def test_a_restore_that_fails_on_the_way_leaves_nothing(archive: Path, refused: Refusal, tmp_path: Path) -> None:
    """The first migration has run and the files are back; then a table is not as it was."""
    into = tmp_path / "copy"
    assert refused(archive, into) == (
        "Tabellen organisations ser inte ut som i säkerhetskopian. Inget har återställts."
    )
    into.mkdir(exist_ok=True)
    (into / "annat").touch()
    assert refused(archive, into) == (
        f"Mappen {into} är inte tom. Flytta undan det som ligger där, eller ange en annan med --files."
    )


@committed
def test_only_an_empty_database_is_filled_here_or_at_another_address(
    archive: Path, transactional_db: None, tmp_path: Path, capsys: Any
) -> None:
    before = dict(connection.settings_dict)
    with connection.cursor() as cursor:
        count = len(backup.tables(cursor))
    told = (
        f"Databasen {before['NAME']} är inte tom, den har {count} tabeller. "
        "Skapa en tom (createdb -T template0 -E UTF8) och ange den med --into.\n"
    )
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{before['NAME']}"))
    for into in ("", address):
        with pytest.raises(SystemExit, match="1"):
            call_command("restore", str(archive), into=into, files=tmp_path / "copy")
        assert capsys.readouterr().err == told
    assert dict(connection.settings_dict) == before
