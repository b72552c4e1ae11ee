"""Every value of a TOML text is found where it is written."""

from __future__ import annotations

from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from wasifix.changes import KeyPath
from wasifix.documents.toml import TomlDocument, parse_toml

WRITTEN: dict[str, tuple[str, dict[KeyPath, str]]] = {
    "strings of every kind": (
        'a = "x # y"\nb = \'C:\\\'\nc = "\\"]"\nd = ""\ne = \'\'\n',
        {("a",): '"x # y"', ("b",): "'C:\\'", ("c",): '"\\"]"', ("d",): '""', ("e",): "''"},
    ),
    "strings over several lines": (
        'a = """\n# no comment\n[no header]\nb = 1\\"""x"""\nb = \'\'\'\n"\'\'\'\nc = """"""\nd = 1',
        {
            ("a",): '"""\n# no comment\n[no header]\nb = 1\\"""x"""',
            ("b",): "'''\n\"'''",
            ("c",): '""""""',
            ("d",): "1",
        },
    ),
    "quotes next to the closing quotes": (
        'a = ["""x""""", \'\'\'y\'\'\'\'\', """"z""", """\\\\"""]\n',
        {
            ("a", 0): '"""x"""""',
            ("a", 1): "'''y'''''",
            ("a", 2): '""""z"""',
            ("a", 3): '"""\\\\"""',
        },
    ),
    "numbers, dates and truth": (
        "a = 1_000 # c\nb = 0x1F\nc = 1e-3\nd = nan\ne = true\t\n"
        "f = 1979-05-27 07:32:00-08:00  # d\ng=07:32:00.5",
        {
            ("a",): "1_000",
            ("c",): "1e-3",
            ("d",): "nan",
            ("e",): "true",
            ("f",): "1979-05-27 07:32:00-08:00",
            ("g",): "07:32:00.5",
        },
    ),
    "dotted and quoted keys": (
        'a.b = 1\n\'a\'."c.d" = 2\n[x . "y z".\'cfg(any(a, b))\']\n"\\u00e9" = 3\n"" = 4\n1.2 = 5\n',
        {
            ("a", "b"): "1",
            ("a", "c.d"): "2",
            ("x", "y z", "cfg(any(a, b))", "é"): "3",
            ("x", "y z", "cfg(any(a, b))", ""): "4",
            ("x", "y z", "cfg(any(a, b))", "1", "2"): "5",
        },
    ),
    "keys that look like something else": (
        'true = 1\nnan = 2\n2020-01-01 = 3\n"#" = 4\n\'[a]\' = 5\n"a=b" = 6\n',
        {("true",): "1", ("nan",): "2", ("2020-01-01",): "3", ("#",): "4", ("[a]",): "5", ("a=b",): "6"},
    ),
    "arrays of tables": (
        "[[bin]]\nname = 'a'\n[profile.release]\nlto = true\n[[bin]]\nname = 'b'\n"
        "[[bin.x]]\ny = 1\n[bin.x.z]\nw = 2\n[[bin.x]]\ny = 3\n",
        {
            ("bin", 0, "name"): "'a'",
            ("profile", "release", "lto"): "true",
            ("bin", 1, "name"): "'b'",
            ("bin", 1, "x", 0, "y"): "1",
            ("bin", 1, "x", 0, "z", "w"): "2",
            ("bin", 1, "x", 1, "y"): "3",
        },
    ),
    "inline tables": (
        "a = { b = 1, c.d = [ { e = 2 }, {} ], 'f' = {g={h=\"}\"}} } # c",
        {
            ("a",): "{ b = 1, c.d = [ { e = 2 }, {} ], 'f' = {g={h=\"}\"}} }",
            ("a", "b"): "1",
            ("a", "c", "d", 0, "e"): "2",
            ("a", "c", "d", 1): "{}",
            ("a", "f", "g", "h"): '"}"',
        },
    ),
    "inline tables over several lines": (
        "a = {\n  b = 1, # one }\n  c = [\n    2, # two ]\n  ],\n  # nothing\n}\nd = 3\n",
        {("a", "b"): "1", ("a", "c"): "[\n    2, # two ]\n  ]", ("a", "c", 0): "2", ("d",): "3"},
    ),
    "comments everywhere": (
        "# a = 1\n[t] # [u]\n# b = 2\na = [ # ]\n  # , 'x'\n  'y' # ,\n  , # z\n] # end\nb = 1#c\n#",
        {("t", "a", 0): "'y'", ("t", "b"): "1"},
    ),
    "nested arrays": (
        "a=[[1,2],[ ],[[3]],]",
        {("a", 0, 1): "2", ("a", 1): "[ ]", ("a", 2, 0, 0): "3"},
    ),
    "indented tables and tabs": (
        "  [a]\n\tb\t=\t1\n    [ a . c ]\n    d = [\n\t\t'e',\n\t]\n",
        {("a", "b"): "1", ("a", "c", "d", 0): "'e'"},
    ),
}
MISSING: tuple[tuple[str, KeyPath], ...] = (
    ("a = 1", ("b",)),
    ("a = 1", ("a", "b")),
    ("a = [1]", ("a", 1)),
    ("a = [1]", ("a", -1)),
    ("a = [1]", ("a", "0")),
    ("[a]\nb = 1", ("a",)),
    ("[a]\nb.c = 1", ("a", "b")),
    ("[[a]]\nb = 1", ("a", 0)),
    ("[[a]]\nb = 1", ("a", "b")),
    ("# a = 1", ("a",)),
    ("", ()),
)
EVIDENCE: tuple[tuple[str, KeyPath, tuple[int, int, str]], ...] = (
    ("a = 1", ("a",), (1, 5, "a = 1")),
    ("\ufeff'é' = { b = 1 } # c\n", ("é", "b"), (1, 13, "'é' = { b = 1 } # c")),
    ("# c\r\n\r\n[t]\r\n  'é' = { b = 1 } # c\r\n", ("t", "é", "b"), (4, 15, "'é' = { b = 1 } # c")),
    ("[x]\n[profile . release]\n", ("profile", "release"), (2, 12, "[profile . release]")),
    ("[x]\n[profile . release]\n", ("profile",), (2, 2, "[profile . release]")),
    ("[profile]\nrelease.lto = 1\n", ("profile", "release"), (2, 1, "release.lto = 1")),
    ("[[bin]]\n[[bin]]\n", ("bin", 1), (2, 3, "[[bin]]")),
    ("a = 1", ("b",), (0, 0, "")),
)


