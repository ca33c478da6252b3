"""What has been decided about an agreement's validity, and by whom it could have been."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from agreements.enums import ChangeKind, StepRole
from agreements.models import AdoptionDecision, Agreement, ValidityChange
from agreements.rules.entries import ADOPTING
from organisations.models import Forum, Organisation

CHANGE_FIELDS = (
    "kind", "decided_on", "takes_effect_on", "forum", "organisation", "decided_by", "replaced_by", "paragraph",
    "case_number", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class ValidityRow:
    """One entry about the validity, with what should be looked at."""

    change: ValidityChange
    kind: str
    decided_by: str
    effect: str
    warning: str
    file_url: str
    void_url: str
    is_struck: bool


def validity_rows(agreement: Agreement) -> list[ValidityRow]:
    """The latest first, struck ones too; an entry that only strikes out is told with the one it struck: two queries."""
    changes = agreement.validity_changes.select_related(
        "forum", "organisation", "replaced_by", "file", "registered_by", "corrected_by__registered_by"
    )
    adopters = adopters_of(agreement)
    return [
        _row(agreement, change, adopters)
        for change in changes.filter(is_void=False).order_by("-decided_on", "-registered_at", "-pk")
    ]


def adopters_of(agreement: Agreement) -> set[int]:
    """The organisations whose deciding bodies have adopted it, in whatever version."""
    adopting = AdoptionDecision.objects.filter(
        agreement=agreement, role=StepRole.DECIDING, outcome__in=[outcome.value for outcome in ADOPTING]
    )
    return set(adopting.filter(corrected_by=None).values_list("organisation", flat=True))


def other_body_warning(
    kind: str, adopters: Iterable[int], forum: Forum | None, organisation: Organisation | None
) -> str:
    """An agreement that councils adopted is hardly extended by a forum: pointed out, never forbidden."""
    adopted_by = set(adopters)
    if not adopted_by or kind != ChangeKind.EXTENSION:
        return ""
    if organisation is None or organisation.pk not in adopted_by:
        who = forum or organisation or "Ett annat organ"
        return f"{who} förlänger här vad {_principals(len(adopted_by))} har antagit genom egna beslut."
    if len(adopted_by) > 1:
        return f"{organisation} är en av {_principals(len(adopted_by))} som har antagit överenskommelsen."
    return ""


def _principals(count: int) -> str:
    return "en huvudman" if count == 1 else f"{count} huvudmän"


def _row(agreement: Agreement, change: ValidityChange, adopters: set[int]) -> ValidityRow:
    is_struck = hasattr(change, "corrected_by")
    void_url = reverse("validity_change_void", args=[agreement.slug, change.pk])
    file_url = reverse("validity_change_file", args=[agreement.slug, change.pk])
    who = [str(part) for part in (change.forum or change.organisation, change.decided_by) if part]
    return ValidityRow(
        change=change,
        kind=change.get_kind_display(),
        decided_by=", ".join(who),
        effect="Ny sista dag" if change.kind == ChangeKind.EXTENSION else "Upphör från och med",
        warning=other_body_warning(change.kind, adopters, change.forum, change.organisation),
        file_url=file_url if change.file_id else "",
        void_url="" if is_struck else void_url,
        is_struck=is_struck,
    )
