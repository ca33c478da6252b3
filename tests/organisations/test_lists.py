"""The lists of organisations and forums: who sees them, what they find, how many queries they take."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kvinnofrid.core import audit
from organisations.models import ForumAlias, OrganisationAlias
from tests.factories import cast, crowd

ORGANISATIONS, FORUMS = "/organisationer/", "/forum/"


def found(response: Any) -> list[str]:
    return [row.name for row in response.context["page"].object_list]


def test_organisations_stand_in_swedish_order(as_person: Any) -> None:
    assert found(as_person("outsider").get(ORGANISATIONS)) == [
        "Falu kommun",
        "Länsstyrelsen Dalarna",
        "Malung-Sälens kommun",
        "Mora kommun",
        "Orsa kommun",
        "Polisen",
        "Säters kommun",
        "Älvdalens kommun",
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=säter", ["Säters kommun"]),
        ("q=Falun", ["Falu kommun"]),
        ("q=Polismynd", ["Polisen"]),
        ("kind=county_board", ["Länsstyrelsen Dalarna"]),
        ("principal=nej", ["Länsstyrelsen Dalarna", "Polisen"]),
        ("q=mora&principal=ja&kind=municipality", ["Mora kommun"]),
        ("q=finns+inte", []),
    ],
)
def test_search_and_filter(world: cast.World, as_person: Any, query: str, names: list[str]) -> None:
    alias = OrganisationAlias(organisation=world.org["polisen"], name="Polismyndigheten")
    audit.save(alias, by=None, verb="imported")
    assert found(as_person("reader").get(f"{ORGANISATIONS}?{query}")) == names


def test_nothing_found_leads_back_to_all(as_person: Any) -> None:
    page = as_person("reader").get(f"{ORGANISATIONS}?q=finns+inte").content.decode()
    assert page.count("Ingen organisation passar in på det du sökte") == 1
    assert page.count("Visa alla organisationer") == 1


def test_organisation_that_has_left_is_not_listed(world: cast.World, as_person: Any) -> None:
    organisation = world.org["polisen"]
    organisation.active_to = timezone.localdate() - timedelta(days=1)
    audit.save(organisation, by=None, verb="imported")
    assert "Polisen" not in found(as_person("reader").get(ORGANISATIONS))


@pytest.mark.parametrize("query", ["kind=påhittad", "q=%00", "q=" + "x" * 101, "principal=kanske"])
def test_bad_filter_is_told_and_keeps_what_was_typed(as_person: Any, query: str) -> None:
    response = as_person("reader").get(f"{ORGANISATIONS}?{query}")
    assert response.status_code == 200
    assert len(found(response)) == 8
    assert response.context["form"].errors.keys() == {query.partition("=")[0]}


@pytest.mark.parametrize("sida", ["0", "-1", "abc", "999999", "%00", "9" * 5000])
def test_odd_page_numbers_show_a_page(as_person: Any, sida: str) -> None:
    assert len(found(as_person("reader").get(f"{ORGANISATIONS}?sida={sida}"))) == 8


def test_long_list_is_cut_in_pages(world: cast.World, as_person: Any) -> None:
    crowd.organisations(world, 45)
    client = as_person("outsider")
    first, second = client.get(ORGANISATIONS), client.get(f"{ORGANISATIONS}?sida=2&kind=")
    assert (len(found(first)), len(found(second))) == (50, 3)
    assert first.content.decode().count("53 organisationer") == 1


def test_forums(world: cast.World, as_person: Any) -> None:
    response = as_person("outsider").get(FORUMS)
    assert [(row.name, row.seat_count) for row in response.context["page"].object_list] == [
        ("Länsgruppen", 8),
        ("Styrgruppen", 1),
    ]
    assert response.content.decode().count("Länsstyrelsen Dalarna") == 1


def test_forums_count_only_seats_of_those_who_take_part(world: cast.World, as_person: Any) -> None:
    organisation = world.org["polisen"]
    organisation.active_to = timezone.localdate() - timedelta(days=1)
    audit.save(organisation, by=None, verb="imported")
    seat = world.seat("mora")
    seat.ends_on = timezone.localdate() - timedelta(days=1)
    audit.save(seat, by=None, verb="imported")
    assert as_person("reader").get(FORUMS).context["page"].object_list[0].seat_count == 6


@pytest.mark.parametrize(("query", "names"), [("styr", ["Styrgruppen"]), ("MVK", ["Länsgruppen"]), ("inget", [])])
def test_forums_are_found_by_other_names(world: cast.World, as_person: Any, query: str, names: list[str]) -> None:
    audit.save(ForumAlias(forum=world.forum, name="Länsgruppen MVK/VINR"), by=None, verb="imported")
    assert found(as_person("reader").get(f"{FORUMS}?q={query}")) == names


@pytest.mark.parametrize("url", [ORGANISATIONS, FORUMS])
@pytest.mark.parametrize("key", ["nobody", "ended", "future"])
def test_without_a_role_today_there_is_no_list(as_person: Any, url: str, key: str) -> None:
    assert as_person(key).get(url).status_code == 404


@pytest.mark.parametrize("url", [ORGANISATIONS, FORUMS])
def test_anonymous_is_asked_to_log_in(as_person: Any, url: str) -> None:
    assert as_person("anonymous").get(url).headers["Location"] == f"/konto/logga-in/?next={url}"


@pytest.mark.parametrize("url", [ORGANISATIONS, FORUMS])
def test_lists_are_only_read(as_person: Any, url: str) -> None:
    assert as_person("coordinator").post(url).status_code == 405
