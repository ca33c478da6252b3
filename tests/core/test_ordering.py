"""Swedish order: … z å ä ö, accents as their base letter, the same in the database and in Python."""

import random

import pytest
from django.db import connection

from kvinnofrid.core.ordering import swedish, swedish_key
from organisations.enums import OrganisationKind
from organisations.models import Organisation

IN_ORDER = [
    "ahlby",
    "Avesta",
    "Édith",
    "Orsa",
    "Vansbro",
    "Wedholm",
    "Überby",
    "Ydre",
    "Zinkgruvan",
    "Åmål",
    "Åre",
    "Älvdalen",
    "Ängelholm",
    "Örebro",
]
ODD = ["", " ", "ÅÄÖ", "åäö", "Æble", "Øst", "niño", "Çelik", "ALLA VERSALER", "a-b", "a b", "straße", "İzmir", "日本"]


def in_database(names: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT name FROM unnest(%s::text[]) AS name ORDER BY swedish_key(name) COLLATE "C", name COLLATE "C"',
            [names],
        )
        return [name for (name,) in cursor.fetchall()]


def test_python_sorts_as_swedes_do() -> None:
    shuffled = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=swedish_key) == IN_ORDER


@pytest.mark.django_db
def test_the_database_sorts_as_swedes_do() -> None:
    assert in_database(random.Random(2).sample(IN_ORDER, len(IN_ORDER))) == IN_ORDER


@pytest.mark.django_db
def test_both_make_the_same_key() -> None:
    names = [*IN_ORDER, *ODD]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, swedish_key(name) FROM unnest(%s::text[]) AS name", [names])
        assert dict(cursor.fetchall()) == {name: swedish_key(name) for name in names}


@pytest.mark.django_db
def test_the_key_can_be_indexed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'swedish_key'")
        assert cursor.fetchall() == [("i",)]


@pytest.mark.django_db
def test_a_queryset_is_ordered() -> None:
    for number, name in enumerate(random.Random(3).sample(IN_ORDER, len(IN_ORDER))):
        Organisation(slug=f"o-{number}", name=name, short_name="x", kind=OrganisationKind.AGENCY).save()
    made = Organisation.objects.filter(short_name="x")
    assert list(made.order_by(swedish("name")).values_list("name", flat=True)) == IN_ORDER
    assert list(made.order_by(swedish("name").desc()).values_list("name", flat=True)) == IN_ORDER[::-1]
