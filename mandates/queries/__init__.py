"""What pages and actions need to know about mandates."""

from mandates.queries.filling import (
    Problem,
    Step,
    commissioners_to_choose,
    editions_to_start,
    full_lines,
    latest_held_line,
    person_is_editable,
    problems,
    seats_to_choose,
    steps,
)
from mandates.queries.history import edition_history, mandate_history
from mandates.queries.reading import MandatePage, line_status, mandate_page, mandate_rows, mandate_status

__all__ = [
    "MandatePage",
    "Problem",
    "Step",
    "commissioners_to_choose",
    "edition_history",
    "editions_to_start",
    "full_lines",
    "latest_held_line",
    "line_status",
    "mandate_history",
    "mandate_page",
    "mandate_rows",
    "mandate_status",
    "person_is_editable",
    "problems",
    "seats_to_choose",
    "steps",
]
