"""The fixed cast: a small county with people in every role, made through the portal's own actions.

Each organisation's texts carry a word of its own (`canary("falun")`), so that a test can tell when one
organisation's text shows up in front of another.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions as mandate_actions
from mandates.models import EditionSection, FormEdition, Mandate, MandateSeat
from organisations import actions
from organisations.enums import ForumKind, OrganisationKind, Role, SeatHolding
from organisations.models import Forum, Organisation, Partnership, Seat, User

ORGANISATIONS = {
    "falun": ("Falu kommun", "Falun", OrganisationKind.MUNICIPALITY, True),
    "mora": ("Mora kommun", "Mora", OrganisationKind.MUNICIPALITY, True),
    "orsa": ("Orsa kommun", "Orsa", OrganisationKind.MUNICIPALITY, True),
    "alvdalen": ("Älvdalens kommun", "Älvdalen", OrganisationKind.MUNICIPALITY, True),
    "malung-salen": ("Malung-Sälens kommun", "Malung-Sälen", OrganisationKind.MUNICIPALITY, True),
    "sater": ("Säters kommun", "Säter", OrganisationKind.MUNICIPALITY, True),
    "polisen": ("Polisen", "Polisen", OrganisationKind.AGENCY, False),
    "lansstyrelsen": ("Länsstyrelsen Dalarna", "Länsstyrelsen", OrganisationKind.COUNTY_BOARD, False),
}
MORAS = ("mora", "orsa", "alvdalen", "malung-salen")

# The day when roles and seats began: before all days that tests stand on.
BEGAN = date(2025, 10, 18)
SINCE = (BEGAN - timezone.localdate()).days

# person: (name, [(role, scope slug, starts in days, ends in days)])
Roles = list[tuple[Role, str, int, int | None]]
PEOPLE: dict[str, tuple[str, Roles]] = {
    "coordinator": ("Siv Samordnare", [(Role.COORDINATOR, "partnership", SINCE, None)]),
    "representative": ("Rut Representant", [(Role.REPRESENTATIVE, "falun", SINCE, None)]),
    "commissioner": ("Ulla Uppdragsgivare", [(Role.COMMISSIONER, "falun", SINCE, None)]),
    "registrar": ("Ragna Registrator", [(Role.REGISTRAR, "falun", SINCE, None)]),
    "administrator": ("Alva Administratör", [(Role.ADMINISTRATOR, "falun", SINCE, None)]),
    "reader": ("Lena Läsare", [(Role.READER, "falun", SINCE, None)]),
    "mora_representative": ("Maj Morasson", [(Role.REPRESENTATIVE, slug, SINCE, None) for slug in MORAS]),
    "mora_commissioner": ("Mats Morasson", [(Role.COMMISSIONER, slug, SINCE, None) for slug in MORAS]),
    "orsa_reader": ("Olle Orsasson", [(Role.READER, "orsa", SINCE, None)]),
    "sater_representative": ("Sara Sätersson", [(Role.REPRESENTATIVE, "sater", SINCE, None)]),
    "outsider": ("Pia Polis", [(Role.READER, "polisen", SINCE, None)]),
    "steering": ("Stina Styrgrupp", []),
    "chair": ("Charlie Ordförande", [(Role.CHAIR, "lansgruppen", SINCE, None)]),
    "ended": ("Edit Avslutad", [(Role.COMMISSIONER, "falun", SINCE, -1)]),
    "future": ("Frida Framtid", [(Role.COMMISSIONER, "falun", 1, None)]),
    "deactivated": ("Dan Avstängd", [(Role.COMMISSIONER, "falun", SINCE, None)]),
    "nobody": ("Nils Ingen", []),
}
PASSWORD = "ett-långt-lösenord-för-prov"


def canary(slug: str) -> str:
    """A word that only this organisation's internal texts hold."""
    return f"kanarie{slug.replace('-', '')}"


@dataclass
class World:
    """What has been made, read fresh from the database."""

    org: dict[str, Organisation] = field(default_factory=dict)
    person: dict[str, User] = field(default_factory=dict)
    forum: Any = None
    steering_group: Any = None
    edition: Any = None

    def seat(self, slug: str) -> Seat:
        return Seat.objects.get(forum=self.forum, organisation=self.org[slug])


def load() -> World:
    """The cast as it stands in the database."""
    people = {user.email.partition("@")[0].replace("-", "_"): user for user in User.objects.all()}
    return World(
        org={organisation.slug: organisation for organisation in Organisation.objects.all()},
        person={key: people[key] for key in PEOPLE},
        forum=Forum.objects.get(slug="lansgruppen"),
        steering_group=Forum.objects.get(slug="styrgruppen"),
        edition=FormEdition.objects.get(name="Utgåva 1"),
    )


def build() -> World:
    """Make the cast in an empty database."""
    _save(Partnership(pk=1, name="Kvinnofrid Dalarna", county_name="Dalarnas län", county_code="20"))
    for slug, (name, short_name, kind, is_principal) in ORGANISATIONS.items():
        _save(
            Organisation(
                slug=slug,
                name=name,
                short_name=short_name,
                kind=kind,
                is_principal=is_principal,
                function_email=f"funktion@{slug}.example",
            )
        )
    _forums()
    for key, (name, roles) in PEOPLE.items():
        _person(key, name, roles)
    steering = Seat.objects.get(forum__slug="styrgruppen")
    actions.appoint(seat=steering, holder=_user("steering"), by=None, starts_on=BEGAN)
    deactivated = _user("deactivated")
    deactivated.is_active = False
    _save(deactivated)
    return load()


