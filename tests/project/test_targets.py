"""Which signs say that a WebAssembly target is built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from rust_programs import cargo, write

from project.layouts import in_memory, package, workspace
from wasifix.project import read_project
from wasifix.project.targets import option_value, requested_targets

NOTHING: Mapping[str, str] = {}
THREADS = "wasm32-wasip1-threads"
CONFIG = ".cargo/config.toml"
NAPI = package("p", '[build-dependencies]\nnapi-build = "2"\n')


def uses(
    files: Mapping[str, str], start: str = "", variables: Mapping[str, str] = NOTHING
) -> list[tuple[str, str, str]]:
    """Target, confidence and place of each sign."""
    project = read_project(in_memory({"Cargo.toml": package("p"), **files}), start, variables)
    return [(triple, confidence, at.place or at.text) for triple, confidence, at in project.target_uses]


def build(target: str) -> str:
    return f"[build]\ntarget = {target}\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({CONFIG: build(f'"{THREADS}"')}, [(THREADS, "confirmed", f"{CONFIG}:2:10")]),
        ({CONFIG: build(f'["x86_64", "{THREADS}"]')}, [(THREADS, "confirmed", f"{CONFIG}:2:21")]),
        ({CONFIG: f"[target.{THREADS}]\nlinker = 'x'\n"}, [(THREADS, "confirmed", f"{CONFIG}:1:9")]),
        ({CONFIG: f"[target.'{THREADS}']\n"}, [(THREADS, "confirmed", f"{CONFIG}:1:9")]),
        (
            {CONFIG: f'[alias]\nt = "test --target {THREADS}"\n'},
            [(THREADS, "confirmed", f"{CONFIG}:2:5")],
        ),
        (
            {CONFIG: f'[alias]\nt = ["test", "--target={THREADS}"]\n'},
            [(THREADS, "confirmed", f"{CONFIG}:2:5")],
        ),
        (
            {"rust-toolchain.toml": f'[toolchain]\ntargets = ["x86_64", "{THREADS}"]\n'},
            [(THREADS, "likely", "rust-toolchain.toml:2:22")],
        ),
        (
            {"Cargo.toml": NAPI, "package.json": f'{{"napi": {{"targets": ["a", "{THREADS}"]}}}}'},
            [(THREADS, "likely", "package.json:1:28")],
        ),
    ],
)
def test_each_sign_is_found_at_its_place(files: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    assert uses(files) == expected


@pytest.mark.parametrize(
    "files",
    [
        {},
        {CONFIG: build('"x86_64-unknown-linux-gnu"')},
        {CONFIG: build('["x86_64-unknown-linux-gnu"]')},
        {CONFIG: build("[]")},
        {CONFIG: build("1")},
        {CONFIG: f"[target.'cfg(target_arch = \"wasm32\")']\nrunner = '{THREADS}'\n"},
        {CONFIG: f'[alias]\nt = "run -- --target {THREADS}"\n'},
        {CONFIG: f'[alias]\nt = "build --features {THREADS}"\n'},
        {CONFIG: f'[alias]\nt = "build --target"\n# {THREADS}\n'},
        {CONFIG: "[alias]\nt = 1\n"},
        {CONFIG: f"[env]\nCARGO_BUILD_TARGET = '{THREADS}'\n"},
        {"rust-toolchain": "1.91.0\n"},
        {"rust-toolchain.toml": f'[toolchain]\ntargets = "{THREADS}"\n'},
        {"rust-toolchain.toml": f'[toolchain]\nchannel = "1.91.0"\ncomponents = ["{THREADS}"]\n'},
        {"package.json": f'{{"napi": {{"targets": ["{THREADS}"]}}}}'},
        {"Cargo.toml": NAPI},
        {"Cargo.toml": NAPI, "package.json": f'{{"targets": ["{THREADS}"]}}'},
        {"Cargo.toml": NAPI, "package.json": f'{{"napi": ["{THREADS}"]}}'},
        {"Cargo.toml": NAPI, "package.json": f'{{"napi": {{"targets": "{THREADS}"}}}}'},
        {"Cargo.toml": NAPI, "package.json": '{"napi": {"targets": [1, null]}}'},
        {"Cargo.toml": NAPI, "package.json": f'["{THREADS}"]'},
        {"Cargo.toml": NAPI, "package.json": f"{{broken {THREADS}"},
        {"Cargo.toml": NAPI, "package.json": ""},
        {"Cargo.toml": NAPI, "package.json": "[" * 100_000},
    ],
)
def test_nothing_else_is_a_sign(files: dict[str, str]) -> None:
    assert uses(files) == []


def test_the_package_json_of_a_member_and_of_the_root_are_read() -> None:
    listed = f'{{"napi": {{"targets": ["{THREADS}"]}}}}'
    files = {
        "Cargo.toml": workspace("a"),
        "a/Cargo.toml": NAPI,
        "a/package.json": listed,
        "package.json": listed,
    }
    assert [place for _, _, place in uses(files)] == ["a/package.json:1:23", "package.json:1:23"]


def test_a_name_that_is_only_prepared_for_is_not_requested() -> None:
    files = {
        "Cargo.toml": NAPI,
        CONFIG: "[target.wasm32-wasip1]\nrunner = 'x'\n",
        "package.json": '{"napi": {"targets": ["wasm32-wasip2"]}}',
        "rust-toolchain.toml": f'[toolchain]\ntargets = ["{THREADS}"]\n',
    }
    project = read_project(in_memory(files), "", NOTHING)
    assert {triple for triple, _, _ in project.target_uses} == {"wasm32-wasip1", "wasm32-wasip2", THREADS}
    assert [each[0] for each in requested_targets(project.config, project.toolchain_files)] == [THREADS]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("--target a", "a"),
        ("--target=a", "a"),
        ("--target a --target=b", "b"),
        ("--target=a --target b", "b"),
        ("--target=", ""),
        ("build --target a -- --target b", "a"),
        ("--target", None),
        ("--targets a", None),
        ("--target-dir a", None),
        ("", None),
    ],
)
def test_the_value_of_an_option(words: str, value: str | None) -> None:
    assert option_value(tuple(words.split()), "--target") == value


# name: (variable, files); the project lies in `p`
SITUATIONS: dict[str, tuple[str | None, dict[str, str]]] = {
    "string": (None, {f"p/{CONFIG}": build(f"'{THREADS}'")}),
    "list": (None, {f"p/{CONFIG}": build(f"['{THREADS}', 'wasm32-wasip2']")}),
    "two strings": (None, {f"p/{CONFIG}": build(f"'{THREADS}'"), CONFIG: build("'wasm32-wasip1'")}),
    "two lists": (None, {f"p/{CONFIG}": build(f"['{THREADS}']"), CONFIG: build("['wasm32-wasip1']")}),
    "variable": ("wasm32-wasip2", {"p/x": ""}),
    "variable and string": ("wasm32-wasip2", {f"p/{CONFIG}": build(f"'{THREADS}'")}),
    "variable and list": ("wasm32-wasip2", {f"p/{CONFIG}": build(f"['{THREADS}']")}),
    "two names and list": (" wasm32-wasip2  wasm32-wasip1", {f"p/{CONFIG}": build(f"['{THREADS}']")}),
    "empty variable and list": ("", {f"p/{CONFIG}": build(f"['{THREADS}']")}),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_configured_targets_are_those_of_cargo(name: str, tmp_path: Path) -> None:
    variable, files = SITUATIONS[name]
    everything = {"p/Cargo.toml": package("p"), "p/src/lib.rs": "", **files}
    write(tmp_path / "tree", everything)
    variables = {} if variable is None else {"CARGO_BUILD_TARGET": variable}
    done = cargo(
        *("build", "--unit-graph", "-Zunstable-options"),
        folder=tmp_path / "tree" / "p",
        home=tmp_path / "home",
        variables={**variables, "RUSTC_BOOTSTRAP": "1"},
    )
    assert done.returncode == 0, done.stderr
    built = {unit["platform"] for unit in json.loads(done.stdout)["units"]}
    found = read_project(in_memory(everything), "p", variables).target_uses
    assert {triple for triple, _, _ in found} == built
