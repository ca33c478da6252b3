"""What a person has to do, first of all on the home page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from mandates.enums import LineState
from mandates.models import Mandate, MandateSeat
from mandates.permissions import may_start
from organisations import permissions
from organisations.enums import SeatHolding
from organisations.models import Forum, Organisation, User
from reports.queries.seats import ENDS_SOON, Coverage, coverage


@dataclass(frozen=True)
class Task:
    """One thing to do: what, where, how it stands."""

    label: str
    url: str
    hint: str
    status: str
    tone: str


@dataclass(frozen=True)
class Home:
    """The home page of one person."""

    tasks: list[Task]
    held: list[MandateSeat]
    organisations: list[Organisation]
    coverages: list[Coverage]
    may_start: bool
    is_coordinator: bool


def home(user: User) -> Home:
    """To do, mandates held, own organisations, and the coverage where the person sees it."""
    today = timezone.localdate()
    forums = Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order()
    seen = [forum for forum in forums if permissions.sees_forum_coverage(user, forum)]
    return Home(
        tasks=tasks(user, today),
        held=list(_held(user, today)),
        organisations=list(Organisation.objects.where(user, "view_internal").in_order()),
        coverages=[coverage(forum, today, user) for forum in seen],
        may_start=may_start(user),
        is_coordinator=permissions.is_coordinator(user),
    )


def tasks(user: User, today: date) -> list[Task]:
    """The person's next moves, the most pressing first."""
    return [*_to_mend(user), *_to_decide(user), *_to_finish(user), *_to_renew(user, today)]


def _lines(**conditions: Any) -> Any:
    return MandateSeat.objects.filter(**conditions).select_related("mandate", "seat__organisation").in_order()


def _held(user: User, today: date) -> Any:
    return _lines(mandate__representative=user).held_on(today)


def _to_mend(user: User) -> list[Task]:
    lines = _lines(mandate__representative=user, state=LineState.RETURNED)
    lines = lines.filter(seat__organisation__in=Organisation.objects.where(user, "fill_in_mandate"))
    return [
        Task(
            f"Rätta uppdraget för {line.seat}",
            reverse("mandate_line", args=[line.mandate_id, line.pk]),
            f"Återsänt {timezone.localtime(line.returned_at):%Y-%m-%d}: {line.return_comment[:120]}",
            "Behöver rättas",
            "warning",
        )
        for line in lines
    ]


def _to_decide(user: User) -> list[Task]:
    organisations = Organisation.objects.where(user, "attest_mandate")
    lines = _lines(state=LineState.WAITING, seat__organisation__in=organisations).exclude(mandate__representative=user)
    return [
        Task(
            f"Ta ställning till {line.mandate.name} som representant för {line.seat}",
            reverse("mandate_decide", args=[line.mandate_id, line.pk]),
            f"Har väntat sedan {timezone.localtime(line.waiting_since):%Y-%m-%d}",
            "Väntar på attest",
            "waiting",
        )
        for line in lines.order_by("waiting_since")
    ]


def _to_finish(user: User) -> list[Task]:
    drafts = Mandate.objects.drafts().filter(representative=user).select_related("edition__forum")
    return [
        Task(
            f"Fyll i uppdraget i {draft.edition.forum}",
            draft.get_absolute_url(),
            f"Påbörjat {timezone.localtime(draft.created_at):%Y-%m-%d}",
            "Utkast",
            "neutral",
        )
        for draft in drafts
    ]


def _to_renew(user: User, today: date) -> list[Task]:
    limit = today + ENDS_SOON
    ending = [line for line in _held(user, today) if line.last_day and line.last_day <= limit]
    return [
        Task(
            f"Förnya eller lämna över uppdraget för {line.seat}",
            line.mandate.get_absolute_url(),
            f"Gäller till och med {line.last_day}",
            f"{(line.last_day - today) // timedelta(days=1)} dagar kvar",
            "warning",
        )
        for line in ending
    ]
