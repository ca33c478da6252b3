"""One mandate as PDF, from the rows to the bytes, against WeasyPrint alone on the same HTML."""

import warnings
from time import perf_counter
from typing import Any

from kvinnofrid.core.pdf_printer import Printer
from mandates.models import Mandate
from mandates.pdf import mandate_pdf
from organisations.models import User

ROUNDS = 25
GOAL = 1.3


def milliseconds(run: Any) -> float:
    started = perf_counter()
    run()
    return (perf_counter() - started) * 1000


def mandate_pdf_against_weasyprint(mandate: Mandate, viewer: User) -> dict[str, Any]:
    """The best of each, by turns: queries, template, the way to the other process and back against drawing alone.

    WeasyPrint alone runs in this process, warm, with stylesheet and fonts loaded once for all rounds.
    """
    printer = Printer()
    fonts = printer.fonts()
    document = mandate_pdf(mandate, viewer=viewer)
    ours, bare = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        assert printer.draw(document.html, fonts) == document.pdf
        for _ in range(ROUNDS):
            # Twice: the second one is not disturbed by the other process making itself ready.
            bare += [milliseconds(lambda: printer.draw(document.html, fonts)) for _ in range(2)]
            ours.append(milliseconds(lambda: mandate_pdf(mandate, viewer=viewer)))
    value = min(ours) / min(bare)
    return {
        "name": "one mandate PDF, warm",
        "value": round(value, 2),
        "unit": "times",
        "against": f"bare WeasyPrint on the same HTML ({min(bare):.0f} ms)",
        "goal": f"<= {GOAL}",
        "holds": value <= GOAL,
    }
