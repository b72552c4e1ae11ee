"""`wasifix verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.options import Colour, ColourOption, OutputFile, PathArgument
from wasifix.commands.printing import print_text, style_for

if TYPE_CHECKING:
    from wasifix.verification import Verification
    from wasifix.verifying.cargo import Wish


class VerifyFormat(StrEnum):
    """Output formats of `verify`."""

    TEXT = "text"
    JSON = "json"


def verify(
    path: PathArgument = Path(),
    strategy: Annotated[
        list[str] | None,
        typer.Option("--strategy", "-s", metavar="NAME", help="What to try; repeatable.  [default: all]"),
    ] = None,
    cargo: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help='The build.  [default: "test --release", "build --release"]'),
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="Let rustup install what is missing.")] = False,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="How long a run may take.")
    ] = 60,
    output_format: Annotated[
        VerifyFormat, typer.Option("--format", help="What to print.")
    ] = VerifyFormat.TEXT,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Build and run each strategy, in scratch copies.

    Runs the project's own code: its build scripts, tests and programs. The project itself is not touched.

    Exit code: 0 a strategy works, or the project as it is; 1 none does; 2 it cannot be tried.
    """
    from wasifix import place
    from wasifix.verifying.cargo import Wish

    where = place.locate(path)
    found = run_verify(
        Wish(
            root=where.tree.root,
            start=where.start,
            environment=place.environment(),
            strategies=tuple(strategy or ()),
            command=cargo,
            install=install,
            run_limit=time_limit,
        )
    )
    if output_format is VerifyFormat.JSON:
        from wasifix.render import verification_json

        output = verification_json.render_verification(found)
    else:
        from wasifix.render.verification import render_verification

        output = render_verification(found, style_for(color, sys.stdout.isatty() and output_file is None))
    print_text(output, output_file)
    raise typer.Exit(0 if found.proven or found.base_works else 1)


def run_verify(wish: Wish) -> Verification:
    """Verifies, with a line on stderr for each step. A signal to end it cleans up first."""
    from wasifix.render.terminal import clean
    from wasifix.verifying.verifier import verify

    with _ended_by_signals():
        return verify(wish, lambda line: typer.echo(f"  {clean(line)}", err=True))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Makes SIGTERM an exception, as SIGINT is: what runs is ended, and the scratch place removed."""
    import signal

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
