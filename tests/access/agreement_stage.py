"""Agreements on the stage: texts in every state, what was sent, decided and shared, and long work.

Who relates how to what is written down here by hand, from the facts that are made; nothing asks the portal.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from agreements.actions import adoption, following, sending, texts, validity
from agreements.enums import ChangeKind, DraftAccess, Outcome, RecommendationKind, StepRole
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, ShareLink
from kvinnofrid.core import audit, jobs
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import Job, JobState
from organisations.models import User
from tests.factories import agreements as factory
from tests.factories import cast, documents

# Words that only texts which not everybody sees hold: of drafts, of what was sent to a principal, of the coordinator's.
DRAFT_WORD, OTHER_DRAFT_WORD = "kanarieutkast", "kanarieandrautkast"
DISCARDED_WORD, REMOVED_WORD = "kanariekasserad", "kanarieborttagen"
LETTERS = {"falun": "kanariebrevfalun", "sater": "kanariebrevsater", "orsa": "kanariebrevorsa"}
LABEL_WORD, PAYLOAD_WORD, EXTRACT_WORD = "kanarielank", "kanariearbete", "kanarieutdrag"
EXPIRED_TOKEN, REVOKED_TOKEN = "utgangen-lank-" + 30 * "u", "aterkallad-lank-" + 30 * "a"
EXPORT = "access-export"  # long work that only the one who asked may follow
ORSAS = ("orsa_reader", "orsa_commissioner", "mora_representative", "mora_commissioner")
SATERS = ("sater_representative", "sater_commissioner", "sater_registrar", "sater_administrator", "protected")


@dataclass(frozen=True)
class Thing:
    """What an address is asked about: its state in the words of the table, and who stands near it.

    `principal` is the organisation whose decision, parcel or calendar it is; writers and readers are invited.
    """

    state: str
    principal: str = ""
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    asked_by: str = ""


_WRITERS, _READERS = ("invited_writer",), ("invited_reader", *SATERS)
THINGS: dict[str, Thing] = {
    "prov": Thing("with a published version", writers=ORSAS),
    "utkast": Thing("with only a draft", writers=_WRITERS, readers=_READERS),
    "tom": Thing("without a text"),
    "prov 1": Thing("published"),
    "prov 2": Thing("published", writers=("invited_writer",)),
    "prov 3": Thing("discarded"),
    "prov 4": Thing("draft", writers=ORSAS),
    "utkast 1": Thing("draft", writers=_WRITERS, readers=_READERS),
    "section of prov 2": Thing("published", writers=("invited_writer",)),
    "section of prov 4": Thing("draft", writers=ORSAS),
    "section of utkast 1": Thing("draft", writers=_WRITERS, readers=_READERS),
    "section of another draft": Thing("of another draft", writers=_WRITERS, readers=_READERS),
    "recommended": Thing("with a file"),
    "assigned": Thing("without a file"),
    "recommended elsewhere": Thing("of another agreement"),
    "dispatch": Thing("unfinished"),
    "whole dispatch": Thing("finished"),
    "dispatch elsewhere": Thing("of another agreement"),
    "parcel of falun": Thing("received", "falun"),
    "parcel of sater": Thing("unopened", "sater"),
    "parcel of mora": Thing("not ready", "mora"),
    "parcel of polisen": Thing("of no party", "polisen"),
    "parcel elsewhere": Thing("of another agreement", "falun"),
    "foljebrev of falun": Thing("received", "falun"),
    "overenskommelse of falun": Thing("received", "falun"),
    "beslut-pdf of falun": Thing("received", "falun"),
    "beslut-word of falun": Thing("received", "falun"),
    "foljebrev of sater": Thing("unopened", "sater"),
    "foljebrev of mora": Thing("not ready", "mora"),
    "brev of falun": Thing("of no such name", "falun"),
    "foljebrev elsewhere": Thing("of another agreement", "falun"),
    "falun in prov": Thing("party", "falun"),
    "sater in prov": Thing("party", "sater"),
    "falun in utkast": Thing("party where nothing is signed", "falun"),
    "mora in utkast": Thing("no party", "mora"),
    "polisen in prov": Thing("no party", "polisen"),
    "decision of falun": Thing("with a file", "falun"),
    "corrected decision of falun": Thing("corrected", "falun"),
    "decision of sater": Thing("without a file", "sater"),
    "decision elsewhere": Thing("of another agreement", "falun"),
    "signature of falun": Thing("with a file"),
    "signature of sater": Thing("without a file"),
    "signature elsewhere": Thing("of another agreement"),
    "note of falun": Thing("stands", "falun"),
    "struck note of falun": Thing("struck", "falun"),
    "striking note of falun": Thing("striking", "falun"),
    "note elsewhere": Thing("of another agreement", "falun"),
    "signed by falun": Thing("stands", "falun"),
    "struck signature of falun": Thing("struck", "falun"),
    "signed elsewhere": Thing("of another agreement", "falun"),
    "extension": Thing("with a file"),
    "struck extension": Thing("struck"),
    "striking": Thing("striking"),
    "extension elsewhere": Thing("of another agreement"),
    "calendar of falun": Thing("principal", "falun"),
    "calendar of polisen": Thing("no principal", "polisen"),
    "open link": Thing("open"),
    "expired link": Thing("expired"),
    "revoked link": Thing("revoked"),
    "link elsewhere": Thing("of another agreement"),
    "dispatch job": Thing("sending", asked_by="coordinator"),
    "failed dispatch job": Thing("failed sending"),
    "job of the registrar": Thing("other", asked_by="registrar"),
    "failed job of the registrar": Thing("failed other", asked_by="registrar"),
}
_VERSIONS = ("utkast 1", "prov 2", "prov 3", "prov 4")
_AGREEMENTS = ("prov", "utkast")
_REGISTERED = ("falun in prov", "sater in prov", "mora in utkast", "polisen in prov")
# What each address is asked about; the first by everybody who stands anywhere near agreements, the others by some.
PAGES: dict[str, tuple[str, ...]] = {
    "agreement_list": ("",),
    "agreement_create": ("",),
    "agreement_detail": _AGREEMENTS,
    "agreement_edit": _AGREEMENTS,
    "agreement_parties": _AGREEMENTS,
    "version_compare": ("utkast", "prov", "tom"),
    "version_compare_pdf": ("utkast", "prov"),
    "version_create": ("tom", "prov", "utkast"),
    "version_detail": (*_VERSIONS, "prov 1"),
    "version_edit": _VERSIONS,
    "section_create": _VERSIONS,
    "section_edit": ("section of utkast 1", "section of prov 2", "section of prov 4", "section of another draft"),
    "version_import": _VERSIONS,
    "version_invitations": _VERSIONS,
    "version_publish": _VERSIONS,
    "version_discard": _VERSIONS,
    "version_pdf": _VERSIONS,
    "version_docx": _VERSIONS,
    "forum_decision_create": _AGREEMENTS,
    "forum_decision_edit": ("recommended", "recommended elsewhere"),
    "forum_decision_file": ("recommended", "assigned", "recommended elsewhere"),
    "dispatch_create": _AGREEMENTS,
    "dispatch_detail": ("dispatch", "whole dispatch", "dispatch elsewhere"),
    "dispatch_item": ("parcel of falun", "parcel of sater", "parcel of mora", "parcel of polisen", "parcel elsewhere"),
    "dispatch_receive": ("parcel of sater", "parcel of falun", "parcel of mora", "parcel elsewhere"),
    "dispatch_file": (
        "foljebrev of falun",
        "overenskommelse of falun",
        "beslut-pdf of falun",
        "beslut-word of falun",
        "brev of falun",
        "foljebrev of sater",
        "foljebrev of mora",
        "foljebrev elsewhere",
    ),
    "reminder_list": _AGREEMENTS,
    "principal_detail": (*_REGISTERED, "falun in utkast"),
    "principal_steps": _REGISTERED,
    "decision_create": _REGISTERED,
    "status_note_create": _REGISTERED,
    "signature_create": (*_REGISTERED, "falun in utkast"),
    "status_note_void": ("note of falun", "struck note of falun", "striking note of falun", "note elsewhere"),
    "signature_void": ("signed by falun", "struck signature of falun", "signed elsewhere"),
    "signature_file": ("signature of falun", "signature of sater", "signature elsewhere"),
    "decision_detail": ("decision of falun", "corrected decision of falun", "decision elsewhere"),
    "decision_correct": (
        "decision of falun",
        "corrected decision of falun",
        "decision of sater",
        "decision elsewhere",
    ),
    "decision_prove": ("decision of falun", "corrected decision of falun", "decision elsewhere"),
    "decision_extract": ("decision of falun", "decision of sater", "decision elsewhere"),
    "validity_change_create": _AGREEMENTS,
    "validity_change_void": ("extension", "struck extension", "striking", "extension elsewhere"),
    "validity_change_file": ("extension", "struck extension", "striking", "extension elsewhere"),
    "body_calendar": ("calendar of falun", "calendar of polisen"),
    "board": ("prov", "utkast", "tom"),
    "board_pdf": ("prov",),
    "board_xlsx": ("prov",),
    "board_csv": ("prov",),
    "board_json": ("prov",),
    "board_planning": ("prov",),
    "share_link_list": ("prov",),
    "share_link_revoke": ("open link", "revoked link", "link elsewhere"),
    "shared_board": ("open link", "expired link", "revoked link"),
    "shared_board_pdf": ("open link", "expired link", "revoked link"),
    "job_detail": ("dispatch job", "failed dispatch job", "job of the registrar", "failed job of the registrar"),
    "job_cancel": ("dispatch job", "failed dispatch job", "job of the registrar", "failed job of the registrar"),
    "job_retry": ("dispatch job", "failed dispatch job", "job of the registrar", "failed job of the registrar"),
}
EVERYBODY_NEAR = (
    "coordinator",
    "registrar",
    "reader",
    "sater_registrar",
    "orsa_reader",
    "mora_commissioner",
    "invited_writer",
    "invited_reader",
    "outsider",
    "steering",
    "chair",
    "nobody",
    "ended",
    "ended_registrar",
    "future_registrar",
    "deactivated",
    "anonymous",
)
# What belongs to a principal, and the rest.
SOME_NEAR_PRINCIPALS = (
    "coordinator",
    "registrar",
    "reader",
    "sater_registrar",
    "outsider",
    "ended_registrar",
    "anonymous",
)
SOME_NEAR_TEXTS = (
    "coordinator",
    "registrar",
    "sater_registrar",
    "orsa_reader",
    "invited_writer",
    "ended_registrar",
    "anonymous",
)


def askers_of(page: str, key: str) -> tuple[str, ...]:
    """Who asks an address about a thing."""
    if key == PAGES[page][0]:
        return EVERYBODY_NEAR
    return SOME_NEAR_PRINCIPALS if THINGS[key].principal else SOME_NEAR_TEXTS


def standings(
    persona: str, key: str, *, belongs_to: tuple[str, ...], registers: tuple[str, ...], **_roles: Any
) -> list[str]:
    """How somebody with a role stands to a thing, the nearest first, as the headings of the tables."""
    thing = THINGS.get(key, Thing(""))
    near = {
        "one who asked": thing.asked_by == persona,
        "coordinator": persona == "coordinator",
        "writer": persona in thing.writers,
        "reader": persona in thing.readers,
        "registrar": thing.principal in registers,
        "inside": thing.principal in belongs_to,
    }
    return [name for name, is_so in near.items() if is_so]


# --- making -----------------------------------------------------------------------------------------------------------


def build(world: cast.World) -> dict[str, dict[str, Any]]:
    """Make everything, mostly through the portal's own actions; what the addresses hold, by the keys above.

    Corrections are the portal's own: somebody's second within a minute would be taken for a double click.
    """
    by = world.person["coordinator"]
    prov = factory.with_parties(world, title="RÖK prov", is_signed=True)
    utkast = factory.with_parties(world, ("falun", "sater"), title="RÖK utkast")
    tom = factory.agreement(world, title="RÖK tom")
    found: dict[str, dict[str, Any]] = {"prov": {"slug": prov.slug}, "utkast": {"slug": utkast.slug}}
    found |= {"tom": {"slug": tom.slug}} | _texts(world, prov, utkast, by)
    found |= _sent(world, prov, utkast, by)
    found |= _decided(world, prov, utkast)
    found |= _struck(world, prov, utkast)
    found |= _validity(world, prov, utkast, by)
    found |= _shared(prov, utkast, by)
    found |= _work(world, found)
    for key, thing in THINGS.items():
        if " in " in key:
            found[key] = {**found[key.rpartition(" ")[2]], "organisation": thing.principal}
        elif key.startswith("calendar "):
            found[key] = {"slug": thing.principal}
    assert set(found) == set(THINGS)
    return found


def written(word: str) -> list[tuple[str, str, str]]:
    """Sections that carry a word in heading and text."""
    return [(f"Bakgrund {word}", "background", f"<p>Text {word}.</p>"), ("Syfte", "purpose", f"<p>Mer {word}.</p>")]


def pdf(word: str) -> bytes:
    return documents.pdf(documents.line(f"Handling {word}", at="72 700"))


def upload(word: str) -> Upload:
    return Upload(f"{word}.pdf", "pdf", pdf(word))


def _texts(world: cast.World, prov: Agreement, utkast: Agreement, by: User) -> dict[str, dict[str, Any]]:
    """Two published versions, a discarded one and two drafts; each with those who are, or were, invited to it."""
    first = factory.published_version(world, prov)
    second = factory.draft(world, prov, sections=[*factory.SECTIONS, *written(REMOVED_WORD)])
    _invite(world, second, by, dict.fromkeys(("invited_writer", "ended", "deactivated"), DraftAccess.WRITE))
    for section in second.sections.filter(body__contains=REMOVED_WORD):
        texts.remove_section(section=section, by=by)
    texts.publish(version=second, by=by)
    third = _draft(world, prov, by, DISCARDED_WORD, {"invited_writer": DraftAccess.WRITE})
    texts.discard(version=third, reason=DISCARDED_WORD, by=by)
    fourth = _draft(world, prov, by, OTHER_DRAFT_WORD, {"orsa": DraftAccess.WRITE})
    guests = {
        "invited_writer": DraftAccess.WRITE,
        "invited_reader": DraftAccess.READ,
        "sater": DraftAccess.READ,
        "ended": DraftAccess.WRITE,
        "deactivated": DraftAccess.WRITE,
    }
    draft = _draft(world, utkast, by, DRAFT_WORD, guests)
    versions = {"prov 1": first, "prov 2": second, "prov 3": third, "prov 4": fourth, "utkast 1": draft}
    found = {key: {"slug": row.agreement.slug, "number": row.number} for key, row in versions.items()}
    sections = {key: {**found[key], "pk": versions[key].sections.values_list("pk", flat=True)[0]} for key in versions}
    foreign = {**found["utkast 1"], "pk": sections["prov 4"]["pk"]}
    return found | {
        "section of prov 2": sections["prov 2"],
        "section of prov 4": sections["prov 4"],
        "section of utkast 1": sections["utkast 1"],
        "section of another draft": foreign,
    }


def _draft(world: cast.World, made: Agreement, by: User, word: str, guests: dict[str, DraftAccess]) -> AgreementVersion:
    """A draft with its word in everything that can be written in it."""
    version = factory.draft(world, made, title=f"Rubrik {word}", sections=written(word))
    texts.save_version(version=version, values={"title": f"Rubrik {word}", "note": f"Nytt {word}"}, by=by)
    _invite(world, version, by, guests)
    return version


def _invite(world: cast.World, version: AgreementVersion, by: User, guests: dict[str, DraftAccess]) -> None:
    for guest, access in guests.items():
        one = {"organisation": world.org[guest]} if guest in world.org else {"user": world.person[guest]}
        texts.invite(version=version, access=access, by=by, **one)


def _sent(world: cast.World, prov: Agreement, utkast: Agreement, by: User) -> dict[str, dict[str, Any]]:
    """What forums decided, and two sendings: of the first Mora's is not made yet, and Orsa owes an answer."""
    elsewhere = {"slug": utkast.slug}
    version = prov.versions.get(number=2)
    shape = {"version": version, "forum": world.forum, "paragraph": "§ 1", "case_number": "", "comment": "Enhälligt"}
    recommended = sending.register_forum_decision(
        agreement=prov,
        values={"kind": RecommendationKind.RECOMMENDED, "decided_on": _day(-20), **shape},
        upload=upload("protokoll"),
        by=by,
    )
    assigned = sending.register_forum_decision(
        agreement=prov,
        values={"kind": RecommendationKind.ASSIGNED, "decided_on": _day(-300), **shape, "version": None},
        by=by,
    )
    dispatch = _send(world, version, (*LETTERS, "mora"), by)
    for item in dispatch.items.select_related("organisation", "dispatch__version__agreement"):
        slug = item.organisation.slug
        if slug in LETTERS:
            sending.deliver(item=item, package=_package(LETTERS[slug]))
        if slug == "falun":
            sending.receive(item=item, by=world.person["registrar"])
        if slug == "orsa":
            item.refresh_from_db()
            item.prepared_at = timezone.now() - timedelta(days=40)
            audit.save(item, by=None, verb="prepared", reason="Prov")
    whole = _send(world, prov.versions.get(number=1), ("falun",), by)
    for item in whole.items.select_related("organisation", "dispatch__version__agreement"):
        sending.deliver(item=item, package=_package(LETTERS["falun"]))
    there = {"slug": prov.slug, "pk": dispatch.pk}
    found: dict[str, dict[str, Any]] = {
        "recommended": {"slug": prov.slug, "pk": recommended.pk},
        "assigned": {"slug": prov.slug, "pk": assigned.pk},
        "recommended elsewhere": elsewhere | {"pk": recommended.pk},
        "dispatch": there,
        "whole dispatch": {"slug": prov.slug, "pk": whole.pk},
        "dispatch elsewhere": there | elsewhere,
        "parcel elsewhere": there | elsewhere | {"organisation": "falun"},
        "foljebrev elsewhere": there | elsewhere | {"organisation": "falun", "name": "foljebrev"},
    }
    for key, thing in THINGS.items():
        name, of, _slug = key.partition(" of ")
        if of and name in {"parcel", "brev", "foljebrev", "overenskommelse", "beslut-pdf", "beslut-word"}:
            found[key] = there | {"organisation": thing.principal, "name": name}
    return found


