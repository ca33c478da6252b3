"""The pages of agreements and of the board, in every state that has a look of its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from agreements.actions import adoption, following, texts, validity
from agreements.actions import sending as sending_actions
from agreements.enums import ChangeKind, DraftAccess, Outcome, StepRole
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, Dispatch, Signature
from kvinnofrid.core import jobs
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import Job, JobState
from tests.factories import agreements as factory
from tests.factories import cast, documents
from tests.journeys.agreeing import day, half_decided
from tests.journeys.place import Place

ROOT = "/overenskommelser/"


@dataclass(frozen=True)
class Furniture:
    """What has been made, by what makes it worth a look."""

    half: Agreement  # half decided, with two published versions, a discarded one and a draft
    empty: Agreement  # neither parties nor text
    whole: Agreement  # in force
    draft: AgreementVersion
    discarded: AgreementVersion
    dispatch: Dispatch  # half way
    told: AdoptionDecision  # its extract names another text
    corrected: AdoptionDecision
    token: str  # opens the board
    jobs: list[Job]  # waiting, running, failed


def agreement_places(world: cast.World) -> list[Place]:
    made = _made(world)
    return [*_lists_and_texts(made), *_sendings(made), *_principals(made), *_boards(made), *_jobs(made)]


# --- making -----------------------------------------------------------------------------------------------------------


def _made(world: cast.World) -> Furniture:
    by = world.person["coordinator"]
    factory.template()
    half = half_decided(world, is_signed=True)
    changed = [(heading, topic, body.replace("varje år", "vartannat år")) for heading, topic, body in factory.SECTIONS]
    second = factory.published_version(world, half, sections=changed)
    discarded = factory.draft(world, half)
    texts.discard(version=discarded, reason="Det blev inget.", by=by)
    draft = factory.draft(world, half, sections=[*changed, ("Tvist", "disputes", "")])
    texts.invite(version=draft, access=DraftAccess.WRITE, by=by, user=world.person["representative"])
    texts.invite(version=draft, access=DraftAccess.READ, by=by, organisation=world.org["orsa"])
    told, corrected = _decisions(world, half)
    _validity(world, half)
    dispatch = _send(world, second)
    label = "Välfärdsrådets ledamöter"
    link, token = following.create_share_link(agreement=half, label=label, expires_on=day(30), by=by)
    closed, _ = following.create_share_link(agreement=half, label="Nämnderna", expires_on=day(3), by=by)
    following.revoke_share_link(link=closed, by=by)
    assert link.pk != closed.pk
    return Furniture(
        half=half,
        empty=factory.agreement(world, title="RÖK utan text", kind="regional"),
        whole=_whole(world, half),
        draft=draft,
        discarded=discarded,
        dispatch=dispatch,
        told=told,
        corrected=corrected,
        token=token,
        jobs=_work(world, dispatch),
    )


def _decisions(world: cast.World, made: Agreement) -> tuple[AdoptionDecision, AdoptionDecision]:
    """Falun's, whose extract names another text; corrected from one that said another paragraph. And what it signed."""
    registrar, version = world.person["registrar"], made.versions.get(number=1)
    extract = Upload("Utdrag.pdf", "pdf", documents.pdf(documents.line("Fingeravtryck 1111-2222-3333")))
    values: dict[str, Any] = {
        "body": factory.body_of(world, "falun"),
        "role": StepRole.DECIDING,
        "outcome": Outcome.ADOPTED_ON_CONDITION,
        "version": version,
        "stated_fingerprint": "",
        "decided_on": day(-30),
        "paragraph": "§ 1",
        "case_numbers": ["KS 2026/12", "SN 2026/7"],
        "is_approved_at_once": False,
        "approved_on": day(-20),
        "announced_on": day(-25),
        "legal_force_on": None,
        "delegation": "Förvaltningschefen får teckna den lokala överenskommelsen.",
        "reservation": "Två ledamöter reserverade sig till förmån för eget yrkande.",
        "amendment": "",
    }
    organisation = world.org["falun"]
    corrected = adoption.register_decision(
        agreement=made, organisation=organisation, values=values, upload=extract, by=registrar
    )
    told = adoption.correct_decision(
        decision=corrected, values={**values, "paragraph": "§ 2"}, reason="Fel paragraf.", by=registrar
    )
    signed = {"version": version, "signatory": "Kommunstyrelsens ordförande", "signed_on": day(-1)}
    adoption.sign(organisation=organisation, values=signed, by=registrar, upload=extract)
    wrong = adoption.sign(organisation=organisation, values={**signed, "signed_on": day(-2)}, by=registrar)
    adoption.void_signature(signature=wrong, reason="Fel dag.", by=registrar)
    for said_on in (day(-40), day(-39)):
        said = {"said_on": said_on, "said_by": "Kanslichefen", "comment": "Kommer upp i fullmäktige."}
        note = adoption.say_undecided(agreement=made, organisation=organisation, values=said, by=registrar)
    adoption.void_status_note(note=note, reason="Fel dag.", by=registrar)
    return told, corrected


