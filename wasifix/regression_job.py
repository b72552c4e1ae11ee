"""A job for the regression test in a GitHub workflow, in the style of the project's own jobs.

What is added is proven: the result parses, has the old values and the new job, and every old line is where it
was.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

from wasifix import __version__
from wasifix.documents.text import CannotEdit, encode, eol_near, line_end, line_start
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, parse_yaml, scalar
from wasifix.documents.yaml_lines import last_offset
from wasifix.documents.yaml_values import tree_of
from wasifix.errors import UnreadableInput
from wasifix.project import Project
from wasifix.project.file_names import WORKFLOWS
from wasifix.proposals import FileChange
from wasifix.rust import Release
from wasifix.tree import join

JOB = "wasm-threads"
_KEPT = (
    "actions/checkout",
    "dtolnay/rust-toolchain",
    "actions-rust-lang/setup-rust-toolchain",
    "actions-rs/toolchain",
    "moonrepo/setup-rust",
    "taiki-e/checkout-action",
)
"""Steps of a job of the project that the new job has too, in the same words."""
_WASMTIME = "bytecodealliance/actions/wasmtime/setup"


class Job(Struct, frozen=True, kw_only=True):
    """What the job needs to know."""

    target: str
    script: str
    start: str
    wasmtime: Release

    def lines(self, source: YamlDocument | None, job: Node | None, unit: int, dash: int) -> Iterator[str]:
        """The job, not indented, in the style of a job of the project. `dash` is the indent of list items."""
        step, inner = " " * (unit + dash), " " * unit
        steps = items(child(job, "steps"))
        kept = [each for each in (_words_of(source, step) for step in steps) if each] if source else []
        wasmtime = next(
            (name for name in _uses(source) if name.startswith(f"{_WASMTIME}@")), f"{_WASMTIME}@v1"
        )
        runs_on = scalar(child(job, "runs-on")) or ""
        quote = '"' if source is not None and source.text.count('"') > source.text.count("'") else "'"
        yield f"{JOB}:"
        yield f"{inner}# Made by `wasifix regression-test`: fails when a module's memory cannot grow."
        yield f"{inner}runs-on: {runs_on if re.fullmatch(r'ubuntu-[a-z0-9.]+', runs_on) else 'ubuntu-latest'}"
        yield f"{inner}steps:"
        if not any("checkout" in words[0] for words in kept):
            yield f"{step}- uses: actions/checkout@v4"
        for words in kept:
            yield f"{step}- {words[0]}"
            yield from (f"{step}  {word}".rstrip() for word in words[1:])
        yield f"{step}- run: rustup target add {self.target}"
        if self.start:
            yield f"{step}  working-directory: {self.start}"
        yield f"{step}- uses: {wasmtime}"
        yield f"{step}  with:"
        yield f"{step}    version: {quote}{self.wasmtime}{quote}"
        yield f"{step}- run: pipx install wasifix=={__version__}"
        yield f"{step}- run: bash {shlex.quote(self.script)}"


def with_job(project: Project, new: Job) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    """The workflow with the job, if there are workflows: one of the project's, else a file of its own."""
    documents = [
        document
        for name in project.sources.tree.files(WORKFLOWS)
        if name.endswith((".yml", ".yaml")) and (document := project.sources.yaml(join(WORKFLOWS, name)))
    ]
    if not documents:
        return (), (f"no GitHub workflow here: let your CI call `bash {new.script}`",)
    if any(new.script in document.text for document in documents):
        return (), ()
    calls = sorted(project.calls, key=lambda call: call.target.text != new.target)
    source = next((call for call in calls), None)
    names = [source.workflow] if source else []
    order = sorted(documents, key=lambda document: document.path not in names)
    for document in order:
        if document.path in names or not names:
            job = child(document.root, "jobs", source.job) if source else None
            try:
                return (_appended(document, job, new),), ()
            except CannotEdit as refusal:
                return _own_file(document, job, new, refusal.reason)
    return _own_file(None, None, new, "no workflow that builds the project can be edited")


