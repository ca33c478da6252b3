"""Backs up the database and the stored files while the portal runs: `manage.py backup FOLDER`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from kvinnofrid.core.backup import back_up, plain_faults
from kvinnofrid.core.backup_archive import BackupFault
from kvinnofrid.core.backup_facts import snapshot


class Command(BaseCommand):
    help = "Säkerhetskopierar databasen och filerna till en fil i mappen, medan portalen är igång."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="mappen där säkerhetskopian läggs")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            with plain_faults(), snapshot() as source:
                path, manifest = back_up(folder, source)
        except BackupFault as fault:
            self.stderr.write(str(fault))
            raise SystemExit(1) from fault
        size = path.stat().st_size // 1000
        self.stdout.write(f"{path}: {len(manifest.tables)} tabeller, {len(manifest.files)} filer, {size} kB.")
        for key, why in manifest.missing.items():
            self.stderr.write(f"Filen {key} är inte med: den {why}.")
        if manifest.missing:
            raise SystemExit(1)
