"""The board: the answer for named situations, what it rests on, earlier days, what is chosen, and who sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.actions import adoption
from agreements.enums import ChangeKind, Evidence, Outcome
from agreements.models import AdoptionDecision, Agreement, BoardVisit, ForumDecision, ValidityChange
from kvinnofrid.core import audit
from organisations import actions as organisation_actions
from organisations.models import Forum, Organisation, Seat
from reports.queries.board import Board
from tests.factories import agreements, cast

URL = "/overenskommelser/rok-prov/lage/"
TODAY = date(2026, 11, 22)
NOW = timezone.now()  # roles of the cast end and begin around the real day
FALUN, MALUNG, MORA, ORSA, SATER, ALVDALEN = "falun", "malung-salen", "mora", "orsa", "sater", "alvdalen"


@contextmanager
def on(day: date) -> Iterator[None]:
    """What is done on a day is registered then."""
    with time_machine.travel(f"{day}T10:00:00+01:00", tick=False):
        yield


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def made(world: cast.World) -> Agreement:
    """A regional agreement with six principals, published in May."""
    with on(date(2026, 5, 4)):
        return agreements.published(world)


def adopt(world: cast.World, made: Agreement, *slugs: str, decided_on: date = date(2026, 9, 15), **values: Any) -> None:
    for slug in slugs:
        agreements.adopt(world, made, slug, decided_on=decided_on, **values)


def page(as_person: Any, query: str = "", key: str = "coordinator") -> Any:
    response = as_person(key).get(URL + query)
    assert response.status_code == 200
    return response


def answer(response: Any) -> str:
    """The page's answer, which stands there once."""
    board: Board = response.context["board"]
    assert response.content.decode().count(f'<p class="answer__sentence">{board.sentence}</p>') == 1
    return board.sentence


def verdicts(response: Any) -> dict[str, str]:
    return {row.key: row.verdict.value for row in response.context["rows"]}


# --- the answer ---


def test_nobody_knows(made: Agreement, as_person: Any) -> None:
    response = page(as_person)
    assert answer(response) == (
        "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 6 av 6 huvudmän."
    )
    assert response.context["board"].basis == "Inget beslut är registrerat."
    assert [(count["number"], count["label"]) for count in response.context["counts"]] == [(6, "Okänt")]


def test_without_decisions_it_rests_on_the_last_thing_known(world: cast.World, made: Agreement, as_person: Any) -> None:
    for kind, day in (("approved", date(2026, 4, 19)), ("recommended", date(2026, 6, 18))):
        audit.save(
            ForumDecision(agreement=made, kind=kind, forum=world.forum, decided_on=day), by=None, verb="imported"
        )
    basis = "Det senaste som är känt: Länsgruppen rekommenderade till beslut 18 juni 2026."
    assert page(as_person).context["board"].basis == basis
    assert [row.next_reason for row in page(as_person).context["rows"]] == ["Ingen känd beslutsväg."] * 6
    assert page(as_person, "?den=2026-05-05").context["board"].basis == basis.replace(
        "rekommenderade till beslut 18 juni", "godkände 19 april"
    )


def test_nothing_is_published(world: cast.World, as_person: Any) -> None:
    agreements.with_parties(world)
    assert answer(page(as_person)) == "Under beredning: ingen version är publicerad."


def test_no_parties(world: cast.World, as_person: Any) -> None:
    agreements.agreement(world)
    response = page(as_person)
    assert answer(response) == "Under beredning: inga huvudmän är angivna."
    assert response.context["board"].basis == ""


