"""Renewal after a general election: planned, read, named again, withdrawn; nothing before the day, nothing twice."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions as mandate_actions
from mandates.actions import elections as actions
from mandates.enums import ElectionKind
from mandates.models import Election, ElectionItem, FormEdition, Mandate, MandateSeat, Vacancy
from mandates.queries import elections as queries
from mandates.queries import renewals
from organisations import actions as organisation_actions
from organisations.enums import BodyKind, ForumKind, Role, SeatHolding
from organisations.models import Appointment, DecidingBody, Forum, JointParticipant, Membership, Partnership, Seat, User
from organisations.permissions import sees_coverage
from tests.factories import cast
from tests.factories.filling import grant, sent, verbs
from tests.mandates.test_races import fresh, no_locks, slow, together

pytestmark = pytest.mark.django_db
AsPerson = Callable[[str], Client]
NEW_YEAR = date(timezone.localdate().year + 1, 1, 1)
LAST_DAY = NEW_YEAR - timedelta(days=1)
MUNICIPALITIES = ("falun", *cast.MORAS, "sater")
TRACKED: tuple[Any, ...] = (Membership, Appointment, DecidingBody, MandateSeat, Mandate, Vacancy)


def council(world: cast.World) -> Forum:
    """A forum of politicians: Falun's and Säter's chairs of their committees, the first also the forum's chair."""
    forum = Forum(slug="radet", name="Rådet", kind=ForumKind.WELFARE_COUNCIL, seats_held_by=SeatHolding.EX_OFFICIO)
    audit.save(forum, by=None, verb="imported")
    long_ago = timezone.localdate() - timedelta(days=400)
    for slug, key in (("falun", "reader"), ("sater", "sater_representative")):
        seat = Seat(forum=forum, organisation=world.org[slug], function="Socialnämndens ordförande")
        audit.save(seat, by=None, verb="imported")
        organisation_actions.appoint(seat=seat, holder=world.person[key], by=None, starts_on=long_ago)
    organisation_actions.grant_role(
        user=world.person["reader"], role=Role.CHAIR, scope=forum, by=None, starts_on=long_ago
    )
    return forum


def body(world: cast.World, slug: str, name: str = "Socialnämnden") -> DecidingBody:
    return organisation_actions.add_body(organisation=world.org[slug], kind=BodyKind.COMMITTEE, name=name, by=None)


def plan_of(world: cast.World, *forums: Forum, **values: Any) -> queries.Plan:
    chosen: dict[str, Any] = {
        "starts_on": NEW_YEAR,
        "kinds": frozenset(ElectionKind),
        "organisations": frozenset(world.org[slug].pk for slug in MUNICIPALITIES),
        "forums": frozenset(forum.pk for forum in (world.forum, *forums)),
        **values,
    }
    return queries.Plan(**chosen)


def planned(world: cast.World, *forums: Forum, by: str = "coordinator", **values: Any) -> Election:
    plan = plan_of(world, *forums, **values)
    seen = queries.seen_of(plan, queries.covered(plan))
    return actions.plan_election(plan=plan, seen=seen, by=fresh(world.person[by]))


def labels(items: list[ElectionItem]) -> list[tuple[str, str]]:
    return [(item.organisation.short_name, queries.label_of(item)) for item in items]


def states(election: Election, reader: Any, organisation: str = "") -> dict[str, str]:
    page = queries.election_page(election, reader)
    return {
        f"{one.organisation.slug}: {need.label}": need.state.text
        for one in page.progress
        for need in one.needs
        if one.organisation.slug.startswith(organisation)
    }


def item_of(election: Election, slug: str, kind: ElectionKind) -> ElectionItem:
    return ElectionItem.objects.get(election=election, organisation__slug=slug, kind=kind)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All that a renewal may change."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TRACKED}


# --- what it would end --------------------------------------------------------------------------------------------------


def test_what_would_end(world: cast.World) -> None:
    """Mora's person with four seats, a council of politicians, and none of the agencies' seats or chairs."""
    cast.attested(world)
    cast.attested(world, "mora_representative", cast.MORAS)
    forum = council(world)
    body(world, "falun")
    items = queries.covered(plan_of(world, forum))
    assert labels(items) == [
        ("Falun", "Socialnämnden"),
        ("Falun", "Ordförande i Rådet"),
        ("Falun", "Socialnämndens ordförande i Rådet"),
        ("Falun", "Plats i Länsgruppen"),
        *[("Falun", "Uppdragsgivare")] * 3,
        ("Malung-Sälen", "Plats i Länsgruppen"),
        ("Malung-Sälen", "Uppdragsgivare"),
        ("Mora", "Plats i Länsgruppen"),
        ("Mora", "Uppdragsgivare"),
        ("Orsa", "Plats i Länsgruppen"),
        ("Orsa", "Uppdragsgivare"),
        ("Säter", "Socialnämndens ordförande i Rådet"),
        ("Älvdalen", "Plats i Länsgruppen"),
        ("Älvdalen", "Uppdragsgivare"),
    ]
    everyone = frozenset(one.pk for one in world.org.values())
    assert ("Länsstyrelsen", "Ordförande i Länsgruppen") in labels(
        queries.covered(plan_of(world, organisations=everyone))
    )  # the chair without a seat is the convener's


def test_what_has_its_end_before_or_begins_later_is_left_alone(world: cast.World) -> None:
    line = cast.attested(world).lines.get()
    commissioner = Membership.objects.get(user=world.person["commissioner"])
    organisation_actions.end_role(membership=commissioner, by=None, ends_on=LAST_DAY)
    mandate_actions.end_line(line=line, ended_on=LAST_DAY, reason="Slutar.", by=world.person["coordinator"])
    items = queries.covered(plan_of(world, organisations=frozenset([world.org["falun"].pk])))
    assert [queries.person_of(item) for item in items] == [world.person["deactivated"], world.person["future"]]


@pytest.mark.parametrize("many", [False, True])
def test_it_is_found_with_the_same_number_of_queries(
    world: cast.World, django_assert_num_queries: Any, many: bool
) -> None:
    forum = council(world)
    cast.attested(world)
    if many:
        cast.attested(world, "mora_representative", cast.MORAS)
        for slug in MUNICIPALITIES:
            body(world, slug)
    coordinator = fresh(world.person["coordinator"])
    sees_coverage(coordinator)  # what the person may is read once
    with django_assert_num_queries(9):
        queries.preview(plan_of(world, forum), coordinator)
    election = planned(world, forum)
    with django_assert_num_queries(5):
        queries.election_page(election, coordinator)


