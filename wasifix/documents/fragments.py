"""Small replacements inside the lines of a text, each named by a comment above its line, and their way back.

For texts in which `#` begins a comment: YAML, shell scripts, Dockerfiles.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from wasifix.documents.replaced import (
    Done,
    details,
    merged,
    moved,
    moved_line,
    read,
    shifted,
    stack,
    top_of,
    within,
)
from wasifix.documents.text import CannotEdit, Edit, apply_edits, eol_near, line_end, line_start
from wasifix.markers import Author, Marker, find_markers

_CONTINUES = re.compile(r"[\\`^]\r?\n\Z")
"""What a line ends with whose command goes on below, in the shells of Unix and of Windows."""


Span = tuple[int, int]


def with_comments(
    text: str, edits: Sequence[Edit], author: Author, others: Sequence[Edit] = (), closed: Sequence[Span] = ()
) -> str:
    """The text after the edits, with a comment above each changed line.

    `others` are made too, but have their comments already. No comment fits into a `closed` part.
    Raises CannotEdit.
    """
    every = (*edits, *others)
    try:
        new = apply_edits(text, every)
    except ValueError:
        first = min(edit.start for edit in edits)
        raise CannotEdit("two changes would meet in the same place", first) from None
    comments: list[Edit] = []
    ordered = sorted(edits, key=lambda each: (each.start, each.end))
    for top, group in itertools.groupby(ordered, lambda each: command_start(text, each.start, closed)):
        comments += _comments(text, new, top, tuple(group), every, author)
    return apply_edits(new, comments)


def without_comments(text: str) -> str:
    """The text without the lines that are comments of wasifix."""
    return apply_edits(
        text,
        [Edit(line_start(text, each.start), line_end(text, each.end), "") for each in find_markers(text)],
    )


def undone(text: str, marker: Marker) -> list[Edit]:
    """The edits that take a comment and its replacements out again. Raises CannotEdit.

    The other comments above the same line are told where their words are then.
    """
    top = top_of(text, marker)
    done = read(text, marker)
    edits = [Edit(line_start(text, marker.start), line_end(text, marker.end), "")]
    edits += [Edit(each.start, each.end, each.old) for each in done]
    after, new_top = apply_edits(text, edits), moved_line(top, edits)
    for other in stack(text, top):
        if other != marker:
            theirs = [shifted(each, edits) for each in read(text, other)]
            edits.append(Edit(other.start, other.end, other.author.comment(details(after, new_top, theirs))))
    return edits


def holds(text: str, marker: Marker) -> bool:
    """Whether what the comment says is still in the lines below it."""
    try:
        return bool(undone(text, marker))
    except CannotEdit:
        return False


def lines_of(text: str, marker: Marker) -> range:
    """The 1-based lines that the comment speaks of."""
    first = text.count("\n", 0, top_of(text, marker)) + 1
    if added := re.match(r"(\d+) new lines", marker.details):
        return range(first, first + int(added[1]))
    lines = (int(step.key.partition(":")[0]) for step in marker.steps if re.match(r"\d+:", step.key))
    return range(first, first + max(lines, default=0) + 1)


def command_start(text: str, offset: int, closed: Sequence[Span] = ()) -> int:
    """The first line of the command that goes through the offset's line: no comment fits between them."""
    start = line_start(text, offset)
    while True:
        outer = min((first for first, last in closed if first < start < last), default=start)
        if outer < start:
            start = line_start(text, outer)
        elif start and _CONTINUES.search(text, line_start(text, start - 1), start):
            start = line_start(text, start - 1)
        else:
            return start


def _comments(
    text: str, new: str, top: int, edits: Sequence[Edit], every: Sequence[Edit], author: Author
) -> Iterator[Edit]:
    """The author's comment above a line, and what has to change in those that are there"""
    if any(start <= top < end for start, end in _new_lines(text)):
        raise CannotEdit("lines that wasifix added: `wasifix remove` first", top)
    if any(top < each.start <= edits[-1].start and each.text.endswith("\n") for each in every):
        raise CannotEdit("new lines would part the command", top)
    new_top = moved_line(top, every)
    done = [Done(moved(each.start, every, each), text[each.start : each.end], each.text) for each in edits]
    there = stack(text, top)
    own = next((each for each in there if each.author == author), None)
    for marker in there:
        earlier = read(text, marker)
        if marker is own:
            done = [*(merged(each, edits, every, new) for each in earlier), *_apart(done, earlier, edits)]
            continue
        theirs = details(new, new_top, [shifted(each, every) for each in earlier])
        if theirs != marker.details:
            shift = moved(marker.start, every) - marker.start
            yield Edit(marker.start + shift, marker.end + shift, marker.author.comment(theirs))
    comment = author.comment(details(new, new_top, done))
    if own is not None:
        shift = moved(own.start, every) - own.start
        yield Edit(own.start + shift, own.end + shift, comment)
    else:
        indent = re.compile(r"[ \t]*").match(new, new_top)
        yield Edit(new_top, new_top, f"{indent[0] if indent else ''}{comment}{eol_near(new, new_top)}")


def _apart(done: Sequence[Done], earlier: Sequence[Done], edits: Sequence[Edit]) -> Iterator[Done]:
    """The replacements that are not inside an earlier one."""
    for each, edit in zip(done, edits, strict=True):
        if not any(within(edit, one) for one in earlier):
            yield each


def _new_lines(text: str) -> Iterator[Span]:
    """The lines that wasifix added as a whole."""
    for marker in find_markers(text):
        if match := re.match(r"(\d+) new lines", marker.details):
            start = end = line_end(text, marker.end)
            for _ in range(int(match[1])):
                end = line_end(text, end)
            yield start, end
