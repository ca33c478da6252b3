"""The data of those who have left: announced, the account closed, redacted; stopped when somebody comes back."""

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import access, audit, outbox, redaction
from kvinnofrid.core.models import Message, MessageKind, MessageState
from kvinnofrid.core.models.messages import UNSENT
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from organisations import permissions
from organisations.actions.login import end_sessions
from organisations.models import Retention, User
from organisations.queries import retention as queries
from organisations.workflow import RETENTION, RetentionState

logger = logging.getLogger(__name__)

MOST_A_DAY = 200  # of each step, so that the first day of an old portal is a day like others
LONGEST_KEPT = timedelta(days=5 * 365)
TIME_IS_OUT = "Ingen roll och inget uppdrag på länge. Tiden enligt sidan Personuppgifter är ute."
UNANSWERED = "Inbjudningar och länkar som ingen har svarat på."
LOGGED_IN = "Loggade in."
CAME_BACK = "Har en roll eller ett uppdrag igen, eller ett konto som har öppnats."


# --- one step for one person ------------------------------------------------------------------------------------------


@transaction.atomic
def announce(*, person: User, day: date) -> None:
    """Tells the person, by e-mail at once, when the account is closed and when the data are redacted."""
    person, retention = _locked(person)
    if not queries.to_announce(day).filter(pk=person.pk).exists():
        return
    RETENTION.check(retention.state, "announce")
    retention.announced_on = day
    retention.deactivates_on = day + timedelta(days=settings.RETENTION_NOTICE_DAYS)
    retention.kept_until, retention.kept_reason = None, ""
    audit.save(retention, by=None, verb="announced")
    _tell(person, retention)


def _tell(person: User, retention: Retention) -> None:
    """A closed account gets no messages, so whoever has one is written to."""
    closes_on = retention.deactivates_on or timezone.localdate()
    told: dict[str, Any] = {
        "event": _event(retention),
        "path": reverse("privacy_notice"),
        "name": person.name,
        "is_active": person.is_active,
        "unused": settings.RETENTION_UNUSED_DAYS,
        "deactivates_on": closes_on,
        "redacts_on": closes_on + timedelta(days=settings.RETENTION_KEPT_DAYS),
    }
    if person.is_active:
        outbox.post(to=[person], template="retention_announced", kind=MessageKind.SECURITY, **told)
    else:
        outbox.post_to_address(address=person.email, template="retention_announced", **told)


def _event(retention: Retention) -> str:
    return f"retention-announced-{retention.user_id}-{retention.announced_on}"


@transaction.atomic
def close_account(*, person: User, day: date) -> None:
    """The notice is out: the account is closed, if it was open, and the time until the redaction begins."""
    person, retention = _locked(person)
    is_due = retention.is_due_on(day) and RETENTION.allows(retention.state, "deactivate")
    if queries.is_live(person, day) or not is_due:
        return
    retention.deactivated_on = day
    retention.redacts_on = day + timedelta(days=settings.RETENTION_KEPT_DAYS)
    audit.save(retention, by=None, verb="deactivated")
    if person.is_active:
        person.is_active = False
        audit.save(person, by=None, verb="deactivated", reason=TIME_IS_OUT)
    end_sessions(person=person)


@transaction.atomic
def redact(*, person: User, day: date, by: User | None) -> None:
    """What is held about the person goes, by the database's one logged function; a row without a name stays.

    Raises MoveRefused while the person takes part or is waited for, or before the day.
    """
    if by is not None and not permissions.is_coordinator(by):
        raise access.Refused
    person, retention = _locked(person)
    if refusal := queries.redaction_refusal(person, day):
        raise MoveRefused(refusal)
    for message in Message.objects.select_for_update().filter(recipient=person, state__in=UNSENT):
        outbox.settle(message, MessageState.WITHDRAWN)
    end_sessions(person=person)
    redaction.redact_person(person, by=by, reason=TIME_IS_OUT)
    retention = Retention.objects.get(pk=retention.pk)
    retention.redacted_on = day
    audit.save(retention, by=by, verb="redacted")
    audit.save(User.objects.get(pk=person.pk), by=by, verb="redacted")


