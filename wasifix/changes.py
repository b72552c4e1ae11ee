"""What a plan wants of a file: changes of value, not of text."""

from __future__ import annotations

from dataclasses import dataclass

TomlValue = str | int | bool | tuple[str, ...]
KeyPath = tuple[str | int, ...]
"""A place in a TOML value tree: keys of tables and indices of arrays."""


@dataclass(frozen=True, slots=True)
class Set:
    """The value at `path` becomes `value`; missing tables are made. A tuple is an array of strings."""

    path: KeyPath
    value: TomlValue


@dataclass(frozen=True, slots=True)
class Append:
    """The items are added at the end of the array at `path`, which exists."""

    path: KeyPath
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """The key or array item at `path` goes away."""

    path: KeyPath


@dataclass(frozen=True, slots=True)
class Rename:
    """The table at `path` gets another last key; its contents stay."""

    path: KeyPath
    name: str


@dataclass(frozen=True, slots=True)
class SetLine:
    """The only line of a one-line `rust-toolchain` becomes `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class AddLines:
    """Lines that come after line `after` (1-based) of a text file; None makes a new file of them."""

    after: int | None
    lines: tuple[str, ...]


Change = Set | Append | Remove | Rename | SetLine | AddLines


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEdit:
    """What a plan wants of one file: changes of value, not of text. A missing file is made."""

    path: str
    changes: tuple[Change, ...]
