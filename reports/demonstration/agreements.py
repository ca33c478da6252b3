"""What has happened to the made-up agreements: every verdict and every grade of evidence, through the same actions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
from django.utils import timezone

from agreements.actions import adoption, following, sending, texts, validity
from agreements.enums import (
    AgreementKind,
    ChangeKind,
    DraftAccess,
    Evidence,
    ForceRule,
    Outcome,
    RecommendationKind,
    StepRole,
    Topic,
)
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, TextTemplate
from agreements.queries.sending import dispatch_items
from kvinnofrid.core import jobs, pdf
from kvinnofrid.core.files import Upload
from kvinnofrid.core.richtext import from_text
from organisations.models import User
from reports.demonstration.bodies import COUNCIL, EXECUTIVE, JOINT, PREPARED, Bodies, meeting_day
from reports.demonstration.cast import COORDINATOR, MORA, Cast
from reports.demonstration.happening import happening
from reports.demonstration.texts import LOCAL, Sections, regional

REGION = "region-dalarna"
NAMES_IT, NAMES_NOTHING, SCAN = "names it", "names nothing", "scan"
REGISTERED_AFTER = 6  # days


@dataclass(frozen=True)
class Entry:
    """One decision of a body. Days count from today, backwards when negative; `also` are those it decided for too."""

    place: str
    decided: int
    outcome: Outcome = Outcome.ADOPTED
    what: str = COUNCIL
    role: StepRole = StepRole.DECIDING
    registered: int | None = None
    version: int = 1
    also: tuple[str, ...] = ()
    extract: str = ""
    proof: Evidence | None = None
    comment: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)


ADOPTED, CONDITIONALLY = Outcome.ADOPTED, Outcome.ADOPTED_ON_CONDITION
SEEN, COMPARED = Evidence.EXTRACT, Evidence.COMPARED
HOW_COMPARED = "Protokollets bilaga är jämförd ord för ord med den publicerade texten."
TOGETHER: dict[str, Any] = {"what": JOINT, "also": MORA[1:], "says": {"is_approved_at_once": True}}
DELEGATION = {"delegation": "Förvaltningschefen får teckna en lokal överenskommelse."}

# Nine verdicts: Vansbro has said nothing, Gagnef's word has faded, Leksand has said that it is not decided.
CHILDREN = (
    Entry("falun", -107, Outcome.SUPPORTED, EXECUTIVE, StepRole.PREPARING, version=2),
    Entry("falun", -86, version=2, extract=NAMES_IT, proof=SEEN, says=DELEGATION),
    Entry("mora", -80, version=2, extract=SCAN, proof=COMPARED, comment=HOW_COMPARED, **TOGETHER),
    Entry(REGION, -75, CONDITIONALLY, version=2, registered=-20, extract=NAMES_IT, proof=SEEN),
    Entry("smedjebacken", -70, version=2),
    Entry("ludvika", -100, version=1, extract=NAMES_IT, proof=SEEN),
    Entry(
        "borlange",
        -65,
        Outcome.AMENDED,
        version=2,
        extract=NAMES_NOTHING,
        says={
            "amendment": "I avsnittet om ansvarsfördelning ändras tiden för återkoppling från 10 dagar till 30 dagar.",
            "reservation": "En ledamot reserverade sig till förmån för förslaget utan ändring.",
        },
    ),
    Entry("avesta", -40, Outcome.TABLED, version=2),
    Entry("hedemora", -37, Outcome.REFERRED_BACK, version=2),
    Entry("rattvik", -44, Outcome.REJECTED, version=2),
    Entry("sater", -20, Outcome.SUPPORTED, EXECUTIVE, StepRole.PREPARING, version=2),
)  # fmt: skip
SHELTER = (
    *(Entry(place, -1450 + 7 * turn, proof=COMPARED, comment=HOW_COMPARED) for turn, place in enumerate(
        ("avesta", "gagnef", "hedemora", "leksand", "ludvika", "rattvik", "smedjebacken", "sater", "borlange", REGION)
    )),
    Entry("mora", -1380, proof=COMPARED, comment=HOW_COMPARED, **TOGETHER),
    Entry("vansbro", -1360, proof=COMPARED, comment=HOW_COMPARED),
    Entry("falun", -1320, extract=NAMES_IT, proof=SEEN),
)  # fmt: skip
HONOUR = (
    Entry("falun", -52, extract=NAMES_IT, proof=SEEN),
    Entry("mora", -48, proof=COMPARED, comment=HOW_COMPARED, **TOGETHER),
    Entry("borlange", -47),
    Entry("ludvika", -45),
    Entry("rattvik", -45),
    Entry("sater", -44),
    Entry("smedjebacken", -40),
    Entry("vansbro", -33),
    Entry("hedemora", -33, Outcome.TABLED),
    Entry("avesta", -31, Outcome.REFERRED_BACK),
)


def play(cast: Cast) -> None:
    """Everything that has happened, agreement by agreement."""
    stage = _Stage(cast)
    stage.bodies.plan_meetings()
    shelter = _play_shelter(stage)
    _play_local(stage, shelter)
    _play_children(stage)
    _play_honour(stage)


# --- the agreements ---------------------------------------------------------------------------------------------------


def _play_children(stage: "_Stage") -> None:
    """Under decision: two versions, sent to all, decided in every way that there is, and a third being written."""
    matter = "stöd till barn som har upplevt våld"
    agreement = stage.begin(
        -400, "barnfrid", {"force_rule": ForceRule.MONTH_AFTER_LEGAL_FORCE, "planned_on": _first(75)}
    )
    stage.forum(agreement, -395, RecommendationKind.ASSIGNED, "valfardsradet")
    stage.publish(agreement, -250, regional(matter, years="4 år"))
    stage.forum(agreement, -240, RecommendationKind.APPROVED, "lchnv", 1)
    sharper = regional(matter, years="4 år", meetings="fyra gånger", deadline="10 dagar")
    stage.publish(agreement, -150, sharper, note="Tätare möten och snabbare återkoppling, efter synpunkter från länet.")
    stage.forum(agreement, -145, RecommendationKind.APPROVED, "lchnv", 2)
    stage.forum(agreement, -130, RecommendationKind.RECOMMENDED, "valfardsradet", 2)
    stage.send(agreement, -125, reply_by=meeting_day(-20), opened=("falun", "mora", "borlange", REGION, "leksand"))
    stage.walk(agreement, stage.cast.principals, planned={"leksand": 68, "sater": 33, "gagnef": 103})
    for entry in CHILDREN:
        stage.decide(agreement, entry)
    stage.correct(agreement, "smedjebacken", {"paragraph": "§ 118"}, "Fel paragraf. Rättat mot protokollet.", -60)
    stage.say(agreement, "gagnef", -100, "Kommunsekreteraren")
    stage.say(agreement, "leksand", -10, "Förvaltningschefen")
    stage.remind(agreement, -40, ("vansbro", "gagnef"))
    _draft_third(stage, agreement)
    with happening(14):
        following.create_share_link(
            agreement=agreement,
            label="Demo förtroendevalda i styrgruppen",
            expires_on=timezone.localdate() + timedelta(days=60),
            by=stage.coordinator,
        )


def _draft_third(stage: "_Stage", agreement: Agreement) -> None:
    """Somebody in Leksand may read it, and Falun as a whole may write in it."""
    last, by = agreement.versions.get(number=2), stage.coordinator
    reader, writers = stage.cast.person("representant", "leksand"), stage.cast.organisations["falun"]
    with happening(7):
        draft = texts.start_version(agreement=agreement, title=last.title, source=last, by=by)
        texts.save_version(version=draft, values={"title": last.title, "note": "Om återkopplingen."}, by=by)
        texts.invite(version=draft, organisation=writers, access=DraftAccess.WRITE, by=by)
        texts.invite(version=draft, user=reader, access=DraftAccess.READ, by=by)


def _play_shelter(stage: "_Stage") -> Agreement:
    """In force since the last decision, which came late, gained legal force; extended by another than the adopters."""
    values = {"force_rule": ForceRule.LEGAL_FORCE, "planned_on": _first(-1345), "validity_years": 3}
    agreement = stage.begin(-1500, "skyddat boende", values)
    stage.publish(agreement, -1490, regional("skyddat boende", years="3 år"))
    stage.forum(agreement, -1480, RecommendationKind.RECOMMENDED, "valfardsradet", 1)
    for entry in SHELTER:
        stage.decide(agreement, replace(entry, says=_clock(entry.decided)))
    with happening(246):
        validity.change_validity(
            agreement=agreement,
            values={
                "kind": ChangeKind.EXTENSION,
                "decided_on": meeting_day(-252),
                "takes_effect_on": _first(280) - timedelta(days=1),
                "forum": stage.cast.forums["lchnv"],
                "organisation": None,
                "decided_by": "",
                "replaced_by": None,
                "paragraph": "§ 9",
                "case_number": "DEMO 9/1",
                "reason": "En ny överenskommelse bereds.",
            },
            by=stage.coordinator,
        )
    return agreement


def _play_local(stage: "_Stage", parent: Agreement) -> None:
    """Being written by Falun and the region, from the template where there is one."""
    values = {"kind": AgreementKind.LOCAL, "parent": parent, "planned_on": _first(120), "validity_years": 2}
    agreement = stage.begin(-60, "skyddat boende i Falun", values, ("falun", REGION))
    template = TextTemplate.objects.filter(kind=AgreementKind.LOCAL).order_by("-valid_from", "-pk").first()
    with happening(45):
        title = "Lokal överenskommelse om skyddat boende"
        draft = texts.start_version(agreement=agreement, title=title, source=template, by=stage.coordinator)
        texts.save_version(version=draft, values={"title": title, "note": ""}, by=stage.coordinator)
        for place in ("falun", REGION):
            organisation = stage.cast.organisations[place]
            texts.invite(version=draft, organisation=organisation, access=DraftAccess.WRITE, by=stage.coordinator)
    writer = stage.cast.person("representant", "falun")
    with happening(12):
        for section in draft.sections.filter(topic__in=LOCAL):
            body = from_text(LOCAL[Topic(section.topic)])
            values = {"heading": section.heading, "topic": section.topic, "body": body}
            texts.save_section(section=section, values=values, by=writer)


def _play_honour(stage: "_Stage") -> None:
    """Only waiting: nobody has said no, and all who wait have a day."""
    values = {"force_rule": ForceRule.MONTH_AFTER_DECISION, "planned_on": _first(40)}
    agreement = stage.begin(-180, "hedersrelaterat våld", values)
    stage.forum(agreement, -178, RecommendationKind.ASSIGNED, "valfardsradet")
    stage.publish(agreement, -100, regional("hedersrelaterat våld och förtryck", years="4 år"))
    stage.forum(agreement, -95, RecommendationKind.APPROVED, "lchnv", 1)
    stage.forum(agreement, -85, RecommendationKind.RECOMMENDED, "valfardsradet", 1)
    planned = {"hedemora": 33, "avesta": 68, "leksand": 33, "gagnef": 68, REGION: 33}
    stage.walk(agreement, planned, planned)
    for entry in HONOUR:
        stage.decide(agreement, entry)
    for place in ("leksand", "gagnef", REGION):
        stage.say(agreement, place, -15, "Kommunsekreteraren" if place != REGION else "Nämndsekreteraren")


# --- what they share --------------------------------------------------------------------------------------------------


class _Stage:
    """Where it happens: the people, the bodies, and who does what."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.bodies = Bodies(cast)
        self.coordinator = cast.people[COORDINATOR]
        self.numbers = 40  # of paragraphs and case numbers

    def begin(self, day: int, name: str, values: Mapping[str, Any], places: Sequence[str] = ()) -> Agreement:
        """An agreement with its parties. Its address comes from the name that it is first given."""
        kind = values.get("kind", AgreementKind.REGIONAL)
        short = "RÖK" if kind == AgreementKind.REGIONAL else "LÖK"
        wanted: dict[str, Any] = {
            "title": f"Demo {short} {name}",
            "kind": kind,
            "subject": f"Påhittad överenskommelse om {name}",
            "parent": None,
            "owner": self.cast.organisations[REGION],
            "case_number": f"DEMO {_day(day).year}/{len(name)}",
            "force_rule": "",
            "validity_years": 4,
            "valid_to": None,
            "notice_months": 12,
            "is_signed": False,
            **values,
        }
        with happening(-day):
            agreement = texts.create_agreement(values=wanted, by=self.coordinator)
            title = f"Påhittad: {short} {name}"
            texts.save_agreement(agreement=agreement, values={**wanted, "title": title}, by=self.coordinator)
            organisations = [self.cast.organisations[place] for place in places or self.cast.principals]
            texts.choose_parties(agreement=agreement, organisations=organisations, by=self.coordinator)
        return Agreement.objects.get(pk=agreement.pk)

    def publish(self, agreement: Agreement, day: int, sections: Sections, note: str = "") -> None:
        title = agreement.title.replace("Påhittad: RÖK", "Påhittad regional överenskommelse om")
        with happening(-day):
            version = texts.start_version(agreement=agreement, title=title, source=None, by=self.coordinator)
            texts.save_version(version=version, values={"title": title, "note": note}, by=self.coordinator)
            for heading, topic, text in sections:
                values = {"heading": heading, "topic": topic, "body": from_text(text)}
                texts.add_section(version=version, values=values, by=self.coordinator)
            texts.publish(version=version, by=self.coordinator)

    def forum(self, agreement: Agreement, day: int, kind: RecommendationKind, slug: str, version: int = 0) -> None:
        values = {
            "kind": kind,
            "forum": self.cast.forums[slug],
            "decided_on": meeting_day(day),
            "version": agreement.versions.filter(number=version).first(),
            "paragraph": f"§ {self._next()}",
            "case_number": agreement.case_number,
            "comment": "",
        }
        with happening(-day - REGISTERED_AFTER):
            sending.register_forum_decision(agreement=agreement, values=values, by=self.coordinator)

    def send(self, agreement: Agreement, day: int, *, reply_by: date, opened: Iterable[str]) -> None:
        """To all; some have opened it, and some registrars have received it."""
        version = agreement.versions.published().order_by("-number")[0]
        letter = "Hej!\n\nHär är den påhittade överenskommelsen, med ett förslag till beslut som är lika för alla."
        organisations = [self.cast.organisations[place] for place in self.cast.principals]
        with happening(-day):
            dispatch = sending.send_out(
                version=version, organisations=organisations, reply_by=reply_by, letter=letter, by=self.coordinator
            )
            jobs.run_pending()
        with happening(-day - 3):
            for item in dispatch_items().filter(dispatch=dispatch, organisation__slug__in=opened):
                registrar = self.registrar(item.organisation.slug)
                if registrar == self.coordinator:
                    sending.open_item(item=item, by=self.cast.person("uppdragsgivare", item.organisation.slug))
                else:
                    sending.receive(item=item, by=registrar)

    def walk(self, agreement: Agreement, places: Iterable[str], planned: Mapping[str, int]) -> None:
        """The way to a decision: the executive may prepare, the council decides; the joint committee does both."""
        with happening(120 if "falun" in places else 80):
            for place in places:
                bodies = [(EXECUTIVE, StepRole.PREPARING)] if place in PREPARED else []
                bodies.append((JOINT if place in MORA else COUNCIL, StepRole.DECIDING))
                steps = [
                    {
                        "body": self.bodies.of(place, what),
                        "role": role,
                        "position": position,
                        "planned_on": meeting_day(planned[place]) if what == COUNCIL and place in planned else None,
                    }
                    for position, (what, role) in enumerate(bodies, start=1)
                ]
                adoption.save_steps(
                    agreement=agreement,
                    organisation=self.cast.organisations[place],
                    steps=steps,
                    by=self.registrar(place),
                )

    def decide(self, agreement: Agreement, entry: Entry) -> None:
        version = agreement.versions.get(number=entry.version)
        body, decided_on = self.bodies.of(entry.place, entry.what), meeting_day(entry.decided)
        paragraph = f"§ {self._next()}"
        values = {
            "body": body,
            "role": entry.role,
            "outcome": entry.outcome,
            "version": version,
            "decided_on": decided_on,
            "paragraph": paragraph,
            "case_numbers": [f"DEMO {decided_on.year}/{self.numbers}"],
            **entry.says,
        }
        registered = entry.registered or min(entry.decided + REGISTERED_AFTER, -1)
        with happening(-registered):
            self.bodies.meet(entry.place, entry.what, [decided_on])
            decision = adoption.register_decision(
                agreement=agreement,
                organisation=self.cast.organisations[entry.place],
                also_for=[self.cast.organisations[place] for place in entry.also],
                values=values,
                upload=_extract(entry, values, version),
                by=self.registrar(entry.place),
            )
        if entry.proof:
            self._prove(decision, entry.proof, entry.comment, registered)

    def correct(self, agreement: Agreement, place: str, changed: dict[str, Any], reason: str, day: int) -> None:
        decision = agreement.decisions.get(organisation__slug=place)
        names = ("body", "role", "outcome", "version", "decided_on", "paragraph", "case_numbers")
        values = {name: getattr(decision, name) for name in names} | changed
        with happening(-day):
            adoption.correct_decision(decision=decision, values=values, reason=reason, by=self.registrar(place))

    def say(self, agreement: Agreement, place: str, day: int, function: str) -> None:
        values = {"said_on": _day(day), "said_by": function, "comment": "Ärendet bereds."}
        with happening(-day):
            adoption.say_undecided(
                agreement=agreement,
                organisation=self.cast.organisations[place],
                values=values,
                by=self.registrar(place),
            )

    def remind(self, agreement: Agreement, day: int, places: Iterable[str]) -> None:
        organisations = [self.cast.organisations[place] for place in places]
        text = "Vi har inte hört hur ni ställer er till överenskommelsen. När planerar ni att besluta?"
        with happening(-day):
            sending.remind(agreement=agreement, organisations=organisations, text=text, by=self.coordinator)

    def registrar(self, place: str) -> User:
        """The principal's own, where it has one; otherwise the coordinator registers for it."""
        own = self.cast.people.get(f"registrator@{'mora' if place in MORA else place}.example")
        return own or self.coordinator

    def _prove(self, decision: AdoptionDecision, grade: Evidence, comment: str, registered: int) -> None:
        is_compared = grade == Evidence.COMPARED
        by = self.coordinator if is_compared else self.registrar(decision.organisation.slug)
        same = AdoptionDecision.objects.filter(
            agreement=decision.agreement, body=decision.body, decided_on=decision.decided_on
        )
        with happening(max(-registered - 2, 0)):
            for one in same:
                adoption.prove(decision=one, grade=grade, comment=comment, by=by)

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers


