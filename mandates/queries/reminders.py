"""What mandates wait for, who must act, whom the next reminder goes to and when, and what has been sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list

from kvinnofrid.core import outbox
from kvinnofrid.core.history import UNNAMED, has_open_identity
from kvinnofrid.core.ladder import Place, next_rung, place_of
from kvinnofrid.core.models import Message
from kvinnofrid.core.ordering import swedish
from kvinnofrid.core.overtaking import fingerprint
from kvinnofrid.core.templatetags.portal import date_sv
from mandates.enums import LineKind, LinkState, MandateState, Matter, Rung
from mandates.models import AttestLink, Mandate, MandateReminder, MandateSeat, ReminderLadder, ReminderPause
from mandates.queries.life import confirmation_due
from mandates.workflow import LINE, OPEN_LINE_STATES
from organisations.enums import Role, SeatHolding
from organisations.models import Forum, Membership, Organisation, Partnership, User
from organisations.permissions import is_coordinator

EVENT = "reminder"  # with a hyphen begins the key of every reminder's message, also the agreements'
WEEK = timedelta(days=7)
LADDER_FIELDS = ("is_on", "days_between", "highest_rung", "most_per_week")
NEXT_TO = {Rung.FUNCTION: "organisationens funktionsadress", Rung.COMMISSIONER: "uppdragsgivaren"}
Holders = dict[tuple[int, Role], list[User]]  # organisation and role


# --- what is silent ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Silence:
    """Something that a mandate has waited for since a time; `lines` are those it is about."""

    matter: Matter
    mandate: Mandate
    lines: tuple[MandateSeat, ...]
    since: datetime
    link: AttestLink | None = None

    @property
    def line(self) -> MandateSeat | None:
        """The line, where it is about one; None for what concerns the whole form."""
        return None if self.matter in {Matter.DRAFT, Matter.CONFIRM} else self.lines[0]

    @property
    def key(self) -> str:
        """Tells it from the form's other silences."""
        return f"{self.matter.value}-{self.line.pk}" if self.line else self.matter.value

    @property
    def seats(self) -> str:
        return seats_in_words(self.lines)

    @property
    def is_for_commissioner(self) -> bool:
        return self.matter in {Matter.WAITING, Matter.LINK}

    @property
    def why(self) -> str:
        """Since when, in words."""
        day = date_sv(timezone.localdate(self.since))
        return {
            Matter.DRAFT: f"Utkastet är inte ändrat sedan {day}.",
            Matter.RETURNED: f"Återsänt {day} och inte inskickat igen.",
            Matter.WAITING: f"Väntar på attest sedan {day}.",
            Matter.LINK: f"Engångslänken skickades {day} och är inte använd.",
            Matter.LINK_CLOSED: f"Väntar på attest, men engångslänken slutade gälla {day}.",
            Matter.CONFIRM: f"Skulle ha bekräftats senast {day}.",
        }[self.matter]


@dataclass(frozen=True)
class Receiver:
    """Whom a reminder goes to: a person, or an address; with the lines that it may tell about there."""

    lines: tuple[MandateSeat, ...]
    person: User | None = None
    address: str = ""
    name: str = ""  # of somebody without account
    organisation: Organisation | None = None  # whose function address it is
    path: str = ""

    @property
    def label(self) -> str:
        """For the coordinator."""
        if self.person:
            is_open = has_open_identity(self.person)
            return f"{self.person.name}, {self.person.email}" if is_open else UNNAMED
        return f"{self.organisation or self.name}, {self.address}"

    @property
    def key(self) -> int | str:
        return self.person.pk if self.person else self.address


@dataclass(frozen=True)
class Letter:
    """A reminder as it goes to one receiver: what its template is given, and what that becomes."""

    receiver: Receiver
    context: dict[str, Any]

    @cached_property
    def text(self) -> dict[str, str]:
        to: dict[str, Any] = {"recipient": self.receiver.person}
        if not self.receiver.person:
            to = {"address": self.receiver.address}
        return outbox.rendered("mandate_reminder", {**to, **self.context})