def _send(world: cast.World, version: AgreementVersion, slugs: tuple[str, ...], by: User) -> Any:
    organisations = [world.org[slug] for slug in slugs]
    return sending.send_out(
        version=version, organisations=organisations, reply_by=_day(60), letter="För beslut.", by=by
    )


def _package(word: str) -> sending.Package:
    return sending.Package(
        letter=pdf(word),
        agreement_pdf=pdf("Allas"),
        proposal_pdf=pdf(word),
        proposal_docx=documents.docx(documents.p(f"Förslag {word}")),
    )


def _decided(world: cast.World, prov: Agreement, utkast: Agreement) -> dict[str, dict[str, Any]]:
    """Falun's decision, corrected once, with an extract; Säter's without; what Mora has said; two signatures."""
    version, registrar = prov.versions.get(number=2), world.person["registrar"]
    factory.body_of(world, "mora")
    first = _register(world, prov, "falun", "registrar", paragraph="§ 1", upload=upload(EXTRACT_WORD))
    values = _entry(world, prov, "falun", paragraph="§ 2")
    stands = adoption.correct_decision(decision=first, values=values, reason="Fel paragraf.", by=None)
    saters = _register(world, prov, "sater", "protected", paragraph="§ 9")
    adoption.say_undecided(
        agreement=prov,
        organisation=world.org["mora"],
        values={"said_on": _day(-3), "said_by": "Kanslichefen", "comment": "I vår."},
        by=world.person["coordinator"],
    )
    signing = {"version": version, "signatory": "Kommunstyrelsens ordförande", "signed_on": _day(-1)}
    signed = adoption.sign(organisation=world.org["falun"], values=signing, by=registrar, upload=upload("underskrift"))
    unsigned = adoption.sign(organisation=world.org["sater"], values=signing, by=world.person["protected"])
    here, elsewhere = {"slug": prov.slug}, {"slug": utkast.slug}
    return {
        "decision of falun": here | {"pk": stands.pk},
        "corrected decision of falun": here | {"pk": first.pk},
        "decision of sater": here | {"pk": saters.pk},
        "decision elsewhere": elsewhere | {"pk": stands.pk},
        "signature of falun": here | {"pk": signed.pk},
        "signature of sater": here | {"pk": unsigned.pk},
        "signature elsewhere": elsewhere | {"pk": signed.pk},
        "signed by falun": here | {"pk": signed.pk},
        "signed elsewhere": elsewhere | {"pk": signed.pk},
    }


