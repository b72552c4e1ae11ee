"""Checks of what workflows do: the Wasmtime they install, and versions that YAML takes for numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wasifix.checks import Check
from wasifix.model import Build, Confidence, Finding, Level
from wasifix.project.ci import NUMBER
from wasifix.project.targets import THREADS_TARGETS
from wasifix.rust import Release

WITHOUT_THREADS = 47
"""The first major version of Wasmtime without wasi-threads: https://github.com/bytecodealliance/wasmtime/pull/13558"""
WITH_THREADS = 7
"""The first that has them."""
SUPPORTED = "36.0.9"
"""A release of the long-term line that has wasi-threads, until 2027-08: https://docs.wasmtime.dev/stability-release.html"""

CI_CHECKS = (
    Check(
        id="wasmtime-without-threads",
        title="this Wasmtime cannot run modules with threads",
        explanation=(
            "Wasmtime 47 (2026-07-20) dropped wasi-threads, so that it cannot run wasm32-wasip1-threads at "
            "all, whatever the Rust version; and an installation without a version takes the latest. The "
            f"supported line that has it is 36: pin {SUPPORTED}. Its flag is `-S threads`; 40 to 46 need "
            "`-W shared-memory` too, which 36 refuses, so no one command line fits both."
        ),
        reference="https://github.com/bytecodealliance/wasmtime/pull/13558",
    ),
    Check(
        id="version-as-float",
        title="YAML takes this version for a number",
        explanation=(
            "Without quotes 1.90 is the number 1.9 in YAML, and so the name of the release of 2016. Put it "
            "in quotes, or write all three numbers."
        ),
        reference="https://github.com/dtolnay/rust-toolchain/issues/112",
    ),
)
"""What `explain` says of them."""


def ci_checks(builds: Iterable[Build]) -> Iterator[Finding]:
    """The findings, one for each deciding place."""
    found: dict[tuple[object, ...], Finding] = {}
    for build in builds:
        for finding in (*_wasmtime(build), *_number(build)):
            key = (finding.id, finding.evidence[0])
            earlier = found.get(key)
            found[key] = replace(earlier, builds=(*earlier.builds, build.id)) if earlier else finding
    yield from found.values()


def _wasmtime(build: Build) -> Iterator[Finding]:
    fact = build.wasmtime
    if build.target.value not in THREADS_TARGETS or not fact.evidence:
        return
    judged = _judged(fact.value)
    if judged is None:
        return
    level, confidence, note = judged
    yield Finding(
        id="wasmtime-without-threads",
        level=level,
        confidence=confidence,
        message=MESSAGES[level],
        builds=(build.id,),
        evidence=(replace(fact.evidence[0], note=note), *fact.evidence[1:]),
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


def _number(build: Build) -> Iterator[Finding]:
    toolchain = build.toolchain
    if toolchain.evidence and toolchain.reason.startswith(NUMBER):
        yield Finding(
            id="version-as-float",
            level=Level.ERROR,
            confidence=Confidence.CONFIRMED,
            message="YAML takes this version for a number",
            builds=(build.id,),
            evidence=(replace(toolchain.evidence[0], note=toolchain.reason),),
        )
