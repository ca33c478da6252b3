"""Who has left is told, loses the account, and is redacted; decisions stay. The page about it, and the extract."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.test import Client
from django.utils import timezone

from agreements.models import ShareLink
from kvinnofrid.core import access, audit, files, outbox, redaction
from kvinnofrid.core.models import Message, StoredFile
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions as mandate_actions
from mandates.enums import LineState, Matter, Rung
from mandates.models import InternalContact, Mandate, MandateReminder, PaperForm
from organisations import actions as organisation_actions
from organisations.actions import login, retention
from organisations.enums import Role
from organisations.models import Invitation, Membership, Redaction, Retention, User
from organisations.queries import retention as queries
from organisations.queries.invitations import invitation_rows
from organisations.workflow import RetentionState
from tests.factories import agreements, cast, documents, inviting, life
from tests.mandates.test_races import kinds, no_locks, together

LIST = "/personer/gallring/"
NOTICE = "/personuppgifter/"
OWN = "/konto/registerutdrag/"


def today() -> date:
    return timezone.localdate()


def later(days: int) -> date:
    return today() + timedelta(days=days)


def work_off(day: date) -> None:
    retention.retain(day, lambda: None)


def state(person: User) -> RetentionState:
    found = Retention.objects.filter(user=person).first()
    return found.state if found else RetentionState.NONE


def announced(person: User) -> date:
    """The person is told on the first day possible; that day."""
    day = later(settings.RETENTION_UNUSED_DAYS)
    work_off(day)
    assert state(person) == RetentionState.ANNOUNCED
    return day


def closed(person: User) -> date:
    """The notice is out; the day on which the data are to be redacted."""
    day = announced(person) + timedelta(days=settings.RETENTION_NOTICE_DAYS)
    work_off(day)
    assert state(person) == RetentionState.DEACTIVATED
    return day + timedelta(days=settings.RETENTION_KEPT_DAYS)


def due(person: User) -> date:
    """The same, all of it moved back in time: the day is today, as the database's function must find it."""
    back = (closed(person) - today()).days
    with connection.cursor() as cursor:
        for table, (mine, *columns) in DATED.items():
            moved = ", ".join(f"{column} = {column} - {back}" for column in columns)
            cursor.execute(f"UPDATE {table} SET {moved} WHERE {mine}", [person.pk])
    assert Retention.objects.get(user=person).redacts_on == today()
    return today()


DATED = {
    "organisations_retention": ("user_id = %s", "announced_on", "deactivates_on", "deactivated_on", "redacts_on"),
    "organisations_membership": ("user_id = %s", "starts_on", "ends_on"),
    "mandates_mandateseat": (
        "mandate_id IN (SELECT id FROM mandates_mandate WHERE representative_id = %s)",
        *("starts_on", "ends_on", "ended_on"),
    ),
}


def left(world: cast.World, key: str) -> User:
    """Somebody whose roles end today."""
    person = world.person[key]
    for held in person.memberships.all():
        organisation_actions.end_role(membership=held, by=None, ends_on=today())
    return person


def everything() -> str:
    """All text of the database, tables of others and history included."""
    with connection.cursor() as cursor:
        return "".join(_text_of(cursor, table) for table in connection.introspection.table_names(cursor))


def _text_of(cursor: Any, table: str) -> str:
    cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
    return str(cursor.fetchone()[0])


# --- who, and when ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_year_after_the_last_role(world: cast.World) -> None:
    person = world.person["ended"]
    assert queries.to_announce(later(364)).count() == 0
    work_off(later(364))
    assert state(person) == RetentionState.NONE
    day = announced(person)
    found = Retention.objects.get(user=person)
    assert (found.announced_on, found.deactivates_on) == (day, day + timedelta(days=30))
    message = Message.objects.get(recipient=person, key__startswith="retention-announced-")
    assert message.subject == f"Ditt konto stängs av {day + timedelta(days=30)}"
    assert (message.kind, message.path, message.state) == ("security", NOTICE, "waiting")
    assert f"gallras {day + timedelta(days=760)}" in message.body
    told = {user.email.partition("@")[0] for user in User.objects.filter(retention__announced_on=day)}
    assert told == {"ended", "nobody"}  # a role that begins or goes on keeps everybody else
    work_off(day)
    assert Message.objects.filter(key__startswith="retention-announced-").count() == 2
    assert found.history.count() == 1


