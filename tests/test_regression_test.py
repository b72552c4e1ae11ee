"""`wasifix regression-test`: the script really catches the crash, and the job fits into the workflow."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from affected_toolchain import affected_environment, coreless_crate
from running import EXAMPLES, Result, copied_example, git, program, repository, run, snapshot
from rust_programs import write

from wasifix.documents.yaml import parse_yaml
from wasifix.documents.yaml_values import tree_of
from wasifix.project.sources import Sources
from wasifix.proposals import FileChange
from wasifix.regression import regression_test
from wasifix.regression_job import JOB
from wasifix.reporting import Request, report_on
from wasifix.tree import DiskTree, MemoryTree

CORPUS = Path(os.environ.get("WASIFIX_CORPUS", EXAMPLES.parent.parent / "shared" / "corpus")) / "projects"
PROJECTS = sorted(
    each
    for folder in (EXAMPLES, CORPUS)
    if folder.is_dir()
    for each in folder.iterdir()
    if (each / ".github" / "workflows").is_dir() and (each / "Cargo.toml").is_file()
)
SCRIPT = "scripts/test-wasm-threads.sh"
MANIFEST = '[package]\nname = "app"\nversion = "0.1.0"\n'
WORKFLOW = """on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cargo test --target wasm32-wasip1-threads
"""


def planned(root: Path) -> tuple[FileChange, ...]:
    request = Request(start="", environment={}, assume_rust=None)
    project = request.read(DiskTree(root))
    return regression_test(project, report_on(project)).changes


def project_of(tmp_path: Path, workflow: str | None, **more: str) -> Path:
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": "", **more}
    if workflow is not None:
        files[".github/workflows/ci.yml"] = workflow
    write(tmp_path / "project", files)
    return tmp_path / "project"


def added(root: Path) -> str:
    """The lines that the workflow gets."""
    change = next(each for each in planned(root) if each.path.endswith(".yml"))
    old, new = (each or b"" for each in (change.old, change.new))
    assert len(new) > len(old)
    return new[len(old.rstrip(b"\r\n")) :].decode()


@pytest.mark.parametrize("root", PROJECTS, ids=lambda each: each.name)
def test_a_workflow_keeps_its_lines_and_gets_one_job(root: Path) -> None:
    changes = planned(root)
    assert changes[0].path.endswith("test-wasm-threads.sh")
    assert len(changes) == 2
    change = changes[1]
    assert change.new is not None
    if change.old is not None:
        old, new = change.old.splitlines(), change.new.splitlines()
        start = next((at for at, line in enumerate(old) if line != new[at]), len(old))
        rest = len(old) - start
        assert new[:start] == old[:start]
        assert not rest or new[-rest:] == old[start:]
        before, after = (tree_of(parse_yaml("x", each).root) for each in (change.old, change.new))
        job = after["jobs"].pop(JOB)
        assert after == before
        assert job["steps"]
    assert b"\t" not in change.new


@pytest.mark.parametrize("root", PROJECTS, ids=lambda each: each.name)
def test_a_second_run_changes_nothing(root: Path) -> None:
    below = DiskTree(root)
    tree = MemoryTree({each.path: each.new for each in planned(root)}, below)
    project = Request(start="", environment={}, assume_rust=None).read(tree)
    assert Sources(tree).text(SCRIPT) or any("test-wasm" in each.path for each in planned(root))
    assert regression_test(project, report_on(project)).changes == ()


@pytest.mark.parametrize("root", PROJECTS, ids=lambda each: each.name)
def test_actionlint_has_no_new_complaint(root: Path, tmp_path: Path) -> None:
    if shutil.which("actionlint") is None:
        pytest.skip("needs actionlint")
    change = planned(root)[1]
    complaints = []
    for name, data in (("old", change.old or b""), ("new", change.new or b"")):
        place = tmp_path / name / ".github" / "workflows" / "ci.yml"
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
        done = program("actionlint", str(place), folder=tmp_path)
        messages = [line.partition(": ")[2] for line in done.stdout.decode().splitlines()]
        complaints.append([each for each in messages if ".yml:" not in each])
    old, new = complaints
    assert len(new) <= len(old) or not change.old, new


def test_the_job_is_in_the_style_of_its_workflow(tmp_path: Path) -> None:
    workflow = """name: CI
on:
    pull_request:
jobs:
    test:
        runs-on: ubuntu-24.04
        steps:
        - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5
          with:
              persist-credentials: false
        - uses: dtolnay/rust-toolchain@1.91.0
        - uses: bytecodealliance/actions/wasmtime/setup@v1
          with: { version: "40.0.0" }
        - run: cargo test --target wasm32-wasip1-threads

# the end
"""
    change = planned(project_of(tmp_path, workflow))[1]
    assert change.new is not None
    text = change.new.decode()
    assert text.endswith("\n\n# the end\n")
    assert (
        """
    wasm-threads:
        # Made by `wasifix regression-test`: fails when a module's memory cannot grow.
        runs-on: ubuntu-24.04
        steps:
        - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5
          with:
              persist-credentials: false
        - uses: dtolnay/rust-toolchain@1.91.0
        - run: rustup target add wasm32-wasip1-threads
        - uses: bytecodealliance/actions/wasmtime/setup@v1
          with:
            version: "36.0.9"
