"""What check says of thirteen real projects about the memory of their modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from wasifix.ci_checks import CI_CHECKS
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
    assert {build.max_memory.value for build in ci} == {4294967296}


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


@pytest.mark.parametrize("name", ["tlsn", "portable-network-archive", "mpz"])
def test_nothing_is_reported(corpus: Path, name: str) -> None:
    assert report(corpus, name).findings == ()


def test_a_repository_without_a_manifest_at_its_top_is_no_project(corpus: Path) -> None:
    with pytest.raises(NoProject):
        report(corpus, "zwasm")
    assert check(DiskTree(corpus / "projects" / "zwasm"), "test/component/wasip3").findings == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "wasmtime-crash",
            [
                "error wasmtime-without-threads .github/workflows/rust.yml:28:13",
                "note wasmtime-flags .cargo/config.toml:2:10",
            ],
        ),
        (
            "functionalscript-2025-11-01",
            [
                "error wasmtime-without-threads .github/workflows/ci.yml:161:13",
                "note wasmtime-flags .cargo/config.toml:5:10",
            ],
        ),
        ("gemmkit", ["note wasmtime-without-threads .github/workflows/ci.yml:355:76"]),
        ("reg-cli", ["note ci-differs .github/workflows/ci.yml:57:22"]),
        *((name, []) for name in ("oxc-resolver-2025-11-24", "mpz", "napi-package-template", "image")),
        ("rrule-rust", ["note ci-differs .github/workflows/build-and-test.yml:67:22"]),
        *((name, []) for name in ("rspack-2025-11-25", "tlsn", "portable-network-archive")),
    ],
)
def test_what_is_said_of_the_ways_it_is_built(corpus: Path, name: str, expected: list[str]) -> None:
    found = (each for each in report(corpus, name).findings if each.id in {one.id for one in CI_CHECKS})
    assert [f"{each.level} {each.id} {each.evidence[0].place}" for each in found] == expected


def test_the_flag_that_40_to_46_need_is_named(corpus: Path) -> None:
    (finding,) = (each for each in report(corpus, "wasmtime-crash").findings if each.id == "wasmtime-flags")
    assert finding.evidence[0].note == "for Wasmtime 40 to 46 it lacks `-W shared-memory`"
    right = "wasmtime run --wasi threads --wasm shared-memory --dir . --"
    assert (finding.evidence[-1].text, finding.evidence[-1].note) == ("for 40 to 46", right)
    assert len(finding.builds) == 2
