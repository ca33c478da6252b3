"""One-time links by which a commissioner without account attests a line, or sends it back."""

import hashlib
import secrets
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.actions.giving import CHANGED, give
from mandates.actions.shared import locked, named, require, set_line, tell_about, touch
from mandates.enums import LineState, LinkState
from mandates.models import LINK_LIFE, AttestLink, MandateSeat
from mandates.workflow import LINK
from organisations.models import User

TOKEN_BYTES = 32
CLOSED = "Länken gäller inte längre. Be den som skickade den om en ny."


def hash_of(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def send_link(*, line: MandateSeat, commissioner: Mapping[str, str], by: User, seen: str = "") -> AttestLink:
    """Name a commissioner without account on a line that waits, and send the link; an earlier link is withdrawn.

    Raises Overtaken when the line does not name whom the person saw.
    """
    mandate = locked(line.mandate)
    line = queries.full_lines(mandate).get(pk=line.pk)
    require(permissions.may_send_link(by, line))
    if line.state != LineState.WAITING:
        raise MoveRefused("Uppdraget väntar inte på attest, så det finns inget att skicka en länk till.")
    wanted = {name: commissioner[name] for name in queries.EXTERNAL_FIELDS}
    refuse_if_overtaken(seen, stands=queries.external_values(line), wanted=wanted)
    fault = queries.fault_of_address(line, wanted["commissioner_email"], by)
    if fault:
        raise ValidationError({"commissioner_email": fault})
    if line.commissioner or any(getattr(line, name) != value for name, value in wanted.items()):
        line.commissioner = None
        for name, value in wanted.items():
            setattr(line, name, value)
        audit.save(line, by=by, verb="commissioner_named")
        touch(mandate, by)
    line.mandate = mandate
    return send_link_to(line, by)


def send_link_to(line: MandateSeat, by: User) -> AttestLink:
    """A new link to the commissioner that the line names, with the message that carries it."""
    close_links(line, by)
    token, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    link = AttestLink(
        line=line,
        name=line.commissioner_name,
        title=line.commissioner_title,
        email=line.commissioner_email,
        token_hash=hash_of(token),
        version=line.mandate.version,
        sent_at=now,
        sent_by=by,
        expires_at=now + LINK_LIFE,
    )
    audit.save(link, by=by, verb="sent")
    outbox.post_to_address(
        address=link.email,
        event=_event(link),
        template="attest_link",
        path=reverse("attest_by_link", args=[token]),
        secret=True,
        link=link,
        line=line,
        mandate=line.mandate,
        actor=named(by),
    )
    return link


@transaction.atomic
def withdraw_link(*, link: AttestLink, by: User) -> None:
    """The link opens nothing from now on; one that is closed already is no fault."""
    mandate = locked(link.line.mandate)
    line = queries.full_lines(mandate).get(pk=link.line_id)
    require(permissions.may_send_link(by, line))
    if line.attest_links.filter(pk=link.pk, state=LinkState.OPEN).exists():  # not the one that has replaced it
        close_links(line, by)


def close_links(line: MandateSeat, by: User | None) -> None:
    """Withdraw the line's open link, where it has one."""
    for link in AttestLink.objects.select_for_update().filter(line=line, state=LinkState.OPEN):
        link.state = LINK.check(link.state, "withdraw").target
        link.closed_at = timezone.now()
        audit.save(link, by=by, verb="withdrawn")
        outbox.withdraw(event=_event(link))


@transaction.atomic
def attest_by_link(*, link: AttestLink, version: int) -> None:
    """The named commissioner attests the line that the link is about. Raises MoveRefused as `attest` does."""
    line, link = _line_of(link, version)
    _use(link)
    give(line, by=None, verb="attested_by_link", decided_link=link)
    tell_about(line, "attested", [line.mandate.representative], None, actor=str(link))


@transaction.atomic
def send_back_by_link(*, link: AttestLink, version: int, comment: str) -> None:
    """The named commissioner asks for a correction."""
    line, link = _line_of(link, version)
    _use(link)
    facts = {"returned_at": timezone.now(), "return_comment": comment, "decided_link": link}
    set_line(line, "send_back", reason=comment, **facts)
    audit.save(line, by=None, verb="sent_back_by_link", reason=comment)
    tell_about(line, "sent_back", [line.mandate.representative], None, actor=str(link), comment=comment)


def _line_of(link: AttestLink, version: int) -> tuple[MandateSeat, AttestLink]:
    """The line and the link, held, while the link opens and what was read still stands."""
    mandate = locked(link.line.mandate)
    link = AttestLink.objects.select_for_update().get(pk=link.pk)
    line = queries.full_lines(mandate).get(pk=link.line_id)
    if not link.opens_at(timezone.now()) or line.state != LineState.WAITING:
        raise MoveRefused(CLOSED)
    if mandate.version != version:
        raise MoveRefused(CHANGED)
    return line, link


def _use(link: AttestLink) -> None:
    link.state = LINK.check(link.state, "use").target
    link.closed_at = timezone.now()
    audit.save(link, by=None, verb="used")


def _event(link: AttestLink) -> str:
    return f"attest-link-{link.pk}"
