"""Renewal after a general election: planned, withdrawn before its day, and what it ended named again."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.audit import Tracked
from kvinnofrid.core.workflow import MoveRefused
from mandates import permissions
from mandates.actions.ending import prepare_draft
from mandates.actions.shared import draft_of, locked, named, require, touch
from mandates.actions.vacancies import leave_vacant
from mandates.enums import LineState
from mandates.models import Election, ElectionItem, Mandate, MandateSeat, Vacancy
from mandates.queries import PERSON_FIELDS, VACANCY_FIELDS, ordinary_line_on
from mandates.queries import elections as queries
from mandates.workflow import HELD_LINE_STATES, MANDATE, OPEN_LINE_STATES
from organisations.actions.roles import add_appointment, add_membership
from organisations.enums import Role
from organisations.models import (
    Appointment,
    DecidingBody,
    JointParticipant,
    Membership,
    Organisation,
    Partnership,
    Seat,
    User,
)

REASON = "Nyval efter allmänt val"
ENDS = ("ends_on", "ended_on")
DECIDES_END = ("ended", "changed", "reopened")  # of roles, offices and bodies; a line's agreed end is never changed
NOT_AHEAD = "Välj en dag som kommer."
NOTHING = "Inget av det du har valt fortsätter efter den dagen, så det finns inget att välja på nytt."
CHANGED_SINCE = "Det som skulle avslutas har ändrats. Granska listan igen innan du planerar nyvalet."
IN_THE_WAY = "Nyvalet kan inte återtas, för något har utsetts sedan det planerades."
BEGUN = "Nyvalet har trätt i kraft och kan inte återtas."
WITHDRAWN = "Nyvalet är återtaget."
GONE = "Det som skulle utses på nytt är borttaget."
HAS_DRAFT = (
    "{name} har redan ett utkast för platsen, {reference}, som inte börjar {day}. Be personen att ändra datumet där, "
    "eller att ta bort platsen ur utkastet."
)
LEFT = "{name} har inte längre något konto i portalen. Utse någon annan."


# --- plan -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_election(*, plan: queries.Plan, seen: str, by: User) -> Election:
    """End what goes on over the day, announce it, and open it to be named anew; the same day twice gives one.

    `seen` is the fingerprint of what was shown; raises MoveRefused when something else would end now.
    """
    require(permissions.may_plan_election(by))
    if plan.starts_on <= timezone.localdate():
        raise ValidationError({"starts_on": NOT_AHEAD})
    _take_turns(_forms(queries.covered(plan)), plan.organisations)
    there = queries.coming_election()
    if there and there.starts_on == plan.starts_on and not queries.covered(plan):
        return there
    if there:
        raise MoveRefused(f"Det finns redan ett nyval planerat från och med {there.starts_on}. Återta det först.")
    _hold(queries.covered(plan))
    items = queries.covered(plan)  # as they are now that nobody can change them
    if not items:
        raise ValidationError(NOTHING)
    if seen != queries.seen_of(plan, items):
        raise MoveRefused(CHANGED_SINCE)
    election = Election(starts_on=plan.starts_on, planned_at=timezone.now(), planned_by=by)
    audit.save(election, by=by, verb="planned")
    for item in items:
        item.election = election
        audit.save(item, by=by, verb="planned")
        _end(item, by)
    _announce(election, items, by)
    return election


def _take_turns(forms: Iterable[int], organisations: Iterable[int]) -> None:
    """Forms, organisations, the partnership: the order in which everybody takes them.

    Of forms the newest first: a line that is attested ends the one it replaces. Two coordinators wait for each other.
    """
    _hold_forms(forms)
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=set(organisations)).order_by("pk"))
    Partnership.objects.select_for_update(no_key=True).get()


def _hold_forms(forms: Iterable[int]) -> None:
    list(Mandate.objects.select_for_update(no_key=True).filter(pk__in=set(forms)).order_by("-pk"))


def _forms(items: Iterable[ElectionItem]) -> set[int]:
    return {item.line.mandate_id for item in items if item.line}


def _hold(items: list[ElectionItem]) -> None:
    """The rows that are to end, once their forms are held."""
    ended = [item.ended for item in items]
    seats = {row.seat_id for row in ended if isinstance(row, Appointment | MandateSeat)}
    list(Seat.objects.select_for_update(no_key=True).filter(pk__in=seats).order_by("pk"))
    for model in (Appointment, DecidingBody, Membership):
        keys = [row.pk for row in ended if isinstance(row, model)]
        list(model.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _end(item: ElectionItem, by: User) -> None:
    """The last day of what goes on is the day before.

    Until then it can be ended, renewed or handed over as if nothing were planned; one that somebody has ended later
    than that ends with the others.
    """
    row, last_day = item.ended, item.election.last_day
    if isinstance(row, MandateSeat) and row.ended_on:
        row.ended_on = last_day
    else:
        row.ends_on = last_day
    audit.save(row, by=by, verb="ended", reason=REASON)
    if isinstance(row, MandateSeat) and not queries.is_deputy(item):
        leave_vacant(row.seat, item.election.starts_on, by=by, note=REASON)


def _announce(election: Election, items: Iterable[ElectionItem], by: User) -> None:
    for ending in queries.endings(items, by):
        outbox.post(
            to=ending.administrators,
            event=f"election-{election.pk}-{ending.organisation.pk}",
            template="election_planned",
            path=election.get_absolute_url(),
            **announcement(election, ending),
        )


def announcement(election: Election, ending: queries.Ending) -> dict[str, Any]:
    """What the mail to an organisation's administrators tells."""
    return {"election": election, "organisation": ending.organisation, "labels": ending.opened}


