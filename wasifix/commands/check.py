"""`wasifix check`."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.help import OUTPUT
from wasifix.commands.options import (
    AssumeRust,
    Colour,
    ColourOption,
    ConfigOption,
    NoConfig,
    OutputFile,
    PathArguments,
    Verbose,
    opened,
    settings_given,
    settled_toolchain,
)
from wasifix.commands.printing import print_verbose, sarif_rules, text_options
from wasifix.commands.several import Answer, Output, answer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wasifix.model import Report
    from wasifix.place import Place
    from wasifix.settings import Given
    from wasifix.tree import Tree


class CheckFormat(StrEnum):
    """Output formats of `check`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"


def check(
    paths: PathArguments = None,
    output_format: Annotated[
        CheckFormat, typer.Option("--format", help="What to print.", rich_help_panel=OUTPUT)
    ] = CheckFormat.TEXT,
    output_file: OutputFile = None,
    assume_rust: AssumeRust = None,
    rev: Annotated[
        str | None, typer.Option(metavar="REV", help="Look at that commit, not at the files.")
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Look at what is staged, not at the files.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for notes too.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    config: ConfigOption = None,
    no_config: NoConfig = False,
    verbose: Verbose = False,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say which known problems hit this project, and why.

    \b
    Examples:
      wasifix check                          this project
      wasifix check --assume-rust 1.91.0     were `stable` that release
      wasifix check --staged --format json   what a commit would hold

    Exit code: 0 nothing to report (or notes only), 1 findings, 2 the project cannot be read.
    """
    from wasifix import engine, place
    from wasifix.errors import UsageError
    from wasifix.render.text import in_short

    if rev is not None and staged:
        raise UsageError("--rev and --staged are two states", advice="give one of them")
    toolchain = settled_toolchain(assume_rust)

    def ask(path: Path) -> Answer:
        started = time.perf_counter()
        where = opened(path)
        given = settings_given(where, config, no_config)
        talk = ""
        with _tree(where, rev, staged) as tree:
            report = engine.check(
                tree, where.start, environment=place.environment(), assume_rust=toolchain, given=given
            )
            if verbose:
                print_verbose(report, where, color)
            seconds = time.perf_counter() - started
            if output_format is CheckFormat.TEXT:
                shown = sys.stdout.isatty() and output_file is None
                product = _text(report, where, color, seconds, shown)
            else:
                product = _rendered(report, where, tree, output_format, toolchain, given)
                if output_file is not None:
                    talk = _text(report, where, color, seconds, sys.stderr.isatty())
        fails = report.fails or (strict and not report.is_clean)
        code = 1 if fails and not exit_zero else 0
        return Answer(product=product.encode(), talk=talk, words=in_short(report), exit_code=code)

    output = Output(
        is_json=output_format is CheckFormat.JSON,
        one_only=output_format is CheckFormat.SARIF,
        file=output_file,
        color=color,
    )
    raise typer.Exit(answer(paths, ask, output))


def _text(report: Report, where: Place, color: Colour, seconds: float, is_terminal: bool) -> str:
    from wasifix.render import text

    return text.render_check(report, text_options(color, where, is_terminal), seconds)


def _rendered(
    report: Report,
    where: Place,
    tree: Tree,
    output_format: CheckFormat,
    toolchain: str | None,
    given: Given,
) -> str:
    if output_format is CheckFormat.JSON:
        from wasifix.render import json

        return json.render_check(report, where.name)
    if output_format is CheckFormat.GITHUB:
        from wasifix.render import github

        return github.render_check(report)
    from wasifix import engine, place

    if output_format is CheckFormat.MARKDOWN:
        from wasifix.render import markdown

        return markdown.render_check(report, markdown.MarkdownOptions(links=place.link_base()))
    from wasifix.render import sarif

    proposals = engine.alternatives(
        tree,
        where.start,
        report=report,
        environment=place.environment(),
        assume_rust=toolchain,
        given=given,
    )
    fixes = {name: sarif.fix_of(each) for name, each in proposals.items()}
    return sarif.render_check(report, fixes, sarif_rules())


def _tree(where: Place, rev: str | None, staged: bool) -> AbstractContextManager[Tree]:
    if rev is None and not staged:
        return nullcontext(where.tree)
    from wasifix.gitrepo.tree import open_tree

    return open_tree(where.tree.root, rev)
