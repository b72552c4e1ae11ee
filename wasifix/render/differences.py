"""What changes in a file, line by line."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator

from msgspec import Struct

from wasifix.proposals import FileChange


class Difference(Struct, frozen=True, kw_only=True):
    """The lines `old`, of which the first has the 1-based number `first`, become `new`.

    Without old lines the new ones come before line `first`. Lines keep their line ends.
    """

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def line(self) -> int:
        """A line of the old file to show it at: the first that changes, or the one above new lines."""
        return self.first if self.old else max(self.first - 1, 1)

    def signed(self) -> Iterator[tuple[str, str]]:
        """The lines with the signs of a diff."""
        yield from (("-", line) for line in self.old)
        yield from (("+", line) for line in self.new)


def differences(change: FileChange) -> Iterator[Difference]:
    """The differences from the first line on; of a new file all lines, of one that goes away too."""
    old, new = _lines(change.old), _lines(change.new)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            yield Difference(first=first + 1, old=tuple(old[first:last]), new=tuple(new[new_first:new_last]))


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    return [line for line in re.split(r"(?<=\n)", text) if line]
