"""What is known about lines after the form: when they are to be confirmed, what has changed, who takes over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from kvinnofrid.core.ordering import swedish
from kvinnofrid.core.overtaking import fingerprint
from mandates import permissions
from mandates.enums import LineKind, LineState
from mandates.models import (
    AttestLink,
    Confirmation,
    EditionSection,
    FormEdition,
    Mandate,
    MandateSeat,
    Vacancy,
)
from mandates.queries.filling import edition_today, full_lines
from mandates.workflow import LINE, OPEN_LINE_STATES
from organisations.enums import Role
from organisations.models import Membership, Organisation, Partnership, Seat, User

SOON = timedelta(days=60)
VACANCY_FIELDS = ("starts_on", "expected_on", "note", "function_email")


# --- yearly confirmation ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """When a line was last confirmed, and by when it is to be confirmed again."""

    confirmed_on: date | None
    due_on: date
    day: date

    @property
    def is_late(self) -> bool:
        return self.due_on < self.day

    @property
    def is_near(self) -> bool:
        """Whether it is time to ask: late, or within sixty days."""
        return self.due_on - self.day <= SOON

    @property
    def text(self) -> str:
        confirmed = f"Bekräftat {self.confirmed_on}" if self.confirmed_on else ""
        if self.is_late:
            late = f"Försenat: skulle ha bekräftats senast {self.due_on}"
            return f"{late} ({confirmed.lower()})" if confirmed else late
        wanted = f"ska bekräftas senast {self.due_on}"
        return f"{confirmed}, {wanted}" if confirmed else wanted.capitalize()

    @property
    def tone(self) -> str:
        if self.is_late:
            return "bad"
        if self.is_near:
            return "warning"
        return "good" if self.confirmed_on else "neutral"


def a_year_after(day: date) -> date:
    """The same day the year after; the last day of February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def confirmation_due(line: MandateSeat, day: date) -> Due | None:
    """For a line that is active on the day, read `with_confirmation`; None for others, and where it ends before."""
    if not line.is_active_on(day) or line.attested_on is None:
        return None
    confirmed_on = _last_confirmed_on(line)
    due_on = a_year_after(max(filter(None, [confirmed_on, line.attested_on])))
    if line.last_day and line.last_day <= due_on:
        return None
    return Due(confirmed_on, due_on, day)


def lines_to_confirm(user: User, day: date) -> list[tuple[MandateSeat, Due]]:
    """The person's own active lines that it is time to confirm, the most pressing first."""
    lines = (
        MandateSeat.objects.filter(mandate__representative=user)
        .held_on(day)
        .filter(seat__organisation__in=Organisation.objects.where(user, "fill_in_mandate"))
        .select_related("mandate__representative", "seat__organisation", "seat__forum", "paper")
        .with_confirmation()
        .in_order()
    )
    found = [(line, due) for line in lines if (due := confirmation_due(line, day)) and due.is_near]
    return sorted(found, key=lambda row: row[1].due_on)


Compared = tuple[str, str, str]  # term, what stands on the form, what the portal says now


@dataclass(frozen=True)
class Change:
    """Something that is otherwise than on the form: what stood there, what stands now."""

    term: str
    then: str
    now: str
    is_known: bool = False  # it stood so already when the line was last confirmed


@dataclass(frozen=True)
class LookOver:
    """One line to confirm, with what has changed since it was attested."""

    line: MandateSeat
    due: Due | None
    changes: list[Change]
    stands: dict[str, Any]  # what a confirmation keeps
    is_done: bool


def lines_to_look_over(mandate: Mandate, reader: User) -> list[LookOver]:
    """The lines of the form that the person may confirm today; the same number of queries for any number of lines."""
    today = timezone.localdate()
    lines = [line for line in full_lines(mandate) if permissions.may_confirm(reader, line)]
    active = [line for line in lines if line.is_active_on(today)]
    return _looked_over(mandate, active, today) if active else []


