"""Renewals after a general election: what one would end, and how far what it ended has been named anew."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.history import Event, events, latest_first
from kvinnofrid.core.ordering import swedish
from kvinnofrid.core.overtaking import fingerprint
from mandates import permissions
from mandates.enums import ElectionKind, LineKind, LineState
from mandates.models import Election, ElectionItem, Mandate, MandateSeat
from mandates.workflow import EDITABLE_LINE_STATES
from organisations.enums import ForumKind, OrganisationKind, Role
from organisations.models import Appointment, DecidingBody, Membership, Organisation, User
from organisations.permissions import is_coordinator, may_manage_members, may_register, sees_coverage, sees_internal
from organisations.queries import PersonCard, card, place_url

ELECTED_ORGANISATIONS = (OrganisationKind.MUNICIPALITY, OrganisationKind.REGION)  # preselected
ELECTED_FORUMS = (ForumKind.COUNTY_GROUP, ForumKind.WELFARE_COUNCIL)  # the same
ORDER = list(ElectionKind)
ROLES = {ElectionKind.CHAIR: Role.CHAIR, ElectionKind.COMMISSIONER: Role.COMMISSIONER}
HISTORY = {
    "planned": "Planerade nyvalet och meddelade administratörerna.",
    "withdrawn": "Återtog nyvalet. Det som gällde förut gäller igen.",
}


# --- what a renewal would end -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What the coordinator has chosen: from which day, what, and for whom."""

    starts_on: date
    kinds: frozenset[str]
    organisations: frozenset[int]
    forums: frozenset[int]

    @property
    def last_day(self) -> date:
        return self.starts_on - timedelta(days=1)

    def crossing(self, rows: QuerySet[Any]) -> Any:
        """Of rows with a period, those that go on over the turn."""
        found: Any = rows
        return found.active_on(self.last_day).active_on(self.starts_on)


def next_new_year() -> date:
    """When committees are elected anew, the year after a general election."""
    return date(timezone.localdate().year + 1, 1, 1)


def covered(plan: Plan) -> list[ElectionItem]:
    """What would end the day before and be named anew, by organisation; not saved. At most seven queries."""
    items: list[ElectionItem] = []
    if ElectionKind.BODY in plan.kinds:
        items += _bodies(plan)
    if ElectionKind.CHAIR in plan.kinds:
        items += _chairs(plan)
    if ElectionKind.SEAT in plan.kinds:
        items += _seats(plan)
    if ElectionKind.COMMISSIONER in plan.kinds:
        items += _commissioners(plan)
    names = {key: place for place, key in enumerate(Organisation.objects.in_order().values_list("pk", flat=True))}
    return sorted(items, key=lambda item: (names[item.organisation_id], ORDER.index(ElectionKind(item.kind))))


def seen_of(plan: Plan, items: Iterable[ElectionItem]) -> str:
    """The fingerprint of what would end, so that what is planned is what was read."""
    return fingerprint({"day": plan.starts_on, "items": [[item.kind, item.ended.pk] for item in items]})


def _bodies(plan: Plan) -> list[ElectionItem]:
    bodies = plan.crossing(DecidingBody.objects.filter(organisation__in=plan.organisations))
    rows = bodies.select_related("organisation").order_by(swedish("name"), "pk")
    return [ElectionItem(kind=ElectionKind.BODY, organisation=body.organisation, body=body) for body in rows]


def _chairs(plan: Plan) -> list[ElectionItem]:
    """A chair belongs to the organisation whose seat in the forum the person holds, or else to the convener."""
    chairs = plan.crossing(Membership.objects.filter(role=Role.CHAIR, forum__in=plan.forums))
    seats: dict[tuple[int, int], Organisation] = {}
    offices = Appointment.objects.active_on(timezone.localdate()).filter(seat__forum__in=plan.forums)
    for office in offices.select_related("seat__organisation").order_by("pk"):
        seats.setdefault((office.seat.forum_id, office.holder_id), office.seat.organisation)
    lines = MandateSeat.objects.held_on(timezone.localdate()).filter(seat__forum__in=plan.forums)
    for line in lines.select_related("seat__organisation", "mandate").order_by("pk"):
        seats.setdefault((line.seat.forum_id, line.mandate.representative_id), line.seat.organisation)
    found = []
    for chair in chairs.select_related("forum__convener", "user").order_by(swedish("forum__name"), "pk"):
        organisation = seats.get((chair.forum_id, chair.user_id)) or chair.forum.convener
        if organisation and organisation.pk in plan.organisations:
            found.append(ElectionItem(kind=ElectionKind.CHAIR, organisation=organisation, membership=chair))
    return found


