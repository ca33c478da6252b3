"""`make bench`: one JSON line per figure, and a failure for each that falls short of its goal."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.bench import board, bundle, pages, pdf, users, writes
from tests.factories import cast

pytestmark = pytest.mark.bench


def report(figures: Iterable[dict[str, Any]]) -> None:
    """Prints every figure before it complains of any."""
    found = list(figures)
    for figure in found:
        print(f"\n{json.dumps(figure, ensure_ascii=False)}", end="", flush=True)  # noqa: T201
    print()  # noqa: T201
    assert [figure["name"] for figure in found if not figure["holds"]] == []


def test_pdf(world: cast.World) -> None:
    report([pdf.mandate_pdf_against_weasyprint(cast.attested(world), world.person["representative"])])


def test_agreement_pdf(world: cast.World) -> None:
    report([board.agreement_pdf(world)])


def test_bundle(world: cast.World, tmp_path: Path) -> None:
    report(bundle.against_libreoffice(world, tmp_path))


def test_board(world: cast.World, as_person: Any) -> None:
    report(board.sixteen(world, as_person))


def test_board_of_many(world: cast.World, as_person: Any) -> None:
    report(board.many(world, as_person))


def test_queries(world: cast.World, as_person: Any) -> None:
    report(pages.queries_at_ten_times(world, as_person))


@pytest.mark.parametrize("number", [16, 160])
def test_permission_filter(world: cast.World, number: int) -> None:
    report([pages.permission_filter(world, number)])


def test_page_weight(world: cast.World, as_person: Any) -> None:
    report(pages.page_weight(world, as_person))


def test_writes(transactional_world: cast.World) -> None:
    report([writes.send_back_against_itself(transactional_world), writes.save_against_itself(transactional_world)])


def test_memory(transactional_world: cast.World, tmp_path: Path) -> None:
    report(pages.memory(transactional_world, tmp_path))


def test_users(transactional_world: cast.World, tmp_path: Path) -> None:
    report(users.fifty_at_once(transactional_world, tmp_path))
