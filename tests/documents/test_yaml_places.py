"""Where each character of a YAML value stands in the file, and what leads to it."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, parse_yaml
from wasifix.documents.yaml_places import places
from wasifix.errors import UnreadableInput


def document(text: str | bytes) -> YamlDocument:
    return parse_yaml("a.yml", text if isinstance(text, bytes) else text.encode())


def seen(of: YamlDocument, node: Node) -> str | None:
    """The value, read character by character where `places` says that it stands, else None."""
    found = places(of, node)
    if found is None:
        return None
    assert len(found) == len(node.value) + 1
    assert list(found) == sorted(set(found)), "places go forwards"
    assert found[-1] <= node.end_mark.index
    characters = (of.text[at : at + 2] for at in found[:-1])
    return "".join("\n" if each == "\r\n" else each[0] for each in characters)


def as_folded(value: str, there: str | None) -> bool:
    """Whether the characters are those of the value; a space may be a line end, or what stands before one."""
    return there is not None and all(
        one == other or (one in " \n" and other in " \n") for one, other in zip(value, there, strict=True)
    )


ONE_TO_ONE = [
    ("plain", "a: cargo test", "cargo test"),
    ("plain with comment", "a: cargo test # why", "cargo test"),
    ("number", "a: 1.90", "1.90"),
    ("single quotes", "a: 'cargo test'", "cargo test"),
    ("doubled quote", "a: 'it''s'", "it's"),
    ("doubled quote at the ends", "a: '''x'''", "'x'"),
    ("double quotes", 'a: "cargo test"', "cargo test"),
    ("quote in the other quotes", 'a: "it\'s"', "it's"),
    ("literal", "a: |\n  cargo test\n  cargo run\n", "cargo test\ncargo run\n"),
    ("literal, stripped", "a: |-\n  cargo test\n", "cargo test"),
    ("literal, kept", "a: |+\n  cargo test\n\n\nb: 1\n", "cargo test\n\n\n"),
    ("literal with blank lines", "a: |\n  x\n\n    y\n  z\n", "x\n\n  y\nz\n"),
    ("literal with blank line first", "a: |\n\n  x\n", "\nx\n"),
    ("literal with comment in its head", "a: | # 2 things\n  x\n", "x\n"),
    ("literal with trailing spaces", "a: |\n  x  \n  y\n", "x  \ny\n"),
    ("literal with a tab", "a: |\n  x\ty\n", "x\ty\n"),
    ("literal without final newline", "a: |\n  x", "x"),
    ("literal in a list", "a:\n- |\n  x\n", "x\n"),
    ("literal, deep", "a:\n    - |\n            x\n            y\n", "x\ny\n"),
    ("CRLF", "a: |\r\n  x\r\n  y\r\nb: 1\r\n", "x\ny\n"),
    ("CRLF, plain", "a: x y\r\nb: 1\r\n", "x y"),
    ("non-ASCII", "ä: über\nb: 1", "über"),
    ("emoji", "a: |\n  🦀 cargo\n  test 🦀\n", "🦀 cargo\ntest 🦀\n"),
    ("emoji before", "# 🦀🦀\na: x\n", "x"),
    ("in a flow list", "a: [cargo, b]", "cargo"),
    ("in a flow mapping", "a: {x: 'c d'}", "c d"),
]
FOLDED = [
    ("folded", "a: >\n  cargo test\n  --release\n", "cargo test --release\n"),
    ("folded, stripped", "a: >-\n  x\n  y\n", "x y"),
    ("folded with blank line", "a: >\n  x\n\n  y\n", "x\ny\n"),
    ("folded with blank lines", "a: >\n  x\n\n\n  y\n", "x\n\ny\n"),
    ("folded with deeper lines", "a: >\n  x\n    y\n    z\n  w\n", "x\n  y\n  z\nw\n"),
    ("folded with trailing space", "a: >\n  x \n  y\n", "x  y\n"),
    ("folded, kept", "a: >+\n  x\n\n", "x\n\n"),
    ("plain over lines", "a: x\n  y\n  z", "x y z"),
    ("plain over a blank line", "a: x\n\n  y", "x\ny"),
    ("single quotes over lines", "a: 'x\n  y'", "x y"),
    ("double quotes over lines", 'a: "x\n\n  y"', "x\ny"),
    ("folded with CRLF", "a: >\r\n  x\r\n  y\r\n", "x y\n"),
]
UNKNOWN = [
    ("escape", 'a: "x\\ty"'),
    ("escaped quote", 'a: "x \\"y\\" z"'),
    ("escaped backslash", 'a: "x\\\\y"'),
    ("escaped backslash at the end", 'a: "x\\\\"'),
    ("two escaped backslashes", 'a: "x\\\\\\\\"'),
    ("escaped line end", 'a: "x\\\n  y"'),
    ("unicode escape", 'a: "\\u00e4"'),
    ("indentation as a number", "a: |2\n    x\n"),
    ("indentation and chomping", "a: |-2\n    x\n"),
    ("empty", "a: ''"),
    ("nothing", "a:"),
    ("tag", "a: !!str x"),
    ("anchor", "a: &x y"),
]


def first(of: YamlDocument) -> Node:
    node: Node = of.root
    while node.id != "scalar":
        node = node.value[0][1] if node.id == "mapping" else node.value[0]
    return node


@pytest.mark.parametrize(("text", "value"), [case[1:] for case in ONE_TO_ONE], ids=[c[0] for c in ONE_TO_ONE])
def test_each_character_is_where_it_is_said_to_be(text: str, value: str) -> None:
    for data in (text.encode(), codecs.BOM_UTF8 + text.encode()):
        of = document(data)
        assert first(of).value == value
        assert seen(of, first(of)) == value


@pytest.mark.parametrize(("text", "value"), [case[1:] for case in FOLDED], ids=[c[0] for c in FOLDED])
def test_a_space_of_a_folded_value_is_a_line_end(text: str, value: str) -> None:
    of = document(text)
    assert first(of).value == value
    assert as_folded(value, seen(of, first(of)))


@pytest.mark.parametrize("text", [case[1] for case in UNKNOWN], ids=[c[0] for c in UNKNOWN])
def test_nothing_is_said_where_characters_are_written_in_another_way(text: str) -> None:
    of = document(text)
    assert places(of, first(of)) is None


FIRST, MIDDLE = st.sampled_from("abc/./äß🦀"), st.text(st.sampled_from("ab-=+./'\"\\{}$#:äß🦀"), max_size=6)
LINES = st.lists(st.tuples(FIRST, MIDDLE, st.sampled_from("abc'\"")).map("".join), min_size=1, max_size=4)


@given(
    lines=st.lists(LINES.map(" ".join), min_size=1, max_size=5),
    blanks=st.lists(st.integers(0, 2), min_size=5, max_size=5),
    style=st.sampled_from(["plain", "'", '"', "json", "|", "|-", "|+", ">", ">-", ">+"]),
    indent=st.integers(1, 4),
    eol=st.sampled_from(["\n", "\r\n"]),
    ends=st.booleans(),
)
def test_random_scalars(
    lines: list[str], blanks: list[int], style: str, indent: int, eol: str, ends: bool
) -> None:
    lead = " " * (indent + 1)
    match style:
        case "plain":
            lead_in, end = "", ""
        case "'":
            lines, lead_in, end = [line.replace("'", "''") for line in lines], "'", "'"
        case '"':
            lines, lead_in, end = [json.dumps(line, ensure_ascii=False)[1:-1] for line in lines], '"', '"'
        case "json":
            lines, lead_in, end = [json.dumps("\n".join(lines))], "", ""
        case _:
            lead_in, end = f"{style}\n{lead}", ""
    gaps = ["\n" * (blank + 1) + lead for blank in blanks]
    body = lines[0] + "".join(gap + line for gap, line in zip(gaps, lines[1:], strict=False))
    after = "\n b: end\n" if ends else ""
    text = f"k:\n a: {lead_in}{body}{end}{after}".replace("\n", eol)
    try:
        of = document(text)
    except UnreadableInput:
        return
    node = child(of.root, "k", "a")
    if node is None or node.id != "scalar":
        return
    there = seen(of, node)
    if there is None:
        assert style in ('"', "json") and "\\" in text, "nothing is known only behind escapes"
    elif style.startswith("|"):
        assert there == node.value
    else:
        assert as_folded(node.value, there)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: {b: [x, y]}", ("a", "b", 1), True),
        ("a: &x {b: c}\nd: 1", ("a", "b"), True),
        ("a: &x {b: c}\nd: *x", ("a", "b"), False),
        ("a: &x c\nd: *x", ("a",), False),
        ("a: &x c\nd: *x\ne: f", ("e",), True),
        ("a: 1\na: 2", ("a",), True),
        ("a: {b: 1}\na: {b: 2}\nc: 3", ("c",), True),
        ("- &x [1]\n- *x\n- *x", (0, 0), False),
        ("1: {2: x}", ("1", "2"), True),
    ],
)
def test_a_route_leads_to_a_value_that_stands_in_one_place(
    text: str, path: tuple[str | int, ...], expected: bool
) -> None:
    of = document(text)
    node = of.locate(path)
    assert node is not None
    assert of.route(node) == (path if expected else None)


def test_the_second_of_two_equal_keys_has_no_route() -> None:
    of = document("a: {b: 1}\na: {b: 2}")
    root: Node = of.root
    second = root.value[1][1]
    assert [of.route(node) for node in (second, second.value[0][1])] == [None, None]


def test_a_list_that_holds_itself_has_no_route() -> None:
    of = document("a: &x\n- *x\n- b")
    assert of.route(items(child(of.root, "a"))[1]) is None


@pytest.mark.parametrize("path", [("a", "x"), ("a", 0), ("b", 7), ("b", "x"), ("c",)])
def test_a_route_to_nothing(path: tuple[str | int, ...]) -> None:
    assert document("a: {b: 1}\nb: [1]").locate(path) is None


def test_an_empty_file_has_no_routes() -> None:
    assert document("# nothing\n").locate(("a",)) is None


def scalars(node: Node | None) -> list[Node]:
    if node is None:
        return []
    if node.id == "scalar":
        return [node]
    inner = [value for _, value in entries(node)] or list(items(node))
    return [each for one in inner for each in scalars(one)]


def test_every_scalar_of_the_corpus(corpus: Path) -> None:
    counts = {"files": 0, "scalars": 0, "known": 0, "empty": 0}
    unknown: list[str] = []
    for file in sorted(
        each for each in corpus.rglob("*") if each.suffix in (".yml", ".yaml") and each.is_file()
    ):
        try:
            of = parse_yaml(str(file.relative_to(corpus)), file.read_bytes())
        except UnreadableInput:
            continue  # several documents in one file
        counts["files"] += 1
        for node in scalars(of.root):
            there = seen(of, node)
            counts["scalars"] += 1
            counts["known"] += there is not None
            counts["empty"] += not node.value
            if there is None and node.value:
                unknown.append(of.evidence(node).place)
            assert there is None or (
                there == node.value if node.style == "|" else as_folded(node.value, there)
            )
            route = of.route(node)
            assert route is None or of.locate(route) is node
    print(f"\n{counts}\nnot known: {unknown}")
    assert counts["files"] > 50
    assert len(unknown) < counts["scalars"] / 100
