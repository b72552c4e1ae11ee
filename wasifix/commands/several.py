"""One command over several projects: each on its own, and all in one answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from msgspec import Struct

from wasifix.commands.options import Colour
from wasifix.commands.printing import print_patch, print_text, show_error, style_for
from wasifix.errors import UsageError, WasifixError

if TYPE_CHECKING:
    from wasifix.render.terminal import Style


class Answer(Struct, frozen=True, kw_only=True):
    """What a command has to say of one project: its product, the talk beside it, and in a few words."""

    product: bytes
    talk: str = ""
    words: str
    exit_code: int
    refusal: WasifixError | None = None


class Output(Struct, frozen=True, kw_only=True):
    """Where the product goes, and what it is: JSON, a patch, or text; `one_only`: of one project."""

    is_json: bool = False
    is_patch: bool = False
    one_only: bool = False
    file: Path | None
    color: Colour


def answer(paths: Sequence[Path] | None, ask: Callable[[Path], Answer], output: Output) -> int:
    """Asks for each project and prints the answers; the exit code, which is the worst of them.

    Of one project a failure is raised. Of several it is reported, and the rest is done.
    """
    if not paths or len(paths) == 1:
        only = ask(paths[0] if paths else Path())
        try:
            _print(only.product, output)
        finally:  # what was written stays written, and is told, if only the product cannot be printed
            typer.echo(only.talk, err=True, nl=False, color=True)
        if only.refusal:
            raise only.refusal
        return only.exit_code
    if output.one_only:
        raise UsageError("this --format holds one project", advice="run wasifix once for each of them")
    answers = {path: _asked(path, ask, output.color) for path in dict.fromkeys(paths)}
    style = style_for(output.color, (sys.stderr if output.is_patch else sys.stdout).isatty())
    table = "\n".join(_table({str(path): each for path, each in answers.items()}, style)) + "\n"
    if output.is_json:
        from wasifix.render.json import render_several

        rows = [(str(path), each.exit_code, each.words, each.product) for path, each in answers.items()]
        _print(render_several(rows).encode(), output)
    elif output.is_patch:
        _print(b"".join(_headed(path, each) for path, each in answers.items() if each.product), output)
        typer.echo(table, err=True, nl=False, color=True)
    else:
        parts = (_section(str(path), each, style) for path, each in answers.items() if each.product)
        _print(b"".join((*parts, table.encode())), output)
    return max(each.exit_code for each in answers.values())


def _asked(path: Path, ask: Callable[[Path], Answer], color: Colour) -> Answer:
    from wasifix.render.terminal import clean

    try:
        found = ask(path)
    except WasifixError as error:
        typer.echo(f"{clean(str(path))}:", err=True)
        show_error(error)
        typer.echo(err=True)
        return Answer(product=b"", words=f"error: {error}", exit_code=error.exit_code)
    if found.talk:
        style = style_for(color, sys.stderr.isatty())
        name = style.paint("bold", clean(str(path)))
        typer.echo(f"{name}:\n{found.talk}", err=True, color=True, nl=not found.refusal)
    if found.refusal:
        show_error(found.refusal)
        typer.echo(err=True)
    return found


def _print(product: bytes, output: Output) -> None:
    if output.is_patch:
        print_patch(product, output.file, output.color)
    elif product:
        print_text(product.decode("utf-8", "surrogateescape"), output.file)


def _headed(path: Path, found: Answer) -> bytes:
    """A patch below the name of its project: what stands before `diff --git`, no tool reads."""
    from wasifix.render.terminal import clean

    return f"# {clean(str(path))}\n".encode() + found.product


def _section(name: str, found: Answer, style: Style) -> bytes:
    from wasifix.render.terminal import clean

    return f"{style.paint('bold', clean(name))}:\n".encode() + found.product + b"\n"


def _table(answers: dict[str, Answer], style: Style) -> Iterable[str]:
    from wasifix.render.terminal import WIDTH, clean, shortened

    names = [clean(name) for name in answers]
    width = min(max(map(len, (*names, "project"))), WIDTH // 2)
    yield style.paint("bold", f"{'project':<{width}}  exit  result")
    for name, found in zip(names, answers.values(), strict=True):
        kind = ("good", "warning", "error")[found.exit_code]
        shown = name if len(name) <= width else f"…{name[1 - width :]}"
        words = shortened(clean(found.words), WIDTH - width - 8)
        yield f"{shown:<{width}}  {style.paint(kind, f'{found.exit_code:>4}')}  {words}"
