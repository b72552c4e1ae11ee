"""What fuzzing found stays found, and a few hundred inputs more of each kind, always the same.

`tests/fuzz/run.py` looks for new ones.
"""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.project import KINDS, STRATEGIES, WORDS
from fuzz.targets import TARGETS
from wasifix.documents.text import CannotEdit
from wasifix.removal import restored

MARK = "# wasifix target for memory-cannot-grow (avoids-target): "
URL = "; https://github.com/bytecodealliance/wasmtime/issues/11958\n"


def of_project(path: str, strategy: str, text: str) -> bytes:
    """An input of the target `project`."""
    return bytes((KINDS.index(path), STRATEGIES.index(strategy))) + text.encode()


FOUND: dict[str, tuple[str, bytes]] = {
    "an option that is there twice": (
        "project",
        b"\x0a\x06FROM rust:1.91 AS b\nRUN \\\n && cargo test --release --target w --release --target "
        b"wasm32-wasip1-threads\n",
    ),
    "an index of an item that is none": (
        "remove",
        f'\0[a]\n{MARK}runner.2 -S -> none, runner.x4 -W -> none{URL}runner = ["b"]\n'.encode(),
    ),
    "replacements that overlap": (
        "remove",
        f"\3{MARK}a -> test, 0:3 b -> est{URL}\ttest\n".encode(),
    ),
    "a size that is no number": (
        "project",
        of_project(
            ".cargo/config.toml",
            "max-memory",
            '[build]\nrustflags = ["-Clink-arg=--max-memory=268435456x"]\n'
            '[target.wasm32-wasip1-threads]\nrunner = "wasmtime"\n',
        ),
    ),
    "a channel by a dotted key": ("toml-write", b'\0toolchain.channel = "1.91.0"\n'),
    "a channel in an inline table": ("toml-write", b'\0toolchain = { channel = "1.91.0" }\n'),
    "an empty inline table with space in it": ("toml-write", b"\x1etoolchain ={ }\n"),
    "commas before the items": (
        "toml-write",
        b'\t[toolchain]\ntargets = [\n  "a"\r\n,  "b"\n]\n',
    ),
    "mise chooses another release than the toolchain file": (
        "project",
        of_project("mise.toml", "pin", '[tools]\nrust = "stable"\n'),
    ),
    "asdf chooses another release than the toolchain file": (
        "project",
        of_project(".tool-versions", "pin", "rust stable\n"),
    ),
    "a level that was none": (
        "project",
        of_project(
            "Cargo.toml",
            "upgrade",
            f'[package]\nname = "p"\n[profile.release]\n{MARK}opt-level non- -> 1{URL}opt-level = 1\n',
        ),
    ),
    "a manifest that says it is new": (
        "project",
        of_project("Cargo.toml", "upgrade", f'{MARK}new file{URL}[package]\nname = "p"\n'),
    ),
    "a list of lists of lists": (
        "project",
        of_project(".github/workflows/ci.yml", "pin", f"on: push\nx: # cargo\n  {'- ' * 600}y\njobs: {{}}\n"),
    ),
    "another run of target beside what it leaves": (
        "project",
        of_project(
            ".github/workflows/ci.yml",
            "target",
            "on: push\njobs:\n  t:\n    steps:\n      - run: |\n"
            "          cargo test --target wasm32-wasip1-threads\n          npm run test\n",
        ),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_found(name: str) -> None:
    target, data = FOUND[name]
    TARGETS[target].run(data)


@pytest.mark.parametrize("path", ["build.rs", "Makefile", "a.toml"])
def test_a_number_in_a_comment_is_not_believed(path: str) -> None:
    sign = "//" if path.endswith(".rs") else "#"
    mark = MARK.replace("#", sign)
    for details in (
        "99999999999 new lines (crc32 00000000)",
        f"{'9' * 5000} new lines",
        "9999999999:1 a -> b",
    ):
        text = f"{mark}{details}{URL}a = 1\n"
        try:
            assert restored(path, text.encode(), STRATEGIES) in (None, text.encode())
        except CannotEdit:
            continue


@cache
def _seeds(name: str) -> tuple[bytes, ...]:
    return tuple(TARGETS[name].seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_a_promise(name: str) -> None:
    count = 60 if name == "project" else 150

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 2**32 - 1))
    def tried(seed: int) -> None:
        TARGETS[name].run(damaged(name, random.Random(seed)))

    tried()


def damaged(name: str, luck: random.Random) -> bytes:
    """A seed in which some bytes are gone, doubled, moved or foreign."""
    seeds = _seeds(name)
    data = luck.choice(seeds)
    for _ in range(luck.randint(1, 4)):
        start = luck.randint(0, len(data))
        end = min(len(data), start + luck.choice((0, 0, 1, 3, 20)))
        other = luck.choice(seeds)
        at = luck.randint(0, len(other))
        middle = luck.choice((b"", luck.choice(WORDS), data[start:end] * 2, other[at : at + 20]))
        data = data[:start] + middle + data[end:]
    return data
