"""Builds and runs a project with each strategy, in scratch copies, with the Cargo of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from msgspec.structs import replace

from wasifix import engine
from wasifix.errors import UsageError
from wasifix.examination import examine
from wasifix.host import Host
from wasifix.model import Report
from wasifix.project.targets import THREADS_TARGETS
from wasifix.tree import DiskTree, join, upward
from wasifix.trials import Trial, shown, target_in, trials_for
from wasifix.verification import Row, Verification
from wasifix.verifying.cargo import CargoHere, Wish
from wasifix.verifying.scratch import Scratch
from wasifix.verifying.trying import Work


def verify(wish: Wish, tell: Callable[[str], None]) -> Verification:
    """Tries everything. `tell` gets a line for each step, from any thread.

    Nothing below `wish.root` is written. Raises UsageError, UnreadableInput, NoProject.
    """
    host = Host(wish.root)
    machine = examine(host, wish.root / wish.start, THREADS_TARGETS[0])
    compiler = machine.compiler.value
    assumed = compiler.name if compiler is not None else None
    report = engine.check(DiskTree(wish.root), wish.start, environment=wish.environment, assume_rust=assumed)
    target = target_in(wish.command) or _target(report)
    trials = trials_for(wish.strategies, wish.command, target)
    cargo = host.find("cargo")
    if cargo is None:
        raise UsageError("cargo is not in PATH", advice="install Rust: https://rustup.rs")
    locks = tuple(join(folder, "Cargo.lock") for folder in upward(wish.start))
    with Scratch(host, wish.root, keep=(*report.files_read, *locks)) as scratch:
        here = CargoHere(wish=wish, host=host, program=cargo, machine=machine, scratch=scratch, tell=tell)
        work = Work(wish=wish, cargo=here, machine=machine, assumed=assumed, scratch=scratch, tell=tell)
        rows = _in_parallel(work, trials)
    found = Verification(
        target=target,
        commands=tuple(shown(words) for words in trials[0].commands),
        compiler=assumed or "",
        runner=here.runner_words(report, target)[1],
        rows=rows,
    )
    return replace(found, next_command=_next(wish, found.proven))


def _next(wish: Wish, proven: tuple[str, ...]) -> str:
    """The command that applies what is proven, also where the files alone do not say that it is needed."""
    if not proven:
        return ""
    tree = DiskTree(wish.root)
    proposal = engine.plan(tree, wish.start, strategies=proven[:1], environment=wish.environment)
    return f"wasifix apply --strategy {proven[0]}{'' if proposal.outcomes else ' --force'}"


def _target(report: Report) -> str:
    found = [str(each.target.value) for each in report.builds if each.is_local]
    for triple in (*THREADS_TARGETS, *found):
        if triple in found:
            return triple
    raise UsageError(
        "no file of this project says that it is built for WebAssembly",
        advice=f'name the build: --cargo "test --release --target {THREADS_TARGETS[0]}"',
    )


def _in_parallel(work: Work, trials: tuple[Trial, ...]) -> tuple[Row, ...]:
    """The rows of all trials in their order. Cargo itself lets one of them build at a time, others run."""
    done: dict[str, tuple[Row, ...]] = {}
    pool = ThreadPoolExecutor(max_workers=min(len(trials), os.cpu_count() or 1))
    try:
        futures = {pool.submit(work.tried, trial): trial.name for trial in trials}
        for future in as_completed(futures):
            done[futures[future]] = future.result()
    finally:
        work.cargo.host.stop()
        pool.shutdown(wait=True, cancel_futures=True)
    return tuple(row for trial in trials for row in done[trial.name])
