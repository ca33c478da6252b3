"""The pages about reminders, renewals, elections and personal data, in every state that has a look of its own."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from mandates.actions import elections, reminders, renewals
from mandates.models import Election, ElectionItem, FormEdition, Mandate
from mandates.queries import reminders as reminder_queries
from organisations.models import User
from tests.factories import cast, leaving
from tests.journeys.place import Place
from tests.mandates.test_elections import body, planned
from tests.mandates.test_renewals import second

REMINDERS, ELECTIONS = "/uppdrag/paminnelser/lansgruppen/", "/uppdrag/nyval/"
# Visited by the stories instead, or not a page.
SAME_PAGES = {
    "reminder_pause_lift": "a button, pressed in tests/mandates",
    "renewal_withdraw": "a button, pressed in tests/mandates",
    "election_again": "a button, pressed in test_elections",
    "load_csv": "a file, read back in tests/reports",
    "load_xlsx": "a file, read back in tests/reports",
    "register_extract_file": "a file, asked for in tests/organisations",
    "person_register_extract_file": "a file, saved in test_retention",
}


@dataclass(frozen=True)
class Furniture:
    """What has been made, by what makes it worth a look."""

    newest: FormEdition
    election: Election
    withdrawn: Election
    body: ElectionItem
    told: User
    due: User


def upkeep_places(
    world: cast.World, *, attested: Mandate, declined: Mandate, waiting: Mandate, returned: Mandate
) -> list[Place]:
    """Asked for last: a newer edition and an election change how the mandates before them look."""
    made = _made(world, attested, declined)
    _remind(world, waiting, returned)
    return [
        *_reminders(attested, waiting, returned),
        *_renewals(world, made, attested, declined),
        *_loads(world),
        *_elections(made),
        *_personal_data(world, made),
    ]


# --- making -----------------------------------------------------------------------------------------------------------


def _made(world: cast.World, attested: Mandate, declined: Mandate) -> Furniture:
    by = world.person["coordinator"]
    newest = second(world, "Utgåva 3")
    renewals.ask_for_renewal(edition=newest, mandates=[attested, declined], by=by)
    reason = "Det som är nytt rör inte oss."
    renewals.decline_renewal(mandate=declined, reason=reason, by=world.person["mora_representative"])
    withdrawn = planned(world)
    elections.withdraw_election(election=withdrawn, reason="Fel dag.", by=by)
    committee = body(world, "falun", "Omsorgsnämnden")
    election = planned(world)
    kept = {"kept_until": _day(60), "kept_reason": "Ett ärende pågår."}
    leaving.one_who_left("Kerstin Kvar", "kerstin.kvar@cast.example", **leaving.time_is_out(), **kept)
    return Furniture(
        newest=newest,
        election=election,
        withdrawn=withdrawn,
        body=election.items.get(body=committee),
        told=leaving.one_who_left("Tuva Tillsagd", "tuva.tillsagd@cast.example"),
        due=leaving.one_who_left("Ute Urtid", "ute.urtid@cast.example", **leaving.time_is_out()),
    )


def _remind(world: cast.World, waiting: Mandate, returned: Mandate) -> None:
    """One mandate has been reminded of, another is paused, and the whole forum will be."""
    by = world.person["coordinator"]
    reminders.remind(mandate=waiting, key=reminder_queries.silent_of(waiting)[0].silence.key, by=by)
    later = {"starts_on": _day(20), "ends_on": _day(40), "reason": "Semester."}
    reminders.pause(forum=world.forum, values=later, by=by)
    now = {"starts_on": _day(0), "ends_on": None, "reason": "Personen är föräldraledig."}
    reminders.pause(forum=world.forum, mandate=returned, values=now, by=by)


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


# --- where to see it --------------------------------------------------------------------------------------------------


def _reminders(attested: Mandate, waiting: Mandate, returned: Mandate) -> list[Place]:
    """What has been sent, what is paused, and a mandate that waits for nothing."""
    return [
        Place("reminder_overview", REMINDERS),
        Place("reminder_overview", REMINDERS, "outsider", 403),
        Place("reminder_ladder", f"{REMINDERS}trappa/"),
        Place("reminder_pause", f"{REMINDERS}pausa/"),
        *[Place("mandate_remind", f"{one.get_absolute_url()}paminn/") for one in (waiting, returned, attested)],
        Place("mandate_reminder_pause", f"{waiting.get_absolute_url()}paminn/pausa/"),
    ]


def _renewals(world: cast.World, made: Furniture, attested: Mandate, declined: Mandate) -> list[Place]:
    newest = made.newest.get_absolute_url()
    return [
        Place("edition_changes", f"{newest}andringar/", "reader"),
        Place("edition_changes", f"{world.edition.get_absolute_url()}andringar/", "reader"),
        Place("renewal_list", f"{newest}fornyelser/"),
        Place("renewal_answer", f"{attested.get_absolute_url()}fornyelse/", "representative"),
        Place("renewal_answer", f"{declined.get_absolute_url()}fornyelse/", "mora_representative"),
    ]


def _loads(world: cast.World) -> list[Place]:
    person = world.person["mora_representative"]
    return [
        Place("load_list", "/samlad-andel/"),
        Place("load_list", "/samlad-andel/?datum=2001-01-01"),
        Place("person_load", f"/samlad-andel/{person.pk}/"),
        Place("person_load", f"/samlad-andel/{person.pk}/", "orsa_reader"),
    ]


def _elections(made: Furniture) -> list[Place]:
    election = made.election.get_absolute_url()
    return [
        Place("election_list", ELECTIONS),
        Place("election_list", ELECTIONS, "registrar"),
        Place("election_plan", f"{ELECTIONS}planera/"),
        *[Place("election_detail", election, person) for person in ("coordinator", "administrator", "steering")],
        Place("election_detail", made.withdrawn.get_absolute_url()),
        Place("election_withdraw", f"{election}aterta/"),
        Place("election_body", f"{election}rader/{made.body.pk}/organ/", "registrar"),
    ]


def _personal_data(world: cast.World, made: Furniture) -> list[Place]:
    return [
        Place("privacy_notice", "/personuppgifter/", ""),
        Place("register_extract", "/konto/registerutdrag/", "representative"),
        Place("person_register_extract", f"/personer/{world.person['mora_representative'].pk}/registerutdrag/"),
        Place("address_extract", "/personer/registerutdrag/"),
        Place("retention_list", "/personer/gallring/"),
        Place("retention_keep", f"/personer/{made.told.pk}/gallring/behall/"),
        Place("retention_redact", f"/personer/{made.due.pk}/gallring/nu/"),
    ]