def test_waiting_for_two(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, MALUNG, MORA, ORSA, decided_on=date(2026, 9, 15), proof=Evidence.EXTRACT)
    for slug, days in ((SATER, [date(2026, 12, 10), date(2027, 2, 11)]), (ALVDALEN, [date(2026, 12, 17)])):
        agreements.said(world, made, slug, date(2026, 11, 20))
        agreements.step(world, made, slug, meetings=days)
    made.force_rule = "decision"
    audit.save(made, by=None, verb="saved")
    response = page(as_person)
    assert answer(response) == "Kan träda i kraft tidigast 17 december 2026; väntar på Säter och Älvdalen."
    assert response.context["board"].basis == "Enligt 4 registrerade beslut, det senaste 15 september 2026."
    assert response.context["board"].holder == "Älvdalen"
    row = next(row for row in response.context["rows"] if row.key == SATER)
    assert (row.label, row.note) == ("Inte beslutad", "Enligt besked 2026-11-20")
    assert (row.next_body, row.next_on) == ("Kommunfullmäktige", date(2026, 12, 10))


def test_only_stated_is_said(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN)
    basis = "Enligt ett registrerat beslut, 15 september 2026. Det är bara uppgivet vilken text beslutet gällde."
    assert page(as_person).context["board"].basis == basis
    adopt(world, made, MORA, decided_on=date(2026, 9, 22), proof=Evidence.EXTRACT)
    basis = (
        "Enligt 2 registrerade beslut, det senaste 22 september 2026. "
        "För 1 av dem är det bara uppgivet vilken text beslutet gällde."
    )
    assert page(as_person).context["board"].basis == basis


def test_in_force(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, *agreements.PRINCIPALS, outcome=Outcome.ADOPTED_ON_CONDITION)
    response = page(as_person)
    assert answer(response) == "I kraft sedan 1 oktober 2026, gäller till och med 30 september 2034."
    assert [count["label"] for count in response.context["counts"]] == ["Likalydande, om alla fattar samma beslut"]


def test_not_in_force_yet(world: cast.World, made: Agreement, as_person: Any) -> None:
    made.planned_on = date(2027, 1, 1)
    audit.save(made, by=None, verb="saved")
    adopt(world, made, *agreements.PRINCIPALS)
    response = page(as_person)
    assert answer(response) == (
        "Alla 6 huvudmän har antagit samma text, den sista 15 september 2026. "
        "Träder i kraft 1 januari 2027, gäller till och med 31 december 2034."
    )
    assert response.content.decode().count("<dt>Träder i kraft</dt>") == 1


def test_over(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, *agreements.PRINCIPALS)
    change = ValidityChange(
        agreement=made,
        kind=ChangeKind.WITHDRAWAL,
        decided_on=date(2026, 10, 5),
        takes_effect_on=date(2026, 11, 1),
        registered_at=timezone.now(),
    )
    audit.save(change, by=None, verb="registered")
    response = page(as_person)
    assert answer(response) == "Uppsagd från och med 1 november 2026."
    assert response.content.decode().count("Överenskommelsen gäller inte längre.") == 1
    assert response.content.decode().count("planering/") == 0
    assert "Uppsägning" in [point.text for point in response.context["chart"].points]


def test_cannot(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, *agreements.PRINCIPALS[1:])
    adopt(world, made, FALUN, outcome=Outcome.AMENDED)
    assert answer(page(as_person)) == "Kan inte träda i kraft som beslutat: Falun antog med ändringar."
    assert page(as_person).context["board"].state_tone == "bad"


# --- rows, and where they lead ---


def test_a_row_leads_to_what_it_stands_on(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, paragraph="112", case_numbers=["KS 2026/7", "SN 2026/9"])
    decision = AdoptionDecision.objects.get()
    text = page(as_person).content.decode()
    assert text.count(f'href="/overenskommelser/rok-prov/beslut/{decision.pk}/"') == 1
    assert text.count("§\N{NO-BREAK SPACE}112") == 1
    assert text.count("KS 2026/7, SN 2026/9") == 1
    assert text.count('<a href="/overenskommelser/rok-prov/huvudman/falun/">Falun</a>') == 1


def test_counts_lead_to_their_rows(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, MORA)
    adopt(world, made, ORSA, outcome=Outcome.REFERRED_BACK)
    for count in page(as_person).context["counts"]:
        path, _, query = count["url"].partition("?")
        assert path == URL
        rows = page(as_person, f"?{query.removesuffix('#huvudman')}").context["rows"]
        assert (len(rows), {row.label for row in rows}) == (count["number"], {count["label"]})