@dataclass(frozen=True)
class SilentRow:
    """One silence on the ladder: where it stands, who would be reminded next, what stops it."""

    silence: Silence
    place: Place[Rung]
    receivers: dict[Rung, list[Receiver]]
    ladder: ReminderLadder
    pause: ReminderPause | None
    sent: list[MandateReminder]
    today: date
    lately: Counter[int | str] = field(default_factory=Counter)

    @property
    def step(self) -> str:
        return str(self.place.next_rung.label) if self.place.next_rung else "Alla steg är tagna"

    @property
    def lacks_address(self) -> bool:
        """Whether a step that is to come is passed over for want of a function address."""
        return self.place.reached < Rung.FUNCTION <= self.ladder.highest_rung and not self.receivers[Rung.FUNCTION]

    @property
    def to(self) -> list[Receiver]:
        return self.receivers[self.place.next_rung] if self.place.next_rung else []

    @property
    def is_due(self) -> bool:
        return self.place.is_due(self.today)

    @property
    def stopped(self) -> str:
        """Why nothing can be sent now; empty when it can. The first reminder of a silence need not await its day."""
        if self.pause:
            until = f" till och med {date_sv(self.pause.ends_on)}" if self.pause.ends_on else ""
            return f"Påminnelserna är pausade{until}."
        if not self.place.next_rung:
            return "Alla steg är tagna. Ta kontakt på annat sätt."
        if self.place.reached and not self.is_due:
            return f"Nästa påminnelse kan gå tidigast {date_sv(self.place.due_on)}: det står i den förra."
        full = [one.label for one in self.to if self.lately[one.key] >= self.ladder.most_per_week]
        if full:
            return f"Har redan fått {self.ladder.most_per_week} påminnelser på en vecka: {'; '.join(full)}."
        return ""

    @cached_property
    def letters(self) -> list[Letter]:
        """What goes next, word for word."""
        return [Letter(one, _context(self, one)) for one in self.to]

    @property
    def seen(self) -> str:
        """The fingerprint of what is shown, so that what is sent is what was read."""
        shown = {str(one.receiver.key): one.text for one in self.letters}
        return fingerprint({"rung": self.place.next_rung, "since": self.silence.since, "letters": shown})


def ladder_of(forum: Forum) -> ReminderLadder:
    """The forum's ladder, or the defaults."""
    return ReminderLadder.objects.filter(forum=forum).first() or ReminderLadder(forum=forum)


def ladder_values(ladder: ReminderLadder) -> dict[str, Any]:
    """A ladder as it stands."""
    return {name: getattr(ladder, name) for name in LADDER_FIELDS}


def silent_in(forum: Forum, *, mandate: Mandate | None = None) -> list[SilentRow]:
    """All that the forum's mandates (or the one) wait for, what has waited longest first. Ten queries at most."""
    today = timezone.localdate()
    lines = _lines(forum, mandate)
    drafts = _drafts(forum, mandate)
    holders = _holders(
        [line.seat.organisation_id for line in [*lines, *(one for d in drafts for one in d.lines.all())]],
        [draft.representative_id for draft in drafts],
    )
    found = [*_of_drafts(drafts, holders), *_of_open(lines, holders), *_to_confirm(lines, holders, today)]
    sent = _reminders(found)
    ladder, pauses, lately = ladder_of(forum), pauses_of(forum), sent_lately()
    rows = []
    for silence in sorted(found, key=lambda one: (one.since, one.mandate.pk, one.key)):
        taken = sent[silence.mandate.pk, silence.key]
        receivers = _receivers(silence, holders)
        rungs = [rung for rung in Rung if receivers[rung] and rung <= ladder.highest_rung]
        times = [(row.rung, row.sent_at) for row in taken]
        place = place_of(silence.since, times, rungs, timedelta(days=ladder.days_between))
        pause = next(
            (one for one in pauses if one.mandate_id in {None, silence.mandate.pk} and one.covers(today)), None
        )
        rows.append(SilentRow(silence, place, receivers, ladder, pause, taken, today, lately))
    return rows


def silent_of(mandate: Mandate) -> list[SilentRow]:
    """What one mandate waits for."""
    return silent_in(mandate.edition.forum, mandate=mandate)


def due_by_themselves() -> list[SilentRow]:
    """What is to be sent today in the forums whose ladder is on."""
    forums = Forum.objects.filter(reminder_ladder__is_on=True).order_by("pk")
    return [row for forum in forums for row in silent_in(forum) if row.is_due and not row.stopped]


def pauses_of(forum: Forum) -> list[ReminderPause]:
    """Those of the forum and its mandates that are not over."""
    pauses = ReminderPause.objects.filter(forum=forum, lifted_at__isnull=True)
    pauses = pauses.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()))
    return list(pauses.select_related("mandate"))


