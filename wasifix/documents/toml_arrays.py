"""Items of TOML arrays: added and taken out in the array's own layout."""

from __future__ import annotations

import re

from wasifix.documents.text import Edit, eol_near, line_end, line_start
from wasifix.documents.toml import TomlDocument
from wasifix.documents.toml_spans import Value
from wasifix.documents.toml_values import written
from wasifix.model import KeyPath

_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")


def append(document: TomlDocument, path: KeyPath, items: tuple[str, ...]) -> list[Edit]:
    """Edits that add the items at the end of an array: on the last line, or on new lines of their own."""
    text, array = document.text, _array(document, path)
    like = '""'
    if array.items:
        like = text[array.items[-1].start] * 2
    new = [written(item, like=like) for item in items]
    if not array.items:
        inner = text[array.start + 1 : array.end - 1]
        if inner.strip():  # nothing but comments
            at = line_start(text, array.end - 1)
            return [Edit(at, at, "".join(f"    {each},{eol_near(text, at)}" for each in new))]
        return [Edit(array.start + 1, array.end - 1, ", ".join(new))]
    last = array.items[-1]
    comma = _comma_after(text, last.end)
    tail = last.end if comma is None else comma + 1
    if line_start(text, array.end - 1) <= last.end:  # the bracket closes on the line of the last item
        closing = "," if comma is not None else ""
        return [Edit(tail, tail, f"{' ' if comma is not None else ', '}{', '.join(new)}{closing}")]
    at, eol = line_end(text, tail), eol_near(text, tail)
    starts = [line_start(text, item.start) for item in array.items]
    shares_lines = len(set(starts)) < len(starts)
    lines = [", ".join(new)] if shares_lines else new
    match = re.compile(r"[ \t]*").match(text, starts[-1])
    indent = match.group() if match else ""
    body = f",{eol}".join(indent + line for line in lines)
    if comma is None:
        return [Edit(last.end, last.end, ","), Edit(at, at, body + eol)]
    return [Edit(at, at, f"{body},{eol}")]


def remove(document: TomlDocument, path: KeyPath, index: int) -> list[Edit]:
    """Edits that take one item out, with its line where it stands alone; the inverse of `append`."""
    text, array = document.text, _array(document, path)
    item = array.items[index]
    comma = _comma_after(text, item.end)
    end = item.end if comma is None else comma + 1
    begin = line_start(text, item.start)
    alone = (
        not text[begin : item.start].strip()
        and not re.sub(r"#.*", "", text[end : line_end(text, end)]).strip()
    )
    edits: list[Edit] = []
    if comma is None and index:
        before = _comma_after(text, array.items[index - 1].end)
        assert before is not None
        if not alone:
            return [Edit(before, item.end, "")]
        edits.append(Edit(before, before + 1, ""))
    if alone and text[begin - 1 : begin] == "\n":
        return [*edits, Edit(begin, line_end(text, end), "")]
    if index + 1 < len(array.items):
        return [Edit(item.start, array.items[index + 1].start, "")]
    start = array.items[index - 1].end + 1 if index else item.start
    return [Edit(start, end, "")]


def _array(document: TomlDocument, path: KeyPath) -> Value:
    found = document.locate(path)
    assert found is not None
    return found.value


def _comma_after(text: str, offset: int) -> int | None:
    match = _GAP.match(text, offset)
    at = match.end() if match else offset
    return at if text[at : at + 1] == "," else None
