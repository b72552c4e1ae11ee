"""A TOML file: its values as Cargo reads them, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wasifix.documents.places import evidence_at
from wasifix.documents.text import decode
from wasifix.documents.toml_spans import Entry, Section, Value, read_sections
from wasifix.errors import UnreadableInput
from wasifix.model import Evidence

if TYPE_CHECKING:
    from wasifix.changes import KeyPath

_INDEXED_DEPTH = 4
"""Tables that lie deeper are looked for one by one: an index of all would grow with their depth squared."""


class Location(Struct, frozen=True):
    """Where a value stands: in which table and entry, and its own span."""

    section: Section
    entry: Entry
    value: Value


class TomlDocument(Struct, frozen=True, kw_only=True, dict=True):
    """A parsed file. `text` is without the byte-order mark; line ends are as in the file."""

    path: str
    text: str
    has_mark: bool
    values: dict[str, Any]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All tables with their spans; read only when a place is asked for."""
        return read_sections(self.text)

    @cached_property
    def _sections_by_path(self) -> dict[KeyPath, list[Section]]:
        found: dict[KeyPath, list[Section]] = {}
        for section in self.sections:
            found.setdefault(section.path, []).append(section)
        return found

    @cached_property
    def _first_headers(self) -> dict[KeyPath, Section]:
        """The first header that names a table or one below it, of tables that do not lie deep."""
        found: dict[KeyPath, Section] = {}
        for section in self.sections[1:]:
            for depth in range(1, min(len(section.path), _INDEXED_DEPTH) + 1):
                found.setdefault(section.path[:depth], section)
        return found

    def get(self, *path: str | int) -> Any:
        """The value at the path, None where there is none."""
        return value_at(self.values, path)

    def table(self, *path: str) -> dict[str, Any]:
        """The table at the path, empty where there is none or where it is something else."""
        found = self.get(*path)
        return found if isinstance(found, dict) else {}

    def locate(self, path: KeyPath) -> Location | None:
        """Where the value at the path is written; None for a table that has only headers or no place."""
        for depth in range(len(path)):
            for section in self._sections_by_path.get(path[:depth], ()):
                for entry in section.entries_of(path[depth]):
                    found = _descend(entry, path[depth:])
                    if found is not None:
                        return Location(section, entry, found)
        return None

    def header(self, path: KeyPath) -> Section | None:
        """The header `[path]`, if the table has one."""
        return next((each for each in self.sections[1:] if each.path == path), None)

    def headers_below(self, path: KeyPath) -> Iterator[Section]:
        """The headers `[path]` and `[path.more]`, in their order."""
        return (each for each in self.sections[1:] if each.path[: len(path)] == path)

    def evidence(self, path: KeyPath, note: str = "") -> Evidence:
        """The place of a value or table, with its line as text."""
        found = self._evidence.get((path, note))
        if found is None:
            offset = self.offset(path)
            if offset is None:
                found = Evidence(path=self.path, note=note)
            else:
                found = evidence_at(self.path, self.text, offset, note)
            self._evidence[path, note] = found
        return found

    @cached_property
    def _evidence(self) -> dict[tuple[KeyPath, str], Evidence]:
        """The places that were asked for: each build asks again."""
        return {}

    def offset(self, path: KeyPath) -> int | None:
        """Where a value or a table begins; of a table, the first place that names it."""
        if (found := self.locate(path)) is not None:
            return found.value.start
        if len(path) <= _INDEXED_DEPTH:
            named = self._first_headers.get(path)
        else:
            named = next(self.headers_below(path), None)
        if named is not None:
            return named.key_spans[sum(isinstance(key, str) for key in path) - 1][0]
        for section in self.sections:  # a dotted key: `release.lto = true` below `[profile]`
            depth = len(section.path)
            for entry in section.entries:
                if (*section.path, *entry.keys)[: len(path)] == path and depth < len(path):
                    return entry.start
        return None


def parse_toml(path: str, data: bytes) -> TomlDocument:
    """Reads a file. Raises UnreadableInput with line and column where it is not UTF-8 or not TOML."""
    import tomli

    text, has_mark = decode(path, data)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise UnreadableInput(
            f"not valid TOML: {error.msg}", path=path, line=error.lineno, column=error.colno
        ) from None
    except ValueError:  # a number of thousands of digits, which Python refuses to read
        raise UnreadableInput("not readable as TOML: a number is too long", path=path) from None
    except RecursionError:
        raise UnreadableInput("not readable as TOML: nested too deeply", path=path) from None
    return TomlDocument(path=path, text=text, has_mark=has_mark, values=values)


def value_at(values: Any, path: KeyPath) -> Any:
    """The value at a path of a value tree, None where there is none."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(values, list) or not -len(values) <= key < len(values):
                return None
        elif not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


def _descend(entry: Entry, path: KeyPath) -> Value | None:
    depth = len(entry.keys)
    if entry.keys != path[:depth]:
        return None
    return _inside(entry.value, path[depth:])


def _inside(value: Value, path: KeyPath) -> Value | None:
    if not path:
        return value
    key = path[0]
    if isinstance(key, int):
        return _inside(value.items[key], path[1:]) if 0 <= key < len(value.items) else None
    for entry in value.entries:
        found = _descend(entry, path)
        if found is not None:
            return found
    return None