# --- withdraw ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def withdraw_election(*, election: Election, reason: str, by: User) -> None:
    """Before the day: what stood stands again, but for what others have decided since.

    Refused, as a whole, where something that has been named is in the way.
    """
    require(permissions.may_plan_election(by))
    items = queries.items_of([election])
    _take_turns(_forms_since(items), {item.organisation_id for item in items})
    election = Election.objects.select_for_update(no_key=True).get(pk=election.pk)
    if election.withdrawn_at:
        raise MoveRefused(WITHDRAWN)
    if not queries.may_be_withdrawn(election):
        raise MoveRefused(BEGUN)
    items = queries.items_of([election])
    _hold_forms(_forms_since(items))  # with those that were begun while this waited
    _hold(items)
    in_the_way = [fault for item in items for fault in _restored(item, reason, by)]
    if in_the_way:
        raise MoveRefused(" ".join([IN_THE_WAY, *dict.fromkeys(in_the_way)]))
    election.withdrawn_at, election.withdrawn_by = timezone.now(), by
    audit.save(election, by=by, verb="withdrawn", reason=reason)
    for ending in queries.endings(items, by):
        outbox.post(
            to=ending.administrators,
            event=f"election-{election.pk}-{ending.organisation.pk}-withdrawn",
            template="election_withdrawn",
            path=election.get_absolute_url(),
            election=election,
            organisation=ending.organisation,
            reason=reason,
        )


def _restored(item: ElectionItem, reason: str, by: User) -> list[str]:
    """Gives the row back the end it had; returns what stands in the way of it.

    Where somebody has decided on another end since, or on the very same, that stands.
    """
    where = f"{item.organisation.short_name}: {queries.label_of(item)}"
    faults = [_new_body_taken_back(item, where, by), *_drafts_taken_back(item, where, reason, by)]
    row: Any = type(item.ended).objects.get(pk=item.ended.pk)
    ours = row.history.filter(
        verb="ended", history_change_reason=REASON, history_date__gte=item.election.planned_at
    ).last()
    before = ours.prev_record
    try:
        with transaction.atomic():
            _give_back(row, before, ours, reason, by)
            for line in _signed_since(item):
                _give_renewed_back(line, before, reason, by)
    except (ValidationError, IntegrityError):
        faults.append(f"{where} är redan utsedd på nytt.")
    if isinstance(row, MandateSeat) and not queries.is_deputy(item):
        _take_back_vacancy(row.seat, item.election, by)
    return [fault for fault in faults if fault]


def _give_back(row: Any, before: Any, ours: Any, reason: str, by: User) -> None:
    since = row.history.filter(verb__in=DECIDES_END, history_id__gt=ours.history_id)
    if not isinstance(row, MandateSeat) and since.exists():
        return
    changed = [name for name in ENDS if hasattr(row, name) and getattr(before, name) != getattr(ours, name)]
    if any(getattr(row, name) != getattr(before, name) for name in changed):
        for name in changed:
            setattr(row, name, getattr(before, name))
        audit.save(row, by=by, verb="restored", reason=reason)


def _forms_since(items: list[ElectionItem]) -> set[int]:
    """The forms of what is given back, and of what has come after it."""
    after = [line for item in items for line in (*_signed_since(item), *_named_since(item))]
    return _forms(items) | {line.mandate_id for line in after}


def _signed_since(item: ElectionItem) -> list[MandateSeat]:
    """The lines with which the person has renewed the item's line since, and that still have the end it got then."""
    election, found = item.election, list[MandateSeat]()
    ahead = [item.line] if item.line else []
    while ahead:
        after = MandateSeat.objects.filter(replaces__in=ahead).exclude(state=LineState.WITHDRAWN)
        ahead = list(after.select_related("mandate").order_by("pk"))
        found += ahead
    return [
        line
        for line in found
        if line.history.last().history_date >= election.planned_at
        and not line.history.exclude(ends_on=election.last_day).exists()
    ]


