"""What every way to attest a line has in common."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.workflow import MoveRefused
from mandates import queries
from mandates.actions.shared import end_with_last_line, locked, set_line
from mandates.enums import LineKind
from mandates.models import MandateSeat
from mandates.workflow import LINE
from organisations.models import Seat, User

OVERLAP = {
    LineKind.ORDINARY: "{seat} har redan en ordinarie representant under perioden. Avsluta det uppdraget först, eller "
    "ändra startdatumet.",
    LineKind.DEPUTY: "{seat} har redan en ersättare under perioden. Avsluta det uppdraget först, eller ändra "
    "startdatumet.",
}
CHANGED = "Uppdraget har ändrats sedan du öppnade sidan. Läs igenom det igen innan du går vidare."


def give(line: MandateSeat, *, by: User | None, verb: str, move: str = "attest", **facts: Any) -> None:
    """The line is attested, and ends the one it replaces. Raises MoveRefused when the seat is taken in the period."""
    Seat.objects.select_for_update(no_key=True).get(pk=line.seat_id)  # two mandates for one seat take turns
    _end_replaced(line)
    set_line(line, move, attested_at=timezone.now(), **facts)
    try:
        audit.save(line, by=by, verb=verb)
    except (IntegrityError, ValidationError) as error:
        raise MoveRefused(OVERLAP[LineKind(line.kind)].format(seat=line.seat)) from error


def _end_replaced(line: MandateSeat) -> None:
    """The person's earlier line ends the day before the new one begins, as the person asked by sending it in."""
    if line.replaces is None or line.starts_on is None:
        return
    before = locked(line.replaces.mandate)
    old = queries.full_lines(before).get(pk=line.replaces.pk)
    last_day, person = line.starts_on - timedelta(days=1), line.mandate.representative
    is_over = old.last_day is not None and old.last_day <= last_day
    if not LINE.allows(old.state, "end") or is_over or (old.starts_on and last_day < old.starts_on):
        return
    reason = f"Ersattes av {line.mandate.reference}."
    set_line(old, "end", reason=reason, ended_on=last_day, ended_by=person)
    audit.save(old, by=person, verb="replaced", reason=reason)
    end_with_last_line(before, by=person, reason=reason)
