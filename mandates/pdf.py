"""The mandate form as a document, filled in or empty: what a reader may see of it, in the words that are printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format

from kvinnofrid.core import pdf
from mandates import permissions, queries
from mandates.enums import LineKind, LineState, MandateState, Through
from mandates.models import EditionSection, FormEdition, InternalContact, Mandate, MandateSeat
from mandates.queries import printing
from mandates.workflow import HELD_LINE_STATES
from organisations.models import Organisation, Partnership, User
from organisations.queries import card

MARKS = {MandateState.DRAFT: "UTKAST", MandateState.WITHDRAWN: "ÅTERTAGET"}
BLANK_LINES = 4
BLANK_CONTACTS = 4


@dataclass(frozen=True)
class Section:
    """One headed piece of the edition's fixed text."""

    heading: str
    body: str


@dataclass(frozen=True)
class Person:
    """The representative, as the reader may see them."""

    name: str
    title: str = ""
    email: str = ""
    phone: str = ""
    private_phone: str = ""
    submitted_on: str = ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and value; what nobody has to fill in has no row while it is empty."""
        wanted = [("Namn", self.name), ("Befattning", self.title), ("E-post", self.email)]
        extra = [("Telefon", self.phone), ("Privat telefon", self.private_phone), ("Inskickat", self.submitted_on)]
        return wanted + [row for row in extra if row[1]]


@dataclass(frozen=True)
class Contact:
    """Somebody inside the organisation who gives views and gets news."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""

    @property
    def email_before_host(self) -> str:
        """The address up to and with the @, after which a long one is best broken."""
        return "".join(self.email.rpartition("@")[:2])

    @property
    def email_host(self) -> str:
        return self.email.rpartition("@")[2]


@dataclass(frozen=True)
class LineDocument:
    """One organisation on the form. `contacts` is None for a reader who may see the outline only."""

    organisation: str
    function: str
    period: str
    state_label: str
    state_facts: str = ""
    tone: str = ""
    kind_label: str = ""
    share: Decimal | None = None
    commissioner: str = ""
    case_number: str = ""
    comment: str = ""
    evidence: str = ""
    confirmed_on: date | None = None
    contacts: tuple[Contact, ...] | None = None

    @property
    def is_in_full(self) -> bool:
        return self.contacts is not None

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and value, as far as the reader may see them."""
        if not self.is_in_full:
            return [("Gäller", self.period)]
        share = f"{number_format(self.share.normalize())} procent av heltid" if self.share else "andel inte ifylld"
        return [
            ("Gäller", self.period),
            ("Omfattning", f"{self.kind_label}, {share}"),
            ("Uppdragsgivare", self.commissioner),
            ("Diarienummer", self.case_number),
            *([("Bekräftat", _day(self.confirmed_on))] if self.confirmed_on else []),
            *([] if self.contacts else [("Interna kontakter", "")]),
        ]


@dataclass(frozen=True)
class FormDocument:
    """What the filled-in and the empty form share: the title block and the fixed text."""

    partnership_name: str
    forum_name: str
    edition_name: str
    edition_valid_from: date
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class MandateDocument(FormDocument):
    """A filled-in form as one reader may see it."""

    reference: str = ""
    state_label: str = ""
    mark: str = ""
    changed_at: datetime | None = None
    person: Person = Person(name="")
    lines: tuple[LineDocument, ...] = ()


def mandate_pdf(mandate: Mandate, *, viewer: User) -> pdf.Document:
    """The form as the viewer may see it. Raises core.pdf.PdfFailed; the caller has checked that it is visible."""
    html = mandate_html(mandate_document(mandate, viewer=viewer))
    return pdf.Document(html, pdf.draw(html))


def mandate_html(document: MandateDocument) -> str:
    """What the form is drawn from, alone or among others."""
    case_numbers = [line.case_number for line in document.lines if line.case_number]
    return pdf.page(
        "pdf/mandate.html",
        {"document": document},
        title=f"Uppdragsbeskrivning {document.reference}, {document.forum_name}",
        created=document.changed_at or _midnight(document.edition_valid_from),
        author=document.partnership_name,
        subject=f"Representant för {', '.join(line.organisation for line in document.lines)}. {document.state_label}.",
        keywords=[document.reference, document.edition_name, *case_numbers],
    )


def blank_form_pdf(edition: FormEdition) -> pdf.Document:
    """The edition's form to fill in by hand."""
    document = FormDocument(**_fixed(edition, Partnership.objects.first()))
    room = {"numbers": range(1, BLANK_LINES + 1), "contact_rows": range(BLANK_CONTACTS)}
    return pdf.render(
        "pdf/mandate_blank.html",
        {"document": document, **room},
        title=f"Uppdragsbeskrivning, blankett, {document.forum_name}",
        created=printing.last_saved([edition]).get(edition.pk) or _midnight(edition.valid_from),
        author=document.partnership_name,
        subject=f"Blankett för uppdragsbeskrivning, {document.edition_name}.",
        keywords=[document.edition_name],
    )


