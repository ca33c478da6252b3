"""The file of a backup: a ZIP with one part per table and stored file, and a manifest that says what each should be."""

import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from kvinnofrid.core.backup_facts import Digest, digest

FORMAT = 1
MANIFEST = "manifest.json"


class BackupFault(Exception):
    """Something stands in the way; the message says what, in Swedish."""


@dataclass
class TablePart:
    """A table's columns in the order of its part, and the digest of its rows."""

    columns: list[str]
    digest: str


@dataclass
class Manifest:
    """What an archive holds."""

    made_at: str
    server: str
    migrations: list[list[str]]
    sequences: dict[str, int]
    format: int = FORMAT
    tables: dict[str, TablePart] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)  # files that could not be taken along, and why


class Writer:
    """Writes an archive beside its place and puts it there when it is whole."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self._unfinished = path.with_suffix(".part")

    def __enter__(self) -> Self:
        handle = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            with contextlib.suppress(OSError):  # after a full disk closing fails too
                self._zip.close()
            with contextlib.suppress(OSError):
                self._file.close()
            self._unfinished.unlink(missing_ok=True)

    def _finish(self) -> None:
        self._zip.writestr(MANIFEST, json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1, sort_keys=True))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unfinished.rename(self.path)

    def add_table(self, table: str, columns: list[str], rows: Iterator[bytes]) -> None:
        found = Digest()
        with self._zip.open(_table_part(table), "w", force_zip64=True) as part:
            for row in rows:
                part.write(row)
                found.add(row)
        self.manifest.tables[table] = TablePart(columns, str(found))

    def add_file(self, key: str, sha256: str, path: Path) -> None:
        """A stored file, if it is what the database says."""
        try:
            data = path.read_bytes()
        except OSError as error:
            self.manifest.missing[key] = f"kan inte läsas ({error.strerror})"
            return
        if hashlib.sha256(data).hexdigest() != sha256:
            self.manifest.missing[key] = "är inte vad som sparades"
            return
        self._zip.writestr(_file_part(key), data, compress_type=ZIP_STORED)
        self.manifest.files[key] = sha256


class Reader:
    """Reads an archive. Anything that is not as the manifest says is told by the name of its part."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self._zip = ZipFile(self.path)
        except OSError as error:
            raise BackupFault(f"{self.path} kan inte läsas: {error.strerror}.") from error
        except BadZipFile as error:
            raise BackupFault(f"{self.path} är ingen hel säkerhetskopia: den är avbruten eller något annat.") from error
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _read_manifest(self) -> Manifest:
        with _damage(MANIFEST):
            told: dict[str, Any] = json.loads(self._zip.read(MANIFEST))
            if told["format"] > FORMAT:
                raise BackupFault(
                    "Säkerhetskopian är gjord av en nyare version av portalen. Hämta den versionen först."
                )
            told["tables"] = {name: TablePart(**part) for name, part in told["tables"].items()}
            manifest = Manifest(**told)
            for key in manifest.files:
                UUID(key)  # it becomes a name on disk
            return manifest

    def verify(self) -> None:
        """Reads all of it once, before anything is written anywhere."""
        for table, part in self.manifest.tables.items():
            with self.table(table) as lines, _damage(_table_part(table)):
                if str(digest(lines)) != part.digest:
                    raise BadZipFile
        for key in self.manifest.files:
            self.file(key)

    @contextlib.contextmanager
    def table(self, table: str) -> Iterator[IO[bytes]]:
        with _damage(_table_part(table)):
            lines = self._zip.open(_table_part(table))
        with lines:
            yield lines

    def file(self, key: str) -> bytes:
        with _damage(_file_part(key)):
            data = self._zip.read(_file_part(key))
            if hashlib.sha256(data).hexdigest() != self.manifest.files[key]:
                raise BadZipFile
            return data


def _table_part(table: str) -> str:
    return f"tables/{table}"


def _file_part(key: str) -> str:
    return f"files/{key}"


@contextlib.contextmanager
def _damage(part: str) -> Iterator[None]:
    """What a damaged part can give rise to, told by its name."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise BackupFault(f"Säkerhetskopian är skadad: {part}. Inget har återställts.") from error
