"""`wasifix run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wasifix.commands.options import Colour


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The module.", show_default=False)],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARGS]...", help="What the module gets as its arguments."),
    ] = None,
    folders: Annotated[
        list[str] | None,
        typer.Option("--dir", metavar="HOST[::GUEST]", help="A folder that it may use; repeatable."),
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME[=VALUE]", help="A variable that it gets; repeatable."),
    ] = None,
) -> None:
    """Run a module with threads in this process.

    Needs `pip install 'wasifix[run]'`, but no Wasmtime that has wasi-threads. Options come before FILE. A
    file that one thread has opened is not open in the others.

    \b
    Examples:
      wasifix run --dir . app.wasm
      runner = "wasifix run --dir ."   in .cargo/config.toml, for cargo test

    Exit code: that of the module; 134 if it traps; 2 if it cannot be run.
    """
    from wasifix.artifact_files import shown, with_bytes
    from wasifix.errors import UsageError

    try:
        from wasifix.embedded import Guest, end_process, run_module
    except ModuleNotFoundError as error:
        if error.name != "wasmtime":
            raise
        raise UsageError(
            "`wasifix run` needs the wasmtime package", advice="pip install 'wasifix[run]'"
        ) from None
    guest = Guest(
        arguments=(file.name, *(arguments or ())),
        environment=tuple(_variable(each) for each in variables or ()),
        folders=tuple(_folder(each) for each in folders or ()),
    )
    data = with_bytes(file, bytes)
    _check(shown(file), data)
    end_process(run_module(shown(file), data, guest, lambda message: _tell(shown(file), data, message)))


def _check(path: str, data: bytes) -> None:
    """Raises UnreadableInput for what is no module, in words better than those of the compiler."""
    from wasifix.errors import UnreadableInput
    from wasifix.wasm_reader import UnreadableModule, check_header

    try:
        check_header(data)
    except UnreadableModule as error:
        raise UnreadableInput(error.message, path=path) from None


def _variable(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, or `NAME` for the value that it has here. Raises UsageError."""
    import os

    from wasifix.errors import UsageError

    name, equals, value = text.partition("=")
    if not equals and name not in os.environ:
        raise UsageError(f"--env {name}: not set here", advice="give a value: --env NAME=VALUE")
    if not name:
        raise UsageError(f"--env {text}: has no name", advice="give one: --env NAME=VALUE")
    return name, value if equals else os.environ[name]


def _folder(text: str) -> tuple[str, str]:
    """`HOST`, or `HOST::GUEST` where it has another name there."""
    here, _, there = text.partition("::")
    return here, there or here


def _tell(path: str, data: bytes, message: str) -> None:
    """Says on stderr that the module trapped, and whether that is what wasifix knows."""
    import sys

    from wasifix.commands.printing import style_for
    from wasifix.inspection import MEMORY_CANNOT_GROW, Verdict, inspect
    from wasifix.render.terminal import clean

    style = style_for(Colour.AUTO, sys.stderr.isatty())
    lines = [f"{style.paint('error', 'error')}: {clean(path)} trapped"]
    lines += [f"  {clean(line)}" for line in message.splitlines() if line.strip()]
    if inspect(path, data).verdict is Verdict.HIT:
        lines.append(f"  note: its memory cannot grow: wasifix explain {MEMORY_CANNOT_GROW}")
    typer.echo("\n".join(lines), err=True, color=True)
