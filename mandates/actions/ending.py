"""Ending lines, with a hand-over to whoever comes after."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.actions.shared import (
    add_line,
    draft_of,
    end_with_last_line,
    locked,
    named,
    new_draft,
    require,
    set_line,
    tell_about,
    touch,
)
from mandates.actions.vacancies import leave_vacant
from mandates.enums import LineKind
from mandates.models import Handover, Mandate, MandateSeat
from organisations.models import User


@transaction.atomic
def end_line(*, line: MandateSeat, ended_on: date, reason: str, by: User) -> None:
    """End an attested line; `ended_on` is its last day. The form is ended with its last open line."""
    mandate = locked(line.mandate)
    line = queries.full_lines(mandate).get(pk=line.pk)
    _end(line, ended_on, reason, by)
    end_with_last_line(mandate, by=by, reason=reason)
    _tell_ended(line, reason, by)


@transaction.atomic
def hand_over(
    *,
    mandate: Mandate,
    lines: Collection[MandateSeat],
    ended_on: date,
    reason: str,
    by: User,
    successor: User | None = None,
    notes: Mapping[str, str] | None = None,
    vacancy: Mapping[str, Any] | None = None,
) -> Mandate | None:
    """End lines of a form and hand them over; returns the draft that has been prepared for the successor, if any.

    Without a successor the seats of ordinary lines are left vacant; `vacancy` says when somebody is expected, and who
    answers meanwhile.
    """
    mandate = locked(mandate)
    keys = {line.pk for line in lines}
    chosen = [line for line in queries.full_lines(mandate) if line.pk in keys]
    if not chosen:
        raise MoveRefused("Välj minst en organisation.")
    if successor and successor not in queries.successors_to_choose(mandate, by):
        raise Refused
    for line in chosen:
        _end(line, ended_on, reason, by)
    draft = prepare_draft(successor, mandate, chosen, by) if successor else None
    for line in chosen:
        handover = Handover(line=line, successor=successor, successor_draft=draft, **(notes or {}))
        handover.handed_over_at, handover.handed_over_by = timezone.now(), by
        audit.save(handover, by=by, verb="handed_over")
        if successor is None and line.kind == LineKind.ORDINARY:
            leave_vacant(line.seat, ended_on + timedelta(days=1), by=by, **(vacancy or {}))
    end_with_last_line(mandate, by=by, reason=reason)
    for line in chosen:
        _tell_ended(line, reason, by, successor)
    if successor and draft:
        _tell_successor(successor, draft, chosen, by)
    return draft


def _end(line: MandateSeat, ended_on: date, reason: str, by: User) -> None:
    require(permissions.may_end(by, line))
    set_line(line, "end", reason=reason, ended_on=ended_on, ended_by=by)
    if line.starts_on and ended_on < line.starts_on:
        raise ValidationError({"ended_on": f"Uppdraget börjar {line.starts_on}. Det kan inte avslutas före det."})
    if line.ends_on and ended_on > line.ends_on:
        raise ValidationError({"ended_on": f"Uppdraget slutar redan {line.ends_on}."})
    audit.save(line, by=by, verb="ended", reason=reason)


def prepare_draft(
    successor: User, mandate: Mandate, lines: Collection[MandateSeat], by: User, verb: str = "prepared"
) -> Mandate:
    """The successor's draft with a line for each seat handed over, from the day after; what is there is left alone."""
    forum = mandate.edition.forum
    draft = draft_of(successor, forum)
    if draft is None:
        draft = new_draft(queries.edition_today(forum) or mandate.edition, successor)
        audit.save(draft, by=by, verb=verb)
    else:
        touch(draft, by)
    present = set(draft.lines.values_list("seat_id", flat=True))
    for line in lines:
        if line.seat_id not in present and line.last_day:
            starts_on = line.last_day + timedelta(days=1)
            add_line(draft, line.seat, by, after=line, kind=line.kind, starts_on=starts_on)
    return draft


def _tell_ended(line: MandateSeat, reason: str, by: User, successor: User | None = None) -> None:
    context = {"reason": reason, "successor": named(successor) if successor else ""}
    tell_about(line, "ended", [line.mandate.representative, line.commissioner], by, **context)


def _tell_successor(successor: User, draft: Mandate, lines: list[MandateSeat], by: User) -> None:
    """What awaits the successor; and who gives roles, where the successor cannot fill in the form yet."""
    context: dict[str, Any] = {"mandate": draft, "lines": lines, "actor": named(by), "successor": named(successor)}
    event = f"handover-{draft.pk}-{lines[0].pk}"
    if successor != by:
        path = draft.get_absolute_url()
        outbox.post(to=[successor], event=event, template="mandate_handed_over", path=path, **context)
    for line in lines:
        organisation = line.seat.organisation
        if not queries.holds_representative_role(successor, organisation):
            outbox.post(
                to=queries.those_who_give_roles(organisation),
                event=f"{event}-role-{line.pk}",
                template="mandate_successor_without_role",
                path=organisation.get_absolute_url(),
                line=line,
                **context,
            )