def _forums() -> None:
    convener = Organisation.objects.get(slug="lansstyrelsen")
    group = Forum(
        slug="lansgruppen",
        name="Länsgruppen",
        kind=ForumKind.COUNTY_GROUP,
        convener=convener,
        seats_held_by=SeatHolding.MANDATE,
    )
    _save(group)
    for organisation in Organisation.objects.all():
        _save(Seat(forum=group, organisation=organisation))
    steering = Forum(
        slug="styrgruppen",
        name="Styrgruppen",
        kind=ForumKind.STEERING_GROUP,
        seats_held_by=SeatHolding.EX_OFFICIO,
    )
    _save(steering)
    _save(Seat(forum=steering, organisation=Organisation.objects.get(slug="sater"), function="Förvaltningschef"))
    edition = FormEdition(forum=group, name="Utgåva 1", valid_from=date(2020, 1, 1))
    _save(edition)
    for position, heading in enumerate(["Bakgrund", "Syfte"], start=1):
        body = f"Text om {heading.lower()}.\n\nEtt stycke till."
        _save(EditionSection(edition=edition, position=position, heading=heading, body=body))
    edition.published_at = timezone.now()
    _save(edition)


def _person(key: str, name: str, roles: Roles) -> None:
    user = User(email=f"{key.replace('_', '-')}@cast.example", name=name, title="Handläggare", phone="010-123 45 67")
    user.set_password(PASSWORD)
    _save(user)
    today = timezone.localdate()
    for role, scope, starts, ends in roles:
        actions.grant_role(
            user=user,
            role=role,
            scope=_scope(scope),
            by=None,
            starts_on=today + timedelta(days=starts),
            ends_on=None if ends is None else today + timedelta(days=ends),
        )


def _scope(slug: str) -> Any:
    if slug == "partnership":
        return Partnership.objects.get()
    return Organisation.objects.filter(slug=slug).first() or Forum.objects.get(slug=slug)


def _user(key: str) -> User:
    user: User = User.objects.get(email=f"{key.replace('_', '-')}@cast.example")
    return user


def _save(row: Any) -> None:
    audit.save(row, by=None, verb="imported", reason="Prov")


# --- mandates in every state ------------------------------------------------------------------------------------------


def demonstrate() -> None:
    """Makes the database one of a demonstration."""
    partnership = Partnership.objects.get()
    partnership.is_demonstration = True
    audit.save(partnership, by=None, verb="made_demonstration")


def draft(world: World, representative: str = "representative", slugs: tuple[str, ...] = ("falun",)) -> Mandate:
    """A draft with complete lines, ready to submit."""
    by = world.person[representative]
    mandate = mandate_actions.start_mandate(edition=world.edition, by=by)
    mandate_actions.choose_seats(mandate=mandate, seats=[world.seat(slug) for slug in slugs], by=by)
    values = {
        "name": by.name,
        "title": by.title,
        "email": by.email,
        "phone": by.phone,
        "private_phone": "070-111 22 33",
    }
    mandate_actions.save_person(mandate=mandate, values=values, by=by)
    for line in mandate.lines.select_related("seat__organisation"):
        fill(world, line)
    return Mandate.objects.get(pk=mandate.pk)


def fill(world: World, line: MandateSeat, **values: Any) -> None:
    """Complete one line with a contact that carries the organisation's own word."""
    slug = line.seat.organisation.slug
    commissioner = world.person["mora_commissioner" if slug in MORAS else "commissioner"]
    filled = {
        "kind": "ordinary",
        "share_percent": Decimal("12.5"),
        "commissioner": commissioner,
        "starts_on": timezone.localdate() - timedelta(days=30),
        "ends_on": None,
        "case_number": f"{canary(slug)}-dnr",
        **values,
    }
    contact = {"name": f"{canary(slug)} kontakt", "role": canary(slug), "email": f"{canary(slug)}@kontakt.example"}
    mandate_actions.save_line(line=line, values=filled, contacts=[contact], by=line.mandate.representative)


def submitted(world: World, representative: str = "representative", slugs: tuple[str, ...] = ("falun",)) -> Mandate:
    mandate = draft(world, representative, slugs)
    mandate_actions.submit(mandate=mandate, by=world.person[representative])
    return Mandate.objects.get(pk=mandate.pk)


def attested(world: World, representative: str = "representative", slugs: tuple[str, ...] = ("falun",)) -> Mandate:
    mandate = submitted(world, representative, slugs)
    for line in mandate.lines.all():
        by = line.commissioner
        assert by is not None
        mandate_actions.attest(line=line, version=mandate.version, by=by)
    return Mandate.objects.get(pk=mandate.pk)


def returned(world: World) -> Mandate:
    mandate = submitted(world)
    line = mandate.lines.get()
    comment = f"{canary('falun')}: ange en kontakt till"
    mandate_actions.send_back(line=line, version=mandate.version, comment=comment, by=world.person["commissioner"])
    return Mandate.objects.get(pk=mandate.pk)
