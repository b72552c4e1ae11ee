"""Functions of shell scripts that one part defines and another calls: of a sourced script, of a GitLab job.

Those that a script defines and calls itself, `shell_flow` reads in their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wasifix.documents.shell_words import Definition
from wasifix.project.commands import Reading
from wasifix.project.expressions import Known
from wasifix.project.leads import Lead
from wasifix.project.script import Script
from wasifix.project.setup_steps import Function, Leg


def define(leg: Leg, script: Script, definition: Definition) -> None:
    """From now on the leg knows the function."""
    body = script.part(definition.start, definition.end)
    leg.functions[definition.name] = Function(body=body, is_called=definition.is_called)


def function_lead(reading: Reading, name: str) -> Lead | None:
    """The body of the function that the command calls; None where it is no function, or one that runs."""
    leg = reading.leg
    function = leg.functions.get(name)
    if function is None or _key(name, function) in leg.trail:
        return None
    leg.functions[name] = replace(function, is_called=True)
    arguments = {str(number): known for number, known in enumerate(reading.rest(1), 1)}
    return _lead(name, function, leg, arguments)


def uncalled(leg: Leg) -> Iterator[Lead]:
    """The functions that nothing has called, of which nobody knows with what."""
    for name, function in tuple(leg.functions.items()):
        if not function.is_called:
            yield _lead(name, function, leg, {})


def without_arguments(shell: dict[str, Known]) -> dict[str, Known]:
    """The variables of a shell but `$1`, `$2` and so on."""
    return {name: known for name, known in shell.items() if not name.isdigit()}


def _lead(name: str, function: Function, leg: Leg, arguments: dict[str, Known]) -> Lead:
    return Lead(
        key=_key(name, function),
        scripts=(function.body,),
        folder=leg.folder,
        shell={**without_arguments(leg.shell), **arguments},
        is_sourced=True,
    )


def _key(name: str, function: Function) -> str:
    return f"{function.body.path}#{name}()"
