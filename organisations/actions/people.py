"""A person's account: closed and opened again by the coordinator."""

from django.db import transaction

from kvinnofrid.core import access, audit
from kvinnofrid.core.workflow import MoveRefused
from organisations import permissions
from organisations.actions import retention
from organisations.actions.heads import with_heads
from organisations.actions.login import end_sessions
from organisations.models import Organisation, Partnership, User
from organisations.queries.retention import is_redacted
from organisations.workflow import ACCOUNT, AccountState


@transaction.atomic
def deactivate(*, person: User, reason: str, by: User | None) -> None:
    """Nobody logs in to the account any more, and whoever is logged in is out. Roles keep their dates."""
    _require_coordinator(by)
    with with_heads(_headed_by(person), by):
        _move(person, "deactivate", reason, by)
    end_sessions(person=person)  # a browser that is logged in would be so again when the account is opened


@transaction.atomic
def reactivate(*, person: User, reason: str, by: User | None) -> None:
    """The account opens again, with the roles that have not ended; never one whose data have been redacted."""
    _require_coordinator(by)
    if is_redacted(person):
        raise MoveRefused("Uppgifterna är gallrade. Bjud in personen på nytt.")
    _move(person, "reactivate", reason, by)
    retention.stop(person=person, by=by, reason=reason)


def _move(person: User, verb: str, reason: str, by: User | None) -> None:
    person = User.objects.select_for_update().get(pk=person.pk)
    state = AccountState.ACTIVE if person.is_active else AccountState.INACTIVE
    person.is_active = ACCOUNT.check(state, verb, reason=reason).target == AccountState.ACTIVE
    audit.save(person, by=by, verb=f"{verb}d", reason=reason)


def _headed_by(person: User) -> list[Organisation | Partnership]:
    """The places that the person may be the head of, in the order in which they are always held."""
    memberships = person.memberships.all()
    organisations = Organisation.objects.filter(pk__in=memberships.values("organisation")).order_by("pk")
    return [*organisations, *Partnership.objects.filter(pk__in=memberships.values("partnership"))]


def _require_coordinator(by: User | None) -> None:
    if by is not None and not permissions.is_coordinator(by):
        raise access.Refused
