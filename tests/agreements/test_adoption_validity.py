"""Extensions, replacements and withdrawals: registered by the coordinator, struck out with a reason, never changed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agreements.actions import validity
from agreements.enums import ChangeKind
from agreements.models import ValidityChange
from agreements.queries.validity import validity_rows
from kvinnofrid.core.access import Refused
from kvinnofrid.core.workflow import MoveRefused
from tests.factories.agreements import adopt, agreement, published
from tests.factories.cast import World


def change_values(world: World, **changed: Any) -> dict[str, Any]:
    """An extension by a forum."""
    return {
        "kind": ChangeKind.EXTENSION,
        "decided_on": timezone.localdate() - timedelta(days=1),
        "takes_effect_on": date(2034, 6, 30),
        "forum": world.forum,
        "organisation": None,
        "decided_by": "",
        "replaced_by": None,
        "paragraph": "§ 3",
        "case_number": "RD 2026/30",
        "reason": "En ny är inte klar.",
        **changed,
    }


def change(world: World, made: Any, by: str = "coordinator", **changed: Any) -> ValidityChange:
    return validity.change_validity(agreement=made, values=change_values(world, **changed), by=world.person[by])


def test_an_extension_is_registered_once_with_two_clicks(world: World) -> None:
    made = published(world)
    assert change(world, made) == change(world, made)
    assert ValidityChange.objects.count() == 1


@pytest.mark.parametrize("key", ["registrar", "reader", "steering", "outsider", "nobody"])
def test_others_change_nothing(world: World, key: str) -> None:
    made = published(world)
    with pytest.raises(Refused):
        change(world, made, by=key)
    stands = change(world, made)
    with pytest.raises(Refused):
        validity.void_change(change=stands, reason="Nej", by=world.person[key])
    assert ValidityChange.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"forum": None}, "decided_by"),
        ({"organisation": "falun"}, "organisation"),
        ({"decided_on": date(2999, 1, 1)}, "decided_on"),
        ({"replaced_by": "other"}, "replaced_by"),
        ({"replaced_by": "itself", "kind": ChangeKind.REPLACEMENT}, "replaced_by"),
    ],
)
def test_faults(world: World, changed: dict[str, Any], field: str) -> None:
    made = published(world)
    others = {"falun": world.org["falun"], "itself": made, "other": agreement(world, title="En annan")}
    wanted = {name: others.get(value, value) for name, value in changed.items()}
    with pytest.raises(ValidationError) as refused:
        change(world, made, **wanted)
    assert list(refused.value.message_dict) == [field]
    assert ValidityChange.objects.count() == 0


def test_an_entry_is_struck_out_once_and_stays(world: World) -> None:
    made = published(world)
    stands = change(world, made)
    before = ValidityChange.objects.values().get()
    void = validity.void_change(change=stands, reason="Fel datum.", by=world.person["coordinator"])
    assert (void.corrects, void.is_void, void.reason, void.takes_effect_on) == (
        stands, True, "Fel datum.", date(2034, 6, 30),
    )  # fmt: skip
    assert ValidityChange.objects.values().get(pk=stands.pk) == before
    assert validity.void_change(change=stands, reason="Fel datum.", by=world.person["coordinator"]) == void
    with pytest.raises(MoveRefused):
        validity.void_change(change=void, reason="Fel datum.", by=world.person["coordinator"])
    assert [(row.is_struck, row.void_url) for row in validity_rows(made)] == [(True, "")]
    assert change(world, made).pk not in {stands.pk, void.pk}  # what was struck out can be registered again


def warnings(made: Any) -> list[str]:
    return [row.warning for row in validity_rows(made)]


def test_a_forum_that_extends_what_councils_adopted_is_pointed_out(world: World) -> None:
    made = published(world)
    change(world, made)
    assert warnings(made) == [""]  # nobody has adopted it yet
    adopt(world, made, "falun")
    assert warnings(made) == ["Länsgruppen förlänger här vad en huvudman har antagit genom egna beslut."]


def test_an_adopter_that_extends_alone_is_pointed_out_when_there_are_others(world: World) -> None:
    made = published(world)
    adopt(world, made, "falun")
    change(world, made, forum=None, organisation=world.org["falun"])
    assert warnings(made) == [""]
    adopt(world, made, "mora")
    assert warnings(made) == ["Falu kommun är en av 2 huvudmän som har antagit överenskommelsen."]


def test_a_withdrawal_by_a_forum_is_not(world: World) -> None:
    made = published(world)
    adopt(world, made, "falun")
    change(world, made, kind=ChangeKind.WITHDRAWAL)
    assert warnings(made) == [""]


@pytest.mark.parametrize("count", [1, 30])
def test_rows_take_two_queries_however_many(world: World, django_assert_num_queries: Any, count: int) -> None:
    made = published(world)
    for number in range(count):
        change(world, made, paragraph=f"§ {number}")
    with django_assert_num_queries(2):
        assert len(validity_rows(made)) == count