@transaction.atomic
def keep(*, person: User, until: date, reason: str, by: User, seen: str = "") -> None:
    """Nothing happens with the person's data until after the day. Raises Overtaken when another has been chosen."""
    if not permissions.is_coordinator(by):
        raise access.Refused
    today = timezone.localdate()
    person, retention = _locked(person)
    if retention.state == RetentionState.REDACTED:
        raise MoveRefused("Uppgifterna är redan gallrade.")
    if not today <= until <= today + LONGEST_KEPT:
        raise ValidationError({"kept_until": f"Välj en dag mellan i dag och {today + LONGEST_KEPT}."})
    stands = queries.kept_values(person)
    wanted = {"kept_until": until, "reason": reason}
    refuse_if_overtaken(seen, stands=stands, wanted=wanted)
    if stands == wanted:
        return  # a double click
    retention.kept_until, retention.kept_reason = until, reason
    audit.save(retention, by=by, verb="kept", reason=reason)


@transaction.atomic
def stop(*, person: User, by: User | None, reason: str) -> None:
    """The person is back: the account stays, and the year is counted from today. Nothing when nothing is under way."""
    if not Retention.objects.filter(user=person, announced_on__isnull=False, redacted_on__isnull=True).exists():
        return
    person, retention = _locked(person)
    if not RETENTION.allows(retention.state, "stop"):
        return
    outbox.withdraw(event=_event(retention))
    retention.announced_on = retention.deactivates_on = retention.deactivated_on = retention.redacts_on = None
    retention.counts_from = timezone.localdate()
    audit.save(retention, by=by, verb="stopped", reason=reason)


def _locked(person: User) -> tuple[User, Retention]:
    """The person and how far it has come, held: nobody gives a role or a mandate meanwhile."""
    person = User.objects.select_for_update().get(pk=person.pk)
    return person, Retention.objects.filter(user=person).first() or Retention(user=person)


# --- every day --------------------------------------------------------------------------------------------------------


def retain(day: date, progress: Callable[[], None]) -> int:
    """All that is due on the day, one person at a time and at most so many; done twice it does nothing more.

    One person's fault stops nobody else's; tells how many there were.
    """
    steps: tuple[tuple[Callable[[date], Any], Callable[[User], None]], ...] = (
        (queries.to_stop, lambda person: stop(person=person, by=None, reason=CAME_BACK)),
        (queries.to_redact, lambda person: redact(person=person, day=day, by=None)),
        (queries.to_deactivate, lambda person: close_account(person=person, day=day)),
        (queries.to_announce, lambda person: announce(person=person, day=day)),
    )
    faults = 0
    for due, step in steps:
        for found in list(due(day)[:MOST_A_DAY]):
            faults += _taken(step, found if isinstance(found, User) else found.user)
            progress()
    forget_unanswered(day)
    return faults


def _taken(step: Callable[[User], None], person: User) -> bool:
    """Whether the step failed. The log tells whose, and nothing that anybody has written."""
    try:
        step(person)
    except MoveRefused:
        return False  # somebody else has done it meanwhile, or the person is back
    except Exception as error:  # whatever it is, the next person's turn comes
        logger.error("retention of person %s failed: %s", person.pk, type(error).__name__)  # noqa: TRY400
        return True
    return False


@transaction.atomic
def forget_unanswered(day: date) -> dict[str, int]:
    """Addresses in invitations and links that nobody has answered, some time after they ran out."""
    before = timezone.make_aware(datetime.combine(day - timedelta(days=settings.RETENTION_LOOSE_DAYS), time.min))
    return redaction.redact_expired(before, reason=UNANSWERED).counts
