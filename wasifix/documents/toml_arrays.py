"""Items of TOML arrays: added and taken out in the array's own layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wasifix.changes import KeyPath
from wasifix.documents.text import Edit, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_layout import indent_at
from wasifix.documents.toml_spans import Value
from wasifix.documents.toml_values import written

_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")


def append(document: TomlDocument, path: KeyPath, items: tuple[str, ...]) -> list[Edit]:
    """Edits that add strings at the end of an array: on the last line, or on new lines of their own."""
    array = _array(document, path)
    like = document.text[array.items[-1].start] * 2 if array.items else '""'
    return append_written(document, path, [written(item, like=like) for item in items])


def append_written(document: TomlDocument, path: KeyPath, new: list[str]) -> list[Edit]:
    """The same for values that are TOML text already."""
    text, array = document.text, _array(document, path)
    if not array.items:
        return _fill(text, array, new)
    last = array.items[-1]
    comma = _comma_after(text, last.end)
    tail = last.end if comma is None else comma + 1
    if line_start(text, array.end - 1) <= tail:  # the bracket closes on the line of the last item
        closing = "," if comma is not None else ""
        return [Edit(tail, tail, f"{' ' if comma is not None else ', '}{', '.join(new)}{closing}")]
    at, eol = line_end(text, tail), eol_near(text, tail)
    starts = [line_start(text, item.start) for item in array.items]
    shares_lines = len(set(starts)) < len(starts)
    indent = indent_at(text, last.start)
    if starts[-1] == line_start(text, array.start):
        indent += "    "
    body = f",{eol}".join(indent + line for line in ([", ".join(new)] if shares_lines else new))
    if comma is None:
        return [Edit(last.end, last.end, ","), Edit(at, at, body + eol)]
    return [Edit(at, at, f"{body},{eol}")]


def remove_all(document: TomlDocument, path: KeyPath, indices: tuple[int, ...]) -> list[Edit]:
    """Edits that take items out, with their lines where nothing else stands there; undoes `append`."""
    text, array = document.text, _array(document, path)
    items, gone = array.items, set(indices)
    edits = [_without(text, items, run, gone) for run in _runs_on_a_line(text, items, gone)]
    kept = [index for index in range(len(items)) if index not in gone]
    if kept and kept[-1] + 1 < len(items) and _comma_after(text, items[-1].end) is None:
        comma = _comma_after(text, items[kept[-1]].end)
        assert comma is not None
        edits.append(Edit(comma, comma + 1, ""))
    return edits


def usual_quotes(text: str, items: Iterable[Value]) -> str:
    """An empty string in the quotes of the first item that has some."""
    return next((text[item.start] * 2 for item in items if item.kind in "'\""), '""')


def _fill(text: str, array: Value, new: list[str]) -> list[Edit]:
    if not text[array.start + 1 : array.end - 1].strip():
        return [Edit(array.start + 1, array.end - 1, ", ".join(new))]
    at = line_start(text, array.end - 1)  # nothing but comments, and so on lines of their own
    above = line_start(text, at - 1)
    indent = indent_at(text, above) if above > array.start else indent_at(text, array.start) + "    "
    return [Edit(at, at, "".join(f"{indent}{each},{eol_near(text, at)}" for each in new))]


def _runs_on_a_line(text: str, items: tuple[Value, ...], gone: set[int]) -> Iterator[tuple[int, int]]:
    """First and last index of neighbours that go and share a line."""
    run: tuple[int, int] | None = None
    for index in sorted(gone):
        if run and run[1] + 1 == index and _shares_line(text, items[run[1]], items[index]):
            run = (run[0], index)
            continue
        if run:
            yield run
        run = (index, index)
    if run:
        yield run


def _shares_line(text: str, item: Value, following: Value) -> bool:
    return line_end(text, _comma_after(text, item.end) or item.end) > following.start


def _without(text: str, items: tuple[Value, ...], run: tuple[int, int], gone: set[int]) -> Edit:
    first, last = run
    start = items[first].start
    comma = _comma_after(text, items[last].end)
    end = items[last].end if comma is None else comma + 1
    rest = text[end : line_end(text, end)].strip()
    if not text[line_start(text, start) : start].strip() and (not rest or rest.startswith("#")):
        return Edit(line_start(text, start), line_end(text, end), "")
    if last + 1 < len(items) and items[last + 1].start < line_end(text, end):
        return Edit(start, items[last + 1].start, "")
    if first and first - 1 not in gone:
        before = _comma_after(text, items[first - 1].end)
        assert before is not None
        if not text[before + 1 : start].strip():
            return Edit(before + 1, end, "")
    return Edit(start, end, "")


def _array(document: TomlDocument, path: KeyPath) -> Value:
    found = document.locate(path)
    assert found is not None
    return found.value


def _comma_after(text: str, offset: int) -> int | None:
    match = _GAP.match(text, offset)
    at = match.end() if match else offset
    return at if text[at : at + 1] == "," else None
