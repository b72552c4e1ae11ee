"""Remembers a change that is being written, so that the next run can end what a killed one began.

No system replaces several files in one step. So the names of the new files go to a journal before the first
is made, and once all are complete the journal gets another name: up to then everything is old, from then on
everything is new, and whoever finds a journal without an owner takes it to that end.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from wasifix.errors import OutsideProject, RefusedWrite
from wasifix.tree import join

BEGUN = "wasifix-begun"
DECIDED = "wasifix-decided"
_TEMPORARY = re.compile(r"(?:\.[^/\\]+\.[0-9a-f]{8}\.wasifix)?")


class Entry(Struct, frozen=True, kw_only=True):
    """One file: its path below the root, its new contents' file name beside it, and both contents' SHA-256.

    `temporary` and `new` are empty for a file that goes away, `old` for one that was not there.
    """

    path: str
    temporary: str
    old: str
    new: str


class Noted(Struct, frozen=True, kw_only=True):
    """What is in the file: the entries, and the folders that the change makes."""

    files: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()


class Journal:
    """The journal of this run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def decide(self) -> None:
        """From here on the change is made whatever happens."""
        (self._folder / BEGUN).rename(self._folder / DECIDED)
        flush(self._folder)


@contextmanager
def keeping(root: Path, entries: Sequence[Entry], folders: Sequence[str]) -> Iterator[Journal]:
    """A journal of the change, gone after the block. Raises RefusedWrite where another run has one."""
    import json

    folder = _folder(root)
    try:
        file = (folder / BEGUN).open("xb")
    except FileExistsError:
        raise _in_use(folder / BEGUN) from None
    with file:
        try:
            _lock(file)
            noted = Noted(files=tuple(entries), folders=tuple(folders))
            # Not with msgspec, which refuses the lone surrogates of a name that is not UTF-8.
            file.write(json.dumps(msgspec.to_builtins(noted)).encode())
            file.flush()
            os.fsync(file.fileno())
            if sys.platform == "win32":  # an open file cannot be renamed there
                file.close()
            yield Journal(folder)
        finally:
            for name in (BEGUN, DECIDED):
                (folder / name).unlink(missing_ok=True)


def place_of(root: Path) -> Path:
    """Where the journal of a project lies while its files are being written."""
    return _folder(root) / BEGUN


def finish_interrupted(root: Path) -> tuple[str, ...]:
    """Ends what a killed run began; the files that got their new contents. Raises RefusedWrite.

    Nothing to do in nearly every run, so this is cheap.
    """
    folder = _folder(root)
    found: list[str] = []
    for name in (BEGUN, DECIDED):
        try:
            file = (folder / name).open("r+b")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RefusedWrite(
                f"an interrupted change cannot be ended ({error.strerror})", path=str(folder / name)
            ) from None
        with file:
            if not _lock(file):
                raise _in_use(folder / name)
            found += _end(root, file.read(), name == DECIDED)
            (folder / name).unlink(missing_ok=True)
    return tuple(found)


def digest(data: bytes | None) -> str:
    """The SHA-256 of a file's contents; empty for no file."""
    import hashlib

    return "" if data is None else hashlib.sha256(data).hexdigest()


def flush(folder: Path) -> None:
    """Makes renames in the folder last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _end(root: Path, text: bytes, is_decided: bool) -> Iterator[str]:
    noted = _parsed(text)
    for entry in noted.files:
        place = _place(root, entry.path)
        temporary = place.with_name(entry.temporary) if entry.temporary else None
        if is_decided and _replaced(place, temporary, entry):
            yield entry.path
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    for name in () if is_decided else reversed(noted.folders):
        with suppress(OSError):
            _place(root, name).rmdir()


def _parsed(text: bytes) -> Noted:
    """What a journal says; nothing if it is not complete, because then nothing else was done either."""
    import json

    try:
        noted = msgspec.convert(json.loads(text), Noted)
    except ValueError:  # no JSON, or something else in it
        return Noted()
    return noted if all(_TEMPORARY.fullmatch(each.temporary) for each in noted.files) else Noted()


def _replaced(place: Path, temporary: Path | None, entry: Entry) -> bool:
    """Puts the new file in its place, unless somebody has changed the old one since."""
    now = digest(place.read_bytes() if place.is_file() else None)
    if now == entry.old and temporary is None:
        place.unlink(missing_ok=True)
    elif now == entry.old and temporary is not None and temporary.is_file():
        temporary.replace(place)
    else:
        return now == entry.new
    return True


def _place(root: Path, path: str) -> Path:
    """A path from the journal; it must be inside. Raises OutsideProject."""
    place = root / join("", path)
    if not place.resolve().is_relative_to(root.resolve()):
        raise OutsideProject("a path in the journal that leads out of the project", path=path)
    return place


def _folder(root: Path) -> Path:
    """Where the journal lies: in the repository, where no commit can put one; else in the root.

    The `.git` of a linked work tree or a submodule is a file. https://git-scm.com/docs/gitrepository-layout
    """
    named = root / ".git"
    with suppress(OSError, UnicodeDecodeError):
        if named.is_file():
            named = root / named.read_text("utf-8").removeprefix("gitdir:").strip()
    return named if (named / "HEAD").exists() else root


def _in_use(journal: Path) -> RefusedWrite:
    return RefusedWrite(
        "another wasifix is at work here",
        path=str(journal),
        advice="wait for it to end; if there is none, remove this file and look at `git status`",
    )


def _lock(file: BinaryIO) -> bool:
    """Whether nobody else holds the file; it is free again when its owner ends, however that happens."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
