"""Hold the toolchain at one release (the article's step 2)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.model import Build, Evidence
from wasifix.project import Project
from wasifix.proposals import Declined, Plan
from wasifix.remedies import REMEDIES
from wasifix.rust import Release
from wasifix.strategies.base import Hits, Options, Strategy, test_command
from wasifix.strategies.toolchains import install_commands, moved, obstacle

DEFAULT = Release(1, 90, 0)


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """Sets the release where the toolchain is chosen, or makes a rust-toolchain.toml at the root."""
    release = options.rust or DEFAULT
    if declined := obstacle(project, "pin", release):
        return declined
    movable = tuple(build for build in hits.builds if options.rust or not _is_older(build, release))
    if hits.builds and not movable:
        toolchain = hits.builds[0].toolchain
        name = toolchain.value.name if toolchain.value else ""
        return Declined(
            strategy="pin",
            reason=f"the toolchain is {name}, older than {release} already; a newer one is no pin",
            at=toolchain.evidence[0],
            instead="--strategy max-memory, or --rust to name the release",
        )
    draft, notes = moved(project, replace(hits, builds=movable), release)
    is_ours = any("pin" in finding.covered_by for finding in hits.findings)
    if not (draft.units or draft.by_hand or options.force or is_ours):
        for at in _there_already(project, movable, release):
            return Declined(
                strategy="pin",
                reason=f"the toolchain is {release} already, and that release is hit too",
                at=at,
                instead="--strategy upgrade or max-memory, which remove the cause",
            )
    stays = tuple(build for build in hits.builds if build not in movable or _has(build, release))
    if stays and draft.units:
        places = ", ".join(dict.fromkeys(build.toolchain.evidence[0].place for build in stays))
        notes = (*notes, f"what is {release} or older already stays, and can be hit too: {places}")
    if not hits.findings:
        notes = (*notes, f"this project is not hit now; Rust {release} links a memory that cannot grow")
    return Plan(
        strategy="pin",
        summary=f"Hold the toolchain at Rust {release}",
        edits=draft.edits,
        by_hand=draft.left,
        stays=tuple(build.key for build in stays),
        follow_up=(*install_commands(release, hits.targets), *test_command(hits.targets)),
        notes=notes,
    )


def _is_older(build: Build, release: Release) -> bool:
    toolchain = build.toolchain.value
    return toolchain is not None and toolchain.high is not None and toolchain.high < release


def _there_already(project: Project, builds: tuple[Build, ...], release: Release) -> Iterator[Evidence]:
    """Where builds have the release; not a file of one line, which cannot say who put it there."""
    one_line = [file.path for file in project.toolchain_files if file.document is None]
    for build in builds:
        if _has(build, release):
            yield from (each for each in build.toolchain.evidence if each.path not in one_line)


def _has(build: Build, release: Release) -> bool:
    return build.toolchain.value is not None and build.toolchain.value.exact == release


PIN = Strategy(claim=REMEDIES["pin"], plan=plan)
