"""When a workaround that wasifix wrote is said to be needless."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from project.layouts import package

from wasifix.engine import check, plan
from wasifix.strategies import Options
from wasifix.tree import MemoryTree

NOTHING: Mapping[str, str] = {}
BASE = {
    "Cargo.toml": package("p"),
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.91.0"\n',
    ".cargo/config.toml": "[target.wasm32-wasip1-threads]\nrunner = 'wasmtime run -S threads --'\n",
}
Files = dict[str, bytes]


def worked_around(strategy: str, options: Options | None = None) -> Files:
    """The project after the strategy, as `apply` leaves it."""
    files = {path: text.encode() for path, text in BASE.items()}
    changes = plan(MemoryTree(files), strategies=(strategy,), options=options).changes
    assert changes
    return {**files, **{each.path: each.new for each in changes if each.new is not None}}


def moved_to(channel: str, files: Files) -> Files:
    """The project after somebody chose another toolchain, below the comments that are there."""
    path = "rust-toolchain.toml"
    return {**files, path: files[path].replace(b'"1.91.0"', f'"{channel}"'.encode())}


def stale(files: Files, variables: Mapping[str, str] = NOTHING) -> list[str]:
    found = check(MemoryTree(files), environment=variables).findings
    assert all(each.level == "note" for each in found if each.id == "stale-workaround")
    return [each.message for each in found if each.id == "stale-workaround"]


def level(files: Files) -> str:
    (found,) = [each for each in check(MemoryTree(files)).findings if each.id == "memory-cannot-grow"]
    return found.level


@pytest.mark.parametrize("strategy", ["max-memory", "opt-level", "profile", "target"])
@pytest.mark.parametrize(
    ("channel", "gone"),
    [
        ("1.91.0", False),
        ("1.91", False),
        ("1.90.0", False),
        ("stable-2025-11-01", False),
        ("stable", False),
        ("esp", False),
        ("1.92.0", True),
        ("1.98.1", True),
        ("1.100", True),
        ("stable-2026-10-01", True),
        ("nightly-2026-01-01", True),
    ],
)
def test_a_workaround_expires_with_the_toolchain_that_needs_it(
    strategy: str, channel: str, gone: bool
) -> None:
    messages = stale(moved_to(channel, worked_around(strategy)))
    assert bool(messages) == gone
    assert all(f"wasifix remove --strategy {strategy}" in each for each in messages)


def test_each_place_of_a_workaround_is_named_once() -> None:
    report = check(MemoryTree(moved_to("1.98.1", worked_around("target"))))
    places = [each.evidence[0].place for each in report.findings if each.id == "stale-workaround"]
    assert places == [".cargo/config.toml:1:1"]
    text = worked_around("target")[".cargo/config.toml"]
    assert text.startswith(b"# wasifix target for memory-cannot-grow")


@pytest.mark.parametrize(
    ("size", "gone"), [(2**29, True), (2**30, True), (2**30 + 65536, False), (2**32, False)]
)
def test_more_memory_than_the_target_gives_is_still_a_reason(size: int, gone: bool) -> None:
    files = worked_around("max-memory", Options(max_memory=size))
    assert bool(stale(moved_to("1.98.1", files))) == gone


def test_a_variable_that_chooses_the_toolchain_counts() -> None:
    assert stale(worked_around("max-memory"), {"RUSTUP_TOOLCHAIN": "1.98.1"})
    assert not stale(moved_to("1.98.1", worked_around("max-memory")), {"RUSTUP_TOOLCHAIN": "1.91.0"})


def test_a_pin_is_stale_from_the_start_where_a_release_has_the_fix() -> None:
    (message,) = stale(worked_around("pin"))
    assert "Rust 1.98.1 has it" in message
    assert "wasifix apply --strategy upgrade" in message


def test_a_pin_is_not_blamed_where_another_toolchain_is_taken() -> None:
    assert stale(worked_around("pin"), {"RUSTUP_TOOLCHAIN": "1.98.1"}) == []


def test_a_pin_is_not_blamed_where_no_better_release_is_known() -> None:
    """Advice to upgrade would be wrong for what only Rust 1.100 fixes."""
    files = worked_around("pin")
    path = "rust-toolchain.toml"
    other = files[path].replace(b"for memory-cannot-grow", b"for reactor-not-linked")
    assert other != files[path]
    assert stale({**files, path: other}) == []


@pytest.mark.parametrize(
    ("strategy", "reason"),
    [("max-memory", "the target passes --max-memory by itself now"), ("profile", "Rust 1.98.1 is not hit")],
)
def test_the_reason_is_named(strategy: str, reason: str) -> None:
    (message,) = stale(moved_to("1.98.1", worked_around(strategy)))
    assert reason in message


def test_an_upgrade_never_expires() -> None:
    assert stale(worked_around("upgrade")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1073741824']", b"2147483648']"),
        (b"rustflags = ", b"# rustflags = "),
        (b"for memory-cannot-grow (", b"for something-else ("),
        (b"# wasifix max-memory", b"# Wasifix max-memory"),
    ],
)
def test_what_somebody_changed_since_is_nobodys_workaround(old: bytes, new: bytes) -> None:
    files = moved_to("1.98.1", worked_around("max-memory"))
    config = ".cargo/config.toml"
    assert old in files[config]
    assert stale(files)
    assert stale({**files, config: files[config].replace(old, new)}) == []


@pytest.mark.parametrize("strategy", ["opt-level", "profile"])
def test_a_table_behind_comment_signs_is_no_workaround(strategy: str) -> None:
    files = worked_around(strategy)
    before, comment, table = files["Cargo.toml"].partition(b"# wasifix ")
    table = table.replace(b"\n", b"\n# ")
    off = {**files, "Cargo.toml": before + comment + table.removesuffix(b"# ")}
    assert stale(moved_to("1.98.1", off)) == []
    assert level(off) == "error"
    assert level(files) == "note"


def test_a_pin_that_somebody_moved_is_no_pin() -> None:
    files = worked_around("pin")
    path = "rust-toolchain.toml"
    for channel in (b"1.98.1", b"stable", b"1.90"):
        assert stale({**files, path: files[path].replace(b'"1.90.0"', b'"' + channel + b'"')}) == []
