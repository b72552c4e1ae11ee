"""Checks of what runs a project: its workflows, runners and variables, and the bots that change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from wasifix.ci_checks import (
    bot_undoes_pin,
    ci_differs,
    rustflags_dropped,
    version_as_float,
    wasmtime_flags,
    wasmtime_version,
)
from wasifix.model import Build, Finding
from wasifix.project import Project

CI_CHECKS = (
    wasmtime_version.CHECK,
    wasmtime_flags.CHECK,
    rustflags_dropped.CHECK,
    ci_differs.CHECK,
    version_as_float.CHECK,
    bot_undoes_pin.CHECK,
)
"""What `explain` says of them."""


def ci_checks(project: Project, builds: tuple[Build, ...], known: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, one for each deciding place. `known` are those of the advisories."""
    memory = (finding for finding in known if finding.fails and finding.id == "memory-cannot-grow")
    hit = {build for finding in memory for build in finding.builds}
    found: dict[tuple[object, ...], Finding] = {}
    for finding in (
        *(each for build in builds for each in _of_build(build, build.id in hit)),
        *wasmtime_flags.unfit_commands(project, builds),
    ):
        key = (finding.id, finding.level, finding.message, finding.evidence[0])
        earlier = found.get(key, finding)
        ids = dict.fromkeys((*earlier.builds, *finding.builds))
        found[key] = replace(earlier, builds=tuple(ids))
    yield from found.values()
    yield from ci_differs.differing_toolchains(project, builds)
    yield from ci_differs.differing_memory(builds)
    yield from bot_undoes_pin.undone_pins(project, builds)


def _of_build(build: Build, is_hit: bool) -> Iterator[Finding]:
    yield from wasmtime_version.without_threads(build)
    yield from wasmtime_flags.unfit_flags(build)
    yield from rustflags_dropped.dropped_flags(build, is_hit)
    yield from version_as_float.version_as_float(build)
