"""What has happened to a mandate and to an edition, in sentences."""

from collections.abc import Callable
from typing import Any

from kvinnofrid.core.history import PORTAL, Event, events, has_open_identity, latest_first
from mandates import permissions
from mandates.enums import Matter, Rung
from mandates.models import (
    AttestLink,
    Confirmation,
    FormEdition,
    Handover,
    Mandate,
    MandateReminder,
    MandateSeat,
    ReminderPause,
    Vacancy,
)
from organisations.models import Seat
from organisations.permissions import is_coordinator

MANDATE_SENTENCES = {
    "started": "Påbörjade uppdraget.",
    "saved": "Ändrade i formuläret.",
    "submitted": "Skickade in uppdraget för attest.",
    "withdrawn": "Återtog uppdraget.",
    "partly_withdrawn": "Återtog det som inte hade börjat gälla.",
    "prepared": "Förberedde uppdraget åt efterträdaren.",
    "renewed": "Påbörjade ett nytt uppdrag från det som gäller.",
    "registered_on_paper": "Registrerade uppdraget från en pappersblankett.",
}
ENDED = "Uppdraget avslutades i sin helhet."
LINE_SENTENCES = {
    "restored": "Återtog nyvalet. Uppdraget för {about} gäller som förut.",
    "added": "Lade till {about}.",
    "removed": "Tog bort {about}.",
    "attested": "Attesterade uppdraget för {about}.",
    "sent_back": "Återsände uppdraget för {about} med en kommentar.",
    "ended": "Avslutade uppdraget för {about}.",
    "replaced": "Ersatte uppdraget för {about} med ett nytt.",
    "commissioner_named": "Angav en uppdragsgivare utan konto för {about}.",
    "registered_on_paper": "Registrerade uppdraget för {about} som attesterat på papper.",
}
BY_LINK = {
    "attested_by_link": "Attesterade uppdraget för {about} via engångslänk till {email}.",
    "sent_back_by_link": "Återsände uppdraget för {about} via engångslänk till {email}.",
}
LINK_SENTENCES = {
    "sent": "Skickade en engångslänk till {email} för {about}.",
    "withdrawn": "Återkallade engångslänken till {email} för {about}.",
}
CONFIRMATION_SENTENCES = {"confirmed": "Bekräftade uppdraget för {about}."}
HANDOVER_SENTENCES = {"handed_over": "Lämnade över uppdraget för {about}."}
PUBLIC_LINE_VERBS = {
    "restored": "Uppdraget för {about} gäller som förut.",
    "attested": "Attesterade uppdraget för {about}.",
    "attested_by_link": "Attesterade uppdraget för {about}.",
    "registered_on_paper": "Attesterade uppdraget för {about} på papper.",
    "ended": "Avslutade uppdraget för {about}.",
    "replaced": "Avslutade uppdraget för {about}.",
}
REMINDER_SENTENCES = {"reminded": "Skickade en påminnelse: {about}."}
PAUSE_SENTENCES = {"paused": "Pausade påminnelserna.", "resumed": "Tog bort pausen i påminnelserna."}
VACANCY_SENTENCES = {
    "registered": "Registrerade att platsen är vakant från och med {about}.",
    "saved": "Ändrade vad som står om vakansen från och med {about}.",
}
EDITION_SENTENCES = {
    "prepared": "Förberedde utgåvan.",
    "saved": "Ändrade i utgåvan.",
    "published": "Publicerade utgåvan. Texten är låst.",
    "imported": "Läste in utgåvan från samverkansfilen.",
}


def mandate_history(mandate: Mandate, lines: list[MandateSeat], reader: Any) -> list[Event]:
    """Of lines that the reader does not see in full, only that an organisation attested or ended them.

    The form ends with its last line: by whom and why is that organisation's, and told with the line.
    """
    may_name = _naming(lines, reader)
    saved = mandate.history.select_related("history_user")
    found = events(saved, MANDATE_SENTENCES, may_name=may_name)
    found += [Event(row.history_date, PORTAL, ENDED) for row in saved if row.verb == "ended"]
    rows = MandateSeat.history.filter(mandate_id=mandate.pk)
    rows = rows.select_related("history_user", "seat__organisation", "decided_link")
    for row in rows:
        if permissions.sees_in_full(reader, row):
            found += [*events([row], LINE_SENTENCES, about=str(row.seat), may_name=may_name), *_by_link(row)]
        elif row.verb in PUBLIC_LINE_VERBS:
            sentence = PUBLIC_LINE_VERBS[row.verb].format(about=str(row.seat))
            found.append(Event(row.history_date, row.seat.organisation.short_name, sentence))
    in_full = [line for line in lines if permissions.sees_in_full(reader, line)]
    return latest_first([*found, *_afterwards(in_full, may_name), *_reminders(mandate, lines, reader, may_name)])


