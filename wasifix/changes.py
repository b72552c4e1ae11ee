"""What a plan wants of a file: changes of value, not of text."""

from __future__ import annotations

from msgspec import Struct

TomlValue = str | int | bool | tuple[str, ...]
KeyPath = tuple[str | int, ...]
"""A place in a TOML value tree: keys of tables and indices of arrays."""


class Set(Struct, frozen=True):
    """The value at `path` becomes `value`; missing tables are made. A tuple is an array of strings."""

    path: KeyPath
    value: TomlValue


class Append(Struct, frozen=True):
    """The items are added at the end of the array at `path`, which exists."""

    path: KeyPath
    items: tuple[str, ...]


class Remove(Struct, frozen=True):
    """The key or array item at `path` goes away."""

    path: KeyPath


class Rename(Struct, frozen=True):
    """The table at `path` gets another last key; its contents stay."""

    path: KeyPath
    name: str


class SetLine(Struct, frozen=True):
    """The only line of a one-line `rust-toolchain` becomes `text`."""

    text: str


class AddLines(Struct, frozen=True):
    """Lines that come after line `after` (1-based) of a text file; None makes a new file of them."""

    after: int | None
    lines: tuple[str, ...]


class Replace(Struct, frozen=True):
    """Characters `start`..`end` of the text at `path` become `text`; an empty path is a whole plain file."""

    path: KeyPath
    start: int
    end: int
    text: str


class AddItem(Struct, frozen=True):
    """A mapping is added at the end of the YAML list at `path`, which is made where it is missing."""

    path: KeyPath
    entries: tuple[tuple[str, str], ...]


Change = Set | Append | Remove | Rename | SetLine | AddLines | Replace | AddItem


class FileEdit(Struct, frozen=True, kw_only=True):
    """What a plan wants of one file: changes of value, not of text. A missing file is made.

    A plan may have several for a file: each is made as a whole or not at all.
    """

    path: str
    changes: tuple[Change, ...]


class Origin(Struct, frozen=True, kw_only=True):
    """Where a file has a value: the keys that lead to it, and which characters of it where it is only a part.

    A plain text (a script, a Dockerfile) is one value, so its `route` is empty.
    """

    path: str
    route: KeyPath = ()
    part: tuple[int, int] | None = None

    def becomes(self, text: str) -> Change:
        """The change that puts the text there."""
        return Set(self.route, text) if self.part is None else Replace(self.route, *self.part, text)
