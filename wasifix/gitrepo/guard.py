"""Is the user's own work safe: which files hold something that git could not give back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wasifix.gitrepo.program import Repository, open_repository


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsaved:
    """A file, relative to the root, with work that is in no commit: `dirty`, `staged`, `untracked` ..."""

    path: str
    state: str


def unsaved(root: Path, paths: Iterable[str]) -> tuple[Unsaved, ...]:
    """Those of the files that hold unsaved work. Raises NoRepository, GitFailed.

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
        found += (
            Unsaved(path=path, state=state)
            for path in below
            if (state := _state(repository, path.removeprefix(start)))
        )
    return tuple(sorted(found, key=lambda each: each.path))


def top_of(root: Path, path: str) -> Path:
    """The nearest folder above the file that is a repository's top."""
    above = (each for each in (root / path).parents if each.is_relative_to(root))
    return next((each for each in above if (each / ".git").exists()), root)


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
