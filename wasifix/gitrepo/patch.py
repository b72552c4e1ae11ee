"""The patch as git makes it: what `git diff` prints after the change, whatever the user has configured.

The files go to a throw-away repository that knows the user's objects (so that git abbreviates names alike),
the attributes, how lines end, and no other setting; so no setting can bend the form or run a program.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from wasifix.errors import GitFailed, UnreadableInput
from wasifix.gitrepo.program import Repository, configured, execute, open_repository, scratch_folder
from wasifix.proposals import FileChange
from wasifix.tree import parent, upward

_ASKED = r"^core\.(autocrlf|eol|attributesfile|filemode)$"
_MODES = "core.filemode"
_ALONE: Mapping[str, str] = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_PARAMETERS": "",
}
Read = Callable[[str], bytes | None]


class Source(Struct, frozen=True, kw_only=True):
    """Where the old bytes come from: a reader of other files there, and whether git stores them as they are.

    What lies on disk git may store with other line ends; what comes from a revision is what it stores.
    """

    read: Read
    is_stored: bool


def patch_by_git(
    root: Path, changes: Sequence[FileChange], executable: Collection[str], source: Source
) -> bytes:
    """The patch of the changes. Raises NoRepository, GitFailed."""
    repository = open_repository(root)
    with scratch_folder() as place:
        theirs = () if source.is_stored else _settings(repository)
        settings = tuple(each for each in theirs if not each.startswith(_MODES))
        modes = [each for each in theirs if each.startswith(_MODES)]
        if modes and modes[-1] == f"{_MODES}=false":
            executable = _in_index(repository, [each.path for each in changes])
        _make(place, repository, settings, source.is_stored)
        _copy_attributes(place, changes, source.read)

        def git(*arguments: str) -> bytes:
            return execute(place, *configured(settings), *arguments, variables=_ALONE)

        before = {each.path: each.old for each in changes if each.old is not None}
        _write(place, before, executable)
        if before:
            git("add", "--force", "--", *before)
        new = [each.path for each in changes if each.old is None]
        for each in changes:
            if each.new is None:
                (place / each.path).unlink()
        _write(place, {each.path: each.new for each in changes if each.new is not None}, executable)
        if new:
            git("add", "--force", "--intent-to-add", "--", *new)
        return git("diff", "--text", "--no-color", "--no-ext-diff", "--no-textconv")


def _settings(repository: Repository) -> tuple[str, ...]:
    """The user's settings about line ends and modes, which decide what git compares."""
    try:
        found = os.fsdecode(repository.run("config", "-z", "--get-regexp", _ASKED))
    except GitFailed:
        return ()
    return tuple(each.replace("\n", "=", 1) for each in found.split("\0") if each)


def _in_index(repository: Repository, paths: Sequence[str]) -> frozenset[str]:
    """Those of the files that are executable in the index, which counts where the disk has no modes."""
    listed = os.fsdecode(repository.run("ls-files", "-z", "--stage", "--", *paths)).split("\0")
    return frozenset(each.partition("\t")[2] for each in listed if each.startswith("100755"))


def _make(place: Path, repository: Repository, settings: Sequence[str], is_stored: bool) -> None:
    execute(
        place,
        *configured(tuple(settings)),
        "init",
        "--quiet",
        "--template=",
        f"--object-format={repository.object_format}",
        variables=_ALONE,
    )
    info = place / ".git" / "info"
    info.mkdir(exist_ok=True)
    theirs = repository.common_dir / "info" / "attributes"
    attributes = theirs.read_bytes() if theirs.is_file() else b""
    last = b"\n* -text !working-tree-encoding !ident\n" if is_stored else b""
    (info / "attributes").write_bytes(attributes + last)
    known = place / ".git" / "objects" / "info" / "alternates"
    known.parent.mkdir(exist_ok=True)
    known.write_bytes(os.fsencode(repository.objects) + b"\n")


def _copy_attributes(place: Path, changes: Sequence[FileChange], read: Read) -> None:
    folders = {folder for each in changes for folder in upward(parent(each.path))}
    for path in (f"{folder}/.gitattributes".lstrip("/") for folder in folders):
        try:
            data = read(path)
        except UnreadableInput:  # git does not follow links from here either
            continue
        if data is not None:
            _write(place, {path: data}, ())


def _write(place: Path, files: Mapping[str, bytes], executable: Collection[str]) -> None:
    for path, data in files.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755 if path in executable else 0o644)
