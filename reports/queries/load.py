"""How much of a full-time post a person's mandates take together, over organisations and forums, on any day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kvinnofrid.core.ordering import swedish_key
from kvinnofrid.core.spreadsheets import Value
from kvinnofrid.core.templatetags.portal import percent
from mandates.enums import LineKind
from mandates.models import Mandate, MandateSeat
from mandates.workflow import HELD_LINE_STATES
from organisations.models import Appointment, Organisation, User
from organisations.permissions import is_coordinator, sees_internal

FULL = Decimal(100)
NOT_TOLD = "Inte angivet"
HEADINGS = (
    "Person", "Samlad andel i procent", "Över 100 procent", "Organisation", "Forum", "Som", "Andel i procent",
    "Från och med", "Till och med",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One seat that a person holds on the day, with its share; None where nobody has told it."""

    organisation: Organisation
    seat: str
    forum: str
    forum_url: str
    kind: str
    share: Decimal | None
    starts_on: date | None
    ends_on: date | None
    mandate_url: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Load:
    """What one person holds on a day, as far as the reader may see it."""

    person: User
    parts: list[Part]
    is_partial: bool

    @property
    def total(self) -> Decimal:
        """The sum of the shares that have been told."""
        return sum((part.share for part in self.parts if part.share is not None), Decimal(0))

    @property
    def untold(self) -> int:
        return sum(part.share is None for part in self.parts)

    @property
    def is_over(self) -> bool:
        return self.total > FULL

    @property
    def text(self) -> str:
        """The sum in words, with how many shares are not in it."""
        if not self.parts:
            return "Inget uppdrag"
        told = str(percent(self.total)) if self.untold < len(self.parts) else NOT_TOLD
        more = f", och {self.untold} utan angiven andel" if self.untold and self.untold < len(self.parts) else ""
        return f"{told}{more}"

    @property
    def tone(self) -> str:
        return "bad" if self.is_over else "neutral"

    @property
    def label(self) -> str:
        return f"Över 100 %: {self.text}" if self.is_over else self.text

    @property
    def by_organisation(self) -> list[tuple[str, str]]:
        """Each organisation's part of the sum, in the order of the page."""
        shares: dict[str, list[Decimal | None]] = {}
        for part in self.parts:
            shares.setdefault(str(part.organisation), []).append(part.share)
        return [(name, _sum(found)) for name, found in shares.items()]


def _sum(shares: list[Decimal | None]) -> str:
    told = [share for share in shares if share is not None]
    return str(percent(sum(told, Decimal(0)))) if told else NOT_TOLD


def may_see_load(reader: Any, person: User) -> bool:
    """The coordinator, the person, and those who may open one of the person's attested mandates, which names them."""
    if is_coordinator(reader) or reader.pk == person.pk:
        return True
    mandates = Mandate.objects.visible_to(reader).filter(representative=person)
    return bool(mandates.filter(lines__state__in=HELD_LINE_STATES).exists())


def person_load(person: User, day: date, reader: Any) -> Load:
    """The lines of the mandates that the reader may open, and seats by office of organisations seen from inside.

    For others than the person and the coordinator the sum is told as partial, whether anything is left out or not.
    """
    sees_all = is_coordinator(reader) or reader.pk == person.pk
    lines = _lines(day).filter(mandate__representative=person)
    appointments = list(_appointments([person.pk], day))
    if not sees_all:
        lines = lines.filter(mandate__in=Mandate.objects.visible_to(reader))
        appointments = [one for one in appointments if sees_internal(reader, one.seat.organisation)]
    parts = [*map(_by_mandate, lines), *map(_by_office, appointments)]
    return Load(person, parts, is_partial=not sees_all)


def shared_loads(day: date) -> list[Load]:
    """Those who hold a mandate and more than one seat on the day, the greatest sum first; for the coordinator."""
    parts: dict[User, list[Part]] = {}
    for line in _lines(day):
        parts.setdefault(line.mandate.representative, []).append(_by_mandate(line))
    for appointment in _appointments([person.pk for person in parts], day):
        parts[appointment.holder].append(_by_office(appointment))
    loads = [Load(person, found, is_partial=False) for person, found in parts.items() if len(found) > 1]
    return sorted(loads, key=lambda load: (-load.total, swedish_key(load.person.name), load.person.pk))


def load_rows(loads: Iterable[Load]) -> list[Sequence[Value]]:
    """One row for each seat, for a spreadsheet program; an empty share has not been told."""
    return [
        (
            load.person.name, load.total, load.is_over, str(part.organisation), part.forum, part.kind,
            NOT_TOLD if part.share is None else part.share, part.starts_on, part.ends_on,
        )
        for load in loads
        for part in load.parts
    ]  # fmt: skip


def notes(day: date) -> list[str]:
    """What the sheet about the file says."""
    return [
        f"De som har ett uppdrag och mer än en plats den {day}, med den största samlade andelen först.",
        "Andelarna är procent av en heltidstjänst. Bara attesterade uppdrag som gäller den dagen är med.",
        "Den samlade andelen står på varje rad för personen. Summera inte kolumnen.",
        "Platser som följer av en befattning har ingen angiven andel och ingår inte i summan.",
    ]


def _lines(day: date) -> Any:
    related = ("mandate__representative", "seat__organisation", "seat__forum")
    return MandateSeat.objects.held_on(day).select_related(*related).in_order()


def _appointments(people: Iterable[int], day: date) -> Any:
    found = Appointment.objects.active_on(day).filter(holder__in=people)
    return found.select_related("holder", "seat__organisation", "seat__forum").order_by("pk")


def _by_mandate(line: MandateSeat) -> Part:
    return Part(
        organisation=line.seat.organisation,
        seat=str(line.seat),
        forum=line.seat.forum.name,
        forum_url=line.seat.forum.get_absolute_url(),
        kind=LineKind(line.kind).label,
        share=line.share_percent,
        starts_on=line.starts_on,
        ends_on=line.last_day,
        mandate_url=line.mandate.get_absolute_url(),
        reference=line.mandate.reference,
    )


def _by_office(appointment: Appointment) -> Part:
    seat = appointment.seat
    return Part(
        organisation=seat.organisation,
        seat=str(seat),
        forum=seat.forum.name,
        forum_url=seat.forum.get_absolute_url(),
        kind="Genom befattning",
        share=None,
        starts_on=appointment.starts_on,
        ends_on=appointment.ends_on,
    )
