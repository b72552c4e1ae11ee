"""Reports for people: the important first, evidence that an editor can jump to, at most 80 columns."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wasifix.model import (
    Build,
    Confidence,
    Declined,
    Effect,
    Evidence,
    Finding,
    Level,
    Prevented,
    Proposal,
    Report,
)
from wasifix.render.phrases import EFFECT_WORDS, build_title, built_in, chain, headline, readable_symptom
from wasifix.render.terminal import PLAIN, WIDTH, Style, clean, shortened, wrapped


@dataclass(frozen=True, kw_only=True, slots=True)
class TextOptions:
    """How paths are shown: from the current folder, see `place.Place`."""

    style: Style = PLAIN
    base: str = ""
    inside: str | None = ""


def render_check(report: Report, options: TextOptions, seconds: float | None = None) -> str:
    """The findings, then what was prevented, then one line of summary."""
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_finding(report, finding, options), ""]
    lines += _prevented(report, options)
    lines.append(_summary(report, seconds))
    return "\n".join(lines) + "\n"


def in_short(report: Report) -> str:
    """The report in a few words, for a table."""
    if not report.builds:
        return "no WebAssembly build"
    return _counted(report) or "nothing to report"


def change_in_short(proposal: Proposal, written: bool) -> str:
    """The proposal in a few words, for a table."""
    if proposal.declined:
        return f"declined {proposal.declined[0].strategy}: {proposal.declined[0].reason}"
    if not proposal.changes:
        return "nothing to change"
    paths = ", ".join(change.path for change in proposal.changes)
    return f"{'changed' if written else 'would change'} {paths}"


def render_outcome(proposal: Proposal, options: TextOptions, written: bool) -> str:
    """What `apply` says beside the patch: what was done, what that is worth, and what comes next."""
    style = options.style
    lines: list[str] = []
    for declined in proposal.declined:
        lines += _declined(declined, options)
    for outcome in () if proposal.declined else proposal.plans:
        remedy = proposal.remedies[outcome.strategy]
        kind = "good" if remedy.effect is Effect.REMOVES_CAUSE else "warning"
        effect = style.paint(kind, EFFECT_WORDS[remedy.effect])
        lines.append(
            f"{style.paint('bold', outcome.strategy)}: {clean(outcome.summary or remedy.summary)} ({effect})"
        )
        lines += wrapped(f"{remedy.caveat}.", "  ")
        lines.append(f"  {remedy.reference}")
        for note in outcome.notes:
            first, *more = note.split("\n")
            lines += wrapped(clean(first), "  note: ")
            lines += [shortened(f"        {clean(line)}", WIDTH) for line in more]
    for each in proposal.passed_over:
        lines += wrapped(f"passed over {each.strategy}: {clean(each.reason)}", "  ")
    for left in proposal.by_hand:
        lines += wrapped(f"by hand: {shown_place(left.at, options)}: {clean(left.what)}", "  ")
    if not proposal.outcomes:
        lines.append("Nothing to fix here, so nothing was changed. `wasifix check` says what is known.")
    if proposal.declined:
        return "\n".join([*lines, "Nothing was changed."]) + "\n"
    if proposal.changes:
        verb = "Changed" if written else "Would change"
        paths = ", ".join(shown_path(change.path, options) for change in proposal.changes)
        lines += wrapped(f"{verb} {paths}.", "")
        lines.append("Next:")
        commands = dict.fromkeys(command for plan in proposal.plans for command in plan.follow_up)
        lines += [f"  {clean(command)}" for command in commands]
    elif proposal.plans:
        lines.append("Everything is in place already: no change.")
    return "\n".join(lines) + "\n"


def render_removal(proposal: Proposal, options: TextOptions, written: bool) -> str:
    """What `remove` says beside the patch."""
    if proposal.declined:
        lines = [line for each in proposal.declined for line in _declined(each, options)]
        return "\n".join([*lines, "Nothing was changed."]) + "\n"
    if not proposal.changes or proposal.after is None:
        return "No workaround of wasifix is in the files that decide about this build.\n"
    names = ", ".join(f"`{plan.strategy}`" for plan in proposal.plans)
    paths = ", ".join(shown_path(change.path, options) for change in proposal.changes)
    lines = wrapped(f"{'Took' if written else 'Would take'} {names} out of {paths}.", "")
    open_now = dict.fromkeys(finding.id for finding in proposal.after.findings if finding.fails)
    if open_now:
        lines += wrapped(f"Open again: {', '.join(open_now)}. `wasifix check` says more.", "")
    return "\n".join(lines) + "\n"


def _finding(report: Report, finding: Finding, options: TextOptions) -> Iterator[str]:
    yield from _headline(finding.level, f"{finding.level}[{finding.id}]", headline(finding), options)
    if finding.ignored is not None:
        at = (finding.ignored.at.path, finding.ignored.at.line)
        is_there = at in {(each.path, each.line) for each in finding.evidence}
        yield from _evidence(chain(finding)[: 1 if is_there else 2], options)
        return
    yield from _evidence(finding.evidence, options)
    if _only_may_concern(finding):
        yield f"  wasifix explain {finding.id}"
        return
    yield from wrapped(built_in(report, finding), "  in: ")
    if finding.symptoms:
        yield from wrapped("; ".join(map(readable_symptom, finding.symptoms)), "  seen as: ")
    if finding.covered_by:
        yield from wrapped(
            "a workaround is in place; it can hide the crash but does not remove its cause", "  "
        )
    if finding.remedies:
        yield ""
        yield from _remedies(finding, options)


def _only_may_concern(finding: Finding) -> bool:
    """A sure range but a trigger that no file shows: worth a line, not a screen."""
    is_sure_note = finding.level is Level.NOTE and finding.confidence is Confidence.CONFIRMED
    return is_sure_note and bool(finding.remedies) and not finding.covered_by


def _headline(kind: str, head: str, message: str, options: TextOptions) -> Iterator[str]:
    """A painted word and a message, folded before it is painted, so that colour takes no room."""
    first, *more = wrapped(f"{head}: {clean(message)}", "")
    rest = first[len(head) + 2 :]
    yield f"{options.style.paint(kind, head)}: {options.style.paint('bold', rest)}"
    yield from (f"  {options.style.paint('bold', line.strip())}" for line in more)


def _evidence(evidence: Iterable[Evidence], options: TextOptions) -> Iterator[str]:
    rows = [(shown_place(each, options), clean(each.text), clean(each.note)) for each in evidence]
    first = max((len(place) for place, _, _ in rows), default=0)
    if first > WIDTH // 2:  # no columns then
        first = 0
    room = WIDTH - max(first, 20) - 4
    second = max((len(text) for _, text, note in rows if note), default=0)
    if second + max((len(note) for _, _, note in rows), default=0) + 2 > room:
        second = 0
    for place, text, note in rows:
        here = min(room, WIDTH - len(place) - 4)
        line = f"  {place:<{first}}  {shortened(text, here):<{second}}".rstrip()
        if note and len(line) + len(note) + 2 <= WIDTH:
            yield f"{line:<{first + second + 4}}  {note}"
            continue
        yield line
        yield from wrapped(note, " " * (first + 4))


def _remedies(finding: Finding, options: TextOptions) -> Iterator[str]:
    shown = [
        each for each in finding.remedies if not finding.covered_by or each.effect is Effect.REMOVES_CAUSE
    ]
    width = max(map(len, EFFECT_WORDS.values()))
    command = max((len(remedy.command) for remedy in shown), default=0)
    for effect, words in EFFECT_WORDS.items():
        label = words
        for remedy in (each for each in shown if each.effect is effect):
            kind = "good" if effect is Effect.REMOVES_CAUSE else "dim"
            head = options.style.paint(kind, f"{label:<{width}}")
            yield f"  {head}  {remedy.command:<{command}}  {remedy.short}"
            label = ""
    yield f"  {'why and how sure':<{width}}  wasifix explain {finding.id}"


def _prevented(report: Report, options: TextOptions) -> Iterator[str]:
    titles = {build.id: build for build in report.builds}
    seen: set[tuple[str, tuple[Evidence, ...]]] = set()
    for each in report.prevented:
        if (each.id, each.evidence) in seen:
            continue
        seen.add((each.id, each.evidence))
        yield from _one_prevented(each, titles[each.build], options)
        yield ""


def _one_prevented(prevented: Prevented, build: Build, options: TextOptions) -> Iterator[str]:
    yield from _headline("good", f"ok[{prevented.id}]", f"prevented: {prevented.why}", options)
    yield from _evidence(prevented.evidence, options)
    yield f"  in: {build_title(build)}"


def _declined(declined: Declined, options: TextOptions) -> Iterator[str]:
    yield from _headline("error", f"declined[{declined.strategy}]", declined.reason, options)
    if declined.at is not None:
        yield from _evidence([declined.at], options)
    if declined.instead:
        yield from wrapped(clean(declined.instead), "  instead: ")


def _summary(report: Report, seconds: float | None) -> str:
    builds = len(report.builds)
    if not builds:
        found = "No WebAssembly build in the files of this project"
    else:
        found = f"{_counted(report) or 'Nothing to report'} in {builds} build{'s' * (builds != 1)}"
    files = len(report.files_read)
    took = "" if seconds is None else f" in {seconds * 1000:.0f} ms"
    return f"{found}. Read {files} file{'s' * (files != 1)}{took}."


def _counted(report: Report) -> str:
    counts = [
        f"{number} {level}{'s' * (number != 1)}"
        for level in ("error", "warning", "note")
        if (number := sum(finding.level == level for finding in report.findings))
    ]
    return ", ".join(counts)


def shown_place(evidence: Evidence, options: TextOptions) -> str:
    """The place as seen from the current folder, as editors and terminals can jump to it."""
    if not evidence.path:
        return "-"
    place = shown_path(evidence.path, options)
    return f"{place}:{evidence.line}:{evidence.column}" if evidence.line else place


def shown_path(path: str, options: TextOptions) -> str:
    """The path as seen from the current folder."""
    if options.inside is None:
        return clean(posixpath.normpath(posixpath.join(options.base, path)))
    return clean(posixpath.relpath(path, options.inside or "."))
