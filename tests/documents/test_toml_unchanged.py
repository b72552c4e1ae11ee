"""What is as wanted stays byte for byte; what cannot be written well is refused with its place."""

from __future__ import annotations

import codecs

import pytest

from documents.writing import put, written
from wasifix.changes import Append, Change, Remove, Rename
from wasifix.documents.text import CannotEdit

CHANNEL = put("toolchain.channel", "1.90.0")
LTO = put("profile.release.lto", False)
UNITS = put("profile.release.codegen-units", 16)

UNCHANGED: tuple[tuple[str, str, tuple[Change, ...]], ...] = (
    ("a string", '[toolchain]\nchannel = "1.90.0"\n', (CHANNEL,)),
    ("a string in single quotes", "[toolchain]\nchannel = '1.90.0'", (CHANNEL,)),
    ("a string over several lines", "[toolchain]\nchannel = '''\n1.90.0'''\n", (CHANNEL,)),
    ("a string with escapes", '[toolchain]\nchannel = "1.9\\u0030.0"\n', (CHANNEL,)),
    ("a dotted key", "toolchain.channel='1.90.0'", (CHANNEL,)),
    ("quoted keys", "['toolchain']\n\"channel\" = '1.90.0'", (CHANNEL,)),
    ("an inline table", "toolchain = { channel = '1.90.0' }\n", (CHANNEL,)),
    ("an inline table over several lines", "toolchain = {\n channel = '1.90.0',\n}\n", (CHANNEL,)),
    ("a number", "[profile.release]\ncodegen-units = 16\n", (UNITS,)),
    ("a number in another notation", "[profile.release]\ncodegen-units = 0x1_0\n", (UNITS,)),
    ("a truth value", "[profile]\nrelease.lto=false", (LTO,)),
    ("both of two", "[profile.release]\ncodegen-units = +16\nlto = false\n", (UNITS, LTO)),
    ("an array", "a = ['x', \"y\"] # z", (put("a", ("x", "y")),)),
    ("an array over several lines", "a = [ # b\n 'x',\n # c\n]\n", (put("a", ("x",)),)),
    ("an empty array", "a = [\n\n]\n", (put("a", ()),)),
    ("an item", "a = [1, 'x']", (put("a.1", "x"),)),
    ("an element of an array of tables", "[[a]]\n[[a]]\nb = 1", (put("a.1.b", 1),)),
    ("no change", "a = 1", ()),
    ("nothing at all", "", ()),
)

REFUSED: tuple[tuple[str, str, Change, str], ...] = (
    ("a string over several lines", 'x = 1\na = @"""\nb"""', put("a", "c"), "over several lines"),
    ("a literal over several lines", "a = @'''\nb'''", put("a", "c"), "over several lines"),
    ("an inline table that would need another", "profile = @{ dev = { lto = true } }", LTO, "inline table"),
    ("an empty inline table that would need another", "a = 1\nprofile = @{}\n", LTO, "inline table"),
    ("an inline table over several lines", "[profile]\nrelease = @{\n debug = 1,\n}", LTO, "several lines"),
    ("a number where a table would be", "[profile]\nrelease = @1\n", LTO, "a table is needed"),
    ("an array where a table would be", "[profile]\nrelease = @[1]\n", LTO, "a table is needed"),
    ("a table in the place of the value", "x = 1\n[profile.release.@lto]\n", LTO, "a table"),
    ("an item that is not there", "x = 1\na = @['x']", put("a.1", "y"), "no such item"),
    ("a table inside an element", "[[@a]]\nb = 1\n", put("a.0.c.d", 1), "array of tables"),
    ("items for no array", "x = 1\na = @'x'", Append(("a",), ("y",)), "an array is needed"),
    ("an array with comments and other items", "a = @[ # b\n 1, 2 ]", put("a", ("y",)), "with comments"),
    ("the removal of nothing", "@x = 1", Remove(("a",)), "nothing to remove"),
    ("the removal of a key of an inline table", "a = { b = @1 }", Remove(("a", "b")), "inline table"),
    ("another name for a dotted table", "[a]\n@b.c = 1\n", Rename(("a", "b"), "d"), "header"),
    ("a name that is taken", "[a.c]\n@[a.b]\n", Rename(("a", "b"), "c"), "there already"),
)


@pytest.mark.parametrize("shape", ["as-is", "crlf", "mark", "comments"])
@pytest.mark.parametrize(("_", "lines", "changes"), UNCHANGED, ids=[name for name, _, _ in UNCHANGED])
def test_what_is_as_wanted_stays_byte_for_byte(
    _: str, lines: str, changes: tuple[Change, ...], shape: str
) -> None:
    data = {
        "as-is": lines.encode(),
        "crlf": lines.replace("\n", "\r\n").encode(),
        "mark": codecs.BOM_UTF8 + lines.encode(),
        "comments": f"\n# 1\n\n{lines}\n\n# 2\t".encode(),
    }[shape]
    assert written(data, *changes) == data


@pytest.mark.parametrize(("_", "marked", "change", "reason"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_cannot_be_written_is_refused_with_its_place(
    _: str, marked: str, change: Change, reason: str
) -> None:
    with pytest.raises(CannotEdit, match=reason) as caught:
        written(marked.replace("@", ""), change)
    assert caught.value.offset == marked.index("@")


def test_a_new_table_inside_one_that_is_renamed_is_refused() -> None:
    with pytest.raises(CannotEdit, match="inside one that is renamed"):
        written("[a]\nx = 1\n", Rename(("a",), "b"), put("a.c.d", 1))
