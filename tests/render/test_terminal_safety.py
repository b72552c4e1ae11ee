"""Text for people: no control character and no command for GitHub's runner, whatever the project holds."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings

from render.projects import PIECES, hostile, reports
from wasifix.render import verbose
from wasifix.render.outcome import render_outcome
from wasifix.render.terminal import clean
from wasifix.render.text import TextOptions, render_check
from wasifix.settings import described


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("std::thread::spawn", "std::thread::spawn"),
        ("a: b", "a: b"),
        ("::error::x", "\\u{3a}:error::x"),
        ("x ::error::y", "x \\u{3a}:error::y"),
        ("x##[error]y", "x##\\u{5b}error]y"),
        ("## [a]", "## [a]"),
        ("#[cfg(test)]", "#[cfg(test)]"),
        ("\x1b[31m", "\\u{1b}[31m"),
        ("a\tb", "a b"),
        ("\u202eabc", "\\u{202e}abc"),
        ("é…", "é…"),
    ],
)
def test_what_could_be_obeyed_is_spelled_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def assert_harmless(output: str) -> None:
    for line in output.split("\n"):
        assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in line), line
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@settings(deadline=None, max_examples=40)
@given(hostile())
def test_reports_are_harmless(text: str) -> None:
    report, proposal = reports(text)
    assert_harmless(render_check(report, TextOptions()))
    assert_harmless(render_outcome(proposal, TextOptions(), False))
    assert_harmless(verbose.render(report, described(report.settings), TextOptions()))


@pytest.mark.parametrize("piece", PIECES)
def test_a_report_on_one_piece_is_harmless(piece: str) -> None:
    report, _ = reports(piece)
    assert_harmless(render_check(report, TextOptions()))
