"""How git spells the files of a work tree whose disk knows no case: its index may have an older spelling."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wasifix.errors import GitFailed, NoRepository


def spelled_by_git(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Each path with its name in the index; itself where git knows none, and on a disk where case counts.

    git would take another spelling for another file. `.GIT` is there only where case does not count.
    """
    same = {path: path for path in paths}
    if not (root / ".GIT").exists():
        return same
    from wasifix.gitrepo.program import open_repository

    try:
        listed = os.fsdecode(open_repository(root).run("ls-files", "-z", "--full-name")).split("\0")
    except (NoRepository, GitFailed):
        return same
    by_fold = {name.casefold(): name for name in listed if name}
    known = set(listed)
    return {path: path if path in known else by_fold.get(path.casefold(), path) for path in same}