def test_the_list_counts_for_an_organisation_what_is_its_own(world: cast.World) -> None:
    cast.attested(world, "mora_representative", cast.MORAS)
    election = planned(world)
    own = sum(item.organisation == world.org["falun"] for item in queries.items_of([election]))
    everything = len(queries.items_of([election]))
    assert 0 < own < everything
    found = {
        key: queries.elections_visible_to(fresh(world.person[key])).get() for key in ("coordinator", "administrator")
    }
    assert {key: one.number for key, one in found.items()} == {"coordinator": everything, "administrator": own}


# --- planned ------------------------------------------------------------------------------------------------------------


def test_planned_it_ends_the_day_before_and_opens_vacancies(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    forum, committee = council(world), body(world, "falun")
    Message.objects.all().delete()
    election = planned(world, forum)
    assert (election.starts_on, election.last_day) == (NEW_YEAR, LAST_DAY)
    assert set(mandate.lines.values_list("state", "ends_on")) == {("attested", LAST_DAY)}
    entry = MandateSeat.objects.all()[0].history.first()
    assert (entry.verb, entry.history_change_reason, entry.history_user) == (
        "ended", "Nyval efter allmänt val", world.person["coordinator"],
    )  # fmt: skip
    assert set(Vacancy.objects.values_list("seat", "starts_on")) == {
        (world.seat(slug).pk, NEW_YEAR) for slug in cast.MORAS
    }
    assert set(Appointment.objects.filter(seat__forum=forum).values_list("ends_on", flat=True)) == {LAST_DAY}
    assert Appointment.objects.get(seat__forum=world.steering_group).ends_on is None
    committee.refresh_from_db()
    assert committee.ends_on == LAST_DAY
    ended = Membership.objects.filter(ends_on=LAST_DAY).values_list("role", flat=True)
    assert sorted(ended) == ["chair", *["commissioner"] * 7]
    assert sent() == [("Alva Administratör", f"Nyval {NEW_YEAR}: Falu kommun ska utse på nytt")]
    text = Message.objects.get().body
    assert "- Socialnämnden\n- Ordförande i Rådet\n- Socialnämndens ordförande i Rådet\n- Uppdragsgivare\n" in text


def test_nothing_changes_before_the_day(world: cast.World) -> None:
    cast.attested(world)
    planned(world)
    seat = world.seat("falun")
    assert [line.mandate.name for line in seat.mandate_lines.held_on(LAST_DAY)] == ["Rut Representant"]
    assert list(seat.mandate_lines.held_on(NEW_YEAR)) == []
    assert list(Vacancy.objects.known_on(LAST_DAY)) == []
    assert [vacancy.seat for vacancy in Vacancy.objects.known_on(NEW_YEAR)] == [seat]
    falun = world.org["falun"]
    assert world.person["commissioner"] in User.objects.commissioners_of(falun, LAST_DAY)
    assert list(User.objects.commissioners_of(falun, NEW_YEAR)) == []


def test_a_line_that_was_to_end_later_ends_with_the_others(world: cast.World) -> None:
    mandate = cast.attested(world)
    later = NEW_YEAR + timedelta(days=40)
    before = world.person["coordinator"]
    mandate_actions.end_line(line=mandate.lines.get(), ended_on=later, reason="Slutar.", by=before)
    election = planned(world)
    assert mandate.lines.get().ended_on == LAST_DAY
    actions.withdraw_election(election=election, reason="Fel dag.", by=fresh(before))
    line = MandateSeat.objects.get()
    assert (line.state, line.ended_on, line.mandate.state) == ("ended", later, "ended")
    assert list(Vacancy.objects.all()) == []


def test_planned_twice_there_is_one(world: cast.World) -> None:
    cast.attested(world)
    first = planned(world)
    plan = plan_of(world)
    assert actions.plan_election(plan=plan, seen="", by=fresh(world.person["coordinator"])) == first
    everyone = frozenset(one.pk for one in world.org.values())
    for other in ({"starts_on": NEW_YEAR - timedelta(days=9)}, {"organisations": everyone}):
        with pytest.raises(MoveRefused, match=f"redan ett nyval planerat från och med {NEW_YEAR}"):
            planned(world, **other)
    assert Election.objects.count() == 1
    assert MandateSeat.history.filter(verb="ended").count() == 1


def test_what_is_refused(world: cast.World) -> None:
    cast.attested(world)
    plan = plan_of(world)
    coordinator = fresh(world.person["coordinator"])
    stood = everything()
    with pytest.raises(Refused):
        planned(world, by="administrator")
    with pytest.raises(MoveRefused, match="Granska listan igen"):
        actions.plan_election(plan=plan, seen="annat", by=coordinator)
    with pytest.raises(ValidationError, match="Välj en dag som kommer"):
        planned(world, starts_on=timezone.localdate())
    with pytest.raises(ValidationError, match="inget att välja på nytt"):
        planned(world, organisations=frozenset())
    assert (everything(), Election.objects.count()) == (stood, 0)


# --- withdrawn ----------------------------------------------------------------------------------------------------------


def test_withdrawn_everything_stands_exactly_as_before(world: cast.World) -> None:
    cast.attested(world)
    cast.attested(world, "mora_representative", cast.MORAS)
    forum = council(world)
    body(world, "falun")
    stood = everything()
    election = planned(world, forum)
    assert everything() != stood
    Message.objects.all().delete()
    coordinator = fresh(world.person["coordinator"])
    actions.withdraw_election(election=election, reason="Fel dag.", by=coordinator)
    assert everything() == stood
    assert sent() == [("Alva Administratör", f"Nyvalet {NEW_YEAR} är återtaget")]
    with pytest.raises(MoveRefused, match="Nyvalet är återtaget"):
        actions.withdraw_election(election=election, reason="Igen.", by=coordinator)
    again = planned(world, forum)
    assert (again.pk != election.pk, again.items.count()) == (True, election.items.count())


@pytest.mark.parametrize("key", ["administrator", "steering"])
def test_only_the_coordinator_withdraws_it(world: cast.World, key: str) -> None:
    cast.attested(world)
    election = planned(world)
    stood = everything()
    with pytest.raises(Refused):
        actions.withdraw_election(election=election, reason="Fel dag.", by=world.person[key])
    assert everything() == stood


def test_it_is_never_withdrawn_on_the_day_or_later(world: cast.World) -> None:
    cast.attested(world)
    election = planned(world)
    stood = everything()
    new_year = time_machine.travel(f"{NEW_YEAR} 00:30:00+01:00", tick=False)
    with new_year, pytest.raises(MoveRefused, match="har trätt i kraft"):
        actions.withdraw_election(election=election, reason="För sent.", by=fresh(world.person["coordinator"]))
    assert everything() == stood


def test_it_is_not_withdrawn_over_what_has_been_named(world: cast.World) -> None:
    forum = council(world)
    body(world, "falun")
    election = planned(world, forum)
    coordinator = fresh(world.person["coordinator"])
    actions.name_again(item=item_of(election, "falun", ElectionKind.CHAIR), by=coordinator)
    actions.name_again(item=item_of(election, "falun", ElectionKind.BODY), by=coordinator)  # stands as before
    stood = everything()
    with pytest.raises(MoveRefused, match=r"Falun: Ordförande i Rådet är redan utsedd på nytt\.$"):
        actions.withdraw_election(election=election, reason="Fel dag.", by=coordinator)
    assert everything() == stood
    chair = Membership.objects.get(role=Role.CHAIR, forum=forum, starts_on=NEW_YEAR)
    organisation_actions.end_role(membership=chair, by=coordinator, ends_on=LAST_DAY, reason="Fel.")
    actions.withdraw_election(election=election, reason="Fel dag.", by=coordinator)
    assert Membership.objects.get(role=Role.CHAIR, forum=forum).ends_on is None


def test_what_somebody_has_ended_since_stands(world: cast.World) -> None:
    """Before the day a form is ended, and a role, as if nothing were planned; the rest is given back."""
    cast.attested(world)
    election = planned(world)
    coordinator = fresh(world.person["coordinator"])
    role, today = Membership.objects.get(user=world.person["commissioner"]), timezone.localdate()
    organisation_actions.change_role(membership=role, ends_on=LAST_DAY - timedelta(days=1), by=coordinator)
    line = MandateSeat.objects.get()
    mandate_actions.hand_over(mandate=line.mandate, lines=[line], ended_on=today, reason="Slutar.", by=coordinator)
    assert Vacancy.objects.get().starts_on == today + timedelta(days=1)
    actions.withdraw_election(election=election, reason="Fel dag.", by=coordinator)
    role.refresh_from_db()
    line.refresh_from_db()
    assert (role.ends_on, line.state, line.ended_on, line.ends_on) == (
        LAST_DAY - timedelta(days=1), "ended", today, None,
    )  # fmt: skip
    assert Vacancy.objects.get().starts_on == today + timedelta(days=1)
    assert Membership.objects.get(user=world.person["future"]).ends_on is None


def withdrawn(world: cast.World, election: Election) -> None:
    actions.withdraw_election(election=election, reason="Fel dag.", by=fresh(world.person["coordinator"]))


def test_an_end_decided_since_for_the_very_same_day_stands(world: cast.World) -> None:
    forum = council(world)
    election, coordinator = planned(world, forum), fresh(world.person["coordinator"])
    role = Membership.objects.get(user=world.person["commissioner"])
    organisation_actions.end_role(membership=role, by=coordinator, ends_on=LAST_DAY, reason="Slutar.")
    office = Appointment.objects.get(seat__forum=forum, holder=world.person["reader"])
    organisation_actions.change_appointment(appointment=office, ends_on=LAST_DAY, by=coordinator)
    withdrawn(world, election)
    role.refresh_from_db()
    office.refresh_from_db()
    assert (role.ends_on, office.ends_on) == (LAST_DAY, LAST_DAY)
    others = Appointment.objects.filter(seat__forum=forum).exclude(pk=office.pk)
    assert [one.ends_on for one in others] == [None]


def test_a_vacancy_that_somebody_has_told_about_stands(world: cast.World) -> None:
    """A hand-over on the last day itself; Mora's four are given back, one of them with what has been written since."""
    mandate = cast.attested(world)
    cast.attested(world, "mora_representative", cast.MORAS)
    election, coordinator = planned(world), fresh(world.person["coordinator"])
    mandate_actions.hand_over(
        mandate=mandate, lines=[mandate.lines.get()], ended_on=LAST_DAY, reason="Slutar.", by=coordinator,
        vacancy={"note": "Rekrytering pågår."},
    )  # fmt: skip
    seat = world.seat("orsa")
    vacancy = Vacancy.objects.get(seat=seat)
    vacancy.note = "Någon väntas."
    audit.save(vacancy, by=coordinator, verb="saved")
    withdrawn(world, election)
    assert list(Vacancy.objects.order_by("pk").values_list("seat", "starts_on", "note")) == [
        (world.seat("falun").pk, NEW_YEAR, "Rekrytering pågår."), (seat.pk, NEW_YEAR, "Någon väntas."),
    ]  # fmt: skip
    assert list(Vacancy.objects.known_on(NEW_YEAR).values_list("seat", flat=True)) == [world.seat("falun").pk]


def test_a_deputy_given_back_leaves_the_vacancy(world: cast.World) -> None:
    """The seat itself is vacant: the representative's line was ended for good."""
    mandate = cast.attested(world)
    grant(world, "reader", Role.REPRESENTATIVE)
    deputy = mandate_actions.start_mandate(edition=world.edition, by=fresh(world.person["reader"]))
    mandate_actions.choose_seats(mandate=deputy, seats=[world.seat("falun")], by=fresh(world.person["reader"]))
    cast.fill(world, deputy.lines.get(), kind="deputy")
    mandate_actions.submit(mandate=deputy, by=fresh(world.person["reader"]))
    version = Mandate.objects.get(pk=deputy.pk).version
    mandate_actions.attest(line=deputy.lines.get(), version=version, by=world.person["commissioner"])
    election, line = planned(world), mandate.lines.get()
    mandate_actions.end_line(line=line, ended_on=LAST_DAY, reason="Slutar.", by=world.person["coordinator"])
    withdrawn(world, election)
    assert (deputy.lines.get().ends_on, mandate.lines.get().last_day) == (None, LAST_DAY)
    assert Vacancy.objects.get().starts_on == NEW_YEAR


@pytest.mark.parametrize("state", ["draft", "waiting", "attested"])
def test_withdrawn_a_form_renewed_since_goes_on_too(world: cast.World, state: str) -> None:
    mandate = cast.attested(world)
    person, election = fresh(world.person["representative"]), planned(world)
    draft = mandate_actions.renew(mandate=mandate, by=person)
    if state != "draft":
        mandate_actions.submit(mandate=draft, by=person)
    if state == "attested":
        version = Mandate.objects.get(pk=draft.pk).version
        mandate_actions.attest(line=draft.lines.get(), version=version, by=fresh(world.person["commissioner"]))
    line = draft.lines.get()
    assert (line.state, line.ends_on) == (state, LAST_DAY)
    version = Mandate.objects.get(pk=draft.pk).version
    withdrawn(world, election)
    line.refresh_from_db()
    assert (line.state, line.ends_on, line.mandate.version) == (state, None, version + 1)
    assert (mandate.lines.get().ends_on, list(Vacancy.objects.all())) == (None, [])
    assert world.seat("falun").mandate_lines.held_on(NEW_YEAR).count() == 1


def test_an_end_of_its_own_stays_on_a_renewed_form(world: cast.World) -> None:
    mandate, person = cast.attested(world), fresh(world.person["representative"])
    election = planned(world)
    draft = mandate_actions.renew(mandate=mandate, by=person)
    cast.fill(world, draft.lines.get(), starts_on=timezone.localdate() + timedelta(days=1), ends_on=NEW_YEAR)
    withdrawn(world, election)
    assert draft.lines.get().ends_on == NEW_YEAR


def test_nobody_is_asked_to_sign_anew_what_a_renewal_ends(world: cast.World) -> None:
    cast.attested(world)
    newer = FormEdition(forum=world.forum, name="Utgåva 2", valid_from=date(2021, 1, 1), published_at=timezone.now())
    audit.save(newer, by=None, verb="imported")
    assert [len(renewals.renewals(newer).rows), len(renewals.renewals(newer).unasked)] == [1, 1]
    election = planned(world)
    assert renewals.renewals(newer).rows == []
    assert renewals.renewal_of(Mandate.objects.get(), newer).left == []
    withdrawn(world, election)
    assert len(renewals.renewals(newer).unasked) == 1


def test_untouched_drafts_go_with_the_renewal(world: cast.World, as_person: AsPerson) -> None:
    """Four seats on one draft, which is withdrawn, and its person told."""
    cast.attested(world, "mora_representative", cast.MORAS)
    election, coordinator = planned(world), fresh(world.person["coordinator"])
    for item in ElectionItem.objects.filter(election=election, kind=ElectionKind.SEAT):
        actions.name_again(item=item, by=coordinator)
    draft = Mandate.objects.drafts().get()
    Message.objects.all().delete()
    withdrawn(world, election)
    draft.refresh_from_db()
    assert (draft.state, draft.withdrawn_by, draft.lines.count()) == ("withdrawn", coordinator, 0)
    assert sorted(subject for name, subject in sent() if name == "Maj Morasson") == [
        f"Utkast borttaget: {name} kommun" for name in ("Malung-Sälens", "Mora", "Orsa", "Älvdalens")
    ]
    page = text_of(as_person("mora_representative").get(draft.get_absolute_url()))
    assert ("Fel dag." in page, "Tog bort Mora kommun." in page) == (True, True)


def test_a_draft_that_the_person_had_begun_loses_the_seat_only(world: cast.World) -> None:
    cast.attested(world, "mora_representative", ("mora", "orsa"))
    person, coordinator = fresh(world.person["mora_representative"]), fresh(world.person["coordinator"])
    draft = mandate_actions.start_mandate(edition=world.edition, by=person)
    mandate_actions.choose_seats(mandate=draft, seats=[world.seat("alvdalen")], by=person)
    election = planned(world)
    assert actions.name_again(item=item_of(election, "mora", ElectionKind.SEAT), by=coordinator) == draft
    withdrawn(world, election)
    draft.refresh_from_db()
    assert (draft.state, [line.seat for line in draft.lines.all()]) == ("draft", [world.seat("alvdalen")])


def test_drafts_that_somebody_has_touched_are_in_the_way(world: cast.World) -> None:
    cast.attested(world)
    person, coordinator = fresh(world.person["representative"]), fresh(world.person["coordinator"])
    election = planned(world)
    draft = actions.name_again(item=item_of(election, "falun", ElectionKind.SEAT), by=coordinator)
    assert draft
    cast.fill(world, draft.lines.get(), starts_on=NEW_YEAR)
    told = f"Falun: Plats i Länsgruppen: {draft.reference} "
    with pytest.raises(MoveRefused, match=f"{told}har sparats.$"):
        withdrawn(world, election)
    mandate_actions.submit(mandate=draft, by=person)
    with pytest.raises(MoveRefused, match=f"{told}är inskickat.$"):
        withdrawn(world, election)
    mandate_actions.withdraw(mandate=draft, reason="Nyvalet återtas.", by=person)
    withdrawn(world, election)
    assert MandateSeat.objects.get(state="attested").ends_on is None


def test_a_form_is_renewed_before_the_day(world: cast.World) -> None:
    """A change in the meantime is signed as always, and ends with the renewal as the form before it."""
    mandate = cast.attested(world)
    planned(world)
    draft = mandate_actions.renew(mandate=mandate, by=fresh(world.person["representative"]))
    line = draft.lines.get()
    assert (line.starts_on, line.ends_on) == (timezone.localdate() + timedelta(days=1), LAST_DAY)
    mandate_actions.submit(mandate=draft, by=fresh(world.person["representative"]))
    version = Mandate.objects.get(pk=draft.pk).version
    mandate_actions.attest(line=line, version=version, by=fresh(world.person["commissioner"]))
    assert [one.mandate_id for one in world.seat("falun").mandate_lines.held_on(LAST_DAY)] == [draft.pk]


def test_a_role_that_never_began_takes_its_row_with_it(world: cast.World) -> None:
    election = planned(world)
    role = Membership.objects.get(user=world.person["future"])
    assert ElectionItem.objects.filter(membership=role).count() == 1
    coordinator = fresh(world.person["coordinator"])
    organisation_actions.end_role(membership=role, by=coordinator, ends_on=timezone.localdate(), reason="Kom aldrig.")
    assert ElectionItem.objects.filter(election=election, organisation=world.org["falun"]).count() == 2


# --- named again --------------------------------------------------------------------------------------------------------


def test_progress_follows_the_facts(world: cast.World) -> None:
    cast.attested(world)
    forum = council(world)
    body(world, "falun")
    election = planned(world, forum)
    coordinator = fresh(world.person["coordinator"])
    assert states(election, coordinator, "falun") == dict.fromkeys(
        ("falun: Socialnämnden", "falun: Ordförande i Rådet", "falun: Socialnämndens ordförande i Rådet",
         "falun: Plats i Länsgruppen", "falun: Uppdragsgivare"), "Saknas"
    )  # fmt: skip
    draft = mandate_actions.start_mandate(edition=world.edition, by=world.person["representative"])
    assert states(election, coordinator, "falun")["falun: Plats i Länsgruppen"] == "Utsedd"
    line = draft.lines.get()
    cast.fill(world, line, starts_on=NEW_YEAR)
    mandate_actions.submit(mandate=draft, by=world.person["representative"])
    assert states(election, coordinator, "falun")["falun: Plats i Länsgruppen"] == "Uppdrag inskickat"
    version = Mandate.objects.get(pk=draft.pk).version
    mandate_actions.attest(line=draft.lines.get(), version=version, by=world.person["commissioner"])
    assert states(election, coordinator, "falun")["falun: Plats i Länsgruppen"] == "Attesterat"
    organisation_actions.grant_role(
        user=world.person["reader"], role=Role.COMMISSIONER, scope=world.org["falun"], by=None, starts_on=NEW_YEAR
    )
    page = queries.election_page(election, coordinator)
    falun = page.progress[0]
    assert [(need.label, need.state.text, need.named) for need in falun.needs if need.state.is_done] == [
        ("Plats i Länsgruppen", "Attesterat", ["Rut Representant"]),
        ("Uppdragsgivare", "Utsedd", ["Lena Läsare"]),
    ]
    assert (falun.done, len(falun.needs), page.done, page.total) == (2, 5, 2, 10)


def test_the_same_person_goes_on_with_all_four_seats_on_one_form(world: cast.World) -> None:
    old = cast.attested(world, "mora_representative", cast.MORAS)
    election = planned(world)
    Message.objects.all().delete()
    coordinator = fresh(world.person["coordinator"])
    items = ElectionItem.objects.filter(election=election, kind=ElectionKind.SEAT)
    drafts = [actions.name_again(item=item, by=coordinator) for item in items]
    assert len(drafts) == 4
    draft = Mandate.objects.drafts().get(representative=old.representative)
    assert drafts == [draft] * 4
    assert sorted(line.seat.organisation.slug for line in draft.lines.all()) == sorted(cast.MORAS)
    assert {(line.starts_on, line.ends_on, line.share_percent, line.state) for line in draft.lines.all()} == {
        (NEW_YEAR, None, Decimal("12.5"), "draft")
    }
    assert {contact.name for line in draft.lines.all() for contact in line.contacts.all()} == {
        f"{cast.canary(slug)} kontakt" for slug in cast.MORAS
    }
    assert {name for name, _ in sent()} == {"Maj Morasson"}
    with pytest.raises(MoveRefused, match="Plats i Länsgruppen är redan utsedd"):
        actions.name_again(item=items[0], by=coordinator)


def test_a_draft_from_before_is_about_another_time(world: cast.World) -> None:
    cast.attested(world)
    person, coordinator = fresh(world.person["representative"]), fresh(world.person["coordinator"])
    draft, place = mandate_actions.start_mandate(edition=world.edition, by=person), "falun: Plats i Länsgruppen"
    election = planned(world)
    assert states(election, coordinator)[place] == "Saknas"
    with pytest.raises(MoveRefused, match=f"Rut Representant har redan ett utkast för platsen, {draft.reference}"):
        actions.name_again(item=item_of(election, "falun", ElectionKind.SEAT), by=coordinator)
    cast.fill(world, draft.lines.get(), starts_on=NEW_YEAR)
    assert states(election, coordinator)[place] == "Utsedd"
    mandate_actions.submit(mandate=draft, by=person)
    version = Mandate.objects.get(pk=draft.pk).version
    assert states(election, coordinator)[place] == "Uppdrag inskickat"
    commissioner = fresh(world.person["commissioner"])
    mandate_actions.send_back(line=draft.lines.get(), version=version, comment="Ändra.", by=commissioner)
    assert states(election, coordinator)[place] == "Utsedd"


def test_the_same_committee_chair_and_commissioner_go_on(world: cast.World) -> None:
    forum, committee = council(world), body(world, "falun")
    election = planned(world, forum)
    grant(world, "registrar", Role.ADMINISTRATOR)
    by = fresh(world.person["registrar"])
    for item in ElectionItem.objects.filter(election=election, organisation=world.org["falun"]):
        if queries.person_of(item) not in {world.person["future"], world.person["deactivated"]}:
            assert actions.name_again(item=item, by=by) is None
    committee.refresh_from_db()
    assert (committee.ends_on, verbs(committee)[-1]) == (None, "reopened")
    chair = Membership.objects.get(forum=forum, starts_on=NEW_YEAR)
    office = Appointment.objects.get(seat__forum=forum, starts_on=NEW_YEAR)
    assert (chair.user, office.holder, office.ends_on) == (world.person["reader"], world.person["reader"], None)
    assert list(User.objects.commissioners_of(world.org["falun"], NEW_YEAR)) == [world.person["commissioner"]]
    assert set(states(election, by, "falun").values()) == {"Utsedd"}


def test_another_committee_takes_over_and_two_become_one(world: cast.World) -> None:
    first, second = body(world, "falun"), body(world, "falun", "Omsorgsnämnden")
    election = planned(world)
    registrar = fresh(world.person["registrar"])
    items = {item.body: item for item in ElectionItem.objects.filter(election=election, kind=ElectionKind.BODY)}
    actions.name_body(item=items[first], name="Välfärdsnämnden", by=registrar)
    actions.name_body(item=items[second], name="välfärdsnämnden", by=registrar)
    new = DecidingBody.objects.get(name="Välfärdsnämnden")
    assert (new.organisation, new.kind, new.starts_on, new.ends_on) == (world.org["falun"], "committee", NEW_YEAR, None)
    assert set(ElectionItem.objects.filter(kind=ElectionKind.BODY).values_list("new_body", flat=True)) == {new.pk}
    with pytest.raises(MoveRefused, match="Socialnämnden är redan utsedd"):
        actions.name_body(item=items[first], name="Annat", by=registrar)


def test_withdrawn_a_new_committee_does_not_take_over(world: cast.World) -> None:
    """Not even where two were to become it; one that is counted on already is in the way, and can be named later."""
    first, second = body(world, "falun"), body(world, "falun", "Omsorgsnämnden")
    there = body(world, "sater", "Nämnden som finns")
    body(world, "sater")
    election = planned(world)
    coordinator = fresh(world.person["coordinator"])
    items = {item.body: item for item in ElectionItem.objects.filter(election=election, kind=ElectionKind.BODY)}
    for ended in (first, second):
        actions.name_body(item=items[ended], name="Välfärdsnämnden", by=coordinator)
    sater = next(
        item
        for item in items.values()
        if item.body and item.body != there and item.body.organisation_id == there.organisation_id
    )
    actions.name_again(item=items[there], by=coordinator)
    actions.name_body(item=sater, name="Nämnden som finns", by=coordinator)
    new = DecidingBody.objects.get(name="Välfärdsnämnden")
    organisation_actions.add_meetings(body=new, days=[NEW_YEAR], by=coordinator)
    with pytest.raises(
        MoveRefused, match=r"Falun: \w+ har ett nytt organ, Välfärdsnämnden, som redan används: sammanträden\.$"
    ):
        actions.withdraw_election(election=election, reason="Fel.", by=coordinator)
    assert ElectionItem.objects.filter(new_body=new).count() == 2
    organisation_actions.remove_meeting(meeting=new.meetings.get(), by=coordinator)
    actions.withdraw_election(election=election, reason="Fel.", by=coordinator)
    new.refresh_from_db()
    yesterday = timezone.localdate() - timedelta(days=1)
    assert (new.starts_on, new.ends_on, verbs(new)) == (None, yesterday, ["added", "dropped"])
    assert {one.ends_on for one in DecidingBody.objects.exclude(pk=new.pk)} == {None}
    assert not ElectionItem.objects.filter(new_body__isnull=False).exists()
    again = planned(world)
    item = ElectionItem.objects.get(election=again, body=first)
    actions.name_body(item=item, name="Välfärdsnämnden", by=coordinator)
    new.refresh_from_db()
    assert (item.election, new.starts_on, new.ends_on) == (again, NEW_YEAR, None)


def test_a_joint_committee_keeps_those_that_it_decides_for(world: cast.World) -> None:
    joint = organisation_actions.add_body(
        organisation=world.org["mora"], kind=BodyKind.JOINT_COMMITTEE, name="Gemensamma nämnden", by=None,
        participants=[world.org["orsa"]],
    )  # fmt: skip
    election = planned(world)
    item = ElectionItem.objects.get(election=election, body=joint)
    actions.name_body(item=item, name="Nya nämnden", by=fresh(world.person["coordinator"]))
    assert [row.organisation for row in JointParticipant.objects.filter(body__name="Nya nämnden")] == [
        world.org["orsa"]
    ]


def test_an_ended_committee_does_not_take_over(world: cast.World) -> None:
    body(world, "falun")
    old = body(world, "falun", "Nämnden som var")
    old.ends_on = timezone.localdate() - timedelta(days=1)
    audit.save(old, by=None, verb="ended")
    election = planned(world)
    item = ElectionItem.objects.get(election=election, kind=ElectionKind.BODY)
    with pytest.raises(ValidationError, match="Nämnden som var är avslutat"):
        actions.name_body(item=item, name="Nämnden som var", by=fresh(world.person["registrar"]))
    actions.name_body(item=item, name="Socialnämnden", by=fresh(world.person["registrar"]))
    assert DecidingBody.objects.get(name="Socialnämnden").ends_on is None


def test_somebody_who_has_left_does_not_go_on(world: cast.World) -> None:
    cast.attested(world)
    election = planned(world)
    person = world.person["representative"]
    person.is_active = False
    audit.save(person, by=None, verb="deactivated")
    with pytest.raises(MoveRefused, match="Rut Representant har inte längre något konto"):
        actions.name_again(item=item_of(election, "falun", ElectionKind.SEAT), by=fresh(world.person["coordinator"]))


def test_who_names_again(world: cast.World) -> None:
    """Bodies: the registrar; the rest: the administrator; all of it: the coordinator; nobody else."""
    cast.attested(world)
    body(world, "falun")
    election = planned(world)
    committee, seat = (item_of(election, "falun", kind) for kind in (ElectionKind.BODY, ElectionKind.SEAT))
    stood = everything()
    nobody = ("steering", "representative", "commissioner", "outsider")
    for item, keys in ((committee, ("administrator", *nobody)), (seat, ("registrar", *nobody))):
        for key in keys:
            with pytest.raises(Refused):
                actions.name_again(item=item, by=fresh(world.person[key]))
    assert everything() == stood
    actions.name_again(item=committee, by=fresh(world.person["registrar"]))
    actions.name_again(item=seat, by=fresh(world.person["administrator"]))


# --- pages --------------------------------------------------------------------------------------------------------------


def posted(world: cast.World, **values: Any) -> dict[str, Any]:
    chosen = {
        "starts_on": str(NEW_YEAR),
        "kinds": [kind.value for kind in ElectionKind],
        "forums": [world.forum.pk],
        "organisations": [world.org[slug].pk for slug in MUNICIPALITIES],
        "seen": "",
    }
    return {**chosen, **values}


def text_of(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split()).replace("\N{NO-BREAK SPACE}", " ")


def test_planning_is_offered_when_none_is_planned(world: cast.World, as_person: AsPerson) -> None:
    cast.attested(world)
    client, plan = as_person("coordinator"), reverse("election_plan")
    assert plan in client.get(reverse("election_list")).content.decode()
    election = planned(world)
    page = text_of(client.get(reverse("election_list")))
    assert (plan in client.get(reverse("election_list")).content.decode(), "Ett annat kan planeras" in page) == (
        False,
        True,
    )
    assert 'name="starts_on"' not in client.get(plan).content.decode()
    actions.withdraw_election(election=election, reason="Fel dag.", by=world.person["coordinator"])
    assert plan in client.get(reverse("election_list")).content.decode()


def test_municipalities_and_the_region_are_preselected(world: cast.World, as_person: AsPerson) -> None:
    council(world)
    form = as_person("coordinator").get(reverse("election_plan")).context["form"]
    assert sorted(one.slug for one in form.initial["organisations"]) == sorted(MUNICIPALITIES)
    assert sorted(forum.slug for forum in form.initial["forums"]) == ["lansgruppen", "radet"]
    assert form.initial["starts_on"] == NEW_YEAR


def test_planning_shows_first_and_does_it_when_sent_again(world: cast.World, as_person: AsPerson) -> None:
    cast.attested(world)
    client, url = as_person("coordinator"), reverse("election_plan")
    stood = everything()
    shown = client.post(url, posted(world))
    assert (shown.status_code, everything() == stood, Election.objects.count()) == (200, True, 0)
    text = text_of(shown)
    assert "4 slutar, 2 ska utses" in text
    assert "Meddelandet går till 1 administratör" in text
    assert f"Nyval {NEW_YEAR}: Falu kommun ska utse på nytt" in text
    assert "De här får inget meddelande: Malung-Sälens kommun, Mora kommun, Orsa kommun, Älvdalens kommun." in text
    seen = shown.context["form"]["seen"].value()
    otherwise = client.post(url, posted(world, seen=seen, kinds=["commissioner"]))
    assert "Granska listan igen" in text_of(otherwise)
    assert Election.objects.count() == 0
    done = client.post(url, posted(world, seen=seen))
    election = Election.objects.get()
    assert (done.status_code, done.headers["Location"]) == (302, election.get_absolute_url())
    assert "redan ett planerat nyval" in text_of(client.get(url))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"starts_on": "2020-01-01"}, "Välj en dag som kommer."),
        ({"starts_on": "\0"}, "Skriv datumet"),
        ({"kinds": ["allt"]}, "Välj i listan."),
        ({"forums": []}, "Välj minst ett forum"),
        ({"forums": ["\0"]}, "Null-tecken"),
        ({"forums": ["x"]}, "Välj forum i listan."),
        ({"organisations": ["9" * 40]}, "Välj organisationer i listan."),
        ({"organisations": []}, "Välj minst en organisation."),
    ],
)
def test_bad_input_is_told_beside_the_field(
    world: cast.World, as_person: AsPerson, values: dict[str, Any], fault: str
) -> None:
    response = as_person("coordinator").post(reverse("election_plan"), posted(world, **values))
    assert (response.status_code, Election.objects.count()) == (200, 0)
    assert fault in " ".join(fault for faults in response.context["form"].errors.values() for fault in faults)


