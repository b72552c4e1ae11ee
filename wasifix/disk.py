"""Writes all files or none, each in one step."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from wasifix.errors import RefusedWrite
from wasifix.model import FileChange
from wasifix.tree import DiskTree


def write_all(tree: DiskTree, changes: Sequence[FileChange]) -> None:
    """Makes the changes below the tree's root. Raises RefusedWrite; then every file is as it was.

    All new contents are on disk under other names before the first file is replaced, so what can fail late is
    only a rename; after such a failure the files replaced so far are put back.
    """
    for change in changes:
        if tree.read(change.path) != change.old:
            raise RefusedWrite(
                "the file changed while wasifix was at work",
                path=change.path,
                advice="nothing was written: run wasifix again",
            )
    staged: list[tuple[FileChange, Path, Path | None]] = []
    done: list[tuple[FileChange, Path]] = []
    try:
        for change in changes:
            place = (tree.root / change.path).resolve()
            staged.append((change, place, _staged(place, change.new, change.old is None)))
        for change, place, temporary in staged:
            done.append((change, place))
            if temporary is None:
                place.unlink()
            else:
                temporary.replace(place)
        for folder in {place.parent for _, place in done}:
            _flush(folder)
    except OSError as error:
        for change, place in done:
            _put_back(place, change.old)
        failed = done[-1][0] if done else changes[len(staged)]
        raise RefusedWrite(
            f"cannot be written ({error.strerror})",
            path=failed.path,
            advice="nothing was changed: make the file and its folder writable and run wasifix again",
        ) from error
    finally:
        for _, _, temporary in staged:
            if temporary is not None:
                temporary.unlink(missing_ok=True)


def _staged(place: Path, data: bytes | None, is_new: bool) -> Path | None:
    """The data in a file beside its place, with the mode that it is to have."""
    if not is_new and not (place.stat().st_mode & 0o222 and os.access(place, os.W_OK)):
        raise PermissionError(errno.EACCES, "the file is read-only", str(place))
    if data is None:
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".wasifix", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_usual_mode() if is_new else stat.S_IMODE(place.stat().st_mode))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put_back(place: Path, data: bytes | None) -> None:
    if data is None:
        place.unlink(missing_ok=True)
    elif not place.exists() or place.read_bytes() != data:
        temporary = _staged(place, data, not place.exists())
        if temporary is not None:
            temporary.replace(place)


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
