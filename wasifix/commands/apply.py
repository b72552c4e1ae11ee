"""`wasifix apply`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from wasifix.commands.help import WRITING
from wasifix.commands.options import (
    AllowDirty,
    AllowNoVcs,
    AssumeRust,
    Colour,
    ColourOption,
    ConfigOption,
    DryRun,
    NoConfig,
    OutputFile,
    PatchFormat,
    PatchFormatOption,
    PathArguments,
    Strategies,
    Verbose,
    opened,
    release_option,
    settings_given,
    settled_toolchain,
)
from wasifix.commands.outcome import concluded
from wasifix.commands.printing import print_verbose, style_for, text_options
from wasifix.commands.several import Answer, Output, answer

_LOCAL_ONLY = "Leave CI (GitHub, GitLab) alone; edit only what people run by hand."
if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wasifix.gitrepo.tree import GitTree
    from wasifix.model import Settings
    from wasifix.place import Place
    from wasifix.proposals import Proposal
    from wasifix.tree import DiskTree


class Runner(StrEnum):
    """What else runs modules with threads."""

    WASMER = "wasmer"
    EMBEDDED = "embedded"


def apply(
    paths: PathArguments = None,
    strategy: Strategies = None,
    dry_run: DryRun = False,
    check_only: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; exit with 1 if something would change.", rich_help_panel=WRITING
        ),
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
    allow_dirty: AllowDirty = False,
    allow_no_vcs: AllowNoVcs = False,
    commit: Annotated[
        bool,
        typer.Option("--commit", help="Commit the changed files, and no others.", rich_help_panel=WRITING),
    ] = False,
    branch: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Commit on a new branch from HEAD; your files stay as they are.",
            rich_help_panel=WRITING,
        ),
    ] = None,
    local_only: Annotated[bool, typer.Option("--local-only", help=_LOCAL_ONLY)] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Choose by result: the first that works in a scratch copy."),
    ] = False,
    config: ConfigOption = None,
    no_config: NoConfig = False,
    verbose: Verbose = False,
    output_format: PatchFormatOption = PatchFormat.PATCH,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Apply a workaround, by default the best that works. Prints the same patch whether it writes or not.

    \b
    Examples:
      wasifix apply --dry-run                 the patch, not written
      wasifix apply -s max-memory             the linker argument alone
      wasifix apply -s upgrade --branch fix   as a commit on a new branch

    Exit code: 0 done or nothing to do, 1 declined (with --check: it would change something),
    2 unreadable input or refused write.
    """
    from wasifix import engine, place
    from wasifix.commands.saving import Saving
    from wasifix.errors import UsageError
    from wasifix.render.outcome import render_outcome
    from wasifix.strategies import Options

    if commit and branch:
        raise UsageError("--branch commits by itself", advice="give one of --commit and --branch")
    saving = Saving(
        write=not dry_run and not check_only,
        allow_dirty=allow_dirty,
        allow_no_vcs=allow_no_vcs,
        commit=commit,
        branch=branch,
    )
    ours: list[Path] = []

    def ask(path: Path) -> Answer:
        where = opened(path)
        named = _proven(where, tuple(strategy or ())) if verify else strategy
        options = text_options(color, where, sys.stderr.isatty())
        with _tree(where, branch) as tree:
            proposal = engine.plan(
                tree,
                where.start,
                options=Options(
                    wasmtime=release_option("--wasmtime", wasmtime),
                    runner=runner,
                    force=force or verify,
                    local_only=local_only,
                ),
                environment=place.environment(),
                assume_rust=settled_toolchain(assume_rust),
                given=settings_given(where, config, no_config, _settings(named, rust, max_memory)),
            )
            if verbose:
                print_verbose(proposal.before, where, color)

            def talk(proposal: Proposal, written: bool) -> str:
                return render_outcome(proposal, options, written)

            done = concluded(proposal, where, tree, saving, output_format, talk, ours)
        return replace(done, exit_code=1) if check_only and proposal.changes else done

    output = Output(
        is_json=output_format is PatchFormat.JSON,
        one_only=output_format is PatchFormat.SARIF,
        is_patch=output_format is PatchFormat.PATCH,
        file=output_file,
        color=color,
    )
    raise typer.Exit(answer(paths, ask, output))


def _tree(where: Place, branch: str | None) -> AbstractContextManager[DiskTree | GitTree]:
    """The files on disk; for a new branch those of the last commit, where the branch starts."""
    if branch is None:
        return nullcontext(where.tree)
    from wasifix.gitrepo.tree import open_branch_base

    return open_branch_base(where.tree.root, branch)


def _settings(strategy: list[str] | None, rust: str | None, max_memory: str | None) -> Settings:
    """The options that are settings too."""
    from wasifix.model import Settings
    from wasifix.settings import from_option

    return Settings(
        strategy=from_option("--strategy", strategy, tuple(strategy or ())),
        rust=from_option("--rust", rust, release_option("--rust", rust)),
        max_memory=from_option("--max-memory", max_memory, _size(max_memory)),
    )


def _proven(where: Place, named: tuple[str, ...]) -> list[str]:
    """The strategy to apply: the first of those named, else of those that `auto` takes, that works here.

    Ends the command where the project works as it is (0), or no strategy does (1).
    """
    from wasifix import place
    from wasifix.commands.verify import run_verify
    from wasifix.render.verification import render_verification
    from wasifix.reporting import automatic_by_finding
    from wasifix.verifying.cargo import Wish

    names = named or automatic_by_finding()["memory-cannot-grow"]
    wish = Wish(
        root=where.tree.root, start=where.start, environment=place.environment(), strategies=tuple(names)
    )
    found = run_verify(wish)
    if not found.base_works and found.proven:
        return [found.proven[0]]
    typer.echo(render_verification(found, style_for(Colour.AUTO, sys.stderr.isatty())), err=True, nl=False)
    typer.echo("Nothing was changed.", err=True)
    raise typer.Exit(0 if found.base_works else 1)


def _size(text: str | None) -> int | None:
    from wasifix.errors import UsageError
    from wasifix.strategies.max_memory import parse_size

    try:
        return None if text is None else parse_size(text)
    except ValueError as error:
        raise UsageError(f"--max-memory {text}: {error}", advice="for example 1GiB, or 4294967296") from None
