"""One strategy tried on a scratch copy: planned, written, built, inspected and run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wasifix import engine
from wasifix.artifact_files import with_bytes
from wasifix.disk import write_all
from wasifix.host import Answer
from wasifix.inspection import Inspection, inspect
from wasifix.machine import Machine
from wasifix.model import Report
from wasifix.strategies import Options
from wasifix.tree import DiskTree
from wasifix.trials import Trial, shown
from wasifix.verification import (
    Ran,
    Row,
    Run,
    Verdict,
    first_error,
    judged,
    limits,
    missing,
    run_of,
    worst,
)
from wasifix.verifying.cargo import BUILD_LIMIT, CargoHere, Wish, folder_name
from wasifix.verifying.scratch import Scratch

_WITHOUT_RUSTUP = ("pin", "upgrade")
"""Strategies that only rustup heeds."""


class Work(Struct, kw_only=True):
    """The trials on one project."""

    wish: Wish
    cargo: CargoHere
    machine: Machine
    assumed: str | None
    scratch: Scratch
    tell: Callable[[str], None]

    def tried(self, trial: Trial) -> tuple[Row, ...]:
        """The rows of a trial; one where it does not come to a build."""
        name = folder_name(trial.name)
        first = Row(
            trial=trial.name,
            strategy=trial.strategy,
            target=trial.target,
            command="",
            verdict=Verdict.DECLINED,
        )
        if trial.strategy in _WITHOUT_RUSTUP and self.machine.active.value == "":
            return (
                replace(
                    first, verdict=Verdict.MISSING, reason="without rustup no rust-toolchain file counts"
                ),
            )
        root = self.scratch.copy(name)
        try:
            report = self._changed(root, trial, first)
            if isinstance(report, Row):
                return (report,)
            rows = []
            for words in trial.commands:
                self.tell(f"{trial.name}: cargo {words[0]} ...")
                row = self._row(replace(first, command=shown(words)), root / self.wish.start, words, report)
                self.tell(f"{trial.name}: cargo {words[0]}: {row.verdict}")
                rows.append(row)
            return tuple(rows)
        finally:
            self.scratch.discard(name)

    def _changed(self, root: Path, trial: Trial, first: Row) -> Report | Row:
        """Applies the strategy to the copy: what is known of the result, or the row that says why not."""
        tree = DiskTree(root)
        if not trial.strategy:
            return engine.check(
                tree, self.wish.start, environment=self.wish.environment, assume_rust=self.assumed
            )
        for force in (False, True):  # where nothing is known to be hit, the result can show otherwise
            proposal = engine.plan(
                tree,
                self.wish.start,
                strategies=(trial.strategy,),
                options=Options(local_only=True, force=force),
                environment=self.wish.environment,
                assume_rust=self.assumed,
            )
            if proposal.outcomes:
                break
        if proposal.declined:
            return replace(first, verdict=Verdict.DECLINED, reason=proposal.declined[0].reason)
        if not proposal.changes or proposal.after is None:
            return replace(first, verdict=Verdict.NO_CHANGE, reason="it changes nothing in the local build")
        write_all(tree, proposal.changes)
        return proposal.after

    def _row(self, row: Row, folder: Path, words: tuple[str, ...], report: Report) -> Row:
        target = row.target
        answer, found, programs = self._built(row.trial, folder, words)
        if answer.problem:
            lack, install = missing(answer.stderr, target)
            if install and self.wish.install and self.cargo.install(install):
                answer, found, programs = self._built(row.trial, folder, words)
                lack, install = missing(answer.stderr, target) if answer.problem else ("", "")
        if answer.problem:
            detail = first_error(answer.stderr) or answer.problem
            verdict = Verdict.MISSING if install else Verdict.NO_BUILD
            return replace(
                row,
                built=False,
                verdict=verdict,
                reason=lack,
                detail=self.cargo.anonymous(detail),
                install=install,
            )
        run = self._ran(row, folder, words, programs, report)
        decides = worst(found)
        toolchain = decides.toolchain.value if decides is not None else None
        verdict = judged(found, run)
        return replace(
            row,
            built=True,
            verdict=verdict,
            memory=limits(decides),
            toolchain=toolchain.name if toolchain is not None else "",
            runs=run.words if run.ended is not Ran.NOT_RUN else "-",
            reason=self._reason(verdict, report, target, run),
            detail=run.said,
        )

    def _reason(self, verdict: Verdict, report: Report, target: str, run: Run) -> str:
        if verdict is Verdict.NOT_RUN:
            return run.words
        if verdict not in (Verdict.HIT, Verdict.LUCK):
            return ""
        for build in report.builds:
            if build.is_local and build.target.value == target and build.unused_max_memory.reason:
                return f"--max-memory is in the files, but {build.unused_max_memory.reason}"
        return "its memory cannot grow"

    def _built(
        self, trial: str, folder: Path, words: tuple[str, ...]
    ) -> tuple[Answer, list[Inspection], list[str]]:
        """Builds, and reads what was built: the artefacts, and the names of the programs among them."""
        kind = "build" if words[0] == "run" else words[0]
        no_run = ("--no-run",) if kind in ("test", "bench") else ()
        answer = self.cargo.run(
            trial,
            folder,
            (kind, *no_run, "--message-format=json-render-diagnostics", *_own(words)),
            BUILD_LIMIT,
        )
        found: dict[Path, Inspection] = {}
        programs: list[str] = []
        for line in answer.stdout.splitlines():
            message = _message(line)
            if message.get("reason") != "compiler-artifact":
                continue
            for path in (Path(each) for each in message.get("filenames", ()) if each.endswith(".wasm")):
                found[path] = with_bytes(path, lambda data, path=path: inspect(path.name, data))  # type: ignore[misc]
            if message.get("executable") and message["target"]["kind"] == ["bin"]:
                programs.append(message["target"]["name"])
        return answer, list(found.values()), programs

    def _ran(
        self, row: Row, folder: Path, words: tuple[str, ...], programs: list[str], report: Report
    ) -> Run:
        """Runs the tests, or each program without arguments, until one does not end well."""
        runner, why = self.cargo.runner_words(report, row.target)
        if runner is None:
            return Run(ended=Ran.NOT_RUN, words=why)
        setting = ("--config", f"target.{row.target}.runner={json.dumps(runner)}") if runner else ()
        if words[0] in ("test", "bench") or words[0] == "run":
            commands = [(words[0], *setting, *words[1:])]
        else:
            commands = [("run", "--bin", name, *setting, *_own(words)) for name in programs]
        run = Run(ended=Ran.NOT_RUN, words="it has no program to run")
        for command in commands:
            answer = self.cargo.run(row.trial, folder, command, self.wish.run_limit)
            if answer.problem and not answer.problem.startswith(("ended with", "no answer")):
                return Run(ended=Ran.NOT_RUN, words=answer.problem)
            code = None if answer.problem.startswith("no answer") else _exit_code(answer)
            run = run_of(code, answer.stdout + answer.stderr, is_test=words[0] in ("test", "bench"))
            if run.ended is Ran.TIMEOUT:
                run = replace(run, words=f"over {self.wish.run_limit:g} s")
            if run.ended is not Ran.OK:
                return run
        return run


def _own(words: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments of a command that are Cargo's own, not those of what it runs."""
    return words[1 : words.index("--")] if "--" in words else words[1:]


def _exit_code(answer: Answer) -> int:
    return int(answer.problem.rpartition(" ")[2]) if answer.problem.startswith("ended with ") else 0


def _message(line: str) -> dict[str, Any]:
    """https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages"""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