def test_a_correction_takes_the_place_of_what_it_corrects(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN)
    adopt(world, made, FALUN, outcome=Outcome.REJECTED, corrects=AdoptionDecision.objects.get(), reason="Fel utfall")
    response = page(as_person)
    assert verdicts(response)[FALUN] == "rejected"
    assert response.context["board"].basis.startswith("Enligt ett registrerat beslut")


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("?lage=identical", [FALUN]),
        ("?lage=referred_back", [MORA]),
        ("?lage=rejected", []),
        ("?q=ÄLV", [ALVDALEN]),
        ("?q=ks+2026", [FALUN]),
        ("?q=sater&lage=identical", []),
        ("?lage=unknown&q=o", [ORSA]),
    ],
)
def test_filter(world: cast.World, made: Agreement, as_person: Any, query: str, slugs: list[str]) -> None:
    adopt(world, made, FALUN, case_numbers=["KS 2026/7"])
    adopt(world, made, MORA, outcome=Outcome.REFERRED_BACK)
    response = page(as_person, query)
    assert list(verdicts(response)) == slugs
    assert response.content.decode().count(f"{len(slugs)} av 6 huvudmän visas.") == 1


@pytest.mark.parametrize(
    ("order", "slugs"),
    [
        ("", [FALUN, MALUNG, MORA, ORSA, SATER, ALVDALEN]),
        ("namn", [FALUN, MALUNG, MORA, ORSA, SATER, ALVDALEN]),
        ("-namn", [ALVDALEN, SATER, ORSA, MORA, MALUNG, FALUN]),
        ("lage", [FALUN, ORSA, MORA, MALUNG, SATER, ALVDALEN]),
        ("-lage", [MALUNG, SATER, ALVDALEN, MORA, FALUN, ORSA]),
        ("beslut", [ORSA, FALUN, MORA, MALUNG, SATER, ALVDALEN]),
        ("-beslut", [MORA, FALUN, ORSA, MALUNG, SATER, ALVDALEN]),
        ("nasta", [SATER, FALUN, MALUNG, MORA, ORSA, ALVDALEN]),
        ("laga-kraft", [ORSA, FALUN, MALUNG, MORA, SATER, ALVDALEN]),
    ],
)
def test_order(world: cast.World, made: Agreement, as_person: Any, order: str, slugs: list[str]) -> None:
    adopt(world, made, FALUN, decided_on=date(2026, 9, 15))
    adopt(world, made, ORSA, decided_on=date(2026, 9, 8))
    adopt(world, made, MORA, decided_on=date(2026, 9, 22), outcome=Outcome.TABLED)
    agreements.step(world, made, SATER, meetings=[date(2026, 12, 1)])
    assert list(verdicts(page(as_person, f"?ordning={order}"))) == slugs


# --- earlier days, on two axes ---


def test_an_earlier_day(world: cast.World, made: Agreement, as_person: Any) -> None:
    with on(date(2026, 9, 16)):
        adopt(world, made, FALUN, decided_on=date(2026, 9, 15))
    with on(date(2026, 10, 7)):
        adopt(world, made, MORA, decided_on=date(2026, 10, 6))
    response = page(as_person, "?den=2026-10-01")
    assert {slug for slug, verdict in verdicts(response).items() if verdict == "identical"} == {FALUN}
    assert response.context["board"].otherwise is None
    assert "Du ser läget den 1\N{NO-BREAK SPACE}oktober\N{NO-BREAK SPACE}2026" in response.content.decode()


