"""All that is registered about agreements, gathered for those who ask how they stand: one query at any size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from agreements.enums import ChangeKind, Evidence, ForceRule, Outcome, RecommendationKind, StepRole
from agreements.models import Agreement
from agreements.rules import facts

# Written by hand, as the ORM takes longer to write it than PostgreSQL to answer it. All but the first columns are lists
# of rows as JSON; what belongs to a principal begins with its key. Meetings are wanted from the first of the year of
# the first version on; in brief only the coming ones, and no map.
QUERY = """
WITH agreement AS MATERIALIZED (
  SELECT id, CASE WHEN %(brief)s THEN %(day)s ELSE date_trunc('year', LEAST(%(day)s,
    (SELECT min(version.published_at) FROM agreements_agreementversion version WHERE version.agreement_id = found.id)
  ))::date END AS calendars_from
  FROM agreements_agreement found WHERE id = ANY(%(agreements)s)
)
SELECT
  agreement.id,
  (SELECT seen_at FROM agreements_boardvisit WHERE agreement_id = agreement.id AND user_id = %(visitor)s),
  (SELECT json_build_array(tiles, outlines) FROM organisations_partnership WHERE NOT %(brief)s),
  (SELECT json_agg(json_build_array(version.number, version.published_at) ORDER BY version.id)
    FROM agreements_agreementversion version
    WHERE version.agreement_id = agreement.id AND version.published_at IS NOT NULL),
  (SELECT json_agg(json_build_array(change.id, change.kind, change.decided_on, change.takes_effect_on,
      change.registered_at, change.corrects_id, change.is_void) ORDER BY change.id)
    FROM agreements_validitychange change WHERE change.agreement_id = agreement.id),
  (SELECT json_agg(json_build_array(event.kind, forum.name, event.decided_on) ORDER BY event.decided_on, event.id)
    FROM agreements_forumdecision event JOIN organisations_forum forum ON forum.id = event.forum_id
    WHERE event.agreement_id = agreement.id),
  (SELECT json_agg(json_build_array(dispatch.sent_at,
      (SELECT count(*) FROM agreements_dispatchitem item WHERE item.dispatch_id = dispatch.id))
      ORDER BY dispatch.sent_at, dispatch.id)
    FROM agreements_dispatch dispatch JOIN agreements_agreementversion version ON version.id = dispatch.version_id
    WHERE version.agreement_id = agreement.id),
  (SELECT json_agg(json_build_array(party.organisation_id, own.slug, own.short_name, own.scb_code)
      ORDER BY own.kind DESC, swedish_key(own.name) COLLATE "C", party.starts_on NULLS FIRST)
    FROM agreements_party party JOIN organisations_organisation own ON own.id = party.organisation_id
    WHERE party.agreement_id = agreement.id
      AND (party.starts_on IS NULL OR party.starts_on <= %(day)s)
      AND (party.ends_on IS NULL OR party.ends_on >= %(day)s)),
  (SELECT json_agg(json_build_array(decision.organisation_id, decision.id, body.name, decision.role, decision.outcome,
      version.number, decision.decided_on, decision.registered_at, decision.corrects_id, decision.is_approved_at_once,
      decision.approved_on, decision.announced_on, decision.legal_force_on,
      ARRAY(SELECT json_build_array(proof.grade, proof.given_at)
        FROM agreements_decisionproof proof WHERE proof.decision_id = decision.id ORDER BY proof.id),
      decision.paragraph, decision.case_numbers, decision.extract_id IS NOT NULL) ORDER BY decision.id)
    FROM agreements_adoptiondecision decision
    JOIN organisations_decidingbody body ON body.id = decision.body_id
    LEFT JOIN agreements_agreementversion version ON version.id = decision.version_id
    WHERE decision.agreement_id = agreement.id),
  (SELECT json_agg(json_build_array(note.organisation_id, note.said_on, note.registered_at, note.said_by, note.id,
      note.corrects_id, note.is_void) ORDER BY note.id)
    FROM agreements_statusnote note WHERE note.agreement_id = agreement.id),
  (SELECT json_agg(json_build_array(step.organisation_id, body.name, step.role, step.planned_on,
      ARRAY(SELECT meeting.meets_on FROM organisations_bodymeeting meeting
        WHERE meeting.body_id = step.body_id AND meeting.meets_on >= agreement.calendars_from
        ORDER BY meeting.meets_on))
      ORDER BY step.position, step.id)
    FROM agreements_decisionstep step JOIN organisations_decidingbody body ON body.id = step.body_id
    WHERE step.agreement_id = agreement.id)