def sent_lately() -> Counter[int | str]:
    """How many reminders each person and address has had in a week, about agreements too."""
    rows = Message.objects.filter(created_at__gt=timezone.now() - WEEK, key__startswith=f"{EVENT}-")
    return Counter(recipient or address for recipient, address in rows.values_list("recipient", "address"))


def reminders_sent(*, forum: Forum | None = None, mandate: Mandate | None = None) -> QuerySet[MandateReminder]:
    """All that has been sent in a forum or about a mandate, the latest first."""
    rows = MandateReminder.objects.filter(mandate=mandate) if mandate else MandateReminder.objects.all()
    rows = rows.filter(mandate__edition__forum=forum) if forum else rows
    related = ("mandate", "line__seat__organisation", "recipient", "sent_by", "message")
    return rows.select_related(*related).order_by("-sent_at", "-pk")


def seats_in_words(lines: Iterable[MandateSeat]) -> str:
    return str(get_text_list([str(line.seat) for line in lines], "och"))


# --- what the pages show ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """Who is silent in a forum: those whose day has come and whom something can be sent, and the others."""

    ladder: ReminderLadder
    pauses: list[ReminderPause]
    now: list[SilentRow]
    others: list[SilentRow]


@dataclass(frozen=True)
class LogRow:
    """A reminder that has gone, as the coordinator reads it."""

    reminder: MandateReminder

    @property
    def about(self) -> str:
        matter, line = Matter(self.reminder.matter).label, self.reminder.line
        return f"{matter}, {line.seat}" if line else str(matter)

    @property
    def to(self) -> str:
        person = self.reminder.recipient
        return shown_name(person) if person else self.reminder.address

    @property
    def by(self) -> str:
        return shown_name(self.reminder.sent_by) if self.reminder.sent_by else "automatiskt"


def overview(forum: Forum) -> Overview:
    rows = silent_in(forum)
    now = [row for row in rows if row.is_due and not row.stopped]
    return Overview(ladder_of(forum), pauses_of(forum), now, [row for row in rows if row not in now])


def overview_url(reader: Any, forum: Forum) -> str:
    """The forum's page of reminders, for those who have one."""
    has_page = forum.seats_held_by == SeatHolding.MANDATE and is_coordinator(reader)
    return reverse("reminder_overview", args=[forum.slug]) if has_page else ""


def shown_name(person: User) -> str:
    return person.name if has_open_identity(person) else UNNAMED


# --- inside -----------------------------------------------------------------------------------------------------------


def _lines(forum: Forum, mandate: Mandate | None) -> list[MandateSeat]:
    """Submitted lines that wait or hold today, with all that is asked of them below."""
    held = MandateSeat.objects.held_on(timezone.localdate())
    lines = MandateSeat.objects.filter(Q(state__in=OPEN_LINE_STATES) | Q(pk__in=held.values("pk")))
    lines = lines.filter(mandate__edition__forum=forum, mandate__state=MandateState.SUBMITTED)
    lines = lines.filter(mandate=mandate) if mandate else lines
    related = ("mandate__representative", "mandate__edition__forum", "seat__organisation", "commissioner", "paper")
    links = Prefetch("attest_links", queryset=AttestLink.objects.order_by("-sent_at", "-pk"))
    return list(lines.select_related(*related).prefetch_related(links).with_confirmation().in_order())


def _drafts(forum: Forum, mandate: Mandate | None) -> list[Mandate]:
    """With `touched_at`, when each was last changed."""
    changes = Mandate.history.model.objects.filter(id=OuterRef("pk")).order_by("-history_date")
    drafts = Mandate.objects.drafts().filter(edition__forum=forum)
    drafts = drafts.filter(pk=mandate.pk) if mandate else drafts
    drafts = drafts.select_related("representative", "edition__forum").annotate(
        touched_at=Subquery(changes.values("history_date")[:1])
    )
    lines = MandateSeat.objects.select_related("mandate", "seat__organisation", "commissioner").in_order()
    return list(drafts.prefetch_related(Prefetch("lines", queryset=lines)))


def _holders(organisations: Iterable[int], people: Iterable[int]) -> Holders:
    """Who may fill in forms and who may attest them, in each of the organisations and of the people's: one query."""
    roles = Membership.objects.active_on(timezone.localdate()).filter(
        Q(organisation__in=set(organisations)) | Q(organisation__isnull=False, user__in=set(people)),
        role__in=[Role.REPRESENTATIVE, Role.COMMISSIONER],
        user__is_active=True,
    )
    found: Holders = defaultdict(list)
    for held in roles.select_related("user").order_by(swedish("user__name"), "user"):
        assert held.organisation_id is not None
        found[held.organisation_id, Role(held.role)].append(held.user)
    return found