"""
        in text
    )


@pytest.mark.parametrize(
    ("workflow", "why"),
    [
        (WORKFLOW.replace("on: push", "on: workflow_dispatch"), "runs on no push"),
        (WORKFLOW.replace("  test:", "  wasm-threads:"), "the name is taken"),
        (
            "on: push\njobs: {test: {steps: [{run: cargo test --target wasm32-wasip1-threads}]}}\n",
            "flow",
        ),
    ],
    ids=lambda each: each[:12],
)
def test_where_the_workflow_cannot_be_edited_the_job_has_a_file_of_its_own(
    workflow: str, why: str, tmp_path: Path
) -> None:
    change = planned(project_of(tmp_path, workflow))[1]
    assert (change.path, change.old) == (".github/workflows/wasm-threads.yml", None), why
    assert change.new is not None
    assert parse_yaml("x", change.new).root is not None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_and_the_end_of_the_file_stay(end: str, final: bool, tmp_path: Path) -> None:
    workflow = WORKFLOW if final else WORKFLOW.removesuffix("\n")
    change = planned(project_of(tmp_path, workflow.replace("\n", end)))[1]
    assert change.new is not None
    text = change.new.decode()
    assert text.count("\n") == text.count(end)
    assert text.endswith(end) is final


def test_without_workflows_there_is_only_the_script(tmp_path: Path) -> None:
    project = project_of(tmp_path, None)
    result = run("regression-test", "--allow-no-vcs", folder=project)
    assert result.exit_code == 0
    assert b"no GitHub workflow here" in result.stderr
    assert (project / SCRIPT).is_file()


def test_the_script_goes_where_the_others_are(tmp_path: Path) -> None:
    project = project_of(tmp_path, None, **{"ci/build.sh": "", "scripts/x.sh": ""})
    assert planned(project)[0].path == "ci/test-wasm-threads.sh"


def test_a_dry_run_prints_the_patch_that_git_applies(tmp_path: Path) -> None:
    project = copied_example("ci-only", tmp_path / "project")
    before = snapshot(project)
    shown = run("regression-test", "--dry-run", folder=project)
    assert snapshot(project) == before
    git(project, "apply", data=shown.stdout)
    applied = snapshot(project)
    git(project, "apply", "-R", data=shown.stdout)
    assert snapshot(project) == before
    assert run("regression-test", folder=project).stdout == shown.stdout
    assert snapshot(project) == applied
    assert run("regression-test", folder=project).stdout == b""


def test_a_wasmtime_without_threads_is_refused(tmp_path: Path) -> None:
    result = run("regression-test", "--wasmtime", "47.0.0", folder=project_of(tmp_path, None))
    assert (result.exit_code, b"36.0.9" in result.stderr) == (2, True)


def test_the_script_has_no_complaint_of_shellcheck(tmp_path: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("needs shellcheck")
    project = project_of(tmp_path, None)
    run("regression-test", "--allow-no-vcs", folder=project)
    assert program("shellcheck", SCRIPT, folder=project).stdout == b""


@pytest.fixture
def affected(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A crate, an affected toolchain, and a `wasmtime` that is `wasifix run` with the name of release 36."""
    pytest.importorskip("wasmtime", reason="needs the wasmtime package: pip install wasmtime")
    programs = tmp_path / "bin"
    write(
        programs,
        {
            "wasmtime": f"""#!/usr/bin/env bash
if [[ $1 == --version ]]; then echo "wasmtime ${{WASMTIME_VERSION:-36.0.9}} (0 2025-01-01)"; exit; fi
exec "{sys.executable}" -m wasifix run "${{@: -1}}"
"""
        },
    )
    (programs / "wasmtime").chmod(0o755)
    path = os.pathsep.join((str(Path(sys.executable).parent), str(programs), os.environ["PATH"]))
    variables = {**affected_environment(tmp_path), "PATH": path}
    crate = coreless_crate(tmp_path / "project")
    repository(crate)
    assert run("regression-test", folder=crate).exit_code == 0
    yield crate, variables


def script(affected: tuple[Path, dict[str, str]], **more: str) -> Result:
    crate, variables = affected
    return program("bash", SCRIPT, folder=crate, variables={**variables, **more})


def test_the_script_catches_an_affected_toolchain(affected: tuple[Path, dict[str, str]]) -> None:
    result = script(affected)
    assert result.exit_code == 1
    assert b"error[memory-cannot-grow]" in result.stdout


def test_the_script_passes_with_the_remedy_and_a_wasmtime_that_has_threads(
    affected: tuple[Path, dict[str, str]],
) -> None:
    crate, variables = affected
    done = program("wasifix", "apply", "-s", "max-memory", "--force", folder=crate, variables=variables)
    assert done.exit_code == 0, done.stderr.decode()
    passed = script(affected)
    assert passed.exit_code == 0, passed.stderr.decode()
    refused = script(affected, WASMTIME_VERSION="47.0.1")
    assert (refused.exit_code, b"needs Wasmtime 36" in refused.stderr) == (1, True)


def test_work_in_no_commit_is_not_written_over(tmp_path: Path) -> None:
    project = copied_example("ci-only", tmp_path / "project")
    workflow = project / ".github" / "workflows" / "ci.yml"
    workflow.write_text(workflow.read_text("utf-8") + "# mine\n", "utf-8")
    before = snapshot(project)
    result = run("regression-test", folder=project)
    assert (result.exit_code, b"--allow-dirty" in result.stderr) == (2, True)
    assert snapshot(project) == before
