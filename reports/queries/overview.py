"""An organisation's page: what it has and what it owes."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from agreements.models import Agreement
from kvinnofrid.core import access
from kvinnofrid.core.templatetags.portal import date_sv
from mandates.enums import LineState
from mandates.models import MandateSeat
from mandates.queries import line_status, mandate_rows
from mandates.queries.renewals import with_open_request
from organisations.enums import Role
from organisations.models import Membership, Organisation, User
from organisations.permissions import sees_internal
from organisations.queries import headless_from, members
from reports.queries.board import VERDICT_TONES, answers
from reports.queries.representation import representation
from reports.queries.seats import ENDS, MISSING, WAITING, SeatStatus

NEWEST_MANDATES = 20
WANTED_ROLES = {
    Role.COMMISSIONER: "en uppdragsgivare som kan attestera",
    Role.REPRESENTATIVE: "någon som kan fylla i uppdrag",
}


@dataclass(frozen=True)
class Owed:
    """Something that the organisation has to see to, and where."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class OwnLine:
    """The organisation's line of a mandate, and how it stands."""

    line: MandateSeat
    text: str
    tone: str
    renewal_is_asked: bool = False


@dataclass(frozen=True)
class OwnVerdict:
    """How the organisation stands to an agreement, and the next meeting that can take it."""

    agreement: Agreement
    text: str
    tone: str
    coming: tuple[str, date] | None


@dataclass(frozen=True)
class Overview:
    """One organisation as its reader may see it."""

    seats: list[SeatStatus]
    owed: list[Owed]
    sees_internal: bool
    members: list[Membership]
    lines: list[OwnLine]
    agreements: list[OwnVerdict]


def overview(organisation: Organisation, reader: User, day: date) -> Overview:
    """Seats are open to all participants; roles and mandates to the own organisation and the coordinator."""
    internal = sees_internal(reader, organisation)
    seats = representation(organisation, day, reader).seats
    people = members(organisation, day) if internal else []
    return Overview(
        seats=seats,
        owed=[*_owed(organisation, reader, seats, people), *_headless(organisation, day, internal)],
        sees_internal=internal,
        members=people,
        lines=_lines(organisation, reader, day) if internal else [],
        agreements=_agreements(organisation, day) if organisation.is_principal else [],
    )


def _agreements(organisation: Organisation, day: date) -> list[OwnVerdict]:
    """The agreements that the principal is a party of, and how it stands to each."""
    found = []
    for answer in answers(Agreement.objects.filter(parties__organisation=organisation).in_order(), today=day):
        own = answer.status.verdicts.get(organisation.slug)
        if own:
            coming = answer.forecast.per_principal.get(organisation.slug)
            via = coming.via[0] if coming and coming.via else None
            found.append(OwnVerdict(answer.agreement, own.verdict.label, VERDICT_TONES[own.verdict], via))
    return found


def _lines(organisation: Organisation, reader: User, day: date) -> list[OwnLine]:
    """The organisation's line of each of its newest mandates."""
    mandates = mandate_rows(reader, text=None, state=None).filter(lines__seat__organisation=organisation).distinct()
    mandates = with_open_request(mandates)
    found = []
    for mandate in mandates[:NEWEST_MANDATES]:
        for line in mandate.lines.all():
            if line.seat.organisation_id == organisation.pk:
                line.mandate = mandate
                status = line_status(line, day)
                is_asked = mandate.has_open_request and line.state == LineState.ATTESTED and line.is_active_on(day)
                found.append(OwnLine(line, status.text, status.tone, is_asked))
    return found


def _owed(organisation: Organisation, reader: User, seats: list[SeatStatus], people: list[Membership]) -> list[Owed]:
    internal = sees_internal(reader, organisation)
    fills_in = access.may(reader, "fill_in_mandate", organisation)
    owed = [owed for row in seats for owed in _owed_for_seat(row, fills_in)]
    if internal and any(not row.by_office for row in seats):
        roles = {membership.role for membership in people}
        owed += [
            Owed(f"Organisationen saknar {text}. Be er administratör eller samordnaren bjuda in någon.")
            for role, text in WANTED_ROLES.items()
            if role not in roles
        ]
    if internal and not organisation.function_email:
        owed.append(Owed("Organisationen saknar funktionsadress. Meddela samordnaren vilken den är."))
    return owed


def _headless(organisation: Organisation, day: date, internal: bool) -> list[Owed]:
    """Nobody can invite to the organisation; who may open the list of its people sees where to mend it."""
    if not internal or headless_from(organisation, day) != day:
        return []
    return [Owed("Organisationen saknar administratör. Be samordnaren bjuda in någon.")]


def _owed_for_seat(row: SeatStatus, fills_in: bool) -> list[Owed]:
    forum = row.seat.forum
    if row.by_office or row.next_from:
        return []
    if row.status == MISSING:
        return [Owed(f"Utse en representant i {forum}.", reverse("mandate_start") if fills_in else "")]
    if row.status == WAITING:
        return [Owed(f"Uppdraget i {forum} väntar på {row.waiting_for}.", row.waiting_url)]
    if row.status == ENDS:
        return [Owed(f"Uppdraget i {forum} slutar {date_sv(row.ends_on)}. Förnya det eller utse någon annan.")]
    return []
