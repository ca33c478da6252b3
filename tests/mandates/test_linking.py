"""A commissioner without account: named, sent a one-time link, attests exactly what was read, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, pdf, queries
from mandates.models import AttestLink, Mandate, MandateSeat
from tests.factories import cast, life
from tests.factories.filling import PERSONAL_NUMBER, sent, verbs
from tests.factories.life import EXTERNAL

As = Callable[[str], Client]
ATTEST = {"decision": "attest", "comment": "", "is_me": "on"}


def version_of(line: MandateSeat) -> int:
    return int(Mandate.objects.get(pk=line.mandate_id).version)


def line_again() -> MandateSeat:
    return MandateSeat.objects.get()


def test_sending_in_sends_the_link(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    link, message = AttestLink.objects.get(), Message.objects.get(recipient=None)
    assert (message.address, message.is_secret) == (EXTERNAL["commissioner_email"], True)
    token = message.path.removeprefix("/uppdrag/attest/").removesuffix("/")
    assert (len(token), link.token_hash) == (43, actions.hash_of(token))
    assert token not in str(list(AttestLink.objects.values()) + list(AttestLink.history.values()))
    assert (link.line, link.name, link.title, link.version) == (line, "Eva Extern", "Socialchef", version_of(line))
    assert link.expires_at - link.sent_at == timedelta(days=14)


def test_attested_by_the_named_person(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    link = life.link_of(line)
    actions.attest_by_link(link=link, version=version_of(line))
    line, link = line_again(), life.link_of(line)
    assert (line.state, line.attested_by, line.decided_link, line.attested_label) == (
        "attested",
        None,
        link,
        "Eva Extern, Socialchef",
    )
    assert (line.attested_through, link.state, link.closed_at is None) == ("link", "used", False)
    assert (verbs(line)[-1], verbs(link)) == ("attested_by_link", ["sent", "used"])
    assert sent() == [
        ("eva.extern@sater.example", "Uppdrag att attestera: Säters kommun"),
        ("Sara Sätersson", "Uppdraget är attesterat: Säters kommun"),
    ]
    assert (
        world.person["sater_representative"]
        .messages.get()
        .body.splitlines()[2]
        .startswith("Eva Extern, Socialchef har")
    )


def test_used_twice_is_refused(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    link, version = life.link_of(line), version_of(line)
    actions.attest_by_link(link=link, version=version)
    for again in (
        lambda: actions.attest_by_link(link=link, version=version),
        lambda: actions.send_back_by_link(link=link, version=version, comment="Nej."),
    ):
        with pytest.raises(MoveRefused):
            again()
    assert line_again().history.filter(verb="attested_by_link").count() == 1


def test_sent_back_mended_and_sent_anew(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    first, by = life.link_of(line), world.person["sater_representative"]
    actions.send_back_by_link(link=first, version=version_of(line), comment="Rätta andelen.")
    line = line_again()
    assert (line.state, line.returned_by, line.returned_label, line.return_comment) == (
        "returned",
        None,
        "Eva Extern, Socialchef",
        "Rätta andelen.",
    )
    actions.submit(mandate=Mandate.objects.get(), by=by)
    line = line_again()
    second = life.link_of(line)
    assert (line.decided_link, second.pk != first.pk, second.state) == (None, True, "open")
    with pytest.raises(MoveRefused):
        actions.attest_by_link(link=first, version=version_of(line))
    actions.attest_by_link(link=second, version=version_of(line))
    assert line_again().decided_link == second


def test_expired_after_fourteen_days(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    link = life.link_of(line)
    for moment, opens in ((link.expires_at - timedelta(seconds=1), True), (link.expires_at, False)):
        with time_machine.travel(moment, tick=False):
            assert (link.opens_at(timezone.now()), link.has_expired) == (opens, not opens)
            assert (queries.link_page(link) is not None) == opens
    with time_machine.travel(link.expires_at, tick=False), pytest.raises(MoveRefused):
        actions.attest_by_link(link=link, version=version_of(line))


def test_renewed_and_withdrawn(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    first = life.link_of(line)
    second = actions.send_link(line=line, commissioner=EXTERNAL, by=world.person["coordinator"])
    assert [AttestLink.objects.get(pk=link.pk).state for link in (first, second)] == ["withdrawn", "open"]
    assert Message.objects.get(key__startswith=f"attest-link-{first.pk}:").state == "withdrawn"
    actions.withdraw_link(link=first, by=world.person["coordinator"])
    assert AttestLink.objects.get(pk=second.pk).state == "open"
    actions.withdraw_link(link=second, by=world.person["coordinator"])
    actions.withdraw_link(link=second, by=world.person["coordinator"])
    assert verbs(AttestLink.objects.get(pk=second.pk)) == ["sent", "withdrawn"]
    for link in (first, second):
        with pytest.raises(MoveRefused):
            actions.attest_by_link(link=AttestLink.objects.get(pk=link.pk), version=version_of(line))


def test_named_in_place_of_one_with_an_account(world: cast.World) -> None:
    mandate = cast.submitted(world)
    line = mandate.lines.get()
    actions.send_link(line=line, commissioner=EXTERNAL, by=world.person["coordinator"])
    line = line_again()
    assert (line.commissioner, line.commissioner_label) == (None, "Eva Extern, Socialchef")
    assert verbs(line)[-1] == "commissioner_named"
    actions.attest(line=line, version=version_of(line), by=world.person["commissioner"])  # any commissioner may
    assert life.link_of(line).state == "withdrawn"


@pytest.mark.parametrize(
    "address", ["representative@cast.example", "REPRESENTATIVE@cast.example", "commissioner@cast.example"]
)
def test_addresses_that_are_refused(world: cast.World, address: str) -> None:
    line = cast.submitted(world).lines.get()
    wanted = {**EXTERNAL, "commissioner_email": address}
    with pytest.raises(ValidationError):
        actions.send_link(line=line, commissioner=wanted, by=world.person["representative"])
    assert not AttestLink.objects.exists()


def test_the_coordinator_does_not_write_to_oneself(world: cast.World) -> None:
    line = cast.submitted(world).lines.get()
    wanted = {**EXTERNAL, "commissioner_email": world.person["coordinator"].email}
    with pytest.raises(ValidationError):
        actions.send_link(line=line, commissioner=wanted, by=world.person["coordinator"])


@pytest.mark.parametrize("key", ["commissioner", "registrar", "outsider", "sater_representative"])
def test_who_may_not_send(world: cast.World, key: str) -> None:
    line = cast.submitted(world).lines.get()
    with pytest.raises(Refused):
        actions.send_link(line=line, commissioner=EXTERNAL, by=world.person[key])


@pytest.mark.parametrize("state", ["draft", "attested", "returned"])
def test_only_what_waits_is_sent(world: cast.World, state: str) -> None:
    line = getattr(cast, state)(world).lines.get()
    with pytest.raises(MoveRefused):
        actions.send_link(line=line, commissioner=EXTERNAL, by=world.person["representative"])


def test_withdrawing_the_form_closes_the_link(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    actions.withdraw(mandate=line.mandate, reason="Fel.", by=world.person["sater_representative"])
    assert life.link_of(line).state == "withdrawn"


# --- the page behind the link -------------------------------------------------------------------------------------------


def test_without_account_from_mail_to_attested(world: cast.World, as_person: As) -> None:
    line = life.waiting_for_external(world)
    url, client = life.address_of(life.link_of(line)), Client()
    page = client.get(url)
    text = page.content.decode()
    for words in (
        "Sara Sätersson",
        "Säters kommun",
        "12,5",
        f"{cast.canary('sater')} kontakt",
        "Eva Extern, Socialchef",
    ):
        assert words in text, words
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    answer = client.post(url, {**ATTEST, "version": page.context["form"]["version"].value()})
    assert "Uppdraget är attesterat" in answer.content.decode()
    assert line_again().state == "attested"
    assert [client.get(url).status_code, client.post(url, ATTEST).status_code] == [404, 404]
    shown = as_person("coordinator").get(f"/uppdrag/{line.mandate_id}/").content.decode()
    assert "Attesterad via engångslänk till eva.extern@sater.example. Det är ett svagare bevis" in shown
    assert "Attesterade uppdraget för Säters kommun via engångslänk till eva.extern@sater.example." in shown
    proof = as_person("outsider").get("/foretradare/", {"organisation": "sater", "datum": str(timezone.localdate())})
    assert "attesterad via engångslänk" in proof.content.decode()
    assert "Eva Extern" not in proof.content.decode()


def test_what_was_read_is_what_is_attested(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", ("mora",))
    draft = actions.renew(mandate=mandate, by=world.person["mora_representative"])
    actions.choose_seats(
        mandate=draft, seats=[world.seat("mora"), world.seat("orsa")], by=world.person["mora_representative"]
    )
    for line in draft.lines.all():
        cast.fill(world, line, starts_on=timezone.localdate() + timedelta(days=1))
    orsa = draft.lines.get(seat=world.seat("orsa"))
    cast.fill(world, orsa, commissioner=None, **EXTERNAL)
    actions.submit(mandate=draft, by=world.person["mora_representative"])
    link = life.link_of(orsa)
    url, client = life.address_of(link), Client()
    seen = client.get(url).context["form"]["version"].value()
    actions.send_link(
        line=draft.lines.get(seat=world.seat("mora")), commissioner=EXTERNAL, by=world.person["coordinator"]
    )
    page = client.post(url, {**ATTEST, "version": seen})
    assert page.status_code == 200
    assert "Uppdraget har ändrats sedan du öppnade sidan." in page.content.decode()
    assert "Uppdraget har ändrats sedan länken skickades" in page.content.decode()
    assert MandateSeat.objects.get(pk=orsa.pk).state == "waiting"
    assert cast.canary("mora") not in page.content.decode()
    client.post(url, {**ATTEST, "version": page.context["form"]["version"].value()})
    assert MandateSeat.objects.get(pk=orsa.pk).state == "attested"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"is_me": ""}, ["is_me"]),
        ({"decision": "send_back"}, ["comment"]),
        ({"decision": "send_back", "comment": PERSONAL_NUMBER}, ["comment"]),
        ({"decision": "annat"}, ["decision"]),
        ({"version": "x" * 50}, ["version"]),
        ({"comment": "\0"}, ["comment"]),
    ],
)
def test_bad_answers(world: cast.World, values: dict[str, Any], fields: list[str]) -> None:
    line = life.waiting_for_external(world)
    url = life.address_of(life.link_of(line))
    page = Client().post(url, {**ATTEST, "version": version_of(line), **values})
    assert (page.status_code, list(page.context["form"].errors)) == (200, fields)
    assert line_again().state == "waiting"


def test_a_comment_sends_it_back(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    url = life.address_of(life.link_of(line))
    values = {"decision": "send_back", "comment": "Andelen är för låg.", "is_me": "on", "version": version_of(line)}
    assert "Uppdraget är återsänt" in Client().post(url, values).content.decode()
    assert line_again().return_comment == "Andelen är för låg."


@pytest.mark.parametrize("token", ["finns-inte", "x" * 43, "%00", "ö"])
def test_a_link_that_never_was(world: cast.World, token: str) -> None:
    line = life.waiting_for_external(world)
    answer = Client().get(f"/uppdrag/attest/{token}/")
    assert answer.status_code == 404
    assert str(line.seat) not in answer.content.decode()


# --- the page of links --------------------------------------------------------------------------------------------------


def test_the_representative_and_the_coordinator_see_where_it_went(world: cast.World, as_person: As) -> None:
    line = life.waiting_for_external(world)
    url = f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/engangslank/"
    for key in ("sater_representative", "coordinator"):
        page = as_person(key).get(url).content.decode()
        assert "eva.extern@sater.example" in page
        assert life.address_of(life.link_of(line)) not in page
    posted = {**EXTERNAL, "commissioner_email": "ny@sater.example"}
    assert as_person("coordinator").post(url, posted).status_code == 302
    assert (line_again().commissioner_email, AttestLink.objects.count()) == ("ny@sater.example", 2)
    link = life.link_of(line)
    assert as_person("coordinator").post(f"{url}{link.pk}/aterkalla/").status_code == 302
    assert life.link_of(line).state == "withdrawn"
    bad = as_person("coordinator").post(url, {**EXTERNAL, "commissioner_email": "sater-representative@cast.example"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (200, ["commissioner_email"])


@pytest.mark.parametrize(
    ("key", "status"), [("registrar", 403), ("commissioner", 403), ("outsider", 404), ("anonymous", 302)]
)
def test_the_page_of_links_is_refused(world: cast.World, as_person: As, key: str, status: int) -> None:
    line = cast.submitted(world).lines.get()
    link = actions.send_link(line=line, commissioner=EXTERNAL, by=world.person["coordinator"])
    url = f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/engangslank/"
    answers = [as_person(key).post(path).status_code for path in (url, f"{url}{link.pk}/aterkalla/")]
    assert answers == [status, status]
    assert AttestLink.objects.get().state == "open"


def test_both_a_choice_and_a_name_are_refused(world: cast.World, as_person: As) -> None:
    mandate = cast.draft(world)
    line = mandate.lines.get()
    posted = {
        "kind": "ordinary",
        "commissioner": world.person["commissioner"].pk,
        "contacts-TOTAL_FORMS": 0,
        "contacts-INITIAL_FORMS": 0,
        **EXTERNAL,
    }
    page = as_person("representative").post(f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/", posted)
    assert list(page.context["form"].errors) == ["commissioner"]


def test_half_a_name_is_missed_before_sending_in(world: cast.World) -> None:
    mandate = cast.draft(world, "sater_representative", ("sater",))
    cast.fill(world, mandate.lines.get(), commissioner=None, commissioner_name="Eva Extern")
    assert [problem.text for problem in queries.problems(mandate)] == [
        "Säters kommun: skriv uppdragsgivarens funktion.",
        "Säters kommun: skriv uppdragsgivarens e-postadress.",
    ]


def test_the_pdf_says_it_plainly(world: cast.World) -> None:
    line = life.attested_by_link(world)
    document = pdf.mandate_document(line.mandate, viewer=world.person["coordinator"])
    [shown] = document.lines
    assert shown.commissioner == "Eva Extern, Socialchef"
    assert shown.state_facts.startswith(" av Eva Extern, Socialchef den ")
    assert shown.evidence.startswith("Attesterad via engångslänk som skickades till eva.extern@sater.example.")
    [outline] = pdf.mandate_document(line.mandate, viewer=world.person["outsider"]).lines
    assert (outline.evidence, outline.commissioner) == ("", "")
