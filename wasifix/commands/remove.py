"""`wasifix remove`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.help import OUTPUT
from wasifix.commands.options import (
    AllowDirty,
    AllowNoVcs,
    Colour,
    ColourOption,
    DryRun,
    OutputFile,
    PatchFormat,
    PathArguments,
    RemovalFormat,
    Strategies,
    opened,
)
from wasifix.commands.outcome import concluded
from wasifix.commands.printing import text_options
from wasifix.commands.several import Answer, Output, answer

if TYPE_CHECKING:
    from wasifix.proposals import Proposal


def remove(
    paths: PathArguments = None,
    strategy: Strategies = None,
    dry_run: DryRun = False,
    allow_dirty: AllowDirty = False,
    allow_no_vcs: AllowNoVcs = False,
    output_format: Annotated[
        RemovalFormat, typer.Option("--format", help="What to print.", rich_help_panel=OUTPUT)
    ] = RemovalFormat.PATCH,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Take out what wasifix wrote, and nothing else. Its comments in the files tell what that was.

    \b
    Examples:
      wasifix remove --dry-run   the patch, not written
      wasifix remove -s pin      this workaround alone

    Exit code: 0 done or nothing to do, 1 declined because somebody changed it since, 2 unreadable input or
    refused write.
    """
    from wasifix import engine, place
    from wasifix.commands.saving import Saving
    from wasifix.render.outcome import render_removal

    saving = Saving(write=not dry_run, allow_dirty=allow_dirty, allow_no_vcs=allow_no_vcs)
    ours: list[Path] = []

    def ask(path: Path) -> Answer:
        where = opened(path)
        options = text_options(color, where, sys.stderr.isatty())
        proposal = engine.remove(
            where.tree, where.start, strategies=strategy or (), environment=place.environment()
        )

        def talk(proposal: Proposal, written: bool) -> str:
            return render_removal(proposal, options, written)

        return concluded(proposal, where, where.tree, saving, PatchFormat(output_format), talk, ours)

    output = Output(
        is_json=output_format is RemovalFormat.JSON,
        is_patch=output_format is RemovalFormat.PATCH,
        file=output_file,
        color=color,
    )
    raise typer.Exit(answer(paths, ask, output))
