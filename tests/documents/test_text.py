"""Bytes become text and text becomes bytes again without loss; offsets and lines agree."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasifix.documents.places import evidence_at
from wasifix.documents.text import (
    CannotEdit,
    Edit,
    apply_edits,
    decode,
    encode,
    eol_near,
    line_end,
    line_start,
    position,
)
from wasifix.errors import UnreadableInput

TEXTS = st.text(st.sampled_from("ab é\u2028\x0c\t\r\n🦀"))


@given(text=TEXTS, has_mark=st.booleans())
def test_bytes_survive_decoding_and_encoding(text: str, has_mark: bool) -> None:
    data = encode(text, has_mark)
    assert decode("a.toml", data) == (text, has_mark)
    assert encode(*decode("a.toml", data)) == data


def test_only_the_first_byte_order_mark_is_one() -> None:
    text, has_mark = decode("a.toml", codecs.BOM_UTF8 * 2 + b"x")
    assert (text, has_mark) == ("\ufeffx", True)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"\xff", 1, 1),
        (b"a = 1\r\nb = \xff\r\n", 2, 5),
        ("é = ".encode() + b"\xe9", 1, 5),
        (codecs.BOM_UTF8 + b"ab\xc3", 1, 3),
        ("a = 1".encode("utf-16"), 1, 1),
    ],
)
def test_what_is_not_utf_8_is_named_with_its_place(data: bytes, line: int, column: int) -> None:
    with pytest.raises(UnreadableInput, match="not UTF-8") as caught:
        decode("a.toml", data)
    assert (caught.value.path, caught.value.line, caught.value.column) == ("a.toml", line, column)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("ab", 2, (1, 3)),
        ("ab\ncd", 2, (1, 3)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\r\ncd", 4, (2, 1)),
        ("é🦀x", 2, (1, 3)),
        ("a\u2028b\x0cc", 4, (1, 5)),
    ],
)
def test_a_position_counts_characters_and_newlines(text: str, offset: int, expected: tuple[int, int]) -> None:
    assert position(text, offset) == expected


@given(text=TEXTS, share=st.floats(0, 1))
def test_the_line_of_an_offset_is_the_one_that_its_position_names(text: str, share: float) -> None:
    offset = int(len(text) * share)
    line, column = position(text, offset)
    start, end = line_start(text, offset), line_end(text, offset)
    assert start + column - 1 == offset <= end
    assert text[start:end].rstrip("\n") == text.split("\n")[line - 1]
    assert evidence_at("f", text, offset).text == text.split("\n")[line - 1].strip()


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, "\n"),
        ("a", 0, "\n"),
        ("a\nb", 0, "\n"),
        ("a\r\nb", 0, "\r\n"),
        ("a\r\nb", 3, "\r\n"),
        ("a\r\nb", 4, "\r\n"),
        ("a\r\nb\nc", 3, "\n"),
        ("a\nb\r\nc", 0, "\n"),
        ("a\nb\r\nc", 5, "\r\n"),
        ("a\r\n", 3, "\r\n"),
    ],
)
def test_a_new_line_ends_as_the_lines_around_it(text: str, offset: int, expected: str) -> None:
    assert eol_near(text, offset) == expected


def test_edits_apply_in_the_order_of_their_places_and_insertions_in_the_order_given() -> None:
    edits = [Edit(4, 5, "E"), Edit(0, 1, "A"), Edit(2, 2, "1"), Edit(2, 2, "2"), Edit(2, 3, "")]
    assert apply_edits("abcde", edits) == "Ab12dE"


def test_edits_that_touch_do_not_overlap() -> None:
    assert apply_edits("abcd", [Edit(0, 2, "x"), Edit(2, 4, "y")]) == "xy"
    assert apply_edits("abcd", []) == "abcd"


@pytest.mark.parametrize("second", [Edit(1, 3, "y"), Edit(0, 1, "y"), Edit(1, 1, "y")])
def test_edits_that_overlap_are_refused(second: Edit) -> None:
    with pytest.raises(CannotEdit, match="meet in the same place"):
        apply_edits("abcd", [Edit(0, 2, "x"), second])
