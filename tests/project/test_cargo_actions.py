"""Actions that run Cargo with the words that they are given."""

from __future__ import annotations

import pytest

from wasifix.engine import plan
from wasifix.project import read_project
from wasifix.project.scripts import CargoCall
from wasifix.project.sources import Sources
from wasifix.tree import MemoryTree

from .called import PACKAGE, T, shown

ACTION = "actions-rs/cargo@v1"
CROSS = "houseabsolute/actions-rust-cross@v1"
ARGS = f"args: --target {T}"
FILE = ".github/workflows/ci.yml"


def tree(uses: str, *inputs: str, before: str = "", job: str = "") -> MemoryTree:
    steps = f"{before}      - uses: {uses}\n        with:\n" + "".join(
        f"          {each}\n" for each in inputs
    )
    text = f"on: push\njobs:\n  test:\n{job}    steps:\n{steps}"
    return MemoryTree({"Cargo.toml": PACKAGE.encode(), FILE: text.encode()})


def calls(of: MemoryTree) -> list[CargoCall]:
    return list(read_project(Sources(of), "", {}).calls)


@pytest.mark.parametrize(
    ("uses", "inputs", "expected"),
    [
        (ACTION, ("command: build", ARGS), [f"8:17 build {T}"]),
        (ACTION, ("command: test", f"args: --release --target={T}"), [f"8:17 test {T} release"]),
        (ACTION, ("args: >-", f"  --target {T}", "  -r", "command: run"), [f"8:13 run {T} release"]),
        (ACTION, ("use-cross: true", "command: build", ARGS), [f"9:17 build {T}"]),
        (ACTION, ("toolchain: 1.91.0", "command: build", ARGS), [f"9:17 +1.91.0 build {T}"]),
        ("clechasseur/rs-cargo@v4", ("command: t", "working-directory: s", ARGS), [f"9:17 s t {T}"]),
        ("ClementTsang/cargo-action@v0.0.6", ("command: t", ARGS, "directory: s"), [f"8:17 s +stable t {T}"]),
        (CROSS, (f"target: {T}",), [f"5:15 +stable build {T}"]),
        (
            CROSS,
            (f"target: {T}", "command: both", "args: --release", "toolchain: beta"),
            [f"9:17 +beta build {T} release", f"9:17 +beta test {T} release"],
        ),
        # what does not build, and what cannot be known
        (ACTION, ("command: fmt", ARGS), []),
        (ACTION, ("command: ${{ github.x }}", ARGS), []),
        (ACTION, ("command: build", "args: --target ${{ github.x }} # wasm32"), ["8:17 build None"]),
    ],
)
def test_it_is_read_as_a_command(uses: str, inputs: tuple[str, ...], expected: list[str]) -> None:
    found = [shown(call).removeprefix(f"{FILE}:") for call in calls(tree(uses, *inputs))]
    assert found == expected


def test_the_legs_of_a_matrix_and_the_variables_of_the_step_count() -> None:
    of = tree(
        ACTION,
        "command: build",
        "args: --target ${{ matrix.t }}",
        job=f"    strategy: {{matrix: {{t: [{T}, wasm32-wasip1]}}}}\n    env: {{RUSTFLAGS: -g}}\n",
    )
    assert [(call.target.text, call.environment["RUSTFLAGS"].text) for call in calls(of)] == [
        (T, "-g"),
        ("wasm32-wasip1", "-g"),
    ]


def test_cross_sets_the_default_toolchain_up() -> None:
    later = f"      - run: cargo test --target {T}\n"
    of = tree(CROSS, "toolchain: 1.91.0", "target: x86_64-unknown-linux-gnu")
    text = (of.read(FILE) or b"").decode() + later
    found = calls(MemoryTree({"Cargo.toml": PACKAGE.encode(), FILE: text.encode()}))
    assert [call.default and call.default.text for call in found][-1] == "1.91.0"


@pytest.mark.parametrize(
    ("strategy", "inputs", "expected"),
    [
        ("pin", ("toolchain: 1.91.0", "command: build", ARGS), "toolchain: 1.90.0"),
        ("target", ("command: build", f"{ARGS} -r"), "args: --target wasm32-wasip1 -r"),
        ("profile", ("command: test", f"{ARGS} -r"), f"args: --target {T} --profile wasmtime-test"),
    ],
)
def test_its_inputs_are_edited(strategy: str, inputs: tuple[str, ...], expected: str) -> None:
    setup = "      - uses: dtolnay/rust-toolchain@1.91.0\n"
    proposal = plan(tree(ACTION, *inputs, before=setup), strategies=(strategy,))
    texts = {change.path: change.new for change in proposal.changes}
    assert f"          {expected}\n" in (texts[FILE] or b"").decode()