def test_the_whole_way_in_the_pages(world: cast.World, as_person: AsPerson) -> None:
    cast.attested(world)
    body(world, "falun")
    election = planned(world)
    url = election.get_absolute_url()
    registrar, administrator = as_person("registrar"), as_person("administrator")
    committee, seat = (item_of(election, "falun", kind) for kind in (ElectionKind.BODY, ElectionKind.SEAT))
    text = text_of(registrar.get(url))
    assert "0 av 3 klara" in text
    assert "Samma organ fortsätter: Socialnämnden, Falu kommun" in text
    assert "Samma person fortsätter" not in text
    page = reverse("election_body", args=[election.pk, committee.pk])
    assert "Skriv vad organet heter." in text_of(registrar.post(page, {"name": ""}))
    assert registrar.post(page, {"name": "Nya nämnden"}).headers["Location"] == url
    again = reverse("election_again", args=[election.pk, seat.pk])
    answer = administrator.post(again, follow=True)
    draft = Mandate.objects.drafts().get()
    assert f"Plats i Länsgruppen: utkastet {draft.reference} är förberett" in text_of(answer)
    assert "är redan utsedd." in text_of(administrator.post(again, follow=True))
    assert f"Öppna {draft.reference}" in text_of(administrator.get(url))
    assert "1 av 3 klara" in text_of(as_person("steering").get(url))
    assert administrator.get(draft.get_absolute_url()).status_code == 200


