"""Mandates on an earlier edition of the form: what has changed since, who has been asked, how far it has come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.text import get_text_list

from kvinnofrid.core.comparison import SectionDifference, compare_sections
from kvinnofrid.core.fingerprint import SectionText
from kvinnofrid.core.history import Event, events, has_open_identity
from kvinnofrid.core.ordering import swedish_key
from kvinnofrid.core.outbox import rendered
from mandates import permissions
from mandates.enums import LineState, MandateState, RenewalState
from mandates.models import EditionSection, ElectionItem, FormEdition, Mandate, MandateSeat, RenewalRequest
from mandates.queries.filling import edition_today
from mandates.workflow import HELD_LINE_STATES
from organisations.enums import Role
from organisations.models import Membership, User

BEGUN = {
    LineState.DRAFT: "Nytt uppdrag påbörjat",
    LineState.RETURNED: "Nytt uppdrag behöver rättas",
    LineState.WAITING: "Nytt uppdrag väntar på attest",
}
SENTENCES = {
    "asked": "Bad om att uppdraget förnyas på {about}.",
    "declined": "Svarade att uppdraget inte behöver förnyas på {about}.",
    "withdrawn": "Återtog begäran om att uppdraget förnyas på {about}.",
}
Holders = frozenset[tuple[int | None, int]]  # organisation and person
LATEST_FIRST = ("-valid_from", "-pk")


# --- what has changed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EditionChanges:
    """Two editions of a forum's form, section by section."""

    old: FormEdition
    new: FormEdition
    sections: list[SectionDifference]

    @property
    def changed(self) -> list[SectionDifference]:
        return [section for section in self.sections if section.kind != "same"]


def changes_url(old: FormEdition, new: FormEdition) -> str:
    """The page that shows them."""
    return f"{reverse('edition_changes', args=[new.pk])}?fran={old.pk}"


def edition_changes(old: FormEdition, new: FormEdition) -> EditionChanges:
    """Exactly which words have been added, removed and moved."""
    return EditionChanges(old, new, compare_sections(_texts(old), _texts(new)))


def earlier_editions(edition: FormEdition) -> QuerySet[FormEdition]:
    """The published editions of the same forum that came before, the latest first."""
    published: QuerySet[FormEdition] = edition.forum.form_editions.published().filter(_before(edition))
    return published.order_by(*LATEST_FIRST)


def _texts(edition: FormEdition) -> list[SectionText]:
    return [SectionText(section.heading, _html(section)) for section in edition.sections.all()]


def _html(section: EditionSection) -> str:
    return str(format_html_join("", "<p>{}</p>", ((part,) for part in section.body.split("\n\n"))))


def _before(edition: FormEdition, name: str = "") -> Q:
    """What is of an edition before this one; `name` leads to the edition."""
    earlier = Q(**{f"{name}valid_from__lt": edition.valid_from})
    return earlier | Q(**{f"{name}valid_from": edition.valid_from, f"{name}pk__lt": edition.pk})


def _is_before(edition: FormEdition, other: FormEdition) -> bool:
    return (edition.valid_from, edition.pk) < (other.valid_from, other.pk)


# --- how far renewal has come -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineRenewal:
    """One organisation's line that is in force on the earlier edition, or was until it was signed anew."""

    line: MandateSeat
    later: MandateSeat | None  # the same person's line for the seat on a later edition

    @property
    def is_renewed(self) -> bool:
        return self.later is not None and self.later.state in HELD_LINE_STATES

    @property
    def text(self) -> str:
        """How far it has come; empty while nothing has been begun."""
        if self.later is None:
            return ""
        return "Förnyat" if self.is_renewed else BEGUN[LineState(self.later.state)]


