"""How an agreement as a whole stands: every state by name, the rule of force, the last day, and the sentence."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings

from agreements.enums import AgreementState, ChangeKind, ForceRule, Outcome, StepRole, Verdict
from agreements.rules.facts import Agreement, Principal
from agreements.rules.force import AgreementStatus, agreement_status, sentence
from agreements.rules.validity import force_day
from agreements.rules.verdict import current_version
from agreements.rules.words import joined
from tests.agreements.rules.made import AGREEMENTS, DAYS, agreement, change, entry, on, principal, said

NAMES = ("Avesta", "Falun", "Orsa", "Säter")
DECISION = ForceRule.DECISION
MET = "Alla 2 huvudmän har antagit samma text, den sista 15 juni 2026"
AMENDED = "Kan inte träda i kraft som beslutat: Avesta antog med ändringar."


def both(**other: Any) -> Agreement:
    """Avesta and Falun have adopted version 1; planned for 1 October 2026."""
    return agreement(principal("Avesta", entry("2026-03-10")), principal("Falun", entry("2026-06-15", key=2)), **other)


def asked(facts: Agreement, day: str, known_on: str | None = None) -> tuple[AgreementState, str]:
    status = agreement_status(facts, as_of=on(day), known_on=on(known_on) if known_on else None)
    return status.state, sentence(status)


def test_preparing() -> None:
    assert asked(both(), "2026-01-14") == (
        AgreementState.PREPARING,
        "Under beredning: ingen version är publicerad.",
    )
    assert asked(agreement(), "2026-02-01") == (
        AgreementState.PREPARING,
        "Under beredning: inga huvudmän är angivna.",
    )


def test_unknown() -> None:
    """The real agreement of 2024: planned day gone by, nothing registered by anybody."""
    sixteen = agreement(*(principal(f"Ort {number}") for number in range(16)), validity_years=8)
    status = agreement_status(sixteen, as_of=on("2026-11-22"))
    assert sentence(status) == (
        "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 16 av 16 huvudmän."
    )
    assert (status.state, len(status.unknown), status.valid_to) == (AgreementState.UNKNOWN, 16, None)
    some = agreement(principal("Avesta", entry("2026-03-10")), principal("Falun"))
    assert asked(some, "2026-11-22")[1] == (
        "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 1 av 2 huvudmän (Falun)."
    )
    prepared = entry("2026-03-10", Outcome.SUPPORTED, role=StepRole.PREPARING)
    faded = agreement(principal("Avesta", entry("2026-03-10")), principal("Falun", prepared))
    assert asked(faded, "2026-11-22")[1] == (
        "Vi vet inte om överenskommelsen är i kraft: det är inte känt vad 1 av 2 huvudmän har beslutat (Falun)."
    )
    fresh = agreement(principal("Avesta", assertions=(said("2026-03-10"),)), principal("Falun"))
    assert asked(fresh, "2026-03-10") == (
        AgreementState.UNKNOWN,
        "Inte i kraft: väntar på Avesta, och inget beslut är registrerat för 1 av 2 huvudmän (Falun).",
    )


def test_waiting() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10")),
        principal("Falun", entry("2026-03-10", Outcome.TABLED)),
        principal("Säter", entry("2026-03-10", Outcome.REFERRED_BACK, role=StepRole.PREPARING)),
    )
    assert asked(facts, "2026-03-10") == (AgreementState.WAITING, "Väntar på Falun och Säter.")
    status = agreement_status(facts, as_of=on("2026-03-10"))
    assert (status.waiting_for, status.unknown, status.blocking) == (("falun", "säter"), (), ())
    assert sentence(status, earliest=on("2027-03-01")) == (
        "Kan träda i kraft tidigast 1 mars 2027; väntar på Falun och Säter."
    )


def test_cannot() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10", Outcome.AMENDED)),
        principal("Falun", entry("2026-03-10", Outcome.REJECTED)),
        principal("Orsa", entry("2026-03-10", version=None)),
        principal("Säter"),
    )
    assert asked(facts, "2026-03-10") == (
        AgreementState.CANNOT,
        "Kan inte träda i kraft som beslutat: Avesta antog med ändringar, Orsa antog en annan version, Falun avslog.",
    )
    assert agreement_status(facts, as_of=on("2026-03-10")).blocking == ("avesta", "falun", "orsa")


def test_condition_met() -> None:
    assert asked(both(validity_years=8), "2026-06-15") == (
        AgreementState.CONDITION_MET,
        f"{MET}. Träder i kraft 1 oktober 2026, gäller till och med 30 september 2034.",
    )
    assert asked(both(planned_on=on("2026-05-01")), "2030-01-01") == (
        AgreementState.CONDITION_MET,
        f"{MET}, men överenskommelsen har ingen regel för från vilken dag den då är i kraft.",
    )


def test_in_force() -> None:
    assert asked(both(validity_years=8), "2026-10-01") == (
        AgreementState.IN_FORCE,
        "I kraft sedan 1 oktober 2026, gäller till och med 30 september 2034.",
    )
    assert asked(both(), "2026-10-01")[1] == "I kraft sedan 1 oktober 2026."
    legal = both(planned_on=None, force_rule=ForceRule.LEGAL_FORCE)
    assert asked(legal, "2026-12-01")[1] == "I kraft sedan 23 juli 2026 (enligt beräknad laga kraft)."


def test_extended_expiring_expired() -> None:
    """Two years, extended by two more half a year before the end."""
    facts = both(validity_years=2, changes=(change(ChangeKind.EXTENSION, "2028-02-01", "2030-09-30"),))
    days = {
        "2028-01-31": (AgreementState.IN_FORCE, "I kraft sedan 1 oktober 2026, gäller till och med 30 september 2028."),
        "2028-09-30": (
            AgreementState.IN_FORCE,
            "I kraft sedan 1 oktober 2026, förlängd till och med 30 september 2030.",
        ),
        "2028-10-01": (
            AgreementState.EXTENDED,
            "I kraft sedan 1 oktober 2026, förlängd till och med 30 september 2030.",
        ),
        "2030-04-02": (
            AgreementState.EXTENDED,
            "I kraft sedan 1 oktober 2026, förlängd till och med 30 september 2030.",
        ),
        "2030-04-03": (AgreementState.EXPIRING, "I kraft sedan 1 oktober 2026, löper ut efter 30 september 2030."),
        "2030-09-30": (AgreementState.EXPIRING, "I kraft sedan 1 oktober 2026, löper ut efter 30 september 2030."),
        "2030-10-01": (
            AgreementState.EXPIRED,
            "Har löpt ut: var i kraft från 1 oktober 2026 till och med 30 september 2030.",
        ),
    }
    assert {day: asked(facts, day) for day in days} == days
    assert asked(facts, "2028-10-01", known_on="2028-01-31")[0] == AgreementState.EXPIRED


def test_expired_without_having_been_in_force() -> None:
    facts = agreement(principal("Falun"), valid_to=on("2026-12-31"))
    assert asked(facts, "2026-12-31")[0] == AgreementState.UNKNOWN
    assert asked(facts, "2027-01-01") == (
        AgreementState.EXPIRED,
        "Har löpt ut: giltighetstiden slutade 31 december 2026.",
    )


@pytest.mark.parametrize(
    ("kind", "state", "coming", "gone"),
    [
        (ChangeKind.REPLACEMENT, AgreementState.REPLACED, "Ersätts från och med 1 maj 2028.",
         "Ersatt från och med 1 maj 2028."),
        (ChangeKind.WITHDRAWAL, AgreementState.WITHDRAWN, "Uppsagd från och med 1 maj 2028.",
         "Uppsagd från och med 1 maj 2028."),
    ],
)  # fmt: skip
def test_replaced_and_withdrawn(kind: ChangeKind, state: AgreementState, coming: str, gone: str) -> None:
    facts = both(validity_years=8, changes=(change(kind, "2027-02-01", "2028-05-01"),))
    assert asked(facts, "2027-01-31")[1] == "I kraft sedan 1 oktober 2026, gäller till och med 30 september 2034."
    assert asked(facts, "2027-02-01") == (
        AgreementState.IN_FORCE,
        f"I kraft sedan 1 oktober 2026, gäller till och med 30 april 2028. {coming}",
    )
    assert asked(facts, "2028-04-30")[0] == AgreementState.EXPIRING
    assert asked(facts, "2028-05-01") == (state, gone)
    assert asked(facts, "2040-01-01") == (state, gone)


def test_a_corrected_change_is_gone() -> None:
    wrong = change(ChangeKind.WITHDRAWAL, "2027-02-01", "2027-05-01")
    void = change(
        ChangeKind.WITHDRAWAL, "2027-02-01", "2027-05-01", key=2, registered="2027-06-01", corrects=1, is_void=True
    )
    facts = both(changes=(wrong, void))
    assert asked(facts, "2027-05-31")[0] == AgreementState.WITHDRAWN
    assert asked(facts, "2027-05-31", known_on="2027-06-01")[0] == AgreementState.IN_FORCE


def test_of_several_extensions_the_last_decided_counts_and_none_shortens() -> None:
    first = change(ChangeKind.EXTENSION, "2028-01-10", "2032-09-30", key=1)
    second = change(ChangeKind.EXTENSION, "2028-02-10", "2030-09-30", key=2)
    short = change(ChangeKind.EXTENSION, "2028-03-10", "2027-01-01", key=3)
    for order in ((first, second), (second, first)):
        assert agreement_status(both(validity_years=2, changes=order), as_of=on("2028-06-01")).valid_to == on(
            "2030-09-30"
        )
    shortened = both(validity_years=2, changes=(short,))
    assert agreement_status(shortened, as_of=on("2028-06-01")).valid_to == on("2028-09-30")


# --- the first and the last day ---

RULES = {
    # rule: ready by the planned day 2026-10-01, ready after it, ready without a planned day
    (None, "2026-10-01"): "2026-10-01",
    (None, "2026-10-02"): None,
    (ForceRule.DECISION, "2026-10-01"): "2026-10-01",
    (ForceRule.DECISION, "2026-10-02"): "2026-10-02",
    (ForceRule.MONTH_AFTER_DECISION, "2026-10-01"): "2026-10-01",
    (ForceRule.MONTH_AFTER_DECISION, "2026-10-02"): "2026-11-01",
    (ForceRule.MONTH_AFTER_DECISION, "2026-12-31"): "2027-01-01",
    (ForceRule.MONTH_AFTER_DECISION, "2028-01-31"): "2028-02-01",
    (ForceRule.LEGAL_FORCE, "2026-10-02"): "2026-10-02",
    (ForceRule.MONTH_AFTER_LEGAL_FORCE, "2026-10-02"): "2026-11-01",
}


@pytest.mark.parametrize(("rule", "ready", "expected"), [(*key, day) for key, day in RULES.items()])
def test_the_rule_of_force(rule: ForceRule | None, ready: str, expected: str | None) -> None:
    assert force_day(both(force_rule=rule), on(ready)) == (on(expected) if expected else None)


def test_without_a_planned_day_the_rule_gives_it() -> None:
    days = {rule: force_day(both(planned_on=None, force_rule=rule), on("2026-06-15")) for rule in (None, *ForceRule)}
    june, july = on("2026-06-15"), on("2026-07-01")
    assert list(days.values()) == [None, june, july, june, july]


def test_whether_force_waits_for_legal_force_is_the_rule() -> None:
    """The last decision on 21 September gains legal force on 29 October, after the planned day."""
    late = (principal("Avesta", entry("2026-03-10")), principal("Falun", entry("2026-09-21", key=2)))
    found = [
        (status.condition_met_on, str(status.in_force_from), status.is_force_computed)
        for status in (
            agreement_status(agreement(*late, force_rule=rule), as_of=on("2027-01-01")) for rule in ForceRule
        )
    ]
    met = on("2026-09-21")
    assert found == [
        (met, "2026-10-01", False),
        (met, "2026-10-01", False),
        (met, "2026-10-29", True),
        (met, "2026-11-01", True),
    ]


def test_registered_legal_force_is_not_computed() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10", legal_force_on=on("2026-04-20"))),
        principal("Falun", entry("2026-09-21", key=2, legal_force_on=on("2026-12-07"))),
        force_rule=ForceRule.LEGAL_FORCE,
    )
    status = agreement_status(facts, as_of=on("2027-01-01"))
    assert (status.in_force_from, status.is_force_computed) == (on("2026-12-07"), False)
    one_computed = (facts.principals[0], principal("Falun", entry("2026-09-21", key=2)))
    assert agreement_status(replace(facts, principals=one_computed), as_of=on("2027-01-01")).is_force_computed


@pytest.mark.parametrize(
    ("planned", "years", "last_day"),
    [
        ("2026-10-01", 8, "2034-09-30"),
        ("2027-01-01", 1, "2027-12-31"),
        ("2028-02-29", 4, "2032-02-28"),
        ("2028-02-29", 3, "2031-02-28"),
        ("2027-03-01", 1, "2028-02-29"),
        ("2027-02-28", 1, "2028-02-27"),
        ("2027-03-01", 2, "2029-02-28"),
    ],
)
def test_the_last_day(planned: str, years: int, last_day: str) -> None:
    status = agreement_status(both(planned_on=on(planned), validity_years=years), as_of=on(planned))
    assert (status.in_force_from, status.valid_to) == (on(planned), on(last_day))


def test_a_fixed_last_day_goes_before_years() -> None:
    status = agreement_status(both(validity_years=8, valid_to=on("2030-06-30")), as_of=on("2026-10-01"))
    assert status.valid_to == on("2030-06-30")


# --- versions, corrections, decisions made anew ---


def test_one_with_amendments_mended_by_a_new_decision() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10", Outcome.AMENDED), entry("2026-11-09", key=2)),
        principal("Falun", entry("2026-06-15", key=3)),
        force_rule=DECISION,
    )
    assert asked(facts, "2026-11-08")[0] == AgreementState.CANNOT
    assert asked(facts, "2026-11-09") == (AgreementState.IN_FORCE, "I kraft sedan 9 november 2026.")


def test_a_later_version_does_not_undo_what_all_have_adopted() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10"), entry("2027-09-07", key=2, version=2)),
        principal("Falun", entry("2026-06-15", key=3), entry("2027-11-09", Outcome.AMENDED, key=4, version=2)),
        versions=2,
        force_rule=DECISION,
    )
    assert asked(facts, "2027-06-14")[1] == "I kraft sedan 1 oktober 2026."
    for day in ("2027-06-15", "2027-09-07", "2027-11-09"):
        assert asked(facts, day) == (
            AgreementState.IN_FORCE,
            "I kraft sedan 1 oktober 2026. En senare version (2) är publicerad.",
        )
        status = agreement_status(facts, as_of=on(day))
        assert (status.version, status.newer_version) == (1, 2)
    newer = agreement_status(facts, as_of=on("2027-11-09"), version=2)
    assert (newer.state, newer.version, newer.newer_version) == (AgreementState.CANNOT, 2, None)
    assert [each.verdict for each in newer.verdicts.values()] == [Verdict.IDENTICAL, Verdict.AMENDED]


def test_a_later_version_stands_when_all_have_adopted_it() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10"), entry("2027-09-07", key=2, version=2)),
        principal("Falun", entry("2026-06-15", key=3), entry("2027-11-09", key=4, version=2)),
        versions=2,
        force_rule=DECISION,
    )
    status = agreement_status(facts, as_of=on("2027-11-09"))
    assert (status.version, status.newer_version, status.in_force_from) == (2, None, on("2027-11-09"))


def test_a_version_that_not_all_adopted_gives_way_to_the_next() -> None:
    facts = agreement(principal("Avesta", entry("2026-03-10")), principal("Falun"), versions=2)
    assert asked(facts, "2027-06-14")[0] == AgreementState.UNKNOWN
    assert asked(facts, "2027-06-15") == (
        AgreementState.CANNOT,
        "Kan inte träda i kraft som beslutat: Avesta antog en annan version.",
    )


def test_an_entry_corrected_to_a_later_version_is_none_about_the_earlier() -> None:
    wrong = entry("2026-06-15", key=3)
    right = entry("2026-06-15", key=4, version=2, registered="2027-07-01", corrects=3)
    facts = agreement(principal("Avesta", entry("2026-03-10")), principal("Falun", wrong, right), versions=2)
    assert agreement_status(facts, as_of=on("2027-06-30")).version == 1
    assert agreement_status(facts, as_of=on("2027-07-01")).version == 2


def test_a_decision_made_anew_after_force_is_told() -> None:
    again = entry("2027-02-09", Outcome.AMENDED, key=3)
    facts = agreement(
        principal("Avesta", entry("2026-03-10"), again, entry("2027-03-09", Outcome.AMENDED, key=4)),
        principal("Falun", entry("2026-06-15", key=2)),
    )
    assert asked(facts, "2027-02-08")[0] == AgreementState.IN_FORCE
    for day in ("2027-02-09", "2027-03-09"):
        assert asked(facts, day) == (
            AgreementState.CANNOT,
            f"{AMENDED} Var i kraft från 1 oktober 2026 tills nytt beslut fattades.",
        )
    assert agreement_status(facts, as_of=on("2026-09-30")).was_in_force_from is None


def test_a_decision_made_anew_before_force_ends_nothing() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10"), entry("2026-08-11", Outcome.AMENDED, key=3)),
        principal("Falun", entry("2026-06-15", key=2)),
    )
    assert asked(facts, "2026-08-10")[0] == AgreementState.CONDITION_MET
    assert asked(facts, "2026-12-31") == (AgreementState.CANNOT, AMENDED)


def test_a_correction_recomputes_as_though_it_never_was() -> None:
    right = entry("2026-03-10", Outcome.AMENDED, key=3, registered="2027-02-09", corrects=1)
    facts = agreement(principal("Avesta", entry("2026-03-10"), right), principal("Falun", entry("2026-06-15", key=2)))
    assert asked(facts, "2026-12-31")[0] == AgreementState.IN_FORCE
    assert asked(facts, "2026-12-31", known_on="2027-02-09") == (
        AgreementState.CANNOT,
        AMENDED,
    )


def test_a_repeated_decision_moves_no_day() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10")),
        principal("Falun", entry("2026-06-15", Outcome.ADOPTED_ON_CONDITION, key=2), entry("2026-12-08", key=3)),
        force_rule=DECISION,
    )
    status = agreement_status(facts, as_of=on("2026-12-31"))
    assert (status.condition_met_on, status.in_force_from) == (on("2026-06-15"), on("2026-10-01"))


# --- in general ---

PRECEDENCE = (
    ({"amended", "rejected", "other"}, AgreementState.CANNOT),
    ({"unknown"}, AgreementState.UNKNOWN),
    ({"tabled", "not_yet"}, AgreementState.WAITING),
    ({"alike"}, AgreementState.IN_FORCE),
)
KINDS = {
    "alike": principal("Alva", entry("2026-03-10")),
    "amended": principal("Bo", entry("2026-03-10", Outcome.AMENDED)),
    "rejected": principal("Cilla", entry("2026-03-10", Outcome.REJECTED)),
    "other": principal("Dag", entry("2026-03-10", version=None)),
    "tabled": principal("Eva", entry("2026-03-10", Outcome.TABLED)),
    "not_yet": principal("Frej", assertions=(said("2026-09-30"),)),
    "unknown": principal("Gun"),
}


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=len(KINDS)))[1:])
def test_every_mix_of_verdicts(chosen: tuple[bool, ...]) -> None:
    mix = {kind for kind, is_in in zip(KINDS, chosen, strict=True) if is_in}
    facts = agreement(*(KINDS[kind] for kind in KINDS if kind in mix))
    expected = next(state for kinds, state in PRECEDENCE if kinds & mix)
    assert agreement_status(facts, as_of=on("2026-10-01")).state == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("Falun",), "Falun"),
        (("Falun", "Säter"), "Falun och Säter"),
        (NAMES, "Avesta, Falun, Orsa och Säter"),
        ((*NAMES, "Mora"), "Avesta, Falun och 3 till"),
    ],
)
def test_names(names: tuple[str, ...], expected: str) -> None:
    assert joined(names) == expected


@settings(max_examples=200, deadline=None)
@given(AGREEMENTS, DAYS, DAYS)
def test_no_facts_are_too_strange(facts: Agreement, as_of: date, known_on: date) -> None:
    status = agreement_status(facts, as_of=as_of, known_on=known_on)
    _adds_up(facts, status)
    text = sentence(status, earliest=as_of)
    assert text.endswith(".")
    assert "None" not in text
    assert "  " not in text


def _adds_up(facts: Agreement, status: AgreementStatus) -> None:
    verdicts = [each.verdict for each in status.verdicts.values()]
    all_alike = bool(verdicts) and set(verdicts) <= {Verdict.IDENTICAL, Verdict.CONDITIONAL}
    assert (status.condition_met_on is not None) == all_alike
    alike = len(verdicts) - len(status.waiting_for) - len(status.unknown) - len(status.blocking)
    alike -= verdicts.count(Verdict.NO_VERSION)
    assert alike == sum(each.is_alike for each in status.verdicts.values())
    if status.in_force_from:
        assert status.condition_met_on
        assert status.in_force_from >= status.condition_met_on
    if not all_alike:
        assert status.version == current_version(facts, as_of=status.as_of, known_on=status.known_on)
    in_force = {AgreementState.IN_FORCE, AgreementState.EXTENDED, AgreementState.EXPIRING}
    if status.state in in_force:
        assert status.in_force_from
        assert status.in_force_from <= status.as_of <= (status.valid_to or status.as_of)


def test_speed_of_many() -> None:
    """311 principals with three entries each, one of whom is missing: the worst case, since all is asked."""
    many = [
        Principal(
            str(number),
            f"Ort {number}",
            decisions=(
                entry("2026-02-03", Outcome.SUPPORTED, key=number * 3, role=StepRole.HEARD),
                entry("2026-03-03", Outcome.SUPPORTED, key=number * 3 + 1, role=StepRole.PREPARING),
                entry("2026-04-07", key=number * 3 + 2),
            ),
        )
        for number in range(311)
    ]
    facts = agreement(*many, force_rule=ForceRule.LEGAL_FORCE, versions=3)
    best = min(_seconds(facts) for _ in range(5))
    assert agreement_status(facts, as_of=on("2026-12-31")).state == AgreementState.IN_FORCE
    assert best < 0.1, f"{best * 1000:.1f} ms"  # about a tenth of that on a quiet machine


def _seconds(facts: Agreement) -> float:
    began = perf_counter()
    agreement_status(facts, as_of=on("2026-12-31") + timedelta(days=1))
    return perf_counter() - began


def test_a_word_that_names_no_version_does_not_undo_the_one_in_force() -> None:
    """When a later text is out, "bordlades" and "annan text" are about that one, unless the entry says otherwise."""
    for outcome in (Outcome.TABLED, Outcome.REFERRED_BACK, Outcome.REJECTED, Outcome.AMENDED):
        later = entry("2027-09-01", outcome, key=3, version=None)
        facts = agreement(
            principal("Avesta", entry("2026-03-10"), later), principal("Falun", entry("2026-06-15", key=2)), versions=2
        )
        status = agreement_status(facts, as_of=on("2027-09-02"))
        assert (status.state, status.version, status.newer_version) == (AgreementState.IN_FORCE, 1, 2)


def test_the_earlier_version_holds_until_the_newer_is_in_force() -> None:
    facts = agreement(
        principal("Avesta", entry("2026-03-10"), entry("2027-08-10", key=3, version=2)),
        principal("Falun", entry("2026-06-15", key=2), entry("2027-08-12", key=4, version=2)),
        versions=2,
        force_rule=ForceRule.MONTH_AFTER_DECISION,
    )
    assert asked(facts, "2027-08-20") == (
        AgreementState.IN_FORCE,
        "I kraft sedan 1 oktober 2026. Alla har antagit en senare version (2), som träder i kraft 1 september 2027.",
    )
    status = agreement_status(facts, as_of=on("2027-09-01"))
    assert (status.state, status.version, status.in_force_from) == (AgreementState.IN_FORCE, 2, on("2027-09-01"))
    without = replace(facts, force_rule=None)
    assert asked(without, "2027-09-01") == (
        AgreementState.IN_FORCE,
        (
            "I kraft sedan 1 oktober 2026. Alla har antagit en senare version (2), men överenskommelsen har ingen "
            "regel för från vilken dag den då är i kraft."
        ),
    )


def test_one_party_is_not_all() -> None:
    facts = agreement(principal("Falun", entry("2026-03-10")), planned_on=None)
    assert asked(facts, "2026-03-11")[1] == (
        "Huvudmannen har antagit texten 10 mars 2026, men överenskommelsen har ingen regel för från vilken dag den då "
        "är i kraft."
    )
