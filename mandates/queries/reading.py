"""What the pages of mandates show: rows of the list, and one mandate as its reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.history import Event
from mandates import permissions
from mandates.enums import LineState, MandateState, Through
from mandates.models import Mandate, MandateSeat
from mandates.queries.filling import Step, full_lines, person_is_editable, steps, withdrawal_refusal
from mandates.queries.history import mandate_history
from mandates.queries.life import Due, confirmation_due
from mandates.workflow import HELD_LINE_STATES, LINE
from organisations.models import User
from organisations.permissions import is_coordinator

TONES = {
    LineState.DRAFT: "neutral",
    LineState.WAITING: "waiting",
    LineState.RETURNED: "warning",
    LineState.ATTESTED: "good",
    LineState.WITHDRAWN: "neutral",
    LineState.ENDED: "neutral",
}


WEAKER = "Det är ett svagare bevis än en attest inloggad i portalen."
SCANNED = "Den inlästa blanketten är beviset."


@dataclass(frozen=True)
class Status:
    """A state in words, with its tone."""

    text: str
    tone: str


@dataclass(frozen=True)
class LineView:
    """One line as its reader may see it; the addresses are empty where the reader has no such move."""

    line: MandateSeat
    status: Status
    in_full: bool
    due: Due | None = None
    edit_url: str = ""
    decide_url: str = ""
    link_url: str = ""
    end_url: str = ""
    handover_url: str = ""
    scan_url: str = ""

    @property
    def evidence(self) -> str:
        """What the attestation rests on, said plainly; empty when the commissioner was logged in."""
        line = self.line
        if line.attested_through == Through.LINK and line.decided_link:
            return f"{Through.LINK.label.capitalize()} till {line.decided_link.email}. {WEAKER}"
        if line.paper:
            return f"{Through.PAPER.label.capitalize()} {line.paper.received_on}. {SCANNED}"
        return ""


@dataclass(frozen=True)
class MandatePage:
    """One mandate as its reader may see it."""

    status: Status
    lines: list[LineView]
    history: list[Event]
    steps: list[Step]
    is_own: bool
    person_url: str
    withdraw_url: str
    confirm_url: str
    end_all_url: str
    remind_url: str
    sees_private_phone: bool

    @property
    def is_held(self) -> bool:
        """Whether the form makes, has made or will make somebody the representative."""
        return any(view.line.state in HELD_LINE_STATES for view in self.lines)

    @property
    def missing(self) -> int:
        """How many steps still lack something."""
        return sum(bool(step.problems) for step in self.steps)


def line_status(line: MandateSeat, day: date) -> Status:
    """The state of a line in words on a day: attestation and period together."""
    if line.state == LineState.ATTESTED and line.starts_on:
        if line.starts_on > day:
            return Status(f"Attesterad, gäller från {line.starts_on}", "info")
        if line.last_day and line.last_day < day:
            return Status(f"Löpte ut {line.last_day}", "neutral")
        return Status("Attesterat och gäller", "good")
    if line.state == LineState.ENDED and line.ended_on and line.ended_on >= day:
        return Status(f"Avslutas {line.ended_on}", "warning")
    if line.state == LineState.ENDED:
        return Status(f"Avslutad {line.ended_on}", "neutral")
    state = LineState(line.state)
    return Status(str(state.label), TONES[state])


def mandate_status(mandate: Mandate, lines: Iterable[MandateSeat], day: date) -> Status:
    """How the whole form stands: what it waits for first of all, else whether it is in force."""
    if mandate.state != MandateState.SUBMITTED:
        return Status(str(MandateState(mandate.state).label), "neutral")
    rows = [line for line in lines if line.state != LineState.WITHDRAWN]
    attested = sum(line.state in HELD_LINE_STATES for line in rows)
    if any(line.state == LineState.RETURNED for line in rows):
        return Status("Behöver rättas", "warning")
    if attested < len(rows):
        return Status(
            f"Väntar på attest ({attested} av {len(rows)} klara)" if attested else "Väntar på attest", "waiting"
        )
    return line_status(rows[0], day) if len(rows) == 1 else _shared_status(rows, day)


def _shared_status(rows: list[MandateSeat], day: date) -> Status:
    active = sum(line.is_active_on(day) for line in rows)
    if active == len(rows):
        return Status("Attesterat och gäller", "good")
    return Status(f"Gäller för {active} av {len(rows)}", "info" if active else "neutral")


def mandate_rows(reader: User, *, text: str | None, state: str | None) -> QuerySet[Mandate]:
    """The mandates that the reader may open, latest first, with their lines."""
    mandates = Mandate.objects.visible_to(reader).select_related("edition__forum")
    if state:
        mandates = mandates.filter(state=state)
    if text:
        lines = MandateSeat.objects.filter(seat__organisation__name__icontains=text)
        mandates = mandates.filter(Q(name__icontains=text) | Q(pk__in=lines.values("mandate")))
    lines = MandateSeat.objects.select_related("seat__organisation").in_order()
    return mandates.prefetch_related(Prefetch("lines", queryset=lines)).order_by("-created_at", "-pk")


def mandate_page(mandate: Mandate, reader: User) -> MandatePage:
    """Everything that the page of one mandate shows to this reader."""
    lines = list(full_lines(mandate))
    may_edit = permissions.may_edit(reader, mandate)
    is_own = mandate.representative_id == reader.pk
    views = [_line_view(line, reader, lines) for line in lines]
    may_confirm = any(view.due for view in views) and is_own and may_edit
    may_withdraw = may_edit and not withdrawal_refusal(mandate, lines)
    return MandatePage(
        status=mandate_status(mandate, lines, timezone.localdate()),
        lines=views,
        history=mandate_history(mandate, lines, reader),
        steps=steps(mandate) if may_edit else [],
        is_own=is_own,
        person_url=reverse("mandate_person", args=[mandate.pk]) if may_edit and person_is_editable(mandate) else "",
        withdraw_url=reverse("mandate_withdraw", args=[mandate.pk]) if may_withdraw else "",
        confirm_url=reverse("mandate_confirm", args=[mandate.pk]) if may_confirm else "",
        end_all_url=reverse("mandate_end_all", args=[mandate.pk]) if sum(bool(v.end_url) for v in views) > 1 else "",
        remind_url=reverse("mandate_remind", args=[mandate.pk]) if _may_remind(mandate, reader) else "",
        sees_private_phone=any(permissions.sees_in_full(reader, line) for line in lines) or is_own,
    )


def _may_remind(mandate: Mandate, reader: User) -> bool:
    return mandate.state in {MandateState.DRAFT, MandateState.SUBMITTED} and is_coordinator(reader)


def _line_view(line: MandateSeat, reader: Any, lines: list[MandateSeat]) -> LineView:
    def url(name: str) -> str:
        return reverse(name, args=[line.mandate_id, line.pk])

    may_edit = LINE.allows(line.state, "submit") and permissions.may_fill_in(reader, line)
    may_decide = LINE.allows(line.state, "attest") and permissions.may_attest(reader, line)
    may_end = LINE.allows(line.state, "end") and permissions.may_end(reader, line)
    may_send_link = LINE.allows(line.state, "attest") and permissions.may_send_link(reader, line)
    on_paper = [one for one in lines if line.paper_id and one.paper_id == line.paper_id]
    in_full, today = permissions.sees_in_full(reader, line), timezone.localdate()
    return LineView(
        line=line,
        status=line_status(line, today),
        in_full=in_full,
        due=confirmation_due(line, today) if in_full else None,
        edit_url=url("mandate_line") if may_edit else "",
        decide_url=url("mandate_decide") if may_decide else "",
        link_url=url("attest_link") if may_send_link else "",
        end_url=url("mandate_end") if may_end else "",
        handover_url=url("handover_pdf") if in_full and hasattr(line, "handover") else "",
        scan_url=url("paper_scan") if on_paper and permissions.sees_paper(reader, on_paper) else "",
    )
