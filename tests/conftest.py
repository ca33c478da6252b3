"""What all tests share: the fixed cast, made once per database, and clients logged in as its people."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from organisations.models import User
from tests.factories import cast


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A parameter named as one of Playwright's fixtures would draw all journeys, which empty the tables, to its place."""
    named = [item.nodeid for item in items if "chromium" in item.name and "journeys" not in item.nodeid]
    if named:
        raise pytest.UsageError(f"rename the parameter (page, context, browser): {named[0]}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The cast is made once; each test rolls back to it."""
    with django_db_blocker.unblock():
        call_command("createcachetable")
        if not User.objects.exists():
            cast.build()


@pytest.fixture
def world(db: None) -> cast.World:
    """The cast, as this test finds it."""
    return cast.load()


@pytest.fixture
def transactional_world(transactional_db: None) -> cast.World:
    """The cast for tests that commit; made anew, because those tests empty the tables after themselves."""
    return cast.load() if User.objects.exists() else cast.build()


@pytest.fixture
def as_person(world: cast.World) -> Callable[[str], Client]:
    """A client logged in as one of the cast; "anonymous" is not logged in."""

    def client_of(key: str) -> Client:
        client = Client(raise_request_exception=True)
        if key != "anonymous":
            client.force_login(world.person[key])
        return client

    return client_of
