"""Whether a new text is the old one plus exactly the intended change: by value, and line by line."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from wasifix.changes import (
    AddItem,
    AddLines,
    Append,
    Change,
    KeyPath,
    Remove,
    Rename,
    Replace,
    Set,
    SetLine,
)
from wasifix.documents.text import line_start, position
from wasifix.documents.toml import TomlDocument, value_at

_COMMA = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*,")
"""The comma behind an array's item, which may begin the line of the next one."""


class Unproven(Exception):
    """An edit that failed its own proof: a bug in wasifix, caught before anything was written."""


def changed_values(values: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The value tree after the changes, computed without any text."""
    values = copy.deepcopy(values)
    for change in changes:
        match change:
            case Set(path, value):
                _parent(values, path)[path[-1]] = list(value) if isinstance(value, tuple) else value
            case Append(path, items):
                _parent(values, path)[path[-1]].extend(items)
            case Remove(path):
                del _parent(values, path)[path[-1]]
            case Rename(path, name):
                parent = _parent(values, path)
                parent[name] = parent.pop(path[-1])
            case SetLine() | AddLines() | Replace() | AddItem():
                raise TypeError("such a file has no values")
    return values


def prove_values(before: TomlDocument, after: TomlDocument, changes: tuple[Change, ...]) -> None:
    """The values are the old ones plus the changes. Raises Unproven."""
    if not same(after.values, changed_values(before.values, changes)):
        raise Unproven(f"{before.path}: the new values are not the intended ones")


def prove_lines(before: TomlDocument, after: TomlDocument, changes: tuple[Change, ...]) -> None:
    """Every line that no change names is still there, and in the same order. Raises Unproven."""
    old = _lines(before.text)
    named = {number for change in changes for number in _named_lines(before, change)}
    tops = named | {number for change in changes for number in _header_lines(before, change)}
    named |= {number - 1 for number in tops if number > 1 and _is_marker(old[number - 2])}
    kept = [line for number, line in enumerate(old, 1) if number not in named]
    new = _lines(after.text)
    remaining = iter(new)
    for index, line in enumerate(kept):
        last = index == len(kept) - 1 and not line.endswith("\n")
        if not any(each == line or (last and each.rstrip("\r\n") == line) for each in remaining):
            raise Unproven(f"{before.path}: a line that no change names would change: {line.strip()!r}")
    ends = {line.endswith("\r\n") for line in old if line.endswith("\n")}
    if len(ends) == 1 and any(line.endswith("\r\n") not in ends for line in new if line.endswith("\n")):
        raise Unproven(f"{before.path}: line ends would be mixed")


def holds(values: dict[str, Any], change: Change) -> bool:
    """Whether there is nothing to do: the value is there already."""
    if isinstance(change, Set):
        value = list(change.value) if isinstance(change.value, tuple) else change.value
        present = value_at(values, change.path)
        return same(present, value)
    return False


def _lines(text: str) -> list[str]:
    """Lines as TOML knows them; `str.splitlines` also splits at form feeds and the like."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def same(one: Any, other: Any) -> bool:
    """Equal in value and type: `1`, `1.0` and `true` are equal for Python, but not for Cargo."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or repr(one) == repr(other)  # nan


def _named_lines(document: TomlDocument, change: Change) -> Iterable[int]:
    match change:
        case Rename(path, _):
            for header in document.headers_below(path):
                yield position(document.text, header.start)[0]
        case Set(path, _) | Append(path, _) | Remove(path):
            found = document.locate(path) or document.locate(path[:-1])
            if found is not None:
                first = position(document.text, line_start(document.text, found.entry.start))[0]
                comma = _COMMA.match(document.text, found.value.end) if isinstance(change, Remove) else None
                last = position(document.text, comma.end() if comma else found.value.end)[0]
                yield from range(first, last + 1)


def _header_lines(document: TomlDocument, change: Change) -> Iterable[int]:
    """The line of the table that holds a value: a comment above it may change its author."""
    if isinstance(change, Set) and (found := document.locate(change.path)) is not None:
        yield position(document.text, found.section.start)[0]


def _is_marker(line: str) -> bool:
    return line.lstrip().startswith("# wasifix ")


def _parent(values: Any, path: KeyPath) -> Any:
    for key in path[:-1]:
        values = values.setdefault(key, {}) if isinstance(values, dict) else values[key]
    return values
