"""Workarounds whose reason is gone."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.advisories import Advisory
from wasifix.detect import in_force, standing
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
        if advisory is None or not in_force(text, marker):
            continue
        if (why := _stale(project, builds, advisory, marker)) is not None:
            yield Finding(
                id="stale-workaround",
                level=Level.NOTE,
                confidence=Confidence.CONFIRMED,
                message=why,
                builds=tuple(build.id for build in builds),
                evidence=(marker.evidence(path, text),),
            )


def _stale(project: Project, builds: tuple[Build, ...], advisory: Advisory, marker: Marker) -> str | None:
    name = marker.author.strategy
    if name == "upgrade":
        return None
    answer = standing(advisory, project.toolchain.value)
    if name == "pin":
        fixed = not any(recommended() in each for affected in advisory.affected for each in affected.rust)
        if answer is not Answer.YES or not fixed:
            return None
        return f"the pin holds back the fix: Rust {recommended()} has it (wasifix apply --strategy upgrade)"
    if answer is not Answer.NO or project.toolchain.value is None:
        return None
    if name == "max-memory" and any((build.max_memory.value or 0) > GIVEN_BY_TARGET for build in builds):
        return None
    reason = (
        "the target passes --max-memory by itself now"
        if marker.author.effect is Effect.REMOVES_CAUSE
        else f"Rust {project.toolchain.value.name} is not hit"
    )
    return f"`{name}` is not needed any more: {reason} (wasifix remove --strategy {name})"
