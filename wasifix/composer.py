"""Several strategies put together into one change."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wasifix.errors import UsageError
from wasifix.model import Finding
from wasifix.planner import Attempt, attempt, hits_for, seen_again
from wasifix.project import Project
from wasifix.proposals import Declined, FileChange, Plan, Proposal
from wasifix.remedies import REMEDIES
from wasifix.reporting import Request, automatic_by_finding, report_on
from wasifix.strategies import Options, find_strategy


class Composer:
    """Puts plans together, each made on the result of those before it."""

    def __init__(self, project: Project, request: Request, options: Options) -> None:
        self.project = project
        self.request = request
        self.options = options
        self.before = self.after = report_on(project)
        self.outcomes: list[Plan | Declined] = []
        self.passed_over: list[Declined] = []
        self.changes: dict[str, FileChange] = {}

    def apply(self, name: str) -> None:
        """A strategy that the user named; it must work."""
        strategy = find_strategy(name)
        hits = seen_again(hits_for(self.before, strategy, self.options), self.after)
        if hits.findings and not hits.builds:
            reason = "the strategies before it leave no build that it would remedy"
            self.passed_over.append(Declined(strategy=name, reason=reason))
        elif hits.findings or self.options.force:
            self._take(attempt(self.project, strategy, hits, self.options, self.request))

    def choose(self) -> None:
        """For each error and warning the first remedy that works."""
        automatic = automatic_by_finding()
        for finding in self.before.findings:
            if self._is_open(finding) and (names := automatic.get(finding.id)):
                self._first_that_works(names)

    def proposal(self) -> Proposal:
        """The answer; without changes where a strategy was declined."""
        declined = any(isinstance(outcome, Declined) for outcome in self.outcomes)
        return Proposal(
            before=self.before,
            outcomes=tuple(self.outcomes),
            passed_over=tuple(self.passed_over),
            changes=() if declined else tuple(self.changes[path] for path in sorted(self.changes)),
            after=None if declined else self.after,
            remedies=REMEDIES,
        )

    def _first_that_works(self, names: Sequence[str]) -> None:
        options = replace(self.options, keep_threads=True)
        tried: list[Declined] = []
        for name in names:
            strategy = find_strategy(name)
            hits = hits_for(self.after, strategy, options, only_failing=True)
            outcome = attempt(self.project, strategy, hits, options, self.request)
            if isinstance(outcome, Attempt):
                self.passed_over += tried
                self._take(outcome)
                return
            tried.append(outcome)
        self.outcomes += tried

    def _is_open(self, finding: Finding) -> bool:
        """Whether it fails, is still there, and is about a build that may be edited."""
        return finding.fails and any(
            each.fails and each.id == finding.id and self._is_reachable(each) for each in self.after.findings
        )

    def _is_reachable(self, finding: Finding) -> bool:
        builds = (build for build in self.after.builds if build.id in finding.builds)
        return not self.options.local_only or any(not build.is_ci for build in builds)

    def _take(self, outcome: Attempt | Declined) -> None:
        if isinstance(outcome, Declined):
            self.outcomes.append(outcome)
            return
        _refuse_overlap(self.outcomes, outcome.plan)
        self.outcomes.append(outcome.plan)
        self.project, self.after = outcome.project, outcome.report
        for change in outcome.changes:
            first = self.changes.get(change.path, change)
            self.changes[change.path] = replace(change, old=first.old)


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
