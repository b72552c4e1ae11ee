"""What happened when a project was built and run with a strategy, and what that proves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from wasifix.advisories import load_advisories
from wasifix.explain import symptom_pattern
from wasifix.inspection import Inspection
from wasifix.inspection import Verdict as Memory

AS_IT_IS = "as it is"
"""The name of the base line."""


class Verdict(StrEnum):
    """What a trial shows. Only WORKS is a proof for the strategy."""

    WORKS = "works"
    NO_THREADS = "no threads"
    """It runs, and has no shared memory that could be too small."""
    LUCK = "luck"
    """It runs, but its memory cannot grow."""
    HIT = "still hit"
    FAILS = "fails"
    """Its memory can grow, and it fails all the same."""
    NOT_RUN = "not run"
    NO_BUILD = "no build"
    MISSING = "missing"
    DECLINED = "declined"
    NO_CHANGE = "no change"


class Ran(StrEnum):
    """How a run ended."""

    OK = "ok"
    SYMPTOM = "crash"
    """With a message that an advisory knows."""
    TRAP = "trap"
    EXIT = "exit"
    TIMEOUT = "timeout"
    NOT_RUN = "-"


class Run(Struct, frozen=True, kw_only=True):
    """The end of a run. `words` are for people; `said` is the message of a known symptom."""

    ended: Ran
    words: str
    said: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """One Cargo command in one trial.

    `memory` is in pages, minimum/maximum, of the worst artefact. `reason` is in wasifix's own words, `detail`
    in those of Cargo or of the program; `install` is the command that gets what is missing.
    """

    trial: str
    strategy: str
    target: str
    command: str
    verdict: Verdict
    built: bool | None = None
    memory: str = ""
    toolchain: str = ""
    runs: str = ""
    reason: str = ""
    detail: str = ""
    install: str = ""


class Verification(Struct, frozen=True, kw_only=True):
    """All rows, in the order of the strategies, and what the machine built them with.

    `next_command` applies the first strategy that is proven; empty where none is.
    """

    target: str
    commands: tuple[str, ...]
    compiler: str
    runner: str
    rows: tuple[Row, ...]
    next_command: str = ""

    @property
    def proven(self) -> tuple[str, ...]:
        """The strategies with which every command works."""
        names = dict.fromkeys(row.strategy for row in self.rows if row.strategy)
        return tuple(name for name in names if all(row.verdict is Verdict.WORKS for row in self._of(name)))

    @property
    def base_works(self) -> bool:
        """Whether the project works without any strategy."""
        rows = tuple(row for row in self.rows if row.trial == AS_IT_IS)
        return bool(rows) and all(row.verdict is Verdict.WORKS for row in rows)

    def _of(self, strategy: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.strategy == strategy)


def judged(found: Iterable[Inspection], run: Run) -> Verdict:
    """The verdict of a build that was made."""
    verdicts = {each.verdict for each in found}
    if Memory.HIT in verdicts:
        return Verdict.LUCK if run.ended is Ran.OK else Verdict.HIT
    if run.ended is Ran.NOT_RUN:
        return Verdict.NOT_RUN
    if run.ended is not Ran.OK:
        return Verdict.FAILS
    return Verdict.WORKS if Memory.GROWS in verdicts else Verdict.NO_THREADS


def worst(found: Iterable[Inspection]) -> Inspection | None:
    """The artefact that decides: one whose memory cannot grow, else one with a shared memory."""
    order = (Memory.HIT, Memory.UNREADABLE, Memory.GROWS, Memory.NOT_CONCERNED)
    return min(found, key=lambda each: order.index(each.verdict), default=None)


def limits(inspection: Inspection | None) -> str:
    """The pages of the memory: `17/16384`."""
    if inspection is None or inspection.artifact is None:
        return ""
    memory = inspection.artifact.shared_memory or next(iter(inspection.artifact.memories), None)
    if memory is None:
        return ""
    return f"{memory.limits.minimum}/{memory.limits.maximum or 'any'}"


def run_of(exit_code: int | None, output: str, *, is_test: bool) -> Run:
    """How a run ended, from its exit code (None where it took too long) and what it printed.

    A program that is no test may end with any code: it was given no arguments.
    """
    for advisory in load_advisories():
        for symptom in advisory.symptoms:
            if match := symptom_pattern(symptom).search(output):
                return Run(ended=Ran.SYMPTOM, words="crashes", said=match[0])
    if exit_code is None:
        return Run(ended=Ran.TIMEOUT, words="timeout")
    if "could not execute process" in output:
        return Run(ended=Ran.NOT_RUN, words="its runner cannot be started")
    status = re.findall(r"\(exit (?:status|code): (\d+)\)", output)
    if exit_code == 134 or "134" in status or re.search(r"\bwasm trap:|RuntimeError: unreachable", output):
        return Run(ended=Ran.TRAP, words="traps")
    if exit_code == 0:
        return Run(ended=Ran.OK, words="ok")
    code = int(status[-1]) if status else exit_code
    return Run(ended=Ran.EXIT if is_test else Ran.OK, words=f"exit {code}")


def missing(stderr: str, target: str) -> tuple[str, str]:
    """What a build lacked, and the command that installs it; empty where it is something else."""
    if match := re.search(r"(?<!custom )toolchain '([^']+)'[^\n]* is not installed", stderr):
        name = re.sub(
            r"-(?:x86_64|aarch64|i686|arm\w*|riscv64\w*|s390x|powerpc\w*|loongarch64)-.*", "", match[1]
        )
        return f"Rust {name} is not installed", f"rustup toolchain install {name} --target {target}"
    lacks = re.search(
        r"can't find crate for `(?:core|std)`|the `([\w-]+)` target may not be installed", stderr
    )
    if lacks:
        triple = lacks[1] or target
        return f"the target {triple} is not installed", f"rustup target add {triple}"
    return "", ""


def channel_name(toolchain: str) -> str:
    """rustup's name of a toolchain without the host; empty for one that somebody named."""
    match = re.fullmatch(
        r"((?:stable|beta|nightly)(?:-\d{4}-\d\d-\d\d)?|\d+\.\d+(?:\.\d+)?)(-[\w-]+)?", toolchain
    )
    return match[1] if match else ""


def first_error(stderr: str) -> str:
    """The first line in which a program says that something is wrong."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error")), lines[-1] if lines else "")
