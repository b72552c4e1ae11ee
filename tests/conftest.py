"""What several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from differential.seeds import SEEDS


def pytest_report_header() -> str:
    """The random projects of tests/differential, so that a failure can be seen again."""
    return f"random projects: WASIFIX_SEED={SEEDS.start} WASIFIX_RANDOM_PROJECTS={len(SEEDS)}"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Configuration files of public projects, which are not part of this repository."""
    place = Path(
        os.environ.get("WASIFIX_CORPUS") or Path(__file__).parent.parent.parent / "shared" / "corpus"
    )
    if not place.is_dir():
        pytest.skip(f"no corpus at {place}: set WASIFIX_CORPUS to its folder")
    return place
