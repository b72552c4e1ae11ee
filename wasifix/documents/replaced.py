"""Replacements that were made in a text and named by a comment: where they are, and where edits move them.

A step of such a comment reads `--release -> --profile wasmtime-test`; before it stands `LINE:COLUMN`, counted
from the line below the comment, where the new words alone do not tell the place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from wasifix.documents.text import CannotEdit, Edit, line_end, line_start, lines_below
from wasifix.markers import NONE, Marker, Step, find_markers, safe


class Done(Struct, frozen=True):
    """A replacement that was made: the new words, where they begin, and the old ones."""

    start: int
    old: str
    new: str

    @property
    def end(self) -> int:
        return self.start + len(self.new)


def merged(earlier: Done, edits: Sequence[Edit], every: Sequence[Edit], new: str) -> Done:
    """An earlier replacement of the same author, of whose new words some may have been replaced once more."""
    inner = [each for each in edits if each.start < each.end and within(each, earlier)]
    apart = [each for each in every if not within(each, earlier)]
    if not inner:
        return shifted(earlier, every)
    shifted(earlier, apart)
    start = moved(earlier.start, every, inner[0])
    last = inner[-1]
    end = moved(last.start, every, last) + len(last.text) + earlier.end - last.end
    return Done(start, earlier.old, new[start:end])


def within(edit: Edit, done: Done) -> bool:
    """Whether an edit replaces words of a replacement; what is inserted before or behind it does not."""
    is_inside = done.start <= edit.start and edit.end <= done.end
    return is_inside and (edit.start < edit.end or done.start < edit.start < done.end)


def shifted(done: Done, edits: Sequence[Edit]) -> Done:
    """A replacement where the edits moved it to. Raises CannotEdit where they are about the same words."""
    for each in edits:
        if each.start < done.end and done.start < each.end:
            raise CannotEdit("wasifix changed these words already: `wasifix remove` first", each.start)
    return Done(moved(done.start, edits), done.old, done.new)


def moved(offset: int, edits: Sequence[Edit], own: Edit | None = None) -> int:
    """Where a place is after the edits, those right there and before `own` included."""
    before = sorted(edits, key=lambda each: (each.start, each.end))
    if own is not None:
        before = before[: before.index(own)]
    return offset + sum(len(each.text) - (each.end - each.start) for each in before if each.end <= offset)


def moved_line(start: int, edits: Sequence[Edit]) -> int:
    """Where a line begins after the edits; only whole lines that are inserted right there come before it."""
    return moved(start, [each for each in edits if each.start < start or each.text.endswith("\n")])


class _Index(Struct, frozen=True):
    """The comments about replacements: by where their lines begin, and where the lines below them do."""

    at: dict[int, Marker]
    above: dict[int, Marker]


@lru_cache(maxsize=16)
def _index(text: str) -> _Index:
    found = [each for each in find_markers(text) if each.steps]
    return _Index(
        at={line_start(text, each.start): each for each in found},
        above={line_end(text, each.end): each for each in found},
    )


def top_of(text: str, marker: Marker) -> int:
    """The line below a comment and others of its kind."""
    top = line_end(text, marker.end)
    while (other := _index(text).at.get(top)) is not None:
        top = line_end(text, other.end)
    return top


def stack(text: str, top: int) -> list[Marker]:
    """The comments about replacements that stand right above a line, the uppermost first."""
    found: list[Marker] = []
    while (each := _index(text).above.get(top)) is not None:
        found.append(each)
        top = line_start(text, each.start)
    return found[::-1]


def details(text: str, top: int, done: Sequence[Done]) -> str:
    ordered = sorted(done, key=lambda each: each.start)
    steps = (Step(key=_key(text, top, each), old=_token(each.old), new=_token(each.new)) for each in ordered)
    return ", ".join(map(str, steps))


def _key(text: str, top: int, done: Done) -> str:
    """Where the new words are, unless they stand once in the line below the comment and nowhere before."""
    if done.new and text.find(done.new, top, line_end(text, top)) == done.start:
        return ""
    start = line_start(text, done.start)
    return f"{text.count(chr(10), top, start)}:{done.start - start + 1}"


def read(text: str, marker: Marker) -> list[Done]:
    """The replacements of a comment, where they are now. Raises CannotEdit."""
    top = top_of(text, marker)
    found: list[Done] = []
    for step in marker.steps:
        old, new = _words(step.old), _words(step.new)
        place = _place(text, top, step.key, new)
        if place is None:
            raise CannotEdit(f"`{new or step.key}` is not there any more", marker.start)
        found.append(Done(place, old, new))
    if not found:
        raise CannotEdit("the comment was changed", marker.start)
    return found


def _place(text: str, below: int, key: str, new: str) -> int | None:
    if not key:
        found = text.find(new, below, line_end(text, below))
        return None if found < 0 else found
    line, _, column = key.partition(":")
    if not re.fullmatch(r"[0-9]{1,6}:[0-9]{1,9}", key):
        return None
    start = lines_below(text, below, int(line))
    place = start + int(column) - 1
    return place if text.startswith(new, place) and place <= line_end(text, start) else None


def _token(words: str) -> str:
    return safe(words) if words else NONE


def _words(token: str) -> str:
    return "" if token == NONE else unquote(token)
