"""What commands print, and where: text, patches, other formats and errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wasifix.commands.options import Colour, PatchFormat

if TYPE_CHECKING:
    from wasifix.errors import WasifixError
    from wasifix.model import Report
    from wasifix.place import Place
    from wasifix.proposals import Proposal
    from wasifix.render.sarif_rules import Rules
    from wasifix.render.terminal import Style
    from wasifix.render.text import TextOptions


def style_for(color: Colour, is_terminal: bool) -> Style:
    """How to paint, after the option, the environment and the terminal."""
    from wasifix.place import use_colour
    from wasifix.render.terminal import Style

    return Style(use_colour(color, is_terminal))


def text_options(color: Colour, where: Place, is_terminal: bool) -> TextOptions:
    """How to print a report."""
    from wasifix.render.text import TextOptions

    return TextOptions(style=style_for(color, is_terminal), base=where.base, inside=where.inside)


def print_verbose(report: Report, where: Place, color: Colour) -> None:
    """What lies behind a report, to stderr."""
    from wasifix.render import verbose
    from wasifix.settings import described

    options = text_options(color, where, sys.stderr.isatty())
    text = verbose.render(report, described(report.settings), options)
    typer.echo(text, err=True, nl=False, color=True)


def show_error(error: WasifixError) -> None:
    """What went wrong and what to do next, on stderr."""
    from wasifix.render.terminal import clean, wrapped

    style = style_for(Colour.AUTO, sys.stderr.isatty())
    first, *more = wrapped(f"error: {clean(str(error))}", "")
    lines = [f"{style.paint('error', 'error')}{first.removeprefix('error')}", *more]
    lines += [f"  {clean(each)}" for each in error.details]
    if error.advice:
        lines += wrapped(clean(error.advice), "  next: ")
    typer.echo("\n".join(lines), err=True, color=True)


def rendered(proposal: Proposal, where: Place, written: bool, output_format: PatchFormat, patch: str) -> str:
    """The proposal in a form other than the patch."""
    if output_format is PatchFormat.JSON:
        from wasifix.render import json

        return json.render_apply(proposal, where.name, patch, written)
    if output_format is PatchFormat.SARIF:
        from wasifix.render import sarif

        return sarif.render_proposal(proposal, sarif_rules())
    if output_format is PatchFormat.GITHUB:
        from wasifix.render import github

        return github.render_proposal(proposal, written)
    from wasifix.place import link_base
    from wasifix.render import markdown

    return markdown.render_proposal(proposal, patch, markdown.MarkdownOptions(links=link_base()), written)


def sarif_rules() -> Rules:
    """Everything that wasifix can find, as SARIF describes it."""
    from wasifix.advisories import load_advisories
    from wasifix.reporting import ALL_CHECKS

    return load_advisories(), ALL_CHECKS


def print_text(output: str, file: Path | None) -> None:
    """Text to stdout or to a file. Raises OutputFailed."""
    if file is None:
        typer.echo(output, nl=False, color=True)
    else:
        _write(file, output.encode("utf-8"))


def print_patch(patch: bytes, file: Path | None, color: Colour) -> None:
    """Bytes as they are, so that the patch applies; painted only on a terminal. Raises OutputFailed."""
    if file is not None:
        _write(file, patch)
    elif style_for(color, sys.stdout.isatty()).colour:
        from wasifix.render.diff import painted

        typer.echo(painted(patch.decode("utf-8", "replace")), nl=False, color=True)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(patch)
        sys.stdout.buffer.flush()


def _write(file: Path, data: bytes) -> None:
    from wasifix.disk import write_file
    from wasifix.errors import OutputFailed, lacks_room

    try:
        write_file(file, data)
    except OSError as error:
        remedy = "make room there, or name" if lacks_room(error) else "name"
        raise OutputFailed(
            f"cannot be written ({error.strerror})",
            path=str(file),
            advice=f"{remedy} another place: --output-file FILE",
        ) from None