def test_what_was_registered_afterwards_is_shown_both_ways(world: cast.World, made: Agreement, as_person: Any) -> None:
    with on(date(2026, 11, 9)):
        adopt(world, made, FALUN, decided_on=date(2026, 9, 15))
    now = page(as_person, "?den=2026-10-01")
    row = now.context["rows"][0]
    assert (row.label, row.known_otherwise, now.context["board"].otherwise_words) == (
        "Likalydande",
        "Okänt",
        "Känt då:",
    )
    assert row.was_registered_late is True
    assert now.context["board"].otherwise.known_on == date(2026, 10, 1)
    then = page(as_person, "?den=2026-10-01&kant=2026-10-01")
    row = then.context["rows"][0]
    assert (row.label, row.known_otherwise, then.context["board"].otherwise_words) == (
        "Okänt",
        "Likalydande",
        "Känt nu:",
    )
    assert "6 av 6 huvudmän" in answer(then)
    assert "5 av 6 huvudmän" in then.context["board"].otherwise.sentence


def test_before_it_was_published(made: Agreement, as_person: Any) -> None:
    assert answer(page(as_person, "?den=2026-05-03")) == "Under beredning: ingen version är publicerad."


@pytest.mark.parametrize(
    "query", ["den=2026-11-23", "kant=2026-11-23", "den=2026-02-30", "kant=igår", "den=1999-12-31"]
)
def test_an_impossible_day_is_told_and_today_is_shown(made: Agreement, as_person: Any, query: str) -> None:
    response = page(as_person, f"?{query}")
    assert response.context["is_today"] is True
    assert set(response.context["form"].errors) == {query.partition("=")[0]}


# --- forecast, what if, planning ---


def waiting_for_sater(world: cast.World, made: Agreement) -> None:
    adopt(world, made, FALUN, MALUNG, MORA, ORSA, ALVDALEN)
    agreements.said(world, made, SATER, date(2026, 11, 20))
    agreements.step(
        world, made, SATER, "Kommunstyrelsen", role="preparing", meetings=[date(2026, 12, 1), date(2027, 1, 12)]
    )
    agreements.step(world, made, SATER, meetings=[date(2026, 12, 17), date(2027, 2, 11)])
    made.force_rule = "decision"
    audit.save(made, by=None, verb="saved")


def test_what_if_one_refers_it_back(world: cast.World, made: Agreement, as_person: Any) -> None:
    waiting_for_sater(world, made)
    coming = page(as_person).context["board"].forecast
    assert (coming.earliest, coming.likely, coming.holder) == (date(2026, 12, 17), date(2027, 2, 11), SATER)
    response = page(as_person, "?om=sater")
    asked = response.context["board"]
    assert (asked.asked.earliest, asked.asked_of) == (date(2027, 2, 11), "Säter")
    assert asked.forecast.earliest == date(2026, 12, 17)  # the answer itself is no what if
    assert response.content.decode().count('<option value="sater" selected>Säter</option>') == 1


def test_only_those_who_have_not_decided_can_be_asked_of(world: cast.World, made: Agreement, as_person: Any) -> None:
    waiting_for_sater(world, made)
    assert [row.key for row in page(as_person).context["board"].undecided] == [SATER]
    assert page(as_person, "?om=finns-inte").context["board"].asked_of == ""


def test_planning_backwards(world: cast.World, made: Agreement, as_person: Any) -> None:
    for slug in agreements.PRINCIPALS:
        agreements.step(world, made, slug, meetings=[date(2027, 2, 11), date(2027, 3, 18)])
    response = as_person("steering").get(URL + "planering/?onskad=2027-04-01")
    assert response.context["plan"].last_dispatch == date(2027, 3, 11)
    assert "senast <strong>11\N{NO-BREAK SPACE}mars\N{NO-BREAK SPACE}2027</strong>" in response.content.decode()


def test_an_impossible_plan_is_flagged(world: cast.World, made: Agreement, as_person: Any) -> None:
    for slug in agreements.PRINCIPALS[1:]:
        agreements.step(world, made, slug, meetings=[date(2027, 2, 11)])
    response = as_person("steering").get(URL + "planering/?onskad=2027-04-01")
    assert response.context["impossible"] == [("Falun", "falun", "Falun har ingen känd beslutsväg.")]
    assert response.content.decode().count("Planen går inte ihop") == 1


