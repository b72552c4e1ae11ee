"""A step that several legs have in common is read again where it does something else, and only there."""

from __future__ import annotations

import pytest

from wasifix.documents.yaml import child
from wasifix.engine import check
from wasifix.project.sources import Sources
from wasifix.project.steps import Steps
from wasifix.tree import MemoryTree

PACKAGE = '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n'
TEST = "cargo test --target wasm32-wasip1-threads"
FILE = ".github/workflows/ci.yml"
ACTION = ".github/actions/rust/action.yml"


def tree(workflow: str, action: str = "", **more: str) -> MemoryTree:
    files = {"Cargo.toml": PACKAGE, FILE: f"on: push\njobs:\n{workflow}", **more}
    if action:
        files[ACTION] = action
    return MemoryTree({path: text.encode() for path, text in files.items()})


def toolchains(of: MemoryTree) -> list[str | None]:
    found = (build.toolchain.value for build in check(of).builds)
    return [each.name if each else None for each in found]


def job(name: str, *steps: str, matrix: str = "") -> str:
    strategy = f"    strategy:\n      matrix:\n        rust: {matrix}\n" if matrix else ""
    return f"  {name}:\n{strategy}    steps:\n" + "".join(f"      - {step}\n" for step in steps)


CHOOSING = """\
inputs:
  rust: {default: 1.85.0}
  other: {default: x}
runs:
  using: composite
  steps:
    - run: rustup default ${{ inputs.rust }}
      shell: bash
"""


def test_an_action_is_read_for_each_of_its_inputs() -> None:
    uses = "{{uses: ./.github/actions/rust, with: {{rust: {}}}}}"
    jobs = job("a", uses.format("1.90.0"), f"run: {TEST}") + job("b", uses.format("1.91.0"), f"run: {TEST}")
    assert toolchains(tree(jobs, CHOOSING)) == ["1.90.0", "1.91.0"]


def test_an_action_is_read_for_each_leg_that_it_refers_to() -> None:
    uses = "{uses: ./.github/actions/rust, with: {rust: '${{ matrix.rust }}'}}"
    jobs = job("a", uses, f"run: {TEST}", matrix="[1.90.0, 1.91.0, 1.92.0]")
    assert toolchains(tree(jobs, CHOOSING)) == ["1.90.0", "1.91.0", "1.92.0"]


def test_inputs_that_an_action_does_not_refer_to_change_nothing() -> None:
    uses = "{uses: ./.github/actions/rust, with: {other: '${{ matrix.rust }}'}}"
    jobs = job("a", uses, f"run: {TEST}", matrix="[1.90.0, 1.91.0]")
    assert toolchains(tree(jobs, CHOOSING)) == ["1.85.0"]


def test_the_same_step_does_something_else_after_another_one() -> None:
    jobs = job("a", "run: rustup default 1.90.0", f"run: {TEST}") + job("b", f"run: {TEST}")
    same = "  - &test {run: cargo test --target wasm32-wasip1-threads}\n"
    shared = f"x-steps:\n{same}jobs:\n  a: {{steps: [{{run: rustup default 1.90.0}}, *test]}}\n"
    shared += "  b: {steps: [*test]}\n"
    assert toolchains(tree(jobs)) == ["1.90.0", None]
    assert toolchains(MemoryTree({"Cargo.toml": PACKAGE.encode(), FILE: f"on: push\n{shared}".encode()})) == [
        "1.90.0",
        None,
    ]


def test_an_override_whose_folder_is_not_known_is_not_taken_back_by_another_step() -> None:
    sets = 'run: rustup default 1.90.0; if [ "$X" ]; then cd a; fi; rustup override set 1.91.0'
    jobs = job("a", sets, "run: rustup override unset", f"run: cd a; {TEST}")
    (build,) = check(tree(jobs, a="")).builds
    assert build.toolchain.value is None
    assert "the toolchain depends on a condition" in build.doubts


def test_a_variable_for_later_steps_holds_in_each_leg() -> None:
    remember = "run: echo RUSTUP_TOOLCHAIN=1.90.0 >> $GITHUB_ENV"
    jobs = job("a", remember, f"run: {TEST}", matrix="[1, 2]") + job("b", f"run: {TEST}")
    assert toolchains(tree(jobs)) == ["1.90.0", None]


@pytest.mark.parametrize(
    ("step", "is_kept"),
    [
        ("uses: actions/checkout@v5", False),
        ("run: echo hello", False),
        ("{if: false, run: cargo test}", False),
        ("uses: ./.github/actions/nothing", False),
        ("uses: ./.github/actions/round", False),
        ("run: cargo test", True),
        ("run: ${{ matrix.command }}", True),
        ("uses: dtolnay/rust-toolchain@stable", True),
        ("uses: ./.github/actions/rust", True),
    ],
)
def test_what_cannot_matter_in_any_leg_is_left_out(step: str, is_kept: bool) -> None:
    action = "runs:\n  using: composite\n  steps:\n    - uses: {}\n"
    of = tree(
        job("a", step),
        CHOOSING,
        **{
            ".github/actions/nothing/action.yml": action.format("actions/cache@v4"),
            ".github/actions/round/action.yml": action.format("./.github/actions/round"),
        },
    )
    sources = Sources(of)
    document = sources.yaml(FILE)
    assert document is not None
    kept = Steps(sources).kept(document, child(document.root, "jobs", "a", "steps"))
    assert bool(kept) is is_kept


def test_a_workflow_that_calls_itself_comes_to_an_end() -> None:
    calls = f"  again:\n    uses: ./{FILE}\n"
    assert toolchains(tree(calls + job("a", f"run: {TEST}"))) == [None]
