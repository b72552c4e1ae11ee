"""Patches that wasifix makes itself, without a repository, and those that git makes for it: the same."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import EXAMPLE_NAMES, copied_example, git, program, repository, run, snapshot

from wasifix.gitrepo.patch import Source, patch_by_git
from wasifix.patch import patch_text
from wasifix.proposals import FileChange
from wasifix.strategies import STRATEGIES
from wasifix.tree import DiskTree


def change(path: str, old: bytes | None, new: bytes | None) -> FileChange:
    return FileChange(path=path, old=old, new=new)


CHANGES: tuple[tuple[FileChange, ...], ...] = (
    (change("a", b"x\n", b"y\n"),),
    (change("a", b"x", b"y"),),
    (change("a", b"x\ny", b"x\ny\n"),),
    (change("a", b"x\ny\n", b"x\ny"),),
    (change("a", b"x\r\n", b"y\r\n"),),
    (change("a", b"\xef\xbb\xbfx\n", b"\xef\xbb\xbfy\n"),),
    (change("new", None, b"x\n"),),
    (change("new", None, b"x"),),
    (change("new", None, b""),),
    (change("old", b"x\n", None),),
    (change("old", b"", None),),
    (change("b c/d e", b"x\n", b"y\n"),),
    (change("b c/new file", None, b"y\n"),),
    (change("tab\there", b"x\n", b"y\n"),),
    (change('quote"\\', b"x\n", b"y\n"),),
    (change("ünïcode", b"x\n", b"y\n"),),
    (change(os.fsdecode(b"latin-\xe9"), b"x\n", b"y\n"),),
    (
        change(".cargo/config.toml", None, b"x\n"),
        change("Cargo.toml", b"1\n", b"2\n"),
        change("z", b"q\n", None),
    ),
    (change("a", b"[one]\nk = 1\n\n\n\n\n[two]\nk = 1\n", b"[one]\nk = 1\n\n\n\n\n[two]\nk = 2\n"),),
    (change("a", b"[one]\n" + b"k = 1\n" * 9, b"[one]\n" + b"k = 1\n" * 8 + b"k = 2\n"),),
    (change("a", b"\n" * 9 + b"x\n", b"\n" * 9 + b"y\n"),),
    (
        change(
            "a",
            b"[heading" + b"-" * 100 + b"]\n" + b"1\n" * 9,
            b"[heading" + b"-" * 100 + b"]\n" + b"1\n" * 8,
        ),
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def _both(folder: Path, changes: tuple[FileChange, ...], executable: frozenset[str]) -> tuple[bytes, bytes]:
    """The patch made by wasifix and the one that git makes for it, in a repository with the old files."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    for each in changes:
        if each.old is not None:
            (folder / each.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / each.path).write_bytes(each.old)
    source = Source(read=DiskTree(folder).read, is_stored=False)
    return patch_text(changes, executable), patch_by_git(folder, changes, executable, source)


@pytest.mark.parametrize("executable", [False, True], ids=["plain", "executable"])
@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: changes[0].path)
def test_both_are_the_same(folder: Path, changes: tuple[FileChange, ...], executable: bool) -> None:
    ours, theirs = _both(
        folder, changes, frozenset(each.path for each in changes) if executable else frozenset()
    )
    assert ours == theirs


@pytest.mark.parametrize("executable", [False, True], ids=["plain", "executable"])
@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: changes[0].path)
def test_git_takes_it_forwards_and_backwards(
    folder: Path, changes: tuple[FileChange, ...], executable: bool
) -> None:
    names = frozenset(each.path for each in changes) if executable else frozenset()
    patch = _both(folder, changes, names)[0]
    for each in changes:
        if each.old is not None and executable:
            (folder / each.path).chmod(0o755)
    before = snapshot(folder)
    git(folder, "apply", data=patch)
    after = {each.path: each.new for each in changes if each.new is not None}
    assert snapshot(folder) == {
        **{k: v for k, v in before.items() if k not in {c.path for c in changes}},
        **after,
    }
    git(folder, "apply", "-R", data=patch)
    assert snapshot(folder) == before


def test_nothing_changed_is_no_patch(folder: Path) -> None:
    assert _both(folder, (change("a", b"x\n", b"x\n"),), frozenset()) == (b"", b"")


LINES = st.lists(st.sampled_from([b"[a]\n", b"x = 1\n", b"y = 2\n", b"\n", b"# c\n", b"  z\n"]), max_size=14)


