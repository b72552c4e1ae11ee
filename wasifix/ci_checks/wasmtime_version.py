"""The Wasmtime that a workflow installs has no wasi-threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Fact, Finding, Level
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Release

WITHOUT_THREADS = 47
"""The first major version of Wasmtime without wasi-threads: https://github.com/bytecodealliance/wasmtime/pull/13558"""
WITH_THREADS = 7
"""The first that has them."""
SUPPORTED = "36.0.9"
"""A release of the long-term line that has wasi-threads, until 2027-08: https://docs.wasmtime.dev/stability-release.html"""

CHECK = Check(
    id="wasmtime-without-threads",
    title="this Wasmtime cannot run modules with threads",
    explanation=(
        "Wasmtime 47 (2026-07-20) dropped wasi-threads, so that it cannot run wasm32-wasip1-threads at "
        "all, whatever the Rust version; and an installation without a version takes the latest. The "
        f"supported line that has it is 36: pin {SUPPORTED}. Its flag is `-S threads`; 40 to 46 need "
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
    if version is None:
        return Level.NOTE, Confidence.POSSIBLE, f"wasi-threads is gone since {WITHOUT_THREADS}: is it older?"
    if version == "latest":
        note = f"the latest has no wasi-threads; {SUPPORTED} has"
        return Level.ERROR, Confidence.LIKELY, note
    try:
        release = Release.parse(version.removeprefix("v"))
    except ValueError:
        return Level.NOTE, Confidence.POSSIBLE, f"wasi-threads is gone since {WITHOUT_THREADS}: is it older?"
    if WITH_THREADS <= release.major < WITHOUT_THREADS:
        last = "46 is the last that has wasi-threads, 36 the supported line"
        return (Level.NOTE, Confidence.CONFIRMED, last) if release.major >= 40 else None
    return Level.ERROR, Confidence.CONFIRMED, f"no wasi-threads in {version}; {SUPPORTED} has"
