"""Words replaced in plain texts, twice in a row and by two strategies, and the way back in any order."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.yaml_writing import PIN, TARGET, note, swap, without, written
from wasifix.changes import Replace
from wasifix.documents.fragments import command_start, holds, lines_of
from wasifix.documents.text import CannotEdit
from wasifix.markers import Author, find_markers

AUTHORS = (PIN, TARGET)
SCRIPT = "set -e\ncargo +1.91.0 test --target T --release\n"


def sh(text: str, old: str, new: str, strategy: str = "pin", nth: int = 0) -> str:
    author = PIN if strategy == "pin" else TARGET
    return written(text, swap(text, "", old, new, nth), author=author, path="a.sh")


def test_the_comment_stands_above_the_command() -> None:
    assert sh(SCRIPT, "1.91.0", "1.90.0") == (
        f"set -e\n{note('1.91.0 -> 1.90.0')}\ncargo +1.90.0 test --target T --release\n"
    )


@pytest.mark.parametrize(
    ("text", "word", "line"),
    [
        ("a\nb x\n", "x", 1),
        ("a \\\n  b \\\n  x\n", "x", 0),
        ("a \\\r\n  b \\\r\n  x\r\n", "x", 0),
        ("a `\n  x\n", "x", 0),
        ("a ^\r\n  x\r\n", "x", 0),
        ("a &&\n  x\n", "x", 1),
        ("a |\n  x\n", "x", 1),
        ("a\\\n\nx\n", "x", 2),
        ("x\n", "x", 0),
    ],
)
def test_no_comment_parts_a_command(text: str, word: str, line: int) -> None:
    assert text.count("\n", 0, command_start(text, text.index(word))) == line


def test_a_closed_part_has_its_comment_above() -> None:
    text = "a\nb (\n  x\n)\n"
    assert command_start(text, text.index("x"), [(text.index("("), text.index(")"))]) == text.index("b")


def test_a_later_run_of_the_same_strategy_extends_its_comment() -> None:
    once = sh(SCRIPT, "1.91.0", "1.90.0")
    twice = sh(once, "--release", "-r")
    assert twice.splitlines()[1] == note("1.91.0 -> 1.90.0, --release -> -r")
    again = sh(twice, "1.90.0", "1.89.0", nth=1)
    assert again.splitlines()[1:] == [
        note("1.91.0 -> 1.89.0, --release -> -r"),
        "cargo +1.89.0 test --target T -r",
    ]
    assert without(again, path="a.sh") == SCRIPT


def test_a_part_of_the_new_words_can_change_again() -> None:
    once = sh(SCRIPT, "--release", "--profile wasmtime-test")
    twice = sh(once, "wasmtime-test", "other", nth=1)
    assert twice.splitlines()[1:] == [
        note("--release -> --profile other"),
        "cargo +1.91.0 test --target T --profile other",
    ]
    assert without(twice, path="a.sh") == SCRIPT


def test_two_strategies_have_a_comment_each() -> None:
    both = sh(sh(SCRIPT, "--release", "-r"), "1.91.0", "nightly-2025-01-01", "target")
    assert both.splitlines()[1:] == [
        note("--release -> -r"),
        note("1.91.0 -> nightly-2025-01-01", TARGET),
        "cargo +nightly-2025-01-01 test --target T -r",
    ]
    assert without(both, "pin", path="a.sh") == sh(SCRIPT, "1.91.0", "nightly-2025-01-01", "target")
    assert without(both, "target", path="a.sh") == sh(SCRIPT, "--release", "-r")
    assert without(both, path="a.sh") == SCRIPT


def test_the_words_of_one_strategy_are_closed_to_another() -> None:
    once = sh(SCRIPT, "1.91.0", "1.90.0")
    with pytest.raises(CannotEdit, match="`wasifix remove` first"):
        sh(once, "1.90.0", "1.89.0", "target", nth=1)
    with pytest.raises(CannotEdit, match="`wasifix remove` first"):
        sh(once, "+1.90.0 test", "test", "target")


def test_lines_that_were_added_are_closed() -> None:
    text = f"{note('1 new lines (crc32 00000000)')}\ncargo +1.91.0 test\n"
    with pytest.raises(CannotEdit, match="lines that wasifix added"):
        sh(text, "1.91.0", "1.90.0")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (("1.90.0 test", "1.92.0 test"), "`1.90.0` is not there any more"),
        (("cargo", "other\ncargo"), "`1.90.0` is not there any more"),
        (("1.91.0 -> 1.90.0", "something"), None),
    ],
)
def test_what_was_changed_since_is_not_taken_out(changed: tuple[str, str], reason: str | None) -> None:
    text = sh(SCRIPT, "1.91.0", "1.90.0").replace(*changed)
    with pytest.raises(CannotEdit, match=reason):
        without(text, path="a.sh")
    assert [holds(text, marker) for marker in find_markers(text)] == [False]


def test_which_lines_a_comment_is_about() -> None:
    text = sh("a\ncargo test \\\n  --release\nb\n", "--release", "-r")
    (marker,) = find_markers(text)
    assert lines_of(text, marker) == range(3, 5)
    assert holds(text, marker)


def test_other_words_of_the_line_may_change() -> None:
    text = sh(SCRIPT, "1.91.0", "1.90.0").replace("--target T", "--target U")
    assert without(text, path="a.sh") == SCRIPT.replace("--target T", "--target U")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("ends", [True, False])
def test_line_ends_stay(eol: str, ends: bool) -> None:
    text = SCRIPT.replace("\n", eol) if ends else SCRIPT.replace("\n", eol).rstrip()
    new = sh(text, "--release", "-r")
    assert new.endswith(f"-r{eol}" if ends else "-r")
    assert new.count("\n") == text.count("\n") + 1
    assert new.count("\r") == (new.count("\n") if eol == "\r\n" else 0)
    assert without(new, path="a.sh") == text


def test_new_lines_do_not_part_a_command() -> None:
    text = "a \\\n  b 1.91.0\n"
    inserted = Replace((), text.index("  b"), text.index("  b"), "rustup install\n")
    with pytest.raises(CannotEdit, match="new lines would part the command"):
        written(text, inserted, swap(text, "", "1.91.0", "1.90.0"), path="a.sh")


def test_a_comment_in_a_text_of_toml_would_be_part_of_it() -> None:
    text = '[tasks.a]\nrun = """ "\ncargo +1.91.0 test\n"""\n'
    with pytest.raises(CannotEdit, match="part of a value"):
        written(text, swap(text, "", "1.91.0", "1.90.0"), path="mise.toml")


