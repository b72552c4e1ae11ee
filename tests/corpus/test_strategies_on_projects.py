"""Every strategy on every real project, in four shapes; the results are looked at by other means.

`pytest -s tests/corpus/test_strategies_on_projects.py` prints the counts.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from corpus.test_toml_round import SHAPES
from wasifix.changes import AddItem, Append, Change, KeyPath, Remove, Rename, Replace, Set, SetLine
from wasifix.engine import plan, remove
from wasifix.proposals import FileChange, Proposal
from wasifix.rust import Release
from wasifix.strategies import STRATEGIES, Options
from wasifix.tree import MemoryTree

PROJECTS = (
    "functionalscript-2025-11-01", "gemmkit", "image", "mpz", "napi-package-template",
    "oxc-resolver-2025-11-24", "portable-network-archive", "reg-cli", "rrule-rust", "rspack-2025-11-25",
    "tlsn", "wasmtime-crash", "zwasm",
)  # fmt: skip
FOLDERS = {"zwasm": "test/component/wasip3"}
RUNS: tuple[tuple[str, Options], ...] = (
    *(("auto" if name is None else name, Options()) for name in (None, *(each.name for each in STRATEGIES))),
    ("runner", Options(wasmtime=Release(46, 0, 1))),
    ("runner", Options(runner="wasmer")),
)
SHAPED = (".toml", ".yml", ".yaml", "rust-toolchain")
Values = dict[KeyPath, object]


@dataclass
class Tally:
    """What came of it; a fault is a test that fails."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PROJECTS)
def test_every_strategy_is_right_clean_and_can_be_taken_back(corpus: Path, name: str, shape: str) -> None:
    tree = MemoryTree(_files(corpus / "projects" / name, shape))
    tally = Tally()
    for strategy, options in RUNS:
        for force, assumed in itertools.product((False, True), (None, "1.91.0")):
            if shape == "as-is" or (force and assumed):
                _try(tree, name, strategy, _forced(options, force), assumed, tally)
    counts = ", ".join(f"{key} {count}" for key, count in tally.counts.items())
    print(f"\n{name:27} {shape:16} {counts}", end="")
    print("".join(f"\n    {count} x {reason}" for reason, count in tally.reasons.items()), end="")
    assert not tally.faults
    assert tally.counts["runs"] == len(RUNS) * (4 if shape == "as-is" else 1)
    assert tally.counts["clean"] >= tally.counts["tried"] * 0.99


def _forced(options: Options, force: bool) -> Options:
    return Options(wasmtime=options.wasmtime, runner=options.runner, force=force)


def _files(folder: Path, shape: str) -> dict[str, bytes]:
    found = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        data = path.read_bytes()
        found[path.relative_to(folder).as_posix()] = (
            SHAPES[shape](data) if path.name.endswith(SHAPED) else data
        )
    return found


def _try(
    tree: MemoryTree, name: str, strategy: str, options: Options, assumed: str | None, tally: Tally
) -> None:
    start, names = FOLDERS.get(name, ""), () if strategy == "auto" else (strategy,)
    first = plan(tree, start, strategies=names, options=options, assume_rust=assumed)
    tally.counts["runs"] += 1
    for each in first.declined:
        tally.reasons[f"declined {each.strategy}: {each.reason}"] += 1
    for left in first.by_hand:
        tally.counts["by hand"] += 1
        tally.reasons[f"by hand {strategy}: {left.at.path}: {left.what}"] += 1
    if not first.changes:
        return
    faults = []
    for change in first.changes:
        changes = _changes(first, change.path)
        tally.counts["tried"] += len(changes)
        found = [*_wrong(change, changes), *_untidy(change, changes)]
        tally.counts["clean"] += 0 if found else len(changes)
        faults += [f"{change.path}: {fault}" for fault in found]
    changed = MemoryTree({each.path: each.new for each in first.changes}, tree)
    again = plan(changed, start, strategies=names, options=options, assume_rust=assumed)
    faults += [f"a second run changes {each.path}" for each in again.changes]
    faults += _not_restored(changed, start, first, tally)
    tally.faults += (f"{strategy} {options} {assumed}: {fault}" for fault in faults)


