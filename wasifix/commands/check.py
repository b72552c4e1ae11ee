"""`wasifix check`."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.shared import (
    AssumeRust,
    Colour,
    ColourOption,
    OutputFile,
    PathArgument,
    print_text,
    settled_toolchain,
    text_options,
)


class CheckFormat(StrEnum):
    """Output formats of `check`."""

    TEXT = "text"
    JSON = "json"


def check(
    path: PathArgument = Path(),
    output_format: Annotated[CheckFormat, typer.Option("--format", help="What to print.")] = CheckFormat.TEXT,
    output_file: OutputFile = None,
    assume_rust: AssumeRust = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for notes too.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say which known problems hit this project's WebAssembly builds, and why.

    Exit code: 0 nothing to report (or notes only), 1 findings, 2 the project cannot be read.
    """
    from wasifix import engine, place

    started = time.perf_counter()
    where = place.locate(path)
    report = engine.check(
        where.tree, where.start, environment=place.environment(), assume_rust=settled_toolchain(assume_rust)
    )
    if output_format is CheckFormat.JSON:
        from wasifix.render import json

        output = json.render_check(report, where.name)
    else:
        from wasifix.render import text

        seconds = time.perf_counter() - started
        options = text_options(color, where, sys.stdout.isatty() and output_file is None)
        output = text.render_check(report, options, seconds)
    print_text(output, output_file)
    fails = report.fails or (strict and bool(report.findings))
    raise typer.Exit(1 if fails and not exit_zero else 0)
