"""The demonstration: made-up people, mandates and agreements in every state, on top of the real organisations."""

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from kvinnofrid.core import audit
from organisations.models import Partnership, User
from reports.demonstration import agreements
from reports.demonstration.cast import ACCOUNTS, Cast
from reports.demonstration.stories import play

__all__ = ["ACCOUNTS", "DemonstrationRefusedError", "load"]


class DemonstrationRefusedError(Exception):
    """The database is not one for made-up people; the message says why."""


@transaction.atomic
def load(password: str) -> bool:
    """Load the demonstration into a database without people; True when that was done now.

    In a demonstration that is there already only the shared password is made to be the one given.
    """
    partnership = Partnership.objects.select_for_update().first()
    if partnership is None:
        raise DemonstrationRefusedError(
            "Det finns ingen samverkan i databasen. Läs in en med import_partnership först."
        )
    if partnership.is_demonstration:
        _keep_password(password)
        return False
    if User.objects.exists():
        raise DemonstrationRefusedError(
            "Databasen har riktiga personer. Demonstrationen läggs bara i en tom databas. Starta med DEMO=0."
        )
    cast = Cast(partnership)
    if missing := cast.missing():
        raise DemonstrationRefusedError(
            f"Demonstrationen är gjord för Dalarna. Här saknas {', '.join(missing)}. Starta med DEMO=0 i stället."
        )
    partnership.is_demonstration = True
    audit.save(partnership, by=None, verb="made_demonstration")
    cast.join(make_password(password))
    play(cast)
    agreements.play(cast)
    return True


def _keep_password(password: str) -> None:
    """The password that is told at each start always opens the accounts, also after somebody changed one."""
    users = list(User.objects.filter(email__in=ACCOUNTS))
    right = {encoded: check_password(password, encoded) for encoded in {user.password for user in users}}
    wrong = [user for user in users if not right[user.password]]
    encoded = make_password(password) if wrong else ""
    for user in wrong:
        user.password = encoded
        user.save(update_fields=["password"])