def _reminders(mandate: Mandate, lines: list[MandateSeat], reader: Any, may_name: Callable[[Any], bool]) -> list[Event]:
    """Of lines that the reader sees in full and of the form as a whole. Why they are paused is the coordinator's."""
    found: list[Event] = []
    seats = {line.pk: f", {line.seat}" for line in lines if permissions.sees_in_full(reader, line)}
    for row in _history_of(MandateReminder, mandate, lines, "was_reminded"):
        if row.line_id is None or row.line_id in seats:
            about = f"{Matter(row.matter).label.lower()}{seats.get(row.line_id, '')} ({Rung(row.rung).label.lower()})"
            found += events([row], REMINDER_SENTENCES, about=about, may_name=may_name)
    pauses = _history_of(ReminderPause, mandate, lines, "was_paused")
    with_reason = is_coordinator(reader)
    return [*found, *events(pauses, PAUSE_SENTENCES, with_reason=with_reason, may_name=may_name)]


def _history_of(model: Any, mandate: Mandate, lines: list[MandateSeat], known: str) -> Any:
    """Without a query where the lines know that there is none; a form without lines does not know."""
    if lines and not any(getattr(line, known, True) for line in lines):
        return []
    return model.history.filter(mandate_id=mandate.pk).select_related("history_user")


def _by_link(row: Any) -> list[Event]:
    """What a commissioner without account did, with the address that the link went to: that is the evidence."""
    if row.verb not in BY_LINK:
        return []
    link = row.decided_link
    sentence = BY_LINK[row.verb].format(about=str(row.seat), email=link.email)
    return [Event(row.history_date, str(link), sentence, row.history_change_reason or "")]


def _afterwards(lines: list[MandateSeat], may_name: Callable[[Any], bool]) -> list[Event]:
    """Links sent, confirmations and hand-overs of the lines, which know whether there are any."""
    seats = {line.pk: str(line.seat) for line in lines}
    known: tuple[tuple[Any, dict[str, str], list[int]], ...] = (
        (AttestLink, LINK_SENTENCES, [line.pk for line in lines if getattr(line, "has_links", False)]),
        (Confirmation, CONFIRMATION_SENTENCES, [line.pk for line in lines if getattr(line, "last_confirmed_on", None)]),
        (Handover, HANDOVER_SENTENCES, [line.pk for line in lines if hasattr(line, "handover")]),
    )
    found: list[Event] = []
    for model, sentences, keys in known:
        rows = model.history.filter(line_id__in=keys, verb__in=sentences) if keys else []
        for row in rows:
            told = {verb: text.replace("{email}", getattr(row, "email", "")) for verb, text in sentences.items()}
            found += events([row], told, about=seats[row.line_id], may_name=may_name)
    return found


def _naming(lines: list[MandateSeat], reader: Any) -> Callable[[Any], bool]:
    """Who may be named to the reader: of protected people, those of an own organisation on the form."""
    own = [line.seat.organisation_id for line in lines if permissions.sees_in_full(reader, line)]

    def may_name(person: Any) -> bool:
        is_known = has_open_identity(person) or person == reader or is_coordinator(reader)
        return is_known or person.memberships.filter(organisation__in=own).exists()

    return may_name


def edition_history(edition: FormEdition) -> list[Event]:
    """The life of an edition."""
    return latest_first(events(edition.history.select_related("history_user"), EDITION_SENTENCES))


def vacancy_history(seat: Seat) -> list[Event]:
    """What has been registered about the seat's vacancies, for those who register them."""
    found: list[Event] = []
    for row in Vacancy.history.filter(seat_id=seat.pk).select_related("history_user"):
        found += events([row], VACANCY_SENTENCES, about=str(row.starts_on))
    return latest_first(found)
