"""Changes to mandates: permission → lock → move → facts → history and messages, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.actions.giving import CHANGED, give
from mandates.actions.linking import close_links, send_link_to
from mandates.actions.shared import add_line, draft_of, locked, new_draft, require, set_line, tell_about, touch
from mandates.enums import LineState, MandateState
from mandates.models import FormEdition, InternalContact, Mandate, MandateSeat
from mandates.workflow import LINE, MANDATE
from organisations.models import Seat, User


class Incomplete(Exception):
    """The form lacks something; `problems` says what and on which step."""

    def __init__(self, problems: Sequence[queries.Problem]) -> None:
        super().__init__("Uppdraget är inte komplett.")
        self.problems = problems


@transaction.atomic
def start_mandate(*, edition: FormEdition, by: User) -> Mandate:
    """The person's draft for the edition's forum: the one there is, or a new one prefilled from the portal."""
    require(permissions.may_start(by))
    draft = draft_of(by, edition.forum)
    if draft:
        return draft
    mandate = new_draft(edition, by)
    audit.save(mandate, by=by, verb="started")
    seats = list(queries.seats_to_choose(by, edition.forum))
    if len(seats) == 1:
        add_line(mandate, seats[0], by)
    return mandate


@transaction.atomic
def save_person(*, mandate: Mandate, values: Mapping[str, Any], by: User, seen: str = "") -> None:
    """Name and contact details on the form. Raises Overtaken when they are not those that the person saw."""
    mandate = locked(mandate)
    require(permissions.may_edit(by, mandate))
    if not queries.person_is_editable(mandate):
        raise MoveRefused("Uppgifterna är attesterade och kan inte ändras.")
    refuse_if_overtaken(seen, stands=queries.person_values(mandate), wanted=values)
    for name in queries.PERSON_FIELDS:
        setattr(mandate, name, values[name])
    touch(mandate, by)


@transaction.atomic
def choose_seats(*, mandate: Mandate, seats: Collection[Seat], by: User, seen: str = "") -> None:
    """Which organisations the draft is for: adds and removes lines. Raises Overtaken when they are not those seen."""
    mandate = locked(mandate)
    require(permissions.may_edit(by, mandate))
    if mandate.state != MandateState.DRAFT:
        raise MoveRefused("Uppdraget är inskickat. Organisationerna kan inte längre ändras.")
    allowed = {seat.pk for seat in queries.seats_to_choose(by, mandate.edition.forum)}
    if any(seat.pk not in allowed for seat in seats):
        raise Refused
    refuse_if_overtaken(
        seen, stands=queries.seats_values(queries.seats_of(mandate)), wanted=queries.seats_values(seats)
    )
    chosen = {seat.pk: seat for seat in seats}
    for line in mandate.lines.exclude(seat__in=chosen):
        for contact in line.contacts.all():
            audit.remove(contact, by=by, verb="removed")
        audit.remove(line, by=by, verb="removed")
    present = set(mandate.lines.values_list("seat_id", flat=True))
    for seat in seats:
        if seat.pk not in present:
            add_line(mandate, seat, by)
    touch(mandate, by)


@transaction.atomic
def save_line(
    *,
    line: MandateSeat,
    values: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]],
    by: User,
    seen: str = "",
) -> None:
    """One organisation's line and its internal contacts, while it is a draft or has been sent back.

    A contact with the `id` of one of the line's contacts changes that one; those left out are removed.
    Raises Overtaken when the line is not as the person saw it.
    """
    mandate = locked(line.mandate)
    line = mandate.lines.select_related("seat__organisation").get(pk=line.pk)
    require(permissions.may_fill_in(by, line))
    if line.state not in {LineState.DRAFT, LineState.RETURNED}:
        raise MoveRefused("Raden är inskickad och kan inte ändras.")
    rows = [{name: row.get(name, "") for name in queries.CONTACT_FIELDS} for row in contacts]
    values = {**dict.fromkeys(queries.EXTERNAL_FIELDS, ""), **values}
    refuse_if_overtaken(seen, stands=queries.line_values(line), wanted={**values, "contacts": rows})
    for name in queries.LINE_FIELDS:
        setattr(line, name, values[name])
    audit.save(line, by=by, verb="saved")
    _save_contacts(line, contacts, by)
    touch(mandate, by)


@transaction.atomic
def submit(*, mandate: Mandate, by: User) -> None:
    """Send the draft, or the mended lines, to the commissioners."""
    mandate = locked(mandate)
    require(permissions.may_edit(by, mandate))
    move = MANDATE.check(mandate.state, "submit")
    lines = [line for line in queries.full_lines(mandate) if LINE.allows(line.state, "submit")]
    if mandate.state == MandateState.SUBMITTED:
        lines = [line for line in lines if permissions.may_fill_in(by, line)]
        if not lines:
            raise MoveRefused("Uppdraget är redan inskickat.")
    problems = queries.problems(mandate)  # a lost role too
    if problems:
        raise Incomplete(problems)
    now = timezone.now()
    if mandate.submitted_at is None:
        mandate.submitted_at, mandate.submitted_by = now, by
    mandate.state = move.target
    mandate.version += 1
    audit.save(mandate, by=by, verb="submitted")
    for line in lines:
        set_line(line, "submit", waiting_since=now)
        audit.save(line, by=by, verb="submitted")
        if line.commissioner_email:
            line.mandate = mandate  # with the version that the link is sent for
            send_link_to(line, by)
        tell_about(line, "submitted", [line.commissioner], by)


@transaction.atomic
def attest(*, line: MandateSeat, version: int, by: User) -> None:
    """The commissioner gives the mandate for the own organisation's line.

    Raises MoveRefused when the form has changed since it was read, or when the seat is taken in the period.
    """
    line = _line_to_decide(line, version, by)
    close_links(line, by)
    give(line, by=by, verb="attested", attested_by=by)
    tell_about(line, "attested", [line.mandate.representative], by)


@transaction.atomic
def send_back(*, line: MandateSeat, version: int, comment: str, by: User) -> None:
    """The commissioner asks for a correction, with a comment."""
    line = _line_to_decide(line, version, by)
    close_links(line, by)
    set_line(line, "send_back", reason=comment, returned_at=timezone.now(), returned_by=by, return_comment=comment)
    audit.save(line, by=by, verb="sent_back", reason=comment)
    tell_about(line, "sent_back", [line.mandate.representative], by, comment=comment)


@transaction.atomic
def withdraw(*, mandate: Mandate, reason: str, by: User) -> None:
    """Take back what has not begun. A line that is or has been in force stays: it is ended, on its own."""
    mandate = locked(mandate)
    require(permissions.may_edit(by, mandate))
    move = MANDATE.check(mandate.state, "withdraw", reason=reason)
    lines = list(queries.full_lines(mandate))
    kept, taken_back = queries.kept_and_taken_back(lines)
    if refusal := queries.withdrawal_refusal(mandate, lines):
        raise MoveRefused(refusal)
    waiting = [line for line in taken_back if line.state != LineState.DRAFT]
    for line in taken_back:
        close_links(line, by)
        set_line(line, "withdraw", reason=reason)
        audit.save(line, by=by, verb="withdrawn", reason=reason)
    if not kept:
        mandate.state = move.target
        mandate.withdrawn_at, mandate.withdrawn_by = timezone.now(), by
    elif all(line.state == LineState.ENDED for line in kept):
        mandate.state = MANDATE.check(mandate.state, "end", reason=reason).target
    mandate.version += 1
    audit.save(mandate, by=by, verb="partly_withdrawn" if kept else "withdrawn", reason=reason)
    for line in waiting:
        tell_about(line, "withdrawn", [line.commissioner], by, reason=reason)


def _save_contacts(line: MandateSeat, contacts: Sequence[Mapping[str, Any]], by: User) -> None:
    present = {contact.pk: contact for contact in line.contacts.all()}
    for values in contacts:
        contact = present.pop(values.get("id") or 0, None) or InternalContact(line=line)
        wanted = {name: values.get(name, "") for name in queries.CONTACT_FIELDS}
        if any(getattr(contact, name) != value for name, value in wanted.items()):
            verb = "saved" if contact.pk else "added"
            for name, value in wanted.items():
                setattr(contact, name, value)
            audit.save(contact, by=by, verb=verb)
    for contact in present.values():
        audit.remove(contact, by=by, verb="removed")


def _line_to_decide(line: MandateSeat, version: int, by: User) -> MandateSeat:
    mandate = locked(line.mandate)
    line = queries.full_lines(mandate).get(pk=line.pk)
    require(permissions.may_attest(by, line))
    if mandate.version != version and line.state == LineState.WAITING:
        raise MoveRefused(CHANGED)
    return line