@pytest.mark.parametrize("query", ["", "?onskad=", "?onskad=2026-11-22", "?onskad=x", "?onskad=%00"])
def test_planning_without_a_day_to_come(made: Agreement, as_person: Any, query: str) -> None:
    response = as_person("steering").get(URL + "planering/" + query)
    assert (response.status_code, response.context["plan"]) == (200, None)


# --- what does not add up ---


def test_contradictions_are_pointed_out(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, decided_on=date(2026, 4, 1))
    response = page(as_person)
    assert [(remark.name, remark.text) for remark in response.context["board"].remarks] == [
        ("Falun", "Kommunfullmäktige beslutade 1 april 2026, innan version 1 publicerades 4 maj 2026.")
    ]
    assert response.content.decode().count("Uppgifter som inte går ihop") == 1


def test_calendars_of_earlier_years_are_read(world: cast.World, made: Agreement, as_person: Any) -> None:
    agreements.step(world, made, FALUN, meetings=[date(2026, 9, 15), date(2026, 12, 15)])
    adopt(world, made, FALUN, decided_on=date(2026, 9, 15))
    adopt(world, made, MORA, decided_on=date(2026, 9, 16))
    agreements.step(world, made, MORA, meetings=[date(2026, 9, 15)])
    assert [remark.name for remark in page(as_person).context["board"].remarks] == ["Mora"]


# --- what is new ---


def test_the_first_visit_tells_nothing_new(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN)
    assert page(as_person, key="steering").context["news"] == []
    assert BoardVisit.objects.get().user == world.person["steering"]


def test_what_has_been_registered_since_the_last_visit(world: cast.World, made: Agreement, as_person: Any) -> None:
    with on(date(2026, 11, 1)):
        adopt(world, made, FALUN)
    with on(date(2026, 11, 10)):
        page(as_person, key="steering")
    with on(date(2026, 11, 15)):
        adopt(world, made, MORA, proof=Evidence.EXTRACT)
        agreements.said(world, made, ORSA, date(2026, 11, 14))
    response = page(as_person, key="steering")
    assert [(news.name, news.text) for news in response.context["news"]] == [
        ("Mora", "Kommunfullmäktige antog utan ändring 15 september 2026."),
        ("Mora", "Utdraget anger fingeravtrycket."),
        ("Orsa", "Inte beslutat enligt besked 14 november 2026."),
    ]
    assert [row.key for row in response.context["rows"] if row.is_new] == [MORA, ORSA]
    assert response.content.decode().count('<span class="new">Nytt</span>') == 2
    follow = next(count["url"] for count in response.context["counts"] if count["label"] == "Okänt")
    again = as_person("steering").get(follow.removesuffix("#huvudman"))
    assert len(again.context["news"]) == 3  # as long as one stays on the page
    assert page(as_person, key="steering").context["news"] == []


def test_what_was_corrected_is_told_once(world: cast.World, made: Agreement, as_person: Any) -> None:
    """With the proof that the correction carries over; as corrected only to those who may have seen what it was."""
    by, values = world.person["coordinator"], {"paragraph": "§ 1"}
    with on(date(2026, 11, 1)):
        seen = agreements.adopt(world, made, FALUN, decided_on=date(2026, 9, 15))
    with on(date(2026, 11, 10)):
        page(as_person, key="steering")
    with on(date(2026, 11, 15)):
        unseen = agreements.adopt(world, made, MORA, decided_on=date(2026, 9, 15), proof=Evidence.COMPARED)
        note = agreements.said(world, made, ORSA, date(2026, 11, 14))
    with on(date(2026, 11, 16)):
        for entry in (seen, unseen):
            kept = {name: getattr(entry, name) for name in adoption.queries.ENTRY_FIELDS}
            adoption.correct_decision(decision=entry, values={**kept, **values}, reason="Paragrafen saknades.", by=by)
        adoption.void_status_note(note=note, reason="Fel huvudman.", by=by)
    assert sorted((news.name, news.text) for news in page(as_person, key="steering").context["news"]) == [
        ("Falun", "Rättat: Kommunfullmäktige antog utan ändring 15 september 2026."),
        ("Mora", "Kommunfullmäktige antog utan ändring 15 september 2026."),
        ("Mora", "Texterna är jämförda."),
        ("Orsa", "Struket: beskedet 14 november 2026."),
    ]


