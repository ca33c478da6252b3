"""The rules of the verbs: what is prefilled, who may, what is refused, what follows."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused, forget
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, queries
from mandates.models import EditionSection, FormEdition, Mandate, MandateSeat
from organisations import actions as organisation_actions
from organisations.enums import Role
from organisations.models import User
from tests.factories import cast
from tests.factories.filling import PERSONAL_NUMBER, grant, line_values, sent, verbs

CHANGED = "Uppdraget har ändrats sedan du öppnade sidan. Läs igenom det igen innan du går vidare."


def today() -> date:
    return timezone.localdate()


def days(count: int) -> date:
    return today() + timedelta(days=count)


def again(world: cast.World, key: str) -> User:
    """The person as a new request reads them, with the roles of now."""
    user: User = User.objects.get(pk=world.person[key].pk)
    return user


def start(world: cast.World, key: str = "representative") -> Mandate:
    return actions.start_mandate(edition=world.edition, by=again(world, key))


def submitted_line(world: cast.World, **values: Any) -> MandateSeat:
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.get(), **values)
    actions.submit(mandate=mandate, by=world.person["representative"])
    return MandateSeat.objects.get(mandate=mandate)


def attested_line(world: cast.World, **values: Any) -> MandateSeat:
    line = submitted_line(world, **values)
    actions.attest(line=line, version=Mandate.objects.get().version, by=world.person["commissioner"])
    return MandateSeat.objects.get(pk=line.pk)


# --- starting -----------------------------------------------------------------------------------------------------------


def test_a_new_draft_knows_what_the_portal_knows(world: cast.World) -> None:
    by = world.person["representative"]
    by.private_phone = "070-111 22 33"
    audit.save(by, by=by, verb="saved")
    mandate = start(world)
    known = (mandate.name, mandate.title, mandate.email, mandate.phone, mandate.private_phone)
    expected = ("Rut Representant", "Handläggare", "representative@cast.example", "010-123 45 67", "070-111 22 33")
    assert known == expected
    line = mandate.lines.get()
    assert (line.seat, line.commissioner, line.state) == (world.seat("falun"), world.person["commissioner"], "draft")
    assert (line.share_percent, line.starts_on, list(line.contacts.all())) == (None, None, [])
    assert (verbs(mandate), verbs(line)) == (["started"], ["added"])


def test_a_successor_starts_from_the_seats_latest_line(world: cast.World) -> None:
    attested_line(world, share_percent=Decimal(20), ends_on=days(5))
    grant(world, "registrar", Role.REPRESENTATIVE)
    line = start(world, "registrar").lines.get()
    word = cast.canary("falun")
    assert (line.share_percent, line.case_number) == (Decimal(20), f"{word}-dnr")
    contacts = list(line.contacts.values_list("name", "role", "email", "phone"))
    assert contacts == [(f"{word} kontakt", word, f"{word}@kontakt.example", "")]
    assert (line.starts_on, line.ends_on, line.attested_at, line.state) == (None, None, None, "draft")


def test_what_was_never_attested_is_not_handed_on(world: cast.World) -> None:
    submitted_line(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    line = start(world, "registrar").lines.get()
    assert (line.share_percent, line.case_number, line.contacts.count()) == (None, "", 0)


def test_two_commissioners_are_not_chosen_between(world: cast.World) -> None:
    grant(world, "registrar", Role.COMMISSIONER)
    assert start(world).lines.get().commissioner is None


def test_one_who_represents_several_chooses_the_seats(world: cast.World) -> None:
    assert list(start(world, "mora_representative").lines.all()) == []


def test_starting_again_opens_the_draft_there_is(world: cast.World) -> None:
    first, second = start(world), start(world)
    assert first == second
    assert (Mandate.objects.count(), verbs(first)) == (1, ["started"])


def test_a_new_edition_does_not_give_a_second_draft(world: cast.World) -> None:
    mandate = start(world)
    newer = FormEdition(forum=world.forum, name="Utgåva 2", valid_from=today(), published_at=timezone.now())
    audit.save(newer, by=None, verb="imported")
    assert actions.start_mandate(edition=newer, by=again(world, "representative")) == mandate
    assert Mandate.objects.get().edition == world.edition


def test_a_mandate_keeps_the_edition_it_was_filled_in_on(world: cast.World) -> None:
    line = submitted_line(world)
    coordinator = world.person["coordinator"]
    newer = actions.prepare_edition(forum=world.forum, name="Utgåva 2", valid_from=today(), by=coordinator)
    actions.publish_edition(edition=newer, by=coordinator)
    actions.attest(line=line, version=line.mandate.version, by=world.person["commissioner"])
    mandate = Mandate.objects.get()
    assert mandate.edition == world.edition
    bodies = EditionSection.objects.filter(edition=mandate.edition).values_list("heading", flat=True)
    assert list(bodies) == ["Bakgrund", "Syfte"]
    assert queries.editions_to_start(again(world, "representative")) == [newer]


@pytest.mark.parametrize("key", ["commissioner", "reader", "registrar", "administrator", "coordinator", "nobody"])
def test_only_the_representative_role_starts(world: cast.World, key: str) -> None:
    with pytest.raises(Refused):
        start(world, key)
    assert Mandate.objects.count() == 0


# --- filling in ---------------------------------------------------------------------------------------------------------


def test_commissioners_to_choose_are_those_of_the_organisation_today(world: cast.World) -> None:
    grant(world, "representative", Role.COMMISSIONER)
    grant(world, "administrator", Role.COMMISSIONER)
    line = start(world).lines.get()
    names = [user.name for user in queries.commissioners_to_choose(line)]
    # Not Edit (ended), Frida (tomorrow), Dan (deactivated), Mats (another organisation) nor Rut herself.
    assert names == ["Alva Administratör", "Ulla Uppdragsgivare"]


def test_seats_to_choose_are_those_of_the_own_organisations_today(world: cast.World) -> None:
    ended = world.seat("orsa")
    ended.ends_on = days(-1)
    audit.save(ended, by=None, verb="imported")
    by = again(world, "mora_representative")
    names = [str(seat) for seat in queries.seats_to_choose(by, world.forum)]
    assert names == ["Malung-Sälens kommun", "Mora kommun", "Älvdalens kommun"]


def test_choosing_seats_adds_and_removes_lines_and_keeps_the_rest(world: cast.World) -> None:
    mandate = cast.draft(world, "mora_representative", ("mora", "orsa"))
    kept = mandate.lines.get(seat=world.seat("orsa"))
    by = world.person["mora_representative"]
    actions.choose_seats(mandate=mandate, seats=[world.seat("orsa"), world.seat("alvdalen")], by=by)
    lines = list(queries.full_lines(mandate))
    assert [str(line.seat) for line in lines] == ["Orsa kommun", "Älvdalens kommun"]
    assert (lines[0].pk, lines[0].contacts.count(), lines[1].contacts.count()) == (kept.pk, 1, 0)
    removed = MandateSeat.history.filter(seat=world.seat("mora")).order_by("history_id")
    assert [row.verb for row in removed] == ["added", "saved", "removed"]


def test_the_seat_of_somebody_elses_organisation_is_refused(world: cast.World) -> None:
    mandate = cast.draft(world)
    with pytest.raises(Refused):
        actions.choose_seats(
            mandate=mandate,
            seats=[world.seat("falun"), world.seat("sater")],
            by=world.person["representative"],
        )
    assert [line.seat for line in mandate.lines.all()] == [world.seat("falun")]


def test_organisations_stand_when_submitted(world: cast.World) -> None:
    mandate = cast.returned(world)
    with pytest.raises(MoveRefused):
        actions.choose_seats(mandate=mandate, seats=[], by=world.person["representative"])
    assert mandate.lines.count() == 1


def test_contacts_are_changed_added_and_removed_one_by_one(world: cast.World) -> None:
    mandate = cast.draft(world)
    line, by = mandate.lines.get(), world.person["representative"]
    first = line.contacts.get()
    rows = [{"id": first.pk, "name": "Ny benämning"}, {"name": "Förskolan", "phone": "0250-123 45"}]
    actions.save_line(line=line, values=line_values(world), contacts=rows, by=by)
    assert line.contacts.values_list("pk", "name").first() == (first.pk, "Ny benämning")
    assert list(line.contacts.values_list("name", "phone")) == [("Ny benämning", ""), ("Förskolan", "0250-123 45")]
    actions.save_line(line=line, values=line_values(world), contacts=rows[1:], by=by)
    assert list(line.contacts.values_list("name", flat=True)) == ["Förskolan"]
    assert [row.verb for row in type(first).history.filter(id=first.pk).order_by("history_id")] == [
        "added",
        "saved",
        "removed",
    ]


def test_the_contact_of_another_line_is_out_of_reach(world: cast.World) -> None:
    theirs = cast.draft(world, "mora_representative", ("mora",)).lines.get().contacts.get()
    line = cast.draft(world).lines.get()
    rows = [{"id": theirs.pk, "name": "Kapad"}]
    actions.save_line(line=line, values=line_values(world), contacts=rows, by=world.person["representative"])
    theirs.refresh_from_db()
    assert theirs.name == f"{cast.canary('mora')} kontakt"
    assert [contact.name for contact in line.contacts.all()] == ["Kapad"]
    assert line.contacts.get().pk != theirs.pk


@pytest.mark.parametrize("state", ["submitted", "attested"])
def test_what_is_submitted_cannot_be_filled_in(world: cast.World, state: str) -> None:
    mandate = getattr(cast, state)(world)
    by, line = world.person["representative"], mandate.lines.get()
    before = list(MandateSeat.objects.values())
    with pytest.raises(MoveRefused):
        actions.save_line(line=line, values=line_values(world, share_percent=Decimal(1)), contacts=[], by=by)
    with pytest.raises(MoveRefused):
        actions.save_person(mandate=mandate, values=dict.fromkeys(PERSON, "x"), by=by)
    assert list(MandateSeat.objects.values()) == before


PERSON = ("name", "title", "email", "phone", "private_phone")


def test_the_person_is_edited_until_somebody_has_attested_it(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", cast.MORAS)
    by, commissioner = world.person["mora_representative"], world.person["mora_commissioner"]
    values = {"name": "Maj Moraberg", "title": "Chef", "email": "maj@mora.example", "phone": "", "private_phone": ""}
    first, second = list(queries.full_lines(mandate))[:2]
    actions.send_back(line=first, version=mandate.version, comment="Fel namn.", by=commissioner)
    actions.save_person(mandate=mandate, values=values, by=by)
    mandate.refresh_from_db()
    assert mandate.name == "Maj Moraberg"
    actions.attest(line=second, version=mandate.version, by=commissioner)
    with pytest.raises(MoveRefused) as refusal:
        actions.save_person(mandate=mandate, values={**values, "name": "Maj"}, by=by)
    assert str(refusal.value) == "Uppgifterna är attesterade och kan inte ändras."
    assert Mandate.objects.get().name == "Maj Moraberg"


@pytest.mark.parametrize("key", ["commissioner", "coordinator", "mora_representative", "registrar"])
def test_only_the_person_fills_in_the_own_form(world: cast.World, key: str) -> None:
    mandate = cast.draft(world)
    line, by = mandate.lines.get(), again(world, key)
    with pytest.raises(Refused):
        actions.save_person(mandate=mandate, values=dict.fromkeys(PERSON, "x"), by=by)
    with pytest.raises(Refused):
        actions.choose_seats(mandate=mandate, seats=[], by=by)
    with pytest.raises(Refused):
        actions.save_line(line=line, values=line_values(world), contacts=[], by=by)
    with pytest.raises(Refused):
        actions.submit(mandate=mandate, by=by)
    with pytest.raises(Refused):
        actions.withdraw(mandate=mandate, reason="Fel", by=by)


@pytest.mark.parametrize("field", ["name", "title"])
def test_no_personal_number_in_the_person(world: cast.World, field: str) -> None:
    mandate = cast.draft(world)
    values = {**dict.fromkeys(PERSON, ""), "name": "Rut", field: f"Rut {PERSONAL_NUMBER}"}
    with pytest.raises(ValidationError) as refusal:
        actions.save_person(mandate=mandate, values=values, by=world.person["representative"])
    assert list(refusal.value.message_dict) == [field]
    assert Mandate.objects.get().name == "Rut Representant"


# --- submitting ---------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_told_by_step(world: cast.World) -> None:
    mandate = start(world)
    by = world.person["representative"]
    values = {"name": "Rut", "title": "", "email": "", "phone": "", "private_phone": ""}
    actions.save_person(mandate=mandate, values=values, by=by)
    line = mandate.lines.get()
    empty = line_values(world, share_percent=None, commissioner=None, starts_on=None, ends_on=days(-1))
    actions.save_line(line=line, values=empty, contacts=[], by=by)
    with pytest.raises(actions.Incomplete) as refusal:
        actions.submit(mandate=mandate, by=by)
    person, seat = f"/uppdrag/{mandate.pk}/kontaktuppgifter/", f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/"
    assert [(problem.text, problem.url) for problem in refusal.value.problems] == [
        ("Skriv befattning.", person),
        ("Skriv e-postadress i arbetet.", person),
        ("Falu kommun: skriv andel av en heltidstjänst.", seat),
        ("Falu kommun: välj uppdragsgivare.", seat),
        ("Falu kommun: skriv från vilken dag uppdraget gäller.", seat),
        ("Falu kommun: slutdatumet har passerat.", seat),
        ("Falu kommun: lägg till minst en intern kontakt.", seat),
    ]
    assert (Mandate.objects.get().state, sent()) == ("draft", [])


def test_a_commissioner_whose_role_has_ended_is_told(world: cast.World) -> None:
    mandate = cast.draft(world)
    membership = world.person["commissioner"].memberships.get()
    organisation_actions.end_role(membership=membership, by=None, ends_on=days(-1))
    with pytest.raises(actions.Incomplete) as refusal:
        actions.submit(mandate=mandate, by=world.person["representative"])
    text = "Falu kommun: välj en annan uppdragsgivare – den valda har inte längre den rollen."
    assert [problem.text for problem in refusal.value.problems] == [text]


def test_a_form_without_organisations_cannot_be_submitted(world: cast.World) -> None:
    mandate = cast.draft(world)
    by = world.person["representative"]
    actions.choose_seats(mandate=mandate, seats=[], by=by)
    with pytest.raises(actions.Incomplete) as refusal:
        actions.submit(mandate=mandate, by=by)
    assert [problem.text for problem in refusal.value.problems] == ["Välj minst en organisation."]


def test_submitting_twice_is_told_and_done_once(world: cast.World) -> None:
    mandate = cast.submitted(world)
    with pytest.raises(MoveRefused) as refusal:
        actions.submit(mandate=mandate, by=world.person["representative"])
    assert str(refusal.value) == "Uppdraget är redan inskickat."
    assert verbs(mandate).count("submitted") == 1
    assert len(sent()) == 1


def test_one_who_has_lost_the_role_cannot_submit(world: cast.World) -> None:
    mandate = cast.draft(world)
    membership = world.person["representative"].memberships.get()
    organisation_actions.end_role(membership=membership, by=None, ends_on=days(-1))
    with pytest.raises(Refused):
        actions.submit(mandate=mandate, by=again(world, "representative"))
    assert Mandate.objects.get().state == "draft"


# --- deciding -----------------------------------------------------------------------------------------------------------


def test_any_commissioner_of_the_organisation_may_attest(world: cast.World) -> None:
    line = submitted_line(world)
    grant(world, "registrar", Role.COMMISSIONER)
    actions.attest(line=line, version=line.mandate.version, by=again(world, "registrar"))
    line = MandateSeat.objects.get()
    assert (line.commissioner, line.attested_by) == (world.person["commissioner"], world.person["registrar"])


def test_the_representative_never_attests_the_own_form(world: cast.World) -> None:
    grant(world, "representative", Role.COMMISSIONER)
    line = submitted_line(world)
    for decide in (actions.attest, _send_back):
        with pytest.raises(Refused):
            decide(line=line, version=line.mandate.version, by=again(world, "representative"))
    assert MandateSeat.objects.get().state == "waiting"


def _send_back(**arguments: Any) -> None:
    actions.send_back(comment="Rätta.", **arguments)


@pytest.mark.parametrize(
    "key",
    [
        "ended",
        "future",
        "deactivated",
        "mora_commissioner",
        "registrar",
        "administrator",
        "reader",
        "coordinator",
        "steering",
        "nobody",
    ],
)
def test_nobody_else_attests_or_sends_back(world: cast.World, key: str) -> None:
    line = submitted_line(world)
    told = len(sent())
    for decide in (actions.attest, _send_back):
        with pytest.raises(Refused):
            decide(line=line, version=line.mandate.version, by=again(world, key))
    assert (MandateSeat.objects.get().state, len(sent())) == ("waiting", told)


def test_a_role_that_ends_today_holds_today(world: cast.World) -> None:
    line = submitted_line(world)
    membership = world.person["commissioner"].memberships.get()
    organisation_actions.end_role(membership=membership, by=None, ends_on=today())
    actions.attest(line=line, version=line.mandate.version, by=again(world, "commissioner"))
    assert MandateSeat.objects.get().state == "attested"


def test_what_is_attested_is_what_was_read(world: cast.World) -> None:
    mandate = cast.submitted(world)
    line, commissioner = mandate.lines.get(), world.person["commissioner"]
    read = mandate.version
    actions.send_back(line=line, version=read, comment="Höj andelen.", by=commissioner)
    by = world.person["representative"]
    actions.save_line(line=line, values=line_values(world), contacts=[{"name": "Ny"}], by=by)
    actions.submit(mandate=mandate, by=by)
    for decide in (actions.attest, _send_back):
        with pytest.raises(MoveRefused) as refusal:
            decide(line=line, version=read, by=commissioner)
        assert str(refusal.value) == CHANGED
    actions.attest(line=line, version=Mandate.objects.get().version, by=commissioner)
    assert MandateSeat.objects.get().state == "attested"


def test_an_overlapping_mandate_is_refused_in_plain_words(world: cast.World) -> None:
    attested_line(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    mandate = start(world, "registrar")
    line, by = mandate.lines.get(), again(world, "registrar")
    actions.save_line(line=line, values=line_values(world), contacts=[{"name": "Ny"}], by=by)
    actions.submit(mandate=mandate, by=by)
    mandate.refresh_from_db()
    with pytest.raises(MoveRefused) as refusal:
        actions.attest(line=line, version=mandate.version, by=world.person["commissioner"])
    assert str(refusal.value) == (
        "Falu kommun har redan en ordinarie representant under perioden. "
        "Avsluta det uppdraget först, eller ändra startdatumet."
    )
    assert MandateSeat.objects.get(pk=line.pk).state == "waiting"
    assert verbs(line) == ["added", "saved", "submitted"]


def test_a_deputy_stands_beside_the_ordinary_one(world: cast.World) -> None:
    attested_line(world)
    grant(world, "registrar", Role.REPRESENTATIVE)
    mandate = start(world, "registrar")
    line, by = mandate.lines.get(), again(world, "registrar")
    actions.save_line(line=line, values=line_values(world, kind="deputy"), contacts=[{"name": "Ny"}], by=by)
    actions.submit(mandate=mandate, by=by)
    mandate.refresh_from_db()
    actions.attest(line=line, version=mandate.version, by=world.person["commissioner"])
    assert MandateSeat.objects.held_on(today()).count() == 2
    assert MandateSeat.objects.held_on(today()).ordinary().count() == 1


def test_no_personal_number_in_a_comment(world: cast.World) -> None:
    line = submitted_line(world)
    with pytest.raises(ValidationError):
        actions.send_back(
            line=line,
            version=line.mandate.version,
            comment=f"Fel nummer: {PERSONAL_NUMBER}",
            by=world.person["commissioner"],
        )
    assert MandateSeat.objects.get().state == "waiting"


# --- withdrawing --------------------------------------------------------------------------------------------------------


def test_what_has_begun_is_not_withdrawn_but_ended(world: cast.World) -> None:
    line = attested_line(world, starts_on=today())
    with pytest.raises(MoveRefused) as refusal:
        actions.withdraw(mandate=line.mandate, reason="Ångrar mig.", by=world.person["representative"])
    assert str(refusal.value) == (
        "Ett attesterat uppdrag som har börjat gälla kan inte återtas. Avsluta det i stället."
    )
    assert (Mandate.objects.get().state, MandateSeat.objects.get().state) == ("submitted", "attested")


def test_what_has_not_begun_is_withdrawn_and_the_rest_stays(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", cast.MORAS)
    by, commissioner = world.person["mora_representative"], world.person["mora_commissioner"]
    lines = {line.seat.organisation.slug: line for line in queries.full_lines(mandate)}
    actions.attest(line=lines["mora"], version=mandate.version, by=commissioner)
    actions.send_back(line=lines["orsa"], version=mandate.version, comment="Ange dnr.", by=commissioner)
    actions.withdraw(mandate=mandate, reason="Bara Mora tills vidare.", by=by)
    withdrawn = dict.fromkeys(("orsa", "alvdalen", "malung-salen"), "withdrawn")
    assert states() == {"mora": "attested", **withdrawn}
    mandate.refresh_from_db()
    assert (mandate.state, mandate.withdrawn_at, verbs(mandate)[-1]) == ("submitted", None, "partly_withdrawn")
    assert len([subject for _, subject in sent() if subject.startswith("Uppdraget är återtaget")]) == 3
    actions.end_line(line=lines["mora"], ended_on=today(), reason="Slut.", by=commissioner)
    assert Mandate.objects.get().state == "ended"


def test_withdrawing_what_is_left_of_an_ended_form_ends_it(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    by, commissioner = world.person["mora_representative"], world.person["mora_commissioner"]
    mora = next(iter(queries.full_lines(mandate)))
    actions.attest(line=mora, version=mandate.version, by=commissioner)
    actions.end_line(line=mora, ended_on=today(), reason="Slut.", by=commissioner)
    assert Mandate.objects.get().state == "submitted"
    actions.withdraw(mandate=mandate, reason="Slut.", by=by)
    assert (Mandate.objects.get().state, states()) == ("ended", {"mora": "ended", "orsa": "withdrawn"})


def test_what_begins_tomorrow_can_be_withdrawn(world: cast.World) -> None:
    line = attested_line(world, starts_on=days(1))
    actions.withdraw(mandate=line.mandate, reason="Ångrar mig.", by=world.person["representative"])
    assert (Mandate.objects.get().state, MandateSeat.objects.get().state) == ("withdrawn", "withdrawn")
    assert MandateSeat.objects.held_on(days(2)).count() == 0


def test_one_who_has_lost_the_role_cannot_withdraw(world: cast.World) -> None:
    mandate = cast.submitted(world)
    membership = world.person["representative"].memberships.get()
    organisation_actions.end_role(membership=membership, by=None, ends_on=days(-1))
    with pytest.raises(Refused):
        actions.withdraw(mandate=mandate, reason="Har slutat.", by=again(world, "representative"))
    assert Mandate.objects.get().state == "submitted"


def test_after_a_withdrawal_one_can_start_again(world: cast.World) -> None:
    mandate = cast.draft(world)
    by = world.person["representative"]
    actions.withdraw(mandate=mandate, reason="Fel forum.", by=by)
    assert start(world) != mandate
    assert Mandate.objects.count() == 2


# --- ending -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["representative", "commissioner", "coordinator"])
def test_the_representative_a_commissioner_or_the_coordinator_ends(world: cast.World, key: str) -> None:
    line = attested_line(world)
    actions.end_line(line=line, ended_on=today(), reason="Byter tjänst.", by=again(world, key))
    line = MandateSeat.objects.get()
    assert (line.state, line.ended_on, line.ended_by) == ("ended", today(), world.person[key])
    told = {"representative": "Ulla Uppdragsgivare", "commissioner": "Rut Representant"}
    expected = [told[key]] if key in told else ["Rut Representant", "Ulla Uppdragsgivare"]
    assert [name for name, subject in sent() if subject == "Uppdraget avslutas: Falu kommun"] == expected


@pytest.mark.parametrize("key", ["registrar", "administrator", "reader", "mora_commissioner", "ended", "steering"])
def test_nobody_else_ends(world: cast.World, key: str) -> None:
    line = attested_line(world)
    with pytest.raises(Refused):
        actions.end_line(line=line, ended_on=today(), reason="Byter tjänst.", by=again(world, key))
    assert MandateSeat.objects.get().state == "attested"


def test_the_last_day_cannot_lie_before_the_first(world: cast.World) -> None:
    line = attested_line(world)
    with pytest.raises(ValidationError) as refusal:
        actions.end_line(line=line, ended_on=days(-31), reason="Byter tjänst.", by=world.person["commissioner"])
    assert refusal.value.message_dict == {
        "ended_on": [f"Uppdraget börjar {days(-30)}. Det kan inte avslutas före det."]
    }
    assert MandateSeat.objects.get().state == "attested"


def test_the_last_day_cannot_lie_after_the_agreed_one(world: cast.World) -> None:
    line = attested_line(world, ends_on=days(10))
    with pytest.raises(ValidationError) as refusal:
        actions.end_line(line=line, ended_on=days(11), reason="Byter tjänst.", by=world.person["commissioner"])
    assert refusal.value.message_dict == {"ended_on": [f"Uppdraget slutar redan {days(10)}."]}


def test_one_that_ends_later_holds_until_then_and_no_longer(world: cast.World) -> None:
    line = attested_line(world)
    actions.end_line(line=line, ended_on=days(10), reason="Föräldraledig.", by=world.person["commissioner"])
    line = MandateSeat.objects.get()
    assert [line.is_active_on(days(n)) for n in (-31, -30, 0, 10, 11)] == [False, True, True, True, False]
    counts = [MandateSeat.objects.held_on(days(n)).count() for n in (-31, -30, 0, 10, 11)]
    assert counts == [0, 1, 1, 1, 0]


def test_a_successor_takes_over_the_day_after(world: cast.World) -> None:
    line = attested_line(world)
    actions.end_line(line=line, ended_on=days(10), reason="Lämnar över.", by=world.person["commissioner"])
    grant(world, "registrar", Role.REPRESENTATIVE)
    mandate = start(world, "registrar")
    successor, by = mandate.lines.get(), again(world, "registrar")
    values = line_values(world, starts_on=days(11))
    actions.save_line(line=successor, values=values, contacts=[{"name": "Ny"}], by=by)
    actions.submit(mandate=mandate, by=by)
    mandate.refresh_from_db()
    actions.attest(line=successor, version=mandate.version, by=world.person["commissioner"])
    holders = [MandateSeat.objects.held_on(days(n)).get().mandate.name for n in (10, 11)]
    assert holders == ["Rut Representant", "Ragna Registrator"]


def test_the_form_ends_with_its_last_line(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", ("mora", "orsa"))
    commissioner = world.person["mora_commissioner"]
    first, second = queries.full_lines(mandate)
    actions.end_line(line=first, ended_on=today(), reason="Mora får en egen.", by=commissioner)
    assert (Mandate.objects.get().state, verbs(mandate)[-1]) == ("submitted", "line_ended")
    actions.end_line(line=second, ended_on=today(), reason="Orsa också.", by=commissioner)
    assert (Mandate.objects.get().state, verbs(mandate)[-1]) == ("ended", "ended")


# --- four lines on one form ---------------------------------------------------------------------------------------------


def test_moras_person_has_four_lines_on_one_form(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", cast.MORAS)
    by, commissioner = world.person["mora_representative"], world.person["mora_commissioner"]
    lines = {line.seat.organisation.slug: line for line in queries.full_lines(mandate)}
    assert sent() == [
        (commissioner.name, f"Uppdrag att attestera: {name}")
        for name in ("Malung-Sälens kommun", "Mora kommun", "Orsa kommun", "Älvdalens kommun")
    ]
    for slug in ("mora", "orsa"):
        actions.attest(line=lines[slug], version=mandate.version, by=commissioner)
    actions.send_back(line=lines["alvdalen"], version=mandate.version, comment="Ange dnr.", by=commissioner)
    assert states() == {"mora": "attested", "orsa": "attested", "alvdalen": "returned", "malung-salen": "waiting"}
    assert MandateSeat.objects.held_on(today()).count() == 2
    # What is attested, and what waits, is locked; what came back is mended.
    values = line_values(world, commissioner=commissioner, case_number="ÄK 2026/7")
    for slug in ("mora", "orsa", "malung-salen"):
        with pytest.raises(MoveRefused):
            actions.save_line(line=lines[slug], values=values, contacts=[], by=by)
    actions.save_line(line=lines["alvdalen"], values=values, contacts=[{"name": "Nämndsekreteraren"}], by=by)
    actions.submit(mandate=mandate, by=by)
    assert states() == {"mora": "attested", "orsa": "attested", "alvdalen": "waiting", "malung-salen": "waiting"}
    assert sent()[-1] == (commissioner.name, "Uppdrag att attestera: Älvdalens kommun")
    assert [verbs(line)[-1] for line in lines.values()] == ["submitted", "attested", "attested", "submitted"]
    version = Mandate.objects.get().version
    for slug in ("alvdalen", "malung-salen"):
        actions.attest(line=lines[slug], version=version, by=commissioner)
    assert MandateSeat.objects.held_on(today()).count() == 4
    mended = MandateSeat.objects.get(pk=lines["alvdalen"].pk)
    assert (mended.case_number, mended.return_comment, mended.returned_at) == ("ÄK 2026/7", "", None)


def states() -> dict[str, str]:
    return {
        line.seat.organisation.slug: line.state for line in MandateSeat.objects.select_related("seat__organisation")
    }


def test_who_may_end_one_line_may_not_end_the_others(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", ("mora", "orsa"))
    for membership in world.person["mora_commissioner"].memberships.exclude(organisation=world.org["mora"]):
        organisation_actions.end_role(membership=membership, by=None, ends_on=days(-1))
    by = again(world, "mora_commissioner")
    mora, orsa = queries.full_lines(mandate)
    actions.end_line(line=mora, ended_on=today(), reason="Ny ordning.", by=by)
    with pytest.raises(Refused):
        actions.end_line(line=orsa, ended_on=today(), reason="Ny ordning.", by=by)
    forget(by)
    assert states() == {"mora": "ended", "orsa": "attested"}