@pytest.mark.parametrize(
    "text",
    [
        "RUSTFLAGS='-C a\n  -C b' cargo test --release\n",
        'echo "\n--release\n"\n',
    ],
)
def test_a_comment_would_be_text_there(text: str) -> None:
    with pytest.raises(CannotEdit, match="would not fit into the script"):
        sh(text, "--release", "-r")


def test_a_dockerfile() -> None:
    text = "FROM rust:1.91 AS build\nRUN cargo test \\\n    --release\n"
    new = written(text, swap(text, "", "1.91", "1.90"), swap(text, "", "--release", "-r"), path="Dockerfile")
    assert new == (
        f"{note('1.91 -> 1.90')}\nFROM rust:1.90 AS build\n"
        f"{note('1:5 --release -> -r')}\nRUN cargo test \\\n    -r\n"
    )
    assert without(new, path="Dockerfile") == text


WORDS = st.lists(
    st.sampled_from(["cargo", "x", "1.91", "xx", "--release", "-r", "ä🦀"]), min_size=1, max_size=5
)
COMMANDS = st.lists(st.tuples(WORDS, st.sampled_from(["\n", " \\\n  "])), min_size=1, max_size=5)
PICKS = st.lists(
    st.tuples(
        st.sampled_from(AUTHORS),
        st.integers(0, 99),
        st.sampled_from(["1.90", "x", "", "--profile y", "a, b -> c; 'd'", "-r"]),
    ),
    min_size=1,
    max_size=5,
)


@given(lines=COMMANDS, picks=PICKS, eol=st.sampled_from(["\n", "\r\n"]), first=st.sampled_from(AUTHORS))
def test_any_changes_can_be_taken_back_in_any_order(
    lines: list[tuple[list[str], str]], picks: list[tuple[Author, int, str]], eol: str, first: Author
) -> None:
    text = "".join(" ".join(words) + end for words, end in lines).replace("\n", eol)
    present = text
    for author, number, new in picks:
        spots = [
            match.span()
            for line in re.finditer(r"[^\n]+", present)
            if "# wasifix" not in line[0]
            for match in re.compile(r"[^\s\\]+").finditer(present, *line.span())
        ]
        if spots:
            start, end = spots[number % len(spots)]
            with contextlib.suppress(CannotEdit):
                present = written(present, Replace((), start, end, new), author=author, path="a.sh")
    assert without(present, path="a.sh") == text
    assert without(without(present, first.strategy, path="a.sh"), path="a.sh") == text
