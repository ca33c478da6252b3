"""The partnership file: one YAML file that describes a county's partnership, imported all or nothing."""

from pathlib import Path

from django.db import connection, transaction

from kvinnofrid.core.validators import has_personal_number
from organisations import actions
from organisations.models import Partnership
from reports.partnership_file.faults import Fault, Faults, PartnershipFileError
from reports.partnership_file.loading import Loader, Outcome
from reports.partnership_file.reading import Mapping, read, unwanted_letter
from reports.partnership_file.schema import SECTIONS

__all__ = ["Fault", "Outcome", "PartnershipFileError", "import_file"]

ONE_AT_A_TIME = 20_261_122  # the number of the database's lock on imports


def import_file(path: Path, *, dry_run: bool = False) -> Outcome:
    """Make the database agree with the file, or with `dry_run` only tell what would change.

    Raises PartnershipFileError with every fault; nothing is changed then.
    """
    faults = Faults()
    if has_personal_number(path.name) or unwanted_letter(path.name):
        faults.add(
            1, (), "Filens namn innehåller något som ser ut som ett personnummer, eller tecken som inte får finnas."
        )
        faults.stop_if_any()
    root = read(path)
    with transaction.atomic():
        _one_at_a_time()
        _require_partnership(root, faults)
        outcome = Loader(SECTIONS, f"Import av {path.name}", faults).load(root)
        faults.stop_if_any()
        if outcome.added or outcome.changed:
            actions.follow_role_table()
        transaction.set_rollback(dry_run)
    return outcome


def _require_partnership(root: Mapping, faults: Faults) -> None:
    if "partnership" not in root.entries and not Partnership.objects.exists():
        faults.add(1, (), "Avsnittet partnership saknas. Det behövs den första gången.")


def _one_at_a_time() -> None:
    """Let two imports wait for each other, also when there is no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
