"""The steering group's board: how an agreement stands on a day, by what was known on a day, and what it rests on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from agreements.enums import AgreementState, Evidence, Outcome, RecommendationKind, StepRole, Verdict
from agreements.models import Agreement
from agreements.rules import facts
from agreements.rules.clock import Moment, legal_clock
from agreements.rules.contradictions import contradictions
from agreements.rules.force import AgreementStatus, agreement_status, sentence
from agreements.rules.forecast import Forecast, PrincipalForecast, forecast
from agreements.rules.registered import local_day, standing
from agreements.rules.verdict import ALIKE, BLOCKING, PrincipalVerdict, entries_in_force
from agreements.rules.words import day_in_words, joined
from kvinnofrid.core.drawing import LOOKS
from reports.queries.register import Details, Register, registers

DECIDED = ALIKE | BLOCKING
OVER = frozenset({AgreementState.REPLACED, AgreementState.WITHDRAWN, AgreementState.EXPIRED})
FORUM_EVENTS = {
    RecommendationKind.ASSIGNED: "gav i uppdrag",
    RecommendationKind.APPROVED: "godkände",
    RecommendationKind.RECOMMENDED: "rekommenderade till beslut",
}
STATE_TONES = {
    AgreementState.UNKNOWN: "warning",
    AgreementState.WAITING: "waiting",
    AgreementState.CONDITION_MET: "good",
    AgreementState.IN_FORCE: "good",
    AgreementState.EXTENDED: "good",
    AgreementState.CANNOT: "bad",
    AgreementState.EXPIRING: "warning",
}
VERDICT_TONES = {
    Verdict.IDENTICAL: "good",
    Verdict.CONDITIONAL: "good",
    Verdict.AMENDED: "bad",
    Verdict.OTHER_VERSION: "bad",
    Verdict.REJECTED: "bad",
    Verdict.TABLED: "waiting",
    Verdict.REFERRED_BACK: "waiting",
    Verdict.NOT_YET: "waiting",
    Verdict.UNKNOWN: "warning",
    Verdict.NO_VERSION: "neutral",
}
SHORT_EVIDENCE = {Evidence.EXTRACT: "utdraget", Evidence.COMPARED: "jämförda", Evidence.STATED: "uppgivet"}
LATE = timedelta(days=30)
NO_DETAILS = Details("", (), has_extract=False)
Addresses = dict[str, Callable[[Any], str]]


@dataclass(frozen=True)
class Row:
    """One principal on the board. `known_otherwise` is its verdict by what was known on the other day, if another."""

    key: str
    name: str
    code: str
    found: PrincipalVerdict
    details: Details
    coming: PrincipalForecast
    legal_force: Moment | None
    url: str
    decision_url: str = ""
    extract_url: str = ""
    known_otherwise: str = ""
    is_new: bool = False

    @property
    def verdict(self) -> Verdict:
        return self.found.verdict

    @property
    def label(self) -> str:
        return self.found.verdict.label

    @property
    def tone(self) -> str:
        return VERDICT_TONES[self.found.verdict]

    @property
    def look(self) -> str:
        look = LOOKS[self.found.verdict]
        return f"look look--{look.tone} look--{look.pattern}"

    @property
    def sign(self) -> str:
        return LOOKS[self.found.verdict].sign

    @property
    def note(self) -> str:
        """What the verdict stands on when no decision rules."""
        found = self.found
        if found.is_faded:
            return f"Okänt sedan {found.since}: inget nytt på 60 dagar"
        if found.verdict == Verdict.NOT_YET and found.asserted and found.asserted.said_on == found.since:
            return f"Enligt besked {found.since}"
        return ""

    @property
    def body(self) -> str:
        return self.found.decision.body if self.found.decision else ""

    @property
    def decided_on(self) -> date | None:
        return self.found.decision.decided_on if self.found.decision else None

    @property
    def registered_on(self) -> date | None:
        return local_day(self.found.decision.registered_at) if self.found.decision else None

    @property
    def was_registered_late(self) -> bool:
        """So long after the decision that one who looks back should know it."""
        decision = self.found.decision
        return bool(decision and local_day(decision.registered_at) - decision.decided_on > LATE)

    @property
    def paragraph(self) -> str:
        """As it is written in Swedish: § 112."""
        number = self.details.paragraph.removeprefix("§").strip()
        return f"§\N{NO-BREAK SPACE}{number}" if number else ""

    @property
    def case_numbers(self) -> str:
        return ", ".join(self.details.case_numbers)

    @property
    def evidence(self) -> str:
        """How well it is known which text the decision was about, where that matters."""
        return self.found.evidence.label if self.found.evidence and self.verdict in DECIDED else ""

    @property
    def short_evidence(self) -> str:
        """The same where space is short."""
        return SHORT_EVIDENCE[self.found.evidence] if self.evidence and self.found.evidence else ""

    @property
    def next_body(self) -> str:
        return self.coming.via[0][0] if self.coming.via else ""

    @property
    def next_on(self) -> date | None:
        return self.coming.via[0][1] if self.coming.via else None

    @property
    def next_reason(self) -> str:
        """Why no day is known, in a cell where the name already stands."""
        reason = (self.coming.reason or "").removeprefix(f"{self.name} har ")
        return reason[:1].upper() + reason[1:]

    @property
    def legal_force_on(self) -> date | None:
        return self.legal_force.on if self.legal_force else None


@dataclass(frozen=True)
class Remark:
    """Something that does not add up, and where."""

    text: str
    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class News:
    """Something that was registered after a moment."""

    at: datetime
    text: str
    key: str = ""
    name: str = ""


@dataclass(frozen=True)
class Otherwise:
    """The answer by what was known on another day, where it was another."""

    known_on: date
    sentence: str
    number: int  # principals whose verdict was another


@dataclass(frozen=True)
class Answer:
    """How an agreement stands, without what proves it."""

    register: Register
    status: AgreementStatus
    forecast: Forecast

    @property
    def agreement(self) -> Agreement:
        return self.register.agreement

    @property
    def sentence(self) -> str:
        return sentence(self.status, earliest=self.forecast.earliest)

    @property
    def is_over(self) -> bool:
        return self.status.state in OVER

    @property
    def is_in_force(self) -> bool:
        begins = self.status.in_force_from
        return bool(begins and begins <= self.status.as_of) and not self.is_over

    @property
    def state_tone(self) -> str:
        return STATE_TONES.get(self.status.state, "neutral")

    @property
    def settled(self) -> int:
        """How many have adopted the same text."""
        return sum(found.is_alike for found in self.status.verdicts.values())

    @property
    def holder(self) -> str:
        """Who the forecast waits for."""
        return self.status.names.get(self.forecast.holder or "", "")


@dataclass(frozen=True)
class Board(Answer):
    """Everything that the board shows."""

    asked: Forecast  # the forecast, or what it would be if somebody referred the matter back
    rows: list[Row]
    remarks: list[Remark] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    otherwise: Otherwise | None = None
    referred_back: str | None = None  # of whom the forecast asks: what if?

    @property
    def basis(self) -> str:
        """What the answer rests on."""
        decided = [entry for principal in self.register.facts.principals for entry in self._deciding(principal)]
        if not decided:
            return self._latest_event if self.rows else ""
        latest = day_in_words(max(entry.decided_on for entry in decided))
        if len(decided) == 1:
            return f"Enligt ett registrerat beslut, {latest}.{self._only_stated}"
        return f"Enligt {len(decided)} registrerade beslut, det senaste {latest}.{self._only_stated}"

    @property
    def _latest_event(self) -> str:
        """Without decisions, the last thing that is known."""
        events = [event for event in self.register.forum_events if event.decided_on <= self.status.as_of]
        if not events:
            return "Inget beslut är registrerat."
        latest = max(events, key=lambda event: event.decided_on)
        done = f"{latest.forum} {FORUM_EVENTS[latest.kind]} {day_in_words(latest.decided_on)}"
        return f"Det senaste som är känt: {done}."

    def _deciding(self, principal: facts.Principal) -> list[facts.Decision]:
        entries = entries_in_force(principal, as_of=self.status.as_of, known_on=self.status.known_on)
        return [entry for entry in entries if entry.role == StepRole.DECIDING]

    @property
    def _only_stated(self) -> str:
        ruling = [row for row in self.rows if row.verdict in DECIDED]
        stated = sum(row.found.evidence == Evidence.STATED for row in ruling)
        if not stated:
            return ""
        if stated < len(ruling):
            return f" För {stated} av dem är det bara uppgivet vilken text beslutet gällde."
        return f" Det är bara uppgivet vilken text {'besluten' if stated > 1 else 'beslutet'} gällde."

    @property
    def needs_new(self) -> str:
        """Those whose decision has to be taken anew before the forecast can come true."""
        return joined([self.status.names[key] for key in self.status.blocking])

    @property
    def asked_holder(self) -> str:
        """Who the forecast that was asked for waits for."""
        return self.status.names.get(self.asked.holder or "", "")

    @property
    def asked_of(self) -> str:
        return self.status.names.get(self.referred_back or "", "")

    @property
    def otherwise_words(self) -> str:
        """What stands before the verdict that was known on the other day."""
        return "Känt nu:" if self.otherwise and self.otherwise.known_on > self.status.known_on else "Känt då:"

    @property
    def undecided(self) -> list[Row]:
        """Those of whom one can ask: what if they refer it back?"""
        return [row for row in self.rows if row.verdict not in DECIDED]


def board(
    register: Register,
    *,
    as_of: date,
    known_on: date,
    today: date,
    referred_back: str | None = None,
    since: datetime | None = None,
) -> Board:
    """How the agreement stood on a day (`as_of`), by what had been registered on a day (`known_on`)."""
    status = agreement_status(register.facts, as_of=as_of, known_on=known_on)
    coming = forecast(register.facts, today=as_of, known_on=known_on, status=status)
    asked = coming
    if referred_back:
        asked = forecast(register.facts, today=as_of, known_on=known_on, referred_back=referred_back, status=status)
    other = _other_status(register, status, today)
    news = _news(register, since) if since else []
    new_keys, address = {item.key for item in news}, _addresses(register.agreement.slug)
    return Board(
        register=register,
        status=status,
        forecast=coming,
        asked=asked,
        rows=[
            _row(register, status, coming, principal, other, new_keys, address)
            for principal in register.facts.principals
        ],
        remarks=_remarks(register, as_of, known_on, address),
        news=news,
        otherwise=_otherwise(status, other),
        referred_back=referred_back,
    )


def answers(agreements: Any, *, today: date) -> list[Answer]:
    """How agreements stand today: two queries, however many."""
    found = registers(agreements, today, brief=True)
    return [_answer(register, today) for register in found]


def _answer(register: Register, today: date) -> Answer:
    status = agreement_status(register.facts, as_of=today)
    return Answer(register, status, forecast(register.facts, today=today, status=status))


# --- what was known on another day ---


def _other_status(register: Register, status: AgreementStatus, today: date) -> AgreementStatus | None:
    """By what was known then, for one who looks back; by what is known now, for one who asks what was known then."""
    other_day = today if status.known_on < today else min(status.as_of, today)
    if other_day == status.known_on:
        return None
    return agreement_status(register.facts, as_of=status.as_of, known_on=other_day)


def _otherwise(status: AgreementStatus, other: AgreementStatus | None) -> Otherwise | None:
    if other is None:
        return None
    number = sum(verdict.verdict != status.verdicts[key].verdict for key, verdict in other.verdicts.items())
    if not number and other.state == status.state:
        return None
    return Otherwise(other.known_on, sentence(other), number)


# --- rows ---


def _row(
    register: Register,
    status: AgreementStatus,
    coming: Forecast,
    principal: facts.Principal,
    other: AgreementStatus | None,
    new_keys: set[str],
    address: Addresses,
) -> Row:
    key = principal.key
    found = status.verdicts[key]
    decision = found.decision
    details = register.details[decision.key] if decision else NO_DETAILS
    otherwise = other.verdicts[key].verdict if other else found.verdict
    return Row(
        key=key,
        name=principal.name,
        code=register.codes[key],
        found=found,
        details=details,
        coming=coming.per_principal.get(key, PrincipalForecast()),
        legal_force=legal_clock(decision).legal_force_on if decision and found.verdict in DECIDED else None,
        url=address["principal_detail"](key),
        decision_url=address["decision_detail"](decision.key) if decision else "",
        extract_url=address["decision_extract"](decision.key) if decision and details.has_extract else "",
        known_otherwise=otherwise.label if otherwise != found.verdict else "",
        is_new=key in new_keys,
    )


def _addresses(slug: str) -> Addresses:
    """How the address of a principal or a decision is written: asking for each anew takes longer than all else."""
    found: Addresses = {}
    for name in ("principal_detail", "decision_detail", "decision_extract"):
        before, _key, after = reverse(name, args=[slug, 0]).rpartition("0")
        found[name] = f"{before}{{}}{after}".format
    return found


def _remarks(register: Register, as_of: date, known_on: date, address: Addresses) -> list[Remark]:
    names = {principal.key: principal.name for principal in register.facts.principals}
    return [
        Remark(found.text, names[found.principal], address["principal_detail"](found.principal))
        if found.principal
        else Remark(found.text)
        for found in contradictions(register.facts, as_of=as_of, known_on=known_on)
    ]


# --- what is new ---


def _news(register: Register, since: datetime) -> list[News]:
    """What has been registered after a moment, the latest first. What was corrected is told by its correction."""
    found = [
        News(version.published_at, f"Version {version.number} publicerades.") for version in register.facts.versions
    ]
    found += [News(sent.sent_at, f"Skickades till {sent.items} huvudmän.") for sent in register.sendings]
    for change in standing(register.facts.changes, known_on=date.max):
        done = "Struket: {}." if change.is_void else "{} registrerades."
        found.append(News(change.registered_at, done.format(change.kind.label)))
    for principal in register.facts.principals:
        found += _news_of(principal, since)
    return sorted((news for news in found if news.at > since), key=lambda news: news.at, reverse=True)


def _news_of(principal: facts.Principal, since: datetime) -> Iterable[News]:
    """Proofs that a correction carries over are told once: with the entry that stands."""
    key, name = principal.key, principal.name
    moments = [entry.registered_at for entry in principal.decisions]
    moments += [said.registered_at for said in principal.assertions]
    moments += [proof.given_at for entry in principal.decisions for proof in entry.proofs]
    if max(moments, default=since) <= since:
        return
    seen = {entry.key for entry in principal.decisions if entry.registered_at <= since}
    for entry in standing(principal.decisions, known_on=date.max):
        if entry.outcome == Outcome.VOID:
            struck = f"Struket: registreringen av {entry.body} {day_in_words(entry.decided_on)} gällde inget beslut."
            yield News(entry.registered_at, struck, key, name)
            continue
        done = f"{entry.body} {entry.outcome.label.lower()} {day_in_words(entry.decided_on)}"
        yield News(entry.registered_at, f"Rättat: {done}." if entry.corrects in seen else f"{done}.", key, name)
        for proof in entry.proofs:
            yield News(proof.given_at, f"{proof.grade.label}.", key, name)
    for said in standing(principal.assertions, known_on=date.max):
        told = f"Inte beslutat enligt besked {day_in_words(said.said_on)}."
        if said.is_void:
            told = f"Struket: beskedet {day_in_words(said.said_on)}."
        yield News(said.registered_at, told, key, name)


# --- which rows, in which order ---

ORDERS = {
    "namn": ("Huvudman", None),
    "lage": ("Läge", lambda row: list(Verdict).index(row.verdict)),
    "beslut": ("Beslutsdatum", lambda row: row.decided_on),
    "nasta": ("Nästa sammanträde", lambda row: row.next_on),
    "laga-kraft": ("Laga kraft", lambda row: row.legal_force_on),
}


def chosen_rows(rows: Sequence[Row], *, verdict: str = "", text: str = "", order: str = "") -> list[Row]:
    """The rows of a verdict whose name or case number holds the text; what has no value stands last in any order."""
    text = text.casefold()
    found = [
        row
        for row in rows
        if (not verdict or row.verdict == verdict)
        and (text in row.name.casefold() or text in row.case_numbers.casefold())
    ]
    falling = order.startswith("-")
    _label, key = ORDERS.get(order.removeprefix("-"), ORDERS["namn"])
    if key is None:
        return found[::-1] if falling else found
    present = [row for row in found if key(row) is not None]
    present.sort(key=key, reverse=falling)
    return present + [row for row in found if key(row) is None]
