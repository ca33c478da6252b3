"""Dated roles and seats by office: one verb, one function."""

from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import access, audit, outbox
from kvinnofrid.core.history import UNNAMED, has_open_identity
from kvinnofrid.core.overtaking import refuse_if_overtaken
from organisations import permissions
from organisations.actions.heads import with_heads
from organisations.enums import Role
from organisations.models import Appointment, Forum, Membership, Organisation, Partnership, Seat, User
from organisations.workflow import ROLE

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
    _require_manager(by, scope)
    membership = add_membership(
        user=user, role=role, scope=scope, by=by, starts_on=starts_on, ends_on=ends_on, reason=reason
    )
    event = f"role-given-{membership.pk}"
    _tell(user, by, template="role_given", event=event, scope=scope, role=membership.get_role_display())
    return membership


def add_membership(
    *, user: User, role: Role, scope: Scope, by: User | None, starts_on: date, ends_on: date | None, reason: str
) -> Membership:
    """The row of a role; whoever calls has asked whether it may be given. The same role twice at once is refused."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    membership = Membership(user=user, role=role, starts_on=starts_on, ends_on=ends_on, group=role_group(role, scope))
    setattr(membership, str(scope._meta.model_name), scope)
    audit.save(membership, by=by, verb="granted", reason=reason)
    access.forget(user)
    return membership


@transaction.atomic
def change_role(*, membership: Membership, ends_on: date | None, by: User, seen: str = "") -> None:
    """Another last day, or none. Raises Overtaken when somebody else has changed it."""
    scope = membership.scope
    _require_manager(by, scope)
    with with_heads([scope], by):
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        _change(membership, ends_on, by, seen)
    access.forget(membership.user)


@transaction.atomic
def end_role(*, membership: Membership, by: User | None, ends_on: date, reason: str = "") -> None:
    """End a role on a day, the last day it holds; a role that would not have begun by then is taken back."""
    scope, user, key = membership.scope, membership.user, membership.pk
    _require_manager(by, scope)
    with with_heads([scope], by):
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        _end(membership, by, ends_on, reason)
    access.forget(user)
    event = f"role-ended-{key}-{Membership.history.filter(id=key).count()}"
    role = membership.get_role_display()
    _tell(user, by, template="role_ended", event=event, scope=scope, role=role, day=ends_on)


@transaction.atomic
def appoint(
    *, seat: Seat, holder: User, by: User | None, starts_on: date, ends_on: date | None = None, reason: str = ""
) -> Appointment:
    """Let a person hold a seat by office."""
    _require_manager(by, seat.forum)
    return add_appointment(seat=seat, holder=holder, by=by, starts_on=starts_on, ends_on=ends_on, reason=reason)


def add_appointment(
    *, seat: Seat, holder: User, by: User | None, starts_on: date, ends_on: date | None, reason: str
) -> Appointment:
    """The row of a seat by office; whoever calls has asked whether it may be given."""
    Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)  # a seat has one holder at a time
    group = role_group(Role.MEMBER, seat.forum)
    appointment = Appointment(seat=seat, holder=holder, group=group, starts_on=starts_on, ends_on=ends_on)
    audit.save(appointment, by=by, verb="appointed", reason=reason)
    access.forget(holder)
    return appointment


@transaction.atomic
def change_appointment(*, appointment: Appointment, ends_on: date | None, by: User, seen: str = "") -> None:
    """Another last day, or none. Raises Overtaken when somebody else has changed it."""
    _require_manager(by, appointment.seat.forum)
    Seat.objects.select_for_update(no_key=True).get(pk=appointment.seat_id)
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    _change(appointment, ends_on, by, seen)
    access.forget(appointment.holder)


@transaction.atomic
def end_appointment(*, appointment: Appointment, by: User | None, ends_on: date, reason: str = "") -> None:
    """The last day somebody holds a seat by office; one who would not have begun by then never does."""
    _require_manager(by, appointment.seat.forum)
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    holder = appointment.holder
    _end(appointment, by, ends_on, reason)
    access.forget(holder)


def follow_role_table(**kwargs: Any) -> None:
    """After a migration: make guardian's rows follow the role table, for every role that anyone has held."""
    for membership in Membership.objects.select_related("organisation", "forum", "partnership"):
        role_group(Role(membership.role), membership.scope)
    for appointment in Appointment.objects.select_related("seat__forum"):
        role_group(Role.MEMBER, appointment.seat.forum)


def _change(held: Membership | Appointment, ends_on: date | None, by: User, seen: str) -> None:
    today = timezone.localdate()
    ROLE.check(held.state_on(today), "change")
    refuse_if_overtaken(seen, stands={"ends_on": held.ends_on}, wanted={"ends_on": ends_on})
    if ends_on and ends_on < today:
        raise ValidationError({"ends_on": "Välj i dag eller en dag som kommer."})
    held.ends_on = ends_on
    audit.save(held, by=by, verb="changed")


def _end(held: Membership | Appointment, by: User | None, ends_on: date, reason: str) -> None:
    if by is not None:
        ROLE.check(held.state_on(timezone.localdate()), "end", reason=reason)
    if held.ends_on and ends_on > held.ends_on:
        ends = "Innehavet av platsen slutar" if isinstance(held, Appointment) else "Rollen slutar"
        raise ValidationError({"ends_on": f"{ends} redan {held.ends_on}."})
    if held.starts_on and ends_on < held.starts_on:
        audit.remove(held, by=by, verb="revoked", reason=reason)
    else:
        held.ends_on = ends_on
        audit.save(held, by=by, verb="ended", reason=reason)


def _tell(user: User, by: User | None, *, template: str, event: str, scope: Scope, **context: Any) -> None:
    """A message to the person whose role it is; not when the portal itself, or the person, did it."""
    if by is None or by == user:
        return
    actor = by.name if has_open_identity(by) else UNNAMED
    outbox.post(to=[user], event=event, template=template, path="/", scope=scope, actor=actor, **context)


def _require_manager(by: User | None, scope: Scope) -> None:
    if by is not None and not permissions.may_manage_members(by, scope):
        raise access.Refused