@settings(max_examples=40, deadline=None)
@given(old=LINES, new=LINES)
def test_git_makes_a_patch_of_any_change(old: list[bytes], new: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes = (change("a", b"".join(old), b"".join(new)),)
        ours, theirs = _both(folder, changes, frozenset())
        for patch in (ours, theirs):
            if patch:
                git(folder, "apply", data=patch)
                assert (folder / "a").read_bytes() == changes[0].new
                git(folder, "apply", "-R", data=patch)
            assert (folder / "a").read_bytes() == changes[0].old


@pytest.mark.parametrize("strategy", [each.name for each in STRATEGIES])
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_without_a_repository_every_patch_is_the_same(name: str, strategy: str, tmp_path: Path) -> None:
    import shutil

    folder = copied_example(name, tmp_path / "project")
    words = ("apply", "--strategy", strategy, "--force", "--dry-run")
    by_git = run(*words, folder=folder)
    shutil.rmtree(folder / ".git")
    assert run(*words, folder=folder) == by_git


def test_two_names_of_one_file_are_refused_where_they_disagree(tmp_path: Path) -> None:
    from wasifix.commands.saving import Saving, save
    from wasifix.errors import RefusedWrite
    from wasifix.model import Report
    from wasifix.proposals import Proposal

    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to("a")
    nothing = Report(builds=(), findings=(), prevented=(), files_read=())
    tree = DiskTree(tmp_path)

    def proposal(*changes: FileChange) -> Proposal:
        return Proposal(before=nothing, outcomes=(), changes=changes)

    same = proposal(change("a", b"x", b"y"), change("b", b"x", b"y"))
    assert save(same, tree, tmp_path, Saving(write=False)).patch.count(b"diff --git") == 1
    with pytest.raises(RefusedWrite, match="by two names"):
        save(proposal(change("a", b"x", b"y"), change("b", b"x", b"z")), tree, tmp_path, Saving(write=False))


def test_a_link_is_shown_as_the_file_that_git_would_show(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    (folder / "rust-toolchain.toml").rename(folder / "shared.toml")
    (folder / "rust-toolchain.toml").symlink_to("shared.toml")
    repository(folder)
    patch = run("apply", "-s", "pin", folder=folder).stdout
    assert patch == git(folder, "diff")
    assert b"--- a/shared.toml\n" in patch


def test_attributes_decide_about_headings_and_settings_do_not(tmp_path: Path) -> None:
    """`css` is a driver that git knows by itself, `mine` is one that only a setting defines."""
    folder = copied_example("article", tmp_path / "project")
    for driver in ("css", "mine"):
        (folder / ".gitattributes").write_text(f"*.toml diff={driver}\n")
        repository(folder)
        plain = run("apply", "-s", "profile", "--dry-run", folder=folder).stdout
        git(folder, "config", f"diff.{driver}.xfuncname", "^(name.*)")
        assert run("apply", "-s", "profile", "--dry-run", folder=folder).stdout == plain


def test_a_file_that_passes_for_binary_is_shown_as_text(tmp_path: Path) -> None:
    folder = copied_example("article", tmp_path / "project")
    (folder / ".gitattributes").write_text("*.toml binary\n")
    repository(folder)
    patch = run("apply", "-s", "pin", folder=folder).stdout
    assert b'+channel = "1.90.0"\n' in patch
    assert patch == git(folder, "diff", "--text")


def test_a_mode_that_only_the_index_knows(tmp_path: Path) -> None:
    """On a file system without modes, `core.fileMode` is off, and git takes the mode of the index."""
    folder = copied_example("article", tmp_path / "project")
    git(folder, "config", "core.fileMode", "false")
    git(folder, "update-index", "--chmod=+x", "rust-toolchain.toml")
    git(folder, "commit", "--quiet", "--message=mode")
    patch = run("apply", "-s", "pin", folder=folder).stdout
    assert patch == git(folder, "diff")
    assert b" 100755\n" in patch


def test_users_own_settings_and_attributes_count_as_for_git(tmp_path: Path) -> None:
    """Line ends as the user's own configuration has them, and no other of its settings."""
    folder = copied_example("crlf", tmp_path / "project")
    (tmp_path / "attributes").write_text("*.toml text\n")
    settings_file = tmp_path / "gitconfig"
    settings_file.write_text(
        f"[core]\n\tattributesFile = {tmp_path / 'attributes'}\n[diff]\n\tnoprefix = true\n"
    )
    variables = {"GIT_CONFIG_GLOBAL": str(settings_file), "GIT_CONFIG_NOSYSTEM": "1"}
    program("git", "add", "--renormalize", ".", folder=folder, variables=variables)
    program(
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t",
        "commit",
        "-qm",
        "x",
        folder=folder,
        variables=variables,
    )
    patch = run("apply", "-s", "pin", folder=folder, variables=variables).stdout
    default = ("git", "-c", "diff.noprefix=false", "diff")
    assert patch == program(*default, folder=folder, variables=variables).stdout
    assert b"\r" not in patch


def test_which_of_two_equal_patches_is_settled_by_git() -> None:
    """Why git makes the patch: of some changes there is more than one, and git picks another than difflib."""
    import tempfile

    random.seed(7)
    differing = 0
    for _ in range(25):
        lines = [random.choice([b"[a]\n", b"x\n", b"\n", b"y\n"]) for _ in range(12)]
        new = lines[:]
        new.insert(random.randrange(12), random.choice(lines))
        new.insert(random.randrange(12), random.choice(lines))
        with tempfile.TemporaryDirectory() as name:
            ours, theirs = _both(Path(name), (change("a", b"".join(lines), b"".join(new)),), frozenset())
            differing += ours != theirs
    assert differing
