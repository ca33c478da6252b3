"""Does the portal's long work: `manage.py run_jobs [--once]`. Ends in order on SIGTERM and Ctrl-C."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from kvinnofrid.core import jobs
from kvinnofrid.faults import plain_line
from kvinnofrid.serving import end_with_launcher

SECONDS_BETWEEN_LOOKS = 1
SECONDS_WITHOUT_DATABASE = 3


class Command(BaseCommand):
    help = "Utför långa arbeten efter hand som de begärs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="utför det som väntar och avsluta sedan")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            jobs.run_pending()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        end_with_launcher()
        while not stop.is_set():
            stop.wait(self.look(stop))

    def look(self, stop: threading.Event) -> int:
        """Works off what waits; tells how long to wait until the next look. A database that is away comes back."""
        try:
            jobs.run_pending(stop=stop)
        except (OperationalError, InterfaceError) as error:
            if not self.without_database:
                self.stderr.write(plain_line(error) or f"Databasen svarar inte. ({type(error).__name__})")
            self.without_database = True
            connection.close()
            return SECONDS_WITHOUT_DATABASE
        self.without_database = False
        return SECONDS_BETWEEN_LOOKS

    without_database = False
