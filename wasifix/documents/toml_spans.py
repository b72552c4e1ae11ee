"""Where keys, values and tables stand in a TOML text.

No TOML library for Python tells positions. This reads only what a parser has already accepted (see
`toml.py`), so it needs no error handling of its own. Grammar: https://toml.io/en/v1.1.0
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from wasifix.changes import KeyPath


E = TypeVar("E")

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|[^\s.=\]]+")
STRING = re.compile(
    r'"{3}(?:\\.|[^\\])*?"{3,5}' + r"|'{3}.*?'{3,5}" + r'|"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'", re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


class Value(Struct, frozen=True):
    """A value's span. `items` of an array, `entries` of an inline table; `kind` is the first character."""

    start: int
    end: int
    kind: str
    items: tuple[Value, ...] = ()
    entries: tuple[Entry, ...] = ()


class Entry(Struct, frozen=True):
    """`keys = value`, with the span of the key as written."""

    keys: tuple[str, ...]
    start: int
    key_end: int
    value: Value


class Section(Struct, frozen=True, dict=True):
    """A table header (`start == end` for the root table, which has none) and the entries below it.

    The path of an element of an array of tables ends with its index.
    """

    path: KeyPath
    start: int
    end: int
    is_array: bool
    entries: tuple[Entry, ...]
    key_spans: tuple[tuple[int, int], ...] = ()

    def entries_of(self, key: str | int) -> list[Entry]:
        """The entries whose key is this one or begins with it."""
        return self._entries_by_key.get(key, [])

    @cached_property
    def _entries_by_key(self) -> dict[str | int, list[Entry]]:
        found: dict[str | int, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.keys[0], []).append(entry)
        return found


def read_sections(text: str) -> tuple[Section, ...]:
    """All tables of a valid TOML text, in their order."""
    return tuple(_Reader(text).sections())


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.array_lengths: dict[KeyPath, int] = {}

    def sections(self) -> Iterator[Section]:
        header: tuple[KeyPath, int, int, bool, tuple[tuple[int, int], ...]] = ((), 0, 0, False, ())
        entries: list[Entry] = []
        self._skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                path, start, end, is_array, spans = header
                yield Section(path, start, end, is_array, tuple(entries), spans)
                header, entries = self._header(), []
            else:
                entries.append(self._entry())
            self._skip(_SPACE)
        path, start, end, is_array, spans = header
        yield Section(path, start, end, is_array, tuple(entries), spans)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None or match.end() == self.at:
            raise ValueError(f"unexpected text at {self.at}")
        self.at = match.end()
        return match.group()

    def _header(self) -> tuple[KeyPath, int, int, bool, tuple[tuple[int, int], ...]]:
        start = self.at
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys, spans = self._keys()
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            if is_array and index == len(keys) - 1:
                self.array_lengths[path] = self.array_lengths.get(path, 0) + 1
            if path in self.array_lengths:
                path = (*path, self.array_lengths[path] - 1)
        return path, start, self.at, is_array, spans

    def _keys(self) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
        keys: list[str] = []
        spans: list[tuple[int, int]] = []
        while True:
            self._skip(_BLANK)
            start = self.at
            keys.append(_decoded_key(self._take(_KEY)))
            spans.append((start, self.at))
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return tuple(keys), tuple(spans)
            self.at += 1

    def _entry(self) -> Entry:
        start = self.at
        keys, spans = self._keys()
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        return Entry(keys, start, spans[-1][1], self._value())

    def _value(self) -> Value:
        start, kind = self.at, self.text[self.at]
        if kind == "[":
            items = tuple(self._list("]", self._value))
            return Value(start, self.at, kind, items=items)
        if kind == "{":
            entries = tuple(self._list("}", self._entry))
            return Value(start, self.at, kind, entries=entries)
        if kind in "\"'":
            self._take(STRING)
        else:
            self.at = start + len(self._take(_SCALAR).rstrip())
        return Value(start, self.at, kind)

    def _list(self, closing: str, element: Callable[[], E]) -> Iterator[E]:
        self.at += 1
        self._skip(_SPACE)
        while self.text[self.at] != closing:
            yield element()
            self._skip(_SPACE)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_SPACE)
        self.at += 1


def _decoded_key(raw: str) -> str:
    if raw[0] == '"' and "\\" in raw:
        import tomli

        return next(iter(tomli.loads(f"{raw} = 0")))
    return raw[1:-1] if raw[0] in "\"'" else raw
