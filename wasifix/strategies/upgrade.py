"""Move to a release that has the fix and no known worse bug."""

from __future__ import annotations

from wasifix.project import Project
from wasifix.proposals import Declined, Plan
from wasifix.releases import avoided, recommended
from wasifix.remedies import REMEDIES
from wasifix.strategies.base import Hits, Options, Strategy, test_command
from wasifix.strategies.toolchains import (
    install_commands,
    moved,
    needs_nightly,
    own_toolchain,
)


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """As `pin`, but upward; a release with a known worse bug is taken only on demand, with a warning."""
    release = options.rust or recommended()
    if declined := own_toolchain(project, "upgrade") or needs_nightly(project, "upgrade"):
        return declined
    draft, moving = moved(project, hits, release)
    notes = [*moving]
    notes += [
        f"warning: Rust {release} {bad.why}, see {bad.reference}"
        for bad in avoided()
        if bad.release == release
    ]
    if project.toolchain.value is not None and project.toolchain.value.is_floating:
        channel = project.toolchain.value.name
        notes.append(f"`rustup update {channel}` is enough where everybody's {channel} may move")
    return Plan(
        strategy="upgrade",
        summary=f"Move to Rust {release}",
        edits=draft.edits,
        by_hand=draft.left,
        follow_up=(*install_commands(release, hits.targets), *test_command(hits.targets)),
        notes=tuple(notes),
    )


UPGRADE = Strategy(claim=REMEDIES["upgrade"], plan=plan)
