"""The flags of a runner do not fit the Wasmtime that it meets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.ci_checks.wasmtime_version import too_old_or_new
from wasifix.model import Build, Confidence, Evidence, Fact, Finding, Level
from wasifix.project import Project
from wasifix.project.file_names import workflow_files
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Release, ReleaseRange
from wasifix.wasmtime_flags import lines, lines_for, named, problem_with, versions_of

if TYPE_CHECKING:
    from wasifix.project.module_runs import ModuleRun
    from wasifix.project.scripts import CargoCall

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
    remedies=("runner",),
)
_SHOWN_FROM = 22
"""The first major version whose flags are shown where none is known; the older ones are of 2023."""


def unfit_flags(build: Build) -> Iterator[Finding]:
    """The finding about a build, if its runner's flags fit no Wasmtime that it can meet."""
    runner = build.runner
    if build.target.value not in THREADS_TARGETS or runner.value is None or not runner.evidence:
        return
    words = tuple(runner.value.split())
    yield from _judged(words, runner.evidence[0], build.wasmtime, (build.id,))


def unfit_commands(project: Project, builds: tuple[Build, ...]) -> Iterator[Finding]:
    """The findings about commands in workflows that run a module themselves, and about their Wasmtime."""
    if not builds or not workflow_files(project.sources):
        return
    from wasifix.project.module_runs import module_runs

    for run in module_runs(project.sources):
        ids = [build.id for build in builds if build.id.startswith(f"{run.path}:{run.job}:")]
        ids = ids or [build.id for build in builds if build.is_local] or [builds[0].id]
        version = _installed(project.calls, run)
        if version.evidence:
            yield from too_old_or_new(version, tuple(ids))
        yield from _judged(run.words, run.at, version, tuple(ids))


def _installed(calls: tuple[CargoCall, ...], run: ModuleRun) -> Fact[str]:
    """The Wasmtime that the job of a command installs, if all its legs install the same."""
    places = [call.wasmtime for call in calls if (call.path, call.job) == (run.path, run.job)]
    known = {each.version.text: each.version for each in places if each is not None}
    if len(known) != 1:
        return Fact(value=None)
    (one,) = known.values()
    return Fact(value=one.text, evidence=(*one.evidence[:1], run.at))


def _judged(
    words: tuple[str, ...], at: Evidence, wasmtime: Fact[str], builds: tuple[str, ...]
) -> Iterator[Finding]:
    """Whether the words fit the Wasmtime that a workflow installs.

    Where that is not known, or too new, a note says what the newest that has wasi-threads would need; where
    nothing at all is known of it, nothing but what is wrong for all is said.
    """
    version = versions_of(wasmtime.value or "")
    newest = [line for line in lines() if line.has_threads][-1]
    if version is not None and any(line.has_threads for line in lines_for(version)):
        message = f"the flags do not fit Wasmtime {wasmtime.value}"
        judged = problem_with(words, version), Level.ERROR, Confidence.CONFIRMED
    elif problem_with(words, _with_threads()) is not None:
        message = "with these flags no Wasmtime runs modules with threads"
        judged = problem_with(words, _with_threads(_SHOWN_FROM)), Level.WARNING, Confidence.LIKELY
    elif wasmtime.evidence:
        message = f"Wasmtime {newest.name} would need other flags than these"
        judged = problem_with(words, newest.releases), Level.NOTE, Confidence.POSSIBLE
    else:
        return
    problem, level, confidence = judged
    if problem is not None:
        right = (
            Evidence(path="", text=f"for {named(fit.releases)}", note=" ".join(fit.words))
            for fit in problem.fits
        )
        others = tuple(each for each in wasmtime.evidence[:1] if each != at)
        yield Finding(
            id=CHECK.id,
            level=level,
            confidence=confidence,
            message=message,
            builds=builds,
            evidence=(replace(at, note=str(problem)), *others, *right),
        )


def _with_threads(first: int = 0) -> ReleaseRange:
    """All releases that have wasi-threads, from a major version on."""
    known = [each.releases for each in lines() if each.has_threads]
    return ReleaseRange(max(known[0].introduced, Release(first, 0)), known[-1].fixed)
