"""What pages and actions need to know about mandates."""

from mandates.queries.filling import (
    CONTACT_FIELDS,
    LINE_FIELDS,
    PERSON_FIELDS,
    Problem,
    Step,
    commissioners_to_choose,
    edition_values,
    editions_to_start,
    full_lines,
    latest_held_line,
    line_values,
    person_is_editable,
    person_values,
    problems,
    seats_to_choose,
    steps,
)
from mandates.queries.history import edition_history, mandate_history
from mandates.queries.reading import MandatePage, line_status, mandate_page, mandate_rows, mandate_status

__all__ = [
    "CONTACT_FIELDS",
    "LINE_FIELDS",
    "PERSON_FIELDS",
    "MandatePage",
    "Problem",
    "Step",
    "commissioners_to_choose",
    "edition_history",
    "edition_values",
    "editions_to_start",
    "full_lines",
    "latest_held_line",
    "line_status",
    "line_values",
    "mandate_history",
    "mandate_page",
    "mandate_rows",
    "mandate_status",
    "person_is_editable",
    "person_values",
    "problems",
    "seats_to_choose",
    "steps",
]