FROM agreement
"""

# Looked up hundreds of times for a page.
ROLES = {role.value: role for role in StepRole}
OUTCOMES = {outcome.value: outcome for outcome in Outcome}


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
    """One dispatch of a version to so many principals."""

    sent_at: datetime
    items: int


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


def registers(agreements: Iterable[Agreement], on: date, *, visitor: Any = None, brief: bool = False) -> list[Register]:
    """What is registered about agreements, with the parties of a day, and when the visitor looked last.

    What is brief is enough for the verdicts and the forecast: contradictions are also found in earlier meetings.
    """
    found = list(agreements)
    if not found:
        return []
    asked = {
        "agreements": [agreement.pk for agreement in found],
        "day": on,
        "visitor": visitor and visitor.pk,
        "brief": brief,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, asked)
        rows = {pk: (seen_at, *(column or [] for column in columns)) for pk, seen_at, *columns in cursor.fetchall()}
    return [_register(agreement, *rows[agreement.pk]) for agreement in found]


def _by_principal(rows: Iterable[Sequence[Any]]) -> Mapping[int, list[Sequence[Any]]]:
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(rest)
    return found


# --- from rows to facts ---


def _register(
    agreement: Agreement,
    seen_at: datetime | None,
    drawn: Sequence[Any],
    versions: Sequence[Any],
    changes: Sequence[Any],
    events: Sequence[Any],
    dispatches: Sequence[Any],
    parties: Sequence[Any],
    *of_principals: Sequence[Any],
) -> Register:
    decisions, notes, steps = map(_by_principal, of_principals)
    tiles, outlines = drawn or ((), ())
    return Register(
        agreement=agreement,
        facts=facts.Agreement(
            principals=tuple(
                facts.Principal(
                    key=slug,
                    name=name,
                    steps=tuple(_step(*step) for step in steps[key]),
                    decisions=tuple(_decision(decision[:-3]) for decision in decisions[key]),
                    assertions=tuple(facts.Assertion(_day(on), _moment(at), *rest) for on, at, *rest in notes[key]),
                )
                for key, slug, name, _code in parties
            ),
            versions=tuple(facts.Version(number, _moment(at)) for number, at in versions),
            planned_on=agreement.planned_on,
            validity_years=agreement.validity_years,
            valid_to=agreement.valid_to,
            force_rule=ForceRule(agreement.force_rule) if agreement.force_rule else None,
            changes=tuple(_change(*row) for row in changes),
        ),
        details={
            decision[0]: Details(paragraph, tuple(case_numbers), has_extract=has_extract)
            for key, *_party in parties
            for *decision, paragraph, case_numbers, has_extract in decisions[key]
        },
        codes={slug: code for _key, slug, _name, code in parties},
        forum_events=tuple(ForumEvent(RecommendationKind(kind), forum, _day(on)) for kind, forum, on in events),
        sendings=tuple(Sending(_moment(at), items) for at, items in dispatches),
        seen_at=seen_at,
        tiles=tiles,
        outlines=outlines,
    )


def _decision(row: Sequence[Any]) -> facts.Decision:
    key, body, role, outcome, version, decided_on, registered_at, corrects, at_once, *days, proofs = row
    approved_on, announced_on, legal_force_on = days
    return facts.Decision(
        key,
        body,
        ROLES[role],
        OUTCOMES[outcome],
        version,
        _day(decided_on),
        _moment(registered_at),
        corrects,
        at_once,
        _day_or_none(approved_on),
        _day_or_none(announced_on),
        _day_or_none(legal_force_on),
        tuple(facts.Proof(Evidence(grade), _moment(given_at)) for grade, given_at in proofs),
    )


def _step(body: str, role: str, planned_on: str | None, meetings: Sequence[str]) -> facts.Step:
    return facts.Step(body, ROLES[role], _day_or_none(planned_on), tuple(map(_day, meetings)))


def _change(key: int, kind: str, decided_on: str, takes_effect_on: str, registered_at: str, *rest: Any) -> Any:
    return facts.ValidityChange(
        key, ChangeKind(kind), _day(decided_on), _day(takes_effect_on), _moment(registered_at), *rest
    )


# What PostgreSQL writes into JSON is ISO 8601.
_day = date.fromisoformat
_moment = datetime.fromisoformat


def _day_or_none(value: str | None) -> date | None:
    return _day(value) if value else None
