"""What others do to a person's ways in, and what the portal does at login."""

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import access, audit, outbox
from kvinnofrid.core.models import MessageKind
from organisations import permissions
from organisations.models import User


@transaction.atomic
def reset_second_factors(*, person: User, by: User | None, reason: str) -> None:
    """For somebody who has lost the phone: takes away factors, passkeys, recovery codes and ties to identity
    providers, and ends all sessions. The password stays; the person is told."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if by is not None and not permissions.may_reset_factors(by, person):
        raise access.Refused
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    end_sessions(person=person)
    audit.save(person, by=by, verb="reset_second_factors", reason=reason)
    tell(person=person, template="factors_reset", actor=by, reason=reason)


def end_sessions(*, person: User, but: str | None = None) -> int:
    """Ends the person's sessions, all of them or all but the one with this key. Returns how many."""
    ended = list(UserSession.objects.filter(user=person).exclude(session_key=but))
    for session in ended:
        session.end()
    return len(ended)


def remove_ended_sessions() -> int:
    """Removes what is left of logins whose time is out; tells how many."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def note_session(*, session_key: str | None, address: str) -> None:
    """A session is used now, from this address."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=timezone.now(), ip=address)


def end_session(*, person: User, pk: int) -> bool:
    """Ends one of the person's own sessions; one that is already gone is no fault."""
    session = UserSession.objects.filter(user=person, pk=pk).first()
    if session:
        session.end()
    return session is not None


@transaction.atomic
def tie_to_provider(*, person: User, provider: str, subject: str, name: str) -> SocialAccount | None:
    """Remembers under which subject an identity provider knows the person, at the first login through it.

    Nothing when the person is already tied to another subject there: the address may have got a new owner.
    """
    User.objects.select_for_update().get(pk=person.pk)
    tied = SocialAccount.objects.filter(user=person, provider=provider).first()
    if tied:
        return tied if tied.uid == subject else None
    account = SocialAccount.objects.create(user=person, provider=provider, uid=subject)
    tell(person=person, template="provider_tied", provider=name)
    return account


def tell(*, person: User, template: str, **context: Any) -> None:
    """A message about the person's own account, each time it happens."""
    event = f"security:{template}:{uuid.uuid4()}"
    path = reverse("account_security")
    outbox.post(to=[person], event=event, template=template, path=path, kind=MessageKind.SECURITY, **context)
