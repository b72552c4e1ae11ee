"""What `apply` and `remove` say beside the patch: what was done, what that is worth, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wasifix.model import Effect
from wasifix.proposals import Declined, Plan, Proposal
from wasifix.render.phrases import EFFECT_WORDS
from wasifix.render.terminal import WIDTH, clean, shortened, wrapped
from wasifix.render.text import TextOptions, evidence_lines, headline_lines, shown_path, shown_place


def change_in_short(proposal: Proposal, written: bool) -> str:
    """The proposal in a few words, for a table."""
    if proposal.declined:
        return f"declined {proposal.declined[0].strategy}: {proposal.declined[0].reason}"
    if not proposal.changes:
        return "nothing to change"
    paths = ", ".join(change.path for change in proposal.changes)
    return f"{'changed' if written else 'would change'} {paths}"


def render_outcome(proposal: Proposal, options: TextOptions, written: bool) -> str:
    """What `apply` says."""
    if not proposal.outcomes:
        return "Nothing to fix here, so nothing was changed. `wasifix check` says what is known.\n"
    lines = [line for each in proposal.declined for line in _declined(each, options)]
    for plan in () if proposal.declined else proposal.plans:
        lines += _planned(proposal, plan, options)
    for each in proposal.passed_over:
        lines += wrapped(f"passed over {each.strategy}: {clean(each.reason)}", "  ")
    for left in proposal.by_hand:
        lines += wrapped(f"by hand: {shown_place(left.at, options)}: {clean(left.what)}", "  ")
    if proposal.declined:
        lines.append("Nothing was changed.")
    elif proposal.changes:
        lines += _changed("Changed" if written else "Would change", proposal, options)
    else:
        lines += _unchanged(proposal)
    return "\n".join(lines) + "\n"


def _planned(proposal: Proposal, plan: Plan, options: TextOptions) -> Iterator[str]:
    remedy = proposal.remedies[plan.strategy]
    kind = "good" if remedy.effect is Effect.REMOVES_CAUSE else "warning"
    effect = options.style.paint(kind, EFFECT_WORDS[remedy.effect])
    name = options.style.paint("bold", plan.strategy)
    yield f"{name}: {clean(plan.summary or remedy.summary)} ({effect})"
    yield from wrapped(f"{remedy.caveat}.", "  ")
    yield f"  {remedy.reference}"
    for note in plan.notes:
        first, *more = note.split("\n")
        yield from wrapped(clean(first), "  note: ")
        yield from (shortened(f"        {clean(line)}", WIDTH) for line in more)


def _changed(verb: str, proposal: Proposal, options: TextOptions) -> Iterator[str]:
    """Which files, what is still open, and the commands that come next."""
    paths = ", ".join(shown_path(change.path, options) for change in proposal.changes)
    yield from wrapped(f"{verb} {paths}.", "")
    yield from _still_open("Still open", proposal)
    commands = dict.fromkeys(command for plan in proposal.plans for command in plan.follow_up)
    if commands:
        yield "Next:"
        yield from (f"  {clean(command)}" for command in commands)


def _unchanged(proposal: Proposal) -> Iterator[str]:
    """That there is no change: because it is made already, or because nothing of it can be made."""
    tried = {plan.strategy for plan in proposal.plans}
    is_open = any(
        finding.fails and tried & {remedy.strategy for remedy in finding.remedies}
        for finding in proposal.before.findings
    )
    yield (
        "No change: nothing here that it can edit."
        if is_open
        else "Everything is in place already: no change."
    )
    yield from _still_open("Still open", proposal)


def _still_open(words: str, proposal: Proposal) -> Iterable[str]:
    findings = proposal.after.findings if proposal.after else ()
    names = dict.fromkeys(finding.id for finding in findings if finding.fails)
    return wrapped(f"{words}: {', '.join(names)}. `wasifix check` says more.", "") if names else ()


def render_removal(proposal: Proposal, options: TextOptions, written: bool) -> str:
    """What `remove` says."""
    if proposal.declined:
        lines = [line for each in proposal.declined for line in _declined(each, options)]
        return "\n".join([*lines, "Nothing was changed."]) + "\n"
    if not proposal.changes or proposal.after is None:
        return "No workaround of wasifix is in the files that decide about this build.\n"
    names = ", ".join(f"`{plan.strategy}`" for plan in proposal.plans)
    paths = ", ".join(shown_path(change.path, options) for change in proposal.changes)
    lines = wrapped(f"{'Took' if written else 'Would take'} {names} out of {paths}.", "")
    lines += _still_open("Open again", proposal)
    return "\n".join(lines) + "\n"


def _declined(declined: Declined, options: TextOptions) -> Iterator[str]:
    yield from headline_lines("error", f"declined[{declined.strategy}]", declined.reason, options)
    if declined.at is not None:
        yield from evidence_lines([declined.at], options)
    if declined.instead:
        yield from wrapped(clean(declined.instead), "  instead: ")
