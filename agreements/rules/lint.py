"""What a reader of a draft would ask about before it goes out. It points out, and forbids nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from agreements.enums import Topic
from kvinnofrid.core import richtext

# What every agreement should say something about.
NEEDED = (Topic.CHILD_PERSPECTIVE, Topic.PARTICIPATION, Topic.FOLLOW_UP, Topic.DEVIATIONS, Topic.DISPUTES)
LONGEST_WAIT_YEARS = 10
LONGEST_VALIDITY_YEARS = 25

# Square brackets, but not the number of a note; "XX"; a date's pattern; lines of dots, underscores or question marks.
_PLACEHOLDER = re.compile(
    r"\[(?!\d{1,3}\])[^\[\]]{0,60}\]|\b[Xx]{2,}\b|\b(?:ÅÅÅÅ|åååå|YYYY|yyyy)(?:-\w\w){0,2}\b|\.{4,}|…{2,}|_{3,}|\?{2,}"
    r"|\b(?:TODO|TBD)\b|\b[Ll]orem ipsum\b"
)
_SHOWN = 3


@dataclass(frozen=True)
class Remark:
    """Something to look at. `topic` is the heading of the section or the name of the field."""

    topic: str
    text: str


@dataclass(frozen=True)
class DraftSection:
    """A section as it stands; `is_required` says that its template holds it for necessary."""

    heading: str
    body: str
    topic: Topic
    is_required: bool = False


@dataclass(frozen=True)
class Draft:
    """What is looked at. `expected` are topic and heading of the template's sections."""

    title: str
    case_number: str
    owner: str
    planned_on: date | None
    validity_years: int | None
    valid_to: date | None
    assigned_on: date | None
    sections: tuple[DraftSection, ...]
    expected: tuple[tuple[Topic, str], ...]
    today: date


def lint(draft: Draft) -> list[Remark]:
    """All remarks: what the whole lacks, its dates, then the sections in order."""
    return [
        *_of_fields(draft),
        *_of_dates(draft),
        *_of_validity(draft),
        *_of_missing(draft),
        *_of_headings(draft),
        *(remark for section in draft.sections for remark in _of_section(section)),
    ]


def _of_fields(draft: Draft) -> Iterator[Remark]:
    if not draft.title.strip():
        yield Remark("Rubrik", "Överenskommelsen har ingen rubrik.")
    if not draft.case_number.strip():
        yield Remark("Diarienummer", "Diarienummer saknas.")
    if not draft.owner.strip():
        yield Remark("Förvaltare", "Ingen förvaltare är angiven: vem ansvarar för överenskommelsen?")
    for topic, text in (("Rubrik", draft.title), ("Diarienummer", draft.case_number), ("Förvaltare", draft.owner)):
        yield from _of_placeholders(topic, text)


def _of_dates(draft: Draft) -> Iterator[Remark]:
    planned_on, assigned_on = draft.planned_on, draft.assigned_on
    if assigned_on and assigned_on > draft.today:
        yield Remark("Forumets uppdrag", f"Uppdraget är daterat {assigned_on}, en dag som inte har varit.")
    if not planned_on:
        yield Remark("Ikraftträdande", "Planerat ikraftträdande saknas.")
        return
    if assigned_on and planned_on < assigned_on:
        yield Remark("Ikraftträdande", f"Ikraftträdandet {planned_on} ligger före uppdraget {assigned_on}.")
    if planned_on < draft.today:
        yield Remark("Ikraftträdande", f"Planerat ikraftträdande {planned_on} har passerat, och texten är ett utkast.")
    if planned_on.year - draft.today.year > LONGEST_WAIT_YEARS:
        yield Remark("Ikraftträdande", f"Planerat ikraftträdande {planned_on} ligger långt fram. Stämmer året?")


def _of_validity(draft: Draft) -> Iterator[Remark]:
    years, valid_to = draft.validity_years, draft.valid_to
    if years is None and valid_to is None:
        yield Remark("Giltighetstid", "Giltighetstid saknas: ange antal år eller en sista dag.")
    if years is not None and valid_to is not None:
        yield Remark("Giltighetstid", "Både antal år och en sista dag är angivna. Vilken gäller?")
    if years is not None and not 1 <= years <= LONGEST_VALIDITY_YEARS:
        yield Remark("Giltighetstid", f"Giltighetstiden är {years} år. Stämmer det?")
    if valid_to and draft.planned_on and valid_to < draft.planned_on:
        yield Remark("Giltighetstid", f"Sista dagen {valid_to} ligger före ikraftträdandet {draft.planned_on}.")
    elif valid_to and valid_to < draft.today:
        yield Remark("Giltighetstid", f"Sista dagen {valid_to} har redan passerat.")


def _of_missing(draft: Draft) -> Iterator[Remark]:
    topics = {section.topic for section in draft.sections}
    headings = {_key(section.heading) for section in draft.sections}
    for needed in NEEDED:
        if needed not in topics:
            yield Remark(needed.label, f"Inget avsnitt handlar om {needed.label.lower()}.")
    for topic, heading in draft.expected:
        if _key(heading) not in headings and topic not in NEEDED and (topic == Topic.OTHER or topic not in topics):
            name = richtext.plain(heading) or topic.label
            yield Remark(name, f"Mallens avsnitt ”{name}” är inte med.")


def _of_headings(draft: Draft) -> Iterator[Remark]:
    counted = Counter(_key(section.heading) for section in draft.sections)
    headings = {_key(section.heading): richtext.plain(section.heading) for section in draft.sections}
    for key, count in counted.items():
        if not key:
            yield Remark(
                "Avsnitt", "Ett avsnitt har ingen rubrik." if count == 1 else f"{count} avsnitt har ingen rubrik."
            )
        elif count > 1:
            yield Remark(headings[key], f"Rubriken ”{headings[key]}” står på {count} avsnitt.")


def _of_section(section: DraftSection) -> Iterator[Remark]:
    topic = richtext.plain(section.heading) or "Avsnitt"
    lines = richtext.lines(section.body)
    if not lines:
        yield Remark(
            topic, "Avsnittet är tomt, och mallen kräver det." if section.is_required else "Avsnittet är tomt."
        )
    yield from _of_placeholders(topic, "\n".join([section.heading, *lines]))


def _of_placeholders(topic: str, text: str) -> Iterator[Remark]:
    found = list(dict.fromkeys(match[0] for match in _PLACEHOLDER.finditer(text)))
    if found:
        shown = ", ".join(f"”{placeholder}”" for placeholder in found[:_SHOWN])
        more = f" och {len(found) - _SHOWN} till" if len(found) > _SHOWN else ""
        yield Remark(topic, f"Något verkar återstå att fylla i: {shown}{more}.")


def _key(heading: str) -> str:
    return richtext.plain(heading).casefold()
