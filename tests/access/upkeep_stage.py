"""The upkeep of what has been agreed, on the stage: reminders, renewals, shared people, elections, retention.

Who relates how to what is written down here by hand, from the facts that are made; nothing asks the portal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions
from mandates.actions import elections, reminders, renewals
from mandates.enums import ElectionKind
from mandates.models import Election, ElectionItem, FormEdition, Mandate, MandateSeat
from mandates.models.editions import EditionSection
from mandates.queries import elections as election_queries
from organisations.actions import add_body, retention
from organisations.enums import BodyKind, ForumKind, SeatHolding
from organisations.models import Forum, Seat
from tests.factories import cast, leaving
from tests.factories.cast import MORAS, canary

PAUSE_WORD, KEPT_WORD, WITHDRAWN_WORD = "kanariepaus", "kanariebehålls", "kanarieåterta"
DECLINED_WORD = "kanarienej"
LEFT_WORD = "kanarieborta"  # the name and the address of those who have left


@dataclass(frozen=True)
class Thing:
    """What an address is asked about: its state in the words of the table, whose own, and which organisations'.

    A part of a renewal has the one that is to name it.
    """

    state: str
    owner: str = ""
    organisations: tuple[str, ...] = ()


_BOTH = ("falun", "sater")
THINGS: dict[str, Thing] = {
    "pause of the forum": Thing("in force"),
    "pause of a mandate": Thing("in force"),
    "lifted pause": Thing("lifted"),
    "pause elsewhere": Thing("of another forum"),
    "newest edition": Thing("published"),
    "asked to renew": Thing("asked", "representative", ("falun",)),
    "not asked to renew": Thing("not asked", "sater_representative", ("sater",)),
    "renewal declined": Thing("declined", "mora_representative", MORAS),
    "on the newest edition": Thing("of the newest edition", "deputy", ("falun",)),
    "load of representative": Thing("with a mandate", "representative", ("falun",)),
    "load of mora_representative": Thing("with a mandate", "mora_representative", MORAS),
    "load of protected": Thing("with a mandate", "protected", ("sater",)),
    "load of reader": Thing("without a mandate", "reader"),
    "planned renewal": Thing("planned", organisations=_BOTH),
    "renewal in force": Thing("begun", organisations=("falun",)),
    "withdrawn renewal": Thing("withdrawn", organisations=("sater",)),
    "body to name": Thing("body to name", organisations=("falun",)),
    "commissioner to name": Thing("role to name", organisations=("sater",)),
    "named body": Thing("named", organisations=("falun",)),
    "body of another renewal": Thing("of another renewal", organisations=("falun",)),
    "one who has been told": Thing("announced"),
    "one whose time is out": Thing("due"),
    "one whose data are kept": Thing("kept"),
    "one who is redacted": Thing("redacted"),
    "one with a role": Thing("with a role", "reader"),
}
_FORUMS = ("lansgruppen", "styrgruppen")
FORUM_PAGES: dict[str, tuple[str, ...]] = {
    "reminder_overview": _FORUMS,
    "reminder_ladder": _FORUMS,
    "reminder_pause": _FORUMS,
    "reminder_pause_lift": ("pause of the forum", "pause of a mandate", "lifted pause", "pause elsewhere"),
    "edition_changes": ("newest edition", "draft edition"),
    "renewal_list": ("newest edition", "draft edition"),
}
# Forms of the stage itself (stage.FORMS), by its keys.
FORM_PAGES: dict[str, tuple[str, ...]] = {
    "mandate_remind": ("waiting", "returned", "attested"),
    "mandate_reminder_pause": ("waiting",),
}
RENEWED_PAGES: dict[str, tuple[str, ...]] = {
    "renewal_answer": ("asked to renew", "not asked to renew", "renewal declined", "on the newest edition"),
    "renewal_withdraw": ("asked to renew", "renewal declined"),
}
LOAD_PAGES: dict[str, tuple[str, ...]] = {
    "person_load": (
        "load of representative",
        "load of mora_representative",
        "load of protected",
        "load of reader",
    ),
}
ELECTION_PAGES: dict[str, tuple[str, ...]] = {
    "election_list": ("",),
    "election_plan": ("",),
    "election_detail": ("planned renewal", "renewal in force", "withdrawn renewal"),
    "election_withdraw": ("planned renewal", "renewal in force", "withdrawn renewal"),
    "election_again": ("body to name", "commissioner to name", "named body", "body of another renewal"),
    "election_body": ("body to name", "commissioner to name", "named body", "body of another renewal"),
}
COORDINATORS_PAGES: dict[str, tuple[str, ...]] = {
    "load_list": ("",),
    "load_csv": ("",),
    "load_xlsx": ("",),
    "address_extract": ("",),
    "retention_list": ("",),
    "person_register_extract": ("one with a role", "one who is redacted"),
    "person_register_extract_file": ("one with a role", "one who is redacted"),
    "retention_keep": ("one who has been told", "one whose data are kept", "one who is redacted"),
    "retention_redact": (
        "one whose time is out",
        "one who has been told",
        "one whose data are kept",
        "one who is redacted",
        "one with a role",
    ),
}
OPEN_PAGES: dict[str, tuple[str, ...]] = {
    "privacy_notice": ("",),
    "register_extract": ("",),
    "register_extract_file": ("",),
}
PAGES: dict[str, tuple[str, ...]] = {
    **FORUM_PAGES,
    **FORM_PAGES,
    **RENEWED_PAGES,
    **LOAD_PAGES,
    **ELECTION_PAGES,
    **COORDINATORS_PAGES,
    **OPEN_PAGES,
}
# One of each column asks about the first thing of a page; about the others those whose answer may differ.
NEAR_FORUMS = ("coordinator", "chair", "representative", "outsider", "nobody", "deactivated", "anonymous")
SOME_NEAR_FORUMS = ("coordinator", "chair", "outsider")
NEAR_FORMS = (
    "coordinator",
    "representative",
    "commissioner",
    "reader",
    "outsider",
    "ended_representative",
    "anonymous",
)
SOME_NEAR_FORMS = ("coordinator", "representative", "commissioner", "outsider")
SOME_NEAR_RENEWED: dict[str, tuple[str, ...]] = {
    "not asked to renew": ("coordinator", "sater_representative", "sater_commissioner", "representative"),
    "renewal declined": ("coordinator", "mora_representative", "mora_commissioner", "orsa_reader", "representative"),
    "on the newest edition": ("coordinator", "deputy", "reader", "sater_representative"),
}
NEAR_LOADS: dict[str, tuple[str, ...]] = {
    "load of representative": (
        "coordinator",
        "representative",
        "reader",
        "orsa_reader",
        "outsider",
        "nobody",
        "anonymous",
    ),
    "load of mora_representative": ("coordinator", "orsa_reader", "representative"),
    "load of protected": ("coordinator", "protected", "sater_registrar", "steering", "representative"),
    "load of reader": ("coordinator", "reader", "commissioner", "outsider"),
}
NEAR_ELECTIONS = (
    "coordinator",
    "steering",
    "administrator",
    "registrar",
    "sater_administrator",
    "sater_registrar",
    "commissioner",
    "nobody",
    "anonymous",
)
SOME_NEAR_ELECTIONS = (
    "coordinator",
    "steering",
    "administrator",
    "registrar",
    "sater_administrator",
    "sater_registrar",
)
NEAR_COORDINATION = ("coordinator", "steering", "administrator", "reader", "nobody", "anonymous")
SOME_NEAR_COORDINATION = ("coordinator", "administrator")
FEW = ("coordinator", "outsider", "nobody", "deactivated", "anonymous")


def askers_of(page: str, key: str) -> tuple[str, ...]:
    """Who asks an address about a thing."""
    is_first = key == PAGES[page][0]
    if page in LOAD_PAGES:
        return NEAR_LOADS[key]
    if page in RENEWED_PAGES:
        return NEAR_FORMS if is_first else SOME_NEAR_RENEWED[key]
    for pages, near, some in (
        (FORUM_PAGES, NEAR_FORUMS, SOME_NEAR_FORUMS),
        (FORM_PAGES, NEAR_FORMS, SOME_NEAR_FORMS),
        (ELECTION_PAGES, NEAR_ELECTIONS, SOME_NEAR_ELECTIONS),
        (COORDINATORS_PAGES, NEAR_COORDINATION, SOME_NEAR_COORDINATION),
    ):
        if page in pages:
            return near if is_first else some
    return FEW


def standings(persona: str, key: str, **roles: tuple[str, ...]) -> list[str]:
    """How somebody stands to a thing, the nearest first, as the headings of the tables."""
    thing = THINGS.get(key, Thing(""))
    # A page about no one renewal is about one's own organisation.
    own = {*(thing.organisations if key else (*roles["administers"], *roles["registers"]))}
    near = {
        "coordinator": persona == "coordinator",
        "steering group": persona == "steering",
        "oneself": thing.owner == persona,
        "representative": thing.owner == persona,
        "commissioner": bool(own & {*roles["commissions"]}),
        "administrator": bool(own & {*roles["administers"]}),
        "registrar": bool(own & {*roles["registers"]}),
        "other administrator": bool(roles["administers"] or roles["registers"]),
        "inside": bool(own & {*roles["belongs_to"]}),
    }
    return [name for name, is_so in near.items() if is_so]


# --- making -----------------------------------------------------------------------------------------------------------


def build(world: cast.World, forms: Mapping[str, Mandate]) -> dict[str, dict[str, Any]]:
    """Make everything, through the portal's own actions; what the addresses hold, by the keys above."""
    found = _renewals(world) | _elections(world) | _people(world)
    found |= _pauses(world, forms)
    found |= {key: {"pk": world.person[thing.owner].pk} for key, thing in THINGS.items() if key.startswith("load of ")}
    assert set(found) == set(THINGS)
    return found


