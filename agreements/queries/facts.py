"""Carries the register's rows into the plain facts that the rules read: a fixed number of queries at any size."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from agreements.enums import ChangeKind, Evidence, ForceRule, Outcome, StepRole
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    DecisionProof,
    DecisionStep,
    Party,
    StatusNote,
    ValidityChange,
)
from agreements.rules import facts
from organisations.models import BodyMeeting

# The rules need days, not paragraphs: minutes, delegations and reservations stay in the database.
DECISION_COLUMNS = (
    "pk", "body__name", "role", "outcome", "version__number", "decided_on", "registered_at", "corrects_id",
    "is_approved_at_once", "approved_on", "announced_on", "legal_force_on",
)  # fmt: skip
NOTE_COLUMNS = ("said_on", "registered_at", "said_by", "pk", "corrects_id", "is_void")
PRINCIPAL = ("agreement_id", "organisation__slug")


def agreement_facts(agreement: Agreement, on: date) -> facts.Agreement:
    """Everything registered about an agreement, with the parties of a day."""
    return facts_of([agreement], on)[agreement.pk]


def facts_of(agreements: Sequence[Agreement], on: date) -> dict[int, facts.Agreement]:
    """The same for several agreements, by primary key: eight queries, however many they and their parties are."""
    proofs = _by(DecisionProof, agreements, ("decision_id",), ("grade", "given_at"), "decision__agreement")
    decisions = _by(AdoptionDecision, agreements, PRINCIPAL, DECISION_COLUMNS)
    notes = _by(StatusNote, agreements, PRINCIPAL, NOTE_COLUMNS)
    steps = _steps(agreements)
    versions = _by(AgreementVersion, agreements, ("agreement_id",), ("number", "published_at"))
    changes = _by(
        ValidityChange,
        agreements,
        ("agreement_id",),
        ("pk", "kind", "decided_on", "takes_effect_on", "registered_at", "corrects_id", "is_void"),
    )
    parties: dict[int, list[facts.Principal]] = defaultdict(list)
    rows = Party.objects.filter(agreement__in=agreements).active_on(on).in_order()
    for agreement, slug, name in rows.values_list(*PRINCIPAL, "organisation__short_name"):
        key = (agreement, slug)
        parties[agreement].append(
            facts.Principal(
                key=slug,
                name=name,
                steps=tuple(steps[key]),
                decisions=tuple(_decision(row, proofs) for row in decisions[key]),
                assertions=tuple(facts.Assertion(*row) for row in notes[key]),
            )
        )
    return {
        agreement.pk: facts.Agreement(
            principals=tuple(parties[agreement.pk]),
            versions=tuple(facts.Version(*row) for row in versions[(agreement.pk,)] if row[1]),
            planned_on=agreement.planned_on,
            validity_years=agreement.validity_years,
            valid_to=agreement.valid_to,
            force_rule=ForceRule(agreement.force_rule) if agreement.force_rule else None,
            changes=tuple(_change(row) for row in changes[(agreement.pk,)]),
        )
        for agreement in agreements
    }


Rows = dict[tuple[Any, ...], list[tuple[Any, ...]]]


def _by(
    model: Any, agreements: Sequence[Agreement], keys: Sequence[str], columns: Sequence[str], path: str = "agreement"
) -> Rows:
    """The columns of a model's rows for the agreements, gathered under the keys, in the order they were made."""
    found: Rows = defaultdict(list)
    rows = model.objects.filter(**{f"{path}__in": agreements}).order_by("pk")
    for row in rows.values_list(*keys, *columns):
        found[row[: len(keys)]].append(row[len(keys) :])
    return found


def _decision(row: tuple[Any, ...], proofs: Rows) -> facts.Decision:
    key, body, role, outcome, *rest = row
    given = tuple(facts.Proof(Evidence(grade), given_at) for grade, given_at in proofs[(key,)])
    values: list[Any] = [key, body, StepRole(role), Outcome(outcome), *rest, given]
    return facts.Decision(*values)


def _change(row: tuple[Any, ...]) -> facts.ValidityChange:
    key, kind, *rest = row
    return facts.ValidityChange(key, ChangeKind(kind), *rest)


def _steps(agreements: Sequence[Agreement]) -> dict[tuple[Any, ...], list[facts.Step]]:
    """Each principal's way to a decision, with all known meetings of its bodies."""
    rows = list(
        DecisionStep.objects.filter(agreement__in=agreements)
        .order_by("position", "pk")
        .values_list(*PRINCIPAL, "body_id", "body__name", "role", "planned_on")
    )
    meetings = _meetings(row[2] for row in rows)
    found: dict[tuple[Any, ...], list[facts.Step]] = defaultdict(list)
    for agreement, slug, body, name, role, planned_on in rows:
        found[(agreement, slug)].append(facts.Step(name, StepRole(role), planned_on, tuple(meetings[body])))
    return found


def _meetings(bodies: Iterable[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    rows = BodyMeeting.objects.filter(body__in=set(bodies)).order_by("meets_on")
    for body, meets_on in rows.values_list("body_id", "meets_on"):
        found[body].append(meets_on)
    return found
