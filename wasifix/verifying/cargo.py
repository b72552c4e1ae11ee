"""The Cargo of this machine in scratch copies: where it builds, what runs the result, what gets installed."""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct, field

from wasifix.host import Answer, Host
from wasifix.machine import Machine
from wasifix.model import Report
from wasifix.project.targets import THREADS_TARGETS
from wasifix.verification import first_error
from wasifix.verifying.scratch import Scratch
from wasifix.wasmtime_flags import lines_for

BUILD_LIMIT = 3600.0
RUN_LIMIT = 60.0
"""Seconds that a build, and the run of what it made, may take."""


class Wish(Struct, frozen=True, kw_only=True):
    """What to try. `command` is a Cargo command; None for `test --release` and `build --release`."""

    root: Path
    start: str
    environment: Mapping[str, str]
    strategies: tuple[str, ...] = ()
    command: str | None = None
    install: bool = False
    run_limit: float = RUN_LIMIT


class CargoHere(Struct, kw_only=True):
    """Cargo, its environment, and rustup for what is missing."""

    wish: Wish
    host: Host
    program: Path
    machine: Machine
    scratch: Scratch
    tell: Callable[[str], None]
    _installing: threading.Lock = field(default_factory=threading.Lock)
    _installed: dict[str, Answer] = field(default_factory=dict)

    def runner_words(self, report: Report, target: str) -> tuple[list[str] | None, str]:
        """The runner to set: none (empty) for the project's own, else the embedded one; None without any."""
        runner = next(
            (
                each.runner.value
                for each in report.builds
                if each.is_local and each.target.value == target and each.runner.value
            ),
            None,
        )
        words = shlex.split(runner) if runner else []
        why = "the project has no runner"
        if words:
            why = self._unusable(words[0], target)
            if not why:
                return [], f"the project's: {runner}"
        if importlib.util.find_spec("wasmtime") is None:
            return None, f"{why}, and the embedded one is not installed: pip install 'wasifix[run]'"
        # -P: the folder where it runs is the project's, from which nothing may be imported.
        return [sys.executable, "-P", "-m", "wasifix", "run", "--dir", "."], f"the embedded one ({why})"

    def _unusable(self, program: str, target: str) -> str:
        """Why a runner cannot be used here; empty if it can."""
        name = Path(program).name
        wasmtime = self.machine.program("wasmtime")
        has_threads = wasmtime.release is None or lines_for(wasmtime.release)[0].has_threads
        if name == "wasmtime" and target in THREADS_TARGETS and not has_threads:
            return f"Wasmtime {wasmtime.version} has no wasi-threads"
        if "/" not in program and self.host.find(program) is None:
            return f"{name} is not in PATH"
        return ""

    def run(self, trial: str, folder: Path, words: tuple[str, ...], time_limit: float) -> Answer:
        """Cargo with a target folder of the trial's own; what lies behind it is shared since Cargo 1.91.

        https://doc.rust-lang.org/cargo/reference/build-cache.html
        """
        variables = {
            "CARGO_TARGET_DIR": str(self.scratch.target(folder_name(trial))),
            "CARGO_BUILD_BUILD_DIR": str(self.scratch.folder / "build"),
        }
        if (chosen := self.wish.environment.get("RUSTUP_TOOLCHAIN")) is not None:
            variables["RUSTUP_TOOLCHAIN"] = chosen
        return self.host.ask(self.program, *words, folder=folder, variables=variables, time_limit=time_limit)

    def install(self, command: str) -> bool:
        """Runs a command of rustup, once; whether it worked."""
        rustup = self.host.find("rustup")
        if rustup is None:
            return False
        with self._installing:
            if command not in self._installed:
                self.tell(command)
                words = command.split()[1:]
                more = ("--profile", "minimal") if words[0] == "toolchain" else ()
                self._installed[command] = self.host.ask(rustup, *words, *more, time_limit=BUILD_LIMIT)
        answer = self._installed[command]
        if answer.problem:
            self.tell(f"{command}: {first_error(answer.stderr) or answer.problem}")
        return not answer.problem

    def anonymous(self, text: str) -> str:
        return text.replace(f"{self.scratch.folder}{os.sep}", "").replace(str(Path.home()), "~")


def folder_name(trial: str) -> str:
    """The name of a trial as that of a folder."""
    return trial.replace("=", "-").replace(" ", "-")
