"""The board as a table for files: the same rows as the page, in words, days and numbers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from agreements.rules.words import day_in_words
from kvinnofrid.core.spreadsheets import Value
from reports.queries.board import Board, Row

HEADINGS = (
    "Huvudman",
    "Läge",
    "Anmärkning",
    "Organ",
    "Beslutsdatum",
    "Paragraf",
    "Diarienummer",
    "Protokollsutdrag",
    "Belägg",
    "Registrerat",
    "Nästa organ",
    "Nästa sammanträde",
    "Laga kraft",
    "Laga kraft är beräknad",
    "Läge enligt det som var känt en annan dag",
)


def cells(row: Row) -> list[Value]:
    """One principal, in the order of the headings."""
    return [
        row.name,
        row.label,
        row.note,
        row.body,
        row.decided_on,
        row.details.paragraph,
        row.case_numbers,
        row.details.has_extract,
        row.evidence,
        row.registered_on,
        row.next_body,
        row.next_on,
        row.legal_force_on,
        row.legal_force.is_computed if row.legal_force else "",
        row.known_otherwise,
    ]


def notes(board: Board) -> list[str]:
    """What the file is, beside its table."""
    status = board.status
    return [
        board.sentence,
        board.basis,
        f"Läget den {day_in_words(status.as_of)}, enligt det som var registrerat den {day_in_words(status.known_on)}.",
        f"Version: {status.version or 'ingen publicerad'}.",
    ]


def as_json(board: Board, rows: Sequence[Row]) -> dict[str, Any]:
    """The same content for other programs; docs/board.md tells the fields. Days as ISO 8601, unknown ones as null."""
    status, coming = board.status, board.forecast
    return {
        "agreement": board.agreement.slug,
        "title": board.agreement.title,
        "as_of": _iso(status.as_of),
        "known_on": _iso(status.known_on),
        "state": status.state.value,
        "sentence": board.sentence,
        "basis": board.basis,
        "version": status.version,
        "planned_on": _iso(board.agreement.planned_on),
        "in_force_from": _iso(status.in_force_from),
        "valid_to": _iso(status.valid_to),
        "forecast": {
            "earliest": _iso(coming.earliest),
            "likely": _iso(coming.likely),
            "holder": coming.holder,
            "reason": coming.reason,
        },
        "principals": [_principal(row) for row in rows],
        "contradictions": [{"principal": remark.name, "text": remark.text} for remark in board.remarks],
    }


def _principal(row: Row) -> dict[str, Any]:
    return {
        "organisation": row.key,
        "name": row.name,
        "code": row.code,
        "verdict": row.verdict.value,
        "label": row.label,
        "note": row.note,
        "body": row.body,
        "decided_on": _iso(row.decided_on),
        "paragraph": row.details.paragraph,
        "case_numbers": list(row.details.case_numbers),
        "has_extract": row.details.has_extract,
        "evidence": row.found.evidence.value if row.evidence and row.found.evidence else None,
        "registered_on": _iso(row.registered_on),
        "next_body": row.next_body,
        "next_on": _iso(row.next_on),
        "legal_force_on": _iso(row.legal_force_on),
        "legal_force_is_computed": row.legal_force.is_computed if row.legal_force else None,
        "known_otherwise": row.known_otherwise,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
