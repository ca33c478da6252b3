"""What filling in needs to know: what can be chosen, what is missing, which step comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.ordering import swedish_key
from mandates.enums import LineState, MandateState
from mandates.models import FormEdition, Mandate, MandateSeat
from mandates.workflow import EDITABLE_LINE_STATES, HELD_LINE_STATES, LINE, MANDATE
from organisations.enums import Role
from organisations.models import Forum, Membership, Organisation, Seat, User

Holders = set[tuple[int, Role, int]]  # organisation, role, person


@dataclass(frozen=True)
class Problem:
    """Something that the form lacks: what, and the page where it is mended."""

    text: str
    url: str


PERSON_FIELDS = ("name", "title", "email", "phone", "private_phone")
EXTERNAL_FIELDS = ("commissioner_name", "commissioner_title", "commissioner_email")  # one without account
LINE_FIELDS = ("kind", "share_percent", "commissioner", *EXTERNAL_FIELDS, "starts_on", "ends_on", "case_number")
CONTACT_FIELDS = ("name", "role", "email", "phone")


def person_values(mandate: Mandate) -> dict[str, Any]:
    """Name and contact details as they stand."""
    return {name: getattr(mandate, name) for name in PERSON_FIELDS}


def line_values(line: MandateSeat) -> dict[str, Any]:
    """A line as it stands, with its contacts."""
    found: dict[str, Any] = {name: getattr(line, name) for name in LINE_FIELDS}
    return {**found, "contacts": list(line.contacts.values(*CONTACT_FIELDS))}


def external_values(line: MandateSeat) -> dict[str, Any]:
    """The commissioner without account that a line names."""
    return {name: getattr(line, name) for name in EXTERNAL_FIELDS}


def seats_of(mandate: Mandate) -> QuerySet[Seat]:
    return Seat.objects.filter(mandate_lines__mandate=mandate).in_order()


def seats_values(seats: Iterable[Seat]) -> dict[str, Any]:
    """Which seats the mandate is for, or would be: the same whatever order they were chosen in."""
    return {"seats": sorted((str(seat) for seat in seats), key=swedish_key)}


def kept_and_taken_back(lines: Iterable[MandateSeat]) -> tuple[list[MandateSeat], list[MandateSeat]]:
    """What a withdrawal leaves (a line that makes, or has made, somebody the representative), and what it takes."""
    kept, taken_back = [], []
    for line in lines:
        if line.state in HELD_LINE_STATES and line.starts_on is not None and line.starts_on <= timezone.localdate():
            kept.append(line)
        elif LINE.allows(line.state, "withdraw"):
            taken_back.append(line)
    return kept, taken_back


def withdrawal_refusal(mandate: Mandate, lines: Iterable[MandateSeat]) -> str:
    """Why the form cannot be withdrawn; empty when it can, if only in part."""
    if not MANDATE.allows(mandate.state, "withdraw"):
        return "Uppdraget kan inte återtas."
    kept, taken_back = kept_and_taken_back(lines)
    if kept and not taken_back:
        return "Ett attesterat uppdrag som har börjat gälla kan inte återtas. Avsluta det i stället."
    return ""


def edition_values(edition: FormEdition) -> dict[str, Any]:
    """An edition as it stands, with its sections."""
    sections = list(edition.sections.values("heading", "body"))
    return {"name": edition.name, "valid_from": edition.valid_from, "sections": sections}


def seats_to_choose(user: User, forum: Forum) -> QuerySet[Seat]:
    """Seats of the forum for whose organisations the person may fill in forms today."""
    organisations = Organisation.objects.where(user, "fill_in_mandate")
    today = timezone.localdate()
    return forum.seats.active_on(today).filter(organisation__in=organisations).in_order()


def editions_to_start(user: User) -> list[FormEdition]:
    """The current edition of each forum in which the person may fill in a form."""
    organisations = Organisation.objects.where(user, "fill_in_mandate")
    current: dict[int, FormEdition] = {}
    editions = FormEdition.objects.current(timezone.localdate()).filter(
        forum__in=Forum.objects.filter(seats__organisation__in=organisations)
    )
    for edition in editions.select_related("forum"):
        current.setdefault(edition.forum_id, edition)
    return list(current.values())


def edition_today(forum: Forum) -> FormEdition | None:
    """The forum's edition that new forms are filled in on."""
    return FormEdition.objects.current(timezone.localdate()).filter(forum=forum).first()


def commissioners_to_choose(line: MandateSeat) -> QuerySet[User]:
    """Those who may attest the line: commissioners of the organisation, but never the representative."""
    return User.objects.commissioners_of(line.seat.organisation, timezone.localdate()).exclude(
        pk=line.mandate.representative_id
    )


def latest_held_line(seat: Seat) -> MandateSeat | None:
    """The seat's most recent attested ordinary line, whose details a successor starts from."""
    return (
        seat.mandate_lines.ordinary()
        .filter(state__in=[LineState.ATTESTED, LineState.ENDED])
        .order_by("-starts_on", "-pk")
        .first()
    )


def fault_of_address(line: MandateSeat, address: str, by: User | None = None) -> str:
    """Why a commissioner cannot be reached at the address without account; empty when that is in order."""
    plain = address.strip().lower()
    representative = line.mandate.representative
    own = {representative.email, line.mandate.email.lower(), by.email if by else ""}
    if plain in own:
        return "Länken kan inte gå till din egen adress eller till representanten. Skriv uppdragsgivarens adress."
    if commissioners_to_choose(line).filter(email=plain).exists():
        return "Personen har rollen uppdragsgivare i portalen. Välj personen i listan i stället."
    return ""