def seen_of(rows: Iterable[LookOver]) -> str:
    """The fingerprint of what is shown, so that what is confirmed is what was read."""
    return fingerprint({str(row.line.pk): row.stands for row in rows})


def _looked_over(mandate: Mandate, lines: list[MandateSeat], today: date) -> list[LookOver]:
    newest = edition_today(mandate.edition.forum) or mandate.edition
    holders = _commissioners(lines, today)
    latest = {row.line_id: row.stood for row in Confirmation.objects.filter(line__in=lines).order_by("confirmed_at")}
    left = _contacts_who_left(lines)
    found = []
    for line in lines:
        holds = line.commissioner_id is None or (line.seat.organisation_id, line.commissioner_id) in holders
        compared = [*_person_compared(mandate, newest), _commissioner_compared(line, holds), *left[line.pk]]
        known = latest.get(line.pk, {}).get("now", {})
        changes = [Change(term, then, now, known.get(term) == now) for term, then, now in compared if then != now]
        due, is_done = confirmation_due(line, today), _last_confirmed_on(line) == today
        found.append(LookOver(line, due, changes, _kept(line, compared), is_done))
    return found


def _last_confirmed_on(line: MandateSeat) -> date | None:
    found: date | None = getattr(line, "last_confirmed_on", None)
    return found


def _person_compared(mandate: Mandate, newest: FormEdition) -> list[Compared]:
    person = mandate.representative
    return [
        ("Namn", mandate.name, person.name),
        ("Befattning", mandate.title, person.title),
        ("E-postadress", mandate.email, person.email),
        ("Telefon i arbetet", mandate.phone, person.phone),
        ("Formulär", mandate.edition.name, newest.name),
    ]


def _commissioner_compared(line: MandateSeat, holds: bool) -> Compared:
    name = line.commissioner_label
    return "Uppdragsgivare", name, name if holds else f"{name} har inte längre rollen"


def _commissioners(lines: list[MandateSeat], today: date) -> set[tuple[int | None, int]]:
    """Organisation and person of those who hold the commissioner's role today."""
    roles = Membership.objects.active_on(today).filter(
        role=Role.COMMISSIONER, user__is_active=True, organisation__in=[line.seat.organisation_id for line in lines]
    )
    return set(roles.values_list("organisation", "user"))


def _contacts_who_left(lines: list[MandateSeat]) -> dict[int, list[Compared]]:
    """Of internal contacts the portal knows those with an account: whether the account is still in use."""
    emails = {contact.email.lower() for line in lines for contact in line.contacts.all() if contact.email}
    left = set(User.objects.filter(email__in=emails, is_active=False).values_list("email", flat=True))
    return {
        line.pk: [
            (f"Kontakten {contact.name}", "har konto i portalen", "kontot är avstängt")
            for contact in line.contacts.all()
            if contact.email.lower() in left
        ]
        for line in lines
    }


def _kept(line: MandateSeat, compared: list[Compared]) -> dict[str, Any]:
    share = f"{number_format(line.share_percent.normalize())} procent" if line.share_percent else ""
    return {
        "form": {term: then for term, then, _now in compared},
        "now": {term: now for term, _then, now in compared},
        "share": share,
        "contacts": [contact.name for contact in line.contacts.all()],
    }


# --- hand-over --------------------------------------------------------------------------------------------------------


def lines_to_end(mandate: Mandate, reader: User) -> list[MandateSeat]:
    """The attested lines of the form that the person may end."""
    return [
        line for line in full_lines(mandate) if LINE.allows(line.state, "end") and permissions.may_end(reader, line)
    ]


def successors_to_choose(mandate: Mandate, reader: User) -> QuerySet[User]:
    """People with a role today in an organisation whose lines the person may end; never the one who leaves."""
    organisations = {line.seat.organisation_id for line in full_lines(mandate) if permissions.may_end(reader, line)}
    holding = Membership.objects.active_on(timezone.localdate()).filter(organisation__in=organisations)
    people = User.objects.filter(is_active=True, pk__in=holding.values("user")).exclude(pk=mandate.representative_id)
    return people.order_by(swedish("name"), "pk")


