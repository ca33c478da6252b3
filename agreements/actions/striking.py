"""Strikes out what was registered but never was: an entry with a reason takes its place, and the old one stays."""

from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone

from agreements.models.registered import Strikable
from kvinnofrid.core import audit
from kvinnofrid.core.workflow import MoveRefused
from organisations.models import User

REPEATED_WITHIN = timedelta(minutes=1)
OF_ITS_OWN = frozenset({"id", "registered_at", "registered_by", "corrects", "reason", "is_void"})

E = TypeVar("E", bound=Strikable)


def strike(entry: E, *, reason: str, by: User | None) -> tuple[E, bool]:
    """The entry that strikes out another, and whether it is new: a double click finds the one it made."""
    model: Any = type(entry)
    entry = model.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    later = model.objects.filter(corrects=entry).first()
    if later and later.registered_by == by and later.registered_at > timezone.now() - REPEATED_WITHIN:
        return later, False
    if later or entry.is_void:
        raise MoveRefused("Registreringen är redan struken.")
    names = [field.name for field in model._meta.concrete_fields if field.name not in OF_ITS_OWN]
    void = model(
        **{name: getattr(entry, name) for name in names},
        corrects=entry,
        is_void=True,
        reason=reason,
        registered_at=timezone.now(),
        registered_by=by,
    )
    audit.save(void, by=by, verb="voided", reason=reason)
    return void, True
