"""Move to a release that has the fix and no known worse bug."""

from __future__ import annotations

from wasifix.model import Declined, Effect, Plan
from wasifix.project import Project
from wasifix.releases import avoided, recommended
from wasifix.strategies.base import Hits, Options, Strategy, test_command
from wasifix.strategies.toolchains import (
    bot_notes,
    install_commands,
    needs_nightly,
    one_line_note,
    own_toolchain,
    toolchain_edits,
    variable_note,
)


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """As `pin`, but upward; a release with a known worse bug is taken only on demand, with a warning."""
    release = options.rust or recommended()
    if declined := own_toolchain(project, "upgrade") or needs_nightly(project, "upgrade"):
        return declined
    notes = [note for note in (one_line_note(project), variable_note(project)) if note]
    notes += [
        f"warning: Rust {release} {bad.why}, see {bad.reference}"
        for bad in avoided()
        if bad.release == release
    ]
    if project.toolchain.value is not None and project.toolchain.value.is_floating:
        channel = project.toolchain.value.name
        notes.append(f"`rustup update {channel}` is enough where everybody's {channel} may move")
    edits = tuple(toolchain_edits(project, release, hits.targets))
    notes += bot_notes(project, edits)
    return Plan(
        strategy="upgrade",
        summary=f"Move to Rust {release}",
        edits=edits,
        follow_up=(*install_commands(release, hits.targets), *test_command(hits.targets)),
        notes=tuple(notes),
    )


UPGRADE = Strategy(
    name="upgrade",
    summary=f"Move to Rust {recommended()}",
    short=f"Rust {recommended()}",
    effect=Effect.REMOVES_CAUSE,
    caveat="it has the fix, and no worse bug of it is known",
    reference="https://github.com/rust-lang/rust/pull/147225",
    plan=plan,
)
