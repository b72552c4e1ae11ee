"""What check says of thirteen real projects about the memory of their modules."""

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


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("wasmtime-crash", [".github/workflows/rust.yml:18:11", ".github/workflows/rust.yml:19:11"]),
        ("functionalscript-2025-11-01", [".github/workflows/ci.yml:145:19"]),
    ],
)
def test_a_toolchain_that_only_ci_chooses_is_found_there(corpus: Path, name: str, places: list[str]) -> None:
    found = [each for each in report(corpus, name).findings if each.id == MEMORY]
    assert [each.evidence[0].place for each in found if each.level is Level.ERROR] == places
    assert about_memory(report(corpus, name))[-1] == (Level.NOTE, Confidence.POSSIBLE)
    assert {level for level, _ in about_memory(report(corpus, name, "1.91.0"))} == {Level.ERROR}
    assert len(about_memory(report(corpus, name, "1.98.1"))) == len(places)


def test_a_floating_toolchain_in_ci_is_a_note(corpus: Path) -> None:
    assert about_memory(report(corpus, "gemmkit")) == [(Level.NOTE, Confidence.POSSIBLE)]
    assert not report(corpus, "gemmkit").fails


def test_the_test_profile_of_a_job_changes_nothing_about_its_memory(corpus: Path) -> None:
    found = report(corpus, "oxc-resolver-2025-11-24")
    ci = [build for build in found.builds if not build.is_local and "threads" in str(build.target.value)]
    assert [build.max_memory.value for build in ci] == [4294967296]


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
    assert [build.target.value for build in found.builds if build.is_local] == ["wasm32-wasip1-threads"]
    assert about_memory(found) == []


@pytest.mark.parametrize("name", ["tlsn", "portable-network-archive", "reg-cli", "mpz"])
def test_nothing_is_reported(corpus: Path, name: str) -> None:
    assert report(corpus, name).findings == ()


def test_a_repository_without_a_manifest_at_its_top_is_no_project(corpus: Path) -> None:
    with pytest.raises(NoProject):
        report(corpus, "zwasm")
    assert check(DiskTree(corpus / "projects" / "zwasm"), "test/component/wasip3").findings == ()
