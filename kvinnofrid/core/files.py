"""Files that people upload or the portal makes: checked at the door, written once, read back only if unchanged.

A form takes one with `UploadField`; its action keeps it with `store`; a page of the object that refers to it, which
has decided that the person may read the object, serves it with `file_response`.
"""

import contextlib
import errno
import hashlib
import logging
import os
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import get_text_list

from kvinnofrid.core.documents import sniff
from kvinnofrid.core.models import FileKind, StoredFile
from kvinnofrid.core.uploads import megabytes
from kvinnofrid.core.validators import has_personal_number

logger = logging.getLogger(__name__)

LONGEST_NAME = 150
DISK_FULL = "Portalens disk är full, så filen kunde inte sparas. Försök igen senare, eller hör av dig till samordnaren."
PERSONAL_NUMBER = "Filens namn innehåller något som ser ut som ett personnummer. Döp om filen och välj den igen."
CHOOSE_AGAIN = "Visas sidan igen med ett fel någonstans behöver du välja filen på nytt."


@dataclass(frozen=True)
class _Format:
    suffix: str
    content_type: str
    article: str  # as in "Filen är inte ..."
    also: str = ""  # another ending for the same kind


FORMATS = {
    FileKind.PDF: _Format(".pdf", "application/pdf", "en PDF"),
    FileKind.DOCX: _Format(
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "ett Word-dokument (.docx)",
    ),
    FileKind.TEXT: _Format(".txt", "text/plain; charset=utf-8", "en textfil (UTF-8)"),
    FileKind.JPEG: _Format(".jpg", "image/jpeg", "en JPEG-bild", ".jpeg"),
    FileKind.PNG: _Format(".png", "image/png", "en PNG-bild"),
}


class FileDamaged(Exception):
    """The file on disk is missing, or is not what was stored."""


@dataclass(frozen=True)
class Upload:
    """A file that has been checked: what `UploadField` cleans to."""

    name: str
    kind: str
    data: bytes


# --- at the door ------------------------------------------------------------------------------------------------------