def test_withdrawing_in_the_page(world: cast.World, as_person: AsPerson) -> None:
    cast.attested(world)
    election, client = planned(world), as_person("coordinator")
    url = reverse("election_withdraw", args=[election.pk])
    assert "Skriv varför nyvalet återtas." in text_of(client.post(url, {"reason": ""}))
    done = client.post(url, {"reason": "Fel dag."}, follow=True)
    assert "Det som gällde förut gäller igen." in text_of(done)
    assert "Fel dag." in text_of(done)
    assert client.get(url).status_code == 302


def doors(election: Election, item: ElectionItem) -> dict[str, str]:
    return {
        "list": reverse("election_list"),
        "detail": election.get_absolute_url(),
        "plan": reverse("election_plan"),
        "withdraw": reverse("election_withdraw", args=[election.pk]),
        "body": reverse("election_body", args=[election.pk, item.pk]),
    }


ANSWERS = {
    "coordinator": [200, 200, 200, 200, 200],
    "steering": [200, 200, 404, 403, 403],
    "registrar": [200, 200, 404, 403, 200],
    "administrator": [200, 200, 404, 403, 403],
    "representative": [404] * 5,
    "commissioner": [404] * 5,
    "chair": [404] * 5,
    "outsider": [404] * 5,
    "anonymous": [302] * 5,
}


