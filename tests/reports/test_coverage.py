"""The coverage of a forum: each status of a seat, who sees it, on which day, and where the counts lead."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from kvinnofrid.core import audit
from mandates import actions as mandate_actions
from mandates.models import Mandate
from organisations.models import Forum
from reports.queries import seats
from tests.factories import cast

URL = "/uppdragslaget/lansgruppen/"


def today() -> date:
    return timezone.localdate()


def row(world: cast.World, slug: str, *, reader: str = "coordinator", day: date | None = None) -> seats.SeatStatus:
    found = seats.coverage(world.forum, day or today(), world.person[reader])
    return next(row for row in found.rows if row.seat.organisation.slug == slug)


def attested(world: cast.World, **values: Any) -> Mandate:
    """An attested mandate of Falun's with these values on its line."""
    mandate = cast.draft(world)
    cast.fill(world, mandate.lines.select_related("seat__organisation").get(), **values)
    mandate_actions.submit(mandate=mandate, by=world.person["representative"])
    mandate.refresh_from_db()
    mandate_actions.attest(line=mandate.lines.get(), version=mandate.version, by=world.person["commissioner"])
    return mandate


def test_missing(world: cast.World) -> None:
    found = row(world, "falun")
    assert (found.status, found.label, found.holders, found.waiting_for) == ("missing", "Saknas", [], "")


def test_draft_is_still_missing(world: cast.World) -> None:
    cast.draft(world)
    assert (row(world, "falun").status, row(world, "falun").waiting_for) == ("missing", "")


def test_waiting_for_attestation(world: cast.World) -> None:
    mandate = cast.submitted(world)
    found = row(world, "falun")
    line = mandate.lines.get()
    assert (found.status, found.waiting_for) == ("waiting", "attest av Ulla Uppdragsgivare")
    assert (found.waiting_since, found.is_overdue) == (line.waiting_since, False)
    assert found.mandates == [(mandate.reference, f"/uppdrag/{mandate.pk}/")]


def test_waiting_for_a_correction(world: cast.World) -> None:
    mandate = cast.returned(world)
    found = row(world, "falun")
    assert (found.status, found.waiting_for) == ("waiting", "rättning av Rut Representant")
    assert found.waiting_since == mandate.lines.get().returned_at


def test_waiting_more_than_two_weeks(world: cast.World) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=15), tick=False):
        cast.submitted(world)
    assert row(world, "falun").is_overdue is True


def test_valid(world: cast.World) -> None:
    mandate = cast.attested(world)
    found = row(world, "falun")
    assert (found.status, found.ends_on, [holder.card.name for holder in found.holders]) == (
        "valid",
        None,
        ["Rut Representant"],
    )
    assert found.mandates == [(mandate.reference, f"/uppdrag/{mandate.pk}/")]


@pytest.mark.parametrize(("days", "status"), [(0, "ends"), (90, "ends"), (91, "valid")])
def test_ends_within_90_days(world: cast.World, days: int, status: str) -> None:
    last_day = today() + timedelta(days=days)
    attested(world, ends_on=last_day)
    assert (row(world, "falun").status, row(world, "falun").ends_on) == (status, last_day)


def test_ended_yesterday_is_missing(world: cast.World) -> None:
    mandate = cast.attested(world)
    mandate_actions.end_line(
        line=mandate.lines.get(),
        ended_on=today() - timedelta(days=1),
        reason="Byter arbete",
        by=world.person["commissioner"],
    )
    assert row(world, "falun").status == "missing"
    assert row(world, "falun", day=today() - timedelta(days=1)).is_held is True


def test_begins_later(world: cast.World) -> None:
    starts_on = today() + timedelta(days=10)
    attested(world, starts_on=starts_on)
    found = row(world, "falun")
    assert (found.status, found.next_from, found.holders) == ("missing", starts_on, [])
    assert row(world, "falun", day=starts_on).status == "valid"


def test_a_successor_makes_the_end_no_worry(world: cast.World) -> None:
    attested(world, ends_on=today() + timedelta(days=9))
    starts_on = today() + timedelta(days=10)
    attested(world, starts_on=starts_on)
    assert (row(world, "falun").status, row(world, "falun").next_from) == ("valid", starts_on)


def test_a_renewal_that_waits_does_not_hide_what_is_valid(world: cast.World) -> None:
    cast.attested(world)
    cast.submitted(world)
    found = row(world, "falun")
    assert (found.status, found.waiting_for) == ("valid", "attest av Ulla Uppdragsgivare")


def test_a_deputy_alone_leaves_the_seat_missing(world: cast.World) -> None:
    attested(world, kind="deputy")
    found = row(world, "falun")
    assert (found.status, [holder.is_deputy for holder in found.holders]) == ("missing", [True])


def test_waiting_is_shown_from_the_day_it_began(world: cast.World) -> None:
    cast.submitted(world)
    assert row(world, "falun", day=today() - timedelta(days=1)).status == "missing"


def test_seats_and_organisations_of_the_day(world: cast.World) -> None:
    organisation = world.org["polisen"]
    organisation.active_to = today()
    audit.save(organisation, by=None, verb="imported")
    tomorrow = seats.coverage(world.forum, today() + timedelta(days=1), world.person["coordinator"])
    assert (len(seats.coverage(world.forum, today(), world.person["coordinator"]).rows), len(tomorrow.rows)) == (8, 7)


