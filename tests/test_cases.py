"""Each folder of tests/cases is a run of wasifix: what goes in, and exactly what comes out.

    args      one argument per line
    in/       the project, or `example`: the name of a folder in examples/
    folder    where in the project to run (default: its top)
    env       variables, one NAME=VALUE per line
    stdout, stderr, exit   what is expected (default: nothing, nothing, 0)
    out/      the project afterwards (default: unchanged)

WASIFIX_UPDATE_CASES=1 writes what came out as what is expected; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from running import EXAMPLE_NAMES, EXAMPLES, Result, repository, run, snapshot

CASES = sorted(each for each in (Path(__file__).parent / "cases").iterdir() if each.is_dir())
PARTS = {"args", "in", "example", "folder", "env", "stdout", "stderr", "exit", "out"}
UPDATE = os.environ.get("WASIFIX_UPDATE_CASES") == "1"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(_source(case), project)
    repository(project)
    before = snapshot(project)
    variables = dict(line.split("=", 1) for line in _lines(case / "env"))
    folder = project.joinpath(*_lines(case / "folder"))
    result = _normalised(run(*_lines(case / "args"), folder=folder, variables=variables))
    after = snapshot(project)
    if UPDATE:
        _update(case, result, after if after != before else {})
    assert result == _expected(case)
    assert after == (snapshot(case / "out") if (case / "out").is_dir() else before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_has_the_parts_that_count_and_no_others(case: Path) -> None:
    parts = {each.name for each in case.iterdir()}
    assert parts <= PARTS
    assert "args" in parts
    assert len(parts & {"in", "example"}) == 1
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", case.name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_only_looks_has_nothing_to_compare_with(case: Path) -> None:
    arguments = _lines(case / "args")
    looks = arguments[:1] == ["check"] or {"--dry-run", "-n", "--check"} & set(arguments)
    if looks and "--output-file" not in arguments:
        assert not (case / "out").exists()


def test_no_case_changes_more_often_than_not() -> None:
    changing = [
        case for case in CASES if (case / "out").is_dir() and "--output-file" not in _lines(case / "args")
    ]
    assert len(changing) < len(CASES) / 2


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "json"]], ids=["text", "json"])
def test_every_example_has_a_case(name: str, arguments: list[str]) -> None:
    described = [(_lines(case / "example"), _lines(case / "args")) for case in CASES]
    assert ([name], arguments) in described


def _source(case: Path) -> Path:
    named = _lines(case / "example")
    return EXAMPLES / named[0] if named else case / "in"


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines() if file.is_file() else []


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _expected(case: Path) -> Result:
    code = int((_lines(case / "exit") or ["0"])[0])
    return Result(stdout=_bytes(case / "stdout"), stderr=_bytes(case / "stderr"), exit_code=code)


def _normalised(result: Result) -> Result:
    """Without what differs from run to run and from version to version."""
    stdout, stderr = (re.sub(rb" in \d+ ms\b", b" in N ms", each) for each in (result.stdout, result.stderr))
    stdout = re.sub(rb'("semanticVersion": ")[^"]+', rb"\1N", stdout)
    return Result(stdout=stdout, stderr=stderr, exit_code=result.exit_code)


def _update(case: Path, result: Result, changed: dict[str, bytes]) -> None:
    code = f"{result.exit_code}\n".encode() if result.exit_code else b""
    for name, data in (("stdout", result.stdout), ("stderr", result.stderr), ("exit", code)):
        if data:
            (case / name).write_bytes(data)
        else:
            (case / name).unlink(missing_ok=True)
    shutil.rmtree(case / "out", ignore_errors=True)
    for path, data in changed.items():
        place = case / "out" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
