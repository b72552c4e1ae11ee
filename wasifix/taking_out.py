"""Workarounds taken out of a project, after a look whether they are still what wasifix wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wasifix.documents.text import CannotEdit, decode, position
from wasifix.documents.toml import parse_toml, value_at
from wasifix.errors import NoProject, UnreadableInput, WasifixError
from wasifix.model import Evidence
from wasifix.planner import hits_for, planned
from wasifix.project import Project, local_builds
from wasifix.proposals import Declined, FileChange, Plan, Proposal
from wasifix.remedies import REMEDIES
from wasifix.removal import new_table, restored
from wasifix.reporting import Request, report_on
from wasifix.strategies import Hits, Options, find_strategy
from wasifix.tree import MemoryTree, Tree


def take_out(tree: Tree, request: Request, strategies: Sequence[str]) -> Proposal:
    """What taking out the strategies' workarounds would change; of all strategies if none is named."""
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
    try:
        after = request.read(MemoryTree({path: change.new for path, change in changes.items()}, tree))
        report = report_on(after)
    except (NoProject, UnreadableInput) as error:
        return Proposal(before=before, outcomes=(_unreadable(tuple(there), project, error),))
    used = tuple(dict.fromkeys(name for _, name in there))
    if (declined := _not_ours(project, after, changes, tuple(there))) is not None:
        return Proposal(before=before, outcomes=(declined,))
    return Proposal(
        before=before,
        outcomes=tuple(Plan(strategy=name, edits=()) for name in used),
        changes=tuple(changes[path] for path in sorted(changes)),
        after=report,
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
        (path, text, marker, table)
        for path, text, marker in project.markers()
        if (path, marker.author.strategy) in removed
        for table in new_table(path, text, marker)
    ]
    for path, text, marker, table in written:
        made = _written_again(project, after, marker.author.strategy, path)
        if made is None or value_at(made, table) != value_at(_values(path, changes[path].old), table):
            return Declined(
                strategy=marker.author.strategy,
                reason="what stands below the comment was changed since wasifix wrote it",
                at=marker.evidence(path, text),
                instead="take the workaround out by hand",
            )
    return None


def _written_again(project: Project, after: Project, name: str, path: str) -> object:
    """The values that the strategy would give the file now; None where it would not touch it."""
    if name not in REMEDIES:  # somebody changed the comment
        return None
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


def _unreadable(removed: tuple[tuple[str, str], ...], project: Project, error: WasifixError) -> Declined:
    """A comment that was changed, or two files that would not agree any more."""
    file, strategy = next((each for each in removed if each[0] == error.path), removed[0])
    places = (each.evidence(path, text) for path, text, each in project.markers() if path == file)
    return Declined(
        strategy=strategy,
        reason=f"the project could not be read without it: {error}",
        at=next(places, None),
        instead="take it out by hand, with the comment above it",
    )


def _changed_since(strategy: str, path: str, data: bytes, refusal: CannotEdit) -> Declined:
    line, column = position(decode(path, data)[0], refusal.offset)
    return Declined(
        strategy=strategy,
        reason=f"cannot be taken out safely: {refusal.reason}",
        at=Evidence(path=path, line=line, column=column),
        instead="take it out by hand, with the comment above it",
    )
