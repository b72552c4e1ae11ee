"""The rustflags that real Cargo hands to rustc: a script stands in for it and writes its arguments down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rust_programs import TARGET, cargo, sysroot, write

from project.layouts import package
from wasifix.errors import UnreadableInput
from wasifix.project.config_files import read_config
from wasifix.project.sources import Sources
from wasifix.tree import DiskTree

RECORDER = """#!/bin/sh
for each in "$@"; do
  case "$each" in -vV|--print|--print=*) exec "$REAL_RUSTC" "$@" ;; esac
done
printf '%s\\n' "$@" > "$RECORD"
exit 1
"""
OWN = "CARGO_TARGET_WASM32_WASIP1_THREADS_RUSTFLAGS"
MARK = "--cfg=given_"


def flag(name: str) -> str:
    return f"{MARK}{name}"


def build(*names: str) -> str:
    return f"[build]\nrustflags = {[flag(name) for name in names]}\n"


def target(name: str, *, table: str = TARGET) -> str:
    return f"[target.'{table}']\nrustflags = ['{flag(name)}']\n"


ALL = (
    target("triple")
    + target("z", table='cfg(target_os = "wasi")')
    + target("a", table='cfg(all(target_arch = "wasm32"))')
    + build("build")
)
CFGS = "".join(
    target(f"cfg{index}", table=expression)
    for index, expression in enumerate(
        [
            'cfg( target_family = "wasm" )',
            'cfg(any(unix,target_family="wasm",))',
            "cfg(debug_assertions)",
            "cfg(not(windows))",
            "cfg(all())",
            "cfg(any())",
            "cfg(not(unix, windows))",
            "cfg(unix",
            "cfg(all(unix windows))",
            'cfg(target_feature = "atomics")',
            'cfg(target_feature = "mutable-globals")',
            'cfg(panic = "abort")',
            "wasm32-wasip1",
        ]
    )
)

# name: (variables, files); the project lies in `p`
SITUATIONS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing": ({}, {}),
    "a list": ({}, {"p/.cargo/config.toml": build("a", "b")}),
    "a string": ({}, {"p/.cargo/config.toml": f'[build]\nrustflags = "{flag("a")}  {flag("b")} "\n'}),
    "two folders": ({}, {"p/.cargo/config.toml": build("near"), ".cargo/config.toml": build("far")}),
    "two strings": (
        {},
        {
            "p/.cargo/config.toml": f"[build]\nrustflags = '{flag('near')}'\n",
            ".cargo/config.toml": f"[build]\nrustflags = '{flag('far')}'\n",
        },
    ),
    "target and cfg join, build does not": ({}, {"p/.cargo/config.toml": ALL}),
    "target variable": ({OWN: f"{flag('env')} {flag('two')}"}, {"p/.cargo/config.toml": ALL}),
    "build variable": ({"CARGO_BUILD_RUSTFLAGS": flag("env")}, {"p/.cargo/config.toml": build("build")}),
    "build variable and target": ({"CARGO_BUILD_RUSTFLAGS": flag("env")}, {"p/.cargo/config.toml": ALL}),
    "plain variable": ({"RUSTFLAGS": f" {flag('x')}  {flag('y')}"}, {"p/.cargo/config.toml": ALL}),
    "empty plain variable": ({"RUSTFLAGS": ""}, {"p/.cargo/config.toml": ALL}),
    "encoded variable": (
        {"CARGO_ENCODED_RUSTFLAGS": f"{flag('x')}\x1f{flag('y')}", "RUSTFLAGS": flag("no")},
        {"p/.cargo/config.toml": ALL},
    ),
    "empty encoded variable": ({"CARGO_ENCODED_RUSTFLAGS": ""}, {"p/.cargo/config.toml": ALL}),
    "empty list of the target": (
        {},
        {"p/.cargo/config.toml": build("build") + f"[target.{TARGET}]\nrustflags = []\n"},
    ),
    "both file names, the same": ({}, {"p/.cargo/config": build("a"), "p/.cargo/config.toml": build("a")}),
    "old file name": ({}, {"p/.cargo/config": build("a")}),
    "expressions": ({}, {"p/.cargo/config.toml": CFGS}),
    "cfg over two folders": (
        {},
        {
            "p/.cargo/config.toml": target("near", table="cfg(all())"),
            ".cargo/config.toml": target("far", table="cfg(all())"),
        },
    ),
    "includes": (
        {},
        {
            "p/.cargo/config.toml": "include = ['a.toml', { path = 'b.toml' },"
            " { path = 'c.toml', optional = true }]\n" + build("own"),
            "p/.cargo/a.toml": build("a"),
            "p/.cargo/b.toml": build("b"),
            ".cargo/config.toml": build("far"),
        },
    ),
}

REFUSED: dict[str, dict[str, str]] = {
    "list and string": {
        "p/.cargo/config.toml": build("a"),
        ".cargo/config.toml": f"[build]\nrustflags = '{flag('b')}'\n",
    },
    "include as string": {"p/.cargo/config.toml": "include = 'a.toml'\n", "p/.cargo/a.toml": ""},
    "include without ending": {"p/.cargo/config.toml": "include = ['a']\n", "p/.cargo/a": ""},
    "include of nothing": {"p/.cargo/config.toml": "include = ['a.toml']\n"},
    "include in a circle": {
        "p/.cargo/config.toml": "include = ['a.toml']\n",
        "p/.cargo/a.toml": "include = ['config.toml']\n",
    },
    "include twice": {"p/.cargo/config.toml": "include = ['a.toml', 'a.toml']\n", "p/.cargo/a.toml": ""},
}


def _handed_over(tmp_path: Path, variables: dict[str, str]) -> list[str] | None:
    """The marked arguments that the script was called with; None where Cargo never called it."""
    script, record = tmp_path / "recorder", tmp_path / "record"
    script.write_text(RECORDER)
    script.chmod(0o755)
    own = {"RUSTC": str(script), "REAL_RUSTC": str(sysroot() / "bin" / "rustc"), "RECORD": str(record)}
    cargo(
        "build",
        "--target",
        TARGET,
        folder=tmp_path / "tree" / "p",
        home=tmp_path / "home",
        variables={**own, **variables},
    )
    if not record.exists():
        return None
    return [each for each in record.read_text().splitlines() if each.startswith(MARK)]


def _project(tmp_path: Path, files: dict[str, str]) -> Path:
    tree = tmp_path / "tree"
    write(tree, {"p/Cargo.toml": package("p"), "p/src/lib.rs": "#![no_std]\n", **files})
    return tree


@pytest.mark.skipif(os.name != "posix", reason="the compiler's stand-in is a shell script")
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_flags_are_those_of_cargo(name: str, tmp_path: Path) -> None:
    variables, files = SITUATIONS[name]
    tree = _project(tmp_path, files)
    found = read_config(Sources(DiskTree(tree)), "p", variables).rustflags(TARGET)
    assert [each.text for each in found] == _handed_over(tmp_path, variables)


@pytest.mark.skipif(os.name != "posix", reason="the compiler's stand-in is a shell script")
@pytest.mark.parametrize("name", REFUSED)
def test_what_cargo_refuses_is_refused(name: str, tmp_path: Path) -> None:
    tree = _project(tmp_path, REFUSED[name])
    assert _handed_over(tmp_path, {}) is None
    with pytest.raises(UnreadableInput):
        read_config(Sources(DiskTree(tree)), "p", {})
