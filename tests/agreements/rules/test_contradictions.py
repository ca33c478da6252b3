"""What does not add up is pointed out, each with its own sentence, and nothing else is."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from agreements.enums import ChangeKind, Outcome, StepRole
from agreements.rules.contradictions import Contradiction, contradictions
from agreements.rules.facts import Agreement, Assertion, Decision, Principal, Step
from tests.agreements.rules.made import AGREEMENTS, DAYS, KF, KS, agreement, change, entry, on, principal, said

LATE = on("2030-01-01")
CALENDAR = (on("2026-03-10"), on("2026-06-15"))
STEPS = (Step(KS, StepRole.PREPARING, None, CALENDAR), Step(KF, StepRole.DECIDING, None, CALENDAR))
PREPARING = StepRole.PREPARING


def texts(facts: Agreement, known_on: date = LATE, as_of: date | None = None) -> list[str]:
    return [found.text for found in contradictions(facts, as_of=as_of or known_on, known_on=known_on)]


def of_entries(*entries: Decision, **other: Any) -> list[str]:
    return texts(agreement(principal("Falun", *entries, **other)))


def test_what_adds_up_is_not_pointed_out() -> None:
    facts = agreement(
        principal(
            "Falun",
            entry("2026-03-10", Outcome.SUPPORTED, role=PREPARING),
            entry(
                "2026-06-15",
                key=2,
                approved_on=on("2026-06-24"),
                announced_on=on("2026-06-25"),
                legal_force_on=on("2026-07-17"),
            ),
            steps=STEPS,
            assertions=(said("2026-06-14"),),
        ),
        principal("Säter"),
        validity_years=2,
        changes=(change(ChangeKind.EXTENSION, "2028-02-01", "2030-09-30"),),
    )
    assert texts(facts) == []


DECIDED = "Kommunfullmäktige beslutade 10 mars 2026"


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"version": 2}, f"{DECIDED} om version 2, som inte är publicerad."),
        (
            {"registered": "2026-03-09"},
            f"{DECIDED}, men det registrerades redan 9 mars 2026.",
        ),
        (
            {"role": PREPARING, "outcome": Outcome.ADOPTED},
            "Kommunstyrelsen står som antagande 10 mars 2026 men är inte det organ som beslutar.",
        ),
        (
            {"approved_on": on("2026-03-09")},
            "Kommunfullmäktige: protokollet justerades 9 mars 2026, innan beslutet fattades 10 mars 2026.",
        ),
        (
            {"announced_on": on("2026-03-09")},
            "Kommunfullmäktige: justeringen anslogs 9 mars 2026, innan beslutet fattades 10 mars 2026.",
        ),
        (
            {"approved_on": on("2026-03-20"), "announced_on": on("2026-03-19")},
            "Kommunfullmäktige: justeringen anslogs 19 mars 2026, innan protokollet justerades 20 mars 2026.",
        ),
        (
            {"approved_on": on("2026-03-11"), "is_approved_at_once": True},
            "Kommunfullmäktige: omedelbart justerat, men justeringen är daterad 11 mars 2026.",
        ),
        (
            {"legal_force_on": on("2026-03-31")},
            "Kommunfullmäktige: laga kraft 31 mars 2026 är tidigare än tiden att överklaga medger, 1 april 2026.",
        ),
        (
            {"announced_on": on("2026-03-20"), "legal_force_on": on("2026-04-10")},
            "Kommunfullmäktige: laga kraft 10 april 2026 är tidigare än tiden att överklaga medger, 11 april 2026.",
        ),
    ],
)
def test_one_entry(facts: dict[str, Any], text: str) -> None:
    found = contradictions(agreement(principal("Falun", entry("2026-03-10", **facts))), as_of=LATE)
    assert found == [Contradiction("falun", text, 1)]


def test_decided_before_its_version_was_published() -> None:
    assert of_entries(entry("2026-01-14")) == [
        "Kommunfullmäktige beslutade 14 januari 2026, innan version 1 publicerades 15 januari 2026."
    ]
    assert of_entries(entry("2026-01-15")) == []


def test_no_meeting_that_day() -> None:
    """Only against a calendar of the same year."""
    other = "Kommunfullmäktige har enligt kalendern inget sammanträde 11 mars 2026."
    assert of_entries(entry("2026-03-11"), steps=STEPS) == [other]
    assert of_entries(entry("2026-03-10"), steps=STEPS) == []
    assert of_entries(entry("2027-03-11"), steps=STEPS) == []


def test_prepared_after_it_was_decided() -> None:
    late = entry("2026-04-14", Outcome.SUPPORTED, role=PREPARING, key=2)
    text = "Kommunstyrelsen behandlade ärendet 14 april 2026, efter att Kommunfullmäktige beslutade 10 mars 2026."
    assert of_entries(entry("2026-03-10"), late) == [text]
    assert of_entries(entry("2026-03-10", Outcome.REFERRED_BACK), late) == []
    assert of_entries(entry("2026-03-10"), late, entry("2026-06-15", key=3)) == []
    assert texts(agreement(principal("Falun", entry("2026-03-10"), late._replace(version=None)))) == []


def test_two_decisions_on_one_day() -> None:
    twice = "Kommunfullmäktige har två olika beslut samma dag, 10 mars 2026."
    assert of_entries(entry("2026-03-10"), entry("2026-03-10", Outcome.REJECTED, key=2)) == [twice]
    assert of_entries(entry("2026-03-10"), entry("2026-03-10", key=2, version=None)) == [twice]
    assert of_entries(entry("2026-03-10"), entry("2026-03-10", key=2)) == []
    corrected = entry("2026-03-10", Outcome.REJECTED, key=2, corrects=1)
    assert of_entries(entry("2026-03-10"), corrected) == []


def test_said_not_to_be_decided_after_it_was() -> None:
    text = "Beskedet 11 mars 2026 att inget är beslutat kom efter att Kommunfullmäktige beslutade 10 mars 2026."
    for outcome in (Outcome.ADOPTED, Outcome.AMENDED, Outcome.REJECTED):
        assert of_entries(entry("2026-03-10", outcome), assertions=(said("2026-03-11"),)) == [text]
    assert of_entries(entry("2026-03-10"), assertions=(said("2026-03-10"),)) == []
    assert of_entries(entry("2026-03-10", Outcome.TABLED), assertions=(said("2026-03-11"),)) == []
    assert of_entries(entry("2026-03-10", version=None), assertions=(said("2026-03-11"),)) == []


def test_plans() -> None:
    steps = (STEPS[0]._replace(planned_on=on("2026-06-15")), STEPS[1]._replace(planned_on=on("2026-03-11")))
    assert of_entries(steps=steps) == [
        "Sammanträdet i Kommunfullmäktige är planerat till 11 mars 2026, före det i Kommunstyrelsen 15 juni 2026.",
        "Sammanträdet i Kommunfullmäktige är planerat till 11 mars 2026, men kalendern har inget då.",
    ]


def test_the_agreement() -> None:
    falun = principal("Falun")
    early = agreement(falun, planned_on=on("2026-01-14"), valid_to=on("2026-01-13"))
    assert contradictions(early, as_of=LATE) == [
        Contradiction(
            None, "Planerat ikraftträdande 14 januari 2026 är före den dag då texten publicerades, 15 januari 2026."
        ),
        Contradiction(None, "Sista giltighetsdag 13 januari 2026 är före planerat ikraftträdande 14 januari 2026."),
    ]


def test_changes() -> None:
    falun = principal("Falun", entry("2026-03-10"))
    extensions = (
        change(ChangeKind.EXTENSION, "2028-02-01", "2028-09-30", key=1),
        change(ChangeKind.EXTENSION, "2028-11-01", "2030-09-30", key=2, registered="2028-10-01"),
        change(ChangeKind.EXTENSION, "2029-02-01", "2030-06-30", key=3),
    )
    assert texts(agreement(falun, validity_years=2, changes=extensions)) == [
        "Förlängningen till 30 september 2028 slutar inte efter nuvarande sista dag, 30 september 2028.",
        "Förlängningen är daterad 1 november 2028, efter den dag då den registrerades.",
        "Förlängningen beslutades 1 november 2028, efter att giltighetstiden slutade 30 september 2028.",
        "Förlängningen till 30 juni 2030 slutar inte efter nuvarande sista dag, 30 september 2030.",
    ]


def test_what_is_not_known_yet_is_not_pointed_out() -> None:
    """And what is corrected is no longer."""
    wrong = entry("2026-03-10", registered="2026-03-09", key=1)
    right = entry("2026-03-09", registered="2026-03-12", key=2, corrects=1)
    facts = agreement(principal("Falun", wrong, right))
    found = [len(texts(facts, on(day), as_of=LATE)) for day in ("2026-03-08", "2026-03-09", "2026-03-12")]
    assert found == [0, 1, 0]


@settings(max_examples=100, deadline=None)
@given(AGREEMENTS, DAYS)
def test_no_facts_are_too_strange(facts: Agreement, known_on: date) -> None:
    found = contradictions(facts, as_of=known_on)
    assert all(each.text.endswith(".") and "None" not in each.text for each in found)
    keys = {None, *(each.key for each in facts.principals)}
    assert {each.principal for each in found} <= keys
    shuffled = replace(facts, principals=tuple(_backwards(each) for each in facts.principals))
    assert sorted(map(str, contradictions(shuffled, as_of=known_on))) == sorted(map(str, found))


def _backwards(each: Principal) -> Principal:
    assertions: tuple[Assertion, ...] = each.assertions[::-1]
    return replace(each, decisions=each.decisions[::-1], assertions=assertions)


def test_an_earlier_day_points_out_nothing_of_what_came_after_it() -> None:
    """The day asked about, and not only the day by which it was registered."""
    falun = principal(
        "Falun",
        entry("2026-03-10"),
        entry("2026-06-15", Outcome.SUPPORTED, key=2, role=PREPARING),
        assertions=(said("2026-07-01"),),
    )
    facts = agreement(falun, validity_years=2, changes=(change(ChangeKind.EXTENSION, "2026-08-01", "2026-12-31"),))
    assert len(texts(facts)) == 3
    assert [len(texts(facts, as_of=on(day))) for day in ("2026-06-14", "2026-06-15", "2026-07-01", "2026-08-01")] == [
        0, 1, 2, 3,
    ]  # fmt: skip
    early = agreement(principal("Falun", entry("2026-01-10")))
    assert texts(early, as_of=on("2026-01-12")) == [
        "Kommunfullmäktige beslutade 10 januari 2026 om version 1, som inte är publicerad."
    ]


def test_what_is_struck_contradicts_nothing() -> None:
    late = said("2026-04-01", key=1)
    struck = said("2026-04-01", registered="2026-05-01", key=2, corrects=1, is_void=True)
    facts = agreement(principal("Falun", entry("2026-03-10"), assertions=(late, struck)))
    assert (len(texts(facts, on("2026-04-30"))), texts(facts)) == (1, [])
