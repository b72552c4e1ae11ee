"""Toolchains, targets and options of every real workflow and action replaced, in four shapes, and back again.

`pytest -s tests/corpus/test_yaml_round.py` prints the counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.test_toml_round import AUTHOR, SHAPES
from wasifix.changes import AddItem, Change, FileEdit, KeyPath, Replace, Set
from wasifix.documents.fragments import without_comments
from wasifix.documents.text import CannotEdit
from wasifix.documents.yaml import Node, YamlDocument, child, entries, items, parse_yaml
from wasifix.documents.yaml_values import changed_tree, tree_of
from wasifix.edits import rendered
from wasifix.errors import UnreadableInput
from wasifix.removal import restored

ENDS_IN_TEXT = "the file ends in a text without a line end, which a line below would add"
Nodes = list[tuple[KeyPath, Node]]
SCALAR = re.compile(r"(?:stable|beta|nightly|1\.\d+)(?:[-.][\w.-]*)?|wasm32-[\w-]+|v?\d+\.\d+\.\d+")
"""What looks like a toolchain, a target or a version, as a whole value."""
WORD = re.compile(
    r"(?<=cargo )\+[\w.-]+|(?<=--target[ =])[\w-]+|--release\b|(?<=@)v?\d+(?:\.\d+)*|(?<=rustup )\w+"
    r"|\bcargo\b"
)
"""What looks like a part of a command or of an action that a strategy would change."""


def _scalars(_: YamlDocument, nodes: Nodes) -> Iterator[Change]:
    """Each value that is a toolchain, a target or a version."""
    for route, node in nodes:
        if SCALAR.fullmatch(node.value):
            yield Set(route, "1.90")


def _words(_: YamlDocument, nodes: Nodes) -> Iterator[Change]:
    """Each word of a script or an action's name."""
    for route, node in nodes:
        if route[-1] in ("run", "uses", "script"):
            for found in WORD.finditer(node.value):
                yield Replace(route, *found.span(), "--profile wasmtime-test")


def _in_front(_: YamlDocument, nodes: Nodes) -> Iterator[Change]:
    """Something before each `cargo`."""
    for route, node in nodes:
        if route[-1] == "run":
            for found in re.finditer(r"\bcargo\b", node.value):
                yield Replace(route, found.start(), found.start(), "RUSTFLAGS='-C x' ")


def _inputs(document: YamlDocument, _: Nodes) -> Iterator[Change]:
    """Another input of each action."""
    for _name, job in entries(child(document.root, "jobs")):
        for step in items(child(job, "steps")):
            route = document.route(step)
            if child(step, "uses") is not None and route is not None:
                yield Set((*route, "with", "wasifix-version"), "1.90")


def _legs(document: YamlDocument, _: Nodes) -> Iterator[Change]:
    """Another leg of each matrix."""
    for _name, job in entries(child(document.root, "jobs")):
        matrix = child(job, "strategy", "matrix")
        if matrix is not None and matrix.id == "mapping" and (route := document.route(matrix)) is not None:
            yield AddItem((*route, "include"), (("rust", "1.90"), ("target", "wasm32-wasip1-threads")))


EDITS: dict[str, Callable[[YamlDocument, Nodes], Iterator[Change]]] = {
    "scalar": _scalars,
    "word": _words,
    "in-front": _in_front,
    "input": _inputs,
    "leg": _legs,
}


def _nodes(document: YamlDocument) -> Iterator[tuple[KeyPath, Node]]:
    waiting = [document.root] if document.root is not None else []
    while waiting:
        node = waiting.pop(0)
        route = document.route(node)
        if node.id == "scalar" and route:
            yield route, node
        waiting += [*(value for _, value in entries(node)), *items(node)]


def _files(corpus: Path) -> list[Path]:
    found = [*corpus.rglob(".github/workflows/*.y*ml"), *corpus.rglob("action.y*ml")]
    return sorted(each for each in found if each.is_file())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_right_clean_and_can_be_taken_back(corpus: Path, edit: str, shape: str) -> None:
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    faults: list[str] = []
    for file in _files(corpus):
        data = SHAPES[shape](file.read_bytes())
        try:
            document = parse_yaml(file.name, data)
        except UnreadableInput:
            counts["not YAML"] += 1
            continue
        changes = list(EDITS[edit](document, list(_nodes(document))))
        alone = changes if shape == "as-is" else changes[-3:]
        for each in [*((one,) for one in alone), tuple(changes)] if changes else ():
            counts["tried"] += 1
            place = f"{file.relative_to(corpus)} {each if len(each) == 1 else 'all'}"
            faults += (f"{place}: {fault}" for fault in _faults(document, data, each, counts, reasons))
    print(f"\n{edit:9} {shape:17}", ", ".join(f"{name} {count}" for name, count in counts.items()), end="")
    print("".join(f"\n    declined {count}: {reason}" for reason, count in reasons.items()), end="")
    assert not faults
    assert counts["tried"] > 20
    tried = counts["tried"] - reasons[ENDS_IN_TEXT]
    assert counts["clean"] >= tried * 0.99
    assert counts["declined"] - reasons[ENDS_IN_TEXT] <= tried / 100


def _faults(
    document: YamlDocument,
    data: bytes,
    changes: tuple[Change, ...],
    counts: Counter[str],
    reasons: Counter[str],
) -> Iterator[str]:
    try:
        new = rendered(FileEdit(path=document.path, changes=changes), data, AUTHOR)
    except CannotEdit as refusal:
        counts["declined"] += 1
        reasons[refusal.reason] += 1
        return
    found = [
        *_wrong_values(document, new, changes),
        *_untidy(data, new),
        *(() if restored(document.path, new, ("pin",)) == data else ("not restored",)),
    ]
    counts["clean"] += not found
    yield from found


def _wrong_values(document: YamlDocument, new: bytes, changes: tuple[Change, ...]) -> Iterator[str]:
    bare = without_comments(parse_yaml(document.path, new).text)
    if tree_of(parse_yaml(document.path, bare.encode()).root) != changed_tree(
        tree_of(document.root), changes
    ):
        yield "wrong values"


def _untidy(data: bytes, new: bytes) -> Iterator[str]:
    """More lines than were added with a comment each; other line ends, another mark or end of the file."""
    before, after = data.decode().split("\n"), new.decode().split("\n")
    if len({line.endswith("\r") for line in before[:-1]}) == 1:
        crlf = before[0].endswith("\r")
        yield from (f"mixed line ends: {line}" for line in after[:-1] if line.endswith("\r") is not crlf)
    if data.endswith(b"\n") != new.endswith(b"\n") or (data[:3] != new[:3] and data[:1] == b"\xef"):
        yield "another beginning or end"
    comments = [line for line in after if "# wasifix " in line]
    added = sum(int(found[1]) for line in comments if (found := re.search(r": (\d+) new lines", line)))
    if len(after) != len(before) + len(comments) + added:
        yield "another number of lines"
    steps = sum(len(re.findall(" -> ", line)) for line in comments)
    changed = len({line.rstrip("\r") for line in before} - {line.rstrip("\r") for line in after})
    if changed > max(steps, 0):
        yield f"{changed} lines changed for {steps} replacements"
