"""Small texts before and after a change, as the tests of the writer state them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wasifix.changes import Change, FileEdit, Set, TomlValue
from wasifix.edits import rendered
from wasifix.markers import Author
from wasifix.model import Effect

AUTHOR = Author(
    strategy="pin", advisory="memory-cannot-grow", effect=Effect.UNPROVEN, url="https://example.org/1"
)


@dataclass(frozen=True)
class Case:
    """A change of a text. `#! details` in a text stands for the comment that wasifix writes."""

    says: str
    before: str
    changes: tuple[Change, ...]
    after: str

    def __str__(self) -> str:
        return self.says.replace(" ", "-")


def text(lines: str) -> str:
    """A text as the cases write it: from the line after the quotes on, with the comments in full."""
    return re.sub(r"#! (.*)", lambda found: AUTHOR.comment(found[1]), lines.removeprefix("\n"))


def written(lines: str | bytes, *changes: Change) -> bytes:
    """The bytes of a file after the changes."""
    data = lines if isinstance(lines, bytes) else text(lines).encode()
    return rendered(FileEdit(path="a.toml", changes=changes), data, AUTHOR)


def put(path: str, value: TomlValue) -> Set:
    """`Set` with a path of bare keys and indices."""
    return Set(tuple(int(key) if key.isdigit() else key for key in path.split(".")), value)
