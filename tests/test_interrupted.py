"""A run that is killed leaves all files old or all new once wasifix has run again, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from running import copied_example, git, program, run, snapshot

from wasifix.errors import RefusedWrite
from wasifix.journal import BEGUN, DECIDED, finish_interrupted

COMMAND = ("apply", "-s", "max-memory", "-s", "profile", "-s", "pin", "--force")
CHANGED = [".cargo/config.toml", "Cargo.toml", "rust-toolchain.toml"]
"""The first is in a folder that has to be made."""
KILLED_AT = """
import os, signal, sys

left = int(sys.argv[1])

def count(event, arguments):
    global left
    writes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate")
    opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or opens) and str(arguments[0]).startswith(sys.argv[2]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

from wasifix.cli import main
sys.addaudithook(count)
main(sys.argv[3:])
"""
"""Runs wasifix and kills it before the nth time that it changes something below the folder."""


def _files(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in snapshot(folder).items() if path != ".git"}


def _killed(folder: Path, nth: int, *command: str) -> int:
    words = (sys.executable, "-c", KILLED_AT, str(nth), str(folder), *command)
    return program(*words, folder=folder).exit_code


@pytest.fixture(scope="module", params=["git", "linked", "none"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An example with more than one file to change, one of them in a folder that has to be made."""
    return tmp_path_factory.mktemp("interrupted"), request.param


def _fresh(place: Path, kind: str, number: int) -> Path:
    folder = copied_example("napi", place / f"project{number}")
    if kind == "linked":
        git(folder, "worktree", "add", "--quiet", f"../linked{number}")
        return place / f"linked{number}"
    if kind == "none":
        shutil.rmtree(folder / ".git")
    return folder


def test_killed_at_each_write(project: tuple[Path, str]) -> None:
    place, kind = project
    command = (*COMMAND, "--allow-no-vcs")
    done = _fresh(place, kind, 0)
    old = _files(done)
    assert run(*command, folder=done).exit_code == 0
    new = _files(done)
    assert [path for path in sorted(new) if old.get(path) != new[path]] == CHANGED
    seen = set()
    for nth in range(1, 100):
        folder = _fresh(place, kind, nth)
        code = _killed(folder, nth, *command)
        between = _files(folder)
        checked = run("check", folder=folder)
        assert _files(folder) in (old, new), nth
        assert checked.exit_code == 0, checked.stderr
        assert not [*folder.rglob("*wasifix*"), *place.glob(f"project{nth}/.git/**/*wasifix*")]
        assert (folder / ".cargo").exists() is (_files(folder) == new)
        seen.add((between in (old, new), _files(folder) == new))
        if code == 0:
            break
        assert code == -9
    assert nth > 10
    assert {(True, False), (False, True), (True, True)} <= seen


def _journal(folder: Path, name: str, *files: dict[str, str]) -> Path:
    place = folder / ".git" / name
    place.write_text(json.dumps({"files": files, "folders": []}))
    return place


def _digest(data: bytes) -> str:
    from wasifix.journal import digest

    return digest(data)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    return copied_example("article", tmp_path / "project")


@pytest.mark.parametrize(
    "command", [("check",), ("apply", "--dry-run"), ("remove", "--dry-run")], ids=" ".join
)
def test_the_next_run_ends_it_and_says_so(article: Path, command: tuple[str, ...]) -> None:
    old = (article / "Cargo.toml").read_bytes()
    (article / ".Cargo.toml.01234567.wasifix").write_bytes(old + b"# new\n")
    _journal(
        article,
        DECIDED,
        {
            "path": "Cargo.toml",
            "temporary": ".Cargo.toml.01234567.wasifix",
            "old": _digest(old),
            "new": _digest(old + b"# new\n"),
        },
    )
    said = run(*command, folder=article).stderr.decode()
    assert said.startswith("note: wrote Cargo.toml, which an interrupted run had left half done\n")
    assert (article / "Cargo.toml").read_bytes() == old + b"# new\n"
    assert git(article, "status", "--porcelain") == b" M Cargo.toml\n"
    assert b"interrupted" not in run(*command, folder=article).stderr


def test_a_file_that_somebody_changed_since_is_left_alone(article: Path) -> None:
    (article / ".Cargo.toml.01234567.wasifix").write_text("new")
    old = (article / "Cargo.toml").read_bytes()
    journal = _journal(
        article,
        DECIDED,
        {
            "path": "Cargo.toml",
            "temporary": ".Cargo.toml.01234567.wasifix",
            "old": _digest(b"x"),
            "new": _digest(b"new"),
        },
    )
    assert finish_interrupted(article) == ()
    assert (article / "Cargo.toml").read_bytes() == old
    assert not journal.exists()
    assert git(article, "status", "--porcelain") == b""


@pytest.mark.parametrize(
    ("path", "temporary"),
    [("../outside", ".outside.01234567.wasifix"), ("Cargo.toml", "../x"), ("Cargo.toml", "src/lib.rs")],
)
def test_a_journal_leads_nowhere_else(article: Path, path: str, temporary: str) -> None:
    from contextlib import suppress

    from wasifix.errors import OutsideProject

    (article.parent / "outside").write_text("x")
    before = _files(article.parent)
    data = (article / path).read_bytes()
    _journal(
        article, DECIDED, {"path": path, "temporary": temporary, "old": _digest(data), "new": _digest(b"new")}
    )
    with suppress(OutsideProject):
        assert finish_interrupted(article) == ()
    journals = {f"project/.git/{DECIDED}"}
    after = {path: data for path, data in _files(article.parent).items() if path not in journals}
    assert after == {path: data for path, data in before.items() if path not in journals}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"files": 1}', '{"files": [{"path": 1}], "folders": []}']
)
def test_a_journal_without_sense_ends_with_a_message_or_goes_away(article: Path, text: str) -> None:
    (article / ".git" / BEGUN).write_text(text)
    result = run("check", folder=article)
    assert b"bug" not in result.stderr
    assert result.exit_code in (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
@pytest.mark.parametrize("command", [("check",), ("apply", "-s", "pin")], ids=" ".join)
def test_another_wasifix_at_work_is_not_disturbed(article: Path, command: tuple[str, ...]) -> None:
    import fcntl

    before = _files(article)
    with (article / ".git" / BEGUN).open("w") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        refused = run(*command, folder=article)
        assert refused.exit_code == 2
        assert b"another wasifix is at work here" in refused.stderr
        assert _files(article) == before
    assert run(*command, folder=article).exit_code in (0, 1)


def test_a_journal_of_the_project_itself_does_not_count(article: Path) -> None:
    """A stranger can put a file into the work tree, but not into `.git`."""
    (article / DECIDED).write_text("nonsense")
    assert run("check", folder=article).exit_code == 1
    assert (article / DECIDED).exists()


def test_a_journal_that_cannot_be_made_stops_the_change(article: Path) -> None:
    (article / ".git" / BEGUN).mkdir()
    before = _files(article)
    refused = run("apply", "-s", "pin", folder=article)
    assert refused.exit_code == 2
    assert _files(article) == before
    os.rmdir(article / ".git" / BEGUN)  # noqa: PTH106
    with pytest.raises(RefusedWrite):
        (article / ".git" / DECIDED).mkdir()
        finish_interrupted(article)
