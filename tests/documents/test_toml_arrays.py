"""Items come into an array and go from it in the array's own layout."""

from __future__ import annotations

import codecs
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.writing import text, written
from wasifix.changes import Append, Remove
from wasifix.documents.text import apply_edits
from wasifix.documents.toml import parse_toml
from wasifix.documents.toml_arrays import append, remove_all

ADD = Append(("a",), ("x", "y"))


def _without(*indices: int) -> tuple[Remove, ...]:
    return tuple(Remove(("a", index)) for index in sorted(indices, reverse=True))


ADDED = (
    ("on one line", 'a = ["b", "c"] # d', 'a = ["b", "c", "x", "y"] # d'),
    ("in its quotes", "a = [1, 'c']", "a = [1, 'c', 'x', 'y']"),
    ("with a comma at the end", 'a = ["b",]', 'a = ["b", "x", "y",]'),
    ("with space inside the brackets", 'a = [ "b" ]', 'a = [ "b", "x", "y" ]'),
    ("with space behind the comma", 'a = [ "b", ]', 'a = [ "b", "x", "y", ]'),
    ("empty", "a = []", 'a = ["x", "y"]'),
    ("empty over two lines", "a = [\n]", 'a = ["x", "y"]'),
    ("of comments", "a = [ # b\n\t# c\n]", 'a = [ # b\n\t# c\n\t"x",\n\t"y",\n]'),
    ("of one comment", "a = [ # b\n]", 'a = [ # b\n    "x",\n    "y",\n]'),
    ("on several lines", 'a = [\n  "b",\n]', 'a = [\n  "b",\n  "x",\n  "y",\n]'),
    ("without a comma at the end", 'a = [\n\t"b"\n]', 'a = [\n\t"b",\n\t"x",\n\t"y"\n]'),
    ("with comments", 'a = [\n  "b" # , c\n  # d\n]', 'a = [\n  "b", # , c\n  "x",\n  "y"\n  # d\n]'),
    ("in pairs", 'a = [\n "-C", "b",\n "-C", "c",\n]', 'a = [\n "-C", "b",\n "-C", "c",\n "x", "y",\n]'),
    ("closed on the last line", 'a = ["b",\n     "c"]', 'a = ["b",\n     "c", "x", "y"]'),
    ("begun on the first line", 'a = ["b",\n]', 'a = ["b",\n    "x",\n    "y",\n]'),
    (
        "with commas in front",
        'a = [ "b"\n    , "c"\n    ]',
        'a = [ "b"\n    , "c",\n    "x",\n    "y"\n    ]',
    ),
    ("with its last comma on the bracket's line", 'a = [\n "b"\n, ]', 'a = [\n "b"\n, "x", "y", ]'),
    ("of strings over lines", "a = ['''\nb''']", "a = ['''\nb''', 'x', 'y']"),
    ("of arrays", "a = [[1], [2]]", 'a = [[1], [2], "x", "y"]'),
    ("in an inline table", "b = { c = 1 }\na = ['d'] # e\n", "b = { c = 1 }\na = ['d', 'x', 'y'] # e\n"),
)

