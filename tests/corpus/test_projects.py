"""What check says of thirteen real projects, as far as no CI file is needed to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from wasifix.engine import check
from wasifix.errors import NoProject
from wasifix.model import Confidence, Level, Report
from wasifix.tree import DiskTree

MEMORY = "memory-cannot-grow"


def report(corpus: Path, name: str, assume_rust: str | None = None) -> Report:
    return check(DiskTree(corpus / "projects" / name), assume_rust=assume_rust)


def about_memory(found: Report) -> list[tuple[Level, Confidence]]:
    return [(each.level, each.confidence) for each in found.findings if each.id == MEMORY]


@pytest.mark.parametrize("name", ["wasmtime-crash", "functionalscript-2025-11-01"])
def test_a_toolchain_that_only_ci_chooses_leaves_it_possible(corpus: Path, name: str) -> None:
    assert about_memory(report(corpus, name)) == [(Level.NOTE, Confidence.POSSIBLE)]
    assert about_memory(report(corpus, name, "1.91.0")) == [(Level.ERROR, Confidence.CONFIRMED)]
    assert about_memory(report(corpus, name, "1.90.0")) == [(Level.ERROR, Confidence.CONFIRMED)]
    assert about_memory(report(corpus, name, "1.98.1")) == []


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("oxc-resolver-2025-11-24", ".cargo/config.toml:8:14"),
        ("mpz", ".cargo/config.toml:15:5"),
        ("rrule-rust", "Cargo.toml:21:14"),
        ("napi-package-template", "Cargo.toml:17:14"),
        ("image", "packages/binding/Cargo.toml:90:14"),
    ],
)
def test_what_prevents_it_is_named(corpus: Path, name: str, place: str) -> None:
    for assumed in (None, "1.91.0"):
        found = report(corpus, name, assumed)
        assert about_memory(found) == []
        places = {
            evidence.place for each in found.prevented if each.id == MEMORY for evidence in each.evidence
        }
        assert places == {place}


@pytest.mark.parametrize("name", ["reg-cli", "rspack-2025-11-25"])
def test_a_nightly_is_not_hit(corpus: Path, name: str) -> None:
    found = report(corpus, name)
    assert [build.target.value for build in found.builds] == ["wasm32-wasip1-threads"]
    assert about_memory(found) == []


@pytest.mark.parametrize("name", ["gemmkit", "tlsn", "portable-network-archive", "reg-cli", "mpz"])
def test_nothing_is_reported(corpus: Path, name: str) -> None:
    assert report(corpus, name).findings == ()


def test_a_repository_without_a_manifest_at_its_top_is_no_project(corpus: Path) -> None:
    with pytest.raises(NoProject):
        report(corpus, "zwasm")
    assert check(DiskTree(corpus / "projects" / "zwasm"), "test/component/wasip3").findings == ()
