"""Modules that the real rustc compiles and its own rust-lld links, with and without --max-memory."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from running import run
from rust_programs import TARGET, sysroot, write
from rust_programs import run as run_program

from wasifix.artifact import read_artifact
from wasifix.inspection import Verdict, inspect

# As the standard library of the target need not be installed, the crate has none, and brings the lang items.
CRATE = """#![feature(no_core, lang_items)]
#![allow(internal_features)]
#![no_core]
#![no_main]
#[lang = "pointee_sized"] pub trait PointeeSized {}
#[lang = "meta_sized"] pub trait MetaSized: PointeeSized {}
#[lang = "sized"] pub trait Sized: MetaSized {}
#[lang = "copy"] pub trait Copy {}
#[lang = "sync"] pub trait Sync {}
#[lang = "drop_in_place"] unsafe fn drop_in_place<T: PointeeSized>(_: *mut T) {}
impl Sync for u8 {}
impl Sync for [u8; 60000] {}
impl Copy for u8 {}
#[no_mangle] pub static BUFFER: [u8; 60000] = [7; 60000];
#[no_mangle] pub extern "C" fn _start() {}
"""
SHARED = (
    "--import-memory",
    "--export-memory",
    "--shared-memory",
    "-z",
    "stack-size=1048576",
    "--stack-first",
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An object file of the crate, for the target."""
    folder = tmp_path_factory.mktemp("crate")
    write(folder, {"app.rs": CRATE})
    arguments = (
        "--crate-type",
        "bin",
        "--emit",
        "obj",
        "--target",
        TARGET,
        "-C",
        "panic=abort",
        "-o",
        "app.o",
    )
    rustc = sysroot() / "bin" / "rustc"
    done = run_program(
        rustc, *arguments, "app.rs", folder=folder, home=folder, variables={"RUSTC_BOOTSTRAP": "1"}
    )
    if done.returncode:
        pytest.skip(f"this rustc wants other lang items: {done.stderr[:200]}")
    return folder / "app.o"


def linked(compiled: Path, place: Path, *arguments: str) -> Path:
    """The object linked by rust-lld."""
    found = list(sysroot().glob("lib/rustlib/*/bin/rust-lld*"))
    if not found:
        pytest.skip("needs rust-lld")
    output = place / "app.wasm"
    command = (found[0], "-flavor", "wasm", compiled, "-o", output, "--entry=_start", "--export=BUFFER")
    done = subprocess.run((*command, *arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output


@pytest.mark.parametrize(
    ("arguments", "limits", "verdict"),
    [
        (SHARED, (17, 17), Verdict.HIT),
        ((*SHARED, "--max-memory=1073741824"), (17, 16384), Verdict.GROWS),
        ((*SHARED, "--max-memory=4294967296"), (17, 65536), Verdict.GROWS),
        ((*SHARED, "--initial-memory=4194304"), (64, 64), Verdict.HIT),
        ((*SHARED, "--initial-memory=4194304", "--max-memory=4194304"), (64, 64), Verdict.HIT),
        ((*SHARED, "--max-memory=16777216", "--max-memory=1073741824"), (17, 16384), Verdict.GROWS),
        (("--max-memory=1073741824",), (2, 16384), Verdict.NOT_CONCERNED),
    ],
)
def test_the_limits_are_what_the_linker_was_told(
    compiled: Path, tmp_path: Path, arguments: tuple[str, ...], limits: tuple[int, int], verdict: Verdict
) -> None:
    built = inspect("app.wasm", linked(compiled, tmp_path, *arguments).read_bytes())
    assert built.artifact is not None
    found = built.artifact.memories[0].limits
    assert (found.minimum, found.maximum) == limits
    assert built.verdict is verdict


def test_the_command_exits_by_the_verdict(compiled: Path, tmp_path: Path) -> None:
    linked(compiled, tmp_path, *SHARED)
    assert run("inspect", "app.wasm", folder=tmp_path).exit_code == 1
    linked(compiled, tmp_path, *SHARED, "--max-memory=1073741824")
    assert run("inspect", "app.wasm", folder=tmp_path).exit_code == 0


def test_an_object_of_rustc_is_told_from_a_module(compiled: Path) -> None:
    artifact = read_artifact(compiled.read_bytes())
    assert artifact.is_object
    assert inspect("app.o", compiled.read_bytes()).verdict is Verdict.NOT_CONCERNED
