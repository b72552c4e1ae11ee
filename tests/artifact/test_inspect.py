"""`wasifix inspect`: which files it looks at, and what it concludes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import tomli
from running import ROOT, run
from rust_programs import run as run_program
from rust_programs import sysroot

from artifact.binary import data, function, module, producers, section, shared_memory, threads_module, vector
from wasifix.artifact import read_artifact
from wasifix.inspection import Kind, Verdict, built_by, inspect, readable_size
from wasifix.rust import Channel, parse_toolchain

COMMITS: dict[str, dict[str, str]] = tomli.loads(
    (ROOT / "wasifix/data/rustc-commits.toml").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("minimum", "maximum", "verdict"),
    [
        (17, 17, Verdict.HIT),
        (0, 0, Verdict.HIT),
        (17, 16, Verdict.HIT),
        (16384, 16384, Verdict.HIT),
        (17, 18, Verdict.GROWS),
        (17, 16384, Verdict.GROWS),
        (17, 65536, Verdict.GROWS),
    ],
)
def test_a_memory_can_grow_if_its_maximum_is_more(minimum: int, maximum: int, verdict: Verdict) -> None:
    assert inspect("x.wasm", threads_module(minimum, maximum)).verdict is verdict


@pytest.mark.parametrize(
    "imports",
    [("wasi_snapshot_preview1", "fd_write"), ("wasi_unstable", "fd_write"), ("wasi", "thread-spawn")],
)
def test_threads_with_wasi_are_told_from_others(imports: tuple[str, str]) -> None:
    built = module(section(2, vector(shared_memory(1, 1), function(*imports))))
    assert inspect("x", built).kind is Kind.WASI_THREADS
    built = module(section(2, vector(shared_memory(1, 1), function("wbg", imports[1]))))
    assert inspect("x", built).kind is Kind.THREADS


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("1.91.0 (f8297e351 2025-10-28)", "1.91.0"),
        ("1.95.0", "1.95.0"),
        ("1.92.0-beta.1 (01234abcd 2025-10-28)", "1.92.0-beta.1"),
        ("1.91.0-nightly (01234abcd 2025-08-12)", "1.91.0-nightly-2025-08-13"),
        ("1.91.0-nightly (01234abcd 2025-99-12)", "1.91.0-nightly"),
        ("1.91.0-nightly (01234abcd 9999-12-31)", "1.91.0-nightly"),
        ("1.91.0-dev", "1.91.0-dev"),
    ],
)
def test_the_toolchain_is_named_as_rustup_names_it(version: str, name: str) -> None:
    found = built_by(read_artifact(module(producers(("clang", "19"), ("rustc", version))))).value
    assert found is not None
    assert found.name == name


def test_producers_count_before_the_commit_and_an_unknown_commit_is_said() -> None:
    both = threads_module(17, 17, "f8297e351a40c1439a467bbbb6879088047f50b3", producers(("rustc", "1.95.0")))
    found = built_by(read_artifact(both)).value
    assert found is not None
    assert found.name == "1.95.0"
    unknown = built_by(read_artifact(threads_module(commit="ab" * 20)))
    assert unknown.value is None
    assert unknown.reason == "rustc commit ababababa is not in wasifix's list"
    likely = built_by(read_artifact(threads_module(commit="f6e511eec7342f59a25f7c0534f1dbea00d01b14")))
    assert likely.reason.endswith("concluded from dates")


def test_the_commits_are_full_and_name_real_toolchains() -> None:
    for table in COMMITS.values():
        for commit, name in table.items():
            assert re.fullmatch("[0-9a-f]{40}", commit)
            assert parse_toolchain(name).channel is not None
    assert not set(COMMITS["seen"]) & set(COMMITS["likely"])
    assert len(set(COMMITS["seen"].values())) == len(COMMITS["seen"])


def test_the_commit_of_the_installed_rustc_is_that_of_its_release(tmp_path: Path) -> None:
    done = run_program(sysroot() / "bin" / "rustc", "-vV", folder=tmp_path, home=tmp_path)
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    listed = {name: commit for commit, name in COMMITS["seen"].items()}
    if said["release"] not in listed:
        pytest.skip(f"the commit of {said['release']} is not listed")
    assert listed[said["release"]] == said["commit-hash"]


def test_the_maximum_decides_and_not_the_release() -> None:
    old = threads_module(17, 16384)
    assert inspect("x", old).verdict is Verdict.GROWS
    toolchain = inspect("x", old).toolchain.value
    assert toolchain is not None
    assert (toolchain.name, toolchain.channel) == ("1.91.0", Channel.STABLE)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (17 << 16, "1.1 MiB"),
        (1 << 30, "1 GiB"),
        (1 << 32, "4 GiB"),
        (1 << 80, "1.04858e+06 EiB"),
    ],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert readable_size(size) == text


def _verdicts(folder: Path, *names: str) -> tuple[int, dict[str, str]]:
    result = run("inspect", *names, "--format", "json", folder=folder)
    assert b"bug" not in result.stderr, result.stderr
    files = json.loads(result.stdout)["files"] if result.stdout else []
    return result.exit_code, {each["path"]: each["verdict"] for each in files}


def test_files_that_cargo_links_to_each_other_are_shown_once(tmp_path: Path) -> None:
    (tmp_path / "deps").mkdir()
    (tmp_path / "deps" / "a-0123456789abcdef.wasm").write_bytes(threads_module(1, 2))
    (tmp_path / "a.wasm").hardlink_to(tmp_path / "deps" / "a-0123456789abcdef.wasm")
    assert _verdicts(tmp_path, ".") == (0, {"a.wasm": "grows"})
    assert _verdicts(tmp_path, "a.wasm", ".", "a.wasm") == (0, {"a.wasm": "grows"})


def test_a_file_needs_no_ending_where_it_is_named_and_one_where_it_is_found(tmp_path: Path) -> None:
    (tmp_path / "module").write_bytes(threads_module())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "module").write_bytes(threads_module())
    assert _verdicts(tmp_path, "module") == (1, {"module": "hit"})
    assert _verdicts(tmp_path, "folder") == (2, {})


def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path: Path) -> None:
    (tmp_path / "a.wasm").write_bytes(threads_module(1, 2))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "round").symlink_to(folder)
    (folder / "gone.wasm").symlink_to(tmp_path / "nothing")
    (folder / "b.wasm").symlink_to(tmp_path / "a.wasm")
    assert _verdicts(tmp_path, "folder") == (0, {"folder/b.wasm": "grows"})


def test_a_pipe_is_refused_and_a_folder_named_like_a_module_is_searched(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wasm")
    result = run("inspect", "pipe.wasm", folder=tmp_path)
    assert result.exit_code == 2
    assert b"error: pipe.wasm: not a regular file" in result.stderr
    (tmp_path / "folder.wasm").mkdir()
    (tmp_path / "folder.wasm" / "a.wasm").write_bytes(threads_module(1, 2))
    assert _verdicts(tmp_path, "folder.wasm") == (0, {"folder.wasm/a.wasm": "grows"})


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "empty.wasm").touch()
    assert _verdicts(tmp_path, "empty.wasm") == (2, {"empty.wasm": "unreadable"})


def test_a_file_that_must_not_be_read_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read everything")
    (tmp_path / "a.wasm").write_bytes(threads_module())
    (tmp_path / "a.wasm").chmod(0)
    assert run("inspect", "a.wasm", folder=tmp_path).exit_code == 2


def test_a_name_with_a_line_end_stays_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "a\nerror: b.wasm").write_bytes(threads_module(1, 2))
    result = run("inspect", ".", folder=tmp_path)
    assert b"ok: a\\u{a}error: b.wasm\n" in result.stdout


def test_a_target_folder_outside_of_the_project_must_be_named(tmp_path: Path) -> None:
    (tmp_path / "project" / ".cargo").mkdir(parents=True)
    (tmp_path / "project" / ".git").mkdir()
    (tmp_path / "project" / "Cargo.toml").write_text('[package]\nname = "a"\n')
    (tmp_path / "project" / ".cargo" / "config.toml").write_text('[build]\ntarget-dir = "../out"\n')
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.wasm").write_bytes(threads_module(1, 2))
    result = run("inspect", "a", folder=tmp_path / "project")
    assert result.exit_code == 2
    assert b"`../out` leads out of the project" in result.stderr
    assert _verdicts(tmp_path / "project", "../out") == (0, {"../out/a.wasm": "grows"})


def test_a_large_module_is_read_without_its_code() -> None:
    assert inspect("x", module(section(10, bytes(1 << 22)), data(b"x"))).verdict is Verdict.NOT_CONCERNED