def _validity(world: cast.World, made: Agreement) -> None:
    values = {
        "kind": ChangeKind.EXTENSION,
        "decided_on": day(-2),
        "takes_effect_on": date(2036, 6, 30),
        "forum": world.forum,
        "organisation": None,
        "decided_by": "",
        "replaced_by": None,
        "paragraph": "§ 3",
        "case_number": "",
        "reason": "En ny är inte klar.",
    }
    by = world.person["coordinator"]
    validity.change_validity(agreement=made, values=values, by=by)
    wrong = {**values, "takes_effect_on": date(2037, 6, 30)}
    struck = validity.change_validity(agreement=made, values=wrong, by=by)
    validity.void_change(change=struck, reason="Fel dag.", by=by)


def _send(world: cast.World, version: AgreementVersion) -> Dispatch:
    """Two have got theirs; the work has stopped before the others'."""
    organisations = [world.org[slug] for slug in ("falun", "mora", "orsa")]
    by = world.person["coordinator"]
    dispatch = sending_actions.send_out(
        version=version, organisations=organisations, reply_by=day(60), letter="För beslut.", by=by
    )
    sheet = documents.pdf(documents.line("Handling"))
    package = sending_actions.Package(
        letter=sheet, agreement_pdf=sheet, proposal_pdf=sheet, proposal_docx=documents.docx(documents.p("Förslag"))
    )
    for slug in ("falun", "mora"):
        sending_actions.deliver(item=factory.item_of(dispatch, slug), package=package)
    return dispatch


def _whole(world: cast.World, parent: Agreement) -> Agreement:
    """A local agreement that all its parties have adopted alike."""
    with time_machine.travel(timezone.now() - timedelta(days=90)):
        made = factory.published(
            world, ("falun", "sater"), title="LÖK Falun och Säter", kind="local", parent=parent, force_rule="decision"
        )
        for slug in ("falun", "sater"):
            factory.adopt(world, made, slug)
    return made


def _work(world: cast.World, dispatch: Dispatch) -> list[Job]:
    """The sending's, which has failed; one that waits and one that is being done."""
    failed = Job.objects.get(key=f"dispatch-{dispatch.pk}")
    failed.state, failed.tries, failed.message = JobState.FAILED, 1, "Inte skickat till Orsa."
    failed.started_at = failed.heartbeat_at = failed.finished_at = timezone.now()
    failed.save()
    waiting, running = (
        jobs.enqueue(kind=failed.kind, key=f"places-{number}", by=world.person["coordinator"], path="/")
        for number in "12"
    )
    running.state, running.tries, running.done, running.total = JobState.RUNNING, 1, 7, 16
    running.started_at = running.heartbeat_at = timezone.now()
    running.save()
    return [waiting, running, failed]


# --- where to see it --------------------------------------------------------------------------------------------------


def _lists_and_texts(made: Furniture) -> list[Place]:
    half, empty, whole = (one.get_absolute_url() for one in (made.half, made.empty, made.whole))
    draft, published = made.draft.get_absolute_url(), f"{half}versioner/1/"
    section = made.draft.sections.first()
    assert section is not None
    return [
        Place("agreement_list", ROOT),
        Place("agreement_list", f"{ROOT}?q=finns+inte"),
        Place("agreement_create", f"{ROOT}ny/"),
        Place("agreement_create", f"{ROOT}ny/", "reader", 403),
        Place("agreement_detail", half),
        Place("agreement_detail", empty),
        Place("agreement_detail", f"{ROOT}finns-inte/", "reader", 404),
        Place("agreement_edit", f"{half}uppgifter/"),
        Place("agreement_parties", f"{half}parter/"),
        Place("agreement_parties", f"{empty}parter/"),
        Place("version_compare", f"{half}jamfor/", "outsider"),
        Place("version_compare", f"{half}jamfor/?old=1&new=1", "outsider"),
        Place("version_create", f"{whole}versioner/ny/"),
        Place("version_detail", draft),
        Place("version_detail", made.discarded.get_absolute_url()),
        Place("version_detail", published, "outsider"),
        Place("version_edit", f"{draft}redigera/"),
        Place("section_create", f"{draft}avsnitt/nytt/", "representative"),
        Place("section_edit", f"{draft}avsnitt/{section.pk}/", "representative"),
        Place("version_import", f"{draft}importera/"),
        Place("version_invitations", f"{draft}inbjudna/"),
        Place("version_publish", f"{draft}publicera/"),
        Place("version_discard", f"{draft}kassera/"),
        Place("validity_change_create", f"{half}giltighet/ny/"),
        Place("validity_change_void", f"{half}giltighet/{_extension(made)}/ratta/"),
    ]


