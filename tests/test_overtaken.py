"""A form that somebody else has overtaken shows what stands now to those who may change it, and to nobody else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from mandates import actions
from mandates.models import MandateSeat
from tests.access.test_access import whole
from tests.factories import agreements as made_of
from tests.factories import cast, life

OVERTAKEN, LIST = "seen-long-ago", "Så här står det nu"
NEW = {"commissioner_name": "Stina Ny", "commissioner_title": "Chef", "commissioner_email": "stina.ny@mora.example"}


@dataclass
class Form:
    """What is posted where, the words that stand now, and the same address for what does not exist."""

    path: str
    unknown: str
    data: dict[str, Any]
    words: tuple[str, ...]


def parties(world: cast.World) -> Form:
    made, mora = made_of.with_parties(world, ["falun", "orsa"]), world.org["mora"]
    paths = [reverse("agreement_parties", args=[slug]) for slug in (made.slug, "finns-inte")]
    return Form(*paths, {"organisations": [mora.pk]}, ("Falu kommun, Orsa kommun",))


def seats(world: cast.World) -> Form:
    mandate = cast.draft(world, "mora_representative", ("mora", "alvdalen"))
    paths = [reverse("mandate_seats", args=[pk]) for pk in (mandate.pk, mandate.pk + 1000)]
    return Form(*paths, {"seats": [world.seat("orsa").pk]}, ("Mora kommun, Älvdalens kommun",))


def _line(world: cast.World) -> MandateSeat:
    """Mora's, on a form that Orsa is on too."""
    mandate = cast.draft(world, "mora_representative", ("mora", "orsa"))
    line: MandateSeat = mandate.lines.get(seat__organisation__slug="mora")
    cast.fill(world, line, commissioner=None, **life.EXTERNAL)
    actions.submit(mandate=mandate, by=mandate.representative)
    return line


def link(world: cast.World) -> Form:
    line = _line(world)
    paths = [reverse("attest_link", args=[pk, line.pk]) for pk in (line.mandate_id, line.mandate_id + 1000)]
    return Form(*paths, NEW, tuple(life.EXTERNAL.values()))


def link_by_another_form(world: cast.World) -> Form:
    """Another's line under the address of Säter's own form."""
    own, line = life.waiting_for_external(world), _line(world)
    paths = [reverse("attest_link", args=[own.mandate_id, pk]) for pk in (line.pk, line.pk + 1000)]
    return Form(*paths, NEW, tuple(life.EXTERNAL.values()))


MAY = [(parties, "coordinator"), (seats, "mora_representative"), (link, "mora_representative"), (link, "coordinator")]
SEES = [
    *((parties, key) for key in ("outsider", "representative", "registrar", "steering")),
    *((seats, key) for key in ("mora_commissioner", "coordinator")),
    *((link, key) for key in ("orsa_reader", "mora_commissioner")),
]
SEES_NOTHING = [
    *((parties, key) for key in ("nobody", "ended", "future")),
    *((seats, key) for key in ("outsider", "representative", "orsa_reader", "steering", "nobody", "ended")),
    *((link, key) for key in ("outsider", "representative", "sater_representative", "steering", "nobody", "ended")),
    *((link_by_another_form, key) for key in ("sater_representative", "coordinator", "outsider")),
]


def _post(make: Callable[[cast.World], Form], world: cast.World, client: Any) -> tuple[Form, Any]:
    form = make(world)
    return form, client.post(form.path, {**form.data, "seen": OVERTAKEN})


@pytest.mark.parametrize(("make", "key"), MAY)
def test_who_may_change_it_is_shown_what_stands(world: cast.World, as_person: Any, make: Any, key: str) -> None:
    form, answer = _post(make, world, as_person(key))
    assert answer.status_code == 200
    assert [word for word in (LIST, *form.words) if word not in answer.text] == []


@pytest.mark.parametrize(("make", "key"), SEES)
def test_who_only_sees_it_is_refused_without_a_word_of_it(
    world: cast.World, as_person: Any, make: Any, key: str
) -> None:
    form, answer = _post(make, world, as_person(key))
    assert answer.status_code == 403
    assert [word for word in (LIST, *form.words) if word in answer.text] == []


@pytest.mark.parametrize(("make", "key"), SEES_NOTHING)
def test_for_others_it_is_as_if_it_did_not_exist(world: cast.World, as_person: Any, make: Any, key: str) -> None:
    client = as_person(key)
    form, answer = _post(make, world, client)
    assert answer.status_code == 404
    assert whole(answer) == whole(client.post(form.unknown, {**form.data, "seen": OVERTAKEN}))
