"""The list and the page of a mandate: what is found, what it costs, what its history says, and to whom."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mandates import actions
from mandates.models import Mandate
from organisations.enums import Role
from tests.factories import cast
from tests.factories.filling import grant, line_url, line_values

LIST = "/uppdrag/"


def references(client: Client, query: str = "") -> list[str]:
    page = client.get(f"{LIST}{query}").content.decode()
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]*">([^<]*)</a>', page)


def words(response: Any) -> str:
    """The page's text without its markup, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


# --- the list -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(world: cast.World) -> dict[str, Mandate]:
    """Mandates of three representatives, in three states, oldest first."""
    return {
        "falun": cast.attested(world),
        "mora": cast.submitted(world, "mora_representative", ("mora", "orsa")),
        "sater": actions.start_mandate(edition=world.edition, by=world.person["sater_representative"]),
    }


SEARCHES = [
    ("", ["sater", "mora", "falun"]),
    ("?q=orsa", ["mora"]),
    ("?q=ORSA+kommun", ["mora"]),
    ("?q=Rut", ["falun"]),
    ("?q=kommun", ["sater", "mora", "falun"]),
    ("?q=finns-inte", []),
    ("?q=100%25", []),
    ("?q=_", []),
    ("?state=draft", ["sater"]),
    ("?state=submitted", ["mora", "falun"]),
    ("?state=submitted&q=falu", ["falun"]),
    ("?state=ended", []),
    ("?state=finns-inte", ["sater", "mora", "falun"]),
    ("?sida=99", ["sater", "mora", "falun"]),
    ("?sida=x", ["sater", "mora", "falun"]),
    ("?q=%00", ["sater", "mora", "falun"]),
    ("?ordning=lines__contacts__name", ["sater", "mora", "falun"]),
]


@pytest.mark.parametrize(("query", "found"), SEARCHES)
def test_search_and_filter(three: dict[str, Mandate], as_person: Any, query: str, found: list[str]) -> None:
    assert references(as_person("coordinator"), query) == [three[key].reference for key in found]


VISIBLE = {
    "representative": ["falun"],
    "commissioner": ["falun"],
    "reader": ["falun"],
    "mora_representative": ["mora"],
    "orsa_reader": ["mora"],
    "sater_representative": ["sater"],
    "outsider": [],
    "steering": [],
    "chair": [],
}


@pytest.mark.parametrize(("key", "found"), VISIBLE.items())
def test_each_sees_their_own(three: dict[str, Mandate], as_person: Any, key: str, found: list[str]) -> None:
    client = as_person(key)
    assert references(client) == [three[name].reference for name in found]
    for name, mandate in three.items():
        assert client.get(f"{LIST}{mandate.pk}/").status_code == (200 if name in found else 404)


def test_the_list_is_told_in_pages(world: cast.World, as_person: Any) -> None:
    many(world, 51)
    client = as_person("coordinator")
    assert (len(references(client)), len(references(client, "?sida=2"))) == (50, 1)
    assert not set(references(client)) & set(references(client, "?sida=2"))
    assert len(references(client, "?sida=2&q=Rut")) == 1


# --- what it costs ------------------------------------------------------------------------------------------------------


def many(world: cast.World, count: int, slugs: tuple[str, ...] = ("falun",)) -> None:
    """So many mandates of one representative; only the last is not withdrawn."""
    key = "representative" if slugs == ("falun",) else "mora_representative"
    for number in range(count):
        mandate = cast.submitted(world, key, slugs)
        if number < count - 1:
            actions.withdraw(mandate=mandate, reason="Prov.", by=world.person[key])


LIST_QUERIES = 8
DETAIL_QUERIES = 11


@pytest.mark.parametrize("count", [1, 11])
def test_list_queries(world: cast.World, as_person: Any, django_assert_num_queries: Any, count: int) -> None:
    many(world, count)
    client = as_person("reader")
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(LIST)
    assert len(response.context["rows"]) == count


