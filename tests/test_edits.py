"""A plan becomes new files only if each of them is proven; a wrong edit is caught, whatever made it."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

import pytest
from documents.writing import AUTHOR, put, written

from wasifix import edits
from wasifix.changes import Append, Change, FileEdit, Remove, Rename, Set, SetLine, TomlValue
from wasifix.documents.text import CannotEdit, Edit
from wasifix.documents.toml import TomlDocument
from wasifix.edits import described, render, rendered
from wasifix.errors import UnreadableInput
from wasifix.markers import Author
from wasifix.proofs import Unproven, changed_values
from wasifix.proposals import Declined, Plan
from wasifix.tree import MemoryTree

BEFORE = """\
# top
[toolchain]
channel = "1.91.0" # why
targets = [
  "a", # first
]

[other]
x = 1
"""
CHANNEL = put("toolchain.channel", "1.90.0")

WRONG: dict[str, tuple[Change, tuple[tuple[str, str], ...]]] = {
    "the value stays": (CHANNEL, (("# top", "# top"),)),
    "the value is another": (CHANNEL, (("1.91.0", "1.89.0"),)),
    "the value is of another kind": (put("other.x", 2), (("x = 1", "x = 2.0"),)),
    "the value is true instead of 1": (put("other.x", True), (("x = 1", "x = 1.0"),)),
    "another value changes too": (CHANNEL, (("1.91.0", "1.90.0"), ("x = 1", "x = 2"))),
    "another value goes too": (CHANNEL, (("1.91.0", "1.90.0"), ("x = 1\n", ""))),
    "another value comes too": (CHANNEL, (("1.91.0", "1.90.0"), ("x = 1", "x = 1\ny = 1"))),
    "a comment changes": (CHANNEL, (("1.91.0", "1.90.0"), ("# top", "# Top"))),
    "a comment goes": (CHANNEL, (("1.91.0", "1.90.0"), ("# top\n", ""))),
    "a comment in an array goes": (CHANNEL, (("1.91.0", "1.90.0"), (" # first", ""))),
    "a blank line goes": (CHANNEL, (("1.91.0", "1.90.0"), ("]\n\n", "]\n"))),
    "space at the end of a line goes": (CHANNEL, (("1.91.0", "1.90.0"), ("x = 1", "x = 1 "))),
    "lines are swapped": (CHANNEL, (("1.91.0", "1.90.0"), ("# top\n[toolchain]\n", "[toolchain]\n# top\n"))),
    "line ends are mixed": (CHANNEL, (("1.91.0", "1.90.0"), ("# why\n", "# why\r\n"))),
    "the result is no TOML": (CHANNEL, (("1.91.0", '1.90.0"'),)),
    "items are in another order": (Append(("toolchain", "targets"), ("b",)), (('"a"', '"b", "a"'),)),
}


def _wrong_writer(
    monkeypatch: pytest.MonkeyPatch, replacements: Iterable[tuple[str, str]], text: str = BEFORE
) -> None:
    found = [Edit(text.index(old), text.index(old) + len(old), new) for old, new in replacements]

    def edits_for(document: TomlDocument, changes: Iterable[Change], author: Author) -> list[Edit]:
        return found

    monkeypatch.setattr(edits, "edits_for", edits_for)


@pytest.mark.parametrize(("change", "replacements"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_edit_is_caught(
    monkeypatch: pytest.MonkeyPatch, change: Change, replacements: tuple[tuple[str, str], ...]
) -> None:
    _wrong_writer(monkeypatch, replacements)
    with pytest.raises(Unproven):
        written(BEFORE, change)


def test_the_same_edit_without_the_fault_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    _wrong_writer(monkeypatch, [("1.91.0", "1.90.0")])
    assert written(BEFORE, CHANNEL).decode() == BEFORE.replace("1.91.0", "1.90.0")


def test_a_comment_of_wasifix_elsewhere_is_kept_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    marker = f"{AUTHOR.comment('x 2 -> 1')}\n"
    text = BEFORE.replace("x = 1", f"{marker}x = 1")
    _wrong_writer(monkeypatch, [("1.91.0", "1.90.0"), (marker, "")], text)
    with pytest.raises(Unproven, match="no change names"):
        written(text, CHANNEL)


def test_edits_that_overlap_are_no_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    _wrong_writer(monkeypatch, [("1.91.0", "1.90.0"), ("91", "90")])
    with pytest.raises(CannotEdit, match="same place"):
        written(BEFORE, CHANNEL)


@pytest.mark.parametrize("data", [b"a = ", b"\xff", b"a = 1\na = 2\n"])
def test_what_cannot_be_read_is_not_written(data: bytes) -> None:
    with pytest.raises(UnreadableInput):
        written(data, CHANNEL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"stable\n", b"1.90.0\n"),
        (b"stable", b"1.90.0"),
        (b"  nightly-2025-01-01 \r\n", b"  1.90.0 \r\n"),
        (codecs.BOM_UTF8 + b"1.91\n", codecs.BOM_UTF8 + b"1.90.0\n"),
        (b"1.90.0\n", b"1.90.0\n"),
        (b"", b"1.90.0"),
    ],
)
def test_a_one_line_toolchain_file_gets_another_line(old: bytes, new: bytes) -> None:
    assert rendered(FileEdit(path="rust-toolchain", changes=(SetLine("1.90.0"),)), old, AUTHOR) == new


@pytest.mark.parametrize(("old", "line"), [(b"stable\nbeta\n", "1.90.0"), (b"stable\n", "1.90.0\nx")])
def test_a_one_line_toolchain_file_stays_one_line(old: bytes, line: str) -> None:
    with pytest.raises(Unproven, match="one line"):
        rendered(FileEdit(path="rust-toolchain", changes=(SetLine(line),)), old, AUTHOR)


def _plan(*files: FileEdit) -> Plan:
    return Plan(strategy="pin", edits=files)


def test_a_plan_changes_the_files_that_it_must() -> None:
    tree = MemoryTree({"a.toml": BEFORE.encode(), "b.toml": b"x = 1\n"})
    result = render(
        tree,
        _plan(
            FileEdit(path="a.toml", changes=(CHANNEL,)),
            FileEdit(path="b.toml", changes=(put("x", 1),)),
            FileEdit(path="c.toml", changes=(put("t.x", 1),)),
        ),
        AUTHOR,
    )
    assert not isinstance(result, Declined)
    assert [(each.path, each.old is None) for each in result.changes] == [("a.toml", False), ("c.toml", True)]
    assert result.changes[1].new == f"{AUTHOR.comment('new file')}\n[t]\nx = 1\n".encode()


def test_a_plan_is_declined_as_a_whole_where_one_place_cannot_be_edited() -> None:
    tree = MemoryTree(
        {"a.toml": BEFORE.encode(), "é.toml": "\ufeff# x\r\nb = { é = '''\n''' }".replace("é", "e").encode()}
    )
    result = render(
        tree,
        _plan(
            FileEdit(path="a.toml", changes=(CHANNEL,)), FileEdit(path="é.toml", changes=(put("b.e", "y"),))
        ),
        AUTHOR,
    )
    assert isinstance(result, Declined)
    assert "over several lines" in result.reason
    assert result.at is not None
    assert (result.at.place, result.instead) == ("é.toml:2:11", "make the change by hand: set b.e to y")


VALUES: tuple[tuple[Change, dict[str, object], str], ...] = (
    (put("a.b", 2), {"a": {"b": 2, "c": ["x", "y"]}}, "set a.b to 2"),
    (put("a.c.0", "z"), {"a": {"b": 1, "c": ["z", "y"]}}, "set a.c.0 to z"),
    (put("d.e.f", True), {"a": {"b": 1, "c": ["x", "y"]}, "d": {"e": {"f": True}}}, "set d.e.f to true"),
    (Append(("a", "c"), ("z",)), {"a": {"b": 1, "c": ["x", "y", "z"]}}, "add z to a.c"),
    (Remove(("a", "b")), {"a": {"c": ["x", "y"]}}, "remove a.b"),
    (Remove(("a", "c", 0)), {"a": {"b": 1, "c": ["y"]}}, "remove a.c.0"),
    (Rename(("a",), "n"), {"n": {"b": 1, "c": ["x", "y"]}}, "rename a to n"),
)


@pytest.mark.parametrize(("change", "expected", "words"), VALUES, ids=[words for *_, words in VALUES])
def test_the_intended_values_and_the_words_for_a_change(
    change: Change, expected: dict[str, object], words: str
) -> None:
    values: dict[str, object] = {"a": {"b": 1, "c": ["x", "y"]}}
    assert changed_values(values, [change]) == expected
    assert values == {"a": {"b": 1, "c": ["x", "y"]}}
    assert described(change) == words


@pytest.mark.parametrize(
    ("present", "wanted"),
    [("1", True), ("true", 1), ("1.0", 1), ("'1'", 1), ("16", "16"), ("['1']", "1"), ("[1]", ("1",))],
)
def test_a_value_of_another_kind_is_not_taken_for_the_one_wanted(present: str, wanted: TomlValue) -> None:
    assert written(f"a = {present}\n", Set(("a",), wanted)) != f"a = {present}\n".encode()
