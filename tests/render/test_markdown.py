"""Markdown, read by a parser of Markdown: what is foreign stays text, code and table cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token
from running import EXAMPLE_NAMES, ROOT, run

from render.projects import PIECES, hostile, reports
from wasifix.patch import patch_text
from wasifix.proposals import FileChange, Proposal
from wasifix.render.markdown import DIFF_LIMIT, MarkdownOptions, render_check, render_proposal

OPTIONS = MarkdownOptions(links="https://github.com/o/r/blob/abc/")
OWN_HEADINGS = re.compile(
    r"wasifix: .*|(?:error|warning|note): .*|What changes|Why|How to undo|Next.*|Left to do by hand"
)
OWN_LINKS = ("https://github.com/", "https://doc.rust-lang.org/", "https://bytecodealliance.github.io/")


def tokens(markdown: str) -> Iterator[Token]:
    """All tokens, those inside paragraphs and cells too."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    for token in parser.parse(markdown):
        yield token
        yield from token.children or ()


def assert_contained(markdown: str) -> None:
    """Nothing but what wasifix itself writes is markup."""
    found = list(tokens(markdown))
    for previous, token in pairwise(found):
        assert token.type not in ("html_block", "image", "code_block", "blockquote_open", "hr"), token
        assert token.type != "html_inline" or token.content == "<br>"
        assert token.type != "link_open" or str(token.attrs["href"]).startswith(OWN_LINKS)
        assert previous.type != "heading_open" or OWN_HEADINGS.fullmatch(token.content)
        assert not re.search(r"@\w", token.content) or token.type in ("code_inline", "fence", "inline")
    widths = [sum(each.type == "td_open" for each in row) for row in _rows(found)]
    assert set(widths) <= {3}


def _rows(found: list[Token]) -> Iterator[list[Token]]:
    starts = [index for index, token in enumerate(found) if token.type == "tr_open"]
    for start in starts:
        end = next(index for index in range(start, len(found)) if found[index].type == "tr_close")
        row = found[start:end]
        if any(token.type == "td_open" for token in row):
            yield row


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_finding_has_its_heading_and_links_to_lines(name: str) -> None:
    markdown = run("check", f"examples/{name}", "--format", "markdown", folder=ROOT).stdout.decode()
    text = run("check", f"examples/{name}", folder=ROOT).stdout.decode()
    headings = re.findall(r"^### (?:error|warning|note): ", markdown, re.MULTILINE)
    assert len(headings) == len(re.findall(r"^(?:error|warning|note)\[", text, re.MULTILINE))
    targets = [str(each.attrs["href"]) for each in tokens(markdown) if each.type == "link_open"]
    assert all((ROOT / target.partition("#")[0]).is_file() for target in targets)


def test_links_lead_to_the_commit_of_the_workflow() -> None:
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "abc"}
    arguments = ("check", "examples/article", "--format", "markdown")
    markdown = run(*arguments, folder=ROOT, variables=variables).stdout.decode()
    assert "](<https://github.com/o/r/blob/abc/examples/article/rust-toolchain.toml#L2>)" in markdown


@pytest.mark.parametrize("value", ["x)](evil", "a b", "<x>"])
def test_an_odd_environment_makes_relative_links(value: str) -> None:
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": value, "GITHUB_SHA": "abc"}
    arguments = ("check", "examples/article", "--format", "markdown")
    markdown = run(*arguments, folder=ROOT, variables=variables).stdout.decode()
    assert "](<examples/article/rust-toolchain.toml#L2>)" in markdown


def test_a_proposal_shows_old_and_new_values_the_patch_and_the_way_back() -> None:
    arguments = ("apply", "examples/article", "--strategy", "pin", "--dry-run")
    markdown = run(*arguments, "--format", "markdown", folder=ROOT).stdout.decode()
    patch = run(*arguments, folder=ROOT).stdout.decode()
    assert '| `channel = "1.91.0"` | `channel = "1.90.0"` |' in markdown
    diff = next(token for token in tokens(markdown) if token.type == "fence")
    assert (diff.info, diff.content) == ("diff", patch)
    assert "`wasifix remove --strategy pin`" in markdown
    assert "rustup toolchain install 1.90.0" in markdown


def test_what_is_declined_is_said_first() -> None:
    arguments = ("apply", "examples/rust-version", "--strategy", "pin", "--dry-run", "--format", "markdown")
    result = run(*arguments, folder=ROOT)
    assert result.exit_code == 1
    assert result.stdout.startswith(b"## wasifix: declined, nothing was changed\n\n**Declined `pin`:** ")


@pytest.mark.parametrize(("example", "title"), [("not-affected", "nothing to fix")])
def test_nothing_to_do_is_said(example: str, title: str) -> None:
    arguments = ("apply", f"examples/{example}", "--dry-run", "--format", "markdown")
    assert run(*arguments, folder=ROOT).stdout.decode() == f"## wasifix: {title}\n"


def test_a_diff_that_a_comment_cannot_hold_is_cut() -> None:
    _, proposal = reports("x")
    patch = "diff --git a/x b/x\n" + "+0123456789\n" * 10_000
    markdown = render_proposal(proposal, patch, OPTIONS, False)
    assert len(markdown) < DIFF_LIMIT + 10_000
    assert re.search(r"\n\.\.\. \d+ more lines: wasifix apply --dry-run prints them\n```\n", markdown)


def test_a_fence_is_longer_than_any_in_the_diff() -> None:
    _, proposal = reports("x")
    markdown = render_proposal(proposal, "+`````` x\n", OPTIONS, False)
    assert "```````diff\n+`````` x\n```````\n" in markdown


@settings(deadline=None, max_examples=40)
@given(hostile())
def test_nothing_foreign_becomes_markup(text: str) -> None:
    report, proposal = reports(text)
    assert_contained(render_check(report, OPTIONS))
    assert_contained(_proposal(proposal))


@pytest.mark.parametrize("piece", PIECES)
def test_no_piece_becomes_markup(piece: str) -> None:
    report, proposal = reports(piece)
    assert_contained(render_check(report, OPTIONS))
    assert_contained(_proposal(proposal))


def _proposal(proposal: Proposal) -> str:
    changes: tuple[FileChange, ...] = proposal.changes
    return render_proposal(proposal, patch_text(changes).decode(), OPTIONS, False)
