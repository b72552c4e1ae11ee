"""`wasifix apply`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.shared import (
    AssumeRust,
    Colour,
    ColourOption,
    ConfigOption,
    DryRun,
    NoConfig,
    OutputFile,
    PatchFormat,
    PatchFormatOption,
    PathArgument,
    Strategies,
    Verbose,
    deliver,
    print_verbose,
    settings_given,
    settled_toolchain,
    text_options,
)

if TYPE_CHECKING:
    from wasifix.model import Settings
    from wasifix.rust import Release


class Runner(StrEnum):
    """What else runs modules with threads."""

    WASMER = "wasmer"
    EMBEDDED = "embedded"


def apply(
    path: PathArgument = Path(),
    strategy: Strategies = None,
    dry_run: DryRun = False,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if something would change.")
    ] = False,
    rust: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The release for pin and upgrade to go to.")
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="For max-memory: bytes, or 64MiB, 4GiB.  [default: 1GiB]"),
    ] = None,
    wasmtime: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The Wasmtime for runner to go to.")
    ] = None,
    runner: Annotated[
        Runner | None, typer.Option(help="What runner uses instead of Wasmtime's program.")
    ] = None,
    assume_rust: AssumeRust = None,
    force: Annotated[bool, typer.Option("--force", help="Apply even where nothing is hit.")] = False,
    local_only: Annotated[bool, typer.Option("--local-only", help="Leave the files of CI alone.")] = False,
    config: ConfigOption = None,
    no_config: NoConfig = False,
    verbose: Verbose = False,
    output_format: PatchFormatOption = PatchFormat.PATCH,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Apply a workaround, by default the best that works. Prints the same patch whether it writes or not.

    Exit code: 0 done or nothing to do, 1 declined (with --check: it would change something),
    2 unreadable input or refused write.
    """
    from wasifix import engine, place
    from wasifix.render import text
    from wasifix.strategies import Options

    where = place.locate(path)
    given = settings_given(where, config, no_config, _settings(strategy, rust, max_memory))
    proposal = engine.plan(
        where.tree,
        where.start,
        options=Options(
            wasmtime=_release("--wasmtime", wasmtime), runner=runner, force=force, local_only=local_only
        ),
        environment=place.environment(),
        assume_rust=settled_toolchain(assume_rust),
        given=given,
    )
    if verbose:
        print_verbose(proposal.before, where, color)
    write = not dry_run and not check_only
    deliver(proposal, where, write, output_format, output_file, color)
    options = text_options(color, where, sys.stderr.isatty())
    typer.echo(text.render_outcome(proposal, options, write), err=True, nl=False, color=True)
    raise typer.Exit(1 if proposal.declined or (check_only and proposal.changes) else 0)


def _settings(strategy: list[str] | None, rust: str | None, max_memory: str | None) -> Settings:
    """The options that are settings too."""
    from wasifix.model import Settings
    from wasifix.settings import from_option

    return Settings(
        strategy=from_option("--strategy", strategy, tuple(strategy or ())),
        rust=from_option("--rust", rust, _release("--rust", rust)),
        max_memory=from_option("--max-memory", max_memory, _size(max_memory)),
    )


def _release(option: str, text: str | None) -> Release | None:
    from wasifix.errors import UsageError
    from wasifix.rust import Release

    if text is None:
        return None
    if text.count(".") == 2:
        try:
            return Release.parse(text)
        except ValueError:
            pass
    raise UsageError(
        f"{option} {text}: not a full release number",
        advice=f"give all three numbers: {option} {'1.90.0' if option == '--rust' else '36.0.9'}",
    )


def _size(text: str | None) -> int | None:
    from wasifix.errors import UsageError
    from wasifix.strategies.max_memory import parse_size

    try:
        return None if text is None else parse_size(text)
    except ValueError as error:
        raise UsageError(f"--max-memory {text}: {error}", advice="for example 1GiB, or 4294967296") from None