def _appended(document: YamlDocument, job: Node | None, new: Job) -> FileChange:
    """The workflow with the job behind its others. Raises CannotEdit."""
    jobs = child(document.root, "jobs")
    if jobs is None or jobs.id != "mapping" or jobs.flow_style or not jobs.value:
        raise CannotEdit("its jobs are not a mapping with an entry on each line", 0)
    if not {"push", "pull_request", "merge_group"} & _events(document):
        raise CannotEdit("it does not run on pushes or pull requests", 0)
    if child(jobs, JOB) is not None:
        raise CannotEdit(f"it has another job `{JOB}`", 0)
    text = document.text
    column = _column(text, jobs)
    inner = jobs.value[0][1]
    unit = max(_column(text, inner) - column, 1) if inner.id == "mapping" and not inner.flow_style else 2
    dash = next((_dash(text, each, column + unit) for _, each in entries(jobs)), 2)
    lines = [f"{' ' * column}{line}" for line in new.lines(document, job, unit, dash)]
    offset = line_end(text, last_offset(text, jobs))
    eol = eol_near(text, max(offset - 1, 0))
    between = [""] if len(jobs.value) < 2 or _are_apart(text, jobs) else []
    added = eol.join([*between, *lines]) + eol
    if not text[:offset].endswith("\n"):  # a missing final newline stays missing
        added = eol + added.removesuffix(eol)
    data = encode(text[:offset] + added + text[offset:], document.has_mark)
    _prove(document, data)
    return FileChange(path=document.path, old=encode(text, document.has_mark), new=data)


def _prove(document: YamlDocument, data: bytes) -> None:
    """The result has the old values and the job. Raises CannotEdit."""
    try:
        after = tree_of(parse_yaml(document.path, data).root)
    except UnreadableInput as error:
        raise CannotEdit(f"the result would not be readable ({error.message})", 0) from None
    made = after["jobs"].pop(JOB, None)
    if made is None or not made.get("steps") or after != tree_of(document.root):
        raise CannotEdit("the result would have other values too", 0)


def _own_file(
    source: YamlDocument | None, job: Node | None, new: Job, why: str
) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    lines = (f"  {line}" for line in new.lines(source, job, 2, 2))
    text = "\n".join((f"name: {JOB}", "", "on: [push, pull_request]", "", "jobs:", *lines, ""))
    place = f"{source.path}: " if source is not None else ""
    note = f"{place}{why}, so the job has a file of its own"
    return (FileChange(path=join(WORKFLOWS, f"{JOB}.yml"), old=None, new=text.encode()),), (note,)


def _events(document: YamlDocument) -> set[str]:
    events = child(document.root, "on")
    return {name for name, _ in entries(events)} | {scalar(each) or "" for each in (*items(events), events)}


def _uses(document: YamlDocument | None) -> Iterator[str]:
    """The actions that a workflow uses."""
    for _, job in entries(child(document.root, "jobs") if document else None):
        yield from (scalar(child(step, "uses")) or "" for step in items(child(job, "steps")))


def _words_of(document: YamlDocument, step: Node) -> list[str] | None:
    """The lines of a step that the new job has too, without their indent; None for any other step."""
    name = (scalar(child(step, "uses")) or "").partition("@")[0]
    text = document.text
    start = int(step.start_mark.index)
    raw = text[start : line_end(text, last_offset(text, step))]
    if name not in _KEPT or step.flow_style or "${{" in raw or "&" in raw or "*" in raw:
        return None
    column = _column(text, step)
    first, *more = raw.splitlines()
    if any(line.strip() and line[:column].strip() for line in more) or child(step, "if") is not None:
        return None
    return [first, *(line[column:] for line in more)]


def _column(text: str, node: Node) -> int:
    start = int(node.start_mark.index)
    return start - line_start(text, start)


def _dash(text: str, job: Node, column: int) -> int:
    """How far the items of a list stand behind its key."""
    steps = child(job, "steps")
    if steps is None or steps.id != "sequence" or steps.flow_style:
        return 2
    return max(_column(text, steps) - column, 0)


def _are_apart(text: str, jobs: Node) -> bool:
    """Whether there are empty lines between the jobs."""
    second = int(jobs.value[1][0].start_mark.index)
    between = text[last_offset(text, jobs.value[0][1]) : second]
    return any(not line.strip() for line in between.splitlines()[1:-1])
