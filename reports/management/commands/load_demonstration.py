"""Puts the demonstration into a database without people: `DEMO_PASSWORD=... manage.py load_demonstration`."""

from typing import Any

from django.core.management.base import BaseCommand

from kvinnofrid.settings.launching import launch_options
from reports.demonstration import ACCOUNTS, DemonstrationRefusedError, load


class Command(BaseCommand):
    help = (
        "Lägger påhittade personer, uppdrag och överenskommelser i en databas utan personer. "
        "Lösenordet står i DEMO_PASSWORD."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        password = launch_options().demo_password
        try:
            if not password:
                raise DemonstrationRefusedError("DEMO_PASSWORD saknas. Ange lösenordet för demonstrationens konton.")
            was_loaded = load(password)
        except DemonstrationRefusedError as refusal:
            self.stderr.write(str(refusal))
            raise SystemExit(1) from None
        if verbosity:
            self.stdout.write("Demonstrationen är inlagd." if was_loaded else "Demonstrationen finns redan.")
            self.stdout.write(f"Konton: {', '.join(ACCOUNTS)}")
