"""How the program ends when something goes wrong that nobody expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import copied_example, run

from wasifix import engine
from wasifix.cli import COMMANDS


def test_a_bug_ends_with_a_message_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(engine, "check", broken)
    result = run("check", folder=copied_example("article", tmp_path / "project"))
    assert result.exit_code == 2
    assert result.stdout == b""
    assert result.stderr.startswith(b"error: ZeroDivisionError: a bug\n  this is a bug in wasifix")
    with pytest.raises(ZeroDivisionError):
        run("check", folder=tmp_path / "project", variables={"WASIFIX_TRACEBACK": "1"})


def test_every_command_is_listed_with_all_of_its_first_sentence(tmp_path: Path) -> None:
    words = run(folder=tmp_path).stdout.decode()
    listed = words.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert [line for line in listed if not line.endswith(".") or line.endswith("..")] == []


def test_the_nearest_command_is_named_for_a_slip(tmp_path: Path) -> None:
    done = run("chekc", folder=tmp_path)
    assert (done.exit_code, done.stdout) == (2, b"")
    assert done.stderr == b"error: no such command 'chekc'. Did you mean 'check'?\n  next: wasifix --help\n"


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = copied_example("no-toolchain", tmp_path / "project")
    (folder / "rust-toolchain.toml").mkdir()
    result = run("apply", "--strategy", "pin", folder=folder)
    assert result.exit_code == 2
    assert b"is a folder, where a file should be" in result.stderr


def test_a_read_only_file_is_refused_and_named(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    (folder / "rust-toolchain.toml").chmod(0o444)
    result = run("apply", "--strategy", "pin", folder=folder)
    assert (result.exit_code, result.stdout[:11]) == (2, b"diff --git ")
    assert b"error: rust-toolchain.toml: cannot be written (the file is read-only)" in result.stderr
    assert run("apply", "--strategy", "pin", "--dry-run", folder=folder).exit_code == 0


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "config.toml").write_text("[build]\n")
    folder = copied_example("floating", tmp_path / "project")
    (folder / ".cargo" / "config.toml").unlink()
    (folder / ".cargo" / "config.toml").symlink_to(tmp_path / "outside" / "config.toml")
    for words in (("check",), ("apply", "--strategy", "max-memory")):
        result = run(*words, folder=folder)
        assert result.exit_code == 2
        assert b".cargo/config.toml: a link that leads out of the project" in result.stderr
