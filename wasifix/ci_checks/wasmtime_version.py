"""The Wasmtime that a workflow installs has no wasi-threads."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Fact, Finding, Level
from wasifix.project.targets import THREADS_TARGETS
from wasifix.wasmtime_flags import LATEST, lines, lines_for, supported, versions_of

CHECK = Check(
    id="wasmtime-without-threads",
    title="this Wasmtime cannot run modules with threads",
    explanation=(
        "Wasmtime 47 (2026-07-20) dropped wasi-threads, so that it cannot run wasm32-wasip1-threads at "
        "all, whatever the Rust version; and an installation without a version takes the latest. The "
        f"supported line that has it is 36: pin {supported()}. Its flag is `-S threads`; 40 to 46 need "
        "`-W shared-memory` too, which 36 refuses, so no one command line fits both."
    ),
    reference="https://github.com/bytecodealliance/wasmtime/pull/13558",
    remedies=("runner",),
)


def without_threads(build: Build) -> Iterator[Finding]:
    """The finding about a build, if its workflow installs what cannot run it."""
    if build.target.value in THREADS_TARGETS:
        yield from too_old_or_new(build.wasmtime, (build.id,))


def too_old_or_new(wasmtime: Fact[str], builds: tuple[str, ...]) -> Iterator[Finding]:
    """The finding about an installed Wasmtime; nothing where the evidence shows none."""
    judged = _judged(wasmtime.value) if wasmtime.evidence else None
    if judged is None:
        return
    level, confidence, note = judged
    yield Finding(
        id=CHECK.id,
        level=level,
        confidence=confidence,
        message=MESSAGES[level],
        builds=builds,
        evidence=(replace(wasmtime.evidence[0], note=note), *wasmtime.evidence[1:]),
    )


MESSAGES = {
    Level.ERROR: "this Wasmtime cannot run modules with threads",
    Level.NOTE: "a later Wasmtime cannot run modules with threads",
}


def _judged(version: str | None) -> tuple[Level, Confidence, str] | None:
    versions = versions_of(version) if version else None
    if versions is None:
        gone = lines()[-1].releases.introduced.major
        return Level.NOTE, Confidence.POSSIBLE, f"wasi-threads is gone since {gone}: is it older?"
    if any(line.has_threads for line in lines_for(versions)):
        last = "46 is the last that has wasi-threads, 36 the supported line"
        is_late = versions.introduced.major >= 40
        return (Level.NOTE, Confidence.CONFIRMED, last) if is_late else None
    if version == LATEST:
        return Level.ERROR, Confidence.LIKELY, f"the latest has no wasi-threads; {supported()} has"
    return Level.ERROR, Confidence.CONFIRMED, f"no wasi-threads in {version}; {supported()} has"
