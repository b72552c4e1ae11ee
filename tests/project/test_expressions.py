"""Expressions of workflows in three values: true, false, and what cannot be known (None)."""

from __future__ import annotations

import pytest

from wasifix.project.expressions import Known, evaluated, is_false, resolved

SCOPE = {
    "matrix.rust": Known("1.91.0"),
    "matrix.empty": Known(""),
    "env.T": Known("wasm32-wasip1"),
    "inputs.unknown": Known(None),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("matrix.rust", "1.91.0"),
        ("matrix.none", ""),
        ("env.none", None),
        ("inputs.unknown", None),
        ("'it''s'", "it's"),
        ("12", "12"),
        ("true", "true"),
        ("null", ""),
        ("matrix.empty || 'x'", "x"),
        ("matrix.rust || 'x'", "1.91.0"),
        ("inputs.unknown || 'x'", None),
        ("matrix.rust || inputs.unknown", "1.91.0"),
        ("matrix.empty || inputs.unknown", None),
        ("matrix.rust && 'x'", "x"),
        ("matrix.empty && 'x'", ""),
        ("inputs.unknown && 'x'", None),
        ("inputs.unknown && false", "false"),
        ("false && inputs.unknown", "false"),
        ("true && inputs.unknown", None),
        ("matrix.rust == '1.91.0'", "true"),
        ("matrix.rust != '1.91.0'", "false"),
        ("env.T == 'WASM32-WASIP1'", "true"),
        ("inputs.unknown == 'x'", None),
        ("!true", "false"),
        ("!inputs.unknown", None),
        ("!(true && false)", "true"),
        ("(matrix.rust == '1' && 'a') || 'b'", "b"),
        ("contains(env.T, 'wasip1')", "true"),
        ("startsWith(env.T, 'x86')", "false"),
        ("endsWith(env.T, 'WASIP1')", "true"),
        ("contains(inputs.unknown, 'x')", None),
        ("always()", "true"),
        ("failure()", "false"),
        ("fromJSON('[]')", None),
        ("hashFiles('x')", None),
        ("matrix['rust']", None),
        ("matrix.rust ==", None),
        ("", None),
        ("(" * 2000, None),
    ],
)
def test_the_value_of_an_expression(text: str, expected: str | None) -> None:
    assert evaluated(text, SCOPE).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("${{ matrix.rust }}", "1.91.0"),
        ("x-${{ matrix.rust }}-${{ env.T }}", "x-1.91.0-wasm32-wasip1"),
        ("x-${{ inputs.unknown }}", None),
        ("${{ matrix.rust", "${{ matrix.rust"),
    ],
)
def test_a_text_with_expressions(text: str, expected: str | None) -> None:
    assert resolved(text, SCOPE).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, False),
        ("false", True),
        ("${{ false }}", True),
        ("true", False),
        ("matrix.rust == 'x'", True),
        ("matrix.rust == '1.91.0'", False),
        ("inputs.unknown", False),
        ("github.event_name == 'push'", False),
        ("inputs.unknown && false", True),
        ("failure()", True),
        ("!cancelled()", False),
    ],
)
def test_only_what_is_sure_not_to_hold_is_left_out(text: str | None, expected: bool) -> None:
    assert is_false(text, SCOPE) is expected