def _represents(line: MandateSeat, person: User, holders: Holders) -> bool:
    """As `permissions.may_fill_in`."""
    return person in holders.get((line.seat.organisation_id, Role.REPRESENTATIVE), [])


def _of_drafts(drafts: list[Mandate], holders: Holders) -> list[Silence]:
    """Drafts that the person may still fill in; one without organisations waits for the person to choose."""
    found = []
    able = {person for (_, role), people in holders.items() if role == Role.REPRESENTATIVE for person in people}
    for draft in drafts:
        lines, person = tuple(draft.lines.all()), draft.representative
        if any(_represents(line, person, holders) for line in lines) if lines else person in able:
            found.append(Silence(Matter.DRAFT, draft, lines, getattr(draft, "touched_at", None) or draft.created_at))
    return found


def _of_open(lines: list[MandateSeat], holders: Holders) -> list[Silence]:
    found = []
    for line in lines:
        if LINE.allows(line.state, "attest"):
            silence = _of_waiting(line)
        elif LINE.allows(line.state, "submit"):
            assert line.returned_at is not None
            silence = Silence(Matter.RETURNED, line.mandate, (line,), line.returned_at)
        else:
            continue
        if silence.is_for_commissioner or _represents(line, line.mandate.representative, holders):
            found.append(silence)
    return found


def _of_waiting(line: MandateSeat) -> Silence:
    """For the commissioner; without an open link to one without account, for the representative to send a new one."""
    assert line.waiting_since is not None
    if line.commissioner_id or not line.commissioner_email:
        return Silence(Matter.WAITING, line.mandate, (line,), line.waiting_since)
    link = next(iter(line.attest_links.all()), None)
    if link and link.opens_at(timezone.now()):
        return Silence(Matter.LINK, line.mandate, (line,), link.sent_at, link)
    closed_at = (link.expires_at if link.state == LinkState.OPEN else link.closed_at) if link else None
    return Silence(Matter.LINK_CLOSED, line.mandate, (line,), closed_at or line.waiting_since, link)


def _to_confirm(lines: list[MandateSeat], holders: Holders, today: date) -> list[Silence]:
    """Forms of which lines should have been confirmed, by somebody who can."""
    late: dict[Mandate, list[tuple[date, MandateSeat]]] = defaultdict(list)
    for line in lines:
        due = confirmation_due(line, today)
        person = line.mandate.representative
        if due and due.is_late and (_represents(line, person, holders) or _is_without_account(line)):
            late[line.mandate].append((due.due_on, line))
    return [
        Silence(
            Matter.CONFIRM,
            mandate,
            tuple(line for _, line in rows),
            timezone.make_aware(datetime.combine(min(day for day, _ in rows), time())),
        )
        for mandate, rows in late.items()
    ]


def _is_without_account(line: MandateSeat) -> bool:
    """Whether the person is known from a form on paper only. Who has had an account is not written to after it ends."""
    person = line.mandate.representative
    return line.paper_id is not None and not person.is_active and not person.has_usable_password()


def _reminders(found: list[Silence]) -> dict[tuple[int, str], list[MandateReminder]]:
    """What has been sent about each, the first first."""
    sent: dict[tuple[int, str], list[MandateReminder]] = defaultdict(list)
    rows = MandateReminder.objects.filter(mandate__in=[one.mandate.pk for one in found]).order_by("sent_at", "pk")
    for row in rows:
        key = f"{row.matter}-{row.line_id}" if row.line_id else row.matter
        sent[row.mandate_id, key].append(row)
    return sent


# --- to whom ----------------------------------------------------------------------------------------------------------


def _receivers(silence: Silence, holders: Holders) -> dict[Rung, list[Receiver]]:
    """Who would get each rung; empty where there is nobody."""
    first = _for_commissioner(silence, holders) if silence.is_for_commissioner else _for_representative(silence)
    return {
        Rung.PERSON: first,
        Rung.FUNCTION: _function_addresses(silence),
        Rung.COMMISSIONER: _commissioners(silence, holders, besides=[one.person for one in first]),
    }


