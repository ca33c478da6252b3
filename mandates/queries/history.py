"""What has happened to a mandate and to an edition, in sentences."""

from typing import Any

from kvinnofrid.core.history import Event, events, latest_first
from mandates import permissions
from mandates.models import FormEdition, Mandate, MandateSeat

MANDATE_SENTENCES = {
    "started": "Påbörjade uppdraget.",
    "saved": "Ändrade i formuläret.",
    "submitted": "Skickade in uppdraget för attest.",
    "withdrawn": "Återtog uppdraget.",
    "ended": "Uppdraget avslutades i sin helhet.",
}
LINE_SENTENCES = {
    "added": "Lade till {about}.",
    "removed": "Tog bort {about}.",
    "attested": "Attesterade uppdraget för {about}.",
    "sent_back": "Återsände uppdraget för {about} med en kommentar.",
    "ended": "Avslutade uppdraget för {about}.",
}
PUBLIC_LINE_VERBS = ("attested", "ended")
EDITION_SENTENCES = {
    "prepared": "Förberedde utgåvan.",
    "saved": "Ändrade i utgåvan.",
    "published": "Publicerade utgåvan. Texten är låst.",
    "imported": "Läste in utgåvan från samverkansfilen.",
}


def mandate_history(mandate: Mandate, lines: list[MandateSeat], reader: Any) -> list[Event]:
    """Of lines that the reader does not see in full, only that an organisation attested or ended them."""
    found = events(mandate.history.select_related("history_user"), MANDATE_SENTENCES, may_name=_own)
    seats = {line.pk: line for line in lines}
    rows = MandateSeat.history.filter(mandate_id=mandate.pk).select_related("history_user", "seat__organisation")
    for row in rows:
        line = seats.get(row.id)
        if line is None or permissions.sees_in_full(reader, line):
            found += events([row], LINE_SENTENCES, about=str(row.seat), may_name=_own)
        elif row.verb in PUBLIC_LINE_VERBS:
            sentence = LINE_SENTENCES[row.verb].format(about=str(row.seat))
            found.append(Event(row.history_date, row.seat.organisation.short_name, sentence))
    return latest_first(found)


def _own(person: Any) -> bool:
    """Whoever reads a mandate belongs to an organisation on it, or coordinates: its people are named to them."""
    return True


def edition_history(edition: FormEdition) -> list[Event]:
    """The life of an edition."""
    return latest_first(events(edition.history.select_related("history_user"), EDITION_SENTENCES))
