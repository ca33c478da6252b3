"""Following an agreement: links to the board for those without an account, and when somebody last looked."""

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from agreements.models import Agreement, BoardVisit, ShareLink
from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from organisations.models import User
from organisations.permissions import is_coordinator

TOKEN_BYTES = 32
REPEATED_WITHIN = timedelta(minutes=1)


def hash_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_share_link(*, agreement: Agreement, label: str, expires_on: date, by: User) -> tuple[ShareLink, str]:
    """A link that opens the board until a day, and its token, which is told this once.

    Of a double click only the last answer is seen, so the same link made in the last minute is withdrawn.
    """
    _require_coordinator(by)
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    for unseen in agreement.share_links.filter(
        label=label,
        expires_on=expires_on,
        revoked_at__isnull=True,
        created_at__gte=timezone.now() - REPEATED_WITHIN,
    ):
        _revoke(unseen, by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = ShareLink(agreement=agreement, label=label, expires_on=expires_on, token_hash=hash_of(token))
    audit.save(link, by=by, verb="shared")
    return link, token


@transaction.atomic
def revoke_share_link(*, link: ShareLink, by: User) -> None:
    """The link opens nothing from now on. A second click changes nothing."""
    _require_coordinator(by)
    link = ShareLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_at is None:
        _revoke(link, by)


def _revoke(link: ShareLink, by: User) -> None:
    link.revoked_at = timezone.now()
    audit.save(link, by=by, verb="revoked")


def see_board(*, agreement: Agreement, by: User) -> None:
    """Remember when the person looked. No history is kept of it: a visit is nobody's business but the visitor's."""
    visit = BoardVisit(user=by, agreement=agreement, seen_at=timezone.now())
    BoardVisit.objects.bulk_create(
        [visit], update_conflicts=True, unique_fields=["user", "agreement"], update_fields=["seen_at"]
    )


def _require_coordinator(by: User) -> None:
    if not is_coordinator(by):
        raise Refused
