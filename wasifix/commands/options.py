"""Options that several commands share, and what they come to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasifix.commands.help import OUTPUT, SETTINGS, WRITING

if TYPE_CHECKING:
    from wasifix.model import Settings
    from wasifix.place import Place
    from wasifix.rust import Release
    from wasifix.settings import Given


class Colour(StrEnum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class RemovalFormat(StrEnum):
    """Output formats of `remove`."""

    PATCH = "patch"
    JSON = "json"


class PatchFormat(StrEnum):
    """Output formats of `apply`."""

    PATCH = "patch"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    GITHUB = "github"


PathArgument = Annotated[Path, typer.Argument(help="A folder of the project.", show_default="here")]
PathArguments = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Folders of projects.", show_default="here"),
]
AssumeRust = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="The toolchain to take where the files leave it open."),
]
Strategies = Annotated[
    list[str] | None,
    typer.Option("--strategy", "-s", metavar="NAME", help="Which; repeatable. `wasifix explain` lists them."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Print the patch, write nothing.", rich_help_panel=WRITING)
]
AllowDirty = Annotated[
    bool,
    typer.Option(
        "--allow-dirty", help="Write to files that hold work in no commit, too.", rich_help_panel=WRITING
    ),
]
AllowNoVcs = Annotated[
    bool,
    typer.Option("--allow-no-vcs", help="Write where git cannot undo it, too.", rich_help_panel=WRITING),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A TOML file of settings; wins over the manifest.",
        rich_help_panel=SETTINGS,
    ),
]
NoConfig = Annotated[
    bool,
    typer.Option("--no-config", help="Leave the manifest's settings alone.", rich_help_panel=SETTINGS),
]
PatchFormatOption = Annotated[
    PatchFormat, typer.Option("--format", help="What to print.", rich_help_panel=OUTPUT)
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output-file",
        "-o",
        metavar="FILE",
        help="Write the output there, not to stdout.",
        rich_help_panel=OUTPUT,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Say on stderr where values come from, and what was read.",
        rich_help_panel=OUTPUT,
    ),
]
ColourOption = Annotated[
    Colour,
    typer.Option(
        "--color", help="Colour in text. NO_COLOR and FORCE_COLOR count too.", rich_help_panel=OUTPUT
    ),
]


def settings_given(
    where: Place, config: Path | None, no_config: bool, options: Settings | None = None
) -> Given:
    """The settings from outside the project. Raises UsageError, InvalidSetting, UnreadableInput."""
    from wasifix.errors import UsageError
    from wasifix.place import settings_file
    from wasifix.settings import Given

    if config is not None and no_config:
        raise UsageError("--config and --no-config do not go together", advice="use one of them")
    layers = (*((options,) if options else ()), *((settings_file(config, where),) if config else ()))
    return Given(layers=layers, manifest=not no_config)


def settled_toolchain(name: str | None) -> str | None:
    """The value of --assume-rust. Raises UsageError where it leaves the release open too."""
    from wasifix.errors import UsageError
    from wasifix.rust import parse_toolchain

    if name is not None and (parse_toolchain(name).is_custom or parse_toolchain(name).is_floating):
        raise UsageError(
            f"--assume-rust {name}: that does not settle which release it is",
            advice="give a release or a dated nightly: 1.91.0, 1.91, nightly-2025-10-01",
        )
    return name


def release_option(option: str, text: str | None) -> Release | None:
    """The value of an option that takes a full release number. Raises UsageError."""
    from wasifix.errors import UsageError
    from wasifix.rust import Release

    if text is None:
        return None
    if text.count(".") == 2:
        try:
            return Release.parse(text)
        except ValueError:
            pass
    raise UsageError(
        f"{option} {text}: not a full release number",
        advice=f"give all three numbers: {option} {'1.90.0' if option == '--rust' else '36.0.9'}",
    )


def opened(path: Path) -> Place:
    """The project that the folder belongs to, without anything half done in it. Raises NoProject ..."""
    from wasifix.journal import finish_interrupted
    from wasifix.place import locate

    where = locate(path)
    finished = finish_interrupted(where.tree.root)
    if finished:
        names = ", ".join(finished)
        typer.echo(f"note: wrote {names}, which an interrupted run had left half done", err=True)
    return where