def _pauses(world: cast.World, forms: Mapping[str, Mandate]) -> dict[str, dict[str, Any]]:
    """The whole forum's begins later, so that until then something can be sent."""
    by, here = world.person["coordinator"], world.forum
    other = Forum.objects.get(slug="samradet")
    reminders.save_ladder(
        forum=here, values={"is_on": True, "days_between": 14, "highest_rung": 3, "most_per_week": 3}, by=by
    )

    def pause(forum: Forum, word: str, mandate: Mandate | None = None, *, starts: int = 0) -> Any:
        values = {"starts_on": _day(starts), "ends_on": _day(40), "reason": f"{PAUSE_WORD} {word}"}
        return reminders.pause(forum=forum, mandate=mandate, values=values, by=by)

    lifted = pause(here, "hävd", starts=20)
    reminders.lift_pause(pause=lifted, by=by)
    rows = {
        "pause of the forum": pause(here, "forum", starts=30),
        "pause of a mandate": pause(here, canary("falun"), forms["returned"]),
        "lifted pause": lifted,
        "pause elsewhere": pause(other, "annat"),
    }
    return {key: {"slug": here.slug, "pk": row.pk} for key, row in rows.items()}


# --- renewals ---------------------------------------------------------------------------------------------------------


def _renewals(world: cast.World) -> dict[str, dict[str, Any]]:
    """A forum of its own, in which an edition has been followed by another one."""
    forum = Forum(slug="samradet", name="Samrådet", kind=ForumKind.WORKING_GROUP, seats_held_by=SeatHolding.MANDATE)
    _save(forum)
    for slug in ("falun", "sater", *MORAS):
        _save(Seat(forum=forum, organisation=world.org[slug]))
    there = replace(world, forum=forum, edition=_edition(forum, "Samråd 1", -900))
    keys = ("asked to renew", "not asked to renew", "renewal declined")
    found = {key: _attested(there, THINGS[key]) for key in keys}
    newest = _edition(forum, "Samråd 2", -5)
    last = _attested(replace(there, edition=newest), THINGS["on the newest edition"], kind="deputy")
    by, asked = world.person["coordinator"], (found["asked to renew"], found["renewal declined"])
    renewals.ask_for_renewal(edition=newest, mandates=asked, by=by)
    declined, owner = found["renewal declined"], world.person["mora_representative"]
    renewals.decline_renewal(mandate=declined, reason=DECLINED_WORD, by=owner)
    found["on the newest edition"] = last
    return {key: {"pk": row.pk} for key, row in found.items()} | {"newest edition": {"pk": newest.pk}}