@pytest.mark.parametrize("has_crlf", [False, True], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", WRITTEN)
def test_each_value_is_found_as_it_is_written(name: str, has_crlf: bool) -> None:
    text, expected = WRITTEN[name]
    for path, value in expected.items():
        written = value.replace("\n", "\r\n") if has_crlf else value
        document = _parsed(text.replace("\n", "\r\n") if has_crlf else text)
        assert _text_at(document, path) == written
        assert tomli.loads(f"x = {written}")["x"] == document.get(*path) or value == "nan"


@pytest.mark.parametrize("name", WRITTEN)
def test_no_value_of_the_parser_is_overlooked(name: str) -> None:
    _check_all(_parsed(WRITTEN[name][0]))


@pytest.mark.parametrize(("text", "path"), MISSING)
def test_what_has_no_place_is_not_found(text: str, path: KeyPath) -> None:
    assert _parsed(text).locate(path) is None


@pytest.mark.parametrize(("text", "path", "expected"), EVIDENCE)
def test_evidence_names_line_and_column(text: str, path: KeyPath, expected: tuple[int, int, str]) -> None:
    evidence = _parsed(text).evidence(path, note="n")
    assert (evidence.line, evidence.column, evidence.text) == expected
    assert (evidence.path, evidence.note) == ("a.toml", "n")


KEYS = st.one_of(
    st.text("abz019_-", min_size=1, max_size=4),
    st.sampled_from(["", "a b", "a.b", "#", "]", "=", '"', "'", "é", "\\", "\t"]),
)
SCALARS = st.one_of(
    st.integers(-9, 99),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(st.sampled_from("ab \"'\\#[]{}=,.\té🦀\n"), max_size=9),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(values=st.dictionaries(KEYS, VALUES, max_size=4), data=st.data(), eol=st.sampled_from(["\n", "\r\n"]))
def test_every_value_is_found_in_every_layout(values: dict[str, Any], data: st.DataObject, eol: str) -> None:
    text = _Layout(data).document(values).replace("\n", eol)
    document = _parsed(text)
    assert document.values == values
    _check_all(document)


def _parsed(text: str) -> TomlDocument:
    return parse_toml("a.toml", text.encode())


def _text_at(document: TomlDocument, path: KeyPath) -> str:
    found = document.locate(path)
    assert found is not None, path
    return document.text[found.value.start : found.value.end]


def _check_all(document: TomlDocument) -> None:
    for path, value in _leaves(document.values, ()):
        assert repr(tomli.loads(f"x = {_text_at(document, path)}")["x"]) == repr(value), path


def _leaves(value: Any, path: KeyPath) -> list[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in _leaves(inner, (*path, index))]
    return [(path, value)]


class _Layout:
    """Writes values as TOML, with space, comments, quotes and headers as they come."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def document(self, values: dict[str, Any], path: tuple[str, ...] = ()) -> str:
        tables = {key: value for key, value in values.items() if self.is_table(value)}
        lines = [
            f"{self.blank()}{self.key(key)}{self.blank()}={self.blank()}{self.value(value)}{self.ending()}"
            for key, value in values.items()
            if key not in tables
        ]
        for key, value in tables.items():
            inner = (*path, key)
            header = ".".join(f"{self.blank()}{self.key(each)}{self.blank()}" for each in inner)
            for table in value if isinstance(value, list) else [value]:
                brackets = ("[[", "]]") if isinstance(value, list) else ("[", "]")
                lines.append(f"{self.blank()}{brackets[0]}{header}{brackets[1]}{self.ending()}")
                lines.append(self.document(table, inner))
        return "".join(lines)

    def is_table(self, value: Any) -> bool:
        is_array = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
        return bool(isinstance(value, dict) or is_array) and self.chance()

    def value(self, value: Any) -> str:
        if isinstance(value, list):
            items = [f"{self.space()}{self.value(each)}{self.space()}" for each in value]
            return f"[{','.join(items)}{',' if items and self.chance() else ''}{self.space()}]"
        if isinstance(value, dict):
            entries = [
                f"{self.space()}{self.key(key)}{self.blank()}={self.blank()}{self.value(each)}{self.space()}"
                for key, each in value.items()
            ]
            return f"{{{','.join(entries)}{',' if entries and self.chance() else ''}{self.space()}}}"
        if isinstance(value, bool):
            return str(value).lower()
        return self.string(value) if isinstance(value, str) else str(value)

    def string(self, value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        kinds = ['"' + escaped.replace("\n", "\\n") + '"', f'"""{escaped}"""'.replace("\n", "\\n")]
        if "'" not in value and "\n" not in value:
            kinds += [f"'{value}'", f"'''{value}'''", f"'''\n{value}'''"]
        return self.data.draw(st.sampled_from(kinds))

    def key(self, key: str) -> str:
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        kinds = [f'"{escaped}"']
        if key.isascii() and key and not key.strip("abz019_-"):
            kinds.append(key)
        if "'" not in key:
            kinds.append(f"'{key}'")
        return self.data.draw(st.sampled_from(kinds))

    def blank(self) -> str:
        return self.data.draw(st.sampled_from(["", " ", "\t "]))

    def space(self) -> str:
        return self.data.draw(st.sampled_from(["", " ", "\n", " # x, ] } ' \"\n\t", "\n\n#\n"]))

    def ending(self) -> str:
        return self.data.draw(st.sampled_from(["\n", "  \n\n", " # [c] = 'd' \"\n", "\n# [e]\n"]))

    def chance(self) -> bool:
        return self.data.draw(st.booleans())
