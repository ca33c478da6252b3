"""How the forums hang together on a day: who convenes, assigns and reports, as a list and as a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from kvinnofrid.core.drawing_structure import Arrow, Box, StructureDrawing, structure_drawing
from kvinnofrid.core.ordering import swedish_key
from organisations.enums import RelationKind
from organisations.models import Forum, Organisation, Relation

# In the list the verbs stand in this order.
ORDER = [RelationKind.CONVENES, RelationKind.ASSIGNS, RelationKind.REPORTS, RelationKind.DIALOGUE]


@dataclass(frozen=True)
class Part:
    """A forum or an organisation of the structure."""

    key: str
    name: str
    url: str
    is_forum: bool

    @classmethod
    def of(cls, found: Any) -> "Part":
        is_forum = isinstance(found, Forum)
        key = f"{'forum' if is_forum else 'organisation'}-{found.pk}"
        return cls(key, found.name if is_forum else found.short_name, found.get_absolute_url(), is_forum)


@dataclass(frozen=True)
class Tie:
    """That one part does something with another."""

    start: Part
    kind: RelationKind
    goal: Part
    subject: str = ""

    @property
    def verb(self) -> str:
        return str(self.kind.label)

    @property
    def sort_key(self) -> Any:
        return swedish_key(self.start.name), ORDER.index(self.kind), swedish_key(self.goal.name)


@dataclass(frozen=True)
class Structure:
    """The ties of a day, the forums without any, and the picture."""

    day: date
    ties: list[Tie]
    alone: list[Part]
    drawing: StructureDrawing

    @property
    def kinds(self) -> list[RelationKind]:
        """The kinds there are, for the key of the picture."""
        present = {tie.kind for tie in self.ties}
        return [kind for kind in ORDER if kind in present]


def structure(day: date) -> Structure:
    """What is registered of forums, conveners and relations on the day; three queries."""
    forums = list(Forum.objects.active_on(day).select_related("reports_to").in_order())
    ties = sorted({*_own(forums, day), *_related(forums, day)}, key=lambda tie: tie.sort_key)
    tied = {part for tie in ties for part in (tie.start, tie.goal)}
    alone = [part for part in map(Part.of, forums) if part not in tied]
    parts = sorted(tied, key=lambda part: swedish_key(part.name))
    boxes = [Box(part.key, part.name, part.url, part.is_forum) for part in parts]
    return Structure(day, ties, alone, structure_drawing(boxes, [_arrow(tie) for tie in ties]))


def relations_of(forum: Forum, day: date) -> list[Tie]:
    """What is registered of one forum with days of its own; its convener and whom it reports to stand on it."""
    ends = Q(from_forum=forum) | Q(to_forum=forum)
    return sorted(_ties(Relation.objects.active_on(day).filter(ends)), key=lambda tie: tie.sort_key)


def _own(forums: list[Forum], day: date) -> Iterable[Tie]:
    """What stands on the forums themselves."""
    active = {forum.pk for forum in forums}
    conveners = Organisation.objects.active_on(day).filter(convened_forums__in=forums)
    by_pk = {organisation.pk: organisation for organisation in conveners}
    for forum in forums:
        if forum.convener_id in by_pk:
            yield Tie(Part.of(by_pk[forum.convener_id]), RelationKind.CONVENES, Part.of(forum))
        if forum.reports_to_id in active:
            yield Tie(Part.of(forum), RelationKind.REPORTS, Part.of(forum.reports_to))


def _related(forums: list[Forum], day: date) -> Iterable[Tie]:
    """What is registered with days of its own, between those that there are on the day."""
    active = Organisation.objects.active_on(day)
    start = Q(from_forum__in=forums) | Q(from_organisation__in=active)
    goal = Q(to_forum__in=forums) | Q(to_organisation__in=active)
    return _ties(Relation.objects.active_on(day).filter(start, goal))


def _ties(relations: QuerySet[Relation]) -> Iterable[Tie]:
    for row in relations.select_related("from_forum", "from_organisation", "to_forum", "to_organisation"):
        start, goal = row.from_forum or row.from_organisation, row.to_forum or row.to_organisation
        yield Tie(Part.of(start), RelationKind(row.kind), Part.of(goal), row.subject)


def _arrow(tie: Tie) -> Arrow:
    """In the picture whoever convenes, assigns or is reported to stands above."""
    reports = tie.kind == RelationKind.REPORTS
    upper, lower = (tie.goal, tie.start) if reports else (tie.start, tie.goal)
    words = f"{tie.start.name} {tie.verb} {tie.goal.name}"
    both = tie.kind == RelationKind.DIALOGUE
    return Arrow(upper.key, lower.key, tie.kind.value, words, points_up=reports, points_both=both)
