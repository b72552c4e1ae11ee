"""A project as a revision or the index has it, read without touching the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from wasifix.errors import GitFailed, OutsideProject, UnreadableInput, UsageError
from wasifix.gitrepo.commit import free_branch, head_of
from wasifix.gitrepo.program import Repository, open_repository
from wasifix.tree import SIZE_LIMIT, join, parent

if TYPE_CHECKING:
    from git.cmd import Git

_LINK = "120000"
_FILES = ("100644", "100755", "100664")
_LINKS_AT_MOST = 40
"""As many as Linux follows before it gives up."""


class Entry(Struct, frozen=True, kw_only=True):
    """A file's mode, as git writes it, and the name of its contents."""

    mode: str
    name: str


class GitTree(Struct, frozen=True, kw_only=True):
    """The files of a revision or of the index; a `tree.Tree`. Links are followed inside it only."""

    entries: dict[str, Entry]
    children: dict[str, dict[str, None]]
    objects: Git.AutoInterrupt

    def read(self, path: str) -> bytes | None:
        entry = self.entry(path)
        return None if entry is None or entry.mode not in _FILES else self._contents(entry, path)

    def folders(self, path: str) -> tuple[str, ...]:
        return tuple(name for name, real in self._inside(path) if real in self.children)

    def files(self, path: str) -> tuple[str, ...]:
        return tuple(name for name, real in self._inside(path) if real in self.entries)

    def real(self, path: str) -> str:
        """The path without links. Raises OutsideProject, UnreadableInput."""
        followed = 0
        done, left = "", path.split("/")
        while left:
            done = join(done, left.pop(0))
            entry = self.entries.get(done)
            if entry is None or entry.mode != _LINK:
                continue
            followed += 1
            if followed > _LINKS_AT_MOST:
                raise UnreadableInput("a link that leads round in a circle", path=path)
            target = os.fsdecode(self._contents(entry, path))
            try:
                left = [*join(parent(done), target).split("/"), *left]
            except OutsideProject:
                raise OutsideProject("a link that leads out of the project", path=path) from None
            done = ""
        return done

    def is_executable(self, path: str) -> bool:
        entry = self.entry(path)
        return entry is not None and entry.mode == "100755"

    def entry(self, path: str) -> Entry | None:
        """What is at the path, links followed; None for a folder or nothing."""
        return self.entries.get(self.real(path))

    def _inside(self, path: str) -> Iterator[tuple[str, str]]:
        for name in sorted(self.children.get(self.real(path), ())):
            try:
                yield name, self.real(join(path, name))
            except UnreadableInput:  # on disk such a link is neither a file nor a folder
                continue

    def _contents(self, entry: Entry, path: str) -> bytes:
        self.objects.stdin.write(f"{entry.name}\n".encode())
        self.objects.stdin.flush()
        words = self.objects.stdout.readline().split()
        if len(words) != 3:
            raise UnreadableInput("its contents are not in this repository", path=path)
        size = int(words[2])
        if size > SIZE_LIMIT:
            raise UnreadableInput(f"larger than {SIZE_LIMIT // 2**20} MiB", path=path)
        data: bytes = self.objects.stdout.read(size)
        self.objects.stdout.read(1)
        return data


@contextmanager
def open_tree(root: Path, revision: str | None) -> Iterator[GitTree]:
    """The tree of a revision, or the index for None. Raises UsageError, NoRepository, UnreadableInput."""
    repository = open_repository(root)
    entries = _of_index(repository) if revision is None else _of_revision(repository, revision)
    with repository.conversation("cat-file", "--batch") as objects:
        yield GitTree(entries=entries, children=_children(entries), objects=objects)


@contextmanager
def open_branch_base(root: Path, branch: str) -> Iterator[GitTree]:
    """The tree of the last commit, where a new branch would start. Raises UsageError where it cannot."""
    repository = open_repository(root)
    free_branch(repository, branch)
    if head_of(repository) is None:
        raise UsageError("there is no commit yet where a branch could start", advice="commit first")
    with open_tree(root, "HEAD") as tree:
        yield tree


def commit_of(repository: Repository, revision: str) -> str:
    """The full name of the commit. Raises UsageError where there is none of that name."""
    plain = not revision.startswith("-") and "\0" not in revision
    found = repository.asked("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") if plain else None
    if not found:
        raise UsageError(f"`{revision}` is no commit of this repository", advice="`git log` shows them")
    return found


def _of_revision(repository: Repository, revision: str) -> dict[str, Entry]:
    listing = repository.run("ls-tree", "-r", "-z", "--full-tree", commit_of(repository, revision))
    found: dict[str, Entry] = {}
    for line in listing.split(b"\0")[:-1]:
        words, _, path = line.partition(b"\t")
        mode, _, name = words.decode().split(" ")
        found[os.fsdecode(path)] = Entry(mode=mode, name=name)
    return found


def _of_index(repository: Repository) -> dict[str, Entry]:
    listing = repository.run("ls-files", "-z", "--stage", "--full-name")
    found: dict[str, Entry] = {}
    for line in listing.split(b"\0")[:-1]:
        words, _, path = line.partition(b"\t")
        mode, name, stage = words.decode().split(" ")
        if stage != "0":
            raise GitFailed(
                "not merged yet, so it is not clear what is staged",
                path=os.fsdecode(path),
                advice="end the merge first",
            )
        found[os.fsdecode(path)] = Entry(mode=mode, name=name)
    return found


def _children(entries: dict[str, Entry]) -> dict[str, dict[str, None]]:
    """The names in each folder."""
    found: dict[str, dict[str, None]] = {"": {}}
    for path in entries:
        above, _, name = path.rpartition("/")
        while name not in (names := found.setdefault(above, {})):
            names[name] = None
            if not above:
                break
            above, _, name = above.rpartition("/")
    return found
