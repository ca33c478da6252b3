"""Reminding the silent: one rung of the ladder at a time, by a person or by itself; the ladder and its pauses."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.models import Message
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates.actions.shared import locked, require
from mandates.enums import Rung
from mandates.models import Mandate, MandateReminder, ReminderLadder, ReminderPause
from mandates.queries import reminders as queries
from organisations.models import Forum, Organisation, User
from organisations.permissions import is_coordinator

CHANGED = "Inget är skickat: något har hänt sedan du öppnade sidan. Det kan redan vara påmint, eller gjort."


@transaction.atomic
def remind(*, mandate: Mandate, key: str, by: User, seen: str = "") -> list[MandateReminder]:
    """The next rung for one thing that the mandate waits for. `seen` is the fingerprint of the mail that was shown.

    Raises MoveRefused when something else would go now, or nothing.
    """
    require(is_coordinator(by))
    row = _row(mandate, key)
    if row is None or (seen and seen != row.seen):
        raise MoveRefused(CHANGED)
    if row.stopped:
        raise MoveRefused(row.stopped)
    return _send(row, by)


@transaction.atomic
def remind_by_itself(*, mandate: Mandate, key: str) -> list[MandateReminder]:
    """What the ladder of the forum sends today; nothing where it is off, not due any more, or stopped."""
    row = _row(mandate, key)
    if row is None or not row.ladder.is_on or not row.is_due or row.stopped:
        return []
    return _send(row, None)


@transaction.atomic
def save_ladder(*, forum: Forum, values: Mapping[str, Any], by: User, seen: str = "") -> ReminderLadder:
    """How the forum's silent are reminded. Raises Overtaken when it is not as the person saw it."""
    require(is_coordinator(by))
    forum = _locked_forum(forum)
    ladder = queries.ladder_of(forum)
    refuse_if_overtaken(seen, stands=queries.ladder_values(ladder), wanted=values)
    for name in queries.LADDER_FIELDS:
        setattr(ladder, name, values[name])
    audit.save(ladder, by=by, verb="saved")
    return ladder


@transaction.atomic
def pause(*, forum: Forum, values: Mapping[str, Any], by: User, mandate: Mandate | None = None) -> ReminderPause:
    """No reminders between two days, about one mandate or in the whole forum. The very same again adds none."""
    require(is_coordinator(by))
    forum = _locked_forum(forum)
    facts = {"forum": forum, "mandate": mandate, **values}
    present = ReminderPause.objects.filter(lifted_at__isnull=True, **facts).first()
    if present:
        return present
    row = ReminderPause(**facts)
    audit.save(row, by=by, verb="paused", reason=row.reason)
    return row


@transaction.atomic
def lift_pause(*, pause: ReminderPause, by: User) -> None:
    """Reminders go again; a pause that is lifted already is no fault."""
    require(is_coordinator(by))
    row = ReminderPause.objects.select_for_update().get(pk=pause.pk)
    if row.lifted_at is None:
        row.lifted_at = timezone.now()
        audit.save(row, by=by, verb="resumed")


# --- inside -----------------------------------------------------------------------------------------------------------


def _row(mandate: Mandate, key: str) -> queries.SilentRow | None:
    """What it waits for now, with form and receivers held: two at once send one, and no receiver gets too many."""
    mandate = locked(mandate)
    row = _find(mandate, key)
    if row is None:
        return None
    people = [one.person.pk for one in row.to if one.person]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
    places = [one.organisation.pk for one in row.to if one.organisation]
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk"))
    return _find(mandate, key)


def _find(mandate: Mandate, key: str) -> queries.SilentRow | None:
    return next((row for row in queries.silent_of(mandate) if row.silence.key == key), None)


def _send(row: queries.SilentRow, by: User | None) -> list[MandateReminder]:
    silence, rung, found = row.silence, row.place.next_rung, []
    assert rung is not None
    for letter in row.letters:
        to = letter.receiver
        reminder = MandateReminder(
            mandate=silence.mandate,
            line=silence.line,
            matter=silence.matter,
            waiting_since=silence.since,
            rung=rung,
            recipient=to.person,
            address=to.address,
            sent_at=timezone.now(),
            sent_by=by,
        )
        reminder.message = _post(letter, _event(silence, rung, to))
        audit.save(reminder, by=by, verb="reminded")
        found.append(reminder)
    return found


def _event(silence: queries.Silence, rung: Rung, to: queries.Receiver) -> str:
    """Told by what it is about, so that even the outbox takes it once."""
    place = f"-{to.organisation.pk}" if to.organisation else ""
    since = int(silence.since.timestamp())
    return f"{queries.EVENT}-mandate-{silence.mandate.pk}-{silence.key}-{since}-{rung}{place}"


def _post(letter: queries.Letter, event: str) -> Message:
    to = letter.receiver
    posting: dict[str, Any] = {"event": event, "path": to.path, **letter.context}
    if to.person:
        [message] = outbox.post(to=[to.person], template="mandate_reminder", **posting)
        return message
    return outbox.post_to_address(address=to.address, template="mandate_reminder", **posting)


def _locked_forum(forum: Forum) -> Forum:
    return Forum.objects.select_for_update(of=["self"], no_key=True).get(pk=forum.pk)
