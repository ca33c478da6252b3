"""What stands in a person's name besides roles, for those who end the roles or close the account."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from kvinnofrid.core.templatetags.portal import date_sv
from mandates.enums import LineKind, LineState
from mandates.models import MandateSeat
from mandates.workflow import HELD_LINE_STATES, OPEN_LINE_STATES
from organisations.models import User
from organisations.queries import Holding


def lines_of(person: User, day: date) -> Iterator[Holding]:
    """The person's mandates in force or under way, and those that wait for the person to attest them."""
    lines: Any = MandateSeat.objects.select_related("mandate", "seat__organisation", "seat__forum").in_order()
    own = lines.filter(mandate__representative=person)
    held = own.filter(state__in=HELD_LINE_STATES).alias(last=Coalesce("ended_on", "ends_on"))
    for line in held.filter(Q(last__isnull=True) | Q(last__gte=day)):
        until = f"till och med {date_sv(line.last_day)}" if line.last_day else "tills vidare"
        yield _holding(line, f"{_function(line)} för {line.seat} i {line.seat.forum}, {until}")
    for line in own.filter(state__in=OPEN_LINE_STATES):
        yield _holding(line, f"{_function(line)} för {line.seat} i {line.seat.forum}, inskickat men inte attesterat")
    for line in lines.filter(commissioner=person, state=LineState.WAITING):
        yield _holding(line, f"Väntar på personens attest: {line.mandate.name} för {line.seat} i {line.seat.forum}")


def _function(line: MandateSeat) -> str:
    return "Ersättare" if line.kind == LineKind.DEPUTY else "Representant"


def _holding(line: MandateSeat, text: str) -> Holding:
    return Holding(f"{text} ({line.mandate.reference})", line.mandate.get_absolute_url(), line.seat.organisation)
