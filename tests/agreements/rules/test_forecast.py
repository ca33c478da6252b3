"""When it can come into force, who holds it, what if, and backwards from a wished day."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from agreements.enums import ChangeKind, ForceRule, Outcome, StepRole
from agreements.rules.facts import Agreement, Decision, Step
from agreements.rules.force import agreement_status
from agreements.rules.forecast import Forecast, Plan, PrincipalForecast, forecast, plan_backwards
from tests.agreements.rules.made import AGREEMENTS, DAYS, KF, KS, agreement, change, entry, on, principal, said

TODAY = on("2026-02-02")
COUNCIL = ("2026-03-30", "2026-04-27", "2026-06-15", "2026-09-21")
BOARD = ("2026-02-10", "2026-03-10", "2026-04-14", "2026-05-12", "2026-08-25")


def step(body: str, *meetings: str, planned: str | None = None) -> Step:
    role = StepRole.DECIDING if body == KF else StepRole.PREPARING
    return Step(body, role, on(planned) if planned else None, tuple(on(day) for day in meetings))


WAY = (step(KS, *BOARD), step(KF, *COUNCIL))


def one(*decisions: Decision, steps: tuple[Step, ...] = WAY, **other: Any) -> Agreement:
    """Falun alone decides; the first of a month after the last decision is the rule."""
    facts: dict[str, Any] = {"planned_on": None, "force_rule": ForceRule.DECISION, **other}
    return agreement(principal("Falun", *decisions, steps=steps), **facts)


def of_falun(facts: Agreement, **other: Any) -> PrincipalForecast:
    return forecast(facts, **{"today": TODAY, **other}).per_principal["falun"]


def days(found: PrincipalForecast) -> tuple[str, str]:
    return str(found.earliest), str(found.likely)


def test_each_body_in_order_at_the_meeting_that_it_can_reach() -> None:
    """10 February, then at least a week: 30 March. Likely: 10 March and 27 April."""
    found = of_falun(one())
    assert days(found) == ("2026-03-30", "2026-04-27")
    assert found.via == ((KS, on("2026-02-10")), (KF, on("2026-03-30")))
    assert found.reason is None


def test_a_week_is_needed_between_bodies() -> None:
    for day, expected in (("2026-02-16", "2026-03-30"), ("2026-02-17", "2026-02-17")):
        facts = one(steps=(step(KS, *BOARD), step(KF, day, *COUNCIL)))
        assert str(of_falun(facts).earliest) == expected


def test_a_planned_meeting_is_both_earliest_and_likely() -> None:
    facts = one(steps=(step(KS, *BOARD, planned="2026-04-14"), step(KF, *COUNCIL, planned="2026-06-15")))
    assert days(of_falun(facts)) == ("2026-06-15", "2026-06-15")


def test_a_meeting_planned_for_today_is_not_missed() -> None:
    facts = one(steps=(step(KF, *COUNCIL, planned="2026-02-02"),))
    assert days(of_falun(facts)) == ("2026-02-02", "2026-02-02")


@pytest.mark.parametrize("planned", ["2026-01-26", "2026-02-13"])
def test_a_planned_meeting_that_is_missed_counts_as_none(planned: str) -> None:
    facts = one(steps=(step(KS, *BOARD), step(KF, *COUNCIL, planned=planned)))
    assert days(of_falun(facts)) == ("2026-03-30", "2026-04-27")


def test_a_meeting_today_is_still_possible() -> None:
    assert of_falun(one(), today=on("2026-02-10")).via[0] == (KS, on("2026-02-10"))
    assert of_falun(one(), today=on("2026-02-11")).via[0] == (KS, on("2026-03-10"))


def prepared(day: str, outcome: Outcome, key: int = 1) -> Decision:
    return entry(day, outcome, role=StepRole.PREPARING, key=key)


@pytest.mark.parametrize(
    ("decisions", "today", "via"),
    [
        ((prepared("2026-02-10", Outcome.SUPPORTED),), "2026-02-10", [(KF, "2026-03-30")]),
        ((prepared("2026-02-10", Outcome.REJECTED),), "2026-02-10", [(KF, "2026-03-30")]),
        ((prepared("2026-02-10", Outcome.TABLED),), "2026-02-10", [(KS, "2026-03-10"), (KF, "2026-03-30")]),
        ((prepared("2026-03-24", Outcome.SUPPORTED),), "2026-03-24", [(KF, "2026-04-27")]),  # too soon for 30 March
        (
            (prepared("2026-02-10", Outcome.SUPPORTED), entry("2026-03-30", Outcome.TABLED, key=2)),
            "2026-03-30",
            [(KF, "2026-04-27")],
        ),
        (
            (prepared("2026-02-10", Outcome.SUPPORTED), entry("2026-03-30", Outcome.REFERRED_BACK, key=2)),
            "2026-03-30",
            [(KS, "2026-04-14"), (KF, "2026-04-27")],
        ),
        (
            (
                prepared("2026-02-10", Outcome.SUPPORTED),
                entry("2026-03-30", Outcome.REFERRED_BACK, key=2),
                prepared("2026-04-14", Outcome.SUPPORTED, key=3),
            ),
            "2026-04-14",
            [(KF, "2026-04-27")],
        ),
        ((entry("2026-03-30", Outcome.REJECTED),), "2026-03-30", [(KS, "2026-04-14"), (KF, "2026-04-27")]),
        ((entry("2026-03-30", version=None),), "2026-03-30", [(KS, "2026-04-14"), (KF, "2026-04-27")]),
    ],
)
def test_what_remains(decisions: tuple[Decision, ...], today: str, via: list[tuple[str, str]]) -> None:
    assert of_falun(one(*decisions), today=on(today)).via == tuple((body, on(day)) for body, day in via)


def test_a_no_stands_until_something_new_is_planned() -> None:
    rejected = entry("2026-03-30", Outcome.REJECTED)
    found = of_falun(one(rejected), today=on("2026-03-30"))
    assert (days(found), found.reason) == (("2026-04-27", "None"), "Falun behöver fatta ett nytt beslut.")
    anew = (step(KS, *BOARD), step(KF, *COUNCIL, planned="2026-06-15"))
    assert days(of_falun(one(rejected, steps=anew), today=on("2026-03-30"))) == ("2026-06-15", "2026-06-15")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), "Falun har ingen känd beslutsväg."),
        ((step(KS, *BOARD),), "Falun har inget beslutande organ angivet."),
        ((step(KS), step(KF, *COUNCIL)), "Falun har inga kända sammanträden i Kommunstyrelsen."),
        ((step(KS, *BOARD), step(KF, "2025-12-01")), "Falun har inga kända sammanträden i Kommunfullmäktige."),
    ],
)
def test_what_is_not_known_is_told_and_not_guessed(steps: tuple[Step, ...], reason: str) -> None:
    found = forecast(one(steps=steps), today=TODAY)
    assert (found.earliest, found.likely, found.holder, found.reason) == (None, None, "falun", reason)
    assert found.per_principal["falun"].reason == reason


def test_a_calendar_that_ends_gives_no_likely_day() -> None:
    found = of_falun(one(steps=(step(KF, "2026-03-30"),)))
    reason = "Falun har inga kända sammanträden i Kommunfullmäktige efter 30 mars 2026."
    assert (days(found), found.reason) == (("2026-03-30", "None"), reason)


# --- the agreement ---


def three(**other: Any) -> Agreement:
    return agreement(
        principal("Avesta", entry("2026-01-20")),
        principal("Falun", steps=WAY),
        principal("Orsa", steps=(step(KF, *COUNCIL, planned="2026-04-27"),)),
        **{"force_rule": ForceRule.MONTH_AFTER_DECISION, "planned_on": on("2026-04-01"), **other},
    )


def test_the_last_to_decide_holds_it() -> None:
    found = forecast(three(), today=TODAY)
    assert (found.earliest, found.likely, found.holder) == (on("2026-05-01"), on("2026-05-01"), "orsa")
    assert (found.decided_earliest, found.decided_likely) == (on("2026-04-27"), on("2026-04-27"))
    assert list(found.per_principal) == ["falun", "orsa"]


@pytest.mark.parametrize(
    ("rule", "planned", "earliest", "likely"),
    [
        (ForceRule.DECISION, "2026-10-01", "2026-10-01", "2026-10-01"),
        (ForceRule.DECISION, "2026-04-01", "2026-04-27", "2026-04-27"),
        (ForceRule.LEGAL_FORCE, "2026-04-01", "2026-05-19", "2026-06-04"),  # at once; and as slowly as the law allows
        (ForceRule.MONTH_AFTER_LEGAL_FORCE, "2026-04-01", "2026-06-01", "2026-07-01"),
        (None, "2026-10-01", "2026-10-01", "2026-10-01"),
        (None, "2026-04-01", "None", "None"),
    ],
)
def test_the_rule_gives_the_day(rule: ForceRule | None, planned: str, earliest: str, likely: str) -> None:
    found = forecast(three(force_rule=rule, planned_on=on(planned)), today=TODAY)
    assert (str(found.earliest), str(found.likely)) == (earliest, likely)


def test_no_rule_is_told() -> None:
    without = "Överenskommelsen har ingen regel för från vilken dag den är i kraft"
    found = forecast(three(force_rule=None, planned_on=on("2026-04-01")), today=TODAY)
    assert found.reason == f"{without} om det sista beslutet kommer efter 1 april 2026."
    assert forecast(three(force_rule=None, planned_on=None), today=TODAY).reason == f"{without}."


def test_when_several_are_silent_nobody_holds_it_alone() -> None:
    sixteen = agreement(*(principal(f"Ort {number}") for number in range(16)))
    found = forecast(sixteen, today=TODAY)
    assert (found.earliest, found.likely, found.holder) == (None, None, None)
    assert found.reason == "Det går inte att säga när Ort 0, Ort 1 och 14 till kan besluta."


def test_nothing_is_forecast_when_all_is_decided_or_over() -> None:
    decided = agreement(principal("Falun", entry("2026-01-20"), steps=WAY))
    assert forecast(decided, today=TODAY) == Forecast(earliest=on("2026-10-01"), likely=on("2026-10-01"))
    gone = replace(decided, changes=(change(ChangeKind.WITHDRAWAL, "2026-01-21", "2026-01-30"),))
    assert forecast(gone, today=TODAY) == Forecast()


def test_a_late_legal_force_of_another_holds_the_day() -> None:
    late = entry("2026-01-20", legal_force_on=on("2026-12-01"))
    facts = agreement(principal("Avesta", late), principal("Falun", steps=WAY), force_rule=ForceRule.LEGAL_FORCE)
    assert forecast(facts, today=TODAY).earliest == on("2026-12-01")


def test_what_if_one_refers_back() -> None:
    """Falun's board sends it back on 10 February: board on 10 March, council on 30 March, likely later."""
    found = of_falun(three(), referred_back="falun")
    assert found.via == ((KS, on("2026-02-10")), (KS, on("2026-03-10")), (KF, on("2026-03-30")))
    prepared_falun = one(prepared("2026-02-10", Outcome.SUPPORTED))
    found = of_falun(prepared_falun, today=on("2026-02-10"), referred_back="falun")
    assert found.via == ((KF, on("2026-03-30")), (KS, on("2026-04-14")), (KF, on("2026-04-27")))
    assert forecast(three(), today=TODAY, referred_back="avesta") == forecast(three(), today=TODAY)
    assert forecast(three(), today=TODAY, referred_back="falun").holder == "orsa"