def _give_renewed_back(line: MandateSeat, before: Any, reason: str, by: User) -> None:
    """What is attested from now on is what is read: the form gets another version."""
    line.ends_on = before.ended_on or before.ends_on
    audit.save(line, by=by, verb="restored" if line.state in HELD_LINE_STATES else "saved", reason=reason)
    touch(Mandate.objects.get(pk=line.mandate_id), by)


def _take_back_vacancy(seat: Seat, election: Election, by: User) -> None:
    """Only where somebody holds the seat after all, and nobody has said anything about the vacancy since."""
    vacancy = Vacancy.objects.filter(seat=seat, starts_on=election.starts_on).first()
    if vacancy is None or ordinary_line_on(seat, election.starts_on) is None:
        return
    since = list(vacancy.history.filter(history_date__gte=election.planned_at))
    if [(row.note, row.history_user_id) for row in since] != [(REASON, election.planned_by_id)]:
        return
    if since[0].verb == "registered":
        audit.remove(vacancy, by=by, verb="removed")
        return
    before = since[0].prev_record
    for name in VACANCY_FIELDS:
        setattr(vacancy, name, getattr(before, name))
    audit.save(vacancy, by=by, verb="saved")


def _new_body_taken_back(item: ElectionItem, where: str, by: User) -> str:
    """The body that was to take over does not, unless somebody counts on it already."""
    body = item.new_body
    if body is None:
        return ""
    item.new_body = None
    audit.save(item, by=by, verb="restored")
    others = ElectionItem.objects.filter(new_body=body, election=item.election)
    made = body.history.filter(verb="added", history_change_reason=REASON, history_date__gte=item.election.planned_at)
    if not made.exists() or others.exists():
        return ""
    in_use = _counted_on(body)
    if in_use:
        return f"{where} har ett nytt organ, {body}, som redan används: {', '.join(in_use)}."
    body.starts_on, body.ends_on = None, timezone.localdate() - timedelta(days=1)  # it never began
    audit.save(body, by=by, verb="dropped")
    return ""


def _counted_on(body: DecidingBody) -> list[str]:
    """What refers to a new body, in words; the principals of a joint committee came with it."""
    found = []
    for relation in DecidingBody._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not relation.one_to_many or not issubclass(model, Tracked) or model is ElectionItem:
            continue
        rows = model._base_manager.filter(**{relation.field.name: body})  # type: ignore[union-attr]
        if model is JointParticipant:
            copied = JointParticipant.history.filter(body_id=body.pk, verb="added", history_change_reason=REASON)
            rows = rows.exclude(pk__in=copied.values("id"))
        if rows.exists():
            found.append(str(model._meta.verbose_name_plural))
    return found


def _named_since(item: ElectionItem) -> list[MandateSeat]:
    """The lines that have been prepared for the same person, and that are not attested yet."""
    if item.line is None:
        return []
    lines = MandateSeat.objects.filter(
        seat=item.line.seat_id,
        mandate__representative=item.line.mandate.representative_id,
        replaces=None,
        state__in=[LineState.DRAFT, *OPEN_LINE_STATES],
    )
    firsts = [(line, line.history.last()) for line in lines.select_related("mandate").order_by("pk")]
    election = item.election
    return [
        line
        for line, first in firsts
        if first.history_date >= election.planned_at and first.starts_on == election.starts_on
    ]


def _drafts_taken_back(item: ElectionItem, where: str, reason: str, by: User) -> list[str]:
    """What nobody has touched goes with the renewal, and its person is told; returns what stands in the way."""
    faults = []
    for line in _named_since(item):
        mandate = Mandate.objects.select_related("representative").get(pk=line.mandate_id)
        if _is_touched(line, mandate):
            state = "har sparats" if line.state == LineState.DRAFT else "är inskickat"
            faults.append(f"{where}: {mandate.reference} {state}.")
            continue
        for contact in line.contacts.all():
            audit.remove(contact, by=by, verb="removed")
        audit.remove(line, by=by, verb="removed", reason=reason)
        if mandate.lines.exists() or mandate.created_at < item.election.planned_at:
            touch(mandate, by)
        else:
            mandate.state = MANDATE.check(mandate.state, "withdraw", reason=reason).target
            mandate.withdrawn_at, mandate.withdrawn_by = timezone.now(), by
            mandate.version += 1
            audit.save(mandate, by=by, verb="withdrawn", reason=reason)
        if mandate.representative != by:
            outbox.post(
                to=[mandate.representative],
                event=f"election-draft-{item.line_id}-{mandate.pk}-withdrawn",
                template="election_draft_withdrawn",
                path=mandate.get_absolute_url(),
                election=item.election,
                line=line,
                mandate=mandate,
                reason=reason,
            )
    return faults


