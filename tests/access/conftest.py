"""The stage as a fixture, made once for these tests and rolled back after them, and a session for each person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kvinnofrid.core import jobs
from tests.access import stage as stages
from tests.factories import cast


@pytest.fixture(scope="package")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[stages.Stage]:
    """The cast and the objects, once for all requests; rolled back at the end."""
    before = dict(jobs._handlers)
    with django_db_blocker.unblock(), rolled_back():
        yield stages.build(cast.load())
    jobs._handlers.clear()
    jobs._handlers.update(before)


@pytest.fixture(scope="package")
def sessions(stage: stages.Stage) -> dict[str, str]:
    """A session key for each person, the deactivated one's included."""
    found = {}
    for persona, user in stage.world.person.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        found[persona] = client.cookies["sessionid"].value if user is not None else ""
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint (or the whole transaction) that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
