"""The comment that an edit leaves is found again, says what was there, and disturbs no script."""

from __future__ import annotations

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from wasifix.changes import TomlValue
from wasifix.documents.toml_values import written
from wasifix.markers import (
    NEW_FILE,
    NEW_TABLE,
    NONE,
    Author,
    Step,
    decode,
    decode_items,
    encode,
    encode_items,
    encode_key,
    find_markers,
    merged,
    safe,
)
from wasifix.model import Effect

AUTHOR = Author(
    strategy="max-memory",
    advisory="memory-cannot-grow",
    effect=Effect.REMOVES_CAUSE,
    url="https://example.org/issues/1",
)
WORDS = ("channel", "Channel", " ", "->", " -> ", ", ", "; ", "none", "new table", "`")
STRINGS = st.one_of(
    st.text(st.sampled_from("ab %,;`'\"=\\\n\r\t\x1b#->[]🦀channel"), max_size=12),
    st.lists(
        st.sampled_from(["channel", "Channel", " ", "->", " -> ", ", ", "; ", "none", "new table", "`"])
    ).map("".join),
    st.text(max_size=6),
)
SCALARS = st.one_of(STRINGS, st.integers(), st.booleans())
LIKE = st.sampled_from(['""', "''"])
WHOLE = settings(deadline=None, max_examples=300)


def _comment(*steps: Step) -> str:
    return AUTHOR.comment(", ".join(map(str, steps)))


def _step(value: TomlValue, like: str, later: TomlValue, key: str = "a") -> tuple[Step, str, str]:
    """The step from one value to another, and both as the file writes them."""
    old = written(value, like=like)
    new = written(later, like=old)
    return Step(key=key, old=encode(old, later), new=encode(new, later)), old, new


@WHOLE
@given(value=SCALARS, like=LIKE, later=SCALARS)
def test_the_value_before_can_be_told_from_the_comment(value: TomlValue, like: str, later: TomlValue) -> None:
    step, old, new = _step(value, like, later)
    (marker,) = find_markers(_comment(step))
    assert marker.steps == (step,)
    assert decode(marker.steps[0].old, new) == old


@WHOLE
@given(value=SCALARS, like=LIKE, later=SCALARS, key=STRINGS)
def test_the_comment_is_one_line_without_quotes_and_without_what_scripts_look_for(
    value: TomlValue, like: str, later: TomlValue, key: str
) -> None:
    step, *_ = _step(value, like, later, encode_key(("a", key)))
    comment = _comment(step)
    assert not set("'\"\n\r") & set(comment)
    assert "channel" not in comment
    assert tomli.loads(f"{comment}\nx = 1") == {"x": 1}


@WHOLE
@given(steps=st.lists(st.tuples(SCALARS, LIKE, SCALARS, STRINGS), min_size=1, max_size=4))
def test_several_steps_share_a_comment(steps: list[tuple[TomlValue, str, TomlValue, str]]) -> None:
    made = tuple(
        _step(value, like, later, encode_key((key, index)))[0]
        for index, (value, like, later, key) in enumerate(steps)
    )
    (marker,) = find_markers(_comment(*made))
    assert marker.steps == made


@WHOLE
@given(items=st.lists(STRINGS, min_size=1, max_size=4).map(tuple))
def test_items_of_an_array_can_be_told_from_the_comment(items: tuple[str, ...]) -> None:
    step = Step(key="targets", old=NONE, new=encode_items(items))
    (marker,) = find_markers(_comment(step))
    assert decode_items(marker.steps[0].new) == items


@pytest.mark.parametrize("like", ['""', "''"])
@pytest.mark.parametrize("old", ["1.91.0", "nightly-2025-11-13", "stable", "", "none", "a b", "= 1"])
def test_the_release_before_can_be_told_without_a_key(old: str, like: str) -> None:
    step, raw, new = _step(old, like, "1.90.0", "")
    (marker,) = find_markers(_comment(step))
    (found,) = marker.steps
    assert (found.key, decode(found.old, new)) == ("", raw)


@pytest.mark.parametrize(
    "written_as",
    [
        '"""\na"b"""',
        "'''a'b'''",
        "'C:\\d'",
        '"\\u00e9"',
        "0x1F",
        "true",
        "[ 1,\n 'b' ] # c",
        "1979-05-27 07:32:00",
    ],
)
def test_a_value_that_went_comes_back_letter_by_letter(written_as: str) -> None:
    assert decode(encode(written_as), "") == written_as


@pytest.mark.parametrize("raw", ['"none"', "'none'"])
def test_a_value_called_none_is_not_taken_for_nothing(raw: str) -> None:
    assert NONE not in (encode(raw), encode(raw, "x"), encode(raw, 1))


