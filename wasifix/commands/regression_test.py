"""`wasifix regression-test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.options import (
    AllowDirty,
    AllowNoVcs,
    Colour,
    ColourOption,
    DryRun,
    OutputFile,
    PathArgument,
    opened,
    release_option,
)
from wasifix.commands.printing import print_patch


def regression_test(
    path: PathArgument = Path(),
    dry_run: DryRun = False,
    wasmtime: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The Wasmtime to test with; it needs wasi-threads.")
    ] = None,
    allow_dirty: AllowDirty = False,
    allow_no_vcs: AllowNoVcs = False,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Add a test that catches the crash when it comes back.

    It is a script, and a job in the GitHub workflows, that builds, inspects what was built, and runs the
    tests. Prints the same patch whether it writes or not.

    Exit code: 0 done or nothing to do, 2 unreadable input or refused write.
    """
    from wasifix.commands.saving import Saving, save
    from wasifix.proposals import Proposal
    from wasifix.regression import regression_test as planned
    from wasifix.render.terminal import clean, wrapped
    from wasifix.reporting import Request, report_on

    where = opened(path)
    request = Request(start=where.start, environment={}, assume_rust=None)
    project = request.read(where.tree)
    report = report_on(project)
    made = planned(project, report, release_option("--wasmtime", wasmtime))
    proposal = Proposal(before=report, outcomes=(), changes=made.changes)
    saving = Saving(write=not dry_run, allow_dirty=allow_dirty, allow_no_vcs=allow_no_vcs)
    saved = save(proposal, where.tree, where.tree.root, saving)
    print_patch(saved.patch, output_file, color)
    if saved.refusal is not None:
        raise saved.refusal
    lines = [line for note in made.notes for line in wrapped(clean(note), "note: ")]
    if made.changes:
        verb = "Would write" if dry_run else "Wrote"
        lines += wrapped(f"{verb} {', '.join(clean(each.path) for each in made.changes)}.", "")
        lines.append(f"Next: bash {clean(made.script)}")
    else:
        lines.append("The test is there already: no change.")
    typer.echo("\n".join(lines), err=True)
