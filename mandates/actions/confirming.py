"""Yearly confirmation of lines, and the new form where something has changed."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.actions.shared import add_line, draft_of, locked, new_draft, require, touch
from mandates.models import Confirmation, Mandate, MandateSeat
from organisations.models import User

CHANGED_SINCE = "Något har ändrats sedan du öppnade sidan. Läs igenom det igen och bekräfta sedan."


@transaction.atomic
def confirm(*, mandate: Mandate, lines: Collection[MandateSeat], by: User, seen: str = "") -> int:
    """The representative says that active lines still hold; returns how many. A second click the same day adds none.

    `seen` is the fingerprint of what was shown; raises MoveRefused when something else stands now.
    """
    mandate = locked(mandate)
    keys = {line.pk for line in lines}
    shown = queries.lines_to_look_over(mandate, by)
    chosen = [row for row in shown if row.line.pk in keys]
    require(
        bool(keys)
        and all(permissions.may_confirm(by, line) for line in queries.full_lines(mandate).filter(pk__in=keys))
    )
    if len(chosen) < len(keys):
        raise MoveRefused("Uppdraget gäller inte i dag och kan inte bekräftas.")
    left = [row for row in chosen if not row.is_done]
    if left and seen and seen != queries.seen_of(shown):
        raise MoveRefused(CHANGED_SINCE)
    today = timezone.localdate()
    for row in left:
        facts = {"confirmed_on": today, "confirmed_at": timezone.now(), "confirmed_by": by, "stood": row.stands}
        audit.save(Confirmation(line=row.line, **facts), by=by, verb="confirmed")
    return len(left)


@transaction.atomic
def renew(*, mandate: Mandate, by: User) -> Mandate:
    """A draft prefilled from the person's form in force, on the edition of today. What is in a draft is left alone.

    Each of its lines ends the one it replaces on the day before it begins, when it is attested.
    """
    mandate = locked(mandate)
    lines = [line for line in queries.full_lines(mandate) if permissions.may_confirm(by, line)]
    today = timezone.localdate()
    active = [line for line in lines if line.is_active_on(today)]
    require(bool(active))
    forum = mandate.edition.forum
    edition = queries.edition_today(forum) or mandate.edition
    draft = draft_of(by, forum)
    if draft is None:
        draft = new_draft(edition, by)
        audit.save(draft, by=by, verb="renewed")
    else:
        draft.edition = edition  # what is not signed yet is to be signed on the edition of today
        touch(draft, by)
    present = {line.seat_id: line for line in draft.lines.all()}
    for line in active:
        there = present.get(line.seat_id)
        if there is None:
            values = {"kind": line.kind, "starts_on": today + timedelta(days=1), "ends_on": line.last_day}
            if line.last_day and line.last_day <= today:
                values["ends_on"] = None
            add_line(draft, line.seat, by, after=line, replaces=line, **values)
        elif there.replaces_id is None:
            there.replaces = line
            audit.save(there, by=by, verb="saved")
    return draft
