"""The cast with more people around the edges of time and organisation, and mandates and editions in every state.

Who relates how to what is written down here by hand, from the facts that are made; nothing asks the portal.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions as mandate_actions
from mandates.models import EditionSection, FormEdition, Mandate
from organisations import actions
from organisations.enums import ForumKind, Role, SeatHolding
from organisations.models import Forum, Partnership, Seat, User
from tests.access import agreement_stage, life_stage, people_stage, upkeep_stage
from tests.factories import cast
from tests.factories.cast import MORAS, canary

# Beyond cast.PEOPLE, in the same shape.
MORE_PEOPLE: dict[str, tuple[str, cast.Roles]] = {
    "former_holder": ("Fia Förut", [(Role.REPRESENTATIVE, "falun", -400, None)]),
    "coming_holder": ("Kim Kommande", [(Role.REPRESENTATIVE, "falun", -400, None)]),
    "deputy": ("Eva Ersättare", [(Role.REPRESENTATIVE, "falun", -400, None)]),
    "double": ("Dag Dubbel", [(Role.REPRESENTATIVE, "falun", -400, None), (Role.COMMISSIONER, "falun", -400, None)]),
    "ended_representative": ("Elsa Ended", [(Role.REPRESENTATIVE, "falun", -400, None)]),  # ended by the stage
    "future_representative": ("Fred Framtid", [(Role.REPRESENTATIVE, "falun", 1, None)]),
    "moved": ("Mona Flyttad", [(Role.REPRESENTATIVE, "falun", -400, None), (Role.READER, "polisen", -10, None)]),
    "orsa_commissioner": ("Orvar Orsasson", [(Role.COMMISSIONER, "orsa", -400, None)]),
    "protected": (
        "Hemlig Skyddsson",
        [(Role.REPRESENTATIVE, "sater", -400, None), (Role.REGISTRAR, "sater", -400, None)],
    ),
    "sater_commissioner": ("Sixten Sätersson", [(Role.COMMISSIONER, "sater", -400, None)]),
    "secretary": ("Sigge Sekreterare", [(Role.SECRETARY, "arbetsgruppen", -400, None)]),
    "sater_registrar": ("Signe Säterregistrator", [(Role.REGISTRAR, "sater", -400, None)]),
    "ended_registrar": ("Rolf Registrerat", [(Role.REGISTRAR, "falun", -400, -1)]),
    "future_registrar": ("Ronja Registrerar", [(Role.REGISTRAR, "falun", 1, None)]),
    "invited_reader": ("Ines Inbjuden", [(Role.READER, "polisen", -400, None)]),
    "invited_writer": ("Ivar Inbjuden", [(Role.READER, "lansstyrelsen", -400, None)]),
    "sater_administrator": ("Sven Säteradministratör", [(Role.ADMINISTRATOR, "sater", -400, None)]),
    "future_coordinator": ("Folke Framtid", [(Role.COORDINATOR, "partnership", 1, 30)]),
    "invited_person": ("Inga Inbjuden", []),  # has opened the link of an invitation
}
# They differ from others only where agreements are: other pages are not asked by them.
NEAR_AGREEMENTS = ("sater_registrar", "ended_registrar", "future_registrar", "invited_reader", "invited_writer")
# And these only where people are. The holder of a link has no account yet.
NEAR_PEOPLE = ("sater_administrator", "future_coordinator", "invited_person", "link_holder")
NOT_LOGGED_IN = ("anonymous", "deactivated", "link_holder")
WITHOUT_ROLE = (
    "nobody",
    "ended",
    "future",
    "ended_representative",
    "future_representative",
    "ended_registrar",
    "future_registrar",
    "future_coordinator",
    "invited_person",
)
FILLS_IN = (
    "representative",
    "former_holder",
    "coming_holder",
    "deputy",
    "double",
    "mora_representative",
    "sater_representative",
    "protected",
)
COMMISSIONS = {
    "commissioner": ("falun",),
    "double": ("falun",),
    "mora_commissioner": MORAS,
    "orsa_commissioner": ("orsa",),
    "sater_commissioner": ("sater",),
}
REGISTERS = {"registrar": ("falun",), "sater_registrar": ("sater",), "protected": ("sater",)}
# Organisations in which a person has any role today; those without a role have none.
BELONGS_TO: dict[str, tuple[str, ...]] = {
    "coordinator": (),
    "steering": (),
    "chair": (),
    "secretary": (),
    "representative": ("falun",),
    "commissioner": ("falun",),
    "registrar": ("falun",),
    "administrator": ("falun",),
    "reader": ("falun",),
    "former_holder": ("falun",),
    "coming_holder": ("falun",),
    "deputy": ("falun",),
    "double": ("falun",),
    "moved": ("polisen",),
    "mora_representative": MORAS,
    "mora_commissioner": MORAS,
    "orsa_reader": ("orsa",),
    "orsa_commissioner": ("orsa",),
    "sater_representative": ("sater",),
    "sater_commissioner": ("sater",),
    "protected": ("sater",),
    "sater_registrar": ("sater",),
    "sater_administrator": ("sater",),
    "outsider": ("polisen",),
    "invited_reader": ("polisen",),
    "invited_writer": ("lansstyrelsen",),
} | dict.fromkeys(WITHOUT_ROLE, ())
CHAIRS = {"chair": "lansgruppen", "secretary": "arbetsgruppen"}
PERSONAS = (*cast.PEOPLE, *MORE_PEOPLE, "anonymous", "link_holder")


@dataclass(frozen=True)
class Form:
    """A mandate of the stage: whose, for which organisations, and its state in the words of the table."""

    owner: str
    organisations: tuple[str, ...]
    state: str


FORMS = {
    "over": Form("representative", ("falun",), "ended"),
    "of one without role": Form("ended_representative", ("falun",), "ended"),
    "ended yesterday": Form("former_holder", ("falun",), "ended"),
    "withdrawn": Form("representative", ("falun",), "withdrawn"),
    "attested": Form("representative", ("falun",), "attested"),
    "waiting": Form("representative", ("falun",), "waiting"),
    "returned": Form("representative", ("falun",), "returned"),
    "draft": Form("representative", ("falun",), "draft"),
    "of one who moved": Form("moved", ("falun",), "returned"),
    "begins tomorrow": Form("coming_holder", ("falun",), "attested and not begun"),
    "deputy's": Form("deputy", ("falun",), "attested"),
    "of one who attests": Form("double", ("falun",), "waiting"),
    "four lines": Form("mora_representative", MORAS, "attested"),
    "four drafts": Form("mora_representative", MORAS, "draft"),
    "protected": Form("protected", ("sater",), "attested"),
}
EDITIONS = {"published": "published", "draft edition": "draft"}
FORUMS = {"lansgruppen": "forum with a form", "arbetsgruppen": "forum with a form", "styrgruppen": "forum without"}


@dataclass
class Stage:
    """The world and what was made in it, by the keys above."""

    world: cast.World
    forms: dict[str, Mandate] = field(default_factory=dict)
    editions: dict[str, FormEdition] = field(default_factory=dict)
    working_edition: Any = None  # of the forum in which nobody has a form yet
    things: dict[str, dict[str, Any]] = field(default_factory=dict)  # what the addresses of other things hold
    sessions: dict[str, str] = field(default_factory=dict)  # the session key of each person


def build(world: cast.World) -> Stage:
    """Make everything, through the portal's own actions."""
    _working_group(world)
    people = [_hire(world, key, name, roles) for key, (name, roles) in MORE_PEOPLE.items()]
    world = replace(world, person=world.person | {person[0]: person[1] for person in people})
    stage = Stage(world)
    stage.things = life_stage.build(world)
    for key, form in FORMS.items():
        stage.forms[key] = _form(world, key, form)
    _end_roles(world)
    stage.editions["published"] = world.edition
    stage.editions["draft edition"] = mandate_actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=date(2030, 1, 1), by=world.person["coordinator"]
    )
    stage.working_edition = FormEdition.objects.get(forum__slug="arbetsgruppen")
    stage.things |= upkeep_stage.build(world, stage.forms)
    stage.things |= agreement_stage.build(world) | people_stage.build(world)
    nobody: Any = None
    stage.world.person |= dict.fromkeys(("anonymous", "link_holder"), nobody)
    return stage


