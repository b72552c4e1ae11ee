"""What is fuzzed: functions that take any bytes, and raise where wasifix breaks one of its promises.

The promises: an answer or an expected failure and never another exception, places that are right, edits that
are exactly the intended ones, and nothing left of them once they are taken out again.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from artifact.binary import threads_module
from running import EXAMPLES, ROOT

from fuzz.project import FILES, KINDS, STRATEGIES, TOML_CHANGES, files_beside
from wasifix import engine
from wasifix.advisories import load_advisories
from wasifix.changes import Append, KeyPath, Remove
from wasifix.documents.shell import commands
from wasifix.documents.text import CannotEdit
from wasifix.documents.toml import parse_toml, value_at
from wasifix.documents.yaml import entries, items, parse_yaml
from wasifix.documents.yaml_places import places
from wasifix.edits import rendered
from wasifix.errors import WasifixError
from wasifix.explain import by_symptom
from wasifix.inspection import inspect
from wasifix.markers import Author, find_markers
from wasifix.model import Effect, Report
from wasifix.project.cfg import cfg_matches
from wasifix.project.expressions import resolved
from wasifix.proofs import same
from wasifix.proposals import Proposal
from wasifix.removal import restored
from wasifix.render import github, json, markdown, sarif, text
from wasifix.render.inspection import render_inspections
from wasifix.render.terminal import Style
from wasifix.reporting import ALL_CHECKS
from wasifix.tree import MemoryTree

AUTHOR = Author(strategy="pin", advisory="memory-cannot-grow", effect=Effect.UNPROVEN, url="https://e.org/1")
ADVISORIES = load_advisories()
PLAIN = text.TextOptions(style=Style(False), base="", inside="")


@dataclass(frozen=True, kw_only=True)
class Target:
    """A function to fuzz, and what to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


def project(data: bytes) -> None:
    """A project one of whose files is the data; the first two bytes choose the file and the strategy."""
    if len(data) < 2:
        return
    path, strategy = KINDS[data[0] % len(KINDS)], STRATEGIES[data[1] % len(STRATEGIES)]
    tree = MemoryTree({**files_beside(path), path: data[2:]})
    try:
        report = engine.check(tree)
        made = engine.plan(tree, strategies=[strategy])
    except WasifixError as error:
        assert str(error)
        assert error.line >= 0
        return
    _show(report, made)
    _undo(tree, made)


def _show(report: Report, made: Proposal) -> None:
    """Every form of the answer can be printed, and holds nothing that a terminal would obey."""
    rules = (ADVISORIES, ALL_CHECKS)
    links = markdown.MarkdownOptions(links="")
    forms = [text.render_check(report, PLAIN), github.render_check(report), json.render_check(report, "p")]
    forms += [sarif.render_check(report, {"x": sarif.fix_of(made)}, rules)]
    forms += [markdown.render_check(report, links), markdown.render_proposal(made, "", links, False)]
    for each in forms:
        each.encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", each)


def _undo(tree: MemoryTree, made: Proposal) -> None:
    """No edit failed its proof, applying again changes nothing, and taking out gives back every byte."""
    assert "bug in wasifix" not in "".join(each.reason for each in made.declined)
    if not made.changes:
        return
    changed = MemoryTree({change.path: change.new for change in made.changes}, tree)
    engine.check(changed)
    taken_out = engine.remove(changed)
    assert "bug in wasifix" not in "".join(each.reason for each in taken_out.declined)
    if made.declined or taken_out.declined or _is_marked(tree):
        return
    left = MemoryTree({change.path: change.new for change in taken_out.changes}, changed)
    lost = {change.path for change in made.changes if left.read(change.path) != change.old}
    notes = " ".join(note for plan in made.plans for note in plan.notes)
    assert all(path in notes for path in lost), lost


def _is_marked(tree: MemoryTree) -> bool:
    """Whether wasifix was here before, so that more than its own edits is taken out."""
    return any(b" wasifix " in (data or b"") for data in tree.contents.values())


def toml(data: bytes) -> None:
    """Every value of a TOML file is found where it stands."""
    try:
        document = parse_toml("a.toml", data)
    except WasifixError:
        return
    for path in _toml_paths(document.values):
        found = document.locate(path)
        document.evidence(path)
        if found is not None:
            written = document.text[found.value.start : found.value.end]
            again = parse_toml("b.toml", f"x = {written}".encode()).values["x"]
            assert repr(again) == repr(value_at(document.values, path)), path


def toml_write(data: bytes) -> None:
    """Changes of a TOML file are made as intended or refused, and can be taken out again."""
    if not data:
        return
    edit = TOML_CHANGES[data[0] % len(TOML_CHANGES)]
    try:
        parse_toml(edit.path, data[1:])
        if any(find_markers(data[1:].decode())):
            return
        new = rendered(edit, data[1:], AUTHOR)
    except (CannotEdit, WasifixError, LookupError, TypeError):
        return  # what the change names is not there
    try:
        left = restored(edit.path, new, ["pin"]) or b""
    except CannotEdit:
        assert any(isinstance(each, Remove) for each in edit.changes)
        return
    if any(isinstance(each, Remove | Append) for each in edit.changes):  # space in arrays is not kept
        assert same(parse_toml(edit.path, left).values, parse_toml(edit.path, data[1:]).values)
    else:
        assert new == data[1:] or left == data[1:] or not data[1:].removeprefix(BOM_UTF8).strip()


