"""What the verbs share: permission, lock, the move of a line, and the messages about it."""

from collections.abc import Iterable, Sequence
from typing import Any

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.history import UNNAMED, has_open_identity
from mandates import permissions, queries
from mandates.enums import LineState, MandateState
from mandates.models import FormEdition, InternalContact, Mandate, MandateSeat
from mandates.workflow import LINE, MANDATE
from organisations.models import Forum, Seat, User

CLOSED = {LineState.ENDED, LineState.WITHDRAWN}


def require(permitted: bool) -> None:
    if not permitted:
        raise Refused


def locked(mandate: Mandate) -> Mandate:
    """The mandate as it is now, held until the transaction ends: every change to it or its lines starts here."""
    return (
        Mandate.objects.select_for_update(of=["self"])
        .select_related("edition__forum", "representative")
        .get(pk=mandate.pk)
    )


def touch(mandate: Mandate, by: User) -> None:
    mandate.version += 1
    audit.save(mandate, by=by, verb="saved")


def set_line(line: MandateSeat, verb: str, *, reason: str = "", **facts: Any) -> None:
    """Move a line, clear the facts of the state it leaves, and set those of the one it enters."""
    if line.state == LineState.RETURNED:
        line.decided_link = None
    line.state = LINE.check(line.state, verb, reason=reason).target
    line.waiting_since = None
    line.returned_at, line.returned_by, line.return_comment = None, None, ""
    for name, value in facts.items():
        setattr(line, name, value)


def end_with_last_line(mandate: Mandate, *, by: User | None, reason: str) -> None:
    """The form is ended with its last open line."""
    mandate.version += 1
    if all(other.state in CLOSED for other in mandate.lines.all()):
        mandate.state = MANDATE.check(mandate.state, "end", reason=reason).target
    audit.save(mandate, by=by, verb="ended" if mandate.state == MandateState.ENDED else "line_ended", reason=reason)


def new_draft(edition: FormEdition, of: User) -> Mandate:
    """A form with what the portal knows about the person, not saved."""
    return Mandate(
        edition=edition,
        representative=of,
        name=of.name,
        title=of.title,
        email=of.email,
        phone=of.phone,
        private_phone=of.private_phone,
    )


def draft_of(person: User, forum: Forum) -> Mandate | None:
    """The person's draft for the forum, if there is one. A double click finds the first one's: the person is locked."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return Mandate.objects.drafts().filter(representative=person, edition__forum=forum).first()


def add_line(mandate: Mandate, seat: Seat, by: User, *, after: MandateSeat | None = None, **values: Any) -> None:
    """A line for the seat, prefilled from the one it comes after (else the seat's latest), with its contacts."""
    line = MandateSeat(mandate=mandate, seat=seat)
    before = after or queries.latest_held_line(seat)
    if before:
        line.share_percent, line.case_number = before.share_percent, before.case_number
    commissioners = list(queries.commissioners_to_choose(line))
    if after and after.commissioner in commissioners:
        line.commissioner = after.commissioner
    elif len(commissioners) == 1:
        line.commissioner = commissioners[0]
    elif after and not commissioners:
        for name in queries.EXTERNAL_FIELDS:
            setattr(line, name, getattr(after, name))
    for name, value in values.items():
        setattr(line, name, value)
    audit.save(line, by=by, verb="added")
    for contact in before.contacts.all() if before else []:
        copied = {name: getattr(contact, name) for name in queries.CONTACT_FIELDS}
        audit.save(InternalContact(line=line, **copied), by=by, verb="added")


def save_new_line(line: MandateSeat, contacts: Iterable[dict[str, Any]], *, by: User | None, verb: str) -> None:
    audit.save(line, by=by, verb=verb)
    for values in contacts:
        audit.save(InternalContact(line=line, **values), by=by, verb="added")


def named(person: User) -> str:
    """A name as it may be read outside the person's organisation."""
    return person.name if has_open_identity(person) else UNNAMED


def tell_about(
    line: MandateSeat, event: str, to: Sequence[User | None], by: User | None, *, actor: str = "", **context: Any
) -> None:
    """A message to whoever has the next move or must know; never to the one who acted, nor to one who has left."""
    mandate = line.mandate
    others = [user for user in to if user and user != by]
    outbox.post(
        to=[user for user in others if user.pk == mandate.representative_id or permissions.sees_in_full(user, line)],
        event=f"mandate-line-{line.pk}-{event}-{line.history.count()}",
        template=f"mandate_{event}",
        path=mandate.get_absolute_url(),
        mandate=mandate,
        line=line,
        actor=actor or (named(by) if by else ""),
        **context,
    )
