"""`wasifix doctor`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.help import OUTPUT
from wasifix.commands.options import Colour, ColourOption, OutputFile, PathArgument
from wasifix.commands.printing import print_text, style_for

if TYPE_CHECKING:
    from wasifix.doctor import Diagnosis


class DoctorFormat(StrEnum):
    """Output formats of `doctor`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def doctor(
    path: PathArgument = Path(),
    output_format: Annotated[
        DoctorFormat,
        typer.Option("--format", help="What to print; markdown is for pasting.", rich_help_panel=OUTPUT),
    ] = DoctorFormat.TEXT,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say what this machine has, and what that means here.

    Asks rustup, rustc, cargo, wasmtime and wasmer for their versions; runs nothing of the project.

    \b
    Examples:
      wasifix doctor                     before you build
      wasifix doctor --format markdown   to paste into an issue

    Exit code: 0 nothing is wrong, 1 something is, 2 the project cannot be read.
    """
    diagnosis, unreadable = examined(path)
    if output_format is DoctorFormat.JSON:
        from wasifix.render import doctor_json

        output = doctor_json.render_doctor(diagnosis)
    else:
        from wasifix.render.doctor import render_doctor, render_markdown

        style = style_for(color, sys.stdout.isatty() and output_file is None)
        is_text = output_format is DoctorFormat.TEXT
        output = render_doctor(diagnosis, style) if is_text else render_markdown(diagnosis)
    print_text(output, output_file)
    raise typer.Exit(2 if unreadable else 1 if diagnosis.fails else 0)


def examined(path: Path) -> tuple[Diagnosis, bool]:
    """The diagnosis, and whether there is a project that cannot be read."""
    from wasifix import place
    from wasifix.doctor import diagnose
    from wasifix.errors import NoProject, WasifixError
    from wasifix.examination import examine
    from wasifix.host import Host
    from wasifix.project.targets import THREADS_TARGETS
    from wasifix.reporting import Request, report_on

    where = place.locate(path)
    folder = where.tree.root / where.start
    machine = examine(Host(where.tree.root), folder, THREADS_TARGETS[0])
    compiler = machine.compiler.value
    request = Request(
        start=where.start,
        environment=place.environment(),
        assume_rust=compiler.name if compiler is not None else None,
    )
    try:
        return diagnose(machine, report_on(request.read(where.tree))), False
    except NoProject as error:
        return diagnose(machine, None, str(error)), False
    except WasifixError as error:
        return diagnose(machine, None, str(error)), True
