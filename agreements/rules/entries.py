"""What an entry of the register must hold to be believed: faults by field, in the words that stand beside it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from agreements.enums import Outcome, StepRole

ADOPTING = frozenset({Outcome.ADOPTED, Outcome.ADOPTED_ON_CONDITION, Outcome.AMENDED})
# What is kept as the stated fingerprint of a text that is none of the versions and bears no fingerprint.
OTHER_TEXT = "utan fingeravtryck"
FIRST_YEAR = 2000


def entry_faults(values: Mapping[str, Any], today: date) -> dict[str, str]:
    """What is wrong with a decision as it was filled in; dates that contradict each other are pointed out elsewhere."""
    outcome, role = values.get("outcome"), values.get("role")
    faults = {"decided_on": day_fault(values.get("decided_on"), today, "Beslutet")}
    if outcome == Outcome.SUPPORTED and role == StepRole.DECIDING:
        faults["outcome"] = "Bara ett organ som bereder eller yttrar sig ställer sig bakom ett förslag."
    if outcome in ADOPTING and role in {StepRole.PREPARING, StepRole.HEARD}:
        faults["outcome"] = "Bara ett organ som beslutar kan anta. Ändra uppgiften, eller välj ett annat utfall."
    if outcome in ADOPTING and not values.get("version") and not values.get("stated_fingerprint"):
        faults["text"] = "Välj vilken text som antogs."
    if outcome == Outcome.AMENDED and not values.get("amendment"):
        faults["amendment"] = "Skriv vad som ändrades."
    if values.get("amendment") and outcome and outcome != Outcome.AMENDED:
        faults["amendment"] = "Välj utfallet ”Antog med ändringar”, eller töm fältet."
    return {name: fault for name, fault in faults.items() if fault}


def day_fault(day: date | None, today: date, what: str) -> str:
    """Something that has been decided, said or signed has a day behind us and in this century."""
    if day and day > today:
        return f"{what} kan inte ligga i framtiden."
    return f"{what} kan inte vara äldre än år {FIRST_YEAR}." if day and day.year < FIRST_YEAR else ""