def test_sentence_counts_and_rows_agree(world: cast.World, as_person: Any) -> None:
    attested(world, ends_on=today() + timedelta(days=30))
    cast.submitted(world, "mora_representative", ("mora", "orsa"))
    response = as_person("coordinator").get(URL)
    sentence = (
        "1 av 8 platser har ett giltigt uppdrag. 7 saknar, men 2 av dem väntar på nästa steg. "
        "1 av de giltiga slutar inom 90 dagar."
    )
    assert response.context["coverage"].sentence == sentence
    assert response.content.decode().count(sentence) == 1
    for count in response.context["tiles"]:
        page = as_person("coordinator").get(URL + count["url"].removesuffix("#platser"))
        assert len(page.context["rows"]) == count["number"]
        assert {row.label for row in page.context["rows"]} <= {count["label"]}


def test_all_valid_is_said(world: cast.World) -> None:
    cast.attested(world, "mora_representative", ("mora", "orsa"))
    rows = [row(world, "mora"), row(world, "orsa")]
    assert seats.Coverage(world.forum, today(), rows).sentence == "Alla 2 platser har ett giltigt uppdrag."
    assert seats.Coverage(world.forum, today(), rows[:1]).sentence == "Den enda platsen har ett giltigt uppdrag."
    assert seats.Coverage(world.forum, today(), []).sentence == "Forumet har inga platser den dagen."


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=SÄTER", ["Säters kommun"]),
        ("status=valid", ["Falu kommun"]),
        ("status=valid&q=mora", []),
        ("status=valid&datum=2020-01-01", []),
    ],
)
def test_filter(world: cast.World, as_person: Any, query: str, names: list[str]) -> None:
    cast.attested(world)
    response = as_person("coordinator").get(f"{URL}?{query}")
    assert [str(row.seat) for row in response.context["rows"]] == names


def test_another_day_is_said(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    response = as_person("coordinator").get(f"{URL}?datum=2020-01-01")
    assert response.context["coverage"].day == date(2020, 1, 1)
    assert response.content.decode().count("Du ser läget den 1\N{NO-BREAK SPACE}januari\N{NO-BREAK SPACE}2020.") == 1


@pytest.mark.parametrize("query", ["datum=2026-02-30", "datum=igår", "datum=1999-12-31", "datum=%00", "status=alla"])
def test_bad_filter_is_told_and_today_is_shown(as_person: Any, query: str) -> None:
    response = as_person("coordinator").get(f"{URL}?{query}")
    assert response.status_code == 200
    assert (len(response.context["rows"]), response.context["is_today"]) == (8, True)
    assert response.context["form"].errors.keys() == {query.partition("=")[0]}


@pytest.mark.parametrize("key", ["coordinator", "steering", "chair"])
def test_who_sees_it(as_person: Any, key: str) -> None:
    assert as_person(key).get(URL).status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        "representative",
        "commissioner",
        "registrar",
        "administrator",
        "reader",
        "outsider",
        "ended",
        "future",
        "nobody",
    ],
)
def test_for_others_it_does_not_exist(as_person: Any, key: str) -> None:
    client = as_person(key)
    assert client.get(URL).status_code == 404
    assert client.get("/uppdragslaget/").status_code == 404


def test_chair_sees_the_own_forum_only(world: cast.World, as_person: Any) -> None:
    other = Forum(slug="annat", name="Annat forum", kind="working_group", seats_held_by="mandate")
    audit.save(other, by=None, verb="imported")
    client = as_person("chair")
    assert client.get(URL).status_code == 200
    assert client.get("/uppdragslaget/annat/").status_code == 404
    assert client.get("/uppdragslaget/").status_code == 404


@pytest.mark.parametrize("slug", ["styrgruppen", "finns-inte"])
def test_forums_without_mandates_have_no_coverage(as_person: Any, slug: str) -> None:
    assert as_person("coordinator").get(f"/uppdragslaget/{slug}/").status_code == 404


def test_one_forum_is_gone_straight_to(as_person: Any) -> None:
    assert as_person("steering").get("/uppdragslaget/").headers["Location"] == URL


def test_several_forums_are_listed(world: cast.World, as_person: Any) -> None:
    other = Forum(slug="annat", name="Annat forum", kind="working_group", seats_held_by="mandate")
    audit.save(other, by=None, verb="imported")
    response = as_person("steering").get("/uppdragslaget/")
    assert [coverage.forum.name for coverage, _counts in response.context["tiles"]] == ["Annat forum", "Länsgruppen"]


def test_anonymous_is_asked_to_log_in_and_nobody_posts(as_person: Any) -> None:
    assert as_person("anonymous").get(URL).headers["Location"] == f"/konto/logga-in/?next={URL}"
    assert as_person("coordinator").post(URL).status_code == 405


def test_steering_group_may_not_open_the_mandate(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    assert as_person("coordinator").get(URL).content.decode().count(f'href="/uppdrag/{mandate.pk}/"') == 1
    page = as_person("steering").get(URL).content.decode()
    assert page.count(f'href="/uppdrag/{mandate.pk}/"') == 0
    assert page.count("attest av Ulla Uppdragsgivare") == 1
    assert page.count(cast.canary("falun")) == 0


def test_protected_people_stand_by_function(world: cast.World) -> None:
    for key in ("representative", "commissioner"):
        person = world.person[key]
        person.has_protected_identity = True
        audit.save(person, by=person, verb="saved")
    cast.submitted(world)
    assert row(world, "falun", reader="steering").waiting_for == "attest av Uppdragsgivare, Falun"
    assert row(world, "falun", reader="coordinator").waiting_for == "attest av Ulla Uppdragsgivare"
    mandate = Mandate.objects.get()
    mandate_actions.attest(line=mandate.lines.get(), version=mandate.version, by=world.person["commissioner"])
    [holder] = row(world, "falun", reader="steering").holders
    assert (holder.card.name, holder.card.email, holder.card.phone, holder.card.title) == (
        "Representant, Falun",
        "funktion@falun.example",
        "",
        "",
    )
    assert holder.attested_by is not None
    assert holder.attested_by.name == "Uppdragsgivare, Falun"
