"""Changes to roles and seats by office: one verb, one function, one transaction."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from kvinnofrid.core import access, audit
from organisations import permissions
from organisations.enums import Role
from organisations.models import Appointment, Forum, Membership, Organisation, Partnership, Seat, User

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
