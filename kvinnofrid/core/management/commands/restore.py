"""Restores a backup into an empty database and folder: `manage.py restore FILE [--into URL] [--files FOLDER]`."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kvinnofrid.core.backup import connected_to, plain_faults, restore
from kvinnofrid.core.backup_archive import BackupFault
from kvinnofrid.settings.environment import Environment


class Command(BaseCommand):
    help = "Återställer en säkerhetskopia till en tom databas och en tom mapp: allt eller inget."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="säkerhetskopian")
        parser.add_argument(
            "--into", default="", metavar="ADRESS", help="databasen, som DATABASE_URL; annars portalens"
        )
        parser.add_argument("--files", type=Path, metavar="MAPP", help="mappen för filerna; annars portalens")

    def handle(self, *args: Any, file: Path, into: str, files: Path | None, **options: Any) -> None:
        environment = Environment()
        parameters = environment.database(into, name="--into", as_owner=True) if into else {}
        environment.stop_if_faulty()
        folder = files or Path(settings.FILES_DIR)
        try:
            with connected_to(parameters) if into else nullcontext(), plain_faults():
                manifest = restore(file, folder)
        except BackupFault as fault:
            self.stderr.write(str(fault))
            raise SystemExit(1) from fault
        self.stdout.write(
            f"Återställd, som den var {manifest.made_at}: {len(manifest.tables)} tabeller, {len(manifest.files)} filer "
            f"i {folder}. Kör manage.py migrate om portalen är nyare än säkerhetskopian."
        )
        for key, why in manifest.missing.items():
            self.stderr.write(f"Filen {key} fanns inte i säkerhetskopian: den {why}.")
