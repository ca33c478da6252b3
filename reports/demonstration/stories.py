"""What has happened to the made-up mandates: every state there is, through the same actions as everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandates import actions
from mandates.actions import reminders, renewals
from mandates.enums import LineKind
from mandates.models import FormEdition, Mandate, MandateSeat
from mandates.queries import edition_today
from organisations.models import User
from reports.demonstration.cast import COORDINATOR, MORA, Cast
from reports.demonstration.happening import happening

EARLIER_EDITION = "Tidigare utgåva (demonstration)"
EARLIER_FROM = date(2024, 1, 1)
LONG_SECTION = 3  # paragraphs
CONTACTS = (
    {
        "name": "Demo Enhetschef",
        "role": "Individ- och familjeomsorg",
        "email": "enhetschef@{place}.example",
        "phone": "",
    },
    {"name": "Samordningsfunktionen", "role": "Lokal samverkan", "email": "samordning@{place}.example", "phone": ""},
)


@dataclass(frozen=True)
class Story:
    """One mandate. Days count from today, backwards when negative; `decided` is when its line was decided."""

    place: str
    begun: int
    starts: int
    share: str
    role: str = "representant"
    kind: LineKind = LineKind.ORDINARY
    ends: int | None = None
    submitted: bool = True
    attested: int | None = None
    returned: int | None = None
    withdrawn: int | None = None
    ended: int | None = None
    reason: str = ""


DEPUTY = LineKind.DEPUTY
STORIES = (
    Story("falun", -420, -400, "20", "tidigare.representant", attested=-415, ended=-61, reason="Har bytt tjänst."),
    Story("avesta", -520, -500, "10", attested=-510, ended=-120, reason="Tjänsten är vakant."),
    Story("leksand", -300, -290, "15", attested=-295),
    Story("leksand", -300, -290, "5", "ersattare", DEPUTY, attested=-294),
    Story("region-dalarna", -260, -250, "25", attested=-255),
    Story("region-dalarna", -40, -30, "5", "ersattare", DEPUTY, attested=-36),
    Story("lansstyrelsen-dalarna", -640, -630, "40", attested=-632),
    Story("hogskolan-dalarna", -200, -190, "10", attested=-195, ends=540),
    Story("polisen", -150, -140, "15", attested=-141),
    Story("barnahus-dalarna", -90, -80, "10", attested=-84),
    Story("brottsofferjouren", -75, -60, "5", attested=-70, ends=305),
    Story("borlange", -180, -170, "30", attested=-175),
    Story("vansbro", -330, -320, "12.5", attested=-325, ends=45),
    Story("migrationsverket", -350, -345, "5", attested=-348, ends=20),
    Story("hedemora", -12, 30, "20", attested=-6),
    Story("rattvik", -36, -20, "20"),
    Story("kriminalvarden", -3, 14, "10"),
    Story("gagnef", -17, -1, "15", returned=-10, reason="Andelen räcker inte till möten och förankring. Räkna om den."),
    Story("smedjebacken", -26, -10, "10", withdrawn=-12, reason="En annan person får uppdraget."),
    Story("ludvika", -5, 10, "15", submitted=False),
)


def play(cast: Cast) -> None:
    """Everything that has happened, oldest first."""
    _earlier_edition(cast)
    for story in sorted(STORIES, key=lambda story: story.begun):
        _play(story, cast)
    _play_mora(cast)
    _leave_vacant(cast)
    _remind(cast)
    _ask_for_renewal(cast)


def _earlier_edition(cast: Cast) -> None:
    """Mandates from before the partnership file's edition were signed on an earlier one."""
    coordinator = cast.people[COORDINATOR]
    with happening(days_ago=(timezone.localdate() - EARLIER_FROM).days + 14):
        edition = actions.prepare_edition(
            forum=cast.forums["lansgruppen"], name=EARLIER_EDITION, valid_from=EARLIER_FROM, by=coordinator
        )
        texts = edition.sections.values("heading", "body")
        sections = [{"heading": one["heading"], "body": _as_before(one["body"])} for one in texts]
        values = {"name": EARLIER_EDITION, "valid_from": EARLIER_FROM}
        actions.save_edition(edition=edition, values=values, sections=sections, by=coordinator)
        actions.publish_edition(edition=edition, by=coordinator)


def _as_before(body: str) -> str:
    """The earlier text said less: no last paragraph where there are several, and only "sin organisation"."""
    paragraphs = body.split("\n\n")
    kept = paragraphs[:-1] if 1 < len(paragraphs) < LONG_SECTION else paragraphs
    return "\n\n".join(kept).replace("hela sin organisation, inte bara den egna verksamheten", "sin organisation")


def _play(story: Story, cast: Cast) -> None:
    representative = cast.person(story.role, story.place)
    commissioner = cast.person("uppdragsgivare", story.place)
    with happening(-story.begun):
        mandate = actions.start_mandate(edition=_edition(cast, story.begun), by=representative)
        line = mandate.lines.get()
        _save_line(line, story, commissioner, by=representative)
    if story.submitted:
        with happening(-story.begun, hour=10):
            actions.submit(mandate=mandate, by=representative)
    _decide(line, story, commissioner)
    if story.withdrawn:
        with happening(-story.withdrawn):
            actions.withdraw(mandate=mandate, reason=story.reason, by=representative)
    if story.ended:
        with happening(-story.ended):
            last_day = _day(story.ended)
            actions.end_line(line=line, ended_on=last_day, reason=story.reason, by=commissioner)


