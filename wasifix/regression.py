"""A test that catches the crash when it comes back: a script, and a job for GitHub (the article's step 7)."""

from __future__ import annotations

import shlex

from msgspec import Struct

from wasifix.errors import UsageError
from wasifix.model import Report
from wasifix.project import Project
from wasifix.project.cargo_config import target_variable
from wasifix.project.targets import THREADS_TARGETS
from wasifix.proposals import FileChange
from wasifix.regression_job import Job, with_job
from wasifix.rust import Release
from wasifix.tree import join
from wasifix.wasmtime_flags import fitted, lines_for, needed_flags, supported

SCRIPT = "test-wasm-threads.sh"
_FOLDERS = ("ci", ".ci", "scripts", "script")
"""Where projects keep such scripts; the first that is there is taken, else `scripts`."""


class RegressionTest(Struct, frozen=True, kw_only=True):
    """What would be written, and what is to be known about it. No changes: it is there already."""

    changes: tuple[FileChange, ...]
    script: str
    notes: tuple[str, ...] = ()


def regression_test(project: Project, report: Report, wasmtime: Release | None = None) -> RegressionTest:
    """The script and the job. Raises UsageError for a Wasmtime without wasi-threads, UnreadableInput."""
    version = wasmtime or supported()
    if not lines_for(version)[0].has_threads:
        raise UsageError(
            f"Wasmtime {version} cannot run modules with threads", advice=f"--wasmtime {supported()}"
        )
    tree, start = project.sources.tree, project.start
    folder = next((each for each in _FOLDERS if each in tree.folders(start)), "scripts")
    script = join(start, f"{folder}/{SCRIPT}")
    target = _target(report)
    text = _SCRIPT.format(
        target=target,
        variable=target_variable(target, "runner"),
        wasmtime=version,
        runner=shlex.quote(_runner(report, target, version)),
    )
    old = tree.read(script)
    changes = [] if old == text.encode() else [FileChange(path=script, old=old, new=text.encode())]
    workflow, notes = with_job(project, Job(target=target, script=script, start=start, wasmtime=version))
    return RegressionTest(changes=(*changes, *workflow), script=script, notes=notes)


def _target(report: Report) -> str:
    found = [str(each.target.value) for each in report.builds]
    return next((each for each in THREADS_TARGETS if each in found), THREADS_TARGETS[0])


def _runner(report: Report, target: str, version: Release) -> str:
    """The project's own Wasmtime command with the flags that fit, else one with what threads need."""
    for build in report.builds:
        if build.target.value == target and build.runner.value:
            words = fitted(build.runner.value.split(), version)
            if words is not None:
                return " ".join(words)
    return " ".join(("wasmtime", "run", *(needed_flags(version) or ()), "--dir", "."))


_SCRIPT = """#!/usr/bin/env bash
# Builds for {target}, sees whether the memory of the modules can grow, and runs the tests.
# Made by `wasifix regression-test`; why: https://github.com/bytecodealliance/wasmtime/issues/11958
set -euo pipefail
cd "$(dirname "${{BASH_SOURCE[0]}}")/.."

target={target}
wasmtime={wasmtime} # a release that has wasi-threads: 47 and later have not

# A folder of its own: what other builds left behind does not count.
CARGO_TARGET_DIR=$(mktemp -d)
export CARGO_TARGET_DIR
trap 'rm -rf "$CARGO_TARGET_DIR"' EXIT

cargo test --no-run --release --target "$target"
cargo build --release --target "$target"
wasifix inspect "$CARGO_TARGET_DIR/$target"

installed=$(wasmtime --version)
case $installed in
  wasmtime*" ${{wasmtime%%.*}}."*) ;;
  *)
    echo "needs Wasmtime ${{wasmtime%%.*}}, found: $installed" >&2
    exit 1
    ;;
esac
export {variable}={runner}
cargo test --release --target "$target"
"""
