"""What printed forms are made of, for one mandate or many with the same number of queries."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from mandates.models import FormEdition, Mandate, MandateSeat


def lines_of(mandates: Sequence[Mandate]) -> dict[int, list[MandateSeat]]:
    """The lines of each mandate, by its key, in Swedish order, with all that its document tells."""
    found = MandateSeat.objects.filter(mandate__in=mandates).select_related(
        "seat__organisation", "commissioner", "attested_by", "returned_by", "decided_link", "paper"
    )
    by_pk = {mandate.pk: mandate for mandate in mandates}
    lines: dict[int, list[MandateSeat]] = {mandate.pk: [] for mandate in mandates}
    for line in found.prefetch_related("contacts", "confirmations").in_order():
        line.mandate = by_pk[line.mandate_id]
        lines[line.mandate_id].append(line)
    return lines


def last_saved(rows: Sequence[Mandate] | Sequence[FormEdition]) -> dict[int, datetime]:
    """When each row was last written, by its key, as the history has it."""
    history = type(rows[0]).history.filter(id__in=[row.pk for row in rows])
    return dict(history.order_by().values("id").annotate(last=Max("history_date")).values_list("id", "last"))
