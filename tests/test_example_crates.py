"""The examples themselves: what their READMEs claim is what `check` says, and Cargo can build them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from running import EXAMPLE_NAMES, EXAMPLES, Result, copied_example, program, run

WITH_DEPENDENCIES = {"napi"}
NEEDS_NIGHTLY = {"nightly-only"}
QUIET = {"import-module-mixup"}
"""Holds for every project on some releases, so that a README need not say it."""
needs_cargo = pytest.mark.skipif(shutil.which("cargo") is None, reason="needs Cargo")


def cargo(name: str, folder: Path, *arguments: str) -> Result:
    """Cargo without network, with a toolchain that is there, acting as a nightly where the example asks."""
    nightly = {"RUSTC_BOOTSTRAP": "1"} if name in NEEDS_NIGHTLY else {}
    variables = {"RUSTUP_TOOLCHAIN": "stable", "CARGO_NET_OFFLINE": "true", **nightly}
    return program("cargo", *arguments, folder=folder, variables=variables)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_readme_says_what_check_says(name: str, tmp_path: Path) -> None:
    text = (EXAMPLES / name / "README.md").read_text("utf-8")
    assert text.startswith(f"# {name}\n\n")
    assert text.count("\n\n") == 1, "one heading, one paragraph"
    said = set(re.findall(r"`(?:error|warning|note|ok)\[[a-z-]+\]`", text))
    printed = run("check", folder=copied_example(name, tmp_path / "project")).stdout.decode()
    found = {f"`{head}`" for head in re.findall(r"^(\w+\[[a-z-]+\]): ", printed, re.MULTILINE)}
    assert said <= found
    loud = {head for head in found if not head.startswith("`ok") and not any(each in head for each in QUIET)}
    assert loud <= said


@needs_cargo
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_cargo_accepts_the_manifest(name: str, tmp_path: Path) -> None:
    folder = copied_example(name, tmp_path / "project")
    done = cargo(name, folder, "metadata", "--no-deps", "--format-version", "1")
    assert done.exit_code == 0, done.stderr.decode()


@needs_cargo
@pytest.mark.parametrize("name", [name for name in EXAMPLE_NAMES if name not in WITH_DEPENDENCIES])
def test_its_own_tests_pass_on_this_machine(name: str, tmp_path: Path) -> None:
    folder = copied_example(name, tmp_path / "project")
    version = program("rustc", "-vV", folder=tmp_path, variables={"RUSTUP_TOOLCHAIN": "stable"})
    host = version.stdout.decode().partition("host: ")[2].splitlines()[0]
    done = cargo(name, folder, "test", "--workspace", "--ignore-rust-version", "--target", host)
    assert done.exit_code == 0, done.stderr.decode()


def test_the_line_ends_of_windows_are_there() -> None:
    for file in ("Cargo.toml", "rust-toolchain.toml"):
        data = (EXAMPLES / "crlf" / file).read_bytes()
        assert data.count(b"\r\n") == data.count(b"\n") > 0
