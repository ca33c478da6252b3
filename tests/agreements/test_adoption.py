"""What the principals decide: registered once, never changed, corrected by a new entry, proved by somebody."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agreements.actions import adoption as actions
from agreements.actions import validity
from agreements.enums import Evidence, Outcome, StepRole
from agreements.models import AdoptionDecision, Agreement, DecisionProof, ExtractReading, Signature, StatusNote
from agreements.queries import adoption as queries
from agreements.queries.principals import principal_page
from agreements.rules.entries import ADOPTING, entry_faults
from agreements.rules.words import day_in_words
from kvinnofrid.core.access import Refused
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions as organisation_actions
from organisations.enums import BodyKind, Role
from organisations.models import DecidingBody
from tests.agreements.test_adoption_validity import change_values
from tests.factories import documents
from tests.factories.agreements import body_of, published, published_version, step
from tests.factories.cast import World
from tests.factories.filling import grant, sent, verbs

TODAY = timezone.localdate
ENTRIES = ("adoptiondecision", "decisionproof", "statusnote", "signature", "validitychange")


def values(world: World, made: Agreement, slug: str = "falun", **changed: Any) -> dict[str, Any]:
    """An adoption of the latest version, as the form gives it to the action."""
    return {
        "body": body_of(world, slug),
        "role": StepRole.DECIDING,
        "outcome": Outcome.ADOPTED,
        "version": made.versions.published().order_by("-number").first(),
        "stated_fingerprint": "",
        "decided_on": TODAY() - timedelta(days=3),
        "paragraph": "§ 214",
        "case_numbers": ["KS 2026/12", "SN 2026/7"],
        "is_approved_at_once": False,
        "approved_on": None,
        "announced_on": None,
        "legal_force_on": None,
        "delegation": "",
        "reservation": "",
        "amendment": "",
        **changed,
    }


def register(world: World, made: Agreement, by: str = "registrar", slug: str = "falun", **changed: Any) -> Any:
    given = {name: changed.pop(name) for name in ("upload", "also_for") if name in changed}
    return actions.register_decision(
        agreement=made,
        organisation=world.org[slug],
        values=values(world, made, slug, **changed),
        by=world.person[by],
        **given,
    )


def extract(*lines: str, name: str = "utdrag.pdf") -> Upload:
    """A PDF with a text layer that holds these lines; without lines, as a scan has none."""
    text = "\n".join(documents.line(one, at=f"72 {700 - 20 * place}") for place, one in enumerate(lines))
    return Upload(name, "pdf", documents.pdf(text))


def joint_committee(world: World, slug: str = "mora", others: tuple[str, ...] = ("orsa",)) -> DecidingBody:
    return organisation_actions.add_body(
        organisation=world.org[slug],
        kind=BodyKind.JOINT_COMMITTEE,
        name="Gemensamma nämnden",
        participants=[world.org[other] for other in others],
        by=None,
    )


# --- registering --------------------------------------------------------------------------------------------------------


def test_the_registrar_registers_and_the_coordinator_hears_of_it(world: World) -> None:
    made = published(world)
    decision = register(world, made, reservation="Ledamoten reserverade sig.", delegation="Förvaltningschefen")
    decision.refresh_from_db()
    found = {name: getattr(decision, name) for name in queries.ENTRY_FIELDS}
    assert found == values(world, made, reservation="Ledamoten reserverade sig.", delegation="Förvaltningschefen")
    assert (decision.registered_by, decision.corrects, decision.reason) == (world.person["registrar"], None, "")
    assert verbs(decision) == ["registered"]
    assert sent() == [("Siv Samordnare", "Beslut registrerat: Falun, RÖK prov")]


def test_when_the_coordinator_registers_the_registrars_hear_of_it(world: World) -> None:
    grant(world, "reader", Role.REGISTRAR)
    register(world, published(world), by="coordinator")
    subject = "Beslut registrerat: Falun, RÖK prov"
    assert sent() == [("Ragna Registrator", subject), ("Lena Läsare", subject)]


def test_what_the_portal_reads_in_is_told_to_nobody(world: World) -> None:
    made = published(world)
    actions.register_decision(agreement=made, organisation=world.org["falun"], values=values(world, made), by=None)
    assert AdoptionDecision.objects.get().registered_by is None
    assert sent() == []


@pytest.mark.parametrize(
    "key", ["reader", "representative", "commissioner", "sater_representative", "outsider", "ended", "future", "nobody"]
)
def test_others_register_nothing(world: World, key: str) -> None:
    made = published(world)
    with pytest.raises(Refused):
        register(world, made, by=key, upload=extract("x"))
    assert (AdoptionDecision.objects.count(), StoredFile.objects.count(), sent()) == (0, 0, [])


def test_a_registrar_registers_only_for_the_own_organisation(world: World) -> None:
    with pytest.raises(Refused):
        register(world, published(world), slug="mora")
    assert AdoptionDecision.objects.count() == 0


@pytest.mark.parametrize(("starts", "ends"), [(-30, -1), (1, None)])
def test_a_registrar_of_yesterday_or_tomorrow_registers_nothing(world: World, starts: int, ends: int | None) -> None:
    organisation_actions.grant_role(
        user=world.person["reader"],
        role=Role.REGISTRAR,
        scope=world.org["falun"],
        by=None,
        starts_on=TODAY() + timedelta(days=starts),
        ends_on=None if ends is None else TODAY() + timedelta(days=ends),
    )
    with pytest.raises(Refused):
        register(world, published(world), by="reader")


def test_one_who_is_no_party_has_nothing_registered(world: World) -> None:
    made = published(world, ("falun",))
    with pytest.raises(Refused):
        register(world, made, by="coordinator", slug="mora")


def test_a_body_of_another_principal_is_refused(world: World) -> None:
    made = published(world)
    with pytest.raises(ValidationError) as refused:
        register(world, made, body=body_of(world, "mora"))
    assert refused.value.message_dict == {"body": ["Kommunfullmäktige beslutar inte för Falu kommun."]}
    assert AdoptionDecision.objects.count() == 0


def test_a_double_click_makes_one(world: World) -> None:
    made = published(world)
    first = register(world, made, upload=extract("Utdrag"))
    assert register(world, made, upload=extract("Utdrag")) == first
    assert (AdoptionDecision.objects.count(), StoredFile.objects.count(), len(sent())) == (1, 1, 1)


@pytest.mark.parametrize(
    "changed", [{"paragraph": "§ 215"}, {"outcome": Outcome.REJECTED}, {"case_numbers": []}, {"by": "coordinator"}]
)
def test_what_differs_in_anything_is_another_entry(world: World, changed: dict[str, Any]) -> None:
    made = published(world)
    first = register(world, made)
    assert register(world, made, **changed) != first
    assert AdoptionDecision.objects.count() == 2


def test_another_file_is_another_entry(world: World) -> None:
    made = published(world)
    register(world, made)
    register(world, made, upload=extract("ett"))
    register(world, made, upload=extract("ett och ett till"))
    assert AdoptionDecision.objects.count() == 3


# --- joint committees ---------------------------------------------------------------------------------------------------


def test_a_joint_committee_gives_each_its_entry_with_the_same_extract(world: World) -> None:
    made, body = published(world), joint_committee(world)
    register(world, made, by="coordinator", slug="mora", body=body, upload=extract("x"), also_for=[world.org["orsa"]])
    rows = AdoptionDecision.objects.order_by("pk")
    assert [row.organisation.slug for row in rows] == ["mora", "orsa"]
    assert rows[0].extract == rows[1].extract == StoredFile.objects.get()
    assert rows[0].registered_at == rows[1].registered_at
    assert queries.same_meeting(rows[0]) == [rows[1]]


def test_for_a_participant_that_one_may_not_register_for_nothing_is_registered(world: World) -> None:
    made, body = published(world), joint_committee(world, "falun", ("orsa",))
    with pytest.raises(Refused):
        register(world, made, body=body, also_for=[world.org["orsa"]])
    assert AdoptionDecision.objects.count() == 0


def test_for_one_that_takes_no_part_in_the_committee_nothing_is_registered(world: World) -> None:
    made, body = published(world), joint_committee(world)
    with pytest.raises(ValidationError) as refused:
        register(world, made, by="coordinator", slug="mora", body=body, also_for=[world.org["sater"]])
    assert refused.value.message_dict == {"body": ["Gemensamma nämnden beslutar inte för Säters kommun."]}
    assert AdoptionDecision.objects.count() == 0


def test_a_participant_that_is_no_party_is_not_offered(world: World) -> None:
    body = joint_committee(world, "mora", ("orsa", "alvdalen"))
    made = published(world, ("mora", "orsa"))
    assert queries.joint_parties(made, world.org["mora"]) == {body.pk: [world.org["orsa"]]}
    assert queries.joint_parties(made, world.org["orsa"]) == {body.pk: [world.org["mora"]]}


# --- what an entry must hold --------------------------------------------------------------------------------------------

FITS = {
    (outcome, role): outcome not in ADOPTING or role == StepRole.DECIDING
    for outcome in Outcome
    for role in StepRole
    if outcome != Outcome.VOID
} | {(Outcome.SUPPORTED, StepRole.DECIDING): False}


@pytest.mark.parametrize(("outcome", "role"), FITS)
def test_every_outcome_with_every_role(world: World, outcome: Outcome, role: StepRole) -> None:
    made = published(world)
    amendment = "Punkt 3 ströks." if outcome == Outcome.AMENDED else ""
    wanted = {"outcome": outcome, "role": role, "amendment": amendment}
    assert (entry_faults(values(world, made, **wanted), TODAY()) == {}) == FITS[outcome, role]
    if FITS[outcome, role]:
        register(world, made, **wanted)
    else:
        with pytest.raises(ValidationError) as refused:
            register(world, made, **wanted)
        assert list(refused.value.message_dict) == ["outcome"]
    assert AdoptionDecision.objects.count() == FITS[outcome, role]


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"decided_on": date(2999, 1, 1)}, {"decided_on": "Beslutet kan inte ligga i framtiden."}),
        ({"decided_on": date(1999, 12, 31)}, {"decided_on": "Beslutet kan inte vara äldre än år 2000."}),
        ({"outcome": Outcome.AMENDED}, {"amendment": "Skriv vad som ändrades."}),
        ({"amendment": "Punkt 3"}, {"amendment": "Välj utfallet ”Antog med ändringar”, eller töm fältet."}),
        ({"version": None}, {"text": "Välj vilken text som antogs."}),
        ({"version": None, "stated_fingerprint": "1111-2222-3333"}, {}),
        ({"version": None, "outcome": Outcome.TABLED}, {}),
        ({"version": None, "outcome": Outcome.REJECTED}, {}),
    ],
)
def test_faults(world: World, changed: dict[str, Any], faults: dict[str, str]) -> None:
    assert entry_faults(values(world, published(world), **changed), TODAY()) == faults


# --- corrections --------------------------------------------------------------------------------------------------------


def correct(world: World, decision: AdoptionDecision, by: str = "registrar", **changed: Any) -> AdoptionDecision:
    given = {name: changed.pop(name) for name in ("upload", "removes_extract") if name in changed}
    stands = {name: getattr(decision, name) for name in queries.ENTRY_FIELDS}
    return actions.correct_decision(
        decision=decision, values={**stands, **changed}, reason="Fel paragraf.", by=world.person[by], **given
    )


def test_a_correction_is_a_new_entry_and_the_old_one_stays(world: World) -> None:
    decision = register(world, published(world))
    before = AdoptionDecision.objects.values().get()
    new = correct(world, decision, paragraph="§ 241")
    assert (new.corrects, new.reason, new.paragraph) == (decision, "Fel paragraf.", "§ 241")
    assert AdoptionDecision.objects.values().get(pk=decision.pk) == before
    assert (verbs(new), verbs(decision)) == (["corrected"], ["registered"])
    assert sent()[1:] == [("Siv Samordnare", "Registrering rättad: Falun, RÖK prov")]


def test_only_the_latest_is_corrected(world: World) -> None:
    decision = register(world, published(world))
    first = correct(world, decision, paragraph="§ 241")
    with pytest.raises(MoveRefused) as refused:
        correct(world, decision, by="coordinator", paragraph="§ 142")
    assert str(refused.value) == actions.CORRECTED
    second = correct(world, first, by="coordinator", paragraph="§ 142")
    assert (second.corrects, AdoptionDecision.objects.count()) == (first, 3)


def test_the_same_person_corrects_once_with_two_clicks(world: World) -> None:
    decision = register(world, published(world))
    first = correct(world, decision, paragraph="§ 241")
    assert correct(world, decision, paragraph="§ 241") == first
    assert AdoptionDecision.objects.count() == 2


def test_a_correction_that_changes_nothing_is_refused(world: World) -> None:
    decision = register(world, published(world), upload=extract("x"))
    with pytest.raises(MoveRefused):
        correct(world, decision)
    assert AdoptionDecision.objects.count() == 1


@pytest.mark.parametrize("key", ["reader", "representative", "sater_representative", "outsider", "nobody"])
def test_others_correct_nothing(world: World, key: str) -> None:
    decision = register(world, published(world))
    with pytest.raises(Refused):
        correct(world, decision, by=key, paragraph="§ 1")
    with pytest.raises(Refused):
        actions.void_decision(decision=decision, reason="Nej", by=world.person[key])
    assert AdoptionDecision.objects.count() == 1


def test_the_extract_follows_is_replaced_or_is_taken_away(world: World) -> None:
    decision = register(world, published(world), upload=extract("ett"))
    kept = correct(world, decision, paragraph="§ 1")
    assert kept.extract == decision.extract
    replaced = correct(world, kept, upload=extract("två", name="nytt.pdf"))
    assert replaced.extract is not None
    assert (replaced.extract.name, replaced.extract == decision.extract) == ("nytt.pdf", False)
    assert correct(world, replaced, removes_extract=True).extract is None
    assert StoredFile.objects.count() == 2


def test_a_registration_of_no_decision_is_struck_out(world: World) -> None:
    made = published(world)
    decision = register(world, made)
    void = actions.void_decision(decision=decision, reason="Fel kommun.", by=world.person["registrar"])
    assert (void.outcome, void.corrects, void.reason, verbs(void)) == ("void", decision, "Fel kommun.", ["voided"])
    assert principal_page(made, world.org["falun"], world.person["reader"]).verdict == "Okänt"
    assert actions.void_decision(decision=decision, reason="Fel kommun.", by=world.person["registrar"]) == void
    with pytest.raises(MoveRefused):
        actions.void_decision(decision=void, reason="Fel kommun.", by=world.person["registrar"])
    back = correct(world, void, outcome=Outcome.ADOPTED)
    assert back.outcome == "adopted"
    assert principal_page(made, world.org["falun"], world.person["reader"]).verdict == "Likalydande"


def test_what_was_struck_out_can_be_registered_again_at_once(world: World) -> None:
    made = published(world)
    decision = register(world, made)
    actions.void_decision(decision=decision, reason="Fel.", by=world.person["registrar"])
    assert register(world, made).pk != decision.pk
    assert AdoptionDecision.objects.count() == 3


@pytest.mark.parametrize("table", ENTRIES)
@pytest.mark.parametrize("statement", ["UPDATE agreements_{} SET id = id", "DELETE FROM agreements_{}"])
def test_the_database_refuses_to_change_an_entry(world: World, table: str, statement: str) -> None:
    made = published(world, is_signed=True)
    everything(world, made)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM agreements_{table}")
        assert cursor.fetchone()[0] > 0
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement.format(table))


def everything(world: World, made: Agreement) -> None:
    """One of each kind of entry."""
    decision = register(world, made, upload=extract(made.versions.get().short_fingerprint))
    actions.prove(decision=decision, grade=Evidence.EXTRACT, comment="", by=world.person["registrar"])
    say(world, made)
    signature(world, made)
    validity.change_validity(agreement=made, values=change_values(world), by=world.person["coordinator"])


# --- what the extract says ----------------------------------------------------------------------------------------------


def news(decision: AdoptionDecision) -> Any:
    found = queries.entries().get(pk=decision.pk)
    return queries.extract_news(found, queries.published_versions(found.agreement))


def test_an_extract_that_names_the_version(world: World) -> None:
    made = published(world)
    short = made.versions.get().short_fingerprint
    decision = register(world, made, upload=extract("Beslut", f"Fingeravtryck {short}"))
    reading = ExtractReading.objects.get()
    assert (reading.file, reading.has_text, reading.has_hidden_text, reading.found, reading.fault) == (
        decision.extract, True, False, [short], "",
    )  # fmt: skip
    assert (news(decision).tone, news(decision).names_it, news(decision).is_contrary) == ("good", True, False)
    assert queries.evidence_of(decision) == Evidence.STATED  # until a person has looked
    assert queries.readings_that_contradict(made) == []


def test_an_extract_that_names_another_version_is_pointed_out(world: World) -> None:
    made = published(world)
    old = made.versions.get().short_fingerprint
    new = published_version(world, made, title="Ny rubrik").short_fingerprint
    decision = register(world, made, upload=extract(f"Fingeravtryck {old}"))
    assert (news(decision).tone, news(decision).is_contrary) == ("bad", True)
    assert f"{old} (version 1)" in news(decision).text
    (contrary,) = queries.readings_that_contradict(made)
    assert (contrary.organisation, contrary.decision, contrary.stated, contrary.found) == (
        "falun", decision, new, (old,),
    )  # fmt: skip
    assert contrary.sentence == (
        f"Falun: utdraget från Kommunfullmäktige {day_in_words(decision.decided_on)} anger fingeravtrycket {old}, "
        f"men beslutet är registrerat för version 2, {new}."
    )
    corrected = correct(world, decision, version=made.versions.get(number=1))
    assert queries.readings_that_contradict(made) == []
    actions.void_decision(decision=corrected, reason="Fel", by=world.person["registrar"])
    assert queries.readings_that_contradict(made) == []


def test_a_struck_entry_contradicts_nothing(world: World) -> None:
    made = published(world)
    decision = register(world, made, upload=extract("Fingeravtryck 1111-2222-3333"))
    assert len(queries.readings_that_contradict(made)) == 1
    actions.void_decision(decision=decision, reason="Fel", by=world.person["registrar"])
    assert queries.readings_that_contradict(made) == []


def test_an_extract_that_names_both_contradicts_nothing(world: World) -> None:
    made = published(world)
    short = made.versions.get().short_fingerprint
    decision = register(world, made, upload=extract(f"{short} ersätter 1111-2222-3333"))
    assert queries.readings_that_contradict(made) == []
    assert news(decision).names_it is True


def test_an_entry_that_states_no_text_is_contradicted_by_none(world: World) -> None:
    made = published(world)
    upload = extract("Fingeravtryck 1111-2222-3333")
    decision = register(world, made, version=None, outcome=Outcome.TABLED, upload=upload)
    assert queries.readings_that_contradict(made) == []
    assert (news(decision).tone, news(decision).is_contrary) == ("info", False)
    assert "1111-2222-3333" in news(decision).text


def test_a_text_without_a_fingerprint_is_contradicted_by_one(world: World) -> None:
    made = published(world)
    upload = extract(made.versions.get().fingerprint)  # the whole one counts as well
    register(world, made, version=None, stated_fingerprint="utan fingeravtryck", upload=upload)
    (contrary,) = queries.readings_that_contradict(made)
    assert contrary.found == (made.versions.get().short_fingerprint,)
    assert contrary.sentence.endswith("men beslutet är registrerat för en text utan fingeravtryck.")


@pytest.mark.parametrize(
    ("upload", "title"),
    [
        (extract("Ett beslut utan fingeravtryck"), "Portalen hittade inget fingeravtryck i utdraget"),
        (extract(), "Utdraget har ingen text som portalen kan läsa"),
        (Upload("trasig.pdf", "pdf", b"%PDF-1.7 inget mer"), "Portalen kunde inte läsa utdraget"),
    ],
)
def test_other_extracts_need_a_person(world: World, upload: Upload, title: str) -> None:
    decision = register(world, published(world), upload=upload)
    assert (news(decision).title, news(decision).tone, news(decision).names_it) == (title, "warning", False)


def test_hidden_text_needs_a_person(world: World) -> None:
    made = published(world)
    hidden = documents.line(made.versions.get().short_fingerprint, before="3 Tr")
    decision = register(world, made, upload=Upload("dold.pdf", "pdf", documents.pdf(hidden)))
    assert ExtractReading.objects.get().has_hidden_text is True
    assert (news(decision).tone, news(decision).names_it) == ("warning", False)


# --- proofs -------------------------------------------------------------------------------------------------------------


def prove(world: World, decision: AdoptionDecision, grade: Evidence, by: str, comment: str = "") -> DecisionProof:
    return actions.prove(decision=decision, grade=grade, comment=comment, by=world.person[by])


def test_the_registrar_has_seen_what_the_portal_saw(world: World) -> None:
    made = published(world)
    decision = register(world, made, upload=extract(made.versions.get().short_fingerprint))
    proof = prove(world, decision, Evidence.EXTRACT, "registrar")
    assert (proof.grade, proof.given_by, verbs(proof)) == ("extract", world.person["registrar"], ["proved_extract"])
    assert queries.evidence_of(decision) == Evidence.EXTRACT
    assert prove(world, decision, Evidence.EXTRACT, "registrar") == proof


def test_where_the_portal_did_not_see_it_a_comment_is_needed(world: World) -> None:
    decision = register(world, published(world), upload=extract())
    with pytest.raises(ValidationError) as refused:
        prove(world, decision, Evidence.EXTRACT, "registrar", " ")
    assert list(refused.value.message_dict) == ["comment"]
    prove(world, decision, Evidence.EXTRACT, "registrar", "Står på sidan 2.")
    assert queries.evidence_of(decision) == Evidence.EXTRACT


def test_without_an_extract_nobody_has_seen_it(world: World) -> None:
    decision = register(world, published(world))
    with pytest.raises(MoveRefused):
        prove(world, decision, Evidence.EXTRACT, "registrar", "Jag såg det.")
    assert DecisionProof.objects.count() == 0


def test_the_coordinator_compares_with_a_comment(world: World) -> None:
    decision = register(world, published(world))
    with pytest.raises(ValidationError):
        prove(world, decision, Evidence.COMPARED, "coordinator")
    prove(world, decision, Evidence.COMPARED, "coordinator", "Word-filerna jämförda.")
    assert queries.evidence_of(decision) == Evidence.COMPARED


@pytest.mark.parametrize(
    ("key", "grade"),
    [
        ("registrar", Evidence.COMPARED),
        ("reader", Evidence.EXTRACT),
        ("reader", Evidence.COMPARED),
        ("sater_representative", Evidence.EXTRACT),
        ("outsider", Evidence.EXTRACT),
        ("steering", Evidence.COMPARED),
    ],
)
def test_others_prove_nothing(world: World, key: str, grade: Evidence) -> None:
    decision = register(world, published(world), upload=extract("x"))
    with pytest.raises(Refused):
        prove(world, decision, grade, key, "Jag såg det.")
    assert DecisionProof.objects.count() == 0


def test_a_text_that_is_no_version_is_not_compared(world: World) -> None:
    decision = register(world, published(world), version=None, stated_fingerprint="1111-2222-3333")
    with pytest.raises(MoveRefused):
        prove(world, decision, Evidence.COMPARED, "coordinator", "Jämförd.")


def test_what_is_corrected_or_struck_out_is_not_proved(world: World) -> None:
    decision = register(world, published(world), upload=extract("x"))
    new = correct(world, decision, paragraph="§ 1")
    void = actions.void_decision(decision=new, reason="Fel", by=world.person["registrar"])
    for entry in (decision, new, void):
        with pytest.raises(MoveRefused):
            prove(world, entry, Evidence.EXTRACT, "registrar", "Sidan 2.")


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"paragraph": "§ 1"}, {"extract", "compared"}),
        ({"removes_extract": True}, {"compared"}),
        ({"version": None, "stated_fingerprint": "1111-2222-3333"}, set()),
        ({"outcome": Outcome.AMENDED, "amendment": "Punkt 3"}, set()),
    ],
)
def test_a_correction_keeps_the_proofs_that_still_hold(world: World, changed: dict[str, Any], kept: set[str]) -> None:
    decision = register(world, published(world), upload=extract("x"))
    seen = prove(world, decision, Evidence.EXTRACT, "registrar", "Sidan 2.")
    prove(world, decision, Evidence.COMPARED, "coordinator", "Jämförda.")
    new = correct(world, decision, **changed)
    assert {proof.grade for proof in new.proofs.all()} == kept
    for proof in new.proofs.filter(grade="extract"):
        assert (proof.given_at, proof.given_by, proof.comment) == (seen.given_at, seen.given_by, seen.comment)


# --- the way to a decision ----------------------------------------------------------------------------------------------


def save_steps(
    world: World, made: Agreement, *steps: tuple[Any, str, date | None], seen: str = "", by: str = "registrar"
) -> None:
    rows = [
        {"body": body, "role": role, "planned_on": planned_on, "position": place}
        for place, (body, role, planned_on) in enumerate(steps, start=1)
    ]
    actions.save_steps(agreement=made, organisation=world.org["falun"], steps=rows, by=world.person[by], seen=seen)


def steps(world: World, made: Agreement) -> list[tuple[Any, ...]]:
    rows = queries.steps_of(made, world.org["falun"])
    return [(row.position, row.body.name, row.role, row.planned_on) for row in rows]


def test_the_way_is_saved_changed_and_shortened(world: World) -> None:
    made, day = published(world), TODAY() + timedelta(days=20)
    board, council = body_of(world, "falun", "Kommunstyrelsen"), body_of(world, "falun")
    save_steps(world, made, (board, "preparing", None), (council, "deciding", None))
    save_steps(world, made, (council, "heard", day), (board, "preparing", day), (council, "deciding", None))
    assert steps(world, made) == [
        (1, "Kommunfullmäktige", "heard", day),
        (2, "Kommunstyrelsen", "preparing", day),
        (3, "Kommunfullmäktige", "deciding", None),
    ]
    save_steps(world, made, (council, "deciding", None))
    assert steps(world, made) == [(1, "Kommunfullmäktige", "deciding", None)]
    history = made.steps.model.history
    assert sorted(history.values_list("verb", flat=True)) == sorted(
        ["added", "added", "added", "saved", "saved", "removed", "removed", "saved"]
    )


def test_saving_the_same_way_twice_changes_nothing(world: World) -> None:
    made, council = published(world), body_of(world, "falun")
    for _ in range(2):
        save_steps(world, made, (council, "deciding", None))
    assert made.steps.model.history.count() == 1


def test_a_way_that_somebody_has_changed_is_not_overwritten(world: World) -> None:
    made, council = published(world), body_of(world, "falun")
    seen = fingerprint(queries.steps_values([]))
    save_steps(world, made, (council, "deciding", None), seen=seen)
    save_steps(world, made, (council, "deciding", None), seen=seen)  # as wanted: no conflict
    with pytest.raises(Overtaken) as overtaken:
        save_steps(world, made, (council, "heard", None), seen=seen)
    assert overtaken.value.stands == {"steps": ["1. Kommunfullmäktige, beslutar"]}
    assert steps(world, made) == [(1, "Kommunfullmäktige", "deciding", None)]


@pytest.mark.parametrize("key", ["reader", "sater_representative", "outsider"])
def test_others_tell_no_way(world: World, key: str) -> None:
    made = published(world)
    with pytest.raises(Refused):
        save_steps(world, made, (body_of(world, "falun"), "deciding", None), by=key)
    assert steps(world, made) == []


def test_a_step_with_a_body_of_another_is_refused(world: World) -> None:
    made = published(world)
    with pytest.raises(Refused):
        save_steps(world, made, (body_of(world, "mora"), "deciding", None))
    assert steps(world, made) == []


def test_a_step_may_be_a_joint_committee_that_the_principal_takes_part_in(world: World) -> None:
    made, body = published(world), joint_committee(world, "mora", ("falun",))
    save_steps(world, made, (body, "preparing", None))
    assert steps(world, made) == [(1, "Gemensamma nämnden", "preparing", None)]


# --- what is said and signed --------------------------------------------------------------------------------------------


def say(world: World, made: Agreement, by: str = "registrar", **changed: Any) -> StatusNote:
    said = {"said_on": TODAY(), "said_by": "Kanslichefen", "comment": "", **changed}
    return actions.say_undecided(agreement=made, organisation=world.org["falun"], values=said, by=world.person[by])


def signature(world: World, made: Agreement, by: str = "registrar", slug: str = "falun", **changed: Any) -> Signature:
    signed = {
        "version": made.versions.get(),
        "signatory": "Kommunstyrelsens ordförande",
        "signed_on": TODAY(),
        **changed,
    }
    return actions.sign(organisation=world.org[slug], values=signed, by=world.person[by], upload=extract("Original"))


def test_somebody_says_that_nothing_is_decided(world: World) -> None:
    made = published(world)
    note = say(world, made)
    assert say(world, made) == note
    assert (note.registered_by, verbs(note)) == (world.person["registrar"], ["said"])
    assert sent() == [("Siv Samordnare", "Besked: Falun har inte beslutat om RÖK prov")]
    assert principal_page(made, world.org["falun"], world.person["reader"]).verdict == "Inte beslutad"


def test_what_is_said_tomorrow_is_refused(world: World) -> None:
    with pytest.raises(ValidationError):
        say(world, published(world), said_on=TODAY() + timedelta(days=1))


def test_a_principal_signs_once_with_two_clicks(world: World) -> None:
    made = published(world, is_signed=True)
    assert signature(world, made) == signature(world, made)
    assert (Signature.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_where_parties_do_not_sign_nothing_is_signed(world: World) -> None:
    with pytest.raises(MoveRefused):
        signature(world, published(world))
    assert StoredFile.objects.count() == 0


def test_what_was_said_or_signed_is_struck_once_and_said_anew(world: World) -> None:
    made, by = published(world, is_signed=True), world.person["registrar"]
    note, signed = say(world, made), signature(world, made)
    before = (StatusNote.objects.values().get(), Signature.objects.values().get())
    unsaid = actions.void_status_note(note=note, reason="Fel.", by=by)
    unsigned = actions.void_signature(signature=signed, reason="Fel.", by=by)
    assert (unsaid.corrects, unsaid.is_void, unsaid.reason, unsaid.said_on) == (note, True, "Fel.", note.said_on)
    assert (unsigned.corrects, unsigned.is_void, unsigned.file) == (signed, True, signed.file)
    assert (verbs(unsaid), verbs(unsigned)) == (["voided"], ["voided"])
    assert sent()[-1] == ("Siv Samordnare", "Besked struket: Falun, RÖK prov")
    assert before == (StatusNote.objects.values().get(pk=note.pk), Signature.objects.values().get(pk=signed.pk))
    assert actions.void_status_note(note=note, reason="Fel.", by=by) == unsaid
    assert actions.void_signature(signature=signed, reason="Fel.", by=by) == unsigned
    for again in (note, unsaid):
        with pytest.raises(MoveRefused):
            actions.void_status_note(note=again, reason="Fel.", by=world.person["coordinator"])
    with pytest.raises(MoveRefused):
        actions.void_signature(signature=unsigned, reason="Fel.", by=by)
    assert len(sent()) == 2
    assert say(world, made).pk not in {note.pk, unsaid.pk}
    assert signature(world, made).pk not in {signed.pk, unsigned.pk}


@pytest.mark.parametrize("key", ["reader", "sater_representative", "outsider"])
def test_others_strike_nothing(world: World, key: str) -> None:
    made, by = published(world, is_signed=True), world.person[key]
    note, signed = say(world, made), signature(world, made)
    with pytest.raises(Refused):
        actions.void_status_note(note=note, reason="Fel.", by=by)
    with pytest.raises(Refused):
        actions.void_signature(signature=signed, reason="Fel.", by=by)
    assert (StatusNote.objects.count(), Signature.objects.count()) == (1, 1)


@pytest.mark.parametrize("key", ["reader", "sater_representative", "outsider"])
def test_others_say_and_sign_nothing(world: World, key: str) -> None:
    made = published(world, is_signed=True)
    with pytest.raises(Refused):
        say(world, made, by=key)
    with pytest.raises(Refused):
        signature(world, made, by=key)
    assert (StatusNote.objects.count(), Signature.objects.count(), StoredFile.objects.count()) == (0, 0, 0)


# --- for the table and the exports ----------------------------------------------------------------------------------------


def test_rows_of_all_principals_latest_first(world: World) -> None:
    made = published(world)
    decision = register(world, made, upload=extract("x"), is_approved_at_once=True)
    new = correct(world, decision, paragraph="§ 1")
    register(world, made, by="coordinator", slug="mora", version=None, stated_fingerprint="utan fingeravtryck")
    rows = queries.decision_rows(made)
    assert {slug: [(row.key, row.counts) for row in found] for slug, found in rows.items()} == {
        "falun": [(new.pk, True), (decision.pk, False)],
        "mora": [(AdoptionDecision.objects.latest("pk").pk, True)],
    }
    row = rows["falun"][0]
    assert (row.body, row.role, row.outcome, row.paragraph, row.case_numbers, row.text, row.evidence) == (
        "Kommunfullmäktige", "Beslutar", "Antog utan ändring", "§ 1", ("KS 2026/12", "SN 2026/7"), "Version 1",
        Evidence.STATED,
    )  # fmt: skip
    assert row.url == f"/overenskommelser/rok-prov/beslut/{new.pk}/"
    assert row.extract_url == f"/overenskommelser/rok-prov/beslut/{new.pk}/utdrag/"
    assert rows["mora"][0].text == "En annan text, utan fingeravtryck"
    assert row.clock_rows[0] == queries.ClockRow("Protokollet justerat", new.decided_on, row.clock_rows[0].computed)


def many(world: World, made: Agreement, count: int) -> None:
    for number in range(count):
        slug = ("falun", "mora", "orsa")[number % 3]
        register(world, made, by="coordinator", slug=slug, paragraph=f"§ {number}", upload=extract(f"{number}"))


@pytest.mark.parametrize("count", [1, 11])
def test_rows_take_the_same_queries_however_many(world: World, django_assert_num_queries: Any, count: int) -> None:
    made = published(world)
    many(world, made, count)
    with django_assert_num_queries(2 if count else 1):
        rows = queries.decision_rows(made)
        assert sum(len(found) for found in rows.values()) == count
        assert all(row.clock_rows and row.extract_url for found in rows.values() for row in found)


def test_the_way_shows_what_each_body_arrived_at(world: World) -> None:
    made = published(world)
    past, ahead = TODAY() - timedelta(days=5), TODAY() + timedelta(days=30)
    step(world, made, "falun", "Socialnämnden", role="preparing", planned_on=past)
    step(world, made, "falun", "Kommunstyrelsen", role="preparing", planned_on=past)
    step(world, made, "falun", "Kommunfullmäktige", planned_on=ahead)
    supported = {"outcome": Outcome.SUPPORTED, "role": "preparing", "decided_on": past}
    register(world, made, body=body_of(world, "falun", "Socialnämnden"), **supported)
    page = principal_page(made, world.org["falun"], world.person["reader"])
    assert [(row.body, row.tone, row.register_url) for row in page.steps] == [
        ("Socialnämnden", "info", ""), ("Kommunstyrelsen", "warning", ""), ("Kommunfullmäktige", "waiting", ""),
    ]  # fmt: skip