REMOVED = (
    ("the first of a line", "a = ['b', 'c'] # d", (0,), "a = ['c'] # d"),
    ("the last of a line", "a = ['b', 'c'] # d", (1,), "a = ['b'] # d"),
    ("the last before a comma", "a = ['b', 'c',]", (1,), "a = ['b',]"),
    ("one between", "a = ['b', 'c', 'd']", (1,), "a = ['b', 'd']"),
    ("two between", "a = ['b', 'c', 'd', 'e']", (1, 2), "a = ['b', 'e']"),
    ("two at the end", "a = ['b', 'c', 'd']", (1, 2), "a = ['b']"),
    ("two apart", "a = ['b', 'c', 'd', 'e']", (0, 2), "a = ['c', 'e']"),
    ("first and last", "a = ['b', 'c', 'd']", (0, 2), "a = ['c']"),
    ("all", "a = [ 'b', 'c' ]", (0, 1), "a = [  ]"),
    ("the only one of several lines", "a = [\n 'b', # c\n]", (0,), "a = [\n]"),
    ("a line with its comment", "a = [\n 'b', # b\n 'c', # c\n]", (0,), "a = [\n 'c', # c\n]"),
    ("the last line without comma", "a = [\n 'b', # b\n # c\n 'c'\n]", (1,), "a = [\n 'b' # b\n # c\n]"),
    ("the last two lines", "a = [\n 'b',\n 'c',\n 'd'\n]", (1, 2), "a = [\n 'b'\n]"),
    ("a line of a pair", "a = [\n '-C', 'b',\n '-C', 'c',\n]", (0, 1), "a = [\n '-C', 'c',\n]"),
    ("half of a pair", "a = [\n 'b', 'c', # d\n 'e',\n]", (1,), "a = [\n 'b', # d\n 'e',\n]"),
    ("the other half", "a = [\n 'b', 'c', # d\n 'e',\n]", (0,), "a = [\n 'c', # d\n 'e',\n]"),
    ("behind the bracket", "a = ['b',\n     'c']", (0,), "a = [\n     'c']"),
    ("before the bracket", "a = ['b',\n     'c']", (1,), "a = ['b']"),
    ("behind a comment", "a = ['b', # c\n     'd']", (1,), "a = ['b' # c\n     ]"),
    ("between commas in front", "a = [ 'b'\n    , 'c'\n    , 'd' ]", (1,), "a = [ 'b'\n    , 'd' ]"),
    ("a number", "a = [1, 'c']", (0,), "a = ['c']"),
)


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("_", "before", "after"), ADDED, ids=[each[0] for each in ADDED])
def test_items_are_added_to_an_array(_: str, before: str, after: str, ending: str) -> None:
    marked = text(after.replace("a = [", "#! a none -> x y\na = [", 1))
    before, marked = (each.replace("\n", ending) for each in (before, marked))
    if "\n" in before or ending == "\n":  # a single line without an end says nothing about line ends
        assert written(before.encode(), ADD).decode() == marked
    assert written(f"{before}{ending}".encode(), ADD).decode() == f"{marked}{ending}"


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("_", "before", "gone", "after"), REMOVED, ids=[each[0] for each in REMOVED])
def test_items_go_from_an_array(_: str, before: str, gone: tuple[int, ...], after: str, ending: str) -> None:
    data = codecs.BOM_UTF8 + f"{before}\n".replace("\n", ending).encode()
    new = written(data, *_without(*gone)).removeprefix(codecs.BOM_UTF8).decode()
    comment, rest = new.split(ending, 1)
    assert rest == f"{after}\n".replace("\n", ending)
    assert comment.count(" -> none") == len(gone)


@pytest.mark.parametrize(("_", "before", "after"), ADDED, ids=[each[0] for each in ADDED])
def test_what_was_added_can_be_taken_out_again(_: str, before: str, after: str) -> None:
    document = parse_toml("a.toml", after.encode())
    count = len(document.get("a"))
    left = apply_edits(after, remove_all(document, ("a",), (count - 2, count - 1)))
    assert parse_toml("a.toml", left.encode()).values == parse_toml("a.toml", before.encode()).values


ITEMS = st.lists(st.sampled_from(['"b"', "'c'", "1", "[2, 3]", "{ d = '#' }", '"""\ne"""']), max_size=6)
BEHIND = st.sampled_from(["", " ", "\n", " # f, ]\n"])
GAPS = BEHIND | st.sampled_from(["\n  ", "\n\n\t# g\n\t"])


@st.composite
def _arrays(draw: st.DrawFn) -> str:
    items = [f"{draw(GAPS)}{item}{draw(BEHIND)}" for item in draw(ITEMS)]
    comma = "," if bool(items) and draw(st.booleans()) else ""
    return f"a = [{','.join(items)}{comma}{draw(GAPS)}]"


@settings(deadline=None, max_examples=300)
@given(array=_arrays(), data=st.data())
def test_any_items_go_from_any_array_and_no_comment_but_theirs(array: str, data: st.DataObject) -> None:
    document = parse_toml("a.toml", array.encode())
    items: list[Any] = document.get("a")
    indices = data.draw(st.sets(st.integers(0, len(items) - 1) if items else st.nothing()))
    left = apply_edits(array, remove_all(document, ("a",), tuple(indices)))
    kept = [item for index, item in enumerate(items) if index not in indices]
    assert parse_toml("a.toml", left.encode()).get("a") == kept
    assert left.count("# g") == array.count("# g")
    assert array.count("# f") - left.count("# f") <= 2 * len(indices)  # behind the item and its comma


@settings(deadline=None, max_examples=300)
@given(array=_arrays())
def test_items_are_added_at_the_end_of_any_array(array: str) -> None:
    document = parse_toml("a.toml", array.encode())
    longer = apply_edits(array, append(document, ("a",), ADD.items))
    assert parse_toml("a.toml", longer.encode()).get("a") == [*document.get("a"), "x", "y"]
    assert (longer.count("# f"), longer.count("# g")) == (array.count("# f"), array.count("# g"))
