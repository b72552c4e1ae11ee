"""Functions of shell scripts that another part calls: those of a sourced file, or of a GitLab job."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.project import read_project
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, T, calls, shown

LIB = f'build() {{\n  cargo build --target "$1" ${{2:-}}\n}}\ntest_it() {{\n  cargo test --target {T}\n}}\n'


@pytest.mark.parametrize(
    ("run", "library", "expected"),
    [
        (f". ./lib.sh\nbuild {T}", LIB, ["2:3 build!", "5:3 test!"]),
        (f"source lib.sh\nbuild {T} --release\ntest_it", LIB, ["2:3 build! release", "5:3 test!"]),
        (f". ./lib.sh; cd sub; build {T}; test_it", LIB, ["2:3 sub build!", "5:3 sub test!"]),
        # in a subshell, in a condition, in a pipe
        (f". ./lib.sh; test_it; (cd sub && build {T})", LIB, ["5:3 test!", "2:3 sub build!"]),
        (f". ./lib.sh; test_it; if true; then build {T} | cat; fi", LIB, ["5:3 test!", "2:3 build!"]),
        # what nothing calls is read once, and nobody knows with what
        (". ./lib.sh", LIB, ["2:3 build None", "5:3 test!"]),
        (". ./lib.sh", f"go() {{ cargo test --target {T}; }}\ngo\n", ["1:8 test!"]),
        # a function that calls another one of its file, and one that calls itself
        (". ./lib.sh; go", f"go() {{ inner {T}; }}\ninner() {{ cargo test --target $1; }}\n", ["2:11 test!"]),
        (". ./lib.sh; go", f"go() {{ cargo test --target {T}; go; }}\n", ["1:8 test!"]),
        # one with the name of a program
        (
            f". ./lib.sh; cargo test --target {T}",
            'cargo() { command cargo "$@" -r; }',
            ["1:11 test! release"],
        ),
        # what a script is called from, it does not inherit
        (f". ./lib.sh; test_it; bash other.sh; build {T}", LIB, ["5:3 test!", "2:3 build!"]),
    ],
)
def test_a_function_of_a_sourced_file(run: str, library: str, expected: list[str]) -> None:
    files = {"lib.sh": library, "other.sh": "# cargo\nbuild wasm32-wasip1\n"}
    found = [shown(call).replace(f" {T}", "!") for call in calls(run, files)]
    assert found == [f"lib.sh:{each}" for each in expected]


def test_of_two_functions_with_one_name_the_later_one_counts() -> None:
    files = {"lib.sh": LIB, "more.sh": "build() { cargo bench --target $1; }\n"}
    found = calls(f". ./lib.sh; . ./more.sh; build {T}; test_it", files)
    assert [shown(call) for call in found] == [f"more.sh:1:11 bench {T}", f"lib.sh:5:3 test {T}"]


def test_its_arguments_and_what_its_caller_sets_for_it_end_with_it() -> None:
    library = {"lib.sh": "go() { cargo build --target $1; export RUSTUP_TOOLCHAIN=1.90.0; }\n"}
    run = f". ./lib.sh\nset_up() {{ RUSTFLAGS=-g go wasm32-wasip1; cargo test --target $1; }}\nset_up {T}"
    first, second = calls(run, library)
    assert first.environment["RUSTFLAGS"].text == "-g"
    assert "RUSTFLAGS" not in second.environment
    assert second.environment["RUSTUP_TOOLCHAIN"].text == "1.90.0"
    assert [first.target.text, second.target.text] == ["wasm32-wasip1", T]


def test_arguments_of_the_script_are_back_behind_a_function() -> None:
    files = {
        "lib.sh": "go() { cargo build --target $1; }\n",
        "main.sh": '. ./lib.sh\ngo wasm32-wasip1\ncargo test --target "$1" $2\n',
    }
    first, second = calls(f"bash main.sh {T} --release", files)
    assert [first.target.text, second.target.text, second.profile.text] == ["wasm32-wasip1", T, "release"]


JOB = """\
default:
  before_script:
    - |
      build() { cargo build --target "$1"; }
    - other() { cargo bench --target "$1"; }
test:
  script:
    - build wasm32-wasip1-threads
    - |
      late() { cargo run --target wasm32-wasip1-threads; }
    - cd sub
    - late
"""


def gitlab(text: str) -> list[str]:
    files: Mapping[str, str] = {"Cargo.toml": PACKAGE, ".gitlab-ci.yml": text}
    tree = MemoryTree({path: each.encode() for path, each in files.items()})
    return [shown(call) for call in read_project(Sources(tree), "", {}).calls]


def test_a_function_of_another_item_of_a_gitlab_job() -> None:
    assert gitlab(JOB) == [
        f".gitlab-ci.yml:4:17 build {T}",
        f".gitlab-ci.yml:10:16 sub run {T}",
        ".gitlab-ci.yml:5:17 sub bench None",
    ]
