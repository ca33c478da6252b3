"""The made-up people: nobody in the sources, all on addresses that can belong to nobody."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from kvinnofrid.core import audit
from organisations import actions
from organisations.enums import Role
from organisations.models import Forum, Organisation, Partnership, Seat, User
from reports.demonstration.happening import happening

JOINED = 1600  # days ago
TITLES = {
    "representant": "Utvecklingsledare",
    "tidigare.representant": "Utvecklingsledare",
    "ersattare": "Handläggare",
    "uppdragsgivare": "Förvaltningschef",
    "registrator": "Registrator",
    "administrator": "Systemförvaltare",
    "lasare": "Handläggare",
}
ROLES = {
    "representant": Role.REPRESENTATIVE,
    "tidigare.representant": Role.REPRESENTATIVE,
    "ersattare": Role.REPRESENTATIVE,
    "uppdragsgivare": Role.COMMISSIONER,
    "registrator": Role.REGISTRAR,
    "administrator": Role.ADMINISTRATOR,
    "lasare": Role.READER,
}


@dataclass(frozen=True)
class Part:
    """One person: the role that the address begins with, the place that it ends with, the organisations it is for."""

    role: str
    place: str
    organisations: tuple[str, ...]
    is_protected: bool = False

    @property
    def email(self) -> str:
        return f"{self.role}@{self.place}.example"


MORA = ("mora", "orsa", "alvdalen", "malung-salen")
PARTS = (
    Part("representant", "falun", ("falun",)),
    Part("tidigare.representant", "falun", ("falun",)),
    Part("uppdragsgivare", "falun", ("falun",)),
    Part("registrator", "falun", ("falun",)),
    Part("administrator", "falun", ("falun",)),
    Part("representant", "mora", MORA),
    Part("uppdragsgivare", "mora", MORA),
    Part("lasare", "polisen", ("polisen",)),
    *(
        Part(role, place, (place,), is_protected=(role, place) == ("representant", "borlange"))
        for place in (
            "avesta", "borlange", "gagnef", "hedemora", "leksand", "ludvika", "rattvik", "smedjebacken", "vansbro",
            "region-dalarna", "lansstyrelsen-dalarna", "hogskolan-dalarna", "polisen", "kriminalvarden",
            "migrationsverket", "barnahus-dalarna", "brottsofferjouren",
        )
        for role in ("representant", "uppdragsgivare")
    ),
    *(Part("registrator", place, (place,)) for place in ("borlange", "hedemora", "ludvika", "region-dalarna")),
    Part("registrator", "mora", MORA),
    Part("ersattare", "leksand", ("leksand",)),
    Part("ersattare", "region-dalarna", ("region-dalarna",)),
)  # fmt: skip
COORDINATOR = "samordnare@dalarna.example"
STEERING = "styrgrupp@dalarna.example"
CHAIR = "representant@lansstyrelsen-dalarna.example"
STALE = "ny.lasare@falun.example"
STEERING_SEAT = "borlange"
ACCOUNTS = (  # those that anyone who tries the demonstration can log in to
    COORDINATOR,
    "representant@falun.example",
    "uppdragsgivare@falun.example",
    "registrator@falun.example",
    "administrator@falun.example",
    "representant@mora.example",
    "uppdragsgivare@mora.example",
    STEERING,
    "lasare@polisen.example",
)


class Cast:
    """Who takes part in the demonstration, and where."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.organisations = {organisation.slug: organisation for organisation in Organisation.objects.all()}
        self.forums = {forum.slug: forum for forum in Forum.objects.all()}
        self.people: dict[str, User] = {}
        self.principals = sorted(slug for slug, one in self.organisations.items() if one.is_principal)

    def missing(self) -> list[str]:
        """What the demonstration needs and the database does not have."""
        needed = {slug for part in PARTS for slug in part.organisations}
        needed |= {"sater", *MORA}
        forums = {"lansgruppen", "lchnv", "styrgruppen", "valfardsradet"}
        return sorted(needed - self.organisations.keys()) + sorted(forums - self.forums.keys())

    def join(self, encoded_password: str) -> None:
        """Everybody gets an account and roles; the listed accounts get the shared password, the others none."""
        with happening(JOINED):
            for part in PARTS:
                self._add(part.email, self._name(part), TITLES[part.role], part.is_protected, encoded_password)
                for slug in part.organisations:
                    self._grant(part.email, ROLES[part.role], self.organisations[slug])
            self._add(COORDINATOR, "Demo Samordnare Dalarna", "Utvecklingsledare", False, encoded_password)
            self._grant(COORDINATOR, Role.COORDINATOR, self.partnership)
            self._add(STEERING, "Demo Ledamot Styrgruppen", "Förvaltningschef", False, encoded_password)
            self._grant(CHAIR, Role.CHAIR, self.forums["lansgruppen"])
            self._take_seats()
        self._invite()

    def person(self, role: str, place: str) -> User:
        return self.people[f"{role}@{place}.example"]

    def _name(self, part: Part) -> str:
        words = part.role.replace(".", " ").replace("ersattare", "ersättare").replace("administrator", "administratör")
        return f"Demo {words.replace('lasare', 'läsare').title()} {self.organisations[part.place].short_name}"

    def _add(self, email: str, name: str, title: str, is_protected: bool, encoded_password: str) -> None:
        user = User(email=email, name=name, title=title, phone="070-174 06 05", has_protected_identity=is_protected)
        user.set_unusable_password()
        if email in ACCOUNTS:
            user.password = encoded_password
        audit.save(user, by=None, verb="created", reason="Demonstration")
        self.people[email] = user

    def _grant(self, email: str, role: Role, scope: actions.Scope) -> None:
        starts_on = timezone.localdate() - timedelta(days=JOINED)
        actions.grant_role(
            user=self.people[email], role=role, scope=scope, by=None, starts_on=starts_on, reason="Demonstration"
        )

    def _invite(self) -> None:
        """One who has not answered yet, and one whose link has run out; the addresses belong to nobody."""
        administrator, falun = self.people["administrator@falun.example"], self.organisations["falun"]
        for email, role, days in (("ny.registrator@falun.example", Role.REGISTRAR, 3), (STALE, Role.READER, 40)):
            with happening(days):
                actions.invite(scope=falun, email=email, roles=[role], by=administrator, starts_on=timezone.localdate())

    def _take_seats(self) -> None:
        """Seats by office. The sources give the steering group none, so the demonstration adds one and says so."""
        steering = Seat(
            forum=self.forums["styrgruppen"],
            organisation=self.organisations[STEERING_SEAT],
            function="Ledamot (påhittad plats i demonstrationen)",
        )
        audit.save(steering, by=None, verb="created", reason="Demonstration")
        holders = {steering: self.people[STEERING]}
        for place in ("falun", "leksand", "vansbro"):
            for seat in self.forums["lchnv"].seats.filter(organisation=self.organisations[place]):
                holders[seat] = self.person("uppdragsgivare", place)
        for seat, holder in holders.items():
            actions.appoint(
                seat=seat,
                holder=holder,
                by=None,
                starts_on=timezone.localdate() - timedelta(days=JOINED),
                reason="Demonstration",
            )
