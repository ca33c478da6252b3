"""Says which version of an agreement a file holds, by its visible words; never by what the file says about itself."""

import json
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from agreements.queries.verifying import (
    Finding,
    State,
    nearest_by_pages,
    nearest_by_sections,
    printed_elsewhere,
    published_versions,
)
from kvinnofrid.core import fingerprint
from kvinnofrid.core.document_text import decode
from kvinnofrid.core.documents import UnreadableDocument, pdf_text, read_docx, sniff

SAME, DIFFERS, UNREADABLE = 0, 1, 2
SCAN = "Filen har inget textlager: den är inskannad eller en bild. Läs den med ögonen, eller be om originalet."
NOT_THERE = "Filen finns inte."
NOT_OPENED = "Filen går inte att öppna."
UNKNOWN_KIND = "Filen är varken PDF, Word eller text."
STATES = {State.SAME: "likalydande", State.CHANGED: "skiljer sig", State.MISSING: "saknas"}
SIGNS = {"added": "+", "removed": "−"}


class Unreadable(Exception):
    """The file holds nothing to compare; the text says why."""


@dataclass(frozen=True)
class Reading:
    """What was read, and the nearest version."""

    finding: Finding | None
    text: str
    warnings: list[str] = field(default_factory=list)
    hidden_pages: list[int] = field(default_factory=list)


class Command(BaseCommand):
    help = "Säger vilken version av en överenskommelse en fil innehåller. Svarar 0: samma, 1: skiljer sig, 2: oläslig."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FIL", help="en PDF, ett Word-dokument eller en textfil")
        parser.add_argument("--json", action="store_true", help="svara som JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer, code = answer_of(options["file"])
        except Unreadable as fault:
            answer, code = {"outcome": "unreadable", "message": str(fault)}, UNREADABLE
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) if options["json"] else in_words(answer))
        raise SystemExit(code)


def answer_of(path: Path) -> tuple[dict[str, Any], int]:
    """Everything that can be said about the file, and the exit code."""
    versions = published_versions()
    reading = _read(path, versions)
    finding = reading.finding
    is_same = bool(finding and finding.is_same and not reading.hidden_pages)
    answer: dict[str, Any] = {"outcome": "same" if is_same else "differs"}
    if finding:
        version = finding.version
        answer |= {
            "agreement": version.agreement.slug,
            "title": version.agreement.title,
            "version": version.number,
            "fingerprint": version.fingerprint,
            "sections": [_section(row) for row in finding.sections],
            "has_title": finding.has_title,
            "other_text": finding.other_text,
        }
    answer |= {
        "hidden_text_on_pages": reading.hidden_pages,
        "prints_fingerprint_of_other_text": printed_elsewhere(reading.text, finding, versions),
        "warnings": reading.warnings,
    }
    return answer, SAME if is_same else DIFFERS


def _section(row: Any) -> dict[str, Any]:
    return {
        "heading": row.heading,
        "state": row.state.value,
        "fingerprint": fingerprint.short(row.fingerprint),
        "differences": [f"{SIGNS[piece.kind]} {piece.text}" for piece in row.pieces],
    }


def _read(path: Path, versions: Any) -> Reading:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Unreadable(NOT_THERE if isinstance(fault, FileNotFoundError) else NOT_OPENED) from fault
    try:
        match sniff(data):
            case "pdf":
                return _read_pdf(data, versions)
            case "docx":
                content = read_docx(data)
                text = "\n".join(map(fingerprint.canonical, content.sections))
                finding = nearest_by_sections(content.title, content.sections, versions)
                return Reading(finding, text, content.warnings)
            case "text":
                text = decode(data)
                return Reading(nearest_by_pages([text], versions), text)
    except UnreadableDocument as fault:
        raise Unreadable(fault.message) from fault
    raise Unreadable(UNKNOWN_KIND)


def _read_pdf(data: bytes, versions: Any) -> Reading:
    found = pdf_text(data)
    if not found.has_text_layer:
        raise Unreadable(SCAN)
    return Reading(nearest_by_pages(found.pages, versions), found.text, hidden_pages=found.hidden_pages)


# --- in words ---------------------------------------------------------------------------------------------------------


def in_words(answer: dict[str, Any]) -> str:
    """The same answer for people."""
    if answer["outcome"] == "unreadable":
        return f"Filen kan inte läsas. {answer['message']}"
    return "\n".join([*_verdict(answer), *_notes(answer)])


def _verdict(answer: dict[str, Any]) -> list[str]:
    if "version" not in answer:
        return ["Texten är ingen av de publicerade versionerna, och inget avsnitt känns igen."]
    name = f"version {answer['version']} av {answer['title']} ({fingerprint.short(answer['fingerprint'])})"
    if answer["outcome"] == "same":
        return [f"Samma text som {name}."]
    rows = [f"Inte samma text. Närmast {name}:"]
    for section in answer["sections"]:
        rows.append(f"  {section['heading']}: {STATES[State(section['state'])]}")
        rows += [f"    {difference}" for difference in section["differences"]]
    if not answer["has_title"]:
        rows.append("  Överenskommelsens rubrik saknas eller är en annan.")
    rows += [f"  Annan text, som inte hör till versionen: {text[:200]}" for text in answer["other_text"]]
    return rows


def _notes(answer: dict[str, Any]) -> list[str]:
    notes = list(answer["warnings"])
    if answer["hidden_text_on_pages"]:
        pages = ", ".join(map(str, answer["hidden_text_on_pages"]))
        notes.append(f"Filen har text som inte syns (sidan {pages}). Läs den med ögonen.")
    notes += [
        f"Filen anger fingeravtrycket {short}, men texten är inte den versionens."
        for short in answer["prints_fingerprint_of_other_text"]
    ]
    return notes