def _edition(forum: Forum, name: str, starts: int) -> FormEdition:
    edition = FormEdition(forum=forum, name=name, valid_from=_day(starts))
    _save(edition)
    _save(EditionSection(edition=edition, position=1, heading="Bakgrund", body=f"Text i {name}."))
    edition.published_at = timezone.now()
    _save(edition)
    return edition


def _attested(world: cast.World, thing: Thing, *, kind: str = "ordinary") -> Mandate:
    mandate = cast.draft(world, thing.owner, thing.organisations)
    for line in mandate.lines.select_related("seat__organisation", "mandate__representative"):
        by = {"commissioner": world.person["sater_commissioner"]} if thing.organisations == ("sater",) else {}
        cast.fill(world, line, kind=kind, **by)
    actions.submit(mandate=mandate, by=world.person[thing.owner])
    for line in MandateSeat.objects.filter(mandate=mandate).select_related("commissioner"):
        assert line.commissioner
        actions.attest(line=line, version=Mandate.objects.get(pk=mandate.pk).version, by=line.commissioner)
    return Mandate.objects.get(pk=mandate.pk)


# --- elections --------------------------------------------------------------------------------------------------------


def _elections(world: cast.World) -> dict[str, dict[str, Any]]:
    """One that is withdrawn, one that has come and is done, and one that is planned for Falun and Säter."""
    by = world.person["coordinator"]
    body = add_body(organisation=world.org["falun"], kind=BodyKind.COMMITTEE, name="Omsorgsnämnden", by=None)
    withdrawn = _planned(world, 300, "sater")
    elections.withdraw_election(election=withdrawn, reason=WITHDRAWN_WORD, by=by)
    begun, named = _begun(world)
    planned = _planned(world, 200, *_BOTH)
    to_name = planned.items.get(body=body)
    role = planned.items.get(kind=ElectionKind.COMMISSIONER, organisation=world.org["sater"])
    rows = {"planned renewal": planned, "renewal in force": begun, "withdrawn renewal": withdrawn}
    items = {"body to name": to_name, "commissioner to name": role, "named body": named}
    return {
        **{key: {"pk": row.pk} for key, row in rows.items()},
        **{key: {"pk": item.election_id, "item_pk": item.pk} for key, item in items.items()},
        "body of another renewal": {"pk": planned.pk, "item_pk": named.pk},
    }