@pytest.mark.parametrize("count", [1, 11])
def test_detail_queries(world: cast.World, as_person: Any, django_assert_num_queries: Any, count: int) -> None:
    many(world, count)
    mandate = Mandate.objects.get(state="submitted")
    client = as_person("commissioner")
    client.get(f"{LIST}{mandate.pk}/")
    with django_assert_num_queries(DETAIL_QUERIES):
        client.get(f"{LIST}{mandate.pk}/")


LINE_QUERIES = 17
STEP_QUERIES = {"": 17, "granska/": 18}


@pytest.mark.parametrize("slugs", [("mora",), cast.MORAS], ids=["one line", "four lines"])
@pytest.mark.parametrize(("step", "queries"), STEP_QUERIES.items())
def test_a_drafts_queries(
    world: cast.World,
    as_person: Any,
    django_assert_num_queries: Any,
    slugs: tuple[str, ...],
    step: str,
    queries: int,
) -> None:
    mandate = cast.draft(world, "mora_representative", slugs)
    client = as_person("mora_representative")
    client.get(f"{LIST}{mandate.pk}/{step}")
    with django_assert_num_queries(queries):
        client.get(f"{LIST}{mandate.pk}/{step}")


@pytest.mark.parametrize("count", [1, 20])
def test_a_lines_queries(world: cast.World, as_person: Any, django_assert_num_queries: Any, count: int) -> None:
    line = cast.draft(world).lines.get()
    contacts = [{"name": f"Kontakt {number}"} for number in range(count)]
    actions.save_line(line=line, values=line_values(world), contacts=contacts, by=world.person["representative"])
    client = as_person("representative")
    client.get(line_url(line))
    with django_assert_num_queries(LINE_QUERIES):
        client.get(line_url(line))


# --- one mandate --------------------------------------------------------------------------------------------------------


def test_history_is_told_in_sentences(world: cast.World, as_person: Any) -> None:
    mandate = cast.returned(world)
    line, by = mandate.lines.get(), world.person["representative"]
    cast.fill(world, line)
    actions.submit(mandate=mandate, by=by)
    version = Mandate.objects.get().version
    actions.attest(line=line, version=version, by=world.person["commissioner"])
    today = timezone.localdate()
    actions.end_line(line=line, ended_on=today, reason="Byter tjänst.", by=world.person["commissioner"])
    page = as_person("reader").get(f"{LIST}{mandate.pk}/").context["page"]
    rut, ulla = "Rut Representant", "Ulla Uppdragsgivare"
    assert [(event.who, event.sentence, event.reason) for event in page.history] == [
        ("Portalen", "Uppdraget avslutades i sin helhet.", ""),
        (ulla, "Avslutade uppdraget för Falu kommun.", "Byter tjänst."),
        (ulla, "Attesterade uppdraget för Falu kommun.", ""),
        (rut, "Skickade in uppdraget för attest.", ""),
        (rut, "Ändrade i formuläret.", ""),
        (ulla, "Återsände uppdraget för Falu kommun med en kommentar.", "kanariefalun: ange en kontakt till"),
        (rut, "Skickade in uppdraget för attest.", ""),
        (rut, "Ändrade i formuläret.", ""),
        (rut, "Lade till Falu kommun.", ""),
        (rut, "Påbörjade uppdraget.", ""),
    ]
    shown = words(as_person("reader").get(f"{LIST}{mandate.pk}/"))
    sentence = "Ulla Uppdragsgivare Återsände uppdraget för Falu kommun med en kommentar. kanariefalun: ange"
    assert shown.count(sentence) == 1