def clean_name(name: str, kind: str) -> str:
    """A name that any system can save: without folders and signs that do not show, ending as its content says."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(" " if sign.isspace() else sign for sign in last if sign.isspace() or _shows(sign))
    plain = " ".join(re.sub(r'[<>:"|?*]', "_", shown).split()).rstrip(". ")
    wanted = FORMATS[FileKind(kind)]
    suffix, stem = wanted.suffix, plain
    for ending in filter(None, [suffix, wanted.also]):
        if plain.lower().endswith(ending):
            stem = plain[: -len(ending)]
    return (stem.strip(". ")[: LONGEST_NAME - len(suffix)].rstrip(". ") or "fil") + suffix


def _shows(sign: str) -> bool:
    return not unicodedata.category(sign).startswith("C")


def _either(names: Iterable[str]) -> str:
    return get_text_list(list(names), "eller")


class UploadField(forms.FileField):
    """A file of certain kinds, told by its content; cleans to an Upload. The form needs `multipart/form-data`."""

    default_error_messages = {
        "required": "Välj en fil.",
        "invalid": "Filen kom inte fram. Välj den igen.",
        "missing": "Filen kom inte fram. Välj den igen.",
        "empty": "Filen är tom.",
    }

    def __init__(self, *, kinds: tuple[str, ...] = ("pdf",), max_bytes: int = 0, **kwargs: Any) -> None:
        self.formats = [FORMATS[FileKind(kind)] for kind in kinds]
        self.kinds = kinds
        self.max_bytes = max_bytes or settings.FILES_MAX_BYTES
        names = _either(FileKind(kind).label for kind in kinds)
        hint = f"{names}, högst {megabytes(self.max_bytes)}. {CHOOSE_AGAIN}"
        kwargs["help_text"] = " ".join(filter(None, [kwargs.get("help_text", ""), hint]))
        accepted = ",".join(ending for found in self.formats for ending in (found.suffix, found.also) if ending)
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accepted}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> Any:
        """Refuses by size before anything is read, then by name and content."""
        uploaded = super().to_python(data)
        if uploaded is None:
            return None
        if uploaded.size > self.max_bytes:
            raise ValidationError(f"Filen är större än {megabytes(self.max_bytes)}.", code="too_large")
        name = uploaded.name or ""
        if has_personal_number(name) or has_personal_number(name.replace("_", "-")):
            raise ValidationError(PERSONAL_NUMBER, code="personal_number")
        content = uploaded.read()
        kind = sniff(content)
        if kind is None or kind not in self.kinds:
            raise ValidationError(self._not_of_the_kind(name), code="wrong_kind")
        return Upload(clean_name(name, kind), kind, content)

    def _not_of_the_kind(self, name: str) -> str:
        wanted = _either(found.article for found in self.formats)
        pretends = name.lower().endswith(tuple(found.suffix for found in self.formats))
        return f"Filen är inte {wanted}, trots namnet." if pretends else f"Filen är inte {wanted}."


# --- on disk ----------------------------------------------------------------------------------------------------------


def store(content: Upload | bytes, *, by: Any, name: str = "", kind: str = "") -> StoredFile:
    """Keeps a file: on disk first, then as a row of the caller's transaction. `by` is None for the portal itself.

    When the transaction is rolled back a file without a row is left, never a row without a file. Raises
    ValidationError, for the form to show, when somebody's or the portal's room is used up. The room is counted
    without a lock: two at once can go over it by one file.
    """
    upload = content if isinstance(content, Upload) else Upload(name, kind, content)
    stored = StoredFile(
        name=clean_name(name or upload.name, upload.kind),
        kind=upload.kind,
        size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        uploaded_by=by,
    )
    _refuse_without_room(stored)
    write(path_of(stored), upload.data)
    stored.save(force_insert=True)
    return stored


def path_of(stored: StoredFile) -> Path:
    return Path(settings.FILES_DIR) / str(stored.pk)


def _refuse_without_room(stored: StoredFile) -> None:
    files = StoredFile.objects.all()
    if _bytes_in(files) + stored.size > settings.FILES_TOTAL_BYTES:
        raise ValidationError("Portalens utrymme för filer är slut. Hör av dig till samordnaren.", code="portal_full")
    if stored.uploaded_by_id is None:
        return
    own = files.filter(uploaded_by=stored.uploaded_by_id, created_at__gt=timezone.now() - timedelta(days=1))
    if _bytes_in(own) + stored.size > settings.FILES_DAILY_BYTES:
        most = megabytes(settings.FILES_DAILY_BYTES)
        raise ValidationError(
            f"Du har laddat upp så mycket som går på ett dygn, {most}. Försök igen i morgon.", code="daily_quota"
        )


def _bytes_in(files: Any) -> int:
    return int(files.aggregate(size=Sum("size", default=0))["size"])


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk before anything says that it is there. ValidationError: the disk is full."""
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        logger.warning("files: the disk is full")
        raise ValidationError(DISK_FULL, code="disk_full") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_lost() -> None:
    """Removes files that no row names, left by a transaction that did not end well, when they are a day old.

    Nothing is removed where that would be most of the folder: then it belongs to another database.
    """
    found = {path: key for path in _files_on_disk() if (key := _key_of(path))}
    known = set(StoredFile.objects.filter(pk__in=found.values()).values_list("pk", flat=True))
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    lost = [path for path, key in found.items() if path.suffix or key not in known]
    old = [path for path in lost if path.stat().st_mtime < yesterday]
    if len(old) > len(known):
        logger.error("files: %s files without a row, %s with: nothing is removed", len(old), len(known))
        return
    for path in old:
        path.unlink(missing_ok=True)


def _files_on_disk() -> list[Path]:
    folder = Path(settings.FILES_DIR)
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _key_of(path: Path) -> uuid.UUID | None:
    """The key of the row that a file belongs to; None for what is not a stored file, or one half written."""
    with contextlib.suppress(ValueError):
        return uuid.UUID(path.stem) if path.suffix in {"", ".part"} else None
    return None


def open_file(stored: StoredFile) -> bytes:
    """What was stored, or FileDamaged."""
    try:
        data = path_of(stored).read_bytes()
    except OSError as error:
        raise FileDamaged(f"file {stored.pk} cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise FileDamaged(f"file {stored.pk} is not what was stored")
    return data


def file_response(stored: StoredFile) -> HttpResponse:
    """The file to save, never to open inside the portal; 503 with a plain page when it is damaged."""
    try:
        data = open_file(stored)
    except FileDamaged as damage:
        logger.error("files: %s", damage)  # noqa: TRY400  the place in the code tells nothing
        return HttpResponse(render_to_string("core/file_damaged.html"), status=503)
    response = HttpResponse(data, content_type=FORMATS[FileKind(stored.kind)].content_type)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=stored.name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
