"""A place shows its line; of a very long one the part around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasifix.documents.places import LINE_LIMIT, evidence_at


@pytest.mark.parametrize(
    ("text", "offset", "place", "line", "within"),
    [
        ("", 0, "f:1:1", "", 0),
        ("a = 1\n", 4, "f:1:5", "a = 1", 4),
        ("  a = 1  \nb", 6, "f:1:7", "a = 1", 4),
        ("  a = 1  \nb", 0, "f:1:1", "a = 1", 0),
        ("a\n\tb = 1\r\n", 7, "f:2:6", "b = 1", 4),
        ("a\nb", 3, "f:2:2", "b", 1),
    ],
)
def test_a_place_and_its_line(text: str, offset: int, place: str, line: str, within: int) -> None:
    found = evidence_at("f", text, offset)
    assert (found.place, found.text, found.within) == (place, line, within)


@given(st.text(alphabet="ab \n", max_size=40), st.integers(0, 3000), st.text(alphabet="ab \n", max_size=40))
def test_the_character_is_in_what_is_shown(before: str, length: int, after: str) -> None:
    text = f"{before}{'x' * length}!{'y' * length}{after}"
    offset = len(before) + length
    found = evidence_at("f", text, offset)
    assert found.text[found.within] == "!"
    assert len(found.text) <= LINE_LIMIT
    assert found.text in text.split("\n")[found.line - 1]