@pytest.mark.parametrize("details", [NEW_FILE, NEW_TABLE])
def test_a_new_table_has_no_steps(details: str) -> None:
    (marker,) = find_markers(AUTHOR.comment(details))
    assert (marker.details, marker.steps) == (details, ())


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
@pytest.mark.parametrize("sign", ["#", "//"])
def test_a_comment_is_found_at_its_place(sign: str, indent: str, eol: str) -> None:
    comment = AUTHOR.comment("a 1 -> 2", sign=sign)
    lines = f"é = 1{eol}{indent}{comment}{eol}a = 2{eol}{comment}"
    first, second = find_markers(lines)
    assert lines[first.start : first.end] == lines[second.start : second.end] == comment
    assert (first.author, first.details) == (AUTHOR, "a 1 -> 2")
    assert second.end == len(lines)


@pytest.mark.parametrize(
    "line",
    [
        "# wasifix",
        "# wasifix is used here; see https://example.org/1",
        "# wasifix pin for memory-cannot-grow (unproven): 1 -> 2",
        "# wasifix pin for memory-cannot-grow (certain): 1 -> 2; https://example.org/1",
        "# wasifix pin for memory-cannot-grow (unproven): 1 -> 2; http://example.org/1",
        "a = 1 # wasifix pin for memory-cannot-grow (unproven): 1 -> 2; https://example.org/1",
        "## wasifix pin for memory-cannot-grow (unproven): 1 -> 2; https://example.org/1",
        "# wasifix pin for memory-cannot-grow (unproven): 1 -> 2; https://example.org/1 and more",
    ],
)
def test_what_others_write_is_no_marker(line: str) -> None:
    assert list(find_markers(f"{line}\n")) == []


def _steps(*words: str) -> tuple[Step, ...]:
    return tuple(Step(key=key, old=old, new=new) for key, old, new in (each.split() for each in words))


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (("a 1 2",), ("a 2 3",), ("a 1 3",)),
        (("a none 2",), ("a 2 3",), ("a none 3",)),
        (("a 1 2",), ("b 1 2",), ("a 1 2", "b 1 2")),
        (("a 1 2", "b 1 2"), ("b 2 3", "c none 1"), ("a 1 2", "b 1 3", "c none 1")),
        ((), ("a 1 2",), ("a 1 2",)),
        (("a 1 2",), (), ("a 1 2",)),
    ],
)
def test_merged_steps_lead_from_the_first_to_the_last(
    earlier: tuple[str, ...], later: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert merged(_steps(*earlier), _steps(*later)) == _steps(*expected)


def test_items_added_twice_are_all_remembered() -> None:
    earlier, later = (Step(key="targets", old=NONE, new=new) for new in ("a b", "c"))
    assert merged((earlier,), (later,)) == (Step(key="targets", old=NONE, new="a b c"),)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 99), STRINGS.filter(bool)), min_size=1))
def test_words_that_went_are_read_back(removed: list[tuple[int, int, str]]) -> None:
    steps = tuple(Step(key=f"{line}:{column}", old=safe(old), new=NONE) for line, column, old in removed)
    other = Step(key="", old="a", new="b")
    text = AUTHOR.comment(", ".join(map(str, (other, *steps, other))))
    (marker,) = find_markers(f"x\n  {text}\ny\n")
    assert marker.steps == (other, *steps, other)
    assert not set(text) & set("\"'\r\n") and "channel" not in text


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step(key="0:50", old="%20-S threads", new=NONE), "removed [ -S threads] at column 50"),
        (Step(key="2:7", old="%2C b", new=NONE), "removed [, b] at line 3 column 7"),
        (Step(key="0:9", old="%0A  - a: b", new=NONE), "removed [\\n  - a: b] at column 9"),
        (Step(key="0:9", old="a]", new=NONE), "removed [a\\]] at column 9"),
        (Step(key="lto", old="=fat", new=NONE), "lto =fat -> none"),
    ],
)
def test_what_went_can_be_read(step: Step, expected: str) -> None:
    assert str(step) == expected


def test_the_form_of_before_is_read_too() -> None:
    text = AUTHOR.comment("0:54 %2Cwasm32-wasip1 -> none, 1:3 %0A  - a -> none")
    (marker,) = find_markers(text)
    assert [each.old for each in marker.steps] == ["%2Cwasm32-wasip1", "%0A  - a"]
    assert ", ".join(map(str, marker.steps)) == (
        "removed [,wasm32-wasip1] at column 54, removed [\\n  - a] at line 2 column 3"
    )
