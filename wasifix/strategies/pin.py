"""Hold the toolchain at one release (the article's step 2)."""

from __future__ import annotations

from wasifix.model import Declined, Effect, Plan
from wasifix.project import Project
from wasifix.rust import Release
from wasifix.strategies.base import Hits, Options, Strategy, test_command
from wasifix.strategies.toolchains import (
    bot_notes,
    install_commands,
    obstacle,
    one_line_note,
    toolchain_edits,
    variable_note,
)

DEFAULT = Release(1, 90, 0)


def plan(project: Project, hits: Hits, options: Options) -> Plan | Declined:
    """Sets the channel where it is chosen, or makes a rust-toolchain.toml at the workspace root."""
    release = options.rust or DEFAULT
    if declined := obstacle(project, "pin", release):
        return declined
    present = project.toolchain.value
    if options.rust is None and present is not None and present.high is not None and present.high < release:
        return Declined(
            strategy="pin",
            reason=f"the toolchain is {present.name}, older than {release} already; a newer one is no pin",
            at=project.toolchain.evidence[0],
            instead="--strategy max-memory, or --rust to name the release",
        )
    unmarked = any(file.document is not None for file in project.toolchain_files) and not any(
        "pin" in finding.covered_by for finding in hits.findings
    )
    if present is not None and present.exact == release and unmarked and not options.force:
        return Declined(
            strategy="pin",
            reason=f"the toolchain is {release} already, and that release is hit too",
            at=project.toolchain.evidence[0],
            instead="--strategy upgrade or max-memory, which remove the cause",
        )
    notes = [note for note in (one_line_note(project), variable_note(project)) if note]
    if not hits.findings:
        notes.append(f"this project is not hit now; Rust {release} links a memory that cannot grow")
    edits = tuple(toolchain_edits(project, release, hits.targets))
    notes += bot_notes(project, edits)
    return Plan(
        strategy="pin",
        summary=f"Hold the toolchain at Rust {release}",
        edits=edits,
        follow_up=(*install_commands(release, hits.targets), *test_command(hits.targets)),
        notes=tuple(notes),
    )


PIN = Strategy(
    name="pin",
    summary="Hold the toolchain at Rust 1.90.0",
    short="Rust 1.90.0",
    effect=Effect.UNPROVEN,
    caveat="every Rust before 1.92 links the same fixed-size memory: the crash can return",
    reference="https://github.com/rust-lang/rust/issues/146721",
    plan=plan,
)
