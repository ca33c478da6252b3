"""A deputy: chosen on the organisation's step, attested as any line, one at a time, shown beside the ordinary."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, pdf
from mandates.models import Mandate, MandateSeat
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast
from tests.factories.filling import grant, line_post

As = Callable[[str], Client]


def later(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def deputy(world: cast.World, key: str, **values: Any) -> Mandate:
    """Attested, of Falun."""
    if not world.person[key].memberships.filter(role=Role.REPRESENTATIVE).exists():
        grant(world, key, Role.REPRESENTATIVE)
        world.person[key] = User.objects.get(pk=world.person[key].pk)
    mandate = cast.draft(world, key)
    cast.fill(world, mandate.lines.get(), kind="deputy", **values)
    actions.submit(mandate=mandate, by=world.person[key])
    mandate.refresh_from_db()
    actions.attest(line=mandate.lines.get(), version=mandate.version, by=world.person["commissioner"])
    return mandate


def test_one_at_a_time(world: cast.World) -> None:
    deputy(world, "registrar", ends_on=later(10))
    with pytest.raises(MoveRefused) as refusal:
        deputy(world, "administrator")
    assert str(refusal.value) == (
        "Falu kommun har redan en ersättare under perioden. Avsluta det uppdraget först, eller ändra startdatumet."
    )
    deputy(world, "reader", starts_on=later(11))
    assert MandateSeat.objects.filter(state="attested").count() == 2


def test_chosen_in_the_step(world: cast.World, as_person: As) -> None:
    mandate = cast.draft(world)
    line = mandate.lines.get()
    url = f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/"
    assert as_person("representative").post(url, line_post(world, kind="deputy")).status_code == 302
    assert MandateSeat.objects.get().kind == "deputy"


def test_shown_beside_the_ordinary_and_where_there_is_none(world: cast.World, as_person: As) -> None:
    mandate = deputy(world, "registrar")
    today = str(timezone.localdate())
    paths = (
        "/forum/lansgruppen/",
        "/organisationer/falun/",
        f"/foretradare/?organisation=falun&datum={today}",
    )
    for others in ("Vakant (N.N.)", "Rut Representant"):
        for path in paths:
            page = as_person("outsider").get(path).content.decode()
            assert "Ragna Registrator" in page, path
            assert "ersättare" in page, path
            assert others in page or "foretradare" in path, path
        if others.startswith("Vakant"):
            cast.attested(world)
    [shown] = pdf.mandate_document(mandate, viewer=world.person["coordinator"]).lines
    assert shown.kind_label == "Ersättare"
