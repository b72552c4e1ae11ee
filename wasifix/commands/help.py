"""Help and usage errors in the form of everything else that the program says."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

WRITING = "Writing"
SETTINGS = "Settings"
OUTPUT = "Output"
"""Headings that options are listed below."""

UsageProblem: type[Exception] = typer.BadParameter.__bases__[0]
"""What the parser raises for words that it does not know; typer exports only this subclass of it."""


class Grouped(TyperCommand):
    """A command whose help lists its options in groups; typer does so only where rich paints the help."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Writes the arguments, the options without a group, then the groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            kind = "Arguments" if parameter.param_type_name == "argument" else "Options"
            record = parameter.get_help_record(ctx)
            if record is not None:
                heading = getattr(parameter, "rich_help_panel", None) or kind
                groups.setdefault(heading, []).append(record)
        for heading in dict.fromkeys(("Arguments", "Options", *groups)):
            if heading in groups:
                with formatter.section(heading):
                    formatter.write_dl(groups[heading])


def usage_error(problem: Any) -> tuple[str, str]:
    """What the parser says, in our form: the message, and what to do next."""
    message = str(problem.format_message()).rstrip(".")
    message = f"{message[:1].lower()}{message[1:]}"
    command = problem.ctx.command_path if problem.ctx else "wasifix"
    return message, f"{command} --help"
