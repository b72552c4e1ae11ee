"""What a build and a run prove: the verdicts, and what is read out of the words of Cargo and rustup."""

from __future__ import annotations

import pytest

from wasifix.errors import UsageError
from wasifix.inspection import Inspection, Kind
from wasifix.inspection import Verdict as Memory
from wasifix.render.terminal import PLAIN
from wasifix.render.verification import render_verification
from wasifix.trials import PANIC, trials_for
from wasifix.verification import (
    AS_IT_IS,
    Ran,
    Row,
    Run,
    Verdict,
    Verification,
    first_error,
    judged,
    missing,
    run_of,
)

TARGET = "wasm32-wasip1-threads"


def built(*verdicts: Memory) -> list[Inspection]:
    return [Inspection(path="x", kind=Kind.UNKNOWN, verdict=each, reason="") for each in verdicts]


@pytest.mark.parametrize(
    ("memory", "ended", "verdict"),
    [
        ((Memory.GROWS,), Ran.OK, Verdict.WORKS),
        ((Memory.GROWS,), Ran.EXIT, Verdict.FAILS),
        ((Memory.GROWS,), Ran.TIMEOUT, Verdict.FAILS),
        ((Memory.GROWS,), Ran.NOT_RUN, Verdict.NOT_RUN),
        ((Memory.HIT,), Ran.OK, Verdict.LUCK),
        ((Memory.HIT,), Ran.TRAP, Verdict.HIT),
        ((Memory.HIT,), Ran.NOT_RUN, Verdict.HIT),
        ((Memory.GROWS, Memory.HIT), Ran.OK, Verdict.LUCK),
        ((Memory.NOT_CONCERNED,), Ran.OK, Verdict.NO_THREADS),
        ((Memory.NOT_CONCERNED,), Ran.SYMPTOM, Verdict.FAILS),
        ((Memory.NOT_CONCERNED, Memory.GROWS), Ran.OK, Verdict.WORKS),
        ((), Ran.NOT_RUN, Verdict.NOT_RUN),
    ],
)
def test_only_memory_that_can_grow_and_a_good_end_are_a_proof(
    memory: tuple[Memory, ...], ended: Ran, verdict: Verdict
) -> None:
    assert judged(built(*memory), Run(ended=ended, words="")) is verdict


@pytest.mark.parametrize(
    ("code", "output", "is_test", "ended", "words"),
    [
        (0, "test result: ok", True, Ran.OK, "ok"),
        (101, "memory allocation of 7200 bytes failed\nwasm trap: unreachable", True, Ran.SYMPTOM, "crashes"),
        (101, 'failed to spawn thread: Os { code: 6, kind: WouldBlock, ...', True, Ran.SYMPTOM, "crashes"),
        (101, "process didn't exit successfully: `x` (exit status: 134)", True, Ran.TRAP, "traps"),
        (1, "RuntimeError: unreachable", False, Ran.TRAP, "traps"),
        (134, "", False, Ran.TRAP, "traps"),
        (101, "test result: FAILED", True, Ran.EXIT, "exit 101"),
        (2, "usage: app FILE", False, Ran.OK, "exit 2"),
        (None, "", True, Ran.TIMEOUT, "timeout"),
        (101, "error: could not execute process `x`", False, Ran.NOT_RUN, "its runner cannot be started"),
    ],
)  # fmt: skip
def test_how_a_run_ended(code: int | None, output: str, is_test: bool, ended: Ran, words: str) -> None:
    run = run_of(code, output, is_test=is_test)
    assert (run.ended, run.words) == (ended, words)


@pytest.mark.parametrize(
    ("stderr", "lacks", "install"),
    [
        (
            "error: toolchain '1.90.0-x86_64-unknown-linux-gnu' is not installed\nhelp: run ...",
            "Rust 1.90.0 is not installed",
            f"rustup toolchain install 1.90.0 --target {TARGET}",
        ),
        (
            "error: toolchain 'nightly-2025-10-01-aarch64-apple-darwin' is not installed",
            "Rust nightly-2025-10-01 is not installed",
            f"rustup toolchain install nightly-2025-10-01 --target {TARGET}",
        ),
        (
            "error[E0463]: can't find crate for `core`\n  = note: the `x` target may not be installed",
            f"the target {TARGET} is not installed",
            f"rustup target add {TARGET}",
        ),
        ("error: custom toolchain 'mine' specified in override file is not installed", "", ""),
        ("error[E0463]: can't find crate for `serde`", "", ""),
        ("error: linking with `rust-lld` failed: exit status: 1", "", ""),
        ("", "", ""),
    ],
)
def test_what_a_build_lacked(stderr: str, lacks: str, install: str) -> None:
    assert missing(stderr, TARGET) == (lacks, install)


def test_the_first_error_is_what_counts() -> None:
    assert first_error("warning: x\n  error[E1]: here\nerror: later\n") == "error[E1]: here"
    assert first_error("only this\n\n") == "only this"
    assert first_error("") == ""


def test_each_strategy_has_the_command_that_shows_it() -> None:
    trials = {each.name: each for each in trials_for((), None, TARGET)}
    assert trials[AS_IT_IS].commands[0] == ("test", "--target", TARGET, "--release")
    assert trials["profile"].commands[1] == ("build", "--target", TARGET, "--profile=wasmtime-test")
    assert trials["target"].commands[0] == ("test", "--target", "wasm32-wasip1", "--release")
    assert trials["wasm32-wasip1"].strategy == ""
    assert [words[0] for words in trials[PANIC].commands] == ["build"]


def test_the_users_command_is_taken_as_it_is() -> None:
    command = f"cargo t --workspace --target={TARGET} --profile dist -- --nocapture"
    (base, pin) = trials_for(("pin",), command, TARGET)
    words = ("test", "--workspace", f"--target={TARGET}", "--profile", "dist", "--", "--nocapture")
    assert base.commands == (words,) == pin.commands


def test_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(UsageError, match="nonsense"):
        trials_for(("nonsense",), None, TARGET)


def test_the_table_keeps_to_80_columns() -> None:
    rows = [
        Row(
            trial=trial.name,
            strategy=trial.strategy,
            target=trial.target,
            command="test --release",
            verdict=Verdict.MISSING,
            built=False,
            memory="65536/65536",
            runs="its runner cannot be started",
            reason="the target wasm32-wasip1-threads is not installed",
            detail="error: " + "x" * 200,
            install=f"rustup target add {TARGET}",
        )
        for trial in trials_for((), None, TARGET)
    ]
    found = Verification(
        target=TARGET, commands=("test --release",), compiler="1.95.0", runner="x " * 60, rows=tuple(rows)
    )
    text = render_verification(found, PLAIN)
    assert max(map(len, text.splitlines())) <= 80
    assert "No strategy is proven here" in text