@dataclass(frozen=True)
class Renewal:
    """One mandate that is, or was, signed on an earlier edition, and what has come of asking."""

    mandate: Mandate
    lines: list[LineRenewal]
    request: RenewalRequest | None
    holders: Holders

    @property
    def left(self) -> list[MandateSeat]:
        """The lines that still are in force on the earlier edition alone."""
        return [row.line for row in self.lines if not row.is_renewed]

    @property
    def is_begun(self) -> bool:
        return any(row.later for row in self.lines)

    @property
    def is_renewed(self) -> bool:
        return bool(self.lines) and not self.left

    @property
    def is_asked(self) -> bool:
        """Whether an ask waits for an answer; it falls away with the last line in force."""
        return bool(self.left) and self.request is not None and self.request.state == RenewalState.OPEN

    @property
    def is_declined(self) -> bool:
        return bool(self.left) and self.request is not None and self.request.state == RenewalState.DECLINED

    @property
    def is_unasked(self) -> bool:
        return bool(self.left) and not self.is_asked and not self.is_declined

    @property
    def answer(self) -> tuple[str, str]:
        """What the asking has led to, in words and tone."""
        if self.is_renewed:
            return "Förnyat", "good"
        return (RenewalState.DECLINED.label, "neutral") if self.is_declined else ("Uppdraget har avslutats", "neutral")

    @property
    def is_to_attest(self) -> bool:
        """Whether the representative has done all there is to do, and the commissioners are waited for."""
        later = [row.later for row in self.lines if not row.is_renewed]
        return bool(later) and all(line is not None and line.state == LineState.WAITING for line in later)

    @property
    def why_not(self) -> str:
        """Why nobody can be asked; empty when the representative can."""
        person = self.mandate.representative
        if not person.is_active:
            return "Kontot är avstängt"
        fills_in = any((line.seat.organisation_id, person.pk) in self.holders for line in self.left)
        return "" if fills_in else "Personen har inte längre rollen representant"


@dataclass(frozen=True)
class Renewals:
    """All mandates of a forum that are, or were, to be signed anew on an edition."""

    edition: FormEdition
    rows: list[Renewal]

    @property
    def unasked(self) -> list[Renewal]:
        return [row for row in self.rows if row.is_unasked]

    @property
    def to_ask(self) -> list[Renewal]:
        return [row for row in self.unasked if not row.why_not and not row.is_to_attest]

    @property
    def to_attest(self) -> list[Renewal]:
        """Not asked, for the new form has been sent in."""
        return [row for row in self.unasked if row.is_to_attest]

    @property
    def unreachable(self) -> list[Renewal]:
        return [row for row in self.unasked if row.why_not and not row.is_to_attest]

    @property
    def asked(self) -> list[Renewal]:
        return [row for row in self.rows if row.is_asked]

    @property
    def answered(self) -> list[Renewal]:
        return [row for row in self.rows if not row.is_asked and not row.is_unasked]

    @property
    def counts(self) -> list[dict[str, Any]]:
        """How many have come how far, each number leading to its rows."""
        url = reverse("renewal_list", args=[self.edition.pk])
        return [
            {"number": len(self.unasked), "label": "Inte tillfrågade", "url": f"{url}#inte-tillfragade"},
            {"number": len(self.asked), "label": "Tillfrågade, inte svarat", "url": f"{url}#tillfragade"},
            {"number": len(self.answered), "label": "Har svarat eller avslutats", "url": f"{url}#svarat"},
        ]


def renewals(edition: FormEdition) -> Renewals:
    """In force on earlier editions, or asked about this one; five queries, however many."""
    today = timezone.localdate()
    asked = RenewalRequest.objects.exclude(state=RenewalState.WITHDRAWN).filter(edition=edition)
    behind = _behind(edition, today)
    mandates = Mandate.objects.filter(Q(pk__in=behind.values("mandate")) | Q(pk__in=asked.values("mandate")))
    rows = _renewals_of(list(mandates.select_related("edition", "representative")), edition)
    return Renewals(edition, sorted(rows, key=_in_order))