@dataclass(frozen=True)
class HandoverDocument:
    """What whoever takes over a line needs."""

    partnership_name: str
    forum_name: str
    reference: str
    organisation: str
    function: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    open_matters: tuple[str, ...]
    contacts: tuple[Contact, ...]
    handed_over_at: datetime


def handover_pdf(line: MandateSeat, *, viewer: User) -> pdf.Document:
    """The hand-over sheet of an ended line, for a viewer who sees the line in full. Raises core.pdf.PdfFailed."""
    document = handover_document(line, viewer=viewer)
    return pdf.render(
        "pdf/handover.html",
        {"document": document},
        title=f"Överlämning {document.reference}, {document.organisation}",
        created=document.handed_over_at,
        author=document.partnership_name,
        subject=f"Överlämning av uppdraget för {document.organisation} i {document.forum_name}.",
        keywords=[document.reference],
    )


def handover_document(line: MandateSeat, *, viewer: User) -> HandoverDocument:
    """Who hands over to whom, period, share, contacts, notes, and what is open in the portal."""
    mandate, handover, partnership = line.mandate, line.handover, Partnership.objects.first()
    organisation = line.seat.organisation
    successor = _named(handover.successor, organisation, viewer, "Efterträdare") if handover.successor else ""
    share = f"{number_format(line.share_percent.normalize())} procent av heltid" if line.share_percent else ""
    person = _person(mandate, [line], viewer)
    rows = (
        ("Lämnar", f"{person.name}, {person.title}" if person.title else person.name),
        ("Kontakt", ", ".join(filter(None, [person.email, person.phone]))),
        ("Tar över", successor or "Inte känt än"),
        ("Gällde", _period(line.starts_on, line.last_day)),
        ("Omfattning", f"{LineKind(line.kind).label}, {share}"),
        ("Uppdragsgivare", _commissioner(line, viewer)),
        ("Diarienummer", line.case_number),
    )
    return HandoverDocument(
        partnership_name=partnership.name if partnership else "",
        forum_name=mandate.edition.forum.name,
        reference=mandate.reference,
        organisation=organisation.name,
        function=line.seat.function,
        rows=rows,
        notes=(
            ("Vad som pågår", handover.goes_on),
            ("Kommande möten", handover.meetings),
            ("Var handlingarna finns", handover.papers),
        ),
        open_matters=tuple(queries.open_matters(line)),
        contacts=tuple(_contact(contact) for contact in line.contacts.all()),
        handed_over_at=handover.handed_over_at,
    )


def _named(person: User, organisation: Organisation, viewer: User, function: str) -> str:
    return card(person=person, organisation=organisation, function=function, reader=viewer).name


def mandate_document(mandate: Mandate, *, viewer: User) -> MandateDocument:
    """What is printed for the viewer: of other organisations' lines only organisation, period and state."""
    [document] = mandate_documents([mandate], viewer=viewer)
    return document


def mandate_documents(mandates: Sequence[Mandate], *, viewer: User) -> list[MandateDocument]:
    """The same for many, with as many queries as for one."""
    partnership = Partnership.objects.first()
    lines, saved = printing.lines_of(mandates), printing.last_saved(mandates)
    return [
        MandateDocument(
            **_fixed(mandate.edition, partnership),
            reference=mandate.reference,
            state_label=_state(mandate, own),
            mark=MARKS.get(MandateState(mandate.state), ""),
            changed_at=_changed_at(mandate, own, saved.get(mandate.pk)),
            person=_person(mandate, own, viewer),
            lines=tuple(_line(line, viewer) for line in own),
        )
        for mandate in mandates
        for own in [lines[mandate.pk]]
    ]


def _fixed(edition: FormEdition, partnership: Partnership | None) -> dict[str, Any]:
    return {
        "partnership_name": partnership.name if partnership else "",
        "forum_name": edition.forum.name,
        "edition_name": edition.name,
        "edition_valid_from": edition.valid_from,
        "sections": tuple(_section(section) for section in edition.sections.all()),
    }


def _section(section: EditionSection) -> Section:
    return Section(section.heading, section.body)


def _person(mandate: Mandate, lines: Sequence[MandateSeat], viewer: User) -> Person:
    """The representative as the form states, or function and its address where the person is protected."""
    in_full = [line for line in lines if permissions.sees_in_full(viewer, line)]
    is_inside = bool(in_full) or mandate.representative_id == viewer.pk
    submitted_on = _day(timezone.localdate(mandate.submitted_at)) if mandate.submitted_at else ""
    if not lines:
        return Person(mandate.name, mandate.title, mandate.email, mandate.phone)
    organisation = (in_full or lines)[0].seat.organisation
    shown = card(
        person=mandate.representative, organisation=organisation, function="Representant", reader=viewer, shown=mandate
    )
    private_phone = mandate.private_phone if is_inside else ""
    return Person(shown.name, shown.title, shown.email, shown.phone, private_phone, submitted_on)


