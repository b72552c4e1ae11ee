"""One strategy tried on a project: planned, rendered, and judged on the result; nothing is written."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from wasifix.advisories import load_advisories
from wasifix.changes import SetLine
from wasifix.documents.text import CannotEdit
from wasifix.edits import render
from wasifix.markers import Author, find_markers
from wasifix.model import Effect, Finding, Report
from wasifix.project import Project
from wasifix.project.targets import THREADS_TARGETS
from wasifix.proposals import Declined, FileChange, Plan
from wasifix.removal import restored
from wasifix.reporting import ALL_CHECKS, Request, report_on
from wasifix.strategies import Hits, Options, Strategy
from wasifix.tree import MemoryTree


class Attempt(Struct, frozen=True, kw_only=True):
    """A plan that passed all proofs, and the project as it would be."""

    plan: Plan
    changes: tuple[FileChange, ...]
    project: Project
    report: Report


def hits_for(report: Report, strategy: Strategy, options: Options, only_failing: bool = False) -> Hits:
    """The findings that name the strategy as a remedy, and the builds that they hit."""
    reachable = tuple(build for build in report.builds if not (options.local_only and build.is_ci))
    ids = {build.id for build in reachable}
    findings = tuple(
        finding
        for finding in report.findings
        if strategy.name in [remedy.strategy for remedy in finding.remedies]
        and (finding.fails or not only_failing)
        and ids.intersection(finding.builds)
    )
    hit = {build for finding in findings for build in finding.builds}
    builds = tuple(build for build in reachable if build.id in hit)
    if options.force and not builds:
        builds = tuple(build for build in reachable if build.target.value in THREADS_TARGETS)
    return Hits(findings=findings, builds=builds)


def attempt(
    project: Project, strategy: Strategy, hits: Hits, options: Options, request: Request
) -> Attempt | Declined:
    """The strategy's plan, if it can be made, repeating it changes nothing, and it has its effect."""
    if (declined := _not_accepted(project, strategy)) is not None and not options.force:
        return declined
    outcome, made = planned(project, strategy, hits, options)
    if isinstance(outcome, Declined):
        return outcome
    if not made and outcome.by_hand:
        first = outcome.by_hand[0]
        return Declined(
            strategy=strategy.name,
            reason="no place that decides can be edited safely",
            at=first.at,
            instead=f"do it by hand: {first.what}",
        )
    if not made:
        return Attempt(plan=outcome, changes=(), project=project, report=report_on(project))
    tried = request.read(MemoryTree({change.path: change.new for change in made}, project.sources.tree))
    report = report_on(tried)
    left = seen_again(hits, report)
    again, more = planned(tried, strategy, left, options) if left.builds or options.force else (None, ())
    if isinstance(again, Plan) and more:
        reason = "a second run would change the files again; this is a bug in wasifix"
        return Declined(strategy=strategy.name, reason=reason)
    remaining = _remaining(report, outcome, hits, options)
    if remaining is not None and not options.force and not _cannot_be_marked(strategy, outcome):
        return Declined(
            strategy=strategy.name,
            reason=f"after the change `{remaining.id}` would still be there",
            at=next((each for each in remaining.evidence if each.path), None),
            instead="`wasifix check` says why; --force writes the change all the same",
        )
    return Attempt(plan=_with_undo_note(outcome, made), changes=made, project=tried, report=report)


def _remaining(report: Report, plan: Plan, hits: Hits, options: Options) -> Finding | None:
    """A finding that the plan should have dealt with; not where a place is left to the user."""
    wanted = {hit.id for hit in hits.findings}
    left = {each.at.path for each in plan.by_hand}
    open_builds = {
        build.id
        for build in report.builds
        if not (options.local_only and build.is_ci)
        and not left.intersection(build.places)
        and build.key not in plan.stays
    }
    return next(
        (
            finding
            for finding in report.findings
            if finding.fails and finding.id in wanted and open_builds.intersection(finding.builds)
        ),
        None,
    )


def _not_accepted(project: Project, strategy: Strategy) -> Declined | None:
    """Declined where the settings say that this effect is not good enough."""
    accept = project.settings.accept
    if accept.value is None or project.settings.accepts(strategy.effect):
        return None
    return Declined(
        strategy=strategy.name,
        reason=f"its effect is `{strategy.effect}`, and the settings accept only {', '.join(accept.value)}",
        at=accept.evidence[0],
        instead="another strategy, or --force",
    )


def _cannot_be_marked(strategy: Strategy, plan: Plan) -> bool:
    """Whether a workaround goes to a file without room for a comment, so that `check` cannot know of it."""
    changes = (change for edit in plan.edits for change in edit.changes)
    return strategy.effect is Effect.UNPROVEN and any(isinstance(each, SetLine) for each in changes)


def seen_again(hits: Hits, report: Report) -> Hits:
    """The same hits in the changed project: the local builds, and those of workflows still hit.

    Of a plan that is forced on a project without findings, all its builds.
    """
    keys = {build.key for build in hits.builds}
    wanted = {finding.id for finding in hits.findings}
    hit = {build for finding in report.findings if finding.id in wanted for build in finding.builds}
    same = (build for build in report.builds if build.key in keys)
    kept = (each for each in same if each.is_local or each.id in hit or not hits.findings)
    return replace(hits, builds=tuple(kept))


def planned(
    project: Project, strategy: Strategy, hits: Hits, options: Options
) -> tuple[Plan | Declined, tuple[FileChange, ...]]:
    """The strategy's plan and the files it makes."""
    outcome = strategy.plan(project, hits, options)
    if isinstance(outcome, Declined):
        return outcome, ()
    made = render(project.sources.tree, outcome, _author(strategy, hits))
    if isinstance(made, Declined):
        return made, ()
    return replace(outcome, by_hand=(*outcome.by_hand, *made.by_hand)), made.changes


def _author(strategy: Strategy, hits: Hits) -> Author:
    links = {advisory.id: advisory.references[0] for advisory in load_advisories()}
    links |= {check.id: check.reference for check in ALL_CHECKS}
    reason = next((each.id for each in hits.findings), load_advisories()[0].id)
    return Author(strategy=strategy.name, advisory=reason, effect=strategy.effect, url=links[reason])


def _with_undo_note(plan: Plan, made: tuple[FileChange, ...]) -> Plan:
    """Says of which file `remove` would not restore every byte; of most it does."""
    marked = {edit.path for edit in plan.edits if not any(isinstance(each, SetLine) for each in edit.changes)}
    lost = tuple(each.path for each in made if each.path in marked and not _undone(plan.strategy, each))
    note = f"`wasifix remove` cannot take this out of {', '.join(lost)}: keep the patch to undo it"
    return replace(plan, notes=(*plan.notes, note)) if lost else plan


def _undone(strategy: str, change: FileChange) -> bool:
    if change.new is None or b" wasifix " in (change.old or b""):
        return True
    if not any(find_markers(change.new.decode("utf-8", "replace"))):
        return False
    try:
        return restored(change.path, change.new, (strategy,)) == change.old
    except CannotEdit:
        return False