@pytest.mark.django_db
def test_a_mandate_in_force_or_waiting_keeps_the_person(world: cast.World) -> None:
    waiting = cast.submitted(world, "mora_representative", ("mora",)).representative
    attested = cast.attested(world).representative
    left(world, "mora_representative")
    left(world, "representative")
    work_off(later(4000))
    assert [state(person) for person in (waiting, attested)] == [RetentionState.NONE] * 2
    line = attested.mandates.get().lines.get()
    mandate_actions.end_line(line=line, ended_on=today(), reason="Slutar", by=world.person["commissioner"])
    announced(attested)


@pytest.mark.django_db
def test_the_account_is_closed_when_the_notice_is_out(world: cast.World) -> None:
    person = world.person["ended"]
    day = announced(person)
    work_off(day + timedelta(days=29))
    assert state(person) == RetentionState.ANNOUNCED
    work_off(day + timedelta(days=30))
    person.refresh_from_db()
    assert (state(person), person.is_active) == (RetentionState.DEACTIVATED, False)
    assert [row.verb for row in person.history.order_by("history_id")][-1] == "deactivated"


@pytest.mark.django_db
def test_a_login_stops_it_and_the_year_begins_anew(world: cast.World) -> None:
    person = world.person["ended"]
    announced(person)
    Client().post("/konto/logga-in/", {"login": person.email, "password": cast.PASSWORD})
    found = Retention.objects.get(user=person)
    assert (found.state, found.counts_from) == (RetentionState.NONE, today())
    assert [row.verb for row in found.history.order_by("history_id")] == ["announced", "stopped"]
    assert Message.objects.get(recipient=person, key__startswith="retention-").state == "withdrawn"
    work_off(later(364))
    assert state(person) == RetentionState.NONE
    announced(person)


@pytest.mark.django_db
@pytest.mark.parametrize("is_closed", [False, True])
def test_a_new_role_stops_it(world: cast.World, is_closed: bool) -> None:
    person = world.person["ended"]
    day = closed(person) if is_closed else announced(person) + timedelta(days=40)
    organisation_actions.grant_role(
        user=person, role=Role.READER, scope=world.org["mora"], by=None, starts_on=day + timedelta(days=9)
    )
    with pytest.raises(MoveRefused, match="har en roll eller ett uppdrag"):
        retention.redact(person=person, day=day, by=world.person["coordinator"])
    retention.close_account(person=person, day=day)
    [row] = queries.shown_rows([queries.retention_rows(day).get(pk=person.pk)], day)
    assert (row.text, row.next_on, row.may_redact) == ("Tillbaka", None, False)
    work_off(day)
    assert state(person) == RetentionState.NONE
    assert person.history.filter(verb="redacted").count() == 0


@pytest.mark.django_db
def test_an_account_that_is_opened_again_stays(world: cast.World) -> None:
    person = world.person["ended"]
    closed(person)
    by = world.person["coordinator"]
    organisation_actions.reactivate(person=User.objects.get(pk=person.pk), reason="Kommer tillbaka", by=by)
    assert state(person) == RetentionState.NONE
    work_off(later(300))
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.django_db
def test_no_more_than_so_many_a_day(world: cast.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_A_DAY", 1)
    day = later(400)
    for number, expected in enumerate([1, 2, 2]):
        work_off(day + timedelta(days=number))
        assert Retention.objects.filter(announced_on__isnull=False).count() == expected


# --- what goes, and what stays ----------------------------------------------------------------------------------------


def a_full_life(world: cast.World) -> tuple[User, Mandate]:
    """A representative with everything that can be held about one, whose time is out; the attested mandate."""
    person = world.person["representative"]
    mandate = cast.attested(world)
    cast.draft(world, "mora_representative", ("mora",))
    line = mandate.lines.get()
    mandate_actions.hand_over(
        mandate=mandate,
        lines=[line],
        ended_on=today(),
        reason="Slutar",
        by=person,
        notes={"goes_on": "HEMLIG-PÅGÅR", "meetings": "HEMLIG-MÖTE", "papers": "HEMLIG-PAPPER"},
    )
    other = Mandate.objects.get(representative=world.person["mora_representative"]).lines.get()
    contact = InternalContact(line=other, name="Rut Representant", role="Stöd", email=person.email.upper())
    audit.save(contact, by=None, verb="added")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "HEMLIG-NYCKEL"})
    message = outbox.write("prov", {"subject": "HEMLIG-BREV", "body": "Hej Rut"}, recipient=person)
    reminder = MandateReminder(
        mandate=mandate, matter=Matter.CONFIRM, rung=Rung.PERSON, recipient=person, message=message
    )
    reminder.waiting_since = reminder.sent_at = timezone.now()
    audit.save(reminder, by=None, verb="reminded")
    inviting.in_state(world, "withdrawn", email=person.email)
    left(world, "representative")
    return person, mandate


