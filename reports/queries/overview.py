"""An organisation's page: what it has and what it owes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from mandates.models import Mandate
from mandates.queries import mandate_rows
from organisations.models import Membership, Organisation, User
from organisations.permissions import sees_internal
from organisations.queries import members
from reports.queries.representation import representation
from reports.queries.seats import MISSING, WAITING, SeatStatus


@dataclass(frozen=True)
class Owed:
    """Something that the organisation has to see to, and where."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Overview:
    """One organisation as its reader may see it."""

    seats: list[SeatStatus]
    owed: list[Owed]
    sees_internal: bool
    members: list[Membership]
    mandates: list[Mandate]


def overview(organisation: Organisation, reader: User, day: date) -> Overview:
    """Seats are open to all participants; roles and mandates to the own organisation and the coordinator."""
    internal = sees_internal(reader, organisation)
    seats = representation(organisation, day, reader).seats
    people = members(organisation, day) if internal else []
    mandates = mandate_rows(reader, text=None, state=None).filter(lines__seat__organisation=organisation).distinct()
    return Overview(
        seats=seats,
        owed=_owed(organisation, seats, people, internal),
        sees_internal=internal,
        members=people,
        mandates=list(mandates[:20]) if internal else [],
    )


def _owed(organisation: Organisation, seats: list[SeatStatus], people: list[Any], internal: bool) -> list[Owed]:
    owed = [
        Owed(f"Utse en representant i {row.seat.forum}.", reverse("forum_detail", args=[row.seat.forum.slug]))
        for row in seats
        if row.status == MISSING and not row.next_from
    ]
    owed += [
        Owed(f"Uppdraget i {row.seat.forum} väntar på {row.waiting_for}.") for row in seats if row.status == WAITING
    ]
    if internal and seats:
        roles = {membership.role for membership in people}
        wanted = {"commissioner": "en uppdragsgivare", "representative": "en person som kan fylla i uppdrag"}
        owed += [
            Owed(f"Organisationen saknar {text} i portalen.") for role, text in wanted.items() if role not in roles
        ]
    if internal and not organisation.function_email:
        owed.append(Owed("Organisationen saknar funktionsadress."))
    return owed
