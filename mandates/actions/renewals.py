"""Asking for mandates to be signed anew on a later edition of the form, and what is answered."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions
from mandates.actions.shared import locked, require
from mandates.enums import RenewalState
from mandates.models import FormEdition, Mandate, RenewalRequest
from mandates.queries import renewals as queries
from mandates.queries.filling import edition_today
from mandates.workflow import RENEWAL
from organisations.enums import Role
from organisations.models import Forum, User
from organisations.permissions import is_coordinator

NOT_CURRENT = "Utgåvan är inte den som gäller i dag. Be om förnyelse på den gällande utgåvan."
NOT_ASKED = "Begäran är besvarad eller återtagen, eller så har uppdraget avslutats."


@transaction.atomic
def ask_for_renewal(*, edition: FormEdition, mandates: Collection[Mandate], by: User) -> int:
    """Ask the representatives to sign anew; returns how many. Who has been asked already is not asked again."""
    require(is_coordinator(by))
    forum = Forum.objects.select_for_update(no_key=True).get(pk=edition.forum_id)  # two who ask take turns
    if edition_today(forum) != edition:
        raise MoveRefused(NOT_CURRENT)
    keys = {mandate.pk for mandate in mandates}
    chosen = [row for row in queries.renewals(edition).to_ask if row.mandate.pk in keys]
    for row in chosen:
        request = RenewalRequest(mandate=row.mandate, edition=edition, asked_at=timezone.now(), asked_by=by)
        audit.save(request, by=by, verb="asked")
        outbox.post(
            to=[row.mandate.representative],
            event=_event(request),
            template="mandate_renewal_asked",
            path=reverse("renewal_answer", args=[row.mandate.pk]),
            **queries.renewal_mail_context(row, edition),
        )
    return len(chosen)


@transaction.atomic
def decline_renewal(*, mandate: Mandate, reason: str, by: User) -> None:
    """The representative says why what has changed does not touch the mandate; it stays as it is."""
    mandate = locked(mandate)
    request = _open_request(mandate)
    left = queries.renewal_of(mandate, request.edition).left if request else []
    if request is None or not left:
        require(permissions.may_edit(by, mandate))
        raise MoveRefused(NOT_ASKED)
    require(any(permissions.may_fill_in(by, line) for line in left))
    _close(request, "declined", RENEWAL.check(request.state, "decline", reason=reason).target, by, reason=reason)
    outbox.post(
        to=User.objects.with_role(Role.COORDINATOR, timezone.localdate()),
        event=f"{_event(request)}-declined",
        template="mandate_renewal_declined",
        path=mandate.get_absolute_url(),
        mandate=mandate,
        request=request,
    )


@transaction.atomic
def withdraw_renewal(*, mandate: Mandate, by: User) -> None:
    """The coordinator no longer asks; what has not been sent stays unsent. One that is closed already is no fault."""
    require(is_coordinator(by))
    request = _open_request(locked(mandate))
    if request:
        _close(request, "withdrawn", RENEWAL.check(request.state, "withdraw").target, by)
        outbox.withdraw(event=_event(request))


def _open_request(mandate: Mandate) -> RenewalRequest | None:
    return RenewalRequest.objects.filter(mandate=mandate, state=RenewalState.OPEN).first()


def _close(request: RenewalRequest, verb: str, state: str, by: User, **facts: Any) -> None:
    request.state, request.closed_at, request.closed_by = state, timezone.now(), by
    for name, value in facts.items():
        setattr(request, name, value)
    audit.save(request, by=by, verb=verb, **facts)


def _event(request: RenewalRequest) -> str:
    return f"renewal-{request.pk}"