# --- backwards ---


def test_the_last_day_to_send_out() -> None:
    """By 1 October: council on 21 September, board on 25 August, dispatch a week before."""
    plan = plan_backwards(one(), on("2026-10-01"), today=TODAY)
    chances = {"falun": ((KS, on("2026-08-25")), (KF, on("2026-09-21")))}
    assert plan == Plan(on("2026-08-18"), chances, ())


def test_the_last_day_to_send_out_when_legal_force_is_waited_for() -> None:
    """A decision on 21 September gains legal force on 29 October."""
    for wished, council, dispatch in (
        ("2026-10-29", "2026-09-21", "2026-08-18"),
        ("2026-10-28", "2026-06-15", "2026-05-05"),
    ):
        plan = plan_backwards(one(force_rule=ForceRule.LEGAL_FORCE), on(wished), today=TODAY)
        assert (plan.per_principal["falun"][-1], plan.last_dispatch) == ((KF, on(council)), on(dispatch))


def test_the_earliest_of_all_last_days_is_the_last_day() -> None:
    plan = plan_backwards(three(), on("2026-10-01"), today=TODAY)
    assert plan.per_principal["orsa"] == ((KF, on("2026-09-21")),)
    assert (plan.last_dispatch, plan.impossible) == (on("2026-08-18"), ())


