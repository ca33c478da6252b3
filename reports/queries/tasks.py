"""What a person has to do: the next moves, the most pressing first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.text import Truncator, get_text_list

from agreements.enums import Outcome, StepRole
from agreements.models import AdoptionDecision, AgreementVersion, DecisionStep, DispatchItem
from agreements.rules.contradictions import FINAL
from kvinnofrid.core import access
from kvinnofrid.core.templatetags.portal import date_sv
from mandates.enums import LineKind, LineState
from mandates.models import Mandate, MandateSeat
from mandates.queries.elections import unfinished
from mandates.queries.life import Due, lines_to_confirm
from organisations import permissions
from organisations.models import Forum, Organisation, User
from reports.queries.seats import ENDS_SOON, MISSING, SeatStatus


@dataclass(frozen=True)
class Task:
    """One thing to do: what, where, how it stands."""

    label: str
    url: str
    hint: str
    status: str
    tone: str


def tasks(user: User, held: list[MandateSeat], own_seats: list[SeatStatus], today: date) -> list[Task]:
    """The person's next moves, the most pressing first."""
    pressing = [*_to_mend(user), *_to_decide(user), *_to_finish(user), *_to_register(user, today)]
    pressing += [*_to_confirm(user, today), *_to_sign_anew(user, held)]
    pressing += [*_to_renew(held, own_seats, today), *_to_fill(user, own_seats)]
    return [*pressing, *_to_name_anew(user), *_without_administrator(user, today)]


def lines_where(**conditions: Any) -> Any:
    related = ("mandate", "seat__organisation", "seat__forum", "commissioner")
    return MandateSeat.objects.filter(**conditions).select_related(*related).in_order()


def _to_mend(user: User) -> list[Task]:
    lines = lines_where(mandate__representative=user, state=LineState.RETURNED)
    lines = lines.filter(seat__organisation__in=Organisation.objects.where(user, "fill_in_mandate"))
    return [
        Task(
            f"Rätta uppdraget för {line.seat}",
            reverse("mandate_line", args=[line.mandate_id, line.pk]),
            f"Återsänt {date_sv(line.returned_at)}: ”{Truncator(line.return_comment).chars(120)}”",
            "Behöver rättas",
            "warning",
        )
        for line in lines
    ]


def _to_decide(user: User) -> list[Task]:
    organisations = Organisation.objects.where(user, "attest_mandate")
    lines = lines_where(state=LineState.WAITING, seat__organisation__in=organisations).exclude(
        mandate__representative=user
    )
    return [
        Task(
            f"Ta ställning till {line.mandate.name} som {_function(line)} för {line.seat}",
            reverse("mandate_decide", args=[line.mandate_id, line.pk]),
            f"{line.seat.forum}. Har väntat sedan {date_sv(line.waiting_since)}.",
            "Väntar på attest",
            "waiting",
        )
        for line in lines.order_by("waiting_since")
    ]


def _function(line: MandateSeat) -> str:
    return "ersättare" if line.kind == LineKind.DEPUTY else "representant"


def _to_finish(user: User) -> list[Task]:
    drafts = Mandate.objects.drafts().filter(representative=user).select_related("edition__forum")
    return [
        Task(
            f"Fyll i klart uppdraget i {draft.edition.forum}",
            draft.get_absolute_url(),
            f"Påbörjat {date_sv(draft.created_at)}.",
            "Utkast",
            "neutral",
        )
        for draft in drafts
    ]


def _to_renew(held: list[MandateSeat], own_seats: list[SeatStatus], today: date) -> list[Task]:
    """Those that end soon, where nobody is to hold the seat afterwards."""
    followed = {row.seat.pk for row in own_seats if row.next_from}
    return [
        Task(
            f"Förnya eller lämna över uppdraget för {line.seat}",
            line.mandate.get_absolute_url(),
            f"Gäller till och med {date_sv(last_day)}.",
            _days_left(last_day - today),
            "warning",
        )
        for line in held
        if (last_day := line.last_day) and last_day <= today + ENDS_SOON and line.seat_id not in followed
    ]


def _to_sign_anew(user: User, held: list[MandateSeat]) -> list[Task]:
    """One per form that the coordinator has asked to have on the current edition, until a new one has been begun."""
    forms: dict[int, list[MandateSeat]] = {}
    for line in held:
        if getattr(line, "renewal_is_asked", False) and access.may(user, "fill_in_mandate", line.seat.organisation):
            forms.setdefault(line.mandate_id, []).append(line)
    return [
        Task(
            f"Förnya uppdraget för {get_text_list([str(line.seat) for line in lines], 'och')}",
            reverse("renewal_answer", args=[key]),
            "Formuläret har en ny utgåva, och samordnaren har bett om förnyelse.",
            "Begärd förnyelse",
            "warning",
        )
        for key, lines in forms.items()
    ]


def _days_left(left: timedelta) -> str:
    if not left.days:
        return "Sista dagen"
    return "1 dag kvar" if left.days == 1 else f"{left.days} dagar kvar"


