"""The way back of single edits: keys and items that were added go, items that were taken out return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wasifix.changes import KeyPath
from wasifix.documents import toml_arrays
from wasifix.documents.text import CannotEdit, Edit, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_spans import Entry, Value
from wasifix.markers import Marker, decode


def place_now(path: KeyPath, gone: Iterable[KeyPath]) -> KeyPath:
    """The path with the indices that it has as long as the array items `gone` are not there."""
    return tuple(
        key - sum(each[:-1] == path[:depth] and isinstance(each[-1], int) and each[-1] < key for each in gone)
        if isinstance(key, int)
        else key
        for depth, key in enumerate(path)
    )


def reinserted(document: TomlDocument, gone: Mapping[KeyPath, str]) -> Iterator[Edit]:
    """Array items that were taken out come back to their places; `gone` has them as their steps do."""
    text = document.text
    at_end: dict[KeyPath, list[str]] = {}
    for path, token in gone.items():
        *parent, index = place_now(path, gone)
        array = document.locate(tuple(parent))
        if array is None or not isinstance(index, int) or array.value.kind != "[":
            name = next((key for key in reversed(path) if not str(key).isdecimal()), "")
            raise CannotEdit(f"`{name}` is no list any more, so that its item cannot go back", 0)
        items = array.value.items
        quoted = decode(token, toml_arrays.usual_quotes(text, items))
        if index >= len(items):
            at_end.setdefault(tuple(parent), []).append(quoted)
            continue
        at = items[index].start
        begin = line_start(text, at)
        own_line = not text[begin:at].strip() and begin > array.value.start
        yield Edit(at, at, f"{quoted},{eol_near(text, at) + text[begin:at] if own_line else ' '}")
    for parent_path, new in at_end.items():
        yield from toml_arrays.append_written(document, parent_path, new)


def blank_line_edit(document: TomlDocument, marker: Marker, last: Edit) -> Iterator[Edit]:
    """The blank line that parted the only keys above all tables from what follows or, without, precedes."""
    text = document.text
    start = line_start(text, marker.start)
    if len(document.sections) > 1:
        if not text[last.end : line_end(text, last.end)].strip():
            yield Edit(last.end, line_end(text, last.end), "")
    elif text[:start].strip() and not text[(above := line_start(text, start - 1)) : start].strip():
        yield Edit(above, start, "")


def without_entry(document: TomlDocument, entry: Entry, value: Value) -> Edit:
    """The line of a key that was added, or its part of an inline table."""
    text = document.text
    if entry.value is value:
        return Edit(line_start(text, entry.start), line_end(text, value.end), "")
    tables = (each.entries for each in _values(entry.value))
    inner = next(each for each in tables if any(one.value is value for one in each))
    index = next(number for number, each in enumerate(inner) if each.value is value)
    start = inner[index - 1].value.end if index else inner[index].start
    return Edit(start, value.end, "")


def with_emptied_tables(document: TomlDocument, edits: list[Edit]) -> list[Edit]:
    """The edits, with `{}` for an inline table that loses all its entries."""
    ends = {edit.end for edit in edits if not edit.text}
    for section in document.sections:
        for entry in section.entries:
            for value in _values(entry.value):
                if value.entries and all(each.value.end in ends for each in value.entries):
                    edits = [each for each in edits if not value.start < each.start < value.end]
                    edits.append(Edit(value.start, value.end, "{}"))
    return edits


def _values(value: Value) -> Iterator[Value]:
    yield value
    for inner in (*value.items, *(entry.value for entry in value.entries)):
        yield from _values(inner)