def _struck(world: cast.World, prov: Agreement, utkast: Agreement) -> dict[str, dict[str, Any]]:
    """What Falun has said before it decided, and what was struck out of that and of what it signed."""
    falun, registrar = world.org["falun"], world.person["registrar"]
    said = {"said_on": _day(-9), "said_by": "Kanslichefen", "comment": "I vår."}
    notes = [
        adoption.say_undecided(agreement=prov, organisation=falun, values={**said, "said_on": day}, by=registrar)
        for day in (_day(-9), _day(-8))
    ]
    wrong = {"version": prov.versions.get(number=1), "signatory": "Kommundirektören", "signed_on": _day(-1)}
    signed = adoption.sign(organisation=falun, values=wrong, by=registrar)
    striking = adoption.void_status_note(note=notes[1], reason="Fel dag.", by=None)
    adoption.void_signature(signature=signed, reason="Fel version.", by=None)
    here = {"slug": prov.slug}
    return {
        "note of falun": here | {"pk": notes[0].pk},
        "struck note of falun": here | {"pk": notes[1].pk},
        "striking note of falun": here | {"pk": striking.pk},
        "note elsewhere": {"slug": utkast.slug, "pk": notes[0].pk},
        "struck signature of falun": here | {"pk": signed.pk},
    }