@pytest.mark.django_db
def test_what_is_held_goes_and_the_record_stays(world: cast.World) -> None:
    person, mandate = a_full_life(world)
    before = mandate.history.count()
    words = [f'"{person.email}"', f",{person.email},", person.email.upper(), "HEMLIG-", "falun@kontakt.example"]
    assert [word for word in words[1:] if word not in everything()] == []
    work_off(due(person))
    kept = User.objects.get(pk=person.pk)
    assert (kept.name, kept.title, kept.is_active) == ("Borttagen person", "Handläggare", False)
    assert kept.email == f"borttagen-{person.pk}@borttagen.invalid"
    assert (kept.phone, kept.private_phone, kept.has_usable_password()) == ("", "", False)
    text = everything()
    assert [word for word in words if word in text] == []
    assert {row.private_phone for row in mandate.history.all()} == {""}
    mandate.refresh_from_db()
    line = mandate.lines.get()
    assert (mandate.name, mandate.email, line.state) == ("Rut Representant", "", LineState.ENDED)
    assert line.attested_by == world.person["commissioner"]
    assert mandate.history.count() == before
    assert [row.verb for row in kept.history.order_by("history_id")][-1] == "redacted"
    logged = Redaction.objects.get(person=person)
    assert (logged.redacted_by, logged.reason) == (None, retention.TIME_IS_OUT)
    assert logged.counts["mandates_mandate"] == 1
    assert logged.counts["mfa_authenticator"] == 1


@pytest.mark.django_db
def test_other_people_keep_theirs(world: cast.World) -> None:
    person, _mandate = a_full_life(world)
    others = User.objects.exclude(pk__in=[person.pk, world.person["nobody"].pk, world.person["ended"].pk])
    before = list(others.order_by("pk").values())
    forms = list(Mandate.objects.exclude(representative=person).values())
    work_off(due(person))
    assert list(others.order_by("pk").values()) == before
    assert list(Mandate.objects.exclude(representative=person).values()) == forms
    contact = InternalContact.objects.get(role="Stöd")
    assert (contact.name, contact.email) == ("Borttagen person", "")


@pytest.mark.django_db
@pytest.mark.parametrize("is_protected", [False, True])
def test_a_form_that_was_never_attested_keeps_no_name(world: cast.World, is_protected: bool) -> None:
    person = world.person["representative"]
    if is_protected:
        person.has_protected_identity = True
        audit.save(person, by=None, verb="saved")
        mandate = cast.attested(world)
        mandate_actions.end_line(
            line=mandate.lines.get(), ended_on=today(), reason="Slutar", by=world.person["commissioner"]
        )
    else:
        mandate = cast.draft(world)
    left(world, "representative")
    work_off(due(person))
    mandate.refresh_from_db()
    person.refresh_from_db()
    assert (mandate.name, mandate.title) == ("Borttagen person", "")
    assert (person.title, person.has_protected_identity) == ("" if is_protected else "Handläggare", False)
    assert "Rut Representant" not in {row.name for row in mandate.history.all()}


@pytest.mark.django_db(transaction=True)
def test_a_scan_goes_along(transactional_world: cast.World) -> None:
    """From the disk too, for somebody who has never had an account: such a person is written to."""
    world = transactional_world
    mandate = life.on_paper(world)
    person, paper = mandate.representative, PaperForm.objects.get()
    path, old = files.path_of(paper.scan), paper.scan_id
    assert path.exists()
    line = mandate.lines.get()
    mandate_actions.end_line(line=line, ended_on=today(), reason="Slutar", by=world.person["coordinator"])
    day = due(person)
    message = Message.objects.get(address=person.email)
    assert message.subject == "Uppgifterna om dig gallras"
    work_off(day)
    paper.refresh_from_db()
    assert (paper.scan.name, files.open_file(paper.scan)) == ("Gallrad fil.txt", redaction.NOTICE.encode())
    assert (path.exists(), StoredFile.objects.filter(pk=old).exists()) == (False, False)
    assert {row.scan_id for row in paper.history.all()} == {paper.scan_id}
    assert mandate.lines.get().paper == paper


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "second"), [(nullcontext, "MoveRefused"), (no_locks, "ProgrammingError")])
def test_two_at_once_redact_once(transactional_world: cast.World, locks: Any, second: str) -> None:
    """The coordinator and the daily work; without the portal's lock the database's function refuses the second."""
    person, day = transactional_world.person["ended"], today()
    person.is_active = False
    audit.save(person, by=None, verb="deactivated")
    facts = {"announced_on": day, "deactivates_on": day, "deactivated_on": day, "redacts_on": day}
    audit.save(Retention(user=person, **facts), by=None, verb="deactivated")

    def redact() -> None:
        retention.redact(person=person, day=day, by=None)

    with locks():
        outcomes = together(redact, redact)
    assert kinds(outcomes) == [second, "done"]
    assert Redaction.objects.filter(person=person).count() == 1