@pytest.mark.parametrize(
    ("steps", "wished", "today", "reason"),
    [
        ((), "2026-10-01", "2026-02-02", "Falun har ingen känd beslutsväg."),
        (WAY, "2026-03-29", "2026-02-02", "Kommunfullmäktige har inget kommande sammanträde senast 29 mars 2026."),
        (WAY, "2026-04-01", "2026-03-11", "Kommunstyrelsen har inget kommande sammanträde senast 23 mars 2026."),
        (WAY, "2026-04-01", "2026-03-04", "förslaget skulle ha skickats senast 3 mars 2026."),
        (WAY, "2026-01-01", "2026-02-02", "Kommunfullmäktige har inget kommande sammanträde senast 1 januari 2026."),
    ],
)
def test_impossible_plans(steps: tuple[Step, ...], wished: str, today: str, reason: str) -> None:
    plan = plan_backwards(one(steps=steps), on(wished), today=on(today))
    expected = reason if reason.startswith("Falun") else f"Falun hinner inte: {reason}"
    assert (plan.last_dispatch, plan.impossible) == (None, (("falun", expected),))


def test_the_last_day_can_be_today() -> None:
    plan = plan_backwards(one(), on("2026-04-01"), today=on("2026-03-03"))
    assert (plan.last_dispatch, plan.impossible) == (on("2026-03-03"), ())


