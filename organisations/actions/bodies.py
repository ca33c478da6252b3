"""Deciding bodies with their calendars: one verb, one function."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from kvinnofrid.core import access, audit
from organisations import permissions
from organisations.models import BodyMeeting, DecidingBody, JointParticipant, Organisation, User


@transaction.atomic
def add_body(
    *,
    organisation: Organisation,
    kind: str,
    name: str,
    by: User | None,
    participants: Sequence[Organisation] = (),
) -> DecidingBody:
    """A body inside a principal; the coordinator also says for whom else a joint committee decides."""
    _require_registrar(by, organisation)
    if participants and by is not None and not permissions.is_coordinator(by):
        raise access.Refused
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)  # a double click makes one
    if organisation.deciding_bodies.filter(name__iexact=name).exists():
        raise ValidationError({"name": f"{organisation} har redan ett organ med det namnet."})
    body = DecidingBody(organisation=organisation, kind=kind, name=name)
    audit.save(body, by=by, verb="added")
    for participant in participants:
        audit.save(JointParticipant(body=body, organisation=participant), by=by, verb="added")
    return body


@transaction.atomic
def add_meetings(*, body: DecidingBody, days: Iterable[date], by: User | None) -> int:
    """Days in the body's calendar; those that stand there already are left as they are. Returns how many are new."""
    _require_registrar(by, body.organisation)
    DecidingBody.objects.select_for_update().get(pk=body.pk)
    new = sorted(set(days) - set(body.meetings.values_list("meets_on", flat=True)))
    for day in new:
        audit.save(BodyMeeting(body=body, meets_on=day), by=by, verb="added")
    return len(new)


@transaction.atomic
def remove_meeting(*, meeting: BodyMeeting, by: User | None) -> None:
    """Take a day out of the body's calendar; one that is already gone is no fault."""
    _require_registrar(by, meeting.body.organisation)
    present = BodyMeeting.objects.select_for_update().filter(pk=meeting.pk).first()
    if present:
        audit.remove(present, by=by, verb="removed")


def _require_registrar(by: User | None, organisation: Organisation) -> None:
    if by is not None and not permissions.may_register(by, organisation):
        raise access.Refused
