"""What the sets of rows on the forms share."""

from typing import Any

BROKEN_ROWS: dict[str, Any] = {
    "missing_management_form": "Allt i formuläret kom inte fram. Kontrollera uppgifterna och försök igen.",
    "too_few_forms": "Minst %(num)d steg behövs.",
}
