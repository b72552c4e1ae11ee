"""`wasifix verify` with the real Cargo, rustc and rust-lld, and a toolchain that leaves out --max-memory."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from affected_toolchain import affected_environment, coreless_crate, has_threads_std
from running import NOTHING, Result, clean_environment, git, program, repository
from rust_programs import TARGET, write

LOCK = 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n'
MAX_MEMORY = f"""[build]
target = "{TARGET}"

[target.{TARGET}]
rustflags = ["-C", "link-arg=--max-memory=1073741824"]
"""


@pytest.fixture
def affected(tmp_path: Path) -> Mapping[str, str]:
    pytest.importorskip("wasmtime", reason="needs the wasmtime package: pip install wasmtime")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return {**affected_environment(tmp_path), "TMPDIR": str(temporary)}


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    folder = coreless_crate(tmp_path / "project")
    repository(folder)
    return folder


def wasifix(*arguments: str, folder: Path, variables: Mapping[str, str] = NOTHING) -> Result:
    return program(sys.executable, "-m", "wasifix", *arguments, folder=folder, variables=variables)


def rows(result: Result) -> dict[tuple[str, str], Any]:
    """The rows by strategy and subcommand."""
    found = json.loads(result.stdout)["rows"]
    return {(row["trial"], (row["command"] or "").partition(" ")[0]): row for row in found}


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file with its inode, its time and its contents."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {
        each.relative_to(folder).as_posix(): (each.stat().st_ino, each.stat().st_mtime_ns, each.read_bytes())
        for each in files
    }


def test_only_the_linker_argument_removes_the_cause(crate: Path, affected: Mapping[str, str]) -> None:
    before = state(crate)
    result = wasifix("verify", "--format", "json", folder=crate, variables=affected)
    assert result.exit_code == 0, result.stderr.decode()
    found = rows(result)
    for trial in ("as it is", "opt-level", "profile"):
        for command in ("test", "build"):
            row = found[trial, command]
            assert row["memory"] == {"minimum": 17, "maximum": 17}, trial
            assert (row["builds"], row["runs"], row["verdict"]) == (True, "traps", "still hit")
    for command in ("test", "build"):
        row = found["max-memory", command]
        assert row["memory"] == {"minimum": 17, "maximum": 16384}
        assert (row["runs"], row["verdict"]) == ("ok", "works")
    assert found["panic=abort", "build"]["verdict"] == "still hit"
    assert found["target", "test"]["target"] == "wasm32-wasip1"
    assert json.loads(result.stdout)["proven"] == ["max-memory"]
    # RUSTC_BOOTSTRAP would make up for it, says `check`, which cannot know of the linker.
    assert json.loads(result.stdout)["next"] == "wasifix apply --strategy max-memory --force"
    assert state(crate) == before
    assert list(Path(affected["TMPDIR"]).iterdir()) == []


def test_inspect_sees_the_same_and_apply_changes_it(crate: Path, affected: Mapping[str, str]) -> None:
    def pages() -> set[tuple[int, int]]:
        shutil.rmtree(crate / "target", ignore_errors=True)
        built = program("cargo", "build", "--release", folder=crate, variables=affected)
        assert built.exit_code == 0, built.stderr.decode()
        files = json.loads(wasifix("inspect", "--format", "json", folder=crate).stdout)["files"]
        return {(m["minimum"], m["maximum"]) for each in files for m in each["module"]["memories"]}

    assert pages() == {(17, 17)}
    applied = wasifix("apply", "--strategy", "max-memory", "--force", folder=crate, variables=affected)
    assert applied.exit_code == 0, applied.stderr.decode()
    assert "--max-memory=1073741824" in (crate / ".cargo" / "config.toml").read_text("utf-8")
    assert pages() == {(17, 16384)}


@pytest.mark.parametrize("flags", ["", "-Cdebuginfo=1"])
def test_it_says_when_rustflags_lose_the_argument(
    flags: str, tmp_path: Path, affected: Mapping[str, str]
) -> None:
    crate = coreless_crate(tmp_path / "project", {".cargo/config.toml": MAX_MEMORY})
    arguments = ("verify", "--strategy", "opt-level", "--cargo", "build --release")
    kept = wasifix(*arguments, folder=crate, variables=affected)
    assert (kept.exit_code, b"17/16384" in kept.stdout) == (0, True)
    lost = wasifix(*arguments, folder=crate, variables={**affected, "RUSTFLAGS": flags})
    assert lost.exit_code == 1
    assert b"17/17" in lost.stdout
    said = " ".join(lost.stdout.decode().split())
    assert "--max-memory is in the files, but not used: RUSTFLAGS is set" in said


def test_apply_chooses_by_result(crate: Path, affected: Mapping[str, str]) -> None:
    result = wasifix("apply", "--verify", folder=crate, variables=affected)
    assert result.exit_code == 0, result.stderr.decode()
    assert b"+rustflags" in result.stdout
    again = wasifix("apply", "--verify", folder=crate, variables=affected)
    assert (again.exit_code, again.stdout) == (0, b"")
    assert b"It works as it is" in again.stderr or b"also works as it is" in again.stderr


def test_what_is_not_installed_is_named(crate: Path, affected: Mapping[str, str]) -> None:
    if shutil.which("rustup") is None:
        pytest.skip("needs rustup")
    command = ("verify", "--format", "json", "--strategy", "pin", "--cargo", "build")
    row = rows(wasifix(*command, folder=crate, variables=affected))["pin", "build"]
    if row["verdict"] == "missing":
        assert row["install"] == f"rustup toolchain install 1.90.0 --target {TARGET}"
    else:
        assert row["toolchain"] == "1.90.0"


def test_a_target_without_its_standard_library_is_named(tmp_path: Path) -> None:
    """Where the target is installed, the same crate is built, and an affected Rust is seen as one."""
    if shutil.which("cargo") is None:
        pytest.skip("needs Cargo")
    files = {"src/main.rs": "fn main() {}\n", "tests/grows.rs": "fn main() {}\n"}
    crate = coreless_crate(tmp_path / "project", files)
    result = wasifix("verify", "--format", "json", "--strategy", "opt-level", folder=crate)
    row = rows(result)["as it is", "build"]
    if has_threads_std():
        assert row["builds"] is True
    else:
        assert (row["verdict"], row["install"]) == ("missing", f"rustup target add {TARGET}")


def test_ignored_files_are_not_copied_but_untracked_ones_are(
    tmp_path: Path, affected: Mapping[str, str]
) -> None:
    crate = coreless_crate(tmp_path / "project", {".gitignore": "target\nignored\n"})
    repository(crate)
    write(crate, {"new": "", "ignored": "", "Cargo.lock": LOCK, "out/CACHEDIR.TAG": "", "out/big": ""})
    from wasifix.host import Host
    from wasifix.verifying.scratch import Scratch

    with Scratch(Host(crate), crate) as scratch:
        copy = scratch.copy("one")
        assert (copy / "new").is_file()
        assert not (copy / "ignored").exists()
        assert not (copy / "out").exists()
        assert not (copy / ".git").exists()
    assert not copy.exists()


def test_files_that_decide_count_even_where_git_ignores_them(
    tmp_path: Path, affected: Mapping[str, str]
) -> None:
    files = {".cargo/config.toml": MAX_MEMORY, ".gitignore": "target\n.cargo\n"}
    crate = coreless_crate(tmp_path / "project", files)
    repository(crate)
    git(crate, "rm", "--quiet", "--cached", ".cargo/config.toml")
    git(crate, "commit", "--quiet", "--message=ignored")
    result = wasifix(
        *("verify", "--format", "json", "-s", "opt-level", "--cargo", "build"),
        folder=crate,
        variables=affected,
    )
    assert rows(result)["as it is", "build"]["memory"] == {"minimum": 17, "maximum": 16384}


def test_configuration_above_the_project_counts(tmp_path: Path, affected: Mapping[str, str]) -> None:
    """A linker in a configuration file above the project, as a team has it."""
    name = next(each for each in affected if each.endswith("_LINKER"))
    own = {key: value for key, value in affected.items() if key != name}
    write(tmp_path, {".cargo/config.toml": f'[target.{TARGET}]\nlinker = "{affected[name]}"\n'})
    crate = coreless_crate(tmp_path / "project")
    repository(crate)
    arguments = ("verify", "--format", "json", "--strategy", "max-memory", "--cargo", "build")
    result = wasifix(*arguments, folder=crate, variables=own)
    assert rows(result)["as it is", "build"]["memory"] == {"minimum": 17, "maximum": 17}
    assert json.loads(result.stdout)["proven"] == ["max-memory"]


def test_the_projects_own_runner_is_used(tmp_path: Path, affected: Mapping[str, str]) -> None:
    runner = tmp_path / "runner"
    runner.write_text(
        f"#!/bin/sh\necho ran >> '{tmp_path}/log'\necho 'memory allocation of 7200 bytes failed'\nexit 1\n"
    )
    runner.chmod(0o755)
    config = f'[build]\ntarget = "{TARGET}"\n[target.{TARGET}]\nrunner = "{runner}"\n'
    crate = coreless_crate(tmp_path / "project", {".cargo/config.toml": config})
    result = wasifix(
        "verify", "--format", "json", "-s", "max-memory", "--cargo", "test", folder=crate, variables=affected
    )
    assert rows(result)["as it is", "test"]["runs"] == "crashes"
    assert rows(result)["max-memory", "test"]["verdict"] == "fails"
    assert rows(result)["as it is", "test"]["detail"] == "memory allocation of 7200 bytes failed"
    assert (tmp_path / "log").read_text().count("ran") == 2
    assert result.exit_code == 1


def test_a_run_that_does_not_end_is_ended(tmp_path: Path, affected: Mapping[str, str]) -> None:
    config = f'[build]\ntarget = "{TARGET}"\n[target.{TARGET}]\nrunner = "sleep 600 #"\n'
    crate = coreless_crate(tmp_path / "project", {".cargo/config.toml": config.replace(" #", "")})
    write(crate, {".cargo/config.toml": config.replace('"sleep 600 #"', '["sh", "-c", "sleep 600"]')})
    arguments = ("verify", "-s", "opt-level", "--cargo", "test", "--time-limit", "1", "--format", "json")
    result = wasifix(*arguments, folder=crate, variables=affected)
    assert rows(result)["as it is", "test"]["runs"] == "over 1 s"


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_ended_by_a_signal_it_leaves_nothing_behind(
    kind: signal.Signals, tmp_path: Path, affected: Mapping[str, str]
) -> None:
    started = tmp_path / "started"
    config = f"""[build]
