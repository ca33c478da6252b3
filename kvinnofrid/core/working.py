"""One look for work, by the job loop or by a worker of the queue. A database that is away is told of once."""

import logging
import threading
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from kvinnofrid.core import dispatcher, health, jobs
from kvinnofrid.faults import plain_line

logger = logging.getLogger(__name__)

Work = Callable[[threading.Event], None]


def do_jobs(stop: threading.Event) -> None:
    """Works off the jobs that wait, and tells the health page that background work is done."""
    jobs.run_pending(stop=stop)
    health.beat()


def do_mail(stop: threading.Event) -> None:
    """Sends the messages that are due, and asks for the day's work."""
    jobs.ask_for_daily_work()
    dispatcher.dispatch_pending(stop=stop)


_has_told: set[Work] = set()


def look(work: Work, stop: threading.Event) -> bool:
    """Does a kind of work as far as there is any; answers whether the database was there."""
    try:
        work(stop)
    except (OperationalError, InterfaceError) as error:
        if work not in _has_told:
            logger.warning(plain_line(error) or f"Databasen svarar inte. ({type(error).__name__})")
        _has_told.add(work)
        connection.close()
        return False
    _has_told.discard(work)
    return True
