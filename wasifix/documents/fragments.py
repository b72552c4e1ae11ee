"""Small replacements inside the lines of a text, each named by a comment above its line, and their way back.

For texts in which `#` begins a comment: YAML, shell scripts, Dockerfiles. A step of such a comment reads
`--release -> --profile wasmtime-test`; before it stands `LINE:COLUMN`, counted from the line below the
comment, where the new words alone do not tell the place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from wasifix.documents.text import CannotEdit, Edit, apply_edits, eol_near, line_end, line_start
from wasifix.markers import NONE, Author, Marker, Step, find_markers, safe

_CONTINUES = re.compile(r"[\\`^]\r?\n\Z")
"""What a line ends with whose command goes on below, in the shells of Unix and of Windows."""


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Done:
    """A replacement that was made: the new words, where they begin, and the old ones."""

    start: int
    old: str
    new: str

    @property
    def end(self) -> int:
        return self.start + len(self.new)


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
    except ValueError as error:
        raise CannotEdit(str(error), min(edit.start for edit in edits)) from None
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
    top = _top(text, marker)
    done = _read(text, marker)
    edits = [Edit(line_start(text, marker.start), line_end(text, marker.end), "")]
    edits += [Edit(each.start, each.end, each.old) for each in done]
    after, new_top = apply_edits(text, edits), _moved_line(top, edits)
    for other in _stack(text, top):
        if other != marker:
            theirs = [_shifted(each, edits) for each in _read(text, other)]
            edits.append(Edit(other.start, other.end, other.author.comment(_details(after, new_top, theirs))))
    return edits


def holds(text: str, marker: Marker) -> bool:
    """Whether what the comment says is still in the lines below it."""
    try:
        return bool(undone(text, marker))
    except CannotEdit:
        return False


def lines_of(text: str, marker: Marker) -> range:
    """The 1-based lines that the comment speaks of."""
    first = text.count("\n", 0, _top(text, marker)) + 1
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
    new_top = _moved_line(top, every)
    done = [_Done(_moved(each.start, every, each), text[each.start : each.end], each.text) for each in edits]
    stack = _stack(text, top)
    own = next((each for each in stack if each.author == author), None)
    for marker in stack:
        earlier = _read(text, marker)
        if marker is own:
            done = [*(_merged(each, edits, every, new) for each in earlier), *_apart(done, earlier, edits)]
            continue
        details = _details(new, new_top, [_shifted(each, every) for each in earlier])
        if details != marker.details:
            shift = _moved(marker.start, every) - marker.start
            yield Edit(marker.start + shift, marker.end + shift, marker.author.comment(details))
    comment = author.comment(_details(new, new_top, done))
    if own is not None:
        shift = _moved(own.start, every) - own.start
        yield Edit(own.start + shift, own.end + shift, comment)
    else:
        indent = re.compile(r"[ \t]*").match(new, new_top)
        yield Edit(new_top, new_top, f"{indent[0] if indent else ''}{comment}{eol_near(new, new_top)}")


def _merged(earlier: _Done, edits: Sequence[Edit], every: Sequence[Edit], new: str) -> _Done:
    """An earlier replacement of the same author, of whose new words some may have been replaced once more."""
    inner = [each for each in edits if each.start < each.end and _within(each, earlier)]
    apart = [each for each in every if not _within(each, earlier)]
    if not inner:
        return _shifted(earlier, every)
    _shifted(earlier, apart)
    start = _moved(earlier.start, every, inner[0])
    last = inner[-1]
    end = _moved(last.start, every, last) + len(last.text) + earlier.end - last.end
    return _Done(start, earlier.old, new[start:end])


def _apart(done: Sequence[_Done], earlier: Sequence[_Done], edits: Sequence[Edit]) -> Iterator[_Done]:
    """The replacements that are not inside an earlier one."""
    for each, edit in zip(done, edits, strict=True):
        if not any(_within(edit, one) for one in earlier):
            yield each


def _within(edit: Edit, done: _Done) -> bool:
    """Whether an edit replaces words of a replacement; what is inserted before or behind it does not."""
    is_inside = done.start <= edit.start and edit.end <= done.end
    return is_inside and (edit.start < edit.end or done.start < edit.start < done.end)


def _shifted(done: _Done, edits: Sequence[Edit]) -> _Done:
    """A replacement where the edits moved it to. Raises CannotEdit where they are about the same words."""
    for each in edits:
        if each.start < done.end and done.start < each.end:
            raise CannotEdit("wasifix changed these words already: `wasifix remove` first", each.start)
    return _Done(_moved(done.start, edits), done.old, done.new)


def _moved(offset: int, edits: Sequence[Edit], own: Edit | None = None) -> int:
    """Where a place is after the edits, those right there and before `own` included."""
    before = sorted(edits, key=lambda each: (each.start, each.end))
    if own is not None:
        before = before[: before.index(own)]
    return offset + sum(len(each.text) - (each.end - each.start) for each in before if each.end <= offset)


def _moved_line(start: int, edits: Sequence[Edit]) -> int:
    """Where a line begins after the edits; only whole lines that are inserted right there come before it."""
    return _moved(start, [each for each in edits if each.start < start or each.text.endswith("\n")])


def _top(text: str, marker: Marker) -> int:
    """The line below a comment and others of its kind."""
    top = line_end(text, marker.end)
    for other in find_markers(text):
        if other.steps and line_start(text, other.start) == top:
            top = line_end(text, other.end)
    return top


def _stack(text: str, top: int) -> list[Marker]:
    """The comments about replacements that stand right above a line, the uppermost first."""
    found: list[Marker] = []
    for each in reversed(list(find_markers(text))):
        if each.steps and line_end(text, each.end) == top:
            found.insert(0, each)
            top = line_start(text, each.start)
    return found


def _new_lines(text: str) -> Iterator[Span]:
    """The lines that wasifix added as a whole."""
    for marker in find_markers(text):
        if match := re.match(r"(\d+) new lines", marker.details):
            start = end = line_end(text, marker.end)
            for _ in range(int(match[1])):
                end = line_end(text, end)
            yield start, end


def _details(text: str, top: int, done: Sequence[_Done]) -> str:
    ordered = sorted(done, key=lambda each: each.start)
    steps = (Step(key=_key(text, top, each), old=_token(each.old), new=_token(each.new)) for each in ordered)
    return ", ".join(map(str, steps))


def _key(text: str, top: int, done: _Done) -> str:
    """Where the new words are, unless they stand once in the line below the comment and nowhere before."""
    if done.new and text.find(done.new, top, line_end(text, top)) == done.start:
        return ""
    start = line_start(text, done.start)
    return f"{text.count(chr(10), top, start)}:{done.start - start + 1}"


def _read(text: str, marker: Marker) -> list[_Done]:
    """The replacements of a comment, where they are now. Raises CannotEdit."""
    top = _top(text, marker)
    found: list[_Done] = []
    for step in marker.steps:
        old, new = _words(step.old), _words(step.new)
        place = _place(text, top, step.key, new)
        if place is None:
            raise CannotEdit(f"`{new or step.key}` is not there any more", marker.start)
        found.append(_Done(place, old, new))
    if not found:
        raise CannotEdit("the comment was changed", marker.start)
    return found


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