def renewal_of(mandate: Mandate, edition: FormEdition) -> Renewal:
    """How far one mandate has come."""
    return _renewals_of([mandate], edition)[0]


def newer_edition(mandate: Mandate) -> FormEdition | None:
    """The forum's current edition, when it is a later one than the mandate's."""
    newest = edition_today(mandate.edition.forum)
    return newest if newest and _is_before(mandate.edition, newest) else None


def _renewals_of(mandates: list[Mandate], edition: FormEdition) -> list[Renewal]:
    lines = _with_election(MandateSeat.objects).select_related("seat__organisation").in_order()
    requests = RenewalRequest.objects.exclude(state=RenewalState.WITHDRAWN).select_related("edition", "asked_by")
    prefetch_related_objects(
        mandates,
        Prefetch("lines", lines, to_attr="lines_in_order"),
        Prefetch("renewal_requests", requests, to_attr="asks"),
    )
    later, holders = _later_lines(mandates), _holders(mandates)
    return [_renewal(mandate, edition, later[mandate.pk], holders) for mandate in mandates]


def _renewal(mandate: Any, edition: FormEdition, later: dict[int, MandateSeat], holders: Holders) -> Renewal:
    today = timezone.localdate()
    rows = [LineRenewal(line, later.get(line.seat_id)) for line in mandate.lines_in_order]
    held = [row for row in rows if row.line.state in HELD_LINE_STATES]
    shown = [row for row in held if row.is_renewed or _is_in_force(row.line, today)]
    asks = [ask for ask in mandate.asks if ask.state == RenewalState.OPEN or ask.edition_id == edition.pk]
    return Renewal(mandate, shown, next(iter(asks), None), holders)


def _is_in_force(line: Any, day: date) -> bool:
    """Whether it goes on: one that somebody, or a renewal after an election, has given a last day does not."""
    return line.state == LineState.ATTESTED and line.is_active_on(day) and not line.ends_with_election


def _with_election(lines: Any) -> Any:
    """Each line with `ends_with_election`: whether a renewal after an election ends it."""
    items = ElectionItem.objects.filter(line=OuterRef("pk"), election__withdrawn_at__isnull=True)
    return lines.annotate(ends_with_election=Exists(items))


def _in_order(row: Renewal) -> tuple[str, str, int]:
    names = [one.line.seat.organisation.name for one in row.lines]
    return swedish_key(names[0] if names else ""), swedish_key(row.mandate.name), row.mandate.pk


def _behind(edition: FormEdition, day: date) -> QuerySet[MandateSeat]:
    """Lines in force on the day whose form was signed on an edition before this one."""
    lines = MandateSeat.objects.held_on(day).filter(state=LineState.ATTESTED, mandate__edition__forum=edition.forum_id)
    lines = _with_election(lines).filter(ends_with_election=False)
    found: QuerySet[MandateSeat] = lines.filter(_before(edition, "mandate__edition__"))
    return found


def _later_lines(mandates: list[Mandate]) -> dict[int, dict[int, MandateSeat]]:
    """For each mandate and seat the same person's line on a later edition; an attested one before others."""
    lines = MandateSeat.objects.filter(
        mandate__representative__in={mandate.representative_id for mandate in mandates},
        mandate__edition__forum__in={mandate.edition.forum_id for mandate in mandates},
    )
    rows = list(lines.exclude(state=LineState.WITHDRAWN).select_related("mandate__edition").order_by("pk"))
    rows.sort(key=lambda line: line.state in HELD_LINE_STATES)
    found: dict[int, dict[int, MandateSeat]] = defaultdict(dict)
    for mandate in mandates:
        for line in rows:
            is_own = line.mandate.representative_id == mandate.representative_id
            if is_own and _is_before(mandate.edition, line.mandate.edition):
                found[mandate.pk][line.seat_id] = line
    return found


