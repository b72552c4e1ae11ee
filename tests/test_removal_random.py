"""Whatever is written into whatever file, taking it out again gives back every byte."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from itertools import combinations

from documents.writing import AUTHOR
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from wasifix.changes import (
    AddLines,
    Append,
    Change,
    FileEdit,
    KeyPath,
    Remove,
    Rename,
    Set,
    SetLine,
    TomlValue,
)
from wasifix.documents.text import CannotEdit
from wasifix.documents.toml import parse_toml
from wasifix.edits import rendered
from wasifix.errors import UnreadableInput
from wasifix.markers import find_markers
from wasifix.removal import restored

NAMES = st.lists(st.sampled_from(["a", "c-d", "'e f'", '"g.h"', "channel"]), max_size=3, unique=True)
HEADERS = st.lists(
    st.sampled_from(["[b]", "[b.k]", "['l m']", "[ toolchain ]", "[x.y.z]", "[[n]]", "[x]", "[n.o]"]),
    max_size=4,
    unique=True,
)
STRINGS = st.sampled_from(
    ["", "x", "a b", "it's", 'say "x"', "1 -> 2, 3; 4", "none", "=", "`", "é\t%20", "\\"]
)
PLAIN = st.one_of(STRINGS, st.integers(-3, 99), st.booleans())
VALUES: st.SearchStrategy[TomlValue] = st.one_of(PLAIN, st.lists(STRINGS, max_size=3).map(tuple))
WRITTEN = st.sampled_from(
    [
        "1", "0x1_0", "true", "1.0", "1979-05-27", '""', '"x"', "'x'", "'it\"s'", '"\\u00e9;, -> "', "'none'",
        '"none"', "'''x'''", '"""\nx"""', "[]", '["x"]', "['x', 'y',]", "[\n  'x',\n  'y',\n]",
        "[\n\t'x', # one\n\t'y' # two\n]", "['x',\n 'y']", "[ # none\n]", "['-C', 'x']", "[1, 'x', [2]]",
        "{}", "{ a = 1 }", "{a=1,b='x'}", "{ a.b = 'x', a.c = ['x'] }", "{ c-d = {} }",
        "{ k = { a = 1 } }", "[{ a = 1 }]", "[[1], ['x']]",
    ]
)  # fmt: skip
SPACE = st.sampled_from(["", "", "\n", "# x\n", "\n# y = 1\n\n"])
ENDING = st.sampled_from(["\n", "\n", " # z\n", "\t\n"])
EQUALS = st.sampled_from([" = ", " = ", "=", "  = ", "\t=\t"])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    lines = [draw(SPACE)]
    for header in ("", *draw(HEADERS)):
        indent = draw(st.sampled_from(["", "", "\t", "  "])) if header else ""
        lines += [f"{indent}{header}{draw(ENDING)}{draw(SPACE)}"] if header else []
        for key in draw(NAMES):
            more = draw(st.sampled_from(["", "", "", ".x", ".'e f'"]))
            lines += [f"{indent}{key}{more}{draw(EQUALS)}{draw(WRITTEN)}{draw(ENDING)}", draw(SPACE)]
    return "".join(lines)


def _paths(values: object, path: KeyPath = ()) -> list[KeyPath]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(values, dict):
        inner = list(values.items())
    elif isinstance(values, list):
        inner = list(enumerate(values))
    return [path, *(each for key, value in inner for each in _paths(value, (*path, key)))]


def _clash(one: Change, other: Change) -> bool:
    """Whether two changes are about the same value; a table may be renamed after a change in it."""
    assert not isinstance(one, SetLine | AddLines) and not isinstance(other, SetLine | AddLines)
    depth = min(len(one.path), len(other.path))
    is_later = isinstance(other, Rename) and not isinstance(one, Rename) and len(other.path) < len(one.path)
    return one.path[:depth] == other.path[:depth] and not is_later


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Items go from the last to the first, so that indices are those of the file; new names come last."""
    found = list(changes)
    gone = sorted(
        (each for each in found if isinstance(each, Remove)), key=lambda each: each.path, reverse=True
    )
    names = [each for each in found if isinstance(each, Rename)]
    return (*(each for each in found if not isinstance(each, Remove | Rename)), *gone, *names)


def _data(text: str, shape: str) -> bytes:
    if shape == "no final newline":
        text = text.rstrip("\n")
    data = (text.replace("\n", "\r\n") if shape == "crlf" else text).encode()
    return codecs.BOM_UTF8 + data if shape == "mark" else data


def _change(draw: st.DataObject, paths: list[KeyPath]) -> tuple[Change, ...]:
    kind = draw.draw(st.sampled_from(["set", "set", "new", "new", "append", "remove", "rename"]))
    path = draw.draw(st.sampled_from(paths[1:] if kind != "new" and paths[1:] else paths))
    if kind == "append":
        return (Append(path, tuple(draw.draw(st.lists(STRINGS, min_size=1, max_size=2)))),)
    if kind == "remove" and path:
        beside = [each for each in paths[1:] if each[:-1] == path[:-1] and isinstance(each[-1], int)]
        gone = draw.draw(st.sets(st.sampled_from(beside))) if beside else {path}
        return tuple(map(Remove, sorted(gone, reverse=True)))
    if kind == "rename" and path:
        return (Rename(path, "new"),)
    more = draw.draw(st.lists(st.sampled_from(["a", "b", "e f", "channel", "k"]), min_size=1, max_size=2))
    return (Set(path if kind == "set" and path else (*path, *more), draw.draw(VALUES)),)


@settings(deadline=None, max_examples=300)
@given(
    text=_texts(),
    shape=st.sampled_from(["as is", "crlf", "mark", "no final newline"]),
    count=st.integers(1, 3),
    draw=st.data(),
)
def test_what_is_written_can_be_taken_out(text: str, shape: str, count: int, draw: st.DataObject) -> None:
    data = _data(text, shape)
    try:
        paths = _paths(parse_toml("a.toml", data).values)
    except UnreadableInput:
        assume(False)
    changes = _in_order(each for _ in range(count) for each in _change(draw, paths))
    assume(not any(_clash(one, other) for one, other in combinations(changes, 2)))
    try:
        new = rendered(FileEdit(path="a.toml", changes=changes), data, AUTHOR)
    except CannotEdit as refusal:
        event(f"refused: {refusal.reason}")
        return
    assume(new != data)
    assert list(find_markers(new.decode("utf-8-sig")))
    try:
        old = restored("a.toml", new, ("pin",))
    except CannotEdit as refusal:
        assert any(isinstance(each, Remove) and isinstance(each.path[-1], str) for each in changes), refusal
        return
    if any(isinstance(each, Remove) for each in changes):  # items go with their comments and space
        assert parse_toml("a.toml", old or b"").values == parse_toml("a.toml", data).values, new
        return
    assert old == data or (old is None and not data.decode("utf-8-sig").strip()), new
