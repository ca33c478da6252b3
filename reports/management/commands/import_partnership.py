"""Imports a partnership file: `manage.py import_partnership FILE.yaml [--dry-run] [--real]`."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, Never

from django.core.management.base import BaseCommand

from organisations.models import Partnership, User
from reports.partnership_file import Outcome, PartnershipFileError, import_file
from reports.partnership_file.kinds import Kind

LISTED = 30  # more new rows than this are counted instead, unless --verbosity 2


class Command(BaseCommand):
    help = "Läser in en samverkan (organisationer, forum, personer) från en fil. Se docs/partnership-file.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="filen, till exempel organisations/partnerships/dalarna.yaml")
        parser.add_argument("--dry-run", action="store_true", help="berätta vad som skulle ändras, utan att ändra")
        parser.add_argument("--real", action="store_true", help="vägra om databasen är en demonstration")
        parser.add_argument("--demonstration", action="store_true", help="vägra om databasen har riktiga personer")

    def handle(self, *args: Any, file: Path, dry_run: bool, verbosity: int, **options: Any) -> None:
        self._refuse_wrong_database(real=options["real"], demonstration=options["demonstration"])
        try:
            outcome = import_file(file, dry_run=dry_run)
        except PartnershipFileError as error:
            self.stderr.write(f"{file.name}: {len(error.faults)} fel. Ingenting är ändrat.")
            self.stderr.write(str(error))
            raise SystemExit(1) from None
        if verbosity:
            self.stdout.write("\n".join(told(outcome, file.name, dry_run=dry_run, in_full=verbosity > 1)))

    def _refuse_wrong_database(self, *, real: bool, demonstration: bool) -> None:
        """Real and made-up people never share a database."""
        is_demonstration = Partnership.objects.filter(is_demonstration=True).exists()
        if real and is_demonstration:
            self._refuse("Databasen är en demonstration med påhittade personer. Ange en annan databas.")
        if demonstration and not is_demonstration and User.objects.exists():
            self._refuse("Databasen har riktiga personer. Starta med DEMO=0, eller ange en annan databas.")

    def _refuse(self, line: str) -> Never:
        self.stderr.write(line)
        raise SystemExit(1)


def told(outcome: Outcome, name: str, *, dry_run: bool, in_full: bool) -> list[str]:
    """What an import did, or would do, line by line."""
    lines: list[str] = []
    if outcome.added:
        lines.append(f"Läggs till: {counted(outcome.added)}")
        if in_full or len(outcome.added) <= LISTED:
            lines += [f"  {title} ({kind.label})" for kind, title in outcome.added]
    if outcome.changed:
        lines += ["Ändras:", *(f"  {change}" for change in outcome.changed)]
    if outcome.kept:
        lines += ["Ändrat i portalen, och lämnas som det är:", *(f"  {what}" for what in outcome.kept)]
    if outcome.left:
        lines.append("Finns i portalen men inte i filen, och lämnas som de är:")
        lines += [f"  {row}" for row in outcome.left]
    if not outcome.added and not outcome.changed:
        lines.append(f"{name}: ingenting att ändra.")
    elif dry_run:
        lines.append("Provkörning: ingenting är sparat.")
    else:
        lines.append(f"{name} är inläst.")
    return lines


def counted(added: list[tuple[Kind, str]]) -> str:
    """2 organisationer, 1 forum"""
    numbers = Counter(kind.model for kind, _ in added)
    kinds = {kind.model: kind for kind, _ in added}
    return ", ".join(f"{n} {kinds[model].label if n == 1 else kinds[model].plural}" for model, n in numbers.items())
