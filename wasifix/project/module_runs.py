"""Commands in workflows that run a module with threads themselves, not through Cargo's runner."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from wasifix.changes import KeyPath
from wasifix.documents.shell import commands
from wasifix.documents.shell_words import UNKNOWN
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, scalar
from wasifix.model import Evidence
from wasifix.project.file_names import workflow_files
from wasifix.project.script import script_at
from wasifix.project.sources import Sources
from wasifix.project.targets import THREADS_TARGETS
from wasifix.wasmtime_command import run_command
from wasifix.wasmtime_flags import THREADS_OPTIONS


class ModuleRun(Struct, frozen=True, kw_only=True):
    """A `wasmtime run` of a module with threads, up to the module; `path` and `job` tell where."""

    path: str
    job: str
    at: Evidence
    words: tuple[str, ...]
    route: KeyPath | None
    """What leads to the script that has it; None where that cannot be edited."""
    spans: tuple[tuple[int, int], ...]
    """Which characters of the script each word is."""


def module_runs(sources: Sources) -> Iterator[ModuleRun]:
    """The commands of all workflows that run such a module. Raises UnreadableInput."""
    for path in workflow_files(sources):
        data = sources.read(path) or b""
        if b"wasmtime" not in data or b"threads" not in data:
            continue
        document = sources.yaml(path)
        if document is None:
            continue
        for job, node in entries(child(document.root, "jobs")):
            for step in items(child(node, "steps")):
                if (script := child(step, "run")) is not None:
                    yield from _of_script(document, job, script)


def _of_script(document: YamlDocument, job: str, node: Node) -> Iterator[ModuleRun]:
    """No expression is resolved here: a word with one in it is not known."""
    if "wasmtime" not in (scalar(node) or ""):
        return
    script = script_at(document, node, {})
    for command in commands(script.text, {}):
        words = tuple(None if word is None or UNKNOWN in word else word for word in command.words)
        read = run_command(words)
        if read is None or not read.has_module:
            continue
        module = read.words[read.module]
        names_target = any(target in module for target in THREADS_TARGETS)
        if names_target or read.named().intersection(THREADS_OPTIONS):
            at = script.evidence(command.start)
            origins = [script.origin(part.start, part.end) for part in command.parts[: read.module + 1]]
            spans = tuple(each.part for each in origins if each is not None and each.part is not None)
            yield ModuleRun(
                path=document.path,
                job=job,
                at=at,
                words=read.words[: read.module + 1],
                route=script.route if len(spans) == len(origins) else None,
                spans=spans,
            )
