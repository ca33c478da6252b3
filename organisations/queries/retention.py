"""Who has left, and what happens next with the personal data: for the daily work, and for the coordinator's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, TruncDate

from kvinnofrid.core import privacy
from organisations.models import Redaction, Retention, User
from organisations.workflow import RETENTION, RetentionState

NEWEST = 50
TAKES_PART = "Personen har en roll eller ett uppdrag som gäller eller väntar. Då kan uppgifterna inte gallras."
AWAITED = (
    "En inbjudan, eller ett uppdrag att attestera, väntar på svar från personens adress. "
    "Uppgifterna gallras när den har besvarats, gått ut eller återkallats."
)
NOT_DUE = "Uppgifterna kan inte gallras än."
NEXT = {
    RetentionState.ANNOUNCED: ("Aviserad", "warning", "Kontot stängs av"),
    RetentionState.DEACTIVATED: ("Avstängt", "neutral", "Uppgifterna gallras"),
}


@dataclass(frozen=True)
class RetentionRow:
    """One person of the coordinator's list: when the last role or mandate ended, how far it has come, what is next."""

    retention: Retention
    left_on: date
    text: str
    tone: str
    next_text: str
    next_on: date | None
    is_back: bool
    is_kept: bool
    is_awaited: bool
    may_redact: bool

    @property
    def person(self) -> User:
        return self.retention.user


def takes_part(day: date) -> Any:
    """Whether a person has a role, a seat or a mandate that has not ended, or that begins later."""
    found: Any = Q()
    for tie in privacy.ties():
        going_on = tie.rows().filter(Q(last__isnull=True) | Q(last__gte=day))
        found |= Exists(going_on.filter(**{tie.path: OuterRef("pk")}))
    return found


def with_last_day(people: QuerySet[User]) -> QuerySet[User]:
    """Each person with `left_on`: the last day of the last role or mandate; never before the portal knew the person,
    nor before a stop from which the time is counted anew."""
    lasts = [
        Subquery(
            tie.rows().filter(**{tie.path: OuterRef("pk"), "last__isnull": False}).order_by("-last").values("last")[:1],
            output_field=DateField(),
        )
        for tie in privacy.ties()
    ]
    known: Any = User.history.filter(id=OuterRef("pk")).order_by("history_date").values("history_date")[:1]
    since = TruncDate(Subquery(known))
    return people.annotate(left_on=Coalesce(Greatest(*lasts, F("retention__counts_from"), since), since))


def to_announce(day: date) -> QuerySet[User]:
    """Those whose year is out on the day, longest first."""
    not_kept = Q(retention__kept_until__isnull=True) | Q(retention__kept_until__lt=day)
    new = Q(retention__isnull=True) | Q(retention__announced_on__isnull=True)
    latest = day - timedelta(days=settings.RETENTION_UNUSED_DAYS)
    left: Any = with_last_day(User.objects.filter(not_kept, new).exclude(takes_part(day)))
    found: QuerySet[User] = left.filter(left_on__lte=latest).order_by("left_on", "pk")
    return found


def under_way() -> QuerySet[Retention]:
    """Announced or deactivated, not redacted."""
    return Retention.objects.filter(announced_on__isnull=False, redacted_on__isnull=True).select_related("user")


def to_stop(day: date) -> QuerySet[Retention]:
    """Those who take part again, or whose account the coordinator has opened again."""
    back = User.objects.filter(takes_part(day))
    opened = Q(deactivated_on__isnull=False, user__is_active=True)
    return under_way().filter(Q(user__in=back) | opened).order_by("pk")


def to_deactivate(day: date) -> QuerySet[Retention]:
    """Those whose notice is out; the action looks once more at who is to be kept."""
    return under_way().filter(_not_kept(day), deactivated_on__isnull=True, deactivates_on__lte=day).order_by("pk")


def to_redact(day: date) -> QuerySet[Retention]:
    """Those whose time after the account is out."""
    return under_way().filter(_not_kept(day), redacts_on__lte=day).order_by("redacts_on", "pk")


def _not_kept(day: date) -> Q:
    return Q(kept_until__isnull=True) | Q(kept_until__lt=day)


def retention_rows(day: date) -> QuerySet[User]:
    """People to show in the coordinator's list: under way, or kept by the coordinator; the next step first."""
    shown = Q(retention__announced_on__isnull=False) | Q(retention__kept_until__gte=day)
    people = User.objects.filter(shown, retention__redacted_on__isnull=True).select_related("retention")
    step = Coalesce("retention__redacts_on", "retention__deactivates_on", "retention__kept_until")
    found: QuerySet[User] = with_last_day(people).annotate(is_back=takes_part(day)).order_by(step, "pk")
    return found


def shown_rows(people: Sequence[Any], day: date) -> list[RetentionRow]:
    """People found by `retention_rows`."""
    awaited = privacy.awaited_among(person.email for person in people if _is_due(person.retention, day))
    return [_row(person, day, is_awaited=person.email.lower() in awaited) for person in people]


def _row(person: Any, day: date, *, is_awaited: bool) -> RetentionRow:
    retention = person.retention
    text, tone, what = NEXT.get(retention.state, ("Behålls", "info", ""))
    is_kept = retention.is_kept_on(day)
    if person.is_back:
        text, tone, what = "Tillbaka", "good", ""
    elif is_kept:
        text, tone = "Behålls", "info"
    return RetentionRow(
        retention=retention,
        left_on=person.left_on,
        text=text,
        tone=tone,
        next_text=what,
        next_on=None if person.is_back else retention.next_on,
        is_back=person.is_back,
        is_kept=is_kept and not person.is_back,
        is_awaited=is_awaited and not person.is_back,
        may_redact=not (person.is_back or is_awaited) and _is_due(retention, day),
    )


def log_lines() -> list[Redaction]:
    """The newest lines of the log."""
    return list(Redaction.objects.select_related("person", "redacted_by")[:NEWEST])


def is_redacted(person: User) -> bool:
    """Whether nothing but a row without a name is left of the person."""
    return Retention.objects.filter(user=person, redacted_on__isnull=False).exists()


def is_live(person: User, day: date) -> bool:
    return User.objects.filter(takes_part(day), pk=person.pk).exists()


def redaction_refusal(person: User, day: date) -> str:
    """Why the person's data cannot be redacted on the day; empty when they can."""
    if is_live(person, day):
        return TAKES_PART
    found = Retention.objects.filter(user=person).first()
    if found is None or not _is_due(found, day):
        return NOT_DUE
    return AWAITED if privacy.is_awaited(person.email) else ""


def _is_due(retention: Retention, day: date) -> bool:
    """Whether the time is out, and nobody has said that the data are to be kept."""
    return RETENTION.allows(retention.state, "redact") and retention.is_due_on(day)


def kept_values(person: User) -> dict[str, Any]:
    """Until when the data are kept and why, as it stands."""
    found = Retention.objects.filter(user=person).first() or Retention()
    return {"kept_until": found.kept_until, "reason": found.kept_reason}
