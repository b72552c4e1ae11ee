"""The command line: parse, call, print, exit. What a command needs is imported inside it."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from wasifix import __version__

if TYPE_CHECKING:
    from wasifix.errors import WasifixError
    from wasifix.render.text import TextOptions
    from wasifix.rust import Release

HELP = """Find out why a Rust wasm32-wasip1-threads build crashes under Wasmtime, and apply a workaround.

Examples:

  wasifix check                              what is wrong here, and why

  wasifix apply --strategy pin --dry-run     the change as a patch, nothing written

  wasifix apply --strategy pin               the same change, written

  wasifix check --format json                for programs
"""

app = typer.Typer(
    name="wasifix",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


class CheckFormat(StrEnum):
    """Output formats of `check`."""

    TEXT = "text"
    JSON = "json"


class ApplyFormat(StrEnum):
    """Output formats of `apply`."""

    PATCH = "patch"
    JSON = "json"


class Colour(StrEnum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


PathArgument = Annotated[Path, typer.Argument(help="A folder of the project.", show_default="here")]
AssumeRust = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="The toolchain to take where the files leave it open."),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output-file", "-o", metavar="FILE", help="Write the output there, not to stdout."),
]
ColourOption = Annotated[
    Colour, typer.Option("--color", help="Colour in text. NO_COLOR and FORCE_COLOR count too.")
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wasifix {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Takes the options before the command."""


@app.command()
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
        where.tree, where.start, environment=place.environment(), assume_rust=_toolchain(assume_rust)
    )
    if output_format is CheckFormat.JSON:
        from wasifix.render import json

        output = json.render_check(report, where.name)
    else:
        from wasifix.render import text

        seconds = time.perf_counter() - started
        output = text.render_check(report, _text_options(color, where.base, sys.stdout.isatty()), seconds)
    _print(output, output_file)
    fails = report.fails or (strict and bool(report.findings))
    raise typer.Exit(1 if fails and not exit_zero else 0)


@app.command()
def apply(
    path: PathArgument = Path(),
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", "-s", metavar="NAME", help="What to do; repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Print the patch, write nothing.")] = False,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if something would change.")
    ] = False,
    rust: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The release to go to, instead of the strategy's own."),
    ] = None,
    assume_rust: AssumeRust = None,
    force: Annotated[bool, typer.Option("--force", help="Apply even where nothing is hit.")] = False,
    output_format: Annotated[
        ApplyFormat, typer.Option("--format", help="What to print.")
    ] = ApplyFormat.PATCH,
    output_file: OutputFile = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Apply a workaround. Prints the same patch whether it writes or not.

    Exit code: 0 done or nothing to do, 1 declined (with --check: it would change something),
    2 unreadable input or refused write.
    """
    from wasifix import engine, place
    from wasifix.patch import patch_text
    from wasifix.render import text
    from wasifix.strategies import Options

    where = place.locate(path)
    proposal = engine.plan(
        where.tree,
        where.start,
        strategies=_strategies(strategy),
        options=Options(rust=_release(rust), force=force),
        environment=place.environment(),
        assume_rust=_toolchain(assume_rust),
    )
    write = not dry_run and not check_only
    if write and proposal.changes:
        from wasifix.disk import write_all

        write_all(where.tree, proposal.changes)
    patch = patch_text(proposal.changes)
    if output_format is ApplyFormat.JSON:
        from wasifix.render import json

        shown = json.render_apply(proposal, where.name, patch.decode("utf-8", "surrogateescape"), write)
        _print(shown, output_file)
    else:
        _print_patch(patch, output_file, color)
    options = _text_options(color, where.base, sys.stderr.isatty())
    typer.echo(text.render_outcome(proposal, options, write), err=True, nl=False)
    raise typer.Exit(1 if proposal.declined or (check_only and proposal.changes) else 0)


def _strategies(named: list[str] | None) -> list[str]:
    from wasifix.errors import UsageError
    from wasifix.strategies import STRATEGIES

    if not named:
        names = ", ".join(each.name for each in STRATEGIES)
        raise UsageError("which strategy?", advice=f"name one with --strategy: {names}")
    return named


def _toolchain(name: str | None) -> str | None:
    from wasifix.errors import UsageError
    from wasifix.rust import parse_toolchain

    if name is not None and (parse_toolchain(name).is_custom or parse_toolchain(name).is_floating):
        raise UsageError(
            f"--assume-rust {name}: that does not settle which release it is",
            advice="give a release or a dated nightly: 1.91.0, 1.91, nightly-2025-10-01",
        )
    return name


def _release(text: str | None) -> Release | None:
    from wasifix.errors import UsageError
    from wasifix.rust import Release

    if text is None:
        return None
    try:
        release = Release.parse(text)
    except ValueError:
        release = None
    if release is None or text.count(".") != 2:
        raise UsageError(
            f"--rust {text}: not a full release number", advice="give all three numbers: --rust 1.90.0"
        )
    return release


def _text_options(color: Colour, base: str, is_terminal: bool) -> TextOptions:
    from wasifix.place import use_colour
    from wasifix.render.terminal import Style
    from wasifix.render.text import TextOptions

    return TextOptions(style=Style(use_colour(color, is_terminal)), base=base)


def _print(output: str, file: Path | None) -> None:
    if file is None:
        typer.echo(output, nl=False, color=True)
    else:
        _write_output(file, output.encode("utf-8"))


def _print_patch(patch: bytes, file: Path | None, color: Colour) -> None:
    """Bytes as they are, so that the patch applies; painted only on a terminal."""
    if file is not None:
        _write_output(file, patch)
        return
    from wasifix.place import use_colour

    if use_colour(color, sys.stdout.isatty()):
        from wasifix.render.diff import painted

        typer.echo(painted(patch.decode("utf-8", "replace")), nl=False, color=True)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(patch)
        sys.stdout.buffer.flush()


def _write_output(file: Path, data: bytes) -> None:
    from wasifix.errors import RefusedWrite

    try:
        file.write_bytes(data)
    except OSError as error:
        raise RefusedWrite(f"cannot be written ({error.strerror})", path=str(file)) from None


def _fail(error: WasifixError) -> NoReturn:
    from wasifix.place import use_colour
    from wasifix.render.terminal import Style, clean

    style = Style(use_colour(Colour.AUTO, sys.stderr.isatty()))
    typer.echo(f"{style.paint('error', 'error')}: {clean(str(error))}", err=True, color=True)
    if error.advice:
        typer.echo(f"  next: {clean(error.advice)}", err=True)
    sys.exit(error.exit_code)


def main(arguments: list[str] | None = None) -> None:
    """The program. Expected failures end with their message and exit code, never with a traceback."""
    from wasifix.errors import WasifixError

    try:
        app(args=arguments)
    except WasifixError as error:
        _fail(error)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def cargo_main() -> None:
    """The program as `cargo wasifix`: Cargo passes the name of the subcommand first."""
    arguments = sys.argv[1:]
    main(arguments[1:] if arguments[:1] == ["wasifix"] else arguments)