def _working_group(world: cast.World) -> None:
    forum = Forum(
        slug="arbetsgruppen", name="Arbetsgruppen", kind=ForumKind.WORKING_GROUP, seats_held_by=SeatHolding.MANDATE
    )
    _save(forum)
    for slug in ("falun", "sater", *MORAS):
        _save(Seat(forum=forum, organisation=world.org[slug]))
    edition = FormEdition(forum=forum, name="Utgåva A", valid_from=date(2020, 1, 1))
    _save(edition)
    _save(EditionSection(edition=edition, position=1, heading="Bakgrund", body="Text."))
    edition.published_at = timezone.now()
    _save(edition)


def _hire(world: cast.World, key: str, name: str, roles: cast.Roles) -> tuple[str, User]:
    protected = key == "protected"
    user = User(
        email=f"{key.replace('_', '-')}@cast.example",
        name=name,
        title="Handläggare",
        phone="010-765 43 21" if protected else "010-123 45 67",
        has_protected_identity=protected,
    )
    user.set_password(cast.PASSWORD)
    _save(user)
    scopes: dict[str, Any] = {forum.slug: forum for forum in Forum.objects.all()}
    scopes |= {**world.org, "partnership": Partnership.objects.get()}
    for role, slug, starts, ends in roles:
        actions.grant_role(
            user=user,
            role=role,
            scope=scopes[slug],
            by=None,
            starts_on=_day(starts),
            ends_on=None if ends is None else _day(ends),
        )
    return key, user


