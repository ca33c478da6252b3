"""Invitations: the one that stands, the one that a link opens, and how each is shown."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from organisations.models import Invitation, Membership, User
from organisations.queries.places import place_url
from organisations.workflow import INVITATION, InvitationState

LABELS = {
    InvitationState.OPEN: ("Väntar på svar", "waiting"),
    InvitationState.EXPIRED: ("Har gått ut", "warning"),
    InvitationState.ACCEPTED: ("Tackade ja", "good"),
    InvitationState.WITHDRAWN: ("Återkallad", "neutral"),
}


@dataclass(frozen=True)
class InvitationRow:
    """An invitation in a list: how it stands, and what can be done about it."""

    invitation: Invitation
    text: str
    tone: str
    renew_url: str
    withdraw_url: str


def unanswered_invitation(scope: Any, email: str) -> Invitation | None:
    """The invitation of the address to the place that has been neither accepted nor withdrawn."""
    found: Invitation | None = scope.invitations.filter(email=email, pk__in=Invitation.objects.unanswered()).first()
    return found


def invitation_of(token_hash: str, moment: datetime) -> Invitation | None:
    """The invitation that the link opens: unknown, used, withdrawn and expired ones are all None."""
    related = ("organisation", "forum", "partnership", "seat__organisation", "invited_by")
    return Invitation.objects.open_at(moment).select_related(*related).filter(token_hash=token_hash).first()


def invitation_rows(invitations: QuerySet[Invitation], moment: datetime) -> list[InvitationRow]:
    """The invitations with their state, the latest first."""
    related = ("organisation", "forum", "partnership", "seat__organisation", "invited_by", "accepted_by")
    return [_row(invitation, moment) for invitation in invitations.select_related(*related)]


def is_allowed(invitation: Invitation, verb: str, moment: datetime) -> bool:
    """Whether its state allows it, and there is an address left to send a new link to."""
    return INVITATION.allows(invitation.state_at(moment), verb) and not (verb == "renew" and invitation.is_redacted)


def _row(invitation: Invitation, moment: datetime) -> InvitationRow:
    text, tone = LABELS[invitation.state_at(moment)]
    urls = [
        place_url(invitation.scope, f"invitation_{verb}", invitation.pk) if is_allowed(invitation, verb, moment) else ""
        for verb in ("renew", "withdraw")
    ]
    return InvitationRow(invitation, text, tone, *urls)


def roles_held(person: User, scope: Any, starts_on: date | None, ends_on: date | None) -> list[Membership]:
    """The person's roles in the place on any day of the period."""
    held = scope.memberships.filter(user=person)
    if starts_on:
        held = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on:
        held = held.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=ends_on))
    return list(held)