def _planned(world: cast.World, days: int, *slugs: str) -> Election:
    plan = election_queries.Plan(
        starts_on=_day(days),
        kinds=frozenset({ElectionKind.BODY, ElectionKind.COMMISSIONER}),
        organisations=frozenset(world.org[slug].pk for slug in slugs),
        forums=frozenset(),
    )
    seen = election_queries.seen_of(plan, election_queries.covered(plan))
    return elections.plan_election(plan=plan, seen=seen, by=world.person["coordinator"])


def _begun(world: cast.World) -> tuple[Election, ElectionItem]:
    """Planned long ago, so made by hand: a committee that ended, and the one that took over."""
    told: dict[str, Any] = {"organisation": world.org["falun"], "kind": BodyKind.COMMITTEE, "by": None}
    old, new = (add_body(name=name, **told) for name in ("Gamla socialutskottet", "Nya socialutskottet"))
    old.ends_on = _day(-21)
    _save(old)
    election = Election(
        starts_on=_day(-20), planned_at=timezone.now() - timedelta(days=99), planned_by=world.person["coordinator"]
    )
    _save(election)
    item = ElectionItem(
        election=election, organisation=world.org["falun"], kind=ElectionKind.BODY, body=old, new_body=new
    )
    _save(item)
    return election, item


# --- retention --------------------------------------------------------------------------------------------------------


def _people(world: cast.World) -> dict[str, dict[str, Any]]:
    """Four who have left, each farther gone; and somebody who has not."""
    closed = leaving.time_is_out()
    steps: dict[str, dict[str, Any]] = {
        "one who has been told": {},
        "one whose time is out": closed,
        "one whose data are kept": {**closed, "kept_until": _day(60), "kept_reason": KEPT_WORD},
        "one who is redacted": closed,
    }
    found: dict[str, Any] = {}
    for number, (key, facts) in enumerate(steps.items()):
        found[key] = leaving.one_who_left(f"{LEFT_WORD} {number}", f"{LEFT_WORD}.{number}@cast.example", **facts)
    redacted, by = found["one who is redacted"], world.person["coordinator"]
    retention.redact(person=redacted, day=_day(0), by=by)
    found["one with a role"] = world.person["reader"]
    return {key: {"pk": person.pk} for key, person in found.items()}


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _save(row: Any) -> None:
    audit.save(row, by=None, verb="imported", reason="Prov")
