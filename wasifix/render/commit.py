"""The message of a commit: what was done, why, what it is worth, and how to undo it."""

from __future__ import annotations

from collections.abc import Iterator

from wasifix.advisories import load_advisories
from wasifix.model import Finding
from wasifix.proposals import Plan, Proposal
from wasifix.render.phrases import EFFECT_WORDS
from wasifix.render.terminal import clean, wrapped

_SUBJECT = 72
"""Characters that tools show of the first line. https://git-scm.com/docs/SubmittingPatches"""


def subject(proposal: Proposal) -> str:
    """The first line."""
    done = [clean(plan.summary or proposal.remedies[plan.strategy].summary) for plan in proposal.plans]
    line = "; ".join(done)
    return line if len(line) <= _SUBJECT else f"Apply wasifix {', '.join(_names(proposal))}"


def commit_message(proposal: Proposal) -> str:
    """The whole message."""
    parts = ["\n".join(_plan(proposal, plan)) for plan in proposal.plans]
    undo = " ".join(f"--strategy {name}" for name in _names(proposal))
    parts.append(f"Undo: git revert, or wasifix remove {undo}")
    return "\n\n".join((subject(proposal), *parts)) + "\n"


def _plan(proposal: Proposal, plan: Plan) -> Iterator[str]:
    remedy = proposal.remedies[plan.strategy]
    yield from wrapped(f"{plan.strategy}: {clean(plan.summary or remedy.summary)}", "What: ")
    for finding in _reasons(proposal, plan):
        yield from wrapped(clean(f"{finding.message} [{finding.id}]"), "Why: ")
        yield from (f"  {clean(f'{each.place}  {each.text}')}" for each in finding.evidence if each.path)
        yield from (f"  {link}" for link in _links(finding.id))
    yield from wrapped(f"{EFFECT_WORDS[remedy.effect]}; {remedy.caveat}", "Effect: ")
    for note in plan.notes:
        yield from wrapped(clean(" ".join(note.split())), "Note: ")
    for command in plan.follow_up:
        yield f"Then: {clean(command)}"


def _reasons(proposal: Proposal, plan: Plan) -> tuple[Finding, ...]:
    """The findings that the plan answers."""
    return tuple(
        finding
        for finding in proposal.before.findings
        if plan.strategy in [remedy.strategy for remedy in finding.remedies]
        and proposal.before.is_local(finding)
    )


def _links(advisory: str) -> tuple[str, ...]:
    return next((each.references[:1] for each in load_advisories() if each.id == advisory), ())


def _names(proposal: Proposal) -> tuple[str, ...]:
    return tuple(plan.strategy for plan in proposal.plans)