def _register(
    world: cast.World, made: Agreement, slug: str, by: str, *, upload: Upload | None = None, **changed: Any
) -> AdoptionDecision:
    return adoption.register_decision(
        agreement=made,
        organisation=world.org[slug],
        values=_entry(world, made, slug, **changed),
        upload=upload,
        by=world.person[by],
    )


def _entry(world: cast.World, made: Agreement, slug: str, **changed: Any) -> dict[str, Any]:
    return {
        "body": factory.body_of(world, slug),
        "role": StepRole.DECIDING,
        "outcome": Outcome.ADOPTED,
        "version": made.versions.get(number=2),
        "stated_fingerprint": "",
        "decided_on": _day(-3),
        "case_numbers": ["KS 2026/12"],
        "is_approved_at_once": False,
        "approved_on": None,
        "announced_on": None,
        "legal_force_on": None,
        "delegation": "",
        "reservation": "",
        "amendment": "",
        **changed,
    }


def _validity(world: cast.World, prov: Agreement, utkast: Agreement, by: User) -> dict[str, dict[str, Any]]:
    """An extension with the decision as a file, and one that was struck out."""
    values = {
        "kind": ChangeKind.EXTENSION,
        "decided_on": _day(-2),
        "forum": world.forum,
        "organisation": None,
        "decided_by": "",
        "replaced_by": None,
        "paragraph": "§ 3",
        "case_number": "",
        "reason": "En ny är inte klar.",
    }
    stands = validity.change_validity(
        agreement=prov, values={**values, "takes_effect_on": date(2036, 6, 30)}, by=by, upload=upload("giltighet")
    )
    struck = validity.change_validity(agreement=prov, values={**values, "takes_effect_on": date(2037, 6, 30)}, by=by)
    striking = validity.void_change(change=struck, reason="Fel dag.", by=None)
    return {
        "extension": {"slug": prov.slug, "pk": stands.pk},
        "struck extension": {"slug": prov.slug, "pk": struck.pk},
        "striking": {"slug": prov.slug, "pk": striking.pk},
        "extension elsewhere": {"slug": utkast.slug, "pk": stands.pk},
    }


