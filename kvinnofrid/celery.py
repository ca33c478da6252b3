"""The queue. With CELERY_BROKER_URL, beat calls and workers answer, by doing what `run_jobs` does without.

    celery -A kvinnofrid worker -Q jobs      # as many as wanted
    celery -A kvinnofrid worker -Q mail
    celery -A kvinnofrid beat

A call names no work: what is to be done are rows. So a call may be lost, doubled or late, and no request ever
speaks to the broker.
"""

import threading
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down

from kvinnofrid.settings.environment import choose_settings

choose_settings()
app = Celery("kvinnofrid")
app.config_from_object("django.conf:settings", namespace="CELERY")
_stop = threading.Event()


@worker_shutting_down.connect
def _end_in_order(**kwargs: Any) -> None:
    """A job in progress goes back into the queue at its next report."""
    _stop.set()


@app.task
def do_jobs() -> None:
    """Works off the jobs that wait."""
    from kvinnofrid.core import working

    working.look(working.do_jobs, _stop)


@app.task
def do_mail() -> None:
    """Sends the messages that are due, and asks for the day's work."""
    from kvinnofrid.core import working

    working.look(working.do_mail, _stop)
