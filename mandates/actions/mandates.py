"""Changes to mandates: permission → lock → move → facts → history and messages, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.access import Refused
from kvinnofrid.core.history import UNNAMED, has_open_identity
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions, queries
from mandates.enums import LineState, MandateState
from mandates.models import FormEdition, InternalContact, Mandate, MandateSeat
from mandates.workflow import HELD_LINE_STATES, LINE, MANDATE
from organisations.models import Seat, User

OVERLAP = (
    "{seat} har redan en ordinarie representant under perioden. Avsluta det uppdraget först, eller ändra startdatumet."
)


class Incomplete(Exception):
    """The form lacks something; `problems` says what and on which step."""

    def __init__(self, problems: Sequence[queries.Problem]) -> None:
        super().__init__("Uppdraget är inte komplett.")
        self.problems = problems


@transaction.atomic
def start_mandate(*, edition: FormEdition, by: User) -> Mandate:
    """The person's draft for the edition's forum: the one there is, or a new one prefilled from the portal."""
    _require(permissions.may_start(by))
    User.objects.select_for_update().get(pk=by.pk)  # a double click finds the first one's draft
    draft = Mandate.objects.drafts().filter(representative=by, edition__forum=edition.forum).first()
    if draft:
        return draft
    mandate = Mandate(
        edition=edition,
        representative=by,
        name=by.name,
        title=by.title,
        email=by.email,
        phone=by.phone,
        private_phone=by.private_phone,
    )
    audit.save(mandate, by=by, verb="started")
    seats = list(queries.seats_to_choose(by, edition.forum))
    if len(seats) == 1:
        _add_line(mandate, seats[0], by)
    return mandate


@transaction.atomic
def save_person(*, mandate: Mandate, values: Mapping[str, Any], by: User, seen: str = "") -> None:
    """Name and contact details on the form. Raises Overtaken when they are not those that the person saw."""
    mandate = _locked(mandate)
    _require(permissions.may_edit(by, mandate))
    if not queries.person_is_editable(mandate):
        raise MoveRefused("Uppgifterna är attesterade och kan inte ändras.")
    refuse_if_overtaken(seen, stands=queries.person_values(mandate), wanted=values)
    for name in queries.PERSON_FIELDS:
        setattr(mandate, name, values[name])
    _touch(mandate, by)


@transaction.atomic
def choose_seats(*, mandate: Mandate, seats: Collection[Seat], by: User) -> None:
    """Which organisations the draft is for: adds and removes lines."""
    mandate = _locked(mandate)
    _require(permissions.may_edit(by, mandate))
    if mandate.state != MandateState.DRAFT:
        raise MoveRefused("Uppdraget är inskickat. Organisationerna kan inte längre ändras.")
    allowed = {seat.pk for seat in queries.seats_to_choose(by, mandate.edition.forum)}
    if any(seat.pk not in allowed for seat in seats):
        raise Refused
    chosen = {seat.pk: seat for seat in seats}
    for line in mandate.lines.exclude(seat__in=chosen):
        for contact in line.contacts.all():
            audit.remove(contact, by=by, verb="removed")
        audit.remove(line, by=by, verb="removed")
    present = set(mandate.lines.values_list("seat_id", flat=True))
    for seat in seats:
        if seat.pk not in present:
            _add_line(mandate, seat, by)
    _touch(mandate, by)


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
    mandate = _locked(line.mandate)
    line = mandate.lines.select_related("seat__organisation").get(pk=line.pk)
    _require(permissions.may_fill_in(by, line))
    if line.state not in {LineState.DRAFT, LineState.RETURNED}:
        raise MoveRefused("Raden är inskickad och kan inte ändras.")
    rows = [{name: row.get(name, "") for name in queries.CONTACT_FIELDS} for row in contacts]
    refuse_if_overtaken(seen, stands=queries.line_values(line), wanted={**values, "contacts": rows})
    for name in queries.LINE_FIELDS:
        setattr(line, name, values[name])
    audit.save(line, by=by, verb="saved")
    _save_contacts(line, contacts, by)
    _touch(mandate, by)


@transaction.atomic
def submit(*, mandate: Mandate, by: User) -> None:
    """Send the draft, or the mended lines, to the commissioners."""
    mandate = _locked(mandate)
    _require(permissions.may_edit(by, mandate))
    move = MANDATE.check(mandate.state, "submit")
    lines = [line for line in queries.full_lines(mandate) if LINE.allows(line.state, "submit")]
    if mandate.state == MandateState.SUBMITTED:
        lines = [line for line in lines if permissions.may_fill_in(by, line)]
        if not lines:
            raise MoveRefused("Uppdraget är redan inskickat.")
    problems = queries.problems(mandate)
    if problems:
        raise Incomplete(problems)
    _require(all(permissions.may_fill_in(by, line) for line in lines))
    now = timezone.now()
    if mandate.submitted_at is None:
        mandate.submitted_at, mandate.submitted_by = now, by
    mandate.state = move.target
    mandate.version += 1
    audit.save(mandate, by=by, verb="submitted")
    for line in lines:
        _set_line(line, "submit", waiting_since=now)
        audit.save(line, by=by, verb="submitted")
        _tell(line, "submitted", [line.commissioner], by)


@transaction.atomic
def attest(*, line: MandateSeat, version: int, by: User) -> None:
    """The commissioner gives the mandate for the own organisation's line.

    Raises MoveRefused when the form has changed since it was read, or when the seat is taken in the period.
    """
    line = _line_to_decide(line, version, by)
    Seat.objects.select_for_update().get(pk=line.seat_id)  # two mandates for one seat take turns
    _set_line(line, "attest", attested_at=timezone.now(), attested_by=by)
    try:
        with transaction.atomic():
            audit.save(line, by=by, verb="attested")
    except (IntegrityError, ValidationError) as error:
        raise MoveRefused(OVERLAP.format(seat=line.seat)) from error
    _tell(line, "attested", [line.mandate.representative], by)


@transaction.atomic
def send_back(*, line: MandateSeat, version: int, comment: str, by: User) -> None:
    """The commissioner asks for a correction, with a comment."""
    line = _line_to_decide(line, version, by)
    _set_line(line, "send_back", reason=comment, returned_at=timezone.now(), returned_by=by, return_comment=comment)
    audit.save(line, by=by, verb="sent_back", reason=comment)
    _tell(line, "sent_back", [line.mandate.representative], by, comment=comment)


@transaction.atomic
def withdraw(*, mandate: Mandate, reason: str, by: User) -> None:
    """Take back what has not begun. A line that is or has been in force stays: it is ended, on its own."""
    mandate = _locked(mandate)
    _require(permissions.may_edit(by, mandate))
    move = MANDATE.check(mandate.state, "withdraw", reason=reason)
    lines = queries.full_lines(mandate)
    kept = [line for line in lines if _has_begun(line)]
    taken_back = [line for line in lines if line not in kept and LINE.allows(line.state, "withdraw")]
    if kept and not taken_back:
        raise MoveRefused("Ett attesterat uppdrag som har börjat gälla kan inte återtas. Avsluta det i stället.")
    waiting = [line for line in taken_back if line.state != LineState.DRAFT]
    for line in taken_back:
        _set_line(line, "withdraw", reason=reason)
        audit.save(line, by=by, verb="withdrawn", reason=reason)
    if not kept:
        mandate.state = move.target
        mandate.withdrawn_at, mandate.withdrawn_by = timezone.now(), by
    elif all(line.state == LineState.ENDED for line in kept):
        mandate.state = MANDATE.check(mandate.state, "end", reason=reason).target
    mandate.version += 1
    audit.save(mandate, by=by, verb="partly_withdrawn" if kept else "withdrawn", reason=reason)
    for line in waiting:
        _tell(line, "withdrawn", [line.commissioner], by, reason=reason)


def _has_begun(line: MandateSeat) -> bool:
    """Whether the line makes, or has made, somebody the representative."""
    held = line.state in HELD_LINE_STATES
    return held and line.starts_on is not None and line.starts_on <= timezone.localdate()


@transaction.atomic
def end_line(*, line: MandateSeat, ended_on: date, reason: str, by: User) -> None:
    """End an attested line; `ended_on` is its last day. The form is ended with its last open line."""
    mandate = _locked(line.mandate)
    line = queries.full_lines(mandate).get(pk=line.pk)
    _require(permissions.may_end(by, line))
    _set_line(line, "end", reason=reason, ended_on=ended_on, ended_by=by)
    if line.starts_on and ended_on < line.starts_on:
        raise ValidationError({"ended_on": f"Uppdraget börjar {line.starts_on}. Det kan inte avslutas före det."})
    if line.ends_on and ended_on > line.ends_on:
        raise ValidationError({"ended_on": f"Uppdraget slutar redan {line.ends_on}."})
    audit.save(line, by=by, verb="ended", reason=reason)
    mandate.version += 1
    if all(other.state in {LineState.ENDED, LineState.WITHDRAWN} for other in mandate.lines.all()):
        mandate.state = MANDATE.check(mandate.state, "end", reason=reason).target
    audit.save(mandate, by=by, verb="ended" if mandate.state == MandateState.ENDED else "line_ended", reason=reason)
    _tell(line, "ended", [mandate.representative, line.commissioner], by, reason=reason)


def _require(permitted: bool) -> None:
    if not permitted:
        raise Refused


def _locked(mandate: Mandate) -> Mandate:
    """The mandate as it is now, held until the transaction ends: every change to it or its lines starts here."""
    return (
        Mandate.objects.select_for_update(of=["self"])
        .select_related("edition__forum", "representative")
        .get(pk=mandate.pk)
    )


def _touch(mandate: Mandate, by: User) -> None:
    mandate.version += 1
    audit.save(mandate, by=by, verb="saved")


def _add_line(mandate: Mandate, seat: Seat, by: User) -> None:
    line = MandateSeat(mandate=mandate, seat=seat)
    before = queries.latest_held_line(seat)
    if before:
        line.share_percent, line.case_number = before.share_percent, before.case_number
    commissioners = list(queries.commissioners_to_choose(line)[:2])
    if len(commissioners) == 1:
        line.commissioner = commissioners[0]
    audit.save(line, by=by, verb="added")
    for contact in before.contacts.all() if before else []:
        copied = {"name": contact.name, "role": contact.role, "email": contact.email, "phone": contact.phone}
        audit.save(InternalContact(line=line, **copied), by=by, verb="added")


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
    mandate = _locked(line.mandate)
    line = queries.full_lines(mandate).get(pk=line.pk)
    _require(permissions.may_attest(by, line))
    if mandate.version != version and line.state == LineState.WAITING:
        raise MoveRefused("Uppdraget har ändrats sedan du öppnade sidan. Läs igenom det igen innan du går vidare.")
    return line


def _set_line(line: MandateSeat, verb: str, *, reason: str = "", **facts: Any) -> None:
    """Move a line, clear the facts of the state it leaves, and set those of the one it enters."""
    line.state = LINE.check(line.state, verb, reason=reason).target
    line.waiting_since = None
    line.returned_at, line.returned_by, line.return_comment = None, None, ""
    for name, value in facts.items():
        setattr(line, name, value)


def _tell(line: MandateSeat, event: str, to: Sequence[User | None], by: User, **context: Any) -> None:
    """A message to whoever has the next move or must know; never to the one who acted, nor to one who has left."""
    mandate = line.mandate
    others = [user for user in to if user and user.pk != by.pk]
    outbox.post(
        to=[user for user in others if user.pk == mandate.representative_id or permissions.sees_in_full(user, line)],
        event=f"mandate-line-{line.pk}-{event}-{line.history.count()}",
        template=f"mandate_{event}",
        path=mandate.get_absolute_url(),
        mandate=mandate,
        line=line,
        actor=by.name if has_open_identity(by) else UNNAMED,  # it may be read outside the person's organisation
        **context,
    )
