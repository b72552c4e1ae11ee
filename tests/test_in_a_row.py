"""Strategies one after the other, and all of them taken back."""

from __future__ import annotations

import itertools

import pytest

from wasifix.engine import check, plan, remove
from wasifix.errors import UsageError
from wasifix.markers import find_markers
from wasifix.model import Effect
from wasifix.proposals import Declined
from wasifix.reporting import remedies_by_finding
from wasifix.strategies import STRATEGIES, Options
from wasifix.tree import MemoryTree, Tree

FILES = {
    "Cargo.toml": '[package]\nname = "p"\nversion = "0.1.0"\n\n[profile.release]\nlto = "fat"\n',
    ".cargo/config.toml": '[target.wasm32-wasip1-threads]\nrunner = "wasmtime run -S threads --"\n',
}
CHANNEL = '[toolchain]\nchannel = "1.91.0"\n'
NAMES = [strategy.name for strategy in STRATEGIES]


def tree(**more: str) -> MemoryTree:
    files = {**FILES, **{path.replace("__", "-") + ".toml": text for path, text in more.items()}}
    return MemoryTree({path: text.encode() for path, text in files.items()})


def after(before: Tree, *strategies: str, options: Options | None = None) -> MemoryTree:
    proposal = plan(before, strategies=strategies, options=options)
    assert not proposal.declined
    return MemoryTree({change.path: change.new for change in proposal.changes}, before)


def without(before: Tree, *strategies: str) -> MemoryTree:
    proposal = remove(before, strategies=strategies)
    assert not proposal.declined
    return MemoryTree({change.path: change.new for change in proposal.changes}, before)


def texts(of: Tree) -> dict[str, bytes]:
    paths = (*FILES, "rust-toolchain.toml", "build.rs")
    return {path: data for path in paths if (data := of.read(path)) is not None}


def comments(of: Tree, path: str) -> list[str]:
    return [each.author.strategy for each in find_markers((of.read(path) or b"").decode())]


@pytest.mark.parametrize("start", [tree(rust__toolchain=CHANNEL), tree()], ids=["a file", "no file"])
def test_an_upgrade_takes_the_place_of_a_pin(start: MemoryTree) -> None:
    forced = Options(force=True)
    pinned = after(start, "pin", options=forced)
    upgraded = after(pinned, "upgrade", options=forced)
    assert b'channel = "1.98.1"' in (upgraded.read("rust-toolchain.toml") or b"")
    assert comments(upgraded, "rust-toolchain.toml") == ["upgrade"]
    assert texts(without(upgraded)) == texts(start)


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(NAMES, 2)))
def test_two_strategies_are_taken_back_together(first: str, second: str) -> None:
    start = tree(rust__toolchain=CHANNEL)
    try:
        proposal = plan(start, strategies=(first, second))
    except UsageError as error:
        assert {first, second} == {"pin", "upgrade"}
        assert first in str(error) and second in str(error)
        return
    if proposal.declined:
        assert "target" in (first, second)
        return
    both = MemoryTree({change.path: change.new for change in proposal.changes}, start)
    assert texts(without(both)) == texts(start)


@pytest.mark.parametrize("kept", ["profile", "opt-level"])
def test_one_of_two_is_taken_back_alone(kept: str) -> None:
    start = tree(rust__toolchain=CHANNEL)
    gone = "opt-level" if kept == "profile" else "profile"
    both = after(start, gone, kept)
    assert texts(without(both, gone)) == texts(after(start, kept))


def test_what_was_named_last_is_seen_by_check() -> None:
    report = check(after(tree(rust__toolchain=CHANNEL), "pin", "profile"))
    finding = next(each for each in report.findings if each.id == "memory-cannot-grow")
    assert set(finding.covered_by) == {"pin", "profile"}
    assert not report.fails


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("rust-toolchain.toml", b'1.90.0"', b'1.89.0"'),
        ("Cargo.toml", b"codegen-units = 16", b"codegen-units = 8"),
        ("Cargo.toml", b'inherits = "release"\n', b'inherits = "release"\ndebug = true\n'),
        ("Cargo.toml", b'inherits = "release"\n', b'inherits = "release"\n# mine\n'),
        (
            "Cargo.toml",
            b"[profile.wasmtime-test]",
            b"[profile.wasmtime-test.package.x]\n[profile.wasmtime-test]",
        ),
    ],
)
def test_what_somebody_changed_since_is_not_taken_out(path: str, old: bytes, new: bytes) -> None:
    both = after(tree(rust__toolchain=CHANNEL), "pin", "profile")
    data = both.read(path) or b""
    assert old in data
    changed = MemoryTree({path: data.replace(old, new, 1)}, both)
    proposal = remove(changed)
    assert [type(each) for each in proposal.outcomes] == [Declined]
    assert proposal.changes == ()


def test_a_key_of_the_users_in_a_new_file_stays() -> None:
    made = after(tree(), "pin")
    data = made.read("rust-toolchain.toml") or b""
    changed = MemoryTree({"rust-toolchain.toml": data + b'profile = "minimal"\n'}, made)
    assert remove(changed).declined


def test_every_remedy_of_unproven_effect_leaves_a_note_and_the_others_none() -> None:
    for strategy in (each for each in STRATEGIES if each.name in remedies_by_finding()["memory-cannot-grow"]):
        report = check(after(tree(rust__toolchain=CHANNEL), strategy.name))
        left = [finding.level for finding in report.findings if finding.id == "memory-cannot-grow"]
        assert left == (["note"] if strategy.effect is Effect.UNPROVEN else [])


def test_a_comment_whose_table_is_gone_covers_nothing() -> None:
    made = after(tree(rust__toolchain=CHANNEL), "profile")
    text = (made.read("Cargo.toml") or b"").decode()
    start = text.index("[profile.wasmtime-test]")
    changed = MemoryTree({"Cargo.toml": f"{text[:start]}\n[lints]\n".encode()}, made)
    assert check(changed).fails


def test_a_comment_that_names_no_strategy_any_more_is_declined() -> None:
    """It was edited by hand, or a later wasifix wrote it."""
    files = {"Cargo.toml": b'[package]\nname = "p"\nversion = "0.1.0"\n', ".cargo/config.toml": b"[build]\n"}
    files[".cargo/config.toml"] += b'target = "wasm32-wasip1-threads"\n'
    files["rust-toolchain.toml"] = b'[toolchain]\nchannel = "1.91.0"\n'
    before = MemoryTree(files)
    made = plan(before, strategies=["max-memory"])
    changed = {
        change.path: (change.new or b"").replace(b"max-memory for", b"less-memory for")
        for change in made.changes
    }
    (declined,) = remove(MemoryTree(changed, before)).declined
    assert declined.strategy == "less-memory"
    assert declined.at is not None
    assert declined.at.path == ".cargo/config.toml"
