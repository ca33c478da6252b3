"""Does what takes longer than a request: `manage.py run_jobs [--once]`. Ends in order on SIGTERM and Ctrl-C."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from kvinnofrid.core import working
from kvinnofrid.serving import end_with_launcher

SECONDS_BETWEEN_LOOKS = 1
SECONDS_WITHOUT_DATABASE = 3


class Command(BaseCommand):
    help = "Utför långa arbeten, skickar meddelanden och sköter det dagliga, utan kö."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="utför det som väntar och avsluta sedan")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()
        if once:
            working.do_mail(stop)
            working.do_jobs(stop)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        end_with_launcher()
        # In a thread of its own: a link for a new password does not wait for three hundred documents.
        messages = threading.Thread(target=keep_looking, args=(working.do_mail, stop))
        messages.start()
        keep_looking(working.do_jobs, stop)
        messages.join()


def keep_looking(work: working.Work, stop: threading.Event) -> None:
    while not stop.is_set():
        stop.wait(SECONDS_BETWEEN_LOOKS if working.look(work, stop) else SECONDS_WITHOUT_DATABASE)
    connection.close()
