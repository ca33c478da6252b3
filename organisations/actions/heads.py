"""Around every change that takes a role from somebody: nothing is left without a head unseen."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils import timezone

from kvinnofrid.core import outbox
from kvinnofrid.core.workflow import MoveRefused
from organisations import queries
from organisations.models import Organisation, Partnership, User

LAST_COORDINATOR = "Samverkan måste ha minst en samordnare utan slutdatum. Ge först rollen till någon annan."


@contextmanager
def with_heads(scopes: Iterable[Any], by: User | None) -> Iterator[None]:
    """Holds the places while roles in them are taken away.

    The last coordinator stays (MoveRefused), unless the portal itself acts. When an organisation is left without an
    administrator, or will be from an earlier day than before, the coordinators are told at once.
    """
    today = timezone.localdate()
    held = [type(scope)._default_manager.select_for_update(no_key=True).get(pk=scope.pk) for scope in scopes]
    before = [queries.headless_from(scope, today) for scope in held]
    yield
    for scope, was in zip(held, before, strict=True):
        now = queries.headless_from(scope, today)
        if now is None or (was is not None and was <= now):
            continue
        if isinstance(scope, Organisation):
            _tell(scope, now, by)
        elif isinstance(scope, Partnership) and by is not None:
            raise MoveRefused(LAST_COORDINATOR)


def _tell(organisation: Organisation, day: date, by: User | None) -> None:
    outbox.post(
        to=[person for person in queries.coordinators_today() if person != by],
        event=f"administrator-missing-{organisation.pk}-{day}-{timezone.now():%Y%m%d%H%M%S}",
        template="administrator_missing",
        path=queries.place_url(organisation, "member_list"),
        organisation=organisation,
        day=day,
        is_now=day <= timezone.localdate(),
    )
