"""Annotations of GitHub workflows: one command line for each.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.model import Evidence, Finding, Level, Report
from wasifix.proposals import ByHand, Declined, Proposal
from wasifix.render.differences import Difference, differences
from wasifix.render.phrases import EFFECT_WORDS, chain, shown_at, story
from wasifix.render.terminal import clean

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render_check(report: Report) -> str:
    """One annotation for each finding, at the place that decides."""
    return "".join(_finding(report, finding) for finding in report.findings)


def render_proposal(proposal: Proposal, written: bool) -> str:
    """One annotation for each place that changes, for each strategy declined, and for what is left to do."""
    verb = "changed" if written else "would change"
    return "".join(
        (
            *(_declined(each) for each in proposal.declined),
            *(
                _difference(change.path, each, verb, proposal)
                for change in proposal.changes
                for each in differences(change)
            ),
            *(_left(each) for each in proposal.by_hand),
        )
    )


def _finding(report: Report, finding: Finding) -> str:
    at = shown_at(report, chain(finding))
    return _annotation(_COMMANDS[finding.level], at, finding.id, story(report, finding))


def _left(left: ByHand) -> str:
    return _annotation("warning", left.at, "by hand", iter((clean(left.what),)))


def _declined(declined: Declined) -> str:
    lines = [f"declined: {clean(declined.reason)}"]
    if declined.instead:
        lines.append(f"instead: {clean(declined.instead)}")
    return _annotation("error", declined.at or Evidence(path=""), declined.strategy, iter(lines))


def _difference(path: str, difference: Difference, verb: str, proposal: Proposal) -> str:
    names = [plan.strategy for plan in proposal.plans]
    effects = ", ".join(f"{name} {EFFECT_WORDS[proposal.remedies[name].effect]}" for name in names)
    lines = (
        f"{verb} ({effects})",
        *(clean(f"{sign} {line.rstrip()}") for sign, line in difference.signed()),
    )
    at = Evidence(path=path, line=difference.line)
    return _annotation("notice", at, " and ".join(names), iter(lines))


def _annotation(command: str, at: Evidence, title: str, lines: Iterator[str]) -> str:
    places = (("file", at.path), ("line", at.line), ("col", at.column), ("title", f"wasifix {title}"))
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in places if value)
    data = _data("\n".join(lines))
    return f"::{command} {properties}::{data}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