def _line(line: MandateSeat, viewer: User) -> LineDocument:
    organisation = line.seat.organisation
    outline: dict[str, Any] = {
        "organisation": organisation.name,
        "function": line.seat.function,
        "period": _period(line.starts_on, line.last_day),
        "state_label": line.get_state_display(),
        "tone": line.state,
    }
    if not permissions.sees_in_full(viewer, line):
        return LineDocument(**outline, state_facts=_outline_facts(line))
    return LineDocument(
        **outline,
        state_facts=_facts(line, viewer),
        kind_label=line.get_kind_display(),
        share=line.share_percent,
        commissioner=_commissioner(line, viewer),
        evidence=_evidence(line),
        confirmed_on=max((row.confirmed_on for row in line.confirmations.all()), default=None),
        case_number=line.case_number,
        comment=line.return_comment,
        contacts=tuple(_contact(contact) for contact in line.contacts.all()),
    )


def _contact(contact: InternalContact) -> Contact:
    return Contact(contact.name, contact.role, contact.email, contact.phone)


def _official(user: User | None, organisation: Organisation, viewer: User, *, with_title: bool = False) -> str:
    """A commissioner's name, or function where the person is protected."""
    if user is None:
        return ""
    shown = card(person=user, organisation=organisation, function="Uppdragsgivare", reader=viewer)
    return f"{shown.name}, {shown.title}" if with_title and shown.title else shown.name


def _commissioner(line: MandateSeat, viewer: User) -> str:
    """The commissioner with title; one without account as the line names them."""
    if line.commissioner is None:
        return line.commissioner_label
    return _official(line.commissioner, line.seat.organisation, viewer, with_title=True)


def _attester(line: MandateSeat, viewer: User) -> str:
    if line.attested_by is None:
        return line.attested_label
    return _official(line.attested_by, line.seat.organisation, viewer)


def _evidence(line: MandateSeat) -> str:
    """What the attestation rests on, when the commissioner was not logged in."""
    if line.paper:
        return (
            f"Inkommen på papper {_day(line.paper.received_on)}, undertecknad {_day(line.paper.signed_on)}. "
            "Den inlästa blanketten finns i portalen och är beviset."
        )
    if line.attested_through == Through.LINK and line.decided_link:
        return (
            f"Attesterad via engångslänk som skickades till {line.decided_link.email}. Det är ett svagare bevis än en "
            "attest av någon som är inloggad i portalen."
        )
    return ""


def _state(mandate: Mandate, lines: Sequence[MandateSeat]) -> str:
    """The form's state in words that hold as long as nobody changes it, whatever the day."""
    left = [line for line in lines if line.state != LineState.WITHDRAWN]
    if mandate.state == MandateState.SUBMITTED and all(line.state in HELD_LINE_STATES for line in left):
        return "Attesterat"
    return queries.mandate_status(mandate, lines, timezone.localdate()).text


def _facts(line: MandateSeat, viewer: User) -> str:
    """How the sentence that begins with the line's state goes on: by whom and when."""
    organisation = line.seat.organisation
    match line.state:
        case LineState.ATTESTED if line.attested_at:
            return f" av {_attester(line, viewer)} den {_moment(line.attested_at)}."
        case LineState.ENDED if line.attested_at:
            by = _attester(line, viewer)
            return f" med {_day(line.last_day)} som sista dag. Attesterad av {by} den {_moment(line.attested_at)}."
        case LineState.RETURNED if line.returned_at:
            by = _official(line.returned_by, organisation, viewer) if line.returned_by else line.returned_label
            return f" av {by} den {_moment(line.returned_at)}."
    return _outline_facts(line)


def _outline_facts(line: MandateSeat) -> str:
    """The same without names, for those who may see the outline only."""
    match line.state:
        case LineState.DRAFT:
            return ", inte inskickad för attest."
        case LineState.WAITING if line.waiting_since:
            return f" sedan den {_moment(line.waiting_since)}."
        case LineState.ATTESTED if line.attested_at:
            return f" den {_moment(line.attested_at)}."
        case LineState.ENDED:
            return f" med {_day(line.last_day)} som sista dag."
        case LineState.WITHDRAWN if line.mandate.withdrawn_at:
            return f" den {_moment(line.mandate.withdrawn_at)}."
    return "."


def _period(starts_on: date | None, ends_on: date | None) -> str:
    if starts_on is None:
        return f"Startdatum inte ifyllt – {_day(ends_on)}" if ends_on else "Inte ifyllt"
    return f"{_day(starts_on)} – {_day(ends_on)}" if ends_on else f"{_day(starts_on)} och tills vidare"


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y \\k\\l.\u00a0H.i")


def _changed_at(mandate: Mandate, lines: Sequence[MandateSeat], saved_at: datetime | None) -> datetime:
    """When the form or a line last changed: attesting and sending back are facts of the line alone."""
    moments = [mandate.created_at, saved_at]
    for line in lines:
        moments += [line.attested_at, line.returned_at, *(row.confirmed_at for row in line.confirmations.all())]
    return max(moment for moment in moments if moment)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
