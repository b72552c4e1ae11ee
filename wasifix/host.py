"""The only module that runs rustc, cargo, rustup, wasmtime and wasmer.

Each may be missing, hang, or print nonsense. None is run that lies in the project, or that is found by an
entry of PATH that is no absolute path: the project may be a stranger's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from msgspec import Struct, field

TIME_LIMIT = 10.0
"""Seconds that a program may take."""
OUTPUT_LIMIT = 1 << 20
"""Bytes that a program may print."""
LOG_LIMIT = 1 << 26
"""The same for one that builds or runs a project."""
_DROPPED = ("RUSTUP_TOOLCHAIN", "RUSTUP_LOG", "RUST_LOG", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE")
_SET = {"RUSTUP_AUTO_INSTALL": "0", "RUSTUP_TERM_COLOR": "never", "CARGO_TERM_COLOR": "never", "LC_ALL": "C"}


class Answer(Struct, frozen=True, kw_only=True):
    """What a program said. `problem` is empty where it ended with 0 in time."""

    stdout: str = ""
    stderr: str = ""
    problem: str = ""

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.stdout.splitlines() if line.strip()]


class Host(Struct):
    """Programs outside of the folder `project`.

    They run in the folder `neutral`, where no file chooses a toolchain.
    """

    project: Path
    neutral: Path = field(default_factory=lambda: Path(Path.cwd().anchor))
    time_limit: float = TIME_LIMIT
    _silent: dict[Path, str] = field(default_factory=dict)
    """Programs that did not answer in time: they are not asked again."""
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _stopped: bool = False

    def __post_init__(self) -> None:
        self.project = self.project.resolve()

    def find(self, name: str) -> Path | None:
        """The program that PATH leads to, without the entries that are relative or inside the project."""
        for entry in self._path():
            found = shutil.which(name, path=entry)
            if found is not None and self.is_outside(Path(found)):
                return Path(found)
        return None

    def is_outside(self, path: Path) -> bool:
        """Whether the file, and what it links to, are not part of the project."""
        try:
            places = (path.absolute(), path.resolve())
        except OSError:
            return False
        return not any(place.is_relative_to(self.project) for place in places)

    def ask(
        self,
        program: Path,
        *arguments: str,
        folder: Path | None = None,
        variables: dict[str, str] | None = None,
        time_limit: float | None = None,
    ) -> Answer:
        """Runs a program to its end, or to its time limit. Never raises for what it does.

        With a time limit of its own (in seconds) it is one that builds or runs a project: it may print much,
        and may be asked again when it took too long.
        """
        if self._stopped:
            return Answer(problem="was stopped")
        if not self.is_outside(program):
            return Answer(problem="is part of the project, so it was not run")
        if program in self._silent:
            return Answer(problem=self._silent[program])
        try:
            process = subprocess.Popen(
                (str(program), *arguments),
                cwd=folder or self.neutral,
                env={**self._environment(), **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in the arguments
            return Answer(problem=f"cannot be started ({getattr(error, 'strerror', error)})")
        self._running.add(process)
        if self._stopped:  # while it was being started: `stop` may not have seen it
            _kill(process)
        try:
            limits = (self.time_limit, OUTPUT_LIMIT) if time_limit is None else (time_limit, LOG_LIMIT)
            answer = _collected(process, *limits)
        except BaseException:  # the user interrupts it
            _kill(process)
            raise
        finally:
            self._running.discard(process)
        if answer.problem.startswith("no answer") and time_limit is None:
            self._silent[program] = answer.problem
        return answer

    def stop(self) -> None:
        """Ends all programs that run now, with what they have started, and starts no more."""
        self._stopped = True
        for process in tuple(self._running):
            _kill(process)

    def _path(self) -> list[str]:
        entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
        return [each for each in entries if Path(each).is_absolute() and self.is_outside(Path(each))]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
        return {**kept, **_SET, "PATH": os.pathsep.join(self._path())}


def _collected(process: subprocess.Popen[bytes], time_limit: float, output_limit: int) -> Answer:
    """What the process prints until it ends; it is killed when it takes too long or prints too much."""
    printed: dict[str, bytes] = {}
    streams = {"stdout": process.stdout, "stderr": process.stderr}

    def read(name: str, stream: IO[bytes]) -> None:
        printed[name] = stream.read(output_limit + 1)
        if len(printed[name]) > output_limit:
            _kill(process)

    readers = [
        threading.Thread(target=read, args=(name, stream), daemon=True)
        for name, stream in streams.items()
        if stream is not None
    ]
    for reader in readers:
        reader.start()
    problem = ""
    try:
        code = process.wait(time_limit)
        for reader in readers:
            reader.join(1)
        if code:
            problem = f"ended with {code}"
    except subprocess.TimeoutExpired:
        problem = f"no answer within {time_limit:g} seconds"
    _kill(process)  # also what it has started and left behind
    process.wait()
    if any(len(each) > output_limit for each in printed.values()):
        problem = f"printed more than {output_limit // 1024} KiB"
    texts = {name: each[:output_limit].decode("utf-8", "replace") for name, each in printed.items()}
    return Answer(stdout=texts.get("stdout", ""), stderr=texts.get("stderr", ""), problem=problem)


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:  # it has ended
        pass


def shown(path: Path) -> str:
    """The path with `~` for the home folder, so that nobody's name is pasted anywhere."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return path.as_posix()
