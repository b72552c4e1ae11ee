"""One command line turned into another: only the words that differ are written."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from wasifix.changes import Change, KeyPath, Remove, Replace, Set


def changed_words(
    route: KeyPath, spans: Sequence[tuple[int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[Replace]:
    """The replacements that make the words `old`, which stand at the spans of a script, the words `new`."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        words = " ".join(new[first:last])
        match tag:
            case "replace":
                yield Replace(route, spans[start][0], spans[end - 1][1], words)
            case "delete":  # with the space before it
                yield Replace(route, spans[start - 1][1], spans[end - 1][1], "")
            case "insert":
                place = spans[start - 1][1]
                yield Replace(route, place, place, f" {words}")


def changed_list(path: KeyPath, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """The changes that make a list of words in TOML another one: single items go where that is enough."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    dropped = [
        index
        for tag, start, end, _, _ in matcher.get_opcodes()
        if tag == "delete"
        for index in range(start, end)
    ]
    if len(old) - len(dropped) == len(new) and new:
        yield from (Remove((*path, index)) for index in reversed(dropped))
    else:
        yield Set(path, tuple(new))