def _toml_paths(values: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    inner: list[tuple[str | int, object]] = list(values.items()) if isinstance(values, dict) else []
    inner += list(enumerate(values)) if isinstance(values, list) else []
    for key, value in inner:
        yield from _toml_paths(value, (*path, key))


def yaml(data: bytes) -> None:
    """Every scalar of a YAML file is where its marks say, and its characters stand where `places` says."""
    try:
        document = parse_yaml("a.yml", data)
    except WasifixError:
        return
    waiting, seen = [document.root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        assert 0 <= node.start_mark.index <= node.end_mark.index <= len(document.text)
        document.evidence(node)
        waiting += [*items(node), *(value for _, value in entries(node))]
        if node.id != "scalar":
            continue
        found = places(document, node)
        if found is not None:
            there = [document.text[place] for place in found[:-1]]
            assert all(one == two or one in " \n" for one, two in zip(node.value, there, strict=True))


def shell(data: bytes) -> None:
    """The words of a script lie inside it, in their order, and say what stands there."""
    try:
        script = data.decode()
    except UnicodeDecodeError:
        return
    for command in commands(script, {"KNOWN": "value"}):
        for word in command.parts:
            assert command.start <= word.start <= word.end <= command.end
            for piece in word.pieces:
                assert word.start <= piece.start <= piece.end <= word.end
                if piece.is_literal:
                    assert script[piece.start : piece.end] == piece.text


def remove(data: bytes) -> None:
    """Taking out of a file whatever it says is an answer or a refusal."""
    if not data:
        return
    path = ("a.toml", "ci.yml", "build.rs", "Makefile", "run.sh")[data[0] % 5]
    try:
        restored(path, data[1:], STRATEGIES)
    except (CannotEdit, WasifixError):
        return


def cfg(data: bytes) -> None:
    """A condition of Cargo's configuration holds or not."""
    cfg_matches(data.decode("utf-8", "replace"), "wasm32-wasip1-threads")


def expression(data: bytes) -> None:
    """An expression of a workflow has a value, or one that cannot be known."""
    resolved(data.decode("utf-8", "replace"), {})


def module(data: bytes) -> None:
    """A WebAssembly module is described, or said to be none."""
    found = inspect("a.wasm", data)
    render_inspections([found], Style(False))


def message(data: bytes) -> None:
    """An error message means some advisories, or none."""
    by_symptom(data.decode("utf-8", "replace"), ADVISORIES)


def _files(*patterns: str) -> Iterator[bytes]:
    for folder in (EXAMPLES, ROOT / "tests" / "cases", ROOT.parent / "shared" / "corpus" / "projects"):
        for pattern in patterns:
            for each in sorted(folder.rglob(pattern)):
                if each.is_file() and "target" not in each.parts and each.stat().st_size < 4000:
                    yield each.read_bytes()


def _projects() -> Iterator[bytes]:
    for number, path in enumerate(KINDS):
        for strategy in range(len(STRATEGIES)):
            yield bytes((number, strategy)) + FILES.get(path, b"1.91.0\n")
        for data in _files(Path(path).name):
            yield bytes((number, len(data) % len(STRATEGIES))) + data


def _toml_changes() -> Iterator[bytes]:
    for number in range(len(TOML_CHANGES)):
        yield from (bytes((number,)) + each for each in _files("config.toml", "rust-toolchain.toml"))


def _marked() -> Iterator[bytes]:
    """Files that hold comments of wasifix."""
    for number, pattern in enumerate(("*.toml", "*.yml", "build.rs", "Makefile", "*.sh")):
        yield from (bytes((number,)) + each for each in _files(pattern) if b" wasifix " in each)


def _texts(*texts: str) -> Callable[[], Iterator[bytes]]:
    return lambda: (each.encode() for each in texts)


def _modules() -> Iterator[bytes]:
    yield threads_module()
    yield threads_module(17, 16384)[:-3]
    yield from _files("*.wasm")


TARGETS = {
    "project": Target(run=project, seeds=_projects),
    "toml": Target(run=toml, seeds=lambda: _files("*.toml")),
    "toml-write": Target(run=toml_write, seeds=_toml_changes),
    "yaml": Target(run=yaml, seeds=lambda: _files("*.yml", "*.yaml")),
    "shell": Target(run=shell, seeds=lambda: _files("*.sh")),
    "remove": Target(run=remove, seeds=_marked),
    "cfg": Target(run=cfg, seeds=_texts('cfg(all(unix, not(target_os = "wasi")))', 'cfg(any(a, b = "c",))')),
    "expression": Target(
        run=expression,
        seeds=_texts("a ${{ matrix.rust || 'x' }}", "${{ format('{0}', env.A) == 1 && !b[0].c }}"),
    ),
    "module": Target(run=module, seeds=_modules),
    "message": Target(run=message, seeds=_texts(*(each for one in ADVISORIES for each in one.symptoms))),
}
