"""Files that long work has made and can make again: kept for some days beside the stored files, then removed.

Nobody reaches one by its name: it is served by a page of the object that refers to it, which has decided who may.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kvinnofrid.core import files


@dataclass(frozen=True)
class Facts:
    """What its owner keeps of a file, to know it again."""

    size: int
    sha256: str


def path_of(key: UUID) -> Path:
    return Path(settings.RESULTS_DIR) / str(key)


def keep(key: UUID, data: bytes) -> Facts:
    """Puts the file in its place, and takes the place of an earlier one with the key. ValidationError: disk full."""
    remove(key)
    files.write(path_of(key), data)
    return Facts(len(data), hashlib.sha256(data).hexdigest())


def read(key: UUID, sha256: str) -> bytes | None:
    """The file; None when it is gone, or is not what was kept."""
    try:
        data = path_of(key).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def remove(key: UUID) -> None:
    path_of(key).unlink(missing_ok=True)


def last_moment(made_at: datetime) -> datetime:
    """Until when a file that was made then is kept."""
    return made_at + timedelta(days=settings.RESULTS_DAYS)


def response(data: bytes, *, name: str, content_type: str) -> HttpResponse:
    """The file to save, never to open inside the portal, nor to be kept on the way."""
    answer = HttpResponse(data, content_type=content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
