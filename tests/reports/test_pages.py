"""The pages of an organisation and of a forum: what each reader sees, and what stays inside."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions as mandate_actions
from mandates.models import Mandate
from organisations import actions
from organisations.models import DecidingBody, ForumAlias, Organisation, OrganisationAlias
from tests.factories import cast

FALUN, ORSA, GROUP, STEERING = (
    "/organisationer/falun/",
    "/organisationer/orsa/",
    "/forum/lansgruppen/",
    "/forum/styrgruppen/",
)


def text(response: Any) -> str:
    assert response.status_code == 200
    page: str = response.content.decode()
    return page


# --- an organisation --------------------------------------------------------------------------------------------------


def test_facts_of_an_organisation(world: cast.World, as_person: Any) -> None:
    falun = world.org["falun"]
    unit = Organisation(slug="enhet", name="Kvinnofridsenheten", short_name="Enheten", kind="unit", parent=falun)
    audit.save(unit, by=None, verb="imported")
    audit.save(DecidingBody(organisation=falun, name="Socialnämnden", kind="committee"), by=None, verb="imported")
    alias = OrganisationAlias(organisation=falun, name="Falu stad", ends_on=date(1970, 12, 31))
    audit.save(alias, by=None, verb="imported")
    page = text(as_person("outsider").get(FALUN))
    facts = ["<h1>Falu kommun</h1>", "Kvinnofridsenheten", "Socialnämnden", "Falu stad"]
    assert [page.count(fact) for fact in facts] == [1, 1, 1, 1]
    assert page.count("(till 31\N{NO-BREAK SPACE}december\N{NO-BREAK SPACE}1970)") == 1
    assert text(as_person("outsider").get("/organisationer/enhet/")).count(f'<a href="{FALUN}">Falu kommun</a>') == 1


def test_empty_is_shown_as_empty(world: cast.World, as_person: Any) -> None:
    falun = world.org["falun"]
    falun.function_email = ""
    audit.save(falun, by=None, verb="imported")
    page = text(as_person("outsider").get(FALUN))
    assert page.count('<span class="muted">Inte angivet</span>') == 3  # number, address, deciding bodies
    assert page.count("Vakant (N.N.)") == 1


def test_what_it_owes(world: cast.World, as_person: Any) -> None:
    response = as_person("representative").get(FALUN)
    owed = [(owed.text, owed.url) for owed in response.context["overview"].owed]
    assert owed == [("Utse en representant i Länsgruppen.", "/uppdrag/nytt/")]
    owed = [(owed.text, owed.url) for owed in as_person("outsider").get(FALUN).context["overview"].owed]
    assert owed == [("Utse en representant i Länsgruppen.", "")]


def test_what_it_owes_when_somebody_waits(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    owed = [(owed.text, owed.url) for owed in as_person("reader").get(FALUN).context["overview"].owed]
    assert owed == [("Uppdraget i Länsgruppen väntar på attest av Ulla Uppdragsgivare.", f"/uppdrag/{mandate.pk}/")]


def test_missing_roles_and_address_are_told_inside(world: cast.World, as_person: Any) -> None:
    polisen = world.org["polisen"]
    polisen.function_email = ""
    audit.save(polisen, by=None, verb="imported")
    owed = [owed.text for owed in as_person("outsider").get("/organisationer/polisen/").context["overview"].owed]
    assert owed == [
        "Utse en representant i Länsgruppen.",
        "Organisationen saknar en uppdragsgivare som kan attestera. Be er administratör eller samordnaren bjuda in någon.",
        "Organisationen saknar någon som kan fylla i uppdrag. Be er administratör eller samordnaren bjuda in någon.",
        "Organisationen saknar funktionsadress. Meddela samordnaren vilken den är.",
        "Organisationen saknar administratör. Be samordnaren bjuda in någon.",
    ]
    owed = [owed.text for owed in as_person("reader").get("/organisationer/polisen/").context["overview"].owed]
    assert owed == ["Utse en representant i Länsgruppen."]


def test_nothing_owed(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    assert text(as_person("reader").get(FALUN)).count("Falu kommun har inget att ordna just nu.") == 1


@pytest.mark.parametrize(
    "key", ["reader", "representative", "commissioner", "registrar", "administrator", "coordinator"]
)
def test_own_people_see_roles_and_mandates(world: cast.World, as_person: Any, key: str) -> None:
    mandate = cast.draft(world)
    response = as_person(key).get(FALUN)
    roles = [(str(role.user), role.role) for role in response.context["overview"].members]
    assert roles == [
        ("Alva Administratör", "administrator"),
        ("Dan Avstängd", "commissioner"),
        ("Lena Läsare", "reader"),
        ("Ragna Registrator", "registrar"),
        ("Rut Representant", "representative"),
        ("Ulla Uppdragsgivare", "commissioner"),
    ]
    assert [own.line.mandate for own in response.context["overview"].lines] == [mandate]
    assert text(response).count(mandate.reference) == 1


@pytest.mark.parametrize("key", ["outsider", "mora_representative", "sater_representative", "steering", "chair"])
@pytest.mark.parametrize("make", [cast.draft, cast.submitted, cast.returned])
def test_others_find_nothing_of_what_is_inside(world: cast.World, as_person: Any, make: Any, key: str) -> None:
    mandate = make(world)
    response = as_person(key).get(FALUN)
    page = text(response)
    assert (response.context["overview"].members, response.context["overview"].lines) == ([], [])
    inside = [mandate.reference, cast.canary("falun"), "Lena Läsare", "Ragna Registrator", "070-111 22 33"]
    assert [page.count(word) for word in inside] == [0, 0, 0, 0, 0]
    assert page.count("visas bara för Falu kommun och samordnaren") == 1


@pytest.mark.parametrize("key", ["outsider", "mora_representative"])
def test_others_are_not_told_whom_it_waits_for(world: cast.World, as_person: Any, key: str) -> None:
    cast.submitted(world)
    page = text(as_person(key).get(FALUN))
    assert [page.count(word) for word in ("Ulla", "Rut", "Väntar på nästa steg")] == [0, 0, 0]
    assert page.count("Saknas") == 1


def test_an_attested_representative_is_open_to_all(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    page = text(as_person("outsider").get(FALUN))
    told = ["Rut Representant", "Giltigt uppdrag", 'href="mailto:representative@cast.example"', cast.canary("falun")]
    assert [page.count(word) for word in told] == [1, 1, 1, 0]


def test_a_line_of_another_organisation_stays_on_its_own_page(world: cast.World, as_person: Any) -> None:
    cast.attested(world, "mora_representative", ("mora", "orsa"))
    lines = as_person("orsa_reader").get(ORSA).context["overview"].lines
    assert [str(own.line.seat) for own in lines] == ["Orsa kommun"]
    assert as_person("orsa_reader").get("/organisationer/mora/").context["overview"].lines == []


def test_protected_person_stands_by_function_outside(world: cast.World, as_person: Any) -> None:
    person = world.person["representative"]
    person.has_protected_identity = True
    audit.save(person, by=person, verb="saved")
    cast.attested(world)
    for url in (FALUN, GROUP, "/foretradare/?organisation=falun"):
        page = text(as_person("outsider").get(url))
        hidden = ["Rut Representant", "representative@cast.example", "010-123 45 67"]
        assert [page.count(word) for word in hidden] == [0, 0, 0]
        assert page.count("Representant, Falun") == 1
        for key in ("reader", "coordinator", "representative"):
            assert text(as_person(key).get(url)).count("Representant, Falun") == 0


def test_history_of_an_organisation(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    sentences = [event.sentence for event in as_person("outsider").get(FALUN).context["history"]]
    assert sentences == [
        "Attesterade ett uppdrag i Länsgruppen.",
        "Organisationens platser lästes in från samverkansfilen.",
        "Organisationens uppgifter lästes in från samverkansfilen.",
    ]
    events = as_person("outsider").get(FALUN).context["history"]
    assert [event.who for event in events] == ["Falun", "Portalen", "Portalen"]
    inside = [(event.who, event.sentence) for event in as_person("reader").get(FALUN).context["history"]]
    assert inside[0] == ("Ulla Uppdragsgivare", "Attesterade ett uppdrag i Länsgruppen.")
    assert ("Portalen", "Gav rollen läsare till Lena Läsare.") in inside


def test_organisation_that_has_left(world: cast.World, as_person: Any) -> None:
    falun = world.org["falun"]
    falun.active_to = date(2024, 6, 30)
    audit.save(falun, by=None, verb="imported")
    assert text(as_person("outsider").get(FALUN)).count("Organisationen deltar inte längre.") == 1


# --- a forum ----------------------------------------------------------------------------------------------------------


def test_facts_of_a_forum(world: cast.World, as_person: Any) -> None:
    forum = world.forum
    forum.purpose, forum.rhythm, forum.reports_to = "Att samordna arbetet.", "4 möten om året", world.steering_group
    audit.save(forum, by=None, verb="imported")
    audit.save(ForumAlias(forum=forum, name="MVK", starts_on=date(2010, 1, 1)), by=None, verb="imported")
    page = text(as_person("outsider").get(GROUP))
    facts = ["<h1>Länsgruppen</h1>", "Att samordna arbetet.", "4 möten om året", "MVK", f'href="{STEERING}"']
    assert [page.count(fact) for fact in facts] == [1, 1, 1, 1, 1]
    assert text(as_person("outsider").get(STEERING)).count("Tar emot rapporter från") == 1


def test_roster_of_today(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    response = as_person("outsider").get(GROUP)
    held = [(str(row.seat), [holder.card.name for holder in row.holders]) for row in response.context["roster"].rows]
    assert held == [
        ("Falu kommun", ["Rut Representant"]),
        ("Länsstyrelsen Dalarna", []),
        ("Malung-Sälens kommun", []),
        ("Mora kommun", []),
        ("Orsa kommun", []),
        ("Polisen", []),
        ("Säters kommun", []),
        ("Älvdalens kommun", []),
    ]
    page = text(response)
    assert (page.count("Vakant (N.N.)"), page.count("I dag: 1 av 8 platser har en representant.")) == (7, 1)


def test_roster_of_another_day(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    day = timezone.localdate() - timedelta(days=31)
    response = as_person("outsider").get(f"{GROUP}?datum={day}")
    assert (response.context["roster"].day, response.context["roster"].held) == (day, 0)
    assert response.context["is_today"] is False


def test_deputy_is_marked(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world)
    last_day = timezone.localdate() + timedelta(days=200)
    line = mandate.lines.select_related("seat__organisation").get()
    cast.fill(world, line, kind="deputy", ends_on=last_day)
    mandate_actions.submit(mandate=mandate, by=world.person["representative"])
    mandate = Mandate.objects.get()
    mandate_actions.attest(line=mandate.lines.get(), version=mandate.version, by=world.person["commissioner"])
    page = text(as_person("outsider").get(GROUP))
    assert (page.count("ersättare till och med"), page.count("Vakant (N.N.)")) == (1, 8)


def test_seats_by_office(world: cast.World, as_person: Any) -> None:
    page = text(as_person("outsider").get(STEERING))
    told = ["Stina Styrgrupp", "1 av 1 platser har en innehavare.", "befattning eller förtroendeuppdrag"]
    assert [page.count(word) for word in told] == [1, 1, 1]
    earlier = cast.BEGAN - timedelta(days=1)
    assert text(as_person("outsider").get(f"{STEERING}?datum={earlier}")).count("Vakant (N.N.)") == 1


def test_protected_holder_of_an_office(world: cast.World, as_person: Any) -> None:
    person = world.person["steering"]
    person.has_protected_identity = True
    audit.save(person, by=person, verb="saved")
    page = text(as_person("outsider").get(STEERING))
    assert (page.count("Stina Styrgrupp"), page.count("Förvaltningschef, Säter")) == (0, 1)
    assert text(as_person("sater_representative").get(STEERING)).count("Stina Styrgrupp") == 1


@pytest.mark.parametrize("key", ["coordinator", "steering", "chair"])
def test_way_to_the_coverage_for_those_who_see_it(as_person: Any, key: str) -> None:
    assert text(as_person(key).get(GROUP)).count('<a class="button button--secondary" href="/uppdragslaget/') == 1


@pytest.mark.parametrize("key", ["representative", "outsider"])
def test_no_way_to_the_coverage_for_others(as_person: Any, key: str) -> None:
    assert text(as_person(key).get(GROUP)).count("/uppdragslaget/") == 0


@pytest.mark.parametrize("query", ["datum=2026-02-30", "datum=x", "datum=%00", "datum=2200-01-01"])
def test_bad_day_is_told_and_today_is_shown(as_person: Any, query: str) -> None:
    response = as_person("outsider").get(f"{GROUP}?{query}")
    assert response.context["form"].errors.keys() == {"datum"}
    assert response.context["is_today"] is True


def test_history_of_a_forum(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    events = as_person("outsider").get(GROUP).context["history"]
    assert [(event.who, event.sentence) for event in events] == [
        ("Falun", "Attesterade ett uppdrag för Falu kommun."),
        ("Portalen", "Forumets platser lästes in från samverkansfilen."),
        ("Portalen", "Forumets uppgifter lästes in från samverkansfilen."),
    ]
    events = as_person("outsider").get(STEERING).context["history"]
    assert events[0].sentence == "Platsen för Säters kommun, Förvaltningschef fick en innehavare."


def test_history_does_not_name_a_protected_person(world: cast.World, as_person: Any) -> None:
    coordinator = world.person["coordinator"]
    coordinator.has_protected_identity = True
    audit.save(coordinator, by=coordinator, verb="saved")
    audit.save(world.forum, by=coordinator, verb="saved")
    assert as_person("outsider").get(GROUP).context["history"][0].who == "Person med skyddade uppgifter"
    assert as_person("coordinator").get(GROUP).context["history"][0].who == "Siv Samordnare"


# --- the doors of both ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [FALUN, GROUP])
@pytest.mark.parametrize("key", ["nobody", "ended", "future"])
def test_without_a_role_today_there_is_no_page(as_person: Any, url: str, key: str) -> None:
    assert as_person(key).get(url).status_code == 404


@pytest.mark.parametrize("url", [FALUN, GROUP])
def test_anonymous_is_asked_to_log_in_and_nobody_posts(as_person: Any, url: str) -> None:
    assert as_person("anonymous").get(url).headers["Location"] == f"/konto/logga-in/?next={url}"
    assert as_person("coordinator").post(url).status_code == 405


@pytest.mark.parametrize("url", ["/organisationer/finns-inte/", "/forum/finns-inte/"])
def test_what_does_not_exist(as_person: Any, url: str) -> None:
    assert as_person("coordinator").get(url).status_code == 404


@pytest.mark.parametrize("more", [1, 15])
def test_queries_do_not_grow_with_mandates_and_appointments(
    world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int
) -> None:
    for _ in range(more):
        mandate = cast.submitted(world)
        mandate_actions.withdraw(mandate=mandate, reason="Fel år", by=world.person["representative"])
    seat = world.steering_group.seats.get()
    for number in range(more):
        day = date(2010, 1, 1) + timedelta(days=number)
        actions.appoint(seat=seat, holder=world.person["outsider"], by=None, starts_on=day, ends_on=day)
    client = as_person("reader")
    with django_assert_num_queries(24):
        assert len(client.get(FALUN).context["overview"].lines) == more
    with django_assert_num_queries(16):
        client.get(STEERING)
