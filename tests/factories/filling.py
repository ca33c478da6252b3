"""What a browser posts from the steps of the form, and what a test reads back."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kvinnofrid.core.models import Message
from mandates.models import MandateSeat
from organisations import actions
from organisations.enums import Role
from tests.factories import cast

PERSONAL_NUMBER = "811218-9876"  # Skatteverket's own example

Contact = Mapping[str, Any]


def line_url(line: MandateSeat, page: str = "") -> str:
    return f"/uppdrag/{line.mandate_id}/organisationer/{line.pk}/{page}"


def contact_rows(rows: Iterable[Contact], *, initial: int = 0, prefix: str = "contacts") -> dict[str, Any]:
    """The formset of contacts (or of an edition's sections) as it is posted."""
    posted: dict[str, Any] = {}
    count = 0
    for count, row in enumerate(rows, start=1):
        posted |= {f"{prefix}-{count - 1}-{name}": value for name, value in row.items()}
    return {f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": initial, **posted}


def line_post(world: cast.World, *, contacts: Iterable[Contact] | None = None, **values: Any) -> dict[str, Any]:
    """A complete line for Falun with one contact."""
    rows = [{"name": "Enheten för stöd"}] if contacts is None else contacts
    return {
        "kind": "ordinary",
        "share_percent": "12,5",
        "commissioner": world.person["commissioner"].pk,
        "starts_on": str(timezone.localdate()),
        "ends_on": "",
        "case_number": "KS 2026/12",
        **contact_rows(rows),
        **values,
    }


def line_values(world: cast.World, **values: Any) -> dict[str, Any]:
    """The same line as the form gives it to the action."""
    return {
        "kind": "ordinary",
        "share_percent": Decimal("12.5"),
        "commissioner": world.person["commissioner"],
        "starts_on": timezone.localdate() - timedelta(days=30),
        "ends_on": None,
        "case_number": "KS 2026/12",
        **values,
    }


def grant(world: cast.World, key: str, role: Role, slug: str = "falun") -> None:
    """One more role for one of the cast."""
    today = timezone.localdate()
    actions.grant_role(user=world.person[key], role=role, scope=world.org[slug], by=None, starts_on=today)


def sent() -> list[tuple[str, str]]:
    """The messages in the outbox, oldest first: to whom, about what."""
    messages = Message.objects.select_related("recipient")
    return [(row.recipient.name if row.recipient else row.address, row.subject) for row in messages]


def verbs(row: Any) -> list[str]:
    """The verbs of a row's history, oldest first."""
    return [entry.verb for entry in row.history.order_by("history_id")]
