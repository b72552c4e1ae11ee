"""The flags of a runner do not fit the Wasmtime that it meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Evidence, Finding, Level
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Release, ReleaseRange
from wasifix.wasmtime_flags import Problem, lines, lines_for, named, problem_with, versions_of

CHECK = Check(
    id="wasmtime-flags",
    title="these flags do not fit this Wasmtime",
    explanation=(
        "Modules with threads need flags, and each Wasmtime refuses those that it does not know. 7 to 13: "
        "`--wasm-features=threads --wasi-modules=experimental-wasi-threads`. 14: `-W threads -S threads`. "
        "15 to 39: `-S threads`. 40 to 46: `-S threads -W shared-memory`. 47 and later: none helps, "
        "wasi-threads is gone. As 39 and earlier refuse `-W shared-memory`, no one command line fits "
        "both 36 (the supported line) and 40 to 46: choose a version, then its flags."
    ),
    reference="https://github.com/bytecodealliance/wasmtime/pull/12036",
)
_SHOWN_FROM = 22
"""The first major version whose flags are shown where none is known; the older ones are of 2023."""


def unfit_flags(build: Build) -> Iterator[Finding]:
    """The finding about a build, if its runner's flags fit no Wasmtime that it can meet.

    Where a workflow installs a Wasmtime that is not known, or too new, a note says what the newest that has
    wasi-threads would need; where nothing is known of it, nothing but what is wrong for all is said.
    """
    runner = build.runner
    if build.target.value not in THREADS_TARGETS or runner.value is None or not runner.evidence:
        return
    words = tuple(runner.value.split())
    version = versions_of(build.wasmtime.value or "")
    if version is not None and any(line.has_threads for line in lines_for(version)):
        problem = problem_with(words, version)
        if problem is not None:
            message = f"the runner's flags do not fit Wasmtime {build.wasmtime.value}"
            yield _finding(build, Level.ERROR, Confidence.CONFIRMED, message, problem)
    elif problem_with(words, _with_threads()) is not None:
        problem = problem_with(words, _with_threads(_SHOWN_FROM))
        if problem is not None:
            message = "with these flags no Wasmtime runs modules with threads"
            yield _finding(build, Level.WARNING, Confidence.LIKELY, message, problem)
    elif build.wasmtime.evidence:
        newest = [line for line in lines() if line.has_threads][-1]
        problem = problem_with(words, newest.releases)
        if problem is not None:
            message = f"Wasmtime {named(problem.releases)} would need other flags than these"
            yield _finding(build, Level.NOTE, Confidence.POSSIBLE, message, problem)


def _with_threads(first: int = 0) -> ReleaseRange:
    """All releases that have wasi-threads, from a major version on."""
    known = [each.releases for each in lines() if each.has_threads]
    return ReleaseRange(max(known[0].introduced, Release(first, 0)), known[-1].fixed)


def _finding(build: Build, level: Level, confidence: Confidence, message: str, problem: Problem) -> Finding:
    right = (
        Evidence(path="", text=f"for {named(fit.releases)}", note=" ".join(fit.words)) for fit in problem.fits
    )
    return Finding(
        id=CHECK.id,
        level=level,
        confidence=confidence,
        message=message,
        builds=(build.id,),
        evidence=(
            replace(build.runner.evidence[0], note=f"{problem}"),
            *build.wasmtime.evidence[:1],
            *right,
        ),
    )
