"""Reminders about mandates: who is silent, the ladder, what stops it, by hand and by itself, and the pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import audit, jobs
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Job, MailFrequency, Message
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions
from mandates.actions import reminders
from mandates.enums import Matter, Rung
from mandates.models import Mandate, MandateReminder, MandateSeat, ReminderLadder, ReminderPause
from mandates.queries import mandate_page
from mandates.queries import reminders as queries
from organisations.enums import Role
from organisations.models import Organisation, User
from tests.factories import cast, life
from tests.factories.filling import grant, verbs
from tests.mandates.test_races import fresh, kinds, no_locks, slow, together

NAME = "Rut Representant"
LADDER = {"is_on": True, "days_between": 14, "highest_rung": Rung.COMMISSIONER, "most_per_week": 2}


def later(days: int) -> Any:
    """So many days from now, in the middle of the day."""
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def row_of(mandate: Mandate) -> queries.SilentRow:
    [row] = queries.silent_of(mandate)
    return row


def to(rows: dict[Rung, list[queries.Receiver]]) -> dict[int, list[str]]:
    return {rung.value: [str(one.person.email if one.person else one.address) for one in rows[rung]] for rung in Rung}


def remind(world: cast.World, mandate: Mandate, **values: Any) -> list[MandateReminder]:
    key = row_of(mandate).silence.key
    return reminders.remind(mandate=mandate, key=key, by=world.person["coordinator"], **values)


def mail() -> list[tuple[str, str]]:
    """Reminders in the outbox: to whom, about what."""
    rows = Message.objects.filter(key__startswith="reminder-mandate-").select_related("recipient").order_by("pk")
    return [(message.to, message.subject) for message in rows]


def bodies() -> list[str]:
    return [one.body for one in Message.objects.filter(key__startswith="reminder-mandate-").order_by("pk")]


def protect(world: cast.World, key: str) -> None:
    person = User.objects.get(pk=world.person[key].pk)
    person.has_protected_identity = True
    audit.save(person, by=None, verb="saved")


def turn_on(world: cast.World, **values: Any) -> ReminderLadder:
    return reminders.save_ladder(forum=world.forum, values={**LADDER, **values}, by=world.person["coordinator"])


def pause(world: cast.World, mandate: Mandate | None = None, *, starts: int = 0, ends: int | None = None) -> Any:
    today = timezone.localdate()
    ends_on = None if ends is None else today + timedelta(days=ends)
    values = {"starts_on": today + timedelta(days=starts), "ends_on": ends_on, "reason": "Semester."}
    return reminders.pause(forum=world.forum, mandate=mandate, values=values, by=world.person["coordinator"])


# --- what is silent, and who must act ---------------------------------------------------------------------------------


def test_a_draft_waits_for_the_one_whose_it_is(world: cast.World) -> None:
    row = row_of(cast.draft(world))
    assert (row.silence.matter, row.silence.key, row.silence.line) == (Matter.DRAFT, "draft", None)
    assert to(row.receivers) == {
        1: ["representative@cast.example"],
        2: ["funktion@falun.example"],
        3: ["commissioner@cast.example"],
    }


def test_every_change_in_a_draft_begins_the_ladder_anew(world: cast.World) -> None:
    mandate = cast.draft(world)
    with later(20):
        assert row_of(mandate).is_due
        actions.choose_seats(mandate=mandate, seats=[world.seat("falun")], by=world.person["representative"])
        assert not row_of(mandate).is_due


def test_a_line_waits_for_its_commissioner_and_then_for_the_others(world: cast.World) -> None:
    grant(world, "registrar", Role.COMMISSIONER)
    grant(world, "representative", Role.COMMISSIONER)
    mandate = cast.submitted(world)
    row = row_of(mandate)
    assert row.silence.matter == Matter.WAITING
    assert row.silence.since == MandateSeat.objects.get().waiting_since
    assert to(row.receivers) == {
        1: ["commissioner@cast.example"],
        2: ["funktion@falun.example"],
        3: ["registrar@cast.example"],
    }


def test_a_line_that_was_sent_back_waits_for_the_representative(world: cast.World) -> None:
    row = row_of(cast.returned(world))
    line = MandateSeat.objects.get()
    assert (row.silence.matter, row.silence.line) == (Matter.RETURNED, line)
    assert to(row.receivers)[1] == ["representative@cast.example"]
    assert row.letters[0].receiver.path == f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/"


def test_a_form_is_to_be_confirmed_once_the_day_has_passed(world: cast.World) -> None:
    mandate = cast.attested(world, "mora_representative", cast.MORAS)
    with later(365):
        assert queries.silent_of(mandate) == []
    with later(367):
        row = row_of(mandate)
        assert (row.silence.matter, len(row.silence.lines)) == (Matter.CONFIRM, 4)
        assert to(row.receivers) == {
            1: ["mora-representative@cast.example"],
            2: [f"funktion@{slug}.example" for slug in ("malung-salen", "mora", "orsa", "alvdalen")],
            3: ["mora-commissioner@cast.example"],
        }


def test_a_link_that_is_not_used_and_then_runs_out(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    row = row_of(line.mandate)
    assert (row.silence.matter, to(row.receivers)) == (
        Matter.LINK,
        {1: ["eva.extern@sater.example"], 2: ["funktion@sater.example"], 3: []},
    )
    [letter] = row.letters
    last_day = life.link_of(line).last_day
    assert f"Länken gäller till och med {last_day}." in letter.text["body"]
    with later(15):
        row = row_of(line.mandate)
        assert (row.silence.matter, row.silence.since) == (Matter.LINK_CLOSED, life.link_of(line).expires_at)
        assert to(row.receivers)[1] == ["sater-representative@cast.example"]
        assert row.letters[0].receiver.path.endswith("/engangslank/")


def test_somebody_known_from_paper_is_written_to_at_the_address_of_the_form(world: cast.World) -> None:
    mandate = life.on_paper(world)
    with later(400):
        row = row_of(mandate)
        assert (row.silence.matter, to(row.receivers)[1]) == (Matter.CONFIRM, ["petra.papper@sater.example"])
        remind(world, mandate)
    assert mail() == [("petra.papper@sater.example", "Påminnelse: bekräfta uppdraget i Länsgruppen")]
    assert "Du har inget konto i portalen: hör av dig till samordnaren." in bodies()[0]
    assert Message.objects.latest("pk").path == ""


def test_who_has_left_is_not_reminded(world: cast.World) -> None:
    draft, role = cast.draft(world), world.person["representative"].memberships.get()
    role.ends_on = timezone.localdate()
    audit.save(role, by=None, verb="ended")
    with later(1):
        assert queries.silent_of(draft) == []


def test_who_has_left_is_reminded_neither_of_an_empty_draft_nor_of_a_link(world: cast.World) -> None:
    draft = cast.draft(world)
    actions.choose_seats(mandate=draft, seats=[], by=world.person["representative"])
    line = life.waiting_for_external(world)
    with later(15):
        assert row_of(draft).silence.lines == ()
        assert row_of(line.mandate).silence.matter == Matter.LINK_CLOSED
        for key in ("representative", "sater_representative"):
            role = world.person[key].memberships.get()
            role.ends_on = timezone.localdate() - timedelta(days=1)
            audit.save(role, by=None, verb="ended")
        assert queries.silent_of(draft) == []
        assert queries.silent_of(line.mandate) == []
        assert Mandate.objects.exclude(email="").filter(pk__in=[draft.pk, line.mandate_id]).count() == 2


def test_a_closed_account_is_not_written_to_at_the_address_of_the_form(world: cast.World) -> None:
    """Not even with the role left open."""
    draft, line = cast.draft(world), life.waiting_for_external(world)
    for key in ("representative", "sater_representative"):
        person = User.objects.get(pk=world.person[key].pk)
        person.is_active = False
        audit.save(person, by=None, verb="deactivated", reason="Prov")
    with later(15):
        assert [queries.silent_of(mandate) for mandate in (draft, line.mandate)] == [[], []]


def test_nobody_with_the_role_passes_the_step_over(world: cast.World) -> None:
    mandate, role = cast.submitted(world), world.person["commissioner"].memberships.get()
    role.ends_on = timezone.localdate()
    audit.save(role, by=None, verb="ended")
    with later(2):  # the day after tomorrow: another of the cast has got the role
        assert to(row_of(mandate).receivers)[1] == ["future@cast.example"]
        other = world.person["future"].memberships.get()
        other.ends_on = timezone.localdate() - timedelta(days=1)
        audit.save(other, by=None, verb="ended")
        assert row_of(mandate).place.next_rung == Rung.FUNCTION


# --- the ladder, by hand ----------------------------------------------------------------------------------------------


def test_three_steps_each_announced_in_the_one_before(world: cast.World) -> None:
    mandate, today = cast.draft(world), timezone.localdate()
    [first] = remind(world, mandate)
    assert (first.rung, first.recipient, first.address, first.sent_by) == (
        Rung.PERSON,
        world.person["representative"],
        "",
        world.person["coordinator"],
    )
    assert (first.message, verbs(first)) == (Message.objects.latest("pk"), ["reminded"])
    with pytest.raises(MoveRefused, match=r"tidigast .*: det står i den förra"):
        remind(world, mandate)
    with later(14):
        [second] = remind(world, mandate)
    with later(28):
        [third] = remind(world, mandate)
        assert row_of(mandate).step == "Alla steg är tagna"
        with pytest.raises(MoveRefused, match="Alla steg är tagna"):
            remind(world, mandate)
    subject = "Påminnelse: fyll i uppdraget i Länsgruppen"
    assert mail() == [
        ("representative@cast.example", subject),
        ("funktion@falun.example", subject),
        ("commissioner@cast.example", subject),
    ]
    assert [second.rung, third.rung] == [2, 3]
    one, two, three = bodies()
    assert f"nästa påminnelse till organisationens funktionsadress, tidigast {today + timedelta(days=14)}." in one
    assert f"nästa påminnelse till uppdragsgivaren, tidigast {today + timedelta(days=28)}." in two
    assert "Det här är den sista påminnelsen. Händer ingenting tar samordnaren kontakt." in three


def test_it_stops_when_it_is_done_and_begins_anew_with_the_next_silence(world: cast.World) -> None:
    mandate = cast.draft(world)
    remind(world, mandate)
    actions.submit(mandate=mandate, by=world.person["representative"])
    row = row_of(mandate)
    assert (row.silence.matter, row.place.reached) == (Matter.WAITING, 0)
    remind(world, mandate)
    line = MandateSeat.objects.get()
    actions.attest(line=line, version=Mandate.objects.get().version, by=world.person["commissioner"])
    assert queries.silent_of(mandate) == []
    with pytest.raises(MoveRefused):
        reminders.remind(mandate=mandate, key=f"waiting-{line.pk}", by=world.person["coordinator"])
    assert len(mail()) == 2


def test_what_was_shown_is_what_goes(world: cast.World) -> None:
    mandate = cast.draft(world)
    seen = row_of(mandate).seen
    turn_on(world, days_between=21)
    with pytest.raises(MoveRefused, match="Inget är skickat"):
        remind(world, mandate, seen=seen)
    assert mail() == []
    letter = row_of(mandate).letters[0].text
    [sent] = remind(world, mandate, seen=row_of(mandate).seen)
    assert sent.message is not None
    assert {name: getattr(sent.message, name) for name in letter} == letter


def test_pressed_twice_is_one_mail(world: cast.World) -> None:
    mandate = cast.draft(world)
    seen = row_of(mandate).seen
    remind(world, mandate, seen=seen)
    with pytest.raises(MoveRefused, match="Inget är skickat"):
        remind(world, mandate, seen=seen)
    assert len(mail()) == len(MandateReminder.objects.all()) == 1


def test_no_name_of_a_protected_person_reaches_a_function_address(world: cast.World) -> None:
    protect(world, "representative")
    mandate = cast.submitted(world)
    remind(world, mandate)
    with later(14):
        remind(world, mandate)
    to_commissioner, to_function = bodies()
    assert (NAME in to_commissioner, NAME in to_function) == (True, False)
    assert "Uppdraget för Person med skyddade uppgifter i Länsgruppen" in to_function


def test_an_organisation_is_told_about_its_own_line_only(world: cast.World) -> None:
    mandate = cast.draft(world, "mora_representative", cast.MORAS)
    remind(world, mandate)
    with later(14):
        assert len(remind(world, mandate)) == 4
    names = {Organisation.objects.get(slug=slug).name: f"funktion@{slug}.example" for slug in cast.MORAS}
    rows = Message.objects.filter(address__startswith="funktion@")
    assert {name: [row.address for row in rows if name in row.body] for name in names} == {
        name: [address] for name, address in names.items()
    }


def test_two_organisations_with_one_address_get_one_mail(world: cast.World) -> None:
    mandate = cast.draft(world, "mora_representative", cast.MORAS)
    orsa = Organisation.objects.get(slug="orsa")
    orsa.function_email = "funktion@mora.example"
    audit.save(orsa, by=None, verb="saved")
    remind(world, mandate)
    with later(14):
        assert len(remind(world, mandate)) == 3


def test_a_person_gets_no_more_than_the_most_in_a_week(world: cast.World) -> None:
    mandate = cast.submitted(world, "mora_representative", cast.MORAS)
    by, person = world.person["coordinator"], world.person["mora_commissioner"]
    first, second, third, _ = [row.silence.key for row in queries.silent_of(mandate)]
    reminders.remind(mandate=mandate, key=first, by=by)
    Message.objects.create(key=f"reminder-7:{person.pk}", recipient=person, subject="Om en överenskommelse")
    with pytest.raises(MoveRefused, match="Har redan fått 2 påminnelser på en vecka"):
        reminders.remind(mandate=mandate, key=second, by=by)
    turn_on(world, most_per_week=3)
    reminders.remind(mandate=mandate, key=second, by=by)
    with later(8):
        reminders.remind(mandate=mandate, key=third, by=by)
    assert [to for to, _ in mail()] == ["mora-commissioner@cast.example"] * 3


def test_the_last_step_is_the_highest_that_is_set(world: cast.World) -> None:
    mandate = cast.draft(world)
    turn_on(world, highest_rung=1)
    remind(world, mandate)
    assert "Det här är den sista påminnelsen." in bodies()[0]
    with later(60):
        assert row_of(mandate).step == "Alla steg är tagna"


def test_mail_as_the_person_has_chosen(world: cast.World) -> None:
    person = world.person["representative"]
    person.mail_frequency = MailFrequency.PORTAL
    audit.save(person, by=person, verb="saved")
    [reminder] = remind(world, cast.draft(world))
    assert reminder.message is not None
    assert reminder.message.state == "not_mailed"


# --- pauses -----------------------------------------------------------------------------------------------------------


def test_paused_about_one_mandate(world: cast.World) -> None:
    one, other = cast.draft(world), cast.draft(world, "sater_representative", ("sater",))
    row = pause(world, one)
    assert pause(world, one) == row
    assert (row_of(one).stopped, row_of(other).stopped) == ("Påminnelserna är pausade.", "")
    with pytest.raises(MoveRefused, match="pausade"):
        remind(world, one)
    reminders.lift_pause(pause=row, by=world.person["coordinator"])
    reminders.lift_pause(pause=row, by=world.person["coordinator"])
    assert verbs(row) == ["paused", "resumed"]
    remind(world, one)
    assert len(mail()) == 1


def test_paused_in_the_whole_forum_between_two_days(world: cast.World) -> None:
    mandate = cast.draft(world)
    pause(world, starts=1, ends=3)
    stopped = []
    for days in range(5):
        with later(days):
            stopped.append(bool(row_of(mandate).stopped))
    assert stopped == [False, True, True, True, False]


# --- by itself --------------------------------------------------------------------------------------------------------


def work() -> None:
    """The daily work, as the job loop does it."""
    key = timezone.now().isoformat()
    jobs.enqueue(kind="mandate_reminders", key=key, by=None)
    jobs.run_pending()


def test_nothing_goes_by_itself_until_the_ladder_is_on(world: cast.World) -> None:
    cast.draft(world)
    with time_machine.travel("2027-02-08 09:00 +0100"):
        work()
        assert mail() == []
        turn_on(world)
        work()
        work()
        assert mail() == [("representative@cast.example", "Påminnelse: fyll i uppdraget i Länsgruppen")]
        reminder = MandateReminder.objects.get()
        assert (reminder.sent_by, verbs(reminder)) == (None, ["reminded"])


def test_without_a_function_address_the_step_is_passed_over_and_told(world: cast.World) -> None:
    mandate, falun = cast.draft(world), Organisation.objects.get(slug="falun")
    assert not row_of(mandate).lacks_address
    falun.function_email = ""
    audit.save(falun, by=None, verb="saved")
    remind(world, mandate)
    assert (row_of(mandate).lacks_address, row_of(mandate).place.next_rung) == (True, Rung.COMMISSIONER)
    assert "nästa påminnelse till uppdragsgivaren" in bodies()[0]


@pytest.mark.parametrize("day", ["2027-01-06", "2027-02-06", "2027-02-07", "2027-03-26", "2027-06-25"])
def test_nothing_goes_by_itself_on_a_day_off(world: cast.World, day: str) -> None:
    cast.draft(world)
    turn_on(world)
    with time_machine.travel(f"{day} 09:00 +0100"):
        work()
        assert mail() == []


def test_by_itself_only_what_is_due_and_not_paused(world: cast.World) -> None:
    mandate = cast.draft(world)
    turn_on(world)
    key, row = "draft", pause(world, mandate)
    assert reminders.remind_by_itself(mandate=mandate, key=key) == []
    with later(20):
        assert reminders.remind_by_itself(mandate=mandate, key=key) == []
        reminders.lift_pause(pause=row, by=world.person["coordinator"])
        assert len(reminders.remind_by_itself(mandate=mandate, key=key)) == 1
        assert reminders.remind_by_itself(mandate=mandate, key=key) == []


def test_one_fault_stops_no_other_reminder(world: cast.World, caplog: pytest.LogCaptureFixture) -> None:
    """The form on paper has an address that nothing can be sent to; it has waited longest."""
    mandate = life.on_paper(world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mandates_mandate SET email = 'ingen adress' WHERE id = %s", [mandate.pk])
    turn_on(world)
    with time_machine.travel("2028-02-07 09:00 +0100"):
        cast.draft(world)
    with time_machine.travel("2028-03-07 09:00 +0100"):
        work()
        assert mail() == [("representative@cast.example", "Påminnelse: fyll i uppdraget i Länsgruppen")]
        job = Job.objects.latest("created_at")
    assert (job.state, job.message) == (
        "failed",
        "Det gick inte med 1 av 2 påminnelser. Portalen försöker igen nästa arbetsdag.",
    )
    assert f"reminder of mandate {mandate.pk} failed: ValidationError" in caplog.messages


# --- who may, and the settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["representative", "commissioner", "administrator", "chair", "steering", "nobody"])
def test_only_the_coordinator_reminds(world: cast.World, key: str) -> None:
    mandate, by, row = cast.draft(world), world.person[key], pause(world)
    calls: list[Callable[[], Any]] = [
        lambda: reminders.remind(mandate=mandate, key="draft", by=by),
        lambda: reminders.save_ladder(forum=world.forum, values=LADDER, by=by),
        lambda: reminders.pause(forum=world.forum, values={}, by=by),
        lambda: reminders.lift_pause(pause=row, by=by),
    ]
    for call in calls:
        with pytest.raises(Refused):
            call()
    assert (mail(), ReminderLadder.objects.count(), ReminderPause.objects.count()) == ([], 0, 1)


def test_a_ladder_that_somebody_else_has_changed(world: cast.World) -> None:
    by, seen = world.person["coordinator"], fingerprint(queries.ladder_values(queries.ladder_of(world.forum)))
    turn_on(world, days_between=21)
    with pytest.raises(Overtaken):
        reminders.save_ladder(forum=world.forum, values={**LADDER, "days_between": 28}, by=by, seen=seen)
    assert ReminderLadder.objects.get().days_between == 21


# --- the pages --------------------------------------------------------------------------------------------------------

FORUM = "/uppdrag/paminnelser/lansgruppen/"


def pages(mandate: Mandate, row: ReminderPause) -> list[tuple[str, str]]:
    one = f"/uppdrag/{mandate.pk}/paminn/"
    return [
        ("GET", FORUM),
        ("GET", f"{FORUM}trappa/"),
        ("GET", f"{FORUM}pausa/"),
        ("GET", one),
        ("GET", f"{one}pausa/"),
        ("POST", f"{FORUM}trappa/"),
        ("POST", f"{FORUM}pausa/"),
        ("POST", one),
        ("POST", f"{one}pausa/"),
        ("POST", f"{FORUM}pauser/{row.pk}/ta-bort/"),
    ]


@pytest.mark.parametrize(
    ("key", "of_forum", "of_mandate"),
    [("representative", 403, 403), ("commissioner", 403, 403), ("outsider", 403, 404), ("nobody", 404, 404)],
)
def test_pages_for_others(
    world: cast.World, as_person: Callable[[str], Client], key: str, of_forum: int, of_mandate: int
) -> None:
    mandate, row = cast.draft(world), pause(world)
    client = as_person(key)
    found = [client.generic(method, url).status_code for method, url in pages(mandate, row)]
    expected = [of_mandate if "/paminn/" in url else of_forum for _, url in pages(mandate, row)]
    assert found == expected
    assert as_person("anonymous").get(FORUM).status_code == 302
    assert as_person("coordinator").get(f"{FORUM}pauser/{row.pk}/ta-bort/").status_code == 405
    assert as_person("coordinator").get("/uppdrag/paminnelser/styrgruppen/").status_code == 404
    assert ReminderPause.objects.get().lifted_at is None


def test_the_mail_is_shown_and_the_second_click_sends_it(world: cast.World, as_person: Callable[[str], Client]) -> None:
    mandate = cast.draft(world)
    client, url = as_person("coordinator"), f"/uppdrag/{mandate.pk}/paminn/"
    assert 'href="' + url in client.get(mandate.get_absolute_url()).content.decode()
    answer = client.get(url)
    [(row, form)] = answer.context["rows"]
    page = answer.content.decode()
    for words in (*row.letters[0].text["body"].split("\n\n"), "Rut Representant, representative@cast.example"):
        assert words in page
    assert mail() == []
    posted = {**form.initial, "once": "a-key-of-the-page"}
    answers = [client.post(url, posted, follow=True).content.decode() for _ in range(2)]
    assert "Påminnelsen är skickad." in answers[0]
    assert "Du hade redan skickat formuläret" in answers[1]
    assert "Inget är skickat" in client.post(url, form.initial, follow=True).content.decode()
    assert "Inget är skickat" in client.post(url, {"key": "x\0y" * 40}, follow=True).content.decode()
    assert len(mail()) == 1


def test_the_overview_and_the_log(world: cast.World, as_person: Callable[[str], Client]) -> None:
    protect(world, "sater_representative")
    mandate, other = cast.draft(world), cast.draft(world, "sater_representative", ("sater",))
    remind(world, other)
    client = as_person("coordinator")
    context = client.get(FORUM).context
    assert [row.silence.mandate for row in context["page"].others] == [mandate, other]
    assert [(one.to, one.by, one.about) for one in context["logged"]] == [
        ("Person med skyddade uppgifter", "Siv Samordnare", "Fylla i och skicka in uppdraget")
    ]
    with later(15):
        client = as_person("coordinator")
        assert [row.silence.mandate for row in client.get(FORUM).context["page"].now] == [mandate, other]
    sentences = [event.sentence for event in mandate_page(other, world.person["coordinator"]).history]
    told = "Skickade en påminnelse: fylla i och skicka in uppdraget (steg 1: den som ska göra något)."
    assert sentences[0] == told


def test_the_reason_of_a_pause_is_for_the_coordinator(world: cast.World) -> None:
    mandate = cast.draft(world)
    pause(world, mandate)

    def told(key: str) -> tuple[str, str]:
        event = mandate_page(mandate, world.person[key]).history[0]
        return event.sentence, event.reason

    assert told("coordinator") == ("Pausade påminnelserna.", "Semester.")
    assert told("representative") == told("commissioner") == ("Pausade påminnelserna.", "")


def test_the_ladder_and_a_pause_are_set_on_their_pages(world: cast.World, as_person: Callable[[str], Client]) -> None:
    client = as_person("coordinator")
    form = client.get(f"{FORUM}trappa/").context["form"]
    posted = {"seen": form.initial["seen"], "is_on": "on", "days_between": "21", "highest_rung": "2"}
    answer = client.post(f"{FORUM}trappa/", {**posted, "most_per_week": "6"})
    assert answer.context["form"].errors == {"most_per_week": ["Skriv ett tal mellan 1 och 5."]}
    assert client.post(f"{FORUM}trappa/", {**posted, "most_per_week": "1"}).status_code == 302
    assert queries.ladder_values(ReminderLadder.objects.get()) == {
        "is_on": True, "days_between": 21, "highest_rung": 2, "most_per_week": 1,
    }  # fmt: skip
    answer = client.post(f"{FORUM}trappa/", {**posted, "days_between": "30", "most_per_week": "1"})
    assert answer.context["stands"] == [{"term": "Dagar mellan stegen", "value": "21"}]
    answer = client.post(f"{FORUM}trappa/", {**posted, "is_on": "", "highest_rung": "1", "most_per_week": "1"})
    assert answer.context["stands"] == [
        {"term": "Skicka påminnelser automatiskt", "value": "Ja"},
        {"term": "Sista steget", "value": "Steg 2: organisationens funktionsadress"},
    ]

    today = timezone.localdate()
    answer = client.post(f"{FORUM}pausa/", {"starts_on": str(today), "ends_on": "2020-01-01", "reason": ""})
    assert sorted(answer.context["form"].errors) == ["ends_on", "reason"]
    july = {"starts_on": "2027-07-01", "ends_on": "2027-07-31", "reason": "Semestertid."}
    assert [client.post(f"{FORUM}pausa/", july).status_code for _ in range(2)] == [302, 302]
    row = ReminderPause.objects.get()
    assert "Semestertid." in client.get(FORUM).content.decode()
    assert client.post(f"{FORUM}pauser/{row.pk}/ta-bort/", follow=True).redirect_chain == [(FORUM, 302)]
    assert "Semestertid." not in client.get(FORUM).content.decode()


def test_as_many_queries_for_many_as_for_few(world: cast.World, django_assert_num_queries: Callable[..., Any]) -> None:
    cast.submitted(world)
    with django_assert_num_queries(8):
        queries.silent_in(world.forum)
    cast.submitted(world, "mora_representative", cast.MORAS)
    cast.draft(world, "sater_representative", ("sater",))
    with django_assert_num_queries(9):  # the lines of the drafts
        assert len(queries.silent_in(world.forum)) == 6


# --- two at once ------------------------------------------------------------------------------------------------------


def two_at_once(world: cast.World) -> list[Any]:
    mandate = cast.draft(world)
    seen, by = row_of(mandate).seen, world.person["coordinator"]

    def press() -> None:
        reminders.remind(mandate=mandate, key="draft", by=fresh(by), seen=seen)

    with slow("core_message", "INSERT"):
        return together(press, press)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_press_at_once(transactional_world: cast.World) -> None:
    assert kinds(two_at_once(transactional_world)) == ["MoveRefused", "done"]
    assert len(mail()) == MandateReminder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_without_the_locks(transactional_world: cast.World) -> None:
    """The control: then both get as far as the outbox, where the key of the message and the constraint stop one."""
    with no_locks():
        outcomes = two_at_once(transactional_world)
    stopped, went = kinds(outcomes)
    assert went == "done"
    assert stopped in {"IntegrityError", "ValidationError"}
    assert len(mail()) == MandateReminder.objects.count() == 1


def two_about_one_receiver(world: cast.World) -> list[Any]:
    """Two forms wait for the same commissioner, who is to have one reminder in a week."""
    turn_on(world, most_per_week=1)
    grant(world, "representative", Role.REPRESENTATIVE, "orsa")
    waiting = [
        cast.submitted(world, "representative", ("orsa",)),
        cast.submitted(world, "mora_representative", ("mora",)),
    ]

    def press(mandate: Mandate) -> Callable[[], None]:
        key, by = row_of(mandate).silence.key, fresh(world.person["coordinator"])

        def remind() -> None:
            reminders.remind(mandate=mandate, key=key, by=by)

        return remind

    with slow("core_message", "INSERT"):
        return together(*map(press, waiting))


@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_most_also_at_once(transactional_world: cast.World) -> None:
    assert kinds(two_about_one_receiver(transactional_world)) == ["MoveRefused", "done"]
    assert len(mail()) == 1


@pytest.mark.django_db(transaction=True)
def test_more_than_the_most_without_the_locks(transactional_world: cast.World) -> None:
    """The control."""
    with no_locks():
        assert kinds(two_about_one_receiver(transactional_world)) == ["done", "done"]
    assert len(mail()) == 2