def test_who_said_no_is_asked_anew() -> None:
    rejected = (prepared("2026-02-10", Outcome.SUPPORTED), entry("2026-03-30", Outcome.REJECTED, key=2))
    plan = plan_backwards(one(*rejected), on("2026-10-01"), today=on("2026-03-30"))
    assert plan.last_dispatch == on("2026-08-18")


def test_who_has_begun_needs_nothing_sent() -> None:
    plan = plan_backwards(one(prepared("2026-02-10", Outcome.SUPPORTED)), on("2026-04-01"), today=on("2026-03-20"))
    assert plan == Plan(None, {"falun": ((KF, on("2026-03-30")),)}, ())


def test_a_decision_that_gains_legal_force_too_late() -> None:
    late = entry("2026-01-20", legal_force_on=on("2026-12-01"))
    plan = plan_backwards(one(late, force_rule=ForceRule.LEGAL_FORCE), on("2026-10-01"), today=TODAY)
    assert plan.impossible == (("falun", "Falun hinner inte: beslutet får laga kraft 1 december 2026."),)
    assert plan_backwards(one(late), on("2026-10-01"), today=TODAY) == Plan()


def test_an_assertion_changes_no_forecast() -> None:
    facts = agreement(principal("Falun", steps=WAY, assertions=(said("2026-02-01"),)), force_rule=ForceRule.DECISION)
    assert days(of_falun(facts)) == ("2026-03-30", "2026-04-27")


# --- properties ---


@settings(max_examples=100, deadline=None)
@given(AGREEMENTS, DAYS, DAYS)
def test_forecasts_and_plans_add_up(facts: Agreement, today: date, wished: date) -> None:
    status = agreement_status(facts, as_of=today)
    found = forecast(facts, today=today, referred_back="p0")
    for key, each in found.per_principal.items():
        assert not status.verdicts[key].is_alike
        assert (each.earliest is None or each.likely is None) == (each.reason is not None)
        if each.earliest and each.likely:
            assert today <= each.earliest <= each.likely
        assert list(each.via) == sorted(each.via, key=lambda via: via[1])
    if found.earliest and found.likely and not status.condition_met_on:
        assert found.earliest <= found.likely
    plan = plan_backwards(facts, wished, today=today)
    assert plan.last_dispatch is None or (today <= plan.last_dispatch < wished and not plan.impossible)
    for chances in plan.per_principal.values():
        assert all(today <= day <= wished for _, day in chances)


@settings(max_examples=100, deadline=None)
@given(AGREEMENTS, DAYS)
def test_a_possible_plan_agrees_with_the_forecast(facts: Agreement, today: date) -> None:
    """Where the rule asks for decisions only, all can decide by the earliest day, and not all by the day before."""
    facts = replace(facts, force_rule=ForceRule.DECISION)
    found = forecast(replace(facts, principals=tuple(_unplanned(facts))), today=today)
    if not found.decided_earliest:
        return
    plan = plan_backwards(replace(facts, principals=tuple(_unplanned(facts))), found.decided_earliest, today=today)
    assert [key for key, reason in plan.impossible if "skickats" not in reason] == []
    day_before = date.fromordinal(found.decided_earliest.toordinal() - 1)
    assert plan_backwards(replace(facts, principals=tuple(_unplanned(facts))), day_before, today=today).impossible


def _unplanned(facts: Agreement) -> list[Any]:
    return [
        replace(each, steps=tuple(one_step._replace(planned_on=None) for one_step in each.steps))
        for each in facts.principals
    ]
