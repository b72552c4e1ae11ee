"""Commands in workflows that run a module with threads themselves."""

from __future__ import annotations

import pytest

from ci_checks.layout import CONFIG, WORKFLOW, brief, found, workflow

BUILD = "- run: cargo build --target wasm32-wasip1-threads\n"
CONFIGURED = "[build]\ntarget = 'wasm32-wasip1-threads'\n"
MODULE = "target/wasm32-wasip1-threads/debug/p.wasm"


def files(command: str, version: str = "", config: str = CONFIGURED) -> dict[str, str]:
    setup = "- uses: bytecodealliance/actions/wasmtime/setup@v1\n"
    if version:
        setup += f"  with:\n    version: '{version}'\n"
    return {CONFIG: config, WORKFLOW: workflow(f"{setup}{BUILD}- run: |\n    set -e\n    {command}\n")}


@pytest.mark.parametrize(
    ("command", "version", "expected"),
    [
        (f"wasmtime run {MODULE}", "36.0.9", ["error confirmed .github/workflows/ci.yml:12:11"]),
        (f"wasmtime -S threads {MODULE}", "44.0.1", ["error confirmed .github/workflows/ci.yml:12:11"]),
        ("wasmtime run -S threads m.wasm a b", "v46.0.1", ["error confirmed .github/workflows/ci.yml:12:11"]),
        (
            f"time wasmtime run -S threads -W shared-memory {MODULE}",
            "36.0.9",
            ["error confirmed .github/workflows/ci.yml:12:11"],
        ),
        (f'wasmtime run {MODULE} "$ARGUMENT"', "36.0.9", ["error confirmed .github/workflows/ci.yml:12:11"]),
        (f"wasmtime run --dir . {MODULE}", "", ["warning likely .github/workflows/ci.yml:10:11"]),
        (f"wasmtime run -S threads {MODULE}", "", ["note possible .github/workflows/ci.yml:10:11"]),
    ],
)
def test_flags_that_do_not_fit(command: str, version: str, expected: list[str]) -> None:
    assert brief(found("wasmtime-flags", files(command, version))) == expected


@pytest.mark.parametrize(
    ("command", "version"),
    [
        (f"wasmtime run -S threads {MODULE}", "36.0.9"),
        (f"wasmtime run -Sthreads -Wshared-memory {MODULE}", "44.0.1"),
        (f"wasmtime run -S threads -W shared-memory {MODULE}", ""),
        (f"wasmtime run -S threads {MODULE}", "47.0.0-rc"),
        ("wasmtime run target/wasm32-wasip1/debug/p.wasm", "36.0.9"),
        ("wasmtime --version", "36.0.9"),
        ("wasmtime run -S threads", "44.0.1"),
        ("wasmtime compile m.wasm", "36.0.9"),
        ("wasmtime serve -S threads m.wasm", "44.0.1"),
        (f"echo wasmtime run {MODULE}", "36.0.9"),
        (f"wasmer run {MODULE}", "36.0.9"),
        (f"wasmtime run $FLAGS {MODULE}", "36.0.9"),
        (f"wasmtime run ${{{{ matrix.flags }}}} {MODULE}", "36.0.9"),
        ("wasmtime run -S threads $MODULE", "36.0.9"),
    ],
)
def test_flags_that_fit_or_cannot_be_known(command: str, version: str) -> None:
    findings = found("wasmtime-flags", files(command, version))
    assert [each for each in findings if each.fails] == []
    assert version.endswith("rc") or findings == ()


def test_a_project_without_a_webassembly_build_is_not_looked_at() -> None:
    made = {WORKFLOW: workflow("- run: wasmtime run -S threads -W shared-memory m.wasm\n")}
    assert found("wasmtime-flags", made) == ()


def test_the_right_command_ends_with_the_module() -> None:
    (finding,) = found("wasmtime-flags", files(f'wasmtime run {MODULE} "$A" b', "40"))
    assert finding.evidence[-1].note == f"wasmtime run -S threads -W shared-memory {MODULE}"
    assert finding.evidence[1].text == "version: '40'"


@pytest.mark.parametrize(
    ("command", "version", "expected"),
    [
        (f"wasmtime run -S threads {MODULE}", "", ["error likely .github/workflows/ci.yml:6:15"]),
        (f"wasmtime run -S threads {MODULE}", "47.0.0", ["error confirmed .github/workflows/ci.yml:8:20"]),
        (f"wasmtime run -S threads {MODULE}", "36.0.9", []),
        ("wasmtime run target/wasm32-wasip1/debug/p.wasm", "", []),
        ("wasmtime run m.wasm", "47.0.0", []),
    ],
)
def test_a_wasmtime_without_threads_is_found_too(command: str, version: str, expected: list[str]) -> None:
    assert brief(found("wasmtime-without-threads", files(command, version))) == expected


def test_a_job_that_tests_and_runs_has_one_finding_about_its_wasmtime() -> None:
    made = files(f"wasmtime run -S threads {MODULE}", "47.0.0")
    made[WORKFLOW] = made[WORKFLOW].replace("cargo build", "cargo test")
    (finding,) = found("wasmtime-without-threads", made)
    assert len(finding.builds) == 1
