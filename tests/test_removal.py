"""What wasifix wrote goes without a trace; what somebody has made of it since stays, and is named."""

from __future__ import annotations

import codecs

import pytest
from documents.writing import AUTHOR, put, text
from msgspec.structs import replace

from wasifix.changes import Append, Change, FileEdit, Remove, Rename, Set, TomlValue
from wasifix.documents.text import CannotEdit
from wasifix.edits import rendered
from wasifix.markers import Author
from wasifix.removal import restored

UPGRADE = replace(AUTHOR, strategy="upgrade")
CHANNEL = put("toolchain.channel", "1.90.0")
LEVEL = put("profile.test.opt-level", 1)
TARGETS = ("toolchain", "targets")


def _items(*indices: int) -> tuple[Change, ...]:
    return tuple(Remove((*TARGETS, index)) for index in sorted(indices, reverse=True))


WRITTEN: dict[str, tuple[str, tuple[Change, ...]]] = {
    "a value": ('[toolchain]\nchannel = "1.91.0" # why\n', (CHANNEL,)),
    "a value in single quotes": ("[toolchain]\nchannel='stable'\n", (CHANNEL,)),
    "a value of another kind": ("[profile.test]\nopt-level = 'z'\n", (LEVEL,)),
    "a number in another notation": ("[profile.test]\nopt-level = 0x3\n", (LEVEL,)),
    "a word that stands for nothing": ('a = "none"\n', (put("a", "x"),)),
    "signs that part steps": ('a = "b -> c, d; `e` %20"\n', (put("a", "x"), put("b", 1))),
    "two keys that share a comment": (
        "[profile.test]\nopt-level = 3\n\n[x]\n",
        (LEVEL, put("profile.test.lto", "off")),
    ),
    "a new key between comments": ("# a\n[profile.test] # b\n# c\n\n# d\n[x]\n", (LEVEL,)),
    "the first key above the tables": ("# a\n\n# b\n[x]\n", (put("y", 1), put("z", 2))),
    "the only key of a file of comments": ("# a\n\n# b\n", (put("y", 1),)),
    "a dotted key": ("profile.test.debug = 1\nx = 1\n", (LEVEL,)),
    "a new table": ("[profile.dev]\n\n# about x\n[x]\ny = 1\n", (LEVEL,)),
    "a new table behind tables of its own": ("[profile.test.package.a]\nopt-level = 3\n\n[x]\n", (LEVEL,)),
    "a new table in a compact file": ("[a]\nb = 1\n[x]\ny = 1\n", (LEVEL,)),
    "two new tables": ("[a]\n", (LEVEL, put("x.y", ("z",)))),
    "keys of inline tables": ("a = { b = 1 }\nc = {}\n", (put("a.d", 2), put("c.e", 3), put("c.f", "g"))),
    "a key of an inline table in a list": ("a = [{ b = { c = 1 } }]\n", (put("a.0.b.d", 2),)),
    "items that were added": ('[toolchain]\ntargets = ["a"]\n', (Append(TARGETS, ("b", "c d")), CHANNEL)),
    "items on lines": ("[toolchain]\ntargets = [\n  'a' # b\n]\n", (Append(TARGETS, ("b", "c")),)),
    "an item called none": ("[toolchain]\ntargets = []\n", (Append(TARGETS, ("none",)),)),
    "an item with a bracket": ("[toolchain]\ntargets = ['a']\n", (Append(TARGETS, ("[x",)),)),
    "a new list": ("[toolchain]\nchannel = '1'\n", (put("toolchain.targets", ("a", "b c")),)),
    "a new empty list": ("[toolchain]\nchannel = '1'\n", (put("toolchain.targets", ()),)),
    "an item that was taken out": ("[toolchain]\ntargets = ['a', 'b', 'c']\n", _items(1)),
    "items apart": ("[toolchain]\ntargets = ['a', 'b', 'c', 'd', 'e f']\n", _items(1, 3)),
    "items at the end": ("[toolchain]\ntargets = ['a', 'b', 'c d', \"e\"]\n", _items(1, 2, 3)),
    "an item on a line": ("[toolchain]\ntargets = [\n  'a',\n  'b',\n  'c',\n]\n", _items(0, 1)),
    "numbers": ("[toolchain]\ntargets = [1, 2, 'a', 3]\n", _items(1, 3)),
    "items before a changed one": (
        "[toolchain]\ntargets = ['a', 'b', 'c']\n",
        (put("toolchain.targets.2", "x"), *_items(0)),
    ),
    "the name of a table": ("# a\n[a.x] # b\nc = 1\n[a.x.d]\n", (Rename(("a", "x"), "y"),)),
    "the name of a table without a header": ("[x.y]\nz = 1\n", (Rename(("x",), "a"),)),
    "a name in quotes": ("['x y']\n", (Rename(("x y",), "a"),)),
    "the name of a table and what is in it": (
        "[a.x]\nc = ['d', 'e']\nf = 1\n",
        (Remove(("a", "x", "c", 0)), put("a.x.f", 2), Rename(("a", "x"), "y")),
    ),
}
AFTER = """
[profile.test]
#! opt-level 3 -> 1
opt-level = 1

[toolchain]
#! none -> 1.90.0, targets none -> a b
channel = "1.90.0"
targets = ["x", "a", "b"]

#! new table
[profile.other]
inherits = "test"
debug = 1
"""
CHANGED: dict[str, tuple[str, str, str]] = {
    "a value": ("opt-level = 1", "opt-level = 2", "`opt-level` was changed"),
    "a value that was added": ('"1.90.0"', '"1.91.0"', "the toolchain was changed"),
    "the key": ("opt-level = 1", "opt_level = 1", "`opt-level` is gone"),
    "an item": ('"b"]', '"c"]', "`targets` was changed"),
    "the order of the items": ('"a", "b"', '"b", "a"', "`targets` was changed"),
    "the comment": ("#! opt-level 3 -> 1", "#! opt-level", "the comment was changed"),
    "a comment in the table": ("debug = 1", "# mine\ndebug = 1", "comments or blank lines"),
    "a comment behind a value of the table": ("debug = 1", "debug = 1 # mine", "comments or blank lines"),
    "a table of the table": ("debug = 1", "debug = 1\n[profile.other.package.a]", "tables of its own"),
    "the table to nothing": ('[profile.other]\ninherits = "test"\ndebug = 1\n', "", "is gone"),
}