def _changes(proposal: Proposal, path: str) -> tuple[Change, ...]:
    edits = (edit for made in proposal.plans for edit in made.edits if edit.path == path)
    return tuple(dict.fromkeys(change for edit in edits for change in edit.changes))


def _not_restored(tree: MemoryTree, start: str, proposal: Proposal, tally: Tally) -> Iterator[str]:
    """Taking it out must give the old bytes; a file of one line has no room for a comment."""
    back = {each.path: each.new for each in remove(tree, start).changes}
    for change in proposal.changes:
        if any(isinstance(each, SetLine) for each in _changes(proposal, change.path)):
            tally.counts["one line"] += 1
        elif back.get(change.path, b"?") == change.old:
            tally.counts["restored"] += 1
        else:
            yield f"{change.path} is not restored"


def _wrong(change: FileChange, changes: tuple[Change, ...]) -> Iterator[str]:
    """Values that differ and that no change names."""
    old, new = _values(change.path, change.old or b""), _values(change.path, change.new or b"")
    if old is None or new is None:
        return
    named = tuple(place for each in changes for place in _named(each))
    for route in sorted(
        {route for route in old.keys() | new.keys() if old.get(route) != new.get(route)}, key=str
    ):
        if not any(route[: len(place)] == place for place in named):
            yield f"{route} differs: {old.get(route)} -> {new.get(route)}"


def _named(change: Change) -> Iterator[KeyPath]:
    match change:
        case Remove(path) | Rename(path):  # what comes behind it moves up
            yield path[:-1]
        case Set(path) | Append(path) | Replace(path) | AddItem(path):
            yield path


def _values(path: str, data: bytes) -> Values | None:
    """Each value by the keys that lead to it."""
    text = data.decode("utf-8-sig")
    if path.endswith((".yml", ".yaml")):
        return dict(_of_node(yaml.compose(text, Loader=yaml.SafeLoader), ()))
    if path.endswith((".toml", "rust-toolchain")):
        return dict(_of_table(tomli.loads(text), ()))
    return None


def _of_node(node: Any, route: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    if node.id == "mapping":
        for key, value in node.value:
            yield from _of_node(value, (*route, str(key.value)))
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            yield from _of_node(value, (*route, index))
    else:
        yield route, re.sub(r"(?m)^\s*# wasifix .*\n", "", str(node.value))


def _of_table(value: Any, route: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _of_table(each, (*route, key))
    if not isinstance(value, dict | list):
        yield route, (type(value), value)


def _untidy(change: FileChange, changes: tuple[Change, ...]) -> Iterator[str]:
    """More lines gone than changes explain; another beginning, end or line end; no comment."""
    if change.old is None or change.new is None:
        return
    before, after = change.old.decode().split("\n"), change.new.decode().split("\n")
    if len({line.endswith("\r") for line in before[:-1]}) == 1:
        crlf = before[0].endswith("\r")
        yield from (f"mixed line ends: {line}" for line in after[:-1] if line.endswith("\r") is not crlf)
    has_mark = change.old.startswith(b"\xef\xbb\xbf")
    if change.old.endswith(b"\n") != change.new.endswith(b"\n") or has_mark != (change.new[:1] == b"\xef"):
        yield "another beginning or end"
    gone = Counter(line.rstrip("\r") for line in before) - Counter(line.rstrip("\r") for line in after)
    comments = [line for line in after if " wasifix " in line]
    taken = sum(len(re.findall(r"%0A|\\n", line)) for line in comments)
    if gone.total() > len(changes) + taken:
        yield f"{gone.total()} lines gone for {len(changes)} changes: {list(gone)[:3]}"
    if not comments and not any(isinstance(each, SetLine) for each in changes):
        yield "no comment says why"
