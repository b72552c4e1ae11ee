"""`wasifix explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.options import Colour, ColourOption
from wasifix.commands.printing import print_text, style_for

if TYPE_CHECKING:
    from wasifix.advisories import Advisory
    from wasifix.model import Fact
    from wasifix.render.terminal import Style
    from wasifix.rust import Toolchain

INPUT_LIMIT = 16 * 2**20
"""Characters of standard input that are searched; a log is smaller."""


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="An advisory, a check, a strategy, an error message, or - for standard input.",
        ),
    ] = None,
    color: ColourOption = Colour.AUTO,
) -> None:
    """Explain an advisory, a strategy or an error message.

    Without a name lists what there is.

    \b
    Examples:
      wasifix explain memory-cannot-grow
      wasifix explain "memory allocation of 7200 bytes failed"
      cargo test 2>&1 | wasifix explain -

    Exit code: 0 explained, 1 no known symptom in the text, 2 no such name.
    """
    from wasifix.advisories import load_advisories
    from wasifix.explain import by_symptom
    from wasifix.remedies import REMEDIES
    from wasifix.render import explain as render
    from wasifix.reporting import ALL_CHECKS

    style = style_for(color, sys.stdout.isatty())
    advisories = load_advisories()
    if name is None:
        print_text(render.render_list(advisories, ALL_CHECKS, REMEDIES.values(), style), None)
    elif name in REMEDIES:
        print_text(render.render_strategy(REMEDIES[name], advisories, style), None)
    elif check := next((each for each in ALL_CHECKS if each.id == name), None):
        print_text(render.render_check_explained(check, style), None)
    else:
        found = tuple(each for each in advisories if each.id == name)
        text = sys.stdin.read(INPUT_LIMIT) if name == "-" else name
        found = found or by_symptom(text, advisories)
        if not found:
            _nothing_found(name)
        toolchain = _toolchain_here()
        print_text("\n".join(_explained(each, toolchain, style) for each in found), None)


def _explained(advisory: Advisory, toolchain: Fact[Toolchain] | None, style: Style) -> str:
    from wasifix.detect import standing
    from wasifix.explain import releases_hit
    from wasifix.releases import first_days
    from wasifix.remedies import REMEDIES
    from wasifix.render.explain import render_advisory
    from wasifix.rust import Channel

    releases = releases_hit(advisory, (release for _, release in first_days(Channel.STABLE)))
    answer = standing(advisory, toolchain.value if toolchain else None)
    return render_advisory(advisory, releases, toolchain, answer, REMEDIES, style)


def _toolchain_here() -> Fact[Toolchain] | None:
    """The toolchain of the project in the current folder, if there is one that can be read."""
    from wasifix import place
    from wasifix.errors import WasifixError
    from wasifix.project import read_project
    from wasifix.project.sources import Sources

    try:
        where = place.locate(Path())
        return read_project(Sources(where.tree), where.start, place.environment()).toolchain
    except WasifixError:
        return None


def _nothing_found(name: str) -> None:
    from difflib import get_close_matches

    from wasifix.advisories import ADVISORIES
    from wasifix.errors import UsageError
    from wasifix.remedies import REMEDIES
    from wasifix.reporting import ALL_CHECKS

    if name == "-" or " " in name:
        typer.echo("no known symptom in this text", err=True)
        raise typer.Exit(1)
    known = [*ADVISORIES, *(each.id for each in ALL_CHECKS), *REMEDIES]
    near = get_close_matches(name, known, 1)
    raise UsageError(
        f"`{name}` is no advisory, check or strategy",
        advice=f"did you mean `{near[0]}`?" if near else "`wasifix explain` lists them",
    )
