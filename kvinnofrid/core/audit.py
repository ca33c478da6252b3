"""History that cannot be forgotten: every tracked row is saved one at a time, with who, what and why."""

from typing import Any, ClassVar, NoReturn, Self

from django.db import DataError, IntegrityError, models, transaction
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


class SilentWriteError(TypeError):
    """A write that would leave no history: use `audit.save` or `audit.remove` row by row."""


class HistoryEntry(models.Model):
    """What our history adds to simple-history's: the verb of the trade, so that a reader gets a sentence."""

    verb = models.CharField("händelse", max_length=40, blank=True, editable=False)

    class Meta:
        abstract = True


def tracked_history(**kwargs: Any) -> HistoricalRecords:
    """History records the way every tracked model has them."""
    return HistoricalRecords(
        bases=[HistoryEntry],
        history_change_reason_field=models.TextField(blank=True, default=""),
        **kwargs,
    )


class TrackedQuerySet(models.QuerySet):
    """Reads as usual; refuses every write that simple-history would not see."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        message = f"{self.model.__name__} has history: save its rows one at a time through core.audit"
        raise SilentWriteError(message)

    update = bulk_create = bulk_update = delete = _refuse

    def active_on(self, day: Any) -> Self:
        """Rows whose period (both ends included, either end open) covers the day."""
        return self.filter(
            models.Q(starts_on__isnull=True) | models.Q(starts_on__lte=day),
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day),
        )


class Tracked(models.Model):
    """A row that people change; its history says who, when, what and why.

    Rows are ended, not deleted, unless the model says that they may be (parts of a draft, a role not yet begun).
    The database refuses the portal the rest.
    """

    may_be_deleted: ClassVar[bool] = False

    history: ClassVar[Any] = HistoricalRecords(
        bases=[HistoryEntry],
        history_change_reason_field=models.TextField(blank=True, default=""),
        inherit=True,
    )

    class Meta:
        abstract = True


def save(row: models.Model, *, by: Any, verb: str, reason: str = "") -> None:
    """Validate and save one row with the person, the verb and the reason in its history.

    `by` is a user, or None where the portal itself acts (an import, a demonstration).
    Raises ValidationError; nothing is saved then. What the database keeps (constraints, what is unique) is left to it,
    and put in words when it refuses: to ask it first, rule by rule, took longer than the rest of the write.
    """
    row.full_clean(exclude=_known_to_exist(row), validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            _write(row.save, row, by=by, verb=verb, reason=reason)
    except (IntegrityError, DataError):
        row.full_clean()
        raise


def _known_to_exist(row: models.Model) -> set[str]:
    """The relations whose row has been read already."""
    fields = row._meta.concrete_fields
    return {field.name for field in fields if isinstance(field, models.ForeignKey) and field.is_cached(row)}


def remove(row: models.Model, *, by: Any, verb: str, reason: str = "") -> None:
    """Delete one row of a draft; its history stays."""
    if not getattr(row, "may_be_deleted", False):
        raise SilentWriteError(f"{type(row).__name__} is ended, not deleted")
    _write(row.delete, row, by=by, verb=verb, reason=reason)


def _write(write: Any, row: Any, *, by: Any, verb: str, reason: str) -> None:
    row._history_user = by
    row._history_verb = verb
    row._change_reason = reason
    try:
        write()
    finally:
        del row._history_user, row._history_verb, row._change_reason


def _set_verb(sender: Any, instance: Any, history_instance: Any, **kwargs: Any) -> None:
    history_instance.verb = getattr(instance, "_history_verb", "")
    history_instance.history_change_reason = getattr(instance, "_change_reason", "") or ""


def connect() -> None:
    """Copy the verb onto each history row as it is made."""
    pre_create_historical_record.connect(_set_verb, dispatch_uid="core.audit.verb")
