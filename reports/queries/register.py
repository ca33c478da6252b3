"""All that is registered about agreements, gathered for those who ask how they stand: two queries at any size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray

from agreements.enums import ChangeKind, Evidence, ForceRule, Outcome, RecommendationKind, StepRole
from agreements.models import (
    AdoptionDecision,
    Agreement,
    AgreementVersion,
    BoardVisit,
    DecisionProof,
    DecisionStep,
    Dispatch,
    ForumDecision,
    Party,
    StatusNote,
    ValidityChange,
)
from agreements.rules import facts
from organisations.models import BodyMeeting, Partnership

CHANGE = ("pk", "kind", "decided_on", "takes_effect_on", "registered_at", "corrects_id", "is_void")
DECISION = (
    "pk", "body__name", "role", "outcome", "version__number", "decided_on", "registered_at", "corrects_id",
    "is_approved_at_once", "approved_on", "announced_on", "legal_force_on",
)  # fmt: skip
NOTE = ("said_on", "registered_at", "said_by", "pk", "corrects_id", "is_void")
DETAILS = ("paragraph", "case_numbers", "extract_id")


@dataclass(frozen=True)
class Details:
    """What a reader wants to find a decision by; the rules need none of it."""

    paragraph: str
    case_numbers: tuple[str, ...]
    has_extract: bool


@dataclass(frozen=True)
class ForumEvent:
    """What a forum decided about the agreement."""

    kind: RecommendationKind
    forum: str
    decided_on: date


@dataclass(frozen=True)
class Sending:
    """One dispatch of a version to the principals."""

    version: int
    sent_at: datetime
    reply_by: date
    items: int
    received: int


@dataclass(frozen=True)
class Register:
    """One agreement: plain facts for the rules, and beside them what only a reader needs."""

    agreement: Agreement
    facts: facts.Agreement
    details: dict[int, Details]
    codes: dict[str, str]  # the code of each principal on the map
    forum_events: tuple[ForumEvent, ...] = ()
    sendings: tuple[Sending, ...] = ()
    seen_at: datetime | None = None  # when the visitor looked last
    tiles: Sequence[Mapping[str, Any]] = ()
    outlines: Sequence[Mapping[str, Any]] = ()


def agreements_with_history(agreements: QuerySet[Agreement], *, visitor: Any = None) -> QuerySet[Agreement]:
    """Agreements with their versions, changes, forum decisions and dispatches, the county's map and the last visit."""
    partnership = Partnership.objects.filter(pk=1)
    items = Dispatch.objects.filter(pk=OuterRef("pk")).values("pk")
    visits = BoardVisit.objects.filter(agreement=OuterRef("pk"), user=visitor).values("seen_at")
    return agreements.annotate(
        found_versions=_found(AgreementVersion.objects.published().order_by("pk"), "number", "published_at"),
        found_changes=_found(ValidityChange.objects.order_by("pk"), *CHANGE),
        found_forum_decisions=_found(
            ForumDecision.objects.order_by("decided_on", "pk"), "kind", "forum__name", "decided_on"
        ),
        found_dispatches=_found(
            Dispatch.objects.order_by("sent_at", "pk"),
            "version__number",
            "sent_at",
            "reply_by",
            Subquery(items.annotate(number=Count("items")).values("number")),
            Subquery(items.annotate(number=Count("items__received_at")).values("number")),
            path="version__agreement",
        ),
        tiles=Subquery(partnership.values("tiles")),
        outlines=Subquery(partnership.values("outlines")),
        seen_at=Subquery(visits) if visitor is not None else Subquery(visits.none()),
    )


def registers(agreements: Iterable[Agreement], on: date, *, only_coming_meetings: bool = False) -> list[Register]:
    """What is registered about agreements of `agreements_with_history`, with the parties of a day: one query.

    The coming meetings are enough for the verdicts and the forecast; contradictions are also found in earlier ones.
    """
    found = list(agreements)
    parties: dict[int, list[Any]] = defaultdict(list)
    for row in _parties(found, on, on if only_coming_meetings else _calendars_from(found, on)):
        parties[row[0]].append(row[1:])
    return [_register(agreement, parties[agreement.pk]) for agreement in found]


# --- the two queries ---


def _found(rows: Any, *columns: Any, path: str = "agreement") -> ArraySubquery:
    """The columns of the rows that belong to an agreement, as one array of arrays."""
    return ArraySubquery(rows.filter(**{path: OuterRef("pk")}).values(found=JSONArray(*columns)))


def _calendars_from(agreements: Sequence[Any], on: date) -> date:
    """The rules ask of meetings in the years in which something can have been decided, not of twenty years before."""
    published = [_moment(at).year for agreement in agreements for _number, at in agreement.found_versions]
    return date(min([on.year, *published]), 1, 1)


