"""The command line: which commands there are, and how expected failures end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from wasifix import __version__
from wasifix.commands.help import Grouped, UsageProblem, usage_error

if TYPE_CHECKING:
    from wasifix.errors import WasifixError

HELP = """Find out why a Rust wasm32-wasip1-threads build crashes under Wasmtime, and apply a workaround.

\b
Examples:
  wasifix check                        what is wrong here, and why
  wasifix apply --dry-run              the best remedy as a patch, not written
  wasifix apply --strategy max-memory  this one, written
  wasifix verify                       which workarounds work on this machine
  cargo test 2>&1 | wasifix explain -  what an error message means
"""

BUG = """  this is a bug in wasifix; nothing was written
  next: report it with the output of the same command with WASIFIX_TRACEBACK=1"""

COMMANDS = (
    "check",
    "apply",
    "remove",
    "explain",
    "doctor",
    "inspect",
    "verify",
    "report",
    "regression-test",
    "run",
)
"""Each is a function of that name in a module of that name; help lists them in this order."""


class Commands(Mapping[str, Any]):
    """Commands by name. Loads the one that is called: most calls come from a hook and want one answer."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        word = name.replace("-", "_")
        function = getattr(import_module(f"wasifix.commands.{word}"), word)
        # What comes behind the FILE of `run` is the module's own.
        context = {"allow_interspersed_args": False} if name == "run" else None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        alone.command(name=name, cls=Grouped, context_settings=context)(function)
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Program(TyperGroup):
    """The program with all its commands."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": Commands()})


app = typer.Typer(
    name="wasifix",
    cls=Program,
    help=HELP,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wasifix {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Takes the options before the command; without a command prints the help."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _fail(error: WasifixError) -> NoReturn:
    from wasifix.commands.printing import show_error
    from wasifix.commands.streams import give_up

    try:
        show_error(error)
    except OSError:  # standard error itself cannot be written
        give_up()
    sys.exit(error.exit_code)


def main(arguments: list[str] | None = None) -> None:
    """The program. Expected failures end with their message and exit code, never with a traceback."""
    from wasifix.commands.streams import ready, unwritable
    from wasifix.errors import UsageError, WasifixError

    ready()
    try:
        sys.exit(app(args=arguments, prog_name="wasifix", standalone_mode=False) or 0)
    except WasifixError as error:
        _fail(error)
    except UsageProblem as problem:
        message, advice = usage_error(problem)
        _fail(UsageError(message, advice=advice))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        import os

        if os.environ.get("WASIFIX_TRACEBACK"):
            raise
        if (failure := unwritable(error)) is not None:
            _fail(failure)
        typer.echo(f"error: {type(error).__name__}: {error}\n{BUG}", err=True)
        sys.exit(2)


def cargo_main() -> None:
    """The program as `cargo wasifix`: Cargo passes the name of the subcommand first."""
    arguments = sys.argv[1:]
    main(arguments[1:] if arguments[:1] == ["wasifix"] else arguments)
