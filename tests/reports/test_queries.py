"""No page asks the database more with many organisations and many lines of mandates than with few."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from mandates.models import MandateSeat
from organisations.models import Organisation
from tests.factories import cast, crowd

MAKERS = [(crowd.attested, 1), (crowd.attested, 11), (crowd.submitted, 1), (crowd.submitted, 11)]
IDS = [f"{make.__name__}-{more}" for make, more in MAKERS]
whatever_is_said = pytest.mark.parametrize("more", MAKERS, ids=IDS, indirect=True, scope="module")
when_attested = pytest.mark.parametrize("more", MAKERS[:2], ids=IDS[:2], indirect=True, scope="module")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def more(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """How many organisations there are beside the cast; made once for all pages, and rolled back after them."""
    make, number = request.param
    with django_db_blocker.unblock(), transaction.atomic():
        make(cast.load(), number)
        assert MandateSeat.objects.count() == number
        assert Organisation.objects.count() == 8 + number
        yield number
        transaction.set_rollback(True)


@whatever_is_said
@pytest.mark.parametrize(
    ("key", "number"), [("representative", 17), ("commissioner", 16), ("coordinator", 17), ("reader", 15)]
)
def test_home(more: int, as_person: Any, django_assert_num_queries: Any, key: str, number: int) -> None:
    client = as_person(key)
    with django_assert_num_queries(number):
        client.get("/")


@whatever_is_said
def test_coverage(more: int, as_person: Any, django_assert_num_queries: Any) -> None:
    client = as_person("coordinator")
    with django_assert_num_queries(9):
        assert len(client.get("/uppdragslaget/lansgruppen/").context["rows"]) == 8 + more


@when_attested
def test_an_organisation_and_a_forum(more: int, as_person: Any, django_assert_num_queries: Any) -> None:
    client = as_person("coordinator")
    with django_assert_num_queries(21):
        client.get("/organisationer/extra-1/")
    with django_assert_num_queries(17):
        assert client.get("/forum/lansgruppen/").context["roster"].held == more


@when_attested
def test_representation(more: int, as_person: Any, django_assert_num_queries: Any) -> None:
    client = as_person("outsider")
    with django_assert_num_queries(9):
        client.get("/foretradare/", {"organisation": "extra-1", "datum": ""})


@when_attested
def test_lists(more: int, as_person: Any, django_assert_num_queries: Any) -> None:
    client = as_person("outsider")
    with django_assert_num_queries(7):
        assert len(client.get("/organisationer/").context["page"].object_list) == 8 + more
    with django_assert_num_queries(7):
        client.get("/forum/")
