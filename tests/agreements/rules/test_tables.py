"""The generated page shows every verdict and every state, and says what the rules say."""

from pathlib import Path

from agreements.enums import AgreementState, ForceRule, Outcome, StepRole, Verdict
from agreements.rules import tables

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verdict.md"


def test_the_page_stands_as_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == tables.document()


def test_every_word_of_the_closed_lists_is_shown() -> None:
    text = tables.document()
    words = [*Verdict, *StepRole, *ForceRule, *(outcome for outcome in Outcome if outcome != Outcome.VOID)]
    assert [word for word in words if f"`{word}`" not in text] == []
    assert [state for state in AgreementState if f"`{state}`" not in text] == []


def test_every_row_is_as_wide_as_its_heading() -> None:
    width = 0
    for line in tables.document().splitlines():
        cells = line.count("|") if line.startswith("|") else 0
        assert not width or not cells or cells == width
        width = cells
