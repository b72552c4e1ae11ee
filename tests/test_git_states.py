"""The patch, the guard, --commit and --branch in every kind of repository, on real git."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from running import EXAMPLES, Result, copied_example, git, program, repository, run, snapshot

FILE = "rust-toolchain.toml"
AUTHOR = {
    f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
AUTHOR |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
Make = Callable[[Path], Path]


def pin(folder: Path, *more: str) -> Result:
    return run("apply", "--strategy", "pin", *more, folder=folder, variables=AUTHOR)


def article(place: Path) -> Path:
    return copied_example("article", place / "project")


def subfolder(place: Path) -> Path:
    top = article(place)
    (top / "docs").mkdir()
    return top / "docs"


def member(place: Path) -> Path:
    return copied_example("member-profile", place / "project") / "crates" / "app"


def below_the_top(place: Path) -> Path:
    top = article(place)
    git(top, "mv", "-k", *(each.name for each in top.iterdir() if each.name != ".git"), ".")
    (top / "my crate").mkdir()
    for each in [each for each in top.iterdir() if each.name not in (".git", "my crate")]:
        each.rename(top / "my crate" / each.name)
    repository(top)
    return top / "my crate"


def worktree(place: Path) -> Path:
    git(article(place), "worktree", "add", "--quiet", "../linked", "-b", "linked")
    return place / "linked"


def submodule(place: Path) -> Path:
    article(place)
    outer = copied_example("not-affected", place / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../project", "inner")
    git(outer, "commit", "--quiet", "--message=sub")
    return outer / "inner"


def sha256(place: Path) -> Path:
    folder = article(place)
    import shutil

    shutil.rmtree(folder / ".git")
    git(folder, "init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=all")
    return folder


def index_version_4(place: Path) -> Path:
    folder = article(place)
    git(folder, "update-index", "--index-version=4")
    return folder


def split_index(place: Path) -> Path:
    folder = article(place)
    git(folder, "config", "core.splitIndex", "true")
    git(folder, "update-index", "--split-index")
    return folder


def detached(place: Path) -> Path:
    folder = article(place)
    git(folder, "checkout", "--quiet", "--detach")
    return folder


def sparse(place: Path) -> Path:
    folder = article(place)
    git(folder, "sparse-checkout", "set", "src")
    return folder


def untracked_cache(place: Path) -> Path:
    folder = article(place)
    git(folder, "config", "core.untrackedCache", "true")
    git(folder, "status")
    return folder


def executable(place: Path) -> Path:
    folder = article(place)
    (folder / FILE).chmod(0o755)
    repository(folder)
    return folder


def crlf_by_attributes(place: Path) -> Path:
    folder = copied_example("crlf", place / "project")
    (folder / ".gitattributes").write_text("*.toml text eol=crlf\n")
    git(folder, "add", "--all")
    git(folder, "add", "--all", "--renormalize")
    git(folder, "commit", "--quiet", "--message=text")
    return folder


def crlf_by_autocrlf(place: Path) -> Path:
    folder = copied_example("crlf", place / "project")
    git(folder, "config", "core.autocrlf", "true")
    git(folder, "add", "--all", "--renormalize")
    git(folder, "commit", "--quiet", "--message=text")
    return folder


def safe_crlf(place: Path) -> Path:
    folder = crlf_by_autocrlf(place)
    git(folder, "config", "core.safecrlf", "true")
    return folder


def crlf_in_git_too(place: Path) -> Path:
    return copied_example("crlf", place / "project")


def many_objects(place: Path) -> Path:
    """So many that git abbreviates names to more than seven digits."""
    folder = article(place)
    blobs = b"".join(b"blob\ndata %d\n%d\n" % (len(str(n)), n) for n in range(20_000))
    git(folder, "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", data=blobs)
    return folder


def wishes(place: Path) -> Path:
    """Every setting that bends the form of a patch."""
    folder = article(place)
    (place / "order").write_text("*.md\n")
    settings = {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "diff.interHunkContext": "9",
        "diff.algorithm": "patience",
        "diff.indentHeuristic": "false",
        "diff.suppressBlankEmpty": "true",
        "diff.srcPrefix": "x/",
        "diff.orderFile": str(place / "order"),
        "diff.relative": "true",
        "color.ui": "always",
        "core.abbrev": "20",
        "core.quotePath": "false",
        "core.pager": "false",
    }
    for name, value in settings.items():
        git(folder, "config", name, value)
    return folder


STATES: tuple[Make, ...] = (
    article,
    subfolder,
    member,
    below_the_top,
    worktree,
    submodule,
    sha256,
    index_version_4,
    split_index,
    detached,
    sparse,
    untracked_cache,
    executable,
    crlf_by_attributes,
    crlf_by_autocrlf,
    safe_crlf,
    crlf_in_git_too,
    many_objects,
    wishes,
)
PLAIN = {
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.context": "3",
    "diff.interHunkContext": "0",
    "diff.algorithm": "default",
    "diff.indentHeuristic": "true",
    "diff.suppressBlankEmpty": "false",
    "diff.srcPrefix": "a/",
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "color.ui": "false",
    "core.abbrev": "auto",
    "core.quotePath": "true",
    "core.safecrlf": "false",
}
"""What git does where nobody says anything, spelled out."""


def shown(folder: Path) -> bytes:
    """What `git diff` shows by default, new files included."""
    plain = (word for name, value in PLAIN.items() for word in ("-c", f"{name}={value}"))
    git(folder, "add", "--intent-to-add", ":/")
    return git(folder, *plain, "diff")


def top_of(folder: Path) -> Path:
    return Path(git(folder, "rev-parse", "--show-toplevel").decode().strip())


def index_of(folder: Path) -> str:
    """The contents of the index, which hold every entry with its times."""
    path = git(folder, "rev-parse", "--path-format=absolute", "--git-path", "index").decode().strip()
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@pytest.fixture(params=STATES, ids=[each.__name__ for each in STATES])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made: Path = request.param(tmp_path)
    return made


def _user_is_at_work(folder: Path) -> None:
    """Staged, unstaged and untracked work in other files."""
    top = top_of(folder)
    (top / "staged.txt").write_text("staged")
    git(top, "add", "--sparse", "staged.txt")
    (top / "both.txt").write_text("one")
    git(top, "add", "--sparse", "both.txt")
    (top / "both.txt").write_text("two")
    (top / "untracked.txt").write_text("untracked")


def test_the_patch_is_what_git_diff_shows_after_the_change(folder: Path) -> None:
    before = snapshot(top_of(folder))
    dry = pin(folder, "--dry-run")
    assert (dry.exit_code, snapshot(top_of(folder))) == (0, before)
    written = pin(folder)
    assert (written.exit_code, written.stdout) == (0, dry.stdout)
    assert dry.stdout == shown(folder)
    after = snapshot(top_of(folder))
    git(top_of(folder), "apply", "-R", data=dry.stdout)
    assert snapshot(top_of(folder)) == before
    git(top_of(folder), "apply", data=dry.stdout)
    assert snapshot(top_of(folder)) == after


def test_a_branch_is_made_and_nothing_else_moves(folder: Path) -> None:
    _user_is_at_work(folder)
    git(folder, "status")
    before = (snapshot(top_of(folder)), index_of(folder), git(folder, "status", "--porcelain=v2", "--branch"))
    dry = pin(folder, "--branch", "wasifix/pin", "--dry-run")
    assert git(folder, "branch", "--list", "wasifix/pin") == b""
    made = pin(folder, "--branch", "wasifix/pin")
    assert (made.exit_code, made.stdout) == (0, dry.stdout)
    assert max(map(len, made.stderr.splitlines())) <= 80
    assert b"hooks and signing did not run" in b" ".join(made.stderr.lower().split())
    assert before == (
        snapshot(top_of(folder)),
        index_of(folder),
        git(folder, "status", "--porcelain=v2", "--branch"),
    )
    plain = (word for name, value in PLAIN.items() for word in ("-c", f"{name}={value}"))
    assert git(folder, *plain, "diff", "HEAD", "wasifix/pin") == made.stdout
    assert git(folder, "rev-parse", "wasifix/pin^") == git(folder, "rev-parse", "HEAD")
    git(folder, "fsck", "--strict")
    git(folder, "branch", "-D", "wasifix/pin")


def test_a_commit_holds_the_files_of_the_plan_and_no_others(folder: Path) -> None:
    _user_is_at_work(folder)
    before, status = git(folder, "rev-parse", "HEAD"), git(folder, "status", "--porcelain")
    dry = pin(folder, "--dry-run")
    made = pin(folder, "--commit")
    assert (made.exit_code, made.stdout) == (0, dry.stdout), made.stderr.decode()
    assert git(folder, "rev-parse", "HEAD^") == before
    changed = git(folder, "diff", "--name-only", "HEAD^", "HEAD")
    assert changed.splitlines() == [
        line[6:].rstrip() for line in dry.stdout.splitlines() if line[:4] == b"+++ "
    ]
    assert git(folder, "status", "--porcelain") == status
    git(folder, "fsck", "--strict")
    git(folder, "-c", "core.safecrlf=false", "stash", "--include-untracked", "--quiet")
    git(folder, "revert", "--no-edit", "HEAD")
    assert git(folder, "diff", "HEAD", before.decode().strip()) == b""


def test_before_the_first_commit(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES / "article", folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "staged.txt").write_text("x")
    git(folder, "add", "staged.txt")
    assert b"rust-toolchain.toml (untracked)" in pin(folder).stderr
    refused = pin(folder, "--branch", "new")
    assert refused.exit_code == 2
    assert b"there is no commit yet" in refused.stderr
    made = pin(folder, "--commit", "--allow-dirty")
    assert made.exit_code == 0, made.stderr.decode()
    assert git(folder, "ls-tree", "-r", "--name-only", "HEAD") == b"rust-toolchain.toml\n"
    assert git(folder, "diff", "--cached", "--name-only") == b"staged.txt\n"


def test_the_branch_is_made_of_the_last_commit_whatever_the_files_are(tmp_path: Path) -> None:
    folder = article(tmp_path)
    (folder / FILE).write_text('[toolchain]\nchannel = "1.80.0"\n')
    before = snapshot(folder)
    made = pin(folder, "--branch", "new")
    assert made.exit_code == 0
    assert b'-channel = "1.91.0"' in made.stdout
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("main", "exists already"),
        ("-x", "no name for a branch"),
        ("HEAD", "no name for a branch"),
        ("a..b", "no name for a branch"),
        ("a b", "no name for a branch"),
        ("main/x", "main"),
    ],
)
def test_a_branch_that_cannot_be_made_is_refused(tmp_path: Path, name: str, words: str) -> None:
    folder = article(tmp_path)
    refused = pin(folder, f"--branch={name}")
    assert refused.exit_code == 2
    assert words in refused.stderr.decode()
    assert git(folder, "for-each-ref", "--format=%(refname)") == b"refs/heads/main\n"


def test_the_message_says_what_why_how_sure_and_how_to_undo(tmp_path: Path) -> None:
    folder = article(tmp_path)
    pin(folder, "--commit")
    message = git(folder, "log", "-1", "--format=%B").decode()
    subject, empty, *body = message.splitlines()
    assert subject == "Hold the toolchain at Rust 1.90.0"
    assert empty == ""
    text = "\n".join(body)
    for part in (
        "What: pin",
        "[memory-cannot-grow]",
        'rust-toolchain.toml:2:11  channel = "1.91.0"',
        "https://github.com/bytecodealliance/wasmtime/issues/11958",
        "Effect: unproven",
        "Undo: git revert, or wasifix remove --strategy pin",
    ):
        assert part in text
    assert max(map(len, body)) <= 80


def test_a_commit_without_an_author_changes_nothing(tmp_path: Path) -> None:
    folder = article(tmp_path)
    git(folder, "config", "user.useConfigOnly", "true")
    before = snapshot(folder)
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for more in ("--commit", "--branch=new"):
        refused = run("apply", "-s", "pin", more, folder=folder, variables=nobody)
        assert refused.exit_code == 2
        assert b"Traceback" not in refused.stderr
        assert snapshot(folder) == before
        assert git(folder, "status", "--porcelain") == b""


def test_no_commit_in_the_middle_of_a_merge(tmp_path: Path) -> None:
    folder = article(tmp_path)
    git(folder, "checkout", "--quiet", "-b", "other")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=other")
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "--no-commit", "--no-ff", "other")
    refused = pin(folder, "--commit")
    assert refused.exit_code == 2
    assert b"a merge is not finished yet" in refused.stderr
    assert git(folder, "status", "--porcelain") == b""


def test_a_locked_index_is_told(tmp_path: Path) -> None:
    folder = article(tmp_path)
    (folder / ".git" / "index.lock").touch()
    refused = pin(folder, "--commit")
    assert refused.exit_code == 2
    assert b"not committed" in refused.stderr
    assert b"index.lock" in refused.stderr


def test_both_wishes_are_refused(tmp_path: Path) -> None:
    assert pin(article(tmp_path), "--commit", "--branch", "x").exit_code == 2


HOOK = """#!/bin/sh
exec >> "$OUT" 2>&1
cd "$FOLDER" && wasifix check; echo "check $?"
cd "$FOLDER" && wasifix check --staged; echo "staged $?"
cd "$FOLDER" && wasifix apply -s pin --dry-run > "$OUT.patch"; echo "dry $?"
"""


@pytest.mark.parametrize("other", [False, True], ids=["this_repository", "another_repository"])
@pytest.mark.parametrize("words", [("-a",), ("--", "Cargo.toml", FILE)], ids=str)
def test_inside_a_hook(tmp_path: Path, other: bool, words: tuple[str, ...]) -> None:
    """git leads programs below a hook to the index of the commit in the making."""
    clean = copied_example("not-affected", tmp_path / "clean")
    hit = article(tmp_path)
    hook = clean / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    text = (clean / FILE).read_text()
    (clean / FILE).write_text((hit / FILE).read_text())
    (clean / "Cargo.toml").open("a").write("\n")
    out = tmp_path / "out"
    variables = {**AUTHOR, "OUT": str(out), "FOLDER": str(hit if other else clean)}
    done = program("git", "commit", "--quiet", "--message=x", *words, folder=clean, variables=variables)
    assert done.exit_code == 0, done.stderr.decode()
    said = out.read_text()
    assert text != (hit / FILE).read_text()
    assert ("check 1\n" in said, "staged 1\n" in said, "dry 0\n" in said) == (True, True, True), said
    assert (tmp_path / "out.patch").read_bytes() == pin(hit if other else clean, "--dry-run").stdout
