"""`wasifix remove`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.shared import (
    Colour,
    ColourOption,
    DryRun,
    OutputFile,
    PatchFormat,
    PathArgument,
    RemovalFormat,
    Strategies,
    deliver,
    text_options,
)


def remove(
    path: PathArgument = Path(),
    strategy: Strategies = None,
    dry_run: DryRun = False,
    output_format: Annotated[
        RemovalFormat, typer.Option("--format", help="What to print.")
    ] = RemovalFormat.PATCH,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Take out what wasifix wrote, and nothing else. Its comments in the files tell what that was.

    Exit code: 0 done or nothing to do, 1 declined because somebody changed it since, 2 unreadable input or
    refused write.
    """
    from wasifix import engine, place
    from wasifix.render import text

    where = place.locate(path)
    proposal = engine.remove(
        where.tree, where.start, strategies=strategy or (), environment=place.environment()
    )
    deliver(proposal, where, not dry_run, PatchFormat(output_format), output_file, color)
    options = text_options(color, where, sys.stderr.isatty())
    typer.echo(text.render_removal(proposal, options, not dry_run), err=True, nl=False, color=True)
    raise typer.Exit(1 if proposal.declined else 0)