def _clock(decided: int) -> dict[str, date]:
    """The registered days of the legal clock."""
    days = {"approved_on": 7, "announced_on": 8, "legal_force_on": 45}
    return {name: meeting_day(decided) + timedelta(days=after) for name, after in days.items()}


def _extract(entry: Entry, values: Mapping[str, Any], version: AgreementVersion) -> Upload | None:
    """Made-up minutes: with the fingerprint in the text, without it, or as a scan, without any text."""
    if not entry.extract:
        return None
    name = f"Protokollsutdrag {values['body']} {values['decided_on']}.pdf"
    return Upload(name, "pdf", _EXTRACTS[entry.extract](values, version))


def _scan(_values: Mapping[str, Any], _version: AgreementVersion) -> bytes:
    with pikepdf.new() as document, BytesIO() as file:
        document.add_blank_page()
        document.save(file)
        return file.getvalue()


def _minutes(clause: str) -> Callable[[Mapping[str, Any], AgreementVersion], bytes]:
    def drawn(values: Mapping[str, Any], version: AgreementVersion) -> bytes:
        said = clause.format(number=version.number, fingerprint=version.short_fingerprint)
        extract = {**values, "title": version.title, "clause": said}
        title = f"Protokollsutdrag {values['body']}"
        return pdf.render(
            "pdf/demonstration_extract.html", {"extract": extract}, title=title, created=timezone.now()
        ).pdf

    return drawn


_EXTRACTS = {
    NAMES_IT: _minutes("Version {number} antas utan ändring. Textens fingeravtryck är {fingerprint}."),
    NAMES_NOTHING: _minutes("Överenskommelsen antas med den ändring som framgår av handlingarna."),
    SCAN: _scan,
}


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _first(days: int) -> date:
    """The first of the month that comes after the day."""
    return (_day(days).replace(day=1) + timedelta(days=31)).replace(day=1)
