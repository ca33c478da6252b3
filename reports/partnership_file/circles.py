"""Rows that refer to rows of their own kind: who must come first, and who goes round in a circle."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any


@dataclass(frozen=True)
class Order:
    rows: list[str]
    in_circle: list[str]


def order_of_need(needs: dict[str, set[str]]) -> Order:
    """An order in which every row comes after what it needs; the rows of a circle are told and need nothing."""
    in_circle: list[str] = []
    while True:
        try:
            return Order(list(TopologicalSorter(needs).static_order()), in_circle)
        except CycleError as error:
            circle = set(error.args[1])
            in_circle.extend(text for text in needs if text in circle)
            needs = {text: set() if text in circle else others for text, others in needs.items()}


def leads_back(row: Any, name: str) -> bool:
    """Whether the chain of references from the row comes back to it, through rows of the database too."""
    seen, key = set(), getattr(row, f"{name}_id")
    while key and key not in seen:
        if key == row.pk:
            return True
        seen.add(key)
        key = type(row)._default_manager.values_list(f"{name}_id", flat=True).get(pk=key)
    return False
