"""What has happened to a mandate and to an edition, in sentences."""

from collections.abc import Callable
from typing import Any

from kvinnofrid.core.history import PORTAL, Event, events, has_open_identity, latest_first
from mandates import permissions
from mandates.models import FormEdition, Mandate, MandateSeat
from organisations.permissions import is_coordinator

MANDATE_SENTENCES = {
    "started": "Påbörjade uppdraget.",
    "saved": "Ändrade i formuläret.",
    "submitted": "Skickade in uppdraget för attest.",
    "withdrawn": "Återtog uppdraget.",
    "partly_withdrawn": "Återtog det som inte hade börjat gälla.",
}
ENDED = "Uppdraget avslutades i sin helhet."
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
    """Of lines that the reader does not see in full, only that an organisation attested or ended them.

    The form ends with its last line: by whom and why is that organisation's, and told with the line.
    """
    may_name = _naming(lines, reader)
    saved = mandate.history.select_related("history_user")
    found = events(saved, MANDATE_SENTENCES, may_name=may_name)
    found += [Event(row.history_date, PORTAL, ENDED) for row in saved if row.verb == "ended"]
    rows = MandateSeat.history.filter(mandate_id=mandate.pk).select_related("history_user", "seat__organisation")
    for row in rows:
        if permissions.sees_in_full(reader, row):
            found += events([row], LINE_SENTENCES, about=str(row.seat), may_name=may_name)
        elif row.verb in PUBLIC_LINE_VERBS:
            sentence = LINE_SENTENCES[row.verb].format(about=str(row.seat))
            found.append(Event(row.history_date, row.seat.organisation.short_name, sentence))
    return latest_first(found)


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