def _holders(mandates: list[Any]) -> Holders:
    """Organisation and person of those who may fill in forms today."""
    organisations = {line.seat.organisation_id for mandate in mandates for line in mandate.lines_in_order}
    roles = Membership.objects.active_on(timezone.localdate()).filter(
        role=Role.REPRESENTATIVE, organisation__in=organisations
    )
    return frozenset(roles.values_list("organisation", "user"))


# --- what is told -----------------------------------------------------------------------------------------------------


def with_renewal_asked(lines: Any) -> Any:
    """Each line with `renewal_is_asked`: it has been asked for and the person has not begun a new form for the seat."""
    edition = "mandate__edition__"
    after = Q(**{f"{edition}valid_from__gt": OuterRef(f"{edition}valid_from")})
    after |= Q(
        **{
            f"{edition}valid_from": OuterRef(f"{edition}valid_from"),
            "mandate__edition__gt": OuterRef("mandate__edition"),
        }
    )
    begun = MandateSeat.objects.filter(
        after, seat=OuterRef("seat"), mandate__representative=OuterRef("mandate__representative")
    ).exclude(state=LineState.WITHDRAWN)
    asked = RenewalRequest.objects.filter(mandate=OuterRef("mandate"), state=RenewalState.OPEN)
    is_asked = Q(Exists(asked)) & ~Q(Exists(begun)) & Q(state=LineState.ATTESTED)
    return lines.annotate(renewal_is_asked=ExpressionWrapper(is_asked, BooleanField()))


def with_open_request(mandates: Any) -> Any:
    """Each mandate with `has_open_request`: the coordinator has asked for renewal, and nobody has answered in words."""
    asked = RenewalRequest.objects.filter(mandate=OuterRef("pk"), state=RenewalState.OPEN)
    return mandates.annotate(has_open_request=Exists(asked))


def renewal_mail(row: Renewal, edition: FormEdition) -> dict[str, str]:
    """The message as the representative gets it: subject, text, why."""
    return rendered(
        "mandate_renewal_asked", {"recipient": row.mandate.representative, **renewal_mail_context(row, edition)}
    )


def renewal_mail_context(row: Renewal, edition: FormEdition) -> dict[str, Any]:
    """What the message tells besides whom it goes to."""
    return {
        "mandate": row.mandate,
        "edition": edition,
        "organisations": get_text_list([str(line.seat) for line in row.left], "och"),
    }


@dataclass(frozen=True)
class RenewalNotice:
    """What the page of a mandate on an earlier edition says of it."""

    text: str
    changes_url: str
    renewal: Renewal
    answer_url: str
    history: list[Event]

    @property
    def tone(self) -> str:
        return "warning" if self.renewal.is_asked else "info"


def renewal_notice(mandate: Mandate, reader: User) -> RenewalNotice | None:
    """None for a mandate on the current edition, and for one that has been withdrawn."""
    newest = newer_edition(mandate) if mandate.state != MandateState.WITHDRAWN else None
    if newest is None:
        return None
    renewal = renewal_of(mandate, newest)
    verb = "Påbörjat" if mandate.state == MandateState.DRAFT else "Undertecknat"
    may_answer = any(permissions.may_fill_in(reader, line) for line in renewal.left)
    return RenewalNotice(
        text=f"{verb} på {mandate.edition.name}, gällande är {newest.name}",
        changes_url=changes_url(mandate.edition, newest),
        renewal=renewal,
        answer_url=reverse("renewal_answer", args=[mandate.pk]) if may_answer else "",
        history=_history(mandate),
    )


def _history(mandate: Mandate) -> list[Event]:
    """The asks about a mandate; its own page names its representative to all who may open it."""

    def may_name(person: Any) -> bool:
        return has_open_identity(person) or person.pk == mandate.representative_id

    found: list[Event] = []
    rows = RenewalRequest.history.filter(mandate_id=mandate.pk).select_related("history_user", "edition")
    for row in rows:
        found += events([row], SENTENCES, about=row.edition.name, may_name=may_name)
    return found