def _seats(plan: Plan) -> list[ElectionItem]:
    """By office and by mandate, deputies too. A line that was to end after the turn ends with it."""
    of_the_chosen = Q(seat__forum__in=plan.forums, seat__organisation__in=plan.organisations)
    order = (swedish("seat__forum__name"), "seat__function", "pk")
    offices = plan.crossing(Appointment.objects.filter(of_the_chosen))
    offices = offices.select_related("seat__organisation", "seat__forum", "holder")
    lines = MandateSeat.objects.filter(of_the_chosen)
    lines = lines.held_on(plan.last_day).held_on(plan.starts_on)
    lines = lines.select_related("seat__organisation", "seat__forum", "mandate__representative")
    return [
        *(
            ElectionItem(kind=ElectionKind.SEAT, organisation=office.seat.organisation, appointment=office)
            for office in offices.order_by(*order)
        ),
        *(
            ElectionItem(kind=ElectionKind.SEAT, organisation=line.seat.organisation, line=line)
            for line in lines.order_by(*order)
        ),
    ]


def _commissioners(plan: Plan) -> list[ElectionItem]:
    roles = plan.crossing(Membership.objects.filter(role=Role.COMMISSIONER, organisation__in=plan.organisations))
    rows = roles.select_related("organisation", "user").order_by(swedish("user__name"), "pk")
    return [
        ElectionItem(kind=ElectionKind.COMMISSIONER, organisation=role.organisation, membership=role) for role in rows
    ]


@dataclass(frozen=True)
class Row:
    """One thing that ends: what, whose, and whether it is to be named anew."""

    item: ElectionItem
    label: str
    person: PersonCard | None
    may_name_again: bool = False

    @property
    def is_deputy(self) -> bool:
        return is_deputy(self.item)


@dataclass(frozen=True)
class Ending:
    """What ends for one organisation, and who is told."""

    organisation: Organisation
    rows: list[Row]
    administrators: list[User]

    @property
    def opened(self) -> list[str]:
        """What is to be named anew, once each."""
        return list(dict.fromkeys(row.label for row in self.rows if not row.is_deputy))


@dataclass(frozen=True)
class Preview:
    """What a renewal would do, before it is planned."""

    plan: Plan
    endings: list[Ending]
    seen: str

    @property
    def ended(self) -> int:
        return sum(len(ending.rows) for ending in self.endings)

    @property
    def opened(self) -> int:
        return sum(len(ending.opened) for ending in self.endings)

    @property
    def counts(self) -> list[tuple[str, int]]:
        kinds = [row.item.kind for ending in self.endings for row in ending.rows]
        return [(str(kind.label), kinds.count(kind)) for kind in ORDER if kind in self.plan.kinds]

    @property
    def recipients(self) -> int:
        return len({person.pk for ending in self.endings for person in ending.administrators})

    @property
    def untold(self) -> list[Organisation]:
        """Organisations in which there is no administrator to tell."""
        return [ending.organisation for ending in self.endings if not ending.administrators]


def preview(plan: Plan, reader: User) -> Preview:
    items = covered(plan)
    return Preview(plan, endings(items, reader), seen_of(plan, items))


def endings(items: Iterable[ElectionItem], reader: Any) -> list[Ending]:
    """The items by organisation, in the order given, with the administrators of each: one query."""
    grouped: dict[Organisation, list[Row]] = defaultdict(list)
    for item in items:
        grouped[item.organisation].append(row_of(item, reader))
    holding = Membership.objects.active_on(timezone.localdate()).filter(
        role=Role.ADMINISTRATOR, user__is_active=True, organisation__in=grouped
    )
    administrators: dict[int | None, list[User]] = defaultdict(list)
    for membership in holding.select_related("user").order_by(swedish("user__name"), "pk"):
        administrators[membership.organisation_id].append(membership.user)
    return [Ending(place, rows, administrators[place.pk]) for place, rows in grouped.items()]


def row_of(item: ElectionItem, reader: Any) -> Row:
    label, person = label_of(item), person_of(item)
    shown = item.line.mandate if item.line else None
    found = _card(item, person, reader, shown) if person else None
    goes_on = person is None or person.is_active
    return Row(item, label, found, goes_on and permissions.may_name_again(reader, item))