def _leave_vacant(cast: Cast) -> None:
    """What is known about a seat that nobody holds."""
    with happening(90):
        known = {
            "starts_on": _day(-119),
            "expected_on": _day(45),
            "note": "Tjänsten utlyses.",
            "function_email": "funktion@avesta.example",
        }
        seat = cast.forums["lansgruppen"].seats.get(organisation__slug="avesta")
        actions.register_vacancy(seat=seat, values=known, by=cast.people[COORDINATOR])


def _remind(cast: Cast) -> None:
    """One who should have confirmed is reminded today, and about another nobody is to be reminded for a while."""
    by, forum = cast.people[COORDINATOR], cast.forums["lansgruppen"]
    unconfirmed, returned = (
        Mandate.objects.get(lines__seat__forum=forum, lines__seat__organisation__slug=slug)
        for slug in ("lansstyrelsen-dalarna", "gagnef")
    )
    with happening(0, hour=0):
        reminders.remind(mandate=unconfirmed, key="confirm", by=by)
    with happening(5):
        values = {"starts_on": _day(-5), "ends_on": _day(25), "reason": "Kommunen ser över vem som ska företräda den."}
        reminders.pause(forum=forum, mandate=returned, values=values, by=by)


def _ask_for_renewal(cast: Cast) -> None:
    """Two with mandates on the earlier edition have been asked to sign anew; one has answered that it is not needed."""
    forum = cast.forums["lansgruppen"]
    edition = edition_today(forum)
    assert edition is not None
    held = Mandate.objects.filter(lines__in=MandateSeat.objects.ordinary().held_on(timezone.localdate()))
    asked = held.filter(lines__seat__organisation__slug__in=["region-dalarna", "lansstyrelsen-dalarna"])
    with happening(8):
        renewals.ask_for_renewal(edition=edition, mandates=list(asked), by=cast.people[COORDINATOR])
    with happening(6):
        by = cast.person("representant", "lansstyrelsen-dalarna")
        reason = "Länsstyrelsen kallar till gruppen. Det som är nytt ändrar inget för oss."
        renewals.decline_renewal(mandate=asked.get(representative=by), reason=reason, by=by)


def _decide(line: MandateSeat, story: Story, commissioner: User) -> None:
    version = Mandate.objects.get(pk=line.mandate_id).version
    if story.attested:
        with happening(-story.attested):
            actions.attest(line=line, version=version, by=commissioner)
    if story.returned:
        with happening(-story.returned):
            actions.send_back(line=line, version=version, comment=story.reason, by=commissioner)


def _play_mora(cast: Cast) -> None:
    """One form with four lines: two are attested, one waits, one has come back."""
    representative, commissioner = cast.person("representant", "mora"), cast.person("uppdragsgivare", "mora")
    share = {"mora": "10", "orsa": "5", "alvdalen": "5", "malung-salen": "7.5"}
    with happening(21):
        mandate = actions.start_mandate(edition=_edition(cast, -21), by=representative)
        seats = cast.forums["lansgruppen"].seats.filter(organisation__slug__in=MORA)
        actions.choose_seats(mandate=mandate, seats=list(seats), by=representative)
        lines = {line.seat.organisation.slug: line for line in mandate.lines.select_related("seat__organisation")}
        for slug, line in lines.items():
            _save_line(line, Story(slug, -21, -7, share[slug]), commissioner, by=representative)
    with happening(21, hour=10):
        actions.submit(mandate=mandate, by=representative)
    for slug in ("mora", "orsa"):
        _decide(lines[slug], Story(slug, -21, -7, share[slug], attested=-14), commissioner)
    comment = "Ange vår egen kontaktperson, inte Moras."
    _decide(lines["malung-salen"], Story("malung-salen", -21, -7, "7.5", returned=-9, reason=comment), commissioner)


def _edition(cast: Cast, day: int) -> FormEdition:
    """The edition that was current on the day."""
    return FormEdition.objects.current(_day(day)).filter(forum=cast.forums["lansgruppen"])[0]


def _save_line(line: MandateSeat, story: Story, commissioner: User, *, by: User) -> None:
    place = line.seat.organisation.slug
    values: dict[str, Any] = {
        "kind": story.kind,
        "share_percent": Decimal(story.share),
        "commissioner": commissioner,
        "starts_on": _day(story.starts),
        "ends_on": None if story.ends is None else _day(story.ends),
        "case_number": f"DEMO {_day(story.begun).year}/{line.pk:04d}" if story.submitted else "",
    }
    actions.save_line(line=line, values=values, contacts=_contacts(place), by=by)


def _contacts(place: str) -> Sequence[dict[str, str]]:
    return [{key: value.format(place=place) for key, value in contact.items()} for contact in CONTACTS]


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