def test_who_reads(world: cast.World, as_person: AsPerson) -> None:
    body(world, "falun")
    election = planned(world)
    item = item_of(election, "falun", ElectionKind.BODY)
    again = reverse("election_again", args=[election.pk, item.pk])
    stood = everything()
    for key, answers in ANSWERS.items():
        client = as_person(key)
        assert [client.get(url).status_code for url in doors(election, item).values()] == answers, key
        assert client.get(again).status_code == {200: 405}.get(answers[0], answers[0]), key
        if key not in {"coordinator", "registrar"}:
            assert client.post(again).status_code == {200: 403}.get(answers[0], answers[0]), key
    assert everything() == stood


def test_another_organisation_sees_its_own_list_only(world: cast.World, as_person: AsPerson) -> None:
    """Orsa's administrator reads of Orsa, Polisen's of nothing, and a protected person is named to neither."""
    cast.attested(world, "mora_representative", cast.MORAS)
    body(world, "falun", f"{cast.canary('falun')}nämnden")
    grant(world, "orsa_reader", Role.ADMINISTRATOR, "orsa")
    grant(world, "outsider", Role.ADMINISTRATOR, "polisen")
    election = planned(world)
    item = item_of(election, "falun", ElectionKind.BODY)
    orsa, polisen = as_person("orsa_reader"), as_person("outsider")
    text = text_of(orsa.get(election.get_absolute_url()))
    assert ("Orsa kommun" in text, "Mora kommun" in text, cast.canary("falun") in text) == (True, False, False)
    assert orsa.post(reverse("election_again", args=[election.pk, item.pk])).status_code == 404
    assert orsa.get(reverse("election_body", args=[election.pk, item.pk])).status_code == 404
    assert polisen.get(election.get_absolute_url()).status_code == 404
    assert "Inget nyval är planerat" in text_of(polisen.get(reverse("election_list")))


