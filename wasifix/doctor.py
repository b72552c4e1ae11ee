"""What a machine means for a project: which problems there are, and what to do about each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from wasifix.machine import Machine, Program
from wasifix.model import Build, Finding, Level, Report
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Channel
from wasifix.wasmtime_flags import lines_for, problem_with, supported

MEMORY_CANNOT_GROW = "memory-cannot-grow"
WASMTIME_FLAGS = "wasmtime-flags"
"""What `check` can only guess about the flags is known here."""
_EFFECTS = (
    (r"(CARGO_ENCODED_)?RUSTFLAGS", "replaces all rustflags of the configuration files"),
    (r"CARGO_TARGET_.*_RUSTFLAGS", "is added to the rustflags of this target"),
    (r"CARGO_BUILD_RUSTFLAGS", "is added to [build] rustflags"),
    (r"CARGO_TARGET_.*_RUNNER", "replaces the configured runner"),
    (r"CARGO_TARGET_.*_LINKER", "replaces the configured linker"),
    (r"CARGO_BUILD_TARGET", "replaces the configured target"),
    (r"CARGO_PROFILE_.*", "replaces this setting of the profile"),
    (r"RUSTUP_TOOLCHAIN", "wins over the rust-toolchain files"),
    (r"RUSTC_BOOTSTRAP", "makes a stable rustc act as a nightly"),
    (r".*RUSTC.*", "puts another program in rustc's place"),
)
"""What each variable does to the files, the first that matches."""


class Problem(Struct, frozen=True, kw_only=True):
    """Something that is wrong, and the command that comes next; empty where there is none."""

    level: Level
    message: str
    command: str = ""


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What `doctor` found. `report` is that of the project with this machine's rustc; None without one."""

    machine: Machine
    report: Report | None
    no_report: str
    problems: tuple[Problem, ...]

    @property
    def fails(self) -> bool:
        return any(each.level is not Level.NOTE for each in self.problems)

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if self.fails:
            return self.problems[0].message
        if self.report is None:
            return "nothing is wrong with the machine; there is no project here to look at"
        if not self.report.builds:
            return "nothing is wrong with the machine; the project builds nothing for WebAssembly"
        return "nothing is wrong: this machine can build and run the project"


def diagnose(machine: Machine, report: Report | None, no_report: str = "") -> Diagnosis:
    """Puts the two together. `no_report` says why there is no report."""
    builds = tuple(each for each in report.builds if each.is_local) if report else ()
    problems = [
        *_findings(machine, report),
        *_unexplained(machine, report, builds),
        *_toolchain_problems(machine),
        *_target_problems(machine, builds),
        *_runner_problems(machine, builds),
    ]
    order = list(Level)
    problems.sort(key=lambda each: order.index(each.level))
    return Diagnosis(machine=machine, report=report, no_report=no_report, problems=tuple(problems))


def effect_of(variable: str) -> str:
    """What an environment variable does to what the files say."""
    return next(words for pattern, words in _EFFECTS if re.fullmatch(pattern, variable))


def _toolchain_problems(machine: Machine) -> Iterator[Problem]:
    rustup = machine.program("rustup")
    if machine.active.value is None:
        command = "" if rustup.path else "install Rust: https://rustup.rs"
        missing = re.search(r"toolchain '([^']+)'.* is not installed", machine.active.reason)
        if missing:
            command = f"rustup toolchain install {missing[1]}"
        yield Problem(
            level=Level.ERROR, message=f"no toolchain here: {machine.active.reason}", command=command
        )
        return
    for name in ("rustc", "cargo"):
        program = machine.program(name)
        if program.problem:
            yield Problem(level=Level.ERROR, message=f"{name}: {program.problem}")
    if machine.active.value == "" and rustup.path:
        yield Problem(
            level=Level.WARNING, message=machine.active.reason, command="put rustup's rustc first in PATH"
        )


