"""check() and plan(): wires the pure parts together. This is also the public Python API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wasifix.advisories import Advisory, load_advisories
from wasifix.checks import project_checks
from wasifix.detect import detect
from wasifix.edits import render
from wasifix.errors import UsageError
from wasifix.markers import Author
from wasifix.model import (
    Declined,
    FileChange,
    Finding,
    Plan,
    Proposal,
    Remedy,
    Report,
)
from wasifix.project import Project, local_builds, read_project
from wasifix.project.sources import Sources
from wasifix.project.targets import THREADS_TARGETS
from wasifix.strategies import STRATEGIES, Hits, Options, Strategy, find_strategy
from wasifix.tree import MemoryTree, Tree

NOTHING: Mapping[str, str] = {}


def check(
    tree: Tree,
    start: str = "",
    *,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Report:
    """What is known of the project in the folder `start` of the tree.

    `environment` holds the variables that Cargo and rustup would see; `assume_rust` is the toolchain to take
    where the files leave it open. Raises UnreadableInput, NoProject.
    """
    return _report(read_project(Sources(tree), start, environment, assume_rust))


def plan(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str],
    options: Options | None = None,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Proposal:
    """What the strategies would change, computed, proven and checked again, but not written.

    Raises UsageError for unknown or conflicting strategies, UnreadableInput, NoProject.
    """
    options = options or Options()
    chosen = [find_strategy(name) for name in dict.fromkeys(strategies)]
    project = read_project(Sources(tree), start, environment, assume_rust)
    before = after = _report(project)
    outcomes: list[Plan | Declined] = []
    changes: dict[str, FileChange] = {}
    for strategy in chosen:
        hits = _hits(project, after, strategy, options)
        if not hits.findings and not options.force:
            continue
        outcome, made = _planned(project, strategy, hits, options)
        if not isinstance(outcome, Declined) and made:
            _refuse_overlap(outcomes, outcome)
            project, after = _tried(project, made, environment, assume_rust)
            outcome = _judged(project, after, strategy, hits, options, outcome)
        outcomes.append(outcome)
        if isinstance(outcome, Plan):
            for change in made:
                first = changes.get(change.path, change)
                changes[change.path] = replace(change, old=first.old)
    if any(isinstance(outcome, Declined) for outcome in outcomes):
        return Proposal(before=before, outcomes=tuple(outcomes), remedies=_remedies())
    return Proposal(
        before=before,
        outcomes=tuple(outcomes),
        changes=tuple(changes[path] for path in sorted(changes)),
        after=after,
        remedies=_remedies(),
    )


def _report(project: Project) -> Report:
    builds = local_builds(project)
    advisories = load_advisories()
    found, prevented = detect(project, builds, advisories)
    findings = [_with_remedies(finding, advisories) for finding in found]
    findings += project_checks(project, builds)
    order = [*("error", "warning", "note")]
    return Report(
        builds=builds,
        findings=tuple(sorted(findings, key=lambda each: order.index(each.level))),
        prevented=prevented,
        files_read=project.sources.files_read,
    )


def _with_remedies(finding: Finding, advisories: tuple[Advisory, ...]) -> Finding:
    known = _remedies()
    names = next(each.remedies for each in advisories if each.id == finding.id)
    return replace(finding, remedies=tuple(known[name] for name in names))


def _remedies() -> dict[str, Remedy]:
    return {
        each.name: Remedy(
            strategy=each.name,
            effect=each.effect,
            summary=each.summary,
            caveat=each.caveat,
            reference=each.reference,
        )
        for each in STRATEGIES
    }


def _hits(project: Project, report: Report, strategy: Strategy, options: Options) -> Hits:
    findings = tuple(
        finding
        for finding in report.findings
        if strategy.name in [remedy.strategy for remedy in finding.remedies]
    )
    ids = {build for finding in findings for build in finding.builds}
    builds = tuple(build for build in report.builds if build.id in ids)
    if options.force and not builds:
        builds = tuple(build for build in report.builds if build.target.value in THREADS_TARGETS)
    return Hits(findings=findings, builds=builds)


def _planned(
    project: Project, strategy: Strategy, hits: Hits, options: Options
) -> tuple[Plan | Declined, tuple[FileChange, ...]]:
    outcome = strategy.plan(project, hits, options)
    if isinstance(outcome, Declined):
        return outcome, ()
    made = render(project.sources.tree, outcome, _author(strategy, hits))
    return (made, ()) if isinstance(made, Declined) else (outcome, made)


def _author(strategy: Strategy, hits: Hits) -> Author:
    known = {advisory.id: advisory for advisory in load_advisories()}
    advisory = next((known[each.id] for each in hits.findings if each.id in known), load_advisories()[0])
    return Author(
        strategy=strategy.name, advisory=advisory.id, effect=strategy.effect, url=advisory.references[0]
    )


def _tried(
    project: Project, made: tuple[FileChange, ...], environment: Mapping[str, str], assumed: str | None
) -> tuple[Project, Report]:
    tree = MemoryTree({change.path: change.new for change in made}, project.sources.tree)
    tried = read_project(Sources(tree), project.start, environment, assumed)
    return tried, _report(tried)


def _judged(
    project: Project, report: Report, strategy: Strategy, hits: Hits, options: Options, planned: Plan
) -> Plan | Declined:
    """The plan, if planning again changes nothing more and the findings are gone or covered."""
    again, more = _planned(project, strategy, hits, options)
    if isinstance(again, Plan) and more:
        reason = "a second run would change the files again; this is a bug in wasifix"
        return Declined(strategy=strategy.name, reason=reason)
    remaining = [
        finding
        for finding in report.findings
        if finding.fails and finding.id in [hit.id for hit in hits.findings]
    ]
    if remaining and not options.force:
        return Declined(
            strategy=strategy.name,
            reason=f"after the change `{remaining[0].id}` would still be there",
            at=remaining[0].evidence[0],
            instead="see what `wasifix check` says about this place, or --force to write it all the same",
        )
    return planned


def _refuse_overlap(earlier: Sequence[Plan | Declined], plan: Plan) -> None:
    """Raises UsageError where two plans change the same value."""
    taken = {
        (edit.path, getattr(change, "path", ())): each.strategy
        for each in earlier
        if isinstance(each, Plan)
        for edit in each.edits
        for change in edit.changes
    }
    for edit in plan.edits:
        for change in edit.changes:
            other = taken.get((edit.path, getattr(change, "path", ())))
            if other is not None:
                raise UsageError(
                    f"the strategies `{other}` and `{plan.strategy}` change the same place in {edit.path}",
                    advice="apply one of them",
                )
