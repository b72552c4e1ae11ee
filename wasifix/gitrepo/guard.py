"""Is the user's own work safe: which files hold something that git could not give back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from wasifix.documents.text import CannotEdit
from wasifix.errors import GitFailed, UnreadableInput
from wasifix.gitrepo.program import Repository, open_repository
from wasifix.markers import find_markers
from wasifix.removal import restored
from wasifix.strategies import STRATEGIES


class Unsaved(Struct, frozen=True, kw_only=True):
    """A file, relative to the root, with work that is in no commit: `dirty`, `staged`, `untracked` ..."""

    path: str
    state: str


def unsaved(root: Path, paths: Iterable[str]) -> tuple[Unsaved, ...]:
    """Those of the files that hold unsaved work, other than wasifix's own. Raises NoRepository, GitFailed.

    A submodule, or any repository inside the tree, is asked about its own files.
    """
    by_top: dict[Path, list[str]] = {}
    for path in paths:
        by_top.setdefault(top_of(root, path), []).append(path)
    found: list[Unsaved] = []
    for top, below in by_top.items():
        prefix = top.relative_to(root).as_posix()
        start = "" if prefix == "." else f"{prefix}/"
        repository = open_repository(top)
        for path in below:
            inner = path.removeprefix(start)
            state = _state(repository, inner)
            if state and not (state in ("dirty", "untracked") and _is_all_ours(repository, top, inner)):
                found.append(Unsaved(path=path, state=state))
    return tuple(sorted(found, key=lambda each: each.path))


def top_of(root: Path, path: str) -> Path:
    """The nearest folder above the file that is a repository's top."""
    above = (each for each in (root / path).parents if each.is_relative_to(root))
    return next((each for each in above if (each / ".git").exists()), root)


def _is_all_ours(repository: Repository, top: Path, path: str) -> bool:
    """Whether the file is as the last commit has it, but for what wasifix wrote and can take out again."""
    data = (top / path).read_bytes() if (top / path).is_file() else b""
    if not any(find_markers(data.decode("utf-8", "replace"))):
        return False
    try:
        committed = repository.run("cat-file", "blob", f"HEAD:{path}")
    except GitFailed:
        committed = None
    try:
        return restored(path, data, [strategy.name for strategy in STRATEGIES]) == committed
    except (CannotEdit, UnreadableInput):
        return False


def _state(repository: Repository, path: str) -> str:
    """Empty where the file is as the last commit has it, or is in neither.

    The two letters: https://git-scm.com/docs/git-status#_short_format
    """
    answer = repository.run(
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignored=matching",
        "--ignore-submodules=all",
        "--",
        path,
    )
    letters = os.fsdecode(answer)[:2]
    match letters:
        case "":
            return ""
        case "??":
            return "untracked"
        case "!!":
            return "ignored"
    if "U" in letters or letters in ("AA", "DD"):
        return "conflict"
    staged, dirty = (letter != " " for letter in letters)
    return "staged, dirty" if staged and dirty else "staged" if staged else "dirty"
