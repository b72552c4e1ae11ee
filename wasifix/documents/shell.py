"""Shell scripts as the commands that stand in them, each once.

`shell_flow` reads them in the order in which they run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wasifix.documents.shell_reader import Reader, flat, parsed
from wasifix.documents.shell_words import Command
from wasifix.documents.text import well_formed


def commands(script: str, variables: Mapping[str, str | None]) -> Iterator[Command]:
    """The commands of a script as they stand there. `variables` are known before it starts."""
    data = well_formed(script).encode("utf-8")
    known = dict(variables)
    for command in flat(parsed(data).root, Reader(data, known), bool):
        if not command.parts:
            known.update(command.variables)
        yield command


def same_commands(one: str, other: str) -> bool:
    """Whether two scripts run the same commands with the same words, whatever GitHub puts into them."""
    if one == other:
        return True
    texts = (re.sub(r"\$\{\{.*?\}\}", "x", text, flags=re.DOTALL) for text in (one, other))
    first, second = ([(each.words, each.variables) for each in commands(text, {})] for text in texts)
    return first == second
