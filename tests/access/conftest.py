"""The stage as a fixture, made once for these tests and rolled back after them, and a session for each person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kvinnofrid.core import jobs
from tests.access import people_stage
from tests.access import stage as stages
from tests.factories import cast

LINKS = {"link_holder": "open invitation", "invited_person": "own invitation"}


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
    """A session key for each person, the deactivated one's included; two have opened a link in theirs."""
    for persona, user in stage.world.person.items():
        client = Client()
        if user is not None:
            client.force_login(user)
            session = client.session
            session.update(people_stage.confirmed(user))
            session.save()
        if persona in LINKS:
            client.get(reverse("invitation_open", args=[stage.things[LINKS[persona]]["token"]]))
        stage.sessions[persona] = client.cookies["sessionid"].value if "sessionid" in client.cookies else ""
    return stage.sessions


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint (or the whole transaction) that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