def test_before_any_version_each_row_says_so(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, decided_on=date(2026, 4, 1))
    response = page(as_person, "?den=2026-05-03")
    assert {row.label for row in response.context["rows"]} == {"Ingen version än"}
    assert [(count["number"], count["label"]) for count in response.context["counts"]] == [(6, "Ingen version än")]


def test_remarks_and_marks_follow_both_days(world: cast.World, made: Agreement, as_person: Any) -> None:
    adopt(world, made, FALUN, decided_on=date(2026, 4, 1))
    assert len(page(as_person).context["board"].remarks) == 1
    assert page(as_person, "?den=2026-03-31").context["board"].remarks == []
    marks = [
        [point.label for point in page(as_person, query).context["chart"].points if "publicerades" in point.label]
        for query in ("", "?kant=2026-05-03", "?den=2026-05-03")
    ]
    assert [len(found) for found in marks] == [1, 0, 0]


def test_another_person_has_visits_of_their_own(world: cast.World, made: Agreement, as_person: Any) -> None:
    with on(date(2026, 11, 10)):
        page(as_person, key="steering")
    adopt(world, made, FALUN)
    assert page(as_person, key="reader").context["news"] == []
    assert len(page(as_person, key="steering").context["news"]) == 1


def test_looking_back_is_no_visit(made: Agreement, as_person: Any) -> None:
    page(as_person, "?den=2026-11-01")
    as_person("coordinator").head(URL)
    assert BoardVisit.objects.count() == 0


# --- pictures ---


def test_map_and_tiles_of_the_partnership(world: cast.World, made: Agreement, as_person: Any) -> None:
    for slug, code in ((FALUN, "2080"), (MORA, "2062")):
        row = Organisation.objects.get(slug=slug)
        row.scb_code = code
        audit.save(row, by=None, verb="imported")
    response = page(as_person)
    assert (response.context["drawing"].map, response.context["drawing"].tiles) == (None, None)
    partnership = response.context["partnership"]
    partnership.tiles = [{"scb_code": "2080", "column": 1, "row": 0}, {"scb_code": "2062", "column": 0, "row": 0}]
    audit.save(partnership, by=None, verb="imported")
    drawing = page(as_person).context["drawing"]
    assert drawing.map is None
    assert [(tile.cell.name, tile.column) for tile in drawing.tiles.tiles] == [("Falun", 2), ("Mora", 1)]
    assert len(drawing.tiles.beside) == 4
    partnership.outlines = [{"scb_code": "2080", "path": "M0,0 10,0 10,10Z", "label": [5, 5]}]
    audit.save(partnership, by=None, verb="imported")
    response = page(as_person)
    assert [area.cell.name for area in response.context["drawing"].map.areas] == ["Falun"]
    assert response.content.decode().count('aria-label="Falun: Okänt"') == 1


def test_the_line_of_time(world: cast.World, made: Agreement, as_person: Any) -> None:
    for kind, day in (("assigned", date(2022, 2, 23)), ("recommended", date(2026, 6, 18))):
        audit.save(
            ForumDecision(agreement=made, kind=kind, forum=world.forum, decided_on=day), by=None, verb="imported"
        )
    adopt(world, made, FALUN, decided_on=date(2026, 9, 8))
    adopt(world, made, MORA, decided_on=date(2026, 9, 15))
    told = [(point.day.isoformat(), point.text) for point in page(as_person).context["chart"].points]
    assert told == [
        ("2022-02-23", "Länsgruppen gav i uppdrag"),
        ("2026-05-04", "Version 1 publicerades"),
        ("2026-06-18", "Länsgruppen rekommenderade till beslut"),
        ("2026-09-08", "Falun beslutade (först)"),
        ("2026-09-15", "Mora beslutade (2 av 6)"),
        ("2026-10-01", "Planerat: Ikraftträdande"),
        ("2026-11-22", "I dag"),
    ]
    earlier = page(as_person, "?den=2026-06-01").context["chart"].points
    assert [point.text for point in earlier][:2] == ["Länsgruppen gav i uppdrag", "Version 1 publicerades"]


