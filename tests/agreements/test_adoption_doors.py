"""The doors of adoption: who opens each page, who posts each form, and that nothing is written for anybody else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agreements.actions import validity
from tests.agreements.test_adoption import extract, register, say, signature
from tests.agreements.test_adoption_pages import FALUN, ROK, counted, decision_post, pdf_file, steps_post, validity_post
from tests.agreements.test_adoption_validity import change_values
from tests.factories import cast
from tests.factories.agreements import adopt, body_of, published, said
from tests.factories.cast import World

As = Callable[[str], Client]
TODAY = timezone.localdate
WRITERS = ("registrar", "coordinator")
READERS = ("reader", "representative", "commissioner", "administrator", "outsider", "steering", "sater_representative")
STRANGERS = ("ended", "future", "nobody")
pytestmark = pytest.mark.django_db

READ = {
    "principal": FALUN,
    "decision": ROK + "beslut/{decision}/",
    "extract": ROK + "beslut/{decision}/utdrag/",
    "signature": ROK + "underskrift/{signature}/fil/",
    "validity": ROK + "giltighet/{change}/fil/",
}
WRITE = {
    "steps": FALUN + "vag/",
    "register": FALUN + "beslut/nytt/",
    "note": FALUN + "besked/",
    "sign": FALUN + "underskrift/",
    "correct": ROK + "beslut/{decision}/ratta/",
    "prove": ROK + "beslut/{decision}/belagg/",
    "unsay": ROK + "besked/{said}/stryk/",
    "unsign": ROK + "underskrift/{signature}/stryk/",
}
COORDINATE = {"validity": ROK + "giltighet/ny/", "void": ROK + "giltighet/{change}/ratta/"}


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The agreement and its entries, made once for all of these tests and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield entries(cast.load())
        transaction.set_rollback(True)


def entries(world: World) -> dict[str, Any]:
    """An agreement with one of each entry, each with a file."""
    made = published(world, is_signed=True)
    decision = register(world, made, upload=extract("Utdrag"))
    by = world.person["coordinator"]
    changed = validity.change_validity(
        agreement=made, values=change_values(world), by=by, upload=extract("Giltighet", name="giltighet.pdf")
    )
    return {
        "made": made,
        "decision": decision.pk,
        "signature": signature(world, made).pk,
        "said": say(world, made, comment="Kommer upp i december.").pk,
        "change": changed.pk,
        "entry": decision,
    }


def posts(world: World) -> dict[str, dict[str, Any]]:
    """What each form takes."""
    council = {"body": body_of(world, "falun").pk, "role": "deciding"}
    return {
        "steps": steps_post(world, council),
        "register": decision_post(world, paragraph="§ 9"),
        "note": {"said_on": str(TODAY()), "said_by": "Kanslichefen"},
        "sign": {"version": "", "signatory": "Ordföranden", "signed_on": str(TODAY())},
        "correct": decision_post(world, paragraph="§ 9", reason="Fel paragraf."),
        "prove": {"grade": "extract", "comment": "Sidan 2."},
        "unsay": {"why": "Fel huvudman."},
        "unsign": {"why": "Fel huvudman."},
        "validity": validity_post(world, paragraph="§ 9"),
        "void": {"why": "Fel."},
    }


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("key", [*WRITERS, *READERS])
def test_every_participant_reads(stage: dict[str, Any], as_person: As, name: str, key: str) -> None:
    answer = as_person(key).get(READ[name].format(**stage))
    assert answer.status_code == 200
    if name in {"extract", "signature", "validity"}:
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", [*READ.values(), *WRITE.values(), *COORDINATE.values()])
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_find_nothing(stage: dict[str, Any], as_person: As, name: str, method: str) -> None:
    before = counted()
    address = name.format(**stage)
    for key in STRANGERS:
        assert getattr(as_person(key), method)(address, {}).status_code in {404, 405}
    answer = getattr(as_person("anonymous"), method)(address, {})
    assert (answer.status_code, answer.url) == (302, f"/konto/logga-in/?next={address}")
    assert counted() == before


@pytest.mark.parametrize("name", WRITE)
@pytest.mark.parametrize("key", READERS)
def test_those_who_only_read_post_nothing(
    world: World, stage: dict[str, Any], as_person: As, name: str, key: str
) -> None:
    before, address = counted(), WRITE[name].format(**stage)
    assert as_person(key).get(address).status_code == 403
    data = posts(world)[name] | ({"file": pdf_file("x")} if name == "sign" else {})
    before = counted()
    assert as_person(key).post(address, data).status_code == 403
    assert counted() == before


@pytest.mark.parametrize("name", COORDINATE)
@pytest.mark.parametrize("key", ["registrar", *READERS])
def test_only_the_coordinator_changes_the_validity(
    world: World, stage: dict[str, Any], as_person: As, name: str, key: str
) -> None:
    before, address = counted(), COORDINATE[name].format(**stage)
    assert as_person(key).get(address).status_code == 403
    assert as_person(key).post(address, posts(world)[name]).status_code == 403
    assert counted() == before


@pytest.mark.parametrize("name", [*WRITE, *COORDINATE])
@pytest.mark.parametrize("key", WRITERS)
def test_those_who_may_open_and_post(world: World, stage: dict[str, Any], as_person: As, name: str, key: str) -> None:
    if name in COORDINATE and key == "registrar":
        return
    address = {**WRITE, **COORDINATE}[name].format(**stage)
    client, data = as_person(key), posts(world)[name]
    if name == "sign":
        data["version"] = stage["made"].versions.get().pk
    before = counted()
    assert client.get(address).status_code == 200
    assert counted() == before
    answer = client.post(address, data)
    assert (answer.status_code, counted() != before) == (302, True)
    assert client.get(answer.url).status_code == 200


def test_the_registrar_of_falun_posts_nothing_for_mora(world: World, stage: dict[str, Any], as_person: As) -> None:
    others = {
        "decision": adopt(world, stage["made"], "mora").pk,
        "said": said(world, stage["made"], "mora", TODAY()).pk,
        "signature": signature(world, stage["made"], "coordinator", slug="mora").pk,
    }
    client, data = as_person("registrar"), posts(world)
    before = counted()
    for page, address in WRITE.items():
        moras = address.replace("falun", "mora").format(**{**stage, **others})
        assert client.get(moras).status_code == 403
        assert client.post(moras, data[page]).status_code == 403
    assert counted() == before


@pytest.mark.parametrize(
    "address",
    [
        "/overenskommelser/finns-inte/huvudman/falun/",
        "/overenskommelser/rok-prov/huvudman/polisen/",
        "/overenskommelser/rok-prov/huvudman/finns-inte/beslut/nytt/",
        "/overenskommelser/rok-prov/beslut/999999/",
        "/overenskommelser/rok-prov/underskrift/999999/fil/",
        "/overenskommelser/rok-prov/besked/999999/stryk/",
        "/overenskommelser/rok-prov/underskrift/999999/stryk/",
        "/overenskommelser/rok-prov/giltighet/999999/ratta/",
    ],
)
def test_what_does_not_exist(stage: dict[str, Any], as_person: As, address: str) -> None:
    assert as_person("coordinator").get(address).status_code == 404


def test_an_entry_is_found_under_its_own_agreement_only(world: World, stage: dict[str, Any], as_person: As) -> None:
    published(world, title="En annan")
    client = as_person("coordinator")
    for page in (*READ.values(), *WRITE.values(), *COORDINATE.values()):
        if "{" in page:
            assert client.get(page.format(**stage).replace("rok-prov", "en-annan")).status_code == 404