def test_another_organisations_line_is_shown_without_what_is_internal(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world, "mora_representative", cast.MORAS)
    lines = {line.seat.organisation.slug: line for line in mandate.lines.select_related("seat__organisation")}
    commissioner = world.person["mora_commissioner"]
    comment = f"{cast.canary('mora')} vill ha mer."
    actions.attest(line=lines["orsa"], version=mandate.version, by=commissioner)
    actions.send_back(line=lines["mora"], version=mandate.version, comment=comment, by=commissioner)
    page = as_person("orsa_reader").get(f"{LIST}{mandate.pk}/").content.decode()
    seen = {slug: page.count(cast.canary(slug)) for slug in cast.MORAS}
    assert seen == {"mora": 0, "orsa": page.count(cast.canary("orsa")), "alvdalen": 0, "malung-salen": 0}
    assert seen["orsa"] >= 4
    assert page.count("Uppdragsgivare, diarienummer och interna kontakter visas bara för") == 3
    for name in ("Mora kommun", "Orsa kommun", "Älvdalens kommun", "Malung-Sälens kommun"):
        assert f"</span>{name}" in page or name in page
    sentences = [
        event.sentence for event in as_person("orsa_reader").get(f"{LIST}{mandate.pk}/").context["page"].history
    ]
    assert "Attesterade uppdraget för Orsa kommun." in sentences
    assert "Återsände uppdraget för Mora kommun med en kommentar." not in sentences
    coordinator = as_person("coordinator").get(f"{LIST}{mandate.pk}/").content.decode()
    assert {slug for slug in cast.MORAS if cast.canary(slug) in coordinator} == set(cast.MORAS)


def test_of_anothers_line_only_that_the_organisation_attested_it_is_told(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world, "mora_representative", ("mora", "orsa"))
    events = as_person("orsa_reader").get(f"{LIST}{mandate.pk}/").context["page"].history
    told = [(event.who, event.sentence) for event in events if event.sentence.startswith("Attesterade")]
    assert sorted(told) == [
        ("Mats Morasson", "Attesterade uppdraget för Orsa kommun."),
        ("Mora", "Attesterade uppdraget för Mora kommun."),
    ]


def test_the_private_number_is_for_the_own_organisations(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world, "mora_representative", ("mora", "orsa"))
    for key in ("mora_representative", "mora_commissioner", "orsa_reader", "coordinator"):
        assert as_person(key).get(f"{LIST}{mandate.pk}/").content.decode().count("070-111 22 33") == 1


STATES = [
    ("draft", "representative", "Utkast"),
    ("submitted", "representative", "Väntar på attest"),
    ("returned", "representative", "Behöver rättas"),
    ("attested", "representative", "Attesterat och gäller"),
]


@pytest.mark.parametrize(("state", "key", "shown"), STATES)
def test_the_list_tells_how_the_form_stands(
    world: cast.World, as_person: Any, state: str, key: str, shown: str
) -> None:
    getattr(cast, state)(world)
    rows = as_person(key).get(LIST).context["rows"]
    assert [status.text for _, status in rows] == [shown]


def test_what_can_be_done_is_offered_to_those_who_may(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    grant(world, "registrar", Role.COMMISSIONER)

    def offered(key: str) -> list[str]:
        page = as_person(key).get(f"{LIST}{mandate.pk}/").content.decode()
        return [
            word for word in ("Ta ställning", "Återta uppdraget", ">Avsluta och lämna över<", ">Rätta<") if word in page
        ]

    assert offered("commissioner") == offered("registrar") == ["Ta ställning"]
    assert offered("representative") == ["Återta uppdraget"]
    assert offered("reader") == offered("coordinator") == []
    line = mandate.lines.get()
    actions.attest(line=line, version=mandate.version, by=world.person["commissioner"])
    assert offered("commissioner") == offered("coordinator") == [">Avsluta och lämna över<"]
    assert offered("reader") == []


def test_a_period_in_words(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    today = timezone.localdate()
    actions.end_line(
        line=mandate.lines.get(),
        ended_on=today + timedelta(days=3),
        reason="Byter tjänst.",
        by=world.person["commissioner"],
    )
    shown = words(as_person("reader").get(f"{LIST}{mandate.pk}/"))
    assert shown.count(f"Avslutas {today + timedelta(days=3)}") >= 1
    assert shown.count("Ulla Uppdragsgivare har") == 0