# --- who sees it, and how it is asked ---


@pytest.mark.parametrize("key", [key for key in cast.PEOPLE if key not in {"ended", "future", "deactivated", "nobody"}])
def test_all_participants_see_it(made: Agreement, as_person: Any, key: str) -> None:
    assert page(as_person, key=key).context["is_coordinator"] is (key == "coordinator")


@pytest.mark.parametrize("key", ["ended", "future", "nobody"])
@pytest.mark.parametrize("path", ["", "pdf/", "xlsx/", "csv/", "json/", "planering/", "lankar/"])
def test_without_a_role_it_does_not_exist(made: Agreement, as_person: Any, key: str, path: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert as_person(key).get(URL + path).status_code == 404
        assert as_person(key).get(f"/overenskommelser/finns-inte/lage/{path}").status_code == 404


def test_anonymous_is_asked_to_log_in_and_nobody_posts(made: Agreement, as_person: Any) -> None:
    assert as_person("anonymous").get(URL).headers["Location"] == f"/konto/logga-in/?next={URL}"
    assert as_person("coordinator").post(URL).status_code == 405


def test_unknown_agreements_are_not_found(as_person: Any) -> None:
    for path in ("", "pdf/", "xlsx/", "csv/", "json/", "planering/"):
        assert as_person("coordinator").get(f"/overenskommelser/finns-inte/lage/{path}").status_code == 404


ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["\0", "identical", "-beslut", "2026-11-01", "9" * 40, "-1", "1795000000", "falun", "%", "𝔘", "2100-01-01"]
    ),
)


QUERIES = st.dictionaries(
    st.sampled_from(["q", "lage", "ordning", "den", "kant", "om", "sedan", "x"]), ODD, min_size=1, max_size=8
)


def test_no_query_string_breaks_it(made: Agreement, as_person: Any) -> None:
    """A page with six odd values tries as many as three pages with two."""
    client = as_person("reader")

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES)
    def hold(query: dict[str, str]) -> None:
        assert client.get(URL, query).status_code == 200

    hold()


# --- never more questions to the database ---


@pytest.mark.parametrize("more", [0, 54])
def test_queries_do_not_grow(world: cast.World, as_person: Any, django_assert_num_queries: Any, more: int) -> None:
    slugs = [*agreements.PRINCIPALS, *agreements.more_principals(world, more)]
    made = agreements.published(world, slugs)
    for slug in slugs[1:]:
        agreements.adopt(world, made, slug, proof=Evidence.COMPARED)
        agreements.step(world, made, slug, meetings=[timezone.localdate() + timedelta(days=days) for days in (7, 70)])
    for key in ("coordinator", "steering", "reader"):
        client = as_person(key)
        page(as_person, key=key)
        with django_assert_num_queries(8):
            assert len(client.get(URL).context["rows"]) == 6 + more


def test_a_seat_without_permissions_asks_no_more_than_eleven(
    world: cast.World, made: Agreement, as_person: Any, django_assert_num_queries: Any
) -> None:
    """One who only sits in a network by office: whether they take part is asked once for each door."""
    forum = Forum(slug="chefsnatverket", name="Chefsnätverket", kind="chiefs_network", seats_held_by="ex_officio")
    audit.save(forum, by=None, verb="imported")
    seat = Seat(forum=forum, organisation=world.org[SATER])
    audit.save(seat, by=None, verb="imported")
    organisation_actions.appoint(seat=seat, holder=world.person["nobody"], by=None, starts_on=date(2026, 1, 1))
    client = as_person("nobody")
    page(as_person, key="nobody")
    with django_assert_num_queries(11):
        client.get(URL)
