"""Practises a restore beside the running portal and proves the copy equal: `manage.py drill`."""

from typing import Any

from django.core.management.base import BaseCommand

from kvinnofrid.core.backup import drill, plain_faults
from kvinnofrid.core.backup_archive import BackupFault
from kvinnofrid.core.backup_facts import LEFT_OUT


class Command(BaseCommand):
    help = "Säkerhetskopierar, återställer till en tillfällig databas och mapp, jämför, och tar bort det igen."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with plain_faults():
                original, found = drill()
        except BackupFault as fault:
            self.stderr.write(str(fault))
            raise SystemExit(1) from fault
        self.stdout.write("Jämfört, del för del:")
        for kind, parts in original.items():
            self.stdout.write(f"  {kind}: {len(parts)}")
        self.stdout.write(f"Inte med i säkerhetskopian: innehållet i {', '.join(sorted(LEFT_OUT))}.")
        if found:
            self.stderr.write("\n".join(found))
            raise SystemExit(1)
        self.stdout.write("Kopian är lika i allt.")