def _after(data: bytes, *changes: Change, author: Author = AUTHOR) -> bytes:
    return rendered(FileEdit(path="a.toml", changes=changes), data, author)


@pytest.mark.parametrize("shape", ["as is", "crlf", "mark", "no final newline"])
@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_taken_out(name: str, shape: str) -> None:
    before, changes = WRITTEN[name]
    data = {
        "as is": before.encode(),
        "crlf": before.replace("\n", "\r\n").encode(),
        "mark": codecs.BOM_UTF8 + before.encode(),
        "no final newline": before.removesuffix("\n").encode(),
    }[shape]
    new = _after(data, *changes)
    assert new != data
    assert restored("a.toml", new, ("upgrade",)) == new
    assert restored("a.toml", new, ("upgrade", "pin")) == data


def test_a_file_that_was_made_goes_altogether() -> None:
    new = _after(b"", LEVEL, put("x.y", "z"))
    assert new.count(b"new file") == 2
    assert restored("a.toml", new, ("pin",)) is None
    assert restored("a.toml", new.replace(b"\n", b"\r\n"), ("pin",)) is None


@pytest.mark.parametrize("mine", ["\n# mine\n", "\n[mine]\n", "\n[profile.test.package.mine]\n"])
def test_a_file_with_more_in_it_now_stays(mine: str) -> None:
    for changed in (_after(b"", LEVEL) + mine.encode(), mine.encode() + _after(b"", LEVEL)):
        with pytest.raises(CannotEdit):
            restored("a.toml", changed, ("pin",))


@pytest.mark.parametrize("name", CHANGED)
def test_what_somebody_changed_since_is_not_taken_out(name: str) -> None:
    old, new, reason = CHANGED[name]
    assert (
        restored("a.toml", text(AFTER).encode(), ("pin",))
        == b'[profile.test]\nopt-level = 3\n\n[toolchain]\ntargets = ["x"]\n'
    )
    assert AFTER.count(old) == 1
    with pytest.raises(CannotEdit, match=reason):
        restored("a.toml", text(AFTER.replace(old, new)).encode(), ("pin",))


@pytest.mark.parametrize(
    ("before", "first", "second", "comment"),
    [
        ('[toolchain]\nchannel = "1.91.0"\n', CHANNEL, "1.98.1", "1.91.0 -> 1.98.1"),
        ("[toolchain]\nprofile = 'x'\n", CHANNEL, "1.98.1", "none -> 1.98.1"),
        ("[profile.test]\nopt-level = 'z'\ndebug = 1\n", LEVEL, 2, "opt-level `%27z%27` -> 2"),
        ("", CHANNEL, "1.98.1", "new file"),
        ("[x]\n", LEVEL, 2, "new table"),
    ],
)
def test_a_second_strategy_takes_over_the_comment_of_the_first(
    before: str, first: Set, second: TomlValue, comment: str
) -> None:
    once = _after(before.encode(), first)
    twice = _after(once, Set(first.path, second), author=UPGRADE)
    assert twice.decode().count("# wasifix") == 1
    assert UPGRADE.comment(comment) in twice.decode().splitlines()
    assert restored("a.toml", twice, ("pin",)) == twice
    assert restored("a.toml", twice, ("upgrade",)) == (before.encode() or None)


def test_a_second_strategy_leaves_the_comment_on_another_key_alone() -> None:
    once = _after(b"[profile.test]\nlto = true\nopt-level = 3\n", LEVEL)
    twice = _after(once, put("profile.test.lto", False), author=UPGRADE)
    assert twice.decode().count("# wasifix") == 2
    assert restored("a.toml", twice, ("upgrade",)) == once