def _shared(prov: Agreement, utkast: Agreement, by: User) -> dict[str, dict[str, Any]]:
    """A link that opens the board, one that has ended and one that was taken back."""
    label = f"Ledamöterna {LABEL_WORD}"
    opened, token = following.create_share_link(agreement=prov, label=label, expires_on=_day(30), by=by)
    expired = _link(prov, EXPIRED_TOKEN, expires_on=_day(-1))
    revoked = _link(prov, REVOKED_TOKEN, expires_on=_day(30))
    following.revoke_share_link(link=revoked, by=by)
    return {
        "open link": {"slug": prov.slug, "pk": opened.pk, "token": token},
        "expired link": {"slug": prov.slug, "pk": expired.pk, "token": EXPIRED_TOKEN},
        "revoked link": {"slug": prov.slug, "pk": revoked.pk, "token": REVOKED_TOKEN},
        "link elsewhere": {"slug": utkast.slug, "pk": opened.pk},
    }


def _link(made: Agreement, token: str, *, expires_on: date) -> ShareLink:
    link = ShareLink(agreement=made, label=LABEL_WORD, token_hash=following.hash_of(token), expires_on=expires_on)
    audit.save(link, by=None, verb="shared", reason="Prov")
    return link


def _work(world: cast.World, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Work of the coordinator and of the registrar, waiting and failed. The payload is nobody's to read."""
    register_export()
    waiting = jobs.enqueue(kind=EXPORT, key=PAYLOAD_WORD, by=world.person["registrar"], payload={"word": PAYLOAD_WORD})
    failed = jobs.enqueue(kind=EXPORT, key=f"{PAYLOAD_WORD} 2", by=world.person["registrar"])
    of_dispatch = Job.objects.get(key=f"dispatch-{found['dispatch']['pk']}")
    of_dispatch.requested_by = None  # as when the portal itself has asked
    for job in (failed, of_dispatch):
        job.started_at = job.heartbeat_at = job.finished_at = timezone.now()
        job.state, job.tries, job.message = JobState.FAILED, 1, "Det gick inte."
        job.save()
    return {
        "dispatch job": {"pk": Job.objects.get(key=f"dispatch-{found['whole dispatch']['pk']}").pk},
        "failed dispatch job": {"pk": of_dispatch.pk},
        "job of the registrar": {"pk": waiting.pk},
        "failed job of the registrar": {"pk": failed.pk},
    }


def register_export() -> None:
    """Long work such as an app could have that names nobody else who may follow it."""
    jobs.handler(EXPORT, label="Tar fram provet")(lambda job: None)


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
