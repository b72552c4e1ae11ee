"""`wasifix report`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.options import PathArgument

if TYPE_CHECKING:
    from wasifix.doctor import Diagnosis
    from wasifix.verification import Verification


def report(
    path: PathArgument = Path(),
    output_dir: Annotated[
        Path, typer.Option("--output-dir", metavar="FOLDER", help="A new or empty folder to write to.")
    ] = Path("wasifix-report"),
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Build and run the crate with the workarounds, and say what helps."),
    ] = False,
    install: Annotated[bool, typer.Option("--install", help="With --verify: let rustup install.")] = False,
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
    from wasifix.proposals import FileChange
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
    files = reproduction(diagnosis)
    if verify:
        from wasifix.render.measured import measured

        files = reproduction(diagnosis, tuple(measured(_verified(diagnosis, files, install))))
    place = output_dir.absolute()
    changes = [
        FileChange(path=f"{place.name}/{name}", old=None, new=text.encode("utf-8"))
        for name, text in files.items()
    ]
    write_all(DiskTree(place.parent), changes)
    typer.echo((output_dir / REPORT).as_posix())


def _verified(diagnosis: Diagnosis, files: Mapping[str, str], install: bool) -> Verification:
    """The crate of the report with each strategy, built by the toolchain that the project uses.

    That may be `stable` by its name, where the report names the release.
    """
    import re
    import tempfile

    from wasifix import place
    from wasifix.commands.verify import run_verify
    from wasifix.render.measured import TRIED
    from wasifix.verification import channel_name
    from wasifix.verifying.cargo import Wish

    channel = channel_name(diagnosis.machine.active.value or "")
    with tempfile.TemporaryDirectory(prefix="wasifix-") as scratch:
        root = Path(scratch).resolve()
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            is_choice = name == "rust-toolchain.toml" and channel
            written = re.sub(r'channel = "[^"]*"', f'channel = "{channel}"', text) if is_choice else text
            file.write_text(written, "utf-8")
        command = f"test --release --target {diagnosis.machine.triple}"
        return run_verify(
            Wish(
                root=root,
                start="",
                environment=place.environment(),
                strategies=TRIED,
                command=command,
                install=install,
            )
        )
