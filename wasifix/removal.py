"""Takes out what wasifix wrote, and nothing else: the inverse of the edits, read from their comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from wasifix.documents import toml_arrays
from wasifix.documents.lines import NEW_LINES
from wasifix.documents.text import Edit, apply_edits, decode, encode, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.documents.toml_arrays import usual_quotes
from wasifix.documents.toml_spans import Entry, Section, Value
from wasifix.documents.toml_values import CannotEdit, written, written_key
from wasifix.markers import (
    NEW_FILE,
    NEW_TABLE,
    NONE,
    Marker,
    Step,
    decode_items,
    encode_items,
    encode_key,
    find_markers,
)
from wasifix.markers import decode as decode_token
from wasifix.markers import encode as encode_token
from wasifix.model import KeyPath


def restored(path: str, data: bytes, strategies: Sequence[str]) -> bytes | None:
    """The file without the edits of the strategies; None where the whole file was one of them.

    Raises CannotEdit where the text below a comment is no longer what wasifix wrote.
    """
    text, has_mark = decode(path, data)
    markers = [each for each in find_markers(text) if each.author.strategy in strategies]
    if any(each.details == NEW_FILE for each in markers):
        if text[: markers[0].start].strip() or len(list(find_markers(text))) > len(markers):
            raise CannotEdit("the file has more in it now than wasifix wrote", markers[0].start)
        return None
    if not path.endswith(".rs"):
        return _restored_toml(parse_toml(path, data), markers)
    edits = [_lines_edit(text, marker) for marker in markers]
    return encode(apply_edits(text, edits), has_mark)


def new_table(path: str, text: str, marker: Marker) -> Iterator[KeyPath]:
    """The path of the table that the comment calls new; that of the whole file for a new one."""
    if path.endswith(".rs") or marker.details not in (NEW_TABLE, NEW_FILE):
        return
    if marker.details == NEW_FILE:
        yield ()
        return
    for section in parse_toml(path, text.encode("utf-8")).sections[1:]:
        if section.start > marker.end:
            yield section.path
            return


def _restored_toml(document: TomlDocument, markers: list[Marker]) -> bytes:
    """One comment after the other, the last first, each on the text that the ones below it left."""
    text = document.text
    for marker in reversed(markers):
        current = parse_toml(document.path, text.encode("utf-8"))
        text = apply_edits(text, _edits(current, marker))
    if not document.text.endswith("\n"):  # a missing final newline stays missing
        text = text.removesuffix("\n").removesuffix("\r")
    return encode(text, document.has_mark)


def _edits(document: TomlDocument, marker: Marker) -> list[Edit]:
    if marker.details == NEW_TABLE:
        return [_table_edit(document, marker)]
    comment = Edit(line_start(document.text, marker.start), line_end(document.text, marker.end), "")
    if not marker.steps:
        raise CannotEdit("the comment was changed", marker.start)
    section = _section_of(document, marker)
    renamed = [
        edit for step in marker.steps if step.key == "table" for edit in _renamed(document, section, step)
    ]
    paths = {_path_of(document, section, step): step for step in marker.steps if step.key != "table"}
    gone = {path: step for path, step in paths.items() if step.new == NONE}
    present = {_now(path, gone): step for path, step in paths.items() if path not in gone}
    edits = [*renamed, *_reinserted(document, gone)]
    for path, step in present.items():
        edits += _undo(document, path, step, marker)
    if not section.end and {edit.start for edit in edits} >= {
        line_start(document.text, entry.start) for entry in section.entries
    }:
        edits += _blank_line(document, marker, edits[-1])
    return [comment, *_emptied(document, edits)]


def _blank_line(document: TomlDocument, marker: Marker, last: Edit) -> Iterator[Edit]:
    """The blank line that parted the only keys above all tables from what follows or, without, precedes."""
    text = document.text
    start = line_start(text, marker.start)
    if len(document.sections) > 1:
        if not text[last.end : line_end(text, last.end)].strip():
            yield Edit(last.end, line_end(text, last.end), "")
    elif text[:start].strip() and not text[(above := line_start(text, start - 1)) : start].strip():
        yield Edit(above, start, "")


def _undo(document: TomlDocument, path: KeyPath, step: Step, marker: Marker) -> Iterator[Edit]:
    found = document.locate(path)
    if found is None:
        raise CannotEdit(f"{_named(step)} is gone", marker.start)
    raw = document.text[found.value.start : found.value.end]
    if step.old != NONE:
        old = decode_token(step.old, raw)
        if step.new not in (encode_token(raw, ""), encode_token(raw)):
            raise CannotEdit(f"{_named(step)} was changed since", found.value.start)
        yield Edit(found.value.start, found.value.end, old)
    elif found.value.kind == "[" and not step.new.startswith("["):
        yield from _taken_back(document, path, found.value, step)
    elif step.new not in (encode_token(raw, ""), encode_token(raw), _as_new(document.get(*path))):
        raise CannotEdit(f"{_named(step)} was changed since", found.value.start)
    else:
        yield _without_entry(document, found.entry, found.value)


def _as_new(value: Any) -> str:
    """A new array of strings as its step names it."""
    is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return f"[{encode_items(tuple(value))}]" if is_list else ""


def _named(step: Step) -> str:
    return f"`{step.key}`" if step.key else "the toolchain"


def _taken_back(document: TomlDocument, path: KeyPath, array: Value, step: Step) -> Iterator[Edit]:
    """The items that were added, wherever they stand now."""
    present = document.get(*path)
    wanted = list(decode_items(step.new))
    for start in range(len(present) - len(wanted), -1, -1):
        if present[start : start + len(wanted)] == wanted:
            indices = range(start, start + len(wanted))
            yield from toml_arrays.remove_all(document, path, tuple(indices))
            return
    raise CannotEdit(f"{_named(step)} was changed since", array.start)


def _now(path: KeyPath, gone: Iterable[KeyPath]) -> KeyPath:
    """The path with the indices that it has as long as the array items `gone` are not there."""
    return tuple(
        key - sum(each[:-1] == path[:depth] and int(each[-1]) < key for each in gone)
        if isinstance(key, int)
        else key
        for depth, key in enumerate(path)
    )


def _reinserted(document: TomlDocument, gone: Mapping[KeyPath, Step]) -> Iterator[Edit]:
    """Array items that were taken out come back to their places."""
    text = document.text
    at_end: dict[KeyPath, list[str]] = {}
    for path, step in gone.items():
        *parent, index = _now(path, gone)
        array = document.locate(tuple(parent))
        if array is None or not isinstance(index, int) or array.value.kind != "[":
            raise CannotEdit(f"the place of {_named(step)} is gone", 0)
        items = array.value.items
        quoted = decode_token(step.old, usual_quotes(text, items))
        if index >= len(items):
            at_end.setdefault(tuple(parent), []).append(quoted)
            continue
        at = items[index].start
        begin = line_start(text, at)
        own_line = not text[begin:at].strip() and begin > array.value.start
        yield Edit(at, at, f"{quoted},{eol_near(text, at) + text[begin:at] if own_line else ' '}")
    for parent_path, new in at_end.items():
        yield from toml_arrays.append_written(document, parent_path, new)


def _renamed(document: TomlDocument, section: Section, step: Step) -> Iterator[Edit]:
    old, new = _name(step.old), _name(step.new)
    if new not in section.path:
        raise CannotEdit(f"the table `{new}` was renamed since", section.start)
    depth = section.path.index(new) + 1
    index = sum(isinstance(key, str) for key in section.path[:depth]) - 1
    for header in document.headers_below(section.path[:depth]):
        start, end = header.key_spans[index]
        quote = document.text[start] if document.text[start] in "'\"" else ""
        yield Edit(start, end, written(old, like=quote * 2) if quote else written_key(old))


def _name(token: str) -> str:
    return "" if token == "``" else unquote(token)


def _without_entry(document: TomlDocument, entry: Entry, value: Value) -> Edit:
    """The line of a key that was added, or its part of an inline table."""
    text = document.text
    if entry.value is value:
        return Edit(line_start(text, entry.start), line_end(text, value.end), "")
    inner = next(
        each.entries for each in _values(entry.value) if any(one.value is value for one in each.entries)
    )
    index = next(number for number, each in enumerate(inner) if each.value is value)
    start = inner[index - 1].value.end if index else inner[index].start
    return Edit(start, value.end, "")


def _values(value: Value) -> Iterator[Value]:
    yield value
    for inner in (*value.items, *(entry.value for entry in value.entries)):
        yield from _values(inner)


def _emptied(document: TomlDocument, edits: list[Edit]) -> list[Edit]:
    """The edits, with `{}` for an inline table that loses all its entries."""
    ends = {edit.end for edit in edits if not edit.text}
    for section in document.sections:
        for entry in section.entries:
            for value in _values(entry.value):
                if value.entries and all(each.value.end in ends for each in value.entries):
                    edits = [each for each in edits if not value.start < each.start < value.end]
                    edits.append(Edit(value.start, value.end, "{}"))
    return edits


def _table_edit(document: TomlDocument, marker: Marker) -> Edit:
    """The block of a table that was added, with the blank line above it."""
    text = document.text
    section = next((each for each in document.sections[1:] if each.start > marker.end), None)
    if section is None or text[marker.end : section.start].strip():
        raise CannotEdit("the table below the comment is gone", marker.start)
    if any(each.start > section.start for each in document.headers_below(section.path)):
        raise CannotEdit("the table has tables of its own now", section.start)
    last = section.entries[-1].value.end if section.entries else section.end
    lines = text[line_end(text, section.end) : line_end(text, last)].splitlines()
    if len(lines) != len(section.entries) or any("#" in line for line in lines):
        raise CannotEdit("the table has comments or blank lines now", section.start)
    start, end = line_start(text, marker.start), line_end(text, last)
    above = line_start(text, start - 1) if start else 0
    if start and not text[above:start].strip():
        start = above
    return Edit(start, end, "")


def _section_of(document: TomlDocument, marker: Marker) -> Section:
    renamed = marker.steps[0].key == "table" or any(step.key == "table" for step in marker.steps)
    if renamed:
        following = [each for each in document.sections[1:] if each.start > marker.end]
        if not following:
            raise CannotEdit("the table below the comment is gone", marker.start)
        return following[0]
    return [each for each in document.sections if each.end <= marker.start or each.end == 0][-1]


def _path_of(document: TomlDocument, section: Section, step: Step) -> KeyPath:
    """The path whose keys, joined with dots, are the step's label."""
    if not step.key:
        return (*section.path, "channel")
    names = [name for entry in section.entries for name in _labels(entry.keys, entry.value)]
    for name in names:
        if encode_key(name) == step.key:
            return (*section.path, *name)
    path = section.path
    for key in map(unquote, step.key.split(".")):
        is_index = isinstance(document.get(*path), list) and key.isdecimal()
        path = (*path, int(key) if is_index else key)
    return path


def _labels(keys: KeyPath, value: Value) -> Iterator[KeyPath]:
    yield keys
    for index, item in enumerate(value.items):
        yield from _labels((*keys, index), item)
    for entry in value.entries:
        yield from _labels((*keys, *entry.keys), entry.value)


def _lines_edit(text: str, marker: Marker) -> Edit:
    match = re.fullmatch(rf"(\d+) {NEW_LINES}", marker.details)
    if match is None:
        raise CannotEdit("the comment was changed", marker.start)
    start, end = line_start(text, marker.start), line_end(text, marker.end)
    for _ in range(int(match[1])):
        end = line_end(text, end)
    return Edit(start, end, "")
