"""Changes to roles, seats by office, and deciding bodies with their calendars: one verb, one function."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from kvinnofrid.core import access, audit
from organisations import permissions
from organisations.enums import Role
from organisations.models import (
    Appointment,
    BodyMeeting,
    DecidingBody,
    Forum,
    JointParticipant,
    Membership,
    Organisation,
    Partnership,
    Seat,
    User,
)

Scope = Organisation | Forum | Partnership


def role_group(role: Role, scope: Scope) -> Group:
    """The group of a role in a scope, with guardian's rows as the role table says."""
    group, _ = Group.objects.get_or_create(name=f"{scope._meta.model_name}:{scope.pk}:{role.value}")
    for obj, wanted in permissions.permissions_of(role, scope).items():
        access.set_group_permissions(group, obj, wanted)
    return group


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role,
    scope: Scope,
    by: User | None,
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
) -> Membership:
    """Give a person a dated role."""
    membership = Membership(user=user, role=role, starts_on=starts_on, ends_on=ends_on, group=role_group(role, scope))
    setattr(membership, str(scope._meta.model_name), scope)
    audit.save(membership, by=by, verb="granted", reason=reason)
    access.forget(user)
    return membership


@transaction.atomic
def end_role(*, membership: Membership, by: User | None, ends_on: date, reason: str = "") -> None:
    """End a role on a day, the last day it holds; a role that would not have begun by then is taken back."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.starts_on and ends_on < membership.starts_on:
        audit.remove(membership, by=by, verb="revoked", reason=reason)
    else:
        membership.ends_on = ends_on
        audit.save(membership, by=by, verb="ended", reason=reason)
    access.forget(membership.user)


@transaction.atomic
def appoint(
    *, seat: Seat, holder: User, by: User | None, starts_on: date, ends_on: date | None = None, reason: str = ""
) -> Appointment:
    """Let a person hold a seat by office."""
    group = role_group(Role.MEMBER, seat.forum)
    appointment = Appointment(seat=seat, holder=holder, group=group, starts_on=starts_on, ends_on=ends_on)
    audit.save(appointment, by=by, verb="appointed", reason=reason)
    access.forget(holder)
    return appointment


def follow_role_table(**kwargs: Any) -> None:
    """After a migration: make guardian's rows follow the role table, for every role that anyone has held."""
    for membership in Membership.objects.select_related("organisation", "forum", "partnership"):
        role_group(Role(membership.role), membership.scope)
    for appointment in Appointment.objects.select_related("seat__forum"):
        role_group(Role.MEMBER, appointment.seat.forum)


@transaction.atomic
def save_profile(*, user: User, values: Mapping[str, Any], by: User) -> None:
    """A person's own name and contact details; mandates keep what stood on the form."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if by.pk != user.pk:
        raise access.Refused
    for name in ("name", "title", "phone", "private_phone", "has_protected_identity"):
        setattr(user, name, values[name])
    audit.save(user, by=by, verb="saved")


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
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # a double click makes one
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