target = "{TARGET}"
[target.{TARGET}]
runner = ["sh", "-c", "echo $$ >> '{started}'; sleep 600"]
"""
    crate = coreless_crate(tmp_path / "project", {".cargo/config.toml": config})
    before = state(crate)
    process = subprocess.Popen(
        (
            sys.executable,
            "-m",
            "wasifix",
            "verify",
            "-s",
            "opt-level",
            "--cargo",
            "test",
            "--time-limit",
            "300",
        ),
        cwd=crate,
        env={**clean_environment(), **affected},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(kind)
    process.wait(timeout=60)
    assert list(Path(affected["TMPDIR"]).iterdir()) == []
    assert state(crate) == before
    for number in started.read_text("utf-8").split():
        shown = program("ps", "-o", "stat=", "-p", number, folder=crate)
        assert shown.stdout.strip()[:1] in (b"", b"Z"), "it still runs"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("test --target-dir /tmp/x", "--target-dir"),
        ("build --manifest-path ../Cargo.toml", "--manifest-path"),
        ("+nightly test", "no command"),
        ("publish", "no command"),
        ("test 'open", "No closing quotation"),
        ("", "no command"),
    ],
)
def test_commands_that_lead_elsewhere_are_refused(command: str, says: str, crate: Path) -> None:
    result = wasifix("verify", "--cargo", command, folder=crate)
    assert (result.exit_code, says in result.stderr.decode()) == (2, True)
    assert result.stdout == b""


def test_a_project_without_webassembly_is_told_what_to_name(tmp_path: Path) -> None:
    crate = coreless_crate(tmp_path / "project", {".cargo/config.toml": ""})
    result = wasifix("verify", folder=crate)
    assert result.exit_code == 2
    assert b"--cargo" in result.stderr


def test_links_do_not_lead_back_into_the_project(tmp_path: Path) -> None:
    from wasifix.host import Host
    from wasifix.verifying.scratch import Scratch

    root = tmp_path / "project"
    write(root, {"Cargo.toml": "", "data/file": "old"})
    (root / "link").symlink_to(root / "data")
    with Scratch(Host(root), root) as scratch:
        copy = scratch.copy("one")
        (copy / "link" / "file").write_text("new", "utf-8")
    assert (root / "data" / "file").read_text("utf-8") == "old"