# Periods of the ordinary lines for Falun's one seat, none overlapping another: (starts, ends) in days from today.
PERIODS: dict[str, tuple[int, int | None]] = {
    "withdrawn": (700, 750),
    "over": (-350, None),
    "attested": (0, 0),
    "waiting": (100, 150),
    "returned": (200, 250),
    "draft": (300, 350),
    "ended yesterday": (-100, None),
    "of one without role": (-200, None),
    "of one who moved": (400, 450),
    "begins tomorrow": (1, 50),
    "deputy's": (-30, None),
    "of one who attests": (500, 550),
    "four lines": (-30, None),
    "four drafts": (600, 650),
    "protected": (-30, None),
}


def _form(world: cast.World, key: str, form: Form) -> Mandate:
    owner = world.person[form.owner]
    mandate = cast.draft(world, form.owner, form.organisations)
    starts, ends = PERIODS[key]
    for line in mandate.lines.select_related("seat__organisation", "mandate__representative"):
        kind = "deputy" if key == "deputy's" else "ordinary"
        period = {"starts_on": _day(starts), "ends_on": None if ends is None else _day(ends)}
        by = {"commissioner": world.person["sater_commissioner"]} if form.organisations == ("sater",) else {}
        cast.fill(world, line, kind=kind, share_percent=Decimal(10), **period, **by)
    if form.state == "draft":
        return Mandate.objects.get(pk=mandate.pk)
    mandate_actions.submit(mandate=mandate, by=owner)
    _move(world, key, Mandate.objects.get(pk=mandate.pk), form)
    return Mandate.objects.get(pk=mandate.pk)


def _move(world: cast.World, key: str, mandate: Mandate, form: Form) -> None:
    """From submitted to the form's state, with the organisation's own word in every reason."""
    if form.state == "withdrawn":
        mandate_actions.withdraw(mandate=mandate, reason=canary("falun"), by=world.person[form.owner])
    if form.state in {"waiting", "withdrawn"}:
        return
    for line in mandate.lines.select_related("seat__organisation", "commissioner"):
        word, by = canary(line.seat.organisation.slug), line.commissioner
        assert by is not None
        if form.state == "returned":
            mandate_actions.send_back(line=line, version=mandate.version, comment=word, by=by)
            continue
        mandate_actions.attest(line=line, version=mandate.version, by=by)
        if form.state == "ended":
            last = {"over": -300, "ended yesterday": -1, "of one without role": -101}[key]
            mandate_actions.end_line(line=line, ended_on=_day(last), reason=word, by=by)


def _end_roles(world: cast.World) -> None:
    """Yesterday was the last day of these roles; their holders have left a form behind."""
    for key in ("ended_representative", "moved"):
        membership = world.person[key].memberships.get(organisation=world.org["falun"])
        actions.end_role(membership=membership, by=None, ends_on=_day(-1))


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _save(row: Any) -> None:
    audit.save(row, by=None, verb="imported", reason="Prov")
