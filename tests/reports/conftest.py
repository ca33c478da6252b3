"""The partnership file, read in and refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reports.partnership_file import Outcome, PartnershipFileError, import_file
from tests.factories.county import everything


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Outcome]:
    """Imports a text as lanet.yaml."""

    def load_text(text: str | bytes, *, dry_run: bool = False) -> Outcome:
        file = tmp_path / "lanet.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(file, dry_run=dry_run)

    return load_text


@pytest.fixture
def faults(load: Callable[..., Outcome]) -> Callable[[str | bytes], list[str]]:
    """The faults of a text, which must have changed nothing."""

    def faults_of(text: str | bytes) -> list[str]:
        before = everything()
        with pytest.raises(PartnershipFileError) as refusal:
            load(text)
        assert everything() == before
        return [str(fault) for fault in refusal.value.faults]

    return faults_of
