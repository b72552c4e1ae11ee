"""A disk that is full: a clear error with exit code 2, every file as it was, and nothing left behind.

The disk is a real one, a small file system in memory, which only root may mount.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Result, copied_example, git, program, run

PAGE = 4096
"""Bytes that the smallest file takes."""
IDENTITY = {
    f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
APPLY = ("apply", "-s", "max-memory", "-s", "profile", "-s", "pin", "--force", "--allow-dirty")
"""Changes three files, one of them in a folder that has to be made."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "apply": APPLY,
    "commit": (*APPLY, "--commit"),
    "branch": (*APPLY, "--branch", "fix"),
    "output": ("apply", "--dry-run", "-s", "pin", "--force", "--output-file", "out.patch"),
    "remove": ("remove",),
    "report": ("report",),
    "regression test": ("regression-test",),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        command = ("mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place))
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(("umount", str(place)), check=True)


def _fill(disk: Path, pages: int) -> None:
    """Leaves room for so many pages."""
    with (disk / "padding").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * PAGE)
        except OSError:
            file.truncate(max(file.tell() - pages * PAGE, 0))


def _state(folder: Path) -> dict[str, bytes]:
    """All files, of git too; without the parts of objects that git leaves, which `git gc` takes away."""
    files = (each for each in folder.rglob("*") if "objects" not in each.parts)
    found = {
        each.relative_to(folder).as_posix(): each.read_bytes() if each.is_file() else b"" for each in files
    }
    return {path: data for path, data in found.items() if not path.startswith(".git/logs/refs/heads/fix")}


def _prepared(name: str, folder: Path) -> Path:
    project = copied_example("napi", folder)
    if name == "remove":
        assert run(*APPLY, folder=project).exit_code == 0
        git(project, "add", "--all")
        git(project, "commit", "--quiet", "--message=applied")
    return project


def assert_refused(result: Result, name: str) -> None:
    said = " ".join(result.stderr.decode().split())
    assert result.exit_code == 2, said
    assert "bug in wasifix" not in said
    assert "error: " in said
    assert "next: " in said
    assert any(words in said for words in ("No space left", "Out of diskspace", "couldn't write")), said
    if name not in ("commit", "branch"):
        assert ": cannot be written (No space left on device)" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_all_or_nothing_however_little_room_is_left(disk: Path, name: str, tmp_path: Path) -> None:
    original = _prepared(name, tmp_path / "original")
    codes = []
    for pages in range(30):
        project = disk / "project"
        shutil.copytree(original, project)
        before = _state(project)
        _fill(disk, pages)
        result = run(*COMMANDS[name], folder=project, variables=IDENTITY)
        codes.append(result.exit_code)
        if result.exit_code == 0:
            break
        assert_refused(result, name)
        assert _state(project) == before
        assert sorted(os.listdir(disk)) == ["padding", "project"]  # noqa: PTH208
        shutil.rmtree(project)
        (disk / "padding").unlink()
    assert codes == [2] * (len(codes) - 1) + [0]
    assert len(codes) > 1


def test_a_full_folder_for_temporary_files_stops_no_patch_but_a_commit(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copied_example("napi", tmp_path / "project")
    usual = run(*APPLY, "--dry-run", folder=project)
    before = _state(project)
    _fill(disk, 0)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    shown = run(*APPLY, "--dry-run", folder=project)
    assert (shown.exit_code, shown.stdout) == (0, usual.stdout)
    refused = run(*APPLY, "--commit", folder=project, variables=IDENTITY)
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.decode().split())
    assert "git cannot commit: no temporary file can be written (No space left on device)" in said
    assert "next: nothing was changed: make room there, or set TMPDIR to another folder" in said
    assert _state(project) == before
    assert run(*APPLY, folder=project).exit_code == 0


def test_a_file_that_was_there_keeps_its_contents_where_the_output_finds_no_room(
    disk: Path, tmp_path: Path
) -> None:
    project = copied_example("article", tmp_path / "project")
    (disk / "out").write_bytes(b"before")
    _fill(disk, 0)
    result = run("check", "--output-file", str(disk / "out"), folder=project)
    assert (result.exit_code, (disk / "out").read_bytes()) == (2, b"before")
    assert b"name another place: --output-file FILE" in result.stderr
    (disk / "padding").unlink()
    assert run("check", "--output-file", str(disk / "out"), folder=project).exit_code == 1
    assert (disk / "out").read_bytes().startswith(b"error[memory-cannot-grow]")


def test_the_output_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    (tmp_path / "real").write_bytes(b"before")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "out").symlink_to("real")
    run("check", "--output-file", str(tmp_path / "out"), folder=project)
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "real").read_bytes().startswith(b"error[memory-cannot-grow]")


@pytest.mark.skipif(os.name != "posix", reason="needs ulimit")
@pytest.mark.parametrize("words", ["apply -s pin", "apply -s pin --commit", "report", "check -o x"])
def test_a_user_who_may_write_no_more_is_told_so(words: str, tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    before = _state(project)
    result = _shell(project, f"ulimit -f 0; wasifix {words}")
    assert result.exit_code == 2
    assert b"bug in wasifix" not in result.stderr
    assert b"\n  next: " in result.stderr
    assert _state(project) == before


def _shell(folder: Path, command: str) -> Result:
    variables = {"PYTHONUNBUFFERED": ""}  # else nothing is held back that could fail at the end
    return program("sh", "-c", command, folder=folder, variables=variables)


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


@needs_full
@pytest.mark.parametrize(
    "words",
    [
        *("check", "check --format json", "apply --dry-run", "remove --dry-run", "regression-test --dry-run"),
        *("explain", "explain pin", "doctor", "report", "inspect .", "--version", "--help", "check --help"),
    ],
)
def test_standard_output_that_takes_nothing_is_said(words: str, tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    if words.startswith("remove"):
        assert run("apply", "-s", "pin", folder=project).exit_code == 0
    if words.startswith("inspect"):
        (project / "a.wasm").write_bytes(b"\0asm\1\0\0\0")
    result = _shell(project, f"wasifix {words} > /dev/full")
    assert result.exit_code == 2
    said = result.stderr.decode()
    assert "error: the output cannot be written (No space left on device)\n  next: make room" in said
    assert said.count("No space left") == 1
    assert "bug in wasifix" not in said


@needs_full
def test_what_was_written_is_told_where_the_patch_cannot_be_printed(tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    result = _shell(project, "wasifix apply -s pin > /dev/full")
    assert result.exit_code == 2
    assert git(project, "status", "--porcelain") == b" M rust-toolchain.toml\n"
    assert b"pin: " in result.stderr


@needs_full
@pytest.mark.parametrize("words", ["apply --dry-run", "check -v", "check nowhere", "check --nonsense"])
def test_standard_error_that_takes_nothing_ends_with_2(words: str, tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    result = _shell(project, f"wasifix {words} 2> /dev/full")
    assert result.exit_code == 2
    assert b"Traceback" not in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"), [("check", 1), ("apply --dry-run", 0), ("--version", 0), ("explain -", 1)]
)
def test_a_closed_stream_changes_no_exit_code(words: str, code: int, closed: str, tmp_path: Path) -> None:
    project = copied_example("article", tmp_path / "project")
    result = _shell(project, f"wasifix {words} {closed}")
    assert result.exit_code == code, result.stderr.decode()
    assert b"bug in wasifix" not in result.stderr
