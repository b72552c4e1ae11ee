"""`wasifix inspect`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.help import OUTPUT
from wasifix.commands.options import Colour, ColourOption, OutputFile
from wasifix.commands.printing import print_text, style_for


class InspectFormat(StrEnum):
    """Output formats of `inspect`."""

    TEXT = "text"
    JSON = "json"


def inspect(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|DIR|NAME]...",
            help="A .wasm file, a folder with some, or a crate.",
            show_default="all in the target folder",
        ),
    ] = None,
    output_format: Annotated[
        InspectFormat, typer.Option("--format", help="What to print.", rich_help_panel=OUTPUT)
    ] = InspectFormat.TEXT,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Say whether the memory of built modules can grow. Also what built them. Compiles and runs nothing.

    \b
    Examples:
      wasifix inspect            everything in the target folder
      wasifix inspect my-crate   that crate there
      wasifix inspect app.wasm   this file

    Exit code: 0 no module is hit, 1 one is, 2 a file cannot be read, or there is none.
    """
    from wasifix.artifact_files import built_files, shown, with_bytes
    from wasifix.inspection import Verdict, inspect

    found = [
        with_bytes(path, lambda data, path=path: inspect(shown(path), data))  # type: ignore[misc]
        for path in built_files(names or (), _target_folder)
    ]
    if output_format is InspectFormat.JSON:
        from wasifix.render.inspection_json import render_inspections as render_json

        output = render_json(found)
    else:
        from wasifix.render.inspection import render_inspections

        output = render_inspections(found, style_for(color, sys.stdout.isatty() and output_file is None))
    print_text(output, output_file)
    verdicts = {each.verdict for each in found}
    raise typer.Exit(2 if Verdict.UNREADABLE in verdicts else 1 if Verdict.HIT in verdicts else 0)


def _target_folder() -> Path:
    """Where Cargo builds the project of the current folder.

    https://doc.rust-lang.org/cargo/reference/config.html#buildtarget-dir
    """
    from wasifix import place
    from wasifix.project import read_project
    from wasifix.project.sources import Sources
    from wasifix.tree import join, parent

    environment = place.environment()
    if chosen := environment.get("CARGO_TARGET_DIR") or environment.get("CARGO_BUILD_TARGET_DIR"):
        return Path(chosen)
    where = place.locate(Path())
    project = read_project(Sources(where.tree), where.start, environment)
    setting = project.config.winner("build", "target-dir")
    folder, name = project.workspace.folder, "target"
    if setting is not None and isinstance(setting.value, str):
        folder, name = parent(parent(setting.document.path)), setting.value
    return where.tree.root / join(folder, name)
