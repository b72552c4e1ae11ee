"""Another target in everything that hit jobs and scripts say: commands, inputs, matrix, paths, variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wasifix.changes import Change, KeyPath, Remove, Rename, Set
from wasifix.documents.kinds import is_yaml
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.project import Project
from wasifix.project.file_names import GITLAB, WORKFLOWS
from wasifix.strategies.base import Hits
from wasifix.strategies.draft import Draft, hit_calls
from wasifix.strategies.runner_flags import without_threads
from wasifix.strategies.target_names import changed_text, names_in, variable_of
from wasifix.tree import join

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

Part = tuple[str, KeyPath]
"""A file, and the place in it: everything, or a job."""


def rename_target(project: Project, hits: Hits, plain: str, draft: Draft) -> None:
    """The names of the hit targets become the plain one, and the runners lose the flags for threads."""
    calls = hit_calls(project, hits)
    mine = {id(call) for call in calls}
    kept = {
        part: call
        for call in project.calls
        if id(call) not in mine and call.target.text in hits.targets
        for part in _parts(project, call)
    }
    parts = dict.fromkeys(part for call in calls for part in _parts(project, call))
    for path, route in parts:
        changes = _in_part(project, path, route, hits.targets, plain)
        if changes and (path, route) in kept:
            other = kept[path, route].at.place
            at = next(call.at for call in calls if (path, route) in _parts(project, call))
            draft.leave(at, f"build this for {plain}; what {other} builds shares {path}")
        else:
            for each in changes:
                draft.change(path, *each)
    for path in dict.fromkeys((*(path for path, _ in parts if is_yaml(path)), *_workflows(project, calls))):
        _leave_the_rest(project, path, (*parts, *kept), hits.targets, plain, draft)


def _parts(project: Project, call: CargoCall) -> tuple[Part, ...]:
    """The job and the variables of its workflow; of other files (an action, a script) all of them."""
    files = (call.path, *(key.partition("#")[0] for key in call.trail))
    others = tuple((path, ()) for path in dict.fromkeys(files) if path and path != call.workflow)
    if call.workflow == GITLAB:
        from wasifix.project.gitlab import layer_names

        document = project.sources.yaml(GITLAB)
        names = layer_names(document, call.job) if document else ()
        tops = ("variables", "default", "before_script")
        return *((GITLAB, (name,)) for name in (*names, *tops)), *others
    if call.workflow:
        return (call.workflow, ("jobs", call.job)), (call.workflow, ("env",)), *others
    return others


def _workflows(project: Project, calls: Sequence[CargoCall]) -> Iterator[str]:
    if any(call.workflow for call in calls):
        names = project.sources.tree.files(WORKFLOWS)
        yield from (join(WORKFLOWS, name) for name in names if is_yaml(name))


def _in_part(
    project: Project, path: str, route: KeyPath, targets: tuple[str, ...], plain: str
) -> list[tuple[Change, ...]]:
    """What decides about the legs changes together or not at all."""
    document = project.sources.yaml(path) if is_yaml(path) else None
    if document is None:
        changes = changed_text((), project.sources.text(path) or "", targets, plain)
    else:
        changes = _in_node(document, document.locate(route), route, targets, plain)
    single: list[tuple[Change, ...]] = []
    matrix: list[Change] = []
    for change in changes:
        if "matrix" in getattr(change, "path", ()):
            matrix.append(change)
        else:
            single.append((change,))
    return [*single, tuple(matrix)] if matrix else single


def _in_node(
    document: YamlDocument, node: Node | None, route: KeyPath, targets: tuple[str, ...], plain: str
) -> Iterator[Change]:
    if node is None or (route[:1] == ("jobs",) and route[2:] == ("name",)):
        return  # branch protection may ask for a job by its name
    for index, each in enumerate(items(node)):
        doubles = scalar(each) in targets and any(scalar(other) == plain for other in items(node))
        if doubles or _is_leg_twice(document, route, each, targets, plain):
            yield Remove((*route, index))
        else:
            yield from _in_node(document, each, (*route, index), targets, plain)
    for key, each in entries(node):
        new = key
        for target in targets:
            new = variable_of(target, plain, new)
        if new != key and child(node, new) is not None:
            continue  # the plain target has this variable already
        yield from _in_node(document, each, (*route, key), targets, plain)
        if new != key:
            yield Rename((*route, key), new)
    value = scalar(node)
    if value is not None:
        if route and str(route[-1]).endswith("_RUNNER"):
            kept = " ".join(without_threads(tuple(value.split())))
            if kept != " ".join(value.split()):
                yield Set(route, kept)
                return
        yield from changed_text(route, value, targets, plain)


def _is_leg_twice(
    document: YamlDocument, route: KeyPath, row: Node, targets: tuple[str, ...], plain: str
) -> bool:
    """Whether a row of `include` or `exclude` would speak of a leg that is there without it."""
    if route[-1:] not in (("include",), ("exclude",)) or "matrix" not in route[-2:]:
        return False
    for key, value in entries(row):
        axis = [scalar(each) for each in items(document.locate((*route[:-1], key)))]
        if scalar(value) in targets and scalar(value) in axis and plain in axis:
            return True
    own = _as_text(row, targets, plain)
    others = (each for each in items(document.locate(route)) if each is not row)
    return own != _as_text(row, (), plain) and any(_as_text(each, (), plain) == own for each in others)


def _as_text(row: Node, targets: tuple[str, ...], plain: str) -> dict[str, str | None]:
    return {key: plain if scalar(each) in targets else scalar(each) for key, each in entries(row)}


def _leave_the_rest(
    project: Project, path: str, parts: Sequence[Part], targets: tuple[str, ...], plain: str, draft: Draft
) -> None:
    """Names of the targets outside the hit jobs, and in names of other things: callers, artifacts."""
    document = project.sources.yaml(path)
    if document is None or not any(target in document.text for target in targets):
        return
    inside = [route for other, route in parts if other == path]
    waiting: list[tuple[KeyPath, Node]] = [((), document.root)]
    while waiting:
        route, node = waiting.pop(0)
        waiting += [((*route, key), each) for key, each in entries(node)]
        waiting += [((*route, index), each) for index, each in enumerate(items(node))]
        text = scalar(node) or ""
        found = [target for target in targets if target in text]
        is_known = any(route[: len(part)] == part for part in inside) and route[2:] != ("name",)
        if found and not (is_known and names_in(text, targets)):
            draft.leave(
                document.evidence(node), f"names {found[0]} too: {plain} if it is about the same build"
            )
