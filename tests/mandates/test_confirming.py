"""The yearly confirmation: due dates, what has changed, one click, and the new form where something has."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, queries
from mandates.models import Confirmation, FormEdition, Mandate, MandateSeat
from organisations.enums import Role
from organisations.models import Membership, User
from tests.factories import cast
from tests.factories.filling import grant, verbs


def later(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def line_of(mandate: Mandate) -> MandateSeat:
    return queries.full_lines(mandate).get()


def due(mandate: Mandate, day: date) -> queries.Due:
    found = queries.confirmation_due(line_of(mandate), day)
    assert found
    return found


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), date(2027, 3, 1)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 12, 31), date(2024, 12, 31)),
    ],
)
def test_a_year_later(day: date, expected: date) -> None:
    from mandates.queries.life import a_year_after

    assert a_year_after(day) == expected


def test_due_in_words(world: cast.World) -> None:
    mandate = cast.attested(world)
    today = timezone.localdate()
    due_on = due(mandate, today).due_on
    assert due_on == date(today.year + 1, today.month, today.day)
    near, after = due_on - timedelta(days=60), due_on + timedelta(days=1)
    assert [
        (due(mandate, day).text, due(mandate, day).tone, due(mandate, day).is_near) for day in (today, near, after)
    ] == [
        (f"Ska bekräftas senast {due_on}", "neutral", False),
        (f"Ska bekräftas senast {due_on}", "warning", True),
        (f"Försenat: skulle ha bekräftats senast {due_on}", "bad", True),
    ]
    actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=world.person["representative"])
    found = due(mandate, today)
    assert (found.text, found.tone) == (f"Bekräftat {today}, ska bekräftas senast {due_on}", "good")
    assert due(mandate, after).text == f"Försenat: skulle ha bekräftats senast {due_on} (bekräftat {today})"


def test_what_ends_before_is_not_asked_for(world: cast.World) -> None:
    mandate = cast.attested(world)
    line = line_of(mandate)
    assert queries.confirmation_due(line, later(-31)) is None
    actions.end_line(line=line, ended_on=later(20), reason="Slutar.", by=world.person["commissioner"])
    assert queries.confirmation_due(line_of(mandate), later(0)) is None


def test_asked_for_within_sixty_days(world: cast.World) -> None:
    mandate = cast.attested(world)
    due_on = due(mandate, later(0)).due_on
    person = world.person["representative"]
    assert queries.lines_to_confirm(person, due_on - timedelta(days=61)) == []
    found = queries.lines_to_confirm(person, due_on - timedelta(days=60))
    assert [(line.pk, one.due_on) for line, one in found] == [(line_of(mandate).pk, due_on)]
    assert queries.lines_to_confirm(world.person["commissioner"], due_on) == []


def test_twice_the_same_day_is_one_row(world: cast.World) -> None:
    mandate = cast.attested(world)
    by, line = world.person["representative"], line_of(mandate)
    assert actions.confirm(mandate=mandate, lines=[line], by=by) == 1
    assert actions.confirm(mandate=mandate, lines=[line], by=by) == 0
    row = Confirmation.objects.get()
    assert (row.confirmed_on, row.confirmed_by, verbs(row)) == (later(0), by, ["confirmed"])
    assert row.stood["form"]["Namn"] == "Rut Representant"
    assert row.stood["contacts"] == [f"{cast.canary('falun')} kontakt"]


def test_what_has_changed_is_shown_and_remembered(world: cast.World) -> None:
    mandate = cast.attested(world)
    by = world.person["representative"]
    user = User.objects.get(pk=by.pk)
    user.phone, user.title = "010-999 99 99", "Enhetschef"
    audit.save(user, by=user, verb="saved")
    newer = FormEdition(forum=world.forum, name="Utgåva 2", valid_from=later(-1), published_at=timezone.now())
    audit.save(newer, by=None, verb="imported")
    role = Membership.objects.get(user=world.person["commissioner"])
    role.ends_on = later(-1)
    audit.save(role, by=None, verb="ended")
    [row] = queries.lines_to_look_over(Mandate.objects.get(), by)
    shown = {change.term: (change.then, change.now, change.is_known) for change in row.changes}
    assert shown == {
        "Befattning": ("Handläggare", "Enhetschef", False),
        "Telefon i arbetet": ("010-123 45 67", "010-999 99 99", False),
        "Formulär": ("Utgåva 1", "Utgåva 2", False),
        "Uppdragsgivare": (
            "Ulla Uppdragsgivare, Handläggare",
            "Ulla Uppdragsgivare, Handläggare har inte längre rollen",
            False,
        ),
    }
    actions.confirm(mandate=mandate, lines=[row.line], by=by)
    [row] = queries.lines_to_look_over(Mandate.objects.get(), by)
    assert [change.is_known for change in row.changes] == [True] * 4


def test_what_changes_while_the_page_is_open_is_shown_first(world: cast.World) -> None:
    mandate = cast.attested(world)
    by = world.person["representative"]
    seen = queries.seen_of(queries.lines_to_look_over(mandate, by))
    user = User.objects.get(pk=by.pk)
    user.title = "Enhetschef"
    audit.save(user, by=user, verb="saved")
    with pytest.raises(MoveRefused):
        actions.confirm(mandate=mandate, lines=[line_of(mandate)], seen=seen, by=by)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("key", ["commissioner", "coordinator", "sater_representative"])
def test_only_the_representative_confirms(world: cast.World, key: str) -> None:
    mandate = cast.attested(world)
    with pytest.raises(Refused):
        actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=world.person[key])
    assert not Confirmation.objects.exists()


def test_what_has_not_begun_is_not_confirmed(world: cast.World) -> None:
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.get(), starts_on=later(5))
    actions.submit(mandate=mandate, by=world.person["representative"])
    line = MandateSeat.objects.get()
    actions.attest(line=line, version=Mandate.objects.get().version, by=world.person["commissioner"])
    with pytest.raises(MoveRefused):
        actions.confirm(mandate=mandate, lines=[line], by=world.person["representative"])


# --- a change -----------------------------------------------------------------------------------------------------------


def test_the_new_form_knows_the_old_one_and_ends_it(world: cast.World) -> None:
    mandate = cast.attested(world)
    old, by = line_of(mandate), world.person["representative"]
    draft = actions.renew(mandate=mandate, by=by)
    line = draft.lines.get()
    assert (line.replaces, line.share_percent, line.commissioner, line.starts_on) == (
        old,
        old.share_percent,
        old.commissioner,
        later(1),
    )
    assert [contact.name for contact in line.contacts.all()] == [contact.name for contact in old.contacts.all()]
    assert actions.renew(mandate=mandate, by=by) == draft
    assert draft.lines.count() == 1
    actions.submit(mandate=draft, by=by)
    actions.attest(line=line, version=Mandate.objects.get(pk=draft.pk).version, by=world.person["commissioner"])
    old, line = MandateSeat.objects.get(pk=old.pk), MandateSeat.objects.get(pk=line.pk)
    assert (old.state, old.ended_on, old.ended_by, old.last_day) == ("ended", later(0), by, later(0))
    assert (line.state, line.starts_on) == ("attested", later(1))
    assert verbs(old)[-1] == "replaced"
    assert Mandate.objects.get(pk=mandate.pk).state == "ended"


def test_moras_four_seats_are_renewed_on_one_form(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    draft = actions.renew(mandate=mandate, by=world.person["mora_representative"])
    assert {line.seat.organisation.slug for line in draft.lines.all()} == set(cast.MORAS)
    assert [line.replaces_id for line in draft.lines.order_by("pk")] == sorted(
        line.pk for line in queries.full_lines(mandate)
    ) or {line.replaces_id for line in draft.lines.all()} == {line.pk for line in mandate.lines.all()}


@pytest.mark.parametrize("key", ["commissioner", "coordinator", "sater_representative"])
def test_only_the_representative_renews(world: cast.World, key: str) -> None:
    mandate = cast.attested(world)
    with pytest.raises(Refused):
        actions.renew(mandate=mandate, by=world.person[key])
    assert Mandate.objects.get() == mandate


def test_what_is_not_in_force_is_not_renewed(world: cast.World) -> None:
    mandate = cast.submitted(world)
    with pytest.raises(Refused):
        actions.renew(mandate=mandate, by=world.person["representative"])
    assert Mandate.objects.get() == mandate


# --- the pages ----------------------------------------------------------------------------------------------------------

As = Callable[[str], Client]


def test_the_page_confirms_by_one_click(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    client, url = as_person("mora_representative"), f"/uppdrag/{mandate.pk}/bekrafta/"
    page = client.get(url)
    assert page.content.decode().count("Inget som portalen känner till har ändrats") == 4
    post = {"lines": [line.pk for line in mandate.lines.all()], "seen": page.context["form"]["seen"].value()}
    for _ in range(2):
        assert client.post(url, post).status_code == 302
    assert Confirmation.objects.count() == 4
    shown = as_person("orsa_reader").get(mandate.get_absolute_url()).content.decode()
    assert shown.count("Bekräftat ") == 1  # of the own organisation's line only
    assert as_person("coordinator").get(mandate.get_absolute_url()).content.decode().count("Bekräftat ") == 4


def test_nothing_chosen_or_something_else(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    client, url = as_person("representative"), f"/uppdrag/{mandate.pk}/bekrafta/"
    for lines in ([], ["x"], [999999]):
        page = client.post(url, {"lines": lines, "seen": "\0"})
        assert (page.status_code, "lines" in page.context["form"].errors) == (200, True)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("commissioner", 403),
        ("coordinator", 403),
        ("registrar", 403),
        ("outsider", 404),
        ("nobody", 404),
        ("anonymous", 302),
    ],
)
def test_who_may_open_it(world: cast.World, as_person: As, key: str, status: int) -> None:
    mandate = cast.attested(world)
    for page in ("bekrafta", "fornya"):
        answer = as_person(key).post(f"/uppdrag/{mandate.pk}/{page}/", {"lines": [mandate.lines.get().pk]})
        assert answer.status_code == status
    assert (Confirmation.objects.count(), Mandate.objects.count()) == (0, 1)


def test_renewing_is_posted(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    client = as_person("representative")
    assert client.get(f"/uppdrag/{mandate.pk}/fornya/").status_code == 405
    for _ in range(2):
        draft = Mandate.objects.drafts().first()
        answer = client.post(f"/uppdrag/{mandate.pk}/fornya/")
        assert draft is None or answer.headers["Location"] == f"/uppdrag/{draft.pk}/kontaktuppgifter/"
    assert Mandate.objects.drafts().count() == 1


def test_the_history_tells_it(world: cast.World, as_person: As) -> None:
    mandate = cast.attested(world)
    actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=world.person["representative"])
    page = as_person("registrar").get(mandate.get_absolute_url()).content.decode()
    assert "Bekräftade uppdraget för Falu kommun." in page


def test_a_representative_without_the_role_cannot(world: cast.World) -> None:
    mandate = cast.attested(world)
    grant(world, "representative", Role.READER)
    role = Membership.objects.get(user=world.person["representative"], role=Role.REPRESENTATIVE)
    role.ends_on = later(-1)
    audit.save(role, by=None, verb="ended")
    by = User.objects.get(pk=world.person["representative"].pk)
    with pytest.raises(Refused):
        actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=by)


def test_next_year_it_is_asked_for_again(world: cast.World) -> None:
    mandate = cast.attested(world)
    by = world.person["representative"]
    actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=by)
    with time_machine.travel(timezone.now() + timedelta(days=364), tick=False):
        again = User.objects.get(pk=by.pk)
        assert actions.confirm(mandate=mandate, lines=[line_of(mandate)], by=again) == 1
    assert Confirmation.objects.count() == 2