def _target_problems(machine: Machine, builds: tuple[Build, ...]) -> Iterator[Problem]:
    targets = machine.targets
    if targets is None:
        return
    for triple in dict.fromkeys(str(build.target.value) for build in builds):
        if triple not in targets:
            yield Problem(
                level=Level.ERROR,
                message=f"the target {triple} is not installed for {machine.active.value}",
                command=f"rustup target add {triple}",
            )


def _findings(machine: Machine, report: Report | None) -> Iterator[Problem]:
    """What `check` finds with this rustc, unless its own specification shows otherwise."""
    for finding in report.findings if report else ():
        if not report or not report.is_local(finding) or finding.id == WASMTIME_FLAGS:
            continue
        command = finding.remedies[0].command if finding.remedies else f"wasifix explain {finding.id}"
        if finding.id == MEMORY_CANNOT_GROW and machine.spec_max_memory.value:
            message = f"{finding.id} does not hit here: this rustc itself passes --max-memory"
            yield Problem(level=Level.NOTE, message=message, command=f"wasifix explain {finding.id}")
        elif finding.fails:
            yield Problem(level=finding.level, message=_in_words(finding), command=command)


def _in_words(finding: Finding) -> str:
    places = [each.place for each in finding.evidence if each.path]
    return f"{finding.id}: {finding.message}" + (f" ({places[0]})" if places else "")


def _unexplained(machine: Machine, report: Report | None, builds: tuple[Build, ...]) -> Iterator[Problem]:
    """A rustc that passes no --max-memory although its number says so, as that of another maker may."""
    compiler = machine.compiler.value
    known = {finding.id for finding in report.findings} if report else set()
    hit = [
        build
        for build in builds
        if build.target.value in THREADS_TARGETS and not build.max_memory.value and not build.bootstrap.value
    ]
    prevented = (
        {each.build for each in report.prevented if each.id == MEMORY_CANNOT_GROW} if report else set()
    )
    if machine.spec_max_memory.value != 0 or compiler is None or compiler.channel is Channel.NIGHTLY:
        return
    if MEMORY_CANNOT_GROW not in known and any(build.id not in prevented for build in hit):
        yield Problem(
            level=Level.WARNING,
            message=f"{MEMORY_CANNOT_GROW}: this rustc ({compiler.name}) passes no --max-memory",
            command="wasifix apply --strategy max-memory --force",
        )


def _runner_problems(machine: Machine, builds: tuple[Build, ...]) -> Iterator[Problem]:
    runners = {
        build.runner.value: any(each.path for each in build.runner.evidence)
        for build in builds
        if build.target.value in THREADS_TARGETS and build.runner.value
    }
    for runner, is_in_file in runners.items():
        words = runner.split()
        if words and re.split(r"[/\\]", words[0])[-1].removesuffix(".exe") == "wasmtime":
            yield from _wasmtime_problems(machine.program("wasmtime"), words, is_in_file)


def _wasmtime_problems(wasmtime: Program, words: list[str], is_in_file: bool) -> Iterator[Problem]:
    """What is wrong with this Wasmtime, or with the runner's flags for it."""
    release = wasmtime.release
    if release is None:
        message = f"the runner needs Wasmtime: {wasmtime.problem}"
        yield Problem(level=Level.ERROR, message=message, command=f"install Wasmtime {supported()}")
    elif not lines_for(release)[0].has_threads:
        yield Problem(
            level=Level.ERROR,
            message=f"Wasmtime {wasmtime.version} has no wasi-threads: it cannot run this target",
            command=f"install Wasmtime {supported()}, or use the runner `wasifix run --dir .`",
        )
    elif (unfit := problem_with(words, release)) is not None:
        edit = f"wasifix apply --strategy runner --wasmtime {release}"
        yield Problem(
            level=Level.ERROR,
            message=f"the runner does not fit: {unfit}",
            command=edit if is_in_file else f"set the variable to `{' '.join(unfit.fits[0].words)}`",
        )