def _is_touched(line: MandateSeat, mandate: Mandate) -> bool:
    """Whether somebody has saved, sent in or been reminded of it, or changed what it says about the person."""
    made = line.history.last()
    then = mandate.history.filter(history_date__lte=made.history_date).first()
    is_same = all(getattr(then, name) == getattr(mandate, name) for name in PERSON_FIELDS)
    return not is_same or line.history.count() > 1 or line.reminders.exists()


# --- name again -------------------------------------------------------------------------------------------------------


@transaction.atomic
def name_again(*, item: ElectionItem, by: User) -> Mandate | None:
    """The same body or person goes on; for a seat held by mandate, returns the draft made from the old form.

    Raises MoveRefused where somebody has been named already.
    """
    item = _open_item(item, by)
    person = queries.person_of(item)
    if person and not person.is_active:
        raise MoveRefused(LEFT.format(name=named(person)))
    if item.line:
        return _draft_again(item.line, item.election, by)
    facts: Any = {"by": by, "starts_on": item.election.starts_on, "ends_on": None, "reason": REASON}
    if item.membership:
        role = item.membership
        add_membership(user=role.user, role=Role(role.role), scope=role.scope, **facts)
    elif item.appointment:
        add_appointment(seat=item.appointment.seat, holder=item.appointment.holder, **facts)
    elif item.body:
        _reopen_body(item.body, by)
    return None


@transaction.atomic
def name_body(*, item: ElectionItem, name: str, by: User) -> None:
    """Another body takes over from the ended one: a new one, or one there is, such as when two become one."""
    item = _open_item(item, by)
    ended = item.body
    if ended is None:
        raise MoveRefused("Bara ett organ kan få ett nytt namn här.")
    same = DecidingBody.objects.filter(organisation=item.organisation, name__iexact=name).first()
    if same == ended:
        _reopen_body(ended, by)
        return
    if same and same.history.first().verb == "dropped":  # named before, in a renewal that was withdrawn
        same.starts_on, same.ends_on = item.election.starts_on, None
        audit.save(same, by=by, verb="added", reason=REASON)
    if same and not same.covers(item.election.starts_on):
        raise ValidationError({"name": f"{same} är avslutat. Skriv ett annat namn."})
    item.new_body = same or _new_body(ended, name, item.election, by)
    audit.save(item, by=by, verb="named")


def _open_item(item: ElectionItem, by: User) -> ElectionItem:
    """The item as it is now, of an organisation whose items are named one at a time."""
    if item.line:
        locked(item.line.mandate)
    person = queries.person_of(item)
    if person:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
    Organisation.objects.select_for_update(no_key=True).get(pk=item.organisation_id)
    election = Election.objects.select_for_update(no_key=True).get(pk=item.election_id)
    found = next((one for one in queries.items_of([election]) if one.pk == item.pk), None)
    if found is None:
        raise MoveRefused(GONE)
    item = found
    require(permissions.may_name_again(by, item))
    if election.withdrawn_at:
        raise MoveRefused(WITHDRAWN)
    state = queries.state_of(item, queries.facts_of(item.election, [item]))
    if state != queries.MISSING:
        raise MoveRefused(f"{queries.label_of(item)} är redan utsedd.")
    return item


def _reopen_body(body: DecidingBody, by: User) -> None:
    """With the end that it had before, if any."""
    before = next((row for row in body.history.all() if row.ends_on != body.ends_on), None)
    body.ends_on = before.ends_on if before else None
    audit.save(body, by=by, verb="reopened", reason=REASON)


def _new_body(ended: DecidingBody, name: str, election: Election, by: User) -> DecidingBody:
    body = DecidingBody(organisation=ended.organisation, kind=ended.kind, name=name, starts_on=election.starts_on)
    audit.save(body, by=by, verb="added", reason=REASON)
    for row in ended.participants.select_related("organisation"):
        audit.save(JointParticipant(body=body, organisation=row.organisation), by=by, verb="added", reason=REASON)
    return body


def _draft_again(line: MandateSeat, election: Election, by: User) -> Mandate:
    """A draft from the old line, from the day; a person with several seats has them all on one."""
    mandate = locked(line.mandate)
    person = mandate.representative
    begun = draft_of(person, mandate.edition.forum)
    if begun and begun.lines.filter(seat=line.seat_id).exists():
        facts = {"reference": begun.reference, "day": election.starts_on}
        raise MoveRefused(HAS_DRAFT.format(name=named(person), **facts))
    draft = prepare_draft(person, mandate, [line], by, verb="renewed")
    if person != by:
        outbox.post(
            to=[person],
            event=f"election-draft-{line.pk}-{draft.pk}",
            template="election_draft",
            path=draft.get_absolute_url(),
            line=line,
            mandate=draft,
            actor=named(by),
        )
    return draft
