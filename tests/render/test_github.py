"""Annotations say what they should, and nothing from a project becomes a command of its own."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from running import EXAMPLE_NAMES, ROOT, run

from render.projects import PIECES, hostile, reports
from wasifix.model import Confidence, Evidence, Finding, Level, Report
from wasifix.render.github import render_check, render_proposal

_ANNOTATION = re.compile(r"::(error|warning|notice) ([^:\n]*)::(.*)")


def parsed(output: str) -> list[tuple[str, dict[str, str], str]]:
    """Command, properties and text of each line, as GitHub's runner reads them."""
    found = []
    for line in output.splitlines():
        match = _ANNOTATION.fullmatch(line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        found.append(
            (match[1], {name: unquote(value) for name, value in properties.items()}, unquote(match[3]))
        )
    return found


def report(*evidence: Evidence, message: str = "m", level: Level = Level.ERROR) -> Report:
    finding = Finding(
        id="memory-cannot-grow",
        level=level,
        confidence=Confidence.CONFIRMED,
        message=message,
        builds=(),
        evidence=evidence,
    )
    return Report(builds=(), findings=(finding,), prevented=(), files_read=("Cargo.toml",))


@pytest.mark.parametrize(
    ("level", "command"), [(Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.NOTE, "notice")]
)
def test_a_level_has_its_command(level: Level, command: str) -> None:
    assert render_check(report(Evidence(path="a"), level=level)).startswith(f"::{command} file=a,title=")


def test_an_annotation_stands_at_the_first_evidence_in_a_file() -> None:
    places = (Evidence(path="", text="RUSTFLAGS"), Evidence(path="a.toml", line=3, column=7))
    assert render_check(report(*places)).startswith("::error file=a.toml,line=3,col=7,title=wasifix memory")


def test_what_no_file_decides_stands_at_the_manifest() -> None:
    assert render_check(report(Evidence(path=""))).startswith("::error file=Cargo.toml,title=")


@pytest.mark.parametrize(
    ("path", "escaped"),
    [("a:b", "a%3Ab"), ("a,b", "a%2Cb"), ("100%", "100%25"), ("a\nb", "a\\u{a}b"), ("a=b", "a=b")],
)
def test_a_property_is_escaped(path: str, escaped: str) -> None:
    assert f"file={escaped},title" in render_check(report(Evidence(path=path)))


@pytest.mark.parametrize(
    ("message", "escaped"),
    [("50%", "50%25"), ("a\nb", "a\\u{a}b"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("a: b, c", "a: b, c")],
)
def test_a_message_is_escaped(message: str, escaped: str) -> None:
    assert f"::{escaped}%0A" in render_check(report(Evidence(path="a"), message=message))


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_finding_of_an_example_is_one_annotation(name: str) -> None:
    output = run("check", f"examples/{name}", "--format", "github", folder=ROOT).stdout.decode()
    text = run("check", f"examples/{name}", folder=ROOT).stdout.decode()
    shown = [(properties["file"], data.splitlines()[0]) for _, properties, data in parsed(output)]
    assert len(shown) == len(re.findall(r"^(?:error|warning|note)\[", text, re.MULTILINE))
    assert all((ROOT / file).is_file() for file, _ in shown)


def test_a_proposal_has_an_annotation_for_each_place() -> None:
    arguments = (
        "apply",
        "examples/masked-profile",
        "--strategy",
        "pin",
        "--strategy",
        "profile",
        "--dry-run",
    )
    output = run(*arguments, "--format", "github", folder=ROOT).stdout.decode()
    [table, channel] = parsed(output)
    assert table[1]["file"] == "examples/masked-profile/Cargo.toml"
    assert channel[1]["line"] == "2"
    assert '\n- channel = "1.91.0"\n' in channel[2]
    assert channel[2].startswith("would change (pin unproven, profile unproven)")


def test_what_is_declined_is_an_error() -> None:
    arguments = ("apply", "examples/rust-version", "--strategy", "pin", "--dry-run", "--format", "github")
    [(command, properties, text)] = parsed(run(*arguments, folder=ROOT).stdout.decode())
    assert (command, properties["title"]) == ("error", "wasifix pin")
    assert text.startswith("declined: ")


@settings(deadline=None, max_examples=40)
@given(hostile())
def test_nothing_foreign_becomes_a_command(text: str) -> None:
    report, proposal = reports(text)
    assert len(parsed(render_check(report))) == len(report.findings)
    for _, properties, data in (*parsed(render_check(report)), *parsed(render_proposal(proposal, False))):
        assert set(properties) <= {"file", "line", "col", "title"}
        assert all(each.isprintable() for each in (*properties.values(), *data.splitlines()))


@pytest.mark.parametrize("piece", PIECES)
def test_no_piece_becomes_a_command(piece: str) -> None:
    report, _ = reports(piece)
    assert len(parsed(render_check(report))) == len(report.findings)
