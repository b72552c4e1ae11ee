"""Another target in everything that a workflow's hit jobs say: commands, inputs, matrix, paths, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wasifix.changes import Change, KeyPath, Remove, Rename, Replace, Set
from wasifix.documents.kinds import is_yaml
from wasifix.documents.shell import commands
from wasifix.documents.yaml import Node, YamlDocument, entries, items, scalar
from wasifix.project import Project
from wasifix.project.file_names import GITLAB
from wasifix.strategies.base import Hits
from wasifix.strategies.draft import Draft, hit_calls
from wasifix.strategies.runner_flags import without_threads
from wasifix.strategies.words import changed_words

if TYPE_CHECKING:
    from wasifix.project.scripts import CargoCall

_TOP = ("env",)


def rename_target(project: Project, hits: Hits, plain: str, draft: Draft) -> None:
    """The names of the hit targets become the plain one, and the runners lose the flags for threads."""
    seen: set[tuple[str, KeyPath]] = set()
    for call in hit_calls(project, hits):
        for path, route in _parts(call):
            if (path, route) in seen:
                continue
            seen.add((path, route))
            document = project.sources.yaml(path) if is_yaml(path) else None
            if document is not None:
                for change in _in_node(document, document.locate(route), route, hits.targets, plain):
                    draft.change(path, change)
            elif (text := project.sources.text(path)) is not None:
                for change in _in_text((), text, hits.targets, plain):
                    draft.change(path, change)


def _parts(call: CargoCall) -> Iterator[tuple[str, KeyPath]]:
    """The job and the variables of its workflow; of another file (an action, a script) all of it."""
    if call.workflow == GITLAB:  # whose jobs are the keys of the file
        yield call.workflow, (call.job,)
        yield call.workflow, ("variables",)
    else:
        yield call.workflow, ("jobs", call.job)
        yield call.workflow, _TOP
    if call.path != call.workflow:
        yield call.path, ()


def _in_node(
    document: YamlDocument, node: Node | None, route: KeyPath, targets: tuple[str, ...], plain: str
) -> Iterator[Change]:
    if node is None:
        return
    for index, each in enumerate(items(node)):
        text = scalar(each)
        if text in targets and any(scalar(other) == plain for other in items(node)):
            yield Remove((*route, index))
        else:
            yield from _in_node(document, each, (*route, index), targets, plain)
    for key, each in entries(node):
        yield from _in_node(document, each, (*route, key), targets, plain)
        new = key
        for target in targets:
            new = new.replace(f"CARGO_TARGET_{_variable(target)}_", f"CARGO_TARGET_{_variable(plain)}_")
        if new != key:
            yield Rename((*route, key), new)
    value = scalar(node)
    if value is not None:
        if route and str(route[-1]).endswith("_RUNNER"):
            kept = " ".join(without_threads(tuple(value.split())))
            if kept != " ".join(value.split()):
                yield Set(route, kept)
                return
        yield from _in_text(route, value, targets, plain)


def _in_text(route: KeyPath, text: str, targets: tuple[str, ...], plain: str) -> Iterator[Change]:
    names = "|".join(map(re.escape, targets))
    found = list(re.finditer(rf"(?<![\w-])(?:{names})(?![\w-])", text))
    if len(found) == 1 and found[0].group() == text:
        yield Set(route, plain)
        return
    yield from (Replace(route, *match.span(), plain) for match in found)
    if "wasmtime" in text and ("threads" in text or "shared-memory" in text):
        yield from _flags(route, text)


def _flags(route: KeyPath, script: str) -> Iterator[Change]:
    """The words of Wasmtime commands that only threads need, with the space before them."""
    for command in commands(script, {}):
        words = tuple(word or "" for word in command.words)
        if words[:1] != ("wasmtime",):
            continue
        spans = [(part.start, part.end) for part in command.parts]
        yield from changed_words(route, spans, words, without_threads(words))


def _variable(target: str) -> str:
    return target.upper().replace("-", "_")
