"""The files of adoption as they are sent; who opens and posts what is asked in tests/access."""

from collections.abc import Callable

import pytest
from django.test import Client

from agreements.actions import validity
from tests.agreements.test_adoption import extract, register, signature
from tests.agreements.test_adoption_pages import ROK
from tests.agreements.test_adoption_validity import change_values
from tests.factories.agreements import published
from tests.factories.cast import World

As = Callable[[str], Client]
FILES = (
    ROK + "beslut/{decision}/utdrag/",
    ROK + "underskrift/{signature}/fil/",
    ROK + "giltighet/{change}/fil/",
)


@pytest.fixture
def stage(world: World) -> dict[str, int]:
    """A decision, a signature and a change of validity, each with a file."""
    made = published(world, is_signed=True)
    change = validity.change_validity(
        agreement=made,
        values=change_values(world),
        by=world.person["coordinator"],
        upload=extract("Giltighet", name="giltighet.pdf"),
    )
    return {
        "decision": register(world, made, upload=extract("Utdrag")).pk,
        "signature": signature(world, made).pk,
        "change": change.pk,
    }


def test_files_are_saved_and_not_shown(stage: dict[str, int], as_person: As) -> None:
    for key in ("registrar", "outsider"):
        for path in FILES:
            answer = as_person(key).get(path.format(**stage))
            assert (key, path, answer.status_code) == (key, path, 200)
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.headers["Content-Disposition"].startswith("attachment; ")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
