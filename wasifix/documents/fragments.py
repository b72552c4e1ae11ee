"""Small replacements inside the lines of a text, each named by a comment above its line, and their way back.

For texts in which `#` begins a comment: YAML, shell scripts, Dockerfiles. A step of such a comment reads
`--release -> --profile wasmtime-test`; before it stands `LINE:COLUMN`, counted from the line below the
comment, where the new words alone do not tell the place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from wasifix.documents.text import CannotEdit, Edit, apply_edits, eol_near, line_end, line_start
from wasifix.markers import NONE, Author, Marker, Step, find_markers, merged, safe

_CONTINUES = re.compile(r"[\\`^]\r?\n\Z")
"""What a line ends with whose command goes on below, in the shells of Unix and of Windows."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A replacement in the new text: where the new words begin, and the old ones."""

    start: int
    old: str
    new: str


def with_comments(text: str, edits: Sequence[Edit], author: Author, others: Sequence[Edit] = ()) -> str:
    """The text after the edits, with a comment above each changed line.

    `others` are made too, but have their comments already. Raises CannotEdit.
    """
    new = _applied(text, (*edits, *others))
    shift = 0
    done: list[_Done] = []
    for edit in sorted((*edits, *others), key=lambda each: (each.start, each.end)):
        if edit not in others:
            done.append(_Done(edit.start + shift, text[edit.start : edit.end], edit.text))
        shift += len(edit.text) - (edit.end - edit.start)
    comments = [
        _comment(new, top, tuple(group), author)
        for top, group in itertools.groupby(done, lambda each: command_start(new, each.start))
    ]
    return apply_edits(new, comments)


def without_comments(text: str) -> str:
    """The text without the lines that are comments of wasifix."""
    return apply_edits(
        text,
        [Edit(line_start(text, each.start), line_end(text, each.end), "") for each in find_markers(text)],
    )


def undone(text: str, marker: Marker) -> list[Edit]:
    """The edits that take a comment and its replacements out again. Raises CannotEdit."""
    below = line_end(text, marker.end)
    edits = [Edit(line_start(text, marker.start), below, "")]
    for step in marker.steps:
        old, new = _words(step.old), _words(step.new)
        place = _place(text, below, step.key, new)
        if place is None:
            raise CannotEdit(f"`{new or step.key}` is not there any more", marker.start)
        edits.append(Edit(place, place + len(new), old))
    if len(edits) == 1:
        raise CannotEdit("the comment was changed", marker.start)
    return edits


def holds(text: str, marker: Marker) -> bool:
    """Whether what the comment says is still in the lines below it."""
    try:
        return bool(undone(text, marker))
    except CannotEdit:
        return False


def lines_of(text: str, marker: Marker) -> range:
    """The 1-based lines that the comment speaks of."""
    first = text.count("\n", 0, line_end(text, marker.end)) + 1
    if added := re.match(r"(\d+) new lines", marker.details):
        return range(first, first + int(added[1]))
    lines = (int(step.key.partition(":")[0]) for step in marker.steps if re.match(r"\d+:", step.key))
    return range(first, first + max(lines, default=0) + 1)


def command_start(text: str, offset: int) -> int:
    """The first line of the command that goes through the offset's line: no comment fits between them."""
    start = line_start(text, offset)
    while start and _CONTINUES.search(text, line_start(text, start - 1), start):
        start = line_start(text, start - 1)
    return start


def _applied(text: str, edits: Sequence[Edit]) -> str:
    try:
        return apply_edits(text, edits)
    except ValueError as error:
        raise CannotEdit(str(error), min(edit.start for edit in edits)) from None


def _comment(text: str, top: int, done: tuple[_Done, ...], author: Author) -> Edit:
    steps = tuple(
        Step(key=_key(text, top, each), old=_token(each.old), new=_token(each.new)) for each in done
    )
    indent = re.compile(r"[ \t]*").match(text, top)
    above = next((each for each in find_markers(text) if line_end(text, each.end) == top), None)
    if above is not None:
        earlier = {each.key: each for each in above.steps}
        if not above.steps or any(
            each.key in earlier and earlier[each.key].new != each.old for each in steps
        ):
            raise CannotEdit("a comment of wasifix stands above it already: `wasifix remove` first", top)
        steps = merged(above.steps, steps)
    comment = author.comment(", ".join(map(str, steps)))
    if above is not None:
        return Edit(above.start, above.end, comment)
    return Edit(top, top, f"{indent[0] if indent else ''}{comment}{eol_near(text, top)}")


def _key(text: str, top: int, done: _Done) -> str:
    """Where the new words are, unless they stand once in the line below the comment and nowhere before."""
    if done.new and text.find(done.new, top, line_end(text, top)) == done.start:
        return ""
    start = line_start(text, done.start)
    return f"{text.count(chr(10), top, start)}:{done.start - start + 1}"


def _place(text: str, below: int, key: str, new: str) -> int | None:
    if not key:
        found = text.find(new, below, line_end(text, below))
        return None if found < 0 else found
    line, _, column = key.partition(":")
    if not (line.isdecimal() and column.isdecimal()):
        return None
    start = below
    for _ in range(int(line)):
        start = line_end(text, start)
    place = start + int(column) - 1
    return place if text.startswith(new, place) and place <= line_end(text, start) else None


def _token(words: str) -> str:
    return safe(words) if words else NONE


def _words(token: str) -> str:
    return "" if token == NONE else unquote(token)
