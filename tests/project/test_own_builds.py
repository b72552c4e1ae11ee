"""Builds that no workflow makes: scripts and recipes by hand, mise, and dev containers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from wasifix.engine import check
from wasifix.model import Report
from wasifix.project import read_project
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, TEST, T

CONFIG = {".cargo/config.toml": f'[build]\ntarget = "{T}"\n'}
WORKFLOW = ".github/workflows/ci.yml"


def tree(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in {"Cargo.toml": PACKAGE, **files}.items()})


def titles(files: Mapping[str, str]) -> list[str]:
    return [build.title for build in check(tree(files)).builds if not build.is_local]


def memory(report: Report) -> list[tuple[str, str, list[str]]]:
    found = (each for each in report.findings if each.id == "memory-cannot-grow")
    return [(each.level, each.confidence, [at.place for at in each.evidence]) for each in found]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Makefile": f"t:\n\tcargo +1.91.0 test --target {T}\n"}, ["Makefile, t, 1.91.0"]),
        ({"Makefile": "t:\n\tcargo +1.91.0 test\n", **CONFIG}, ["Makefile, t, 1.91.0"]),
        ({"justfile": f"t:\n    {TEST}\n"}, ["justfile, t, toolchain unknown"]),
        ({"package.json": f'{{"scripts": {{"t": "{TEST}"}}}}'}, ["package.json, t, toolchain unknown"]),
        ({"build.sh": TEST}, ["build.sh, toolchain unknown"]),
        ({"scripts/build.sh": TEST}, ["scripts/build.sh, toolchain unknown"]),
        ({"Dockerfile": f"FROM rust:1.91\nRUN {TEST}\n"}, ["Dockerfile, stage 0, 1.91"]),
        (
            {"docker/x.Dockerfile": f"FROM rust:1.91\nRUN {TEST}\n"},
            ["docker/x.Dockerfile, stage 0, 1.91"],
        ),
        ({"build.sh": TEST, "Makefile": "t:\n\t./build.sh # cargo\n"}, ["Makefile, t, toolchain unknown"]),
        ({"Makefile": f"a: t\nt:\n\t{TEST}\n"}, ["Makefile, t, toolchain unknown"]),
        ({"mise.toml": f'[tasks]\nt = "{TEST}"\n'}, ["mise.toml, t, toolchain unknown"]),
        (
            {".config/mise.toml": f'[tools]\nrust = "1.91.0"\n[tasks.t]\nrun = ["ls", "{TEST}"]\n'},
            [".config/mise.toml, t, 1.91.0"],
        ),
        (
            {"mise.toml": f'[tasks]\na = {{ depends = ["t"] }}\nt = "{TEST}"\n'},
            ["mise.toml, t, toolchain unknown"],
        ),
        (
            {"mise.toml": f'[tasks]\nt = "{TEST}"\n', "Makefile": "t:\n\tmise run t # cargo\n"},
            ["Makefile, t, toolchain unknown"],
        ),
        ({"mise.toml": '[tasks]\nt = "cargo test"\n'}, []),
        ({"deep/in/mise.toml": f'[tasks]\nt = "{TEST}"\n'}, []),
        ({"deep/in/build.sh": TEST}, []),
        ({"build.sh": "cargo test"}, []),
        ({"build.sh": "cargo test --target x86_64-pc-windows-msvc # wasm32"}, []),
        ({"build.sh": f"echo {TEST}"}, []),
        ({"README.md": TEST}, []),
        ({"build.sh": "cargo check", **CONFIG}, []),
    ],
)
def test_commands_by_hand(files: Mapping[str, str], expected: list[str]) -> None:
    assert titles(files) == expected


def test_what_a_workflow_calls_is_its_build_alone() -> None:
    steps = "      - run: rustup default 1.91.0\n      - run: make t # wasm32\n"
    workflow = f"on: push\njobs:\n  a:\n    steps:\n{steps}"
    files = {WORKFLOW: workflow, "Makefile": f"t:\n\t{TEST}\nu:\n\t{TEST}\n"}
    assert titles(files) == [f"{WORKFLOW}, job a, 1.91.0", "Makefile, u, toolchain unknown"]


def test_without_a_toolchain_they_share_the_finding_of_the_local_build() -> None:
    report = check(tree({"Makefile": f"t:\n\t{TEST}\n", **CONFIG}))
    assert [(level, sure) for level, sure, _ in memory(report)] == [("note", "possible")]
    (finding,) = (each for each in report.findings if each.id == "memory-cannot-grow")
    assert len(finding.builds) == 2


def test_the_variables_of_the_user_hold_for_them() -> None:
    files = tree({"Makefile": f"t:\n\t{TEST}\n"})
    builds = check(files, environment={"RUSTUP_TOOLCHAIN": "1.91.0", "HOME": "x"}).builds
    assert [build.title for build in builds] == ["Makefile, t, 1.91.0"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"mise.toml": '[tools]\nrust = "1.91.0"\n'}, [("note", "possible", ["mise.toml:2:8"])]),
        (
            {".mise.toml": '[tools]\nrust = ["1.91.0", "nightly"]\n'},
            [("note", "possible", [".mise.toml:2:9"])],
        ),
        (
            {"mise.toml": '[tools]\nrust = { version = "1.91.0", profile = "minimal" }\n'},
            [("note", "possible", ["mise.toml:2:20"])],
        ),
        ({".tool-versions": "node 22\nrust 1.91.0\n"}, [("note", "possible", [".tool-versions:2:6"])]),
        ({"mise.toml": '[tools]\nrust = "1.98.1"\n'}, []),
        ({"mise.toml": '[tools]\nnode = "22"\n'}, []),
        ({".tool-versions": "rusty 1.91.0\n"}, []),
    ],
)
def test_mise_and_asdf_are_possible_toolchains(
    files: Mapping[str, str], expected: list[tuple[str, str, list[str]]]
) -> None:
    found = memory(check(tree({**files, **CONFIG})))
    assert [(level, sure, places[:1]) for level, sure, places in found if places[0]] == expected


def test_mise_wins_over_the_file_where_it_is_in_use() -> None:
    files = {"mise.toml": '[tools]\nrust = "1.91.0"\n', "rust-toolchain": "1.98.1\n", **CONFIG}
    assert [(level, sure) for level, sure, _ in memory(check(tree(files)))] == [("note", "possible")]


def test_mise_that_says_what_the_file_says_adds_nothing() -> None:
    files = {"mise.toml": '[tools]\nrust = "1.91.0"\n', "rust-toolchain": "1.91.0\n", **CONFIG}
    assert titles(files) == []


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (f"- uses: jdx/mise-action@v2\n      - run: {TEST}", "1.91.0"),
        (f"- uses: jdx/mise-action@v2\n        with: {{env: false}}\n      - run: {TEST}", "1.98.1"),
        (f"- uses: asdf-vm/actions/install@v4\n      - run: {TEST}", "1.97.1"),
        (f"- run: mise exec -- {TEST}", "1.91.0"),
        (f"- run: mise x rust@1.90.0 -- {TEST}", "1.90.0"),
        ("- run: mise run t # wasm32", "1.91.0"),
        ("- run: mise run u # wasm32", "1.91.0"),
        (f"- run: {TEST}", "1.98.1"),
    ],
)
def test_mise_in_a_workflow(step: str, expected: str) -> None:
    files = {
        "mise.toml": (
            f'[tools]\nrust = "1.91.0"\n[tasks.t]\nrun = "{TEST}"\n'
            f'[tasks.u]\ndepends = ["t"]\nrun = ["echo"]\n'
        ),
        ".tool-versions": "rust 1.97.1\n",
        "rust-toolchain": "1.98.1\n",
        WORKFLOW: f"on: push\njobs:\n  a:\n    steps:\n      {step}\n",
    }
    assert [title.rpartition(" ")[2] for title in titles(files) if title.startswith(".github")] == [expected]


def test_the_version_of_mise_can_be_replaced_where_it_stands() -> None:
    for path, text, route, part in (
        ("mise.toml", '[tools]\nrust = "1.91.0"\n', ("tools", "rust"), None),
        (".tool-versions", "rust 1.91.0\n", (), (5, 11)),
    ):
        (call,) = read_project(Sources(tree({path: text, **CONFIG})), "", {}).calls
        origin = call.environment["RUSTUP_TOOLCHAIN"].origin
        assert origin is not None
        assert (origin.path, origin.route, origin.part) == (path, route, part)


FEATURE = '"features": {"ghcr.io/devcontainers/features/rust:1": {"version": "1.91.0"}}'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".devcontainer/devcontainer.json", f"{{ // why\n{FEATURE}, }}", [("note", "possible")]),
        (".devcontainer.json", f"{{{FEATURE}}}", [("note", "possible")]),
        (".devcontainer/rust/devcontainer.json", f"{{{FEATURE}}}", [("note", "possible")]),
        (".devcontainer/devcontainer.json", f'{{{FEATURE}, "x": "{T}"}}', [("error", "confirmed")]),
        (".devcontainer/devcontainer.json", '{"image": "rust:1.91"}', [("note", "possible")]),
        (".devcontainer/devcontainer.json", '{"image": "rust:1.98"}', []),
        (".devcontainer/devcontainer.json", '{"image": "debian"}', []),
        (".devcontainer/devcontainer.json", "{", []),
    ],
)
def test_a_dev_container(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    found = memory(check(tree({path: text, **CONFIG})))
    assert [(level, sure) for level, sure, places in found if places[0]] == expected


def test_a_toolchain_file_wins_over_a_dev_container() -> None:
    files = {".devcontainer.json": f"{{{FEATURE}}}", "rust-toolchain": "1.98.1\n", **CONFIG}
    assert titles(files) == []
