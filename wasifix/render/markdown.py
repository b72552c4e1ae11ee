"""Markdown for a pull request, a comment or a job summary.

Whatever comes from the project stands in code spans, tables and fences that it cannot break out of.
https://github.github.com/gfm/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec import Struct

from wasifix.markers import find_markers
from wasifix.model import Evidence, Finding, Report
from wasifix.proposals import Declined, FileChange, Proposal
from wasifix.render.differences import differences
from wasifix.render.markdown_text import code, fence, words
from wasifix.render.phrases import EFFECT_WORDS, built_in, chain, headline, readable_symptom
from wasifix.render.terminal import clean

DIFF_LIMIT = 50_000
"""Characters. GitHub takes comments and bodies of 65,536: a longer diff is cut, and says so."""


class MarkdownOptions(Struct, frozen=True, kw_only=True):
    """`links` is what a path is put behind to make a link, such as `https://github.com/o/r/blob/SHA/`."""

    links: str = ""


def render_check(report: Report, options: MarkdownOptions) -> str:
    """The findings, the loudest first."""
    counts = [
        f"{number} {level}{'s' * (number != 1)}"
        for level in ("error", "warning", "note")
        if (number := sum(finding.level == level for finding in report.findings))
    ]
    builds = len(report.builds)
    lines = [f"## wasifix: {', '.join(counts) or 'nothing to report'}", ""]
    lines.append(f"{builds} WebAssembly build{'s' * (builds != 1)} in {len(report.files_read)} files.")
    for finding in report.findings:
        lines += ["", *_finding(report, finding, options)]
    return "\n".join(lines) + "\n"


def render_proposal(proposal: Proposal, patch: str, options: MarkdownOptions, written: bool) -> str:
    """What changes, why, how to undo it, and what comes next."""
    names = [f"`{plan.strategy}`" for plan in proposal.plans]
    lines = [f"## wasifix: {_title(proposal, names)}", ""]
    for declined in proposal.declined:
        lines += _declined(declined, options)
    for plan in () if proposal.declined else proposal.plans:
        remedy = proposal.remedies[plan.strategy]
        summary, effect = plan.summary or remedy.summary, EFFECT_WORDS[remedy.effect]
        lines.append(f"**{words(summary)}** (`{plan.strategy}`, {effect})<br>")
        lines.append(f"{words(remedy.caveat[:1].upper() + remedy.caveat[1:])}. <{remedy.reference}>")
        lines += [f"- {words(first)}" for note in plan.notes for first in note.split("\n")[:1]]
        lines.append("")
    lines += [f"Passed over `{each.strategy}`: {words(each.reason)}\n" for each in proposal.passed_over]
    if proposal.changes:
        lines += ["### What changes", "", *_changes(proposal.changes, options), ""]
        lines += [*fence("diff", _cut(patch)), ""]
    lines += _why(proposal, options)
    if proposal.changes:
        lines += _undo(proposal, names)
        commands = dict.fromkeys(command for plan in proposal.plans for command in plan.follow_up)
        heading = "### Next" if written else "### Next, once it is applied"
        lines += ["", heading, "", *fence("sh", "\n".join(map(clean, commands)) + "\n")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _title(proposal: Proposal, names: list[str]) -> str:
    if proposal.declined:
        return "declined, nothing was changed"
    if proposal.changes:
        return ", ".join(names)
    return "everything is in place" if names else "nothing to fix"


def _finding(report: Report, finding: Finding, options: MarkdownOptions) -> Iterator[str]:
    yield f"### {finding.level}: {words(headline(finding))} (`{finding.id}`)"
    yield ""
    yield from _evidence(chain(finding), options)
    if finding.builds:
        yield ""
        yield f"In: {words(built_in(report, finding))}"
        if finding.symptoms and finding.ignored is None:
            yield f"<br>Seen as: {'; '.join(code(readable_symptom(each)) for each in finding.symptoms)}"
    if finding.fails and finding.remedies:
        yield ""
        yield from _table(("remedy", "effect", "command"))
        for each in finding.remedies:
            effect = EFFECT_WORDS[each.effect]
            yield f"| {words(each.summary)} | {effect} | {code(each.command, table=True)} |"


def _why(proposal: Proposal, options: MarkdownOptions) -> Iterator[str]:
    """The findings that the change is for, and those that it leaves to the user."""
    reasons = [each for each in proposal.before.findings if each.fails]
    if reasons and proposal.outcomes:
        yield "### Why"
        for finding in reasons:
            yield ""
            yield f"{words(headline(finding))} (`{finding.id}`):"
            yield ""
            yield from _evidence(chain(finding), options)
        yield ""
    if proposal.by_hand:
        yield "### Left to do by hand"
        yield ""
        for left in proposal.by_hand:
            yield f"- {_place(left.at, options)}: {words(left.what)}"
        yield ""


def _changes(changes: Iterable[FileChange], options: MarkdownOptions) -> Iterator[str]:
    yield from _table(("place", "old", "new"))
    for change in changes:
        for each in differences(change):
            at = Evidence(path=change.path, line=each.line if change.old else 0)
            old, new = (_lines(lines) for lines in (each.old, each.new))
            yield f"| {_place(at, options, table=True)} | {old} | {new} |"


def _lines(lines: tuple[str, ...]) -> str:
    """What the lines say, without the comments of wasifix; of many the first."""
    said = [line.strip() for line in lines if line.strip() and not any(find_markers(line.rstrip("\r\n")))]
    if not said:
        return ""
    more = f" and {len(said) - 2} more lines" if len(said) > 3 else ""
    return "<br>".join(code(line, table=True) for line in (said[:2] if more else said)) + more


def _undo(proposal: Proposal, names: list[str]) -> Iterator[str]:
    strategies = " ".join(f"--strategy {name.strip('`')}" for name in names)
    yield "### How to undo"
    yield ""
    yield f"`wasifix remove {strategies}` takes it out again, also later; `git apply -R` undoes the diff."


def _declined(declined: Declined, options: MarkdownOptions) -> Iterator[str]:
    yield f"**Declined `{declined.strategy}`:** {words(declined.reason)}"
    yield ""
    if declined.at is not None:
        yield from (*_evidence((declined.at,), options), "")
    if declined.instead:
        yield from (f"Instead: {words(declined.instead)}", "")


def _evidence(evidence: Iterable[Evidence], options: MarkdownOptions) -> Iterator[str]:
    yield from _table(("where", "what is there", "what it means"))
    for each in evidence:
        place = _place(each, options, table=True)
        text = code(clean(each.text), table=True)
        yield f"| {place} | {text} | {words(each.note)} |"


def _table(names: tuple[str, ...]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"


def _place(at: Evidence, options: MarkdownOptions, table: bool = False) -> str:
    """A link to the line."""
    if not at.path:
        return "-"
    shown = code(f"{at.path}:{at.line}" if at.line else at.path, table=table)
    target = quote(at.path.encode("utf-8", "surrogateescape"), safe="/")
    return f"[{shown}](<{options.links}{target}{f'#L{at.line}' if at.line else ''}>)"


def _cut(patch: str) -> str:
    if len(patch) <= DIFF_LIMIT:
        return patch
    kept = patch[: patch.rfind("\n", 0, DIFF_LIMIT) + 1]
    left = patch.count("\n", len(kept))
    return f"{kept}... {left} more lines: wasifix apply --dry-run prints them\n"
