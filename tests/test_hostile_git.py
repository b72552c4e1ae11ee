"""A repository whose configuration names programs: git runs none of them for wasifix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running import copied_example, git, program, run, snapshot

FILE = "rust-toolchain.toml"
SETTINGS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "filter.a.b.clean",
    "merge.evil.driver",
    "gpg.program",
    "sequence.editor",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "alias.status",
    "alias.diff",
)
HOOKS = ("pre-commit", "post-commit", "post-index-change", "reference-transaction", "pre-applypatch")
COMMANDS = (
    ("check",),
    ("check", "--staged"),
    ("check", "--rev", "HEAD"),
    ("apply", "-s", "pin", "--dry-run"),
    ("apply", "-s", "pin"),
    ("apply", "-s", "pin", "--branch", "new"),
    ("apply", "-s", "pin", "--commit", "--allow-dirty"),
    ("remove", "--allow-dirty"),
)


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """An example in a repository that tries to run a program, which would leave a file `ran`."""
    folder = copied_example("article", tmp_path / "project")
    (folder / ".gitattributes").write_text("*.toml diff=evil filter=evil merge=evil\nCargo.* filter=a.b\n")
    git(folder, "add", ".gitattributes")
    git(folder, "commit", "--quiet", "--message=attributes")
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{tmp_path / 'ran'}'\ncat\n")
    script.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for place in (hooks, folder / ".git" / "hooks"):
        place.mkdir(exist_ok=True)
        for name in HOOKS:
            (place / name).write_text(script.read_text())
            (place / name).chmod(0o755)
    for name in SETTINGS:
        git(folder, "config", name, f"!{script}" if name.startswith("alias.") else str(script))
    git(folder, "config", "core.hooksPath", str(hooks))
    git(folder, "config", "filter.evil.required", "true")
    git(folder, "config", "commit.gpgSign", "true")
    (tmp_path / "ran").unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("touched", [False, True], ids=["as_committed", "touched"])
def test_nothing_runs(evil: Path, command: tuple[str, ...], touched: bool) -> None:
    """A touched file is one that git has to read again, through its filters, to know whether it changed."""
    if touched:
        (evil / FILE).write_bytes((evil / FILE).read_bytes())
    run(
        *command,
        folder=evil,
        variables={f"GIT_COMMITTER_{each}": "t@example.org" for each in ("NAME", "EMAIL")},
    )
    assert not (evil.parent / "ran").exists(), (evil.parent / "ran").read_text()


def test_git_itself_would_run_them(evil: Path) -> None:
    """The traps of this module work."""
    (evil / FILE).write_bytes((evil / FILE).read_bytes() + b"# more\n")
    program("git", "--no-pager", "diff", folder=evil)
    said = (evil.parent / "ran").read_text()
    assert "evil.sh" in said


def test_a_file_that_git_stores_through_a_filter_is_not_committed(evil: Path) -> None:
    before = snapshot(evil)
    refused = run("apply", "-s", "pin", "--commit", "--allow-dirty", folder=evil)
    assert refused.exit_code == 2
    assert b"through the filter `evil`, which wasifix does not run" in b" ".join(refused.stderr.split())
    assert snapshot(evil) == before


def test_a_filter_that_cannot_be_switched_off_is_refused(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    git(folder, "config", "--file", ".git/config", "filter.a=b.clean", "touch ran")
    refused = run("apply", "-s", "pin", folder=folder)
    assert refused.exit_code == 2
    assert b"the filter `filter.a=b` cannot be switched off" in b" ".join(refused.stderr.split())
    assert refused.stdout.startswith(b"diff --git ")
    assert not (folder / "ran").exists()


def _missing(folder: Path) -> None:
    """A partial clone that lacks a file's contents, and would fetch them with a program."""
    name = git(folder, "rev-parse", f"HEAD:{FILE}").decode().strip()
    (folder / ".git" / "objects" / name[:2] / name[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": "ssh://host/x",
        "remote.origin.promisor": "true",
        "core.sshCommand": f"touch {folder.parent / 'ran'}; true",
    }.items():
        git(folder, "config", key, value)


def test_what_is_missing_in_a_partial_clone_is_not_fetched(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    _missing(folder)
    refused = run("check", "--rev", "HEAD", folder=folder)
    assert refused.exit_code == 2
    assert b"rust-toolchain.toml: its contents are not in this repository" in refused.stderr
    assert not (tmp_path / "ran").exists()


def _planted(folder: Path) -> None:
    for name in ("git", "rustc", "cargo", "rustup", "wasmtime"):
        (folder / name).write_text("#!/bin/sh\ntouch ran\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize("plant", [_planted])
def test_programs_in_the_project_are_not_run(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    folder = copied_example("article", tmp_path / "project")
    plant(folder)
    for command in COMMANDS:
        run(*command, folder=folder)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXTERNAL_DIFF"]
)
def test_variables_do_not_lead_git_elsewhere(tmp_path: Path, name: str) -> None:
    folder, other = (copied_example("article", tmp_path / each) for each in ("project", "other"))
    plain = run("apply", "-s", "pin", "--dry-run", folder=folder).stdout
    value = {"GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / ".git" / "index"}.get(name, other / ".git")
    before = snapshot(other)
    done = run("apply", "-s", "pin", "--commit", folder=folder, variables={name: str(value), **_author()})
    assert (done.exit_code, done.stdout) == (0, plain), done.stderr.decode()
    assert snapshot(other) == before
    assert git(other, "status", "--porcelain") == b""
    assert git(folder, "status", "--porcelain") == b""


def _author() -> dict[str, str]:
    return {
        f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