def full_lines(mandate: Mandate) -> QuerySet[MandateSeat]:
    """The mandate's lines in Swedish order, with all that their pages show."""
    return (
        mandate.lines.select_related(
            "mandate__representative",
            "mandate__edition__forum",
            "seat__organisation",
            "commissioner",
            "attested_by",
            "returned_by",
            "ended_by",
            "decided_link",
            "paper__scan",
            "paper__registered_by",
            "replaces__mandate",
            "handover__successor",
        )
        .prefetch_related("contacts")
        .with_confirmation()
        .with_links()
        .with_reminders()
        .in_order()
    )


def editable_lines(mandate: Mandate) -> list[MandateSeat]:
    """Lines that are drafts or have been sent back."""
    return [line for line in full_lines(mandate) if line.state in EDITABLE_LINE_STATES]


def person_is_editable(mandate: Mandate) -> bool:
    """Name and contact details: until somebody has attested them, and only while something is open to edit."""
    states = set(mandate.lines.values_list("state", flat=True))
    if mandate.state == MandateState.DRAFT:
        return True
    return (
        mandate.state == MandateState.SUBMITTED
        and LineState.RETURNED in states
        and not states & {LineState.ATTESTED, LineState.ENDED}
    )


def person_problems(mandate: Mandate) -> list[Problem]:
    """What is missing among name and contact details."""
    url = reverse("mandate_person", args=[mandate.pk])
    wanted = {
        "Skriv namn.": mandate.name,
        "Skriv befattning.": mandate.title,
        "Skriv e-postadress i arbetet.": mandate.email,
    }
    return [Problem(text, url) for text, value in wanted.items() if not value]


def line_problems(line: MandateSeat, holders: Holders) -> list[Problem]:
    """What is missing on one line; `holders` are those who hold roles in its organisation today."""
    organisation = line.seat.organisation_id
    if not _is_for_representative(line, holders):
        text = "du har inte längre rollen representant. Välj bort organisationen, eller be samordnaren om hjälp"
        return [Problem(f"{line.seat}: {text}.", reverse("mandate_seats", args=[line.mandate_id]))]
    found = []
    if line.share_percent is None:
        found.append("skriv andel av en heltidstjänst")
    if line.commissioner_id is None:
        found += _external_problems(line)
    elif (organisation, Role.COMMISSIONER, line.commissioner_id) not in holders:
        found.append("välj en annan uppdragsgivare – den valda har inte längre den rollen")
    if line.starts_on is None:
        found.append("skriv från vilken dag uppdraget gäller")
    if line.ends_on and line.ends_on < timezone.localdate():
        found.append("slutdatumet har passerat")
    if not line.contacts.all():
        found.append("lägg till minst en intern kontakt")
    url = reverse("mandate_line", args=[line.mandate_id, line.pk])
    return [Problem(f"{line.seat}: {text}.", url) for text in found]


def _external_problems(line: MandateSeat) -> list[str]:
    """What is missing about a commissioner without account."""
    if not any(getattr(line, name) for name in EXTERNAL_FIELDS):
        return ["välj uppdragsgivare"]
    wanted = {
        "skriv uppdragsgivarens namn": line.commissioner_name,
        "skriv uppdragsgivarens funktion": line.commissioner_title,
        "skriv uppdragsgivarens e-postadress": line.commissioner_email,
    }
    missing = [text for text, value in wanted.items() if not value]
    if line.commissioner_email and fault_of_address(line, line.commissioner_email):
        missing.append("skriv en annan e-postadress till uppdragsgivaren")
    return missing


def _is_for_representative(line: MandateSeat, holders: Holders) -> bool:
    return (line.seat.organisation_id, Role.REPRESENTATIVE, line.mandate.representative_id) in holders


def _role_holders(lines: list[MandateSeat]) -> Holders:
    """Who holds which role today in the organisations of the lines: one query, however many lines."""
    memberships = Membership.objects.active_on(timezone.localdate()).filter(
        user__is_active=True, organisation__in=[line.seat.organisation_id for line in lines]
    )
    return {
        (organisation, Role(role), user)
        for organisation, role, user in memberships.values_list("organisation_id", "role", "user_id")
        if organisation is not None
    }


@dataclass(frozen=True)
class Step:
    """One step of the form and whether it is done."""

    name: str
    label: str
    url: str
    problems: tuple[Problem, ...] = ()

    @property
    def status(self) -> str:
        return "Att fylla i" if self.problems else "Klart"

    @property
    def tone(self) -> str:
        return "waiting" if self.problems else "good"


def steps(mandate: Mandate) -> list[Step]:
    """The steps that can be taken now: all of them for a draft, those of returned lines after that.

    A returned line waits where the person no longer holds the role; it does not stop the others.
    """
    found = []
    lines = editable_lines(mandate)
    holders = _role_holders(lines)
    if person_is_editable(mandate):
        url = reverse("mandate_person", args=[mandate.pk])
        found.append(Step("person", "Kontaktuppgifter", url, tuple(person_problems(mandate))))
    if mandate.state == MandateState.DRAFT:
        url = reverse("mandate_seats", args=[mandate.pk])
        missing = () if lines else (Problem("Välj minst en organisation.", url),)
        found.append(Step("seats", "Organisationer", url, missing))
    else:
        lines = [line for line in lines if _is_for_representative(line, holders)]
    for line in lines:
        url = reverse("mandate_line", args=[mandate.pk, line.pk])
        found.append(Step(f"line-{line.pk}", str(line.seat), url, tuple(line_problems(line, holders))))
    if found:
        found.append(Step("review", "Granska och skicka in", reverse("mandate_review", args=[mandate.pk])))
    return found


def problems(mandate: Mandate) -> list[Problem]:
    """All that is missing before the form, or its mended lines, can be submitted."""
    return [problem for step in steps(mandate) for problem in step.problems]