def holds_representative_role(person: User, organisation: Organisation) -> bool:
    roles = person.memberships.active_on(timezone.localdate())
    return roles.filter(organisation=organisation, role=Role.REPRESENTATIVE).exists()


def those_who_give_roles(organisation: Organisation) -> QuerySet[User]:
    """The organisation's administrators, and the coordinators."""
    roles = Membership.objects.active_on(timezone.localdate()).filter(
        Q(organisation=organisation, role=Role.ADMINISTRATOR)
        | Q(partnership__in=Partnership.objects.all(), role=Role.COORDINATOR)
    )
    return User.objects.filter(is_active=True, pk__in=roles.values("user"))


def open_matters(line: MandateSeat) -> list[str]:
    """What the portal knows is unfinished about the line's seat, for the one who takes over."""
    found = []
    handover = getattr(line, "handover", None)
    if line.kind == LineKind.ORDINARY and (handover is None or handover.successor is None):
        found.append("Ingen efterträdare är utsedd.")
    waiting = line.seat.mandate_lines.filter(state__in=OPEN_LINE_STATES).select_related("mandate")
    found += [f"{other.mandate.reference} för platsen: {other.get_state_display().lower()}." for other in waiting]
    newest = edition_today(line.mandate.edition.forum)
    if newest and newest != line.mandate.edition:
        found.append(f"Formuläret har en nyare utgåva, {newest.name}. Nya uppdrag fylls i på den.")
    if not line.case_number:
        found.append("Organisationens diarienummer är inte angivet.")
    return found


# --- vacancies --------------------------------------------------------------------------------------------------------


def ordinary_line_on(seat: Seat, day: date) -> MandateSeat | None:
    """The attested ordinary line that covers the day, if any."""
    return seat.mandate_lines.ordinary().held_on(day).select_related("mandate").first()


def open_vacancy(seat: Seat) -> Vacancy | None:
    """What is registered and not ended by anybody holding the seat: begun or to come, the latest."""
    today = timezone.localdate()
    known = Vacancy.objects.known_on(today).filter(seat=seat)
    coming = Vacancy.objects.filter(seat=seat, starts_on__gt=today)
    return Vacancy.objects.filter(Q(pk__in=known) | Q(pk__in=coming)).order_by("-starts_on", "-pk").first()


def vacancy_values(vacancy: Vacancy) -> dict[str, Any]:
    """A vacancy as it stands."""
    return {name: getattr(vacancy, name) for name in VACANCY_FIELDS}


def vacancies_on(seats: Iterable[Seat], day: date) -> dict[int, Vacancy]:
    """What is registered about each seat that nobody holds on the day: one query, however many seats."""
    return {vacancy.seat_id: vacancy for vacancy in Vacancy.objects.known_on(day).filter(seat__in=list(seats))}


def first_vacant_day(seat: Seat) -> date:
    """The day after the last one on which somebody held the seat; today where nobody has, or somebody will."""
    today = timezone.localdate()
    ended = [line.last_day for line in seat.mandate_lines.ordinary().attested() if line.last_day]
    last = max((day for day in ended if day < today), default=None)
    return last + timedelta(days=1) if last else today


# --- one-time links ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkPage:
    """What a commissioner without account is shown: the own line in full, of the others only that they are there."""

    line: MandateSeat
    others: list[str]
    sections: list[EditionSection]
    has_changed: bool


def link_page(link: AttestLink) -> LinkPage | None:
    """What the link opens now; None when it has been used, withdrawn or has run out, or nothing waits for it."""
    mandate = link.line.mandate
    lines = list(full_lines(mandate))
    line = next(line for line in lines if line.pk == link.line_id)
    if not link.opens_at(timezone.now()) or line.state != LineState.WAITING:
        return None
    others = [str(other.seat) for other in lines if other.pk != line.pk and other.state != LineState.WITHDRAWN]
    return LinkPage(line, others, list(mandate.edition.sections.all()), link.version != mandate.version)