def _card(item: ElectionItem, person: User, reader: Any, shown: Mandate | None = None) -> PersonCard:
    """A forum's chair may come from any organisation, so a protected one is named only where the person acts."""
    if item.kind != ElectionKind.CHAIR or not person.has_protected_identity or reader == person:
        function = label_of(item).partition(" i ")[0]
        return card(person=person, organisation=item.organisation, function=function, reader=reader, shown=shown)
    own = next((one for one in _organisations_of(person) if sees_internal(reader, one)), None)
    if own is None and not is_coordinator(reader):
        return PersonCard(label_of(item), "", "", "", True)
    return card(person=person, organisation=own or item.organisation, function="", reader=reader)


def _organisations_of(person: User) -> QuerySet[Organisation]:
    """Where the person has a role or a seat today."""
    today = timezone.localdate()
    roles = Membership.objects.active_on(today).filter(user=person)
    offices = Appointment.objects.active_on(today).filter(holder=person)
    lines = MandateSeat.objects.held_on(today).filter(mandate__representative=person)
    return Organisation.objects.filter(
        Q(pk__in=roles.values("organisation"))
        | Q(pk__in=offices.values("seat__organisation"))
        | Q(pk__in=lines.values("seat__organisation"))
    )


def label_of(item: ElectionItem) -> str:
    """What is ended, and is to be named anew, in words."""
    if item.body:
        return item.body.name
    if item.kind == ElectionKind.COMMISSIONER:
        return "Uppdragsgivare"
    if item.membership and item.membership.forum:
        return f"Ordförande i {item.membership.forum}"
    seat = seat_of(item)
    if is_deputy(item):
        return f"Ersättare i {seat.forum}"
    return f"{seat.function} i {seat.forum}" if seat.function else f"Plats i {seat.forum}"


def is_deputy(item: ElectionItem) -> bool:
    """A deputy ends with the representative, and is named anew only if the organisation wishes."""
    return item.line is not None and item.line.kind == LineKind.DEPUTY


def seat_of(item: ElectionItem) -> Any:
    held = item.appointment or item.line
    return held.seat if held else None


def person_of(item: ElectionItem) -> User | None:
    if item.membership:
        return item.membership.user
    if item.appointment:
        return item.appointment.holder
    return item.line.mandate.representative if item.line else None


# --- how far it has come ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """How far something has come, in words."""

    text: str
    tone: str
    is_done: bool = False


MISSING = State("Saknas", "bad")
NAMED = State("Utsedd", "good", is_done=True)
PERSON_NAMED = State("Utsedd", "info")  # who is to fill in the form, or to mend it
SENT_IN = State("Uppdrag inskickat", "waiting")
ATTESTED = State("Attesterat", "good", is_done=True)
STATES = {
    LineState.DRAFT: PERSON_NAMED,
    LineState.WAITING: SENT_IN,
    LineState.RETURNED: PERSON_NAMED,
    LineState.ATTESTED: ATTESTED,
    LineState.ENDED: ATTESTED,
}
FARTHEST = [ATTESTED, SENT_IN, PERSON_NAMED, MISSING]


@dataclass(frozen=True)
class Need:
    """What an organisation is to name anew, from what the portal knows today."""

    label: str
    rows: list[Row]
    state: State
    named: list[str]
    url: str = ""
    action: str = ""

    @property
    def whose(self) -> str:
        """Who in the organisation names it."""
        return "Registratorn" if self.rows[0].item.body else "Administratören"

    @property
    def again(self) -> list[Row]:
        """Who, or what, the reader can name again in one step."""
        return [row for row in self.rows if row.may_name_again] if self.state == MISSING else []


@dataclass(frozen=True)
class Progress:
    """One organisation's needs."""

    organisation: Organisation
    needs: list[Need]

    @property
    def done(self) -> int:
        return sum(need.state.is_done for need in self.needs)


