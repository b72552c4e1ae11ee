"""`wasifix check`."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.several import Answer, Output, answer
from wasifix.commands.shared import (
    AssumeRust,
    Colour,
    ColourOption,
    OutputFile,
    PathArguments,
    opened,
    settled_toolchain,
    text_options,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wasifix.place import Place
    from wasifix.tree import Tree


class CheckFormat(StrEnum):
    """Output formats of `check`."""

    TEXT = "text"
    JSON = "json"


def check(
    paths: PathArguments = None,
    output_format: Annotated[CheckFormat, typer.Option("--format", help="What to print.")] = CheckFormat.TEXT,
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
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say which known problems hit this project's WebAssembly builds, and why.

    Exit code: 0 nothing to report (or notes only), 1 findings, 2 the project cannot be read.
    """
    from wasifix import engine, place
    from wasifix.errors import UsageError
    from wasifix.render import text

    if rev is not None and staged:
        raise UsageError("--rev and --staged are two states", advice="give one of them")
    is_json = output_format is CheckFormat.JSON

    def ask(path: Path) -> Answer:
        started = time.perf_counter()
        where = opened(path)
        with _tree(where, rev, staged) as tree:
            report = engine.check(
                tree, where.start, environment=place.environment(), assume_rust=settled_toolchain(assume_rust)
            )
        if is_json:
            from wasifix.render import json

            product = json.render_check(report, where.name)
        else:
            seconds = time.perf_counter() - started
            options = text_options(color, where, sys.stdout.isatty() and output_file is None)
            product = text.render_check(report, options, seconds)
        fails = report.fails or (strict and bool(report.findings))
        code = 1 if fails and not exit_zero else 0
        return Answer(product=product.encode(), words=text.in_short(report), exit_code=code)

    raise typer.Exit(answer(paths, ask, Output(is_json=is_json, file=output_file, color=color)))


def _tree(where: Place, rev: str | None, staged: bool) -> AbstractContextManager[Tree]:
    if rev is None and not staged:
        return nullcontext(where.tree)
    from wasifix.gitrepo.tree import open_tree

    return open_tree(where.tree.root, rev)
