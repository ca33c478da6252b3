"""Agreements as the journeys find them: a small county with a map, and a text that some have decided on."""

from datetime import date, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from agreements.enums import Evidence, Outcome, RecommendationKind
from agreements.models import Agreement, ForumDecision
from kvinnofrid.core import audit
from organisations.models import Partnership
from tests.factories import agreements as factory
from tests.factories import cast

CODES = {
    "malung-salen": "2023",
    "orsa": "2034",
    "alvdalen": "2039",
    "mora": "2062",
    "falun": "2080",
    "sater": "2082",
}
SIDE, ACROSS = 100, 3


def day(days: int) -> date:
    """So many days from today."""
    return timezone.localdate() + timedelta(days=days)


def draw_the_county(world: cast.World) -> None:
    """Six squares on a map and the same six as tiles."""
    outlines, tiles = [], []
    for place, (slug, code) in enumerate(CODES.items()):
        row, column = divmod(place, ACROSS)
        left, top = column * SIDE, row * SIDE
        right, bottom = left + SIDE, top + SIDE
        path = f"M{left},{top} {right},{top} {right},{bottom} {left},{bottom}Z"
        outlines.append({"scb_code": code, "path": path, "label": [left + SIDE / 2, top + SIDE / 2]})
        tiles.append({"scb_code": code, "column": column, "row": row})
        organisation = world.org[slug]
        organisation.scb_code = code
        audit.save(organisation, by=None, verb="imported")
    partnership = Partnership.objects.get()
    partnership.outlines, partnership.tiles = outlines, tiles
    audit.save(partnership, by=None, verb="imported")


def half_decided(world: cast.World, **values: Any) -> Agreement:
    """Sent out two months ago; three have decided since then, one with amendments, and one says not yet."""
    draw_the_county(world)
    with time_machine.travel(timezone.now() - timedelta(days=90)):
        made = factory.published(world, force_rule="decision", planned_on=date(2025, 1, 1), **values)
    recommended = ForumDecision(
        agreement=made,
        version=made.versions.get(),
        kind=RecommendationKind.RECOMMENDED,
        forum=world.forum,
        decided_on=day(-80),
        paragraph="§ 12",
    )
    audit.save(recommended, by=world.person["coordinator"], verb="registered")
    factory.dispatched(world, made, days_ago=60)
    for slug, ago in (("falun", 40), ("sater", 10)):
        with time_machine.travel(timezone.now() - timedelta(days=ago)):
            factory.adopt(world, made, slug, paragraph="§ 214", case_numbers=["KS 2026/12"], proof=Evidence.COMPARED)
    with time_machine.travel(timezone.now() - timedelta(days=5)):
        factory.adopt(world, made, "mora", Outcome.AMENDED, amendment="Uppföljning vartannat år.")
        factory.said(world, made, "orsa", day(0))
    factory.step(world, made, "orsa", meetings=[day(20)], planned_on=day(20))
    return made