def _parties(agreements: Sequence[Agreement], on: date, calendars_from: date) -> Any:
    """Each party of the day with its decisions, with what has been said, and with its way to a decision."""
    meetings = BodyMeeting.objects.filter(body=OuterRef("body"), meets_on__gte=calendars_from).order_by("meets_on")
    proofs = DecisionProof.objects.filter(decision=OuterRef("pk")).order_by("pk")
    return (
        Party.objects.filter(agreement__in=agreements)
        .active_on(on)
        .in_order()
        .values_list(
            "agreement_id",
            "organisation__slug",
            "organisation__short_name",
            "organisation__scb_code",
            _of_party(
                AdoptionDecision.objects.order_by("pk"),
                *DECISION,
                ArraySubquery(proofs.values(found=JSONArray("grade", "given_at"))),
                *DETAILS,
            ),
            _of_party(StatusNote.objects.order_by("pk"), *NOTE),
            _of_party(
                DecisionStep.objects.order_by("position", "pk"),
                "body__name",
                "role",
                "planned_on",
                ArraySubquery(meetings.values("meets_on")),
            ),
        )
    )


def _of_party(rows: Any, *columns: Any) -> ArraySubquery:
    own = rows.filter(agreement=OuterRef("agreement_id"), organisation=OuterRef("organisation_id"))
    return ArraySubquery(own.values(found=JSONArray(*columns)))


# --- from rows to facts ---


def _register(agreement: Any, parties: Sequence[Any]) -> Register:
    details: dict[int, Details] = {}
    principals = tuple(_principal(row, details) for row in parties)
    return Register(
        agreement=agreement,
        facts=facts.Agreement(
            principals=principals,
            versions=tuple(facts.Version(number, _moment(at)) for number, at in agreement.found_versions),
            planned_on=agreement.planned_on,
            validity_years=agreement.validity_years,
            valid_to=agreement.valid_to,
            force_rule=ForceRule(agreement.force_rule) if agreement.force_rule else None,
            changes=tuple(_change(*row) for row in agreement.found_changes),
        ),
        details=details,
        codes={slug: code for slug, _name, code, *_rest in parties},
        forum_events=tuple(
            ForumEvent(RecommendationKind(kind), forum, _day(on)) for kind, forum, on in agreement.found_forum_decisions
        ),
        sendings=tuple(
            Sending(version, _moment(at), _day(by), items, received)
            for version, at, by, items, received in agreement.found_dispatches
        ),
        seen_at=agreement.seen_at,
        tiles=agreement.tiles or (),
        outlines=agreement.outlines or (),
    )


def _principal(row: Sequence[Any], details: dict[int, Details]) -> facts.Principal:
    slug, name, _code, decisions, notes, steps = row
    for decision in decisions:
        paragraph, case_numbers, extract = decision[-3:]
        details[decision[0]] = Details(paragraph, tuple(case_numbers), extract is not None)
    return facts.Principal(
        key=slug,
        name=name,
        steps=tuple(_step(*step) for step in steps),
        decisions=tuple(_decision(*decision[:-3]) for decision in decisions),
        assertions=tuple(facts.Assertion(_day(on), _moment(at), *rest) for on, at, *rest in notes),
    )


def _decision(key: int, body: str, role: str, outcome: str, version: int | None, *rest: Any) -> facts.Decision:
    decided_on, registered_at, corrects, is_approved_at_once, approved, announced, legal_force, proofs = rest
    return facts.Decision(
        key=key,
        body=body,
        role=StepRole(role),
        outcome=Outcome(outcome),
        version=version,
        decided_on=_day(decided_on),
        registered_at=_moment(registered_at),
        corrects=corrects,
        is_approved_at_once=is_approved_at_once,
        approved_on=_day_or_none(approved),
        announced_on=_day_or_none(announced),
        legal_force_on=_day_or_none(legal_force),
        proofs=tuple(facts.Proof(Evidence(grade), _moment(given_at)) for grade, given_at in proofs),
    )


def _step(body: str, role: str, planned_on: str | None, meetings: Sequence[str]) -> facts.Step:
    return facts.Step(body, StepRole(role), _day_or_none(planned_on), tuple(map(_day, meetings)))


def _change(key: int, kind: str, decided_on: str, takes_effect_on: str, registered_at: str, *rest: Any) -> Any:
    return facts.ValidityChange(
        key, ChangeKind(kind), _day(decided_on), _day(takes_effect_on), _moment(registered_at), *rest
    )


# What PostgreSQL writes into JSON is ISO 8601.
_day = date.fromisoformat
_moment = datetime.fromisoformat


def _day_or_none(value: str | None) -> date | None:
    return _day(value) if value else None
