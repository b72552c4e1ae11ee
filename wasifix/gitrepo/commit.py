"""Commits exactly the files of a plan, through an index of its own; hooks and signing do not run."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from msgspec import Struct

from wasifix.errors import RefusedWrite, UsageError
from wasifix.gitrepo.guard import top_of
from wasifix.gitrepo.program import Repository, scratch_folder
from wasifix.proposals import FileChange

_UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


class Content(Struct, frozen=True, kw_only=True):
    """What is committed: changes, which of the files are executable, and whether the bytes come from git.

    Bytes from disk are stored as git would add them, with its line ends; bytes from git as they are.
    """

    changes: Sequence[FileChange]
    executable: Collection[str]
    is_stored: bool


def head_of(repository: Repository) -> str | None:
    """The name of the last commit; None where there is none yet."""
    return repository.asked("rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def free_branch(repository: Repository, name: str) -> str:
    """The full name of a branch that may be made. Raises UsageError."""
    full = f"refs/heads/{name}"
    if name.startswith("-") or name == "HEAD" or repository.asked("check-ref-format", full) is None:
        raise UsageError(f"`{name}` is no name for a branch", advice="for example --branch wasifix/pin")
    if repository.asked("rev-parse", "--verify", "--quiet", full):
        raise UsageError(f"the branch `{name}` exists already", advice="give a new name")
    return full


def refuse_unfinished(repository: Repository) -> None:
    """Raises RefusedWrite in the middle of a merge, where a commit of some files would be part of it."""
    for name in _UNFINISHED:
        if repository.asked("rev-parse", "--verify", "--quiet", name):
            what = name.removesuffix("_HEAD").lower().replace("_", "-")
            raise RefusedWrite(f"a {what} is not finished yet", advice="finish it, then commit")


def make_commit(repository: Repository, base: str | None, content: Content, message: str) -> str:
    """The name of a new commit on `base`, to which no branch leads yet. Raises GitFailed, RefusedWrite."""
    entries = [_entry(repository, base, change, content) for change in content.changes]
    with scratch_folder() as scratch:
        index = {"GIT_INDEX_FILE": str(scratch / "index")}

        def git(*arguments: str, data: bytes | None = None) -> bytes:
            return repository.run("-c", "core.splitIndex=false", *arguments, data=data, variables=index)

        git("read-tree", base or "--empty")
        git("update-index", "-z", "--index-info", data=b"".join(entries))
        tree = git("write-tree").decode().strip()
        above = ("-p", base) if base else ()
        return git("commit-tree", tree, *above, "-F", "-", data=message.encode()).decode().strip()


def start_branch(repository: Repository, full_name: str, commit: str, subject: str) -> None:
    """Makes the branch; fails where it exists. Neither index nor work tree nor HEAD is touched."""
    nothing = "0" * len(commit)
    repository.run("update-ref", "-m", f"commit: {subject}", full_name, commit, nothing)


def advance_head(repository: Repository, base: str | None, commit: str, subject: str) -> None:
    """Moves the present branch from `base` to the commit. Raises GitFailed where it has moved meanwhile."""
    nothing = "0" * len(commit)
    repository.run("update-ref", "-m", f"commit: {subject}", "HEAD", commit, base or nothing)


def update_index(repository: Repository, paths: Sequence[str]) -> None:
    """Takes the files as they are on disk into the index; everything else in it stays."""
    repository.run("update-index", "--add", "--remove", "--", *paths)


def refuse_others(repository: Repository, paths: Sequence[str]) -> None:
    """Raises RefusedWrite for files of another repository inside this one, such as a submodule."""
    for path in paths:
        if (top := top_of(repository.top, path)) != repository.top:
            where = top.relative_to(repository.top).as_posix()
            raise RefusedWrite(
                f"lies in the repository {where}", path=path, advice="commit there what belongs there"
            )


def refuse_filtered(repository: Repository, paths: Sequence[str]) -> None:
    """Raises RefusedWrite for files that git stores through a program, which wasifix does not run."""
    answer = os.fsdecode(repository.run("check-attr", "-z", "filter", "--", *paths)).split("\0")
    for path, value in zip(answer[::3], answer[2::3], strict=False):
        if value not in ("unspecified", "unset", ""):
            raise RefusedWrite(
                f"git stores it through the filter `{value}`, which wasifix does not run",
                path=path,
                advice="leave out --commit, and commit the change yourself",
            )


def _entry(repository: Repository, base: str | None, change: FileChange, content: Content) -> bytes:
    path = os.fsencode(change.path)
    if change.new is None:
        return b"0 %s\t%s\0" % (b"0" * _length(repository), path)
    how = ("--no-filters",) if content.is_stored else ("--path", change.path)
    name = repository.run("hash-object", "-w", "--stdin", *how, data=change.new).strip()
    return b"%s %s\t%s\0" % (_mode(repository, base, change, content).encode(), name, path)


def _mode(repository: Repository, base: str | None, change: FileChange, content: Content) -> str:
    """The mode in the last commit, so that only contents change; for a new file that of the disk."""
    listed = repository.run("ls-tree", "--full-tree", base, "--", change.path) if base else b""
    known = listed.decode("ascii", "replace").partition(" ")[0]
    return known or ("100755" if change.path in content.executable else "100644")


def _length(repository: Repository) -> int:
    return {"sha1": 40, "sha256": 64}.get(repository.object_format, 40)