def test_a_protected_person_is_told_by_function(world: cast.World, as_person: AsPerson) -> None:
    cast.attested(world)
    person = world.person["representative"]
    person.has_protected_identity = True
    audit.save(person, by=None, verb="saved")
    url = planned(world).get_absolute_url()
    shown = {key: "Rut Representant" in text_of(as_person(key).get(url)) for key in ("steering", "administrator")}
    assert shown == {"steering": False, "administrator": True}


def test_a_protected_chair_is_named_where_the_person_acts(world: cast.World, as_person: AsPerson) -> None:
    """Säter's person is chair where Falun's was: Falun reads of the function, who sees to Säter too of the person."""
    forum = council(world)
    election = planned(world, forum)
    for key, slug in (("registrar", "falun"), ("reader", "falun"), ("reader", "sater")):
        grant(world, key, Role.ADMINISTRATOR, slug)
    person = world.person["sater_representative"]
    organisation_actions.grant_role(user=person, role=Role.CHAIR, scope=forum, by=None, starts_on=NEW_YEAR)
    person.has_protected_identity = True
    audit.save(person, by=None, verb="saved")
    chair = item_of(election, "falun", ElectionKind.CHAIR)

    def named(key: str) -> list[str]:
        page = queries.election_page(election, fresh(world.person[key]))
        needs = [need for one in page.progress for need in one.needs if need.rows[0].item == chair]
        return [name for need in needs for name in need.named]

    assert named("registrar") == ["Ordförande i Rådet"]
    assert (named("reader"), named("coordinator")) == (["Sara Sätersson"], ["Sara Sätersson"])
    assert "Sara Sätersson" not in text_of(as_person("registrar").get(election.get_absolute_url()))