@pytest.mark.django_db
def test_decisions_keep_their_facts(world: cast.World) -> None:
    """Nothing of what somebody decided changes, but the name beside it."""
    person = world.person["commissioner"]
    mandate = cast.attested(world)
    line = mandate.lines.get()
    facts = {name: getattr(line, name) for name in ("state", "attested_at", "attested_by_id", "commissioner_id")}
    left(world, "commissioner")
    work_off(due(person))
    line.refresh_from_db()
    assert {name: getattr(line, name) for name in facts} == facts
    assert line.attested_label == "Borttagen person"
    assert line.commissioner_label == "Borttagen person, Handläggare"
    assert Membership.objects.filter(user=person, role=Role.COMMISSIONER).exists()


@pytest.mark.django_db
def test_what_nobody_answered_is_forgotten(world: cast.World) -> None:
    invitation = inviting.invite(world, email="ovan@exempel.example")
    days = settings.INVITATION_DAYS + settings.RETENTION_LOOSE_DAYS
    retention.forget_unanswered(later(days - 2))
    assert "ovan@exempel.example" in everything()
    with_past(invitation)
    retention.forget_unanswered(today())
    invitation.refresh_from_db()
    assert invitation.email == f"borttagen-{invitation.pk}@borttagen.invalid"
    assert {row.email for row in invitation.history.all()} == {invitation.email}
    logged = Redaction.objects.get()
    assert (logged.person, logged.reason) == (None, retention.UNANSWERED)
    retention.forget_unanswered(today())
    assert Redaction.objects.count() == 1


def with_past(invitation: Invitation) -> None:
    """As if it had run out long ago."""
    invitation.sent_at = timezone.now() - timedelta(days=400)
    invitation.expires_at = timezone.now() - timedelta(days=380)
    audit.save(invitation, by=None, verb="renewed")


# --- the database's own function --------------------------------------------------------------------------------------


def as_the_portal(statement: str, values: list[Any]) -> str:
    """What the database says to the portal's role; empty when it does as told."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL ROLE "{settings.DATABASE_PORTAL_ROLE}"')
            cursor.execute(statement, values)
            transaction.set_rollback(True)
    except ProgrammingError as error:
        return str(error).splitlines()[0]
    return ""


CALL = "SELECT redact_personal_data(%s, NULL, NULL, 'prov', NULL)"


@pytest.mark.django_db
def test_the_portal_redacts_by_the_function_alone(world: cast.World) -> None:
    person, live = world.person["ended"], world.person["reader"]
    due(person)
    assert as_the_portal(CALL, [person.pk]) == ""
    assert as_the_portal(CALL, [live.pk]) == f"person {live.pk} is not to be redacted"
    history = "UPDATE organisations_historicaluser SET name = 'x' WHERE id = %s"
    assert as_the_portal(history, [person.pk]) == "permission denied for table organisations_historicaluser"
    for verb in ("UPDATE organisations_redaction SET reason = 'x'", "DELETE FROM organisations_redaction"):
        assert as_the_portal(verb, []) == "permission denied for table organisations_redaction"


LATER = "(now() AT TIME ZONE 'Europe/Stockholm')::date + 1"
TOO_EARLY = {
    "before the day": f"UPDATE organisations_retention SET redacts_on = {LATER}",
    "kept": "UPDATE organisations_retention SET kept_until = redacts_on, kept_reason = 'Prov'",
    "a role": f"UPDATE organisations_membership SET ends_on = {LATER} WHERE user_id = %s",
    "a role until further notice": "UPDATE organisations_membership SET ends_on = NULL WHERE user_id = %s",
    "a mandate in force": "UPDATE mandates_mandateseat SET ended_on = now()::date + 1 WHERE state = 'ended'",
    "an open account": "UPDATE organisations_user SET is_active = true WHERE id = %s",
    "an invitation": "UPDATE organisations_invitation SET withdrawn_at = NULL, withdrawn_by_id = NULL",
}


@pytest.mark.django_db
def test_the_function_itself_sees_whose_time_is_out(world: cast.World) -> None:
    person, _mandate = a_full_life(world)
    due(person)
    no = f"person {person.pk} is not to be redacted"
    said = {}
    for what, change in TOO_EARLY.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [person.pk] if "%s" in change else None)
            assert cursor.rowcount > 0, what
            said[what] = as_the_portal(CALL, [person.pk])
            transaction.set_rollback(True)
    assert said == dict.fromkeys(TOO_EARLY, no)
    assert as_the_portal(CALL, [person.pk]) == ""
    assert as_the_portal(CALL, [None]) == "neither a person nor a day is told"


@pytest.mark.django_db
def test_history_that_the_portal_writes_leads_to_nobody_elses_data(world: cast.World) -> None:
    """An address that the history says was the person's is not believed."""
    person, other = world.person["ended"], InternalContact(line=cast.draft(world).lines.get(), name="Anna Annan")
    other.email = "anna@annan.example"
    audit.save(other, by=None, verb="added")
    due(person)
    past = person.history.latest()
    past.pk, past.email = None, other.email
    past.save()
    work_off(today())
    other.refresh_from_db()
    assert User.objects.get(pk=person.pk).name == "Borttagen person"
    assert (other.name, other.email) == ("Anna Annan", "anna@annan.example")


