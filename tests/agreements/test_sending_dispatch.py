"""Sending a version to the principals: what each of them gets, made by a job, once, and gone on with after a stop."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import docx
import pytest
from django.db.models.signals import post_save
from django.utils import timezone

from agreements.actions import sending as actions
from agreements.actions import texts
from agreements.models import Agreement, AgreementVersion, Dispatch, DispatchItem
from agreements.queries import sending as queries
from agreements.queries.letters import contents, first_letter_text
from kvinnofrid.core import files, jobs, pdf
from kvinnofrid.core.access import Refused
from kvinnofrid.core.documents import pdf_text
from kvinnofrid.core.fingerprint import find_short
from kvinnofrid.core.models import Job, JobState, Message, StoredFile
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions as organisation_actions
from organisations.enums import Role
from organisations.models import Partnership, User
from tests.factories.agreements import (
    dispatched,
    draft,
    item_of,
    published,
    published_version,
    with_parties,
)
from tests.factories.cast import World
from tests.factories.filling import grant, sent, verbs

pytestmark = pytest.mark.django_db
THREE = ("falun", "mora", "sater")
LETTER = "Här kommer överenskommelsen.\nHälsningar & <tack>."


def send(
    world: World, made: Agreement, slugs: tuple[str, ...] = THREE, by: str = "coordinator", **values: Any
) -> Dispatch:
    wanted = {
        "version": version_of(made),
        "reply_by": timezone.localdate() + timedelta(days=90),
        "letter": LETTER,
        **values,
    }
    organisations = [world.org[slug] for slug in slugs]
    return actions.send_out(organisations=organisations, by=world.person[by], **wanted)


def version_of(made: Agreement) -> AgreementVersion:
    found: AgreementVersion = made.versions.published().order_by("-number").select_related("agreement")[0]
    return found


def states(dispatch: Dispatch) -> dict[str, str]:
    items = DispatchItem.objects.filter(dispatch=dispatch).select_related("organisation")
    return {item.organisation.slug: str(item.state) for item in items}


def words(data: bytes) -> str:
    """The text of a PDF or a Word document on one line, with lines broken at a hyphen mended."""
    if data.startswith(b"%PDF"):
        return " ".join(pdf_text(data).text.split())
    document = docx.Document(io.BytesIO(data))
    return " ".join(" ".join(paragraph.text for paragraph in document.paragraphs).split())


def read(stored: StoredFile | None) -> bytes:
    assert stored is not None
    return files.open_file(stored)


# --- what each of them gets -------------------------------------------------------------------------------------------


def test_all_get_the_same_operative_clause_and_fingerprint(world: World) -> None:
    made = published(world, THREE)
    dispatch = send(world, made)
    assert jobs.run_pending() == 1
    version = version_of(made)
    adopts = (
        "Överenskommelsen ”Överenskommelse om samverkan” antas i sin version 1, "
        f"med fingeravtrycket {version.short_fingerprint}, utan ändring."
    )
    clauses = [adopts, "Beslutet gäller under förutsättning att alla parter fattar likalydande beslut."]
    assert states(dispatch) == dict.fromkeys(THREE, "sent")
    for slug in THREE:
        item = item_of(dispatch, slug)
        name = world.org[slug].name
        for stored in (item.proposal_pdf, item.proposal_docx):
            text = words(read(stored))
            assert all(clause in text for clause in clauses)
            assert find_short(text) == {version.short_fingerprint}
            assert name in text
        letter = words(read(item.letter))
        assert find_short(letter) == {version.short_fingerprint}
        assert name in letter
        assert "Hälsningar & <tack>." in letter
        assert find_short(words(read(item.agreement_pdf))) >= {version.short_fingerprint}
        assert [stored.name for stored in (item.letter, item.agreement_pdf, item.proposal_pdf, item.proposal_docx)] == [
            f"Följebrev {world.org[slug].short_name}.pdf",
            "rok-prov version 1.pdf",
            f"Förslag till beslut {world.org[slug].short_name}.pdf",
            f"Förslag till beslut {world.org[slug].short_name}.docx",
        ]
    assert StoredFile.objects.count() == 3 * 3 + 1  # the agreement is kept once


def test_nothing_but_the_principals_name_differs(world: World) -> None:
    dispatch = send(world, published(world, THREE))
    falun, mora = (contents(dispatch, world.org[slug]) for slug in ("falun", "mora"))
    assert [name for name, value in vars(falun.proposal).items() if value != getattr(mora.proposal, name)] == ["facts"]
    assert [name for name, value in vars(falun.letter).items() if value != getattr(mora.letter, name)] == ["facts"]
    assert [a for a, b in zip(falun.proposal.facts, mora.proposal.facts, strict=True) if a != b] == [
        ("Huvudman", "Falu kommun")
    ]


def test_one_party_alone_has_no_condition(world: World) -> None:
    made = published(world, ("falun",))
    dispatch = send(world, made, ("falun",))
    proposal = contents(dispatch, world.org["falun"]).proposal
    assert len(proposal.clauses) == 1
    assert "alla parter" not in first_letter_text(version_of(made))


def test_what_forums_said_of_the_version_stands_in_the_letter(world: World) -> None:
    made = published(world, THREE)
    version = version_of(made)
    for kind, day, about in (("assigned", 1, None), ("approved", 2, version), ("recommended", 3, version)):
        values = {
            "kind": kind, "forum": world.forum, "decided_on": timezone.localdate().replace(year=2024, month=6, day=day),
            "version": about, "paragraph": "", "case_number": "", "comment": "",
        }  # fmt: skip
        actions.register_forum_decision(agreement=made, values=values, by=world.person["coordinator"])
    supported = (
        "Länsgruppen godkände texten den 2 juni 2024. "
        "Länsgruppen rekommenderade den 3 juni 2024 huvudmännen att anta överenskommelsen."
    )
    opening = "Här kommer RÖK prov, version 1, för ert beslut."
    assert first_letter_text(version).split("\n\n")[:2] == [opening, supported]


def test_a_sender_with_protected_identity_is_not_named(world: World) -> None:
    by = world.person["coordinator"]
    dispatch = send(world, published(world, THREE))
    assert contents(dispatch, world.org["falun"]).letter.sender == ["Siv Samordnare", "Handläggare"]
    by.has_protected_identity = True
    dispatch.sent_by = by
    assert contents(dispatch, world.org["falun"]).letter.sender == ["Samordnaren"]


def test_hostile_words_are_words(world: World) -> None:
    title = '</title><script>alert(1)</script> {{ 7|add:"7" }} \u202egnisrever'
    made = with_parties(world, THREE)
    version = draft(world, made, title=title)
    texts.publish(version=version, by=world.person["coordinator"])
    dispatch = send(world, made, ("falun",), letter="<b>fet</b> {% url %} \u0007" + "å" * 4000)
    jobs.run_pending()
    item = item_of(dispatch, "falun")
    assert '<script>alert(1)</script> {{ 7|add:"7" }}' in words(read(item.proposal_pdf))
    assert '<script>alert(1)</script> {{ 7|add:"7" }}' in words(read(item.proposal_docx))
    assert "<b>fet</b> {% url %}" in words(read(item.letter))


# --- who is told ------------------------------------------------------------------------------------------------------


def test_the_registrars_are_told_in_the_transaction_of_their_item(world: World) -> None:
    grant(world, "mora_commissioner", Role.REGISTRAR, "mora")
    dispatch = send(world, published(world, THREE))
    assert sent() == []
    jobs.run_pending()
    subject = "För beslut: RÖK prov, version 1"
    assert sorted(sent()) == [("Mats Morasson", subject), ("Ragna Registrator", subject)]
    message = Message.objects.get(recipient=world.person["registrar"])
    assert message.path == f"/overenskommelser/rok-prov/utskick/{dispatch.pk}/falun/"
    assert version_of(dispatch.version.agreement).short_fingerprint in message.body


def test_whose_role_has_ended_is_not_told(world: World) -> None:
    people = queries.people_of([world.org["falun"]])[world.org["falun"].pk]
    assert [user.name for user in people.registrars] == ["Ragna Registrator"]
    assert sorted(user.name for user in people.acting) == [
        "Alva Administratör",
        "Ragna Registrator",
        "Ulla Uppdragsgivare",
    ]  # fmt: skip  neither ended, future, deactivated nor reader


# --- once, and on after a stop ----------------------------------------------------------------------------------------


def test_running_it_again_makes_nothing_twice(world: World) -> None:
    dispatch = send(world, published(world, THREE))
    jobs.run_pending()
    before = (StoredFile.objects.count(), sent(), list(DispatchItem.objects.order_by("pk").values()))
    again = jobs.enqueue(kind="dispatch", key="again", by=None, payload={"dispatch": dispatch.pk})
    jobs.run_pending()
    again.refresh_from_db()
    assert (again.state, again.done, again.total) == (JobState.DONE, 3, 3)
    assert (StoredFile.objects.count(), sent(), list(DispatchItem.objects.order_by("pk").values())) == before
    assert verbs(item_of(dispatch, "falun")) == ["addressed", "prepared"]


def test_an_item_is_delivered_once_whoever_comes_second(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE, is_prepared=False)
    package = actions.Package(b"%PDF-1", b"%PDF-2", b"%PDF-3", b"PK\x03\x04")
    stale = [item_of(dispatch, "falun") for _ in range(2)]
    assert [actions.deliver(item=item, package=package) for item in stale] == [True, False]
    assert StoredFile.objects.count() == 4


@contextmanager
def after(number: int, happens: Callable[[], None]) -> Iterator[None]:
    """Something happens when that many items have been delivered."""
    seen: list[int] = []

    def count(sender: Any, instance: DispatchItem, **kwargs: Any) -> None:
        if instance.prepared_at:
            seen.append(instance.pk)
            if len(seen) == number:
                happens()

    post_save.connect(count, sender=DispatchItem, dispatch_uid="test")
    try:
        yield
    finally:
        post_save.disconnect(sender=DispatchItem, dispatch_uid="test")


def test_cancelled_in_the_middle_it_goes_on_with_the_rest(world: World) -> None:
    dispatch = send(world, published(world, THREE))
    job = Job.objects.get()
    with after(2, lambda: jobs.cancel(job=Job.objects.get(pk=job.pk), by=world.person["coordinator"])):
        jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.CANCELLED, 2, 3)
    assert states(dispatch) == {"falun": "sent", "mora": "sent", "sater": "preparing"}
    page = queries.dispatch_page(dispatch, world.person["coordinator"])
    assert (page.may_resume, [row.label for row in page.rows]) == (True, ["Skickad", "Skickad", "Inte skickad"])
    kept = item_of(dispatch, "falun").prepared_at
    actions.resume(dispatch=dispatch, by=world.person["coordinator"])
    assert queries.dispatch_page(dispatch, world.person["outsider"]).rows[2].label == "Tas fram"
    jobs.run_pending()
    assert states(dispatch) == dict.fromkeys(THREE, "sent")
    assert item_of(dispatch, "falun").prepared_at == kept
    assert len(sent()) == 1  # only Falun has a registrar


def test_killed_in_the_middle_it_begins_anew_and_does_the_rest(world: World) -> None:
    """As after kill -9: no word from the handler, the row still says that it runs, and another worker takes it."""

    def die() -> None:
        raise KeyboardInterrupt

    dispatch = send(world, published(world, THREE))
    with after(2, die), pytest.raises(KeyboardInterrupt):
        jobs.run_pending()
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert states(dispatch)["sater"] == "preparing"
    assert jobs.run_pending() == 1
    assert states(dispatch) == dict.fromkeys(THREE, "sent")
    assert (Job.objects.get().state, Job.objects.get().tries, len(sent())) == (JobState.DONE, 2, 1)


def test_nothing_is_left_to_go_on_with(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    with pytest.raises(MoveRefused):
        actions.resume(dispatch=dispatch, by=world.person["coordinator"])
    assert Job.objects.count() == 0


def test_two_presses_on_go_on_are_one_job(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE, is_prepared=False)
    first, second = (actions.resume(dispatch=dispatch, by=world.person["coordinator"]) for _ in range(2))
    assert (first, Job.objects.count()) == (second, 1)


# --- what goes wrong --------------------------------------------------------------------------------------------------


@contextmanager
def process_dies_at(text: str) -> Iterator[None]:
    """The drawing process is really killed each time that it is asked for a document with these words."""
    order = pdf._Drawer._order

    def kill_first(drawer: Any, process: Any, html: str) -> Any:
        if text in html:
            process.popen.kill()
            process.popen.wait()
        return order(drawer, process, html)

    with mock.patch.object(pdf._Drawer, "_order", kill_first):
        yield


def test_a_failing_document_of_one_principal_leaves_the_others_theirs(world: World) -> None:
    dispatch = send(world, published(world, THREE))
    with process_dies_at("Mora kommun"):
        jobs.run_pending()
    job = Job.objects.get()
    assert states(dispatch) == {"falun": "sent", "mora": "preparing", "sater": "sent"}
    assert (job.state, job.done, job.message) == (
        JobState.FAILED, 2, f"Inte skickat till Mora. {pdf.PdfFailed.message}",
    )  # fmt: skip
    page = queries.dispatch_page(dispatch, world.person["coordinator"])
    assert [(row.label, row.tone, row.url) for row in page.rows][1] == ("Inte skickad", "bad", "")
    assert (page.unsent, page.may_resume) == (1, True)
    jobs.retry(job=job, by=world.person["coordinator"])
    jobs.run_pending()
    assert states(dispatch) == dict.fromkeys(THREE, "sent")


def test_without_room_for_files_the_rest_waits_and_nobody_is_told_of_what_is_not_there(
    world: World, settings: Any
) -> None:
    grant(world, "mora_commissioner", Role.REGISTRAR, "mora")
    dispatch = send(world, published(world, THREE))
    with after(1, lambda: setattr(settings, "FILES_TOTAL_BYTES", 1)):
        jobs.run_pending()
    assert states(dispatch) == {"falun": "sent", "mora": "preparing", "sater": "preparing"}
    assert Job.objects.get().message == (
        "Inte skickat till Mora och Säter. Portalens utrymme för filer är slut. Hör av dig till samordnaren."
    )
    assert [name for name, _ in sent()] == ["Ragna Registrator"]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["registrar", "outsider", "steering", "chair", "nobody"])
def test_only_the_coordinator_sends(world: World, key: str) -> None:
    made = published(world, THREE)
    with pytest.raises(Refused):
        send(world, made, by=key)
    dispatch = dispatched(world, made, THREE, is_prepared=False)
    with pytest.raises(Refused):
        actions.resume(dispatch=dispatch, by=world.person[key])
    assert (Dispatch.objects.count(), Job.objects.count()) == (1, 0)


def test_a_draft_is_not_sent(world: World) -> None:
    made = published(world, THREE)
    version = draft(world, made)
    with pytest.raises(MoveRefused):
        send(world, made, version=version)
    assert Dispatch.objects.count() == 0


@pytest.mark.parametrize("slugs", [("polisen",), ("falun", "orsa"), ()])
def test_only_parties_get_it(world: World, slugs: tuple[str, ...]) -> None:
    made = published(world, THREE)
    with pytest.raises(MoveRefused):
        send(world, made, slugs)
    assert Dispatch.objects.count() == 0


def test_a_double_click_sends_once(world: World) -> None:
    made = published(world, THREE)
    seen = queries.dispatches_seen(made)
    first, second = send(world, made, seen=seen), send(world, made, seen=seen)
    assert (first, Dispatch.objects.count(), Job.objects.count()) == (second, 1, 1)


def test_what_another_has_sent_meanwhile_is_not_sent_again_unseen(world: World) -> None:
    made = published(world, THREE)
    grant_coordinator(world, "reader")
    seen = queries.dispatches_seen(made)
    send(world, made, seen=seen)
    with pytest.raises(MoveRefused) as refused:
        send(world, made, by="reader", seen=seen)
    assert str(refused.value) == actions.SENT_MEANWHILE
    send(world, made, by="reader", seen=queries.dispatches_seen(made))
    assert Dispatch.objects.count() == 2


def grant_coordinator(world: World, key: str) -> None:
    organisation_actions.grant_role(
        user=world.person[key],
        role=Role.COORDINATOR,
        scope=Partnership.objects.get(),
        by=None,
        starts_on=timezone.localdate(),
    )
    world.person[key] = User.objects.get(pk=world.person[key].pk)


def test_a_new_version_is_sent_beside_the_old(world: World) -> None:
    made = published(world, THREE)
    old = dispatched(world, made, THREE)
    published_version(world, made)
    new = send(world, made)
    assert queries.got_it_at(version_of(made)).keys() == {world.org[slug].pk for slug in THREE}
    assert [row.version.number for row in (old, new)] == [1, 2]


# --- opened and received ----------------------------------------------------------------------------------------------


def test_opened_is_remembered_once_and_only_for_the_principals_own(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    for key in ("coordinator", "outsider", "sater_representative", "orsa_reader"):
        actions.open_item(item=item_of(dispatch, "falun"), by=world.person[key])
        assert item_of(dispatch, "falun").opened_at is None
    stale = item_of(dispatch, "falun")
    actions.open_item(item=item_of(dispatch, "falun"), by=world.person["reader"])
    first = item_of(dispatch, "falun")
    actions.open_item(item=stale, by=world.person["registrar"])
    assert item_of(dispatch, "falun").opened_at == first.opened_at
    assert (first.opened_by, verbs(first)) == (world.person["reader"], ["prepared", "opened"])


def test_what_is_not_made_cannot_be_opened_or_received(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE, is_prepared=False)
    item = actions.open_item(item=item_of(dispatch, "falun"), by=world.person["registrar"])
    assert item.opened_at is None
    with pytest.raises(MoveRefused):
        actions.receive(item=item, by=world.person["registrar"])


def test_received_once_by_the_registrar(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    actions.receive(item=item_of(dispatch, "falun"), by=world.person["registrar"])
    item = item_of(dispatch, "falun")
    assert (item.received_by, item.opened_by, item.opened_at) == (
        world.person["registrar"], world.person["registrar"], item.received_at,
    )  # fmt: skip
    with pytest.raises(MoveRefused):
        actions.receive(item=item, by=world.person["coordinator"])
    assert item_of(dispatch, "falun").received_by == world.person["registrar"]


def test_received_for_a_principal_by_the_coordinator_is_not_opened(world: World) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    actions.receive(item=item_of(dispatch, "mora"), by=world.person["coordinator"])
    item = item_of(dispatch, "mora")
    assert (item.received_by, item.opened_at) == (world.person["coordinator"], None)
    page = queries.dispatch_page(dispatch, world.person["coordinator"])
    assert [(row.received.by, row.label) for row in page.rows][1] == ("samordnare", "Mottagen")
    assert [row.organisation.slug for row in page.unopened] == ["falun", "sater"]


@pytest.mark.parametrize(
    "key", ["reader", "representative", "commissioner", "administrator", "sater_representative", "outsider", "steering"]
)
def test_others_receive_nothing(world: World, key: str) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    with pytest.raises(Refused):
        actions.receive(item=item_of(dispatch, "falun"), by=world.person[key])
    assert item_of(dispatch, "falun").received_at is None


def test_by_which_function_is_the_one_of_that_day(world: World) -> None:
    grant(world, "outsider", Role.READER, "falun")
    dispatch = dispatched(world, published(world, THREE), THREE)
    actions.open_item(item=item_of(dispatch, "falun"), by=User.objects.get(pk=world.person["outsider"].pk))
    actions.receive(item=item_of(dispatch, "falun"), by=world.person["registrar"])
    [row, *_] = queries.dispatch_page(dispatch, world.person["outsider"]).rows
    assert (row.opened.by, row.received.by) == ("läsare", "registrator")