def test_the_home_page_tells_what_is_left(world: cast.World, as_person: AsPerson) -> None:
    election = planned(world)
    task = f"Utse på nytt vid nyvalet {NEW_YEAR}"
    keys = ("administrator", "registrar", "coordinator", "representative", "steering", "outsider")
    shown = [key for key in keys if task in text_of(as_person(key).get("/"))]
    assert shown == ["administrator", "registrar", "coordinator"]
    grant_again = item_of_commissioner(election, world)
    actions.name_again(item=grant_again, by=fresh(world.person["administrator"]))
    assert [key for key in keys if task in text_of(as_person(key).get("/"))] == ["coordinator"]


def item_of_commissioner(election: Election, world: cast.World) -> ElectionItem:
    return ElectionItem.objects.get(election=election, membership__user=world.person["commissioner"])


# --- who waits for whom -------------------------------------------------------------------------------------------------


def held(captured: Any) -> list[str]:
    """The tables whose rows were locked, in order, those that were not locked against being referred to."""
    found = [query["sql"] for query in captured if "FOR NO KEY UPDATE" in query["sql"]]
    tables = [sql.partition(' FROM "')[2].partition('"')[0].partition("_")[2] for sql in found]
    return list(dict.fromkeys(tables))


def test_everybody_takes_the_locks_in_the_same_order(
    world: cast.World,
) -> None:
    """Forms, people, organisations, the partnership, the renewal, then what it ends."""
    cast.attested(world)
    with CaptureQueriesContext(connection) as captured:
        election = planned(world)
    assert held(captured) == ["mandate", "organisation", "partnership", "seat", "membership"]
    item = item_of(election, "falun", ElectionKind.SEAT)
    with CaptureQueriesContext(connection) as captured:
        actions.name_again(item=item, by=fresh(world.person["coordinator"]))
    assert held(captured) == ["user", "organisation", "election"]
    with CaptureQueriesContext(connection) as captured:
        withdrawn(world, election)
    assert held(captured) == ["mandate", "organisation", "partnership", "election", "seat", "membership"]
    assert not any("FOR UPDATE" in query["sql"] for query in captured)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_named_again_at_once(transactional_world: cast.World) -> None:
    """Whoever comes second sees what the first did: no draft is left of a renewal that has been withdrawn."""
    world = transactional_world
    cast.attested(world)
    election = planned(world)
    item = item_of(election, "falun", ElectionKind.SEAT)
    by = fresh(world.person["coordinator"])
    with slow("mandates_election"):
        outcomes = together(
            lambda: actions.withdraw_election(election=election, reason="Fel dag.", by=by),
            lambda: actions.name_again(item=item, by=by),
        )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Mandate) or str(outcomes[1]) == actions.WITHDRAWN
    assert list(Mandate.objects.drafts()) == []
    assert MandateSeat.objects.get().ends_on is None


# --- two at once --------------------------------------------------------------------------------------------------------


def two_plans(world: cast.World) -> list[Any]:
    cast.attested(world)
    organisation_actions.grant_role(
        user=world.person["reader"], role=Role.COORDINATOR, scope=Partnership.objects.get(), by=None,
        starts_on=timezone.localdate(),
    )  # fmt: skip
    plan = plan_of(world)
    seen = queries.seen_of(plan, queries.covered(plan))
    first, second = fresh(world.person["coordinator"]), fresh(world.person["reader"])
    with slow("mandates_election", "INSERT"):
        return together(
            lambda: actions.plan_election(plan=plan, seen=seen, by=first),
            lambda: actions.plan_election(plan=plan, seen=seen, by=second),
        )


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_plan_one(transactional_world: cast.World) -> None:
    outcomes = two_plans(transactional_world)
    assert outcomes == [Election.objects.get()] * 2
    assert MandateSeat.history.filter(verb="ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_second_fails(transactional_world: cast.World) -> None:
    with no_locks():
        outcomes = two_plans(transactional_world)
    refused = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError | ValidationError)]
    assert (len(refused), Election.objects.count()) == (1, 1)  # the constraint holds where the lock does not
