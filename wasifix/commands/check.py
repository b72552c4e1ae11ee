"""`wasifix check`."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.shared import (
    AssumeRust,
    Colour,
    ColourOption,
    ConfigOption,
    NoConfig,
    OutputFile,
    PathArgument,
    Verbose,
    print_text,
    print_verbose,
    sarif_rules,
    settings_given,
    settled_toolchain,
    text_options,
)

if TYPE_CHECKING:
    from wasifix.model import Report
    from wasifix.place import Place
    from wasifix.settings import Given


class CheckFormat(StrEnum):
    """Output formats of `check`."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"


def check(
    path: PathArgument = Path(),
    output_format: Annotated[CheckFormat, typer.Option("--format", help="What to print.")] = CheckFormat.TEXT,
    output_file: OutputFile = None,
    assume_rust: AssumeRust = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for notes too.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    config: ConfigOption = None,
    no_config: NoConfig = False,
    verbose: Verbose = False,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say which known problems hit this project's WebAssembly builds, and why.

    Exit code: 0 nothing to report (or notes only), 1 findings, 2 the project cannot be read.
    """
    from wasifix import engine, place

    started = time.perf_counter()
    where = place.locate(path)
    toolchain = settled_toolchain(assume_rust)
    given = settings_given(where, config, no_config)
    report = engine.check(
        where.tree, where.start, environment=place.environment(), assume_rust=toolchain, given=given
    )
    if verbose:
        print_verbose(report, where, color)
    seconds = time.perf_counter() - started
    if output_format is CheckFormat.TEXT:
        text = _text(report, where, color, seconds, sys.stdout.isatty() and output_file is None)
        print_text(text, output_file)
    else:
        print_text(_rendered(report, where, output_format, toolchain, given), output_file)
        if output_file is not None:
            text = _text(report, where, color, seconds, sys.stderr.isatty())
            typer.echo(text, err=True, nl=False, color=True)
    fails = report.fails or (strict and not report.is_clean)
    raise typer.Exit(1 if fails and not exit_zero else 0)


def _text(report: Report, where: Place, color: Colour, seconds: float, is_terminal: bool) -> str:
    from wasifix.render import text

    return text.render_check(report, text_options(color, where, is_terminal), seconds)


def _rendered(
    report: Report, where: Place, output_format: CheckFormat, toolchain: str | None, given: Given
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
        where.tree,
        where.start,
        report=report,
        environment=place.environment(),
        assume_rust=toolchain,
        given=given,
    )
    fixes = {name: sarif.fix_of(each) for name, each in proposals.items()}
    return sarif.render_check(report, fixes, sarif_rules())
