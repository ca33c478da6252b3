"""What has happened to an organisation and to a forum, in sentences."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kvinnofrid.core.history import Event, events, has_open_identity, latest_first
from mandates.models import FormEdition, MandateSeat, Vacancy
from organisations.models import Appointment, DecidingBody, Forum, Membership, Organisation, Seat
from organisations.permissions import is_coordinator, sees_internal

LONGEST = 30
ORGANISATION = {
    "imported": "Organisationens uppgifter lästes in från samverkansfilen.",
    "saved": "Ändrade organisationens uppgifter.",
}
BODY = {
    "imported": "Organ som beslutar lästes in från samverkansfilen.",
    "ended": "Avslutade {about} inför nyvalet.",
    "reopened": "Angav att {about} fortsätter efter nyvalet.",
    "restored": "Återtog nyvalet. Det som gällde för {about} gäller som förut.",
    "dropped": "Återtog nyvalet. {about} tar inte över.",
}
ROLE = {
    "granted": "Gav rollen {about}.",
    "changed": "Ändrade slutdatum för rollen {about}.",
    "ended": "Avslutade rollen {about}.",
    "revoked": "Tog tillbaka rollen {about}.",
    "restored": "Återtog nyvalet. Rollen {about} gäller som förut.",
}
OWN_SEAT = {"imported": "Organisationens platser lästes in från samverkansfilen."}
OWN_LINE = {
    "attested": "Attesterade ett uppdrag i {about}.",
    "attested_by_link": "Ett uppdrag i {about} attesterades via engångslänk.",
    "registered_on_paper": "Registrerade ett uppdrag i {about} från en pappersblankett.",
    "ended": "Avslutade ett uppdrag i {about}.",
    "restored": "Återtog nyvalet. Uppdraget i {about} gäller som förut.",
    "replaced": "Ersatte ett uppdrag i {about} med ett nytt.",
}
OWN_VACANCY = {
    "registered": "Registrerade att platsen i {about} är vakant.",
    "saved": "Ändrade vad som står om den vakanta platsen i {about}.",
}
FORUM = {"imported": "Forumets uppgifter lästes in från samverkansfilen.", "saved": "Ändrade forumets uppgifter."}
SEAT = {"imported": "Forumets platser lästes in från samverkansfilen."}
LINE = {
    "attested": "Attesterade ett uppdrag för {about}.",
    "attested_by_link": "Attesterade ett uppdrag för {about}.",
    "registered_on_paper": "Attesterade ett uppdrag för {about} på papper.",
    "ended": "Avslutade ett uppdrag för {about}.",
    "restored": "Återtog nyvalet. Uppdraget för {about} gäller som förut.",
    "replaced": "Ersatte ett uppdrag för {about} med ett nytt.",
}
OFFICE = {
    "appointed": "Platsen för {about} fick en innehavare.",
    "ended": "Platsen för {about} blev ledig.",
    "restored": "Återtog nyvalet. Platsen för {about} har samma innehavare som förut.",
}
EDITION = {"published": "Publicerade formulärets utgåva ”{about}”."}


def organisation_history(organisation: Organisation, reader: Any) -> list[Event]:
    """The organisation's life; who was given which role is told to those who see what is internal."""
    internal = sees_internal(reader, organisation)
    found = _told(organisation.history.all(), ORGANISATION, reader)
    found += _told(DecidingBody.history.filter(organisation_id=organisation.pk), BODY, reader, lambda row: row.name)
    found += _told(Seat.history.filter(organisation_id=organisation.pk), OWN_SEAT, reader)
    lines = MandateSeat.history.filter(seat__organisation_id=organisation.pk, verb__in=OWN_LINE)
    told = _told(lines.select_related("seat__forum"), OWN_LINE, reader, lambda row: row.seat.forum.name)
    vacancies = Vacancy.history.filter(seat__organisation_id=organisation.pk, verb__in=OWN_VACANCY)
    told += _told(vacancies.select_related("seat__forum"), OWN_VACANCY, reader, lambda row: row.seat.forum.name)
    found += told if internal else [replace(event, who=organisation.short_name) for event in told]
    if internal:
        roles = Membership.history.filter(organisation_id=organisation.pk).select_related("user")
        found += _told(roles, ROLE, reader, lambda row: f"{row.get_role_display().lower()} till {row.user.name}")
    return latest_first(found)[:LONGEST]


def forum_history(forum: Forum, reader: Any) -> list[Event]:
    """The forum's life: its seats, its forms, and that mandates were attested or ended."""
    found = _told(forum.history.all(), FORUM, reader)
    found += _told(Seat.history.filter(forum_id=forum.pk), SEAT, reader)
    found += _told(FormEdition.history.filter(forum_id=forum.pk), EDITION, reader, lambda row: row.name)
    offices = Appointment.history.filter(seat__forum_id=forum.pk).select_related("seat__organisation")
    found += _told(offices, OFFICE, reader, lambda row: str(row.seat))
    lines = MandateSeat.history.filter(seat__forum_id=forum.pk, verb__in=LINE).select_related("seat__organisation")
    for row in lines.select_related("history_user", "seat__organisation")[:LONGEST]:
        told = events([row], LINE, about=str(row.seat), with_reason=False)
        found += [replace(event, who=row.seat.organisation.short_name) for event in told]
    return latest_first(found)[:LONGEST]


def _told(
    rows: Any, sentences: Mapping[str, str], reader: Any, about: Callable[[Any], str] = lambda row: ""
) -> list[Event]:
    """The events of the latest rows; why something was imported is a file's name, and of no interest here."""

    def may_name(person: Any) -> bool:
        return has_open_identity(person) or person == reader or is_coordinator(reader)

    latest: Iterable[Any] = rows.select_related("history_user").order_by("-history_date", "-history_id")[:LONGEST]
    return [
        event
        for row in latest
        for event in events([row], sentences, about=about(row), with_reason=False, may_name=may_name)
    ]