@dataclass
class Facts:
    """What has been named for the time from the day, whoever did it: three queries for any number of items."""

    election: Election
    lines: dict[int, list[MandateSeat]] = field(default_factory=lambda: defaultdict(list))
    offices: dict[int, list[Appointment]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[tuple[str, int | None, int | None], list[Membership]] = field(default_factory=lambda: defaultdict(list))


def facts_of(election: Election, items: list[ElectionItem]) -> Facts:
    facts = Facts(election)
    not_over = Q(ends_on__isnull=True) | Q(ends_on__gte=election.starts_on)
    lines = MandateSeat.objects.ordinary().filter(not_over, seat__in={item.line.seat_id for item in items if item.line})
    lines = lines.exclude(state=LineState.WITHDRAWN).exclude(ended_on__lt=election.starts_on)
    since = Q(mandate__created_at__gte=election.planned_at) | Q(starts_on__gte=election.starts_on)
    lines = lines.filter(since | ~Q(state__in=EDITABLE_LINE_STATES))  # what was begun before is about another time
    for line in lines.select_related("mandate__representative", "seat__organisation").order_by("pk"):
        facts.lines[line.seat_id].append(line)
    seats = {item.appointment.seat_id for item in items if item.appointment}
    for office in Appointment.objects.filter(not_over, seat__in=seats).select_related("holder").order_by("pk"):
        facts.offices[office.seat_id].append(office)
    held = [item.membership for item in items if item.membership]
    roles = Membership.objects.filter(
        Q(role=Role.CHAIR, forum__in={role.forum_id for role in held if role.forum_id})
        | Q(role=Role.COMMISSIONER, organisation__in={role.organisation_id for role in held if role.organisation_id}),
        not_over,
        user__is_active=True,
    )
    for role in roles.select_related("user").order_by("pk"):
        facts.roles[_place(role)].append(role)
    return facts


def _place(role: Membership) -> tuple[str, int | None, int | None]:
    return role.role, role.organisation_id, role.forum_id


def items_of(elections: Iterable[Election], organisations: QuerySet[Organisation] | None = None) -> list[ElectionItem]:
    """The items with all that their pages show; of some organisations only, where told. One query."""
    items = ElectionItem.objects.filter(election__in=elections).select_related(
        "election",
        "organisation",
        "body",
        "new_body",
        "membership__forum",
        "membership__user",
        "appointment__seat__forum",
        "appointment__holder",
        "line__seat__forum",
        "line__mandate__representative",
    )
    if organisations is not None:
        items = items.filter(organisation__in=organisations)
    return list(items.order_by(swedish("organisation__name"), "pk"))


def progress(election: Election, items: list[ElectionItem], reader: Any) -> list[Progress]:
    """What each organisation is to name anew, and how far it has come; the same number of queries for any number."""
    facts = facts_of(election, items)
    grouped: dict[Organisation, dict[Any, list[Row]]] = {}
    for item in items:
        if not is_deputy(item):
            needs = grouped.setdefault(item.organisation, {})
            needs.setdefault(_need_key(item), []).append(row_of(item, reader))
    return [
        Progress(organisation, [_need(rows, facts, reader) for rows in needs.values()])
        for organisation, needs in grouped.items()
    ]


def _need_key(item: ElectionItem) -> Any:
    """Two commissioners of an organisation are one need: the organisation lacks one until it has named somebody."""
    return _place(item.membership) if item.membership else (item.kind, item.ended.pk)


def state_of(item: ElectionItem, facts: Facts) -> State:
    """How far one item has come."""
    if item.body:
        return NAMED if new_body_of(item) else MISSING
    if item.line:
        found = [STATES[LineState(line.state)] for line in facts.lines[item.line.seat_id]]
        return min([*found, MISSING], key=FARTHEST.index)
    if item.appointment:
        return NAMED if facts.offices[item.appointment.seat_id] else MISSING
    return NAMED if item.membership and facts.roles[_place(item.membership)] else MISSING


def new_body_of(item: ElectionItem) -> DecidingBody | None:
    """The body for the time from the day: another, or the same where it goes on."""
    body = item.body
    return item.new_body or (body if body and body.covers(item.election.starts_on) else None)


def _need(rows: list[Row], facts: Facts, reader: Any) -> Need:
    item = rows[0].item
    state = state_of(item, facts)
    named = _named(item, state, facts, reader)
    url, action = _where(item, state, facts, reader)
    return Need(rows[0].label, rows, state, named, url, action)


def _named(item: ElectionItem, state: State, facts: Facts, reader: Any) -> list[str]:
    """Who, or what, has been named."""
    if item.body:
        body = new_body_of(item)
        return [body.name] if body else []
    people: list[tuple[User, Mandate | None]]
    if item.line:
        found = [one for one in facts.lines[item.line.seat_id] if STATES[LineState(one.state)] == state]
        people = [(line.mandate.representative, line.mandate) for line in found]
    elif item.appointment:
        people = [(office.holder, None) for office in facts.offices[item.appointment.seat_id]]
    else:
        people = [(role.user, None) for role in facts.roles[_place(item.membership)]] if item.membership else []
    return [_card(item, person, reader, form).name for person, form in people]


def _where(item: ElectionItem, state: State, facts: Facts, reader: Any) -> tuple[str, str]:
    """Where the reader does it, or sees it done; nowhere for who only reads."""
    if item.line:
        if state != MISSING and sees_internal(reader, item.organisation):
            found = [one for one in facts.lines[item.line.seat_id] if STATES[LineState(one.state)] == state]
            return found[0].mandate.get_absolute_url(), f"Öppna {found[0].mandate.reference}"
        if state == MISSING and may_manage_members(reader, item.organisation):
            return place_url(item.organisation, "member_list"), "Ge någon rollen representant"
        return "", ""
    if state.is_done:
        return "", ""
    if item.body:
        url = reverse("election_body", args=[item.election_id, item.pk])
        return (url, "Ange det nya organet") if may_register(reader, item.organisation) else ("", "")
    if item.kind == ElectionKind.COMMISSIONER:
        url = place_url(item.organisation, "member_list")
        return (url, "Ge någon annan rollen") if may_manage_members(reader, item.organisation) else ("", "")
    return _in_forum(item, reader)


def _in_forum(item: ElectionItem, reader: Any) -> tuple[str, str]:
    """Seats by office, and who is chair, are given by the coordinator."""
    if not is_coordinator(reader):
        return "", ""
    if item.appointment:
        seat = item.appointment.seat
        return place_url(seat.forum, "appointment_create", seat.pk), "Ange någon annan"
    forum = item.membership.forum if item.membership else None
    return place_url(forum, "member_list"), "Ge någon annan rollen"


# --- pages ------------------------------------------------------------------------------------------------------------


def organisations_seen(reader: Any) -> QuerySet[Organisation] | None:
    """Whose needs the person reads: None is all."""
    return None if sees_coverage(reader) else organisations_named_for(reader)


def organisations_named_for(reader: Any) -> QuerySet[Organisation]:
    """Those where the person looks after the roles, or registers decisions."""
    members, registers = (
        Organisation.objects.where(reader, name).values("pk") for name in ("manage_members", "register_decision")
    )
    return Organisation.objects.filter(Q(pk__in=members) | Q(pk__in=registers))


def elections_visible_to(reader: Any) -> QuerySet[Election]:
    """All of them, or those that are about an organisation of the person's; with the number of what they end there."""
    own = organisations_seen(reader)
    found: QuerySet[Election] = Election.objects.all()
    if own is not None:
        found = found.filter(items__organisation__in=own)
    return found.select_related("planned_by", "withdrawn_by").annotate(number=Count("items"))


def coming_election() -> Election | None:
    """The one that is planned and has not come."""
    planned = Election.objects.filter(withdrawn_at__isnull=True, starts_on__gt=timezone.localdate())
    return planned.order_by("starts_on").first()


def status_of(election: Election) -> tuple[str, str]:
    """How a renewal stands today, in words with tone."""
    if election.withdrawn_at:
        return "Återtaget", "neutral"
    if election.starts_on > timezone.localdate():
        return "Planerat", "info"
    return "Har trätt i kraft", "good"


@dataclass(frozen=True)
class ElectionPage:
    """What the page of one renewal shows its reader."""

    election: Election
    status: tuple[str, str]
    progress: list[Progress]
    history: list[Event]
    may_withdraw: bool
    sees_all: bool

    @property
    def done(self) -> int:
        return sum(one.done for one in self.progress)

    @property
    def total(self) -> int:
        return sum(len(one.needs) for one in self.progress)


def election_page(election: Election, reader: User) -> ElectionPage:
    own = organisations_seen(reader)
    items = [] if election.withdrawn_at else items_of([election], own)
    history = events(election.history.select_related("history_user"), HISTORY)
    return ElectionPage(
        election=election,
        status=status_of(election),
        progress=progress(election, items, reader),
        history=latest_first(history),
        may_withdraw=permissions.may_plan_election(reader) and may_be_withdrawn(election),
        sees_all=own is None,
    )


def may_be_withdrawn(election: Election) -> bool:
    """Before the day, never after."""
    return election.withdrawn_at is None and election.starts_on > timezone.localdate()


def unfinished(reader: Any) -> tuple[Election, int, int] | None:
    """The latest renewal, done and total, while something that the reader sees to is left to name."""
    is_all = is_coordinator(reader)
    if not is_all and not permissions.names_anew(reader):
        return None
    election = Election.objects.filter(withdrawn_at__isnull=True).first()
    if election is None:
        return None
    items = items_of([election], None if is_all else organisations_named_for(reader))
    rows = progress(election, items, reader)
    done, total = sum(one.done for one in rows), sum(len(one.needs) for one in rows)
    return (election, done, total) if done < total else None