def _extension(made: Furniture) -> int:
    """The change of validity that stands."""
    return made.half.validity_changes.get(corrects=None, corrected_by=None).pk


def _note(made: Furniture) -> int:
    """What Falun has said that stands."""
    return made.half.status_notes.get(organisation__slug="falun", corrects=None, corrected_by=None).pk


def _signature(made: Furniture) -> int:
    """What Falun has signed that stands."""
    return Signature.objects.get(version__agreement=made.half, corrects=None, corrected_by=None).pk


def _sendings(made: Furniture) -> list[Place]:
    half, whole = made.half.get_absolute_url(), made.whole.get_absolute_url()
    sent = made.dispatch.get_absolute_url()
    decision = made.half.forum_decisions.get()
    return [
        Place("forum_decision_create", f"{half}forum/nytt/"),
        Place("forum_decision_edit", f"{half}forum/{decision.pk}/"),
        Place("dispatch_create", f"{half}utskick/nytt/"),
        Place("dispatch_detail", sent),
        Place("dispatch_item", f"{sent}falun/", "registrar"),
        Place("dispatch_item", f"{sent}orsa/"),
        Place("reminder_list", f"{half}paminnelser/"),
        Place("reminder_list", f"{whole}paminnelser/"),
    ]


def _principals(made: Furniture) -> list[Place]:
    half = made.half.get_absolute_url()
    falun, alvdalen = f"{half}huvudman/falun/", f"{half}huvudman/alvdalen/"
    told = made.told.get_absolute_url()
    return [
        Place("principal_detail", falun, "registrar"),
        Place("principal_detail", f"{half}huvudman/orsa/"),
        Place("principal_detail", alvdalen),
        Place("principal_steps", f"{half}huvudman/orsa/vag/"),
        Place("principal_steps", f"{alvdalen}vag/"),
        Place("decision_create", f"{falun}beslut/nytt/", "registrar"),
        Place("decision_create", f"{alvdalen}beslut/nytt/"),
        Place("status_note_create", f"{falun}besked/", "registrar"),
        Place("signature_create", f"{falun}underskrift/", "registrar"),
        Place("status_note_void", f"{half}besked/{_note(made)}/stryk/", "registrar"),
        Place("signature_void", f"{half}underskrift/{_signature(made)}/stryk/", "registrar"),
        Place("decision_detail", told, "registrar"),
        Place("decision_detail", made.corrected.get_absolute_url(), "outsider"),
        Place("decision_correct", f"{told}ratta/", "registrar"),
        Place("decision_prove", f"{told}belagg/"),
        Place("body_calendar", "/organisationer/orsa/sammantraden/"),
        Place("body_calendar", "/organisationer/alvdalen/sammantraden/"),
    ]


def _boards(made: Furniture) -> list[Place]:
    half, empty, whole = (f"{one.get_absolute_url()}lage/" for one in (made.half, made.empty, made.whole))
    return [
        Place("board", half, "steering"),
        Place("board", f"{half}?lage=identical&ordning=-beslut", "outsider"),
        Place("board", f"{half}?q=finns+inte", "reader"),
        Place("board", f"{half}?den={day(-20)}&kant={day(-15)}", "chair"),
        Place("board", empty, "reader"),
        Place("board", whole, "steering"),
        Place("board_planning", f"{half}planering/?onskad={day(10)}"),
        Place("board_planning", f"{half}planering/?onskad={day(400)}"),
        Place("share_link_list", f"{half}lankar/"),
        Place("share_link_list", f"{whole}lankar/"),
        Place("shared_board", f"/delad/{made.token}/", ""),
        Place("shared_board", "/delad/finns-inte/", "", 404),
    ]


def _jobs(made: Furniture) -> list[Place]:
    return [Place("job_detail", job.get_absolute_url()) for job in made.jobs]
