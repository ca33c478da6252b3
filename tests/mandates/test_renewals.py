"""Editions that follow each other: what has changed, who is asked to sign anew, what they answer."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions
from mandates.actions import renewals
from mandates.models import EditionSection, FormEdition, Mandate, MandateSeat, RenewalRequest
from mandates.queries import renewals as queries
from mandates.workflow import RENEWAL
from organisations.models import Membership, User
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, sent, verbs
from tests.mandates.test_races import no_locks, slow, together

As = Callable[[str], Client]
REASON = "Det som är nytt rör bara kommuner."


def later(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def second(world: cast.World, name: str = "Utgåva 2", starts: int = -1) -> FormEdition:
    """Another word in the first section, the second one gone, a new one last."""
    edition = FormEdition(forum=world.forum, name=name, valid_from=later(starts))
    audit.save(edition, by=None, verb="imported")
    texts = [("Bakgrund", "Ny text om bakgrund.\n\nEtt stycke till."), ("Uppföljning", "Följs upp varje år.")]
    for position, (heading, body) in enumerate(texts, start=1):
        section = EditionSection(edition=edition, position=position, heading=heading, body=body)
        audit.save(section, by=None, verb="imported")
    actions.publish_edition(edition=edition, by=world.person["coordinator"])
    return FormEdition.objects.get(pk=edition.pk)


def ask(world: cast.World, edition: FormEdition, *mandates: Mandate) -> int:
    return renewals.ask_for_renewal(edition=edition, mandates=mandates, by=world.person["coordinator"])


def states(edition: FormEdition) -> tuple[list[Any], list[Any], list[Any]]:
    found = queries.renewals(edition)
    return tuple([row.mandate.pk for row in rows] for rows in (found.unasked, found.asked, found.answered))  # type: ignore[return-value]


def attest_all(world: cast.World, draft: Mandate, by: str, commissioner: str, *slugs: str) -> None:
    actions.submit(mandate=draft, by=world.person[by])
    for line in draft.lines.filter(seat__organisation__slug__in=slugs):
        version = Mandate.objects.get(pk=draft.pk).version
        actions.attest(line=line, version=version, by=world.person[commissioner])


# --- what has changed ---------------------------------------------------------------------------------------------------


def test_exactly_what_differs(world: cast.World) -> None:
    found = queries.edition_changes(world.edition, second(world))
    assert [(section.heading, section.kind) for section in found.sections] == [
        ("Bakgrund", "changed"),
        ("Uppföljning", "added"),
        ("Syfte", "removed"),
    ]
    changed = next(section for section in found.sections if section.kind == "changed")
    old = " ".join(piece.text for piece in changed.pieces if piece.kind != "added")
    new = " ".join(piece.text for piece in changed.pieces if piece.kind != "removed")
    assert old == "Text om bakgrund. Ett stycke till."
    assert new == "Ny text om bakgrund. Ett stycke till."


def test_the_page_shows_it_to_all_participants(world: cast.World, as_person: As) -> None:
    edition = second(world)
    page = as_person("outsider").get(f"/uppdrag/utgavor/{edition.pk}/andringar/")
    shown = page.content.decode()
    assert '<ins><span class="visually-hidden">tillagt: </span>Ny text<span' in shown
    assert '<del><span class="visually-hidden">borttaget avsnitt: </span>Syfte</del>' in shown
    assert page.context["changes"].old == world.edition
    first = as_person("outsider").get(f"/uppdrag/utgavor/{world.edition.pk}/andringar/").content.decode()
    assert "Det finns ingen tidigare utgåva att jämföra med" in first
    for asked in ("x", "\0", "999999", str(edition.pk)):  # an edition is not compared with itself
        answer = as_person("outsider").get(f"/uppdrag/utgavor/{edition.pk}/andringar/", {"fran": asked})
        assert (answer.status_code, answer.context["changes"].old) == (200, world.edition)


def test_of_three_any_earlier_is_compared(world: cast.World, as_person: As) -> None:
    middle, newest = second(world, starts=-9), second(world, "Utgåva 3")
    url = f"/uppdrag/utgavor/{newest.pk}/andringar/"
    client = as_person("reader")
    assert client.get(url).context["changes"].old == middle
    assert client.get(url, {"fran": middle.pk}).context["changes"].changed == []
    assert client.get(url, {"fran": world.edition.pk}).context["changes"].old == world.edition


def test_a_draft_is_compared_by_the_coordinator_only(world: cast.World, as_person: As) -> None:
    by = world.person["coordinator"]
    draft = actions.prepare_edition(forum=world.forum, name="Utkast", valid_from=later(3), by=by)
    url = f"/uppdrag/utgavor/{draft.pk}/andringar/"
    assert as_person("coordinator").get(url).context["changes"].changed == []
    assert as_person("representative").get(url).status_code == 404
    assert as_person("nobody").get(url).status_code == 404
    assert as_person("coordinator").post(url).status_code == 405


# --- on the mandate's page ----------------------------------------------------------------------------------------------


def test_everybody_who_looks_sees_it(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    url = mandate.get_absolute_url()
    assert "gällande är" not in as_person("reader").get(url).content.decode()
    edition = second(world)
    for key in ("representative", "commissioner", "reader", "coordinator"):
        shown = as_person(key).get(url).content.decode()
        assert "Undertecknat på Utgåva 1, gällande är Utgåva 2" in shown
        assert f'href="/uppdrag/utgavor/{edition.pk}/andringar/?fran={world.edition.pk}"' in shown
        assert (f'href="{url}fornyelse/"' in shown) == (key == "representative")


def test_an_edition_to_come_is_not_the_current_one(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    edition = second(world, starts=5)
    assert "gällande är" not in as_person("reader").get(mandate.get_absolute_url()).content.decode()
    with pytest.raises(MoveRefused):
        ask(world, edition, mandate)


# --- asking -------------------------------------------------------------------------------------------------------------


def test_asking_twice_asks_once(world: cast.World) -> None:
    mandate, edition = cast.attested(world), second(world)
    before = len(sent())
    assert states(edition) == ([mandate.pk], [], [])
    assert (ask(world, edition, mandate), ask(world, edition, mandate)) == (1, 0)
    request = RenewalRequest.objects.get()
    assert (request.mandate, request.edition, request.asked_by) == (mandate, edition, world.person["coordinator"])
    assert verbs(request) == ["asked"]
    assert sent()[before:] == [("Rut Representant", "Förnya ditt uppdrag: Länsgruppen")]
    assert states(edition) == ([], [mandate.pk], [])


def test_the_mail_is_shown_as_it_goes(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    cast.attested(world, "mora_representative", cast.MORAS)
    client, url = as_person("coordinator"), f"/uppdrag/utgavor/{edition.pk}/fornyelser/"
    page = client.get(url)
    mail = page.context["mail"]
    assert mail["body"].splitlines()[0] == "Hej Rut Representant!"
    assert client.post(url, {"mandates": [mandate.pk]}).headers["Location"] == url
    message = Message.objects.get(key__startswith="renewal-")
    assert {"subject": message.subject, "body": message.body, "why": message.why} == mail
    assert (message.recipient, message.path) == (world.person["representative"], f"/uppdrag/{mandate.pk}/fornyelse/")
    assert [len(rows) for rows in states(edition)] == [1, 1, 0]


def test_changes_are_offered_when_there_is_something_before(world: cast.World, as_person: As) -> None:
    editions = (world.edition, second(world))
    client, shown = as_person("coordinator"), []
    for edition in editions:
        pages = (edition.get_absolute_url(), f"{edition.get_absolute_url()}fornyelser/")
        shown.append(["Vad som har ändrats</a>" in client.get(page).content.decode() for page in pages])
    assert shown == [[False, False], [True, True]]


@pytest.mark.parametrize("chosen", [[], ["x"], ["999999"], ["\0"]])
def test_bad_choices(world: cast.World, as_person: As, chosen: list[str]) -> None:
    cast.attested(world)
    edition = second(world)
    page = as_person("coordinator").post(f"/uppdrag/utgavor/{edition.pk}/fornyelser/", {"mandates": chosen})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["mandates"])
    assert not RenewalRequest.objects.exists()


def test_who_cannot_be_asked(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    role = Membership.objects.get(user=world.person["representative"])
    role.ends_on = later(-1)
    audit.save(role, by=None, verb="ended")
    assert ask(world, edition, mandate) == 0
    shown = as_person("coordinator").get(f"/uppdrag/utgavor/{edition.pk}/fornyelser/").content.decode()
    assert "Personen har inte längre rollen representant" in shown


@pytest.mark.parametrize(
    ("key", "status"), [("representative", 403), ("steering", 403), ("nobody", 404), ("anonymous", 302)]
)
def test_only_the_coordinator_asks(world: cast.World, as_person: As, key: str, status: int) -> None:
    mandate, edition = cast.attested(world), second(world)
    url = f"/uppdrag/utgavor/{edition.pk}/fornyelser/"
    assert as_person(key).get(url).status_code == status
    assert as_person(key).post(url, {"mandates": [mandate.pk]}).status_code == status
    assert not RenewalRequest.objects.exists()
    if status == 403:
        with pytest.raises(Refused):
            renewals.ask_for_renewal(edition=edition, mandates=[mandate], by=world.person[key])


# --- answering ----------------------------------------------------------------------------------------------------------


def test_home_leads_to_the_answer_and_the_new_mandate_answers(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    client = as_person("representative")
    assert [task.label for task in client.get("/").context["home"].tasks] == []
    ask(world, edition, mandate)
    [task] = client.get("/").context["home"].tasks
    assert (task.label, task.url) == ("Förnya uppdraget för Falu kommun", f"/uppdrag/{mandate.pk}/fornyelse/")
    assert as_person("commissioner").get("/").context["home"].tasks == []
    assert "Samordnaren har bett om förnyelse" in client.get(task.url).content.decode()
    assert "Samordnaren har bett om förnyelse" in as_person("reader").get("/organisationer/falun/").content.decode()

    client.post(f"/uppdrag/{mandate.pk}/fornya/")
    draft = Mandate.objects.drafts().get()
    assert draft.edition == edition
    assert [task.label for task in client.get("/").context["home"].tasks] == ["Fyll i klart uppdraget i Länsgruppen"]
    attest_all(world, draft, "representative", "commissioner", "falun")
    assert states(edition) == ([], [], [mandate.pk])
    assert client.get("/").context["home"].tasks == []
    [row] = queries.renewals(edition).answered
    assert row.answer == ("Förnyat", "good")
    shown = client.get(mandate.get_absolute_url()).content.decode()
    assert "Uppdraget är förnyat." in shown
    assert "Bad om att uppdraget förnyas på Utgåva 2." in shown


def test_who_has_sent_in_the_new_form_is_not_asked_again(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    edition = second(world)
    draft = actions.renew(mandate=mandate, by=world.person["mora_representative"])
    assert [row.mandate for row in queries.renewals(edition).to_ask] == [mandate]
    actions.submit(mandate=draft, by=world.person["mora_representative"])
    found = queries.renewals(edition)
    assert ([row.mandate for row in found.to_attest], found.to_ask, found.unreachable) == ([mandate], [], [])
    assert ask(world, edition, mandate) == 0
    page = as_person("coordinator").get(f"/uppdrag/utgavor/{edition.pk}/fornyelser/").content.decode()
    assert "Nytt uppdrag väntar på attest." in page


def test_an_unsigned_draft_is_moved_to_the_current_edition(world: cast.World) -> None:
    mandate = cast.attested(world)
    old = actions.renew(mandate=mandate, by=world.person["representative"])
    assert old.edition == world.edition
    edition = second(world)
    assert actions.renew(mandate=mandate, by=world.person["representative"]) == old
    assert Mandate.objects.get(pk=old.pk).edition == edition


def test_moras_ask_is_answered_line_by_line(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    edition = second(world)
    ask(world, edition, mandate)
    draft = actions.renew(mandate=mandate, by=world.person["mora_representative"])
    attest_all(world, draft, "mora_representative", "mora_commissioner", "mora", "orsa")
    [row] = queries.renewals(edition).asked
    assert {one.line.seat.organisation.slug: one.text for one in row.lines} == {
        "mora": "Förnyat",
        "orsa": "Förnyat",
        "alvdalen": "Nytt uppdrag väntar på attest",
        "malung-salen": "Nytt uppdrag väntar på attest",
    }
    for line in draft.lines.filter(state="waiting"):
        version = Mandate.objects.get(pk=draft.pk).version
        actions.attest(line=line, version=version, by=world.person["mora_commissioner"])
    assert states(edition) == ([], [], [mandate.pk])


def test_none_is_needed(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    ask(world, edition, mandate)
    client, url = as_person("representative"), f"/uppdrag/{mandate.pk}/fornyelse/"
    for bad in ("", "   ", f"Se {PERSONAL_NUMBER}", "\0", "x" * 1001):
        page = client.post(url, {"reason": bad})
        assert (page.status_code, list(page.context["form"].errors)) == (200, ["reason"])
    for _ in range(2):
        assert client.post(url, {"reason": REASON}).headers["Location"] == mandate.get_absolute_url()
    request = RenewalRequest.objects.get()
    assert (request.state, request.reason, verbs(request)) == ("declined", REASON, ["asked", "declined"])
    assert sent()[-1] == ("Siv Samordnare", "Uppdraget behöver inte förnyas: Rut Representant")
    assert [row.subject for row in Message.objects.filter(key__contains="-declined")] == [sent()[-1][1]]
    assert client.get("/").context["home"].tasks == []
    assert REASON in as_person("coordinator").get(f"/uppdrag/utgavor/{edition.pk}/fornyelser/").content.decode()
    assert states(edition) == ([], [], [mandate.pk])
    third = second(world, "Utgåva 3", starts=0)
    assert states(third) == ([mandate.pk], [], [])  # of the next edition it is asked anew


@pytest.mark.parametrize(
    ("key", "status"),
    [("commissioner", 403), ("reader", 403), ("coordinator", 403), ("outsider", 404), ("sater_representative", 404)],
)
def test_only_the_representative_answers(world: cast.World, as_person: As, key: str, status: int) -> None:
    mandate, edition = cast.attested(world), second(world)
    ask(world, edition, mandate)
    url = f"/uppdrag/{mandate.pk}/fornyelse/"
    assert as_person(key).get(url).status_code == status
    assert as_person(key).post(url, {"reason": REASON}).status_code == status
    assert RenewalRequest.objects.get().state == "open"
    with pytest.raises(Refused):
        renewals.decline_renewal(mandate=mandate, reason=REASON, by=world.person[key])


@pytest.mark.parametrize("key", ["representative", "commissioner", "administrator", "outsider"])
def test_only_the_coordinator_stops_asking(world: cast.World, key: str) -> None:
    mandate, edition = cast.attested(world), second(world)
    ask(world, edition, mandate)
    with pytest.raises(Refused):
        renewals.withdraw_renewal(mandate=mandate, by=world.person[key])
    assert RenewalRequest.objects.get().state == "open"


def test_others_are_not_told_that_nobody_has_asked(world: cast.World) -> None:
    mandate = cast.attested(world)
    for key, refusal in (("representative", MoveRefused), ("commissioner", Refused), ("outsider", Refused)):
        with pytest.raises(refusal):
            renewals.decline_renewal(mandate=mandate, reason=REASON, by=world.person[key])


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", {"decline": "declined", "withdraw": "withdrawn"}),
        ("declined", {"decline": None, "withdraw": None}),
        ("withdrawn", {"decline": None, "withdraw": None}),
    ],
)
def test_every_state_and_verb(state: str, expected: dict[str, str | None]) -> None:
    assert {move.verb for move in RENEWAL.moves} == {"decline", "withdraw"}
    found: dict[str, str | None] = {}
    for verb in expected:
        try:
            found[verb] = RENEWAL.check(state, verb, reason=REASON).target
        except MoveRefused:
            found[verb] = None
    assert found == expected


# --- what falls away ----------------------------------------------------------------------------------------------------


def test_an_ask_is_withdrawn_and_can_be_made_again(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    ask(world, edition, mandate)
    url = f"/uppdrag/{mandate.pk}/fornyelse/aterta/"
    assert as_person("representative").post(url).status_code == 403
    assert as_person("outsider").post(url).status_code == 404
    assert as_person("coordinator").get(url).status_code == 405
    assert RenewalRequest.objects.get().state == "open"
    for _ in range(2):
        assert as_person("coordinator").post(url).headers["Location"] == f"/uppdrag/utgavor/{edition.pk}/fornyelser/"
    request = RenewalRequest.objects.get()
    assert (request.state, verbs(request)) == ("withdrawn", ["asked", "withdrawn"])
    assert Message.objects.get(key__startswith="renewal-").state == "withdrawn"
    assert as_person("representative").get("/").context["home"].tasks == []
    with pytest.raises(MoveRefused):
        renewals.decline_renewal(mandate=mandate, reason=REASON, by=world.person["representative"])
    assert ask(world, edition, mandate) == 1
    assert RenewalRequest.objects.count() == 2


def test_it_falls_away_when_the_mandate_ends(world: cast.World, as_person: As) -> None:
    mandate, edition = cast.attested(world), second(world)
    ask(world, edition, mandate)
    line = MandateSeat.objects.get()
    actions.end_line(line=line, ended_on=later(3), reason="Slutar.", by=world.person["commissioner"])
    assert states(edition) == ([], [], [mandate.pk])
    assert [row.answer[0] for row in queries.renewals(edition).rows] == ["Uppdraget har avslutats"]
    labels = [task.label for task in as_person("representative").get("/").context["home"].tasks]
    assert "Förnya uppdraget för Falu kommun" not in labels
    answer = as_person("representative").get(f"/uppdrag/{mandate.pk}/fornyelse/")
    assert answer.headers["Location"] == mandate.get_absolute_url()


def test_the_list_costs_the_same_for_any_number(world: cast.World, django_assert_num_queries: Any) -> None:
    cast.attested(world)
    edition = second(world)
    for count in (1, 2):
        with django_assert_num_queries(5):
            assert len(queries.renewals(edition).unasked) == count
        if count == 1:
            cast.attested(world, "mora_representative", cast.MORAS)


# --- two at once --------------------------------------------------------------------------------------------------------


def two_asks(world: cast.World) -> list[Any]:
    mandate, edition = cast.attested(world), second(world)
    by = [User.objects.get(pk=world.person["coordinator"].pk) for _ in range(2)]
    with slow("mandates_renewalrequest", "INSERT"):
        return together(*(partial(renewals.ask_for_renewal, edition=edition, mandates=[mandate], by=one) for one in by))


def test_two_at_once_ask_once(transactional_world: cast.World) -> None:
    assert sorted(two_asks(transactional_world)) == [0, 1]
    assert Message.objects.filter(key__startswith="renewal-").count() == 1


def test_control_without_the_lock_the_database_refuses_the_second(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = two_asks(transactional_world)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ValidationError", "int"]
    assert RenewalRequest.objects.count() == 1
