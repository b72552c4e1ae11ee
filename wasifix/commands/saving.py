"""From a proposal to its patch and, if asked for, to the files or to a commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wasifix.errors import GitFailed, NoRepository, RefusedWrite, WasifixError
from wasifix.proposals import FileChange, Proposal
from wasifix.tree import DiskTree

if TYPE_CHECKING:
    from wasifix.gitrepo.tree import GitTree

NO_VCS = "--allow-no-vcs writes all the same; keep the patch, `git apply -R` undoes it"
SKIPPED = "Hooks and signing did not run."


class Saving(Struct, frozen=True, kw_only=True):
    """What to do with a change: `branch` names a new branch to commit it on, made from the last commit."""

    write: bool
    allow_dirty: bool = False
    allow_no_vcs: bool = False
    commit: bool = False
    branch: str | None = None


class Saved(Struct, frozen=True, kw_only=True):
    """The patch, whether it was written, what to say about that, and why not."""

    patch: bytes
    written: bool = False
    notes: tuple[str, ...] = ()
    refusal: WasifixError | None = None


def save(
    proposal: Proposal, tree: DiskTree | GitTree, root: Path, saving: Saving, ours: Sequence[Path] = ()
) -> Saved:
    """Makes the patch, then writes if asked to. A refusal is in the answer, so that the patch can be shown.

    `ours` are files that this very run has written before.
    """
    changes = _renamed(tree, root, proposal.changes)
    executable = frozenset(change.path for change in changes if tree.is_executable(change.path))
    patch = _patch(tree, root, changes, executable)
    if not changes or not saving.write:
        return Saved(patch=patch)
    try:
        if isinstance(tree, DiskTree):
            guarded = [change.path for change in changes if root / change.path not in ours]
            _guard(root, guarded, saving)
            notes = _write(proposal, tree, changes, executable, saving)
        else:
            notes = _branch(proposal, root, changes, executable, str(saving.branch))
    except GitFailed as failure:  # up to the commit, nothing of the user's is touched
        advice = failure.advice or "put that right and run wasifix again"
        refusal = RefusedWrite(
            f"git cannot commit: {failure.message}", advice=f"nothing was changed: {advice}"
        )
        return Saved(patch=patch, refusal=refusal)
    except WasifixError as refusal:
        return Saved(patch=patch, refusal=refusal)
    return Saved(patch=patch, written=True, notes=notes)


def _renamed(tree: DiskTree | GitTree, root: Path, changes: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """The changes by the real names of their files, since git does not look through links."""
    found: dict[str, FileChange] = {}
    names = {change.path: tree.real(change.path) for change in changes}
    if changes and isinstance(tree, DiskTree) and (root / ".git").exists():
        from wasifix.gitrepo.names import spelled_by_git

        spelled = spelled_by_git(root, names.values())
        names = {path: spelled[name] for path, name in names.items()}
    for change in changes:
        real = replace(change, path=names[change.path])
        if found.setdefault(real.path, real) != real:
            raise RefusedWrite(
                "this file would be changed twice, by two names",
                path=real.path,
                advice="replace the link by a file of its own",
            )
    return tuple(found[path] for path in sorted(found))


def _patch(
    tree: DiskTree | GitTree, root: Path, changes: Sequence[FileChange], executable: frozenset[str]
) -> bytes:
    """As git makes it, where there is a git and a repository; in the same form where there is none."""
    if not changes:
        return b""
    if (root / ".git").exists():
        from wasifix.gitrepo.patch import Source, patch_by_git

        try:
            source = Source(read=tree.read, is_stored=not isinstance(tree, DiskTree))
            return patch_by_git(root, changes, executable, source)
        except (NoRepository, GitFailed):
            pass
    from wasifix.patch import patch_text

    return patch_text(changes, executable)


def _guard(root: Path, paths: Sequence[str], saving: Saving) -> None:
    """Raises RefusedWrite where git could not give back what a file holds now."""
    if not (root / ".git").exists():
        if not saving.allow_no_vcs:
            raise RefusedWrite(
                "this project is in no git repository, so nothing could be taken back",
                path=str(root),
                advice=f"put it under git first, or {NO_VCS}",
            )
        return
    from wasifix.gitrepo.guard import unsaved

    try:
        found = () if saving.allow_dirty else unsaved(root, paths)
    except (NoRepository, GitFailed) as error:
        if saving.allow_no_vcs:
            return
        raise RefusedWrite(error.message, path=error.path, advice=NO_VCS) from None
    if found:
        many = len(found) > 1
        holders = "these files hold" if many else "this file holds"
        raise RefusedWrite(
            f"nothing was written: {holders} work that is in no commit",
            details=tuple(f"{each.path} ({each.state})" for each in found),
            advice=f"commit or stash {'them' if many else 'it'} first, or give --allow-dirty",
        )


def _write(
    proposal: Proposal,
    tree: DiskTree,
    changes: Sequence[FileChange],
    executable: frozenset[str],
    saving: Saving,
) -> tuple[str, ...]:
    from wasifix.disk import write_all

    if not saving.commit:
        write_all(tree, changes)
        return ()
    from wasifix.gitrepo import commit as git
    from wasifix.gitrepo.program import open_repository
    from wasifix.render.commit import commit_message, subject

    repository = open_repository(tree.root)
    paths = [change.path for change in changes]
    git.refuse_unfinished(repository)
    git.refuse_others(repository, paths)
    git.refuse_filtered(repository, paths)
    content = git.Content(changes=changes, executable=executable, is_stored=False)
    base = git.head_of(repository)
    commit = git.make_commit(repository, base, content, commit_message(proposal))
    write_all(tree, changes)
    try:
        git.update_index(repository, paths)
        git.advance_head(repository, base, commit, subject(proposal))
    except GitFailed as error:
        raise RefusedWrite(
            f"the files are written, but not committed: {error.message}", advice="commit them yourself"
        ) from None
    return (f"Committed {commit[:12]}. {SKIPPED}", "Undo: git revert HEAD")


def _branch(
    proposal: Proposal, root: Path, changes: Sequence[FileChange], executable: frozenset[str], name: str
) -> tuple[str, ...]:
    """A commit on a new branch; neither the index nor any file of the user is touched."""
    from wasifix.gitrepo import commit as git
    from wasifix.gitrepo.program import open_repository
    from wasifix.render.commit import commit_message, subject

    repository = open_repository(root)
    full_name = git.free_branch(repository, name)
    content = git.Content(changes=changes, executable=executable, is_stored=True)
    commit = git.make_commit(repository, git.head_of(repository), content, commit_message(proposal))
    git.start_branch(repository, full_name, commit, subject(proposal))
    return (
        f"Committed {commit[:12]} on the new branch {name}; your files and index are as they were. {SKIPPED}",
        f"Undo: git branch -D {name}",
    )
