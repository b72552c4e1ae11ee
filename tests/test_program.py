"""wasifix as a program of its own: usage, pipes, and files that are links or may not be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from running import clean_environment, copied_example, program, repository, run, snapshot

PYTHON = (sys.executable, "-m", "wasifix")


@pytest.fixture
def article(tmp_path: Path) -> Path:
    return copied_example("article", tmp_path / "project")


@pytest.mark.parametrize(
    "words", [PYTHON, ("wasifix",), ("cargo-wasifix", "wasifix")], ids=lambda each: each[0]
)
def test_check_says_the_same_however_it_is_called(words: tuple[str, ...], article: Path) -> None:
    result = program(*words, "check", "--format", "json", folder=article)
    assert result == run("check", "--format", "json", folder=article)
    assert result.exit_code == 1


def test_apply_writes_and_exits_with_0(article: Path) -> None:
    assert program(*PYTHON, "apply", "--strategy", "pin", folder=article).exit_code == 0
    assert b'channel = "1.90.0"' in (article / "rust-toolchain.toml").read_bytes()


@pytest.mark.parametrize("wrong", [("--nonsense",), ("chekc",), ("check", "--format", "xml")], ids=str)
def test_a_usage_error_exits_with_2_and_says_what_is_wrong(wrong: tuple[str, ...], article: Path) -> None:
    result = program(*PYTHON, *wrong, folder=article)
    assert result.exit_code == 2
    assert wrong[-1] in result.stderr.decode()
    assert result.stderr.startswith(b"error: ")
    assert b"\n  next: wasifix" in result.stderr
    assert result.stdout == b""


def test_without_a_command_it_shows_its_help(tmp_path: Path) -> None:
    result = program(*PYTHON, folder=tmp_path)
    assert b"wasifix check" in result.stdout
    assert (result.exit_code, result.stderr) == (0, b"")


@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("check", "-h"),
        ("apply", "--help"),
        ("remove", "--help"),
        ("explain", "--help"),
        ("inspect", "--help"),
        ("run", "--help"),
        ("verify", "--help"),
        ("report", "--help"),
        ("regression-test", "--help"),
        ("doctor", "--help"),
        ("report", "--help"),
    ],
    ids=str,
)
def test_help_keeps_to_80_columns(command: tuple[str, ...], tmp_path: Path) -> None:
    result = program(*PYTHON, *command, folder=tmp_path, variables={"COLUMNS": "80"})
    assert result.exit_code == 0
    assert max(map(len, result.stdout.decode().splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "--format", "json"), ("apply", "-ns", "pin")], ids=str
)
def test_a_pipe_that_closes_early_is_no_error(arguments: tuple[str, ...], article: Path) -> None:
    process = subprocess.Popen(
        (*PYTHON, *arguments),
        cwd=article,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.wait(timeout=60)
    assert b"Traceback" not in said
    assert b"BrokenPipe" not in said


def test_a_link_out_of_the_project_is_refused(article: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text('[toolchain]\nchannel = "1.91.0"\n', "utf-8")
    (article / "rust-toolchain.toml").unlink()
    (article / "rust-toolchain.toml").symlink_to(outside)
    repository(article)
    for arguments in (("check",), ("apply", "--strategy", "pin")):
        result = run(*arguments, folder=article)
        assert result.exit_code == 2
        assert b"rust-toolchain.toml: a link that leads out of the project" in result.stderr
    assert outside.read_text("utf-8") == '[toolchain]\nchannel = "1.91.0"\n'


def test_a_link_inside_the_project_is_followed_and_stays_a_link(article: Path) -> None:
    (article / "rust-toolchain.toml").rename(article / "shared.toml")
    (article / "rust-toolchain.toml").symlink_to("shared.toml")
    repository(article)
    assert run("apply", "--strategy", "pin", folder=article).exit_code == 0
    assert (article / "rust-toolchain.toml").is_symlink()
    assert b'channel = "1.90.0"' in (article / "shared.toml").read_bytes()


def test_a_read_only_file_is_refused_and_nothing_else_is_written(article: Path) -> None:
    (article / "rust-toolchain.toml").chmod(0o444)
    before = snapshot(article)
    result = run("apply", "--strategy", "profile", "--strategy", "pin", folder=article)
    assert result.exit_code == 2
    assert b"rust-toolchain.toml: cannot be written" in result.stderr
    assert result.stdout.startswith(b"diff --git ")
    assert snapshot(article) == before


def test_a_dry_run_works_on_a_read_only_file(article: Path) -> None:
    (article / "rust-toolchain.toml").chmod(0o444)
    assert run("apply", "--strategy", "pin", "--dry-run", folder=article).exit_code == 0


def test_a_written_file_keeps_its_mode(article: Path) -> None:
    (article / "rust-toolchain.toml").chmod(0o755)
    repository(article)
    run("apply", "--strategy", "pin", folder=article)
    assert (article / "rust-toolchain.toml").stat().st_mode & 0o777 == 0o755
