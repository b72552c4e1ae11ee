"""Takes out what wasifix wrote, and nothing else: the inverse of the edits, read from their comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from wasifix.changes import KeyPath
from wasifix.documents import toml_arrays
from wasifix.documents.fragments import undone
from wasifix.documents.kinds import is_toml
from wasifix.documents.lines import removal_of
from wasifix.documents.text import CannotEdit, Edit, apply_edits, decode, encode, line_end, line_start
from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.documents.toml_inverse import (
    blank_line_edit,
    place_now,
    reinserted,
    with_emptied_tables,
    without_entry,
)
from wasifix.documents.toml_spans import Section, Value
from wasifix.documents.toml_values import written, written_key
from wasifix.errors import UnreadableInput
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


def restored(path: str, data: bytes, strategies: Sequence[str]) -> bytes | None:
    """The file without the edits of the strategies; None where the whole file was one of them.

    Raises CannotEdit where the text below a comment is no longer what wasifix wrote.
    """
    text, has_mark = decode(path, data)
    markers = [each for each in find_markers(text) if each.author.strategy in strategies]
    if path.endswith(".rs"):
        left = apply_edits(text, [removal_of(text, marker) for marker in markers])
        return encode(left, has_mark) if left.strip() else None
    if not is_toml(path):
        return encode(_restored_lines(text, strategies), has_mark)
    left = _restored_toml(parse_toml(path, data), markers)
    if not any(each.details == NEW_FILE for each in markers):
        return encode(left, has_mark)
    if left.strip():
        raise CannotEdit("the file has more in it now than wasifix wrote", markers[0].start)
    return None


def new_table(path: str, text: str, marker: Marker) -> Iterator[KeyPath]:
    """The path of the table that the comment calls new; that of the whole file for a new one."""
    if not is_toml(path) or marker.details not in (NEW_TABLE, NEW_FILE):
        return
    if marker.details == NEW_FILE:
        yield ()
        return
    for section in parse_toml(path, text.encode("utf-8")).sections[1:]:
        if section.start > marker.end:
            yield section.path
            return


def _restored_lines(text: str, strategies: Sequence[str]) -> str:
    """One comment after the other, the last first: taking one out can change another above it."""
    while markers := [each for each in find_markers(text) if each.author.strategy in strategies]:
        marker = markers[-1]
        text = apply_edits(text, undone(text, marker) if marker.steps else [removal_of(text, marker)])
    return text


def _restored_toml(document: TomlDocument, markers: list[Marker]) -> str:
    """One comment after the other, the last first, each on the text that the ones below it left."""
    text = document.text
    for marker in reversed(markers):
        try:
            current = parse_toml(document.path, text.encode("utf-8"))
        except UnreadableInput as error:
            raise CannotEdit(f"the result would not be readable ({error.message})", marker.start) from None
        text = apply_edits(text, _edits(current, marker))
    if not document.text.endswith("\n"):  # a missing final newline stays missing
        text = text.removesuffix("\n").removesuffix("\r")
    return text


def _edits(document: TomlDocument, marker: Marker) -> list[Edit]:
    if marker.details in (NEW_TABLE, NEW_FILE):
        return [_table_edit(document, marker)]
    comment = Edit(line_start(document.text, marker.start), line_end(document.text, marker.end), "")
    if not marker.steps:
        raise CannotEdit("the comment was changed", marker.start)
    section = _section_of(document, marker)
    tables = [step for step in marker.steps if step.key == "table"]
    paths = {_path_of(document, section, step): step for step in marker.steps if step.key != "table"}
    gone = {path: step.old for path, step in paths.items() if step.new == NONE}
    present = {place_now(path, gone): step for path, step in paths.items() if path not in gone}
    edits = [edit for step in tables for edit in _renamed(document, section, step)]
    edits += reinserted(document, gone)
    for path, step in present.items():
        edits += _undo(document, path, step, marker)
    starts = {line_start(document.text, entry.start) for entry in section.entries}
    if not section.end and starts <= {edit.start for edit in edits}:
        edits += blank_line_edit(document, marker, edits[-1])
    return [comment, *with_emptied_tables(document, edits)]


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
        yield without_entry(document, found.entry, found.value)


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
    if any(step.key == "table" for step in marker.steps):
        following = [each for each in document.sections[1:] if each.start > marker.end]
        if not following:
            raise CannotEdit("the table below the comment is gone", marker.start)
        return following[0]
    return [each for each in document.sections if each.end <= marker.start or each.end == 0][-1]


def _path_of(document: TomlDocument, section: Section, step: Step) -> KeyPath:
    """The path whose keys, joined with dots, are the step's label."""
    if not step.key:
        return (*(section.path or ("toolchain",)), "channel")
    names = [name for entry in section.entries for name in _labels(entry.keys, entry.value)]
    for name in names:
        if encode_key(name) == step.key:
            return (*section.path, *name)
    path = section.path
    for key in map(unquote, step.key.split(".")):
        outer = document.get(*path)  # nothing inside an item whose index has moved
        in_list = isinstance(outer, list) or (outer is None and isinstance(path[-1], int))
        path = (*path, int(key) if in_list and key.isdecimal() else key)
    return path


def _labels(keys: KeyPath, value: Value) -> Iterator[KeyPath]:
    yield keys
    for index, item in enumerate(value.items):
        yield from _labels((*keys, index), item)
    for entry in value.entries:
        yield from _labels((*keys, *entry.keys), entry.value)
