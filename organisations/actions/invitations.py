"""Invitations: sent, renewed, withdrawn by those who give the roles; accepted by whoever holds the link."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import access, audit, mail, outbox
from kvinnofrid.core.history import has_open_identity
from kvinnofrid.core.workflow import MoveRefused
from organisations import permissions, queries
from organisations.actions.roles import Scope, add_appointment, add_membership
from organisations.enums import Role
from organisations.models import Forum, Invitation, Seat, User
from organisations.workflow import INVITATION

TOKEN_BYTES = 32
REPEATED_WITHIN = timedelta(minutes=1)
UNANSWERED = "Det finns redan en obesvarad inbjudan till adressen. Förnya eller återkalla den i listan."
HAS_ACCOUNT = "Det finns ett konto med adressen. Logga in för att tacka ja."
SEAT_TAKEN = "Platsen har fått en annan innehavare sedan du bjöds in. Kontakta den som bjöd in dig."
NO_ADDRESS = "Adressen är gallrad. Bjud in personen på nytt."
PERIOD_OVER = "Rollen skulle bara gälla till och med {day}. Återkalla inbjudan och bjud in på nytt."


def hash_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *,
    scope: Scope,
    email: str,
    roles: Sequence[str],
    by: User,
    starts_on: date,
    ends_on: date | None = None,
    seat: Seat | None = None,
) -> Invitation:
    """Send an invitation; a double click sends it once. Whether the address has an account makes no difference."""
    _require_manager(by, scope)
    if seat and (not isinstance(scope, Forum) or seat.forum_id != scope.pk):
        raise access.Refused
    # Two who invite the same person take turns.
    type(scope)._default_manager.select_for_update(no_key=True).get(pk=scope.pk)
    invitation = Invitation(
        email=email.strip().lower(), roles=sorted(roles), seat=seat, starts_on=starts_on, ends_on=ends_on
    )
    setattr(invitation, str(scope._meta.model_name), scope)
    if earlier := queries.unanswered_invitation(scope, invitation.email):
        if _is_repeated(earlier, invitation, by):
            return earlier
        raise ValidationError({"email": UNANSWERED})
    _refuse_what_is_held(invitation)
    _send(invitation, by, "invited")
    return invitation


@transaction.atomic
def renew(*, invitation: Invitation, by: User) -> None:
    """A new link, with all its time; the old one opens nothing. A second click within a minute changes nothing."""
    invitation = _locked(invitation, by)
    INVITATION.check(invitation.state, "renew")
    if invitation.is_redacted:
        raise MoveRefused(NO_ADDRESS)
    if invitation.ends_on and invitation.ends_on < timezone.localdate():
        raise MoveRefused(PERIOD_OVER.format(day=invitation.ends_on))
    if invitation.sent_at > timezone.now() - REPEATED_WITHIN:
        return
    outbox.withdraw(event=_event(invitation))
    _send(invitation, by, "renewed")


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> None:
    """The link opens nothing from now on."""
    invitation = _locked(invitation, by)
    INVITATION.check(invitation.state, "withdraw")
    invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), by
    audit.save(invitation, by=by, verb="withdrawn")
    outbox.withdraw(event=_event(invitation))


@transaction.atomic
def accept(*, invitation: Invitation, by: User) -> None:
    """Somebody who has an account takes the roles; only the one whose address was invited may."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not by.is_active or by.email != invitation.email:
        raise access.Refused
    _accept(invitation, by)


@transaction.atomic
def join(*, invitation: Invitation, values: Mapping[str, Any], password: str) -> User:
    """Somebody without account gets one with the roles; one known from a paper form keeps what stands there.

    Raises MoveRefused when the address has an account after all.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    INVITATION.check(invitation.state, "accept")
    known = User.objects.without_account().filter(email=invitation.email).values("pk")
    person = User.objects.select_for_update().filter(pk__in=known).first() or User(email=invitation.email)
    person.is_active, person.name = True, values["name"]
    person.title, person.phone = values["title"], values["phone"]
    person.set_password(password)
    try:
        audit.save(person, by=person, verb="joined")
    except (IntegrityError, ValidationError) as error:
        if User.objects.filter(email=invitation.email).exists():
            raise MoveRefused(HAS_ACCOUNT) from error
        raise
    _accept(invitation, person)
    return person


def _accept(invitation: Invitation, person: User) -> None:
    """The roles that the person does not have already, from today at the earliest; the inviter is told."""
    INVITATION.check(invitation.state, "accept")
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    audit.save(invitation, by=person, verb="accepted")
    today = timezone.localdate()
    period: Any = {"starts_on": max(invitation.starts_on or today, today), "ends_on": invitation.ends_on}
    given: Any = {"by": invitation.invited_by, "reason": "Tackade ja till en inbjudan.", **period}
    held = {found.role for found in queries.roles_held(person, invitation.scope, **period)}
    for role in invitation.roles:
        if role not in held:
            add_membership(user=person, role=Role(role), scope=invitation.scope, **given)
    if invitation.seat:
        try:
            add_appointment(seat=invitation.seat, holder=person, **given)
        except ValidationError as error:
            raise MoveRefused(SEAT_TAKEN) from error
    outbox.post(
        to=[invitation.invited_by],
        event=f"invitation-accepted-{invitation.pk}",
        template="invitation_accepted",
        path=queries.place_url(invitation.scope, "member_list"),
        person=person,
        invitation=invitation,
    )


def _send(invitation: Invitation, by: User, verb: str) -> None:
    """A new token: kept as its hash, told in the message and nowhere else."""
    now, token = timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_hash, invitation.invited_by, invitation.sent_at = hash_of(token), by, now
    invitation.expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    if invitation.ends_on:
        midnight = datetime.combine(invitation.ends_on + timedelta(days=1), time.min)
        invitation.expires_at = min(invitation.expires_at, timezone.make_aware(midnight))
    audit.save(invitation, by=by, verb=verb)
    outbox.post_to_address(
        address=invitation.email,
        event=_event(invitation),
        template="invitation",
        path=reverse("invitation_open", args=[token]),
        secret=True,
        invitation=invitation,
        privacy_url=mail.address_of(reverse("privacy_notice")),
        inviter=by.name if has_open_identity(by) else "",
    )


def _event(invitation: Invitation) -> str:
    """One message for each link that the invitation has had."""
    return f"invitation-{invitation.pk}-{invitation.token_hash[:12]}"


def _is_repeated(earlier: Invitation, wanted: Invitation, by: User) -> bool:
    same = all(getattr(earlier, name) == getattr(wanted, name) for name in ("roles", "seat_id", "starts_on", "ends_on"))
    return same and earlier.invited_by_id == by.pk and earlier.sent_at > timezone.now() - REPEATED_WITHIN


def _refuse_what_is_held(invitation: Invitation) -> None:
    """A role that the person has in this very place is no secret there: the place's own list shows it."""
    person = User.objects.filter(email=invitation.email).first()
    if person is None:
        return
    held = queries.roles_held(person, invitation.scope, invitation.starts_on, invitation.ends_on)
    for found in held:
        if found.role in invitation.roles:
            raise ValidationError({"roles": f"Personen har redan rollen {found.get_role_display().lower()} då."})


def _locked(invitation: Invitation, by: User) -> Invitation:
    _require_manager(by, invitation.scope)
    return Invitation.objects.select_for_update().get(pk=invitation.pk)


def _require_manager(by: User, scope: Scope) -> None:
    if not permissions.may_manage_members(by, scope):
        raise access.Refused
