"""Registers what happens to the validity: extended, replaced, withdrawn; corrected by an entry that strikes out."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from agreements.actions.striking import REPEATED_WITHIN, strike
from agreements.enums import ChangeKind
from agreements.models import Agreement, ValidityChange
from agreements.permissions import is_coordinator
from agreements.rules.entries import day_fault
from kvinnofrid.core import audit, files
from kvinnofrid.core.access import Refused
from kvinnofrid.core.files import Upload
from organisations.models import User


@transaction.atomic
def change_validity(
    *, agreement: Agreement, values: Mapping[str, Any], by: User | None, upload: Upload | None = None
) -> ValidityChange:
    """A new entry; the same by the same person within a minute is a double click, and the first one is returned."""
    _require(by is None or is_coordinator(by))
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    _refuse_faults(agreement, values)
    recent = ValidityChange.objects.filter(
        agreement=agreement, registered_by=by, registered_at__gt=timezone.now() - REPEATED_WITHIN, **values
    )
    if repeated := recent.filter(corrects=None, corrected_by=None).first():
        return repeated
    file = files.store(upload, by=by) if upload else None
    change = ValidityChange(agreement=agreement, file=file, registered_at=timezone.now(), registered_by=by, **values)
    audit.save(change, by=by, verb="registered", reason=change.reason)
    return change


@transaction.atomic
def void_change(*, change: ValidityChange, reason: str, by: User | None) -> ValidityChange:
    """There was no such decision: an entry that strikes it out. The old one stays readable."""
    _require(by is None or is_coordinator(by))
    Agreement.objects.select_for_update().get(pk=change.agreement_id)
    return strike(change, reason=reason, by=by)[0]


def _refuse_faults(agreement: Agreement, values: Mapping[str, Any]) -> None:
    faults = {"decided_on": day_fault(values["decided_on"], timezone.localdate(), "Beslutet")}
    if not any(values[name] for name in ("forum", "organisation", "decided_by")):
        faults["decided_by"] = "Välj vem som beslutade, eller skriv vilket organ det var."
    if values["forum"] and values["organisation"]:
        faults["organisation"] = "Välj ett forum eller en organisation, inte båda."
    if values["replaced_by"] and values["kind"] != ChangeKind.REPLACEMENT:
        faults["replaced_by"] = "Bara när överenskommelsen ersätts av en annan."
    if values["replaced_by"] == agreement:
        faults["replaced_by"] = "En överenskommelse kan inte ersättas av sig själv."
    found = {name: fault for name, fault in faults.items() if fault}
    if found:
        raise ValidationError(found)


def _require(permitted: bool) -> None:
    if not permitted:
        raise Refused
