"""The pages about the rest of a mandate's life, and about long work, in every state that has a look of its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.models import JobState
from mandates import actions
from mandates.actions import bundles
from mandates.enums import BundleContent, BundleFormat
from mandates.models import AttestLink, Mandate, MandateSeat
from organisations.enums import RelationKind
from organisations.models import Relation
from tests.factories import cast, life
from tests.factories.filling import line_url
from tests.journeys.place import Place

BUNDLES = "/uppdrag/samlingsfiler/"


@dataclass(frozen=True)
class Furniture:
    """What has been made, by what makes it worth a look."""

    handed_over: Mandate
    deputies: Mandate  # four lines, late to be confirmed, and the person has another title now
    by_link: MandateSeat
    waiting: MandateSeat  # for a commissioner without account
    link: AttestLink
    on_paper: Mandate


def furnish(world: cast.World) -> Furniture:
    """Made before other mandates, so that theirs are the ordinary ones of today."""
    _work(world)
    _structure(world)
    handed_over, deputies = _handed_over(world), _deputies(world)
    by_link = _by_link(world)
    waiting = life.waiting_for_external(world)
    actions.send_link(line=waiting, commissioner=life.EXTERNAL, by=world.person["sater_representative"])
    on_paper = life.on_paper(world, slug="polisen")
    _vacant(world)
    return Furniture(handed_over, deputies, by_link, waiting, life.link_of(waiting), on_paper)


def _handed_over(world: cast.World) -> Mandate:
    """Falun's, ended some time ago; the one who takes over has no role for it yet."""
    mandate = cast.draft(world)
    line, by = mandate.lines.select_related("seat__organisation").get(), world.person["representative"]
    cast.fill(world, line, starts_on=_day(-90))
    actions.submit(mandate=mandate, by=by)
    mandate.refresh_from_db()
    actions.attest(line=line, version=mandate.version, by=world.person["commissioner"])
    actions.hand_over(
        mandate=mandate,
        lines=[line],
        ended_on=_day(-40),
        reason="Byter tjänst.",
        by=by,
        successor=world.person["registrar"],
        notes={"goes_on": "Rutinen ska ses över.", "meetings": "", "papers": "I diariet."},
    )
    return Mandate.objects.get(pk=mandate.pk)


def _deputies(world: cast.World) -> Mandate:
    person = world.person["mora_representative"]
    with time_machine.travel(timezone.now() - timedelta(days=380)):
        mandate = cast.draft(world, "mora_representative", cast.MORAS)
        for line in mandate.lines.select_related("seat__organisation"):
            cast.fill(world, line, kind="deputy", starts_on=timezone.localdate())
        actions.submit(mandate=mandate, by=person)
        mandate.refresh_from_db()
        for line in mandate.lines.all():
            actions.attest(line=line, version=mandate.version, by=world.person["mora_commissioner"])
    person.title = "Verksamhetsutvecklare"
    audit.save(person, by=person, verb="saved")
    confirmed = mandate.lines.filter(seat__organisation__slug="orsa")
    actions.confirm(mandate=mandate, lines=list(confirmed), by=person)
    return Mandate.objects.get(pk=mandate.pk)


def _by_link(world: cast.World) -> MandateSeat:
    """Säter's deputy, attested by somebody without account."""
    mandate = cast.draft(world, "sater_representative", ("sater",))
    line = mandate.lines.select_related("seat__organisation").get()
    cast.fill(world, line, kind="deputy", commissioner=None, **life.EXTERNAL)
    actions.submit(mandate=mandate, by=world.person["sater_representative"])
    mandate.refresh_from_db()
    actions.attest_by_link(link=life.link_of(line), version=mandate.version)
    return MandateSeat.objects.get(pk=line.pk)


def _vacant(world: cast.World) -> None:
    values = {
        "starts_on": _day(-10),
        "expected_on": _day(30),
        "note": "Rekrytering pågår.",
        "function_email": "funktion@sater.example",
    }
    actions.register_vacancy(seat=world.seat("sater"), values=values, by=world.person["coordinator"])


def _structure(world: cast.World) -> None:
    """A tie of each kind that the forums do not hold themselves."""
    for kind in (RelationKind.ASSIGNS, RelationKind.DIALOGUE):
        row = Relation(kind=kind, from_forum=world.steering_group, to_forum=world.forum, subject="årsplanen")
        audit.save(row, by=None, verb="imported")


def _work(world: cast.World) -> None:
    """A file that is kept, one that has been removed, one that is being made and one that waits."""
    by = world.person["coordinator"]
    facts: dict[str, Any] = {"forum": world.forum, "day": _day(0), "format": BundleFormat.PDF, "documents": 7, "by": by}
    with time_machine.travel(timezone.now() - timedelta(days=100)):
        bundles.keep_bundle(key=uuid4(), data=b"%PDF", content=BundleContent.ACTIVE, **facts)
    bundles.remove_expired_bundles()
    bundles.keep_bundle(key=uuid4(), data=b"%PDF", content=BundleContent.SUBMITTED, **facts)


def _asked_for(world: cast.World) -> None:
    """When there are mandates to gather."""
    asked = {
        "forum": world.forum,
        "day": _day(0),
        "content": BundleContent.SUBMITTED,
        "by": world.person["coordinator"],
    }
    running = bundles.ask_for_bundle(format=BundleFormat.PDF, **asked)
    running.state, running.tries, running.done, running.total = JobState.RUNNING, 1, 2, 7
    running.started_at = running.heartbeat_at = timezone.now()
    running.save()
    bundles.ask_for_bundle(format=BundleFormat.ZIP, **asked)


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


# --- where to see it --------------------------------------------------------------------------------------------------


def life_places(world: cast.World, made: Furniture, attested: Mandate) -> list[Place]:
    """`attested` is one with a single line that holds today."""
    _asked_for(world)
    deputies, waiting = made.deputies.get_absolute_url(), made.waiting
    return [
        *_mandates(made),
        Place("mandate_confirm", f"{attested.get_absolute_url()}bekrafta/", "representative"),
        Place("mandate_confirm", f"{deputies}bekrafta/", "mora_representative"),
        Place("mandate_end_all", f"{deputies}avsluta/", "mora_representative"),
        Place("attest_link", line_url(waiting, "engangslank/"), "sater_representative"),
        Place("attest_link", line_url(made.by_link, "engangslank/"), "coordinator"),
        Place("attest_by_link", life.address_of(made.link), ""),
        Place("attest_by_link", "/uppdrag/attest/finns-inte/", "", 404),
        Place("paper_create", "/uppdrag/papper/"),
        Place("vacancy_edit", f"/uppdrag/vakanser/{world.seat('sater').pk}/"),
        Place("vacancy_edit", f"/uppdrag/vakanser/{world.seat('lansstyrelsen').pk}/"),
        Place("organisation_detail", "/organisationer/sater/"),
        Place("bundle_list", BUNDLES),
        Place("forum_structure", "/forum/struktur/", "outsider"),
    ]


def _mandates(made: Furniture) -> list[Place]:
    """What a form's page says of how its lines were attested, handed over, confirmed."""
    return [
        Place("mandate_detail", made.handed_over.get_absolute_url(), "registrar"),
        Place("mandate_detail", made.deputies.get_absolute_url(), "mora_representative"),
        Place("mandate_detail", made.by_link.mandate.get_absolute_url()),
        Place("mandate_detail", made.on_paper.get_absolute_url()),
    ]
