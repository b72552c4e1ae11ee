"""`wasifix report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.shared import PathArgument


def report(
    path: PathArgument = Path(),
    output_dir: Annotated[
        Path, typer.Option("--output-dir", metavar="FOLDER", help="A new or empty folder to write to.")
    ] = Path("wasifix-report"),
) -> None:
    """Write a bug report with a minimal crate that reproduces.

    With it come a script that runs the crate, the versions of the programs, and what is known. Nothing of the
    project's own text goes into it, no paths, and no values of variables. Prints the place of the report.

    \b
    Example:
      wasifix report --output-dir ../report

    Exit code: 0 written, 2 the project cannot be read, or the folder cannot be written.
    """
    from wasifix.commands.doctor import examined
    from wasifix.disk import write_all
    from wasifix.errors import RefusedWrite, UnreadableInput
    from wasifix.model import FileChange
    from wasifix.reproduction import REPORT, reproduction
    from wasifix.tree import DiskTree

    if output_dir.exists() and (not output_dir.is_dir() or any(output_dir.iterdir())):
        raise RefusedWrite(
            "is there already", path=str(output_dir), advice="name another: --output-dir FOLDER"
        )
    if not output_dir.absolute().parent.is_dir():
        raise RefusedWrite("the folder above is not there", path=str(output_dir))
    diagnosis, unreadable = examined(path)
    if unreadable:
        raise UnreadableInput(diagnosis.no_report)
    place = output_dir.absolute()
    changes = [
        FileChange(path=f"{place.name}/{name}", old=None, new=text.encode("utf-8"))
        for name, text in reproduction(diagnosis).items()
    ]
    write_all(DiskTree(place.parent), changes)
    typer.echo((output_dir / REPORT).as_posix())