def _to_fill(user: User, own_seats: list[SeatStatus]) -> list[Task]:
    """One form per forum, for the seats without a holder today or later for which the person may fill it in."""
    begun = set(Mandate.objects.drafts().filter(representative=user).values_list("edition__forum", flat=True))
    empty: dict[Forum, list[str]] = {}
    for row in own_seats:
        is_empty = row.status == MISSING and not row.next_from and row.seat.forum_id not in begun
        if is_empty and access.may(user, "fill_in_mandate", row.seat.organisation):
            empty.setdefault(row.seat.forum, []).append(str(row.seat))
    return [
        Task(
            f"Fyll i ett uppdrag för {get_text_list(names, 'och')}",
            reverse("mandate_start"),
            f"Ingen är representant i {forum}.",
            "Saknas",
            "bad",
        )
        for forum, names in empty.items()
    ]


def _to_register(user: User, today: date) -> list[Task]:
    """The registrar's: what has come, what has been decided without being told, and what nobody has planned."""
    if not access.may_any(user, "register_decision", Organisation):
        return []
    own = Organisation.objects.where(user, "register_decision")
    items = DispatchItem.objects.filter(organisation__in=own, prepared_at__isnull=False)
    items = items.select_related("organisation", "dispatch__version__agreement").order_by("dispatch__sent_at", "pk")
    return [*_to_receive(items), *_to_tell(own, today), *_to_plan(items)]


def _to_receive(items: Any) -> list[Task]:
    return [
        Task(
            f"Ta emot {item.dispatch.version.agreement} för {item.organisation}",
            reverse(
                "dispatch_item", args=[item.dispatch.version.agreement.slug, item.dispatch_id, item.organisation.slug]
            ),
            f"Skickad {date_sv(item.dispatch.sent_at)}. Beslut önskas senast {date_sv(item.dispatch.reply_by)}.",
            "Ny försändelse",
            "waiting",
        )
        for item in items.filter(received_at__isnull=True)
    ]


def _to_tell(own: Any, today: date) -> list[Task]:
    """Bodies whose planned meeting has passed without an entry, while nothing is decided about the newest text."""
    newest = AgreementVersion.objects.published().filter(agreement=OuterRef("agreement")).order_by("-published_at")
    entries = AdoptionDecision.objects.filter(
        agreement=OuterRef("agreement"), organisation=OuterRef("organisation"), corrected_by__isnull=True
    ).exclude(outcome=Outcome.VOID)
    told = entries.filter(body=OuterRef("body"), decided_on__gte=OuterRef("planned_on"))
    decided = entries.filter(role=StepRole.DECIDING, outcome__in=FINAL, version=Subquery(newest.values("pk")[:1]))
    steps = DecisionStep.objects.filter(~Exists(told), ~Exists(decided), organisation__in=own, planned_on__lt=today)
    return [
        Task(
            f"Registrera beslutet i {step.body} om {step.agreement} för {step.organisation}",
            f"{reverse('decision_create', args=[step.agreement.slug, step.organisation.slug])}?steg={step.pk}",
            f"Skulle behandlas {date_sv(step.planned_on)}.",
            "Beslut saknas",
            "warning",
        )
        for step in steps.select_related("agreement", "organisation", "body").order_by("planned_on", "pk")
    ]


def _to_plan(items: Any) -> list[Task]:
    """What has been sent to a principal that has neither told its way to a decision nor decided."""
    same = {"agreement": OuterRef("dispatch__version__agreement"), "organisation": OuterRef("organisation")}
    silent = items.filter(
        ~Exists(DecisionStep.objects.filter(**same)), ~Exists(AdoptionDecision.objects.filter(**same))
    )
    found = {(item.dispatch.version.agreement, item.organisation): item for item in silent}
    return [
        Task(
            f"Ange vägen till beslut om {agreement} för {organisation}",
            reverse("principal_steps", args=[agreement.slug, organisation.slug]),
            "Vilka organ behandlar det, och när?",
            "Inte planerat",
            "warning",
        )
        for agreement, organisation in found
    ]


def _to_confirm(user: User, today: date) -> list[Task]:
    """One per form, for all its lines that it is time to confirm, the most pressing first."""
    forms: dict[int, list[tuple[MandateSeat, Due]]] = {}
    for line, due in lines_to_confirm(user, today):
        forms.setdefault(line.mandate_id, []).append((line, due))
    return [
        Task(
            f"Bekräfta uppdraget för {get_text_list([str(line.seat) for line, _ in rows], 'och')}",
            reverse("mandate_confirm", args=[key]),
            f"{rows[0][1].text}.",
            "Försenat" if rows[0][1].is_late else "Dags att bekräfta",
            rows[0][1].tone,
        )
        for key, rows in forms.items()
    ]


def _to_name_anew(user: User) -> list[Task]:
    """What is left of a renewal after an election, for those who name and for the coordinator."""
    found = unfinished(user)
    if found is None:
        return []
    election, done, total = found
    return [
        Task(
            f"Utse på nytt vid nyvalet {election.starts_on}",
            election.get_absolute_url(),
            f"Till och med {date_sv(election.last_day)} gäller allt som förut.",
            f"{done} av {total} klara",
            "warning",
        )
    ]


def _without_administrator(user: User, today: date) -> list[Task]:
    """The coordinator's: organisations in which nobody can invite."""
    if not permissions.is_coordinator(user):
        return []
    number = Organisation.objects.without_administrator(today).count()
    if not number:
        return []
    return [
        Task(
            "Bjud in administratörer",
            f"{reverse('person_list')}#utan-administrator",
            f"{number} organisation{'' if number == 1 else 'er'} saknar någon som kan bjuda in.",
            "Saknas",
            "warning",
        )
    ]
