"""Who represented an organisation on a day: the sentence and its proof."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.templatetags.portal import date_sv
from mandates import actions as mandate_actions
from tests.factories import cast

URL = "/foretradare/"


def ask(client: Any, organisation: str = "falun", day: date | str = "") -> Any:
    return client.get(URL, {"organisation": organisation, "datum": str(day)})


def plain(response: Any) -> str:
    """The main part as one line of text without markup."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join("".join(part.partition(">")[2] for part in main.split("<")).split(" ")).replace("\n", " ")


def test_the_page_asks_first(as_person: Any) -> None:
    response = as_person("outsider").get(URL)
    assert (response.status_code, response.context["found"]) == (200, None)
    assert response.context["form"].errors == {}


def test_answer_of_today_with_its_proof(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    line = mandate.lines.get()
    text = plain(ask(as_person("outsider")))
    today = date_sv(timezone.localdate())
    said = [
        f"Rut Representant, Handläggare, representerar Falu kommun i Länsgruppen den {today}.",
        mandate.reference,
        f"{date_sv(line.attested_at)} av Ulla Uppdragsgivare för Falu kommun",
        f"{date_sv(line.starts_on)} – tills vidare",
    ]
    assert [text.count(words) for words in said] == [1, 1, 1, 1]


def test_the_reference_leads_to_the_mandate_only_for_those_who_may_open_it(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    link = f'href="/uppdrag/{mandate.pk}/"'
    counts = [ask(as_person(key)).content.decode().count(link) for key in ("reader", "coordinator", "outsider")]
    assert counts == [1, 1, 0]


def test_the_days_of_the_period_count_and_the_days_around_it_do_not(world: cast.World, as_person: Any) -> None:
    mandate = cast.attested(world)
    line = mandate.lines.get()
    assert line.starts_on is not None
    last_day = timezone.localdate() - timedelta(days=2)
    mandate_actions.end_line(line=line, ended_on=last_day, reason="Byter arbete", by=world.person["commissioner"])
    client = as_person("outsider")
    one = timedelta(days=1)
    held = {
        day: ask(client, day=day).context["found"].seats[0].is_held
        for day in (line.starts_on - one, line.starts_on, last_day, last_day + one)
    }
    assert list(held.values()) == [False, True, True, False]
    assert plain(ask(client, day=last_day)).count("representerade Falu kommun i Länsgruppen") == 1
    assert plain(ask(client)).count("Ingen representerar Falu kommun i Länsgruppen") == 1


def test_a_day_to_come(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    response = ask(as_person("outsider"), day=timezone.localdate() + timedelta(days=10))
    assert plain(response).count("ska representera Falu kommun") == 1


@pytest.mark.parametrize("make", [cast.draft, cast.submitted, cast.returned])
def test_what_nobody_has_attested_represents_nobody(world: cast.World, as_person: Any, make: Any) -> None:
    make(world)
    for key in ("outsider", "reader", "coordinator"):
        text = plain(ask(as_person(key)))
        assert (text.count("Ingen representerar Falu kommun"), text.count("Rut Representant")) == (1, 0)


def test_seat_by_office(as_person: Any) -> None:
    text = plain(ask(as_person("outsider"), "sater"))
    assert text.count("Stina Styrgrupp, Handläggare, innehar platsen för Säters kommun i Styrgruppen") == 1
    assert text.count("Ingen representerar Säters kommun i Länsgruppen") == 1


def test_protected_commissioner_stands_by_function(world: cast.World, as_person: Any) -> None:
    person = world.person["commissioner"]
    person.has_protected_identity = True
    audit.save(person, by=person, verb="saved")
    cast.attested(world)
    text = plain(ask(as_person("outsider")))
    assert (text.count("Ulla Uppdragsgivare"), text.count("av Uppdragsgivare, Falun för Falu kommun")) == (0, 1)
    assert plain(ask(as_person("reader"))).count("Ulla Uppdragsgivare") == 1


def test_nothing_internal_is_told(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    page = ask(as_person("outsider")).content.decode()
    assert (page.count(cast.canary("falun")), page.count("070-111 22 33")) == (0, 0)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("organisation=", {"organisation"}),
        ("organisation=finns-inte", {"organisation"}),
        ("organisation=%00", {"organisation"}),
        ("organisation=falun&datum=2026-02-30", {"datum"}),
        ("organisation=falun&datum=%00", {"datum"}),
        ("datum=2024-06-18", {"organisation"}),
    ],
)
def test_faults_stand_beside_the_field(as_person: Any, query: str, fields: set[str]) -> None:
    response = as_person("outsider").get(f"{URL}?{query}")
    assert (response.status_code, response.context["found"]) == (200, None)
    assert response.context["form"].errors.keys() == fields
    assert response.content.decode().count("Det finns fel i formuläret") == 1


@pytest.mark.parametrize("key", ["nobody", "ended", "future"])
def test_without_a_role_today_there_is_no_page(as_person: Any, key: str) -> None:
    assert as_person(key).get(URL).status_code == 404


def test_anonymous_is_asked_to_log_in_and_nobody_posts(as_person: Any) -> None:
    assert as_person("anonymous").get(URL).headers["Location"] == f"/konto/logga-in/?next={URL}"
    assert as_person("reader").post(URL).status_code == 405