def _for_representative(silence: Silence) -> list[Receiver]:
    """The person; the address of the form only for somebody who is known from paper."""
    person, mandate = silence.mandate.representative, silence.mandate
    if person.is_active:
        return [Receiver(silence.lines, person=person, path=_page(silence))]
    is_known_from_paper = silence.matter == Matter.CONFIRM and all(_is_without_account(line) for line in silence.lines)
    if is_known_from_paper and mandate.email:
        return [Receiver(silence.lines, address=mandate.email, name=mandate.name)]
    return []


def _for_commissioner(silence: Silence, holders: Holders) -> list[Receiver]:
    """The one that the line names, or else all who may attest it."""
    [line] = silence.lines
    if silence.link:
        return [Receiver(silence.lines, address=silence.link.email, name=silence.link.name)]
    able = _able(line, holders)
    named = [person for person in able if person == line.commissioner]
    return [Receiver(silence.lines, person=one, path=_page(silence)) for one in named or able]


def _function_addresses(silence: Silence) -> list[Receiver]:
    """Each organisation is told about its own lines only."""
    own: dict[str, list[MandateSeat]] = defaultdict(list)
    for line in silence.lines:
        own[line.seat.organisation.function_email].append(line)
    own.pop("", None)
    path = silence.mandate.get_absolute_url()
    return [
        Receiver(tuple(lines), address=address, organisation=lines[0].seat.organisation, path=path)
        for address, lines in own.items()
    ]


def _commissioners(silence: Silence, holders: Holders, *, besides: list[User | None]) -> list[Receiver]:
    """Of each line the one that it names (for a line that waits for that one: the others who may attest it)."""
    told: dict[User | str, list[MandateSeat]] = defaultdict(list)
    for line in silence.lines:
        able = [person for person in _able(line, holders) if person not in besides]
        named = [person for person in able if person == line.commissioner]
        for person in named or able:
            told[person].append(line)
        if not able and line.commissioner_email and silence.matter not in {Matter.LINK, Matter.LINK_CLOSED}:
            told[line.commissioner_email].append(line)
    path = silence.mandate.get_absolute_url()
    return [
        Receiver(tuple(lines), person=to, path=path)
        if isinstance(to, User)
        else Receiver(tuple(lines), address=to, name=lines[0].commissioner_name)
        for to, lines in told.items()
    ]


def _able(line: MandateSeat, holders: Holders) -> list[User]:
    """As `permissions.may_attest`."""
    commissioners = holders.get((line.seat.organisation_id, Role.COMMISSIONER), [])
    return [person for person in commissioners if person.pk != line.mandate.representative_id]


def _page(silence: Silence) -> str:
    """Where the one who must act does it."""
    mandate, line = silence.mandate, silence.line
    if line is None:
        name = "mandate_detail" if silence.matter == Matter.DRAFT else "mandate_confirm"
        return reverse(name, args=[mandate.pk])
    names = {Matter.RETURNED: "mandate_line", Matter.WAITING: "mandate_decide", Matter.LINK_CLOSED: "attest_link"}
    return reverse(names[silence.matter], args=[mandate.pk, line.pk])


# --- what it says -----------------------------------------------------------------------------------------------------


def _context(row: SilentRow, to: Receiver) -> dict[str, Any]:
    """What the template is given. A name leaves the organisation's own people only when it may be known to anyone."""
    silence, mandate, rung = row.silence, row.silence.mandate, row.place.next_rung
    assert rung is not None
    may_name = to.person is not None or has_open_identity(mandate.representative)
    following = next_rung(rung, [one for one in Rung if row.receivers[one] and one <= row.ladder.highest_rung])
    partnership = Partnership.objects.first()
    return {
        "matter": silence.matter.value,
        "rung": rung,
        "mandate": mandate,
        "forum": mandate.edition.forum,
        "link": silence.link,
        "seats": seats_in_words(to.lines),
        "is_deputy": any(line.kind == LineKind.DEPUTY for line in to.lines),
        "is_open": bool(to.path),
        "is_told": row.place.reached > 0,
        "greeting": to.person.name if to.person else to.name,
        "who": mandate.name if may_name else UNNAMED,
        "organisation": to.organisation,
        "since": timezone.localdate(silence.since),
        "next_to": _next_to(silence, following),
        "next_on": row.today + timedelta(days=row.ladder.days_between),
        "contact": partnership.contact_email if partnership else "",
    }


def _next_to(silence: Silence, rung: Rung | None) -> str:
    """Whom the step after this one goes to, in words; empty for the last."""
    if rung is None:
        return ""
    if rung == Rung.COMMISSIONER and silence.is_for_commissioner:
        return "andra uppdragsgivare i organisationen"
    return NEXT_TO[rung]
