"""Every edit of the strategies on every real file, in four shapes, and back again.

`pytest -s tests/corpus/test_toml_round.py` prints the counts.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest

from wasifix.changes import Append, Change, FileEdit, Set
from wasifix.documents.text import CannotEdit
from wasifix.documents.toml import TomlDocument, parse_toml
from wasifix.edits import rendered
from wasifix.errors import UnreadableInput
from wasifix.markers import Author
from wasifix.model import Effect
from wasifix.proofs import changed_values
from wasifix.removal import restored

AUTHOR = Author(
    strategy="pin", advisory="memory-cannot-grow", effect=Effect.UNPROVEN, url="https://example.org/1"
)
THREADS = ("target", "wasm32-wasip1-threads")
FLAGS = ("-C", "link-arg=--max-memory=1073741824")
RELEASE: dict[str, str | int | bool] = {
    "opt-level": 1,
    "lto": False,
    "codegen-units": 16,
    "panic": "abort",
}


def _release(_: TomlDocument) -> tuple[Change, ...]:
    return tuple(Set(("profile", "release", key), value) for key, value in RELEASE.items())


def _own_profile(_: TomlDocument) -> tuple[Change, ...]:
    keys: dict[str, str | int | bool] = {
        "inherits": "release",
        "opt-level": 1,
        "lto": False,
        "codegen-units": 16,
    }
    return tuple(Set(("profile", "wasmtime-test", key), value) for key, value in keys.items())


def _toolchain(document: TomlDocument) -> tuple[Change, ...]:
    path = ("toolchain", "targets")
    listed = document.get(*path)
    if listed is None:
        return (Set(("toolchain", "channel"), "1.90.0"), Set(path, (THREADS[1],)))
    missing = THREADS[1] not in listed
    return (Set(("toolchain", "channel"), "1.90.0"), *((Append(path, (THREADS[1],)),) if missing else ()))


def _runner(_: TomlDocument) -> tuple[Change, ...]:
    return (Set((*THREADS, "runner"), "wasmtime run -S threads --"),)


def _rustflags(document: TomlDocument) -> tuple[Change, ...]:
    path = (*THREADS, "rustflags")
    present = document.get(*path)
    if isinstance(present, list):
        return (Append(path, FLAGS),)
    return (Set(path, f"{present} {' '.join(FLAGS)}" if isinstance(present, str) else FLAGS),)


def _any_rustflags(document: TomlDocument) -> tuple[Change, ...]:
    """The first list of flags of the file gets two more."""
    for name, table in document.table("target").items():
        if isinstance(table, dict) and isinstance(table.get("rustflags"), list):
            return (Append(("target", name, "rustflags"), FLAGS),)
    return ()


def _build_target(_: TomlDocument) -> tuple[Change, ...]:
    return (Set(("build", "target"), "wasm32-wasip1"),)


EDITS: dict[str, tuple[str, Callable[[TomlDocument], tuple[Change, ...]]]] = {
    "release-profile": ("cargo", _release),
    "own-profile": ("cargo", _own_profile),
    "toolchain": ("toolchain", _toolchain),
    "runner": ("config", _runner),
    "rustflags": ("config", _rustflags),
    "more-rustflags": ("config", _any_rustflags),
    "build-target": ("config", _build_target),
}
SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "as-is": lambda data: data,
    "crlf": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "mark": lambda data: codecs.BOM_UTF8 + data.removeprefix(codecs.BOM_UTF8),
    "no-final-newline": lambda data: data.rstrip(b"\r\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_right_clean_and_can_be_taken_back(corpus: Path, edit: str, shape: str) -> None:
    kind, make = EDITS[edit]
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for file in sorted((corpus / "toml" / kind).iterdir()):
        data = SHAPES[shape](file.read_bytes())
        try:
            document = parse_toml(file.name, data)
        except UnreadableInput:
            counts["not TOML"] += 1
            continue
        if kind == "toolchain" and "toolchain" not in document.values:
            counts["one line"] += 1
            continue
        if changes := make(document):
            counts["tried"] += 1
            faults += (f"{file.name}: {fault}" for fault in _faults(document, data, changes, counts))
    print(f"\n{edit:16} {shape:17}", ", ".join(f"{name} {count}" for name, count in counts.items()), end="")
    assert not faults
    assert counts["tried"] > 30
    assert counts["restored"] == counts["tried"] - counts["declined"] - counts["as wanted already"]
    assert counts["declined"] <= counts["tried"] / 100


def _faults(
    document: TomlDocument, data: bytes, changes: tuple[Change, ...], counts: Counter[str]
) -> Iterator[str]:
    edit = FileEdit(path=document.path, changes=changes)
    try:
        new = rendered(edit, data, AUTHOR)
    except CannotEdit:
        counts["declined"] += 1
        return
    if new == data:
        counts["as wanted already"] += 1
        return
    after = parse_toml(document.path, new)
    if after.values != changed_values(document.values, changes):
        yield "wrong values"
    again = tuple(each for each in changes if isinstance(each, Set))
    if rendered(FileEdit(path=document.path, changes=again), new, AUTHOR) != new:
        yield "a second run changes it again"
    yield from _untidy(document.text, after.text, changes)
    if (marks := new.count(b"# wasifix ")) > len(changes):
        yield f"{marks} comments"
    if restored(document.path, new, ("pin",)) == data:
        counts["restored"] += 1
    else:
        yield "not restored"


def _untidy(old: str, new: str, changes: tuple[Change, ...]) -> Iterator[str]:
    """Lines that no change names and that went, moved or differ; headers stuck together."""
    before, after = old.split("\n"), new.split("\n")
    if len({line.endswith("\r") for line in before[:-1]}) == 1:
        crlf = before[0].endswith("\r")
        yield from (f"mixed line ends: {line}" for line in after[:-1] if line.endswith("\r") is not crlf)
    if old.endswith("\n") != new.endswith("\n"):
        yield "final newline"
    if "\r" in old and not old.endswith("\n"):
        before[-1] += "\r"  # the last line may have got lines below it
        after[-1] += "\r"
    yield from (f"lost or moved: {line}" for line in _lost(before, after, changes))
    headers = {line.strip() for line in before}
    above_headers = [one.strip() for one, two in pairwise(["", *before]) if two.startswith("[")][1:]
    is_spaced = all(not line or line.startswith("#") for line in above_headers)
    for line, above, top in zip(after, ["", *after], ["", "", *after], strict=False):
        if line.startswith("[") and line.strip() not in headers:
            if not above.startswith("# wasifix"):
                yield f"no comment above {line}"
            if is_spaced and top.strip():
                yield f"no blank line above {line}"


def _lost(before: list[str], after: list[str], changes: tuple[Change, ...]) -> Iterator[str]:
    """Lines of the old text that are not in the new one, in their order, and had no reason to change."""
    keys = {str(change.path[-1]) for change in changes if isinstance(change, Set | Append)}
    adds_items = any(isinstance(change, Append) for change in changes)
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for kind, start, end, new_start, new_end in blocks:
        new = after[new_start:new_end]
        for line in before[start:end] if kind != "equal" else ():
            key = line.split("=")[0].strip().rpartition(".")[2].strip("'\" ")
            head, hash_sign, comment = line.partition("#")
            comma = f"{head.rstrip()},{head[len(head.rstrip()) :]}{hash_sign}{comment}"
            if key not in keys and not (adds_items and comma in new):
                yield line
