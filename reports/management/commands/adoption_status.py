"""Tells how an agreement stands, as the board does: `manage.py adoption_status SLUG [--as-of D] [--known-on D]`."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any, Never

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.models import Agreement
from reports.queries import board_table
from reports.queries.board import Board, Row, board
from reports.queries.register import registers


class Command(BaseCommand):
    help = "Berätta hur en överenskommelse står: svaret, och varje huvudmans läge."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="överenskommelsens adress i portalen, till exempel rok-kvinnofrid")
        parser.add_argument("--as-of", metavar="DATUM", help="så stod det den dagen (ÅÅÅÅ-MM-DD); annars i dag")
        parser.add_argument(
            "--known-on", metavar="DATUM", help="enligt det som var registrerat den dagen; annars i dag"
        )
        parser.add_argument("--json", action="store_true", help="svara som JSON, med samma fält som sidan")

    def handle(self, *args: Any, slug: str, as_of: str | None, known_on: str | None, **options: Any) -> None:
        today = timezone.localdate()
        day, known = self.day(as_of, today), self.day(known_on, today)
        found = registers(Agreement.objects.filter(slug=slug), day)
        if not found:
            self.refuse(f"Det finns ingen överenskommelse med adressen {slug!r}.")
        answer = board(found[0], as_of=day, known_on=known, today=today)
        if options["json"]:
            content = board_table.as_json(answer, answer.rows)
            self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(lines(answer)))

    def day(self, text: str | None, today: date) -> date:
        if text is None:
            return today
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(f"{text!r} är inget datum. Skriv ÅÅÅÅ-MM-DD, till exempel {today}.")
        if not 2000 <= day.year <= today.year or day > today:
            self.refuse(f"Välj i dag eller en dag som har varit, från och med år 2000. {day} går inte.")
        return day

    def refuse(self, reason: str) -> Never:
        self.stderr.write(reason)
        raise SystemExit(1)


def lines(answer: Board) -> list[str]:
    """The answer first, then what it rests on, then each principal."""
    found = [answer.agreement.title, *board_table.notes(answer)]
    if answer.otherwise:
        found.append(f"Enligt det som var registrerat den {answer.otherwise.known_on}: {answer.otherwise.sentence}")
    if answer.forecast.reason:
        found.append(answer.forecast.reason)
    width = max((len(row.name) for row in answer.rows), default=0)
    return [*found, *(f"  {row.name:<{width}}  {_line(row, answer)}" for row in answer.rows)]


def _line(row: Row, answer: Board) -> str:
    decided = f"{row.body} {row.decided_on} {row.paragraph}".strip() if row.decided_on else ""
    coming = f"nästa sammanträde {row.next_on} i {row.next_body}" if row.next_on else ""
    otherwise = f"{answer.otherwise_words} {row.known_otherwise}" if row.known_otherwise else ""
    return "; ".join(filter(None, [row.label, row.note, decided, row.evidence, coming, otherwise]))
