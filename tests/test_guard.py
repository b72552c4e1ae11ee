"""`apply` and `remove` do not write over work that git could not give back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Result, copied_example, git, program, repository, run, snapshot

FILE = "rust-toolchain.toml"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    return copied_example("article", tmp_path / "project")


def pin(folder: Path, *more: str) -> Result:
    return run("apply", "--strategy", "pin", *more, folder=folder)


def _edited(folder: Path) -> None:
    with (folder / FILE).open("a") as file:
        file.write("# mine\n")


def _dirty(folder: Path) -> None:
    _edited(folder)


def _staged(folder: Path) -> None:
    _edited(folder)
    git(folder, "add", FILE)


def _both(folder: Path) -> None:
    _staged(folder)
    _edited(folder)


def _untracked(folder: Path) -> None:
    git(folder, "rm", "--quiet", "--cached", FILE)
    git(folder, "commit", "--quiet", "--message=out")


def _ignored(folder: Path) -> None:
    (folder / ".gitignore").write_text(f"{FILE}\n")
    _untracked(folder)


def _intended(folder: Path) -> None:
    _untracked(folder)
    git(folder, "add", "--intent-to-add", FILE)


def _conflict(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "other")
    (folder / FILE).write_text('[toolchain]\nchannel = "1.89.0"\n')
    git(folder, "commit", "--quiet", "--all", "--message=other")
    git(folder, "checkout", "--quiet", "main")
    (folder / FILE).write_text('[toolchain]\nchannel = "1.91.1"\n')
    git(folder, "commit", "--quiet", "--all", "--message=mine")
    people = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{who}_{what}": "t@example.org" for who in people for what in ("NAME", "EMAIL")}
    program("git", "merge", "other", folder=folder, variables=names)
    (folder / FILE).write_text('[toolchain]\nchannel = "1.91.0"\ntargets = ["wasm32-wasip1-threads"]\n')


STATES: tuple[tuple[Callable[[Path], None], str], ...] = (
    (_dirty, "dirty"),
    (_staged, "staged"),
    (_both, "staged, dirty"),
    (_untracked, "untracked"),
    (_ignored, "ignored"),
    (_intended, "dirty"),
    (_conflict, "conflict"),
)


@pytest.mark.parametrize(("make", "state"), STATES, ids=[make.__name__ for make, _ in STATES])
def test_unsaved_work_stops_apply_and_the_patch_is_shown(
    article: Path, make: Callable[[Path], None], state: str
) -> None:
    make(article)
    before, status = snapshot(article), git(article, "status", "--porcelain")
    patch = pin(article, "--dry-run").stdout
    refused = pin(article)
    assert (refused.exit_code, refused.stdout) == (2, patch)
    assert f"  {FILE} ({state})\n".encode() in refused.stderr
    assert b"Next:" not in refused.stderr
    assert b"--allow-dirty" in refused.stderr
    assert (snapshot(article), git(article, "status", "--porcelain")) == (before, status)
    written = pin(article, "--allow-dirty")
    assert (written.exit_code, written.stdout) == (0, patch)
    assert b'"1.90.0"' in (article / FILE).read_bytes()


def test_other_files_never_matter(article: Path) -> None:
    (article / "Cargo.toml").open("a").write("# mine\n")
    (article / "src" / "lib.rs").write_text("// mine\n")
    git(article, "add", "src")
    (article / "new.txt").write_text("mine")
    assert pin(article).exit_code == 0
    assert b'"1.90.0"' in (article / FILE).read_bytes()


def test_a_file_that_the_user_has_removed_is_unsaved_work(tmp_path: Path) -> None:
    folder = copied_example("no-toolchain", tmp_path / "project")
    (folder / FILE).write_text("[toolchain]\n")
    repository(folder)
    (folder / FILE).unlink()
    refused = pin(folder, "--force")
    assert refused.exit_code == 2
    assert f"{FILE} (dirty)".encode() in refused.stderr


def test_what_only_wasifix_wrote_is_no_unsaved_work(article: Path) -> None:
    pin(article)
    assert run("apply", "--strategy", "upgrade", folder=article).exit_code == 0
    assert run("remove", folder=article).exit_code == 0
    assert git(article, "status", "--porcelain") == b""


def test_a_new_file_of_wasifix_is_none_either(article: Path) -> None:
    git(article, "rm", "--quiet", FILE)
    git(article, "commit", "--quiet", "--message=none")
    assert run("apply", "--strategy", "pin", "--force", folder=article).exit_code == 0
    assert run("remove", folder=article).exit_code == 0
    assert git(article, "status", "--porcelain") == b""


def test_remove_is_guarded_too(article: Path) -> None:
    pin(article)
    (article / FILE).write_bytes((article / FILE).read_bytes() + b"# mine\n")
    before = snapshot(article)
    refused = run("remove", folder=article)
    assert refused.exit_code == 2
    assert b"rust-toolchain.toml (dirty)" in refused.stderr
    assert refused.stdout == run("remove", "--dry-run", folder=article).stdout
    assert snapshot(article) == before
    assert run("remove", "--allow-dirty", folder=article).exit_code == 0
    assert git(article, "diff", "--unified=0").endswith(b"+# mine\n")


@pytest.mark.parametrize("more", [("--dry-run",), ("--check",)])
def test_what_only_looks_is_never_refused(article: Path, more: tuple[str, ...]) -> None:
    _dirty(article)
    assert pin(article, *more).exit_code == (1 if "--check" in more else 0)


def test_nothing_to_do_is_never_refused(tmp_path: Path) -> None:
    folder = copied_example("not-affected", tmp_path / "project")
    _dirty(folder)
    assert run("apply", folder=folder).exit_code == 0


def test_without_a_repository_a_flag_is_needed(article: Path) -> None:
    import shutil

    shutil.rmtree(article / ".git")
    before = snapshot(article)
    for more in ((), ("--allow-dirty",)):
        refused = pin(article, *more)
        assert refused.exit_code == 2
        assert b"in no git repository" in refused.stderr
        assert b"--allow-no-vcs" in refused.stderr
        assert refused.stdout.startswith(b"diff --git ")
        assert snapshot(article) == before
    assert pin(article, "--allow-no-vcs").exit_code == 0
    assert snapshot(article) != before


@pytest.fixture
def no_git(tmp_path: Path) -> dict[str, str]:
    """A PATH where there is no git."""
    (tmp_path / "empty").mkdir()
    return {"PATH": str(tmp_path / "empty")}


def test_without_git_check_works_and_apply_names_a_flag(article: Path, no_git: dict[str, str]) -> None:
    import sys

    wasifix = (sys.executable, "-m", "wasifix")
    checked = program(*wasifix, "check", folder=article, variables=no_git)
    assert (checked.exit_code, checked.stderr) == (1, b"")
    with_git = program(*wasifix, "apply", "-ns", "pin", folder=article)
    refused = program(*wasifix, "apply", "-s", "pin", folder=article, variables=no_git)
    assert (refused.exit_code, refused.stdout) == (2, with_git.stdout)
    assert b"git is not installed" in refused.stderr
    assert b"--allow-no-vcs" in refused.stderr
    done = program(*wasifix, "apply", "-s", "pin", "--allow-no-vcs", folder=article, variables=no_git)
    assert (done.exit_code, done.stdout) == (0, with_git.stdout)


def test_a_repository_that_git_does_not_read_is_refused_with_its_words(article: Path) -> None:
    (article / ".git" / "HEAD").write_text("nonsense")
    refused = pin(article)
    assert refused.exit_code == 2
    assert b"git cannot read this repository: not a git repository" in refused.stderr
    assert refused.stdout.startswith(b"diff --git ")


def test_a_file_in_a_submodule_is_asked_of_the_submodule(tmp_path: Path) -> None:
    from wasifix.gitrepo.guard import unsaved

    copied_example("article", tmp_path / "inner")
    outer = copied_example("no-toolchain", tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "inner")
    git(outer, "commit", "--quiet", "--message=sub")
    paths = [f"inner/{FILE}", "Cargo.toml"]
    assert unsaved(outer, paths) == ()
    _edited(outer / "inner")
    assert [(each.path, each.state) for each in unsaved(outer, paths)] == [(f"inner/{FILE}", "dirty")]


def test_a_path_with_pattern_characters_means_itself(tmp_path: Path) -> None:
    from wasifix.gitrepo.guard import unsaved

    for name in ("a", "[ab]", "*"):
        (tmp_path / name).write_text(name)
    repository(tmp_path)
    (tmp_path / "a").write_text("changed")
    assert unsaved(tmp_path, ["[ab]", "*"]) == ()


def test_a_link_is_judged_by_the_file_it_leads_to(article: Path) -> None:
    (article / FILE).rename(article / "shared.toml")
    (article / FILE).symlink_to("shared.toml")
    repository(article)
    os.utime(article / "shared.toml")
    with (article / "shared.toml").open("a") as file:
        file.write("# mine\n")
    refused = pin(article)
    assert refused.exit_code == 2
    assert b"  shared.toml (dirty)" in refused.stderr


def test_every_undo_of_the_readme_undoes(article: Path) -> None:
    before = snapshot(article)
    patch = pin(article).stdout
    git(article, "restore", FILE)
    assert snapshot(article) == before
    git(article, "apply", data=patch)
    git(article, "apply", "-R", data=patch)
    assert snapshot(article) == before
    pin(article)
    assert run("remove", "--allow-dirty", folder=article).exit_code == 0
    assert snapshot(article) == before
    assert git(article, "status", "--porcelain") == b""
