"""check(), plan() and remove(): the public Python API. Pure: they read a tree and write nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wasifix.advisories import load_advisories
from wasifix.documents.text import decode, position
from wasifix.documents.toml import parse_toml, value_at
from wasifix.documents.toml_values import CannotEdit
from wasifix.errors import UsageError
from wasifix.model import Declined, Evidence, FileChange, Finding, Plan, Proposal, Report
from wasifix.planner import REMEDIES, Attempt, Request, attempt, hits_for, planned, report_on, seen_again
from wasifix.project import Project, local_builds
from wasifix.removal import new_table, restored
from wasifix.strategies import AUTO, Hits, Options, find_strategy
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
    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    return report_on(request.read(tree))


def plan(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (AUTO,),
    options: Options | None = None,
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Proposal:
    """What the strategies would change, computed, proven and checked again, but not written.

    `auto` takes for each error and warning the first remedy that works. Raises UsageError for unknown or
    conflicting strategies, UnreadableInput, NoProject.
    """
    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    chosen = tuple(dict.fromkeys(strategies))
    if AUTO in chosen and len(chosen) > 1:
        raise UsageError("`auto` goes with no other strategy", advice="name the strategies, or none for auto")
    composer = _Composer(request.read(tree), request, options or Options())
    if chosen == (AUTO,):
        composer.choose()
    else:
        for name in chosen:
            composer.apply(name)
    return composer.proposal()


class _Composer:
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
        hits = seen_again(hits_for(self.before, strategy, self.options), self.project)
        if hits.findings or self.options.force:
            self._take(attempt(self.project, strategy, hits, self.options, self.request))

    def choose(self) -> None:
        """For each error and warning the first remedy that works."""
        automatic = {advisory.id: advisory.automatic for advisory in load_advisories()}
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
            hits = hits_for(self.after, strategy, options)
            outcome = attempt(self.project, strategy, hits, options, self.request)
            if isinstance(outcome, Attempt):
                self.passed_over += tried
                self._take(outcome)
                return
            tried.append(outcome)
        self.outcomes += tried

    def _is_open(self, finding: Finding) -> bool:
        return finding.fails and any(each.fails and each.id == finding.id for each in self.after.findings)

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


def remove(
    tree: Tree,
    start: str = "",
    *,
    strategies: Sequence[str] = (),
    environment: Mapping[str, str] = NOTHING,
    assume_rust: str | None = None,
) -> Proposal:
    """What taking out the workarounds of wasifix would change; of all strategies if none is named.

    Raises UsageError for an unknown strategy, UnreadableInput, NoProject.
    """
    request = Request(start=start, environment=environment, assume_rust=assume_rust)
    project = request.read(tree)
    wanted = [find_strategy(name).name for name in strategies]
    there = dict.fromkeys(
        (path, marker.author.strategy)
        for path, _, marker in project.markers()
        if not wanted or marker.author.strategy in wanted
    )
    before = report_on(project)
    changes: dict[str, FileChange] = {}
    for path in dict.fromkeys(path for path, _ in there):
        data = tree.read(path) or b""
        names = [name for each, name in there if each == path]
        try:
            changes[path] = FileChange(path=path, old=data, new=restored(path, data, names))
        except CannotEdit as refusal:
            return Proposal(before=before, outcomes=(_changed_since(names[0], path, data, refusal),))
    after = request.read(MemoryTree({path: change.new for path, change in changes.items()}, tree))
    used = tuple(dict.fromkeys(name for _, name in there))
    if (declined := _not_ours(project, after, changes, tuple(there))) is not None:
        return Proposal(before=before, outcomes=(declined,))
    return Proposal(
        before=before,
        outcomes=tuple(Plan(strategy=name, edits=()) for name in used),
        changes=tuple(changes[path] for path in sorted(changes)),
        after=report_on(after),
        remedies=REMEDIES,
    )


def _not_ours(
    project: Project,
    after: Project,
    changes: Mapping[str, FileChange],
    removed: tuple[tuple[str, str], ...],
) -> Declined | None:
    """Where a new table or file is not what the strategy would write: somebody changed it since.

    Changes of single values were compared with their comments already.
    """
    written = [
        (path, marker, table)
        for path, text, marker in project.markers()
        if (path, marker.author.strategy) in removed
        for table in new_table(path, text, marker)
    ]
    for path, marker, table in written:
        made = _written_again(project, after, marker.author.strategy, path)
        if made is None or value_at(made, table) != value_at(_values(path, changes[path].old), table):
            line = (changes[path].old or b"").decode("utf-8", "replace").count("\n", 0, marker.start) + 1
            return Declined(
                strategy=marker.author.strategy,
                reason="what stands below the comment was changed since wasifix wrote it",
                at=Evidence(path=path, line=line, column=1),
                instead="take the workaround out by hand",
            )
    return None


def _written_again(project: Project, after: Project, name: str, path: str) -> object:
    """The values that the strategy would give the file now; None where it would not touch it."""
    toolchain = project.toolchain.value
    sizes = [build.max_memory.value for build in local_builds(project) if build.max_memory.value]
    options = Options(
        rust=toolchain.exact if toolchain else None, max_memory=sizes[0] if sizes else None, force=True
    )
    strategy = find_strategy(name)
    hits = Hits(findings=(), builds=hits_for(report_on(after), strategy, options).builds)
    _, made = planned(after, strategy, hits, options)
    return next((_values(path, change.new) for change in made if change.path == path), None)


def _values(path: str, data: bytes | None) -> object:
    return parse_toml(path, data or b"").values


def _changed_since(strategy: str, path: str, data: bytes, refusal: CannotEdit) -> Declined:
    line, column = position(decode(path, data)[0], refusal.offset)
    return Declined(
        strategy=strategy,
        reason=f"cannot be taken out safely: {refusal.reason}",
        at=Evidence(path=path, line=line, column=column),
        instead="take it out by hand, with the comment above it",
    )
