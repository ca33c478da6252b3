"""Which principals owe an answer, whom a reminder would reach, and what has been sent."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from agreements.enums import AgreementState
from agreements.models import Agreement, AgreementVersion, DispatchItem, Reminder
from agreements.queries.facts import agreement_facts
from agreements.queries.sending import People, item_url, people_of, principals_of, sender_name
from agreements.rules.force import AgreementStatus, agreement_status
from agreements.rules.ladder import Rung, Sending, Standing, standing_of
from agreements.rules.letters import reminder_text
from agreements.rules.verdict import ALIKE, BLOCKING, current_version
from agreements.rules.words import day_in_words, joined
from organisations.models import Organisation, User

OVER = {
    AgreementState.WITHDRAWN: "Överenskommelsen är uppsagd. Ingen ska påminnas.",
    AgreementState.REPLACED: "Överenskommelsen är ersatt av en annan. Ingen ska påminnas.",
    AgreementState.EXPIRED: "Överenskommelsen har löpt ut. Ingen ska påminnas.",
}
RUNGS = {
    Rung.REGISTRARS: "Steg 1: registratorn",
    Rung.ACTING: "Steg 2: alla som kan agera för huvudmannen",
    Rung.PHONE: "Steg 3: samordnaren tar kontakt",
}


@dataclass(frozen=True)
class LadderRow:
    """A principal that owes an answer: why, and what comes next. `to` is empty where the coordinator phones."""

    organisation: Organisation
    why: str
    standing: Standing
    to: list[User]
    item: DispatchItem

    @property
    def rung(self) -> str:
        return RUNGS[self.standing.next_rung] if self.standing.next_rung else "Alla tre stegen är tagna"

    @property
    def item_url(self) -> str:
        return item_url(self.item)


@dataclass(frozen=True)
class Ladder:
    """All principals of an agreement that owe an answer about the version that stands."""

    version: AgreementVersion | None
    over: str
    due: list[LadderRow]
    later: list[LadderRow]
    done: list[LadderRow]
    unsent: str  # who owes an answer but has not been asked, in words
    text: str


@dataclass(frozen=True)
class Logged:
    """A reminder that has gone, or the coordinator's task to take contact."""

    sent_at: datetime
    by: str
    organisation: str
    rung: str
    text: str


def ladder(agreement: Agreement) -> Ladder:
    """Twelve queries at most, however many the principals are."""
    today = timezone.localdate()
    facts = agreement_facts(agreement, today)
    status = agreement_status(facts, as_of=today, version=current_version(facts, as_of=today))
    over = OVER.get(status.state, "")
    version = agreement.versions.filter(number=status.version).first() if status.version and not over else None
    if version is None:
        return Ladder(None, over or "Ingen version är publicerad.", [], [], [], "", "")
    organisations = principals_of(agreement)
    items = _latest_items(version)
    people = people_of(organisations)
    steps = {principal.key: principal.steps for principal in facts.principals}
    reminders = _reminders(agreement)
    found: list[LadderRow] = []
    for one in organisations:
        if (item := items.get(one.pk)) is None:
            continue
        sending = _sending(item, reminders[one.pk], people[one.pk])
        standing = standing_of(status.verdicts[one.slug], steps[one.slug], sending, today)
        if standing:
            found.append(LadderRow(one, _why(status, one, standing), standing, _to(standing, people[one.pk]), item))
    return Ladder(
        version=version,
        over="",
        due=[row for row in found if row.standing.is_due(today)],
        later=[row for row in found if row.standing.next_rung and not row.standing.is_due(today)],
        done=[row for row in found if row.standing.next_rung is None],
        unsent=_unsent(status, [one for one in organisations if one.pk not in items], items),
        text=_text(version, items),
    )


def reminders_sent(agreement: Agreement, reader: Any) -> list[Logged]:
    """All that has been sent, the latest first."""
    rows = agreement.reminders.select_related("organisation", "sent_by").order_by("-sent_at", "-pk")
    return [
        Logged(
            row.sent_at, sender_name(row.sent_by, reader), row.organisation.short_name, RUNGS[Rung(row.rung)], row.text
        )
        for row in rows
    ]


def _unsent(status: AgreementStatus, left: list[Organisation], items: dict[int, DispatchItem]) -> str:
    owing = [one.short_name for one in left if status.verdicts[one.slug].verdict not in ALIKE | BLOCKING]
    return joined(owing) if items or not owing else "någon huvudman"


def _latest_items(version: AgreementVersion) -> dict[int, DispatchItem]:
    """The last thing that each principal was sent of the version."""
    items = DispatchItem.objects.filter(dispatch__version=version, prepared_at__isnull=False)
    items = items.select_related("dispatch__version__agreement", "organisation").order_by("prepared_at", "pk")
    return {item.organisation_id: item for item in items}


def _reminders(agreement: Agreement) -> dict[int, list[tuple[int, datetime]]]:
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = Reminder.objects.filter(agreement=agreement).order_by("sent_at", "pk")
    for organisation, rung, sent_at in rows.values_list("organisation", "rung", "sent_at"):
        found[organisation].append((rung, sent_at))
    return found


def _sending(item: DispatchItem, reminders: list[tuple[int, datetime]], people: People) -> Sending:
    assert item.prepared_at is not None
    return Sending(item.prepared_at, tuple(reminders), bool(people.registrars), bool(people.acting))


def _to(standing: Standing, people: People) -> list[User]:
    reached = {Rung.REGISTRARS: people.registrars, Rung.ACTING: people.acting}
    return reached.get(standing.next_rung, []) if standing.next_rung else []


def _why(status: AgreementStatus, organisation: Organisation, standing: Standing) -> str:
    verdict = status.verdicts[organisation.slug]
    missed = ""
    if standing.missed_on:
        missed = f"Det planerade sammanträdet var {day_in_words(standing.missed_on)}, och inget är registrerat."
    if standing.is_late:
        return missed
    silent = "Har inte hört av sig."
    if verdict.is_faded and verdict.since:
        silent = f"Senaste beskedet är för gammalt: läget är okänt sedan {day_in_words(verdict.since)}."
    return f"{silent} {missed}".strip()


def _text(version: AgreementVersion, items: dict[int, DispatchItem]) -> str:
    if not items:
        return ""
    reply_by = max(item.dispatch.reply_by for item in items.values())
    return reminder_text(title=version.agreement.title, number=version.number, reply_by=reply_by)
