"""Disks that know no case (macOS, Windows): the files are found, and git hears of them by its own names."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from running import EXAMPLES, ROOT, git, repository, run

IDENTITY = {
    f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
SPELLED = {
    "Cargo.toml": "cargo.toml",
    "rust-toolchain.toml": "Rust-Toolchain.toml",
    ".cargo/config.toml": ".Cargo/Config.toml",
}
APPLY = ("apply", "-s", "pin", "-s", "opt-level", "-s", "max-memory")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which case does not count."""
    place = tmp_path_factory.mktemp("caseless")
    (place / "A").mkdir()
    if (place / "a").exists():
        yield place
        return
    try:
        import_module("fuse")
    except (ImportError, OSError) as error:  # without libfuse it is an OSError
        pytest.skip(f"case counts on this disk, and there is no fusepy: {error}")
    (place / "mount").mkdir()
    words = (sys.executable, str(ROOT / "tests" / "caseless.py"), str(place / "A"), str(place / "mount"))
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not (place / "mount").is_mount():
            time.sleep(0.01)
        if process.poll() is not None:
            pytest.skip("case counts on this disk, and FUSE does not work here")
        yield place / "mount"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def project(disk: Path, tmp_path: Path) -> Path:
    """The example, its files spelled as nobody should."""
    folder = disk / tmp_path.name
    for each in sorted((EXAMPLES / "article").rglob("*")):
        path = each.relative_to(EXAMPLES / "article").as_posix()
        if each.is_file() and not path.startswith("target/"):
            place = folder / SPELLED.get(path, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(each.read_bytes())
    repository(folder)
    git(folder, "config", "core.ignorecase", "true")
    return folder


def test_the_files_are_read(project: Path) -> None:
    result = run("check", folder=project)
    assert result.exit_code == 1
    assert b"error[memory-cannot-grow]" in result.stdout


def test_the_patch_has_the_names_that_git_has(project: Path) -> None:
    patch = run(*APPLY, "--dry-run", folder=project).stdout
    assert all(f"--- a/{name}\n".encode() in patch for name in SPELLED.values())
    git(project, "apply", "--index", data=patch)
    assert git(project, "status", "--porcelain").count(b"\n") == 3
    git(project, "reset", "--quiet", "--hard")
    assert run(*APPLY, folder=project).stdout == patch


def test_writing_makes_no_second_file_and_remove_takes_all_out(project: Path) -> None:
    assert run(*APPLY, folder=project).exit_code == 0
    changed = git(project, "status", "--porcelain").decode().splitlines()
    assert sorted(changed) == sorted(f" M {name}" for name in SPELLED.values())
    names = {each.name for each in project.iterdir()}
    assert {"cargo.toml", "Rust-Toolchain.toml", ".Cargo"} < names
    assert not {"Cargo.toml", "rust-toolchain.toml", ".cargo"} & names
    assert run("remove", folder=project).exit_code == 0
    assert git(project, "status", "--porcelain") == b""


def test_work_of_the_user_is_seen(project: Path) -> None:
    with (project / "cargo.toml").open("a") as file:
        file.write("# mine\n")
    refused = run("apply", "-s", "opt-level", folder=project)
    assert refused.exit_code == 2
    assert b"cargo.toml (dirty)" in refused.stderr


def test_a_commit_has_the_files_and_no_others(project: Path) -> None:
    before = git(project, "ls-files")
    assert run(*APPLY, "--commit", folder=project, variables=IDENTITY).exit_code == 0
    assert git(project, "ls-files") == before
    assert git(project, "status", "--porcelain") == b""
    assert sorted(git(project, "show", "--format=", "--name-only").decode().split()) == sorted(
        SPELLED.values()
    )


def test_the_index_may_have_an_older_spelling_than_the_disk(project: Path) -> None:
    (project / "cargo.toml").rename(project / "x")
    (project / "x").rename(project / "Cargo.toml")
    assert b"--- a/cargo.toml\n" in run("apply", "-s", "opt-level", "--dry-run", folder=project).stdout
    with (project / "Cargo.toml").open("a") as file:
        file.write("# mine\n")
    refused = run("apply", "-s", "opt-level", folder=project)
    assert b"cargo.toml (dirty)" in refused.stderr
