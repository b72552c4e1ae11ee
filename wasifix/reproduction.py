"""A bug report that can be handed on: a minimal crate, a script that builds and runs it, and what is known.

Nothing of the project's own text goes into it, nor paths, names of users, or values of variables: only
versions, names of advisories and checks, and which of Cargo's variables are set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wasifix.advisories import Advisory, load_advisories
from wasifix.doctor import MEMORY_CANNOT_GROW, Diagnosis
from wasifix.machine import Machine
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Channel, Toolchain
from wasifix.wasmtime_flags import needed_flags, supported

REPORT = "report.md"
SCRIPT = "reproduce.sh"
_MANIFEST = """[package]
name = "reproduction"
version = "0.0.0"
edition = "2021"

[lib]
doctest = false

# No part of the workspace that this folder may lie in.
[workspace]
"""
_CRATE = """#[test]
fn nothing() {}

#[test]
fn a_megabyte() {
    assert_eq!(vec![1_u8; 1 << 20].len(), 1 << 20);
}

#[test]
fn a_thread() {
    std::thread::spawn(|| ()).join().unwrap();
}
"""
_SHOWN_VALUES = ("RUSTC_BOOTSTRAP", "CARGO_BUILD_TARGET")
"""The variables whose values tell nothing of the user."""


def reproduction(diagnosis: Diagnosis, measured: Iterable[str] = ()) -> dict[str, str]:
    """The files of the report: path and text. `measured` is a section of it, what `verify` found."""
    machine = diagnosis.machine
    files = {
        REPORT: "\n".join(_report(diagnosis, measured)) + "\n",
        SCRIPT: _script(machine),
        "Cargo.toml": _MANIFEST,
        "src/lib.rs": _CRATE,
        ".cargo/config.toml": f'[target.{machine.triple}]\nrunner = "{runner(machine)}"\n',
    }
    if (channel := _channel(diagnosis)) is not None:
        files["rust-toolchain.toml"] = f'[toolchain]\nchannel = "{channel}"\ntargets = ["{machine.triple}"]\n'
    return files


def runner(machine: Machine) -> str:
    """The Wasmtime command for the version that is installed, or else for the supported one."""
    release = machine.program("wasmtime").release
    flags = (needed_flags(release) if release is not None else None) or needed_flags(supported()) or ()
    return " ".join(("wasmtime", "run", *flags, "--dir", ".", "--"))


def _channel(diagnosis: Diagnosis) -> str | None:
    """The toolchain of the machine, or the one that the project asks for, by a name that others have too."""
    builds = diagnosis.report.builds if diagnosis.report else ()
    asked = next((build.toolchain.value for build in builds if build.is_local), None)
    toolchain = diagnosis.machine.compiler.value or asked
    return None if toolchain is None or toolchain.is_custom else _public_name(toolchain)


def _public_name(toolchain: Toolchain) -> str:
    """The name that rustup installs: a nightly goes by its day."""
    if toolchain.channel is Channel.NIGHTLY and toolchain.date is not None:
        return f"nightly-{toolchain.date}"
    return toolchain.name


def _script(machine: Machine) -> str:
    return f"""#!/bin/sh
# Builds and runs the tests of this crate, as `cargo test` in the project would, and shows the versions.
set -eu
cd "$(dirname "$0")"
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTUP_TOOLCHAIN RUSTC_BOOTSTRAP
rustc -vV
wasmtime --version
cargo test --target {machine.triple} --release -- --test-threads=1
"""


def _report(diagnosis: Diagnosis, measured: Iterable[str]) -> Iterator[str]:
    machine = diagnosis.machine
    advisories = _advisories(diagnosis)
    for advisory in advisories:
        yield f"# {advisory.title[0].upper()}{advisory.title[1:]} ({advisory.id})"
        yield from ("", advisory.explanation, "", "Shows as:", "")
        yield from (f"- `{_readable(each)}`" for each in advisory.symptoms)
        yield ""
    if not advisories:
        yield from (f"# A problem with {machine.triple}", "", "wasifix knows of none that hits here.", "")
    yield from (
        "## To reproduce",
        "",
        f"`sh {SCRIPT}` in this folder. Its crate has three tests and nothing else.",
        "",
    )
    yield from measured
    yield from ("## Versions", "", "| program | version |", "|---|---|")
    yield from (f"| {each.name} | {each.version or 'not found'} |" for each in machine.programs)
    yield from ("", *_toolchain(diagnosis), "")
    if machine.variables:
        yield from ("Variables that are set:", "", *_variables(machine), "")
    if diagnosis.report is not None and diagnosis.report.findings:
        yield from ("## What wasifix finds in the project", "")
        yield from dict.fromkeys(f"- {each.level}: {each.id}" for each in diagnosis.report.findings)
        yield ""
    yield from ("## Already known", "", "Look here before you file it again:", "")
    known = advisories or tuple(each for each in load_advisories() if each.id == MEMORY_CANNOT_GROW)
    yield from (f"- {link}" for each in known for link in each.references)


def _advisories(diagnosis: Diagnosis) -> tuple[Advisory, ...]:
    """Those that hit a local build, the loudest first; not the one that this rustc itself disproves."""
    report = diagnosis.report
    if report is None:
        return ()
    found = [each.id for each in report.findings if each.fails and report.is_local(each)]
    if diagnosis.machine.spec_max_memory.value:
        found = [name for name in found if name != MEMORY_CANNOT_GROW]
    known = {each.id: each for each in load_advisories()}
    return tuple(known[name] for name in dict.fromkeys(found) if name in known)


def _toolchain(diagnosis: Diagnosis) -> Iterator[str]:
    machine = diagnosis.machine
    yield f"Toolchain: {_channel(diagnosis) or 'one of its owner, or not known'}"
    yield f"Target: {machine.triple}"
    targets = machine.targets
    if targets is not None and machine.triple not in targets:
        yield "(not installed for the toolchain that is used here)"
    size = machine.spec_max_memory.value
    if size is not None:
        told = f"`--max-memory={size}`" if size else "no `--max-memory`"
        yield f"rustc's own specification of the target passes {told}."
    builds = diagnosis.report.builds if diagnosis.report else ()
    for build in builds:
        if build.is_local and build.target.value in THREADS_TARGETS and build.max_memory.value:
            yield f"The project passes `--max-memory={build.max_memory.value}`."


def _variables(machine: Machine) -> Iterator[str]:
    for name, value in machine.variables:
        shown = value if name in _SHOWN_VALUES and value.replace("-", "").replace("_", "").isalnum() else ""
        yield f"- `{name}={shown}`" if shown else f"- `{name}`"


def _readable(symptom: str) -> str:
    return symptom.replace("{number}", "N").replace("{any}", "...")