def _is_invited(world: cast.World, email: str) -> Callable[[], None]:
    invitation = inviting.invite(world, email=email)
    return lambda: organisation_actions.withdraw(invitation=invitation, by=world.person["administrator"])


def _is_to_attest(world: cast.World, email: str) -> Callable[[], None]:
    mandate = cast.draft(world, "sater_representative", ("sater",))
    cast.fill(world, mandate.lines.get(), commissioner=None, **{**life.EXTERNAL, "commissioner_email": email})
    mandate_actions.submit(mandate=mandate, by=world.person["sater_representative"])
    return lambda: mandate_actions.withdraw(mandate=mandate, reason="Fel", by=world.person["sater_representative"])


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [_is_invited, _is_to_attest])
def test_who_is_waited_for_is_not_redacted_yet(
    world: cast.World, asked: Any, as_person: Callable[[str], Client]
) -> None:
    person = world.person["ended"]
    due(person)
    answer = asked(world, person.email)
    client = as_person("coordinator")
    [row] = [row for row in client.get(LIST).context["rows"] if row.person == person]
    assert (row.is_awaited, row.may_redact) == (True, False)
    page = client.get(f"/personer/{person.pk}/gallring/nu/", follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert "väntar på svar från personens adress" in page.content.decode()
    before = everything()
    with pytest.raises(MoveRefused, match="väntar på svar från personens adress"):
        retention.redact(person=person, day=today(), by=world.person["coordinator"])
    assert retention.retain(today(), lambda: None) == 0
    assert everything() == before
    answer()
    work_off(today())
    assert User.objects.get(pk=person.pk).name == "Borttagen person"
    assert f",{person.email}," not in everything()


@pytest.mark.django_db
def test_who_is_invited_back_to_a_closed_account_reads_what_to_do(world: cast.World) -> None:
    person = world.person["ended"]
    due(person)
    inviting.invite(world, email=person.email)
    page = Client().get(inviting.link(person.email), follow=True).content.decode()
    assert "Ditt konto är avstängt" in page
    assert "samordnaren" in page
    organisation_actions.reactivate(
        person=User.objects.get(pk=person.pk), reason="Kommer tillbaka", by=world.person["coordinator"]
    )
    page = Client().get(inviting.link(person.email), follow=True).content.decode()
    assert "Du har redan ett konto. Logga in för att tacka ja." in page


@pytest.mark.django_db
def test_an_invitation_whose_address_is_gone_is_not_renewed(
    world: cast.World, as_person: Callable[[str], Client]
) -> None:
    invitation = inviting.invite(world, email="ovan@exempel.example")
    with_past(invitation)
    client = as_person("administrator")
    path = f"/organisationer/falun/inbjudningar/{invitation.pk}/fornya/"
    assert client.get(path).status_code == 200
    retention.forget_unanswered(today())
    sent = Message.objects.count()
    invitation.refresh_from_db()
    with pytest.raises(MoveRefused, match="Adressen är gallrad"):
        organisation_actions.renew(invitation=invitation, by=world.person["administrator"])
    [row] = invitation_rows(Invitation.objects.filter(pk=invitation.pk), timezone.now())
    assert (row.renew_url, row.withdraw_url != "") == ("", True)
    for answer in (client.get(path, follow=True), client.post(path, follow=True)):
        assert "Adressen är gallrad. Bjud in personen på nytt." in answer.content.decode()
    assert Message.objects.count() == sent


@pytest.mark.django_db
def test_a_stored_file_is_let_go_by_the_function_only(world: cast.World) -> None:
    stored = files.store(documents.pdf("x"), by=None, name="fil", kind="pdf")
    remove = "DELETE FROM core_storedfile WHERE id = %s"
    assert as_the_portal(remove, [stored.pk]) == "permission denied for table core_storedfile"
    with pytest.raises(IntegrityError, match="is stored and frozen"), transaction.atomic():
        connection.cursor().execute(remove, [stored.pk])
    assert StoredFile.objects.filter(pk=stored.pk).exists()


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anyone_reads_what_is_kept(world: cast.World, settings: Any) -> None:
    settings.DATA_CONTROLLER = "Region Prov"
    page = Client().get(NOTICE)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Personuppgiftsansvarig är Region Prov." in text
    assert page.context["purposes"][0].purpose.title == "Ditt konto"
    assert all("{" not in row.purpose.kept + row.purpose.stays for row in page.context["purposes"])
    assert 'href="/personuppgifter/"' in Client().get("/konto/logga-in/").content.decode()
    assert Client().post(NOTICE).status_code == 405


@pytest.mark.django_db
def test_one_persons_fault_stops_nobody_else(world: cast.World, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody whose account was closed has an address that nothing can be sent to."""
    person = world.person["ended"]
    person.is_active = False
    audit.save(person, by=None, verb="deactivated", reason="Prov")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisations_user SET email = 'ingen adress' WHERE id = %s", [person.pk])
    assert retention.retain(later(400), lambda: None) == 1
    assert (state(person), state(world.person["nobody"])) == (RetentionState.NONE, RetentionState.ANNOUNCED)
    assert caplog.messages == [f"retention of person {person.pk} failed: ValidationError"]


@pytest.mark.django_db
def test_links_that_nobody_used_are_forgotten(world: cast.World) -> None:
    line = life.waiting_for_external(world)
    link = life.link_of(line)
    link.sent_at, link.expires_at = timezone.now() - timedelta(days=400), timezone.now() - timedelta(days=380)
    audit.save(link, by=None, verb="sent")
    made = agreements.agreement(world)
    past = today() - timedelta(days=200)
    share = ShareLink(agreement=made, label="Nina Namn", token_hash="x" * 64, expires_on=past)
    audit.save(share, by=None, verb="made")
    assert retention.forget_unanswered(today()) == {
        "mandates_historicalattestlink": 4,
        "mandates_attestlink": 2,
        "agreements_historicalsharelink": 1,
        "agreements_sharelink": 1,
    }
    link.refresh_from_db()
    assert (link.name, link.email) == ("Borttagen person", "borttagen@borttagen.invalid")
    assert "Nina Namn" not in everything()
    assert retention.forget_unanswered(today()) == {}


@pytest.mark.django_db
def test_as_the_portals_role_too(world: cast.World) -> None:
    """All of it, in the role that cannot change history by itself."""
    person, _mandate = a_full_life(world)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{settings.DATABASE_PORTAL_ROLE}"')
        work_off(due(person))
        assert User.objects.get(pk=person.pk).name == "Borttagen person"
        assert {row.name for row in person.history.all()} == {"Borttagen person"}
        cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_the_coordinators_list(world: cast.World, as_person: Callable[[str], Client]) -> None:
    person, client = world.person["ended"], as_person("coordinator")
    assert client.get(LIST).context["rows"] == []
    day = closed(person)
    row = next(row for row in client.get(LIST).context["rows"] if row.person == person)
    assert (row.left_on, row.text, row.next_on, row.may_redact) == (today(), "Avstängt", day, False)
    assert client.get(f"/personer/{person.pk}/gallring/nu/").status_code == 302
    found = Retention.objects.get(user=person)
    found.redacts_on = today()
    audit.save(found, by=None, verb="deactivated")
    assert client.get(f"/personer/{person.pk}/gallring/nu/").status_code == 200
    assert client.post(f"/personer/{person.pk}/gallring/nu/").status_code == 302
    assert User.objects.get(pk=person.pk).name == "Borttagen person"
    page = client.get(LIST)
    assert [line.redacted_by for line in page.context["log"]] == [world.person["coordinator"]]
    assert person not in [row.person for row in client.get("/personer/").context["rows"]]
    page = client.get(f"/personer/{person.pk}/")
    assert "Uppgifterna är gallrade" in page.content.decode()
    response = client.post(f"/personer/{person.pk}/oppna/", {"reason": "Prov"})
    assert "Bjud in personen på nytt" in response.content.decode()
    assert not User.objects.get(pk=person.pk).is_active


@pytest.mark.django_db
def test_kept_for_a_reason(world: cast.World, as_person: Callable[[str], Client]) -> None:
    person, client = world.person["ended"], as_person("coordinator")
    day = announced(person) + timedelta(days=30)
    path = f"/personer/{person.pk}/gallring/behall/"
    seen = client.get(path).context["form"].initial["seen"]
    values = {"kept_until": str(day), "reason": "Ärendet pågår.", "seen": seen}
    assert client.post(path, {**values, "reason": ""}).context["form"].errors == {
        "reason": ["Skriv varför uppgifterna behövs."]
    }
    assert client.post(path, values).status_code == 302
    assert client.post(path, values).status_code == 302
    assert Retention.objects.get(user=person).history.filter(verb="kept").count() == 1
    stale = client.post(path, {**values, "reason": "Annat skäl."})
    assert "Ärendet pågår." in str(stale.context["stands"])
    work_off(day)
    assert state(person) == RetentionState.ANNOUNCED
    work_off(day + timedelta(days=1))
    assert state(person) == RetentionState.DEACTIVATED
    too_long = client.post(path, {**values, "kept_until": "2099-01-01"})
    assert "Välj en dag mellan" in str(too_long.context["form"].errors)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["anonymous", "reader", "administrator", "steering", "outsider"])
def test_for_others_there_are_no_such_pages(world: cast.World, as_person: Callable[[str], Client], key: str) -> None:
    person, client = world.person["ended"], as_person(key)
    announced(person)
    paths = [
        LIST,
        "/personer/registerutdrag/",
        *(f"/personer/{person.pk}/{page}/" for page in ("gallring/behall", "gallring/nu", "registerutdrag")),
        f"/personer/{person.pk}/registerutdrag/fil/",
    ]
    expected = 302 if key == "anonymous" else 404
    assert {client.get(path).status_code for path in paths} == {expected}
    posts = [path for path in paths if "registerutdrag/" not in path and path != LIST]
    assert {client.post(path, {"kept_until": str(today()), "reason": "x"}).status_code for path in posts} == {expected}
    assert (state(person), Retention.objects.get(user=person).kept_until) == (RetentionState.ANNOUNCED, None)
    for change in (
        lambda: retention.redact(person=person, day=today(), by=world.person["reader"]),
        lambda: retention.keep(person=person, until=today(), reason="x", by=world.person["reader"]),
    ):
        with pytest.raises(access.Refused):
            change()


# --- the extract ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_everybody_reads_the_own_extract(world: cast.World, as_person: Callable[[str], Client]) -> None:
    person, _mandate = a_full_life(world)
    outbox.write("länk", {"subject": "Nytt lösenord", "body": "HEMLIG-LÄNK"}, recipient=person, is_secret=True)
    client = as_person("representative")
    page = client.get(OWN)
    text = page.content.decode()
    assert [chapter.purpose.title for chapter in page.context["extract"].chapters] == [
        "Ditt konto",
        "Meddelanden",
        "Dina roller och platser",
        "Inbjudningar",
        "Inloggning",
        "Uppdragsbeskrivningar",
        "Interna kontakter",
        "Bekräftelser och överlämningar",
        "Påminnelser om uppdrag",
    ]
    assert all(word in text for word in (person.email, "HEMLIG-PÅGÅR", "070-111 22 33", "HEMLIG-BREV"))
    assert [word for word in ("HEMLIG-NYCKEL", "HEMLIG-LÄNK") if word in text] == []
    assert cast.canary("mora") not in text
    found = json.loads(client.get(f"{OWN}fil/").content)
    parts = {part["vad"]: part for chapter in found["uppgifter"] for part in chapter["delar"]}
    assert parts["Personer"]["nu"][0]["Namn"] == "Rut Representant"
    assert [row["Namn"] for row in parts["Personer"]["tidigare"]] == ["Rut Representant"]
    assert {"vad": "Överlämning: överlämnad av", "antal": 1} in found["gjort"]
    assert "HEMLIG-NYCKEL" not in json.dumps(found)
    assert client.get("/personuppgifter/").status_code == 200


@pytest.mark.django_db
def test_the_coordinator_takes_out_anybodys(world: cast.World, as_person: Callable[[str], Client]) -> None:
    mandate = life.on_paper(world)
    client = as_person("coordinator")
    page = client.get(f"/personer/{mandate.representative.pk}/registerutdrag/")
    assert mandate.representative.email in page.content.decode()
    answer = client.get(f"/personer/{mandate.representative.pk}/registerutdrag/fil/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/personer/999999/registerutdrag/").status_code == 404


@pytest.mark.django_db
def test_an_address_without_account(world: cast.World, as_person: Callable[[str], Client]) -> None:
    cast.draft(world)
    client, path = as_person("coordinator"), "/personer/registerutdrag/"
    address = f"{cast.canary('falun')}@kontakt.example"
    page = client.post(path, {"email": address.upper()})
    assert [chapter.purpose.title for chapter in page.context["extract"].chapters] == ["Interna kontakter"]
    assert (
        "Portalen har inget om ingen@exempel.example"
        in client.post(path, {"email": "ingen@exempel.example"}).content.decode()
    )
    assert client.post(path, {"email": world.person["reader"].email}).status_code == 302
    for bad in ("", "x", "\x00", "x" * 300):
        assert client.post(path, {"email": bad}).context["form"].errors.keys() == {"email"}


@pytest.mark.django_db
def test_an_extract_shows_nobody_elses_past(world: cast.World, as_person: Callable[[str], Client]) -> None:
    """A contact and a commissioner's address were Anna's before they were Bo's, who has an account."""
    bo = world.person["reader"]
    line = cast.draft(world).lines.get()
    contact = InternalContact(line=line, name="Anna Annan", email="anna@annan.example", phone="010-11 11 11")
    audit.save(contact, by=None, verb="added")
    contact.name, contact.email, contact.phone = bo.name, bo.email, ""
    audit.save(contact, by=None, verb="saved")
    line.commissioner = None
    for name, email in (("Anna Annan", "anna@annan.example"), (bo.name, bo.email), ("Cia", "cia@annan.example")):
        line.commissioner_name, line.commissioner_email = name, email
        audit.save(line, by=None, verb="saved")
    client = as_person("coordinator")
    his = client.get(f"/personer/{bo.pk}/registerutdrag/fil/").content.decode()
    hers = client.post("/personer/registerutdrag/", {"email": "anna@annan.example"}).content.decode()
    own = client.get(f"/personer/{world.person['representative'].pk}/registerutdrag/fil/").content.decode()
    words = ("Anna Annan", "anna@annan.example", "010-11 11 11", "cia@annan.example")
    assert [word for word in words if word in his] == []
    assert his.count(bo.email) > 3
    assert [word for word in (*words[:3], bo.name, bo.email) if word in hers] == list(words[:3])
    assert [word for word in words if word not in own] == []


@pytest.mark.django_db
@pytest.mark.parametrize("more", [1, 60])
def test_queries_do_not_grow(
    world: cast.World, as_person: Callable[[str], Client], django_assert_num_queries: Any, more: int
) -> None:
    for number in range(more):
        person = User.objects.create(email=f"mer-{number}@cast.example", name=f"Mer {number}")
        outbox.write(f"prov-{number}", {"subject": "Prov", "body": "Prov"}, recipient=world.person["reader"])
        Retention.objects.create(user=person, announced_on=today(), deactivates_on=today())
    client = as_person("coordinator")
    with django_assert_num_queries(8):
        client.get(LIST)
    with django_assert_num_queries(12):
        page = client.get(f"/personer/{world.person['reader'].pk}/registerutdrag/")
    parts = {part.title: part for chapter in page.context["extract"].chapters for part in chapter.parts}
    assert (len(parts["Meddelanden"].rows), parts["Meddelanden"].more) == (min(more, 50), max(0, more - 50))


@pytest.mark.django_db
def test_ended_logins_are_removed(world: cast.World, as_person: Callable[[str], Client]) -> None:
    as_person("reader")
    assert login.remove_ended_sessions() == 0
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    login.remove_ended_sessions()
    assert Session.objects.count() == 0
