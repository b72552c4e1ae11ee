"""Writes all files or none, each in one step."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wasifix.errors import OutsideProject, RefusedWrite
from wasifix.model import FileChange
from wasifix.tree import DiskTree


@dataclass(frozen=True, kw_only=True)
class _Staged:
    """A change that is ready: the file, its mode, and its new contents under another name beside it."""

    change: FileChange
    place: Path
    mode: int
    temporary: Path | None


def write_all(tree: DiskTree, changes: Sequence[FileChange]) -> None:
    """Makes the changes below the tree's root. Raises RefusedWrite; then every file is as it was.

    All new contents are on disk under other names before the first file is replaced, so what can fail late is
    only a rename; after such a failure the files replaced so far are put back.
    """
    places = [_checked(tree, change) for change in changes]
    staged: list[_Staged] = []
    folders: list[Path] = []
    done = 0
    try:
        for change, place in zip(changes, places, strict=True):
            folders += _made_folders(place.parent)
            staged.append(_stage(change, place))
        for each in staged:
            done += 1
            if each.temporary is None:
                each.place.unlink()
            else:
                each.temporary.replace(each.place)
    except BaseException as error:
        for each in staged[:done]:
            _put_back(each)
        for folder in reversed(folders):
            _discard(folder, staged)
        if not isinstance(error, OSError):
            raise
        failed = changes[done - 1] if done else changes[len(staged)]
        raise RefusedWrite(
            f"cannot be written ({error.strerror})",
            path=failed.path,
            advice="nothing was changed: make the file and its folder writable and run wasifix again",
        ) from error
    finally:
        for each in staged:
            if each.temporary is not None:
                each.temporary.unlink(missing_ok=True)
    for folder in {place.parent for place in places}:
        _flush(folder)


def _checked(tree: DiskTree, change: FileChange) -> Path:
    """Where the file really lies; that must be inside the tree, and hold what the change expects."""
    place = (tree.root / change.path).resolve()
    if not place.is_relative_to(tree.root.resolve()):
        raise OutsideProject("a link that leads out of the project", path=change.path)
    if place.is_dir():
        raise RefusedWrite("is a folder, where a file should be", path=change.path)
    if tree.read(change.path) != change.old:
        raise RefusedWrite(
            "the file changed while wasifix was at work",
            path=change.path,
            advice="nothing was written: run wasifix again",
        )
    return place


def _stage(change: FileChange, place: Path) -> _Staged:
    if change.old is None:
        mode = _usual_mode()
    else:
        mode = stat.S_IMODE(place.stat().st_mode)
        if not (mode & 0o222 and os.access(place, os.W_OK)):
            raise PermissionError(errno.EACCES, "the file is read-only", str(place))
    temporary = None if change.new is None else _temporary(place, change.new, mode)
    return _Staged(change=change, place=place, mode=mode, temporary=temporary)


def _temporary(place: Path, data: bytes, mode: int) -> Path:
    """The data in a file beside its place."""
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".wasifix", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put_back(staged: _Staged) -> None:
    """The old contents: by a rename, and where that fails by writing into the file."""
    place, data = staged.place, staged.change.old
    if data is None:
        place.unlink(missing_ok=True)
        return
    if place.exists() and place.read_bytes() == data:
        return
    try:
        temporary = _temporary(place, data, staged.mode)
        try:
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError:
        place.write_bytes(data)
        place.chmod(staged.mode)


def _made_folders(folder: Path) -> list[Path]:
    """Makes the folder; those that were missing, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _discard(folder: Path, staged: Sequence[_Staged]) -> None:
    for each in staged:
        if each.temporary is not None and each.temporary.parent == folder:
            each.temporary.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _usual_mode() -> int:
    """The mode of a new file under the user's umask."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _flush(folder: Path) -> None:
    """Makes the renames last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
