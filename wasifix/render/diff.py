"""A patch in colour, for eyes only."""

from __future__ import annotations

from wasifix.render.terminal import clean

_COLOURS = {"+": "32", "-": "31", "@": "36"}


def painted(patch: str) -> str:
    """The patch with git's usual colours and without control characters."""
    return "".join(f"{_line(line)}\n" for line in patch.splitlines())


def _line(line: str) -> str:
    if line.startswith(("diff ", "index ", "--- ", "+++ ", "new file", "deleted file")):
        return f"\x1b[1m{clean(line)}\x1b[0m"
    colour = _COLOURS.get(line[:1])
    return f"\x1b[{colour}m{clean(line)}\x1b[0m" if colour else clean(line)
