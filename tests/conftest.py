"""What all tests share: the fixed cast, made once per database, and clients logged in as its people."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, TransactionTestCase

from tests import template_database
from tests.factories import cast

LONG = {"test_crash.py", "test_launch.py"}  # begun first, so that no process waits for them at the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A parameter named as one of Playwright's fixtures would draw all journeys, which renew the database, to its place."""
    named = [item.nodeid for item in items if "chromium" in item.name and "journeys" not in item.nodeid]
    if named:
        raise pytest.UsageError(f"rename the parameter (page, context, browser): {named[0]}")
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    testrun_uid: str,
) -> Iterator[None]:
    """The cast is made once per run. A test rolls back to it; one that commits leaves a new copy of it behind."""
    with (
        django_db_blocker.unblock(),
        template_database.copies(testrun_uid, keep=django_db_keepdb, anew=django_db_createdb) as renew,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: renew())  # instead of emptying tables
        with django_db_blocker.block():
            yield


@pytest.fixture
def world(db: None) -> cast.World:
    """The cast, as this test finds it."""
    return cast.load()


@pytest.fixture
def transactional_world(transactional_db: None) -> cast.World:
    """The cast for tests that commit, in a copy of the database that is thrown away after them."""
    return cast.load()


@pytest.fixture
def as_person(world: cast.World) -> Callable[[str], Client]:
    """A client logged in as one of the cast; "anonymous" is not logged in."""

    def client_of(key: str) -> Client:
        client = Client(raise_request_exception=True)
        if key != "anonymous":
            client.force_login(world.person[key])
        return client

    return client_of
