"""The door to uploaded documents: bytes in, plain sections and pages out. Nothing is parsed in the web process."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kvinnofrid.core.fingerprint import SectionText

PROJECT = Path(__file__).resolve().parents[2]
# The reading process gets these from our environment and nothing else.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
MOST_BYTES = 20 * 1024 * 1024
MOST_ANSWER = 5 * 1024 * 1024
WALL_SECONDS = 40
WORKER = "kvinnofrid.core.document_worker"
STARTS = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Reason(StrEnum):
    """Why a document could not be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_DOCX = "not_docx"
    OLD_WORD = "old_word"
    NOT_PDF = "not_pdf"
    NOT_TEXT = "not_text"
    BROKEN = "broken"
    FOREIGN = "foreign"
    PASSWORD = "password"  # noqa: S105
    HEAVY = "heavy"
    MANY_PAGES = "many_pages"
    NO_TEXT = "no_text"

    @property
    def message(self) -> str:
        return _MESSAGES[self]


_MESSAGES = {
    Reason.EMPTY: "Filen är tom. Välj en annan fil.",
    Reason.TOO_LARGE: "Filen är större än 20 MB. Gör den mindre, till exempel utan bilder, och försök igen.",
    Reason.NOT_DOCX: "Filen är inte ett Word-dokument. Spara den som .docx och försök igen.",
    Reason.OLD_WORD: "Filen är i ett äldre Word-format eller skyddad med lösenord. Öppna den i Word, spara den som "
    ".docx utan lösenord och försök igen.",
    Reason.NOT_PDF: "Filen är inte en PDF. Spara den som PDF och försök igen.",
    Reason.NOT_TEXT: "Filen är inte en textfil. Välj en fil med ren text.",
    Reason.BROKEN: "Filen är skadad och går inte att läsa. Spara den på nytt och försök igen.",
    Reason.FOREIGN: "Dokumentet innehåller något som inte hör hemma i ett Word-dokument och läses därför inte. Kopiera "
    "texten till ett nytt dokument och försök igen.",
    Reason.PASSWORD: "Filen är skyddad med lösenord. Ta bort lösenordet och försök igen.",
    Reason.HEAVY: "Dokumentet är för stort eller för invecklat för att läsas. Dela upp det och försök igen.",
    Reason.MANY_PAGES: "PDF:en har fler än 2 000 sidor. Välj ut de sidor som behövs och försök igen.",
    Reason.NO_TEXT: "Dokumentet innehåller ingen text.",
}


class UnreadableDocument(Exception):
    """The document could not be read; the text says why, to the person who chose the file."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason

    @property
    def message(self) -> str:
        return self.reason.message


@dataclass(frozen=True)
class DocxContent:
    """What a Word document says, with what did not come along or should be looked at."""

    title: str
    sections: list[SectionText]
    warnings: list[str]


@dataclass(frozen=True)
class PdfText:
    """The text layer of a PDF. It can differ from what a reader sees: where `has_hidden_text`, a person must look."""

    pages: list[str]
    hidden_share: float  # of the characters, from 0 to 1
    hidden_pages: list[int]  # counted from 1

    @property
    def text(self) -> str:
        return "\n\f\n".join(self.pages)

    @property
    def page_count(self) -> int:
        return len(self.pages)

    @property
    def has_text_layer(self) -> bool:
        return any(page.strip() for page in self.pages)

    @property
    def has_hidden_text(self) -> bool:
        return bool(self.hidden_pages)


def sniff(data: bytes) -> str | None:
    """What the content looks like, whatever the name says: "pdf", "docx", "jpeg", "png", "text" or None."""
    for kind, start in STARTS.items():
        if data.startswith(start):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return "docx" if b"[Content_Types].xml" in data and b"word/" in data else None
    return "text" if _looks_like_text(data) else None


def read_docx(data: bytes) -> DocxContent:
    """The title and the sections of a Word document, as clean HTML."""
    if data.startswith(OLE):
        raise UnreadableDocument(Reason.OLD_WORD)
    answer = _read("docx", data, Reason.NOT_DOCX)
    return DocxContent(answer["title"], _sections(answer), answer["warnings"])


def pdf_text(data: bytes) -> PdfText:
    """The text layer of a PDF, page by page; a scan has none."""
    answer = _read("pdf", data, Reason.NOT_PDF)
    return PdfText(answer["pages"], answer["hidden_share"], answer["hidden_pages"])


def read_text(data: bytes) -> list[SectionText]:
    """The sections of a text file."""
    return _sections(_read("text", data, Reason.NOT_TEXT))


def _looks_like_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return len(data) % 2 == 0
    return bool(data) and not any(data.find(byte) >= 0 for byte in _NEVER_IN_TEXT)


_NEVER_IN_TEXT = [bytes([number]) for number in range(32) if number not in b"\t\n\x0c\r"]


def _sections(answer: dict[str, Any]) -> list[SectionText]:
    return [SectionText(heading, body) for heading, body in answer["sections"]]


def _read(kind: str, data: bytes, other_kind: Reason) -> dict[str, Any]:
    if not data:
        raise UnreadableDocument(Reason.EMPTY)
    if len(data) > MOST_BYTES:
        raise UnreadableDocument(Reason.TOO_LARGE)
    if sniff(data) != kind:
        raise UnreadableDocument(other_kind)
    answer = _ask(kind, data)
    if "unreadable" in answer:
        raise UnreadableDocument(Reason(answer["unreadable"]))
    return answer


def _ask(kind: str, data: bytes) -> dict[str, Any]:
    """Let a process of its own read it, without our environment and with an end to what it may use and say."""
    with tempfile.TemporaryFile() as output:
        try:
            subprocess.run(
                [sys.executable, "-m", WORKER, kind],
                input=data,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=PROJECT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                start_new_session=True,
                timeout=WALL_SECONDS,
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as ended:
            raise UnreadableDocument(Reason.HEAVY) from ended
        output.seek(0)
        answer: dict[str, Any] = json.loads(output.read(MOST_ANSWER))
        return answer
