"""Commands in workflows that run a module with threads themselves, not through Cargo's runner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wasifix.documents.shell import commands
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, parse_yaml, scalar
from wasifix.model import Evidence
from wasifix.project.sources import Sources
from wasifix.project.targets import THREADS_TARGETS
from wasifix.project.workflows import FOLDER
from wasifix.tree import join
from wasifix.wasmtime_command import run_command
from wasifix.wasmtime_flags import THREADS_OPTIONS

_UNKNOWN = "__WASIFIX_UNKNOWN__"
"""Stands in a script for an expression, none of which is resolved here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleRun:
    """A `wasmtime run` of a module with threads, up to the module; `path` and `job` tell where."""

    path: str
    job: str
    at: Evidence
    words: tuple[str, ...]


def module_runs(sources: Sources) -> Iterator[ModuleRun]:
    """The commands of all workflows that run such a module. Raises UnreadableInput."""
    for name in sources.tree.files(FOLDER):
        data = sources.read(join(FOLDER, name)) if name.endswith((".yml", ".yaml")) else None
        if data is None or b"wasmtime" not in data or b"threads" not in data:
            continue
        document = parse_yaml(join(FOLDER, name), data)
        for job, node in entries(child(document.root, "jobs")):
            for step in items(child(node, "steps")):
                if (script := child(step, "run")) is not None:
                    yield from _of_script(document, job, script)


def _of_script(document: YamlDocument, job: str, node: Node) -> Iterator[ModuleRun]:
    script = scalar(node) or ""
    if "wasmtime" not in script:
        return
    text = re.sub(r"\$\{\{.*?\}\}", lambda match: _placeholder(match.group()), script, flags=re.DOTALL)
    for command in commands(text, {}):
        words = tuple(None if word is None or _UNKNOWN in word else word for word in command.words)
        read = run_command(words)
        if read is None or not read.has_module:
            continue
        module = read.words[read.module]
        names_target = any(target in module for target in THREADS_TARGETS)
        if names_target or read.named().intersection(THREADS_OPTIONS):
            at = _line(document, node, text, command.start)
            yield ModuleRun(path=document.path, job=job, at=at, words=read.words[: read.module + 1])


def _placeholder(expression: str) -> str:
    """As many lines as the expression has, so that those after it keep their numbers."""
    return _UNKNOWN + "\n" * expression.count("\n")


def _line(document: YamlDocument, node: Node, script: str, start: int) -> Evidence:
    """The line of a command: exact in a block scalar, whose lines are those of the script."""
    whole = document.evidence(node)
    if node.style != "|":
        return whole
    number = whole.line + 1 + script.count("\n", 0, start)
    text = document.text.split("\n")[number - 1]
    column = len(text) - len(text.lstrip()) + 1
    return Evidence(path=document.path, line=number, column=column, text=text.strip())
