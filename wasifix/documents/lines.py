"""Lines added to a text file that wasifix does not parse (a build script), below a comment of their own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from wasifix.changes import AddLines
from wasifix.documents.text import CannotEdit, Edit, eol_near, line_end, line_start, lines_below
from wasifix.markers import Author, Marker

NEW_LINES = re.compile(r"([0-9]{1,6}) new lines")
"""How many lines a comment says were added as a whole. It is not trusted: it may say more than there are."""


def edit_for(text: str, change: AddLines, author: Author) -> Edit:
    """The insertion of the lines behind line `change.after`, or of a whole new file."""
    if change.after is None:
        comment = author.comment(_summary(change.lines), sign="//")
        return Edit(0, len(text), "\n".join((comment, *change.lines, "")))
    return insertion(text, lines_below(text, 0, change.after), change.lines, author, sign="//")


def insertion(text: str, offset: int, lines: Sequence[str], author: Author, sign: str) -> Edit:
    """The insertion of lines at the start of a line or the end of the text, below a comment."""
    eol = eol_near(text, max(offset - 1, 0))
    first = lines[0]
    indent = first[: len(first) - len(first.lstrip())]
    lead = eol if offset and text[offset - 1] != "\n" else ""
    comment = author.comment(_summary(lines), sign=sign)
    added = eol.join((indent + comment, *lines))
    return Edit(offset, offset, f"{lead}{added}" if lead else f"{added}{eol}")


def removal_of(text: str, marker: Marker) -> Edit:
    """Takes the lines below a comment out again. Raises CannotEdit where they are not what was added."""
    match = NEW_LINES.match(marker.details)
    start, first = line_start(text, marker.start), line_end(text, marker.end)
    end = lines_below(text, first, int(match[1]) if match else 0)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text[first:end])
    if marker.details != _summary(lines):
        raise CannotEdit("the lines below the comment were changed since", marker.start)
    if start and not text.endswith("\n", 0, end):  # a missing final newline stays missing
        start -= 2 if text.endswith("\r\n", 0, start) else 1
    return Edit(start, end, "")


def _summary(lines: Sequence[str]) -> str:
    """Says how many lines are ours, and whether they still are; indentation and line ends may change."""
    checksum = zlib.crc32("\n".join(map(str.strip, lines)).encode())
    return f"{len(lines)} new lines (crc32 {checksum:08x})"
