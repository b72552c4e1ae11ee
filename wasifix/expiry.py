"""Workarounds whose reason is gone."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.advisories import Advisory
from wasifix.coverage import in_force, reaches
from wasifix.detect import standing
from wasifix.markers import Marker
from wasifix.model import Build, Confidence, Effect, Finding, Level
from wasifix.project import Project
from wasifix.releases import recommended
from wasifix.rust import Answer

GIVEN_BY_TARGET = 2**30
"""Bytes; the --max-memory that the target passes by itself since Rust 1.92."""


def stale_workarounds(
    project: Project, builds: tuple[Build, ...], advisories: tuple[Advisory, ...]
) -> Iterator[Finding]:
    """A note for each marked workaround that is not needed any more, or has something better."""
    known = {advisory.id: advisory for advisory in advisories}
    for path, text, marker in project.markers():
        advisory = known.get(marker.author.advisory)
        if advisory is None or not in_force(path, text, marker):
            continue
        reached = tuple(build for build in builds if reaches(path, text, marker, build))
        if (why := _stale(project, reached, advisory, marker)) is not None:
            yield Finding(
                id="stale-workaround",
                level=Level.NOTE,
                confidence=Confidence.CONFIRMED,
                message=why,
                builds=tuple(build.id for build in reached or builds),
                evidence=(marker.evidence(path, text),),
            )


def _stale(project: Project, builds: tuple[Build, ...], advisory: Advisory, marker: Marker) -> str | None:
    name = marker.author.strategy
    if name == "upgrade":
        return None
    local = next((build.is_local for build in builds), True)
    toolchain = project.toolchain.value if local else builds[0].toolchain.value
    answer = standing(advisory, toolchain)
    if name == "pin":
        fixed = not any(recommended() in each for affected in advisory.affected for each in affected.rust)
        if answer is not Answer.YES or not fixed:
            return None
        return f"the pin holds back the fix: Rust {recommended()} has it (wasifix apply --strategy upgrade)"
    if answer is not Answer.NO or toolchain is None:
        return None
    if name == "max-memory" and any((build.max_memory.value or 0) > GIVEN_BY_TARGET for build in builds):
        return None
    reason = (
        "the target passes --max-memory by itself now"
        if marker.author.effect is Effect.REMOVES_CAUSE
        else f"Rust {toolchain.name} is not hit"
    )
    return f"`{name}` is not needed any more: {reason} (wasifix remove --strategy {name})"
