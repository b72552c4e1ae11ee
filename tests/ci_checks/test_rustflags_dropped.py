"""Configured rustflags that a variable replaces."""

from __future__ import annotations

import pytest

from ci_checks.layout import CONFIG, TEST, WORKFLOW, brief, found, workflow

MEMORY = "[target.wasm32-wasip1-threads]\nrustflags = ['-C', 'link-arg=--max-memory=1073741824']\n"
SETUP = "- uses: actions-rust-lang/setup-rust-toolchain@v1\n"
OLD, NEW = "1.91.1\n", "1.98.1\n"


def files(toolchain: str = NEW, config: str = MEMORY, steps: str = "", head: str = "") -> dict[str, str]:
    made = {CONFIG: config, "rust-toolchain": toolchain}
    return {**made, WORKFLOW: workflow(steps, head)} if steps else made


@pytest.mark.parametrize(
    ("toolchain", "steps", "head", "expected"),
    [
        (OLD, TEST, "env:\n  RUSTFLAGS: -D warnings\n", ["warning confirmed .github/workflows/ci.yml:3:14"]),
        (NEW, TEST, "env:\n  RUSTFLAGS: -D warnings\n", ["note confirmed .github/workflows/ci.yml:3:14"]),
        (OLD, TEST, "env:\n  RUSTFLAGS: ''\n", ["warning confirmed .github/workflows/ci.yml:3:14"]),
        (OLD, SETUP + TEST, "", ["warning confirmed .github/workflows/ci.yml:6:15"]),
        (NEW, SETUP + TEST, "", ["note confirmed .github/workflows/ci.yml:6:15"]),
        (
            NEW,
            f"{SETUP}  with:\n    rustflags: -C opt-level=1\n{TEST}",
            "",
            ["note confirmed .github/workflows/ci.yml:8:22"],
        ),
        (
            NEW,
            f"{TEST}  env:\n    RUSTFLAGS: -Dwarnings\n",
            "",
            ["note confirmed .github/workflows/ci.yml:8:22"],
        ),
        (
            NEW,
            TEST.replace("cargo", "RUSTFLAGS=-g cargo"),
            "",
            ["note confirmed .github/workflows/ci.yml:6:24"],
        ),
        (
            NEW,
            TEST,
            "env:\n  RUSTFLAGS: ${{ inputs.flags }}\n",
            ["note possible .github/workflows/ci.yml:3:14"],
        ),
    ],
)
def test_a_max_memory_that_a_workflow_loses(
    toolchain: str, steps: str, head: str, expected: list[str]
) -> None:
    assert brief(found("rustflags-dropped", files(toolchain, steps=steps, head=head))) == expected


@pytest.mark.parametrize(
    ("config", "steps", "head"),
    [
        (MEMORY, TEST, ""),
        (MEMORY, TEST, "env:\n  RUSTFLAGS: -C link-arg=--max-memory=1073741824 -D warnings\n"),
        (MEMORY, TEST, "env:\n  RUSTFLAGS: -Clink-arg=--max-memory=1073741824\n"),
        (MEMORY, TEST, "env:\n  RUSTDOCFLAGS: -D warnings\n"),
        (MEMORY, f"{SETUP}  with:\n    rustflags: ''\n{TEST}", ""),
        (MEMORY, SETUP + "- run: cargo test\n", ""),
        (MEMORY, f"{SETUP}- run: cargo test --target x86_64-unknown-linux-gnu\n", ""),
        (MEMORY, f"{TEST}- run: cargo doc\n  env:\n    RUSTFLAGS: -Dwarnings\n", ""),
        ("[target.wasm32-wasip1-threads]\nrunner = 'x'\n", SETUP + TEST, ""),
        ("[target.wasm32-wasip1-threads]\nrustflags = ['-Dwarnings']\n", SETUP + TEST, ""),
        ("[target.x86_64-unknown-linux-gnu]\nrustflags = ['-Ctarget-cpu=native']\n", SETUP + TEST, ""),
        ("", SETUP + TEST, ""),
    ],
)
def test_nothing_is_lost(config: str, steps: str, head: str) -> None:
    assert found("rustflags-dropped", files(config=config, steps=steps, head=head)) == ()


@pytest.mark.parametrize("name", ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"])
@pytest.mark.parametrize("value", ["", "-g"])
def test_the_users_own_variable_loses_it_too(name: str, value: str) -> None:
    (finding,) = found("rustflags-dropped", files(), {name: value})
    assert finding.message == f"{name} replaces the configured rustflags"
    assert [each.place for each in finding.evidence] == ["", f"{CONFIG}:2:20"]
    (old,) = found("rustflags-dropped", files(OLD), {name: value})
    assert (finding.level, old.level) == ("note", "warning")


def test_a_lost_flag_of_the_build_table_counts_too() -> None:
    config = "[build]\ntarget = 'wasm32-wasip1-threads'\nrustflags = ['-Clink-arg=--max-memory=1073741824']\n"
    assert brief(found("rustflags-dropped", files(OLD, config), {"RUSTFLAGS": ""})) == ["warning confirmed "]
